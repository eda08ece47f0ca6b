"""What people find in stories: drawn by chance alone, and compared with teller and program."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from exports import FrameError, HistoryError, Kind, Policy, Release, Unit, draw_units, release
from exports.disclosure.coding import MOST
from tests.exports.exports_synthetic import catalogue, frame

TERMS = catalogue()
THEMES = sorted(theme.id for theme in TERMS.themes)
KEY = b"k" * 32
TEXTS = pl.List(pl.String)


def coded(size: int, sample: int, seed: int = 3) -> pl.DataFrame:
    """Answers of which the first `sample` stories were coded; people miss one theme in ten."""
    random = np.random.default_rng(seed)
    people = frame(size, TERMS)
    truth = random.random((size, len(THEMES))) < 0.2
    told = np.flatnonzero(people["has_story"].to_numpy())[:sample]

    def said(part: float, also: float) -> np.ndarray:
        drawn = random.random(truth.shape)
        return np.where(truth, drawn < part, drawn < also)

    one, other, machine = said(0.9, 0.02), said(0.9, 0.02), said(0.7, 0.1)
    layers = {"one": one, "other": other, "both": one & other, "machine": machine}
    layers["teller"] = said(0.8, 0.05)
    columns = []
    for name, found in layers.items():
        there = set((told[::2] if name == "teller" else told).tolist())
        lists = [np.array(THEMES)[row].tolist() for row in found]
        kept = [themes if row in there else None for row, themes in enumerate(lists)]
        columns.append(pl.Series(f"coded_{name}", kept, dtype=TEXTS))
    return people.with_columns(columns)


def made(people: pl.DataFrame) -> Release:
    return release(people, Policy(TERMS), series="a", published="2026-01-31")


def kappa(people: pl.DataFrame, one: str, other: str) -> float:
    """Cohen's kappa over all themes, by scikit-learn; alpha is near it where n is large."""
    rows = people.select(one, other).drop_nulls().rows()
    yes = [[[theme in found for theme in THEMES] for found in row] for row in rows]
    table = np.array(yes)
    return float(cohen_kappa_score(table[:, 0].ravel(), table[:, 1].ravel()))


def test_people_program_and_teller_are_each_compared() -> None:
    people = coded(700, 240)
    document = made(people)
    for subject, pair in {
        "people": ("coded_one", "coded_other"),
        "people_machine": ("coded_both", "coded_machine"),
        "people_teller": ("coded_both", "coded_teller"),
    }.items():
        figure = document.figure(Kind.AGREEMENT, subject, "*")
        assert figure is not None
        (found,) = figure.estimates
        assert found.name == "agreement"
        assert found.value == pytest.approx(kappa(people, *pair), abs=0.06), subject
        assert found.value == round(found.value, 1)
        assert figure.n in (240, 120)


def test_what_fewer_than_a_hundred_coded_carries_no_agreement() -> None:
    document = made(coded(700, 90))
    figure = document.figure(Kind.AGREEMENT, "people", "*")
    assert figure is not None
    assert figure.visible
    assert figure.estimates == ()


def test_a_release_without_codings_has_no_such_figures() -> None:
    subjects = {f.subject for f in made(frame(300, TERMS)).figures if f.kind is Kind.AGREEMENT}
    assert subjects == {"themes"}


ONE = pl.col("coded_one")


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.drop("coded_both"),
        lambda rows: rows.with_columns(coded_other=pl.lit(None, TEXTS)),
        lambda rows: rows.with_columns(coded_teller=pl.lit([], TEXTS)),
        lambda rows: rows.with_columns(coded_both=pl.when(ONE.is_not_null()).then(THEMES)),
        lambda rows: rows.with_columns(coded_machine=pl.when(ONE.is_not_null()).then(["hemmelig"])),
        lambda rows: rows.with_columns(coded_one=pl.lit("hemmelig")),
    ],
)
def test_codings_that_do_not_fit_are_refused_without_saying_what_they_are(change) -> None:
    with pytest.raises(FrameError) as caught:
        made(change(coded(60, 30)))
    assert "hemmelig" not in str(caught.value)


def unit(teller: int, place: int = 0, text: str = "Hun hørte på meg") -> Unit:
    return Unit(f"r{teller:08d}", "n1", 10 * place, 10 * place + 9, f"{text} {teller}")


def test_one_part_of_a_teller_is_drawn_the_same_whatever_the_order() -> None:
    document = made(frame(300, TERMS))
    units = [unit(teller, place) for teller in range(300) for place in range(3)]
    drawn = draw_units(units, document, KEY)
    assert drawn == draw_units(units[::-1], document, KEY)
    assert len(drawn) == len({one.teller for one in drawn}) == MOST
    assert {one.start for one in drawn} == {0, 10, 20}, "not always the first"
    assert set(drawn) != set(draw_units(units, document, b"j" * 32)), "the key decides"


def test_who_came_after_the_release_is_not_read() -> None:
    document = made(frame(60, TERMS))
    drawn = draw_units([unit(teller) for teller in range(90)], document, KEY)
    assert {one.teller for one in drawn} == {f"r{teller:08d}" for teller in range(60)}
    assert (
        draw_units([unit(1, text="").__class__("r00000001", "n1", 0, 1, " ")], document, KEY) == ()
    )
    with pytest.raises(HistoryError):
        draw_units([], Release.from_bytes(document.to_bytes()), KEY)


def test_marks_tell_nothing_without_the_key_and_differ_between_readers() -> None:
    one = unit(1)
    marks = {one.mark(KEY, "kari"), one.mark(KEY, "ola"), one.mark(b"j" * 32, "kari")}
    assert len(marks | {unit(1, 1).mark(KEY, "kari")}) == 4
    assert all(len(mark) == 32 for mark in marks)
