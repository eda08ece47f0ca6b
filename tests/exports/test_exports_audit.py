"""The audit in the gate: what rules miss is kept back, and what cannot be kept back is refused."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from exports_synthetic import catalogue, frame

from enumerations import Level
from exports import (
    ALL,
    Area,
    AuditError,
    Catalogue,
    Exported,
    Figure,
    Group,
    History,
    Kind,
    Policy,
    Release,
    Service,
    Snapshot,
    Status,
    Theme,
    release,
)
from exports.disclosure.audit import Audit, audit
from exports.disclosure.document import Count, Estimate, Reason
from exports.disclosure.holding import hold_back

K, BASE = 10, 5
NAMES = {"nb": "x", "nn": "x", "en": "x"}
NAV, SKOLE = (Service(key, "nav_kontor", NAMES, area="bjerke") for key in ("nav", "skole"))
TERMS = Catalogue(
    (NAV, SKOLE),
    (Group("G", NAMES),),
    (Theme("T", "G", Level.PRACTICE, NAMES), Theme("U", "G", Level.PRACTICE, NAMES)),
    ("2026-Q1", "2026-Q2"),
    areas=(Area("bjerke", "kommune", NAMES),),
)
Answers = dict[str, int]  # code per person


def rounded(size: int) -> int:
    return (2 * size + BASE) // (2 * BASE) * BASE


def told(number: int, figures: dict[tuple[str, str], Answers], terms: Catalogue = TERMS) -> Release:
    """Write a release of what these people answered, per question and place, whatever the rules."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    shown = []
    for (column, place), answers in figures.items():
        kind, subject = column.split("/")
        codes = sorted(set(answers.values()))
        shown.append(
            Figure(
                Kind(kind), subject, place, None, K, Status.SHOWN, None, rounded(len(answers)),
                tuple(
                    Count(str(code), (code,), rounded(list(answers.values()).count(code)))
                    for code in codes
                ),
                as_of=Snapshot(number, "2026-10-01"),
            )
        )  # fmt: skip
        for person, code in answers.items():
            rows.setdefault((place, person), {"cell": place, "id": person})[column] = code
    columns = {column: pl.Int8 for column, _ in figures}
    members = pl.DataFrame(list(rows.values()), {"cell": pl.String, "id": pl.String} | columns)
    return Release(
        number, "1", "2026-10-01", K, 15, BASE, terms, tuple(shown), members.sort("cell", "id")
    )


def people(name: str, size: int, code: int) -> Answers:
    return {f"{name}{code}-{i:03}": code for i in range(size)}


def found(done: Audit) -> set[tuple[str, ...]]:
    return {(*map(str, finding.tables), finding.answer) for finding in done.findings}


NAV_PEOPLE = people("nav", 30, 1) | people("nav", 40, 5)
FEW_OTHERS = people("skole", 4, 1)


def test_what_is_left_of_a_kommune_without_its_service_is_found() -> None:
    kommune = NAV_PEOPLE | people("skole", 5, 1)
    done = audit(
        [told(1, {("item/mt1", "nav"): NAV_PEOPLE, ("item/mt1", "bjerke"): kommune})], [], TERMS
    )
    both = ("item/mt1/bjerke (release 1)", "item/mt1/nav (release 1)")
    assert found(done) == {(*both, "1"), (*both, "")}
    assert {(finding.low, finding.high) for finding in done.findings} == {(1, 9)}


def test_a_crowd_beside_a_service_proves_nothing() -> None:
    kommune = NAV_PEOPLE | people("skole", 15, 1) | people("skole", 12, 5)
    done = audit(
        [told(1, {("item/mt1", "nav"): NAV_PEOPLE, ("item/mt1", "bjerke"): kommune})], [], TERMS
    )
    assert (done.findings, done.cells) == ((), 6)


def test_the_same_people_in_kommune_and_service_prove_nothing() -> None:
    shown = {("item/mt1", "nav"): NAV_PEOPLE, ("item/mt1", "bjerke"): NAV_PEOPLE}
    assert audit([told(1, shown)], [], TERMS).findings == ()


