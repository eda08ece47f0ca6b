"""A round's file: read, every mistake told with its line, and its JSON Schema."""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import msgspec

import exports
from enumerations import AgeBand, Language
from server import keys
from server.collect.answers import DONT_KNOW
from server.collect.definition import (
    AGE_BAND,
    BASE64,
    BUILT_IN,
    CODE,
    KEY,
    KINDS,
    ORIGIN,
    SERVICES,
    Asked,
    Definition,
    Entry,
    Invited,
    Mandate,
    Mode,
    Organisation,
    Panel,
    Step,
    When,
    asked,
    items_of,
)
from server.keys import KeyMistake
from server.line_file import Mistake, checked, misfits, text_of

ADVICE = {
    repr(CODE): "Write 4 to 12 capital letters (A to Z) and digits",
    repr(KEY): "Write 2 to 40 small letters (a to z), digits and _, beginning with a letter",
    repr(ORIGIN): "Write the signer's address, such as https://signer.example.no",
    repr(BASE64): "Write the key that `fortell signer` prints, in base64",
    "`date`": "Write a date such as 2026-10-01",
    "encoded date": "Write a date such as 2026-10-01",
    "`str | object`": f"Expected `str`, or one of {', '.join(KINDS)}",
    "`int | str`": "Expected a number or a text",
}


NAME_LIMIT, ORGANISATION_LIMIT = 90, 70
"""Characters of the name of a service or an area, and of the organisation: the politician's page is
one sheet with names as long as this (tests/exports/test_exports_report_sheet.py)."""


class RoundError(Exception):
    """A round cannot be used; the message names each line and says what to do."""


def read(path: Path) -> Definition:
    """Read a round's file.

    Args:
        path: a YAML file.

    Raises:
        RoundError: the file cannot be read or has mistakes.
    """
    return parse(text_of(path, RoundError), path.name)


def parse(text: str, name: str) -> Definition:
    """Read a round's file.

    Args:
        text: YAML.
        name: what the file is called, for messages.

    Raises:
        RoundError: the file has mistakes; the message gives each one's line and what is expected.
    """
    return msgspec.convert(checked(text, name, mistakes, RoundError), Definition, strict=True)


def mistakes(data: Any) -> list[Mistake]:
    """Everything that is wrong with what a file holds.

    Args:
        data: what YAML made of the file.
    """
    unfit = list(misfits(Definition, data, "$", ADVICE))
    if not isinstance(data, dict):
        return unfit
    required = {field.name for field in FIELDS if field.required}
    broken = {_field(path) for path, _ in unfit} | (required - data.keys())
    definition = _as_far_as_it_fits(data, broken)
    found = [mistake for check in CHECKS for mistake in check(definition)]
    return unfit + [mistake for mistake in found if _field(mistake[0]) not in broken]


def _field(path: str) -> str:
    """The field of the file that a path leads into."""
    found = re.match(r"\$\.(\w*)", path)
    return found[1] if found else ""


NEUTRAL: dict[str, Any] = {
    "code": "",
    "title": {},
    "organisation": Organisation("", {}),
    "opens": datetime.date.min,
    "closes": None,
    "languages": [],
    "mandate": Mandate({}, {}),
    "readers": {},
    "involvement": {},
    "panel": Panel({}, None),
    "services": [],
    "areas": [],
    "questionnaire": [],
    "mode": Mode.INVITED,
    "invited": Invited("", ""),
}
"""What stands in for a field that does not fit, so that nothing more is found wrong with it."""

FIELDS = msgspec.structs.fields(Definition)


def _as_far_as_it_fits(data: dict[str, Any], broken: set[str]) -> Definition:
    """The round that the right parts of a file describe, so that they can be checked already."""
    right = {
        field.name: msgspec.convert(data[field.name], field.type, strict=True)
        for field in FIELDS
        if field.name in data and field.name not in broken
    }
    return Definition(**{name: NEUTRAL[name] for name in broken & NEUTRAL.keys()} | right)


# What types cannot say: (path, what is wrong and what to do)


def _date_mistakes(definition: Definition) -> Iterator[Mistake]:
    if definition.closes and definition.closes <= definition.opens:
        yield "$.closes", "the round closes before it opens. Set a later date, or null."


