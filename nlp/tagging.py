"""Marks names with the trained tagger, and de-identifies texts with every layer there is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from enumerations import RedactionType
from nlp.encoder import Encoder, States, shared_encoder
from nlp.heads import Heads, load_heads, softmax, tag_spans, word_logits
from nlp.labels import TAGS
from nlp.redaction import Redacted, Redaction, redact
from nlp.redaction.names import Word, identifies_nobody, kind_of_word
from nlp.redaction.numbers import said_digits
from nlp.words import word_spans

_ENTITY_LIMIT = 0.5
# The rarer a word is beside a name, the less the network needs to doubt (chosen on dev and h28).
_LIMITS = {Word.NAME_OR_WORD: 0.95, Word.UNKNOWN: 0.85, Word.BUILT: 0.7}
_NUMBERS = frozenset({RedactionType.PHONE, RedactionType.ID})
_FEWEST_DIGITS = 3
_NAMES = tuple(
    tag[2:] in (RedactionType.PERSON, RedactionType.PLACE, RedactionType.ORG)
    for tag in TAGS["identifying"]
)
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
            limit: see `marked`; for ordinary words. What is or may be a name needs less.
        """
        words = word_spans(text)
        shares = softmax(word_logits(self._heads.tags["identifying"], states, words))
        return identifying_marks(text, words, shares, limit)

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


def identifying_marks(
    text: str,
    words: list[tuple[int, int]],
    probabilities: npt.NDArray[np.floating[Any]],
    limit: float,
) -> Marked:
    """What identifies, from the probabilities of the words.

    Args:
        text: as it was given in.
        words: spans of its words.
        probabilities: (words, tags), tag 0 is that the word is nothing.
        limit: a word is marked where it is nothing with less than this.
    """
    limits = np.full(len(words), limit)
    doubted = (probabilities[:, 0] >= limit) & (probabilities[:, 0] < max(_LIMITS.values()))
    for index in np.flatnonzero(doubted):
        if _NAMES[int(probabilities[index, 1:].argmax()) + 1]:
            start, end = words[index]
            limits[index] = _LIMITS.get(kind_of_word(text[start:end]), limit)
    marks = tag_spans(probabilities, words, TAGS["identifying"], limits)
    return [mark for mark in marks if _counts(text[mark[0] : mark[1]], mark[2])]


def _counts(marked: str, kind: str) -> bool:
    """Whether a mark is one that the rules leave to the network: they know every date, and what
    identifies nobody."""
    if kind == RedactionType.DATE or identifies_nobody(marked):
        return False
    return _has_its_shape(marked, kind)


def _has_its_shape(marked: str, kind: str) -> bool:
    """Whether numbers hold digits, streets a house and mail a sign: "mailen" alone is a word."""
    if not any(map(str.isalnum, marked)):
        return False
    if kind in _NUMBERS:
        digits = sum(map(str.isdigit, marked))
        return digits >= _FEWEST_DIGITS or any(map(said_digits, marked.lower().split()))
    if kind == RedactionType.ADDRESS:
        return " " in marked
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
