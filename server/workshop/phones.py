"""Phones: how they come in, vote and choose."""

import hashlib
from typing import Annotated
from uuid import UUID

import msgspec

from server.collect.work import Work
from server.errors import Problem
from server.workshop import cards, limits, texts, tokens
from server.workshop.tables import Choice, Phone, Workshop
from server.workshop.templates import IDEAS

TOKEN, TICKET = "phone", "ticket"
MOST_VOTES = 20
FREE_JOINS = 60
"""Joins in a minute, to one workshop, that cost no work."""

Ask = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z", max_length=22)]


class Joining(msgspec.Struct, forbid_unknown_fields=True):
    """A phone wants to come in. `ask` is random and made for this once; the work is done for it."""

    ask: Ask | None = None
    work: Work | None = None


class Joined(msgspec.Struct):
    """The phone's own secret, and a ticket for the stream of events."""

    token: str
    ticket: str


class Votes(msgspec.Struct, forbid_unknown_fields=True):
    """All that a phone votes for."""

    cards: Annotated[list[UUID], msgspec.Meta(max_length=MOST_VOTES)]


class NewChoice(msgspec.Struct, forbid_unknown_fields=True):
    """An idea of the card, counted from 1, or 0 for none of them."""

    choice: Annotated[int, msgspec.Meta(ge=0, le=IDEAS)]
    text: Annotated[str, msgspec.Meta(max_length=limits.TEXT)] = ""


class Mine(msgspec.Struct):
    """What a phone has voted for and chosen."""

    votes: list[UUID]
    choices: dict[str, int]


async def join(row: Workshop, phone: str, most: int) -> None:
    """Let a phone in.

    Args:
        row: the workshop, held.
        phone: hash of its token.
        most: phones that the workshop holds.

    Raises:
        Problem: the door is closed, or the room is full.
    """
    if row.phase == "closed" or row.counted:
        raise Problem(409, "door_closed", "This workshop is over.", "You can still read it here.")
    if not row.door_open:
        raise Problem(
            409,
            "door_closed",
            "No more phones are let in just now.",
            "Ask who leads the workshop to open the door.",
        )
    if await Phone.count().where(Phone.workshop == row.id) >= most:
        raise Problem(
            409, "full", "As many phones as there is room for are here.", "Share somebody's phone."
        )
    await Phone.insert(Phone(token_hash=phone, workshop=row.id))


async def vote(row: Workshop, phone: str, wanted: list[UUID]) -> None:
    """Put a phone's votes in place of those it had.

    Raises:
        Problem: it is not time to vote, there are too many, or a card is not there.
    """
    _must_be_at(row, "read")
    chosen = sorted(set(wanted))
    if len(chosen) > row.votes_each:
        raise Problem(
            400,
            "too_many_votes",
            f"Each phone has {row.votes_each} votes.",
            "Take one back before you give another.",
        )
    if chosen and not set(chosen) <= await cards.visible(row.id):
        raise cards.unknown_card()
    changed = (
        await Phone.update({Phone.votes: msgspec.json.encode(chosen).decode()})
        .where(Phone.token_hash == phone)
        .returning(Phone.token_hash)
    )
    if not changed:
        raise unknown_phone()


async def choose(row: Workshop, phone: str, card: UUID, sent: NewChoice) -> None:
    """Put a phone's choice among a card's ideas in place of the one it had.

    Raises:
        Problem: it is not time for it, the card is not talked about, or it has no such idea.
    """
    _must_be_at(row, "talk")
    if card != row.current:
        raise Problem(
            409,
            "not_current",
            "The room talks about another card now.",
            "Look at the big screen; the page follows by itself.",
        )
    found = await cards.must_be_here(row, card)
    if found.hidden:
        raise cards.unknown_card()
    if found.revealed:
        raise Problem(
            409,
            "revealed",
            "The room's answers are shown, so no more are taken.",
            "Say it aloud instead.",
        )
    if sent.choice > len(msgspec.json.decode(found.ideas, type=list[str])):
        raise Problem(
            400, "unknown_idea", "The card has no such idea.", "Choose among those shown."
        )
    if not await Phone.exists().where(Phone.token_hash == phone):
        raise unknown_phone()
    text = texts.plain(sent.text) if sent.choice == 0 else ""
    said = Choice(
        id=hashlib.sha256(f"{phone}:{card}".encode()).hexdigest(),
        workshop=row.id,
        phone=phone,
        card=card,
        choice=sent.choice,
        text=text,
    )
    await Choice.insert(said).on_conflict(
        target=Choice.id, action="DO UPDATE", values=[Choice.choice, Choice.text]
    )


async def mine(workshop: UUID, phone: str) -> Mine:
    """What a phone has said so far, for one that was closed and opened again.

    Votes for a card that is hidden wait until it is shown again, or the phone votes anew.

    Raises:
        Problem: the phone is not known any more.
    """
    rows = await Phone.select(Phone.votes).where(
        Phone.token_hash == phone, Phone.workshop == workshop
    )
    if not rows:
        raise unknown_phone()
    chosen = await Choice.select(Choice.card, Choice.choice).where(Choice.phone == phone)
    voted = msgspec.json.decode(rows[0]["votes"], type=list[UUID])
    seen = await cards.visible(workshop) if voted else set()
    return Mine(
        votes=[card for card in voted if card in seen],
        choices={str(row["card"]): row["choice"] for row in chosen},
    )


def phone_of(mint: tokens.Mint, workshop: UUID, header: str) -> str:
    """Hash of the token that a request carries.

    Args:
        mint: knows which tokens were made here.
        workshop: where it must be good.
        header: the request's Authorization.

    Raises:
        Problem: there is none, or it is not of this workshop.
    """
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not mint.is_ours(token, workshop, TOKEN):
        raise unknown_phone()
    return tokens.hash_of(token)


def unknown_phone() -> Problem:
    """What is answered to a phone that has not come in here."""
    return Problem(
        401,
        "unknown_phone",
        "This phone is not in the workshop.",
        "Open the page again; it joins by itself.",
    )


def _must_be_at(row: Workshop, phase: str) -> None:
    if row.counted:
        raise Problem(
            409,
            "counted",
            "The workshop has been closed and its votes are counted.",
            "You can still read it here.",
        )
    if row.phase != phase:
        raise cards.wrong_phase()
