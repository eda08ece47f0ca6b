"""Geometry of the charts: bars one below the other, or a pie; the template draws them.

They are 360 units wide, as those of the other reports, so that text keeps its size on a phone.
"""

import math
from dataclasses import dataclass
from textwrap import wrap

from server.workshop.report.model import Chart

TRACK = 280
LABEL, LINE, BAR, GAP = 42, 17, 18, 12
NONE = "tone-6"
BARS = "tone-5"
PIE = ("tone-5", "tone-4b", "tone-4a")
RADIUS, MIDDLE = 84.0, 90.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawn bar: lines of its label with their baselines, and where the bar stands."""

    lines: tuple[tuple[float, str], ...]
    y: float
    width: float
    tone: str
    said: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawn bar chart."""

    bars: tuple[Bar, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Slice:
    """A drawn slice; `path` is empty where nobody chose it, and `whole` where everybody did."""

    path: str
    whole: bool
    tone: str
    label: str
    said: str


def bars(chart: Chart) -> Bars:
    """Draw one bar for each choice; a bar as long as its track is everybody who chose."""
    drawn, y = [], 0.0
    for place, ((label, x), said) in enumerate(zip(chart.bars, chart.said, strict=True)):
        lines = wrap(label, LABEL) or [""]
        placed = tuple((y + LINE * number - 4, line) for number, line in enumerate(lines, start=1))
        y += LINE * len(lines)
        tone = NONE if place == len(chart.bars) - 1 else BARS
        drawn.append(Bar(placed, y, round(TRACK * x / chart.n, 1), tone, said))
        y += BAR + GAP
    return Bars(tuple(drawn), y - GAP)


def pie(chart: Chart) -> list[Slice]:
    """Draw slices clockwise from the top, "none of these" the last."""
    drawn, start = [], 0.0
    for place, ((label, x), said) in enumerate(zip(chart.bars, chart.said, strict=True)):
        last = place == len(chart.bars) - 1
        tone = NONE if last else PIE[place % len(PIE)]
        end = start + x / chart.n
        whole = x == chart.n
        path = "" if whole or not x else _path(start, end)
        drawn.append(Slice(path, whole, tone, label, said))
        start = end
    return drawn


def _path(start: float, end: float) -> str:
    (ax, ay), (bx, by) = _edge(start), _edge(end)
    far = int(end - start > 0.5)
    return f"M{MIDDLE} {MIDDLE}L{ax} {ay}A{RADIUS} {RADIUS} 0 {far} 1 {bx} {by}Z"


def _edge(turn: float) -> tuple[float, float]:
    angle = 2 * math.pi * turn
    return (
        round(MIDDLE + RADIUS * math.sin(angle), 2),
        round(MIDDLE - RADIUS * math.cos(angle), 2),
    )
