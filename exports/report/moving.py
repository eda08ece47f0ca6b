"""Figures over time on a page: the run of one, what began meanwhile, what moved since last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from exports.disclosure.catalogue import Kind
from exports.disclosure.document import Figure, Release
from exports.measures import Share, share
from exports.measures.differences import Difference, difference_of_shares
from exports.measures.runs import LEAST, run_chart
from exports.measures.series import Point, batches
from exports.measures.wording import about, compared, moved
from exports.report import charts
from exports.report.charts import Run
from exports.report.view import AGREE, MENTIONED, Table, View
from exports.report.words import Deed

POINTS = 2  # fewest batches of a run
DAYS = 3  # that a page with little room names of those that a chart marks
NOT_COMPARED = frozenset({"vekst6_attribution"})


@dataclass(frozen=True)
class Followed:
    """The run of one figure over batches of answers, in words and with its table.

    `marks` says what began on the days that the chart marks, each with its day's number; `briefly`
    says so for a page with little room.
    """

    label: str
    chart: Run
    said: str
    marks: tuple[str, ...]
    briefly: tuple[str, ...]
    table: Table


def follow(
    view: View,
    releases: Sequence[Release],
    asked: tuple[Kind, str, tuple[int, ...]],
    label: str,
    deeds: Sequence[Deed] = (),
) -> Followed | None:
    """Return the run of one figure; None before there are two batches of answers.

    Args:
        view: service and language.
        releases: oldest first, none retracted.
        asked: kind, subject and codes that are counted.
        label: what they are called.
        deeds: what the service did; those that began meanwhile are marked.
    """
    kind, subject, codes = asked
    figure_id = f"{kind}/{subject}/{view.service}"
    points = batches(releases, figure_id, codes)
    if len(points) < POINTS:
        return None
    first, last = (date.fromisoformat(points[end].when) for end in (0, -1))
    begun = sorted(
        ((deed.began, deed) for deed in deeds if deed.began and first <= deed.began <= last),
        key=lambda pair: (pair[0], pair[1].subject),
    )
    days = sorted({day for day, _ in begun})
    drawn = charts.run([_point(view, point) for point in points], days)
    said = (
        f"{days.index(day) + 1}: {deed.text} ({view.date(day.isoformat())})" for day, deed in begun
    )
    heads = tuple(view.text[head] for head in ("column.until", "column.new_share"))
    rows = tuple((view.date(point.when), about(point.share, view.language)) for point in points)
    return Followed(
        label,
        drawn,
        _in_words(view, points),
        tuple(said),
        tuple(_briefly(view, days, [deed for _, deed in begun])),
        Table(heads, rows),
    )


def _briefly(view: View, days: Sequence[date], deeds: Sequence[Deed]) -> Iterator[str]:
    """Say on which days something began and for what, without the service's own words.

    Args:
        view: release and language.
        days: those that the chart marks, in order.
        deeds: what began on one of them; the codebook of the release may lack its subject.
    """
    for number, day in list(enumerate(days, 1))[-DAYS:]:
        subjects = (deed.subject for deed in deeds if deed.began == day)
        labels = [view.labels[subject] for subject in subjects if subject in view.labels]
        what = labels[0] if labels else view.text["run.something"]
        if len(labels) > 1:
            what = view.text["run.and_more"].format(label=what, count=len(labels) - 1)
        began = view.date(day.isoformat())
        yield view.text["run.began"].format(number=number, what=what, date=began)
    if len(days) > DAYS:
        yield view.text["run.earlier"].format(count=len(days) - DAYS)


def since_last(view: View, releases: Sequence[Release]) -> Table | None:
    """Return what those who came since the release before say, beside those before; None if none.

    Both are different young people, so that their difference means something.
    """
    if len(releases) < POINTS:
        return None
    before = releases[-2]
    rows = []
    for figure in view.everything():
        codes = {Kind.ITEM: AGREE, Kind.GROUP: MENTIONED}.get(figure.kind)
        old = before.by_id.get(figure.id)
        if codes is None or old is None or figure.subject in NOT_COMPARED:
            continue
        found = _apart(old, figure, codes)
        if found:
            then, new, difference = found
            said = (about(then, view.language), about(new, view.language))
            rows.append((view.label(figure), *said, compared(difference, view.language)))
    heads = ("column.question", "column.before", "column.since", "column.difference")
    return Table(tuple(view.text[head] for head in heads), tuple(rows)) if rows else None


def _apart(
    old: Figure, new: Figure, codes: tuple[int, ...]
) -> tuple[Share, Share, Difference] | None:
    """Return those before, those who came since, and their difference."""
    then, now = share(old, codes), share(new, codes)
    if then is None or now is None or old.as_of is None or new.as_of is None:
        return None
    if new.as_of.number <= old.as_of.number:
        return None
    point = Point.between(new.as_of.published, then, now)
    if point.n <= 0:
        return None
    return then, point.share, difference_of_shares(then, point.share)


def _point(view: View, point: Point) -> charts.Point:
    said = view.text["run.point"].format(x=point.x, n=point.n)
    day = date.fromisoformat(point.when)
    return charts.Point(point.part, day, view.date(point.when), said)


def _in_words(view: View, points: Sequence[Point]) -> str:
    """Say whether the level has shifted, as far as so many points can tell."""
    chart = run_chart(points)
    if chart is None:
        return view.text["run.few"].format(least=LEAST)
    return view.text["run.said"].format(said=moved(chart, view.language))
