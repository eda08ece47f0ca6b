"""Gathers what is trained on: the project's own answers, the codebook's phrases, public corpora."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from nlp.codebook import codebook
from nlp.evaluation.files import CodedUnit, Narrative, Review, Tagged, read

OWN = Path(__file__).parent / "data"
PHRASES = "codebook"


@dataclass(frozen=True)
class Corpora:
    """Everything a run reads."""

    narratives: list[Narrative]
    reviews: list[Review]
    tagged: list[Tagged]

    @property
    def hands(self) -> str:
        """Those who wrote the own answers, for the model card."""
        return ", ".join(sorted({row.hand for row in self.narratives}))

    def texts(self) -> Iterator[str]:
        """All texts, for the choice of word pieces."""
        for rows in (self.narratives, self.reviews, self.tagged):
            for row in rows:
                yield row.text


class OtherHands(click.ClickException):
    """Two steps of a training would not leave out the same hands."""


def check_hands(about: dict[str, Any], corpora: Corpora) -> None:
    """A hand is only left out if the network and the n-grams beside it both leave it out.

    Args:
        about: what the network was trained on, as in about.json.
        corpora: what the n-grams are to learn from.

    Raises:
        OtherHands: the network learnt from other hands.
    """
    learnt = about["data"]["own answers"].partition(" by ")[2]
    if learnt != corpora.hands:
        raise OtherHands(
            f"The network learnt from {learnt}; these answers are by {corpora.hands}. "
            "Give the same --without in every step."
        )


def read_own(without: Sequence[str] = ()) -> list[Narrative]:
    """The project's own answers.

    Args:
        without: hands to leave out.
    """
    files = [file for file in sorted(OWN.glob("*.jsonl")) if file.stem not in without]
    return [row for file in files for row in read(file) if isinstance(row, Narrative)]


def read_corpora(data: Path, without: Sequence[str] = ()) -> Corpora:
    """Own answers and the public corpora under DATA; a corpus that is not there is left out.

    Args:
        data: folder with norec_sentence/ and norne/.
        without: hands of our own to leave out.
    """
    reviews = data / "norec_sentence" / "train_mixed.jsonl.gz"
    tagged = data / "norne" / "train.jsonl.gz"
    return Corpora(
        [*read_own(without), *phrases()],
        [r for r in read(reviews) if isinstance(r, Review)] if reviews.exists() else [],
        _thinned([r for r in read(tagged) if isinstance(r, Tagged)]) if tagged.exists() else [],
    )


def _thinned(rows: Sequence[Tagged]) -> list[Tagged]:
    """All sentences with a name and every third of the others: they teach little."""
    return [row for i, row in enumerate(rows) if row.entities or i % 3 == 0]


def phrases() -> list[Narrative]:
    """The example phrases of the codebook as stories of one unit; axes are not annotated."""
    book = codebook()
    coded = [
        (example.text, CodedUnit(0, len(example.text), example.themes, example.sentiment))
        for code in book.codes
        for example in code.examples
    ]
    coded += [
        (text, CodedUnit(0, len(text), (meta.id,)))
        for meta in book.meta_codes
        for text in meta.examples
    ]
    return [Narrative(PHRASES, text, None, (unit,), (), None) for text, unit in coded]
