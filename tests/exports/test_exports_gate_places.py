"""Services lie in areas, are merged and closed; releases are retracted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from exports_synthetic import catalogue, frame, names

from exports import (
    Area,
    Catalogue,
    History,
    HistoryError,
    Policy,
    PolicyError,
    Reason,
    Release,
    Status,
    release,
)
from exports.disclosure import gate

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
    rows = frame(2000, TERMS, asked=("mt1",))
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
    rows = frame(1600, terms, asked=("mt1",))
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


def test_a_retracted_release_is_not_shown_again_but_what_follows_is_compared_with_it() -> None:
    rows = frame(400, FLAT, asked=("mt1",))
    more = pl.concat([rows, frame(400, FLAT, start=400, asked=("mt1",))])
    few = pl.concat([more, frame(3, FLAT, start=800, asked=("mt1",))])
    policy = Policy(FLAT)
    first = release(rows, policy, series="1", published="2026-10-01")
    wrong = release(more, policy, History((first,)), series="1", published="2026-11-01")
    history = History((first, wrong), frozenset({2}))
    after = release(few, policy, history, series="1", published="2026-12-01")
    taken_back = [figure for figure in wrong.figures if figure.status is Status.SHOWN]
    assert len(taken_back) > 10
    for figure in taken_back:
        now = after.by_id[figure.id]
        old = first.by_id[figure.id]
        assert now.as_of == old.as_of
        assert (now.n, now.categories) == (old.n, old.categories)
        if not old.visible:
            assert (now.status, now.reason) == (Status.HIDDEN, Reason.RETRACTED)
    assert {after.by_id[figure.id].status for figure in taken_back} == {Status.KEPT, Status.HIDDEN}


def test_after_a_retraction_a_figure_that_is_far_from_the_wrong_one_is_shown() -> None:
    rows = frame(400, FLAT, asked=("mt1",))
    more = pl.concat([rows, frame(800, FLAT, start=400, asked=("mt1",))])
    policy = Policy(FLAT)
    wrong = release(rows, policy, series="1", published="2026-11-01")
    history = History((wrong,), frozenset({1}))
    after = release(more, policy, history, series="1", published="2026-12-01")
    assert after.by_id["item/mt1/*"].status is Status.SHOWN


def test_a_place_that_differs_by_few_from_the_one_within_it_is_not_shown_beside_it() -> None:
    """A kommune with one service, and nine people of another service: their answers stay theirs."""
    terms = in_areas(FLAT, s0="k2", s2="k2")
    rows = frame(109, terms, asked=("mt1",)).with_columns(
        mt1=pl.Series([1] * 40 + [5] * 60 + [1] * 9, dtype=pl.Int64),
        dont_know=pl.lit([], dtype=pl.List(pl.String)),
        services=pl.Series([["s0"]] * 100 + [["s2"]] * 9),
    )
    policy = Policy(terms)
    out = release(rows, policy, series="1", published="2026-10-01")
    assert out.by_id["item/mt1/s0"].visible
    assert not out.by_id["item/mt1/k2"].visible
    alone = release(rows.head(100), policy, series="1", published="2026-10-01")
    assert alone.by_id["item/mt1/k2"].categories == alone.by_id["item/mt1/s0"].categories
    # The kommune was there first: then the nine's service comes, and the kommune stays as it was.
    after = release(rows, policy, History((alone,)), series="1", published="2026-11-01")
    assert after.by_id["item/mt1/k2"].n == 100


def test_renaming_changes_no_number() -> None:
    rows = frame(400, FLAT, asked=("mt1",))
    renamed = replace(FLAT.services[0], name=names("Nytt navn"))
    terms = replace(FLAT, services=(renamed, *FLAT.services[1:]))
    first = release(rows, Policy(FLAT), series="1", published="2026-10-01")
    again = release(rows, Policy(terms), History((first,)), series="1", published="2026-11-01")
    for old, new in zip(first.figures, again.figures, strict=True):
        assert (old.n, old.categories, old.as_of) == (new.n, new.categories, new.as_of)
    assert "Nytt navn" in again.to_bytes().decode()


def test_the_services_of_a_hidden_kommune_stand_for_it_beside_the_other_kommuner() -> None:
    """The kommune would tell of nine who are elsewhere in it; so would the fylke around it."""
    terms = in_areas(FLAT, s0="k1", s1="k1", s2="k2")
    rows = frame(209, terms, asked=("mt1",)).with_columns(
        mt1=pl.Series([1] * 40 + [5] * 60 + [1] * 50 + [5] * 50 + [1] * 9, dtype=pl.Int64),
        dont_know=pl.lit([], dtype=pl.List(pl.String)),
        services=pl.Series([["s0"]] * 100 + [["s2"]] * 100 + [["s1"]] * 9),
    )
    out = release(rows, Policy(terms), series="1", published="2026-10-01")
    visible = {key for key in terms.places if out.by_id[f"item/mt1/{key}"].visible}
    assert visible == {"s0", "s2", "k2"}
    without = release(rows.head(200), Policy(terms), series="1", published="2026-10-01")
    assert without.by_id["item/mt1/f1"].visible


def test_whoever_has_withdrawn_hides_nobody_who_is_told_apart_by_the_rest() -> None:
    """Kommune and one club are as they were; the other club comes, and one person is left over.

    Twenty who have withdrawn are in the club's figure still, and so are not of what is left over.
    """
    terms = in_areas(FLAT, s0="k2", s2="k2", s3="k2")
    every = frame(145, terms, asked=("mt1",)).with_columns(
        mt1=pl.Series([1] * 40 + [5] * 60 + [1] * 12 + [5] * 12 + [1] + [5] * 20, dtype=pl.Int64),
        dont_know=pl.lit([], dtype=pl.List(pl.String)),
        services=pl.Series([["s0"]] * 100 + [["s2"]] * 24 + [["s3"]] + [["s2"]] * 20),
    )
    left = [*range(10), *range(40, 50)]
    first = release(every.head(125), Policy(terms), series="1", published="2026-10-01")
    visible = {key for key in terms.places if first.by_id[f"item/mt1/{key}"].visible}
    assert visible == {"s0", "k2", "f1"}
    after = release(
        every.filter(~pl.int_range(pl.len()).is_in(left)),
        Policy(terms),
        History((first,)),
        series="1",
        published="2026-11-01",
    )
    assert after.by_id["item/mt1/k2"].n == 125
    assert not after.by_id["item/mt1/s2"].visible


def _one_by_one(looked: Any, parts: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Who is in any of some snapshots, found without anything that is kept between questions."""
    said: dict[int, int] = {}
    for part in parts:
        rows, codes = part.people
        for row, code in zip(rows.tolist(), codes.tolist(), strict=True):
            said.setdefault(row, code)
    low = min(value for cell in looked.question.ladder[0] for value in cell.values)
    return np.array([*said], np.int32), np.array([code - low for code in said.values()], np.uint8)


