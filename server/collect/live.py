"""A round as it stands today: open or not, with its questions ready to be answered."""

import datetime
import time
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from exports import Item
from server.act.tables import Card
from server.collect import questionnaire, rounds, signers
from server.collect.definition import Definition, When
from server.collect.tables import Round
from server.errors import Problem

KEEP = 2.0
"""Seconds that a process trusts what it read; a published card opens the next round after it."""

Status = Literal["open", "closed", "unapproved", "upcoming", "blocked", "waiting"]


@dataclass(frozen=True, slots=True)
class LiveRound:
    """A round, its status today, and what may be answered.

    `previous` is the code of the latest earlier round of the same services whose card is out;
    `has_card` says whether this round's own is.
    """

    id: UUID
    seal_key: bytes = field(repr=False)
    definition: Definition
    status: Status
    previous: str | None
    has_card: bool
    questions: list[questionnaire.Question]
    items: dict[str, Item]
    stories: set[str]
    choices: list[set[str]]
    conditions: dict[str, When]
    services: set[str]


_kept: dict[str, tuple[float, datetime.date, LiveRound]] = {}


async def live_round(code: str, today: datetime.date) -> LiveRound:
    """The round with this code.

    Args:
        code: as somebody typed it.
        today: decides whether it is open.

    Raises:
        Problem: no round has this code.
    """
    code = rounds.plain_code(code)
    kept = _kept.get(code)
    if kept and time.monotonic() - kept[0] < KEEP and kept[1] == today:
        return kept[2]
    if kept and kept[1] == today:
        # One request looks; those that come meanwhile take what was known.
        _kept[code] = (time.monotonic(), today, kept[2])
    found = await rounds.find(code)
    if found is None:
        raise Problem(
            404,
            "unknown_round",
            "No round has this code.",
            "Check the code; it stands under the QR code or in the message that you got.",
        )
    live = await _look(*found, today)
    _kept[code] = (time.monotonic(), today, live)
    return live


def forget() -> None:
    """Read rounds anew from now on; after a card is published and when a database is changed."""
    _kept.clear()
    signers.forget()


async def _look(row: Round, definition: Definition, today: datetime.date) -> LiveRound:
    earlier = await rounds.earlier_rounds(row, definition)
    out = {card["round"] for card in await Card.select(Card.round)}
    published = [other.code for other in earlier if other.id in out]
    status = _status(definition, today, blocked=len(published) < len(earlier))
    if status == "open" and not await signers.let_in(row.id, definition):
        status = "waiting"
    return LiveRound(
        id=row.id,
        seal_key=bytes.fromhex(row.seal_key),
        definition=definition,
        status=status,
        previous=published[-1] if published else None,
        has_card=row.id in out,
        questions=questionnaire.questions(definition),
        items=questionnaire.items(definition),
        stories=questionnaire.stories(definition),
        choices=questionnaire.choices(definition),
        conditions=questionnaire.conditions(definition),
        services={service.key for service in definition.services},
    )


def _status(definition: Definition, today: datetime.date, blocked: bool) -> Status:
    """Not approved comes before not begun: who waits for a date should not wait in vain."""
    approved = definition.panel.approved
    if definition.closes and today > definition.closes:
        return "closed"
    if approved is None or today < approved:
        return "unapproved"
    if today < definition.opens:
        return "upcoming"
    return "blocked" if blocked else "open"


def must_be_open(live: LiveRound) -> None:
    """See that answers are taken.

    Raises:
        Problem: the round is over, has not begun, waits for the young people's panel (F34), for
            the card of the round before (F00), or for the signer of its invitations.
    """
    if live.status == "closed":
        raise Problem(
            410,
            "round_closed",
            "This round is over and takes no more answers.",
            "See what happened with the answers on the round's page.",
        )
    if live.status == "unapproved":
        raise Problem(
            403,
            "round_unapproved",
            "The young people's panel has not approved the questions yet.",
            "Come back later. For staff: write in the round's file when the panel approved it.",
        )
    if live.status == "upcoming":
        raise Problem(
            403,
            "round_not_open",
            "This round has not begun.",
            f"Come back on {live.definition.opens.isoformat()}.",
        )
    if live.status == "blocked":
        raise Problem(
            403,
            "round_waits",
            "This round opens when the service has told what happened with the last answers.",
            "Come back later. For staff: publish the card of the round before.",
        )
    if live.status == "waiting":
        raise Problem(
            503,
            "signer_missing",
            "The signer of this round's invitations does not answer, or has another key.",
            "Come back later. For who runs the server: see 'Invited rounds' in docs/running.md.",
            retry_after=60,
        )


def public(live: LiveRound, helplines: list[dict[str, Any]]) -> dict[str, Any]:
    """What the answering page is told about a round.

    Args:
        live: the round.
        helplines: numbers that the page shows.
    """
    definition = live.definition
    return {
        "code": definition.code,
        "title": definition.title,
        "organisation": definition.organisation.name,
        "languages": definition.languages,
        "status": live.status,
        "opens": definition.opens,
        "closes": definition.closes,
        "readers": definition.readers,
        "mandate": rounds.mandate_of(definition),
        "services": [{"key": s.key, "name": s.name} for s in definition.services],
        "helplines": helplines,
        "questions": live.questions,
        "invited": definition.invited,
        "card": live.has_card,
        "previous": {"code": live.previous} if live.previous else None,
    }
