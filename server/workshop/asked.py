"""What the room is asked to write: the template's words, or those that who leads it put instead.

A workshop's row has the words of the step that it is at; those of a stage that was left are kept
beside the facilitator's other texts, for the way back and for the report.
"""

import msgspec

from enumerations import Language
from server.workshop import outcome
from server.workshop.tables import Workshop
from server.workshop.templates import Step, templates


class Words(msgspec.Struct, frozen=True):
    """A challenge, and what is wanted with it."""

    challenge: str
    ideas: str


def first(step: Step, language: Language) -> Words:
    """The template's words of a step at which the room writes."""
    return Words(step.challenge[language], step.ideas[language])


async def keep(row: Workshop) -> None:
    """Keep the words of the stage that a workshop is at; nothing where all write once."""
    if row.stage:
        said = msgspec.json.encode(Words(row.challenge, row.ideas)).decode()
        await outcome.put_text(row.id, _name(row.stage), said)


async def at(row: Workshop, step: Step) -> Words:
    """What a workshop asks at a step; where nothing is written, what it asked last."""
    if not step.challenge or step.stage == (row.stage or None):
        return Words(row.challenge, row.ideas)
    kept = (await outcome.texts(row.id)).get(_name(step.stage or ""))
    if kept:
        return msgspec.json.decode(kept, type=Words)
    return first(step, Language(row.language))


async def everywhere(row: Workshop) -> list[Words]:
    """What a workshop asks at each step at which the room writes, in order."""
    steps = templates()[row.template].steps  # type: ignore[index]
    return [await at(row, step) for step in steps if step.challenge]


def _name(stage: str) -> str:
    return f"asked-{stage}"
