"""The gate: a frame of responses goes in, a release comes out. Pure: nothing is read or written."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

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
from exports.disclosure.means import mean_interval
from exports.disclosure.policy import Policy
from exports.disclosure.rules import Counts, Moves, enough_new, large, next_step, rounded
from exports.errors import HistoryError
from exports.instruments import scoring

KEYS = ["cell", "id"]
NOW = "/now"
TOTAL = "/total"


@dataclass(frozen=True)
class _Past:
    """A snapshot of one figure published before, and who has moved since."""

    figure: Figure
    step: int
    moves: Moves


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
    earlier = history.releases if history else ()
    _check_date(published, earlier)
    questions = list(policy.catalogue.questions(frame.columns))
    check_frame(frame, policy.catalogue)
    table = _table(frame, questions, policy.catalogue)
    pasts = _pasts(table, questions, earlier, series)
    new = _newcomers(table, earlier)
    now = Snapshot(len(earlier) + 1, published)
    figures: list[Figure] = []
    for question in questions:
        counts = _counts(table, question)
        means = _means(table, question)
        for service, period in policy.catalogue.cells(question.kind):
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
            seen = pasts[question.column, cell]
            recoded = question.kind in CODED and bool(earlier) and earlier[-1].series != series
            if earlier and not enough_new(new[cell], empty.k, recoded):
                decided = _keep(empty, question, seen)
            else:
                decided = _decide(empty, question, counts[cell], seen, now, policy)
            if decided.status is Status.SHOWN and cell in means:
                decided = _with_mean(decided, question, means[cell])
            figures.append(decided)
    figures = _cover(sorted(figures, key=lambda figure: figure.id), policy.catalogue)
    return Release(
        number=now.number,
        series=series,
        published=published,
        k=policy.k,
        k_sensitive=policy.k_sensitive,
        base=policy.base,
        catalogue=policy.catalogue,
        figures=tuple(figures),
        members=_members(table, questions, figures, earlier, new, policy),
    )


def _decide(
    empty: Figure,
    question: Question,
    counts: Counts,
    pasts: list[_Past],
    now: Snapshot,
    policy: Policy,
) -> Figure:
    """Show the figure anew, keep its last snapshot, or hide it."""
    ladder = question.ladder
    step = next_step(ladder, counts, [(past.step, past.moves) for past in pasts], empty.k)
    if step is not None:
        sizes = [sum(counts.get(value, 0) for value in cell.values) for cell in ladder[step]]
        return replace(
            empty,
            status=Status.SHOWN,
            reason=None,
            n=rounded(sum(sizes), policy.base),
            categories=tuple(
                Count(cell.id, cell.values, rounded(size, policy.base))
                for cell, size in zip(ladder[step], sizes, strict=True)
            ),
            as_of=now,
        )
    return _keep(empty, question, pasts)


def _keep(empty: Figure, question: Question, pasts: list[_Past]) -> Figure:
    """Show the last snapshot again, or nothing where there is none."""
    if pasts and large(question.ladder[pasts[-1].step], _then(pasts[-1].moves), empty.k):
        return replace(
            pasts[-1].figure, k=empty.k, status=Status.KEPT, reason=Reason.TOO_LITTLE_CHANGE
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


def _cover(figures: list[Figure], catalogue: Catalogue) -> list[Figure]:
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
        and not figure.visible
        and (groups[figure.subject], figure.service, figure.period) in visible
        else figure
        for figure in figures
    ]


def _table(
    frame: pl.DataFrame, questions: Sequence[Question], catalogue: Catalogue
) -> pl.DataFrame:
    """Return one row per respondent and cell, with a code per question and totals of scales."""
    codes = [question.code.alias(question.column) for question in questions]
    totals = [
        question.total.alias(question.column + TOTAL)
        for question in questions
        if question.total is not None
    ]
    coded = [question.column for question in questions if question.kind in CODED]
    people = frame.select("id", "period", "services", *codes, *totals)
    places = [
        (service.key, place)
        for service in catalogue.services
        for place in (service.key, *catalogue.holders[service.key])
        if place != ALL
    ]
    cells = pl.DataFrame(places, schema={"services": pl.String, "cell": pl.String}, orient="row")
    told = frame.select("id", "services").explode("services", empty_as_null=False, keep_nulls=False)
    placed = told.join(cells, on="services").select(KEYS).unique()
    parts = [
        people.select(pl.exclude("period", "services"), cell=pl.lit(ALL)),
        placed.join(people.select(pl.exclude("period", "services")), on="id"),
        people.select("id", *coded, cell=pl.format(cell_name(ALL, "{}"), "period")),
    ]
    return pl.concat(parts, how="diagonal")


def _counts(table: pl.DataFrame, question: Question) -> Mapping[str, dict[int, int]]:
    """Count respondents per code in each cell."""
    column = question.column
    found = table.filter(pl.col(column).is_not_null()).group_by("cell", column).len()
    counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for cell, code, size in found.iter_rows():
        counts[cell][code] = size
    return counts


def _means(table: pl.DataFrame, question: Question) -> Mapping[str, tuple[int, int, int]]:
    """Return n, sum and sum of squares of a scale's totals in each cell, exactly."""
    if question.total is None:
        return {}
    total = pl.col(question.column + TOTAL)
    sums = (
        table.filter(total.is_not_null())
        .group_by("cell")
        .agg(n=pl.len(), total=total.sum(), squares=(total * total).sum())
    )
    return {cell: (n, first, second) for cell, n, first, second in sums.iter_rows()}


