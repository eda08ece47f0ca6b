"""The report's own texts in one language, and numbers said as the report says them."""

from functools import cache
from pathlib import Path

import yaml

from enumerations import Language

PERCENT_FROM = 50
"""Below this, x of n is clearer than a percentage, which would look surer than it is (F12)."""

Texts = dict[str, str]


@cache
def texts(language: Language) -> Texts:
    """Every text of the report that no participant wrote."""
    path = Path(__file__).parent / "texts.yaml"
    found: dict[str, dict[str, str]] = yaml.safe_load(path.read_text("utf-8"))
    return {key: words[language] for key, words in found.items()}


def of(x: int, n: int, language: Language) -> str:
    """How many of how many: "11 av 14"; a percentage stands behind it from n = 50.

    Args:
        x: how many.
        n: of how many, above 0.
        language: of the words.
    """
    known = texts(language)
    if n < PERCENT_FROM:
        return known["of"].format(x=x, n=n)
    return known["of.percent"].format(x=x, n=n, p=(200 * x + n) // (2 * n))


def many(key: str, n: int, language: Language) -> str:
    """A number with its noun: "1 stemme", "8 stemmer".

    Args:
        key: cards, phones, themes or votes.
        n: how many.
        language: of the words.
    """
    return texts(language)[f"{key}.{n if n < 2 else 'n'}"].format(n=n)


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return text[:1].upper() + text[1:]
