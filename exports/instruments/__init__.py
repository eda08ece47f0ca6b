"""The instruments: wording, options, scoring, and how finely the answers may be published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from exports.errors import InstrumentError
from exports.instruments.lint import LICENSED, mistakes, unit

Text = Mapping[str, str]

FEW, FEW_INDIVIDUAL = FEWER = ("few_mentioned", "few_individual")
"""Ids of categories that say no more than that fewer than the threshold are in them."""

ONE_VALUE = frozenset({"choice", "scale", "smileys"})
"""Types of items that are answered with one of the item's values."""


@dataclass(frozen=True)
class Category:
    """One category of a partition: the codes (answers) that it holds."""

    id: str
    values: tuple[int, ...]

    @property
    def few(self) -> bool:
        """Whether it is published as "fewer than the threshold", and only where they are."""
        return self.id in FEWER


Step = tuple[Category, ...]
Ladder = tuple[Step, ...]


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen.

    `face`, from 1 (sad) to 5 (glad), is drawn beside the words of a smiley. `alone` is an option
    that excludes the others of a multiple choice, such as "nothing".
    """

    value: int
    label: Text
    face: int | None = None
    alone: bool = False


@dataclass(frozen=True)
class Mark:
    """A pole of a triad or dyad, or a stone: an id and what it is called."""

    id: str
    label: Text


@dataclass(frozen=True)
class Axis:
    """One direction of the field that stones are laid on: what its two ends are called."""

    minimum: Text
    maximum: Text


@dataclass(frozen=True)
class Item:
    """One question; `type` says how it is answered.

    - story: a text.
    - choice, smileys: one of `options`; scale: a number from `minimum` to `maximum`.
    - multiple: some of `options`, at most `most`; ranking: some of them, the best first.
    - triad, dyad: 100 shared between three or two `poles`.
    - stones: each of `stones` on a field of 0–100 along `x` and along `y`.

    `figure` is the kind of figure its answers make ("item", "growth", "signification"), or None
    where the gate has no figure for it; `ladder` how finely they may be published.
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
    most: int | None
    poles: tuple[Mark, ...]
    stones: tuple[Mark, ...]
    x: Axis | None
    y: Axis | None

    @cached_property
    def values(self) -> tuple[int, ...]:
        """What can be chosen, in order; empty where nothing is chosen: stories, own markings."""
        if self.minimum is not None and self.maximum is not None:
            return tuple(range(self.minimum, self.maximum + 1))
        return tuple(option.value for option in self.options)

    @property
    def one(self) -> bool:
        """Whether it is answered with one of `values`."""
        return self.type in ONE_VALUE


@dataclass(frozen=True)
class Scale:
    """A person's total of `items`, where at least `min_answered` of them are answered.

    The total is the mean of the answered items, or for a `sum` that mean times the number of items:
    what is missing counts as the mean of what is there. `minimum` and `maximum` are of the total.
    `cuts` are where the bands begin, in the scale's own unit; band 0 lies below the first. Items in
    `reversed` are turned round before they are added: much in them is little on the scale. A scale
    without a `ladder` is scored, and the gate has no figure for it.
    """

    id: str
    name: Text
    items: tuple[str, ...]
    minimum: int
    maximum: int
    min_answered: int
    cuts: tuple[float, ...]
    ladder: Ladder
    reversed: tuple[str, ...] = ()
    sum: bool = False

    @property
    def ends(self) -> int:
        """The lowest and the highest answer of an item together."""
        return (self.minimum + self.maximum) // (len(self.items) if self.sum else 1)

    @cached_property
    def unit(self) -> int:
        """Parts of one that every possible total is a whole number of, so that sums are exact."""
        return unit(len(self.items), self.min_answered, of_sum=self.sum)


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
    subscales: tuple[Scale, ...]
    caveat: Text | None

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The scale of the whole, if there is one, and the subscales."""
        return (*((self.scale,) if self.scale else ()), *self.subscales)

    def counted(self, item: Item) -> bool:
        """Whether the gate counts an item's answers: by themselves or in a scale's total."""
        return item.figure is not None or any(
            item.id in scale.items for scale in self.scales if scale.ladder
        )


_added: dict[str, Instrument] = {}


def instruments() -> Mapping[str, Instrument]:
    """Return the instruments by id: those that Fortell ships, and what `use_instruments` added."""
    return shipped() | _added


@cache
def shipped() -> dict[str, Instrument]:
    """Return the instruments that Fortell ships, by id, from instruments.yaml."""
    return read(files(__package__).joinpath("instruments.yaml").read_text(encoding="utf-8"))


def use_instruments(path: Path, licences: Mapping[str, str]) -> None:
    """Let this process ask with instruments of a file too; those of an earlier call are gone.

    Wording that has a licence of its own (`status: licensed`) is in no file of Fortell's. Whoever
    runs Fortell brings the file, and says of each instrument in it which licence they have.

    Args:
        path: a YAML file, written as instruments.yaml.
        licences: by id of each licensed instrument, its licence as the file gives it.

    Raises:
        InstrumentError: the file cannot be read or has mistakes, an id is taken, or no licence is
            said, or another than the file's.
    """
    try:
        found = read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InstrumentError(
            f"The file of instruments cannot be read ({type(error).__name__}). "
            "Give the path of a YAML file in UTF-8."
        ) from None
    if wrong := [*_taken(found), *_unlicensed(found, licences)]:
        raise InstrumentError("\n".join(wrong))
    _added.clear()
    _added.update(found)


def _taken(found: Mapping[str, Instrument]) -> Iterator[str]:
    """Ids that Fortell's own instruments, items or scales have."""
    own = {key for entry in shipped().values() for key in _ids(entry)}
    for key in sorted({key for entry in found.values() for key in _ids(entry)} & own):
        yield f"{key}: Fortell has this id already. Give yours another."


