"""Cards: written while writing is open, numbered when it ends, then fixed.

A card is not linked to the phone that sent it. Its writer holds a key that was made with it.
"""

import secrets
from collections import OrderedDict
from typing import Annotated, Any
from uuid import UUID

import msgspec

from server.errors import Problem
from server.workshop import limits, texts, tokens
from server.workshop.tables import Contribution, Workshop
from server.workshop.templates import IDEAS, Name, Stage, templates

MOST = 5000
"""Cards that one workshop holds."""

Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22,86}\Z", max_length=86)]
Text = Annotated[str, msgspec.Meta(max_length=limits.TEXT)]
Ideas = Annotated[list[Text], msgspec.Meta(max_length=IDEAS)]


class NewCard(msgspec.Struct, forbid_unknown_fields=True):
    """A card as its writer sends it, and again when it is changed.

    `key` is a secret that the phone makes with the card; `follows` is the card of an earlier stage
    that this one answers.
    """

    key: Key
    challenge: Text
    ideas: Ideas = []
    stage: Stage | None = None
    follows: UUID | None = None


class TakenBack(msgspec.Struct, forbid_unknown_fields=True):
    """A writer takes a card back."""

    key: Key


class Written:
    """How many new cards each phone has sent; only while this process runs, and not which."""

    def __init__(self) -> None:
        self._count: OrderedDict[str, int] = OrderedDict()

    def check(self, phone: str) -> None:
        """See that a phone may send one more.

        Raises:
            Problem: it has sent so many that others would not be heard.
        """
        if self._count.get(phone, 0) >= limits.CARDS_EACH:
            raise Problem(
                409,
                "too_many_cards",
                "This phone has sent as many cards as one phone may.",
                "Take one back, or change one that you have sent.",
            )

    def add(self, phone: str, cards: int = 1) -> None:
        """Count cards."""
        self._count[phone] = self._count.pop(phone, 0) + cards
        if len(self._count) > limits.KNOWN:
            self._count.popitem(last=False)


async def put(row: Workshop, card: UUID, sent: NewCard, phone: str, written: Written) -> None:
    """Write a card, or change it; the same again changes nothing.

    Args:
        row: the workshop, held.
        card: the card's id, chosen by the phone.
        sent: what it says.
        phone: hash of the token that it came with; it is not kept with the card.
        written: counts what each phone sends.

    Raises:
        Problem: writing is over, the card is somebody else's, or there are too many.
    """
    must_be_writing(row)
    challenge = texts.wanted(sent.challenge)
    ideas = [text for text in map(texts.plain, sent.ideas) if text]
    found = await _find(card)
    said: dict[Any, Any] = {
        Contribution.stage: sent.stage or row.stage,
        Contribution.challenge: challenge,
        Contribution.ideas: msgspec.json.encode(ideas).decode(),
        Contribution.follows: sent.follows,
    }
    await _check_stage(row, said[Contribution.stage], sent.follows)
    if found is not None:
        _must_be_theirs(found, row, sent.key)
        _must_be_unread(found, row)
        await Contribution.update(said).where(Contribution.id == card)
        return
    written.check(phone)
    if await Contribution.count().where(Contribution.workshop == row.id) >= MOST:
        raise Problem(
            409, "full", "This workshop holds as many cards as it may.", "Talk about those."
        )
    named = {column._meta.name: value for column, value in said.items()}
    key_hash = tokens.hash_of(sent.key)
    await Contribution.insert(Contribution(id=card, workshop=row.id, key_hash=key_hash, **named))
    written.add(phone)


async def take_back(row: Workshop, card: UUID, key: str, phone: str, written: Written) -> None:
    """Delete a card for its writer; one that is gone already stays gone."""
    must_be_writing(row)
    found = await _find(card)
    if found is None:
        return
    _must_be_theirs(found, row, key)
    _must_be_unread(found, row)
    await Contribution.delete().where(Contribution.id == card)
    written.add(phone, -1)


def must_be_writing(row: Workshop) -> None:
    """See that cards are taken.

    Raises:
        Problem: it is time for something else.
    """
    if row.phase != "write":
        raise wrong_phase()


