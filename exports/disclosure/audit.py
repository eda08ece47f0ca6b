"""The audit: does everything published, taken together, prove anything about fewer than k people?

The intruder knows every document and file, the rules, how figures lie in each other, and between
which releases somebody withdrew. Groups that are published cells without other published cells are
tried: those that truly have 1 to k-1 people, for what is true is never refuted.
docs/disclosure.md, "Audit", and docs/decisions/0012 say what is tried and why it is enough.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from exports.disclosure.catalogue import Catalogue
from exports.disclosure.document import Exported, Finding, Release, Table
from exports.disclosure.known import Cell, Known
from exports.disclosure.progress import Progress, silent, told
from exports.disclosure.world import World

NEIGHBOURS = 12  # places side by side that are taken together; with more, rounding hides the rest
FEW = 25_000  # cells of a question; with more, only groups within something new are tried


@dataclass(frozen=True)
class Audit:
    """What was found, among how many published cells, and what was tried."""

    findings: tuple[Finding, ...]
    cells: int
    pairs: int
    small: int
    systems: int


Node = tuple[str, str]  # a question in a place


class Target(NamedTuple):
    """A group: who is in the first cell and in none of the others."""

    cell: Cell
    without: tuple[Cell, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return the tables that tell of the group."""
        return self.cell.table, *(cell.table for cell in self.without)


def audit(
    releases: Sequence[Release],
    exports: Sequence[Exported],
    catalogue: Catalogue,
    *,
    since: int = 1,
    progress: Progress = silent,
) -> Audit:
    """Try every group that published cells differ by.

    Args:
        releases: all, oldest first, with members; also those that have been retracted.
        exports: all research files.
        catalogue: the newest.
        since: only groups that this release or a later one tells something new of.
        progress: is told how many questions have been audited.

    Returns:
        Findings, with those that releases before `since` already prove marked as known.
    """
    known = Known(releases, exports, catalogue)
    findings: list[Finding] = []
    cells = pairs = small = worlds = 0
    for block in told("auditing", sorted(known.blocks), progress):
        there = known.cells(block)
        cells += len(there)
        pairs_here, tried = _targets(known, there, since)
        pairs += len(tried)
        near = _near(pairs_here)
        open_: defaultdict[tuple[Node, ...], list[Target]] = defaultdict(list)
        for target in tried:
            if 0 < _size(known, target) < target.cell.k:
                open_[_around(near, target)].append(target)
        at = _by_node(there)
        for nodes, targets in sorted(open_.items()):
            small += len(targets)
            worlds += 1
            places = sorted(place for node in nodes for place in at[node])
            findings += _judge(known, [there[place] for place in places], targets, since)
        known.forget()
    return Audit(tuple(findings), cells, pairs, small, worlds)


def _by_node(cells: Sequence[Cell]) -> Mapping[Node, list[int]]:
    """Return where in the list the cells of each question in each place are."""
    found: defaultdict[Node, list[int]] = defaultdict(list)
    for number, cell in enumerate(cells):
        found[cell.column, cell.place].append(number)
    return found


def _judge(
    known: Known, cells: Sequence[Cell], targets: Sequence[Target], since: int
) -> list[Finding]:
    """Return the targets that are proven, and whether they were before."""
    proofs = dict(zip(targets, _proofs(known, cells, targets), strict=True))
    proven = [target for target, proof in proofs.items() if proof]
    old = [t for t in proven if all(cell.time < since for cell in (t.cell, *t.without))]
    before = _proofs(known, [cell for cell in cells if cell.time < since], old)
    seen = {target for target, proof in zip(old, before, strict=True) if proof}
    return [
        Finding(target.tables, _answer(known, target), *proof, known=target in seen)
        for target, proof in proofs.items()
        if proof
    ]


def _proofs(
    known: Known, cells: Sequence[Cell], targets: Sequence[Target]
) -> list[tuple[int, int] | None]:
    if not targets:
        return []
    world = World(known, tuple(cells))
    system = world.system()
    found: dict[Target, tuple[int, int] | None] = {}
    for k in sorted({target.cell.k for target in targets}):
        chosen = [target for target in targets if target.cell.k == k]
        groups = [world.outside(target.cell, target.without) for target in chosen]
        found |= dict(zip(chosen, system.proven(groups, k), strict=True))
    return [found[target] for target in targets]


def _answer(known: Known, target: Target) -> str:
    """Return the codes of a group's answers, or "" for all that the figure has."""
    if target.cell.whole:
        return ""
    bits = known.bits[target.cell.own].items()
    return ", ".join(str(code) for code, bit in bits if bit & target.cell.mask)


def _size(known: Known, target: Target) -> int:
    """Return how many people really are in a group."""
    cell, without = target
    size = known.size(cell) - sum(known.size(other, cell) for other in without)
    nested = all(known.left(other.snapshot, cell.snapshot) == 0 for other in without)
    if not any(_coarser(other, cell) for other in without) and (
        size >= cell.k or (nested and len(without) < 2)
    ):
        return size
    inside = known.within(cell)
    for other in without:
        inside = np.setdiff1d(inside, known.within(other), assume_unique=True)
    return len(inside)


