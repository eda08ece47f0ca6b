"""Which parts of stories two people code: drawn by chance, one of a teller, whatever is in them.

Chance decides alone: parts in which the program heard nothing are drawn as often as others, so that
what it misses is seen too.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass

from exports.disclosure.document import Release

CODERS = 2
MOST = 200  # parts: twice what an agreement needs to be published, and a day's work


@dataclass(frozen=True, order=True)
class Unit:
    """A part of a de-identified story.

    Args:
        teller: id of the respondent, as in a frame.
        item: the question that the story answers.
        start: first code point in the story.
        end: after the last.
        text: the part alone.
    """

    teller: str
    item: str
    start: int
    end: int
    text: str

    def mark(self, key: bytes, reader: str) -> str:
        """Return what the part is called in one reader's file; it tells nothing without the key."""
        return _mark(key, f"mark {reader}", self)[:32]


def draw_units(units: Collection[Unit], release: Release, key: bytes) -> tuple[Unit, ...]:
    """Draw parts of stories to be coded: at most one of a teller, and at most `MOST`.

    To draw again gives the same. Only those who are in the release are drawn, so that nobody who
    has just come is read.

    Args:
        units: every part of every story that may be read.
        release: the latest, with its members.
        key: secret of the round.

    Raises:
        HistoryError: the release lacks its members.
    """
    counted = frozenset(release.everybody())
    drawn: dict[str, Unit] = {}
    for unit in sorted(units, key=lambda unit: _mark(key, "coding", unit)):
        if unit.teller in counted and unit.text.strip() and len(drawn) < MOST:
            drawn.setdefault(unit.teller, unit)
    return tuple(drawn.values())


def _mark(key: bytes, what: str, unit: Unit) -> str:
    said = "\n".join((what, unit.teller, unit.item, str(unit.start), str(unit.end), unit.text))
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
