"""Differences between two groups of different people, with an effect size in plain words.

Both groups must be disjoint: two rounds, two services, or two batches of one figure. Two snapshots
of one figure are not, for the later holds the earlier: take `exports.measures.series` first.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from exports.disclosure.document import Figure
from exports.disclosure.means import CONFIDENCE, student_quantile
from exports.measures import Share, Z

LEAST = 20  # respondents on each side; below it an interval is too wide to be of use


class Verdict(StrEnum):
    """What may be said of a difference."""

    CLEAR = "clear"
    WITHIN = "within"
    TOO_FEW = "too_few"


class Size(StrEnum):
    """How large an effect is: from 0.2, 0.5 and 0.8 (Cohen 1988), negligible below."""

    NONE = "none"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True)
class Effect:
    """Hedges' g with its 95 % interval: the difference in standard deviations."""

    g: float
    low: float
    high: float

    @property
    def size(self) -> Size:
        """How large it is, whichever way."""
        limits = {Size.LARGE: 0.8, Size.MEDIUM: 0.5, Size.SMALL: 0.2}
        return next((name for name, least in limits.items() if abs(self.g) >= least), Size.NONE)


@dataclass(frozen=True)
class Difference:
    """Second minus first, with its 95 % interval; `effect` only for means.

    Shares: in parts of one. Means: in the scale's unit.
    """

    value: float
    low: float
    high: float
    few: bool
    effect: Effect | None = None

    @property
    def verdict(self) -> Verdict:
        """Clear where the interval leaves out zero and both sides have enough answers."""
        if self.few:
            return Verdict.TOO_FEW
        return Verdict.CLEAR if self.low > 0 or self.high < 0 else Verdict.WITHIN


@dataclass(frozen=True)
class Sample:
    """Mean, standard deviation and respondents of one group."""

    mean: float
    sd: float
    n: int


def difference_of_shares(first: Share, second: Share) -> Difference:
    """Return the difference of two shares.

    Source: Newcombe (1998), Statistics in Medicine 17:873-890, method 10: Wilson limits of both.
    """
    p, q = first.x / first.n, second.x / second.n
    low = sqrt((q - second.low) ** 2 + (first.high - p) ** 2)
    high = sqrt((second.high - q) ** 2 + (p - first.low) ** 2)
    return Difference(q - p, q - p - low, q - p + high, min(first.n, second.n) < LEAST)


def sample(figure: Figure) -> Sample | None:
    """Return mean, standard deviation and n of a scale's figure, as its published interval gives.

    The interval was rounded outwards and cut at the ends of the scale, so the standard deviation is
    taken from its longer side; it is right or a little too large.

    Returns:
        None where the figure has no mean.
    """
    if figure.mean is None or figure.low is None or figure.high is None or not figure.n:
        return None
    half = max(figure.mean - figure.low, figure.high - figure.mean)
    quantile = student_quantile((1 + CONFIDENCE) / 2, figure.n - 1)
    return Sample(figure.mean, half / quantile * sqrt(figure.n), figure.n)


def difference_of_means(first: Sample, second: Sample) -> Difference:
    """Return the difference of two means.

    Source: Welch (1947), Biometrika 34:28-35; degrees of freedom after Satterthwaite (1946).
    """
    parts = [group.sd**2 / group.n for group in (first, second)]
    if not sum(parts):
        freedom = float(first.n + second.n - 2)
    else:
        squares = [
            part**2 / (group.n - 1) for part, group in zip(parts, (first, second), strict=True)
        ]
        freedom = sum(parts) ** 2 / sum(squares)
    half = student_quantile((1 + CONFIDENCE) / 2, freedom) * sqrt(sum(parts))
    value = second.mean - first.mean
    few = min(first.n, second.n) < LEAST
    return Difference(value, value - half, value + half, few, hedges_g(first, second))


def hedges_g(first: Sample, second: Sample) -> Effect | None:
    """Return the standardised difference, corrected for small groups; None where nobody differs.

    Source: Borenstein et al. (2009), Introduction to Meta-Analysis, formulas 4.18-4.24.
    """
    n = first.n + second.n
    pooled = sqrt(((first.n - 1) * first.sd**2 + (second.n - 1) * second.sd**2) / (n - 2))
    if not pooled:
        return None
    d = (second.mean - first.mean) / pooled
    correction = 1 - 3 / (4 * (n - 2) - 1)
    half = Z * correction * sqrt(n / (first.n * second.n) + d**2 / (2 * n))
    return Effect(correction * d, correction * d - half, correction * d + half)
