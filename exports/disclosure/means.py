"""Mean with a 95 % interval from Student's t, from exact sums."""

from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


def mean_interval(n: int, total: int, squares: int, unit: int) -> tuple[float, float, float]:
    """Return mean, low and high, unrounded and unclipped, in the scale's own unit.

    Args:
        n: respondents, at least 10.
        total: sum of their scores, in whole 1/unit.
        squares: sum of the squared scores, in whole 1/unit².
        unit: parts per one of the scale's unit.
    """
    mean = total / n / unit
    variance = (n * squares - total * total) / (n * (n - 1)) / unit**2
    half = student_quantile((1 + CONFIDENCE) / 2, n - 1) * sqrt(variance / n)
    return mean, mean - half, mean + half


def student_quantile(probability: float, freedom: float) -> float:
    """Return a quantile of Student's t, correct to 4 decimals from 9 degrees of freedom.

    Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 26.7.5.
    """
    x = NormalDist().inv_cdf(probability)
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + sum(term / freedom**power for power, term in enumerate(terms, start=1))
