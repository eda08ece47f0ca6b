"""What linear equations prove about whole numbers of people. Knows nothing of figures.

As tau-ARGUS audits tables with hidden cells: bounds of a group over every solution of the published
equations, by linear and then whole-number programming (HiGHS through scipy).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from exports.errors import ExportError

Terms = Mapping[int, float]
Vector = NDArray[np.float64]

NEAR = 1e-6  # a number this near a whole one is whole
TRIES = 8  # corners that are looked at before whole numbers are searched for
NODES = 20_000  # of the search for whole numbers; a group not settled by then counts as proven


class ImpossibleError(ExportError):
    """No numbers of people fit the equations, so they are not what was published."""

    def __init__(self) -> None:
        super().__init__(
            "What has been published does not fit together, so nobody can say what it tells of a "
            "few. Nothing is published. If a service was moved to another area since the last "
            "release, give it a new key."
        )


@dataclass(frozen=True)
class Row:
    """Sum of factor × people lies between low and high, both included."""

    terms: Terms
    low: float = -inf
    high: float = inf


@dataclass(frozen=True)
class System:
    """Equations about `size` unknowns, each at least 0: whole people, and last some `amounts`.

    An amount can be any number; no row may leave it without a bound.
    """

    size: int
    rows: tuple[Row, ...]
    amounts: int = 0

    def proven(self, groups: Sequence[Terms], k: int) -> list[tuple[int, int] | None]:
        """Return, for each group, how many people are proven to be in it if that is 1 to k-1.

        None: solutions differ; in one the group is empty, or in one it has at least k.

        Args:
            groups: each as factor per number of people.
            k: threshold, in people.

        Raises:
            ImpossibleError: nothing fits the equations.
        """
        open_ = self._not_cleared(groups, k)
        return [
            self._proven(group, k) if index in open_ else None for index, group in enumerate(groups)
        ]

    def bounds(self, group: Terms) -> tuple[int, int]:
        """Return the least and the most people that a group can have.

        Raises:
            ImpossibleError: nothing fits the equations.
        """
        cost = _dense(group, self.size)
        found = [milp(sign * cost, **self._whole()) for sign in (1, -1)]
        if any(solution.x is None for solution in found):
            raise ImpossibleError
        low, high = (round(float(cost @ solution.x)) for solution in found)
        return low, high

    @cached_property
    def _matrix(self) -> csr_array:
        return _sparse([row.terms for row in self.rows], self.size)

    @cached_property
    def _lows(self) -> Vector:
        return np.array([row.low for row in self.rows], dtype=float)

    @cached_property
    def _highs(self) -> Vector:
        return np.array([row.high for row in self.rows], dtype=float)

    @cached_property
    def _most(self) -> Vector:
        """More people than any equation speaks of, so that every group has bounds."""
        most = 2 * float(np.max(self._highs, initial=1000, where=np.isfinite(self._highs)))
        return np.where(self._people, most, inf)

    @cached_property
    def _people(self) -> NDArray[np.bool_]:
        """Whether each unknown is a number of people."""
        return np.arange(self.size) < self.size - self.amounts

    def _proven(self, group: Terms, k: int) -> tuple[int, int] | None:
        cost = _dense(group, self.size)
        most = self._solve(-cost)
        if cost @ most > k - NEAR and (self._fits(most) or self._exists(cost, k, inf)):
            return None
        least = self._solve(cost)
        if cost @ least < NEAR and (self._fits(least) or self._exists(cost, -inf, 0)):
            return None
        return max(1, ceil(cost @ least - NEAR)), min(k - 1, floor(cost @ most + NEAR))

    def _exists(self, cost: Vector, low: float, high: float) -> bool:
        """Whether whole numbers fit that give the group low to high people. Not known: no."""
        matrix = vstack([self._matrix, csr_array(cost[np.newaxis])], format="csr")
        lows, highs = np.append(self._lows, low), np.append(self._highs, high)
        for seed in range(TRIES):  # corners are often whole: quicker than the search
            aim = np.random.default_rng(seed).integers(-3, 4, self.size).astype(float)
            try:
                if self._fits(_linear(aim, matrix, lows, highs, self._most)):
                    return True
            except ImpossibleError:
                return False
        terms = self._whole()
        terms["constraints"] = [terms["constraints"], LinearConstraint(cost, low, high)]
        return bool(milp(np.zeros(self.size), **terms).status == 0)

    def _whole(self) -> dict[str, object]:
        """Return what milp is asked, but for what it seeks."""
        return {
            "integrality": self._people.astype(float),
            "bounds": Bounds(0, self._most),
            "constraints": LinearConstraint(self._matrix, self._lows, self._highs),
            "options": {"node_limit": NODES},
        }

    def _not_cleared(self, groups: Sequence[Terms], k: int) -> set[int]:
        """Return the groups that two solutions do not clear.

        One makes as many groups large as it can, the other as many empty.
        """
        chosen = _sparse(groups, self.size)
        every = sum((_dense(group, self.size) for group in groups), np.zeros(self.size))
        large, empty = self._solve_large(chosen, k), self._solve(every)
        cleared = np.zeros(len(groups), dtype=bool)
        if self._fits(large):
            cleared |= chosen @ np.rint(large) >= k
        if self._fits(empty):
            cleared |= chosen @ np.rint(empty) <= 0
        return set(np.flatnonzero(~cleared).tolist())

    def _solve_large(self, chosen: csr_array, k: int) -> Vector:
        """Return numbers for which the sum of min(group, k) is greatest."""
        count = chosen.shape[0]
        matrix = vstack(
            [
                hstack([self._matrix, csr_array((len(self.rows), count))]),
                hstack([chosen, csr_array(-np.eye(count))]),
            ],
            format="csr",
        )
        return _linear(
            np.concatenate([np.zeros(self.size), -np.ones(count)]),
            matrix,
            np.concatenate([self._lows, np.zeros(count)]),
            np.concatenate([self._highs, np.full(count, inf)]),
            np.concatenate([self._most, np.full(count, float(k))]),
        )[: self.size]

    def _solve(self, cost: Vector) -> Vector:
        """Return numbers, not always whole, for which the cost is least."""
        return _linear(np.asarray(cost).ravel(), self._matrix, self._lows, self._highs, self._most)

    def _fits(self, numbers: Vector) -> bool:
        """Whether the people are whole and all numbers satisfy every row."""
        whole = np.where(self._people, np.rint(numbers), numbers)
        sums = self._matrix @ whole
        near = np.abs(numbers - whole).max(initial=0) < NEAR
        return bool(near and np.all((sums >= self._lows - NEAR) & (sums <= self._highs + NEAR)))


def _linear(cost: Vector, matrix: csr_array, lows: Vector, highs: Vector, most: Vector) -> Vector:
    over, under = np.isfinite(lows), np.isfinite(highs)
    found = linprog(
        cost,
        A_ub=vstack([matrix[under], -matrix[over]], format="csr"),
        b_ub=np.concatenate([highs[under], -lows[over]]),
        bounds=np.column_stack([np.zeros(len(cost)), most]),
        method="highs",
    )
    if found.x is None:
        raise ImpossibleError
    values: Vector = found.x
    return values


def _dense(terms: Terms, size: int) -> Vector:
    row = np.zeros(size)
    for index, factor in terms.items():
        row[index] = factor
    return row


def _sparse(rows: Sequence[Terms], size: int) -> csr_array:
    entries = [(row, column, factor) for row, t in enumerate(rows) for column, factor in t.items()]
    if not entries:
        return csr_array((len(rows), size))
    at, columns, factors = zip(*entries, strict=True)
    return csr_array((factors, (at, columns)), shape=(len(rows), size), dtype=float)
