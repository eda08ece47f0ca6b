"""Scores per person. From answered items only: nothing is imputed but by the rules of the scale."""

from fractions import Fraction
from math import ceil

import polars as pl

from exports.instruments import Scale, instruments


def scales(columns: list[str]) -> list[Scale]:
    """Return the scales whose items are all among `columns`."""
    return [scale for scale in _all() if set(scale.items) <= set(columns)]


def by_id(scale_id: str) -> Scale:
    """Return one scale."""
    return next(scale for scale in _all() if scale.id == scale_id)


def total_units(scale: Scale) -> pl.Expr:
    """Return a person's total in whole `scale.unit`ths of its unit; null where too few answered."""
    answered = _answered(scale)
    times = len(scale.items) if scale.sum else 1
    units = pl.sum_horizontal(*points(scale)) * (times * scale.unit) // answered.clip(1)
    return pl.when(answered >= scale.min_answered).then(units.cast(pl.Int64))


def points(scale: Scale) -> list[pl.Expr]:
    """Return what each item adds to the scale: its answer, turned round where it is reversed."""
    return [
        (scale.ends - pl.col(item)).alias(item) if item in scale.reversed else pl.col(item)
        for item in scale.items
    ]


def band(scale: Scale) -> pl.Expr:
    """Return the band (0, 1, …) of a person's total; null where there is no total."""
    units = total_units(scale)
    cuts = [ceil(Fraction(str(cut)) * scale.unit) for cut in scale.cuts]
    steps = pl.sum_horizontal(pl.lit(0), *((units >= cut).cast(pl.Int8) for cut in cuts))
    return pl.when(units.is_not_null()).then(steps.cast(pl.Int8))


def bounds(scale: Scale) -> list[tuple[float, float]]:
    """Return the least and the most that a total in each band can be, in the scale's own unit."""
    whole = scale.unit == 1
    starts = [float(ceil(cut) if whole else cut) for cut in scale.cuts]
    ends = [start - whole for start in starts]
    least, most = [float(scale.minimum), *starts], [*ends, float(scale.maximum)]
    return list(zip(least, most, strict=True))


def find(scale_id: str) -> Scale | None:
    """Return one scale, or None if there is none of that name any more."""
    return next((scale for scale in _all() if scale.id == scale_id), None)


def score(frame: pl.DataFrame) -> pl.DataFrame:
    """Score each response.

    Args:
        frame: `id` and one nullable integer column per item.

    Returns:
        `id`, and for each scale and subscale whose items are there `<scale>_total` (in its own
        unit), `<scale>_100` (the same from 0 to 100), `<scale>_band` (0, 1, …) and
        `<scale>_prorated` (true where an item is missing); null without enough answers. Leave those
        that are prorated out where scores are compared.
    """
    columns = [pl.col("id")]
    for scale in scales(frame.columns):
        units = total_units(scale)
        total = units / scale.unit
        part = (total - scale.minimum) / (scale.maximum - scale.minimum)
        prorated = pl.when(units.is_not_null()).then(_answered(scale) < len(scale.items))
        columns.append(total.alias(f"{scale.id}_total"))
        columns.append((100 * part).alias(f"{scale.id}_100"))
        columns.append(band(scale).alias(f"{scale.id}_band"))
        columns.append(prorated.alias(f"{scale.id}_prorated"))
    return frame.select(columns)


def _answered(scale: Scale) -> pl.Expr:
    return pl.sum_horizontal(pl.col(item).is_not_null().cast(pl.Int64) for item in scale.items)


def _all() -> list[Scale]:
    return [scale for entry in instruments().values() for scale in entry.scales]
