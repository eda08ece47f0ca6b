"""spaCy component that marks stories in which somebody may be in danger."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from enumerations import SafetyFlag
from nlp.encoder import WEIGHTS
from nlp.heads import Heads, load_heads, sigmoid
from nlp.labels import LEARNT_FLAGS
from nlp.safety import IDENTIFYING, spoken_flags


@Language.factory(
    "fortell_safety",
    requires=["doc._.states", "doc._.redactions"],
    assigns=["doc._.safety"],
    default_config={"weights": None},
)
def make_safety(nlp: Language, name: str, weights: str | None) -> "SafetyComponent":
    """Create the component that flags stories.

    weights (str | None): folder of the weights; None takes those that ship.
    RETURNS (SafetyComponent): the component.
    """
    return SafetyComponent(load_heads(Path(weights) if weights else WEIGHTS))


class SafetyComponent:
    """Sets `doc._.safety` to flags raised by a phrase or by the network.

    What is said directly ("jeg vil dø") always counts. Another phrase alone is not enough where the
    network is sure that nothing is meant by it.
    """

    def __init__(self, heads: Heads) -> None:
        self.head = heads.safety
        self._thresholds = heads.safety_thresholds
        self._floor = float(heads.meta["phrase_floor"])

    def __call__(self, doc: Doc) -> Doc:
        """Flag one document.

        doc (Doc): a document with redactions and states.
        RETURNS (Doc): the same document.
        """
        spoken = spoken_flags(doc._.redacted)
        flags = {flag.value for flag in spoken.direct}
        if len(doc._.states.vectors):
            probabilities = sigmoid(self.head.look(doc._.states.vectors)[1])
            hinted = {flag.value for flag in spoken.hinted}
            for i, flag in enumerate(LEARNT_FLAGS):
                limit = self._floor if flag in hinted else self._thresholds[i]
                if probabilities[i] >= limit:
                    flags.add(flag)
        if any(r["type"] in IDENTIFYING for r in doc._.redactions):
            flags.add(SafetyFlag.IDENTIFYING.value)
        doc._.safety = [flag.value for flag in SafetyFlag if flag.value in flags]
        return doc
