"""The gate: a frame of responses goes in, a release comes out. Pure: nothing is read or written."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from exports.disclosure.catalogue import (
    ALL,
    CODED,
    Catalogue,
    Kind,
    Question,
    cell_name,
    cell_service,
)
from exports.disclosure.document import (
    Count,
    Figure,
    History,
    Reason,
    Release,
    Snapshot,
    Status,
)
from exports.disclosure.every import Rungs, Truth, apart, far, moves_on, presentable
from exports.disclosure.frame import check_frame
from exports.disclosure.holding import hold_back
from exports.disclosure.means import mean_interval
from exports.disclosure.people import (
    KEYS,
    TODAY,
    Answers,
    Coded,
    Now,
    Numbers,
    People,
    Places,
    Slots,
    Then,
    Unions,
    members,
    people_now,
    people_then,
    span,
)
from exports.disclosure.policy import Policy
from exports.disclosure.progress import Progress, silent, told
from exports.disclosure.rules import FIRST, enough_new, ripe, rounded
from exports.disclosure.single import with_estimates
from exports.errors import HistoryError
from exports.instruments import scoring

AT_ONCE = 2  # releases that are compared side by side; each takes memory of its own
_Pairs = tuple[Numbers, Numbers]
_Pair = tuple[int, Numbers, Numbers, Numbers]
"""Two figures: the coarsest step of both, the counts of each, and who is in both by codes."""


@dataclass(frozen=True)
class _Beside:
    """A published snapshot of a question in some cell: its step, its counts, whose it is.

    `number` is the release's; `same`: whoever was in it still is, and says the same.
    """

    place: int
    step: int
    counts: Numbers
    answers: Answers
    number: int = TODAY
    same: bool = True

    @cached_property
    def people(self) -> People:
        """Return whose it is, and what each said."""
        return self.answers.of(self.place)


_Last = Callable[[str], _Beside | None]
"""What was published last of a place."""


@dataclass(frozen=True)
class _Looked:
    """What is known of one question while its figures are decided. Cells are numbers.

    `may` says which steps are large enough and can stand beside the cell's own snapshots, `kept`
    has each cell's last snapshot that has not been retracted, if it can be shown again, `had` the
    cells that have any. `near` has snapshots before this release, `shown` those of it, and `last`
    the last of each cell.
    """

    question: Question
    rungs: Rungs
    counts: Numbers
    answers: Answers
    may: Truth
    kept: Mapping[int, Figure | None]
    had: frozenset[int]
    near: Mapping[int, list[_Beside]]
    shown: dict[int, _Beside]
    last: dict[int, _Beside]
    coded: Coded
    slots: Slots
    unions: Unions


@dataclass(frozen=True)
class _Looks:
    """Which cells are looked at anew.

    `answered` for who has answered, `asked` for what they answered, `recoded` for what is coded
    anew; `early` are too small for that. `waiting` has those that somebody has come to, and that
    are not looked at.
    """

    answered: Truth
    asked: Truth
    recoded: Truth
    early: Truth
    waiting: Sequence[str]

    def at(self, question: Question) -> Truth:
        """Return in which cells a question is looked at."""
        if question.kind is Kind.ANSWERED:
            return self.answered
        return self.recoded if question.kind in CODED else self.asked

    def too_early(self, question: Question, place: int) -> bool:
        """Whether a cell is too small for its answers to be looked at."""
        return question.kind is not Kind.ANSWERED and bool(self.early[place])


def release(
    frame: pl.DataFrame,
    policy: Policy,
    history: History | None = None,
    *,
    series: str,
    published: str,
    progress: Progress = silent,
) -> Release:
    """Let out what may be let out.

    Args:
        frame: one row per response (columns in docs/disclosure.md); items that were not asked
            have no column. Row order does not matter.
        policy: the catalogue and the thresholds.
        history: every earlier release, with members.
        series: version of language model and codebook; a new one starts theme figures afresh.
        published: date of the release, ISO format.
        progress: is told how far it has come.

    Returns:
        The next release. Its `members` must be kept, guarded, for the release after it.

    Raises:
        FrameError: the frame does not fit.
        HistoryError: the date is malformed or earlier than the last release's.
    """
    history = history or History()
    earlier = history.releases
    _check_date(published, earlier)
    questions = list(policy.catalogue.questions(frame.columns))
    check_frame(frame, policy.catalogue)
    now = people_now(frame, questions, policy.catalogue)
    thens = people_then(earlier, now, series)
    k = np.array([policy.threshold(cell_service(cell)) for cell in now.cells])
    looks = _looks(now, thens, k, series)
    snapshot = Snapshot(len(earlier) + 1, published)
    figures, instead = _decided(
        told("comparing", questions, progress), now, thens, looks, k, policy, history, snapshot
    )
    figures.sort(key=lambda figure: figure.id)
    figures = with_estimates(figures, frame, now, len(policy.catalogue.themes))
    done = Release(
        number=snapshot.number,
        series=series,
        published=published,
        k=policy.k,
        k_sensitive=policy.k_sensitive,
        base=policy.base,
        catalogue=policy.catalogue,
        figures=tuple(figures),
        members=_members(now, questions, figures, earlier, looks),
    )
    done = hold_back(done, history, instead, progress)
    return replace(done, figures=tuple(_cover(done.figures, policy.catalogue)))


def _decided(
    questions: Iterable[Question],
    now: Now,
    thens: Sequence[Then],
    looks: _Looks,
    k: Numbers,
    policy: Policy,
    history: History,
    snapshot: Snapshot,
) -> tuple[list[Figure], dict[str, Figure]]:
    """Return all figures, and what would stand instead of each that is shown anew."""
    figures: list[Figure] = []
    instead: dict[str, Figure] = {}
    relations = _relations(now, policy.catalogue)
    slots = Slots(max([len(now.ids), *(then.everybody for then in thens)]))
    unions = Unions(now, thens, slots)
    wrong = history.retracted
    for question in questions:
        compared = _compared(question, thens)
        looked = _look(
            question, now, compared, k, looks.at(question), relations, wrong, slots, unions
        )
        means = now.sums(question)
        for service, period in _inwards_out(policy.catalogue, question.kind):
            cell = cell_name(service, period)
            place = now.number[cell]
            empty = Figure(
                kind=question.kind,
                subject=question.subject,
                service=service,
                period=period,
                k=policy.threshold(service),
                status=Status.HIDDEN,
                reason=Reason.TOO_EARLY if looks.too_early(question, place) else Reason.TOO_FEW,
            )
            step = _step_now(looked, place, now, empty.k, policy.catalogue)
            before = _keep(empty, looked, place)
            if step is None:
                figures.append(before)
                continue
            instead[empty.id] = before
            shown = _show(empty, looked, place, step, snapshot, policy)
            looked.shown[place] = looked.last[place] = _Beside(
                place, step, looked.counts[place], looked.answers
            )
            figures.append(_with_mean(shown, question, means[cell]) if cell in means else shown)
    return figures, instead


def _inwards_out(catalogue: Catalogue, kind: Kind) -> list[tuple[str, str | None]]:
    """Return the cells of a kind, each before those that hold it: the smallest go first."""
    holders = {ALL: 0} | {place: -len(held) for place, held in catalogue.holders.items()}
    return sorted(
        catalogue.cells(kind), key=lambda pair: (pair[1] is None, holders[pair[0]], pair[0])
    )


def _look(
    question: Question,
    now: Now,
    compared: Sequence[tuple[Then, Numbers]],
    k: Numbers,
    wanted: Truth,
    relations: _Pairs,
    retracted: frozenset[int],
    slots: Slots,
    unions: Unions,
) -> _Looked:
    """Count a question's answers, and how they differ from every snapshot published before.

    Args:
        question: the question.
        now: today's people.
        compared: those of releases before, and their changes since.
        k: threshold per cell.
        wanted: which cells are looked at.
        relations: cells that hold others or lie in them.
        retracted: numbers of releases that were wrong.
        slots: for everybody, today's and earlier people.
        unions: of the people of several cells.
    """
    counts = now.counts(question)
    rungs = Rungs(question.ladder, *span(question))
    may = presentable(rungs, counts, k) & wanted[:, np.newaxis]
    snapshots: list[_Beside] = []
    kept: dict[int, Figure | None] = {}
    for then, changes in compared:
        shown = then.shown[question.column]
        places = np.array([place for place, _ in shown])
        steps = _steps(question, [figure for _, figure in shown])
        change, answers = changes[places], then.answers(question)
        was, stay = change[:, :-1].sum(axis=2), change[:, :-1, :-1]
        same = change.sum(axis=(1, 2)) == np.trace(change, axis1=1, axis2=2)
        may[places] &= moves_on(rungs, steps, was, counts[places], stay, k[places])
        large = presentable(rungs, was, k[places])[np.arange(len(steps)), steps].tolist()
        rows = zip(shown, steps.tolist(), was, same.tolist(), large, strict=True)
        for (place, figure), step, row, is_same, fits in rows:
            snapshots.append(_Beside(place, step, row, answers, then.release.number, is_same))
            if figure.as_of is not None and figure.as_of.number not in retracted:
                kept[place] = figure if fits else None
    return _Looked(
        question=question,
        rungs=rungs,
        counts=counts,
        answers=now.answers(question),
        may=may,
        kept=kept,
        had=frozenset(one.place for one in snapshots),
        near=_near(rungs, counts, np.any(may, axis=1), k, snapshots, relations),
        shown={},
        last={one.place: one for one in snapshots},
        coded=now.coded(question),
        slots=slots,
        unions=unions,
    )


def _compared(question: Question, thens: Sequence[Then]) -> list[tuple[Then, Numbers]]:
    """Return the releases before in which a question's figures were shown, and their changes."""
    found = [then for then in thens if then.has(question) and then.shown[question.column]]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(zip(found, pool.map(lambda then: then.changes(question), found), strict=True))


