"""What equations prove: Statistics Norway's examples, and some of our own."""

from itertools import product

import pytest

from exports.disclosure.linear import ImpossibleError, Row, System, Terms

AGES, PLACES = ("young", "old"), ("Iceland", "Portugal", "Spain")
# dataset_a of GaussSuppression's vignette "Small count frequency table suppression" (1.2.3).
COUNTS = {
    ("young", "Spain"): 5,
    ("young", "Iceland"): 2,
    ("young", "Portugal"): 0,
    ("old", "Spain"): 6,
    ("old", "Iceland"): 3,
    ("old", "Portugal"): 4,
}
CELLS = list(COUNTS)


def table(hidden: set[tuple[str, str]]) -> System:
    """The table with its margins, but for the hidden cells."""
    margins = [[cell for cell in CELLS if cell[0] == age] for age in AGES]
    margins += [[cell for cell in CELLS if cell[1] == place] for place in PLACES]
    shown = [[cell] for cell in CELLS if cell not in hidden]
    return System(
        len(CELLS),
        tuple(
            Row({CELLS.index(cell): 1 for cell in sum_}, total, total)
            for sum_ in (*margins, *shown)
            for total in [sum(COUNTS[cell] for cell in sum_)]
        ),
    )


def one(cell: tuple[str, str]) -> Terms:
    return {CELLS.index(cell): 1}


def test_a_hidden_cell_alone_is_found_from_its_margins() -> None:
    hidden = ("young", "Portugal")  # maxN = 1: zeros and ones are suppressed
    assert table({hidden}).bounds(one(hidden)) == (0, 0)
    two = ("young", "Iceland")
    assert table({two}).proven([one(two)], 3) == [(2, 2)]


def test_the_vignettes_table_1_proves_nothing() -> None:
    hidden = set(product(AGES, ("Iceland", "Portugal")))
    system = table(hidden)
    for cell in hidden:
        low, high = system.bounds(one(cell))
        assert low < COUNTS[cell] or high > COUNTS[cell]
    assert system.proven([one(cell) for cell in sorted(hidden)], 2) == [None] * 4


def test_the_vignettes_problem_of_zeros() -> None:
    # "The sum … can easily be calculated to be zero. Since negative frequencies are not possible,
    # the only possibility is two zeros."
    system = System(3, (Row({0: 1}, 4, 4), Row({0: 1, 1: 1, 2: 1}, 4, 4)))
    assert [system.bounds({index: 1}) for index in range(3)] == [(4, 4), (0, 0), (0, 0)]


def test_the_vignettes_problem_of_singletons() -> None:
    # "… can easily be calculated to be two. Since zeros are never suppressed, the only possibility
    # is two ones."
    system = System(2, (Row({0: 1, 1: 1}, 2, 2), Row({0: 1}, 1), Row({1: 1}, 1)))
    assert system.proven([{0: 1}, {1: 1}, {0: 1, 1: 1}], 2) == [(1, 1), (1, 1), None]


def test_rounding_and_n_can_pin_exact_counts() -> None:
    # Four categories of 12 with k = 10: published as 10, 10, 10 and 10 of 50, so 48 of 48.
    parts = tuple(Row({index: 1}, 10, 12) for index in range(4))
    system = System(4, (*parts, Row(dict.fromkeys(range(4), 1), 48, 52)))
    assert [system.bounds({index: 1}) for index in range(4)] == [(12, 12)] * 4
    # With n = 45 they can be anything from 10 to 12.
    system = System(4, (*parts, Row(dict.fromkeys(range(4), 1), 43, 47)))
    assert [system.bounds({index: 1}) for index in range(4)] == [(10, 12)] * 4


def test_whole_numbers_prove_more_than_fractions() -> None:
    # Twice as many as an odd number: fractions allow 0 in the last, whole people do not.
    system = System(3, (Row({0: 2, 2: 1}, 7, 7), Row({2: 1}, 0, 2)))
    assert system.proven([{2: 1}], 2) == [(1, 1)]
    assert system.bounds({2: 1}) == (1, 1)


def test_numbers_that_nobody_can_have_are_refused() -> None:
    system = System(1, (Row({0: 1}, 3, 3), Row({0: 1}, 4, 4)))
    with pytest.raises(ImpossibleError, match="Nothing is published"):
        system.proven([{0: 1}], 2)
    with pytest.raises(ImpossibleError, match="Nothing is published"):
        system.bounds({0: 1})
