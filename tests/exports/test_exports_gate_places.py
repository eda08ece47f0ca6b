"""Services lie in areas, are merged and closed; releases are retracted."""

from dataclasses import replace

import pytest
from exports_synthetic import catalogue, frame, names

from exports import Area, Catalogue, History, HistoryError, Policy, PolicyError, Release, release

FLAT = catalogue(services=4, themes=3)
AREAS = (
    Area("f1", "fylke", names("Fylke A")),
    Area("k1", "kommune", names("Kommune A"), "f1"),
    Area("k2", "kommune", names("Kommune B"), "f1"),
)


def in_areas(terms: Catalogue, **where: str) -> Catalogue:
    services = tuple(replace(entry, area=where.get(entry.key)) for entry in terms.services)
    return replace(terms, services=services, areas=AREAS)


TERMS = in_areas(FLAT, s0="k1", s1="k1", s2="k2")


def test_whoever_told_of_a_service_counts_once_in_each_area_around_it() -> None:
    rows = frame(500, TERMS, asked=("mt1",))
    out = release(rows, Policy(TERMS), series="1", published="2026-10-01")
    inside = {"k1": {"s0", "s1"}, "k2": {"s2"}, "f1": {"s0", "s1", "s2"}}
    for area, services in inside.items():
        figure = out.by_id[f"item/mt1/{area}"]
        asked = rows.drop_nulls("mt1")["services"].to_list()
        people = sum(bool(services & set(told)) for told in asked)
        assert figure.n is not None
        assert abs(figure.n - people) <= 2


def test_a_merged_service_counts_those_who_told_of_what_it_replaces() -> None:
    merged = replace(FLAT.services[3], replaces=("s0", "s2"))
    terms = replace(FLAT, services=(*FLAT.services[:3], merged))
    rows = frame(400, terms, asked=("mt1",))
    figure = release(rows, Policy(terms), series="1", published="2026-10-01").by_id["item/mt1/s3"]
    asked = rows.drop_nulls("mt1")["services"].to_list()
    people = sum(bool({"s0", "s2", "s3"} & set(told)) for told in asked)
    assert figure.n is not None
    assert abs(figure.n - people) <= 2


def test_an_area_has_the_threshold_of_its_most_sensitive_service() -> None:
    policy = Policy(TERMS)
    found = {area: policy.threshold(area) for area in ("k1", "k2", "f1")}
    assert found == {"k1": 15, "k2": 10, "f1": 15}


def test_documents_from_before_there_were_areas_read_still() -> None:
    rows = frame(200, FLAT, asked=("mt1",))
    out = release(rows, Policy(FLAT), series="1", published="2026-10-01")
    text = out.to_bytes().replace(b'"areas":[],', b"")
    for name in (b"area", b"valid_from", b"valid_to"):
        text = text.replace(b'"' + name + b'":null,', b"").replace(b',"' + name + b'":null', b"")
    text = text.replace(b'"replaces":[],', b"")
    assert b"area" not in text
    assert b"valid" not in text
    assert Release.from_bytes(text) == out


@pytest.mark.parametrize(
    ("services", "areas", "word"),
    [
        ({"area": "x"}, (), "missing"),
        ({"replaces": ("x",)}, (), "missing"),
        ({"replaces": ("s0",)}, (), "lie in each other"),
        ({}, (Area("a", "kommune", names("A"), "x"),), "missing"),
        ({}, (Area("s0", "kommune", names("A")),), "twice"),
        ({}, (Area("a|b", "kommune", names("A")),), "may not"),
        (
            {},
            (Area("a", "unit", names("A"), "b"), Area("b", "unit", names("B"), "a")),
            "lie in each other",
        ),
    ],
)
def test_places_that_cannot_be_are_refused(
    services: dict[str, object], areas: tuple[Area, ...], word: str
) -> None:
    first = replace(FLAT.services[0], **services)
    with pytest.raises(PolicyError, match=word):
        replace(FLAT, services=(first, *FLAT.services[1:]), areas=areas)


def test_only_a_release_that_is_there_can_be_retracted() -> None:
    with pytest.raises(HistoryError, match="no release"):
        History((), frozenset({1}))
