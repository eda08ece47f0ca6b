"""The gate: a frame of responses goes in, a release comes out. Pure: nothing is read or written."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
from exports.disclosure.every import Rungs, Truth, far, moves_on, presentable, surely_far
from exports.disclosure.frame import check_frame
from exports.disclosure.holding import hold_back
from exports.disclosure.means import mean_interval
from exports.disclosure.people import (
    Answers,
    Now,
    Numbers,
    People,
    Then,
    members,
    moves_between,
    people_now,
    people_then,
    span,
    together,
)
from exports.disclosure.policy import Policy
from exports.disclosure.rules import FIRST, Seen, beside, enough_new, ripe, rounded
from exports.disclosure.single import with_estimates
from exports.errors import HistoryError
from exports.instruments import scoring

_Pairs = tuple[Numbers, Numbers]


@dataclass(frozen=True)
class _Beside:
    """A published snapshot of a question in some cell: its step, its counts, whose it is.

    `gone` people were in the cell then and are not today.
    """

    place: int
    step: int
    counts: Numbers
    answers: Answers
    gone: int = 0

    @cached_property
    def people(self) -> People:
        """Return whose it is, and what each said."""
        return self.answers.of(self.place)


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
    people: int


@dataclass(frozen=True)
class _Looks:
    """Which cells are looked at anew.

    `size` respondents are in a cell, `new` of them not when it was last looked at, and `unheard`
    not when what they answered was; `k` is its threshold.
    """

    size: Mapping[str, int]
    new: Mapping[str, int]
    unheard: Mapping[str, int]
    k: Mapping[str, int]
    first: bool
    recoded: bool

    def early(self, question: Question, cell: str) -> bool:
        """Whether a cell is too small for its answers to be looked at."""
        return question.kind is not Kind.ANSWERED and not ripe(self.size[cell], self.k[cell])

    def at(self, question: Question, cell: str) -> bool:
        """Whether a question is looked at in a cell."""
        if self.early(question, cell):
            return False
        new = self.new if question.kind is Kind.ANSWERED else self.unheard
        coded_anew = self.recoded and question.kind in CODED
        return self.first or enough_new(new[cell], self.k[cell], coded_anew)

    @property
    def waiting(self) -> list[str]:
        """Return cells that somebody has come to, and that are not looked at."""
        return [
            cell
            for cell, new in self.new.items()
            if not self.first
            and 0 < new < self.k[cell]
            and not (ripe(self.size[cell], self.k[cell]) and self.unheard[cell] >= self.k[cell])
        ]


def release(
    frame: pl.DataFrame,
    policy: Policy,
    history: History | None = None,
    *,
    series: str,
    published: str,
) -> Release:
    """Let out what may be let out.

    Args:
        frame: one row per response (columns in docs/disclosure.md); items that were not asked
            have no column. Row order does not matter.
        policy: the catalogue and the thresholds.
        history: every earlier release, with members.
        series: version of language model and codebook; a new one starts theme figures afresh.
        published: date of the release, ISO format.

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
    thens = [people_then(old, now, series) for old in earlier]
    looks = _looks(now, thens, policy, series)
    snapshot = Snapshot(len(earlier) + 1, published)
    figures: list[Figure] = []
    instead: dict[str, Figure] = {}
    k = np.array([policy.threshold(cell_service(cell)) for cell in now.cells])
    relations = _relations(now, policy.catalogue)
    for question in questions:
        wanted = np.array([looks.at(question, cell) for cell in now.cells])
        looked = _look(question, now, thens, k, wanted, relations, history.retracted)
        means = now.sums(question)
        for service, period in _inwards_out(policy.catalogue, question.kind):
            cell = cell_name(service, period)
            empty = Figure(
                kind=question.kind,
                subject=question.subject,
                service=service,
                period=period,
                k=policy.threshold(service),
                status=Status.HIDDEN,
                reason=Reason.TOO_EARLY if looks.early(question, cell) else Reason.TOO_FEW,
            )
            place = now.number[cell]
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
    done = hold_back(done, history, instead)
    return replace(done, figures=tuple(_cover(done.figures, policy.catalogue)))


def _inwards_out(catalogue: Catalogue, kind: Kind) -> list[tuple[str, str | None]]:
    """Return the cells of a kind, each before those that hold it: the smallest go first."""
    holders = {ALL: 0} | {place: -len(held) for place, held in catalogue.holders.items()}
    return sorted(
        catalogue.cells(kind), key=lambda pair: (pair[1] is None, holders[pair[0]], pair[0])
    )


