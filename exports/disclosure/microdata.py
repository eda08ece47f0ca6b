"""Data sets for researchers: one row per response, made coarse until nobody stands out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from exports.disclosure.document import Exported
from exports.instruments import Text


@dataclass(frozen=True)
class Variable:
    """A column of a file.

    Args:
        name: at most 32 letters, digits and underscores.
        label: what it is, per language, at most 80 characters.
        unit: of its numbers, or "".
        values: what its codes are called.
        missing: those of the codes that are no answer.
    """

    name: str
    label: Text
    unit: str = ""
    values: Mapping[int, Text] = field(default_factory=dict)
    missing: tuple[int, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Rows that may leave, what their columns mean, and what was done to them.

    `exported` is for the history that the gate audits; it is guarded and in no file.
    """

    number: int
    published: str
    series: str
    frame: pl.DataFrame = field(compare=False)
    variables: tuple[Variable, ...]
    exported: Exported = field(compare=False, repr=False)