def _ids(entry: Instrument) -> set[str]:
    return {entry.id, *(item.id for item in entry.items), *(scale.id for scale in entry.scales)}


def _unlicensed(found: Mapping[str, Instrument], licences: Mapping[str, str]) -> Iterator[str]:
    """Instruments whose licence nobody says they have, and licences of what is not there."""
    licensed = {key: entry for key, entry in found.items() if entry.status == LICENSED}
    for key, entry in licensed.items():
        if licences.get(key) != entry.licence:
            said = f"not '{licences[key]}'" if key in licences else "one of its own"
            yield (
                f"{key}: its licence is '{entry.licence}', {said}. If you have it, say so: "
                f"{key}={entry.licence}. If not, take {key} out of the file."
            )
    for key in sorted(licences.keys() - licensed.keys()):
        yield f"{key}: a licence is said for it, and it is not in the file. Correct the id."


def read(text: str) -> dict[str, Instrument]:
    """Read a file of instruments.

    Args:
        text: YAML.

    Raises:
        InstrumentError: the file has mistakes; the message names each one, and what to do.
    """
    try:
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InstrumentError(f"Line {line}: this is not YAML ({error.problem}).") from None
    except yaml.YAMLError:
        raise InstrumentError("This is not YAML. Save the file as UTF-8 text.") from None
    if found := mistakes(data):
        raise InstrumentError("\n".join(found))
    return {entry["id"]: _instrument(entry) for entry in data["instruments"]}


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
        scale=_scale(entry, scored, entry["scale"]) if "scale" in entry else None,
        subscales=tuple(_scale(entry, (), sub) for sub in entry.get("subscales", ())),
        caveat=entry.get("caveat"),
    )


def _item(entry: dict[str, Any]) -> Item:
    options = tuple(Option(**option) for option in entry.get("options", []))
    poles = tuple(Mark(**pole) for pole in entry.get("poles", []))
    return Item(
        id=entry["id"],
        type=entry.get("type", "choice"),
        text=entry["text"],
        options=options,
        ladder=_poles_ladder(poles) if poles else _ladder(entry.get("ladder", []), options),
        figure=entry.get("figure"),
        scored=entry.get("scored", True),
        theme=entry.get("theme"),
        dont_know=entry.get("dont_know"),
        minimum=entry.get("minimum"),
        maximum=entry.get("maximum"),
        anchor_min=entry.get("anchor_min"),
        anchor_max=entry.get("anchor_max"),
        most=entry.get("most"),
        poles=poles,
        stones=tuple(Mark(**stone) for stone in entry.get("stones", [])),
        x=_axis(entry.get("x")),
        y=_axis(entry.get("y")),
    )


def _axis(entry: dict[str, Any] | None) -> Axis | None:
    return None if entry is None else Axis(entry["min"], entry["max"])


def _scale(instrument: dict[str, Any], scored: tuple[str, ...], entry: dict[str, Any]) -> Scale:
    return Scale(
        id=entry.get("id", instrument["id"]),
        name=entry.get("name", instrument["name"]),
        items=tuple(entry.get("items", scored)),
        minimum=entry["minimum"],
        maximum=entry["maximum"],
        min_answered=entry["min_answered"],
        cuts=tuple(entry["cuts"]),
        ladder=_ladder(entry["ladder"], ()),
        reversed=tuple(entry.get("reversed", ())),
        sum=entry.get("method") == "sum",
    )


def _poles_ladder(poles: tuple[Mark, ...]) -> Ladder:
    """Return how finely a marking may be published: by pole, near any pole or between, not at all.

    Codes are the places of the poles; one more is between them.
    """
    each, between = tuple(range(len(poles))), Category("between_poles", (len(poles),))
    return (
        (*(Category(pole.id, (code,)) for code, pole in enumerate(poles)), between),
        (Category("near_a_pole", each), between),
        (Category("everyone", (*each, len(poles))),),
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
