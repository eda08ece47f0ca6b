"""Rounds: read from a YAML file, checked, and kept as the file was."""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

import exports
from enumerations import Language
from exports import Instrument, Item
from server.collect.tables import Round

Words = dict[Language, str]
CODE = r"^[A-Z0-9]{4,12}\Z"
Code = Annotated[str, msgspec.Meta(pattern=CODE)]
KEY = r"^[a-z][a-z0-9_]{1,39}\Z"
Key = Annotated[str, msgspec.Meta(pattern=KEY)]
PLAIN = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:int"}
ADVICE = {
    repr(CODE): "Write 4 to 12 capital letters (A to Z) and digits",
    repr(KEY): "Write 2 to 40 small letters (a to z), digits and _, beginning with a letter",
    "`date`": "Write a date such as 2026-10-01",
    "encoded date": "Write a date such as 2026-10-01",
    "Invalid enum": f"Use one of: {', '.join(Language)}",
}
"""What to do, by a part of what msgspec says."""


BUILT_IN = ("services", "age_band")
"""Questions that belong to no instrument."""


class RoundError(Exception):
    """A round cannot be used; the message names the line and says what to do."""


class Service(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A service that the round asks about; `service_class` is an id of the taxonomy."""

    key: Key
    name: Words
    service_class: str = msgspec.field(name="class")


class Organisation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who asks."""

    key: Key
    name: Words


class Mandate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who decides about what comes in, and with what means; no round starts without it (F60)."""

    decides: Words
    means: Words


class Definition(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One round, as its file says it.

    `questionnaire` lists, in order: `services`, `narrativ4.n1` (one item of an instrument), `mt10`
    (a whole instrument), `age_band`. `closes: null` is a rolling collection (F40).
    """

    code: Code
    title: Words
    organisation: Organisation
    opens: datetime.date
    closes: datetime.date | None
    languages: Annotated[list[Language], msgspec.Meta(min_length=1)]
    mandate: Mandate
    readers: Words
    involvement: Words
    services: list[Service]
    questionnaire: Annotated[list[str], msgspec.Meta(min_length=1)]


def parse(text: str, name: str) -> Definition:
    """Read a round's file.

    Args:
        text: YAML.
        name: what the file is called, for messages.

    Raises:
        RoundError: the file has a mistake; the message gives its line and what is expected.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RoundError(f"{name}, line {line}: this is not YAML ({error.problem}).") from None
    except (yaml.YAMLError, RecursionError):
        raise RoundError(f"{name}: this is not YAML; save the file as UTF-8 text.") from None
    try:
        definition = msgspec.convert(data, Definition, strict=True)
    except msgspec.ValidationError as error:
        path, problem = _in_words(str(error))
        raise RoundError(f"{name}, line {_line(node, path)}: {problem}.") from None
    for path, problem in _mistakes(definition):
        raise RoundError(f"{name}, line {_line(node, path)}: {problem}")
    return definition


class _Loader(yaml.SafeLoader):
    """Takes everything but null and whole numbers as text, and no key twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (so it is in yaml)
        first: [(tag, pattern) for tag, pattern in resolvers if tag in PLAIN]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{key.value}' stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return made


def _in_words(said: str) -> tuple[str, str]:
    """Path of a mistake that msgspec found, and what is wrong or what to do."""
    problem, _, place = said.partition(" - at ")
    path = next(iter(re.findall(r"\$[^`]*", place)), "$")
    advice = next((text for part, text in ADVICE.items() if part in problem), problem)
    where = path.removeprefix("$").lstrip(".")
    unknown = re.search("unknown field `(.+)`", problem)
    return f"{path}.{unknown[1]}" if unknown else path, f"{where}: {advice}" if where else advice


def _line(node: yaml.Node | None, path: str) -> int:
    """Line, counted from 1, of a msgspec path such as `$.services[0].name`."""
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


def _mistakes(definition: Definition) -> list[tuple[str, str]]:
    """What types cannot say: (path, what is wrong and what to do)."""
    return [
        *_date_mistakes(definition),
        *_word_mistakes(definition),
        *_service_mistakes(definition),
        *_question_mistakes(definition),
    ]


def _date_mistakes(definition: Definition) -> list[tuple[str, str]]:
    if definition.closes and definition.closes <= definition.opens:
        return [("$.closes", "the round closes before it opens. Set a later date, or null.")]
    return []


def _word_mistakes(definition: Definition) -> list[tuple[str, str]]:
    texts = {
        "$.title": definition.title,
        "$.organisation.name": definition.organisation.name,
        "$.mandate.decides": definition.mandate.decides,
        "$.mandate.means": definition.mandate.means,
        "$.readers": definition.readers,
        "$.involvement": definition.involvement,
        **{f"$.services[{i}].name": s.name for i, s in enumerate(definition.services)},
    }
    return [
        (path, f"the text lacks '{language.value}'. Write it in every language of the round.")
        for path, words in texts.items()
        for language in definition.languages
        if not words.get(language, "").strip()
    ]


def _service_mistakes(definition: Definition) -> list[tuple[str, str]]:
    classes = exports.service_classes()
    seen: set[str] = set()
    mistakes = []
    for index, service in enumerate(definition.services):
        if service.service_class not in classes:
            known = ", ".join(sorted(classes))
            problem = f"'{service.service_class}' is no class of service. Use one of: {known}."
            mistakes.append((f"$.services[{index}].class", problem))
        if service.key in seen:
            mistakes.append((f"$.services[{index}].key", f"'{service.key}' stands twice."))
        seen.add(service.key)
    return mistakes


def _question_mistakes(definition: Definition) -> list[tuple[str, str]]:
    mistakes = []
    seen: set[str] = set()
    for index, entry in enumerate(definition.questionnaire):
        path = f"$.questionnaire[{index}]"
        if not _asked(entry):
            known = ", ".join([*BUILT_IN, *sorted(exports.instruments())])
            mistakes.append((path, f"'{entry}' is no question. Use one of: {known}."))
        asked = _asked(entry)
        mistakes += [(path, f"'{item}' is asked twice.") for item in sorted(asked & seen)]
        seen |= asked
    return mistakes


def _asked(entry: str) -> set[str]:
    """Ids of the questions that one line of a questionnaire asks; empty when it is no question."""
    return {entry} if entry in BUILT_IN else {item.id for _, item in items_of(entry)}


def items_of(entry: str) -> list[tuple[Instrument, Item]]:
    """Items that one line of a questionnaire asks: `mt10` all of them, `narrativ4.n1` one."""
    name, dot, wanted = entry.partition(".")
    instrument = exports.instruments().get(name)
    if instrument is None:
        return []
    return [(instrument, item) for item in instrument.items if not dot or item.id == wanted]


def read(path: Path) -> Definition:
    """Read a round's file.

    Args:
        path: a YAML file.

    Raises:
        RoundError: the file cannot be read or has a mistake.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RoundError(
            f"{path} cannot be read ({type(error).__name__}). Give the path of a UTF-8 YAML file."
        ) from None
    return parse(text, path.name)


async def keep(definition: Definition) -> None:
    """Store a round; the same round again changes nothing.

    Raises:
        RoundError: a round with this code exists and differs: answers belong to its words.
    """
    document = msgspec.json.encode(definition, order="deterministic").decode()
    kept = await Round.objects().where(Round.code == definition.code).first()
    if kept is None:
        await _must_come_last(definition)
        await Round.insert(
            Round(
                code=definition.code,
                definition=document,
                opens=definition.opens,
                closes=definition.closes,
            )
        )
    elif definition_of(kept) != definition:
        raise RoundError(
            f"The round {definition.code} is loaded already, with other words. Its questions are "
            "locked, for answers belong to them. Give the changed round a new code."
        )


async def _must_come_last(definition: Definition) -> None:
    """A round follows those that are there; else an early date would get around their cards."""
    for other, described in await all_rounds():
        if other.opens >= definition.opens and _asks_the_same(described, definition):
            raise RoundError(
                f"The round {other.code} asks about one of these services and opens on "
                f"{other.opens.isoformat()}. Let this one open later."
            )


def _asks_the_same(one: Definition, other: Definition) -> bool:
    """Whether two rounds of one organisation ask about one of its services."""
    keys = {service.key for service in one.services}
    same = one.organisation.key == other.organisation.key
    return same and any(service.key in keys for service in other.services)


async def find(code: str) -> tuple[Round, Definition] | None:
    """A round by the code that somebody typed.

    Args:
        code: letters and digits; case, spaces and dashes do not matter.
    """
    wanted = plain_code(code)
    if not re.match(CODE, wanted):
        return None
    row = await Round.objects().where(Round.code == wanted).first()
    return None if row is None else (row, definition_of(row))


def plain_code(typed: str) -> str:
    """A round's code as it is stored, of what somebody typed."""
    return re.sub(r"[\s-]", "", typed).upper()


def definition_of(row: Round) -> Definition:
    """The definition that a stored round carries."""
    return msgspec.json.decode(row.definition, type=Definition)


async def all_rounds() -> list[tuple[Round, Definition]]:
    """Every round, the earliest first."""
    rows = await Round.objects().order_by(Round.opens, Round.code)
    return [(row, definition_of(row)) for row in rows]


async def earlier_rounds(row: Round, definition: Definition) -> list[Round]:
    """Rounds of the same organisation that opened before and asked about one of its services."""
    return [
        other
        for other, described in await all_rounds()
        if other.opens < row.opens and _asks_the_same(described, definition)
    ]


def mandate_of(definition: Definition) -> dict[str, str]:
    """Who decides and with what means, in one text per language."""
    mandate = definition.mandate
    return {
        key.value: f"{text} {mandate.means.get(key, '')}" for key, text in mandate.decides.items()
    }


def names(words: Mapping[Language, str]) -> dict[str, str]:
    """Words as plain JSON data."""
    return {language.value: text for language, text in words.items()}
