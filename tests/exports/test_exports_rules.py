"""The rules by themselves, on counts that can be checked by eye."""

import pytest

from exports.disclosure.rules import next_step, rounded
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
    """Eleven move from b to a and one newcomer joins a: fine gains 12, but coarse gains just 1."""
    counts = {1: 52, 2: 29, 3: 40}
    moves = {(1, 1): 40, (2, 2): 29, (2, 1): 11, (None, 1): 1, (3, 3): 40}
    assert next_step(LADDER, counts, [(COARSE, moves)], 10) is None
    assert next_step(LADDER, counts, [(0, moves)], 10) == 0


def test_a_figure_without_change_does_not_move() -> None:
    same = {(1, 1): 20, (2, 2): 20, (3, 3): 20}
    assert next_step(LADDER, {1: 20, 2: 20, 3: 20}, [(0, same)], 10) is None


def test_moves_within_a_merged_category_do_not_show() -> None:
    """Three move from a to b and ten newcomers join c: only the coarse step can move on."""
    moves = {(1, 1): 20, (1, 2): 3, (2, 2): 20, (3, 3): 20, (None, 3): 10}
    assert next_step(LADDER, {1: 20, 2: 23, 3: 30}, [(0, moves)], 10) == COARSE


@pytest.mark.parametrize("base", [5, 10])
def test_rounding_is_to_the_nearest_multiple(base: int) -> None:
    for count in range(200):
        assert rounded(count, base) % base == 0
        assert abs(rounded(count, base) - count) <= base / 2
