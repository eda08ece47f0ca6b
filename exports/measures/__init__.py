"""Measures of success: shares, net growth. Each takes a figure of a release, never a frame."""

from collections.abc import Collection
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from exports.disclosure.document import Figure

Z = NormalDist().inv_cdf(0.975)
LESS, MORE = "less", "more"


@dataclass(frozen=True)
class Share:
    """x of n respondents, with the 95 % interval of the share (0 to 1)."""

    x: int
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class Net:
    """Share with more minus share with less (-1 to 1), with its 95 % interval."""

    more: int
    less: int
    n: int
    net: float
    low: float
    high: float


def wilson(x: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of x in n.

    Source: Wilson (1927), JASA 22:209-212, without continuity correction.
    """
    share = x / n
    centre = share + Z * Z / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return (centre - half) / scale, (centre + half) / scale


def share(figure: Figure, values: Collection[int]) -> Share | None:
    """Return the share of respondents whose code is among `values`.

    Returns:
        None where the figure is hidden, says no more than that few mention it, or was merged so
        that these codes cannot be told apart.
    """
    inside = [count for count in figure.categories if set(count.values) <= set(values)]
    held = {value for count in inside for value in count.values}
    if not figure.n or figure.bounded or held != set(values):
        return None
    x = min(sum(count.x for count in inside), figure.n)
    return Share(x, figure.n, *wilson(x, figure.n))


def net_growth(figure: Figure) -> Net | None:
    """Return net growth; None where the figure does not tell more and less apart.

    Method: difference of two shares of one multinomial sample,
    var = (more + less - (more - less)²) / n.
    """
    counts = {count.id: count.x for count in figure.categories}
    if not figure.n or LESS not in counts or MORE not in counts:
        return None
    more, less = counts[MORE], counts[LESS]
    net = (more - less) / figure.n
    half = Z * sqrt(max((more + less) / figure.n - net * net, 0) / figure.n)
    return Net(more, less, figure.n, net, max(net - half, -1), min(net + half, 1))
