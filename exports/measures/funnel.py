"""Funnel plots: is a service within what chance alone makes of services that are alike?

Services of one class only. Nothing here is in order of size: there is no best and no last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt
from statistics import NormalDist

from exports.measures import Share

LEAST = 5  # services; what is usual cannot be told from fewer
INNER, OUTER = (NormalDist().inv_cdf((1 + part) / 2) for part in (0.95, 0.998))
RELIABLE = 0.7  # how much of a difference between services should be real before it is read


class Place(StrEnum):
    """Where a service lies, outside the 99.8 % limits or within."""

    OVER = "over"
    WITHIN = "within"
    UNDER = "under"


@dataclass(frozen=True)
class Spot:
    """One service: its share, the limits at its n, and the share drawn towards all (`shrunk`).

    `weight` is how much of the service's own share is in `shrunk`, 0 to 1.
    """

    share: Share
    inner: tuple[float, float]
    outer: tuple[float, float]
    shrunk: float
    weight: float

    @property
    def place(self) -> Place:
        """Where it lies."""
        part = self.share.x / self.share.n
        if part > self.outer[1]:
            return Place.OVER
        return Place.UNDER if part < self.outer[0] else Place.WITHIN


@dataclass(frozen=True)
class Funnel:
    """All services together (`centre`), and each by its key.

    `icc` is the part of the variance that lies between services. `needed` respondents per service
    make differences between them reliable; None where services do not differ beyond chance.
    """

    centre: float
    spots: Mapping[str, Spot]
    icc: float
    needed: int | None


def funnel(shares: Mapping[str, Share]) -> Funnel | None:
    """Lay out services of one class.

    Method: limits from the score test of a binomial share (Spiegelhalter 2005, Statistics in
    Medicine 24:1185-1202); shrinkage by empirical Bayes, variance between services by the method of
    moments (DerSimonian & Laird 1986, Controlled Clinical Trials 7:177-188).

    Args:
        shares: per service.

    Returns:
        None below `LEAST` services, or where everybody or nobody says so.
    """
    if len(shares) < LEAST:
        return None
    people = sum(one.n for one in shares.values())
    centre = sum(one.x for one in shares.values()) / people
    if not 0 < centre < 1:
        return None
    within = centre * (1 - centre)
    between = _between(shares, centre, within)
    spots = {}
    for key, one in sorted(shares.items()):
        error = sqrt(within / one.n)
        weight = between / (between + error**2)
        spots[key] = Spot(
            share=one,
            inner=_limits(centre, INNER * error),
            outer=_limits(centre, OUTER * error),
            shrunk=weight * one.x / one.n + (1 - weight) * centre,
            weight=weight,
        )
    needed = ceil(RELIABLE / (1 - RELIABLE) * within / between) if between else None
    return Funnel(centre, spots, between / (between + within), needed)


def _between(shares: Mapping[str, Share], centre: float, within: float) -> float:
    """Return the variance between services; 0 where chance explains all of it."""
    sizes = [one.n for one in shares.values()]
    q = sum(one.n * (one.x / one.n - centre) ** 2 for one in shares.values()) / within
    scale = (sum(sizes) - sum(n * n for n in sizes) / sum(sizes)) / within
    return max((q - (len(sizes) - 1)) / scale, 0.0)


def _limits(centre: float, half: float) -> tuple[float, float]:
    return max(centre - half, 0.0), min(centre + half, 1.0)
