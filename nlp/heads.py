"""The heads on the encoder's states: what the weight file holds, how a text is decided. numpy."""

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.codebook import codebook
from nlp.encoder import WEIGHTS, States, Vectors
from nlp.errors import ModelMissing
from nlp.labels import AXES, LEARNT_FLAGS, TAGS
from nlp.ngrams import Ngrams, load_ngrams
from nlp.words import first_tokens

Span = tuple[int, int]
_ADVICE = "Reinstall fortell, or train it anew: docs/nlp.md."


@dataclass(frozen=True)
class Linear:
    """A linear layer on single tokens."""

    weight: Vectors
    bias: Vectors

    def logits(self, states: Vectors) -> Vectors:
        """Logits of shape (tokens, labels)."""
        return states @ self.weight.T + self.bias


@dataclass(frozen=True)
class LabelAttention:
    """A head whose labels each look at the tokens of a unit in their own way.

    `scale` and `shift` calibrate logits to probabilities (Platt 1999).
    """

    query: Vectors
    weight: Vectors
    bias: Vectors
    scale: Vectors
    shift: Vectors

    def look(self, states: Vectors) -> tuple[Vectors, Vectors]:
        """Attention and calibrated logits of one unit.

        Args:
            states: (tokens, width) of the unit.

        Returns:
            Attention (tokens, labels) and logits (labels,).
        """
        scores = states @ self.query.T
        attention = np.exp(scores - scores.max(axis=0))
        attention /= attention.sum(axis=0)
        logits = (attention * (states @ self.weight.T)).sum(axis=0) + self.bias
        return attention, logits * self.scale + self.shift

    def contributions(self, states: Vectors, label: int) -> Vectors:
        """How much each token speaks for a label, (tokens,)."""
        attention, _ = self.look(states)
        values: Vectors = attention[:, label] * (states @ self.weight[label])
        return values


@dataclass(frozen=True)
class Heads:
    """All heads of the engine, and the meta data of their weight file.

    `ngram_scale` says, per label of theirs, how much the n-grams count beside the network.
    """

    boundary: Linear
    tags: dict[str, Linear]
    themes: LabelAttention
    ngrams: Ngrams
    ngram_scale: Vectors
    thresholds: Vectors
    axes: dict[str, LabelAttention]
    safety: LabelAttention
    safety_thresholds: Vectors
    embedding: Linear
    meta: dict[str, Any]

    def code(self, states: Vectors, text: str) -> tuple[Vectors, dict[str, Vectors]]:
        """Code a unit.

        Args:
            states: (tokens, width) of the unit.
            text: of the unit, de-identified.

        Returns:
            Calibrated probabilities of the themes (themes,), and of the values of each axis.
        """
        beside = self.ngram_scale * self.ngrams.logits(text)
        logits = {axis: head.look(states)[1] for axis, head in self.axes.items()}
        themes = self.themes.look(states)[1]
        logits["sentiment"] = logits["sentiment"] + beside[len(themes) :]
        shares = {axis: softmax(found) for axis, found in logits.items()}
        return sigmoid(themes + beside[: len(themes)]), shares


def sigmoid(logits: Vectors) -> Vectors:
    """Probabilities of independent labels."""
    result = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return np.asarray(result, np.float32)


