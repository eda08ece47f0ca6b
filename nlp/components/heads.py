"""spaCy components that code units: themes and axes, and the words that carried a theme."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from nlp.codebook import codebook
from nlp.components.document import EvidenceDict, Redactor, ThemeDict, Unit
from nlp.encoder import WEIGHTS
from nlp.heads import Heads, choose_themes, in_story, load_heads, tokens_of
from nlp.labels import AXES
from nlp.words import word_spans

_DIGITS = 3
PROPOSALS = 5
"""Themes that are proposed for a story."""
# A theme between these probabilities, or an axis whose best value is below the second figure, is
# said to be uncertain.
_UNCERTAIN = (0.3, 0.5)
_EVIDENCE_WORDS = 4


@registry.scorers("fortell.unit_scorer.v1")  # type: ignore[untyped-decorator]
def make_unit_scorer() -> Any:
    """Scorer for coded units.

    RETURNS (Callable): `score_units`.
    """
    return score_units


def score_units(examples: Iterable[Example], **kwargs: Any) -> dict[str, float]:
    """Compare units that reference and prediction both cut at the same place.

    examples (Iterable[Example]): references carry coded units in `doc._.units`.
    RETURNS (dict[str, float]): micro F1 of themes and accuracy of each axis; an axis that no
        shared unit has is left out.
    """
    hits = proposed = wanted = 0
    right: dict[str, list[bool]] = {axis: [] for axis in AXES}
    for example in examples:
        predicted = {(u["start"], u["end"]): u for u in example.predicted._.units}
        for gold in example.reference._.units:
            unit = predicted.get((gold["start"], gold["end"]))
            if unit is None:
                continue
            found = {theme["id"] for theme in unit["themes"] or ()}
            true = {theme["id"] for theme in gold["themes"] or ()}
            hits += len(found & true)
            proposed += len(found)
            wanted += len(true)
            for axis in AXES:
                if gold[axis] is not None:
                    right[axis].append(unit[axis] == gold[axis])
    scores = {f"{axis}_acc": sum(r) / len(r) for axis, r in right.items() if r}
    if proposed + wanted:
        scores["themes_f"] = 2 * hits / (proposed + wanted)
    return scores


@Language.factory(
    "fortell_heads",
    requires=["doc._.states", "doc._.units", "doc._.unit_spans"],
    assigns=["doc._.units", "doc._.themes", "doc._.unit_vectors"],
    default_config={"weights": None, "scorer": {"@scorers": "fortell.unit_scorer.v1"}},
    default_score_weights={"themes_f": 0.5, "sentiment_acc": 0.5},
)
def make_heads(nlp: Language, name: str, weights: str | None, scorer: Any) -> "HeadsComponent":
    """Create the component that codes units.

    weights (str | None): folder of the weights; None takes those that ship.
    scorer (Callable): how `nlp.evaluate` scores it.
    RETURNS (HeadsComponent): the component.
    """
    return HeadsComponent(load_heads(Path(weights) if weights else WEIGHTS), scorer)


class HeadsComponent:
    """Fills themes and axes of `doc._.units`, and `doc._.themes`, the proposals for the story.

    `doc._.unit_vectors` holds an embedding of each unit for search and clustering, float32 of
    shape (units, 384), each row of length one.
    """

    def __init__(self, heads: Heads, scorer: Any = score_units) -> None:
        self.heads, self.score = heads, scorer
        self._ids = codebook().theme_ids
        self._limit = codebook().max_codes_per_unit

    def __call__(self, doc: Doc) -> Doc:
        """Code the units of one document.

        doc (Doc): a document with states and units.
        RETURNS (Doc): the same document.
        """
        themes: list[Any] = []
        vectors = []
        coded: list[Unit] = []
        for unit, span in zip(doc._.units, doc._.unit_spans, strict=True):
            tokens = tokens_of(doc._.states, span)
            states = doc._.states.vectors[tokens]
            if not len(states):
                states = np.zeros((1, doc._.states.vectors.shape[1]), np.float32)
            mean = self.heads.embedding.logits(states.mean(axis=0))
            vectors.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
            text = doc._.redacted[slice(*span)]
            probabilities, shares = self.heads.code(states, text)
            themes.append(probabilities)
            coded.append(self._code(unit, probabilities, shares))
        doc._.units = coded
        doc._.unit_vectors = np.asarray(vectors, np.float32)
        doc._.themes = self._proposals(in_story(np.array(themes))) if coded else []
        return doc

    def _code(self, unit: Unit, probabilities: Any, axes: dict[str, Any]) -> Unit:
        chosen = choose_themes(probabilities, self.heads.thresholds, self._ids, self._limit)
        uncertain = []
        if not chosen or chosen[0][1] < _UNCERTAIN[1]:
            uncertain.append("themes")
        values: dict[str, Any] = {}
        for axis, shares in axes.items():
            values[axis] = AXES[axis][int(shares.argmax())]
            if shares.max() < _UNCERTAIN[1]:
                uncertain.append(axis)
        themes: list[ThemeDict] = [{"id": theme, "p": round(p, _DIGITS)} for theme, p in chosen]
        return {**unit, "themes": themes, **values, "uncertain": uncertain}  # type: ignore[typeddict-item]

    def _proposals(self, story: Any) -> list[ThemeDict]:
        order = np.argsort(-story, kind="stable")[:PROPOSALS]
        return [{"id": self._ids[i], "p": round(float(story[i]), _DIGITS)} for i in order]


@Language.factory(
    "fortell_evidence",
    requires=["doc._.states", "doc._.units", "doc._.unit_spans"],
    assigns=["doc._.units"],
    default_config={"weights": None},
)
def make_evidence(nlp: Language, name: str, weights: str | None) -> "Evidence":
    """Create the component that shows which words carried a theme.

    weights (str | None): folder of the weights; None takes those that ship.
    RETURNS (Evidence): the component.
    """
    return Evidence(load_heads(Path(weights) if weights else WEIGHTS))


class Evidence:
    """Fills `evidence` of each unit: for each theme the words that spoke most for it."""

    def __init__(self, heads: Heads) -> None:
        self._head = heads.themes
        self._ids = codebook().theme_ids

    def __call__(self, doc: Doc) -> Doc:
        """Find the words behind the themes of one document.

        doc (Doc): a document with coded units.
        RETURNS (Doc): the same document.
        """
        way = Redactor(doc.text, doc._.redactions)
        for unit, (start, end) in zip(doc._.units, doc._.unit_spans, strict=True):
            tokens = tokens_of(doc._.states, (start, end))
            words = [w for w in word_spans(way.text) if start <= w[0] < end]
            for theme in unit["themes"] or ():
                speaks = self._head.contributions(
                    doc._.states.vectors[tokens], self._ids.index(theme["id"])
                )
                unit["evidence"] += self._words(way, doc, theme["id"], words, tokens, speaks)
        return doc

    def _words(
        self, way: Redactor, doc: Doc, theme: str, words: Any, tokens: Any, speaks: Any
    ) -> list[EvidenceDict]:
        weights = np.zeros(len(words), np.float32)
        for token, value in zip(tokens, speaks, strict=True):
            a, b = doc._.states.offsets[token]
            for i, (start, end) in enumerate(words):
                if a < end and b > start and way.text[start].isalnum():
                    weights[i] += value
                    break
        loudest = [i for i in np.argsort(-weights)[:_EVIDENCE_WORDS] if weights[i] > 0]
        found: list[EvidenceDict] = []
        for i in sorted(loudest):
            start, end = way.original(*words[i])
            found.append({"theme": theme, "start": start, "end": end})
        return found
