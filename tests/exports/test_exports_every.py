"""The rules in arrays give what the rules give one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.disclosure import every, rules
from exports.disclosure.catalogue import AGES, AREAS_MENTIONED, EXPLANATIONS, MENTIONS
from exports.disclosure.people import Slots
from exports.disclosure.rules import Counts, Moves
from exports.instruments import Ladder, items, scoring

LADDERS: list[Ladder] = [AREAS_MENTIONED, EXPLANATIONS, MENTIONS, AGES, items()["mt1"].ladder]
LADDERS += [items()["vekst6_1"].ladder, scoring.by_id("lt1").ladder]
SIZES = st.sampled_from([0, 0, 0, 1, 2, 9, 10, 11, 18, 19, 20, 28, 29, 30, 45])


def codes(ladder: Ladder) -> list[int]:
    return sorted(value for cell in ladder[0] for value in cell.values)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Ladder, int, list[int], np.ndarray, np.ndarray]:
    """Draw a ladder, a threshold, a step per row, and moves: code then, code now; last: not there.

    The last of the moves, those who are in neither, are nobody.
    """
    ladder = draw(st.sampled_from(LADDERS))
    width = len(codes(ladder))
    rows = draw(st.integers(1, 4))
    steps = [draw(st.integers(0, len(ladder) - 1)) for _ in range(rows)]
    change = np.zeros((rows, width + 1, width + 1), dtype=np.int64)
    for row in range(rows):
        for _ in range(draw(st.integers(0, 12))):
            then, now = draw(st.integers(0, width)), draw(st.integers(0, width))
            change[row, then, now] = draw(SIZES)
        for code in range(width):
            change[row, code, code] += draw(SIZES)
    change[:, width, width] = 0
    return ladder, draw(st.sampled_from([10, 15])), steps, change[:, :, :width].sum(axis=1), change


def named(row: np.ndarray, ladder: Ladder) -> Counts:
    return {code: int(size) for code, size in zip(codes(ladder), row, strict=True) if size}


def moves_of(change: np.ndarray, ladder: Ladder) -> Moves:
    every_code = [*codes(ladder), None]
    return {
        (then, now): int(change[i, j])
        for i, then in enumerate(every_code)
        for j, now in enumerate(every_code)
        if change[i, j]
    }


@settings(max_examples=300, deadline=None)
@given(pairs())
def test_every_row_is_as_the_rules_say(
    drawn: tuple[Ladder, int, list[int], np.ndarray, np.ndarray],
) -> None:
    ladder, k, steps, now, change = drawn
    low, width = codes(ladder)[0], len(codes(ladder))
    rungs = every.Rungs(ladder, low, width)
    least, old = np.full(len(steps), k), np.array(steps)
    then = change[:, :width].sum(axis=2)
    large = every.presentable(rungs, now, least)
    on = every.moves_on(rungs, old, then, now, change[:, :width, :width], least)
    apart = every.far(rungs, old, now, then, least)
    for row, step in enumerate(steps):
        counts, moves = named(now[row], ladder), moves_of(change[row], ladder)
        assert large[row].tolist() == [rules.presentable(one, counts, k) for one in ladder]
        numbers = np.flatnonzero(large[row] & on[row]).tolist()
        expected = rules.next_step(ladder, counts, [(step, moves)], k)
        assert (numbers[0] if numbers else None) == expected
        was = named(then[row], ladder)
        assert apart[row] == all(rules.far(one, counts, was, k) for one in ladder[step:])


@settings(max_examples=300, deadline=None)
@given(pairs())
def test_two_figures_are_apart_as_the_rules_say(
    drawn: tuple[Ladder, int, list[int], np.ndarray, np.ndarray],
) -> None:
    ladder, k, _, now, change = drawn
    width = len(codes(ladder))
    rungs = every.Rungs(ladder, min(codes(ladder)), width)
    for counts, moves in zip(now, change, strict=True):
        was, stay = moves[:width].sum(axis=1), moves[:width, :width]
        for number, step in enumerate(ladder):
            found = every.apart(rungs, number, was, counts, stay, k)
            assert found == rules.apart(step, moves_of(moves, ladder), k)


LISTS = st.lists(st.integers(0, 60), unique=True).map(lambda rows: np.array(rows, dtype=np.int32))


@given(st.lists(LISTS, min_size=1, max_size=6))
def test_people_are_found_in_lists_whatever_was_asked_before(lists: list[np.ndarray]) -> None:
    slots = Slots(61)
    for one, other in zip(lists, lists[1:] + lists[:1], strict=True):
        here, there = slots.shared(one, other)
        assert np.array_equal(one[here], other[there])
        assert set(one[here].tolist()) == set(one.tolist()) & set(other.tolist())
    parts = [(rows, np.full(len(rows), number, np.int8)) for number, rows in enumerate(lists)]
    rows, codes = slots.together(parts)
    assert len(set(rows.tolist())) == len(rows)
    assert set(rows.tolist()) == {row for one in lists for row in one.tolist()}
    first = {row: n for n, one in reversed([*enumerate(lists)]) for row in one.tolist()}
    assert dict(zip(rows.tolist(), codes.tolist(), strict=True)) == first
