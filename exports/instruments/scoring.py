"""Scores per person. Means of answered items only; nothing is imputed."""

from math import lcm

import polars as pl

from exports.instruments import Scale, instruments

# A mean of up to ten answers is a whole number of 2520ths, so sums over people are exact.
UNIT = lcm(*range(1, 11))


def scales(columns: list[str]) -> list[Scale]:
    """Return the scales whose items are all among `columns`."""
    return [scale for scale in _all() if set(scale.items) <= set(columns)]


def by_id(scale_id: str) -> Scale:
    """Return one scale."""
    return next(scale for scale in _all() if scale.id == scale_id)


def total_units(scale: Scale) -> pl.Expr:
    """Return a person's total in whole `UNIT`ths of the scale's unit; null where too few answered.

    The total is the mean of the answered items, given `scale.min_answered` of them.
    """
    answered = _answered(scale)
    units = pl.sum_horizontal(*points(scale)) * (UNIT // answered.clip(1))
    return pl.when(answered >= scale.min_answered).then(units.cast(pl.Int64))


def points(scale: Scale) -> list[pl.Expr]:
    """Return what each item adds to the scale: its answer, turned round where it is reversed."""
    ends = scale.minimum + scale.maximum
    return [
        (ends - pl.col(item)).alias(item) if item in scale.reversed else pl.col(item)
        for item in scale.items
    ]


def band(scale: Scale) -> pl.Expr:
    """Return the band (0, 1, …) of a person's total; null where there is no total."""
    units = total_units(scale)
    steps = pl.sum_horizontal((units >= round(cut * UNIT)).cast(pl.Int8) for cut in scale.cuts)
    return pl.when(units.is_not_null()).then(steps.cast(pl.Int8))


def score(frame: pl.DataFrame) -> pl.DataFrame:
    """Score each response.

    Args:
        frame: `id` and one nullable integer column per item.

    Returns:
        `id`, and for each scale whose items are there `<scale>_total` (mean of answered items, in
        the scale's own unit) and `<scale>_prorated` (true where an item is missing); null without
        enough answers.
    """
    columns = [pl.col("id")]
    for scale in scales(frame.columns):
        total = total_units(scale)
        prorated = pl.when(total.is_not_null()).then(_answered(scale) < len(scale.items))
        columns.append((total / UNIT).alias(f"{scale.id}_total"))
        columns.append(prorated.alias(f"{scale.id}_prorated"))
    return frame.select(columns)


def _answered(scale: Scale) -> pl.Expr:
    return pl.sum_horizontal(pl.col(item).is_not_null().cast(pl.Int64) for item in scale.items)


def _all() -> list[Scale]:
    return [i.scale for i in instruments().values() if i.scale is not None]
