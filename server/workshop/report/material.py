"""What a report is made of: what the room wrote, chose, said and decided, as plain data."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from enumerations import Language


@dataclass(frozen=True, slots=True)
class Choices:
    """How a card's talk ended: `counts` per idea, `none` for "none of these", `texts` its words."""

    counts: tuple[int, ...]
    none: int
    texts: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """How many chose."""
        return sum(self.counts) + self.none


@dataclass(frozen=True, slots=True)
class Card:
    """A contribution. `place` is None for one that got no vote; ties share a place.

    follows: number of the card of an earlier stage that it answers.
    """

    number: int
    challenge: str
    ideas: tuple[str, ...]
    votes: int = 0
    place: int | None = None
    tied: bool = False
    themes: tuple[str, ...] = ()
    choices: Choices | None = None
    notes: tuple[str, ...] = ()
    stage: str = ""
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question to go on with; `edited` when the room wrote or changed it."""

    text: str
    edited: bool


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme with its questions, its most typical and most dissenting cards and its guidelines.

    typical, dissenting: (sentence, card number), picked from the cards, none written.
    guidelines: (title, address).
    """

    id: str
    label: str
    questions: tuple[Question, ...] = ()
    typical: tuple[tuple[str, int], ...] = ()
    dissenting: tuple[tuple[str, int], ...] = ()
    guidelines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody will do; `kind`, `barrier` and `recipient` are empty where nobody said."""

    text: str
    level: str
    owner: str
    due: datetime.date | None
    kind: str = ""
    barrier: str = ""
    lifted: bool = False
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """A workshop as the report sees it.

    phones: how many took part.
    voted: how many of them voted.
    texts: what the facilitator wrote, by section id; it takes the place of the fixed text.
    held: the day, without a time.
    """

    title: str
    language: Language
    template: str
    prompts: tuple[str, ...]
    votes_each: int
    phones: int
    voted: int
    cards: tuple[Card, ...]
    themes: tuple[Theme, ...] = ()
    actions: tuple[Action, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    organisation: str = ""
    held: datetime.date | None = None
    pies: bool = False
