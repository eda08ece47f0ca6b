"""Questions to go on with: proposed per theme from templates, written and changed by the room."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from enumerations import Language

MOST = 8
PROPOSED = 5
HERE = Path(__file__).parent

Texts = dict[str, str]


@cache
def _templates() -> dict[str, dict[str, list[Texts]]]:
    found: dict[str, dict[str, list[Texts]]] = yaml.safe_load(
        (HERE / "questions.yaml").read_text("utf-8")
    )
    return found


def proposed(theme: str, label: str, language: Language) -> list[str]:
    """Questions for a theme: its own first, then its group's, then those for any theme.

    Args:
        theme: id of a theme of the codebook, or one that the room made.
        label: what the room calls it.
        language: of the questions.
    """
    known = _templates()
    own = known["themes"].get(theme, [])
    group = known["groups"].get(theme[:1], []) if theme[1:2].isdigit() else []
    found = [*own, *group, *known["any"][""]]
    return [one[language].format(theme=label) for one in found][: max(PROPOSED, len(own))][:MOST]


def guidelines(theme: str, language: Language) -> list[tuple[str, str]]:
    """Guidance for a theme: title in a language, and address (F27)."""
    return [(one["title"][language], one["url"]) for one in _guidance().get(theme, [])]


@cache
def _guidance() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        (HERE / "guidelines.yaml").read_text("utf-8")
    )
    return found
