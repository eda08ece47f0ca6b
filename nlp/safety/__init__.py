"""Phrases that may mean danger. Recall first: a help card too many harms less than one too few."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from enumerations import RedactionType, SafetyFlag

_PHRASES = Path(__file__).parent / "phrases.yaml"
IDENTIFYING = frozenset(
    {
        RedactionType.PERSON,
        RedactionType.PHONE,
        RedactionType.EMAIL,
        RedactionType.HANDLE,
        RedactionType.ADDRESS,
        RedactionType.ID,
    }
)


Patterns = dict[SafetyFlag, re.Pattern[str]]


def _one_of(phrases: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases), re.IGNORECASE)


@cache
def _patterns() -> tuple[Patterns, Patterns, re.Pattern[str]]:
    """What says it directly, what may mean it, and figures of speech."""
    data = yaml.safe_load(_PHRASES.read_text(encoding="utf-8"))
    direct, flags = (
        {SafetyFlag(flag): _one_of(phrases) for flag, phrases in data[kind].items()}
        for kind in ("direct", "flags")
    )
    return direct, flags, _one_of(data["harmless"])


class Spoken(NamedTuple):
    """Flags that phrases raise: what is said directly, and what may mean it."""

    direct: frozenset[SafetyFlag]
    hinted: frozenset[SafetyFlag]


def spoken_flags(text: str) -> Spoken:
    """What the phrases in a text say, figures of speech taken out first.

    Args:
        text: a story or unit.
    """
    direct, hints, harmless = _patterns()
    plain = harmless.sub(" ", text)
    return Spoken(_raised(direct, plain), _raised(hints, plain))


def _raised(patterns: Patterns, text: str) -> frozenset[SafetyFlag]:
    return frozenset(flag for flag, pattern in patterns.items() if pattern.search(text))


def phrase_flags(text: str) -> set[SafetyFlag]:
    """Flags whose phrases occur in a text, direct or not.

    Args:
        text: a story or unit.
    """
    spoken = spoken_flags(text)
    return {*spoken.direct, *spoken.hinted}
