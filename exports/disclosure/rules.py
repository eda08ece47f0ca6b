"""The rules: what leaves Fortell satisfies all of them. docs/disclosure.md works each one through.

A figure is a partition: everyone it is asked of is in exactly one category, so a category's
complement is the other categories. Counts are respondents per code (the finest category); moves
count respondents by (code in an earlier snapshot, code now), None where they were not in it.
"""

from collections.abc import Mapping, Sequence

from exports.instruments import Category, Ladder, Step

K = 10  # respondents per category: see "Sources" in docs/disclosure.md
K_SENSITIVE = 15  # the same for sensitive classes of service: child welfare, mental health, …
BASE = 5  # every count is rounded to a multiple of this, as OpenSAFELY's measures are

Counts = Mapping[int, int]
Moves = Mapping[tuple[int | None, int | None], int]


def large(step: Step, counts: Counts, k: int) -> bool:
    """Every category, and so every complement, has at least k respondents."""
    return all(sum(counts.get(value, 0) for value in cell.values) >= k for cell in step)


def enough_new(new: int, k: int, recoded: bool) -> bool:
    """At least k respondents have come since the cell was last looked at; none, to code it anew.

    What was hidden must not become visible through one person's answer.
    """
    return new >= k or (recoded and new == 0)


def steady(step: Step, moves: Moves, k: int) -> bool:
    """No category gained or lost 1 to k-1 respondents."""
    return all(size == 0 or size >= k for cell in step for size in _changes(cell, moves))


def moved(step: Step, moves: Moves) -> bool:
    """Some category gained or lost respondents."""
    return any(size for cell in step for size in _changes(cell, moves))


def next_step(
    ladder: Ladder, counts: Counts, earlier: Sequence[tuple[int, Moves]], k: int
) -> int | None:
    """Return the finest step of the ladder that may be published now, or None.

    `earlier` has each snapshot published before: its step, and the moves since. Two snapshots can
    be compared at the coarser of their steps, and finer detail must not undo that.
    """
    for number, step in enumerate(ladder):
        if large(step, counts, k) and all(
            moved(step, moves)
            and all(steady(seen, moves, k) for seen in ladder[number : max(number, old) + 1])
            for old, moves in earlier
        ):
            return number
    return None


def rounded(count: int, base: int) -> int:
    """Round a count to the nearest multiple of base, halves up."""
    return (2 * count + base) // (2 * base) * base


def _changes(cell: Category, moves: Moves) -> tuple[int, int]:
    """Return how many respondents came into the category and how many left it."""
    held = [(then in cell.values, now in cell.values, size) for (then, now), size in moves.items()]
    came = sum(size for then, now, size in held if now and not then)
    left = sum(size for then, now, size in held if then and not now)
    return came, left
