"""Cuts a story into units of meaning: where the network hears a new statement begin."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from nlp.components.document import Redactor, empty_unit
from nlp.encoder import WEIGHTS
from nlp.heads import Heads, load_heads, sigmoid, word_logits
from nlp.words import word_spans

Span = tuple[int, int]


def cut(
    text: str, words: Sequence[Span], begins: Sequence[bool], closed: Sequence[Span] = ()
) -> list[Span]:
    """Units of a text from the words that begin one.

    A line break always parts units. A piece without a letter or digit joins the unit before it.

    Args:
        text: a story.
        words: spans of its words and signs, in order.
        begins: for each word, whether a unit begins with it.
        closed: spans that must not be cut, such as placeholders.

    Returns:
        Ordered (start, end) in code points; together they cover everything but blanks.
    """
    units: list[Span] = []
    waiting: int | None = None
    previous = 0
    for (start, end), begin in zip(words, begins, strict=True):
        spoken = text[start].isalnum()
        fresh = not units or begin or "\n" in text[previous:start]
        inside = any(a < start < b for a, b in closed)
        apart = previous < start or not units
        if fresh and not inside and apart and (spoken or any(a == start for a, _ in closed)):
            units.append((start if waiting is None else waiting, end))
            waiting = None
        elif units and waiting is None:
            units[-1] = (units[-1][0], end)
        elif waiting is None:
            waiting = start
        previous = end
    if not units and words:
        units = [(words[0][0], words[-1][1])]
    return units


@Language.factory(
    "fortell_units",
    requires=["doc._.states", "doc._.redactions"],
    assigns=["doc._.units", "doc._.unit_spans"],
    default_config={"weights": None},
)
def make_units(nlp: Language, name: str, weights: str | None) -> "Units":
    """Create the component that finds units of meaning.

    weights (str | None): folder of the weights; None takes those that ship.
    RETURNS (Units): the component.
    """
    return Units(load_heads(Path(weights) if weights else WEIGHTS))


class Units:
    """Sets `doc._.units` to units whose themes and axes are still empty.

    `doc._.unit_spans` holds the same units as offsets of `doc._.redacted`.
    """

    def __init__(self, heads: Heads) -> None:
        self._head = heads.boundary
        self._limit = float(heads.meta["boundary_limit"])

    def __call__(self, doc: Doc) -> Doc:
        """Find units, never cutting a redaction.

        doc (Doc): a redacted document with states.
        RETURNS (Doc): the same document.
        """
        way = Redactor(doc.text, doc._.redactions)
        words = word_spans(way.text)
        probabilities = sigmoid(word_logits(self._head, doc._.states, words))[:, 0]
        begins = np.asarray(probabilities > self._limit).tolist()
        doc._.unit_spans = cut(way.text, words, begins, way.closed())
        doc._.units = [empty_unit(*way.original(*span)) for span in doc._.unit_spans]
        return doc
