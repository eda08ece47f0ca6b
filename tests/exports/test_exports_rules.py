"""The rules by themselves, on counts that can be checked by eye."""

import pytest

from exports.disclosure.rules import apart, next_step, rounded, steady
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
    """Three move from a to b and twenty newcomers join c: only the coarse step can move on."""
    moves = {(1, 1): 20, (1, 2): 3, (2, 2): 20, (3, 3): 20, (None, 3): 20}
    assert next_step(LADDER, {1: 20, 2: 23, 3: 40}, [(0, moves)], 10) == COARSE


STAYED = {(1, 1): 40, (2, 2): 40, (3, 3): 40}
STEP = LADDER[0]


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({(None, 1): 19}, True),
        ({(None, 1): 18}, False),  # nine invented, nine real
        ({(None, 1): 9, (None, 2): 10}, False),
        ({(None, 1): 9, (None, 2): 19}, False),
        ({(None, 1): 10, (None, 2): 10}, True),
        ({(None, 1): 19, (2, None): 1}, False),  # the one who left is all that b lost
        ({(None, 1): 19, (None, 2): 10, (2, None): 1}, False),
        ({(None, 1): 19, (None, 2): 11, (2, None): 1}, True),  # k more came than left
        ({(None, 1): 19, (1, None): 9}, True),
        ({(None, 1): 19, (1, None): 10}, False),  # nine invented leave with one real
        ({(None, 1): 20, (1, None): 10}, True),
        ({(1, None): 19}, True),
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
        ({(None, 1): 18}, False),
        ({(None, 1): 19}, True),
        ({(None, 1): 10, (None, 2): 9}, False),
        ({(None, 1): 10, (None, 2): 10}, True),
        ({(None, 1): 19, (1, None): 1}, True),  # hidden behind the nineteen
        ({(None, 1): 19, (2, None): 1}, False),
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
