"""Figures of a classifier: F1, shares, and bootstrap intervals. numpy only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.bool_]
REPETITIONS = 1000


@dataclass(frozen=True)
class Figure:
    """A share or F1 between 0 and 1, its 95 % interval, and how many rows it rests on."""

    value: float
    low: float
    high: float
    count: int


def f1_per_label(true: Matrix, predicted: Matrix) -> npt.NDArray[np.float64]:
    """F1 of each column; NaN where a label is neither true nor predicted."""
    hits = (true & predicted).sum(axis=0)
    total = true.sum(axis=0) + predicted.sum(axis=0)
    scores = np.full(total.shape, np.nan)
    np.divide(2 * hits, total, out=scores, where=total > 0)
    return scores


def macro_f1(true: Matrix, predicted: Matrix) -> float:
    """Mean F1 over the labels that occur in `true`."""
    if not true.any():
        return 0.0
    scores = np.nan_to_num(f1_per_label(true, predicted))
    return float(scores[true.any(axis=0)].mean())


def micro_f1(true: Matrix, predicted: Matrix) -> float:
    """F1 over all labels of all rows together."""
    total = int(true.sum() + predicted.sum())
    return 2 * int((true & predicted).sum()) / total if total else 0.0


def share(hits: Matrix, _: Matrix) -> float:
    """Share of rows of a single column that are true."""
    return float(hits.mean()) if hits.size else 0.0


def figure(
    statistic: Callable[[Matrix, Matrix], float],
    true: Matrix,
    predicted: Matrix,
    groups: Sequence[int] | None = None,
    seed: int = 20261,
) -> Figure:
    """A statistic with its 95 % percentile interval (Efron and Tibshirani 1993).

    Args:
        statistic: function of (true, predicted).
        true: rows are units, columns labels.
        predicted: same shape.
        groups: the story of each row; whole stories are drawn with replacement. None: each row
            stands for itself.
        seed: of the random generator.
    """
    if not len(true):
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    generator = np.random.default_rng(seed)
    names = np.arange(len(true)) if groups is None else np.asarray(groups)
    order = np.argsort(names, kind="stable")
    rows = np.split(order, np.flatnonzero(np.diff(names[order])) + 1)
    drawn = []
    for _ in range(REPETITIONS):
        sample = np.concatenate([rows[i] for i in generator.integers(0, len(rows), len(rows))])
        drawn.append(statistic(true[sample], predicted[sample]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(statistic(true, predicted), float(low), float(high), len(true))


def one_hot(labels: Sequence[str], values: Sequence[str]) -> Matrix:
    """Rows of labels as a matrix with a column for each value."""
    return np.array([[label == value for value in values] for label in labels]).reshape(
        -1, len(values)
    )
