"""One figure over time: what each batch of new answers said, from successive releases.

A published figure counts everyone so far. The difference of two successive counts is what came
between, and has the rounding error of both: with counts rounded to 5, up to 4 people either way.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from exports.disclosure.catalogue import CODED
from exports.disclosure.document import Figure, Release, Status
from exports.measures import Share, share, wilson

LEAST = 10  # respondents in a point; fewer are put together with those that come next


@dataclass(frozen=True)
class Point:
    """About x of n people who came up to a date; `when` is that date, or a quarter."""

    when: str
    x: int
    n: int

    @property
    def part(self) -> float:
        """The share, 0 to 1."""
        return self.x / self.n

    @property
    def share(self) -> Share:
        """The share with its interval."""
        return Share(self.x, self.n, *wilson(self.x, self.n))

    @classmethod
    def between(cls, when: str, before: Share | None, after: Share) -> Self:
        """Return what came after `before`, kept possible where rounding makes it impossible."""
        n = after.n - (before.n if before else 0)
        x = after.x - (before.x if before else 0)
        return cls(when, min(max(x, 0), max(n, 0)), n)


def batches(
    releases: Sequence[Release],
    figure_id: str,
    values: Collection[int],
    retracted: Collection[int] = (),
) -> tuple[Point, ...]:
    """Return the batches of one figure, oldest first.

    Args:
        releases: oldest first.
        figure_id: `Figure.id`.
        values: the codes that x counts.
        retracted: numbers of releases that were wrong; their figures are left out.

    Returns:
        A point per batch of at least `LEAST`. Of a figure that follows the language model only
        those since it was last changed: an older version counted other things. Snapshots whose
        merged categories do not tell x are put together with the next.
    """
    before: Share | None = None
    found: list[Point] = []
    last = releases[-1].series if releases else ""
    for release in releases:
        figure = release.by_id.get(figure_id)
        if release.number in retracted or figure is None or figure.status is not Status.SHOWN:
            continue
        if figure.kind in CODED and release.series != last:
            continue
        after = share(figure, values)
        if after is None:
            continue
        point = Point.between(release.published, before, after)
        if point.n >= LEAST:
            found.append(point)
            before = after
    return tuple(found)


def quarters(figures: Sequence[Figure], values: Collection[int]) -> tuple[Point, ...]:
    """Return a point per quarter from figures that each are about one; hidden ones are left out."""
    found = [
        Point(figure.period, one.x, one.n)
        for figure in figures
        if figure.period and (one := share(figure, values))
    ]
    return tuple(sorted(found, key=lambda point: point.when))
