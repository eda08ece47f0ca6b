"""A document as plain data: what every format writes, and nothing that only one of them can."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from enumerations import Language


class Origin(StrEnum):
    """Who chose the words of a text."""

    FIXED = "fixed"
    PICKED = "picked"
    EDITED = "edited"


class Tone(StrEnum):
    """What a paragraph is, beside its words."""

    PLAIN = "plain"
    LEAD = "lead"
    QUOTE = "quote"
    DISSENT = "dissent"
    NOTE = "note"
    BANNER = "banner"


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a card of this document (`#kort-5`) or to an address outside."""

    text: str
    target: str


Words = str | Link


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `origin` says who chose its words."""

    parts: tuple[Words, ...]
    tone: Tone = Tone.PLAIN
    origin: Origin = Origin.FIXED

    @property
    def text(self) -> str:
        """Its words without links."""
        return plain(self.parts)


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `mark` stands behind an item in a quieter voice, such as "auto"."""

    items: tuple[tuple[Words, ...], ...]
    numbered: bool = False
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column heads its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[Words, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A contribution as its writer wrote it.

    number: its visible number; `anchor` is where links to it lead.
    said: what the room did with it, in words, such as "8 stemmer, 1. plass".
    """

    number: int
    challenge: str
    ideas: tuple[str, ...]
    said: str

    @property
    def anchor(self) -> str:
        """Its place in the document."""
        return anchor(self.number)


class Shape(StrEnum):
    """How a chart is drawn."""

    BAR = "bar"
    PIE = "pie"


@dataclass(frozen=True, slots=True)
class Chart:
    """Counts of one choice each.

    bars: (label, how many) in the order of the ideas; "none of these" is the last.
    n: how many chose.
    said: the count of each bar in words, such as "5 av 14".
    description: the whole chart in words, for those who do not see it.
    """

    id: str
    title: str
    bars: tuple[tuple[str, int], ...]
    n: int
    said: tuple[str, ...]
    description: str
    table: Table
    shape: Shape = Shape.BAR


Block = Paragraph | Items | Table | Card | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part with a heading; `id` names it for links and for editing.

    editable: the facilitator may write this section's text.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: "tuple[Section, ...]" = ()
    editable: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A report: title, what stands around it, and its sections.

    names: words that formats need themselves, such as a table's "Som tabell".
    """

    language: Language
    kind: str
    title: str
    lines: tuple[str, ...]
    banner: str
    sections: tuple[Section, ...]
    names: dict[str, str] = field(default_factory=dict)


def anchor(number: int) -> str:
    """Where a card of this number stands."""
    return f"kort-{number}"


def plain(parts: tuple[Words, ...]) -> str:
    """Words without their links."""
    return "".join(part.text if isinstance(part, Link) else part for part in parts)


def walk(sections: tuple[Section, ...], level: int = 2) -> Iterator[tuple[Section, int]]:
    """Every section with the level of its heading, in reading order."""
    for section in sections:
        yield section, level
        yield from walk(section.sections, level + 1)
