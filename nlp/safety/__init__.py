"""Phrases that may mean danger. Recall first: a help card too many harms less than one too few."""

import re
from functools import cache
from pathlib import Path

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


@cache
def _patterns() -> tuple[dict[SafetyFlag, re.Pattern[str]], re.Pattern[str]]:
    data = yaml.safe_load(_PHRASES.read_text(encoding="utf-8"))
    flags = {
        SafetyFlag(flag): re.compile("|".join(f"(?:{p})" for p in phrases), re.IGNORECASE)
        for flag, phrases in data["flags"].items()
    }
    return flags, re.compile("|".join(f"(?:{p})" for p in data["harmless"]), re.IGNORECASE)


def phrase_flags(text: str) -> set[SafetyFlag]:
    """Flags whose phrases occur in a text, figures of speech taken out first.

    Args:
        text: a story or unit.
    """
    flags, harmless = _patterns()
    plain = harmless.sub(" ", text)
    return {flag for flag, pattern in flags.items() if pattern.search(plain)}
