"""A round as it stands today: open or not, with its questions ready to be answered."""

import datetime
import time
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from exports import Item
from server.act.tables import Card
from server.collect import answers, questionnaire, rounds, signers
from server.collect.definition import MAY_AGREE, Definition, When
from server.collect.tables import Round
from server.errors import Problem

KEEP = 2.0
"""Seconds that a process trusts what it read; a published card opens the next round after it."""

Status = Literal["open", "closed", "unapproved", "upcoming", "blocked", "waiting", "full"]


@dataclass(frozen=True, slots=True)
class LiveRound:
    """A round, its status today, and what may be answered.

    `previous` is the code of the latest earlier round of the same services whose card is out;
    `has_card` says whether this round's own is.
    """

    id: UUID
    seal_key: bytes = field(repr=False)
    definition: Definition
    today: datetime.date
    status: Status
    previous: str | None
    has_card: bool
    questions: list[questionnaire.Question]
    items: dict[str, Item]
    options: dict[str, frozenset[int]]
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
    if status == "open" and await rounds.count_answers(row.id) >= definition.quota:
        status = "full"
    items = questionnaire.items(definition)
    return LiveRound(
        id=row.id,
        seal_key=bytes.fromhex(row.seal_key),
        definition=definition,
        today=today,
        status=status,
        previous=published[-1] if published else None,
        has_card=row.id in out,
        questions=questionnaire.questions(definition),
        items=items,
        options={key: answers.options(item) for key, item in items.items()},
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


SIGNER_RETURNS = 60
"""Seconds after which it is worth asking again when the signer is away."""

REFUSALS: dict[Status, tuple[int, str, str, str]] = {
    "closed": (
        410,
        "round_closed",
        "This round is over and takes no more answers.",
        "See what happened with the answers on the round's page.",
    ),
    "unapproved": (
        403,
        "round_unapproved",
        "The young people's panel has not approved the questions yet.",
        "Come back later. For staff: write in the round's file when the panel approved it.",
    ),
    "upcoming": (403, "round_not_open", "This round has not begun.", "Come back on {opens}."),
    "blocked": (
        403,
        "round_waits",
        "This round opens when the service has told what happened with the last answers.",
        "Come back later. For staff: publish the card of the round before.",
    ),
    "waiting": (
        503,
        "signer_missing",
        "The signer of this round's invitations does not answer, or has another key.",
        "Come back later. For who runs the server: see 'Invited rounds' in docs/running.md.",
    ),
    "full": (
        403,
        "round_full",
        "This round has got all the answers that it takes.",
        "See what happened with the answers on the round's page.",
    ),
}
"""What is answered where a round is not open: status, code, what happened, what to do next."""


def must_be_open(live: LiveRound) -> None:
    """See that answers are taken.

    Raises:
        Problem: the round is over, has not begun, waits for the young people's panel (F34), for
            the card of the round before (F00), or for the signer of its invitations; or it holds as
            many answers as it may. They are counted every KEEP seconds in each process; what
            arrives meanwhile is taken too.
    """
    if live.status != "open":
        status, code, message, advice = REFUSALS[live.status]
        raise Problem(
            status,
            code,
            message,
            advice.format(opens=live.definition.opens.isoformat()),
            retry_after=SIGNER_RETURNS if status == 503 else None,
        )


def public(
    live: LiveRound, helplines: list[dict[str, Any]], preview: bool = False
) -> dict[str, Any]:
    """What the answering page is told about a round.

    Args:
        live: the round; while it is not approved or has not begun, its questions are not told.
        helplines: numbers that the page shows.
        preview: tell the questions whatever the status; nothing can be sent.
    """
    definition = live.definition
    hidden = live.status in ("unapproved", "upcoming") and not preview
    deleted = definition.stories_deleted
    return {
        "code": definition.code,
        "title": definition.title,
        "organisation": definition.organisation.name,
        "languages": definition.languages,
        "status": live.status,
        "opens": definition.opens,
        "closes": definition.closes,
        "readers": rounds.readers_of(definition),
        "mandate": rounds.mandate_of(definition),
        "services": [
            {"key": s.key, "name": s.name} for s in definition.services if s.there(live.today)
        ],
        "helplines": helplines,
        "questions": [] if hidden else live.questions,
        "preview": preview,
        "keep_months": definition.keep_months,
        "stories_deleted": f"{deleted:%Y-%m}" if deleted else None,
        "invited": None if preview else definition.invited,
        "research": definition.research and {"who": definition.research, "ages": MAY_AGREE},
        "card": live.has_card,
        "previous": {"code": live.previous} if live.previous else None,
    }
