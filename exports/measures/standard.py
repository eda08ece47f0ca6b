"""What a share would be had those who answered been made up as another group is."""

from collections.abc import Mapping
from math import sqrt

from exports.measures import Share

LEAST = 10  # respondents in each part
SHIFT = 0.1  # how far a part may move before both figures are shown


def standardised(parts: Mapping[str, Share], weights: Mapping[str, float]) -> Share | None:
    """Return the directly standardised share, with its 95 % interval.

    Method: Σ w p. The interval puts the Wilson limits of the parts together (Zou & Donner 2008,
    Statistics in Medicine 27:1693-1702), so it stays within 0 and 1.

    Args:
        parts: disjoint parts of those who answered: age bands, service classes.
        weights: how large each part is in the other group; any unit.

    Returns:
        None where a part with weight is missing or has fewer than `LEAST`. `x` and `n` of the share
        are of n people as many as answered, made up as the other group.
    """
    total = sum(weights.values())
    used = {key: weight / total for key, weight in weights.items() if weight > 0}
    if not used.keys() <= parts.keys() or any(parts[key].n < LEAST for key in used):
        return None
    rates = {key: parts[key].x / parts[key].n for key in used}
    rate = sum(weight * rates[key] for key, weight in used.items())
    low = sqrt(sum((w * (rates[key] - parts[key].low)) ** 2 for key, w in used.items()))
    high = sqrt(sum((w * (parts[key].high - rates[key])) ** 2 for key, w in used.items()))
    n = sum(parts[key].n for key in used)
    return Share(round(rate * n), n, max(rate - low, 0.0), min(rate + high, 1.0))


def shifted(before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    """Whether a part of those who answered grew or shrank by more than 10 points."""
    totals = sum(before.values()), sum(after.values())
    return any(
        abs(after.get(key, 0) / totals[1] - before.get(key, 0) / totals[0]) > SHIFT
        for key in before.keys() | after.keys()
    )
