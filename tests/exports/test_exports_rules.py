"""The rules by themselves, on counts that can be checked by eye."""

from collections import defaultdict
from math import comb

import pytest

from exports.disclosure.catalogue import AREAS_MENTIONED
from exports.disclosure.rules import K, apart, next_step, presentable, rounded, size_of, steady
from exports.instruments import Category, Ladder

LADDER: Ladder = (
    (Category("a", (1,)), Category("b", (2,)), Category("c", (3,))),
    (Category("ab", (1, 2)), Category("c", (3,))),
)
COARSE = 1


@pytest.mark.parametrize(
    ("counts", "step"),
    [
        ({1: 10, 2: 10, 3: 10}, 0),
        ({1: 9, 2: 10, 3: 10}, 1),
        ({1: 9, 2: 0, 3: 10}, None),
        ({1: 10, 2: 0, 3: 10}, 1),
        ({1: 100, 2: 100, 3: 9}, None),
        ({}, None),
    ],
)
def test_the_finest_step_whose_categories_are_all_large(
    counts: dict[int, int], step: int | None
) -> None:
    assert next_step(LADDER, counts, [], 10) == step


def test_finer_detail_may_not_undo_the_coarser_figure() -> None:
    """Eleven move from b to a, one newcomer joins a: fine gains 12, but coarse gains just 1."""
    counts = {1: 52, 2: 29, 3: 60}
    moves = {(1, 1): 40, (2, 2): 29, (2, 1): 11, (None, 1): 1, (3, 3): 40, (None, 3): 20}
    assert next_step(LADDER, counts, [(COARSE, moves)], 10) is None
    assert next_step(LADDER, counts, [(0, moves)], 10) == 0


def test_a_figure_without_change_does_not_move() -> None:
    same = {(1, 1): 20, (2, 2): 20, (3, 3): 20}
    assert next_step(LADDER, {1: 20, 2: 20, 3: 20}, [(0, same)], 10) is None


def test_moves_within_a_merged_category_do_not_show() -> None:
    """Three move from a to b, ten newcomers each join a and c: only the coarse step can move on."""
    moves = {(1, 1): 20, (1, 2): 3, (2, 2): 20, (3, 3): 20, (None, 1): 10, (None, 3): 10}
    assert next_step(LADDER, {1: 30, 2: 23, 3: 30}, [(0, moves)], 10) == COARSE


STAYED = {(1, 1): 40, (2, 2): 40, (3, 3): 40}
STEP = LADDER[0]


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({(None, 1): 100}, False),  # whoever came said the same
        ({(None, 1): 9, (None, 2): 10}, False),
        ({(None, 1): 9, (None, 2): 19}, False),
        ({(None, 1): 10, (None, 2): 10}, True),
        ({(None, 1): 10, (None, 3): 10, (2, None): 1}, False),  # all that b lost is the one
        ({(None, 1): 19, (None, 2): 10, (2, None): 1}, False),
        ({(None, 1): 19, (None, 2): 11, (2, None): 1}, True),  # k more came than left
        ({(None, 1): 19, (None, 2): 10, (1, None): 9}, True),
        ({(None, 1): 19, (None, 2): 10, (1, None): 10}, False),  # nine invented leave with one real
        ({(None, 1): 20, (None, 2): 10, (1, None): 10}, True),
        ({(1, None): 19}, False),  # whoever left had said the same
        ({(1, None): 10, (2, None): 10}, True),
        ({(1, None): 10, (2, None): 8}, False),
        ({(1, 2): 9}, False),
        ({(1, 2): 10}, True),
    ],
)
def test_a_figure_moves_when_no_few_can_be_told_apart(
    changes: dict[tuple[int | None, int | None], int], may: bool
) -> None:
    assert steady(STEP, STAYED | changes, 10) is may


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),  # the only service of its kommune: the same figure twice
        ({(None, 1): 9}, False),
        ({(None, 1): 100}, False),  # all who are elsewhere said the same
        ({(None, 1): 10, (None, 2): 9}, False),
        ({(None, 1): 10, (None, 2): 10}, True),
        ({(None, 1): 10, (None, 2): 10, (1, None): 1}, True),  # hidden behind the ten
        ({(None, 1): 10, (None, 3): 10, (2, None): 1}, False),
    ],
)
def test_a_place_beside_the_place_around_it(
    changes: dict[tuple[int | None, int | None], int], may: bool
) -> None:
    assert apart(STEP, STAYED | changes, 10) is may
    counts = dict.fromkeys((1, 2, 3), 40)
    found = next_step(LADDER, counts, [], 10, [(0, STAYED | changes)])
    assert (found == 0) is may


@pytest.mark.parametrize("base", [5, 10])
def test_rounding_is_to_the_nearest_multiple(base: int) -> None:
    for count in range(200):
        assert rounded(count, base) % base == 0
        assert abs(rounded(count, base) - count) <= base / 2


AREA = AREAS_MENTIONED[-1]


@pytest.mark.parametrize(
    ("few", "rest", "may"),
    [(0, 19, True), (9, 10, True), (9, 9, False), (10, 19, False), (0, 18, False), (9, 200, True)],
)
def test_fewer_than_k_may_be_said_of_a_crowd(few: int, rest: int, may: bool) -> None:
    assert presentable(AREA, {1: few, 0: rest}, K) is may


def test_nobody_and_nine_look_the_same() -> None:
    assert told({1: 0, 0: 30}) == told({1: 2, 0: 28}) == told({1: 0, 0: 32})


def told(counts: dict[int, int]) -> tuple[int, ...] | None:
    """Return what a first release says of an area."""
    number = next_step(AREAS_MENTIONED, counts, [], K)
    if number is None:
        return None
    step = AREAS_MENTIONED[number]
    n = rounded(sum(counts.values()), 5)
    if any(cell.few for cell in step):
        return number, n
    return number, n, *(rounded(size_of(cell, counts), 5) for cell in step)


def chances(people: int, share: float) -> list[float]:
    return [
        comb(people, some) * share**some * (1 - share) ** (people - some)
        for some in range(people + 1)
    ]


@pytest.mark.parametrize("share", [0.05, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.7])
@pytest.mark.parametrize("honest", [20, 25, 30, 40])
def test_nine_planted_answers_tell_little_of_the_one_among_them(honest: int, share: float) -> None:
    """The best guess there is, over every world: the one, the honest and nine planted answers.

    Where every other teller mentions an area, even the exact share of those who answered is right
    eight times in a hundred more often than the flip of a coin; that is what a share is for.
    """
    for planted in (0, 3, 5, 9):
        said: defaultdict[object, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for others, chance in enumerate(chances(honest, share)):
            for one in (0, 1):
                mentioned = others + one + planted
                document = told({1: mentioned, 0: honest + 10 - mentioned})
                said[document][one] += chance * (share if one else 1 - share)
        right = sum(max(each) for each in said.values())
        exact = sum(
            chance * max(some, honest + 1 - some) / (honest + 1)
            for some, chance in enumerate(chances(honest + 1, share))
        )
        assert right <= exact + 1e-9
        if abs(share - 0.5) > 0.04:
            assert right <= max(share, 1 - share) + 0.05
