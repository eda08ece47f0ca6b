"""Who is in which cell, now and in earlier releases, counted as whole numbers.

A person's code in a question is the same in every cell, so codes are kept once per person, and
memberships (person in cell) point at them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.disclosure.catalogue import (
    ALL,
    CODED,
    Catalogue,
    Kind,
    Question,
    cell_name,
)
from exports.disclosure.document import Figure, Release, Status
from exports.errors import HistoryError

KEYS = ["cell", "id"]
UNSAID = -128  # the code of whoever is not asked
TODAY = 0
MOST_KEPT = 60_000_000  # rows of four bytes

Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]
Coded = npt.NDArray[np.uint8]
People = tuple[Places, Codes]


@dataclass(frozen=True)
class Answers:
    """The codes of one question in one release, cell by cell."""

    row: Places
    said: Callable[[slice], Codes]
    inside: Callable[[int], slice]

    def of(self, place: int) -> People:
        """Return the rows of those in a cell who are asked, in order, and their codes."""
        places = self.inside(place)
        codes = self.said(places)
        asked = codes != UNSAID
        return self.row[places][asked], codes[asked]


@dataclass(frozen=True)
class Now:
    """Today's people. Rows are places in `ids`; `cell` and `row` are the memberships, sorted."""

    ids: pl.Series
    cells: tuple[str, ...]
    cell: Places
    row: Places
    codes: Mapping[str, Codes]
    totals: Mapping[str, pl.Series]

    @cached_property
    def number(self) -> Mapping[str, int]:
        """Return the number of each cell."""
        return {name: place for place, name in enumerate(self.cells)}

    @cached_property
    def sizes(self) -> Numbers:
        """Return how many people are in each cell."""
        return np.bincount(self.cell, minlength=len(self.cells))

    @cached_property
    def _starts(self) -> Numbers:
        return np.concatenate([[0], np.cumsum(self.sizes)])

    def counts(self, question: Question) -> Numbers:
        """Return people per cell and code, the codes in the order of `span`."""
        side = span(question)[1] + 1
        keys = self.cell * np.int64(side)
        keys += self.coded(question).take(self.row)
        found = np.bincount(keys, minlength=len(self.cells) * side)
        return found.reshape(-1, side)[:, :-1]

    def coded(self, question: Question) -> Coded:
        """Return the place of each person's code in `span`; behind it, whoever is not asked."""
        return _places(*span(question)).take(self.codes[question.column].view(np.uint8))

    def sums(self, question: Question) -> Mapping[str, tuple[int, int, int]]:
        """Return n, sum and sum of squares of a scale's totals in each cell, exactly.

        They are added as floats: whole numbers, and their squares, far below 2⁵³.
        """
        if question.column not in self.totals:
            return {}
        found = self.totals[question.column]
        scored = found.is_not_null().to_numpy()[self.row]
        values = found.fill_null(0).to_numpy().astype(np.float64)[self.row][scored]
        cells, size = self.cell[scored], len(self.cells)
        parts = [
            np.bincount(cells, weights=weights, minlength=size)
            for weights in (np.ones_like(values), values, values * values)
        ]
        return {
            name: (int(parts[0][place]), int(parts[1][place]), int(parts[2][place]))
            for place, name in enumerate(self.cells)
            if parts[0][place]
        }

    def people(self, cell: str) -> Places:
        """Return the rows of the people in one cell."""
        return self.row[self.inside(self.number[cell])]

    def inside(self, place: int) -> slice:
        """Return where a cell's memberships are."""
        return slice(int(self._starts[place]), int(self._starts[place + 1]))

    def answers(self, question: Question) -> Answers:
        """Return a question's codes beside the memberships, to be asked cell by cell."""
        codes = self.codes[question.column]
        return Answers(self.row, lambda places: codes[self.row[places]], self.inside)


