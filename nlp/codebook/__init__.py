"""The codebook: what a unit of meaning can be coded as."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from enumerations import Language, Level, Sentiment
from nlp.codebook.history import (
    Change,
    History,
    Kind,
    Mapped,
    UnknownInHistory,
    Version,
    problems,
    read_history,
)

__all__ = [
    "CODEBOOK_FILE",
    "Axis",
    "AxisValue",
    "Change",
    "Code",
    "Codebook",
    "Example",
    "Group",
    "History",
    "Kind",
    "Labels",
    "Mapped",
    "MetaCode",
    "UnknownInHistory",
    "Version",
    "codebook",
    "map_themes",
]

CODEBOOK_FILE = Path(__file__).parent / "codebook.yaml"
Labels = Mapping[Language, str]
_POLARITY = {
    "pos": Sentiment.POSITIVE,
    "neg": Sentiment.NEGATIVE,
    "mix": Sentiment.MIXED,
    "noy": Sentiment.NEUTRAL,
}


@dataclass(frozen=True)
class Group:
    """A chapter of themes."""

    id: str
    label: Labels


@dataclass(frozen=True)
class Example:
    """An invented phrase and the themes (the main one first) and polarity it is coded with."""

    text: str
    themes: tuple[str, ...]
    sentiment: Sentiment


@dataclass(frozen=True)
class Code:
    """A theme. `outcome` marks personal growth: the change itself, not what the service did."""

    id: str
    group: str
    label: Labels
    definition: str
    level: Level
    outcome: bool
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class MetaCode:
    """What a unit without a theme is coded as."""

    id: str
    label: Labels
    examples: tuple[str, ...]


@dataclass(frozen=True)
class AxisValue:
    """A value of an axis; ids are those of the enumerations."""

    id: str
    label: Labels
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Axis:
    """A question that is asked of every unit beside its themes."""

    id: str
    label: Labels
    values: tuple[AxisValue, ...]


@dataclass(frozen=True)
class Codebook:
    """One version of the codebook."""

    version: str
    max_codes_per_unit: int
    groups: tuple[Group, ...]
    codes: tuple[Code, ...]
    meta_codes: tuple[MetaCode, ...]
    axes: tuple[Axis, ...]
    safety_flags: tuple[AxisValue, ...]
    history: History

    @property
    def theme_ids(self) -> tuple[str, ...]:
        """Ids of all codes and meta codes, in the order of the file."""
        return tuple(code.id for code in self.codes) + tuple(meta.id for meta in self.meta_codes)


def _labels(row: dict[str, Any]) -> Labels:
    return {language: row[language] for language in Language}


def _examples(row: dict[str, Any]) -> tuple[Example, ...]:
    return tuple(
        Example(e["t"], (row["id"], *e.get("also", ())), _POLARITY[e["p"]]) for e in row["examples"]
    )


def _value(row: dict[str, Any]) -> AxisValue:
    return AxisValue(row["id"], _labels(row), tuple(row.get("examples", ())))


@cache
def codebook() -> Codebook:
    """Read the codebook that ships with the engine.

    Raises:
        KeyError, ValueError: the file lacks a label, uses an unknown level or has a history that
            does not fit; the tests lint it, so only an edited copy can fail here.
    """
    data = yaml.safe_load(CODEBOOK_FILE.read_text(encoding="utf-8"))
    book = Codebook(
        version=data["version"],
        max_codes_per_unit=data["max_codes_per_unit"],
        groups=tuple(Group(row["id"], _labels(row)) for row in data["groups"]),
        codes=tuple(
            Code(
                row["id"],
                row["group"],
                _labels(row),
                row["def"],
                Level(row["nivaa"]),
                row.get("outcome", False),
                _examples(row),
            )
            for row in data["codes"]
        ),
        meta_codes=tuple(
            MetaCode(row["id"], _labels(row), tuple(row["examples"])) for row in data["meta_codes"]
        ),
        axes=tuple(
            Axis(name, _labels(row), tuple(_value(value) for value in row["values"]))
            for name, row in data["axes"].items()
        ),
        safety_flags=tuple(_value(row) for row in data["safety_flags"]["flags"]),
        history=read_history(data["history"]),
    )
    for _, problem in problems(book.history, book.version, book.theme_ids):
        raise ValueError(f"{CODEBOOK_FILE.name}, history: {problem}. See docs/codebook.md.")
    return book


def map_themes(
    ids: Iterable[str], from_version: str, to_version: str, history: History | None = None
) -> tuple[Mapped, ...]:
    """Find themes of one version of the codebook in another, newer or older.

    Codings can be mapped, figures cannot: a story that was coded with two themes counts once after
    their merge.

    Args:
        ids: themes of `from_version`.
        from_version: such as "0.1".
        to_version: such as "0.2".
        history: None takes that of the codebook that ships.

    Returns:
        One answer for each id, in order; see `History.map`.

    Raises:
        UnknownInHistory: the history has no such version, or the version no such theme.
    """
    return (history or codebook().history).map(ids, from_version, to_version)