def wrong_phase() -> Problem:
    """What is answered to a phone that is behind or ahead."""
    return Problem(
        409,
        "wrong_phase",
        "The workshop is at another step now.",
        "Look at the big screen; the page follows by itself.",
    )


async def number_new(row: Workshop) -> None:
    """Give cards that lack one a number, at random, and write them anew in that order."""
    new = Contribution.number.is_null() & (Contribution.workshop == row.id)
    rows = await Contribution.delete().where(new).returning(*Contribution.all_columns())
    if not rows:
        return
    last = (
        await Contribution.select(Contribution.number)
        .where(Contribution.workshop == row.id)
        .order_by(Contribution.number, ascending=False)
        .first()
    )
    first = (last["number"] if last else 0) + 1
    secrets.SystemRandom().shuffle(rows)
    for start in range(0, len(rows), CHUNK):
        chunk = enumerate(rows[start : start + CHUNK], first + start)
        await Contribution.insert(
            *(Contribution(**found | {"number": number}) for number, found in chunk)
        )


CHUNK = 500
"""Cards in one statement: databases bound how many values it may have."""


async def set_notes(row: Workshop, card: UUID, notes: list[str]) -> None:
    """Keep what was said about a card, in place of what stood there."""
    await must_be_here(row, card)
    said = [text for text in map(texts.plain, notes) if text]
    await Contribution.update({Contribution.notes: msgspec.json.encode(said).decode()}).where(
        Contribution.id == card
    )


async def set_hidden(row: Workshop, card: UUID, hidden: bool) -> None:
    """Take a card off every screen, or put it back."""
    await must_be_here(row, card)
    await Contribution.update({Contribution.hidden: hidden}).where(Contribution.id == card)


async def set_revealed(row: Workshop, card: UUID, revealed: bool) -> None:
    """Show how the room chose among a card's ideas, or hide it again."""
    await must_be_here(row, card)
    await Contribution.update({Contribution.revealed: revealed}).where(Contribution.id == card)


async def must_be_here(row: Workshop, card: UUID) -> Contribution:
    """A numbered card of this workshop.

    Raises:
        Problem: it has no such card.
    """
    found = await _find(card)
    if found is None or found.workshop != row.id or found.number is None:
        raise unknown_card()
    return found


def unknown_card() -> Problem:
    """What is answered where a card is not of this workshop, or hidden."""
    return Problem(
        400, "unknown_card", "There is no such card here.", "Load the page again and choose anew."
    )


async def visible(workshop: UUID) -> set[UUID]:
    """Ids of the cards of a workshop that everybody sees."""
    rows = await Contribution.select(Contribution.id).where(
        Contribution.workshop == workshop,
        Contribution.hidden.eq(False),
        Contribution.number.is_not_null(),
    )
    return {found["id"] for found in rows}


async def _find(card: UUID) -> Contribution | None:
    return await Contribution.objects().where(Contribution.id == card).first()


def _must_be_theirs(found: Contribution, row: Workshop, key: str) -> None:
    if found.workshop != row.id or found.key_hash != tokens.hash_of(key):
        raise Problem(
            403, "not_yours", "This card is somebody else's.", "Write a new card instead."
        )


def _must_be_unread(found: Contribution, row: Workshop) -> None:
    """See that a card is not one of an earlier stage, which all have read by now."""
    if found.number is not None and found.stage != row.stage:
        raise wrong_phase()


async def _check_stage(row: Workshop, stage: str, follows: UUID | None) -> None:
    template = templates()[_name(row)]
    if stage and stage not in template.stages:
        raise Problem(
            400, "unknown_stage", "This workshop has no such stage.", "Leave the stage out."
        )
    if follows is None:
        return
    earlier = await _find(follows)
    wanted = template.follows.get(stage)
    if earlier is None or earlier.workshop != row.id or not wanted or earlier.stage != wanted:
        raise unknown_card()


def _name(row: Workshop) -> Name:
    name: Name = row.template  # type: ignore[assignment]
    return name
