"""Measures against an independent implementation, and how they are said."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from enumerations import Language
from exports import Count, Figure, Kind, Status, about, between, net_growth, share
from exports.measures import wilson


def figure(n: int, **counts: tuple[tuple[int, ...], int]) -> Figure:
    return Figure(
        kind=Kind.GROWTH,
        subject="vekst6_1",
        service="*",
        period=None,
        k=10,
        status=Status.SHOWN,
        n=n,
        categories=tuple(Count(name, values, x) for name, (values, x) in counts.items()),
    )


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_is_scipys(n: int, part: float) -> None:
    x = round(n * part)
    expected = binomtest(x, n).proportion_ci(method="wilson")
    assert wilson(x, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_net_growth_and_its_interval() -> None:
    found = net_growth(figure(100, less=((-2, -1), 20), same=((0,), 30), more=((1, 2), 50)))
    assert found is not None
    half = 1.959964 * sqrt((0.5 + 0.2 - 0.3**2) / 100)
    assert (found.more, found.less, found.n) == (50, 20, 100)
    assert (found.net, found.low, found.high) == pytest.approx((0.3, 0.3 - half, 0.3 + half))


def test_net_growth_is_unknown_where_less_and_same_are_merged() -> None:
    assert net_growth(figure(100, not_more=((-2, -1, 0), 50), more=((1, 2), 50))) is None


def test_a_share_adds_categories_and_never_guesses_inside_one() -> None:
    merged = figure(60, not_more=((-2, -1, 0), 20), more=((1, 2), 40))
    found = share(merged, (1, 2))
    assert found is not None
    assert (found.x, found.n) == (40, 60)
    assert share(merged, (2,)) is None
    assert share(merged, (-2, -1)) is None


def test_a_hidden_figure_has_no_measures() -> None:
    hidden = Figure(Kind.ITEM, "mt1", "*", None, 10, Status.HIDDEN)
    assert share(hidden, (4, 5)) is None
    assert net_growth(hidden) is None


@pytest.mark.parametrize(
    ("x", "n", "language", "said", "likely"),
    [
        (10, 40, "nb", "om lag 10 av 40", "trolig mellom 6 og 16 av 40"),
        (60, 120, "nn", "om lag 60 av 120 (50 %)", "truleg mellom 41 og 59 %"),
        (60, 120, "en", "about 60 of 120 (50%)", "probably between 41 and 59%"),
        (45, 50, "nb", "om lag 45 av 50 (90 %)", "trolig mellom 79 og 96 %"),
    ],
)
def test_how_a_share_is_said(x: int, n: int, language: str, said: str, likely: str) -> None:
    found = share(figure(n, less=((0,), x), more=((1,), n - x)), (0,))
    assert found is not None
    assert about(found, Language(language)) == said
    assert between(found, Language(language)) == likely
