"""The file in which a deployment names themes of its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from enumerations import Language, Level
from nlp.codebook import Code, Labels, codebook
from nlp.codebook.source import Mistakes, Place, check_shape, read

_COPY = 0.7
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class OwnTheme:
    """A theme that the codebook lacks. `counter_examples` sound alike and do not belong."""

    id: str
    group: str
    label: Labels
    definition: str
    level: Level
    phrases: tuple[str, ...]
    counter_examples: tuple[str, ...]

    @property
    def code(self) -> Code:
        """It as the codebook's themes are; its phrases have no polarity and stay out."""
        return Code(self.id, self.group, self.label, self.definition, self.level, False, ())


def read_own_themes(text: str) -> tuple[OwnTheme, ...]:
    """Read the own themes of a deployment.

    Args:
        text: YAML, a list of themes with `id` (O_ and a name), `group` (a chapter of the
            codebook), `nb`, `nn`, `en`, `def`, `nivaa` (personlig, praksis or system), `phrases`
            (six or more) and, where wanted, `not` (counter-examples).

    Raises:
        Mistakes: the file cannot be used; `findings` says on which lines, and what to do.
    """
    source = read(text)
    findings = check_shape(source, "own_themes.schema.json")
    if not findings:
        findings = sorted({source.finding(*problem) for problem in _problems(source.data)})
    if findings:
        raise Mistakes(findings)
    return tuple(
        OwnTheme(
            row["id"],
            row["group"],
            {language: row[language] for language in Language},
            row["def"],
            Level(row["nivaa"]),
            tuple(row["phrases"]),
            tuple(row.get("not", ())),
        )
        for row in source.data
    )


def _problems(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[Place, str]]:
    book = [(code.id, _words(e.text)) for code in codebook().codes for e in code.examples]
    groups = [group.id for group in codebook().groups]
    ids: set[str] = set()
    for number, row in enumerate(rows):
        if row["id"] in ids:
            yield (number, "id"), "this id stands twice; give one of them another"
        ids.add(row["id"])
        if row["group"] not in groups:
            yield (number, "group"), f"the codebook has no such chapter; use {', '.join(groups)}"
        phrases = row["phrases"]
        yield from _copies((number, "phrases"), phrases)
        yield from _copies((number, "not"), row.get("not", ()))
        for i, text in enumerate(phrases):
            taken = next((id_ for id_, words in book if _alike(_words(text), words)), None)
            if taken:
                message = (
                    f"the codebook has this phrase under {taken}; use that theme, or write another"
                )
                yield (number, "phrases", i), message
        for i, text in enumerate(row.get("not", ())):
            if _words(text) in [_words(phrase) for phrase in phrases]:
                yield (
                    (number, "not", i),
                    "the phrases have this too; it belongs to the theme or not",
                )


def _copies(place: Place, texts: Sequence[str]) -> Iterator[tuple[Place, str]]:
    said = [_words(text) for text in texts]
    for i, words in enumerate(said):
        if not words:
            yield (*place, i), "write a phrase with words in it"
        elif any(_alike(words, other) for other in said[:i]):
            yield (*place, i), "almost the same stands above; say it in another way"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _alike(one: set[str], other: set[str]) -> bool:
    """Whether most words are shared: such phrases would vouch for each other in an estimate."""
    return len(one & other) >= _COPY * len(one | other) > 0
