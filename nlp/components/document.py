"""What the components write on a document: custom attributes under `doc._`, plain data."""

from typing import TypedDict

from spacy.tokens import Doc

from enumerations import PLACEHOLDERS, RedactionType


class RedactionDict(TypedDict):
    """A removed span; offsets are code points of the text given in."""

    start: int
    end: int
    type: str


class Unit(TypedDict):
    """A unit of meaning and what it is coded as; None where nothing was predicted."""

    start: int
    end: int
    themes: list[str] | None
    sentiment: str | None
    attribution: str | None
    change: str | None
    utterance: str | None


def empty_unit(start: int, end: int) -> Unit:
    """A unit that nobody has coded yet; start and end in code points."""
    return {
        "start": start,
        "end": end,
        "themes": None,
        "sentiment": None,
        "attribution": None,
        "change": None,
        "utterance": None,
    }


def unit_text(doc: Doc, unit: Unit) -> str:
    """The de-identified text of a unit: what models read."""
    parts = []
    end = unit["start"]
    for redaction in doc._.redactions:
        if redaction["start"] >= unit["end"] or redaction["end"] <= unit["start"]:
            continue
        parts.append(doc.text[end : max(end, redaction["start"])])
        parts.append(PLACEHOLDERS[RedactionType(redaction["type"])])
        end = redaction["end"]
    return "".join([*parts, doc.text[end : unit["end"]]])


def register() -> None:
    """Add the attributes to spaCy's documents, with their empty values."""
    for name, default in (
        ("redactions", []),
        ("redacted", None),
        ("language", None),
        ("units", []),
        ("unit_vectors", None),
        ("safety", []),
    ):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)


register()
