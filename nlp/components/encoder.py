"""spaCy component that gives every unit of meaning a vector."""

from collections.abc import Iterable, Iterator
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc

from nlp.components.document import unit_text
from nlp.encoder import Encoder


@Language.factory(
    "fortell_encoder",
    requires=["doc._.units"],
    assigns=["doc._.unit_vectors"],
    default_config={"num_threads": None},
)
def make_encoder(nlp: Language, name: str, num_threads: int | None) -> "EncoderComponent":
    """Create the component that encodes units.

    num_threads (int | None): OpenMP threads; None leaves it to OMP_NUM_THREADS.
    RETURNS (EncoderComponent): the component.
    """
    return EncoderComponent(num_threads)


class EncoderComponent:
    """Sets `doc._.unit_vectors` to a float32 array, one row per unit of `doc._.units`.

    The de-identified text of a unit is encoded, so a story gives the same vectors before and
    after its redaction.
    """

    def __init__(self, num_threads: int | None = None) -> None:
        self.encoder = Encoder(num_threads)

    def __call__(self, doc: Doc) -> Doc:
        """Encode the units of one document.

        doc (Doc): a document with units.
        RETURNS (Doc): the same document.
        """
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Encode the units of many documents, a batch of documents at a time.

        stream (Iterable[Doc]): documents with units.
        batch_size (int): documents per call of the encoder.
        YIELDS (Doc): the same documents, in order.
        """
        documents = iter(stream)
        while batch := list(islice(documents, batch_size)):
            vectors = self.encoder.encode(
                [unit_text(doc, unit) for doc in batch for unit in doc._.units]
            )
            position = 0
            for doc in batch:
                end = position + len(doc._.units)
                doc._.unit_vectors = vectors[position:end]
                position = end
                yield doc
