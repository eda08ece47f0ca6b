"""A YAML file that people write: read, and every mistake told with its line and what to do."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import yaml

Advice = Mapping[str, str]
"""What to do, by a part of what msgspec says."""

Mistake = tuple[str, str]
"""Where, as a path such as `$.services[0].name`, and what is wrong or what to do."""

PLAIN = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:int"}


def text_of(path: Path, stop: type[Exception]) -> str:
    """Read a file that somebody wrote.

    Args:
        path: a UTF-8 file.
        stop: raised when it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise stop(
            f"{path} cannot be read ({type(error).__name__}). Give the path of a UTF-8 YAML file."
        ) from None


def checked(
    text: str,
    name: str,
    mistakes: Callable[[Any], Iterable[Mistake]],
    stop: type[Exception],
) -> Any:
    """Return what YAML makes of a text in which nothing is wrong.

    Args:
        text: YAML.
        name: what the file is called, for messages.
        mistakes: everything that is wrong with what the file holds.
        stop: raised when something is; its message gives each mistake's line and what to do.
    """
    try:
        node = yaml.compose(text, Loader=Loader)
        data = yaml.load(text, Loader=Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise stop(f"{name}, line {line}: this is not YAML ({error.problem}).") from None
    except (yaml.YAMLError, RecursionError):
        raise stop(f"{name}: this is not YAML; save the file as UTF-8 text.") from None
    found = sorted({(line_of(node, path), said) for path, said in mistakes(data)})
    if found:
        raise stop("\n".join(f"{name}, line {line}: {said}" for line, said in found))
    return data


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


def misfits(kind: Any, value: Any, path: str, advice: Advice) -> Iterator[Mistake]:
    """Every place where a value does not fit its type; msgspec itself stops at the first.

    Args:
        kind: what msgspec would convert it to.
        value: plain data.
        path: where it stands, `$` for the whole file.
        advice: what to say instead of what msgspec says.
    """
    kinds = _kinds(kind)
    struct = next((one for one in kinds if isinstance(one, msgspec.StructMeta)), None)
    whole = {get_origin(one): one for one in kinds}
    if struct and isinstance(value, dict):
        yield from _misfits_of_struct(struct, value, path, advice)
    elif list in whole and isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from misfits(get_args(whole[list])[0], item, f"{path}[{index}]", advice)
    elif dict in whole and isinstance(value, dict):
        for key, item in value.items():
            for said in _misfit(whole[dict], {key: item}, path, advice):
                yield f"{path}.{key}", said
    else:
        for said in _misfit(kind, value, path, advice):
            yield path, said


def _misfits_of_struct(
    struct: Any, value: dict[Any, Any], path: str, advice: Advice
) -> Iterator[Mistake]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for key in value:
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1)
            hint = f"Perhaps `{near[0]}` is meant." if near else f"Use: {', '.join(fields)}."
            yield f"{path}.{key}", f"{_prefix(path)}unknown field `{key}`. {hint}"
    for name, field in fields.items():
        if name in value:
            yield from misfits(field.type, value[name], f"{path}.{name}", advice)
        elif field.required:
            yield path, f"{_prefix(path)}missing required field `{name}`. Write it."


def _misfit(kind: Any, value: Any, path: str, advice: Advice) -> Iterator[str]:
    """What msgspec says of one value, in our words."""
    try:
        msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        problem = str(error).partition(" - at ")[0]
        said = next((text for part, text in advice.items() if part in problem), problem)
        if "Invalid enum" in problem:
            said = f"Use one of: {', '.join(_choices(kind))}"
        yield f"{_prefix(path)}{said}."


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