def _look(
    question: Question,
    now: Now,
    thens: Sequence[Then],
    k: Numbers,
    wanted: Truth,
    relations: _Pairs,
    retracted: frozenset[int],
) -> _Looked:
    """Count a question's answers, and how they differ from every snapshot published before.

    Args:
        question: the question.
        now: today's people.
        thens: those of every release before.
        k: threshold per cell.
        wanted: which cells are looked at.
        relations: cells that hold others or lie in them.
        retracted: numbers of releases that were wrong.
    """
    counts = now.counts(question)
    rungs = Rungs(question.ladder, *span(question))
    may = presentable(rungs, counts, k) & wanted[:, np.newaxis]
    snapshots: list[_Beside] = []
    kept: dict[int, Figure | None] = {}
    for then in thens:
        shown = then.shown[question.column] if then.has(question) else []
        if not shown:
            continue
        places = np.array([place for place, _ in shown])
        steps = _steps(question, [figure for _, figure in shown])
        change, answers = then.changes(question)[places], then.answers(question)
        was, stay = change.sum(axis=2), change[:, :, :-1]
        may[places] &= moves_on(rungs, steps, was, counts[places], stay, k[places])
        large = presentable(rungs, was, k[places])[np.arange(len(steps)), steps].tolist()
        for (place, figure), step, row, fits in zip(shown, steps.tolist(), was, large, strict=True):
            snapshots.append(_Beside(place, step, row, answers, int(then.gone[place])))
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
        people=len(now.ids),
    )


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
    around = list(_around(looked, place, now, k, catalogue))
    ladder = looked.question.ladder
    return next((number for number in numbers if beside(ladder, number, around, k)), None)


def _around(looked: _Looked, place: int, now: Now, k: int, catalogue: Catalogue) -> Iterator[Seen]:
    """Yield how a cell differs from snapshots of cells that hold it or lie in it."""
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
    if found:
        mine = looked.answers.of(place)
        for one in found:
            yield one.step, moves_between(looked.question, one.people, mine)
    yield from _rests(looked, place, now, k, catalogue)


def _rests(looked: _Looked, place: int, now: Now, k: int, catalogue: Catalogue) -> Iterator[Seen]:
    """Yield how a place differs from all the places in it together, as they are published last.

    What is published of a kommune and of each of its services but one tells of that one.
    """
    question = looked.question
    here = _Beside(place, 0, looked.counts[place], looked.answers)
    for outer, parts in catalogue.families.get(now.cells[place], ()):
        around = now.number[outer]
        within = tuple(now.number[part] for part in parts)
        last = {one: looked.last[one] for one in (around, *within) if one in looked.last}
        last[place] = here
        inner = [last[one] for one in within if one in last]
        if around not in last or len(inner) < 2:
            continue
        step = max(one.step for one in (*inner, last[around]))
        counts = np.sum([one.counts for one in inner], axis=0)
        twice = now.twice(within) + sum(one.gone for one in inner)
        if surely_far(looked.rungs, step, last[around].counts, counts, twice, k):
            continue
        rows, codes = together([one.people for one in inner])
        codes = codes[rows < looked.people]
        low, width = span(question)
        counts = np.bincount(codes.astype(np.int64) - low, minlength=width)
        if not surely_far(looked.rungs, step, last[around].counts, counts, 0, k):
            every = rows[rows < looked.people], codes
            yield step, moves_between(question, every, last[around].people)


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
    last = earlier[-1].members if earlier else None
    columns = {column: cells for column, cells in shown.items() if cells}
    return members(now, columns, looks.waiting, last)


def _looks(now: Now, thens: Sequence[Then], policy: Policy, series: str) -> _Looks:
    """Count, per cell, respondents, and those who were not in it when it was last looked at.

    In a cell of fewer than `ripe` takes, at the lowest threshold it has had, no answer has been
    looked at.
    """
    k = {cell: policy.threshold(cell_service(cell)) for cell in now.cells}

    def named(numbers: Numbers) -> Mapping[str, int]:
        return dict(zip(now.cells, numbers.tolist(), strict=True))

    new = unheard = now.sizes
    if thens:
        new = now.sizes - thens[-1].kept
        least = dict.fromkeys(now.cells, 0) | _least_thresholds(thens)
        looked = FIRST * np.array([least[cell] for cell in now.cells])
        unheard = np.where(thens[-1].sizes >= looked, new, now.sizes)
    return _Looks(
        size=named(now.sizes),
        new=named(new),
        unheard=named(unheard),
        k=k,
        first=not thens,
        recoded=bool(thens) and thens[-1].release.series != series,
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
