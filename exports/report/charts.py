"""Geometry of the charts, from released numbers; the templates draw it.

Charts are 360 units wide, the width of a small phone, so that text keeps its size there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor
from statistics import median
from textwrap import wrap

WIDTH = 360
LABEL_CHARACTERS, NOTE_CHARACTERS = 46, 56
LINE, BAR, GAP, TOP = 17, 18, 15, 4
RUN_TOP, RUN_BOTTOM, RUN_EDGE = 24.0, 124.0, 6.0
NARROWEST_LABELLED = 24  # units; a segment narrower than this has no number in it
MARKED = 5  # units for a character of a part's mark


@dataclass(frozen=True)
class Part:
    """One category in a bar: its label, its tone (a class of the stylesheet), its count.

    `mark` stands before the label and the count where tones do not tell all parts apart.
    """

    label: str
    tone: str
    x: int
    mark: str = ""


@dataclass(frozen=True)
class Bar:
    """A row of a stacked chart."""

    label: str
    parts: tuple[Part, ...]
    n: int
    note: str


@dataclass(frozen=True)
class Interval:
    """A row of a net chart; value and limits from -1 to 1."""

    label: str
    value: float
    low: float
    high: float
    note: str


@dataclass(frozen=True)
class Shape:
    """A rectangle of a bar, with its number where there is room."""

    x: float
    width: float
    tone: str
    text: str


@dataclass(frozen=True)
class Line:
    """Text of a row and where its baseline is."""

    y: float
    text: str


@dataclass(frozen=True)
class Row:
    """A drawn row: label lines, the bar's top, its shapes or its interval, notes below."""

    labels: tuple[Line, ...]
    y: float
    shapes: tuple[Shape, ...]
    interval: tuple[float, float, float] | None
    notes: tuple[Line, ...]


@dataclass(frozen=True)
class Chart:
    """A drawn chart: rows and height; `axis` are the captions at either end of a net chart."""

    rows: tuple[Row, ...]
    height: float
    axis: tuple[str, str] | None = None


def stacked(bars: Sequence[Bar]) -> Chart:
    """Draw one bar per row; its parts fill the share that they are of n."""
    rows, y = [], float(TOP)
    for bar in bars:
        whole = max(bar.n, sum(part.x for part in bar.parts))
        shapes, x = [], 0.0
        for part in bar.parts:
            width = WIDTH * part.x / whole
            text = _number(part, width)
            shapes.append(Shape(round(x, 1), round(width, 1), part.tone, text))
            x += width
        row, y = _row(bar.label, bar.note, y, tuple(shapes), None)
        rows.append(row)
    return Chart(tuple(rows), y)


def _number(part: Part, width: float) -> str:
    """Return what stands in a part: mark and count, the mark alone, or nothing."""
    if not part.mark:
        return str(part.x) if width >= NARROWEST_LABELLED else ""
    needed = MARKED * len(part.mark)
    if width >= NARROWEST_LABELLED + needed:
        return f"{part.mark}{part.x}"
    return part.mark.strip() if width >= needed else ""


def net(intervals: Sequence[Interval], axis: tuple[str, str]) -> Chart:
    """Draw a dot with its interval per row, around a middle that is zero."""
    rows, y = [], float(TOP + LINE)
    for interval in intervals:
        drawn = (_across(interval.low), _across(interval.value), _across(interval.high))
        row, y = _row(interval.label, interval.note, y, (), drawn)
        rows.append(row)
    return Chart(tuple(rows), y, axis)


@dataclass(frozen=True)
class Point:
    """A point of a run chart: share (0 to 1), day, the day in words, and what it says."""

    value: float
    day: date
    when: str
    said: str


