"""Themes of cards: proposed by the language engine, confirmed, renamed or moved by the room."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
import numpy as np

import nlp
from enumerations import Language, Sentiment
from server.database.connection import current
from server.errors import Problem
from server.workshop.outcome_tables import CardSentence, CardTheme, WorkshopTheme
from server.workshop.tables import Contribution
from server.workshop.texts import plain

PROPOSED = 2
"""Themes proposed for a card, the most probable. Measured on 43 cards that people have coded
(tests/server/workshop_s1): 58 of 100 are right, and 43 of 100 themes that people gave are found."""
MOST, MOST_OF_CARD = 40, 6
OWN = re.compile(r"own_[a-z0-9]{1,24}")


class NewTheme(msgspec.Struct, forbid_unknown_fields=True):
    """A theme that the room has; an empty label is the codebook's."""

    id: Annotated[str, msgspec.Meta(max_length=40)]
    label: Annotated[str, msgspec.Meta(max_length=120)] = ""


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """What the room says of themes: which there are, in its order, and those of cards by id."""

    themes: Annotated[list[NewTheme], msgspec.Meta(max_length=MOST)]
    cards: dict[UUID, Annotated[list[str], msgspec.Meta(max_length=MOST_OF_CARD)]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the engine read it; `vector` is its embedding as bytes of float32."""

    text: str
    sentiment: str
    safe: bool
    vector: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What the engine found in a card."""

    themes: tuple[str, ...]
    sentences: tuple[Sentence, ...]


def read(challenge: str, ideas: Sequence[str]) -> Reading:
    """Propose themes for a card, and split its challenge into sentences.

    Raises:
        nlp.ModelMissing: the language engine cannot be loaded.
    """
    found = nlp.propose("\n".join([challenge, *ideas])).themes
    doc = nlp.load()(challenge)
    units = nlp.coded_units(doc, "", [str(place) for place in range(len(doc._.units))])
    sentences = tuple(
        Sentence(
            unit.text,
            str(unit.sentiment or ""),
            unit.safe,
            np.asarray(unit.vector, np.float32).tobytes(),
        )
        for unit in units
    )
    return Reading(found[:PROPOSED], sentences)


def fewer(proposed: Mapping[UUID, Sequence[str]]) -> dict[UUID, list[str]]:
    """Leave out a theme that one card alone has, where that card has another.

    A room can talk about ten themes, hardly about thirty.
    """
    often = Counter(theme for themes in proposed.values() for theme in set(themes))
    return {
        card: [theme for theme in themes if often[theme] > 1] or list(themes[:1])
        for card, themes in proposed.items()
    }


async def waiting(workshop: UUID) -> list[tuple[UUID, str, list[str]]]:
    """Numbered cards that the engine has not read: id, challenge, ideas."""
    rows = await Contribution.select().where(
        (Contribution.workshop == workshop) & Contribution.number.is_not_null()
    )
    known = await CardSentence.select(CardSentence.card).where(CardSentence.workshop == workshop)
    seen = {row["card"] for row in known}
    return [
        (row["id"], row["challenge"], msgspec.json.decode(row["ideas"], type=list[str]))
        for row in sorted(rows, key=lambda row: row["number"])
        if row["id"] not in seen
    ]


async def keep_readings(workshop: UUID, readings: Mapping[UUID, Reading]) -> None:
    """Keep what the engine proposes; what the room has said of a card stays.

    Args:
        workshop: whose cards.
        readings: by card.
    """
    if not readings:
        return
    proposed = fewer({card: reading.themes for card, reading in readings.items()})
    rows = [
        CardTheme(
            id=_key(workshop, card.hex + theme),
            workshop=workshop,
            card=card,
            theme=theme,
            proposed=True,
            kept=True,
        )
        for card, themes in proposed.items()
        for theme in themes
    ]
    async with current().transaction():
        await CardSentence.insert(*_sentences(workshop, readings))
        if rows:
            await CardTheme.insert(*rows).on_conflict(
                target=CardTheme.id, action="DO UPDATE", values=[CardTheme.proposed]
            )
        await _add_themes(workshop, Counter(row.theme for row in rows))


def _sentences(workshop: UUID, readings: Mapping[UUID, Reading]) -> list[CardSentence]:
    """Rows of the sentences; a card without any gets an empty one, which says that it was read."""
    nothing = (Sentence("", "", False, b""),)
    return [
        CardSentence(
            workshop=workshop,
            card=card,
            place=place,
            text=one.text,
            sentiment=one.sentiment,
            safe=one.safe,
            vector=one.vector,
        )
        for card, reading in readings.items()
        for place, one in enumerate(reading.sentences or nothing)
    ]


async def _add_themes(workshop: UUID, often: Counter[str]) -> None:
    """Add themes that the workshop lacks behind those that it has, what most cards have first."""
    there = {row["theme"] for row in await _themes(workshop)}
    new = sorted((theme for theme in often if theme not in there), key=lambda t: (-often[t], t))
    rows = [
        WorkshopTheme(
            id=_key(workshop, theme), workshop=workshop, theme=theme, label="", place=place
        )
        for place, theme in enumerate(new, start=len(there))
    ]
    if rows:
        await WorkshopTheme.insert(*rows)


async def say(workshop: UUID, said: Said) -> None:
    """Keep what the room says: its themes in its order, and those of each card that it names.

    Raises:
        Problem: a theme is unknown, or a card is none of this workshop.
    """
    known = {code.id for code in nlp.codebook_in_use().codes}
    ids = [theme.id for theme in said.themes]
    if len(set(ids)) < len(ids) or not all(_is_theme(theme, known) for theme in said.themes):
        raise _unknown()
    if any(theme not in ids for themes in said.cards.values() for theme in themes):
        raise _unknown()
    cards = await Contribution.select(Contribution.id).where(Contribution.workshop == workshop)
    if not said.cards.keys() <= {row["id"] for row in cards}:
        raise Problem(404, "unknown_card", "No such card here.", "Load the page again.")
    async with current().transaction():
        await WorkshopTheme.delete().where(WorkshopTheme.workshop == workshop)
        rows = [
            WorkshopTheme(
                id=_key(workshop, theme.id),
                workshop=workshop,
                theme=theme.id,
                label=plain(theme.label),
                place=place,
            )
            for place, theme in enumerate(said.themes)
        ]
        if rows:
            await WorkshopTheme.insert(*rows)
        await _say_of_cards(workshop, said.cards)


async def _say_of_cards(workshop: UUID, cards: Mapping[UUID, Sequence[str]]) -> None:
    if not cards:
        return
    await CardTheme.update({CardTheme.kept: False}).where(
        (CardTheme.workshop == workshop) & CardTheme.card.is_in(list(cards))
    )
    rows = [
        CardTheme(
            id=_key(workshop, card.hex + theme),
            workshop=workshop,
            card=card,
            theme=theme,
            proposed=False,
            kept=True,
        )
        for card, themes in cards.items()
        for theme in dict.fromkeys(themes)
    ]
    if rows:
        await CardTheme.insert(*rows).on_conflict(
            target=CardTheme.id, action="DO UPDATE", values=[CardTheme.kept]
        )


def _is_theme(theme: NewTheme, known: set[str]) -> bool:
    return theme.id in known or bool(OWN.fullmatch(theme.id) and plain(theme.label))


def _unknown() -> Problem:
    return Problem(
        400,
        "unknown_theme",
        "A theme is of the codebook, or one of the room's own with a name, and stands once.",
        "Load the page again.",
    )


async def _themes(workshop: UUID) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = (
        await WorkshopTheme.select()
        .where(WorkshopTheme.workshop == workshop)
        .order_by(WorkshopTheme.place)
    )
    return rows


async def labelled(workshop: UUID, language: Language) -> dict[str, str]:
    """The room's themes in its order, by id, with the name that it or the codebook gives."""
    book = {code.id: code.label[language] for code in nlp.codebook_in_use().codes}
    return {
        row["theme"]: row["label"] or book.get(row["theme"], row["theme"])
        for row in await _themes(workshop)
    }


async def of_cards(workshop: UUID) -> dict[UUID, list[str]]:
    """Themes that the room keeps, by card, in the room's order."""
    order = [row["theme"] for row in await _themes(workshop)]
    rows = await CardTheme.select().where(
        (CardTheme.workshop == workshop) & (CardTheme.kept == True)  # noqa: E712 (SQL)
    )
    found: dict[UUID, list[str]] = {}
    for row in rows:
        if row["theme"] in order:
            found.setdefault(row["card"], []).append(row["theme"])
    return {card: sorted(themes, key=order.index) for card, themes in found.items()}


Picked = dict[str, tuple[list[tuple[str, UUID]], list[tuple[str, UUID]]]]
"""Typical and dissenting sentences per theme, each with its card."""


async def picked(workshop: UUID, of: Mapping[UUID, Iterable[str]]) -> Picked:
    """Typical and dissenting sentences per theme, each with its card.

    Args:
        workshop: whose.
        of: themes by card, of the cards that may be quoted.
    """
    rows = await CardSentence.select().where(CardSentence.workshop == workshop)
    units = [_unit(row, of[row["card"]]) for row in rows if row["card"] in of and row["vector"]]
    found = {}
    for theme in {theme for themes in of.values() for theme in themes}:
        typical, against = nlp.pick(units, theme)
        found[theme] = (
            [(unit.text, UUID(unit.respondent)) for unit in typical],
            [(unit.text, UUID(unit.respondent)) for unit in against],
        )
    return found


def _unit(row: Mapping[str, object], themes: Iterable[str]) -> "nlp.CodedUnit":
    vector = np.frombuffer(bytes(row["vector"]), np.float32)  # type: ignore[call-overload]
    return nlp.CodedUnit(
        respondent=str(row["card"]),
        id=f"{row['card']}-{row['place']:03}",
        text=str(row["text"]),
        vector=vector,
        themes=tuple((theme, 1.0) for theme in themes),
        sentiment=Sentiment(str(row["sentiment"])) if row["sentiment"] else None,
        flags=() if row["safe"] else None,
    )


def _key(workshop: UUID, name: str) -> UUID:
    """One row per workshop and name, whoever writes first."""
    return UUID(bytes=hashlib.sha256(workshop.bytes + name.encode()).digest()[:16], version=4)
