"""The gate as a whole: documents, series, policy, errors, means."""

from dataclasses import replace
from datetime import date
from statistics import mean, stdev

import polars as pl
import pytest
from exports_recount import total
from exports_synthetic import catalogue, frame, names
from scipy import stats

from exports import (
    Catalogue,
    DocumentError,
    FrameError,
    History,
    HistoryError,
    Policy,
    PolicyError,
    Reason,
    Release,
    Service,
    Status,
    quarters,
    release,
    score,
)
from exports.disclosure.means import student_quantile

TERMS = catalogue()
POLICY = Policy(TERMS)
ROWS = frame(400, TERMS)
FIRST = release(ROWS, POLICY, series="1", published="2026-10-01")


def test_the_document_reads_back_to_the_same_bytes() -> None:
    again = Release.from_bytes(FIRST.to_bytes(), FIRST.members_to_bytes())
    assert again == FIRST
    assert again.to_bytes() == FIRST.to_bytes()
    assert again.members_to_bytes() == FIRST.members_to_bytes()


def test_history_read_from_bytes_gives_the_same_release_as_history_in_memory() -> None:
    rows = pl.concat([ROWS, frame(200, TERMS, start=400)])
    read = Release.from_bytes(FIRST.to_bytes(), FIRST.members_to_bytes())
    first, second = (
        release(rows, POLICY, History((old,)), series="1", published="2026-11-01")
        for old in (FIRST, read)
    )
    assert first.to_bytes() == second.to_bytes()
    assert {figure.status for figure in second.figures} == set(Status)


def test_damaged_members_are_refused_and_nothing_is_released_beside_them() -> None:
    good = FIRST.members_to_bytes()
    with pytest.raises(DocumentError, match="members_to_bytes"):
        Release.from_bytes(FIRST.to_bytes(), good[:-9])
    bad = good[:4] + bytes(2000) + good[2004:]
    read = Release.from_bytes(FIRST.to_bytes(), bad)
    with pytest.raises(HistoryError, match="members of release 1 are damaged"):
        release(ROWS, POLICY, History((read,)), series="1", published="2026-11-01")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"number": 1}', FIRST.to_bytes()[:-9]])
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentError, match="Give the bytes"):
        Release.from_bytes(content)


def test_every_figure_of_the_catalogue_is_listed_even_with_no_answers() -> None:
    nobody = release(ROWS.clear(), POLICY, series="1", published="2026-10-01")
    assert [figure.id for figure in nobody.figures] == [figure.id for figure in FIRST.figures]
    assert {figure.status for figure in nobody.figures} == {Status.HIDDEN}


def test_answers_that_the_gate_has_no_figure_for_change_nothing() -> None:
    """Smileys, stones, rankings: their columns may stand in the frame, as anything may."""
    told = ["besok1", "besok2", "besok3", "merk3"]
    assert not {figure.subject for figure in FIRST.figures} & set(told)
    without = ROWS.drop("besok1").with_columns(
        pl.col("dont_know").list.set_difference(["besok1"]).list.sort()
    )
    marked = ROWS.with_columns(
        pl.lit([1, 2]).alias("besok2"),
        pl.lit({"now": [5, 5]}, allow_object=True).alias("merk3"),
    )
    for rows in (without, marked):
        made = release(rows, POLICY, series="1", published="2026-10-01")
        assert made.to_bytes() == FIRST.to_bytes()


def test_whose_story_is_deleted_has_told_but_is_in_no_figure_about_themes() -> None:
    gone = pl.col("id").str.slice(1).cast(pl.Int64) % 3 == 0
    rows = ROWS.with_columns(story_deleted=pl.col("has_story") & gone).with_columns(
        pl.when("story_deleted").then([]).otherwise(name).alias(name)
        for name in ("themes", "themes_positive", "themes_critical")
    )
    made = release(rows, POLICY, series="1", published="2026-10-01")
    left = rows.filter(~pl.col("story_deleted"))
    about_left = release(left, POLICY, series="1", published="2026-10-01")
    changed = 0
    for figure in made.figures:
        coded = figure.kind in ("theme", "group", "agreement", "attribution")
        expected = (about_left if coded else FIRST).by_id[figure.id]
        assert figure == expected, figure.id
        changed += coded and figure.n != FIRST.by_id[figure.id].n
    assert changed > 5


