"""Themes and tone from the words as they stand: a linear layer on n-grams, beside the network.

The network reads what a text means, and misses words that it has not met often; a word list reads
only those. Together they err less than either (docs/decisions/0020). Bags of n-grams with linear
classifiers: Joachims 1998; Wang and Manning 2012.
"""

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.encoder import WEIGHTS, Vectors
from nlp.errors import ModelMissing
from nlp.redaction.core import PLACEHOLDER

FILE = "ngrams.npz"
WORDS = 2
LETTERS = range(2, 6)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Ngrams:
    """A linear layer on the n-grams of a text.

    Args:
        places: row of each n-gram.
        weight: int8 of shape (n-grams, labels), in units of `scale`; first themes, then sentiment.
        scale: (labels,).
        bias: (labels,).
    """

    places: Mapping[str, int]
    weight: npt.NDArray[np.int8]
    scale: Vectors
    bias: Vectors

    def logits(self, text: str) -> Vectors:
        """Logits of the labels of a unit, (labels,)."""
        total = self.bias.copy()
        for rows in filter(None, known_ngrams(text, self.places)):
            found = self.weight[rows].sum(axis=0, dtype=np.int32)
            total += found * self.scale / np.float32(len(rows) ** 0.5)
        return total


def known_ngrams(text: str, places: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """Rows of the n-grams of words, and of letters, that a layer knows; each once."""
    words, letters = (
        list({places[ngram] for ngram in kind if ngram in places})
        for kind in (word_ngrams(text), letter_ngrams(text))
    )
    return words, letters


def word_ngrams(text: str) -> Iterator[str]:
    """Yield the words of a de-identified text and each two that follow one another."""
    words = _WORD.findall(_plain(text))
    for size in range(1, WORDS + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


def letter_ngrams(text: str) -> Iterator[str]:
    """Yield two to five letters in a row, with the blanks around a word; marked with a tab."""
    for word in _plain(text).split():
        padded = f" {word} "
        for size in LETTERS:
            for start in range(len(padded) - size + 1):
                yield "\t" + padded[start : start + size]


def _plain(text: str) -> str:
    """Without what stands for an identifier, which training never saw, and in one spelling."""
    return unicodedata.normalize("NFC", PLACEHOLDER.sub(" ", text).lower())


@cache
def load_ngrams(folder: Path = WEIGHTS) -> Ngrams:
    """Read ngrams.npz.

    Args:
        folder: where it lies.

    Raises:
        ModelMissing: the file is absent or broken.
    """
    try:
        with (folder / FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            names, weight = stored["ngrams"].tobytes().decode().split("\n"), stored["weight"]
            if len(names) != len(weight):
                raise ValueError("There are not as many n-grams as weights.")
            return Ngrams(
                {name: row for row, name in enumerate(names)},
                weight,
                stored["scale"].astype(np.float32),
                stored["bias"].astype(np.float32),
            )
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelMissing(
            f"The n-grams of the language engine cannot be read from {folder.name}. "
            "Reinstall fortell, or train it anew: docs/nlp.md."
        ) from error
