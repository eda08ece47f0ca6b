"""What the room has worked out, as phones, screens and the report see it."""

import hashlib
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec

from enumerations import Language
from server.database.connection import current
from server.errors import Problem
from server.workshop import onward, questions, themes
from server.workshop.onward import Action
from server.workshop.outcome_tables import WorkshopQuestion, WorkshopText
from server.workshop.report.compose import EDITABLE, theme_section
from server.workshop.texts import plain

LONGEST = 8000


class Question(msgspec.Struct, frozen=True):
    """A question to go on with; `edited` when the room wrote or changed it."""

    text: str
    edited: bool


class Theme(msgspec.Struct, frozen=True):
    """A theme with the cards that the room gives it, and its questions."""

    id: str
    label: str
    cards: list[UUID]
    questions: list[Question]


class Outcome(msgspec.Struct, frozen=True):
    """Themes of cards, themes in the room's order, and actions by level."""

    card_themes: dict[UUID, list[str]]
    themes: list[Theme]
    actions: list[Action]


class NewQuestions(msgspec.Struct, forbid_unknown_fields=True):
    """The questions of a theme, in order."""

    questions: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=400)]],
        msgspec.Meta(max_length=questions.MOST),
    ]


async def of(workshop: UUID, language: Language) -> Outcome:
    """What a workshop has worked out so far.

    Args:
        workshop: whose.
        language: of themes' names and of questions that nobody has written.
    """
    card_themes = await themes.of_cards(workshop)
    labels = await themes.labelled(workshop, language)
    written = await _written(workshop)
    found = [
        Theme(
            theme,
            label,
            [card for card, kept in card_themes.items() if theme in kept],
            written.get(theme) or _proposed(theme, label, language),
        )
        for theme, label in labels.items()
    ]
    return Outcome(card_themes, found, list(await onward.actions(workshop)))


def _proposed(theme: str, label: str, language: Language) -> list[Question]:
    return [Question(text, False) for text in questions.proposed(theme, label, language)]


async def _written(workshop: UUID) -> dict[str, list[Question]]:
    rows = (
        await WorkshopQuestion.select()
        .where(WorkshopQuestion.workshop == workshop)
        .order_by(WorkshopQuestion.place)
    )
    found: dict[str, list[Question]] = {}
    for row in rows:
        found.setdefault(row["theme"], []).append(Question(row["text"], row["edited"]))
    return found


async def ask(workshop: UUID, theme: str, language: Language, wanted: Sequence[str]) -> None:
    """Keep a theme's questions; those that are a template's, word for word, are not edited.

    None brings the templates back.

    Raises:
        Problem: the workshop has no such theme.
    """
    labels = await themes.labelled(workshop, language)
    if theme not in labels:
        raise Problem(404, "unknown_theme", "No such theme here.", "Load the page again.")
    known = questions.proposed(theme, labels[theme], language)
    rows = [
        WorkshopQuestion(
            workshop=workshop, theme=theme, place=place, text=text, edited=text not in known
        )
        for place, text in enumerate(filter(None, map(plain, wanted)))
    ]
    async with current().transaction():
        await WorkshopQuestion.delete().where(
            (WorkshopQuestion.workshop == workshop) & (WorkshopQuestion.theme == theme)
        )
        if rows:
            await WorkshopQuestion.insert(*rows)


async def texts(workshop: UUID) -> dict[str, str]:
    """What the facilitator wrote in the report, by section."""
    rows = await WorkshopText.select().where(WorkshopText.workshop == workshop)
    return {row["section"]: row["text"] for row in rows}


async def write(workshop: UUID, section: str, text: str) -> None:
    """Keep the facilitator's text of a section; an empty one brings the fixed text back.

    Raises:
        Problem: the report has no such section, or the text is too long.
    """
    theme_ids = await themes.labelled(workshop, Language.BOKMAL)
    if section not in {*EDITABLE, *map(theme_section, theme_ids)}:
        raise Problem(404, "not_found", "The report has no such part.", "Go back to the report.")
    if len(text) > LONGEST:
        raise Problem(
            400, "too_large", "The text is too long.", f"Use {LONGEST} characters at most."
        )
    await put_text(workshop, section, plain(text))


async def put_text(workshop: UUID, section: str, text: str) -> None:
    """Put a text in place of the one that a section had; an empty one takes it away."""
    key = UUID(bytes=hashlib.sha256(workshop.bytes + section.encode()).digest()[:16], version=4)
    await WorkshopText.delete().where(WorkshopText.id == key)
    if text:
        await WorkshopText.insert(
            WorkshopText(id=key, workshop=workshop, section=section, text=text)
        )