def softmax(logits: Vectors) -> Vectors:
    """Probabilities of labels of which one is true; over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Vectors = powers / powers.sum(axis=-1, keepdims=True)
    return result


@cache
def load_heads(folder: Path = WEIGHTS) -> Heads:
    """Read heads.npz, ngrams.npz and meta.json.

    Args:
        folder: where the files lie.

    Raises:
        ModelMissing: a file is absent, broken, or made for another codebook.
    """
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        heads = folder / "heads.npz"
        with heads.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files}
        found = Heads(
            Linear(arrays["boundary.weight"], arrays["boundary.bias"]),
            {
                name: Linear(arrays[f"tags.{name}.weight"], arrays[f"tags.{name}.bias"])
                for name in TAGS
            },
            _attention(arrays, "themes"),
            load_ngrams(folder),
            arrays["ngrams.scale"],
            arrays["themes.threshold"],
            {axis: _attention(arrays, f"axes.{axis}") for axis in AXES},
            _attention(arrays, "safety"),
            arrays["safety.threshold"],
            Linear(arrays["embedding.weight"], arrays["embedding.bias"]),
            meta,
        )
        fits = tuple(meta["themes"]) == codebook().theme_ids
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelMissing(
            f"The weights of the language engine cannot be read from {folder.name}. {_ADVICE}"
        ) from error
    if not fits:
        raise ModelMissing(f"The weights were made for another codebook version. {_ADVICE}")
    return found


def _attention(arrays: dict[str, Vectors], name: str) -> LabelAttention:
    labels = len(arrays[f"{name}.bias"])
    return LabelAttention(
        arrays[f"{name}.query"],
        arrays[f"{name}.weight"],
        arrays[f"{name}.bias"],
        arrays.get(f"{name}.scale", np.ones(labels, np.float32)),
        arrays.get(f"{name}.shift", np.zeros(labels, np.float32)),
    )


def tokens_of(states: States, span: Span) -> list[int]:
    """Numbers of the tokens that a span of the text touches."""
    start, end = span
    return [i for i, (a, b) in enumerate(states.offsets) if a < end and b > start]


def tag_spans(
    probabilities: npt.NDArray[np.floating[Any]],
    words: Sequence[Span],
    tags: Sequence[str],
    outside: float | npt.NDArray[np.float64] = 0.5,
) -> list[tuple[int, int, str]]:
    """Marked spans of a text.

    A word is marked when the probability of O is below a limit; the most probable label names it.
    Neighbouring words of one label are one span unless a new one begins.

    Args:
        probabilities: (words, tags), tag 0 is O.
        words: spans of the words.
        tags: names of the tags, B and I of each label.
        outside: a word stays unmarked when P(O) is at least this; one for all or one for each.

    Returns:
        (start, end, label) in order.
    """
    spans: list[tuple[int, int, str]] = []
    previous = None
    limits = np.broadcast_to(outside, len(words))
    for (start, end), row, limit in zip(words, probabilities, limits, strict=True):
        if row[0] >= limit:
            previous = None
            continue
        best = int(row[1:].argmax()) + 1
        label = tags[best][2:]
        begins = row[tags.index(f"B-{label}")] > row[tags.index(f"I-{label}")]
        if previous == label and not begins:
            spans[-1] = (spans[-1][0], end, label)
        else:
            spans.append((start, end, label))
        previous = label
    return spans


def word_logits(head: Linear, states: States, words: Sequence[Span]) -> Vectors:
    """Logits of each word, read at its first token; a word without a token gets those of O."""
    tokens = first_tokens(list(words), states.offsets)
    logits = head.logits(states.vectors)
    nothing = np.full(logits.shape[1], -30, np.float32)
    nothing[0] = 30
    return np.stack([logits[t] if t >= 0 else nothing for t in tokens]) if words else logits[:0]


def in_story(probabilities: Vectors) -> Vectors:
    """Probability that at least one unit of a story has a theme (noisy or, Pearl 1988, §4.3).

    Args:
        probabilities: (units, themes), at least one unit.

    Returns:
        (themes,).
    """
    result: Vectors = 1 - np.prod(1 - probabilities, axis=0)
    return result


def choose_themes(
    probabilities: Vectors, thresholds: Vectors, ids: Sequence[str], limit: int
) -> list[tuple[str, float]]:
    """Themes of a unit with their probabilities, most probable first.

    A meta code says that a unit has no theme, so it stands only where no theme does.

    Args:
        probabilities: (themes,).
        thresholds: (themes,), what a probability must reach.
        ids: theme ids in the order of the columns.
        limit: most themes that a unit may have.
    """
    order = np.argsort(-probabilities, kind="stable")
    found = [(ids[i], float(probabilities[i])) for i in order if probabilities[i] >= thresholds[i]]
    themes = [theme for theme in found if not theme[0].startswith("X")]
    return themes[:limit] or found[:1]


__all__ = [
    "AXES",
    "LEARNT_FLAGS",
    "TAGS",
    "Heads",
    "LabelAttention",
    "Linear",
    "choose_themes",
    "in_story",
    "load_heads",
    "sigmoid",
    "softmax",
    "tag_spans",
    "tokens_of",
    "word_logits",
]
