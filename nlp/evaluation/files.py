"""Reads annotated files. The only place that knows how their names differ.

Three formats, told apart by their fields; each a JSON object per line, gzipped or not:

- narratives: `text`, `sentences`, `pii`, `safety`, `variety`, …
- norec_sentence: `text`, `label` (a word, or a list of words where a sentence may have two poles)
- norne: `tokens`, `tags` (BIO)
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enumerations import (
    Attribution,
    Change,
    EntityLabel,
    RedactionType,
    SafetyFlag,
    Sentiment,
    Utterance,
    Variety,
)

_VARIETIES = {
    "nb-l2": Variety.SECOND_LANGUAGE,
    "dialekt-nordnorsk": Variety.NORTH,
    "dialekt-trondersk": Variety.TRONDER,
    "dialekt-bergensk": Variety.BERGEN,
    "dialekt-rogaland": Variety.STAVANGER,
    "dialekt-sunnmore": Variety.SUNNMORE,
    "dialekt-sorlandet": Variety.SOUTH,
    "dialekt-hedmark": Variety.EAST,
}
_SAFETY = {
    "selvmordstanker": SafetyFlag.SUICIDE_SELF_HARM,
    "selvskading": SafetyFlag.SUICIDE_SELF_HARM,
    "vold_i_hjemmet": SafetyFlag.VIOLENCE_ABUSE,
    "seksuelle_overgrep": SafetyFlag.VIOLENCE_ABUSE,
    "digital_seksuell_krenkelse": SafetyFlag.VIOLENCE_ABUSE,
    "vold_trusler_naermiljo": SafetyFlag.VIOLENCE_ABUSE,
}
# Geopolitical names are places here; derived words, products and events are no entities.
_ENTITIES = {
    "PER": EntityLabel.PERSON,
    "ORG": EntityLabel.ORGANISATION,
    "LOC": EntityLabel.LOCATION,
    "GPE_LOC": EntityLabel.LOCATION,
    "GPE_ORG": EntityLabel.LOCATION,
}


class Unreadable(Exception):
    """A file is in none of the formats; the message says where and what to do."""


@dataclass(frozen=True)
class Span:
    """A marked stretch of a text, in code points; end is exclusive."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class CodedUnit:
    """A unit as an annotator coded it; None stands for what the source does not annotate."""

    start: int
    end: int
    themes: tuple[str, ...] | None = None
    sentiment: Sentiment | None = None
    attribution: Attribution | None = None
    change: Change | None = None
    utterance: Utterance | None = None


@dataclass(frozen=True)
class Narrative:
    """One annotated story. `hand` is who wrote and annotated it; `variety` as the file names it,
    older names brought up to date."""

    hand: str
    text: str
    variety: str | None
    units: tuple[CodedUnit, ...]
    pii: tuple[Span, ...]
    safety: frozenset[SafetyFlag] | None


@dataclass(frozen=True)
class Review:
    """One sentence of NoReC_sentence and its polarity."""

    text: str
    sentiment: Sentiment


@dataclass(frozen=True)
class Tagged:
    """One sentence of NorNE; its tokens are joined by blanks."""

    text: str
    tokens: tuple[Span, ...]
    entities: tuple[Span, ...]


Row = Narrative | Review | Tagged


def read(file: Path) -> list[Row]:
    """Read an annotated file, whichever of the three formats it has.

    Args:
        file: JSON lines, with or without gzip. Its name without endings is the hand.

    Raises:
        Unreadable: a line has none of the formats, or uses an unknown value.
    """
    hand = file.name.split(".")[0]
    rows: list[Row] = []
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            rows.append(_row(json.loads(line), hand))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable(
                f"{file.name}, line {number}: not a narrative (text, sentences), nor "
                "NoReC_sentence (text, label), nor NorNE (tokens, tags), or a value in it is "
                "unknown. Compare the line with docs/nlp.md."
            ) from error
    return rows


def _lines(file: Path) -> Iterator[str]:
    try:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as stream:
            yield from stream
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise Unreadable(f"{file.name} cannot be read: {error}.") from error


def _row(row: dict[str, Any], hand: str) -> Row:
    if "sentences" in row:
        return _narrative(row, hand)
    if "label" in row:
        return _review(row)
    return _tagged(row)


def _narrative(row: dict[str, Any], hand: str) -> Narrative:
    return Narrative(
        hand,
        row["text"],
        _VARIETIES.get(row["variety"], row["variety"]),
        tuple(
            CodedUnit(
                s["start"],
                s["end"],
                tuple(s["themes"]),
                Sentiment(s["sentiment"]),
                Attribution(s["attribution"]),
                Change(s["change"]),
                Utterance(s["utterance"]),
            )
            for s in row["sentences"]
        ),
        tuple(Span(p["start"], p["end"], RedactionType(p["type"])) for p in row["pii"]),
        frozenset(_SAFETY.get(name) or SafetyFlag(name) for name in row["safety"]),
    )


def _review(row: dict[str, Any]) -> Review:
    labels = row["label"] if isinstance(row["label"], list) else [row["label"]]
    poles = {label.lower() for label in labels}
    return Review(row["text"], Sentiment.MIXED if len(poles) > 1 else Sentiment(poles.pop()))


def _tagged(row: dict[str, Any]) -> Tagged:
    tokens: list[Span] = []
    entities: list[Span] = []
    start = 0
    for token, tag in zip(row["tokens"], row["tags"], strict=True):
        end = start + len(token)
        tokens.append(Span(start, end, tag))
        label = _ENTITIES.get(tag[2:])
        if label is not None:
            continues = tag[0] == "I" and entities and tokens[-2].label[2:] == tag[2:]
            first = entities.pop().start if continues else start
            entities.append(Span(first, end, label))
        start = end + 1
    return Tagged(" ".join(row["tokens"]), tuple(tokens), tuple(entities))
