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
from exports.disclosure.frame import check_frame
from exports.disclosure.holding import hold_back
from exports.disclosure.means import mean_interval
from exports.disclosure.people import (
    Answers,
    Now,
    Then,
    counts_of,
    members,
    moves_between,
    moves_of,
    people_now,
    people_then,
)
from exports.disclosure.policy import Policy
from exports.disclosure.rules import (
    Counts,
    Moves,
    Seen,
    enough_new,
    far,
    large,
    next_step,
    rounded,
    size_of,
)
from exports.disclosure.single import with_estimates
from exports.errors import HistoryError
from exports.instruments import scoring


@dataclass(frozen=True)
class _Past:
    """A snapshot of one figure published before, and who has moved since."""

    figure: Figure
    step: int
    moves: Moves


@dataclass(frozen=True)
class _Beside:
    """A published snapshot of a question in another cell: its step, its counts, whose it is."""

    cell: str
    step: int
    counts: Counts
    answers: Answers

    @cached_property
    def n(self) -> int:
        """Return how many respondents it has."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class _Looked:
    """What is known of one question while its figures are decided."""

    question: Question
    counts: Mapping[str, Counts]
    answers: Answers
    pasts: Mapping[str, list[_Past]]
    beside: defaultdict[str, list[_Beside]]
    people: int


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
    new = _newcomers(now, thens)
    snapshot = Snapshot(len(earlier) + 1, published)
    recoded = bool(earlier) and earlier[-1].series != series
    figures: list[Figure] = []
    instead: dict[str, Figure] = {}
    for question in questions:
        looked = _look(question, now, thens)
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
                reason=Reason.TOO_FEW,
            )
            coded_anew = recoded and question.kind in CODED
            if earlier and not enough_new(new[cell], empty.k, coded_anew):
                step = None
            else:
                step = _step_now(looked, cell, empty.k, policy.catalogue)
            instead[empty.id] = _keep(empty, question, looked.pasts[cell], history.retracted)
            if step is None:
                figures.append(instead[empty.id])
                continue
            shown = _show(empty, question, looked.counts[cell], step, snapshot, policy)
            looked.beside[cell].append(_Beside(cell, step, looked.counts[cell], looked.answers))
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
        members=_members(now, questions, figures, earlier, new, policy),
    )
    done = hold_back(done, history, instead)
    return replace(done, figures=tuple(_cover(done.figures, policy.catalogue)))


def _inwards_out(catalogue: Catalogue, kind: Kind) -> list[tuple[str, str | None]]:
    """Return the cells of a kind, each before those that hold it: the smallest go first."""
    holders = {ALL: 0} | {place: -len(held) for place, held in catalogue.holders.items()}
    return sorted(
        catalogue.cells(kind), key=lambda pair: (pair[1] is None, holders[pair[0]], pair[0])
    )


def _look(question: Question, now: Now, thens: Sequence[Then]) -> _Looked:
    """Count a question's answers, and how they differ from every snapshot published before."""
    table = now.counts(question)
    counts: defaultdict[str, Counts] = defaultdict(dict)
    for place, row in enumerate(table.tolist()):
        counts[now.cells[place]] = counts_of(question, row)
    pasts: defaultdict[str, list[_Past]] = defaultdict(list)
    beside: defaultdict[str, list[_Beside]] = defaultdict(list)
    for then in thens:
        if not then.has(question):
            continue
        changes, answers = then.changes(question), then.answers(question)
        for figure in then.shown[question.column]:
            cell = cell_name(figure.service, figure.period)
            if cell not in now.number:
                continue
            place = now.number[cell]
            past = _Past(
                figure, _step(question, figure), moves_of(question, changes[place], table[place])
            )
            pasts[cell].append(past)
            beside[cell].append(_Beside(cell, past.step, _then(past.moves), answers))
    return _Looked(question, counts, now.answers(question), pasts, beside, len(now.ids))


def _step_now(looked: _Looked, cell: str, k: int, catalogue: Catalogue) -> int | None:
    """Return the step at which a figure may be shown anew, or None."""
    ladder, counts = looked.question.ladder, looked.counts[cell]
    if not any(large(step, counts, k) for step in ladder):
        return None
    earlier = [(past.step, past.moves) for past in looked.pasts[cell]]
    if next_step(ladder, counts, earlier, k) is None:
        return None
    return next_step(ladder, counts, earlier, k, _around(looked, cell, k, catalogue))


def _around(looked: _Looked, cell: str, k: int, catalogue: Catalogue) -> list[Seen]:
    """Return the snapshots of cells that hold this one or lie in it, and how the people differ.

    Those whose sizes alone tell that they are far apart are left out.
    """
    counts, ladder = looked.counts[cell], looked.question.ladder
    beside = [one for other in catalogue.related(cell) for one in looked.beside.get(other, ())]
    mine, found = looked.answers.of(cell), []
    least = [min(size_of(category, counts) for category in step) for step in ladder]
    for one in beside:
        if least[one.step] >= one.n + 2 * k - 1:
            continue
        if not all(far(step, counts, one.counts, k) for step in ladder[one.step :]):
            moves = moves_between(looked.question, one.answers.of(one.cell), mine)
            found.append((one.step, moves))
    return found + list(_rests(looked, cell, catalogue))