@pytest.mark.parametrize(
    "column",
    [
        pl.lit(None, pl.Boolean),
        pl.lit(0),
        pl.lit(True),
        pl.col("themes").list.len() > 0,
    ],
)
def test_a_deleted_story_was_told_and_has_no_themes(column: pl.Expr) -> None:
    with pytest.raises(FrameError, match="story_deleted"):
        release(ROWS.with_columns(story_deleted=column), POLICY, series="1", published="2026-10-01")


def test_a_new_series_starts_theme_figures_afresh_and_only_those() -> None:
    themes = ROWS.with_columns(themes=pl.col("themes_positive"))
    same, fresh = (
        release(themes, POLICY, History((FIRST,)), series=series, published="2026-11-01")
        for series in ("1", "2")
    )
    assert fresh.series == "2"
    coded = [f for f in fresh.figures if f.kind in ("theme", "group") and f.visible]
    assert {figure.status for figure in coded} == {Status.SHOWN}
    assert Status.KEPT in {same.by_id[figure.id].status for figure in coded}
    asked = [f for f in fresh.figures if f.kind == "item" and f.visible]
    assert {figure.status for figure in asked} == {Status.KEPT}


def test_a_hidden_theme_says_when_its_group_is_there() -> None:
    rows = frame(120, TERMS, seed=5, told=0.1)
    out = release(rows, POLICY, series="1", published="2026-10-01")
    groups = {theme.id: theme.group for theme in TERMS.themes}
    reasons = set()
    for figure in out.figures:
        if figure.kind == "theme" and not figure.visible:
            group = out.figure("group", groups[figure.subject], figure.service, figure.period)
            told = group.visible and not group.bounded
            assert (figure.reason is Reason.COVERED_BY_GROUP) == told
            reasons.add(figure.reason)
    assert reasons == {Reason.COVERED_BY_GROUP, Reason.TOO_EARLY, Reason.TOO_FEW}


def test_a_snapshot_below_a_raised_threshold_is_hidden() -> None:
    small = [f for f in FIRST.figures if f.visible and min(c.x for c in f.categories) <= 15]
    higher = Policy(TERMS, k=40, k_sensitive=40)
    out = release(ROWS, higher, History((FIRST,)), series="1", published="2026-11-01")
    assert small
    assert {out.by_id[figure.id].status for figure in small} == {Status.HIDDEN}


def test_sensitive_services_have_the_higher_threshold() -> None:
    thresholds = {service: POLICY.threshold(service) for service in ("s0", "s1", "s2", "*")}
    assert thresholds == {"s0": 10, "s1": 15, "s2": 10, "*": 15}
    assert Policy(TERMS, k=20, k_sensitive=30).threshold("s1") == 30


@pytest.mark.parametrize(
    "lower", [{"k": 9}, {"k_sensitive": 14}, {"k": 20}, {"base": 1}, {"base": 7}, {"base": 15}]
)
def test_a_policy_cannot_be_lowered(lower: dict[str, int]) -> None:
    with pytest.raises(PolicyError):
        Policy(TERMS, **lower)