def _word_mistakes(definition: Definition) -> Iterator[Mistake]:
    texts = {
        "$.title": definition.title,
        "$.organisation.name": definition.organisation.name,
        "$.mandate.decides": definition.mandate.decides,
        "$.mandate.means": definition.mandate.means,
        "$.readers": definition.readers,
        "$.involvement": definition.involvement,
        **({} if definition.research is None else {"$.research": definition.research}),
        **({} if definition.quotes is None else {"$.quotes": definition.quotes}),
        "$.panel.name": definition.panel.name,
        **{f"$.services[{i}].name": s.name for i, s in enumerate(definition.services)},
        **{f"$.areas[{i}].name": area.name for i, area in enumerate(definition.areas)},
    }
    for path, words in texts.items():
        for language in definition.languages:
            if not words.get(language, "").strip():
                lacks = f"the text lacks '{language.value}'."
                yield path, f"{lacks} Write it in every language of the round."


def _length_mistakes(definition: Definition) -> Iterator[Mistake]:
    services, areas = enumerate(definition.services), enumerate(definition.areas)
    names = [
        ("$.organisation.name", definition.organisation.name, ORGANISATION_LIMIT),
        *((f"$.services[{index}].name", one.name, NAME_LIMIT) for index, one in services),
        *((f"$.areas[{index}].name", one.name, NAME_LIMIT) for index, one in areas),
    ]
    for path, words, limit in names:
        for language, name in words.items():
            if len(name) > limit:
                problem = f"the name has {len(name)} characters in '{language.value}'. "
                yield path, f"{problem}Write at most {limit}; it must fit on a printed sheet."


def _service_mistakes(definition: Definition) -> Iterator[Mistake]:
    classes = exports.service_classes()
    seen: set[str] = set()
    for index, service in enumerate(definition.services):
        if service.service_class not in classes:
            known = ", ".join(sorted(classes))
            problem = f"'{service.service_class}' is no class of service. Use one of: {known}."
            yield f"$.services[{index}].class", problem
        if service.key in seen:
            yield f"$.services[{index}].key", f"'{service.key}' stands twice. Use another key."
        if service.valid_from and service.valid_to and service.valid_to < service.valid_from:
            yield f"$.services[{index}].valid_to", "its last day is before its first. Correct one."
        seen.add(service.key)


def _place_mistakes(definition: Definition) -> Iterator[Mistake]:
    """Areas and services that name each other: all are there, and none lies in itself."""
    services = {service.key for service in definition.services}
    areas: set[str] = set()
    for index, area in enumerate(definition.areas):
        if area.key in areas | services:
            yield f"$.areas[{index}].key", f"'{area.key}' stands twice. Use another key."
        areas.add(area.key)
    named = [
        *((f"$.areas[{i}].parent", area.parent) for i, area in enumerate(definition.areas)),
        *((f"$.services[{i}].area", one.area) for i, one in enumerate(definition.services)),
    ]
    for path, key in named:
        if key is not None and key not in areas:
            yield path, f"'{key}' is no area of this round. Write it under `areas`."
    for index, service in enumerate(definition.services):
        for number, old in enumerate(service.replaces):
            if old not in services:
                problem = f"'{old}' is no service of this round. Leave it among the services, "
                yield (
                    f"$.services[{index}].replaces[{number}]",
                    f"{problem}with the last day that it could be chosen as `valid_to`.",
                )
    holds: dict[str, tuple[str, Sequence[str | None]]] = {
        f"$.areas[{i}]": (one.key, [one.parent]) for i, one in enumerate(definition.areas)
    }
    holds |= {
        f"$.services[{i}].replaces": (one.key, one.replaces)
        for i, one in enumerate(definition.services)
    }
    for path, loop in _loops(holds):
        yield path, f"these lie in each other: {', '.join(loop)}. Correct one of them."


def _loops(
    holds: Mapping[str, tuple[str, Sequence[str | None]]],
) -> Iterator[tuple[str, list[str]]]:
    """Where something leads back to itself."""
    sorter = TopologicalSorter({key: [one for one in to if one] for key, to in holds.values()})
    try:
        sorter.prepare()
    except CycleError as error:
        loop: list[str] = error.args[1]
        yield next(path for path, (key, _) in holds.items() if key in loop), sorted(set(loop))


