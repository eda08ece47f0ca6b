"""Puts the components together."""

from functools import cache

import spacy
from spacy.language import Language

import nlp.components  # noqa: F401 (registers the factories)

PIPES = (
    "fortell_redaction",
    "fortell_language",
    "fortell_units",
    "fortell_encoder",
    "fortell_heads",
    "fortell_safety",
)


@cache
def load(num_threads: int | None = None) -> Language:
    """Load the language engine; the same object for the same argument.

    Args:
        num_threads: OpenMP threads of the encoder; None leaves it to OMP_NUM_THREADS.

    Returns:
        A spaCy pipeline. Its documents carry `doc._.redactions`, `redacted`, `language`, `units`
        and `safety`.

    Raises:
        ModelMissing: encoder or weights cannot be loaded.
    """
    engine = spacy.blank("nb")
    # Stories are short; the limit only guards against a file that is one line.
    engine.max_length = 10_000_000
    for pipe in PIPES:
        config = {"num_threads": num_threads} if pipe == "fortell_encoder" else {}
        engine.add_pipe(pipe, config=config)
    return engine
