"""Which engine, weights and codebook annotate."""

import json

from nlp.codebook import codebook
from nlp.encoder import WEIGHTS
from nlp.errors import ModelMissing

ENGINE_VERSION = "0.2"


def model_version() -> str:
    """Version of what annotates, such as `0.2+weights.1f2e3d4c+codebook.0.2`.

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
    return f"{ENGINE_VERSION}+weights.{digest}+codebook.{codebook().version}"
