"""Funnel plots and corrected shares against other formulas and simulated worlds."""

from math import sqrt

import numpy as np
import pytest

from exports import Share
from exports.measures import wilson
from exports.measures.corrected import Classifier, corrected
from exports.measures.funnel import Place, funnel


def share(x: int, n: int) -> Share:
    return Share(x, n, *wilson(x, n))


def test_a_funnel_finds_the_variance_that_services_were_drawn_with() -> None:
    random = np.random.default_rng(5)
    sizes = random.integers(40, 400, 400)
    true = np.clip(random.normal(0.6, 0.08, 400), 0, 1)
    counts = random.binomial(sizes, true)
    drawn = enumerate(zip(counts.tolist(), sizes.tolist(), strict=True))
    found = funnel({f"s{i:03}": share(x, n) for i, (x, n) in drawn})
    assert found is not None
    between = found.icc / (1 - found.icc) * found.centre * (1 - found.centre)
    assert found.centre == pytest.approx(0.6, abs=0.015)
    assert sqrt(between) == pytest.approx(0.08, abs=0.008)
    raw = counts / sizes
    shrunk = np.array([spot.shrunk for spot in found.spots.values()])
    assert np.square(shrunk - true).mean() < 0.8 * np.square(raw - true).mean()
    assert found.needed == pytest.approx(0.7 / 0.3 * 0.24 / 0.08**2, rel=0.2)


def test_limits_are_those_of_the_score_test() -> None:
    shares = {f"s{i}": share(30, 60) for i in range(6)} | {
        "up": share(58, 60),
        "down": share(5, 60),
    }
    found = funnel(shares)
    assert found is not None
    spot = found.spots["up"]
    half = 3.0902 * sqrt(found.centre * (1 - found.centre) / 60)
    assert spot.outer == pytest.approx((found.centre - half, found.centre + half), abs=1e-4)
    assert (spot.place, found.spots["down"].place) == (Place.OVER, Place.UNDER)
    assert found.spots["s0"].place is Place.WITHIN
    assert spot.inner[0] > spot.outer[0]


def test_services_that_do_not_differ_beyond_chance_are_drawn_together() -> None:
    found = funnel({f"s{i}": share(30 + i % 2, 60) for i in range(10)})
    assert found is not None
    assert (found.icc, found.needed) == (0, None)
    assert {spot.shrunk for spot in found.spots.values()} == {found.centre}


def test_a_funnel_is_in_order_of_keys_and_needs_five_services() -> None:
    shares = {"c": share(10, 20), "a": share(19, 20), "b": share(1, 20), "e": share(5, 20)}
    assert funnel(shares) is None
    found = funnel(shares | {"d": share(5, 20)})
    assert found is not None
    assert list(found.spots) == ["a", "b", "c", "d", "e"]
    assert funnel({f"s{i}": share(20, 20) for i in range(6)}) is None


def test_a_corrected_share_is_rogan_and_gladens() -> None:
    """30 % heard, sensitivity 0.80 and specificity 0.95: a third."""
    found = corrected(share(3000, 10_000), Classifier(800, 1000, 950, 1000))
    assert found is not None
    assert found.x == round(10_000 / 3)


def test_its_interval_is_the_delta_methods_in_large_samples() -> None:
    """Variance: Rogan & Gladen (1978), formula 3."""
    found = corrected(share(3000, 10_000), Classifier(1600, 2000, 1900, 2000))
    assert found is not None
    p, j = 1 / 3, 0.75
    variance = 0.3 * 0.7 / 10_000 / j**2
    variance += p**2 * 0.8 * 0.2 / 2000 / j**2 + (1 - p) ** 2 * 0.95 * 0.05 / 2000 / j**2
    half = 1.96 * sqrt(variance)
    assert (found.low, found.high) == pytest.approx((p - half, p + half), abs=0.003)


def test_its_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(8)
    hits = 0
    for _ in range(300):
        heard = int(random.binomial(400, 0.25 * 0.7 + 0.75 * 0.1))
        coded = Classifier(int(random.binomial(60, 0.7)), 60, int(random.binomial(140, 0.9)), 140)
        found = corrected(share(heard, 400), coded)
        assert found is not None
        hits += found.low <= 0.25 <= found.high
    assert 0.92 <= hits / 300 <= 0.99


def test_a_program_that_hardly_knows_corrects_nothing() -> None:
    assert corrected(share(30, 100), Classifier(60, 100, 60, 100)) is None
    assert corrected(share(30, 100), Classifier(0, 0, 60, 100)) is None


def test_the_same_figures_give_the_same_interval() -> None:
    given = share(30, 100), Classifier(80, 100, 95, 100)
    assert corrected(*given) == corrected(*given)
