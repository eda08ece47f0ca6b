"""Language engine: text in, annotated document out. Knows no database, no HTTP, no survey.

from nlp import redact          # rules and lists only, cheap to import
from nlp import deidentify      # with the trained tagger
import nlp; nlp.load()("…")     # the whole spaCy pipeline
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nlp.codebook import codebook
from nlp.codebook.in_use import codebook_in_use, use_own_themes
from nlp.errors import ModelMissing, UnfitTheme
from nlp.redaction import Redacted, Redaction, redact

if TYPE_CHECKING:
    from nlp.annotation import Annotation, annotate
    from nlp.discovery import CodedUnit, coded_units, discover
    from nlp.pipeline import load, use_heads
    from nlp.proposals import Proposal, propose
    from nlp.summaries import pick, summarise
    from nlp.tagging import deidentify
    from nlp.version import model_version

__all__ = [
    "Annotation",
    "CodedUnit",
    "ModelMissing",
    "Proposal",
    "Redacted",
    "Redaction",
    "UnfitTheme",
    "annotate",
    "codebook",
    "codebook_in_use",
    "coded_units",
    "deidentify",
    "discover",
    "load",
    "model_version",
    "pick",
    "propose",
    "redact",
    "summarise",
    "use_heads",
    "use_own_themes",
]

# Imported on first use: they bring spaCy and numpy.
_LATER = {
    "Annotation": "nlp.annotation",
    "CodedUnit": "nlp.discovery",
    "Proposal": "nlp.proposals",
    "annotate": "nlp.annotation",
    "coded_units": "nlp.discovery",
    "deidentify": "nlp.tagging",
    "discover": "nlp.discovery",
    "load": "nlp.pipeline",
    "model_version": "nlp.version",
    "pick": "nlp.summaries",
    "propose": "nlp.proposals",
    "summarise": "nlp.summaries",
    "use_heads": "nlp.pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'nlp' has no attribute {name!r}")
    value = getattr(import_module(_LATER[name]), name)
    globals()[name] = value
    return value
