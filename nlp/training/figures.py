"""Figures for the model card: F1 and bootstrap intervals. numpy only."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.bool_]
REPETITIONS = 1000


def f1_per_label(true: Matrix, predicted: Matrix) -> npt.NDArray[np.float64]:
    """F1 of each column; NaN where a label is neither true nor predicted."""
    hits = (true & predicted).sum(axis=0)
    total = true.sum(axis=0) + predicted.sum(axis=0)
    scores = np.full(total.shape, np.nan)
    np.divide(2 * hits, total, out=scores, where=total > 0)
    return scores


def macro_f1(true: Matrix, predicted: Matrix) -> float:
    """Mean F1 over the labels that occur in `true`."""
    scores = np.nan_to_num(f1_per_label(true, predicted))
    return float(scores[true.any(axis=0)].mean())


def micro_f1(true: Matrix, predicted: Matrix) -> float:
    """F1 over all labels of all rows together."""
    total = int(true.sum() + predicted.sum())
    return 2 * int((true & predicted).sum()) / total if total else 0.0


def interval(
    statistic: Callable[[Matrix, Matrix], float],
    true: Matrix,
    predicted: Matrix,
    stories: npt.NDArray[np.int64],
    seed: int,
) -> list[float]:
    """95 % percentile interval of a statistic, whole stories drawn with replacement.

    Args:
        statistic: function of (true, predicted).
        true: rows are units, columns labels.
        predicted: same shape.
        stories: number of the story that each row belongs to.
        seed: of the random generator.
    """
    generator = np.random.default_rng(seed)
    rows = [np.flatnonzero(stories == story) for story in np.unique(stories)]
    drawn = []
    for _ in range(REPETITIONS):
        sample = np.concatenate([rows[i] for i in generator.integers(0, len(rows), len(rows))])
        drawn.append(statistic(true[sample], predicted[sample]))
    return [round(float(q), 3) for q in np.quantile(drawn, [0.025, 0.975])]