def _coarser(other: Cell, cell: Cell) -> bool:
    """Whether a figure does not tell who of its own people are in a cell of another figure."""
    return other.own != cell.own and other.column == cell.column and bool(other.mask & ~cell.mask)


def _near(pairs: Sequence[Target]) -> Mapping[Node, set[Node]]:
    """Return, for each question in a place, those whose numbers are less than k from its own.

    What is further away is too blurred by rounding to bear on groups of fewer than k.
    """
    found: defaultdict[Node, set[Node]] = defaultdict(set)
    for cell, (other, *_) in pairs:
        one, two = (cell.column, cell.place), (other.column, other.place)
        found[one].add(two)
        found[two].add(one)
    return found


def _around(near: Mapping[Node, set[Node]], target: Target) -> tuple[Node, ...]:
    """Return the questions and places that bear on a group."""
    own = {(cell.column, cell.place) for cell in (target.cell, *target.without)}
    return tuple(sorted(own.union(*(near.get(node, set()) for node in own))))


def _targets(known: Known, cells: Sequence[Cell], since: int) -> tuple[list[Target], list[Target]]:
    """Return every pair of cells less than k apart, and every group that can have 1 to k-1."""
    if not any(cell.time >= since for cell in cells):
        return [], []
    first = 0 if len(cells) < FEW else since
    pairs = [Target(cells[over], (cells[under],)) for over, under in _nested(known, cells, first)]
    alone = [Target(cell, ()) for cell in cells if cell.high > 0 and cell.low < cell.k]
    return pairs, [*alone, *pairs, *_rests(known, cells, first)]


def _nested(known: Known, cells: Sequence[Cell], first: int) -> Iterator[tuple[int, int]]:
    """Yield pairs of cells, the second within the first, that may be less than k apart."""
    fields: dict[str, type[pl.DataType]] = {"column": pl.String, "place": pl.String}
    fields |= dict.fromkeys(("time", "mask", "low", "high", "k"), pl.Int64)
    fields["whole"] = pl.Boolean
    columns = {name: [getattr(cell, name) for cell in cells] for name in fields}
    table = pl.DataFrame(columns, schema=fields).with_row_index("cell")
    places = table["place"].unique().to_list()
    ups = [(place, up) for place in places for up in (place, *known.above(place))]
    images = [
        (column, mask, up, image)
        for column, mask in table.select("column", "mask").unique().iter_rows()
        for up, image in known.images(column, mask, set(table["column"]))
    ]
    under = (
        table.join(pl.DataFrame(ups, schema=["place", "up"], orient="row"), on="place")
        .join(
            pl.DataFrame(images, schema=["column", "mask", "over", "image"], orient="row"),
            on=["column", "mask"],
        )
        .select("cell", "low", "high", "time", "over", "image", "up", "whole", "column")
    )
    found = (
        table.filter(pl.col("time") >= first)
        .join(under, left_on=["column", "place"], right_on=["over", "up"], suffix="_under")
        .filter(
            pl.col("cell") != pl.col("cell_under"),
            pl.col("time") >= pl.col("time_under"),
            pl.col("image") | pl.col("mask") == pl.col("mask"),
            pl.col("low") - pl.col("high_under") < pl.col("k"),
            pl.col("high") - pl.col("low_under") >= 1,
            # All who told of anything are in the figures of every theme and group alike.
            ~(
                pl.col("whole")
                & pl.col("whole_under")
                & (pl.col("column") != pl.col("column_under"))
            ),
        )
        .select("cell", "cell_under")
        .sort("cell", "cell_under")
    )
    yield from found.iter_rows()


def _rests(known: Known, cells: Sequence[Cell], first: int) -> Iterator[Target]:
    """Yield who is in a place and in none of the places within it."""
    wholes: defaultdict[str, list[Cell]] = defaultdict(list)
    inside: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.time >= first:
            inside[cell.place].append(cell)
        if cell.whole:
            wholes[cell.place].append(cell)
    for above, family in known.families(wholes):
        if not 2 <= len(family) <= NEIGHBOURS or not known.apart(family):
            continue
        for cell in inside[above]:
            chosen = [_parts(wholes, family, cell, own) for own in (False, True)]
            for without in dict.fromkeys(chosen):
                if len(without) > 1:
                    yield Target(cell, without)


def _parts(
    wholes: Mapping[str, Sequence[Cell]], family: Sequence[str], cell: Cell, own_first: bool
) -> tuple[Cell, ...]:
    parts = [_latest(wholes[place], cell, own_first) for place in family]
    return tuple(part for part in parts if part is not None)


def _latest(wholes: Sequence[Cell], cell: Cell, own_first: bool) -> Cell | None:
    """Return the newest figure, not newer than the cell, that all who are in the cell are asked in.

    Of an item and its "don't know", the cell's own: in one release, or in all where it goes first.
    """
    fitting = [
        whole
        for whole in wholes
        if whole.column == cell.column and whole.time <= cell.time and not cell.mask & ~whole.mask
    ]

    def rank(whole: Cell) -> tuple[int, int]:
        own = int(whole.own == cell.own)
        return (own, whole.time) if own_first else (whole.time, own)

    return max(fitting, key=rank, default=None)
