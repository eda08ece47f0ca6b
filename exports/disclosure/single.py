"""Statistics that need single answers: how well questions hang together, how often codings agree.

They are published with a figure that is shown anew, by the gate only, and never by themselves. All
are rounded so coarsely that no number of respondents can be read from them, and whether they are
there follows from what is published: the rounded n and the categories. docs/measures.md has each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, exp, log, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.disclosure.catalogue import PAIRS, Kind, cell_name
from exports.disclosure.document import Estimate, Figure, Status
from exports.disclosure.people import Now
from exports.instruments import items, scoring

ENOUGH = 100  # respondents, rounded as published; fewer make a coefficient that tells little
STEPS = {"alpha": 0.1, "omega": 0.1, "item_rest": 0.2, "agreement": 0.1}
STEPS |= {"part": 10.0, "spread": 1.0}
MARKED = 200  # the same where one answer moves more: own markings, and items one by one
WHOLE = 100.0  # what a marking shares between its poles
NOTHING = 0.65 * 2.5  # in place of a 0: 65 % of the least that would have been marked as 5
Z = NormalDist().inv_cdf(0.975)

Numbers = npt.NDArray[np.float64]


def with_estimates(
    figures: Sequence[Figure], frame: pl.DataFrame, now: Now, themes: int
) -> list[Figure]:
    """Add statistics of single answers to the figures shown anew that have any.

    Args:
        figures: decided; whether they are shown is not changed.
        frame: the responses.
        now: who is in which cell.
        themes: how many themes there are to choose from.
    """
    people = frame.sort("id")
    kept: dict[str, Numbers] = {}
    found: dict[str, list[Estimate]] = {}
    covariances: dict[str, Numbers] = {}
    for figure in filter(_has, figures):
        name = f"{figure.kind}/{figure.subject}"
        if name not in kept:
            kept[name] = _answers(figure, people)
        answers = kept[name][now.people(cell_name(figure.service, figure.period))]
        given = answers[~np.isnan(answers).all(axis=1)]
        if figure.kind is Kind.SCALE:
            covariances[figure.id] = _covariance(given)
            found[figure.id] = _alpha(covariances[figure.id], len(given))
            found[figure.id] += _item_rests(figure, covariances[figure.id])
        else:
            found[figure.id] = _estimates(figure, given, themes)
    for id_, omega in mcdonald_omegas(covariances).items():
        found[id_].append(Estimate("omega", omega))
    return [
        replace(figure, estimates=tuple(map(rounded, found[figure.id])))
        if figure.id in found
        else figure
        for figure in figures
    ]


def rounded(estimate: Estimate) -> Estimate:
    """Round to the statistic's step; the interval's sides, each for itself, up to whole steps.

    The interval lies around the rounded value, so that it does not give the exact one away.
    """
    step = STEPS[estimate.name.split(":")[0]]
    value, low, high = round(estimate.value / step), estimate.low, estimate.high
    below = None if low is None else value - ceil((estimate.value - low) / step)
    above = None if high is None else value + ceil((high - estimate.value) / step)
    return Estimate(
        estimate.name,
        _times(value, step),
        None if below is None else max(_times(below, step), -1.0),
        None if above is None else min(_times(above, step), 1.0),
    )


def cronbach_alpha(answers: Numbers) -> float | None:
    """Return alpha of one row per respondent and one column per item; NaN where not answered.

    Source: Cronbach (1951), Psychometrika 16:297-334. Covariances are of those who answered both.
    """
    return _alpha_of(_covariance(answers))


def _alpha_of(covariance: Numbers) -> float | None:
    count, total = len(covariance), float(covariance.sum())
    if count < 2 or not total > 0:
        return None
    return count / (count - 1) * (1 - float(np.trace(covariance)) / total)


def alpha_interval(alpha: float, n: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of alpha of `count` items.

    Source: Bonett (2002), Journal of Educational and Behavioral Statistics 27:335-340.
    """
    half = Z * sqrt(2 * count / ((count - 1) * (n - 2)))
    return 1 - exp(log(1 - alpha) + half), 1 - exp(log(1 - alpha) - half)


def item_rests(covariance: Numbers) -> Numbers:
    """Return each item's correlation with the sum of the others; NaN where one does not vary.

    Source: Henrysson (1963), Psychometrika 28:211-218; the corrected item-total correlation.

    Args:
        covariance: between the items.
    """
    variances = np.diag(covariance)
    with_rest = covariance.sum(axis=1) - variances
    of_rest = covariance.sum() - variances - 2 * with_rest
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Numbers = with_rest / np.sqrt(variances * of_rest)
    return found


