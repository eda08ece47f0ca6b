"""spaCy component that marks names: entities, and what may tell who wrote a story."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

import nlp.components.document  # noqa: F401 (registers the attributes)
from nlp.encoder import WEIGHTS, Encoder, shared_encoder
from nlp.heads import load_heads
from nlp.tagging import NameTagger, removable


@registry.scorers("fortell.entity_scorer.v1")  # type: ignore[untyped-decorator]
def make_entity_scorer() -> Any:
    """Scorer for entities.

    RETURNS (Callable): `score_entities`.
    """
    return score_entities


def score_entities(examples: Iterable[Example], **kwargs: Any) -> dict[str, float]:
    """Strict F1 of `doc._.entities`: span and label must both be right.

    examples (Iterable[Example]): references carry entities in `doc._.entities`.
    RETURNS (dict[str, float]): `entities_f`; nothing when neither side has any.
    """
    hits = total = 0
    for example in examples:
        found = {(e["start"], e["end"], e["label"]) for e in example.predicted._.entities}
        true = {(e["start"], e["end"], e["label"]) for e in example.reference._.entities}
        hits += len(found & true)
        total += len(found) + len(true)
    return {"entities_f": 2 * hits / total} if total else {}


@Language.factory(
    "fortell_tagger",
    assigns=["doc._.entities", "doc._.identifying", "doc._.raw_states"],
    default_config={
        "weights": None,
        "num_threads": None,
        "scorer": {"@scorers": "fortell.entity_scorer.v1"},
    },
    default_score_weights={"entities_f": 1.0},
)
def make_tagger(
    nlp: Language, name: str, weights: str | None, num_threads: int | None, scorer: Any
) -> "Tagger":
    """Create the component that marks names.

    weights (str | None): folder of the weights; None takes those that ship.
    num_threads (int | None): CPU threads of the encoder; None takes one for each core.
    scorer (Callable): how `nlp.evaluate` scores it.
    RETURNS (Tagger): the component.
    """
    folder = Path(weights) if weights else WEIGHTS
    encoder = Encoder(folder, num_threads) if weights else shared_encoder(num_threads)
    return Tagger(NameTagger(encoder, load_heads(folder)), scorer)


class Tagger:
    """Reads the text as it was given in; sets `doc._.entities` and `doc._.identifying`.

    Both are spans in code points. `identifying` leans towards recall: it is what the redactor
    removes beside what its rules find.
    """

    def __init__(self, tagger: NameTagger, scorer: Any = score_entities) -> None:
        self.tagger, self.score = tagger, scorer

    def __call__(self, doc: Doc) -> Doc:
        """Mark the names of one document.

        doc (Doc): a document.
        RETURNS (Doc): the same document.
        """
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Mark the names of many documents, a batch at a time.

        stream (Iterable[Doc]): documents.
        batch_size (int): documents per call of the encoder.
        YIELDS (Doc): the same documents, in order.
        """
        documents = iter(stream)
        while batch := list(islice(documents, batch_size)):
            for doc, names in zip(
                batch, self.tagger.read([doc.text for doc in batch]), strict=True
            ):
                doc._.raw_states = names.states
                doc._.entities = [
                    {"start": start, "end": end, "label": label}
                    for start, end, label in names.entities
                ]
                doc._.identifying = removable(names)
                yield doc
