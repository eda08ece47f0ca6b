"""Batches, run charts and control charts against published examples and a count by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from exports import Catalogue, Count, Figure, Kind, Release, Status
from exports.measures.control import constants, p_chart, x_bar_s_charts, xmr_chart
from exports.measures.differences import Sample
from exports.measures.runs import crossings_limit, longest_limit, run_chart
from exports.measures.series import Point, batches, quarters

NOBODY = Catalogue((), (), (), ())


def release(number: int, x: int, n: int, kind: Kind = Kind.ITEM, series: str = "a") -> Release:
    figure = Figure(
        kind,
        "mt1",
        "*",
        None,
        10,
        Status.SHOWN,
        n=n,
        categories=(Count("yes", (4, 5), x), Count("no", (1, 2, 3), n - x)),
    )
    day = f"2026-{number:02}-01"
    return Release(number, series, day, 10, 15, 5, NOBODY, (figure,))


def points(*shares: tuple[int, int]) -> list[Point]:
    return [Point(str(i), x, n) for i, (x, n) in enumerate(shares)]


def test_batches_are_what_came_between_two_snapshots() -> None:
    releases = [release(1, 20, 40), release(2, 30, 55), release(3, 30, 75)]
    assert batches(releases, "item/mt1/*", (4, 5)) == (
        Point("2026-01-01", 20, 40),
        Point("2026-02-01", 10, 15),
        Point("2026-03-01", 0, 20),
    )


def test_a_small_batch_waits_for_the_next_and_is_not_lost() -> None:
    releases = [release(1, 20, 40), release(2, 25, 45), release(3, 30, 55)]
    assert batches(releases, "item/mt1/*", (4, 5))[1:] == (Point("2026-03-01", 10, 15),)


def test_rounding_never_makes_an_impossible_batch() -> None:
    releases = [release(1, 20, 40), release(2, 15, 55), release(3, 40, 65)]
    assert [(p.x, p.n) for p in batches(releases, "item/mt1/*", (4, 5))] == [
        (20, 40),
        (0, 15),
        (10, 10),
    ]


def test_kept_hidden_and_retracted_figures_make_no_point() -> None:
    kept = release(2, 30, 55)
    kept = replace(kept, figures=(replace(kept.figures[0], status=Status.KEPT),))
    releases = [release(1, 20, 40), kept, release(3, 30, 75)]
    assert [p.n for p in batches(releases, "item/mt1/*", (4, 5))] == [40, 35]
    assert [p.n for p in batches(releases, "item/mt1/*", (4, 5), retracted={1})] == [75]
    assert batches(releases, "item/mt2/*", (4, 5)) == ()
    assert batches([], "item/mt1/*", (4, 5)) == ()


def test_a_new_language_model_begins_anew() -> None:
    changed = [release(1, 20, 40, Kind.THEME), release(2, 30, 55, Kind.THEME, "b")]
    assert [p.n for p in batches(changed, "theme/mt1/*", (4, 5))] == [55]
    same = [release(1, 20, 40), release(2, 30, 55, series="b")]
    assert [p.n for p in batches(same, "item/mt1/*", (4, 5))] == [40, 15]


def test_merged_categories_never_tell_more_than_they_hold() -> None:
    assert batches([release(1, 20, 40)], "item/mt1/*", (5,)) == ()


def test_quarters_are_in_order_and_hidden_ones_left_out() -> None:
    base = release(1, 20, 40, Kind.THEME).figures[0]
    hidden = Figure(Kind.THEME, "mt1", "*", "2026-Q2", 10, Status.HIDDEN)
    found = quarters(
        [replace(base, period="2026-Q3"), hidden, replace(base, period="2026-Q1")], (4, 5)
    )
    assert [point.when for point in found] == ["2026-Q1", "2026-Q3"]


@pytest.mark.parametrize(
    ("n", "longest", "crossings"), [(10, 6, 2), (12, 7, 3), (20, 7, 6), (24, 8, 8), (30, 8, 10)]
)
def test_anhojs_limits(n: int, longest: int, crossings: int) -> None:
    """Anhøj & Olesen (2014), table 1."""
    assert (longest_limit(n), crossings_limit(n)) == (longest, crossings)


@given(st.integers(10, 400))
def test_crossings_are_scipys_binomial(n: int) -> None:
    assert crossings_limit(n) == binom.ppf(0.05, n - 1, 0.5)


def test_a_run_chart_leaves_out_the_median_and_sees_a_shift() -> None:
    low, high, middle = (2, 10), (8, 10), (5, 10)
    shifted = run_chart(points(*[low] * 7, middle, *[high] * 7))
    assert shifted is not None
    assert (shifted.median, shifted.longest, shifted.crossings) == (0.5, 7, 1)
    assert shifted.shift
    steady = run_chart(points(*[low, high] * 6, middle))
    assert steady is not None
    assert (steady.longest, steady.crossings, steady.shift) == (1, 11, False)


@pytest.mark.parametrize(
    ("sides", "longest", "shift"),
    [
        ("HHHHHHHH" + "LLLL" + "HL" * 4 + "LLLL", 8, False),
        ("HHHHHHHHH" + "LLLLL" + "HL" * 4 + "LLLL", 9, True),
    ],
)
def test_a_long_run_alone_is_a_shift(sides: str, longest: int, shift: bool) -> None:
    chart = run_chart(points(*[(2, 10) if side == "L" else (8, 10) for side in sides]))
    assert chart is not None
    assert (chart.longest, chart.longest_limit, chart.shift) == (longest, 8, shift)
    assert chart.crossings == 9 >= chart.crossings_limit


def test_ten_points_off_the_median_are_needed() -> None:
    assert run_chart([]) is None
    assert run_chart(points(*[(2, 10), (8, 10)] * 4, (5, 10))) is None
    assert run_chart(points(*[(2, 10), (8, 10)] * 5)) is not None


CANS = """12 15 8 10 4 7 16 9 14 10 5 6 17 12 22 8 10 5 13 11 20 18 24 15 9 12 7 13 9 6"""


def test_the_p_chart_of_montgomerys_orange_juice_cans() -> None:
    """Montgomery (2013), example 7.1: 0.2313, 0.0524 to 0.4102, samples 15 and 23 outside."""
    cans = [int(x) for x in CANS.split()]
    chart = p_chart(points(*[(x, 50) for x in cans]))
    assert chart is not None
    assert chart.centre == pytest.approx(0.2313, abs=5e-5)
    # these cans vary more than chance lets them, so the limits are Laney's
    values = np.array(cans) / 50
    error = np.sqrt(chart.centre * (1 - chart.centre) / 50)
    spread = np.abs(np.diff((values - chart.centre) / error)).mean() / 1.128
    assert spread > 1
    assert chart.periods[0].high == pytest.approx(chart.centre + 3 * spread * error, abs=1e-3)


def test_a_p_chart_without_more_spread_than_chance_has_shewharts_limits() -> None:
    chart = p_chart(points(*[(11, 50), (9, 40)] * 6))
    assert chart is not None
    centre = 20 / 90
    assert chart.centre == pytest.approx(centre)
    for period, n in zip(chart.periods, [50, 40] * 6, strict=True):
        half = 3 * np.sqrt(centre * (1 - centre) / n)
        assert (period.low, period.high) == pytest.approx((centre - half, centre + half))
        assert not period.outside
    assert p_chart(points(*[(10, 50)] * 11)) is None
    assert p_chart(points(*[(0, 50)] * 12)) is None


@pytest.mark.parametrize(
    ("n", "a3", "b3", "b4"),
    [(5, 1.427, 0, 2.089), (10, 0.975, 0.284, 1.716), (25, 0.606, 0.565, 1.435)],
)
def test_montgomerys_table_of_constants(n: int, a3: float, b3: float, b4: float) -> None:
    assert constants(n) == pytest.approx((a3, b3, b4), abs=6e-4)


def test_charts_of_means_and_spreads_pool_what_lies_within_periods() -> None:
    random = np.random.default_rng(3)
    groups = [random.normal(3, 1, n) for n in range(10, 22)]
    groups[4] += 3
    charts = x_bar_s_charts([Sample(float(g.mean()), float(g.std(ddof=1)), len(g)) for g in groups])
    assert charts is not None
    means, spreads = charts
    together = np.concatenate(groups)
    inside = np.concatenate([group - group.mean() for group in groups])
    sd = np.sqrt((inside**2).sum() / (len(together) - len(groups)))
    assert means.centre == pytest.approx(together.mean())
    assert spreads.centre == pytest.approx(sd)
    assert [i for i, period in enumerate(means.periods) if period.outside] == [4]
    assert x_bar_s_charts([Sample(3, 1, 10)] * 11) is None
    assert x_bar_s_charts([Sample(3, 1, 4)] * 12) is None


def test_an_xmr_chart_has_limits_of_three_short_term_deviations() -> None:
    values = [50.0, 52, 49, 51, 50, 53, 48, 51, 50, 49, 52, 90]
    chart = xmr_chart(values)
    assert chart is not None
    half = 3 * np.abs(np.diff(values)).mean() / 1.128
    assert chart.periods[0].high == pytest.approx(np.mean(values) + half, rel=1e-3)
    assert [period.outside for period in chart.periods] == [False] * 11 + [True]
    assert xmr_chart(values[:11]) is None
