"""A round's file: read, every mistake told with its line, and its JSON Schema."""

import datetime
import difflib
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import yaml

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

PLAIN = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:int"}
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
"""What to do, by a part of what msgspec says."""

Mistake = tuple[str, str]
"""Where, as a path such as `$.services[0].name`, and what is wrong or what to do."""


class RoundError(Exception):
    """A round cannot be used; the message names each line and says what to do."""


def read(path: Path) -> Definition:
    """Read a round's file.

    Args:
        path: a YAML file.

    Raises:
        RoundError: the file cannot be read or has mistakes.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RoundError(
            f"{path} cannot be read ({type(error).__name__}). Give the path of a UTF-8 YAML file."
        ) from None
    return parse(text, path.name)


def parse(text: str, name: str) -> Definition:
    """Read a round's file.

    Args:
        text: YAML.
        name: what the file is called, for messages.

    Raises:
        RoundError: the file has mistakes; the message gives each one's line and what is expected.
    """
    try:
        node = yaml.compose(text, Loader=Loader)
        data = yaml.load(text, Loader=Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RoundError(f"{name}, line {line}: this is not YAML ({error.problem}).") from None
    except (yaml.YAMLError, RecursionError):
        raise RoundError(f"{name}: this is not YAML; save the file as UTF-8 text.") from None
    found = sorted({(line_of(node, path), said) for path, said in mistakes(data)})
    if found:
        raise RoundError("\n".join(f"{name}, line {line}: {said}" for line, said in found))
    return msgspec.convert(data, Definition, strict=True)


def mistakes(data: Any) -> list[Mistake]:
    """Everything that is wrong with what a file holds.

    Args:
        data: what YAML made of the file.
    """
    unfit = list(misfits(Definition, data, "$"))
    if not isinstance(data, dict):
        return unfit
    required = {field.name for field in FIELDS if field.required}
    broken = {_field(path) for path, _ in unfit} | (required - data.keys())
    definition = _as_far_as_it_fits(data, broken)
    found = [mistake for check in CHECKS for mistake in check(definition)]
    return unfit + [mistake for mistake in found if _field(mistake[0]) not in broken]


class Loader(yaml.SafeLoader):
    """Takes everything but null and whole numbers as text, and no key twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (so it is in yaml)
        first: [(tag, pattern) for tag, pattern in resolvers if tag in PLAIN]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands twice."""
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{key.value}' stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return made


def line_of(node: yaml.Node | None, path: str) -> int:
    """Line, counted from 1, of a path such as `$.services[0].name`."""
    line = node.start_mark.line if node else 0
    for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", path):
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == name]
        elif isinstance(node, yaml.SequenceNode) and index:
            found = [(item, item) for item in node.value[int(index) :]]
        else:
            break
        if not found:
            break
        line, node = found[0][0].start_mark.line, found[0][1]
    return line + 1


# What does not fit the types


def misfits(kind: Any, value: Any, path: str) -> Iterator[Mistake]:
    """Every place where a value does not fit its type; msgspec itself stops at the first."""
    kinds = _kinds(kind)
    struct = next((one for one in kinds if isinstance(one, msgspec.StructMeta)), None)
    whole = {get_origin(one): one for one in kinds}
    if struct and isinstance(value, dict):
        yield from _misfits_of_struct(struct, value, path)
    elif list in whole and isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from misfits(get_args(whole[list])[0], item, f"{path}[{index}]")
    elif dict in whole and isinstance(value, dict):
        for key, item in value.items():
            for said in _misfit(whole[dict], {key: item}, path):
                yield f"{path}.{key}", said
    else:
        for said in _misfit(kind, value, path):
            yield path, said


def _misfits_of_struct(struct: Any, value: dict[Any, Any], path: str) -> Iterator[Mistake]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for key in value:
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1)
            advice = f"Perhaps `{near[0]}` is meant." if near else f"Use: {', '.join(fields)}."
            yield f"{path}.{key}", f"{_prefix(path)}unknown field `{key}`. {advice}"
    for name, field in fields.items():
        if name in value:
            yield from misfits(field.type, value[name], f"{path}.{name}")
        elif field.required:
            yield path, f"{_prefix(path)}missing required field `{name}`. Write it."


def _misfit(kind: Any, value: Any, path: str) -> Iterator[str]:
    """What msgspec says of one value, in our words."""
    try:
        msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        problem = str(error).partition(" - at ")[0]
        advice = next((text for part, text in ADVICE.items() if part in problem), problem)
        if "Invalid enum" in problem:
            advice = f"Use one of: {', '.join(_choices(kind))}"
        yield f"{_prefix(path)}{advice}."


def _kinds(kind: Any) -> list[Any]:
    """The types that a type stands for: what is annotated, and the members of a union."""
    if get_origin(kind) is Annotated:
        return _kinds(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [inner for one in get_args(kind) for inner in _kinds(one)]
    return [kind]


def _choices(kind: Any) -> list[str]:
    """Members of the enumeration in a type, or of the one that a mapping's keys are."""
    kinds = [*_kinds(kind), *(key for one in _kinds(kind) for key in get_args(one)[:1])]
    enums = [one for one in kinds if isinstance(one, type) and issubclass(one, StrEnum)]
    return [str(member) for one in enums for member in one]


def _prefix(path: str) -> str:
    where = path.removeprefix("$").lstrip(".")
    return f"{where}: " if where else ""


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
        "$.panel.name": definition.panel.name,
        **{f"$.services[{i}].name": s.name for i, s in enumerate(definition.services)},
    }
    for path, words in texts.items():
        for language in definition.languages:
            if not words.get(language, "").strip():
                lacks = f"the text lacks '{language.value}'."
                yield path, f"{lacks} Write it in every language of the round."


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
        seen.add(service.key)


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
    _service_mistakes,
    _invited_mistakes,
    _question_mistakes,
    _when_mistakes,
)


# The file's JSON Schema


def schema() -> dict[str, Any]:
    """JSON Schema of a round's file, for editors; `parse` checks more than it can say."""
    made: dict[str, Any] = _for_editors(msgspec.json.schema(Definition))
    parts = made["$defs"]
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
