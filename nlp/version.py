"""Which engine, weights and codebook annotate."""

import json
import sys
from typing import TYPE_CHECKING

from nlp.codebook import codebook
from nlp.codebook.in_use import own_version
from nlp.encoder import WEIGHTS
from nlp.errors import ModelMissing

if TYPE_CHECKING:
    from nlp.components.transformer_head import HeadCard

ENGINE_VERSION = "0.7"


def model_version() -> str:
    """Version of what annotates, such as `0.4+weights.1f2e3d4c+codebook.0.2`.

    Own themes of the deployment follow, and heads that a `transformers` model stands in for, each
    with the version of its model.

    Raises:
        ModelMissing: the weights are absent.
    """
    try:
        meta = json.loads((WEIGHTS / "meta.json").read_text(encoding="utf-8"))
        digest = meta["weights_sha256"][:8]
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(
            "The weights of the language engine are missing. Reinstall fortell, or train them "
            "anew: docs/nlp.md."
        ) from error
    own = f"{ENGINE_VERSION}+weights.{digest}+codebook.{codebook().version}"
    if added := own_version():
        own += f"+own.{added}"
    others = sorted((head, card["version"]) for head, card in _heads_in_use().items())
    return own + "".join(f"+{head}.{version}" for head, version in others)


def _heads_in_use() -> "dict[str, HeadCard]":
    pipeline = sys.modules.get("nlp.pipeline")  # spaCy is slow to import; nobody chose without it
    return pipeline.heads_in_use() if pipeline else {}
