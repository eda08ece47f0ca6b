"""spaCy component that reads the de-identified text of a story."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

import nlp.components.document  # noqa: F401 (registers the attributes)
from nlp.encoder import Encoder, shared_encoder


@Language.factory(
    "fortell_encoder",
    requires=["doc._.redacted"],
    assigns=["doc._.states"],
    default_config={"weights": None, "num_threads": None},
)
def make_encoder(
    nlp: Language, name: str, weights: str | None, num_threads: int | None
) -> "EncoderComponent":
    """Create the component that reads stories.

    weights (str | None): folder of the weights; None takes those that ship.
    num_threads (int | None): CPU threads; None takes one for each core.
    RETURNS (EncoderComponent): the component.
    """
    if weights:
        return EncoderComponent(Encoder(Path(weights), num_threads))
    return EncoderComponent(shared_encoder(num_threads))


class EncoderComponent:
    """Sets `doc._.states` to the encoder's states of `doc._.redacted`.

    Only the de-identified text is read, so a story gets the same codes before and after its
    redaction. A story in which nothing was removed was read by the tagger already.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def __call__(self, doc: Doc) -> Doc:
        """Read one document.

        doc (Doc): a redacted document.
        RETURNS (Doc): the same document.
        """
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Read many documents, a batch at a time.

        stream (Iterable[Doc]): redacted documents.
        batch_size (int): documents per call of the encoder.
        YIELDS (Doc): the same documents, in order.
        """
        documents = iter(stream)
        while batch := list(islice(documents, batch_size)):
            changed = [d for d in batch if d._.raw_states is None or d._.redacted != d.text]
            states = iter(self.encoder.encode([doc._.redacted for doc in changed]))
            for doc in batch:
                new = doc._.raw_states is None or doc._.redacted != doc.text
                doc._.states = next(states) if new else doc._.raw_states
                doc._.raw_states = None
                yield doc
