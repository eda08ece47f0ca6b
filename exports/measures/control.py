"""Control charts: the limits that chance alone stays within, of shares, of means, of one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, lgamma, sqrt

from exports.measures.differences import Sample
from exports.measures.series import Point

LEAST = 12  # periods; limits from fewer move too much
WIDTH = 3  # standard errors to either side (Shewhart 1931)
MOVING = 2.66  # 3 / 1.128, the mean range of two values in standard deviations


@dataclass(frozen=True)
class Limits:
    """One period's value, and what chance alone stays within."""

    value: float
    low: float
    high: float

    @property
    def outside(self) -> bool:
        """Whether something other than chance is likely."""
        return not self.low <= self.value <= self.high


@dataclass(frozen=True)
class ControlChart:
    """The centre line, and a period's value and limits each, oldest first."""

    centre: float
    periods: tuple[Limits, ...]


def p_chart(points: Sequence[Point]) -> ControlChart | None:
    """Return the chart of shares.

    Source: Montgomery (2013), Introduction to Statistical Quality Control, 7.2. Where shares vary
    more than chance lets them, limits are widened (Laney 2002, Quality Engineering 14:531-537).

    Returns:
        None below `LEAST` points, or where all shares are 0 or all are 1.
    """
    if len(points) < LEAST:
        return None
    centre = sum(point.x for point in points) / sum(point.n for point in points)
    if not 0 < centre < 1:
        return None
    errors = [sqrt(centre * (1 - centre) / point.n) for point in points]
    scores = [(p.part - centre) / error for p, error in zip(points, errors, strict=True)]
    moves = [abs(after - before) for before, after in pairwise(scores)]
    spread = max(1.0, sum(moves) / len(moves) / (WIDTH / MOVING))
    return ControlChart(
        centre,
        tuple(
            Limits(
                point.part,
                max(centre - WIDTH * spread * error, 0.0),
                min(centre + WIDTH * spread * error, 1.0),
            )
            for point, error in zip(points, errors, strict=True)
        ),
    )


def x_bar_s_charts(samples: Sequence[Sample]) -> tuple[ControlChart, ControlChart] | None:
    """Return the charts of means and of standard deviations; periods may differ in size.

    Source: Montgomery (2013), 6.3.2.

    Returns:
        None below `LEAST` periods, or where one has fewer than 5 respondents.
    """
    if len(samples) < LEAST or min(one.n for one in samples) < 5:
        return None
    people = sum(one.n for one in samples)
    mean = sum(one.n * one.mean for one in samples) / people
    squares = sum((one.n - 1) * one.sd**2 for one in samples)
    sd = sqrt(squares / (people - len(samples)))
    means, spreads = [], []
    for one in samples:
        a3, b3, b4 = constants(one.n)
        means.append(Limits(one.mean, mean - a3 * sd, mean + a3 * sd))
        spreads.append(Limits(one.sd, b3 * sd, b4 * sd))
    return ControlChart(mean, tuple(means)), ControlChart(sd, tuple(spreads))


def xmr_chart(values: Sequence[float]) -> ControlChart | None:
    """Return the chart of one number per period.

    Source: Wheeler (1993), Understanding Variation: mean ± 2.66 mean moving ranges.

    Returns:
        None below `LEAST` values.
    """
    if len(values) < LEAST:
        return None
    centre = sum(values) / len(values)
    moves = [abs(after - before) for before, after in pairwise(values)]
    half = MOVING * sum(moves) / len(moves)
    return ControlChart(
        centre, tuple(Limits(value, centre - half, centre + half) for value in values)
    )


def constants(n: int) -> tuple[float, float, float]:
    """Return A3, B3 and B4 for n respondents: Montgomery (2013), appendix VI."""
    c4 = sqrt(2 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2))
    half = WIDTH * sqrt(1 - c4 * c4) / c4
    return WIDTH / (c4 * sqrt(n)), max(1 - half, 0.0), 1 + half
