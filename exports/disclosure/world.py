"""The intruder's equations: one question, or a group with its themes, in a few places.

The unknowns are numbers of people alike, per question and place. What the intruder may know of them
is written as rows, and only where it is true: the truth always fits, and nothing true is unknown.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations, product
from typing import NamedTuple

from exports.disclosure.catalogue import SEPARATOR
from exports.disclosure.known import Cell, Known
from exports.disclosure.linear import Row, Terms

FOR_EVER = 10**9


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
        return {
            self.index[column, place, kind]: 1
            for kind in self._kinds(column)
            if all(kind.there(c.time) and self._code(c, kind) & c.mask for c in held)
        }

    def outside(self, cell: Cell, without: Sequence[Cell]) -> Terms:
        """Return factors whose sum is the number in a cell and in none of others, side by side."""
        found = defaultdict(float, self.terms(cell))
        for other in without:
            for index, factor in self.terms(cell, other).items():
                found[index] -= factor
        return {index: factor for index, factor in found.items() if factor}

    @cached_property
    def index(self) -> dict[tuple[str, str, Kind], int]:
        """Number the unknowns."""
        names = (
            (column, place, kind)
            for column, place in product(self.columns, self.places)
            for kind in self._kinds(column)
        )
        return {name: number for number, name in enumerate(names)}

    def rows(self) -> Iterator[Row]:
        """Yield all that is known."""
        for cell in self.cells:
            size = self.known.size(cell)
            yield Row(self.terms(cell), min(cell.low, size), max(cell.high, size))
        yield from self._places()
        yield from self._themes()
        yield from self._batches()
        yield from self._apart()

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
                        if apart:
                            yield Row({around: 1} | dict.fromkeys(parts, -1), 0)
                        else:
                            yield from (Row({around: 1, part: -1}, 0) for part in parts)
                        if whole:
                            yield Row({around: -1} | dict.fromkeys(parts, 1), 0)

    def _themes(self) -> Iterator[Row]:
        """Who has a code for a theme has one for its group; a group is its themes together."""
        if self.group is None:
            return
        themes = [column for column in self.columns if column != self.group]
        every = self.known.is_whole_group(self.group, themes)
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

    def _batches(self) -> Iterator[Row]:
        """A category has gained nobody or at least k since any earlier figure (rules.steady)."""
        if self._leaves:
            return
        held = defaultdict(list)
        for cell in self.cells:
            if not self.known.is_file(cell.place):
                held[cell.column, cell.place, cell.mask].append(cell)
        for cells in held.values():
            for then, now in combinations(sorted(cells, key=lambda cell: cell.time), 2):
                gained = self.known.size(now) - self.known.size(then)
                if now.high - then.low < now.k and gained == 0:
                    yield Row(self.outside(now, [then]), 0, 0)
                elif now.low - then.high >= 1 and gained >= now.k:
                    yield Row(self.outside(now, [then]), now.k)

    def _apart(self) -> Iterator[Row]:
        """Figures of one release with different means or intervals are not of the same people."""
        for column, low, time in self.snapshots:
            said = self.known.said.get((column, low, time))
            for up in self._around(low):
                other = self.known.said.get((column, up, time))
                if said and other and said != other:
                    yield Row(
                        {
                            self.index[column, place, kind]: sign
                            for place, sign in ((up, 1), (low, -1))
                            for kind in self._kinds(column)
                            if kind.there(time)
                        },
                        1,
                    )

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
        """Return the codes; codes that no cell here tells apart are one."""
        bits = sorted({bit for cell in self.cells for bit in _bits(cell.mask)})
        if self.group:
            return bits
        masks = sorted({cell.mask for cell in self.cells})
        return list({tuple(bool(bit & mask) for mask in masks): bit for bit in bits}.values())

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
        for column, place, time in self.snapshots:
            for around in (place, *self.known.above(place)):
                later = [t for c, p, t in self.snapshots if (c, p) == (column, around) and t > time]
                if later and self.known.left((column, place, time), (column, around, min(later))):
                    found |= {t for t in self.times if time < t <= min(later)}
        return sorted(found)

    def _code(self, cell: Cell, kind: Kind) -> int:
        return kind.group if cell.column == self.group else kind.code


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield mask & -mask
        mask &= mask - 1