def _pasts(
    table: pl.DataFrame, questions: Sequence[Question], earlier: Sequence[Release], series: str
) -> Mapping[tuple[str, str], list[_Past]]:
    """Return each figure's earlier snapshots, oldest first, with the moves since."""
    pasts: defaultdict[tuple[str, str], list[_Past]] = defaultdict(list)
    for old in earlier:
        if old.members is None:
            raise HistoryError(f"Release {old.number} lacks its members. Read it with them.")
        joined = old.members.join(table, on=KEYS, how="full", coalesce=True, suffix=NOW)
        shown: defaultdict[str, list[Figure]] = defaultdict(list)
        for figure in old.figures:
            if figure.status is Status.SHOWN:
                shown[f"{figure.kind}/{figure.subject}"].append(figure)
        for question in questions:
            column = question.column
            if column not in shown or (question.kind in CODED and old.series != series):
                continue
            moves = _moves(joined, column)
            for figure in shown[column]:
                cell = cell_name(figure.service, figure.period)
                pasts[column, cell].append(_Past(figure, _step(question, figure), moves[cell]))
    return pasts


def _moves(joined: pl.DataFrame, column: str) -> Mapping[str, Moves]:
    """Count respondents per (code then, code now) in each cell."""
    found = joined.group_by("cell", column, column + NOW).len()
    moves: defaultdict[str, dict[tuple[int | None, int | None], int]] = defaultdict(dict)
    for cell, then, now, size in found.iter_rows():
        moves[cell][then, now] = size
    return moves


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
    table: pl.DataFrame,
    questions: Sequence[Question],
    figures: Sequence[Figure],
    earlier: Sequence[Release],
    new: Mapping[str, int],
    policy: Policy,
) -> pl.DataFrame:
    """Return who is in each cell, with a code per question whose figure is shown anew.

    A cell that was not looked at, for too few have come, keeps those who were in it before.
    """
    shown: defaultdict[str, list[str]] = defaultdict(list)
    for figure in figures:
        if figure.status is Status.SHOWN:
            cell = cell_name(figure.service, figure.period)
            shown[f"{figure.kind}/{figure.subject}"].append(cell)
    columns = [question.column for question in questions if question.column in shown]
    codes = [pl.when(pl.col("cell").is_in(shown[name])).then(name).alias(name) for name in columns]
    members = table.select(*KEYS, *codes)
    if earlier and (last := earlier[-1].members) is not None:
        waits = [cell for cell in new if 0 < new[cell] < policy.threshold(cell_service(cell))]
        members = pl.concat(
            [
                members.filter(~pl.col("cell").is_in(waits)),
                last.select(KEYS).filter(pl.col("cell").is_in(waits)),
            ],
            how="diagonal",
        )
    return members.sort(KEYS)


def _newcomers(table: pl.DataFrame, earlier: Sequence[Release]) -> Mapping[str, int]:
    """Count, per cell, respondents who were not in it when it was last looked at."""
    new: defaultdict[str, int] = defaultdict(int)
    if earlier and (last := earlier[-1].members) is not None:
        found = table.select(KEYS).join(last.select(KEYS), on=KEYS, how="anti")
        new.update(dict(found.group_by("cell").len().iter_rows()))
    return new


def _check_date(published: str, earlier: Sequence[Release]) -> None:
    try:
        day = date.fromisoformat(published)
    except ValueError:
        raise HistoryError("published must be a date such as 2026-10-01.") from None
    if earlier and day < date.fromisoformat(earlier[-1].published):
        raise HistoryError(
            "published is earlier than the last release. Use today's date; a release is for ever."
        )
