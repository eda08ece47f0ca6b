"""Marks names with the trained tagger, and de-identifies texts with every layer there is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from enumerations import RedactionType
from nlp.encoder import Encoder, States, shared_encoder
from nlp.heads import Heads, load_heads, softmax, tag_spans, word_logits
from nlp.labels import TAGS
from nlp.redaction import Redacted, Redaction, redact
from nlp.redaction.numbers import said_digits
from nlp.words import word_spans

_ENTITY_LIMIT = 0.5
_NUMBERS = frozenset({RedactionType.PHONE, RedactionType.ID})
_MAIL_SIGN = re.compile(r"[@.\d]|alfa|krøll|snabel", re.IGNORECASE)
Marked = list[tuple[int, int, str]]


@dataclass(frozen=True)
class Names:
    """What the tagger marks in one text, as (start, end, label) in code points.

    `identifying` leans towards recall: the redactor removes it beside what its rules find.
    """

    states: States
    entities: Marked
    identifying: Marked


class NameTagger:
    """Reads texts as they were given in.

    Args:
        encoder: reads the texts.
        heads: mark the words.
    """

    def __init__(self, encoder: Encoder, heads: Heads) -> None:
        self._encoder, self._heads = encoder, heads
        self._limit = float(heads.meta["identifying_limit"])

    def read(self, texts: Sequence[str]) -> list[Names]:
        """Mark the names of texts.

        Args:
            texts: strings without lone surrogates.
        """
        return [
            self._names(text, states)
            for text, states in zip(texts, self._encoder.encode(texts), strict=True)
        ]

    def _names(self, text: str, states: States) -> Names:
        return Names(
            states,
            self.marked("entities", text, states, _ENTITY_LIMIT),
            self.identifying(text, states, self._limit),
        )

    def identifying(self, text: str, states: States, limit: float) -> Marked:
        """What identifies, in a text that was read.

        Args:
            text: as it was given in.
            states: of the text.
            limit: see `marked`.
        """
        marks = self.marked("identifying", text, states, limit)
        return [mark for mark in marks if _has_its_shape(text[mark[0] : mark[1]], mark[2])]

    def marked(self, head: str, text: str, states: States, limit: float) -> Marked:
        """What a sequence head marks in a text that was read.

        Args:
            head: entities or identifying.
            text: as it was given in.
            states: of the text.
            limit: a word is marked where the probability that it is nothing is below this.
        """
        words = word_spans(text)
        probabilities = softmax(word_logits(self._heads.tags[head], states, words))
        return tag_spans(probabilities, words, TAGS[head], limit)


def _has_its_shape(marked: str, kind: str) -> bool:
    """Whether numbers hold a digit, and addresses a sign: "mailen" beside one is a word."""
    if kind in _NUMBERS:
        return any(map(str.isdigit, marked)) or any(map(said_digits, marked.lower().split()))
    return kind != RedactionType.EMAIL or _MAIL_SIGN.search(marked) is not None


def removable(names: Names) -> list[Redaction]:
    """What the redactor is to remove beside what its rules find."""
    return [Redaction(start, end, RedactionType(kind)) for start, end, kind in names.identifying]


@cache
def _tagger() -> NameTagger:
    return NameTagger(shared_encoder(), load_heads())


def deidentify(text: str) -> Redacted:
    """Remove what could tell who wrote a text: rules, lists and the trained tagger together.

    Args:
        text: a story without lone surrogates.

    Raises:
        ModelMissing: the encoder or the weights cannot be loaded.
    """
    (names,) = _tagger().read([text])
    return redact(text, removable(names))
