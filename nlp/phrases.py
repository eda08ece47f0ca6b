"""Key phrases: the words that set clusters of units apart."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

from nlp.redaction import redact
from nlp.redaction.core import PLACEHOLDER

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:-[^\W\d_]+)*(?!\w)")
_SHARED = 5  # respondents of a cluster who must say a phrase
_PHRASES = 5


class Said(Protocol):
    """What somebody said: a de-identified text, and whose it is."""

    @property
    def respondent(self) -> str:
        """Whose it is; only ever counted."""

    @property
    def text(self) -> str:
        """De-identified."""


@cache
def _small() -> frozenset[str]:
    lines = (files("nlp") / "small_words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def key_phrases(
    clusters: Sequence[Sequence[Said]], others: Sequence[Said] = ()
) -> list[tuple[str, ...]]:
    """Words and pairs of words that set clusters apart: c-TF-IDF (Grootendorst 2022).

    Respondents are counted, not occurrences. A phrase is said by at least five respondents of its
    cluster, has no small word, number or placeholder in it, and nothing that the redactor would
    remove.

    Args:
        clusters: units of each cluster.
        others: units of no cluster, which the phrases must tell the clusters from.

    Returns:
        At most five phrases per cluster, best first.
    """
    counts = [_sayers(units) for units in (*clusters, others)]
    everywhere: Counter[str] = sum(counts, Counter())
    mean = sum(everywhere.values()) / max(len([c for c in counts if c]), 1)
    found = []
    for own in counts[: len(clusters)]:
        total = max(sum(own.values()), 1)
        scored = sorted(
            (-(n / total) * math.log(1 + mean / everywhere[term]), term)
            for term, n in own.items()
            if n >= _SHARED and redact(term).text == term
        )
        found.append(_telling([term for _, term in scored]))
    return found


def plain_words(text: str) -> list[str]:
    """Words of a de-identified text in lower case, without placeholders and numbers."""
    return [word for phrase in _runs(text) for word in phrase]


def _runs(text: str) -> list[list[str]]:
    """Words that stand side by side; signs, numbers, line breaks and placeholders part them."""
    clean = unicodedata.normalize("NFC", PLACEHOLDER.sub("\n", text)).lower()
    runs: list[list[str]] = []
    last = -1
    for match in _WORD.finditer(clean):
        between = clean[last : match.start()]
        if last < 0 or between.strip() or "\n" in between:
            runs.append([])
        runs[-1].append(match[0])
        last = match.end()
    return runs


def _sayers(units: Sequence[Said]) -> Counter[str]:
    """How many respondents say each word and pair of words that is not small."""
    said: dict[str, set[str]] = {}
    small = _small()
    for unit in units:
        for run in _runs(unit.text):
            large = [len(word) > 1 and word not in small for word in run]
            terms = [word for word, counts in zip(run, large, strict=True) if counts]
            terms += [
                f"{run[i]} {run[i + 1]}" for i in range(len(run) - 1) if large[i] and large[i + 1]
            ]
            for term in terms:
                said.setdefault(term, set()).add(unit.respondent)
    return Counter({term: len(who) for term, who in said.items()})


def _telling(terms: Sequence[str]) -> tuple[str, ...]:
    """The first phrases that bring a word not shown yet."""
    chosen: list[str] = []
    shown: set[str] = set()
    for term in terms:
        if len(chosen) < _PHRASES and not set(term.split()) <= shown:
            chosen.append(term)
            shown |= set(term.split())
    return tuple(chosen)
