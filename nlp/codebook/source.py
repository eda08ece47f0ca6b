"""YAML that remembers its lines, so that a mistake can be shown where it stands."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]
_SCHEMAS = Path(__file__).parent
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, order=True)
class Finding:
    """A mistake in a file: its line, counted from 1, what is wrong and what to do."""

    line: int
    message: str


class Mistakes(ValueError):
    """A file cannot be used. `findings` says why, line by line."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f"line {f.line}: {f.message}" for f in findings))
        self.findings = findings


class _Loader(yaml.SafeLoader):
    """Keeps dates as text; takes no key twice and no alias, which could grow without end."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (so it is in yaml)
        first: [pair for pair in resolvers if pair[0] != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="write it out instead of `*`", problem_mark=mark)
        return super().compose_node(parent, index)


@dataclass(frozen=True)
class Source:
    """The content of a YAML file and the line on which each part of it begins."""

    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Line of a place, or of the nearest part around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def finding(self, place: Place, message: str) -> Finding:
        """A finding at a place, which names the nearest `id` around it."""
        owner = next((id_ for part in _around(self.data, place) if (id_ := _id(part))), None)
        return Finding(self.line(place), f"{owner}: {message}" if owner else message)


def read(text: str) -> Source:
    """Read YAML.

    Args:
        text: one YAML document.

    Raises:
        Mistakes: it is no YAML, or has a key twice or an alias.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines = dict(_lines(node, ())) if node else {}
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Mistakes([Finding(line, f"this is not YAML ({error.problem})")]) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise Mistakes([Finding(1, "this is not YAML; save the file as UTF-8 text")]) from None
    return Source(data, lines)


def check_shape(source: Source, schema: str) -> list[Finding]:
    """What a JSON schema finds, each with the advice that stands in the schema.

    Args:
        source: a file.
        schema: name of a schema file in this folder. The `description` of each part says what to
            do when a value does not fit it.
    """
    import jsonschema

    rules = json.loads((_SCHEMAS / schema).read_text(encoding="utf-8"))
    findings = []
    for error in jsonschema.Draft202012Validator(rules).iter_errors(source.data):
        place = tuple(error.absolute_path)
        if error.validator == "required":
            missing = [f"`{n}`" for n in error.validator_value if n not in error.instance]
            advice = f"add {', '.join(missing)}"
        elif error.validator == "additionalProperties":
            known = error.schema["properties"]
            extra = next(name for name in error.instance if name not in known)
            place, advice = (*place, str(extra)), f"`{extra}` is unknown; use {', '.join(known)}"
        else:
            name = f"`{place[-1]}`: " if place and isinstance(place[-1], str) else ""
            advice = name + error.schema.get("description", error.message)
        findings.append(source.finding(place, advice))
    return sorted(set(findings))


def _lines(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _lines(item, (*place, number))
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"`{name}` stands twice", problem_mark=key.start_mark
                )
            seen.add(name)
            yield from _lines(value, (*place, name))
            yield (*place, name), key.start_mark.line + 1


def _around(data: Any, place: Place) -> list[Any]:
    """The parts of `data` on the way to a place, innermost first."""
    parts = [data]
    for step in place:
        try:
            parts.append(parts[-1][step])
        except (KeyError, IndexError, TypeError):
            break
    return parts[::-1]


def _id(part: Any) -> str | None:
    name = part.get("id") if isinstance(part, dict) else None
    return name if isinstance(name, str) and name else None