def _invited_mistakes(definition: Definition) -> Iterator[Mistake]:
    if definition.mode is Mode.INVITED and definition.invited is None:
        yield "$.mode", "an invited round needs `invited` with `signer` and `key`. Write them."
    if definition.mode is Mode.OPEN and definition.invited is not None:
        yield "$.invited", "only a round with `mode: invited` has this. Write that, or remove it."
    if definition.invited is not None:
        try:
            keys.read_key(definition.invited.key)
        except KeyMistake as mistake:
            yield "$.invited.key", f"{mistake}"


def _research_mistakes(definition: Definition) -> Iterator[Mistake]:
    if definition.research is None:
        return
    questions = asked(definition)
    if not any(item.type == "story" for question in questions for _, item in question.items):
        yield "$.research", "no story is told in this round. Ask for one, or remove `research`."
    if all(question.id != AGE_BAND for question in questions):
        problem = "nobody under 16 is asked this, so the round must ask for age. Add `age_band`."
        yield "$.research", problem


def _question_mistakes(definition: Definition) -> Iterator[Mistake]:
    for index, entry in enumerate(definition.questionnaire):
        yield from _entry_mistakes(entry, f"$.questionnaire[{index}]")
    seen: set[str] = set()
    for question in asked(definition):
        for answer in sorted(question.answers & seen):
            yield question.path, f"'{answer}' is asked twice. Remove one."
        seen |= question.answers


def _entry_mistakes(entry: Entry, path: str) -> Iterator[Mistake]:
    """What is wrong with one line of a questionnaire."""
    if isinstance(entry, str):
        yield from _name_mistakes(entry, path)
    elif len(entry.kinds) != 1:
        yield path, f"write exactly one of {', '.join(KINDS)} here."
    else:
        yield from ENTRIES[entry.kinds[0]](entry, f"{path}.{entry.kinds[0]}")


def _name_mistakes(name: str, path: str) -> Iterator[Mistake]:
    if name not in BUILT_IN and not items_of(name):
        known = ", ".join([*BUILT_IN, *sorted(exports.instruments())])
        yield path, f"'{name}' is no question. Use one of: {known}."


def _ask_mistakes(step: Step, path: str) -> Iterator[Mistake]:
    yield from _name_mistakes(step.ask or "", path)


def _story_mistakes(step: Step, path: str) -> Iterator[Mistake]:
    names = step.story or []
    for index, name in enumerate(names):
        if [item.type for _, item in items_of(name)] != ["story"]:
            problem = f"'{name}' is not one story. Name single ones, such as narrativ4.n1."
            yield f"{path}[{index}]", problem
    if len(names) < 2:
        yield path, "a choice needs at least two stories. For one, write its name alone."


def _shuffle_mistakes(step: Step, path: str) -> Iterator[Mistake]:
    blocks = step.shuffle or []
    for index, block in enumerate(blocks):
        if isinstance(block, Step) and block.shuffle is not None:
            problem = "blocks that change places cannot lie within such blocks. Name them here."
            yield f"{path}[{index}]", problem
        else:
            yield from _entry_mistakes(block, f"{path}[{index}]")
    if len(blocks) < 2:
        yield path, "one block has nothing to change places with. Name at least two."
    if step.when:
        yield path, "`when` stands beside `ask`, within the blocks. Move it there."


def _shuffle_items_mistakes(step: Step, path: str) -> Iterator[Mistake]:
    name = step.shuffle_items or ""
    yield from _name_mistakes(name, path)
    if name in BUILT_IN or len(items_of(name)) == 1:
        yield path, f"'{name}' is one question. Name an instrument with several items."


ENTRIES: dict[str, Callable[[Step, str], Iterator[Mistake]]] = {
    "ask": _ask_mistakes,
    "story": _story_mistakes,
    "shuffle": _shuffle_mistakes,
    "shuffle_items": _shuffle_items_mistakes,
}


