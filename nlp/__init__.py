"""Language engine: text in, annotated document out. Knows no database, no HTTP, no survey.

from nlp import redact          # rules and lists only, cheap to import
from nlp import deidentify      # with the trained tagger
import nlp; nlp.load()("…")     # the whole spaCy pipeline
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nlp.codebook import codebook
from nlp.errors import ModelMissing
from nlp.redaction import Redacted, Redaction, redact

if TYPE_CHECKING:
    from nlp.annotation import Annotation, annotate
    from nlp.pipeline import load
    from nlp.tagging import deidentify
    from nlp.version import model_version

__all__ = [
    "Annotation",
    "ModelMissing",
    "Redacted",
    "Redaction",
    "annotate",
    "codebook",
    "deidentify",
    "load",
    "model_version",
    "redact",
]

# Imported on first use: they bring spaCy and numpy.
_LATER = {
    "Annotation": "nlp.annotation",
    "annotate": "nlp.annotation",
    "deidentify": "nlp.tagging",
    "load": "nlp.pipeline",
    "model_version": "nlp.version",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'nlp' has no attribute {name!r}")
    value = getattr(import_module(_LATER[name]), name)
    globals()[name] = value
    return value
