"""Run charts: has something other than chance been at work? No distribution is assumed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import comb, log2
from statistics import median

from exports.measures.series import Point

LEAST = 10  # points not on the median; with fewer the rules find nothing


@dataclass(frozen=True)
class RunChart:
    """Points around their median, and the two signals of Anhøj and Olesen.

    `longest` is the longest run on one side, unusual above `longest_limit`; `crossings` how often
    the line crosses the median, unusual below `crossings_limit`. Points on the median are left out
    of both.
    """

    points: tuple[Point, ...]
    median: float
    longest: int
    longest_limit: int
    crossings: int
    crossings_limit: int

    @property
    def shift(self) -> bool:
        """Whether the level has shifted: too long a run, or too few crossings."""
        return self.longest > self.longest_limit or self.crossings < self.crossings_limit


def run_chart(points: Sequence[Point]) -> RunChart | None:
    """Draw up a run chart of shares.

    Source: Anhøj & Olesen (2014), PLoS ONE 9(11):e113825; limits after Anhøj (2015), e0121349.

    Returns:
        None where fewer than `LEAST` points lie off the median.
    """
    if not points:
        return None
    middle = median(point.part for point in points)
    sides = [point.part > middle for point in points if point.part != middle]
    if len(sides) < LEAST:
        return None
    return RunChart(
        points=tuple(points),
        median=middle,
        longest=max(len(list(run)) for _, run in groupby(sides)),
        longest_limit=longest_limit(len(sides)),
        crossings=sum(one != other for one, other in pairwise(sides)),
        crossings_limit=crossings_limit(len(sides)),
    )


def longest_limit(n: int) -> int:
    """Return the longest run that is still usual among n points off the median."""
    return round(log2(n) + 3)


def crossings_limit(n: int) -> int:
    """Return the fewest crossings that are still usual: the 5th percentile of n - 1 fair coins."""
    total, below = 0, 0
    for crossings in range(n):
        total += comb(n - 1, crossings)
        if total >= 0.05 * 2 ** (n - 1):
            below = crossings
            break
    return below