@pytest.mark.parametrize(
    ("nav", "kommune"),
    [
        ({"mean": 3.2}, {"mean": 3.3}),
        ({"estimates": (Estimate("alpha", 0.7),)}, {"estimates": (Estimate("alpha", 0.8),)}),
    ],
)
def test_different_statistics_prove_that_somebody_is_left(
    nav: dict[str, Any], kommune: dict[str, Any]
) -> None:
    # 71 of 75 and 75 of 75: by counts alone the four might be nobody.
    everybody = NAV_PEOPLE | people("skole", 2, 1)
    shown = {("item/mt1", "nav"): NAV_PEOPLE, ("item/mt1", "bjerke"): everybody}
    plain = told(1, shown)
    assert audit([plain], [], TERMS).findings == ()
    said = {"nav": nav, "bjerke": kommune}
    figures = tuple(replace(figure, **said[figure.service]) for figure in plain.figures)
    both = ("item/mt1/bjerke (release 1)", "item/mt1/nav (release 1)")
    assert (*both, "") in found(audit([replace(plain, figures=figures)], [], TERMS))


def test_who_came_between_two_releases_is_found() -> None:
    first = told(1, {("item/mt1", "nav"): NAV_PEOPLE})
    second = told(2, {("item/mt1", "nav"): NAV_PEOPLE | people("new", 5, 5)})
    both = ("item/mt1/nav (release 2)", "item/mt1/nav (release 1)")
    assert found(audit([first, second], [], TERMS)) == {(*both, "5"), (*both, "")}


def test_what_earlier_releases_prove_is_known() -> None:
    first = told(1, {("item/mt1", "nav"): NAV_PEOPLE})
    second = told(2, {("item/mt1", "nav"): NAV_PEOPLE | people("new", 5, 5)})
    third = told(3, {("item/mt1", "nav"): NAV_PEOPLE | people("new", 35, 5)})
    assert not any(finding.known for finding in audit([first, second], [], TERMS, since=2).findings)
    assert all(f.known for f in audit([first, second, third], [], TERMS, since=3).findings)


@pytest.mark.parametrize("area", [None, "bjerke"], ids=["no kommune", "a hidden kommune"])
def test_services_side_by_side_leave_a_few(area: str | None) -> None:
    nav, skole = (
        people("nav", 12, 1) | people("nav", 20, 5),
        people("s", 12, 1) | people("s", 20, 5),
    )
    shown = {
        ("item/mt1", "nav"): nav,
        ("item/mt1", "skole"): skole,
        ("item/mt1", ALL): nav | skole | people("neither", 4, 1),
    }
    services = tuple(replace(service, area=area) for service in (NAV, SKOLE))
    terms = replace(TERMS, areas=TERMS.areas if area else (), services=services)
    done = audit([told(1, shown, terms)], [], terms)
    assert done.small == 2  # tried: all four, and those who answered 1; three roundings blur them
    assert done.findings == ()


def test_a_theme_that_is_nearly_all_of_its_group_is_found() -> None:
    mentioned, silent = people("told", 30, 2), people("silent", 40, 0)
    theme = mentioned | people("other", 5, 0) | silent
    group = mentioned | dict.fromkeys(people("other", 5, 0), 2) | silent
    done = audit([told(1, {("theme/T", "nav"): theme, ("group/G", "nav"): group})], [], TERMS)
    both = ("group/G/nav (release 1)", "theme/T/nav (release 1)")
    assert (*both, "2") in found(done)


def file(number: int, left_out: set[str]) -> Exported:
    kept = [person for person in NAV_PEOPLE if person not in left_out]
    return Exported(
        number,
        "2026-10-01",
        pl.DataFrame(
            {
                "id": kept,
                "services": [["nav"]] * len(kept),
                "item/mt1": [NAV_PEOPLE[person] for person in kept],
            }
        ),
    )


def test_a_file_says_exactly_how_many_it_leaves_out() -> None:
    before = [told(1, {("item/mt1", "nav"): NAV_PEOPLE})]
    # 30 answered 1, published as 30. With 28 of them in the file, there may have been no others.
    assert audit(before, [file(1, {"nav1-000", "nav1-001"})], TERMS).findings == ()
    # With 27, some have been left out; there cannot be more than five.
    done = audit(before, [file(1, {"nav1-000", "nav1-001", "nav1-002"})], TERMS)
    assert found(done) == {("item/mt1/nav (release 1)", "file 1 (release 1)", "1")}
    assert [(finding.low, finding.high) for finding in done.findings] == [(1, 5)]


