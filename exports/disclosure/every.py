"""The rules for every cell of a question at once, in arrays. rules.py is what they say.

Rows are cells, or pairs of them; counts have a column per code of the question. `k` is a threshold
per row. Tests hold that these give what rules.py gives, row by row.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from exports.disclosure.rules import crowd, mixed
from exports.instruments import Ladder, Step

Numbers = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]


class Rungs:
    """A ladder as matrices: one row per code from `low` on, one column per category."""

    def __init__(self, ladder: Ladder, low: int, width: int) -> None:
        codes = range(low, low + width)
        self.steps = [_matrix(step, codes) for step in ladder]
        self.few = [np.array([cell.few for cell in step]) for step in ladder]


def presentable(rungs: Rungs, counts: Numbers, k: Numbers) -> Truth:
    """Return, per row and step, whether the categories are as large as the step needs them."""
    return np.column_stack(
        [_large(counts @ step, few, k) for step, few in zip(rungs.steps, rungs.few, strict=True)]
    )


def moves_on(
    rungs: Rungs, old: Numbers, then: Numbers, now: Numbers, stay: Numbers, k: Numbers
) -> Truth:
    """Return, per row and step, whether a figure may stand there beside an earlier snapshot.

    Args:
        rungs: the ladder.
        old: the snapshot's step.
        then: its counts.
        now: today's counts.
        stay: respondents in both, by code then and code now.
        k: threshold.
    """
    stayed = stay.sum(axis=(1, 2))
    came, left = now.sum(axis=1) - stayed, then.sum(axis=1) - stayed
    steady, moved = [], []
    for step in rungs.steps:
        within = ((stay @ step) * step).sum(axis=1)
        gained, lost = now @ step - within, then @ step - within
        steady.append(_steady(gained, lost, came, left, k))
        moved.append(((gained > 0) | (lost > 0)).any(axis=1))
    found = np.column_stack(moved)
    for number in range(len(rungs.steps)):
        for seen in range(number, len(rungs.steps)):
            found[:, number] &= steady[seen] | ((seen > old) & (seen > number))
    return found


def apart(rungs: Rungs, step: int, one: Numbers, other: Numbers, stay: Numbers, k: int) -> bool:
    """Whether two figures do not tell apart, at a step, what a few answered.

    Args:
        rungs: the ladder.
        step: its number.
        one: a figure's counts.
        other: the other's.
        stay: respondents in both, by code in one and code in the other.
        k: threshold.
    """
    matrix = rungs.steps[step]
    within = ((stay @ matrix) * matrix).sum(axis=0)
    most = np.maximum(one @ matrix, other @ matrix) - within
    both = int(max(one.sum(), other.sum()) - stay.sum())
    return crowd(both, k) and mixed(most.tolist(), k)


def far(rungs: Rungs, step: Numbers, one: Numbers, other: Numbers, k: Numbers) -> Truth:
    """Return, per row, whether two figures are so different in size that they are far apart.

    At every step from the given one on, which is the other figure's.
    """
    found: Truth = np.abs(one.sum(axis=1) - other.sum(axis=1)) >= 2 * k - 1
    for number, matrix in enumerate(rungs.steps):
        gaps = np.abs(one @ matrix - other @ matrix)
        found &= (gaps >= k[:, np.newaxis]).all(axis=1) | (number < step)
    return found


def _matrix(step: Step, codes: Sequence[int]) -> Numbers:
    return np.array([[code in cell.values for cell in step] for code in codes], dtype=np.int64)


def _large(sizes: Numbers, few: Truth, k: Numbers) -> Truth:
    least = k[:, np.newaxis]
    fits: Truth = np.all(np.where(few, sizes < least, sizes >= least), axis=1)
    return fits & _crowd(sizes.sum(axis=1), k) if few.any() else fits


def _crowd(size: Numbers, k: Numbers) -> Truth:
    found: Truth = (size == 0) | (size >= 2 * k - 1)
    return found


def _steady(gained: Numbers, lost: Numbers, came: Numbers, left: Numbers, k: Numbers) -> Truth:
    least = k[:, np.newaxis]
    in_batches = ((gained == 0) | (gained >= least)).all(axis=1)
    company = (_crowd(left, k) & ((left == 0) | _mixed(lost, k)))[:, np.newaxis]
    hidden = ((lost == 0) | (gained >= lost + least) | ((lost >= least) & company)).all(axis=1)
    found: Truth = _crowd(came, k) & ((came == 0) | _mixed(gained, k)) & in_batches & hidden
    return found


def _mixed(sizes: Numbers, k: Numbers) -> Truth:
    there = sizes > 0
    enough = ~there | (sizes >= k[:, np.newaxis])
    several = there.sum(axis=1) >= min(2, sizes.shape[1])
    found: Truth = enough.all(axis=1) & (several | ~there.any(axis=1))
    return found
