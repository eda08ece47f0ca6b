"""Shares of themes, corrected for what the program overhears and mishears."""

from dataclasses import dataclass

import numpy as np

from exports.measures import Share

LEAST_INFORMATION = 1.2  # sensitivity + specificity; below it the correction is mostly noise
DRAWS = 2000
SEED = 20261122  # the same figures give the same interval


@dataclass(frozen=True)
class Classifier:
    """How often a program agreed with people on the stories that both coded, for one theme.

    Args:
        found: stories about the theme in which the program heard it too.
        with_theme: stories about the theme.
        passed: stories not about the theme in which the program did not hear it.
        without_theme: stories not about the theme.
    """

    found: int
    with_theme: int
    passed: int
    without_theme: int


def corrected(observed: Share, classifier: Classifier) -> Share | None:
    """Return the share of stories about a theme, given how the program errs, with 95 % interval.

    Source: Rogan & Gladen (1978), American Journal of Epidemiology 107:71-76. The interval is a
    parametric bootstrap (2000 draws, seeded) over the answers and over the coded sample.

    Args:
        observed: the share that the program's coding gives. Not where the tellers have confirmed.
        classifier: from the model card, or from a coded sample of the round itself.

    Returns:
        None where sensitivity and specificity add up to 1.2 or less, or one side was never coded.
    """
    if not classifier.with_theme or not classifier.without_theme:
        return None
    sensitivity = classifier.found / classifier.with_theme
    specificity = classifier.passed / classifier.without_theme
    if sensitivity + specificity <= LEAST_INFORMATION:
        return None
    random = np.random.default_rng(SEED)
    draws = _rogan_gladen(
        _draw(random, observed.x, observed.n),
        _draw(random, classifier.found, classifier.with_theme),
        _draw(random, classifier.passed, classifier.without_theme),
    )
    low, high = np.quantile(draws, (0.025, 0.975))
    value = _rogan_gladen(
        np.array([observed.x / observed.n]), np.array([sensitivity]), np.array([specificity])
    )[0]
    return Share(round(float(value) * observed.n), observed.n, float(low), float(high))


Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _draw(random: np.random.Generator, x: int, n: int) -> Floats:
    """Draw shares of n; half a person in from 0 and 1, for none of ten is not none of all."""
    return random.binomial(n, (x + 0.5) / (n + 1), DRAWS) / n


def _rogan_gladen(observed: Floats, sensitivity: Floats, specificity: Floats) -> Floats:
    """Return the true share, 0 to 1. A draw no better than a coin tells nothing: 0 to 1 by sign."""
    information = sensitivity + specificity - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (observed + specificity - 1) / information
    return np.clip(np.nan_to_num(share, nan=0.5, posinf=1.0, neginf=0.0), 0.0, 1.0)
