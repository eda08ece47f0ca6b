"""Texts as people send them, made fit to be stored and shown."""

import re
import unicodedata

from server.errors import Problem

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no database takes or what would turn other people's words around; line breaks stay."""


def plain(text: str) -> str:
    """A text without control characters and without blanks around it, composed (NFC)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", lines)).strip()


def wanted(text: str) -> str:
    """A text that may not be empty.

    Raises:
        Problem: nothing is left of it.
    """
    found = plain(text)
    if not found:
        raise Problem(400, "empty", "There is no text.", "Write something and send it again.")
    return found
