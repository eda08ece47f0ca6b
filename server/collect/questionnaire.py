"""The questions of a round, made from its questionnaire and the instruments."""

from pathlib import Path
from typing import Any

import yaml

from enumerations import AgeBand
from exports import Instrument, Item
from server.collect.rounds import Definition, items_of

STORY_LIMIT = 4000
"""Longest story, in characters (code points)."""

DONT_KNOW = "dont_know"

Question = dict[str, Any]
BUILT_IN = yaml.safe_load(Path(__file__).with_name("questions.yaml").read_text("utf-8"))


def questions(definition: Definition) -> list[Question]:
    """Every question in order, as the answering page gets it.

    Args:
        definition: the round.

    Returns:
        One object a question; `type` tells the page which component shows it.
    """
    built_in = {"services": _services, "age_band": _age_band}
    found: list[Question] = []
    for entry in definition.questionnaire:
        make = built_in.get(entry)
        found += [make()] if make else [_question(*pair) for pair in items_of(entry)]
    return found


def options(definition: Definition) -> dict[str, set[int | str]]:
    """What may be answered to each item of the round, "dont_know" included."""
    return {
        item.id: {*item.values, DONT_KNOW}
        for entry in definition.questionnaire
        for _, item in items_of(entry)
        if item.type != "story"
    }


def story_ids(definition: Definition) -> set[str]:
    """Items of the round that are answered with a story."""
    return {
        item.id
        for entry in definition.questionnaire
        for _, item in items_of(entry)
        if item.type == "story"
    }


def _services() -> Question:
    return {"id": "services", "type": "services", "text": BUILT_IN["services"]}


def _age_band() -> Question:
    labels = BUILT_IN["age_bands"]
    choices = [{"value": band.value, "label": labels[band.value]} for band in AgeBand]
    return {
        "id": "age_band",
        "type": "age_band",
        "text": BUILT_IN["age_band"],
        "options": choices,
    }


def _question(instrument: Instrument, item: Item) -> Question:
    question = {
        "id": item.id,
        "type": item.type,
        "instrument": instrument.id,
        "text": dict(item.text),
    }
    return question | TYPES[item.type](instrument, item)


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
    return {
        "stem": dict(instrument.stem or {}),
        "options": [{"value": o.value, "label": dict(o.label)} for o in item.options],
        "dont_know": dict(item.dont_know or {}),
    }


TYPES = {"story": _story, "scale": _scale, "choice": _choice}
"""What each type of item adds to its question; a new type is a new function here."""
