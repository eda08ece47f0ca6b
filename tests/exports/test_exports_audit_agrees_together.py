"""The intruder who counts every possible world also reads figures of one question together.

An item beside its "don't know", and a scale's counts beside its means: what follows of the people
who are in one figure and not in another around or after it. He shares no code with the audit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import ALL, Catalogue, Count, Figure, Kind, Release, Service, Snapshot, Status
from exports.disclosure.audit import audit

K, BASE, TOP = 4, 2, 24
DAY = "2026-10-01"
TERMS = Catalogue((Service("nav", "nav_kontor", {}),), (), (), ())
# Where and when the two figures of a question are: the first is of people who are in the second.
WITHIN = (("nav", 1), (ALL, 1))
LATER = (("nav", 1), ("nav", 2))
Spots = tuple[tuple[str, int], tuple[str, int]]
Proofs = dict[tuple[str, ...], tuple[int, int]]
SAID, TOTALS = ("1", "5", "dk"), range(11)
LOW, NOT_LOW = (0, 5), (6, 10)  # totals of the two bands


def rounded(size: Any) -> Any:
    return (2 * size + BASE) // (2 * BASE) * BASE


@dataclass(frozen=True)
class Asked:
    """A question: its figure's id, and its categories: id, codes in the document, whom it counts.

    Whom is a set of numbers of groups of people who said the same.
    """

    id: str
    categories: tuple[tuple[str, tuple[int, ...], frozenset[int]], ...]

    @property
    def everybody(self) -> frozenset[int]:
        return frozenset().union(*(whom for _, _, whom in self.categories))


ITEM = Asked("item/mt1", (("1", (1,), frozenset({0})), ("5", (5,), frozenset({1}))))
UNSAID = Asked(
    "dont_know/mt1", (("dont_know", (1,), frozenset({2})), ("answered", (0,), frozenset({0, 1})))
)
SCALE = Asked("scale/lt1", (("low", (0,), frozenset({0})), ("not_low", (1, 2), frozenset({1}))))


def size(truth: np.ndarray, whom: frozenset[int], spot: int) -> Any:
    """Return how many said this: rows of the truth are what was said, columns first and after."""
    return sum(truth[..., said, : spot + 1].sum(axis=-1) for said in whom)


def may_be_shown(truth: np.ndarray, asked: Asked, spot: int, before: bool) -> Any:
    """Whether each category is large, and has gained nobody or many since the figure before."""
    fits = True
    for _, _, whom in asked.categories:
        now = size(truth, whom, spot)
        fits &= now >= K
        if before:
            gain = now - size(truth, whom, 0)
            fits &= (gain == 0) | (gain >= K)
    return fits


def documents(
    truth: np.ndarray,
    spots: Spots,
    questions: tuple[Asked, ...],
    wanted: set[tuple[int, int]],
    totals: list[list[int]],
) -> list[Release]:
    """Write releases of the figures (question, spot) that are wanted and may be shown.

    Args:
        truth: people per answer, in the first figure, and in the second only.
        spots: place and release of the two figures.
        questions: what is asked of them.
        wanted: numbers of question and spot.
        totals: of those in the first figure, and of those in the second only, for a mean.
    """
    figures: dict[int, list[Figure]] = {1: [], 2: []}
    rows: dict[tuple[int, str, str], dict[str, object]] = {}
    shown: set[tuple[int, int]] = set()
    for number, spot in sorted(wanted):
        asked, (place, time) = questions[number], spots[spot]
        before = spots == LATER and (number, 0) in shown
        if not may_be_shown(truth, asked, spot, before and spot == 1):
            continue
        if before and spot == 1 and not truth[sorted(asked.everybody), 1].any():
            continue  # nothing new: the figure before is kept
        shown.add((number, spot))
        kind, subject = asked.id.split("/")
        sizes = [int(size(truth, whom, spot)) for _, _, whom in asked.categories]
        scores = [score for some in totals[: spot + 1] for score in some]
        figures[time].append(
            Figure(
                Kind(kind), subject, place, None, K, Status.SHOWN, None, rounded(sum(sizes)),
                tuple(
                    Count(name, codes, rounded(count))
                    for (name, codes, _), count in zip(asked.categories, sizes, strict=True)
                ),
                mean=round(sum(scores) / len(scores), 1) if scores else None,
                as_of=Snapshot(time, DAY),
            )
        )  # fmt: skip
        for person, code in people(truth, asked, spot):
            row = rows.setdefault((time, place, person), {"cell": place, "id": person})
            row[asked.id] = code
    schema: dict[str, Any] = {"cell": pl.String, "id": pl.String}
    schema |= dict.fromkeys((asked.id for asked in questions), pl.Int8)
    return [
        Release(
            time, "1", DAY, K, K, BASE, TERMS, tuple(figures[time]),
            pl.DataFrame([row for key, row in rows.items() if key[0] == time], schema)
            .sort("cell", "id"),
        )
        for time in sorted({time for _, time in spots})
    ]  # fmt: skip


def people(truth: np.ndarray, asked: Asked, spot: int) -> Iterator[tuple[str, int]]:
    for _, codes, whom in asked.categories:
        for said, since in product(whom, range(spot + 1)):
            for number in range(truth[said, since]):
                yield f"{said}-{since}-{number}", codes[0]


def figures_of(
    releases: list[Release], spots: Spots, questions: tuple[Asked, ...]
) -> dict[tuple[int, int], Figure]:
    ids = {asked.id: number for number, asked in enumerate(questions)}
    return {
        (ids[f"{figure.kind}/{figure.subject}"], spots.index((figure.service, made.number))): figure
        for made in releases
        for figure in made.figures
    }


def worlds(
    figures: dict[tuple[int, int], Figure], spots: Spots, questions: tuple[Asked, ...]
) -> np.ndarray:
    """Return every world that the documents allow: people per answer and column, as the truth."""
    groups = max(said for asked in questions for said in asked.everybody) + 1
    found = np.zeros((1, 0, 2), dtype=np.int64)
    grid = np.array(list(product(range(TOP), repeat=2)))
    for said in range(groups):
        seen = [spot for number, spot in figures if said in questions[number].everybody]
        # People of no published figure are of no interest: there are none.
        own = grid[(grid[:, 1] == 0) | (1 in seen)]
        own = own[(own[:, 0] == 0) | bool(seen)]
        own = own[fits(own[:, None, :], figures, spots, questions, frozenset({said}), said)]
        one, other = np.indices((len(found), len(own))).reshape(2, -1)
        found = np.concatenate([found[one], own[other][:, None, :]], axis=1)
        known = frozenset(range(said + 1))
        found = found[fits(found, figures, spots, questions, known, 0)]
    return found


def fits(
    truth: np.ndarray,
    figures: dict[tuple[int, int], Figure],
    spots: Spots,
    questions: tuple[Asked, ...],
    known: frozenset[int],
    first: int,
) -> np.ndarray:
    """Whether worlds fit what is published of these groups of people; the first row is `first`."""
    keep = np.full(len(truth), True)

    def count(whom: frozenset[int], spot: int) -> Any:
        return size(truth, frozenset(said - first for said in whom), spot)

    for (number, spot), figure in figures.items():
        asked = questions[number]
        for (_, _, whom), published in zip(asked.categories, figure.categories, strict=True):
            if whom <= known:
                now = count(whom, spot)
                keep &= (rounded(now) == published.x) & (now >= K)
                if spots == LATER and spot == 1 and (number, 0) in figures:
                    gain = now - count(whom, 0)
                    keep &= (gain == 0) | (gain >= K)
        if asked.everybody <= known:
            keep &= rounded(count(asked.everybody, spot)) == figure.n
    return keep


def with_totals(
    possible: np.ndarray, figures: dict[tuple[int, int], Figure], spots: Spots
) -> np.ndarray:
    """Return the worlds in which people can have totals with the means; all times twenty.

    He does not know how halves are rounded, nor that totals are whole.
    """
    least, most = (20 * (possible * [[low], [high]]).sum(axis=1) for low, high in
                   ((LOW[0], NOT_LOW[0]), (LOW[1], NOT_LOW[1])))  # fmt: skip
    first = [least[:, 0], most[:, 0]]
    if (0, 0) in figures:
        first = _narrowed(first, possible[..., 0].sum(axis=1), figures[0, 0].mean)
    both = [first[0] + least[:, 1], first[1] + most[:, 1]]
    if (0, 1) in figures:
        both = _narrowed(both, possible.sum(axis=(1, 2)), figures[0, 1].mean)
    keep = (first[0] <= first[1]) & (both[0] <= both[1])
    means = {figure.mean for figure in figures.values()}
    if spots == WITHIN and len(means) == 2:  # not the same people
        keep &= possible[..., 1].sum(axis=1) >= 1
    return possible[keep]


def _narrowed(limits: list[Any], n: Any, mean: float | None) -> list[Any]:
    assert mean is not None
    twenty = round(20 * mean)
    return [np.maximum(limits[0], n * (twenty - 1)), np.minimum(limits[1], n * (twenty + 1))]


def proven(
    possible: np.ndarray,
    figures: dict[tuple[int, int], Figure],
    spots: Spots,
    questions: tuple[Asked, ...],
) -> Proofs:
    """Return the groups of 1 to k-1 that are so in every world, named as the audit names them."""
    cells = []
    for number, spot in figures:
        asked = questions[number]
        cells += [
            (number, spot, ", ".join(map(str, codes)), whom) for _, codes, whom in asked.categories
        ]
        cells.append((number, spot, "", asked.everybody))
    found: Proofs = {}
    for over, under in product(cells, repeat=2):
        if under[1] > over[1] or not under[3] <= over[3]:
            continue
        group = size(possible, over[3], over[1]) - size(possible, under[3], under[1])
        if group.min() >= 1 and group.max() < K:
            tables = [(questions[n].id, *spots[spot]) for n, spot, *_ in (over, under)]
            names = [part for name, at, time in tables for part in (f"{name}/{at}", str(time))]
            found[(*names, over[2])] = (int(group.min()), int(group.max()))
    return found


def found_by_audit(releases: list[Release]) -> Proofs:
    return {
        (
            *(part for table in f.tables for part in (table.figure, str(table.number))),
            f.answer,
        ): (f.low, f.high)
        for f in audit(releases, [], TERMS).findings
        if len(f.tables) == 2
    }


def agree(intruder: Proofs, audited: Proofs) -> None:
    assert audited.keys() == intruder.keys()
    for key, (low, high) in intruder.items():  # the audit's bounds need not be the sharpest
        assert audited[key][0] <= low <= high <= audited[key][1]


MANY, FEW = st.sampled_from([0, 3, 4, 4, 5, 6]), st.sampled_from([0, 0, 1, 2, 3, 5])
WANTED = st.sets(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2)


@pytest.mark.parametrize("spots", [WITHIN, LATER])
@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(MANY, FEW), min_size=3, max_size=3), WANTED)
def test_both_find_the_same_of_an_item_and_its_dont_know(
    spots: Spots, sizes: list[tuple[int, int]], wanted: set[tuple[int, int]]
) -> None:
    questions = (ITEM, UNSAID)
    releases = documents(np.array(sizes), spots, questions, wanted, [])
    figures = figures_of(releases, spots, questions)
    possible = worlds(figures, spots, questions)
    agree(proven(possible, figures, spots, questions), found_by_audit(releases))


SCORES = st.lists(st.integers(0, 8), min_size=8, max_size=14)
FEW_SCORES = st.lists(st.sampled_from([0, 0, 5, 6, 8]), max_size=6)
"""Totals of people whom `people` gives the lower of the codes that are not low: 6 to 8."""


def scored(totals: list[list[int]]) -> np.ndarray:
    """Return people per band, in the first figure, and in the second only."""
    low = [sum(total <= LOW[1] for total in some) for some in totals]
    return np.array([low, [len(some) - few for some, few in zip(totals, low, strict=True)]])


@pytest.mark.parametrize("spots", [WITHIN, LATER])
@settings(max_examples=300, deadline=None)
@given(SCORES, FEW_SCORES)
def test_both_find_the_same_of_counts_and_means(
    spots: Spots, first: list[int], after: list[int]
) -> None:
    totals = [first, after]
    releases = documents(scored(totals), spots, (SCALE,), {(0, 0), (0, 1)}, totals)
    figures = figures_of(releases, spots, (SCALE,))
    possible = with_totals(worlds(figures, spots, (SCALE,)), figures, spots)
    agree(proven(possible, figures, spots, (SCALE,)), found_by_audit(releases))


def without(releases: list[Release], *kinds: Kind) -> list[Release]:
    return [
        replace(made, figures=tuple(f for f in made.figures if f.kind not in kinds))
        for made in releases
    ]


def test_few_answered_elsewhere_is_found_by_an_item_and_its_dont_know_together() -> None:
    """At nav five and five answered; elsewhere two did and six did not know. No item there."""
    truth = np.array([[5, 1], [5, 1], [1, 6]])
    wanted = {(0, 0), (1, 1)}  # the item at nav, "don't know" of everybody
    releases = documents(truth, WITHIN, (ITEM, UNSAID), wanted, [])
    figures = figures_of(releases, WITHIN, (ITEM, UNSAID))
    assert len(figures) == 2
    intruder = proven(worlds(figures, WITHIN, (ITEM, UNSAID)), figures, WITHIN, (ITEM, UNSAID))
    assert intruder == found_by_audit(releases)
    assert list(intruder) == [("dont_know/mt1/*", "1", "item/mt1/nav", "1", "0")]
    assert not found_by_audit(without(releases, Kind.DONT_KNOW))
    assert not found_by_audit(without(releases, Kind.ITEM))


def test_what_the_one_elsewhere_said_is_found_by_means() -> None:
    """Ten are at nav, and one elsewhere, whose total is 0. By counts alone it may be high."""
    totals = [[8, 10, 8, 7, 2, 10, 2, 0, 2, 4], [0]]
    releases = documents(scored(totals), WITHIN, (SCALE,), {(0, 0), (0, 1)}, totals)
    figures = figures_of(releases, WITHIN, (SCALE,))
    possible = worlds(figures, WITHIN, (SCALE,))
    low = ("scale/lt1/*", "1", "scale/lt1/nav", "1", "0")
    assert low not in proven(possible, figures, WITHIN, (SCALE,))
    assert low not in found_by_audit(without_means(releases))
    intruder = proven(with_totals(possible, figures, WITHIN), figures, WITHIN, (SCALE,))
    agree(intruder, found_by_audit(releases))
    assert low in intruder


def without_means(releases: list[Release]) -> list[Release]:
    return [
        replace(made, figures=tuple(replace(figure, mean=None) for figure in made.figures))
        for made in releases
    ]
