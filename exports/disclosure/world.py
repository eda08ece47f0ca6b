"""The intruder's equations: one question, or a group with its themes, in a few places.

The unknowns are numbers of people alike, per question and place. What the intruder may know of them
is written as rows, and only where it is true: the truth always fits, and nothing true is unknown.
Where a mean is told, there is another unknown for each: how much the totals of these people are
together above the least total of their band.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, combinations, product
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from exports.disclosure.catalogue import SEPARATOR
from exports.disclosure.known import Cell, Known, Numbers, Snap, shared
from exports.disclosure.linear import Row, System, Terms

FOR_EVER = 10**9
HALF = 20  # means are rounded to tenths: twenty times one, and a half more or less, is whole


class Kind(NamedTuple):
    """People alike: code, code for the group of themes, first release seen in, first gone from."""

    code: int
    group: int
    first: int
    gone: int

    def there(self, time: int) -> bool:
        """Whether they are counted in a release."""
        return self.first <= time < self.gone


class World:
    """What can be true of the people in some cells.

    Args:
        known: where the cells come from.
        cells: of one block.
    """

    def __init__(self, known: Known, cells: Sequence[Cell]) -> None:
        self.known = known
        self.cells = cells
        self.times = sorted({cell.time for cell in cells})
        self.places = sorted({cell.place for cell in cells})
        columns = {cell.column for cell in cells}
        self.group = next((known.group[c] for c in columns if c in known.group), None)
        self.columns = sorted(columns | ({self.group} if self.group else set()))
        self.snapshots = sorted({cell.snapshot for cell in cells})

    def terms(self, cell: Cell, *also: Cell) -> Terms:
        """Return the unknowns whose sum is the number of people in all of the cells."""
        held = (cell, *also)
        column = next((c.column for c in held if c.column != self.group), cell.column)
        place = max((c.place for c in held), key=lambda place: len(self.known.above(place)))
        inside = [self._inside(column, c.column == self.group, c.time, c.mask) for c in held]
        kinds = np.flatnonzero(np.logical_and.reduce(inside))
        return dict.fromkeys((self._starts[column, place] + kinds).tolist(), 1)

    def outside(self, cell: Cell, without: Sequence[Cell]) -> Terms:
        """Return factors whose sum is the number in a cell and in none of others, side by side."""
        found = defaultdict(float, self.terms(cell))
        for other in without:
            for index, factor in self.terms(cell, other).items():
                found[index] -= factor
        return {index: factor for index, factor in found.items() if factor}

    def _inside(self, column: str, of_group: bool, time: int, mask: int) -> NDArray[np.bool_]:
        """Return which kinds of people are in a cell, in the order of the question's kinds."""
        asked = column, of_group, time, mask
        if asked not in self._known_inside:
            code, group, first, gone = self._alike[column]
            said = (group if of_group else code) & mask
            self._known_inside[asked] = (said != 0) & (first <= time) & (time < gone)
        return self._known_inside[asked]

    @cached_property
    def _known_inside(self) -> dict[tuple[str, bool, int, int], NDArray[np.bool_]]:
        return {}

    @cached_property
    def _alike(self) -> Mapping[str, Numbers]:
        """Return each question's kinds, with a row per field."""
        return {
            column: np.array(self._kinds(column), dtype=np.int64).reshape(-1, 4).T
            for column in self.columns
        }

    @cached_property
    def _people(self) -> int:
        """Return how many unknowns are people."""
        return len(self.index)

    @cached_property
    def _starts(self) -> Mapping[tuple[str, str], int]:
        """Return the number of the first unknown of each question in each place."""
        sizes = [len(self._kinds(column)) for column, _ in self._nodes]
        return dict(zip(self._nodes, accumulate(sizes, initial=0), strict=False))

    @cached_property
    def _nodes(self) -> list[tuple[str, str]]:
        return list(product(self.columns, self.places))

    @cached_property
    def index(self) -> dict[tuple[str, str, Kind], int]:
        """Number the unknowns."""
        names = (
            (column, place, kind) for column, place in self._nodes for kind in self._kinds(column)
        )
        return {name: number for number, name in enumerate(names)}

    def system(self) -> System:
        """Return all that is known."""
        amounts = self._people if self._means else 0
        return System(self._people + amounts, tuple(self._rows()), amounts)

    def _rows(self) -> Iterator[Row]:
        for cell in self.cells:
            size = self.known.size(cell)
            yield Row(self.terms(cell), min(cell.low, size), max(cell.high, size))
        yield from self._places()
        yield from self._themes()
        yield from self._batches()
        yield from self._apart()
        yield from self._sums()

    def _places(self) -> Iterator[Row]:
        """People of a place are people of the place around it; side by side, all of them are."""
        for up in self.places:
            below = [p for p in self.places if up in self._around(p) and self._lies_in(p, up)]
            files = [[place] for place in below if self.known.is_file(place)]
            services = [p for p in below if not self.known.is_file(p) and SEPARATOR not in p]
            quarters = [p for p in below if SEPARATOR in p and not self.known.is_file(p)]
            for family in filter(None, (*files, services, quarters)):
                apart = len(family) == 1 or self.known.apart(family)
                whole = self.known.is_whole(up, family)
                for column in self.columns:
                    for kind in self._kinds(column):
                        parts = [self.index[column, place, kind] for place in family]
                        around = self.index[column, up, kind]
                        held = [parts] if apart else [[part] for part in parts]
                        for inner in held:
                            yield from self._hold({around: 1} | dict.fromkeys(inner, -1), kind)
                        if whole:
                            yield from self._hold({around: -1} | dict.fromkeys(parts, 1), kind)

    def _hold(self, terms: Terms, kind: Kind) -> Iterator[Row]:
        """Some are among others, and what is left of these has totals within its band, too."""
        yield Row(terms, 0)
        if self._means:
            low, high = self._bands[kind.code]
            above = {index + self._people: factor for index, factor in terms.items()}
            yield Row(above, 0)
            most = {index: factor * (high - low) for index, factor in terms.items()}
            yield Row(most | {index: -factor for index, factor in above.items()}, 0)

    def _themes(self) -> Iterator[Row]:
        """Who has a code for a theme has one for its group; a group is its themes together."""
        if self.group is None:
            return
        themes = [column for column in self.columns if column != self.group]
        every = self.known.is_whole_group(self.group, themes) and self._together(themes)
        for place, kind in product(self.places, self._kinds(self.group)):
            around = self.index[self.group, place, kind]
            alike = []
            for theme in themes:
                parts = [part for part in self._kinds(theme) if (part.group, *part[2:]) == kind[1:]]
                yield Row(
                    {around: 1} | {self.index[theme, place, part]: -1 for part in parts}, 0, 0
                )
                alike += [self.index[theme, place, part] for part in parts if part == kind]
            if every and kind.code != min(self._codes):
                yield Row({around: -1} | dict.fromkeys(alike, 1), 0)

    def _together(self, themes: Sequence[str]) -> bool:
        """Whether whoever told of the group told of a theme; not if somebody was coded anew."""
        for column, place, time in self.snapshots:
            if column != self.group:
                continue
            rows, held = self.known.people(column, place, time)
            told = np.stack([self._told(rows, theme) for theme in themes])
            if ((told > 0).all(axis=0) & (told.max(axis=0) < (held & -held))).any():
                return False
        return True

    def _told(self, people: Numbers, column: str) -> Numbers:
        """Return the highest code that each has in any figure of a question; 0: in none."""
        most = np.zeros(len(people), dtype=np.int64)
        for snapshot in self.snapshots:
            rows, held = self.known.people(*snapshot)
            if snapshot[0] == column and len(rows):
                at = np.minimum(np.searchsorted(rows, people), len(rows) - 1)
                most = np.maximum(most, np.where(rows[at] == people, held[at], 0))
        return most

    def _batches(self) -> Iterator[Row]:
        """A category has gained nobody or at least k since any earlier figure (rules.steady)."""
        if self._leaves:
            return
        held = defaultdict(list)
        for cell in self.cells:
            if not self.known.is_file(cell.place):
                held[cell.own, cell.place, cell.mask].append(cell)
        for cells in held.values():
            for then, now in combinations(sorted(cells, key=lambda cell: cell.time), 2):
                gained = self.known.size(now) - self.known.size(then)
                if now.high - then.low < now.k and gained == 0:
                    yield Row(self.outside(now, [then]), 0, 0)
                elif now.low - then.high >= 1 and gained >= now.k:
                    yield Row(self.outside(now, [then]), now.k)

    def _apart(self) -> Iterator[Row]:
        """Figures of one release with different statistics are not of the same people."""
        for column, low, time in self.snapshots:
            said = self.known.said.get((column, low, time))
            for up in self._around(low):
                other = self.known.said.get((column, up, time))
                if said and other and said != other and self._lies_in(low, up):
                    around, inner = (self._all_in((column, at, time)) for at in (up, low))
                    yield Row(dict.fromkeys(around, 1) | dict.fromkeys(inner, -1), 1)

    def _all_in(self, snapshot: Snap) -> Mapping[int, Kind]:
        """Return the unknowns that are in a figure."""
        own, place, time = snapshot
        column, asked = shared(own), self.known.asked(own)
        return {
            self.index[column, place, kind]: kind
            for kind in self._kinds(column)
            if kind.code & asked and kind.there(time)
        }

    def _sums(self) -> Iterator[Row]:
        """Totals lie in their bands, and their sum is the people times the mean, as rounded."""
        if not self._means:
            return
        for (_, _, kind), index in self.index.items():
            low, high = self._bands[kind.code]
            yield Row({index: high - low, index + self._people: -1}, 0)
        for snapshot, mean in self._means.items():
            inside = self._all_in(snapshot)
            above = dict.fromkeys((index + self._people for index in inside), float(HALF))
            for half, least, most in ((-1, 0, inf), (1, -inf, 0)):
                limit = round(HALF * mean) + half
                terms = {i: HALF * self._bands[kind.code][0] - limit for i, kind in inside.items()}
                yield Row(terms | above, least, most)

    @cached_property
    def _means(self) -> Mapping[Snap, float]:
        """Return means that tell of fewer than k people; of many, half a tenth each hides them."""
        if not self._bands:
            return {}
        width = max(high for _, high in self._bands.values())
        width -= min(low for low, _ in self._bands.values())
        few = HALF / 2 * width * (max(cell.k for cell in self.cells) - 1)
        means = {snapshot: self.known.mean(snapshot) for snapshot in self.snapshots}
        return {
            snapshot: mean
            for snapshot, mean in means.items()
            if mean is not None and sum(self.known.counts(snapshot).values()) < few
        }

    @cached_property
    def _bands(self) -> Mapping[int, tuple[float, float]]:
        """Return the least and the most total of each code, of all that it stands for."""
        bands = self.known.bands(self.columns[0]) if len(self.columns) == 1 else {}
        if not bands:
            return {}
        return {
            code: (min(bands[bit][0] for bit in bits), max(bands[bit][1] for bit in bits))
            for code, bits in self._one.items()
        }

    def _around(self, place: str) -> list[str]:
        """Return the nearest places here that a place lies in."""
        ups = [up for up in self.known.above(place) if up in self.places]
        return [up for up in ups if not any(up in self.known.above(other) for other in ups)]

    def _lies_in(self, place: str, up: str) -> bool:
        """Whether it is true, where both have a figure in one release, that one holds the other."""
        return all(
            self.known.left((column, place, time), (column, up, time)) == 0
            for column, other, time in self.snapshots
            if other == place and (column, up, time) in self.snapshots
        )

    def _kinds(self, column: str) -> list[Kind]:
        return self._every[column]

    @cached_property
    def _codes(self) -> list[int]:
        return list(self._one)

    @cached_property
    def _one(self) -> Mapping[int, list[int]]:
        """Return codes, each with all that it stands for: what no cell here tells apart is one."""
        bits = sorted({bit for cell in self.cells for bit in _bits(cell.mask)})
        if self.group:
            return {bit: [bit] for bit in bits}
        masks = sorted({cell.mask for cell in self.cells})
        alike: defaultdict[tuple[bool, ...], list[int]] = defaultdict(list)
        for bit in bits:
            alike[tuple(bool(bit & mask) for mask in masks)].append(bit)
        return {some[-1]: some for some in alike.values()}

    @cached_property
    def _every(self) -> Mapping[str, list[Kind]]:
        ends = [*self._leaves, FOR_EVER]
        spells = [(first, gone) for first, gone in product(self.times, ends) if first < gone]
        alone = [Kind(code, code, *spell) for code in self._codes for spell in spells]
        if self.group is None:
            return dict.fromkeys(self.columns, alone)
        themes = [
            Kind(code, group, *spell)
            for code, group in product(self._codes, repeat=2)
            if code <= group
            for spell in spells
        ]
        return dict.fromkeys(self.columns, themes) | {self.group: alone}

    @cached_property
    def _leaves(self) -> list[int]:
        """Return the releases by which somebody seen before had gone, or had another code."""
        found: set[int] = set()
        for then in self.snapshots:
            for now in self._next(then):
                if self.known.left(then, now):
                    found |= {time for time in self.times if then[2] < time <= now[2]}
        return sorted(found)

    def _next(self, then: Snap) -> Iterator[Snap]:
        """Yield what is published next of a figure's people, of each question and place.

        What the same question says in the same release says enough.
        """
        column, place, time = then
        for around in (place, *self.known.above(place)):
            later: dict[str, list[int]] = {column: []}
            for other, there, when in self.snapshots:
                if there == around and when > time:
                    later.setdefault(other, []).append(when)
            for other, times in later.items():
                if times and (other == column or min(times) not in later[column]):
                    yield other, around, min(times)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield mask & -mask
        mask &= mask - 1