@dataclass(frozen=True)
class Then:
    """The members of an earlier release beside today's people, sorted by cell and row.

    `columns` are those that can be compared, `order` where the members stand in them.
    `row` is where a member is today, from `len(ids)` on whoever is not, in the order of `gone`;
    `stays` whether the member is in the same cell still.
    """

    release: Release
    columns: frozenset[str]
    order: Numbers | slice
    now: Now
    cell: Places
    row: Places
    gone: pl.Series
    stays: npt.NDArray[np.bool_]

    @property
    def everybody(self) -> int:
        """Return how many rows there are, of today's people and of those who are gone."""
        return int(self.row.max(initial=-1)) + 1

    @cached_property
    def _still(self) -> Places:
        """Return where members are today who are in the same cell still; len(ids): the others."""
        return np.where(self.stays, self.row, np.int32(len(self.now.ids)))

    @cached_property
    def kept(self) -> Numbers:
        """Return how many of today's people each cell had then."""
        return np.bincount(self.cell[self.stays], minlength=len(self.now.cells))

    @cached_property
    def sizes(self) -> Numbers:
        """Return how many people were in each cell when it was last looked at."""
        return np.bincount(self.cell, minlength=len(self.now.cells))

    @cached_property
    def shown(self) -> Mapping[str, list[tuple[int, Figure]]]:
        """Return the figures that were shown anew then, by column, with the number of the cell."""
        found: defaultdict[str, list[tuple[int, Figure]]] = defaultdict(list)
        for figure in self.release.figures:
            place = self.now.number.get(cell_name(figure.service, figure.period))
            if figure.status is Status.SHOWN and place is not None:
                found[f"{figure.kind}/{figure.subject}"].append((place, figure))
        return found

    @cached_property
    def _starts(self) -> Numbers:
        return np.concatenate([[0], np.cumsum(self.sizes)])

    def has(self, question: Question) -> bool:
        """Whether any figure of the question was shown anew then, in the same series."""
        return question.column in self.columns

    def changes(self, question: Question) -> Numbers:
        """Return people per cell, code then and code now; the last code: not asked, not there."""
        low, width = span(question)
        places, side = _places(low, width), width + 1
        past = places.take(self._codes(question).view(np.uint8))
        if past.max(initial=0) > width:
            raise HistoryError(
                f"{question.column} was published with codes that it no longer has. "
                "Give a question with other categories a new id."
            )
        today = places[np.append(self.now.codes[question.column], np.int8(UNSAID)).view(np.uint8)]
        both = past * np.uint16(side)
        both += today.take(self._still)
        keys = self.cell * np.int64(side * side)
        keys += both
        found = np.bincount(keys, minlength=len(self.now.cells) * side * side)
        return found.reshape(-1, side, side)

    def inside(self, place: int) -> slice:
        """Return where a cell's members are."""
        return slice(int(self._starts[place]), int(self._starts[place + 1]))

    def answers(self, question: Question) -> Answers:
        """Return a question's codes then, to be asked cell by cell."""
        codes = self._codes(question)
        return Answers(self.row, lambda places: codes[places], self.inside)

    def _codes(self, question: Question) -> Codes:
        if question.column not in self._last:
            self._last.clear()
            codes = self.release.read_members(question.column).to_series()
            said = codes.cast(pl.Int8).fill_null(UNSAID).to_numpy()
            self._last[question.column] = said[self.order]
        return self._last[question.column]

    @cached_property
    def _last(self) -> dict[str, Codes]:
        """Return the codes of the question that was asked for last."""
        return {}


def _places(low: int, width: int) -> Coded:
    """Return the place of each code, by its byte: `width` for nobody asked, 255 for none."""
    found = np.full(256, 255, dtype=np.uint8)
    found[np.arange(low, low + width).astype(np.int8).view(np.uint8)] = np.arange(width)
    found[np.int8(UNSAID).view(np.uint8)] = width
    return found


def span(question: Question) -> tuple[int, int]:
    """Return the lowest code of a question, and how many there are from there to the highest."""
    values = [value for category in question.ladder[0] for value in category.values]
    return min(values), max(values) - min(values) + 1


