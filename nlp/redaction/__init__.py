"""De-identification of stories: rules and name lists, no model, no disk."""

from .core import Redacted, Redaction, redact

__all__ = ["Redacted", "Redaction", "redact"]
