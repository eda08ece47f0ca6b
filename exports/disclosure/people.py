"""Who is in which cell, now and in earlier releases, counted as whole numbers.

A person's code in a question is the same in every cell, so codes are kept once per person, and
memberships (person in cell) point at them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from exports.disclosure.rules import Counts, Moves
from exports.errors import HistoryError

KEYS = ["cell", "id"]
UNSAID = -128  # the code of whoever is not asked

Numbers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
People = tuple[Numbers, Codes]


@dataclass(frozen=True)
class Answers:
    """The codes of one question in one release, cell by cell."""

    row: Numbers
    said: Callable[[slice | Numbers], Codes]
    inside: Callable[[int], slice | Numbers]

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
    cell: Numbers
    row: Numbers
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
        low, width = span(question)
        places = _places(low, width)[self.codes[question.column].view(np.uint8)]
        keys = self.cell * (width + 1) + places[self.row]
        found = np.bincount(keys, minlength=len(self.cells) * (width + 1))
        return found.reshape(-1, width + 1)[:, :width]

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

    def twice(self, places: tuple[int, ...]) -> int:
        """Return how many more memberships than people some cells have."""
        if places not in self._twice:
            rows = np.concatenate([self.row[self.inside(place)] for place in places])
            self._twice[places] = len(rows) - len(np.unique(rows))
        return self._twice[places]

    @cached_property
    def _twice(self) -> dict[tuple[int, ...], int]:
        return {}

    def people(self, cell: str) -> Numbers:
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
    """The members of an earlier release beside today's people.

    `row` is where a member is today, from `len(ids)` on whoever is not; `stays` whether the member
    is in the same cell still.
    """

    release: Release
    table: pl.DataFrame
    now: Now
    cell: Numbers
    row: Numbers
    stays: npt.NDArray[np.bool_]

    @cached_property
    def kept(self) -> Numbers:
        """Return how many of today's people each cell had then."""
        return np.bincount(self.cell[self.stays], minlength=len(self.now.cells))

    @cached_property
    def gone(self) -> Numbers:
        """Return how many people each cell had then and does not have today."""
        return self.sizes - self.kept

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
    def _today(self) -> Numbers:
        """Return where members are today, len(ids) for those who are not in the cell any more."""
        return np.where(self.stays, self.row, len(self.now.ids))

    @cached_property
    def _order(self) -> tuple[Numbers, Numbers]:
        starts = np.concatenate([[0], np.cumsum(self.sizes)])
        return np.lexsort((self.row, self.cell)), starts

    def has(self, question: Question) -> bool:
        """Whether any figure of the question was shown anew then, in the same series."""
        return question.column in self.table.columns

    def changes(self, question: Question) -> Numbers:
        """Return people per cell, code then and code now; the last code now is: not there."""
        low, width = span(question)
        then = self._codes(question)
        places = _places(low, width)
        past = places[then.view(np.uint8)]
        if (past > width).any():
            raise HistoryError(
                f"{question.column} was published with codes that it no longer has. "
                "Give a question with other categories a new id."
            )
        today = places[np.append(self.now.codes[question.column], np.int8(UNSAID)).view(np.uint8)]
        pairs = past.astype(np.int16) * (width + 1) + today[self._today]
        side = width + 1
        keys = self.cell * (side * side) + pairs
        found = np.bincount(keys, minlength=len(self.now.cells) * side * side)
        return found.reshape(-1, side, side)[:, :width]

    def inside(self, place: int) -> Numbers:
        """Return where a cell's members are."""
        order, starts = self._order
        return order[starts[place] : starts[place + 1]]

    def answers(self, question: Question) -> Answers:
        """Return a question's codes then, to be asked cell by cell."""
        codes = self._codes(question)
        return Answers(self.row, lambda places: codes[places], self.inside)

    def _codes(self, question: Question) -> Codes:
        if question.column not in self._last:
            self._last.clear()
            codes = self.table[question.column].cast(pl.Int8).fill_null(UNSAID)
            self._last[question.column] = codes.to_numpy()
        return self._last[question.column]

    @cached_property
    def _last(self) -> dict[str, Codes]:
        """Return the codes of the question that was asked for last."""
        return {}


def _places(low: int, width: int) -> npt.NDArray[np.uint8]:
    """Return the place of each code, by its byte: `width` for nobody asked, 255 for none."""
    found = np.full(256, 255, dtype=np.uint8)
    found[np.arange(low, low + width).astype(np.int8).view(np.uint8)] = np.arange(width)
    found[np.int8(UNSAID).view(np.uint8)] = width
    return found


