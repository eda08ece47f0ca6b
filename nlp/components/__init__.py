"""spaCy components of the language engine. Importing this package registers their factories."""

from nlp.components import (
    encoder,
    heads,
    language,
    own_themes,
    redaction,
    safety,
    tagger,
    transformer_head,
    units,
)
from nlp.components.document import EntityDict, RedactionDict, ThemeDict, Unit

__all__ = [
    "EntityDict",
    "RedactionDict",
    "ThemeDict",
    "Unit",
    "encoder",
    "heads",
    "language",
    "own_themes",
    "redaction",
    "safety",
    "tagger",
    "transformer_head",
    "units",
]
