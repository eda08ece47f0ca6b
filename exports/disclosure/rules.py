"""The rules: what leaves Fortell satisfies all of them. docs/disclosure.md works each one through.

A figure is a partition: everyone it is asked of is in exactly one category, so a category's
complement is the other categories. Counts are respondents per code (the finest category); moves
count respondents by (code in an earlier snapshot, code now), None where they were not in it.
"""

from collections.abc import Mapping, Sequence

from exports.instruments import Category, Ladder, Step

K = 10  # respondents per category: see "Sources" in docs/disclosure.md
K_SENSITIVE = 15  # the same for sensitive classes of service: child welfare, mental health, …
FIRST = 3  # times k: respondents in a cell before anything that they answered is looked at
BASE = 5  # every count is rounded to a multiple of this, as OpenSAFELY's measures are

Counts = Mapping[int, int]
Moves = Mapping[tuple[int | None, int | None], int]
Seen = tuple[int, Moves]


def size_of(cell: Category, counts: Counts) -> int:
    """Return the respondents in a category."""
    return sum(counts.get(value, 0) for value in cell.values)


def large(step: Step, counts: Counts, k: int) -> bool:
    """Every category, and so every complement, has at least k respondents."""
    return all(size_of(cell, counts) >= k for cell in step)


def bounded(step: Step, counts: Counts, k: int) -> bool:
    """One category has fewer than k, nobody included, and says so; the others have at least k.

    Of all in the figure, k are left when k-1 of them are one person's inventions.
    """
    sizes = [(cell.few, size_of(cell, counts)) for cell in step]
    return crowd(sum(size for _, size in sizes), k) and all(
        size < k if few else size >= k for few, size in sizes
    )


def presentable(step: Step, counts: Counts, k: int) -> bool:
    """The categories are as large as a step needs them to be."""
    return bounded(step, counts, k) if any(cell.few for cell in step) else large(step, counts, k)


def ripe(size: int, k: int) -> bool:
    """So many are in a cell that what they answered is looked at for the first time.

    Fewer can be split in two categories of k, but seldom are; and a cell that has been looked at
    waits for k more.
    """
    return size >= FIRST * k


def enough_new(new: int, k: int, recoded: bool) -> bool:
    """At least k respondents have come since the cell was last looked at; none, to code it anew.

    What was hidden must not become visible through one person's answer.
    """
    return new >= k or (recoded and new == 0)


def crowd(size: int, k: int) -> bool:
    """Nobody, or so many that k are left when k-1 of them are one person's inventions."""
    return size == 0 or size >= 2 * k - 1


def mixed(sizes: Sequence[int], k: int) -> bool:
    """Nobody, or k or more in each of two categories, and nobody or k or more in the others.

    Whoever is known to be among them may have answered either.
    """
    there = [size for size in sizes if size]
    return not there or (min(there) >= k and len(there) >= min(2, len(sizes)))


def steady(step: Step, moves: Moves, k: int) -> bool:
    """Two snapshots of a figure do not tell apart what a few answered, nor what all who came did.

    Whoever is new is in a mixed crowd, and every category gained nobody or at least k. Whoever left
    is in a mixed crowd, or k more than it lost came to the category.
    """
    came, left = _totals(moves)
    changes = [_changes(cell, moves) for cell in step]
    mixed_company = not left or mixed([lost for _, lost in changes], k)
    return (
        crowd(came, k)
        and (not came or mixed([gained for gained, _ in changes], k))
        and all(gained == 0 or gained >= k for gained, _ in changes)
        and all(
            lost == 0 or gained >= lost + k or (lost >= k and crowd(left, k) and mixed_company)
            for gained, lost in changes
        )
    )


def apart(step: Step, moves: Moves, k: int) -> bool:
    """Two figures, one about people within the other, do not tell apart what a few answered.

    Moves are (code in one, code in the other). They are the same people, or at least one of the two
    has a mixed crowd that the other has not.
    """
    changes = [_changes(cell, moves) for cell in step]
    return crowd(max(_totals(moves)), k) and mixed([max(one) for one in changes], k)


def far(step: Step, one: Counts, other: Counts, k: int) -> bool:
    """Two figures are so different in size that `apart` holds, whoever is in them."""
    pairs = [(size_of(cell, one), size_of(cell, other)) for cell in step]
    gap = abs(sum(size for size, _ in pairs) - sum(size for _, size in pairs))
    return gap >= 2 * k - 1 and all(abs(size - there) >= k for size, there in pairs)


def moved(step: Step, moves: Moves) -> bool:
    """Some category gained or lost respondents."""
    return any(size for cell in step for size in _changes(cell, moves))


def next_step(
    ladder: Ladder,
    counts: Counts,
    earlier: Sequence[Seen],
    k: int,
    around: Sequence[Seen] = (),
) -> int | None:
    """Return the finest step of the ladder that may be published now, or None.

    `earlier` has each snapshot published before: its step, and the moves since. Two snapshots can
    be compared at the coarser of their steps, and finer detail must not undo that. `around` has
    every published snapshot of the question in places that hold this one, or lie within it.
    """
    for number, step in enumerate(ladder):
        if (
            presentable(step, counts, k)
            and all(
                moved(step, moves)
                and all(steady(seen, moves, k) for seen in ladder[number : max(number, old) + 1])
                for old, moves in earlier
            )
            and beside(ladder, number, around, k)
        ):
            return number
    return None


def beside(ladder: Ladder, number: int, around: Sequence[Seen], k: int) -> bool:
    """A step may be shown beside what is published of places around and within."""
    return all(apart(ladder[max(number, old)], moves, k) for old, moves in around)


def rounded(count: int, base: int) -> int:
    """Round a count to the nearest multiple of base, halves up."""
    return (2 * count + base) // (2 * base) * base


def _changes(cell: Category, moves: Moves) -> tuple[int, int]:
    """Return how many respondents came into the category and how many left it."""
    held = [(then in cell.values, now in cell.values, size) for (then, now), size in moves.items()]
    came = sum(size for then, now, size in held if now and not then)
    left = sum(size for then, now, size in held if then and not now)
    return came, left


def _totals(moves: Moves) -> tuple[int, int]:
    """Return how many respondents came into the figure and how many left it."""
    came = sum(size for (then, now), size in moves.items() if then is None and now is not None)
    left = sum(size for (then, now), size in moves.items() if now is None and then is not None)
    return came, left
