"""Removes from a story what could tell who wrote it."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from enumerations import PLACEHOLDERS, AgeBand, RedactionType

from .ages import age
from .common import Span
from .names import lists, name_spans
from .patterns import pattern_spans
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
_SCHOOL = re.compile(r"sk[ou]l(?:e|en|n|a)?\b|\bvgs\b|vid[ea]reg|gymnas|\bschool\b", re.IGNORECASE)
_YEARS = {band: tuple(int(year) for year in band.value.split("-")) for band in AgeBand}
_AGES = {f"[ALDER {band.value}]": "[ALDER " + "-" * len(band.value) + "]" for band in AgeBand}
_ANY_AGE = "[ALDER]"
_SCHOOL_PLACEHOLDER = "[SKOLE]"
PLACEHOLDER = re.compile(
    "|".join(map(re.escape, (*PLACEHOLDERS.values(), _SCHOOL_PLACEHOLDER, _ANY_AGE, *_AGES)))
)


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


def placeholder(kind: RedactionType, removed: str) -> str:
    """What stands for a removed span: a school stays readable as one, an exact age as its band.

    Args:
        kind: what the span was.
        removed: the span itself.
    """
    if kind is RedactionType.ORG and _SCHOOL.search(removed):
        return _SCHOOL_PLACEHOLDER
    years = age(removed) if kind is RedactionType.OTHER else None
    if years is None:
        return PLACEHOLDERS[kind]
    for band, (first, last) in _YEARS.items():
        if first <= years <= last:
            return f"[ALDER {band.value}]"
    return _ANY_AGE


def replace(text: str, redactions: tuple[Redaction, ...]) -> str:
    """Put placeholders in a text.

    Args:
        text: the text that the offsets belong to.
        redactions: ordered spans that do not overlap.
    """
    parts = []
    end = 0
    for redaction in redactions:
        removed = text[redaction.start : redaction.end]
        parts += [text[end : redaction.start], placeholder(redaction.type, removed)]
        end = redaction.end
    return "".join([*parts, text[end:]])


def redact(text: str, found: Sequence[Redaction] = ()) -> Redacted:
    """Find and remove names, places, schools, workplaces, numbers, addresses, handles and dates.

    Recall comes first: what looks like a name is removed. The result is stable: redacting it again
    changes nothing. Placeholders that are already in the text are left alone.

    Args:
        text: a story, at most some thousand characters.
        found: what a tagger found already, removed beside what the rules find.

    Returns:
        The text with placeholders and the removed spans, in order, not overlapping.
    """
    redactions: tuple[Redaction, ...] = ()
    for number in range(_MOST_PASSES):
        redacted = replace(text, redactions)
        new = _find(redacted, found if number == 0 else ())
        if not new:
            return Redacted(redacted, redactions)
        redactions = _in_original(text, new, redactions)
    everything = (Redaction(0, len(text), RedactionType.OTHER),)
    return Redacted(replace(text, everything), everything)


def _find(text: str, tagged: Sequence[Redaction]) -> list[Redaction]:
    """Spans to remove from a text, outside of its placeholders."""
    taken = [match.span() for match in PLACEHOLDER.finditer(text)]
    return _endless_words(text, taken) or _by_rules(text, taken, tagged)


def _endless_words(text: str, taken: list[tuple[int, int]]) -> list[Redaction]:
    """Runs without a blank that no word is as long as; rules would search them for seconds."""
    return [
        Redaction(start, end, RedactionType.OTHER)
        for match in _RUN.finditer(text)
        for start, end in _outside(*match.span(), taken)
        if end - start > _LONGEST_WORD
    ]


def _by_rules(
    text: str, taken: list[tuple[int, int]], tagged: Sequence[Redaction]
) -> list[Redaction]:
    seen = view(_without_bands(text))
    spans: list[Span] = [
        (*part, span.type) for span in tagged for part in _outside(span.start, span.end, taken)
    ]
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


def _without_bands(text: str) -> str:
    """The text with placeholders that hold no number; no offset changes."""
    if "[ALDER " in text:
        for placeholder_of_band, without in _AGES.items():
            text = text.replace(placeholder_of_band, without)
    return text


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


def _in_original(
    text: str, found: list[Redaction], before: tuple[Redaction, ...]
) -> tuple[Redaction, ...]:
    """Add spans found in a text with placeholders to the spans that the placeholders stand for."""
    after = list(before)
    waiting = iter(before)
    old = next(waiting, None)
    shift = 0
    for new in found:
        while old is not None and old.start + shift < new.start:
            removed = text[old.start : old.end]
            shift += len(placeholder(old.type, removed)) - len(removed)
            old = next(waiting, None)
        after.append(Redaction(new.start - shift, new.end - shift, new.type))
    return tuple(sorted(after, key=lambda redaction: redaction.start))