@dataclass(frozen=True)
class Dot:
    """A drawn point, its text and how the text is anchored."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True)
class Mark:
    """A line at the day on which something began, with its number."""

    x: float
    number: int


@dataclass(frozen=True)
class Run:
    """A drawn run chart: dots, the line through them, the median, dates below the ends, marks."""

    dots: tuple[Dot, ...]
    line: str
    median: float
    ends: tuple[str, str]
    marks: tuple[Mark, ...] = ()
    top: float = RUN_TOP
    bottom: float = RUN_BOTTOM


def run(points: Sequence[Point], began: Sequence[date] = ()) -> Run:
    """Draw shares over time from none (bottom) to all (top), with their median.

    Texts stand at the first and the last point, and at all where there are three or fewer.

    Args:
        points: oldest first.
        began: days on which something began, within those of the points; numbered from 1.
    """
    last = len(points) - 1
    dots = []
    for number, point in enumerate(points):
        x = _along(number, last)
        written = point.said if number in (0, last) or last < 3 else ""
        anchor = "start" if number == 0 else "end" if number == last else "middle"
        dots.append(Dot(x, _up(point.value), written, anchor))
    line = " ".join(f"{dot.x},{dot.y}" for dot in dots)
    middle = median(point.value for point in points)
    marks = tuple(Mark(_day_along(day, points), number) for number, day in enumerate(began, 1))
    return Run(tuple(dots), line, _up(middle), (points[0].when, points[-1].when), marks)


def _along(place: float, last: int) -> float:
    return round(RUN_EDGE + (WIDTH - 2 * RUN_EDGE) * place / max(last, 1), 1)


def _day_along(day: date, points: Sequence[Point]) -> float:
    """Return where a day lies, between the two points around it."""
    after = next(number for number, point in enumerate(points) if point.day >= day)
    if points[after].day == day:
        return _along(after, len(points) - 1)
    before = points[after - 1].day
    part = (day - before) / (points[after].day - before)
    return _along(after - 1 + part, len(points) - 1)


@dataclass(frozen=True)
class Service:
    """A service in a funnel chart: answers, share (0 to 1), and whether the report is about it."""

    n: int
    value: float
    own: bool


@dataclass(frozen=True)
class FunnelChart:
    """A drawn funnel: dots, own last; limits as lines; the centre; answers and per cent at ends."""

    dots: tuple[tuple[float, float, bool], ...]
    limits: tuple[str, ...]
    centre: float
    ends: tuple[int, int]
    percents: tuple[int, int]
    top: float = RUN_TOP
    bottom: float = RUN_BOTTOM


def funnel_chart(
    services: Sequence[Service], centre: float, limits: Sequence[tuple[float, ...]]
) -> FunnelChart:
    """Draw services by how many answered (along) and the share (up), with limits that narrow.

    Args:
        services: any order.
        centre: the share of all together.
        limits: per number of answers, from few to many: that number, and limits at it.
    """
    first, last = limits[0][0], limits[-1][0]
    heights = [one.value for one in services] + [value for row in limits for value in row[1:]]
    low, high = floor(10 * min(heights)) / 10, ceil(10 * max(heights)) / 10

    def along(n: float) -> float:
        part = (n - first) / (last - first) if last > first else 0.5
        return round(RUN_EDGE + (WIDTH - 2 * RUN_EDGE) * part, 1)

    def up(value: float) -> float:
        return _up((value - low) / (high - low))

    lines = tuple(
        " ".join(f"{along(row[0])},{up(row[place])}" for row in limits)
        for place in range(1, len(limits[0]))
    )
    ordered = sorted(services, key=lambda one: (one.own, one.n, one.value))
    dots = tuple((along(one.n), up(one.value), one.own) for one in ordered)
    ends = (round(first), round(last))
    return FunnelChart(dots, lines, up(centre), ends, (round(100 * low), round(100 * high)))


def _up(value: float) -> float:
    return round(RUN_BOTTOM - (RUN_BOTTOM - RUN_TOP) * value, 1)


def _row(
    label: str,
    note: str,
    y: float,
    shapes: tuple[Shape, ...],
    interval: tuple[float, float, float] | None,
) -> tuple[Row, float]:
    labels, y = _lines(label, LABEL_CHARACTERS, y)
    notes, end = _lines(note, NOTE_CHARACTERS, y + BAR)
    return Row(labels, y, shapes, interval, notes), end + GAP


def _lines(text: str, characters: int, y: float) -> tuple[tuple[Line, ...], float]:
    """Break a text into lines; return them and where they end."""
    lines = wrap(text, characters)
    placed = tuple(Line(y + LINE * number - 4, line) for number, line in enumerate(lines, start=1))
    return placed, y + LINE * len(lines)


def _across(value: float) -> float:
    return round(WIDTH * (value + 1) / 2, 1)
