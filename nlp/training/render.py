"""Gives an annotated story another surface: other names, a dialect, typos, no capitals.

Every change keeps track of the annotated spans, so that what was annotated stays annotated.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from enumerations import RedactionType, Variety
from nlp.evaluation.files import Narrative, Span
from nlp.redaction.core import placeholder
from nlp.training.invent import invent

_WORD = re.compile(r"[^\W\d_]+")
_PLACEHOLDER = re.compile(r"\[[A-ZÆØÅ-]+(?: \d\d-\d\d)?\]")
_SIGNS = re.compile(r"(?<=\w)[.,!?]+(?=\s|$)")
# How young people write the same small words; one column is chosen for a whole story.
_DIALECTS = tuple(
    dict(
        zip(
            ["jeg", "ikke", "hva", "meg", "deg", "hun", "de", "noe", "noen", "hvor", "er"],
            row.split(),
            strict=True,
        )
    )
    for row in (
        "æ itj ka mæ dæ hu dæm nå nån kor e",
        "æ ikke ka mæ dæ ho dem nåkka nån kor e",
        "eg ikkje ka meg deg hun de noe noen kor e",
        "eg ikkje ka meg deg hu di någe någen kor e",
        "e ikkje ka me de ho dei noke nokon kor e",
        "jæ ikke å mæ dæ ho dem noe noen hør er",
        "jeg ikkje ka meg deg hu di noe noen kor e",
        "eg ikkje kva meg deg ho dei noko nokon kvar er",
    )
)
_STANDARD = frozenset({Variety.BOKMAL, Variety.BOKMAL_INFORMAL, None})


@dataclass(frozen=True)
class Chances:
    """How often each change is made."""

    placeholder: float = 0.5
    lower: float = 0.25
    unsigned: float = 0.1
    dialect: float = 0.12
    typos: float = 0.12
    keep_pii: float = 0.1


PLAIN = Chances(0, 0, 0, 0, 0, 1)


class _Edit:
    """A text with positions that follow its changes."""

    def __init__(self, text: str, positions: Sequence[int]) -> None:
        self.text = text
        self.positions = list(positions)

    def replace(self, changes: Sequence[tuple[int, int, str]]) -> None:
        """Apply ordered, disjoint changes (start, end, new)."""
        parts: list[str] = []
        last = shift = index = 0
        order = sorted(range(len(self.positions)), key=self.positions.__getitem__)
        moved = list(self.positions)
        for start, end, new in changes:
            while index < len(order) and self.positions[order[index]] < end:
                position = self.positions[order[index]]
                moved[order[index]] = min(position, start) + shift
                index += 1
            parts += [self.text[last:start], new]
            last = end
            shift += len(new) - (end - start)
        for rest in order[index:]:
            moved[rest] = self.positions[rest] + shift
        self.text = "".join([*parts, self.text[last:]])
        self.positions = moved


def render(narrative: Narrative, chance: random.Random, chances: Chances = Chances()) -> Narrative:
    """Make another surface of a story.

    Args:
        narrative: as annotated.
        chance: source of randomness; the same state gives the same surface.
        chances: how often each change is made.

    Returns:
        The story with changed text and moved spans. Where names became placeholders, `pii` is
        empty: there is nothing left to find.
    """
    units, pii = narrative.units, narrative.pii
    spans = [(u.start, u.end) for u in units] + [(s.start, s.end) for s in pii]
    edit = _Edit(narrative.text, [place for span in spans for place in span])
    hidden = bool(pii) and chance.random() < chances.placeholder
    if (pii and chance.random() >= chances.keep_pii) or hidden:
        edit.replace([(s.start, s.end, _surface(s, hidden, narrative.text, chance)) for s in pii])
    if narrative.variety in _STANDARD and chance.random() < chances.dialect:
        words = chance.choice(_DIALECTS)
        edit.replace(_words(edit, len(units), lambda word: words.get(word.lower(), word)))
    if chance.random() < chances.typos:
        edit.replace(
            _words(edit, len(units), lambda w: _typo(w, chance) if chance.random() < 0.08 else w)
        )
    if chance.random() < chances.unsigned:
        edit.replace([(*m.span(), "") for m in _SIGNS.finditer(edit.text)])
    text = edit.text
    if chance.random() < chances.lower:
        text = _lower(text)
    spans = [(edit.positions[i], edit.positions[i + 1]) for i in range(0, len(edit.positions), 2)]
    return replace(
        narrative,
        text=text,
        units=tuple(
            replace(unit, start=a, end=b)
            for unit, (a, b) in zip(units, spans, strict=False)
            if b > a
        ),
        pii=()
        if hidden
        else tuple(
            Span(a, b, span.label) for span, (a, b) in zip(pii, spans[len(units) :], strict=True)
        ),
    )


def _surface(span: Span, hidden: bool, text: str, chance: random.Random) -> str:
    kind, there = RedactionType(span.label), text[span.start : span.end]
    return placeholder(kind, there) if hidden else invent(kind, chance, there)


def _words(edit: _Edit, units: int, change: Callable[[str], str]) -> list[tuple[int, int, str]]:
    """Changes of words outside of what identifies and of placeholders."""
    closed = [m.span() for m in _PLACEHOLDER.finditer(edit.text)]
    marks = edit.positions[2 * units :]
    closed += [(marks[i], marks[i + 1]) for i in range(0, len(marks), 2)]
    changes = []
    for match in _WORD.finditer(edit.text):
        start, end = match.span()
        if any(a < end and start < b for a, b in closed):
            continue
        new = change(match[0])
        if new != match[0]:
            changes.append((start, end, new))
    return changes


def _typo(word: str, chance: random.Random) -> str:
    if len(word) < 4:
        return word
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
        ]
    )


def _lower(text: str) -> str:
    parts = []
    last = 0
    for match in _PLACEHOLDER.finditer(text):
        parts += [text[last : match.start()].lower(), match[0]]
        last = match.end()
    lowered = "".join([*parts, text[last:].lower()])
    return lowered if len(lowered) == len(text) else text
