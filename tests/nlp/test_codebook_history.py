"""Themes through the versions of the codebook: generated histories, and histories that lie."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.codebook import (
    Change,
    History,
    Kind,
    UnknownInHistory,
    Version,
    codebook,
    map_themes,
)
from nlp.codebook.history import problems, read_history

# A slow machine is no mistake.
generated = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A history as it stands in the file, and one that keeps every rule."""
    names = (f"A{number}_x" for number in range(1, 1000))
    themes = [next(names) for _ in range(draw(st.integers(1, 6)))]
    rows: list[dict[str, Any]] = [{"version": "0.1", "why": "first", "themes": list(themes)}]
    for number in range(2, 2 + draw(st.integers(0, 5))):
        waiting = draw(st.permutations(themes))
        changes = []
        for kind in draw(st.lists(st.sampled_from(Kind), max_size=4)):
            wanted = {Kind.ADD: 0, Kind.MERGE: draw(st.integers(2, 3))}.get(kind, 1)
            if len(waiting) < wanted:
                continue
            before = [waiting.pop() for _ in range(wanted)]
            made = {Kind.RETIRE: 0, Kind.SPLIT: draw(st.integers(2, 3))}.get(kind, 1)
            after = [next(names) for _ in range(made)]
            if kind in (Kind.MERGE, Kind.SPLIT) and draw(st.booleans()):
                after[0] = before[0]
            changes.append({"kind": kind.value, "from": before, "to": after, "why": "because"})
            themes = [t for t in themes if t not in before] + after
        day = f"2026-01-{number:02}"
        rows.append({"version": f"0.{number}", "date": day, "why": "so", "changes": changes})
    return rows


def found(history: History, version: str, ids: Any) -> list[str]:
    return [message for _, message in problems(history, version, ids)]


def whole(rows: list[dict[str, Any]]) -> History:
    history = read_history(rows)
    last = history.versions[-1]
    assert found(history, last.version, last.themes) == []
    return history


@generated
@given(histories())
def test_the_same_version_changes_nothing(rows: list[dict[str, Any]]):
    history = whole(rows)
    for version in history.versions:
        for mapped in history.map(sorted(version.themes), version.version, version.version):
            assert (mapped.to, mapped.lost, mapped.because) == ((mapped.id,), False, ())
            assert mapped.exact


@generated
@given(histories(), st.booleans())
def test_step_by_step_is_the_same_as_at_once(rows: list[dict[str, Any]], back: bool):
    history = whole(rows)
    versions = history.versions[::-1] if back else history.versions
    for id_ in sorted(versions[0].themes):
        reached: set[str] = {id_}
        lost, because = False, 0
        for one, other in pairwise(versions):
            steps = history.map(sorted(reached), one.version, other.version)
            reached = {theme for step in steps for theme in step.to}
            lost = lost or any(step.lost for step in steps)
            because += len({change for step in steps for change in step.because})
            (at_once,) = history.map([id_], versions[0].version, other.version)
            assert set(at_once.to) == reached
            assert at_once.lost == lost
            assert len(at_once.because) == because
            assert set(at_once.to) <= other.themes


@generated
@given(histories())
def test_there_and_back_never_loses_the_way_home(rows: list[dict[str, Any]]):
    history = whole(rows)
    first, last = history.versions[0], history.versions[-1]
    for mapped in history.map(sorted(first.themes), first.version, last.version):
        for home in history.map(mapped.to, last.version, first.version):
            assert mapped.id in home.to


@generated
@given(histories())
def test_every_theme_comes_from_somewhere_and_each_kind_says_what_it_does(
    rows: list[dict[str, Any]],
):
    history = whole(rows)
    for one, other in pairwise(history.versions):
        exact = {Kind.RENAME: True, Kind.MERGE: True, Kind.SPLIT: False, Kind.RETIRE: False}
        for change in other.changes:
            for mapped in history.map(change.before, one.version, other.version):
                assert mapped.to == tuple(sorted(change.after))
                assert mapped.exact == exact[change.kind]
                assert mapped.lost == (change.kind is Kind.RETIRE)
                assert mapped.because == ((other, change),)
        added = {id_ for c in other.changes if c.kind is Kind.ADD for id_ in c.after}
        images = history.map(sorted(one.themes), one.version, other.version)
        assert {theme for mapped in images for theme in mapped.to} == other.themes - added


@generated
@given(histories(), st.data())
def test_an_id_is_never_used_again(rows: list[dict[str, Any]], data: st.DataObject):
    history = whole(rows)
    gone = [
        (number, id_)
        for number, version in enumerate(history.versions)
        for id_ in {i for v in history.versions[:number] for i in v.themes} - version.themes
    ]
    if not gone:
        return
    number, id_ = data.draw(st.sampled_from(sorted(gone)))
    rows[number]["changes"].append({"kind": "add", "from": [], "to": [id_], "why": "again"})
    broken = read_history(rows)
    last = broken.versions[-1]
    assert any("never used again" in said for said in found(broken, last.version, last.themes))


@generated
@given(histories(), st.data())
def test_a_theme_that_comes_or_goes_without_a_word_is_found(
    rows: list[dict[str, Any]], data: st.DataObject
):
    history = whole(rows)
    last = history.versions[-1]
    extra = {*last.themes, "Z9_ny"}
    assert [m for m in found(history, last.version, extra) if "Z9_ny" in m and "add an add" in m]
    if last.themes:
        id_ = data.draw(st.sampled_from(sorted(last.themes)))
        assert [m for m in found(history, last.version, last.themes - {id_}) if id_ in m]