class Slots:
    """A slot per person, to find those of one list in another without sorting either."""

    def __init__(self, people: int) -> None:
        self._slots = np.zeros(people, dtype=np.int32)

    def first(self, rows: Places) -> npt.NDArray[np.bool_]:
        """Return where somebody stands for the first time."""
        places = np.arange(len(rows), dtype=np.int32)
        self._slots[rows[::-1]] = places[::-1]
        found: npt.NDArray[np.bool_] = self._slots[rows] == places
        return found

    def shared(self, one: Places, other: Places) -> tuple[Numbers, Numbers]:
        """Return where in each of two lists, of different people, those are who stand in both."""
        if not len(other):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self._slots[other] = np.arange(len(other), dtype=np.int32)
        at = np.minimum(self._slots[one], len(other) - 1)
        both = np.flatnonzero(other[at] == one)
        return both, at[both]

    def stay(self, question: Question, one: People, other: People) -> Numbers:
        """Return who is in both of two figures, by code in one and code in the other."""
        low, width = span(question)
        here, there = self.shared(one[0], other[0])
        keys = (one[1][here].astype(np.int64) - low) * width + (other[1][there] - low)
        return np.bincount(keys, minlength=width * width).reshape(width, width)

    def together(self, parts: Sequence[People]) -> People:
        """Return the people of all parts, once each, with what the first has that they said."""
        rows = np.concatenate([rows for rows, _ in parts])
        first = self.first(rows)
        return rows[first], np.concatenate([codes for _, codes in parts])[first]


class Unions:
    """The people of several cells, each once. Most questions ask for the same: they are kept.

    A cell is named by its place and the number of the release in which it was last looked at, or
    `TODAY`. Only those are counted who are in the cell still.
    """

    def __init__(self, now: Now, thens: Sequence[Then], slots: Slots) -> None:
        self._now, self._thens, self._slots = now, thens, slots
        self._kept: dict[tuple[tuple[int, int], ...], Places] = {}
        self._room = MOST_KEPT

    def rows(self, cells: tuple[tuple[int, int], ...]) -> Places:
        """Return the rows of whoever is in any of the cells."""
        found = self._kept.get(cells)
        if found is None:
            rows = np.concatenate([self._rows(place, number) for place, number in cells])
            found = rows[self._slots.first(rows)]
            if len(found) <= self._room:
                self._room -= len(found)
                self._kept[cells] = found
        return found

    def _rows(self, place: int, number: int) -> Places:
        if number == TODAY:
            return self._now.row[self._now.inside(place)]
        then = self._thens[number - 1]
        there = then.inside(place)
        return then.row[there][then.stays[there]]


def people_now(frame: pl.DataFrame, questions: Sequence[Question], catalogue: Catalogue) -> Now:
    """Code today's people and put them in their cells, each once per cell."""
    people = frame.sort("id")
    codes = people.select(
        question.code.cast(pl.Int8).fill_null(UNSAID).alias(question.column)
        for question in questions
    )
    totals = people.select(
        question.total.alias(question.column)
        for question in questions
        if question.total is not None
    )
    cells = tuple(sorted({cell_name(*pair) for kind in Kind for pair in catalogue.cells(kind)}))
    names = pl.DataFrame({"cell": cells}).with_row_index("place")
    told = people.select("services", "period").with_row_index("row")
    around = [
        (service.key, place)
        for service in catalogue.services
        for place in (service.key, *catalogue.holders[service.key])
        if place != ALL
    ]
    places = pl.DataFrame(around, schema=["services", "cell"], orient="row")
    services = told.select("row", "services").explode(
        "services", empty_as_null=False, keep_nulls=False
    )
    parts = [
        told.select("row", cell=pl.lit(ALL)),
        told.select("row", cell=pl.format(cell_name(ALL, "{}"), "period")),
    ]
    if around:
        parts.append(services.join(places, on="services").select("row", "cell"))
    keys = np.sort(
        pl.concat(
            part.join(names, on="cell").select(
                pl.col("place").cast(pl.Int64) * max(people.height, 1) + pl.col("row")
            )
            for part in parts
        )
        .to_series()
        .to_numpy()
    )
    keys = keys[np.diff(keys, prepend=-1) > 0]
    cell, row = np.divmod(keys, max(people.height, 1))
    return Now(
        ids=people["id"],
        cells=cells,
        cell=cell.astype(np.int32),
        row=row.astype(np.int32),
        codes={column.name: column.to_numpy() for column in codes},
        totals={column.name: column for column in totals},
    )


