"""What a teller is shown of their own story: it without what identifies, and themes to judge."""

from dataclasses import dataclass

from enumerations import RedactionType
from nlp.components.document import Redactor, Story
from nlp.pipeline import load
from nlp.redaction import Redaction

LEAST = 0.3
"""A theme is proposed from this probability. Measured on 1 009 answers of three hands that the
network was not trained on (t4, h28, h36): 63 of 100 proposals are right, and one answer in twenty
gets none."""

_UNNEEDED = ("fortell_language", "fortell_evidence", "fortell_safety")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A de-identified text and the themes proposed for it, most probable first.

    `removed` holds the placeholders: their offsets are code points of `text`.
    """

    text: str
    removed: tuple[Redaction, ...]
    themes: tuple[str, ...]


def propose(text: str) -> Proposal:
    """De-identify a story and propose themes for the whole of it; nothing of it is remembered.

    The text is the same as that of `deidentify`. Meta codes ("no theme") are not proposed.

    Args:
        text: a story without lone surrogates.

    Raises:
        ModelMissing: the encoder or the weights cannot be loaded.
    """
    engine = load()
    doc = engine(Story(engine.vocab, text), disable=_UNNEEDED)
    way = Redactor(doc.text, doc._.redactions)
    removed = tuple(
        Redaction(start, end, RedactionType(redaction["type"]))
        for (start, end), redaction in zip(way.closed(), doc._.redactions, strict=True)
    )
    themes = tuple(
        theme["id"]
        for theme in doc._.themes
        if theme["p"] >= LEAST and not theme["id"].startswith("X")
    )
    return Proposal(doc._.redacted, removed, themes)