def mcdonald_omega(answers: Numbers) -> float | None:
    """Return omega total of one common factor; None where one cannot be found."""
    return mcdonald_omegas({"": _covariance(answers)}).get("")


def mcdonald_omegas(covariances: Mapping[str, Numbers]) -> dict[str, float]:
    """Return omega total of one common factor, where one can be found, of covariances by name.

    Source: McDonald (1999), Test Theory; loadings by least squares on the covariances (minres,
    Harman & Jones 1966, Psychometrika 31:351-368).
    """
    found: dict[str, float] = {}
    fit = {
        name: covariance
        for name, covariance in covariances.items()
        if len(covariance) >= 3 and np.isfinite(covariance).all() and covariance.sum() > 0
    }
    for size in sorted({len(covariance) for covariance in fit.values()}):
        alike = {name: covariance for name, covariance in fit.items() if len(covariance) == size}
        every = one_factors(np.stack(list(alike.values())))
        for (name, covariance), loadings in zip(alike.items(), every, strict=True):
            unique = np.diag(covariance) - loadings**2
            if (unique >= 0).all() and loadings.any():
                common = float(loadings.sum()) ** 2
                found[name] = common / (common + float(unique.sum()))
    return found


def one_factors(covariances: Numbers) -> Numbers:
    """Return the loadings that fit the covariances between items best; the variances are left out.

    Each loading in turn is the regression of its covariances on the others, until none moves.

    Args:
        covariances: as many matrices as one likes, of the same items or of as many others.
    """
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    between = covariances - np.eye(covariances.shape[1]) * variances[:, np.newaxis]
    loadings = np.sqrt(variances) / 2
    open_, pairs = np.arange(len(loadings)), np.moveaxis(between, 1, 0).copy()
    for _ in range(1000):
        now = loadings[open_]
        for place, others in enumerate(pairs):
            square = np.einsum("bi,bi->b", now, now) - now[:, place] ** 2
            regressed = np.einsum("bi,bi->b", others, now)
            np.divide(regressed, square, out=now[:, place], where=square > 0)
        moved = np.abs(now - loadings[open_]).max(axis=1) >= 1e-10
        loadings[open_] = now
        if not moved.any():
            break
        if not moved.all():
            open_, pairs = open_[moved], pairs[:, moved]
    return loadings


def krippendorff_alpha(both: float, either: float, pairs: float) -> float | None:
    """Return Krippendorff's alpha of two coders who said yes or no to the same things.

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, part A.

    Args:
        both: things both said yes to.
        either: things that one of them said yes to, and the other no.
        pairs: things coded.
    """
    yes = 2 * both + either
    no = 2 * pairs - yes
    if not yes or not no:
        return None
    return 1 - (either / pairs) * 2 * pairs * (2 * pairs - 1) / (2 * yes * no)


def agreement(counts: Numbers, themes: int) -> tuple[float, float, float] | None:
    """Return alpha between two codings over all themes, and its 95 % interval.

    Tellers, not themes, are drawn anew: the interval is the jackknife's (Efron & Stein 1981, Annals
    of Statistics 9:586-596).

    Args:
        counts: per teller, themes that both said, and themes that one of them said.
        themes: how many themes there are.
    """
    n = len(counts)
    both, either = counts.sum(axis=0)
    value = krippendorff_alpha(float(both), float(either), n * themes)
    if value is None:
        return None
    without = []
    tally, sizes = np.unique(counts, axis=0, return_counts=True)
    for (one_both, one_either), size in zip(tally.tolist(), sizes.tolist(), strict=True):
        left = krippendorff_alpha(
            float(both) - one_both, float(either) - one_either, (n - 1) * themes
        )
        if left is None:
            return None
        without.append((left, size))
    mean = sum(left * size for left, size in without) / n
    error = sqrt((n - 1) / n * sum(size * (left - mean) ** 2 for left, size in without))
    return value, max(value - Z * error, -1.0), min(value + Z * error, 1.0)


def replace_zeros(parts: Numbers, small: float, whole: float = WHOLE) -> Numbers:
    """Return compositions without zeros: each is `small`, and the others give it in proportion.

    Source: Martín-Fernández, Barceló-Vidal & Pawlowsky-Glahn (2003), Mathematical Geology
    35:253-278, multiplicative replacement.
    """
    zero = parts == 0
    found: Numbers = np.where(
        zero, small, parts * (1 - small * zero.sum(axis=1, keepdims=True) / whole)
    )
    return found


