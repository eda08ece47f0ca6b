"""Puts the components together."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import spacy
from spacy.language import Language

import nlp.components  # noqa: F401 (registers the factories)
from nlp.codebook.in_use import own_version
from nlp.components.transformer_head import (
    HeadCard,
    Replacement,
    check_replacements,
    read_replacements,
    replaced_heads,
)

PIPES = (
    "fortell_language",
    "fortell_tagger",
    "fortell_redaction",
    "fortell_encoder",
    "fortell_units",
    "fortell_heads",
    "fortell_evidence",
    "fortell_safety",
)
_chosen: dict[str, Replacement] = {}
_READERS = ("fortell_tagger", "fortell_encoder")


def use_heads(path: Path) -> None:
    """Let `transformers` models take the place of heads in this process.

    From now on `load()` without replacements, `annotate()` and `model_version()` follow the file.

    Args:
        path: a YAML file, see `read_replacements` in `nlp.components.transformer_head`.

    Raises:
        ValueError: the file cannot be read, or a head or setting is unknown or missing.
    """
    found = read_replacements(path)
    _chosen.clear()
    _chosen.update(found)


def heads_in_use() -> dict[str, HeadCard]:
    """Cards of the models that `use_heads` put in; loads them on first use."""
    return replaced_heads(load()) if _chosen else {}


def load(
    num_threads: int | None = None, replacements: Mapping[str, Replacement] | None = None
) -> Language:
    """Load the language engine; the same object for equal arguments.

    Args:
        num_threads: CPU threads of the encoder; None takes one for each core.
        replacements: for each head that a `transformers` model takes the place of, its `model`,
            `licence` and `figures`: {"sentiment": {"model": "models/norbert", "licence":
            "Apache-2.0", "figures": {"macro_f1": 0.71}}}. `replaced_heads(engine)` in
            `nlp.components.transformer_head` shows them again. None takes those of `use_heads`.

    Returns:
        A spaCy pipeline. Its documents carry `doc._.language`, `dialect`, `entities`,
        `redactions`, `redacted`, `units`, `unit_vectors`, `themes` and `safety`.

    Raises:
        ModelMissing: encoder, weights, or a model that replaces a head cannot be loaded.
        UnfitTheme: an own theme, see `nlp.use_own_themes`, cannot be told from its phrases.
        ValueError: a replacement has no licence or no figures, or its labels are not the head's.
    """
    wanted = _chosen if replacements is None else replacements
    check_replacements(wanted)
    return _build(num_threads, json.dumps(wanted, sort_keys=True, default=str), own_version())


def shipped() -> Language:
    """The language engine as it ships, without replaced heads and own themes; see `load`."""
    return _build(None, "{}", "")


@cache
def _build(num_threads: int | None, replacements: str, own: str) -> Language:
    engine = spacy.blank("nb")
    # Stories are short; the limit only guards against a file that is one line.
    engine.max_length = 10_000_000
    for pipe in PIPES:
        config = {"num_threads": num_threads} if pipe in _READERS else {}
        engine.add_pipe(pipe, config=config)
    for head, wanted in json.loads(replacements).items():
        engine.add_pipe(
            "fortell_transformer_head",
            name=f"fortell_transformer_{head}",
            config={"head": head, "num_threads": num_threads, **wanted},
        )
    if own:
        engine.add_pipe("fortell_own_themes")
    return engine
