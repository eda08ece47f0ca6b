"""Runs the engine over annotated rows and keeps, side by side, what was true and what it said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

from nlp.codebook import codebook
from nlp.components.document import Redactor
from nlp.evaluation.files import CodedUnit, Narrative, Review, Row, Span, Tagged
from nlp.heads import Heads, load_heads, sigmoid, tokens_of

Array = npt.NDArray[np.float32]
_BATCH = 64


@dataclass(frozen=True)
class Heard:
    """An annotated unit and the probabilities that the heads gave it."""

    story: int
    gold: CodedUnit
    themes: Array
    axes: dict[str, Array]


@dataclass(frozen=True)
class Story:
    """An annotated story and what the engine said of it."""

    gold: Narrative
    units: list[Any]
    proposals: list[str]
    redactions: list[Any]
    lowered: list[Any]
    safety: frozenset[str]
    safety_probabilities: Array
    said: frozenset[str]
    hinted: frozenset[str]


@dataclass(frozen=True)
class Answers:
    """What the engine said of files: stories, units as annotated, reviews and tagged sentences."""

    stories: list[Story]
    units: list[Heard]
    reviews: list[tuple[Review, Array]]
    tagged: list[tuple[Tagged, list[Span]]]


def listen(rows: Sequence[Row], engine: Language) -> Answers:
    """Run the engine over rows.

    Args:
        rows: of any of the three formats.
        engine: `nlp.load()`.
    """
    stories = [row for row in rows if isinstance(row, Narrative)]
    reviews = [row for row in rows if isinstance(row, Review)]
    tagged = [row for row in rows if isinstance(row, Tagged)]
    heads = load_heads()
    units: list[Heard] = []
    heard: list[Story] = []
    # Lower-casing a few letters changes their number; such a text is left as it is.
    lowered = [n.text.lower() if len(n.text.lower()) == len(n.text) else n.text for n in stories]
    finder = engine.select_pipes(enable=["fortell_tagger", "fortell_redaction"])
    with finder:
        removed = [list(doc._.redactions) for doc in engine.pipe(lowered, batch_size=_BATCH)]
    for number, (doc, gold) in enumerate(_pairs(engine, stories)):
        heard.append(_story(doc, gold, removed[number], heads))
        units += [_heard(doc, unit, number, heads) for unit in gold.units]
    sentiments = [
        (gold, _heard(doc, CodedUnit(0, len(gold.text)), 0, heads).axes["sentiment"])
        for doc, gold in _pairs(engine, reviews)
    ]
    with engine.select_pipes(enable=["fortell_tagger"]):
        names = [
            (gold, [Span(e["start"], e["end"], e["label"]) for e in doc._.entities])
            for doc, gold in _pairs(engine, tagged)
        ]
    return Answers(heard, units, sentiments, names)


def _pairs(engine: Language, rows: Sequence[Any]) -> Iterator[tuple[Doc, Any]]:
    pairs: Iterator[tuple[Doc, Any]] = engine.pipe(
        ((row.text, row) for row in rows), as_tuples=True, batch_size=_BATCH
    )
    return pairs


def _story(doc: Doc, gold: Narrative, lowered: list[Any], heads: Heads) -> Story:
    from nlp.safety import spoken_flags

    spoken = spoken_flags(doc._.redacted)
    vectors = doc._.states.vectors
    danger = (
        sigmoid(heads.safety.look(vectors)[1])
        if len(vectors)
        else np.zeros(len(heads.safety_thresholds), np.float32)
    )
    return Story(
        gold,
        doc._.units,
        [theme["id"] for theme in doc._.themes],
        doc._.redactions,
        lowered,
        frozenset(doc._.safety),
        danger,
        frozenset(flag.value for flag in spoken.direct),
        frozenset(flag.value for flag in spoken.hinted),
    )


def _heard(doc: Doc, unit: CodedUnit, story: int, heads: Heads) -> Heard:
    """Code a unit where the annotator cut it."""
    span = Redactor(doc.text, doc._.redactions).redacted(unit.start, unit.end)
    states = doc._.states.vectors[tokens_of(doc._.states, span)]
    if not len(states):
        states = np.zeros((1, doc._.states.vectors.shape[1]), np.float32)
    return Heard(story, unit, *heads.code(states, doc._.redacted[slice(*span)]))


def theme_matrix(units: Sequence[Heard]) -> tuple[npt.NDArray[np.bool_], Array]:
    """True themes and their probabilities, both (units, themes)."""
    ids = codebook().theme_ids
    true = np.array([[theme in (unit.gold.themes or ()) for theme in ids] for unit in units])
    return true.reshape(-1, len(ids)), np.array([unit.themes for unit in units])
