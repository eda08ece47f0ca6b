"""The questions of a round, made from its questionnaire and the instruments."""

from pathlib import Path
from typing import Any

import yaml

from enumerations import AgeBand
from exports import Axis, Instrument, Item, Mark
from server.collect.definition import AGE_BAND, SERVICES, Asked, Definition, When, asked

STORY_LIMIT = 4000
"""Longest story, in characters (code points)."""

Question = dict[str, Any]
BUILT_IN = yaml.safe_load(Path(__file__).with_name("questions.yaml").read_text("utf-8"))


def questions(definition: Definition) -> list[Question]:
    """Every question in order, as the answering page gets it.

    Args:
        definition: the round.

    Returns:
        One object a question; `type` tells the page which component shows it. `when` says after
        which answers it is asked, `order` which blocks change places, `within` which questions do.
    """
    return [_made(question) | _placed(question) for question in asked(definition)]


def items(definition: Definition) -> dict[str, Item]:
    """Items of the round that are answered with anything but a story, by id."""
    return {item.id: item for _, item in _asked_items(definition) if item.type != "story"}


def counted(definition: Definition) -> list[str]:
    """Ids of the items whose answers the gate counts."""
    return sorted(item.id for made, item in _asked_items(definition) if made.counted(item))


def stories(definition: Definition) -> set[str]:
    """Items of the round that are answered with a story."""
    return {item.id for _, item in _asked_items(definition) if item.type == "story"}


def choices(definition: Definition) -> list[set[str]]:
    """Stories of which the teller chooses one."""
    return [question.answers for question in asked(definition) if len(question.items) > 1]


def conditions(definition: Definition) -> dict[str, When]:
    """After which answers something is asked, by what its answer stands under."""
    return {
        answer: question.when
        for question in asked(definition)
        if question.when
        for answer in question.answers
    }


def _asked_items(definition: Definition) -> list[tuple[Instrument, Item]]:
    return [pair for question in asked(definition) for pair in question.items]


def _made(question: Asked) -> Question:
    if question.id == SERVICES:
        return {"id": SERVICES, "type": SERVICES, "text": BUILT_IN[SERVICES]}
    if question.id == AGE_BAND:
        return _age_band()
    if len(question.items) > 1:
        return _story_choice(question)
    instrument, item = question.items[0]
    made = {
        "id": item.id,
        "type": item.type,
        "instrument": instrument.id,
        "text": dict(item.text),
    }
    return made | TYPES[item.type](instrument, item)


def _placed(question: Asked) -> Question:
    """Where and when a question is asked; nothing for one that always stands where it stands."""
    placed: Question = {}
    if question.when:
        placed["when"] = {"item": question.when.item, "any": question.when.values}
    if question.order:
        placed["order"] = {"group": question.order[0], "block": question.order[1]}
    if question.within:
        placed["within"] = question.within
    return placed


def _age_band() -> Question:
    labels = BUILT_IN["age_bands"]
    bands = [{"value": band.value, "label": labels[band.value]} for band in AgeBand]
    return {"id": AGE_BAND, "type": AGE_BAND, "text": BUILT_IN[AGE_BAND], "options": bands}


def _story_choice(question: Asked) -> Question:
    return {
        "id": question.id,
        "type": "story",
        "text": BUILT_IN["story_choice"],
        "prompts": [{"id": item.id, "text": dict(item.text)} for _, item in question.items],
        "max_length": STORY_LIMIT,
    }


def _story(instrument: Instrument, item: Item) -> Question:
    return {"max_length": STORY_LIMIT}


def _scale(instrument: Instrument, item: Item) -> Question:
    return {
        "min": item.minimum,
        "max": item.maximum,
        "anchor_min": dict(item.anchor_min or {}),
        "anchor_max": dict(item.anchor_max or {}),
    }


def _choice(instrument: Instrument, item: Item) -> Question:
    options = [{"value": o.value, "label": dict(o.label)} for o in item.options]
    return _worded(instrument, item) | {"options": options}


def _smileys(instrument: Instrument, item: Item) -> Question:
    options = [{"value": o.value, "label": dict(o.label), "face": o.face} for o in item.options]
    return _worded(instrument, item) | {"options": options}


def _multiple(instrument: Instrument, item: Item) -> Question:
    options = [
        {"value": o.value, "label": dict(o.label)} | ({"alone": True} if o.alone else {})
        for o in item.options
    ]
    return _worded(instrument, item) | {"options": options, "most": item.most}


def _poles(instrument: Instrument, item: Item) -> Question:
    return _worded(instrument, item) | {"poles": _marks(item.poles)}


def _stones(instrument: Instrument, item: Item) -> Question:
    axes = {"x": _axis(item.x), "y": _axis(item.y)}
    return _worded(instrument, item) | {"stones": _marks(item.stones)} | axes


def _worded(instrument: Instrument, item: Item) -> Question:
    return {"stem": dict(instrument.stem or {}), "dont_know": dict(item.dont_know or {})}


def _marks(marks: tuple[Mark, ...]) -> list[Question]:
    return [{"id": mark.id, "label": dict(mark.label)} for mark in marks]


def _axis(axis: Axis | None) -> Question:
    return {"min": dict(axis.minimum), "max": dict(axis.maximum)} if axis else {}


TYPES = {
    "story": _story,
    "choice": _choice,
    "scale": _scale,
    "smileys": _smileys,
    "multiple": _multiple,
    "ranking": _choice,
    "triad": _poles,
    "dyad": _poles,
    "stones": _stones,
}
"""What each type of item adds to its question; a new type is a new function here."""
