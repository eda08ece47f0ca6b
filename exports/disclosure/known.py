"""What is known outside: every cell of releases and research files, and how one lies in another.

A *place* is a cell of the gate ("*", a service, an area, a quarter of everybody) or the part of a
research file in one. Codes are kept as bits of a mask, so that "holds" is a question about bits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, reduce
from math import ceil
from operator import or_
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.disclosure.catalogue import (
    ALL,
    CODED,
    SEPARATOR,
    Catalogue,
    Kind,
    cell_name,
)
from exports.disclosure.document import Exported, Figure, Release, Status, Table
from exports.instruments import items, scoring

Numbers = npt.NDArray[np.int64]
People = tuple[Numbers, Numbers]
Snap = tuple[str, str, int]  # a figure: question, place, release
FILE = "/file "  # between a place and the number of the research file that lies in it
ANSWERED, UNSAID = 0, 1  # codes of "don't know" (catalogue.DONT_KNOWS)


def shared(column: str) -> str:
    """Return the question that a figure's people are counted in: an item, for its "don't know".

    Those who answered the item are one of the two categories of "don't know"; so both are one
    question, with one code more than the item has.
    """
    kind, _, subject = column.partition("/")
    item = items().get(subject) if kind == Kind.DONT_KNOW else None
    return f"{item.figure}/{subject}" if item is not None and item.figure else column


@dataclass(frozen=True)
class Cell:
    """A published category, or all who are in a figure.

    `low` to `high` people are in it, by rounding and threshold. `whole`: it is the figure's n.
    `own` is the figure's question, `column` the one that it is audited with: see `shared`.
    """

    column: str
    own: str
    place: str
    time: int
    mask: int
    low: int
    high: int
    k: int
    whole: bool
    table: Table

    @property
    def snapshot(self) -> Snap:
        """Return the figure that the cell is of."""
        return self.own, self.place, self.time


@dataclass(frozen=True)
class Known:
    """Every release and file, and the latest catalogue."""

    releases: Sequence[Release]
    exports: Sequence[Exported]
    catalogue: Catalogue

    @cached_property
    def bits(self) -> Mapping[str, Mapping[int, int]]:
        """Return each code's bit, per question; the bits of all options, for having answered."""
        codes: defaultdict[str, set[int]] = defaultdict(set)
        for release in self.releases:
            for figure in _anew(release):
                codes[_column(figure)].update(v for c in figure.categories for v in c.values)
        found = {
            column: {value: 1 << place for place, value in enumerate(sorted(values))}
            for column, values in codes.items()
        }
        for column in codes:
            if shared(column) != column:
                options = found.get(shared(column), {ANSWERED: 1})
                found[column] = {ANSWERED: sum(options.values()), UNSAID: 1 << len(options)}
        return found

    def asked(self, column: str) -> int:
        """Return the mask of all who are in a question's figures."""
        return reduce(or_, self.bits[column].values())

    def bands(self, column: str) -> Mapping[int, tuple[float, float]]:
        """Return the least and the most total that each bit of a scale stands for."""
        kind, _, subject = column.partition("/")
        scale = scoring.find(subject) if kind == Kind.SCALE else None
        bits = self.bits.get(column, {})
        if scale is None or not set(bits) <= set(range(len(scale.cuts) + 1)):
            return {}
        of = scoring.bounds(scale)
        return {bit: of[code] for code, bit in bits.items()}

    @cached_property
    def blocks(self) -> dict[str, list[tuple[Release, Figure]]]:
        """Return the figures with numbers of their own, by what is audited together."""
        found: defaultdict[str, list[tuple[Release, Figure]]] = defaultdict(list)
        for release in self.releases:
            groups = {theme.id: theme.group for theme in release.catalogue.themes}
            for figure in _anew(release):
                found[_block(figure, release.series, groups)].append((release, figure))
        return dict(found)

    def cells(self, block: str) -> list[Cell]:
        """Return the block's cells, of releases and of files."""
        figures = self.blocks[block]
        found = [cell for release, figure in figures for cell in self._of_figure(release, figure)]
        for column in sorted({_column(figure) for _, figure in figures}):
            for number, exported in enumerate(self.exports, start=1):
                if column in exported.members.columns:
                    found += self._of_file(column, number, exported)
        return found

    @cached_property
    def said(self) -> dict[tuple[str, str, int], tuple[object, ...]]:
        """Return what figures say beside counts: means, intervals and other statistics."""
        return {
            (_column(figure), cell_name(figure.service, figure.period), release.number): (
                figure.mean,
                figure.low,
                figure.high,
                *figure.estimates,
            )
            for release in self.releases
            for figure in _anew(release)
            if figure.mean is not None or figure.estimates
        }

    def mean(self, snapshot: Snap) -> float | None:
        """Return a figure's mean; none that its people cannot have, for a scale has changed since.

        What a band stands for is read from the scale as it is today.
        """
        mean = self.said.get(snapshot, (None,))[0]
        bands = self.bands(snapshot[0])
        sizes = self.counts(snapshot)
        if not isinstance(mean, float) or not set(sizes) <= set(bands):
            return None
        n = sum(sizes.values())
        least, most = (sum(bands[bit][end] * size for bit, size in sizes.items()) for end in (0, 1))
        return mean if least - n / 20 <= mean * n <= most + n / 20 else None

    def above(self, place: str) -> tuple[str, ...]:
        """Return the places that a place lies in, nearest first."""
        if place not in self._above:
            found, new = [place], list(self.directly_in(place))
            while new:
                found += new
                new = [up for near in new for up in self.directly_in(near)]
            last = {up: number for number, up in enumerate(found)}
            self._above[place] = tuple(sorted(last, key=lambda up: last[up]))[1:]
        return self._above[place]

    def directly_in(self, place: str) -> tuple[str, ...]:
        """Return the smallest places that a place lies in; a service can be of two, and more."""
        cell = place.partition(FILE)[0]
        if cell != place:
            return (cell,)
        if cell == ALL:
            return ()
        return tuple(sorted(self._holders[cell])) if cell in self._holders else (ALL,)

    def people(self, column: str, place: str, time: int) -> People:
        """Return who is in a figure: their numbers, sorted, and the mask of what each said."""
        snapshot = column, place, time
        if snapshot not in self._people:
            cell, _, number = place.partition(FILE)
            if number:
                self._people[snapshot] = self._in_file(int(number), column, cell)
            else:
                self._people[snapshot] = self._in_release(column, cell, time)
        return self._people[snapshot]

    def forget(self) -> None:
        """Free what was read of the members."""
        for kept in (self._people, self._counts, self._left, self._held):
            kept.clear()

    def _in_release(self, column: str, cell: str, time: int) -> People:
        if (column, time) not in self._held:
            codes = self.releases[time - 1].read_members(column)[column]
            masks = np.zeros(256, dtype=np.int64)  # by code + 128; null, as any unknown code, is 0
            for code, bit in self.bits[column].items():
                masks[code + 128] = bit
            self._held[column, time] = masks[codes.cast(pl.Int64).fill_null(-128).to_numpy() + 128]
        start, size = self._slices[time - 1].get(cell, (0, 0))
        rows = self._numbers[time - 1][start : start + size]
        held = self._held[column, time][start : start + size]
        return rows[held > 0], held[held > 0]

    def counts(self, snapshot: Snap) -> Mapping[int, int]:
        """Return how many people a figure holds per code."""
        if snapshot not in self._counts:
            masks, sizes = np.unique(self.people(*snapshot)[1], return_counts=True)
            self._counts[snapshot] = dict(zip(masks.tolist(), sizes.tolist(), strict=True))
        return self._counts[snapshot]

    def size(self, cell: Cell, within: Cell | None = None) -> int:
        """Return how many people are in a cell, and in another that it is sure to lie in."""
        mask = cell.mask
        if within is not None and within.column == cell.column:
            mask &= within.mask
        counts = self.counts(cell.snapshot)
        return sum(size for held, size in counts.items() if not held & ~mask)

    def within(self, cell: Cell) -> Numbers:
        """Return the numbers of those in a cell."""
        rows, held = self.people(*cell.snapshot)
        inside: Numbers = rows[(held & ~cell.mask) == 0]
        return inside

    def left(self, then: Snap, now: Snap) -> int:
        """Return how many of a figure are not in another, or have another code there.

        Who said "don't know" is not asked of in the figure of those who answered.
        A theme's figure and its group's have codes of their own: there, somebody has another code
        who tells more gladly of the theme than of its group.
        """
        if (then, now) not in self._left:
            (before, said), (after, says) = self.people(*then), self.people(*now)
            if then[0] != now[0]:
                asked = (said & self.asked(now[0])) != 0
                before, said = before[asked], said[asked]
            at = np.searchsorted(after, before)
            at[at == len(after)] = 0
            stayed = after[at] == before if len(after) else np.zeros(len(before), dtype=bool)
            if len(after):
                stayed &= self._agree(then[0], said, now[0], says[at])
            self._left[then, now] = int(len(before) - stayed.sum())
        return self._left[then, now]

    def _agree(
        self, column: str, said: Numbers, other: str, says: Numbers
    ) -> npt.NDArray[np.bool_]:
        """Return of whom it can be that both codes, of two questions, hold at once."""
        agree: npt.NDArray[np.bool_] = np.ones(len(said), dtype=bool)
        if shared(column) == shared(other):
            agree = (says & said) != 0
        elif self.group.get(column) == other:
            agree = (said & -said) <= says
        elif self.group.get(other) == column:
            agree = (says & -says) <= said
        return agree

    def images(self, column: str, mask: int, shown: set[str]) -> Iterator[tuple[str, int]]:
        """Yield questions whose categories can hold a category, with the codes it has there.

        Who tells of a theme tells of its group, at least as gladly.
        """
        yield column, mask
        codes = sorted(self.bits.get(column, {}).values())
        if (group := self.group.get(column)) in shown and group is not None:
            yield group, sum(code for code in codes if code >= mask & -mask)
        for theme, group in self.group.items():
            if group == column and theme in shown:
                yield theme, sum(code for code in codes if code <= mask)

    @cached_property
    def group(self) -> dict[str, str]:
        """Return the question of each theme's group."""
        return {
            f"{Kind.THEME}/{theme.id}": f"{Kind.GROUP}/{theme.group}"
            for release in self.releases
            for theme in release.catalogue.themes
        }

    def is_whole_group(self, group: str, themes: Sequence[str]) -> bool:
        """Whether these are all themes of a group."""
        return {theme for theme, of in self.group.items() if of == group} == set(themes)

    def is_file(self, place: str) -> bool:
        """Whether a place is a part of a research file."""
        return FILE in place

    def families(self, places: Iterable[str]) -> list[tuple[str, list[str]]]:
        """Return places, and what lies side by side in them: services and areas, or quarters.

        Each lies in the smallest of the places that hold it.
        """
        there = set(places)
        found: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
        for place in sorted(there):
            if not self.is_file(place):
                for up in sorted(self._nearest(place, there)):
                    found[up, SEPARATOR in place].append(place)
        return [(up, family) for (up, _), family in found.items()]

    def _nearest(self, place: str, places: Set[str]) -> set[str]:
        found: set[str] = set()
        for up in self.directly_in(place):
            found |= {up} if up in places else self._nearest(up, places)
        return found

    def is_whole(self, place: str, family: Sequence[str]) -> bool:
        """Whether whoever is in a place is in one of the family: an area's, or all quarters."""
        if SEPARATOR in family[0]:
            return {cell_name(ALL, period) for period in self.catalogue.periods} == set(family)
        return place != ALL and self._covered(place, set(family))

    def _covered(self, place: str, family: Set[str]) -> bool:
        below = [key for key, ups in self._holders.items() if place in ups]
        return bool(below) and all(key in family or self._covered(key, family) for key in below)

    def apart(self, family: Sequence[str]) -> bool:
        """Whether nobody is in two of the places."""
        if SEPARATOR in family[0]:
            return True
        key = tuple(family)
        if key not in self._apart:
            everybody = np.concatenate([self._ever_in(place) for place in family])
            self._apart[key] = len(np.unique(everybody)) == len(everybody)
        return self._apart[key]

    def _ever_in(self, place: str) -> Numbers:
        """Return everybody who has ever been in a place."""
        found = []
        for slices, numbers in zip(self._slices, self._numbers, strict=True):
            start, size = slices.get(place, (0, 0))
            found.append(numbers[start : start + size])
        return np.unique(np.concatenate(found))

    @cached_property
    def _ids(self) -> pl.DataFrame:
        """Number everybody in the order of their ids, which is the order within a cell."""
        tables = [release.read_members("id") for release in self.releases]
        tables += [exported.members.select("id") for exported in self.exports]
        ids = pl.concat(tables).unique().sort("id")
        return ids.with_row_index("number")

    @cached_property
    def _numbers(self) -> list[Numbers]:
        """Return the number of whom each row of a release's members is about."""
        return [self._number(release.read_members("id")) for release in self.releases]

    def _number(self, table: pl.DataFrame) -> Numbers:
        joined = table.select("id").join(self._ids, on="id", how="left", maintain_order="left")
        return joined["number"].cast(pl.Int64).to_numpy()

    @cached_property
    def _held(self) -> dict[tuple[str, int], Numbers]:
        return {}

    @cached_property
    def _people(self) -> dict[Snap, People]:
        return {}

    @cached_property
    def _counts(self) -> dict[Snap, Mapping[int, int]]:
        return {}

    @cached_property
    def _left(self) -> dict[tuple[Snap, Snap], int]:
        return {}

    @cached_property
    def _apart(self) -> dict[tuple[str, ...], bool]:
        return {}

    @cached_property
    def _slices(self) -> list[dict[str, tuple[int, int]]]:
        """Return where each cell's rows begin in a release's members, and how many they are."""
        found = []
        for release in self.releases:
            runs = release.read_members("cell")["cell"].rle().struct.unnest()
            starts = (runs["len"].cum_sum() - runs["len"]).to_list()
            found.append(
                dict(zip(runs["value"], zip(starts, runs["len"], strict=True), strict=True))
            )
        return found

    def _of_figure(self, release: Release, figure: Figure) -> Iterator[Cell]:
        column, place = _column(figure), cell_name(figure.service, figure.period)
        bits = self.bits[column]
        masks = [reduce(or_, (bits[value] for value in c.values)) for c in figure.categories]
        table = Table(figure.id, release.number)

        def cell(mask: int, low: int, high: int, whole: bool) -> Cell:
            return Cell(
                shared(column), column, place, release.number, mask, low, high, figure.k, whole,
                table,
            )  # fmt: skip

        whole = _rounded_from(figure.n or 0, release.base)
        for mask, count in zip(masks, figure.categories, strict=True):
            low, high = _rounded_from(count.x, release.base)
            if figure.bounded:
                yield cell(mask, *((0, count.x - 1) if count.few else (figure.k, whole[1])), False)
            else:
                yield cell(mask, max(low, figure.k if count.x >= figure.k else 0), high, False)
        if figure.n is not None and len(masks) > 1:
            yield cell(reduce(or_, masks), *whole, True)

    def _of_file(self, column: str, number: int, exported: Exported) -> Iterator[Cell]:
        """Yield what a file says of a question, exactly: per code, and per place that it tells."""
        places = [ALL]
        if "services" in exported.members.columns:
            places += exported.members["services"].explode().drop_nulls().unique().sort().to_list()
        for key in places:
            masks, sizes = np.unique(self._in_file(number, column, key)[1], return_counts=True)
            for held, size in zip(masks.tolist(), sizes.tolist(), strict=True):
                yield Cell(
                    shared(column), column, f"{key}{FILE}{number}", exported.number, held,
                    size, size, self.releases[-1].k, False,
                    Table(f"file {number}", exported.number),
                )  # fmt: skip

    def _in_file(self, number: int, column: str, cell: str) -> People:
        """Return who is in a file; answers told less finely of some are taken so of everybody."""
        rows = self.exports[number - 1].members
        masks: Mapping[Any, int] = self.bits[column]
        if rows.schema[column] == pl.String:
            masks = self._categories(column)
        told = [masks[value] for value in rows[column].unique() if value in masks]
        coarse = {value: _joined(mask, told) for value, mask in masks.items()}
        if cell != ALL:
            rows = rows.filter(pl.col("services").list.contains(cell))
        held = pl.col(column).replace_strict(coarse, default=None, return_dtype=pl.Int64)
        rows = rows.select("id", held=held).drop_nulls().sort("id")
        return self._number(rows), rows["held"].to_numpy()

    def _categories(self, column: str) -> dict[str, int]:
        """Return the masks of categories, by id."""
        return {
            count.id: reduce(or_, (self.bits[column][value] for value in count.values))
            for release in self.releases
            for figure in _anew(release)
            if _column(figure) == column
            for count in figure.categories
        }

    @cached_property
    def _holders(self) -> dict[str, set[str]]:
        """Return what each service and area lies in: an area, the service that replaced it."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for catalogue in [*(release.catalogue for release in self.releases), self.catalogue]:
            for service in catalogue.services:
                if service.area:
                    found[service.key].add(service.area)
                for old in service.replaces:
                    found[old].add(service.key)
            for area in catalogue.areas:
                if area.parent:
                    found[area.key].add(area.parent)
        return dict(found)

    @cached_property
    def _above(self) -> dict[str, tuple[str, ...]]:
        return {}


def _anew(release: Release) -> Iterator[Figure]:
    """Yield the figures whose numbers are of this release."""
    return (figure for figure in release.figures if figure.status is Status.SHOWN)


def _column(figure: Figure) -> str:
    return f"{figure.kind}/{figure.subject}"


def _block(figure: Figure, series: str, groups: Mapping[str, str]) -> str:
    """Return what a figure is audited with: its question, or a group and its themes."""
    if figure.kind not in CODED:
        return shared(_column(figure))
    if figure.kind is Kind.THEME:
        return f"{Kind.GROUP}/{groups[figure.subject]}/{series}"
    return f"{_column(figure)}/{series}"


def _joined(mask: int, others: Sequence[int]) -> int:
    """Return a mask with all that overlap it, and all that overlap those."""
    while wider := reduce(or_, (other for other in others if other & mask), 0) & ~mask:
        mask |= wider
    return mask


def _rounded_from(x: int, base: int) -> tuple[int, int]:
    """Return the least and the most whole people that are rounded to x."""
    return max(0, ceil(x - base / 2)), ceil(x + base / 2) - 1
