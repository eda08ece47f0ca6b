"""spaCy component around `nlp.redact`: rules and lists, and what the tagger found."""

from spacy.language import Language
from spacy.tokens import Doc

import nlp.components.document  # noqa: F401 (registers the attributes)
from nlp.redaction import redact


@Language.factory(
    "fortell_redaction",
    requires=["doc._.identifying"],
    assigns=["doc._.redactions", "doc._.redacted"],
)
def make_redaction(nlp: Language, name: str) -> "RedactionComponent":
    """Create the component that finds what must be removed.

    RETURNS (RedactionComponent): the component, without settings.
    """
    return RedactionComponent()


class RedactionComponent:
    """Sets `doc._.redactions` (offsets of the document's text) and `doc._.redacted`."""

    def __call__(self, doc: Doc) -> Doc:
        """Find what must be removed; the document's own text stays as it is.

        doc (Doc): a document, with what a tagger found.
        RETURNS (Doc): the same document.
        """
        redacted = redact(doc.text, doc._.identifying)
        doc._.redacted = redacted.text
        doc._.redactions = [
            {"start": r.start, "end": r.end, "type": r.type.value} for r in redacted.redactions
        ]
        return doc
