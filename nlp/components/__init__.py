"""spaCy components of the language engine. Importing this package registers their factories."""

from nlp.components import encoder, heads, language, redaction, safety, units
from nlp.components.document import RedactionDict, Unit

__all__ = ["RedactionDict", "Unit", "encoder", "heads", "language", "redaction", "safety", "units"]
