"""Which engine, weights and codebook annotate."""

import json

from nlp.codebook import codebook
from nlp.errors import ModelMissing
from nlp.heads import WEIGHTS

ENGINE_VERSION = "0.1"


def model_version() -> str:
    """Version of what annotates, such as `0.1+heads.1f2e3d4c+codebook.0.2`.

    Raises:
        ModelMissing: the weights are absent.
    """
    try:
        meta = json.loads((WEIGHTS / "meta.json").read_text(encoding="utf-8"))
        digest = meta["weights_sha256"][:8]
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(
            "The weights of the language engine are missing. Reinstall fortell, or train them with "
            "`python -m nlp.training.train_heads --data DIR`."
        ) from error
    return f"{ENGINE_VERSION}+heads.{digest}+codebook.{codebook().version}"
