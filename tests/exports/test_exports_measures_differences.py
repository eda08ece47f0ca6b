"""Differences against scipy and published examples."""

from math import sqrt

import numpy as np
import pytest
from scipy.stats import ttest_ind

from enumerations import Language
from exports import Count, Figure, Kind, Share, Status
from exports.measures import wilson
from exports.measures.differences import (
    Difference,
    Sample,
    Size,
    Verdict,
    difference_of_means,
    difference_of_shares,
    hedges_g,
    sample,
)
from exports.measures.funnel import Place
from exports.measures.runs import run_chart
from exports.measures.series import Point
from exports.measures.standard import shifted, standardised
from exports.measures.wording import compared, moved, placed


def share(x: int, n: int) -> Share:
    return Share(x, n, *wilson(x, n))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((0, 10), (10, 10), 0.6075, 1.0000),
    ],
)
def test_newcombes_own_examples(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), table II, method 10."""
    found = difference_of_shares(share(*first), share(*second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_a_difference_of_means_is_scipys_welch() -> None:
    random = np.random.default_rng(1)
    for n, m in [(20, 20), (25, 140), (300, 41)]:
        one, other = random.normal(3, 1, n), random.normal(3.4, 2, m)
        expected = ttest_ind(other, one, equal_var=False).confidence_interval(0.95)
        found = difference_of_means(
            Sample(float(one.mean()), float(one.std(ddof=1)), n),
            Sample(float(other.mean()), float(other.std(ddof=1)), m),
        )
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=2e-4)


def test_hedges_g_is_that_of_borensteins_example() -> None:
    """Borenstein et al. (2009), chapter 4: g 0.5924, variance 0.0412."""
    found = hedges_g(Sample(100, 4.5, 50), Sample(103, 5.5, 50))
    assert found is not None
    assert found.g == pytest.approx(0.5924, abs=1e-4)
    assert ((found.high - found.low) / 2 / 1.959964) ** 2 == pytest.approx(0.0412, abs=1e-4)
    assert found.size is Size.MEDIUM
    assert hedges_g(Sample(3, 0, 20), Sample(4, 0, 20)) is None


def test_the_standard_deviation_is_read_back_from_a_published_interval() -> None:
    """Never too small, and at most what rounding outwards by 0.1 adds."""
    for sd in (0.7, 1.0, 1.6):
        half = 2.0106 * sd / sqrt(49 + 1)
        low, high = np.floor((3.2 - half) * 10) / 10, np.ceil((3.2 + half) * 10) / 10
        figure = Figure(
            Kind.SCALE, "mt10", "*", None, 10, Status.SHOWN, n=50, mean=3.2, low=low, high=high
        )
        found = sample(figure)
        assert found is not None
        assert sd <= found.sd <= sd + 0.1 * sqrt(50) / 2


def test_a_figure_without_a_mean_has_no_sample() -> None:
    figure = Figure(
        Kind.ITEM, "mt1", "*", None, 10, Status.SHOWN, n=50, categories=(Count("1", (1,), 50),)
    )
    assert sample(figure) is None


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (Difference(0.2, 0.1, 0.3, few=False), Verdict.CLEAR),
        (Difference(-0.2, -0.3, -0.1, few=False), Verdict.CLEAR),
        (Difference(0.2, -0.1, 0.5, few=False), Verdict.WITHIN),
        (Difference(0.2, 0.1, 0.3, few=True), Verdict.TOO_FEW),
    ],
)
def test_what_may_be_said(difference: Difference, verdict: Verdict) -> None:
    assert difference.verdict is verdict


def test_a_difference_needs_twenty_on_each_side() -> None:
    assert difference_of_shares(share(1, 19), share(90, 100)).verdict is Verdict.TOO_FEW
    assert difference_of_shares(share(1, 20), share(90, 100)).verdict is Verdict.CLEAR
    assert difference_of_means(Sample(1, 1, 15), Sample(4, 1, 50)).verdict is Verdict.TOO_FEW


def test_a_standardised_share_is_the_weighted_mean_of_its_parts() -> None:
    parts = {"young": share(40, 50), "old": share(20, 100)}
    found = standardised(parts, {"young": 100, "old": 50})
    assert found is not None
    rate = 2 / 3 * 0.8 + 1 / 3 * 0.2
    assert (found.x, found.n) == (round(rate * 150), 150)
    assert found.low < rate < found.high


def test_its_interval_is_the_normal_one_in_large_samples() -> None:
    parts = {"a": share(30_000, 50_000), "b": share(9_000, 60_000)}
    found = standardised(parts, {"a": 1, "b": 3})
    assert found is not None
    rate = 0.25 * 0.6 + 0.75 * 0.15
    error = sqrt(0.25**2 * 0.6 * 0.4 / 50_000 + 0.75**2 * 0.15 * 0.85 / 60_000)
    expected = (rate - 1.96 * error, rate + 1.96 * error)
    assert (found.low, found.high) == pytest.approx(expected, abs=2e-5)


def test_one_part_alone_keeps_its_wilson_interval() -> None:
    found = standardised({"a": share(8, 40), "b": share(30, 40)}, {"a": 1, "b": 0})
    assert found == share(8, 40)


def test_nothing_is_standardised_on_parts_that_are_missing_or_small() -> None:
    assert standardised({"a": share(8, 40)}, {"a": 1, "b": 1}) is None
    assert standardised({"a": share(8, 40), "b": share(2, 9)}, {"a": 1, "b": 1}) is None


def test_composition_shifts_by_more_than_ten_points() -> None:
    assert not shifted({"a": 50, "b": 50}, {"a": 118, "b": 82})
    assert shifted({"a": 50, "b": 50}, {"a": 122, "b": 78})
    assert shifted({"a": 100}, {"a": 80, "b": 20})


def test_differences_are_said_in_plain_words_and_never_as_significant() -> None:
    large = difference_of_means(Sample(2, 1, 40), Sample(4, 1, 40))
    assert compared(large, Language.BOKMAL) == "tydelig forskjell (stor)"
    assert compared(large, Language.NYNORSK) == "tydeleg forskjell (stor)"
    same = difference_of_shares(share(20, 40), share(21, 40))
    assert compared(same, Language.BOKMAL) == "innenfor vanlig variasjon"
    few = difference_of_shares(share(2, 15), share(14, 15))
    assert compared(few, Language.BOKMAL) == "for få svar til å si"
    assert placed(Place.UNDER, Language.ENGLISH) == "under usual variation"
    chart = run_chart([Point(str(i), 2 + 6 * (i > 8), 10) for i in range(18)])
    assert chart is not None
    assert moved(chart, Language.BOKMAL) == "Nivået har trolig endret seg"