def _rests(looked: _Looked, cell: str, catalogue: Catalogue) -> Iterator[Seen]:
    """Yield how a place differs from all the places in it together, as they are published last.

    What is published of a kommune and of each of its services but one tells of that one.
    """
    question, here = looked.question, _Beside(cell, 0, looked.counts[cell], looked.answers)
    for outer, parts in catalogue.families.get(cell, ()):
        last = {
            place: looked.beside[place][-1] for place in (outer, *parts) if looked.beside[place]
        }
        last[cell] = here
        inner = [last[part] for part in parts if part in last]
        if outer not in last or len(inner) < 2:
            continue
        found = [one.answers.of(one.cell) for one in inner]
        rows, places = np.unique(np.concatenate([rows for rows, _ in found]), return_index=True)
        codes = np.concatenate([codes for _, codes in found])[places]
        here_still = rows < looked.people
        whole = last[outer].answers.of(outer)
        moves = moves_between(question, (rows[here_still], codes[here_still]), whole)
        yield max(one.step for one in (*inner, last[outer])), moves


def _show(
    empty: Figure, question: Question, counts: Counts, number: int, now: Snapshot, policy: Policy
) -> Figure:
    """Show a figure anew at a step of its ladder."""
    step = question.ladder[number]
    sizes = [sum(counts.get(value, 0) for value in cell.values) for cell in step]
    return replace(
        empty,
        status=Status.SHOWN,
        reason=None,
        n=rounded(sum(sizes), policy.base),
        categories=tuple(
            Count(cell.id, cell.values, rounded(size, policy.base))
            for cell, size in zip(step, sizes, strict=True)
        ),
        as_of=now,
    )


def _keep(
    empty: Figure, question: Question, pasts: Sequence[_Past], retracted: frozenset[int]
) -> Figure:
    """Show the last snapshot again that has not been retracted, or nothing where there is none."""
    right = [
        past for past in pasts if past.figure.as_of and past.figure.as_of.number not in retracted
    ]
    if not right:
        return replace(empty, reason=Reason.RETRACTED) if pasts else empty
    if large(question.ladder[right[-1].step], _then(right[-1].moves), empty.k):
        return replace(
            right[-1].figure, k=empty.k, status=Status.KEPT, reason=Reason.TOO_LITTLE_CHANGE
        )
    return empty


def _with_mean(figure: Figure, question: Question, sums: tuple[int, int, int]) -> Figure:
    """Add mean and interval, one decimal, the interval outwards, all within the scale."""
    scale = scoring.by_id(question.subject)
    mean, low, high = mean_interval(*sums, scoring.UNIT)
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
        if figure.kind is Kind.GROUP and figure.visible
    }
    return [
        replace(figure, reason=Reason.COVERED_BY_GROUP)
        if figure.kind is Kind.THEME
        and figure.reason is Reason.TOO_FEW
        and (groups[figure.subject], figure.service, figure.period) in visible
        else figure
        for figure in figures
    ]


def _then(moves: Moves) -> Counts:
    """Return the counts of the earlier snapshot."""
    counts: defaultdict[int, int] = defaultdict(int)
    for (then, _), size in moves.items():
        if then is not None:
            counts[then] += size
    return counts


def _step(question: Question, figure: Figure) -> int:
    """Return the step of the ladder that a figure was published at."""
    names = [category.id for category in figure.categories]
    for number, step in enumerate(question.ladder):
        if [category.id for category in step] == names:
            return number
    raise HistoryError(
        f"{figure.id} was published with categories that its ladder no longer has. "
        "Give a question with other categories a new id."
    )


def _members(
    now: Now,
    questions: Sequence[Question],
    figures: Sequence[Figure],
    earlier: Sequence[Release],
    new: Mapping[str, int],
    policy: Policy,
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
    waits = [
        cell
        for cell, size in new.items()
        if earlier and 0 < size < policy.threshold(cell_service(cell))
    ]
    last = earlier[-1].members if earlier else None
    return members(now, {column: cells for column, cells in shown.items() if cells}, waits, last)


def _newcomers(now: Now, thens: Sequence[Then]) -> Mapping[str, int]:
    """Count, per cell, respondents who were not in it when it was last looked at."""
    sizes = now.sizes - thens[-1].kept if thens else now.sizes
    return dict(zip(now.cells, sizes.tolist(), strict=True))


def _check_date(published: str, earlier: Sequence[Release]) -> None:
    try:
        day = date.fromisoformat(published)
    except ValueError:
        raise HistoryError("published must be a date such as 2026-10-01.") from None
    if earlier and day < date.fromisoformat(earlier[-1].published):
        raise HistoryError(
            "published is earlier than the last release. Use today's date; a release is for ever."
        )