def _relations(now: Now, catalogue: Catalogue) -> _Pairs:
    """Return cells, and those that hold them or lie in them, as two columns of numbers."""
    found = [
        (place, now.number[other])
        for place, cell in enumerate(now.cells)
        for other in catalogue.related(cell)
    ]
    cells, others = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return cells, others


def _near(
    rungs: Rungs,
    counts: Numbers,
    wanted: Truth,
    k: Numbers,
    snapshots: Sequence[_Beside],
    relations: _Pairs,
) -> Mapping[int, list[_Beside]]:
    """Return, per cell, snapshots of cells that hold it or lie in it, and are not far from it.

    Those whose sizes alone tell that they are far apart are left out.
    """
    if not snapshots:
        return {}
    places = np.array([one.place for one in snapshots])
    order = np.argsort(places, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(places, minlength=len(counts)))])
    cells, others = (column[wanted[relations[0]]] for column in relations)
    sizes = starts[others + 1] - starts[others]
    cells = np.repeat(cells, sizes)
    ahead = np.arange(len(cells)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    numbers = order[np.repeat(starts[others], sizes) + ahead]
    steps = np.array([one.step for one in snapshots])[numbers]
    there = np.stack([one.counts for one in snapshots])[numbers]
    close = ~far(rungs, steps, counts[cells], there, k[cells])
    found: defaultdict[int, list[_Beside]] = defaultdict(list)
    for cell, number in zip(cells[close].tolist(), numbers[close].tolist(), strict=True):
        found[cell].append(snapshots[number])
    return found


def _step_now(looked: _Looked, place: int, now: Now, k: int, catalogue: Catalogue) -> int | None:
    """Return the step at which a figure may be shown anew, or None: as rules.next_step."""
    numbers = np.flatnonzero(looked.may[place]).tolist()
    if not numbers:
        return None
    for step, one, other, stay in _around(looked, place, now, k, catalogue):
        numbers = [
            number
            for number in numbers
            if apart(looked.rungs, max(number, step), one, other, stay, k)
        ]
        if not numbers:
            return None
    return numbers[0]


def _around(looked: _Looked, place: int, now: Now, k: int, catalogue: Catalogue) -> Iterator[_Pair]:
    """Yield a cell beside each snapshot of a cell that holds it or lies in it."""
    found = list(looked.near.get(place, ()))
    inner = [now.number[cell] for cell in catalogue.related(now.cells[place])]
    new = [looked.shown[one] for one in inner if one in looked.shown]
    if new:
        close = ~far(
            looked.rungs,
            np.array([one.step for one in new]),
            np.tile(looked.counts[place], (len(new), 1)),
            np.stack([one.counts for one in new]),
            np.full(len(new), k),
        )
        found += [one for one, is_close in zip(new, close.tolist(), strict=True) if is_close]
    here = _Beside(place, 0, looked.counts[place], looked.answers)
    for one in found:
        stay = looked.slots.stay(looked.question, one.people, here.people)
        yield one.step, one.counts, here.counts, stay
    yield from _rests(looked, here, now, k, catalogue)


def _rests(
    looked: _Looked, here: _Beside, now: Now, k: int, catalogue: Catalogue
) -> Iterator[_Pair]:
    """Yield a place beside all the places in it together, as they are published last.

    What is published of a kommune and of each of its services but one tells of that one.
    """
    question, least = looked.question, np.array([k])

    def last(key: str) -> _Beside | None:
        place = now.number[key]
        return here if place == here.place else looked.last.get(place)

    for around, inner in _families(last, now.cells[here.place], catalogue):
        if len(inner) < 2:
            continue
        rows, coded = _together(looked, inner)
        low, width = span(question)
        counts = np.bincount(coded, minlength=width + 1)[:width]
        step, whole = max(one.step for one in (*inner, around)), around.counts
        if not far(looked.rungs, np.array([step]), counts[np.newaxis], whole[np.newaxis], least)[0]:
            asked = coded < width
            every = rows[asked], coded[asked].view(np.int8) + np.int8(low)
            yield step, counts, whole, looked.slots.stay(question, every, around.people)


def _families(
    last: _Last, key: str, catalogue: Catalogue
) -> Iterator[tuple[_Beside, list[_Beside]]]:
    """Yield each published place that a place is a part of, or is, with all published parts of it.

    What is published nearest around it stands for a place that is not published itself.
    """
    for outer, parts in catalogue.families.get(key, ()):
        found = last(outer)
        if found is not None:
            yield found, list(_within(last, parts, catalogue))
        elif outer != key:
            yield from _families(last, outer, catalogue)


def _within(last: _Last, parts: Sequence[str], catalogue: Catalogue) -> Iterator[_Beside]:
    """Yield the parts, and what is published within those that are not."""
    for part in parts:
        found = last(part)
        if found is not None:
            yield found
        else:
            for outer, inner in catalogue.families.get(part, ()):
                if outer == part:
                    yield from _within(last, inner, catalogue)


def _together(looked: _Looked, parts: Sequence[_Beside]) -> tuple[Places, Coded]:
    """Return those who are in any of some snapshots, and what they said there.

    Whoever is gone since is in a snapshot still. What they said is given as the places of codes in
    `span`, and behind them whoever is not asked.
    """
    if all(one.same for one in parts):
        rows = looked.unions.rows(tuple((one.place, one.number) for one in parts))
        return rows, looked.coded.take(rows)
    rows, codes = looked.slots.together([one.people for one in parts])
    return rows, (codes - np.int8(span(looked.question)[0])).view(np.uint8)


def _show(
    empty: Figure, looked: _Looked, place: int, number: int, now: Snapshot, policy: Policy
) -> Figure:
    """Show a figure anew at a step of its ladder."""
    step = looked.question.ladder[number]
    sizes = (looked.counts[place] @ looked.rungs.steps[number]).tolist()
    n = rounded(sum(sizes), policy.base)
    numbers = [rounded(size, policy.base) for size in sizes]
    if any(cell.few for cell in step):
        numbers = [empty.k if cell.few else n - empty.k for cell in step]
    return replace(
        empty,
        status=Status.SHOWN,
        reason=None,
        n=n,
        categories=tuple(
            Count(cell.id, cell.values, number) for cell, number in zip(step, numbers, strict=True)
        ),
        as_of=now,
    )


def _keep(empty: Figure, looked: _Looked, place: int) -> Figure:
    """Show the last snapshot again that has not been retracted, or nothing where there is none."""
    if place in looked.had and place not in looked.kept:
        return replace(empty, reason=Reason.RETRACTED)
    last = looked.kept.get(place)
    if last is None:
        return empty
    return replace(last, k=empty.k, status=Status.KEPT, reason=Reason.TOO_LITTLE_CHANGE)


def _with_mean(figure: Figure, question: Question, sums: tuple[int, int, int]) -> Figure:
    """Add mean and interval, one decimal, the interval outwards, all within the scale."""
    scale = scoring.by_id(question.subject)
    mean, low, high = mean_interval(*sums, scale.unit)
    limits = (math.floor(low * 10) / 10, math.ceil(high * 10) / 10)
    return replace(
        figure,
        mean=round(mean, 1),
        low=max(limits[0], float(scale.minimum)),
        high=min(limits[1], float(scale.maximum)),
    )


def _cover(figures: Sequence[Figure], catalogue: Catalogue) -> list[Figure]:
    """Say of a hidden theme that its group is there instead."""
    groups = {theme.id: theme.group for theme in catalogue.themes}
    visible = {
        (figure.subject, figure.service, figure.period)
        for figure in figures
        if figure.kind is Kind.GROUP and figure.visible and not figure.bounded
    }
    return [
        replace(figure, reason=Reason.COVERED_BY_GROUP)
        if figure.kind is Kind.THEME
        and figure.reason is Reason.TOO_FEW
        and (groups[figure.subject], figure.service, figure.period) in visible
        else figure
        for figure in figures
    ]


def _steps(question: Question, figures: Sequence[Figure]) -> Numbers:
    """Return the steps of the ladder that figures were published at.

    Raises:
        HistoryError: the ladder has other categories now.
    """
    known = {tuple(cell.id for cell in step): number for number, step in enumerate(question.ladder)}
    names = [tuple(count.id for count in figure.categories) for figure in figures]
    for figure, name in zip(figures, names, strict=True):
        if name not in known:
            raise HistoryError(
                f"{figure.id} was published with categories that its ladder no longer has. "
                "Give a question with other categories a new id."
            )
    return np.array([known[name] for name in names])


def _members(
    now: Now,
    questions: Sequence[Question],
    figures: Sequence[Figure],
    earlier: Sequence[Release],
    looks: _Looks,
) -> pl.DataFrame:
    """Return who is in each cell, with a code per question whose figure is shown anew.

    A cell that was not looked at, for too few have come, keeps those who were in it before.
    """
    shown: dict[str, list[str]] = {question.column: [] for question in questions}
    for figure in figures:
        if figure.status is Status.SHOWN:
            shown[f"{figure.kind}/{figure.subject}"].append(
                cell_name(figure.service, figure.period)
            )
    last = earlier[-1].read_members(*KEYS) if earlier else None
    columns = {column: cells for column, cells in shown.items() if cells}
    return members(now, columns, looks.waiting, last)


def _looks(now: Now, thens: Sequence[Then], k: Numbers, series: str) -> _Looks:
    """Count, per cell, respondents, and those who were not in it when it was last looked at.

    In a cell of fewer than `ripe` takes, at the lowest threshold it has had, no answer has been
    looked at.
    """
    new = unheard = now.sizes
    if thens:
        new = now.sizes - thens[-1].kept
        lowest = dict.fromkeys(now.cells, 0) | _least_thresholds(thens)
        looked = FIRST * np.array([lowest[cell] for cell in now.cells])
        unheard = np.where(thens[-1].sizes >= looked, new, now.sizes)
    recoded = bool(thens) and thens[-1].release.series != series

    least, came, others = k.tolist(), new.tolist(), unheard.tolist()
    early = np.array([not ripe(*one) for one in zip(now.sizes.tolist(), least, strict=True)])
    answered, heard, coded = (
        np.array([not thens or enough_new(*one, anew) for one in zip(sizes, least, strict=True)])
        for sizes, anew in ((came, False), (others, False), (others, recoded))
    )
    waits = (new > 0) & ~answered & ~(heard & ~early)
    return _Looks(
        answered=answered,
        asked=heard & ~early,
        recoded=coded & ~early,
        early=early,
        waiting=[cell for cell, waiting in zip(now.cells, waits, strict=True) if waiting],
    )


def _least_thresholds(thens: Sequence[Then]) -> dict[str, int]:
    """Return the lowest threshold that each cell has had."""
    found: dict[str, int] = {}
    for then in thens:
        for figure in then.release.figures:
            if figure.kind is Kind.ANSWERED:
                found[figure.service] = min(figure.k, found.get(figure.service, figure.k))
    for then in thens:
        for period in then.release.catalogue.periods:
            found[cell_name(ALL, period)] = found[ALL]
    return found


def _check_date(published: str, earlier: Sequence[Release]) -> None:
    try:
        day = date.fromisoformat(published)
    except ValueError:
        raise HistoryError("published must be a date such as 2026-10-01.") from None
    if earlier and day < date.fromisoformat(earlier[-1].published):
        raise HistoryError(
            "published is earlier than the last release. Use today's date; a release is for ever."
        )
