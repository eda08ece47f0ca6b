"""What the components write on a document: custom attributes under `doc._`, plain data."""

from bisect import bisect_right
from typing import Any, TypedDict

from spacy.tokens import Doc
from spacy.vocab import Vocab

from enumerations import RedactionType
from nlp.redaction.core import placeholder


class RedactionDict(TypedDict):
    """A removed span; offsets are code points of the text given in."""

    start: int
    end: int
    type: str


class EntityDict(TypedDict):
    """A named entity; offsets are code points of the text given in."""

    start: int
    end: int
    label: str


class ThemeDict(TypedDict):
    """A theme and its calibrated probability."""

    id: str
    p: float


class EvidenceDict(TypedDict):
    """Words that carried a theme; offsets are code points of the text given in."""

    theme: str
    start: int
    end: int


class Unit(TypedDict):
    """A unit of meaning and what it is coded as; None where nothing was predicted.

    `uncertain` names the heads that were not sure: themes, sentiment, attribution, change,
    utterance.
    """

    start: int
    end: int
    themes: list[ThemeDict] | None
    sentiment: str | None
    attribution: str | None
    change: str | None
    utterance: str | None
    uncertain: list[str]
    evidence: list[EvidenceDict]


def empty_unit(start: int, end: int) -> Unit:
    """A unit that nobody has coded yet; start and end in code points."""
    return {
        "start": start,
        "end": end,
        "themes": None,
        "sentiment": None,
        "attribution": None,
        "change": None,
        "utterance": None,
        "uncertain": [],
        "evidence": [],
    }


class Story(Doc):
    """A document whose words the engine does not remember.

    spaCy keeps every word that its tokenizer has met for as long as the process runs. None of our
    components asks for tokens, so a story goes through the pipeline without any.

    Args:
        vocab: of the pipeline.
        text: the story.
    """

    def __init__(self, vocab: Vocab, text: str) -> None:
        super().__init__(vocab)
        self._told = text

    @property
    def text(self) -> str:
        """The story."""
        return self._told


class Redactor:
    """The way between a text and its de-identified form.

    Args:
        text: as given in.
        redactions: ordered spans of it that do not overlap.
    """

    def __init__(self, text: str, redactions: list[RedactionDict]) -> None:
        self._starts = [0]
        self._origins = [(0, 0)]
        parts: list[str] = []
        last = length = 0
        for redaction in redactions:
            start, end = redaction["start"], redaction["end"]
            hidden = placeholder(RedactionType(redaction["type"]), text[start:end])
            parts += [text[last:start], hidden]
            length += start - last
            self._starts += [length, length + len(hidden)]
            self._origins += [(start, end), (end, end)]
            length += len(hidden)
            last = end
        self.text = "".join([*parts, text[last:]])

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text given in of a span of the de-identified text."""
        return self._place(start, 0), self._place(end, 1)

    def redacted(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the de-identified text of a span of the text given in."""
        return self._forward(start, 0), self._forward(end, 1)

    def _forward(self, position: int, side: int) -> int:
        place = 0
        for number, (begin, end) in enumerate(self._origins):
            if begin > position - side and number:
                break
            if end > begin:
                place = self._starts[number] if side == 0 else self._starts[number + 1]
                if position - side < end:
                    return place
            else:
                place = self._starts[number] + position - begin
        return place

    def _place(self, position: int, side: int) -> int:
        number = bisect_right(self._starts, position - side) - 1
        number = max(number, 0)
        begin, end = self._origins[number]
        if end > begin:
            return (begin, end)[side]
        return begin + position - self._starts[number]

    def closed(self) -> list[tuple[int, int]]:
        """Spans of the placeholders in the de-identified text."""
        return [(self._starts[i], self._starts[i + 1]) for i in range(1, len(self._starts), 2)]


def register() -> None:
    """Add the attributes to spaCy's documents, with their empty values."""
    defaults: dict[str, Any] = {
        "language": None,
        "dialect": False,
        "entities": [],
        "identifying": [],
        "redactions": [],
        "redacted": None,
        "states": None,
        "raw_states": None,
        "units": [],
        "unit_spans": [],
        "unit_vectors": None,
        "themes": [],
        "safety": [],
    }
    for name, default in defaults.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)


register()