def _when_mistakes(definition: Definition) -> Iterator[Mistake]:
    questions = asked(definition)
    told: set[str] = set()
    for question in questions:
        if question.when is None or question.path in told:
            continue
        told.add(question.path)
        line = _top(question)
        named = [one for one in questions if question.when.item == one.id]
        if not named:
            problem = f"'{question.when.item}' is not asked in this round. Name a question's id."
            yield f"{question.path}.when.item", problem
        elif _top(named[0]) >= line:
            problem = f"'{question.when.item}' is not asked before this. Move it to a line above."
            yield f"{question.path}.when.item", problem
        else:
            yield from _value_mistakes(question.when, named[0], definition, question.path)


def _top(question: Asked) -> int:
    """Number of the questionnaire's line that a question stands in."""
    found = re.match(r"\$\.questionnaire\[(\d+)\]", question.path)
    return int(found[1]) if found else 0


def _value_mistakes(
    when: When, condition: Asked, definition: Definition, path: str
) -> Iterator[Mistake]:
    known = _values(condition, definition)
    if known is None:
        problem = f"what is answered to '{when.item}' cannot decide. Use a question with options."
        yield f"{path}.when.item", problem
        return
    for index, value in enumerate(when.values):
        if value not in known and known:
            choices = ", ".join(map(str, known))
            problem = f"'{value}' is no answer to '{when.item}'. Use one of: {choices}."
            yield f"{path}.when.any[{index}]", problem


def _values(condition: Asked, definition: Definition) -> list[int | str] | None:
    """What can be answered to a question, or None where a `when` cannot refer to it."""
    if condition.id == SERVICES:
        return [service.key for service in definition.services]
    if condition.id == AGE_BAND:
        return list(AgeBand)
    (_, item), *others = condition.items
    if others or not (item.one or item.type == "multiple"):
        return None
    return [*item.values, *([DONT_KNOW] if item.dont_know else [])]


CHECKS = (
    _date_mistakes,
    _word_mistakes,
    _length_mistakes,
    _service_mistakes,
    _place_mistakes,
    _invited_mistakes,
    _research_mistakes,
    _question_mistakes,
    _when_mistakes,
)


# The file's JSON Schema


def schema() -> dict[str, Any]:
    """JSON Schema of a round's file, for editors; `parse` checks more than it can say."""
    made: dict[str, Any] = _for_editors(msgspec.json.schema(Definition))
    parts = made["$defs"]
    named = {"Service": NAME_LIMIT, "Area": NAME_LIMIT, "Organisation": ORGANISATION_LIMIT}
    for part, limit in named.items():
        for text in parts[part]["properties"]["name"]["properties"].values():
            text["maxLength"] = limit
    parts["Service"]["properties"]["class"]["enum"] = sorted(exports.service_classes())
    step = parts["Step"]
    step["properties"] = {
        name: next(one for one in kind["anyOf"] if one != {"type": "null"})
        for name, kind in step["properties"].items()
    }
    step["oneOf"] = [{"required": [name]} for name in KINDS]
    names = [*BUILT_IN, *exports.instruments()]
    names += [f"{i.id}.{item.id}" for i in exports.instruments().values() for item in i.items]
    parts["Question"] = {"description": "A question, or all of an instrument.", "enum": names}
    question = {"$ref": "#/$defs/Question"}
    blocks = {"items": {"anyOf": [question, {"$ref": "#/$defs/Step"}]}}
    step["properties"] |= {
        "ask": question,
        "story": step["properties"]["story"] | {"items": question, "minItems": 2},
        "shuffle": step["properties"]["shuffle"] | blocks | {"minItems": 2},
        "shuffle_items": question,
    }
    parts["Definition"]["properties"]["questionnaire"] |= blocks
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A round of Fortell",
        **made,
    }


def _for_editors(part: Any) -> Any:
    """A part of msgspec's schema with texts per language, and patterns that JavaScript knows."""
    if isinstance(part, list):
        return [_for_editors(one) for one in part]
    if not isinstance(part, dict):
        return part
    if part.get("additionalProperties") == {"type": "string"}:
        texts = {language.value: {"type": "string"} for language in Language}
        return part | {"properties": texts, "additionalProperties": False, "minProperties": 1}
    return {
        key: value.replace(r"\Z", "$") if key == "pattern" else _for_editors(value)
        for key, value in part.items()
    }
