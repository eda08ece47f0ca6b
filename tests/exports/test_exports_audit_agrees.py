"""An intruder who counts every possible world, in tiny ones, proves what the audit finds: no more.

He shares no code with it. He gets documents only, and the rules: thresholds, rounding, batches.
"""

from itertools import chain, product

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import ALL, Catalogue, Count, Figure, Kind, Release, Service, Snapshot, Status
from exports.disclosure.audit import audit

K, BASE = 4, 2
CODES = (1, 5)
TYPES = list(
    product(("nav", "elsewhere"), (1, 2))
)  # of people with one code: where, and since when
PLACES, TIMES = (ALL, "nav"), (1, 2)
TERMS = Catalogue((Service("nav", "nav_kontor", {}),), (), (), ())
Truth = dict[tuple[int, str, int], int]  # people per code, place and release they came in


def counted(truth: Truth, code: int, place: str, time: int) -> int:
    return sum(
        size
        for (one, where, since), size in truth.items()
        if one == code and since <= time and place in (ALL, where)
    )


def rounded(size: int) -> int:
    return (2 * size + BASE) // (2 * BASE) * BASE


def may_be_shown(truth: Truth, place: str, time: int, before: bool) -> bool:
    large = all(counted(truth, code, place, time) >= K for code in CODES)
    gains = [counted(truth, code, place, 2) - counted(truth, code, place, 1) for code in CODES]
    return large and (not before or (any(gains) and all(gain == 0 or gain >= K for gain in gains)))


def documents(truth: Truth, wanted: set[tuple[str, int]]) -> list[Release]:
    """Write two releases, as the gate would, of those figures that are wanted and may be shown."""
    done = []
    shown: set[tuple[str, int]] = set()
    for time in TIMES:
        figures, rows = [], []
        for place in PLACES:
            if (place, time) not in wanted:
                continue
            if not may_be_shown(truth, place, time, (place, 1) in shown):
                continue
            shown.add((place, time))
            sizes = [counted(truth, code, place, time) for code in CODES]
            categories = [(str(c), (c,), rounded(n)) for c, n in zip(CODES, sizes, strict=True)]
            figures.append(
                Figure(
                    Kind.ITEM, "mt1", place, None, K, Status.SHOWN, None, rounded(sum(sizes)),
                    tuple(Count(*category) for category in categories),
                    as_of=Snapshot(time, "2026-10-01"),
                )
            )  # fmt: skip
            rows += [
                {"cell": place, "id": f"{code}{where}{since}{i}", "item/mt1": code}
                for (code, where, since), size in truth.items()
                for i in range(size)
                if since <= time and place in (ALL, where)
            ]
        schema = {"cell": pl.String, "id": pl.String, "item/mt1": pl.Int8}
        members = pl.DataFrame(rows, schema=schema).sort("cell", "id")
        done.append(Release(time, "1", "2026-10-01", K, K, BASE, TERMS, tuple(figures), members))
    return done


def worlds(releases: list[Release]) -> list[np.ndarray]:
    """Return all that can be true: per world, people per type, of the first code and second."""
    top = 21  # more than any figure here can have
    grid = np.array(list(product(range(top), repeat=4)))
    figures = {(f.service, r.number): f for r in releases for f in r.figures}
    sums = {
        (place, time): [
            number
            for number, (where, since) in enumerate(TYPES)
            if since <= time and place in (ALL, where)
        ]
        for place, time in product(PLACES, TIMES)
    }
    fitting = []
    for number, _ in enumerate(CODES):
        keep = np.full(len(grid), True)
        for (place, time), figure in figures.items():
            size = grid[:, sums[place, time]].sum(axis=1)
            keep &= (rounded_all(size) == figure.categories[number].x) & (size >= K)
        for place in PLACES:
            if (place, 1) in figures and (place, 2) in figures:
                gain = grid[:, sums[place, 2]].sum(axis=1) - grid[:, sums[place, 1]].sum(axis=1)
                keep &= (gain == 0) | (gain >= K)
        # People of no published figure are of no interest: there are none.
        seen = {number for key in figures for number in sums[key]}
        for number in range(4):
            if number not in seen:
                keep &= grid[:, number] == 0
        fitting.append(grid[keep])
    one, two = fitting
    ok = np.full((len(one), len(two)), True)
    for key, figure in figures.items():
        n = one[:, sums[key]].sum(axis=1)[:, None] + two[:, sums[key]].sum(axis=1)[None, :]
        ok &= rounded_all(n) == figure.n
    first, second = np.nonzero(ok)
    return [one[first], two[second]]


def rounded_all(sizes: np.ndarray) -> np.ndarray:
    return (2 * sizes + BASE) // (2 * BASE) * BASE


def proven(releases: list[Release]) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return the groups of 1 to k-1 that are so in every world: named as the audit names them."""
    possible = worlds(releases)
    figures = [(f.service, r.number) for r in releases for f in r.figures]
    found = {}
    for (place, time), (other, then) in product(figures, repeat=2):
        if then > time or (place, other) == ("nav", ALL) or (place, time) == (other, then):
            continue
        outside = [
            number
            for number, (where, since) in enumerate(TYPES)
            if since <= time
            and place in (ALL, where)
            and not (since <= then and other in (ALL, where))
        ]
        sizes = [codes[:, outside].sum(axis=1) for codes in possible]
        for name, size in zip(("1", "5", ""), (*sizes, sizes[0] + sizes[1]), strict=True):
            if size.min() >= 1 and size.max() < K:
                found[f"item/mt1/{place}", str(time), f"item/mt1/{other}", str(then), name] = (
                    int(size.min()),
                    int(size.max()),
                )
    return found


def found_by_audit(releases: list[Release]) -> dict[tuple[str, ...], tuple[int, int]]:
    return {
        (
            *(part for table in f.tables for part in (table.figure, str(table.number))),
            f.answer,
        ): (f.low, f.high)
        for f in audit(releases, [], TERMS).findings
        if len(f.tables) == 2
    }


MANY, FEW = st.sampled_from([0, 3, 4, 5]), st.sampled_from([0, 0, 1, 2, 3, 5])
PEOPLE = st.tuples(MANY, MANY, FEW, FEW)  # in the order of TYPES: most are at nav


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(PEOPLE, PEOPLE),
    st.sets(st.sampled_from(list(product(PLACES, TIMES))), min_size=2),
)
def test_both_find_the_same(
    people: tuple[tuple[int, ...], ...], wanted: set[tuple[str, int]]
) -> None:
    keys = [(code, *kind) for code in CODES for kind in TYPES]
    releases = documents(dict(zip(keys, chain(*people), strict=True)), wanted)
    intruder, audited = proven(releases), found_by_audit(releases)
    assert audited.keys() == intruder.keys()
    for key, (low, high) in intruder.items():  # the audit's bounds need not be the sharpest
        assert audited[key][0] <= low <= high <= audited[key][1]


def test_there_is_something_to_agree_on() -> None:
    truth = {(1, "nav", 1): 6, (5, "nav", 1): 6, (1, "elsewhere", 1): 2}
    releases = documents(truth, {(ALL, 1), ("nav", 1)})
    one = ("item/mt1/*", "1", "item/mt1/nav", "1")  # they answered 1, elsewhere than at nav
    assert proven(releases) == found_by_audit(releases) == {(*one, "1"): (1, 3), (*one, ""): (1, 3)}
