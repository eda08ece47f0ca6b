"""The instruments: wording, options, scoring, and how finely the answers may be published."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Text = Mapping[str, str]


@dataclass(frozen=True)
class Category:
    """One category of a partition: the codes (answers) that it holds."""

    id: str
    values: tuple[int, ...]


Step = tuple[Category, ...]
Ladder = tuple[Step, ...]


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen."""

    value: int
    label: Text


@dataclass(frozen=True)
class Item:
    """One question; `type` says how it is answered: choice, scale or story.

    `figure` is the kind of figure its answers make ("item", "growth") or None; `ladder` how finely
    they may be published; `options` is empty for stories and for number scales, which have
    `minimum` and `maximum`.
    """

    id: str
    type: str
    text: Text
    options: tuple[Option, ...]
    ladder: Ladder
    figure: str | None
    scored: bool
    theme: str | None
    dont_know: Text | None
    minimum: int | None
    maximum: int | None
    anchor_min: Text | None
    anchor_max: Text | None

    @property
    def values(self) -> tuple[int, ...]:
        """The answers that are valid, in order; empty for a story."""
        if self.minimum is not None and self.maximum is not None:
            return tuple(range(self.minimum, self.maximum + 1))
        return tuple(option.value for option in self.options)


@dataclass(frozen=True)
class Scale:
    """A person's total: the mean of the scored items, where at least `min_answered` are answered.

    `cuts` are where the bands begin, in the scale's own unit; band 0 lies below the first.
    """

    id: str
    items: tuple[str, ...]
    minimum: int
    maximum: int
    min_answered: int
    cuts: tuple[float, ...]
    ladder: Ladder


@dataclass(frozen=True)
class Instrument:
    """A questionnaire with its licence and the version of its wording per language."""

    id: str
    name: Text
    status: str
    licence: str
    source: str
    validated: bool
    wording: Text
    stem: Text | None
    items: tuple[Item, ...]
    scale: Scale | None
    caveat: Text | None


@cache
def instruments() -> Mapping[str, Instrument]:
    """Return the instruments that Fortell ships, by id, from instruments.yaml."""
    text = files(__package__).joinpath("instruments.yaml").read_text(encoding="utf-8")
    return {entry["id"]: _instrument(entry) for entry in yaml.safe_load(text)["instruments"]}


def items() -> Mapping[str, Item]:
    """Return every item of every instrument, by item id."""
    return {item.id: item for instrument in instruments().values() for item in instrument.items}


def _instrument(entry: dict[str, Any]) -> Instrument:
    questions = tuple(_item(entry | {"text": None} | item) for item in entry["items"])
    scored = tuple(item.id for item in questions if item.scored)
    return Instrument(
        id=entry["id"],
        name=entry["name"],
        status=entry["status"],
        licence=entry["licence"],
        source=entry["source"],
        validated=entry["validated"],
        wording=entry["wording"],
        stem=entry.get("stem"),
        items=questions,
        scale=_scale(entry["id"], entry["scale"], scored) if "scale" in entry else None,
        caveat=entry.get("caveat"),
    )


def _item(entry: dict[str, Any]) -> Item:
    options = tuple(Option(o["value"], o["label"]) for o in entry.get("options", []))
    return Item(
        id=entry["id"],
        type=entry.get("type", "choice"),
        text=entry["text"],
        options=options,
        ladder=_ladder(entry.get("ladder", []), options),
        figure=entry.get("figure"),
        scored=entry.get("scored", True),
        theme=entry.get("theme"),
        dont_know=entry.get("dont_know"),
        minimum=entry.get("minimum"),
        maximum=entry.get("maximum"),
        anchor_min=entry.get("anchor_min"),
        anchor_max=entry.get("anchor_max"),
    )


def _scale(instrument: str, entry: dict[str, Any], scored: tuple[str, ...]) -> Scale:
    return Scale(
        id=entry.get("id", instrument),
        items=scored,
        minimum=entry["minimum"],
        maximum=entry["maximum"],
        min_answered=entry["min_answered"],
        cuts=tuple(entry["cuts"]),
        ladder=_ladder(entry["ladder"], ()),
    )


def _ladder(steps: list[Any], options: tuple[Option, ...]) -> Ladder:
    """Read a ladder; the step "options" is one category per option, named by its value."""
    every = tuple(Category(str(option.value), (option.value,)) for option in options)
    return tuple(
        every
        if step == "options"
        else tuple(Category(name, tuple(values)) for name, values in step.items())
        for step in steps
    )
