"""spaCy component that marks stories in which somebody may be in danger."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from enumerations import SafetyFlag
from nlp.heads import LEARNT_FLAGS, WEIGHTS, load_heads
from nlp.safety import IDENTIFYING, phrase_flags


@Language.factory(
    "fortell_safety",
    requires=["doc._.unit_vectors", "doc._.redactions"],
    assigns=["doc._.safety"],
    default_config={"weights": None},
)
def make_safety(nlp: Language, name: str, weights: str | None) -> "SafetyComponent":
    """Create the component that flags stories.

    weights (str | None): folder with heads.npz and meta.json; None takes those that ship.
    RETURNS (SafetyComponent): the component.
    """
    return SafetyComponent(Path(weights) if weights else WEIGHTS)


class SafetyComponent:
    """Sets `doc._.safety` to flags raised by a phrase or by the linear head."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self.head = load_heads(weights).safety

    def __call__(self, doc: Doc) -> Doc:
        """Flag one document.

        doc (Doc): a document with redactions and unit vectors.
        RETURNS (Doc): the same document.
        """
        flags = {flag.value for flag in phrase_flags(doc.text)}
        if doc._.units:
            raised = self.head.margins(doc._.unit_vectors).max(axis=0)
            flags |= {flag for flag, margin in zip(LEARNT_FLAGS, raised, strict=True) if margin > 0}
        if any(r["type"] in IDENTIFYING for r in doc._.redactions):
            flags.add(SafetyFlag.IDENTIFYING.value)
        doc._.safety = [flag.value for flag in SafetyFlag if flag.value in flags]
        return doc