def centre(parts: Numbers, whole: float = WHOLE) -> Numbers:
    """Return the closed geometric mean of compositions without zeros.

    Source: Aitchison (1986), The Statistical Analysis of Compositional Data, chapter 4.
    """
    means = np.exp(np.log(parts).mean(axis=0))
    found: Numbers = means / means.sum() * whole
    return found


def aitchison_variance(parts: Numbers) -> float:
    """Return the total variance of compositions without zeros: 0 where all are the same.

    Source: Aitchison (1986), chapter 4: the variances of the centred log-ratios together.
    """
    logs = np.log(parts)
    centred = logs - logs.mean(axis=1, keepdims=True)
    return float(centred.var(axis=0, ddof=1).sum())


def _has(figure: Figure) -> bool:
    """Whether a figure carries statistics; what is published tells it, and nothing else."""
    if figure.status is not Status.SHOWN or figure.n is None or figure.n < ENOUGH:
        return False
    if figure.kind is Kind.SIGNIFICATION:
        return figure.n >= MARKED and len(figure.categories) > len(items()[figure.subject].poles)
    if figure.kind is Kind.SCALE:
        return len(scoring.by_id(figure.subject).items) > 1
    return figure.kind is Kind.AGREEMENT


def _answers(figure: Figure, people: pl.DataFrame) -> Numbers:
    """Return a row per respondent in the order of `people`; NaN where nothing was answered."""
    if figure.kind is Kind.SCALE:
        scale = scoring.by_id(figure.subject)
        scored = scoring.total_units(scale).is_not_null()
        points = zip(scale.items, scoring.points(scale), strict=True)
        columns = [pl.when(scored).then(value).alias(item) for item, value in points]
        return _matrix(people.select(columns))
    if figure.kind is Kind.SIGNIFICATION:
        poles = range(len(items()[figure.subject].poles))
        return _matrix(people.select(_pole(figure.subject, place) for place in poles))
    one, other = map(pl.col, PAIRS[figure.subject])
    both = one.list.set_intersection(other).list.len()
    either = one.list.set_symmetric_difference(other).list.len()
    deleted = pl.col("story_deleted") if "story_deleted" in people.columns else pl.lit(False)
    told = one.is_not_null() & other.is_not_null() & pl.col("has_story") & ~deleted
    columns = [pl.when(told).then(both).alias("both"), pl.when(told).then(either).alias("either")]
    return _matrix(people.select(columns))


def _estimates(figure: Figure, given: Numbers, themes: int) -> list[Estimate]:
    """Return the statistics of one figure, unrounded."""
    if figure.kind is Kind.SIGNIFICATION:
        parts = replace_zeros(given, NOTHING)
        poles = items()[figure.subject].poles
        shares = zip(poles, centre(parts).tolist(), strict=True)
        found = [Estimate(f"part:{pole.id}", share) for pole, share in shares]
        return [*found, Estimate("spread", aitchison_variance(parts))]
    agreed = agreement(given, themes)
    return [] if agreed is None else [Estimate("agreement", *agreed)]


def _pole(item: str, place: int) -> pl.Expr:
    return pl.col(item).list.get(place).alias(str(place))


def _alpha(covariance: Numbers, n: int) -> list[Estimate]:
    alpha = _alpha_of(covariance)
    if alpha is None or not alpha < 1:
        return []
    return [Estimate("alpha", alpha, *alpha_interval(alpha, n, len(covariance)))]


def _item_rests(figure: Figure, covariance: Numbers) -> list[Estimate]:
    """Return how each item goes with the others, of scales of three or more that all vary."""
    found = item_rests(covariance)
    many = figure.n is not None and figure.n >= MARKED
    if not many or len(found) < 3 or not np.isfinite(found).all():
        return []
    items_of = scoring.by_id(figure.subject).items
    return [
        Estimate(f"item_rest:{item}", value)
        for item, value in zip(items_of, np.clip(found, -1, 1).tolist(), strict=True)
    ]


def _covariance(answers: Numbers) -> Numbers:
    """Return covariances, each of those who answered both items; NaN where fewer than two did."""
    said = ~np.isnan(answers)
    known = said.astype(np.float64)
    values = np.where(said, answers, 0.0)
    n = known.T @ known
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = values.T @ known
        found: Numbers = (values.T @ values - sums * sums.T / n) / (n - 1)
    return found


def _matrix(frame: pl.DataFrame) -> Numbers:
    return frame.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _times(count: int, step: float) -> float:
    return round(count * step, 2)
