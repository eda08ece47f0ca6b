"""Statistics of single answers against other formulas and published examples, and in releases."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from exports_synthetic import catalogue, frame
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from exports import Estimate, FrameError, Kind, Policy, Release, Status, release
from exports.disclosure.single import (
    ENOUGH,
    MARKED,
    NOTHING,
    agreement,
    aitchison_variance,
    alpha_interval,
    centre,
    cronbach_alpha,
    item_rests,
    krippendorff_alpha,
    mcdonald_omega,
    one_factors,
    replace_zeros,
    rounded,
)

Numbers = npt.NDArray[np.float64]


def answers(n: int, loadings: list[float], seed: int = 1) -> Numbers:
    random = np.random.default_rng(seed)
    factor = random.normal(size=(n, 1))
    unique = random.normal(size=(n, len(loadings))) * np.sqrt(1 - np.square(loadings))
    found: Numbers = factor * np.array(loadings) + unique
    return found


def test_alpha_is_the_share_of_the_sums_variance_that_items_do_not_have_alone() -> None:
    drawn = np.round(answers(300, [0.8, 0.5, 0.6, 0.7]) + 3)
    single, total = drawn.var(axis=0, ddof=1).sum(), drawn.sum(axis=1).var(ddof=1)
    assert cronbach_alpha(drawn) == pytest.approx(4 / 3 * (1 - single / total))


def test_alpha_uses_what_was_answered() -> None:
    drawn = answers(4000, [0.7] * 5)
    holes = np.where(np.random.default_rng(2).random(drawn.shape) < 0.1, np.nan, drawn)
    assert cronbach_alpha(holes) == pytest.approx(cronbach_alpha(drawn), abs=0.02)
    assert cronbach_alpha(np.ones((20, 3))) is None
    assert cronbach_alpha(drawn[:, :1]) is None


def test_the_interval_of_alpha_holds_the_truth_as_often_as_it_says() -> None:
    truth = 5 / 4 * (1 - 5 / (5 + 20 * 0.36))
    hits = 0
    for seed in range(300):
        alpha = cronbach_alpha(answers(100, [0.6] * 5, seed))
        assert alpha is not None
        low, high = alpha_interval(alpha, 100, 5)
        hits += low <= truth <= high
    assert 0.92 <= hits / 300 <= 0.98


def test_omega_of_a_world_with_one_factor_is_what_its_loadings_give() -> None:
    loadings = [0.9, 0.7, 0.5, 0.4]
    truth = sum(loadings) ** 2 / (sum(loadings) ** 2 + sum(1 - np.square(loadings)))
    assert mcdonald_omega(answers(200_000, loadings)) == pytest.approx(truth, abs=0.005)
    assert mcdonald_omega(answers(100, [0.8, 0.8])) is None


def test_loadings_are_scipys_least_squares() -> None:
    covariance = np.cov(answers(300, [0.8, 0.5, 0.6, 0.7], 4), rowvar=False)
    off = ~np.eye(4, dtype=bool)
    expected = minimize(
        lambda x: np.square((covariance - np.outer(x, x))[off]).sum(), np.full(4, 0.5), tol=1e-12
    ).x
    assert one_factors(covariance[np.newaxis])[0] == pytest.approx(expected, abs=1e-5)


def test_krippendorffs_own_example() -> None:
    """Krippendorff (2011), part A: alpha 0.095."""
    meg = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    owen = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    both = sum(a and b for a, b in zip(meg, owen, strict=True))
    either = sum(a != b for a, b in zip(meg, owen, strict=True))
    assert krippendorff_alpha(both, either, 10) == pytest.approx(0.095, abs=5e-4)
    assert krippendorff_alpha(0, 0, 10) is None
    assert krippendorff_alpha(10, 0, 10) is None


def test_agreement_is_near_cohens_kappa_and_its_interval_near_the_bootstraps() -> None:
    random = np.random.default_rng(6)
    teller = random.random((400, 12)) < 0.2
    program = np.where(
        random.random(teller.shape) < 0.85, teller, random.random(teller.shape) < 0.2
    )
    counts = np.column_stack([(teller & program).sum(1), (teller != program).sum(1)]).astype(float)
    found = agreement(counts, 12)
    assert found is not None
    value, low, high = found
    assert value == pytest.approx(cohen_kappa_score(teller.ravel(), program.ravel()), abs=0.005)
    drawn = [counts[random.integers(0, 400, 400)].sum(0) for _ in range(2000)]
    again = [krippendorff_alpha(both, either, 4800) for both, either in drawn]
    expected = np.quantile(np.array(again, dtype=float), (0.025, 0.975))
    assert (low, high) == pytest.approx(tuple(expected), abs=0.01)


def test_estimates_are_rounded_their_intervals_outwards() -> None:
    assert rounded(Estimate("alpha", 0.83, 0.701, 0.849)) == Estimate("alpha", 0.8, 0.6, 0.9)
    assert rounded(Estimate("omega", 0.87)) == Estimate("omega", 0.9)


TERMS = catalogue()


def first(size: int, seed: int = 1) -> Release:
    drawn = frame(size, TERMS, seed=seed)
    return release(drawn, Policy(TERMS), series="a", published="2026-01-31")


def test_only_figures_of_a_hundred_carry_estimates() -> None:
    made = first(700)
    carried = {figure.id: figure for figure in made.figures if figure.estimates}
    assert {figure.kind for figure in carried.values()} == {Kind.SCALE, Kind.AGREEMENT}
    assert all(figure.n is not None and figure.n >= ENOUGH for figure in carried.values())
    assert "scale/lt1/*" not in carried
    for figure in carried.values():
        for one in figure.estimates:
            assert one.value == pytest.approx(round(one.value * 10) / 10)
    assert not any(figure.estimates for figure in first(90).figures)


def test_estimates_are_in_the_document_and_read_back() -> None:
    made = first(330)
    again = Release.from_bytes(made.to_bytes())
    assert again.figures == made.figures
    assert b'"estimates":[{' in made.to_bytes()


def test_a_scales_estimates_are_those_of_the_people_in_the_cell() -> None:
    drawn = frame(400, TERMS)
    made = release(drawn, Policy(TERMS), series="a", published="2026-01-31")
    figure = made.figure(Kind.SCALE, "mt10", "s0")
    assert figure is not None
    inside = drawn.filter(pl.col("services").list.contains("s0"))
    columns = [f"mt{i}" for i in range(1, 11)]
    enough = inside.filter(pl.sum_horizontal(pl.col(c).is_not_null() for c in columns) >= 7)
    expected = enough.select(columns).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    alpha = cronbach_alpha(expected)
    assert alpha is not None
    found = {one.name: one for one in figure.estimates}
    assert found["alpha"].value == pytest.approx(alpha, abs=0.050001)


def test_the_order_of_rows_changes_nothing() -> None:
    drawn = frame(260, TERMS)
    one = release(drawn, Policy(TERMS), series="a", published="2026-01-31")
    other = release(
        drawn.sample(fraction=1, shuffle=True, seed=3),
        Policy(TERMS),
        series="a",
        published="2026-01-31",
    )
    assert one.to_bytes() == other.to_bytes()


def test_zeros_are_replaced_as_in_scikit_bios_example() -> None:
    """skbio.stats.composition.multi_replace, documentation."""
    parts = np.array([[0.2, 0.4, 0.4, 0], [0, 0.5, 0.5, 0]])
    expected = [[0.1875, 0.375, 0.375, 0.0625], [0.0625, 0.4375, 0.4375, 0.0625]]
    assert replace_zeros(parts, 0.0625, 1) == pytest.approx(np.array(expected))


def test_a_centre_is_where_all_log_ratios_have_their_mean() -> None:
    parts = np.random.default_rng(1).dirichlet([4, 2, 1], 60) * 100
    found = centre(parts)
    assert found.sum() == pytest.approx(100)
    for i, j in ((0, 1), (1, 2), (0, 2)):
        ratios = np.log(parts[:, i] / parts[:, j])
        assert np.log(found[i] / found[j]) == pytest.approx(ratios.mean())


def test_aitchisons_variance_is_that_of_all_pairs_of_log_ratios() -> None:
    parts = np.random.default_rng(2).dirichlet([4, 2, 1], 60) * 100
    pairs = [np.log(parts[:, i] / parts[:, j]).var(ddof=1) for i in range(3) for j in range(3)]
    assert aitchison_variance(parts) == pytest.approx(sum(pairs) / 2 / 3)
    assert aitchison_variance(np.tile([50.0, 30, 20], (9, 1))) == pytest.approx(0)


def marked(size: int) -> pl.DataFrame:
    random = np.random.default_rng(9)
    triads = [
        (np.bincount(random.integers(0, 3, 4), minlength=3) * 25).tolist() for _ in range(size)
    ]
    dyads = [[int(a), 100 - int(a)] for a in random.integers(0, 21, size) * 5]
    said = random.random(size) < 0.9
    return frame(size, TERMS).with_columns(
        merk1=pl.Series([t if s else None for t, s in zip(triads, said, strict=True)]),
        merk2=pl.Series(dyads),
    )


def test_markings_are_counted_by_pole_and_carry_their_centre() -> None:
    drawn = marked(500)
    made = release(drawn, Policy(TERMS), series="a", published="2026-01-31")
    figure = made.figure(Kind.SIGNIFICATION, "merk1", "*")
    assert figure is not None
    said = drawn.drop_nulls("merk1")["merk1"].to_list()
    named = ["individ", "relasjon", "situasjon"]
    expected = {name: sum(t[i] > 50 for t in said) for i, name in enumerate(named)}
    expected["between_poles"] = len(said) - sum(expected.values())
    assert {c.id: c.x for c in figure.categories} == pytest.approx(expected, abs=2)
    parts = np.where(np.array(said) == 0, NOTHING, np.array(said, dtype=float))
    zeros = (np.array(said) == 0).sum(axis=1, keepdims=True)
    parts = np.where(np.array(said) == 0, NOTHING, parts * (100 - NOTHING * zeros) / 100)
    means = np.exp(np.log(parts).mean(axis=0))
    shares = dict(zip(named, means / means.sum() * 100, strict=True))
    found = {one.name: one.value for one in figure.estimates}
    assert set(found) == {"spread", *(f"part:{name}" for name in named)}
    for name, share in shares.items():
        assert found[f"part:{name}"] % 10 == 0
        assert found[f"part:{name}"] == pytest.approx(share, abs=5)


def test_a_marking_whose_poles_are_not_told_apart_has_no_centre() -> None:
    made = release(marked(120), Policy(TERMS), series="a", published="2026-01-31")
    merged = [
        figure
        for figure in made.figures
        if figure.kind is Kind.SIGNIFICATION
        and figure.status is Status.SHOWN
        and len(figure.categories) < 3
    ]
    assert merged
    assert not any(figure.estimates for figure in merged)


@pytest.mark.parametrize("answer", [[50, 50], [50, 40, 20], [120, -10, -10], [100, None, 0]])
def test_a_marking_shares_a_hundred_between_its_poles(answer: list[int | None]) -> None:
    column = pl.Series([answer] * 30, dtype=pl.List(pl.Int64))
    drawn = frame(30, TERMS).with_columns(merk1=column)
    with pytest.raises(FrameError, match="merk1"):
        release(drawn, Policy(TERMS), series="a", published="2026-01-31")


def test_item_rest_correlations_are_numpys_and_come_from_two_hundred_answers() -> None:
    drawn = answers(500, [0.9, 0.7, 0.5, 0.1], 8)
    expected = [
        np.corrcoef(drawn[:, place], np.delete(drawn, place, axis=1).sum(axis=1))[0, 1]
        for place in range(4)
    ]
    assert item_rests(np.cov(drawn, rowvar=False)) == pytest.approx(np.array(expected))
    assert np.isnan(item_rests(np.diag([1.0, 1.0, 0.0]))).any()
    made = first(700)
    carried = {f.id: {e.name for e in f.estimates if ":" in e.name} for f in made.figures}
    assert carried["scale/mt10/*"] == {f"item_rest:mt{n}" for n in range(1, 11)}
    for figure in made.figures:
        assert not carried[figure.id] or (figure.n is not None and figure.n >= MARKED)
        for one in figure.estimates:
            if one.name.startswith("item_rest"):
                assert one.value == pytest.approx(round(one.value * 5) / 5)


K_1 = 9  # answers that an attacker plants around a target


def advantage(published: dict[str, list[tuple[float, ...]]]) -> float:
    """How much better than a coin the best guess of the target's answer is, from what is published.

    The attacker knows how often each value is published for either answer, from many such worlds.
    """
    one, other = published.values()
    values = {*one, *other}
    return sum(abs(one.count(v) / len(one) - other.count(v) / len(other)) for v in values) / 4


def test_planted_answers_around_a_target_tell_five_points_at_most_of_a_marking() -> None:
    """Of 200, 9 are planted, and the target's is all one pole or all another."""
    random = np.random.default_rng(12)
    planted = np.tile([5.0, 5, 90], (K_1, 1))
    published: dict[str, list[tuple[float, ...]]] = {}
    for name, target in {"first": [100.0, 0, 0], "second": [0, 100.0, 0]}.items():
        found = published.setdefault(name, [])
        for _ in range(3000):
            honest = random.multinomial(20, random.dirichlet([1, 1, 1], MARKED - K_1 - 1)) * 5.0
            parts = replace_zeros(np.vstack([honest, planted, target]), NOTHING)
            told = [Estimate("part:x", part) for part in centre(parts).tolist()]
            told.append(Estimate("spread", aitchison_variance(parts)))
            found.append(tuple(rounded(one).value for one in told))
    assert advantage(published) <= 0.05


