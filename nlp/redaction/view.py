"""A plainer view of a text to search in, with the way back to the original offsets.

Compatibility letters, composed accents, invisible characters and keycap digits hide names and
numbers from patterns ("４１３" or "A" + ring). The view undoes them; every character of the view
knows which code points of the original it came from.
"""

import unicodedata
from typing import NamedTuple

_KEYCAP = "\u20e3"


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


def view(text: str) -> View:
    """Make the view of a text."""
    if text.isascii():
        return View(text, list(range(len(text))), list(range(1, len(text) + 1)))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    index = 0
    while index < len(text):
        end = index + 1
        while end < len(text) and _attaches(text[end]):
            end += 1
        cluster = "".join(char for char in text[index:end] if not _invisible(char))
        for char in unicodedata.normalize("NFKC", cluster):
            chars.append(char)
            starts.append(index)
            ends.append(end)
        index = end
    return View("".join(chars), starts, ends)
