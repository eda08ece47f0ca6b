"""Texts in, annotations out: plain dicts that follow schema/annotation.schema.json."""

import re
from collections.abc import Iterable, Iterator
from typing import TypedDict

from nlp.components.document import EntityDict, RedactionDict, Story, ThemeDict, Unit
from nlp.pipeline import load

BATCH = 64
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Annotation(TypedDict):
    """One annotated story; offsets are code points of the text given in."""

    id: str
    language: str | None
    dialect: bool
    entities: list[EntityDict]
    redacted: str
    redactions: list[RedactionDict]
    units: list[Unit]
    themes: list[ThemeDict]
    safety: list[str] | None


def whole(text: str) -> str:
    """A text whose lone surrogates, which are no characters, are marked; all offsets stay."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def annotate(texts: Iterable[str], ids: Iterable[str]) -> Iterator[Annotation]:
    """Annotate stories in batches, lazily.

    Args:
        texts: stories, raw or already redacted.
        ids: as many ids, handed through.

    Yields:
        One annotation per story, in order.

    Raises:
        ModelMissing: encoder or weights cannot be loaded.
        ValueError: texts and ids are not equally many.
    """
    engine = load()
    pairs = (
        (Story(engine.vocab, whole(text)), identifier)
        for text, identifier in zip(texts, ids, strict=True)
    )
    for doc, identifier in engine.pipe(pairs, as_tuples=True, batch_size=BATCH):
        yield {
            "id": identifier,
            "language": doc._.language,
            "dialect": doc._.dialect,
            "entities": doc._.entities,
            "redacted": doc._.redacted,
            "redactions": doc._.redactions,
            "units": doc._.units,
            "themes": doc._.themes,
            "safety": doc._.safety,
        }