def test_one_figure_is_kept_back_and_the_rest_are_shown() -> None:
    kommune = NAV_PEOPLE | people("skole", 5, 1)
    full = told(1, {("item/mt1", "nav"): NAV_PEOPLE, ("item/mt1", "bjerke"): kommune})
    instead = {
        figure.id: replace(figure, status=Status.HIDDEN, n=None, categories=(), as_of=None)
        for figure in full.figures
    }
    done = hold_back(full, History(), instead)
    nav, bjerke = done.by_id["item/mt1/nav"], done.by_id["item/mt1/bjerke"]
    assert (nav.status, nav.reason, nav.n) == (Status.HIDDEN, Reason.HELD_BACK, None)
    assert bjerke.n == 75
    members = done.read_members("cell", "item/mt1").filter(pl.col("cell") == "nav")
    assert members["item/mt1"].null_count() == 70
    assert audit([done], [], TERMS).findings == ()


def test_what_cannot_be_kept_back_is_refused_and_named() -> None:
    before = told(1, {("item/mt1", "nav"): NAV_PEOPLE})
    three = file(2, {f"nav1-{number:03}" for number in range(27)})  # who answered 1, exactly
    with pytest.raises(AuditError, match=r"Nothing is published.*3 to 3 people are in file 1"):
        hold_back(told(2, {}), History((before,), exports=(three,)), {})


def people_of_mt1(name: str, answers: dict[int | None, int], services: list[str]) -> pl.DataFrame:
    """So many gave each answer; None: they said "don't know"."""
    said = [answer for answer, size in answers.items() for _ in range(size)]
    nobody = pl.lit([], dtype=pl.List(pl.String))
    return pl.DataFrame(
        {
            "id": [f"{name}{number:03}" for number in range(len(said))],
            "services": [services] * len(said),
            "mt1": pl.Series(said, dtype=pl.Int64),
            "dont_know": [["mt1"] if answer is None else [] for answer in said],
        },
        schema_overrides={"services": pl.List(pl.String), "dont_know": pl.List(pl.String)},
    ).with_columns(
        period=pl.lit("2026-Q1"), has_story=pl.lit(False), themes=nobody, themes_positive=nobody
    )


def test_a_few_who_answered_elsewhere_are_not_told_by_dont_know() -> None:
    """70 answered at nav, where few did not know; 5 at skole, where many did not."""
    nav = people_of_mt1("nav", {1: 30, 5: 40, None: 3}, ["nav"])
    skole = people_of_mt1("skole", {1: 5, None: 30}, ["skole"])
    policy = Policy(TERMS)
    done = release(pl.concat([nav, skole]), policy, series="1", published="2026-10-01")
    assert done.by_id["item/mt1/nav"].visible
    assert not done.by_id["item/mt1/bjerke"].visible
    # "75 answered" beside "70 at nav": the rules compare figures of one question only.
    for place in ("bjerke", ALL):
        assert done.by_id[f"dont_know/mt1/{place}"].reason is Reason.HELD_BACK
    assert audit([done], [], TERMS).findings == ()
    nav = people_of_mt1("nav", {1: 30, 5: 40, None: 13}, ["nav"])
    crowd = people_of_mt1("skole", {1: 15, 5: 12, None: 30}, ["skole"])
    done = release(pl.concat([nav, crowd]), policy, series="1", published="2026-10-01")
    assert done.by_id["dont_know/mt1/bjerke"].n == 140


def test_whoever_answered_and_did_not_know_has_answered() -> None:
    rows = people_of_mt1("nav", {1: 30, 5: 40, None: 13}, ["nav"])
    both = rows.with_columns(dont_know=pl.lit(["mt1"], dtype=pl.List(pl.String)))
    done = [
        release(table, Policy(TERMS), series="1", published="2026-10-01").to_bytes()
        for table in (rows, both)
    ]
    assert done[0] == done[1]


def test_an_item_that_is_hidden_everywhere_leaves_its_dont_know() -> None:
    rows = people_of_mt1("nav", {5: 40, None: 15}, ["nav"])
    done = release(rows, Policy(TERMS), series="1", published="2026-10-01")
    assert not done.by_id["item/mt1/nav"].visible
    assert done.by_id["dont_know/mt1/nav"].n == 55


def answers(size: int, terms: Catalogue, start: int) -> pl.DataFrame:
    return frame(size, terms, start=start, asked=("mt1", "lt1"))


def test_releases_of_a_year_are_audited_clean() -> None:
    terms = catalogue(services=2, themes=3)
    done: list[Release] = []
    now = answers(0, terms, 0)
    for month in range(5):
        now = pl.concat([now, answers(45, terms, 1000 * month)])
        done.append(
            release(now, Policy(terms), History(tuple(done)), series="1", published="2026-10-01")
        )
    whole = audit(done, [], terms)
    assert (whole.findings, whole.cells > 100) == ((), True)