def test_planted_answers_around_a_target_tell_five_points_at_most_of_a_scale() -> None:
    """The target is content with everything or with nothing; those planted are of one mind."""
    random = np.random.default_rng(13)
    published: dict[str, list[tuple[float, ...]]] = {}
    for name, target in {"content": 5.0, "not": 1.0}.items():
        found = published.setdefault(name, [])
        for _ in range(3000):
            drawn = 3.5 + random.normal(size=(ENOUGH - K_1 - 1, 1))
            honest = np.clip(np.round(drawn + random.normal(size=(len(drawn), 5))), 1, 5)
            answers = np.vstack([honest, np.full((K_1, 5), 4.0), np.full((1, 5), target)])
            alpha = cronbach_alpha(answers)
            assert alpha is not None
            interval = alpha_interval(alpha, ENOUGH, 5)
            told = rounded(Estimate("alpha", alpha, *interval))
            found.append((told.value, told.low or 0, told.high or 0))
    assert advantage(published) <= 0.05


def test_planted_answers_tell_five_points_at_most_of_alpha_and_every_item_together() -> None:
    """What a classifier has learnt in half of the worlds is tried in the other half."""
    random = np.random.default_rng(14)
    said, targets = [], np.tile([5.0, 1.0], 1500)
    for target in targets:
        drawn = 3.5 + random.normal(size=(MARKED - K_1 - 1, 1))
        honest = np.clip(np.round(drawn + random.normal(size=(len(drawn), 10))), 1, 5)
        rows = np.vstack([honest, np.full((K_1, 10), 4.0), np.full((1, 10), target)])
        alpha = cronbach_alpha(rows)
        assert alpha is not None
        told = [Estimate("alpha", alpha)]
        told += [Estimate("item_rest:x", r) for r in item_rests(np.cov(rows, rowvar=False))]
        said.append([rounded(one).value for one in told])
    half = len(said) // 2
    learnt = LogisticRegression(max_iter=1000).fit(said[:half], targets[:half])
    assert learnt.score(said[half:], targets[half:]) <= 0.55