def people_then(earlier: Sequence[Release], now: Now, series: str) -> list[Then]:
    """Find the members of each earlier release among today's people.

    Codes of themes of another series are left out: the same story may be coded otherwise. Whoever
    is gone has one row in all of them.
    """
    thens = [_then(release, now, series) for release in earlier]
    gone = pl.concat([now.ids.clear(), *(then.gone for then in thens)]).unique().sort()
    return [replace(then, row=_among(gone, then), gone=gone) for then in thens]


def _among(gone: pl.Series, then: Then) -> Places:
    """Return the rows of a release's members when those behind today's people are these."""
    today = len(then.now.ids)
    rows = np.append(np.arange(today), today + gone.search_sorted(then.gone).to_numpy())
    return rows.astype(np.int32).take(then.row)


def _then(release: Release, now: Now, series: str) -> Then:
    coded = tuple(f"{kind}/" for kind in CODED) if release.series != series else ()
    names = pl.DataFrame({"cell": now.cells}).with_row_index("place")
    ids = pl.DataFrame({"id": now.ids}).with_row_index("row")
    table = release.read_members(*KEYS)
    place = table.join(names, on="cell", how="left", maintain_order="left")["place"]
    known = place.is_not_null().to_numpy()
    found = table.join(ids, on="id", how="left", maintain_order="left")["row"]
    missing = found.is_null()
    row = found.fill_null(0).to_numpy().astype(np.int64)
    lost = table["id"].filter(missing)
    gone = lost.unique().sort()
    row[missing.to_numpy()] = len(now.ids) + gone.search_sorted(lost).to_numpy()
    cell = place.fill_null(0).to_numpy().astype(np.int64)
    keys = cell * (row.max(initial=0) + 1) + row
    order: Numbers | slice = slice(None)
    if not known.all() or not (keys[1:] > keys[:-1]).all():
        order = np.argsort(keys)
        order = order[known[order]]
    cell, row = cell[order], row[order]
    size = max(len(now.ids), 1)
    there = row < len(now.ids)
    stays = there.copy()
    today = now.cell * np.int64(size) + now.row
    stays[there] = np.isin(cell[there] * size + row[there], today, assume_unique=True)
    return Then(
        release=release,
        columns=frozenset(one for one in release.member_columns if not one.startswith(coded)),
        order=order,
        now=now,
        cell=cell.astype(np.int32),
        row=row.astype(np.int32),
        gone=gone,
        stays=stays,
    )


def members(
    now: Now,
    shown: Mapping[str, Iterable[str]],
    waits: Iterable[str],
    last: pl.DataFrame | None,
) -> pl.DataFrame:
    """Return who is in each cell, with a code per question in the cells where it is shown anew.

    Args:
        now: today's people.
        shown: cells by column.
        waits: cells that were not looked at: they keep those who were in them in `last`.
        last: members of the release before.
    """
    waiting = np.zeros(len(now.cells), dtype=bool)
    waiting[[now.number[cell] for cell in waits]] = True
    looked = ~waiting[now.cell]
    cell, row = now.cell[looked], now.row[looked]
    columns = {
        "cell": pl.Series(now.cells, dtype=pl.String).gather(cell),
        "id": now.ids.gather(row),
    }
    for column, cells in shown.items():
        inside = np.zeros(len(now.cells), dtype=bool)
        inside[[now.number[name] for name in cells]] = True
        codes = pl.Series(now.codes[column][row])
        said = pl.Series(inside[cell]) & (codes != UNSAID)
        columns[column] = codes.zip_with(said, pl.Series([None], dtype=pl.Int8))
    table = pl.DataFrame(columns)
    if last is None or not waiting.any():
        return table
    names = [name for name, wait in zip(now.cells, waiting, strict=True) if wait]
    before = last.select(KEYS).filter(pl.col("cell").is_in(names))
    return pl.concat([table, before], how="diagonal").sort(KEYS)
