"""A plainer view of a text to search in, with the way back to the original offsets.

Compatibility letters, composed accents, invisible characters, keycap and encircled digits hide
names and numbers from patterns ("４１３" or "A" + ring). The view undoes them; every character of
the view knows which code points of the original it came from.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_KEYCAP = "\u20e3"
_PLAIN = "\\x00-\\x7f«·»À-ıĴ-ľŁ-ňŊ-ž–—‘’“”€"  # as they are, whatever precedes them
_HIDDEN = re.compile(rf"[{_PLAIN}]?[^{_PLAIN}]+")


class View(NamedTuple):
    """Searchable text; `starts` and `ends` map its characters to the original."""

    text: str
    starts: list[int]
    ends: list[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of a span of the view that is not empty."""
        return self.starts[start], self.ends[end - 1]


def _invisible(char: str) -> bool:
    return unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f" or char == _KEYCAP


def _attaches(char: str) -> bool:
    return unicodedata.combining(char) > 0 or _invisible(char)


def _plainer(char: str) -> str:
    """The digit that a character such as "➃" or "٤" is, else the character itself."""
    digit = None if char.isascii() else unicodedata.digit(char, None)
    return char if digit is None else str(digit)


def view(text: str) -> View:
    """Make the view of a text."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    end = 0
    for hidden in _HIDDEN.finditer(text):
        parts.append(text[end : hidden.start()])
        starts.extend(range(end, hidden.start()))
        ends.extend(range(end + 1, hidden.start() + 1))
        for shown, start, end in _clusters(text, *hidden.span()):
            parts.append(shown)
            starts.extend([start] * len(shown))
            ends.extend([end] * len(shown))
    parts.append(text[end:])
    starts.extend(range(end, len(text)))
    ends.extend(range(end + 1, len(text) + 1))
    return View("".join(parts), starts, ends)


def _clusters(text: str, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """Plain form of each character with what attaches to it, and where it stands."""
    while start < stop:
        end = start + 1
        while end < stop and _attaches(text[end]):
            end += 1
        visible = "".join(char for char in text[start:end] if not _invisible(char))
        yield "".join(map(_plainer, unicodedata.normalize("NFKC", visible))), start, end
        start = end
