"""The words of reports and files, one JSON file per language."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from enumerations import Language


@cache
def messages(language: Language) -> Mapping[str, str]:
    """Return the messages of a language, by key."""
    text = files(__package__).joinpath(f"{Language(language)}.json").read_text(encoding="utf-8")
    found: Mapping[str, str] = json.loads(text)
    return found
