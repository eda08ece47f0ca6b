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


@dataclass(frozen=True)
class Answers:
    """The codes of one question in one release, cell by cell."""

    row: Numbers
    codes: Codes
    inside: Callable[[str], slice | Numbers]

    def of(self, cell: str) -> tuple[Numbers, Codes]:
        """Return the rows of those in a cell who are asked, and their codes."""
        places = self.inside(cell)
        codes = self.codes[places]
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
        codes = self.codes[question.column][self.row]
        asked = codes != UNSAID
        keys = self.cell[asked] * width + (codes[asked].astype(np.int64) - low)
        return np.bincount(keys, minlength=len(self.cells) * width).reshape(-1, width)

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

    def people(self, cell: str) -> Numbers:
        """Return the rows of the people in one cell."""
        return self.row[self.inside(cell)]

    def inside(self, cell: str) -> slice:
        """Return where a cell's memberships are."""
        place = self.number[cell]
        return slice(int(self._starts[place]), int(self._starts[place + 1]))

    def answers(self, question: Question) -> Answers:
        """Return a question's codes beside the memberships, to be asked cell by cell."""
        return Answers(self.row, self.codes[question.column][self.row], self.inside)


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
    def shown(self) -> Mapping[str, list[Figure]]:
        """Return the figures that were shown anew then, by column."""
        found: defaultdict[str, list[Figure]] = defaultdict(list)
        for figure in self.release.figures:
            if figure.status is Status.SHOWN:
                found[f"{figure.kind}/{figure.subject}"].append(figure)
        return found

    @cached_property
    def _order(self) -> tuple[Numbers, Numbers]:
        sizes = np.bincount(self.cell, minlength=len(self.now.cells))
        return np.argsort(self.cell, kind="stable"), np.concatenate([[0], np.cumsum(sizes)])

    def has(self, question: Question) -> bool:
        """Whether any figure of the question was shown anew then, in the same series."""
        return question.column in self.table.columns

    def changes(self, question: Question) -> Numbers:
        """Return people per cell, code then and code now; the last code now is: not there."""
        low, width = span(question)
        then = self._codes(question)
        asked = then != UNSAID
        if ((then[asked] < low) | (then[asked] >= low + width)).any():
            raise HistoryError(
                f"{question.column} was published with codes that it no longer has. "
                "Give a question with other categories a new id."
            )
        codes = np.append(self.now.codes[question.column], np.int8(UNSAID))
        rows = np.where(self.stays[asked], self.row[asked], len(codes) - 1)
        today = codes[rows].astype(np.int64)
        today = np.where(today == UNSAID, width, today - low)
        past = then[asked].astype(np.int64) - low
        keys = (self.cell[asked] * width + past) * (width + 1) + today
        size = len(self.now.cells) * width * (width + 1)
        return np.bincount(keys, minlength=size).reshape(-1, width, width + 1)

    def inside(self, cell: str) -> Numbers:
        """Return where a cell's members are."""
        order, starts = self._order
        place = self.now.number[cell]
        return order[starts[place] : starts[place + 1]]

    def answers(self, question: Question) -> Answers:
        """Return a question's codes then, to be asked cell by cell."""
        return Answers(self.row, self._codes(question), self.inside)

    def _codes(self, question: Question) -> Codes:
        return self.table[question.column].cast(pl.Int8).fill_null(UNSAID).to_numpy()


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
    moves: dict[tuple[int | None, int | None], int] = {}
    for then, now in np.argwhere(change).tolist():
        moves[low + then, None if now == width else low + now] = int(change[then, now])
    for place, size in enumerate((row - change[:, :width].sum(axis=0)).tolist()):
        if size:
            moves[None, low + place] = size
    return moves


def moves_between(
    question: Question, one: tuple[Numbers, Codes], other: tuple[Numbers, Codes]
) -> Moves:
    """Return moves by (code in one, code in the other), of people given as rows and codes."""
    low, width = span(question)
    _, here, there = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    today = np.full(len(one[0]), width)
    today[here] = other[1][there].astype(np.int64) - low
    past = one[1].astype(np.int64) - low
    change = np.bincount(past * (width + 1) + today, minlength=width * (width + 1))
    every = np.bincount(other[1].astype(np.int64) - low, minlength=width)
    return moves_of(question, change.reshape(width, width + 1), every)


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
    table = release.members.join(names, on="cell", maintain_order="left")
    if coded:
        table = table.select(name for name in table.columns if not name.startswith(coded))
    # Whoever is gone gets a row of their own, the same in each of their cells.
    found = table.select("id").join(ids, on="id", how="left", maintain_order="left")
    gone = found["id"].filter(found["row"].is_null()).unique().sort()
    extra = pl.DataFrame({"id": gone}).with_row_index("row", offset=len(now.ids))
    every = pl.concat([ids, extra]) if len(gone) else ids
    row = table.select("id").join(every, on="id", maintain_order="left")["row"]
    row_numbers = row.to_numpy().astype(np.int64)
    cell = table["place"].to_numpy().astype(np.int64)
    size = max(len(now.ids), 1)
    there = row_numbers < len(now.ids)
    stays = there.copy()
    stays[there] = np.isin(
        cell[there] * size + row_numbers[there], now.cell * size + now.row, assume_unique=True
    )
    return Then(release, table.drop("id", "cell", "place"), now, cell, row_numbers, stays)


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
