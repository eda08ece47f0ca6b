"""Removes from a story what could tell who wrote it."""

import re
from bisect import bisect_left
from dataclasses import dataclass

from enumerations import PLACEHOLDERS, RedactionType

from .names import lists, name_spans
from .patterns import Span, pattern_spans
from .view import view

# Where rules overlap, the first of these names the placeholder.
_STRONGEST_FIRST = (
    RedactionType.EMAIL,
    RedactionType.ADDRESS,
    RedactionType.DATE,
    RedactionType.ID,
    RedactionType.PHONE,
    RedactionType.HANDLE,
    RedactionType.OTHER,
    RedactionType.ORG,
    RedactionType.PERSON,
    RedactionType.PLACE,
)
_LONGEST_WORD = 100
_RUN = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")
_MOST_PASSES = 5
_PLACEHOLDER = re.compile("|".join(re.escape(text) for text in PLACEHOLDERS.values()))


@dataclass(frozen=True, slots=True)
class Redaction:
    """A removed span. Offsets are code points of the text that was given in; end is exclusive."""

    start: int
    end: int
    type: RedactionType


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with placeholders, and what they stand for."""

    text: str
    redactions: tuple[Redaction, ...]


def replace(text: str, redactions: tuple[Redaction, ...]) -> str:
    """Put placeholders in a text.

    Args:
        text: the text that the offsets belong to.
        redactions: ordered spans that do not overlap.
    """
    parts = []
    end = 0
    for redaction in redactions:
        parts += [text[end : redaction.start], PLACEHOLDERS[redaction.type]]
        end = redaction.end
    return "".join([*parts, text[end:]])


def redact(text: str) -> Redacted:
    """Find and remove names, places, workplaces, numbers, addresses, handles and dates.

    Recall comes first: what looks like a name is removed. The result is stable: redacting it again
    changes nothing. Placeholders that are already in the text are left alone.

    Args:
        text: a story, at most some thousand characters.

    Returns:
        The text with placeholders and the removed spans, in order, not overlapping.
    """
    redactions: tuple[Redaction, ...] = ()
    for _ in range(_MOST_PASSES):
        redacted = replace(text, redactions)
        found = _find(redacted)
        if not found:
            return Redacted(redacted, redactions)
        redactions = _in_original(found, redactions)
    everything = (Redaction(0, len(text), RedactionType.OTHER),)
    return Redacted(replace(text, everything), everything)


def _find(text: str) -> list[Redaction]:
    """Spans to remove from a text, outside of its placeholders."""
    taken = [match.span() for match in _PLACEHOLDER.finditer(text)]
    return _endless_words(text, taken) or _by_rules(text, taken)


def _endless_words(text: str, taken: list[tuple[int, int]]) -> list[Redaction]:
    """Runs without a blank that no word is as long as; rules would search them for seconds."""
    return [
        Redaction(start, end, RedactionType.OTHER)
        for match in _RUN.finditer(text)
        for start, end in _outside(*match.span(), taken)
        if end - start > _LONGEST_WORD
    ]


def _by_rules(text: str, taken: list[tuple[int, int]]) -> list[Redaction]:
    seen = view(text)
    spans: list[Span] = []
    for start, end, kind in (
        *pattern_spans(seen.text, lists().ordinary),
        *name_spans(seen.text),
    ):
        spans += [(*part, kind) for part in _outside(*seen.original(start, end), taken)]
    redactions: list[Redaction] = []
    for start, end, kind in sorted(spans):
        start, end = _without_blanks(text, start, end)
        if start == end:
            continue
        if redactions and start < redactions[-1].end:
            last = redactions.pop()
            kind = min(last.type, kind, key=_STRONGEST_FIRST.index)
            start, end = last.start, max(last.end, end)
        redactions.append(Redaction(start, end, kind))
    return redactions


def _outside(start: int, end: int, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Parts of a span that lie outside of ordered spans."""
    parts = []
    first = max(0, bisect_left(taken, (start, 0)) - 1)
    for taken_start, taken_end in taken[first : bisect_left(taken, (end, 0))]:
        if taken_end > start:
            parts.append((start, taken_start))
            start = taken_end
    return [(a, b) for a, b in [*parts, (start, end)] if a < b]


def _without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _in_original(found: list[Redaction], before: tuple[Redaction, ...]) -> tuple[Redaction, ...]:
    """Add spans found in a text with placeholders to the spans that the placeholders stand for."""
    after = list(before)
    waiting = iter(before)
    old = next(waiting, None)
    shift = 0
    for new in found:
        while old is not None and old.start - shift < new.start:
            shift += len(PLACEHOLDERS[old.type]) - (old.end - old.start)
            old = next(waiting, None)
        after.append(Redaction(new.start - shift, new.end - shift, new.type))
    return tuple(sorted(after, key=lambda redaction: redaction.start))