def span(question: Question) -> tuple[int, int]:
    """Return the lowest code of a question, and how many there are from there to the highest."""
    values = [value for category in question.ladder[0] for value in category.values]
    return min(values), max(values) - min(values) + 1


def counts_of(question: Question, row: Sequence[int]) -> Counts:
    """Return a cell's row of `Now.counts` by code."""
    low, _ = span(question)
    return {low + place: size for place, size in enumerate(row) if size}


def moves_of(question: Question, change: Numbers, row: Numbers) -> Moves:
    """Return a cell's moves by (code then, code now), from `Then.changes` and `Now.counts`."""
    low, width = span(question)
    moves: dict[tuple[int | None, int | None], int] = {
        (low + then, None if now == width else low + now): size
        for then, sizes in enumerate(change.tolist())
        for now, size in enumerate(sizes)
        if size
    }
    for place, size in enumerate((row - change[:, :width].sum(axis=0)).tolist()):
        if size:
            moves[None, low + place] = size
    return moves


def moves_between(question: Question, one: People, other: People) -> Moves:
    """Return moves by (code in one, code in the other), of people given as rows and codes."""
    low, width = span(question)
    past, today = (codes.astype(np.int64) - low for _, codes in (one, other))
    here, there = _shared(one[0], other[0])
    stay = np.bincount(past[here] * width + today[there], minlength=width * width)
    stay = stay.reshape(width, width)
    left = np.bincount(past, minlength=width) - stay.sum(axis=1)
    change = np.column_stack([stay, left])
    return moves_of(question, change, np.bincount(today, minlength=width))


def together(parts: Sequence[People]) -> People:
    """Return the people of all parts, once each, with what the first part has that they said."""
    rows, first = np.unique(np.concatenate([rows for rows, _ in parts]), return_index=True)
    return rows, np.concatenate([codes for _, codes in parts])[first]


def _shared(one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """Return where in each of two sorted arrays the numbers are that both have."""
    if len(one) > len(other):
        there, here = _shared(other, one)
        return here, there
    at = np.minimum(np.searchsorted(other, one), len(other) - 1)
    both = np.flatnonzero(other[at] == one) if len(other) else at[:0]
    return both, at[both]


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
    keys = np.unique(
        pl.concat(
            part.join(names, on="cell").select(
                pl.col("place").cast(pl.Int64) * max(people.height, 1) + pl.col("row")
            )
            for part in parts
        )
        .to_series()
        .to_numpy()
    )
    cell, row = np.divmod(keys, max(people.height, 1))
    return Now(
        ids=people["id"],
        cells=cells,
        cell=cell,
        row=row,
        codes={column.name: column.to_numpy() for column in codes},
        totals={column.name: column for column in totals},
    )


def people_then(release: Release, now: Now, series: str) -> Then:
    """Find an earlier release's members among today's people.

    Codes of themes of another series are left out: the same story may be coded otherwise.
    """
    if release.members is None:
        raise HistoryError(f"Release {release.number} lacks its members. Read it with them.")
    coded = tuple(f"{kind}/" for kind in CODED) if release.series != series else ()
    names = pl.DataFrame({"cell": now.cells}).with_row_index("place")
    ids = pl.DataFrame({"id": now.ids}).with_row_index("row")
    table = release.members
    place = table.select("cell").join(names, on="cell", how="left", maintain_order="left")["place"]
    if place.has_nulls():
        table, place = table.filter(place.is_not_null()), place.drop_nulls()
    if coded:
        table = table.select(name for name in table.columns if not name.startswith(coded))
    # Whoever is gone gets a row of their own, the same in each of their cells.
    found = table.select("id").join(ids, on="id", how="left", maintain_order="left")
    missing = found["row"].is_null()
    gone = found["id"].filter(missing).rank("dense").to_numpy().astype(np.int64)
    row_numbers = found["row"].fill_null(0).to_numpy().astype(np.int64)
    row_numbers[missing.to_numpy()] = len(now.ids) - 1 + gone
    cell = place.to_numpy().astype(np.int64)
    size = max(len(now.ids), 1)
    there = row_numbers < len(now.ids)
    stays = there.copy()
    stays[there] = np.isin(
        cell[there] * size + row_numbers[there], now.cell * size + now.row, assume_unique=True
    )
    return Then(release, table.drop("id", "cell"), now, cell, row_numbers, stays)


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