def test_catalogues_that_cannot_be_told_apart_are_refused() -> None:
    for key in ("", "*", "a|b", "a/b"):
        with pytest.raises(PolicyError):
            Catalogue((Service(key, "bup", names("x")),), (), (), ())
    with pytest.raises(PolicyError, match="groups"):
        replace(TERMS, groups=())
    with pytest.raises(PolicyError, match="twice"):
        replace(TERMS, periods=("2026-Q1", "2026-Q1"))
    with pytest.raises(PolicyError, match="service_taxonomy"):
        Policy(Catalogue((Service("a", "ukjent", names("x")),), (), (), ()))


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.drop("themes"),
        lambda rows: rows.with_columns(pl.lit(None, dtype=pl.String).alias("period")),
        lambda rows: pl.concat([rows, rows]),
        lambda rows: rows.with_columns(services=pl.lit(["hemmelig"])),
        lambda rows: rows.with_columns(period=pl.lit("1999-Q1")),
        lambda rows: rows.with_columns(themes_positive=pl.lit(["hemmelig"])),
        lambda rows: rows.with_columns(themes_first=pl.lit(["hemmelig"])),
        lambda rows: rows.with_columns(themes_first=pl.lit([], pl.List(pl.String))),
        lambda rows: rows.drop("themes_proposed"),
        lambda rows: rows.with_columns(mt1=pl.lit(777)),
        lambda rows: rows.with_columns(mt1=pl.lit("hemmelig")),
    ],
)
def test_a_bad_frame_is_refused_without_saying_what_anybody_answered(change) -> None:
    with pytest.raises(FrameError) as caught:
        release(change(ROWS), POLICY, series="1", published="2026-10-01")
    message = str(caught.value)
    assert "hemmelig" not in message
    assert "777" not in message
    assert message.count(".") >= 2


def test_history_must_be_whole_and_in_order() -> None:
    with pytest.raises(HistoryError, match="members"):
        History((Release.from_bytes(FIRST.to_bytes()),))
    with pytest.raises(HistoryError, match="oldest first"):
        History((replace(FIRST, number=2),))
    with pytest.raises(HistoryError, match="earlier"):
        release(ROWS, POLICY, History((FIRST,)), series="1", published="2026-09-30")
    with pytest.raises(HistoryError, match="date"):
        release(ROWS, POLICY, series="1", published="i dag")


@pytest.mark.parametrize("scale", ["mt10", "vekst6", "lt1"])
def test_means_are_those_of_the_people_in_the_figure(scale: str) -> None:
    figure = FIRST.by_id[f"scale/{scale}/*"]
    scores = [total(row, scale) for row in ROWS.iter_rows(named=True)]
    given = [float(value) for value in scores if value is not None]
    half = stats.t.ppf(0.975, len(given) - 1) * stdev(given) / len(given) ** 0.5
    assert figure.mean == pytest.approx(mean(given), abs=0.0501)
    assert figure.low is not None
    assert figure.high is not None
    assert 0 <= mean(given) - half - figure.low < 0.1
    assert 0 <= figure.high - mean(given) - half < 0.1


def test_scores_per_person() -> None:
    scored = score(ROWS)
    for row, found in zip(ROWS.iter_rows(named=True), scored.iter_rows(named=True), strict=True):
        for scale, size in (("mt10", 10), ("vekst6", 6), ("lt1", 1)):
            expected = total(row, scale)
            if expected is None:
                assert found[f"{scale}_total"] is None
                assert found[f"{scale}_prorated"] is None
                continue
            assert found[f"{scale}_total"] == pytest.approx(float(expected))
            ids = [f"mt{i}" for i in range(1, 11)] if scale == "mt10" else [scale]
            ids = [f"vekst6_{i}" for i in range(1, 7)] if scale == "vekst6" else ids
            answered = sum(row[item] is not None for item in ids)
            assert found[f"{scale}_prorated"] == (answered < size)


@pytest.mark.parametrize("freedom", [9, 19, 49, 500])
def test_students_quantile(freedom: int) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=1e-4)


def test_quarters_of_a_round() -> None:
    assert quarters(date(2026, 11, 22), date(2027, 4, 1)) == (
        "2026-Q4",
        "2027-Q1",
        "2027-Q2",
    )


def test_items_that_were_not_asked_make_no_figures() -> None:
    out = release(ROWS.drop("lt1", "mt7"), POLICY, series="1", published="2026-10-01")
    subjects = {(figure.kind, figure.subject) for figure in out.figures}
    assert not {("scale", "lt1"), ("scale", "mt10"), ("item", "mt7")} & subjects
    assert ("item", "mt6") in subjects
