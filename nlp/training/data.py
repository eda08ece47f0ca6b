"""Reads the annotated narratives and NoReC. The only place that knows how their names differ."""

import dataclasses
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enumerations import (
    AgeBand,
    Attribution,
    Change,
    SafetyFlag,
    Sentiment,
    Utterance,
    Variety,
)
from nlp.codebook import codebook
from nlp.redaction import redact
from nlp.redaction.core import Redaction, replace

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
_AGE_BANDS = {"16-18": AgeBand.FROM_16, "19-24": AgeBand.FROM_18}
_SAFETY = {
    "selvmordstanker": SafetyFlag.SUICIDE_SELF_HARM,
    "selvskading": SafetyFlag.SUICIDE_SELF_HARM,
    "vold_i_hjemmet": SafetyFlag.VIOLENCE_ABUSE,
    "seksuelle_overgrep": SafetyFlag.VIOLENCE_ABUSE,
    "digital_seksuell_krenkelse": SafetyFlag.VIOLENCE_ABUSE,
    "vold_trusler_naermiljo": SafetyFlag.VIOLENCE_ABUSE,
}


@dataclass(frozen=True)
class Sentence:
    """One annotated unit; `text` is de-identified by our own redactor, as in use.

    None stands for what the source does not annotate.
    """

    text: str
    start: int
    themes: tuple[str, ...] | None
    sentiment: Sentiment | None
    attribution: Attribution | None = None
    change: Change | None = None
    utterance: Utterance | None = None
    safety: SafetyFlag | None = None


@dataclass(frozen=True)
class Narrative:
    """One annotated story. `hand` is who wrote and annotated it."""

    hand: str
    text: str
    variety: Variety | None
    age_band: AgeBand | None
    sentences: tuple[Sentence, ...]
    pii: tuple[Redaction, ...]
    safety: frozenset[SafetyFlag]


def _narrative(row: dict[str, Any], hand: str) -> Narrative:
    found = redact(row["text"]).redactions
    sentences = []
    for s in row["sentences"]:
        inside = tuple(
            Redaction(
                max(r.start, s["start"]) - s["start"], min(r.end, s["end"]) - s["start"], r.type
            )
            for r in found
            if r.start < s["end"] and r.end > s["start"]
        )
        sentences.append(
            Sentence(
                replace(s["text"], inside),
                s["start"],
                tuple(s["themes"]),
                Sentiment(s["sentiment"]),
                Attribution(s["attribution"]),
                Change(s["change"]),
                Utterance(s["utterance"]),
            )
        )
    return Narrative(
        hand,
        row["text"],
        _VARIETIES.get(row["variety"]) or Variety(row["variety"]),
        _AGE_BANDS.get(row["age_band"]) or AgeBand(row["age_band"]),
        tuple(sentences),
        tuple(Redaction(p["start"], p["end"], p["type"]) for p in row["pii"]),
        frozenset(_SAFETY.get(name) or SafetyFlag(name) for name in row["safety"]),
    )


def read_narratives(file: Path) -> list[Narrative]:
    """Read one file of narratives; its name is the hand."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_narrative(json.loads(line), file.stem) for line in lines]


def read_hands(data: Path) -> list[Narrative]:
    """Read all training hands under DATA/narratives/train."""
    files = sorted((data / "narratives" / "train").glob("*.jsonl"))
    return [narrative for file in files for narrative in read_narratives(file)]


def read_norec(data: Path, part: str) -> list[Sentence]:
    """Read a part of NoReC_sentence with mixed polarity. The texts stay outside the project.

    Args:
        data: directory of all data.
        part: train or dev.
    """
    with gzip.open(
        data / "norec_sentence" / f"{part}_mixed.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        rows = [json.loads(line) for line in file]
    sentences = []
    for row in rows:
        labels = {label.lower() for label in row["label"]}
        sentiment = Sentiment.MIXED if len(labels) > 1 else Sentiment(labels.pop())
        sentences.append(Sentence(row["text"], 0, None, sentiment))
    return sentences


def read_phrases() -> list[Sentence]:
    """The example phrases of the codebook with their themes."""
    book = codebook()
    phrases = [
        Sentence(example.text, 0, example.themes, example.sentiment)
        for code in book.codes
        for example in code.examples
    ]
    phrases += [
        Sentence(text, 0, (meta.id,), None) for meta in book.meta_codes for text in meta.examples
    ]
    for axis in book.axes:
        for value in axis.values:
            for text in value.examples:
                blank = Sentence(text, 0, None, None)
                if axis.id == "attribusjon":
                    phrases.append(dataclasses.replace(blank, attribution=Attribution(value.id)))
                elif axis.id == "endring":
                    phrases.append(dataclasses.replace(blank, change=Change(value.id)))
                elif axis.id == "ytring":
                    phrases.append(dataclasses.replace(blank, utterance=Utterance(value.id)))
    phrases += [
        Sentence(text, 0, None, None, safety=SafetyFlag(flag.id))
        for flag in book.safety_flags
        if flag.id != SafetyFlag.IDENTIFYING
        for text in flag.examples
    ]
    return phrases