def test_who_is_in_several_places_is_the_same_counted_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Answers are withdrawn and coded anew between releases, and some are in two places."""
    terms = in_areas(catalogue(services=6, themes=3), s0="k1", s1="k1", s2="k1", s3="k2", s4="k2")
    every = frame(2400, terms, asked=("mt1", "mt2"))
    told = pl.col("themes").list.len() > 0
    anew = told & (pl.int_range(pl.len()) % 40 == 7)
    frames = [
        every.head(900),
        every.head(1500).filter(pl.int_range(pl.len()) % 30 != 4),
        every.with_columns(
            pl.when(anew).then([]).otherwise(pl.col(name)).cast(pl.List(pl.String)).alias(name)
            for name in ("themes", "themes_positive", "themes_critical")
        ),
    ]
    together, seen = gate._together, {True: 0, False: 0}

    def watched(looked: Any, parts: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
        seen[all(part.same for part in parts)] += 1
        return together(looked, parts)

    documents = []
    for found in (watched, _one_by_one):
        monkeypatch.setattr(gate, "_together", found)
        made: list[Release] = []
        for number, rows in enumerate(frames, 1):
            history, day = History(tuple(made)), f"2026-1{number - 1}-01"
            made.append(release(rows, Policy(terms), history, series="1", published=day))
        documents.append([one.to_bytes() + one.members_to_bytes() for one in made])
    assert documents[0] == documents[1]
    assert all(seen.values())
