"""What people have written for a report: quotes, interpretations, questions, context, answers."""

from dataclasses import dataclass
from datetime import date

from enumerations import ActionStatus, Attribution
from exports.disclosure.quotes import Quote
from exports.instruments import Text

INTERPRETATIONS = 2
"""Fewest interpretations of one finding: one alone looks like the truth."""


@dataclass(frozen=True)
class Interpretation:
    """Ways to understand what is told of a theme, an area or a question; two or more."""

    subject: str
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class Question:
    """A question to work on, of a theme or an area."""

    subject: str
    text: Text


@dataclass(frozen=True)
class Context:
    """A figure from elsewhere, which never stands without source, year and definition (F44)."""

    label: Text
    value: str
    source: str
    year: int
    definition: Text


@dataclass(frozen=True)
class Deed:
    """What the service answers to a theme or an area, in its own words.

    `owner` is who sees to it, a role; `began` the day on which it was begun (F26); `aim` what it is
    to change: a person, how people meet, or what is around them; None where nobody has said (F30).
    """

    subject: str
    status: ActionStatus
    text: str
    next_check: date | None = None
    owner: str = ""
    began: date | None = None
    aim: Attribution | None = None


@dataclass(frozen=True)
class Words:
    """Everything that people wrote. `quotes` still pass `exports.disclosure.quotes`."""

    quotes: tuple[Quote, ...] = ()
    interpretations: tuple[Interpretation, ...] = ()
    questions: tuple[Question, ...] = ()
    context: tuple[Context, ...] = ()
    deeds: tuple[Deed, ...] = ()