def step(kind: str, before: list[str], after: list[str]) -> dict[str, Any]:
    return {"kind": kind, "from": before, "to": after, "why": "because"}


def book(*changes: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    later = {"version": "0.2", "date": "2026-01-02", "why": "so", "changes": list(changes)}
    return [
        {"version": "0.1", "date": "2026-01-01", "why": "first", "themes": ["A1_a", "A2_b"]},
        later | fields,
    ]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (book(step("rename", ["A1_a"], ["A2_b"])), "has been used before"),
        (book(step("rename", ["A1_a"], ["A1_a"])), "has been used before"),
        (book(step("retire", ["A9_x"], [])), "A9_x was not in force"),
        (book(step("retire", ["A1_a"], []), step("retire", ["A1_a"], [])), "changes twice"),
        (book(step("add", [], ["A3_c"]), step("add", [], ["A3_c"])), "is made twice"),
        (book(step("split", ["A1_a"], ["A3_c"])), "`to` has two or more"),
        (book(step("merge", ["A1_a"], ["A3_c"])), "`from` has two ids or more"),
        (book(step("merge", ["A1_a", "A2_b"], [])), "and `to` has one"),
        (book(step("retire", ["A1_a"], ["A3_c"])), "`to` is []"),
        (book(step("add", ["A1_a"], ["A3_c"])), "`from` is []"),
        (book(step("rename", ["A1_a"], ["A3_c", "A4_d"])), "one id each"),
        (book(step("split", ["A1_a"], ["A3_c", "A2_b"])), "A2_b has been used before"),
        (book(version="0.1"), "higher number"),
        (book(version="0.0"), "higher number"),
        (book(date="2025-12-31"), "before that of the version before"),
        (book(date="2026-02-30"), "is no day"),
        (book(date=None), "add `date`"),
    ],
)
def test_a_history_that_does_not_fit_is_found(rows: list[dict[str, Any]], says: str):
    history = read_history(rows)
    last = history.versions[-1]
    assert any(says in said for said in found(history, last.version, last.themes))


def test_version_ten_comes_after_version_nine():
    rows = [book()[0], book(version="0.9")[1], book(version="0.10", date="2026-01-03")[1]]
    history = whole(rows)
    assert history.map(["A1_a"], "0.9", "0.10")[0].exact


def test_the_codebook_and_its_history_must_end_with_the_same_version():
    history = read_history(book())
    assert any("ends with 0.2" in m for m in found(history, "0.3", {"A1_a", "A2_b"}))


def test_what_was_split_and_merged_again_is_one_theme():
    rows = [
        *book(step("split", ["A1_a"], ["A3_c", "A4_d"])),
        book(step("merge", ["A3_c", "A4_d"], ["A5_e"]), version="0.3", date="2026-01-03")[1],
        book(step("retire", ["A5_e"], []), version="0.4", date="2026-01-04")[1],
    ]
    history = whole(rows)
    (mapped,) = history.map(["A1_a"], "0.1", "0.3")
    assert mapped.to == ("A5_e",)
    assert mapped.exact
    (mapped,) = history.map(["A1_a"], "0.1", "0.4")
    assert (mapped.to, mapped.lost, mapped.exact) == ((), True, False)


def test_half_a_split_may_be_lost():
    rows = [
        *book(step("split", ["A1_a"], ["A1_a", "A3_c"])),
        book(step("retire", ["A1_a"], []), version="0.3", date="2026-01-03")[1],
    ]
    (mapped,) = whole(rows).map(["A1_a"], "0.1", "0.3")
    assert (mapped.to, mapped.lost, mapped.exact) == (("A3_c",), True, False)


def test_an_added_theme_is_nothing_in_the_version_before():
    history = whole(book(step("add", [], ["A3_c"])))
    (mapped,) = history.map(["A3_c"], "0.2", "0.1")
    assert (mapped.to, mapped.lost) == ((), True)


@pytest.mark.parametrize(
    ("ids", "versions", "says"),
    [
        (["A1_a"], ("0.1", "9.9"), "no version 9.9. Choose one of: 0.1, 0.2"),
        (["A1_a"], ("9.9", "0.1"), "no version 9.9"),
        (["A3_c"], ("0.1", "0.2"), "Version 0.1 has no theme A3_c. It is in 0.2"),
        (["A1_a", "A1_aa"], ("0.1", "0.2"), "Do you mean A1_a?"),
        (["?"], ("0.1", "0.2"), "Look it up"),
    ],
)
def test_what_the_history_does_not_know_is_said(
    ids: list[str], versions: tuple[str, str], says: str
):
    history = whole(book(step("add", [], ["A3_c"])))
    with pytest.raises(UnknownInHistory, match=says.replace("?", r"\?")):
        map_themes(ids, *versions, history)


def test_the_codebook_that_ships_goes_from_its_first_version_without_a_change_of_ids():
    book_ = codebook()
    first = book_.history.versions[0].version
    mapped = map_themes(book_.theme_ids, first, book_.version)
    assert [m.id for m in mapped] == list(book_.theme_ids)
    assert all(m.exact and m.to == (m.id,) and not m.because for m in mapped)


def test_a_mapping_does_not_touch_what_it_is_given():
    change = Change(Kind.RENAME, ("A1_a",), ("A3_c",), "because")
    old = Version("0.1", None, "first", (), frozenset({"A1_a"}))
    new = replace(old, version="0.2", changes=(change,), themes=frozenset({"A3_c"}))
    ids = ["A1_a", "A1_a"]
    history = History((old, new))
    assert history.map(ids, "0.1", "0.2") == history.map(iter(ids), "0.1", "0.2")
    assert ids == ["A1_a", "A1_a"]
