"""The open table: attacks on its noise, its bound and its budget."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from exports_synthetic import catalogue, frame, names
from hypothesis import given
from hypothesis import strategies as st
from test_exports_formats import STUDY

from enumerations import Language, Level
from exports import (
    Catalogue,
    DocumentError,
    FileError,
    Group,
    History,
    HistoryError,
    OpenTable,
    OpenTableError,
    Policy,
    Service,
    Theme,
    open_table,
    release,
    write_open,
)
from exports.disclosure import noise
from exports.open_file import as_csv, as_metadata

GROUPS = 60
MANY = Catalogue(
    services=(Service("s0", "nav_kontor", names("NAV")),),
    groups=tuple(Group(f"G{i}", names(f"Gruppe {i}")) for i in range(GROUPS)),
    themes=tuple(
        Theme(f"T{i}", f"G{i % GROUPS}", next(iter(Level)), names(f"Tema {i}"))
        for i in range(2 * GROUPS)
    ),
    periods=("2026-Q1",),
)
TERMS = catalogue(1)  # NAV alone, which is not sensitive
POLICY = Policy(TERMS)
ANSWERS = frame(500, TERMS, asked=())
FIRST = release(ANSWERS, POLICY, series="1", published="2026-10-01")
HISTORY = History((FIRST,))
NOW = {"series": "1", "published": "2026-10-02"}


def tellers(themes: dict[str, list[str]]) -> pl.DataFrame:
    """Stories by teller, each with its themes."""
    kinds = {"id": pl.String, "has_story": pl.Boolean, "themes": pl.List(pl.String)}
    rows = [(teller, True, said) for teller, said in themes.items()]
    return pl.DataFrame(rows, schema=kinds, orient="row")


def apart(one: list[int], other: list[int]) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


stories = st.dictionaries(
    st.text("0123456789abcdef", min_size=4, max_size=8),
    st.lists(st.sampled_from([theme.id for theme in MANY.themes]), max_size=120),
    min_size=1,
    max_size=6,
)


@given(stories)
def test_whoever_comes_or_goes_moves_the_counts_by_no_more_than_is_said(
    themes: dict[str, list[str]],
) -> None:
    with_all = noise.counts(tellers(themes), MANY)
    for teller in themes:
        others = {key: said for key, said in themes.items() if key != teller}
        assert apart(with_all, noise.counts(tellers(others), MANY)) <= noise.REACH


def test_which_groups_count_follows_from_the_teller_alone() -> None:
    everything = [theme.id for theme in MANY.themes]
    alone = noise.counts(tellers({"a": everything}), MANY)
    others = {f"b{i}": everything[i : i + 3] for i in range(30)}
    without = noise.counts(tellers(others), MANY)
    together = noise.counts(tellers({"a": everything[::-1]} | others), MANY)
    assert [a + b for a, b in zip(alone, without, strict=True)] == together
    assert sum(alone) == noise.REACH
    chosen = {tuple(noise.counts(tellers({f"c{i}": everything}), MANY)) for i in range(50)}
    assert len(chosen) > 40, "everybody's first groups would be the alphabet's"


def test_who_told_nothing_or_whose_story_is_deleted_is_not_counted() -> None:
    some = tellers({"a": ["T0"], "b": [], "c": ["T1"]}).with_columns(
        has_story=pl.Series([True, True, False]), story_deleted=pl.Series([False, True, False])
    )
    assert noise.counts(some, MANY)[:3] == [1, 1, 0]


@pytest.mark.parametrize("epsilon", [0.01, 0.1, 1 / 3, 0.5, 1.0])
@pytest.mark.parametrize("cells", [2, 9, 61])
def test_opendp_vouches_for_the_epsilon(cells: int, epsilon: float) -> None:
    made, error = noise.measurement(cells, epsilon)
    assert str(made.input_metric) == "L1Distance(i64)"
    assert 0.99 * epsilon < made.map(noise.REACH) <= epsilon
    assert made.map(2 * noise.REACH) > epsilon, "half the noise would do as well"
    scale = noise.REACH / epsilon
    assert error == pytest.approx(scale * math.log(20), abs=2)


DRAWS = 2000
FLAKE = 1e-6


def tells_apart(first: list[int], second: list[int], epsilon: float) -> bool:
    """Whether draws of neighbours differ by more than epsilon allows.

    What is looked at is whether the likelihood of a draw is greater with `first`. Neither share of
    draws is off by more than `slack` (Hoeffding), but for `FLAKE`.
    """
    made, _ = noise.measurement(len(first), epsilon)

    def share(counts: list[int]) -> float:
        draws = (made(counts) for _ in range(DRAWS))
        return sum(apart(drawn, first) < apart(drawn, second) for drawn in draws) / DRAWS

    slack = math.sqrt(math.log(4 / FLAKE) / (2 * DRAWS))
    more, less = share(first), share(second)
    return more - slack > math.exp(epsilon) * (less + slack)


def neighbours() -> tuple[list[int], list[int]]:
    """Counts with and without one who mentions everything."""
    others = {f"b{i}": [f"T{i % GROUPS}"] for i in range(400)}
    everything = {"a": [theme.id for theme in MANY.themes]}
    return noise.counts(tellers(others | everything), MANY), noise.counts(tellers(others), MANY)


def test_draws_of_neighbours_cannot_be_told_apart() -> None:
    one, other = neighbours()
    assert not tells_apart(one, other, 1.0)
    assert not tells_apart(other, one, 1.0)


def test_the_attack_finds_out_when_somebody_counts_without_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(noise, "_clamped", lambda teller, groups: sorted(groups))
    one, other = neighbours()
    assert apart(one, other) == GROUPS + 1
    assert tells_apart(one, other, 1.0)


def test_the_attack_finds_out_when_the_noise_is_too_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = neighbours()
    fits = noise.measurement

    def small(cells: int, epsilon: float) -> Any:
        return fits(cells, 8 * epsilon)

    monkeypatch.setattr(noise, "measurement", small)
    assert tells_apart(one, other, 1.0)


def test_a_table_is_drawn_once_and_given_again_as_it_was() -> None:
    made = open_table(ANSWERS, POLICY, HISTORY, **NOW)
    assert (made.epsilon, made.number, made.bound) == (1.0, 1, 3)
    kept = OpenTable.from_bytes(made.to_bytes())
    assert kept == made
    more = frame(900, TERMS, seed=2, asked=())
    later = History((FIRST,), opened=kept)
    for epsilon in (None, 1.0):
        again = open_table(more, POLICY, later, **NOW, epsilon=epsilon)
        assert again.to_bytes() == made.to_bytes()
    for epsilon in (0.5, 0.99, 5.0):
        with pytest.raises(OpenTableError, match="is spent"):
            open_table(ANSWERS, POLICY, later, **NOW, epsilon=epsilon)
    with pytest.raises(OpenTableError, match="retracted"):
        open_table(ANSWERS, POLICY, replace(later, retracted=frozenset({1})), **NOW)


def test_two_draws_differ_and_are_about_right() -> None:
    exact = noise.counts(ANSWERS, TERMS)
    tables = [open_table(ANSWERS, POLICY, HISTORY, **NOW) for _ in range(20)]
    assert len({table.to_bytes() for table in tables}) > 15, "two of twenty may be alike by chance"
    for table in tables:
        found = [table.told, *(group.x for group in table.groups)]
        assert max(abs(a - b) for a, b in zip(found, exact, strict=True)) < 12 * table.error


def test_the_error_is_that_of_19_draws_in_20() -> None:
    made, error = noise.measurement(1, 1.0)
    off = sum(abs(made([1000])[0] - 1000) > error for _ in range(DRAWS)) / DRAWS
    assert 0.02 < off < 0.08
    assert error == 12


@pytest.mark.parametrize("epsilon", [0.0, -1.0, 0.001, 1.01, math.inf, math.nan])
def test_more_than_a_round_has_is_refused(epsilon: float) -> None:
    with pytest.raises(OpenTableError, match=r"between 0\.01 and 1 "):
        open_table(ANSWERS, POLICY, HISTORY, **NOW, epsilon=epsilon)


def test_a_round_with_a_sensitive_service_has_half() -> None:
    terms = catalogue(2)  # child welfare too
    answers = frame(900, terms, asked=())
    made = release(answers, Policy(terms), series="1", published="2026-10-01")
    with pytest.raises(OpenTableError, match=r"between 0\.01 and 0\.5 "):
        open_table(answers, Policy(terms), History((made,)), **NOW, epsilon=1.0)
    assert open_table(answers, Policy(terms), History((made,)), **NOW).epsilon == 0.5


def test_nothing_is_drawn_where_it_would_be_noise_only_or_nothing_stands_released() -> None:
    with pytest.raises(HistoryError, match="Release first"):
        open_table(ANSWERS, POLICY, History(), **NOW)
    with pytest.raises(HistoryError, match="Release again"):
        open_table(ANSWERS, POLICY, replace(HISTORY, retracted=frozenset({1})), **NOW)
    with pytest.raises(HistoryError, match="Release again"):
        open_table(ANSWERS, POLICY, HISTORY, series="2", published="2026-10-02")
    with pytest.raises(OpenTableError, match="at least 2400 are published"):
        open_table(ANSWERS, POLICY, HISTORY, **NOW, epsilon=0.1)
    few = ANSWERS.head(8)
    hidden = History((release(few, POLICY, series="1", published="2026-10-01"),))
    with pytest.raises(OpenTableError, match="at least 240 are published"):
        open_table(few, POLICY, hidden, **NOW)


def test_without_opendp_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opendp.prelude", None)
    with pytest.raises(OpenTableError, match=r'pip install "fortell\[open\]"'):
        open_table(ANSWERS, POLICY, HISTORY, **NOW)
    kept = OpenTable(1, "2026-10-02", "1", 1.0, 3, 12, 400, ())
    assert open_table(ANSWERS, POLICY, replace(HISTORY, opened=kept), **NOW) is kept


def test_no_module_of_ours_draws_noise() -> None:
    text = Path(noise.__file__).read_text("utf-8")
    assert not [word for word in ("numpy", "random.", "secrets") if word in text]


def test_what_is_no_table_is_refused() -> None:
    for content in (b"", b"{}", b'{"groups": []}', b"[]"):
        with pytest.raises(DocumentError, match="not an open table"):
            OpenTable.from_bytes(content)


def test_the_files_say_what_a_count_cannot_do_without(tmp_path: Path) -> None:
    made = open_table(ANSWERS, POLICY, HISTORY, **NOW)
    path = tmp_path / "apent.csv"
    assert write_open(made, path, STUDY) == write_open(made, path, STUDY)
    table, beside = path, tmp_path / "apent.csv-metadata.json"
    assert (table.read_bytes(), beside.read_bytes()) == (
        as_csv(made, STUDY),
        as_metadata(made, STUDY, "apent.csv"),
    )
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [row["group"] for row in rows] == ["G0", "G1"]
    for row, group in zip(rows, made.groups, strict=True):
        assert (int(row["x"]), int(row["n"])) == (group.x, made.told)
        assert (row["drawn"], row["epsilon"], row["error_95"]) == ("2026-10-02", "1.0", "12")
    said = json.loads(beside.read_text("utf-8"))
    assert [column["name"] for column in said["tableSchema"]["columns"]] == list(rows[0])
    for language in Language:
        assert "12" in said["dc:description"][language]
        assert "epsilon 1 " in said["dc:description"][language]
        assert said["fortell:question"][language].count("?") == 1
        assert "{" not in json.dumps(said["fortell:unit"][language])
    path.write_text("something else", "utf-8")
    with pytest.raises(FileError, match="exists"):
        write_open(made, path, STUDY)


def test_the_audit_does_not_read_the_table() -> None:
    """Releases after it are the same, whatever noise was drawn."""
    more = pl.concat([ANSWERS, frame(200, TERMS, seed=3, start=500, asked=())])
    made = open_table(ANSWERS, POLICY, HISTORY, **NOW)
    plain, with_table = (
        release(more, POLICY, history, series="1", published="2026-11-01")
        for history in (HISTORY, replace(HISTORY, opened=made))
    )
    assert plain.to_bytes() == with_table.to_bytes()
