"""Actions: who can do what by when, what must be lifted upwards, and the way into the ledger."""

import csv
import datetime
import io
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import structs

from enumerations import Language
from server.act import ledger
from server.collect import rounds
from server.errors import Problem
from server.workshop.outcome_tables import WorkshopAction
from server.workshop.report.words import texts
from server.workshop.tables import Workshop
from server.workshop.texts import plain

MOST = 100
Short = Annotated[str, msgspec.Meta(max_length=120)]


class Level(StrEnum):
    """Who can decide it (F11)."""

    NOW = "now"
    LEADER = "leader"
    MUNICIPALITY = "municipality"
    COUNTY = "county"
    STATE = "state"


class Kind(StrEnum):
    """Kind of change (F37)."""

    UNSAID = ""
    TECHNOLOGICAL = "technological"
    ORGANISATIONAL = "organisational"
    SERVICE = "service"
    SOCIAL = "social"
    CULTURAL = "cultural"
    REGULATORY = "regulatory"
    POLITICAL = "political"


class Barrier(StrEnum):
    """What in the system stands in the way (F46)."""

    UNSAID = ""
    ECONOMY = "economy"
    GOVERNING = "governing"
    LAW = "law"
    ORGANISING = "organising"
    CULTURE = "culture"
    COMPETENCE = "competence"


class NewAction(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An action as it is sent. `owner` is a role, rather than a name."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
    level: Level
    owner: Short
    due: datetime.date | None
    kind: Kind = Kind.UNSAID
    barrier: Barrier = Barrier.UNSAID
    lifted: bool = False
    recipient: Short = ""
    theme: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Action(NewAction, frozen=True, kw_only=True):
    """An action as it is kept."""

    id: UUID


def checked(sent: NewAction) -> NewAction:
    """Return an action that says what it must, without control characters.

    Raises:
        Problem: it lacks its text, its owner or its date, or is lifted to nobody.
    """
    written = ("text", "owner", "recipient", "theme")
    action = structs.replace(sent, **{name: plain(getattr(sent, name)) for name in written})
    if not action.text:
        raise Problem(400, "invalid", "The action has no text.", "Write what will be done.")
    if not action.owner or action.due is None:
        raise Problem(
            400,
            "action_incomplete",
            "An action has somebody responsible and a date.",
            "Write who is responsible, and by when.",
        )
    if action.lifted and not action.recipient:
        raise Problem(
            400,
            "recipient_missing",
            "What is lifted upwards has a recipient.",
            "Write who will get it.",
        )
    return action


async def save(workshop: UUID, identifier: UUID, action: NewAction) -> None:
    """Keep an action, new or changed.

    Raises:
        Problem: it is incomplete, another workshop has this id, or there are too many.
    """
    new = checked(action)
    row = await WorkshopAction.select().where(WorkshopAction.id == identifier).first()
    if row and row["workshop"] != workshop:
        raise Problem(404, "not_found", "No such action here.", "Load the page again.")
    if not row and await WorkshopAction.count().where(WorkshopAction.workshop == workshop) >= MOST:
        raise Problem(
            400, "too_many_actions", f"There are {MOST} actions.", "Change or remove one."
        )
    values = {key: getattr(new, key) for key in new.__struct_fields__}
    await WorkshopAction.insert(
        WorkshopAction(id=identifier, workshop=workshop, **values)
    ).on_conflict(
        target=WorkshopAction.id,
        action="DO UPDATE",
        values=[getattr(WorkshopAction, key) for key in values],
    )


async def delete(workshop: UUID, identifier: UUID) -> None:
    """Remove an action; nothing happens if there is none."""
    await WorkshopAction.delete().where(
        (WorkshopAction.id == identifier) & (WorkshopAction.workshop == workshop)
    )


async def actions(
    workshop: UUID, level: Level | None = None, barrier: Barrier | None = None
) -> list[Action]:
    """Actions by level, then date, then text.

    Args:
        workshop: whose.
        level: only those; all when None.
        barrier: only those; all when None.
    """
    columns = [getattr(WorkshopAction, name) for name in Action.__struct_fields__]
    rows = await WorkshopAction.select(*columns).where(WorkshopAction.workshop == workshop)
    found = msgspec.convert(rows, list[Action])
    order = list(Level)
    found.sort(key=lambda one: (order.index(one.level), one.due or datetime.date.max, one.text))
    return [
        one
        for one in found
        if (level is None or one.level == level) and (barrier is None or one.barrier == barrier)
    ]


def lifted_file(found: list[Action], language: Language) -> bytes:
    """What is lifted upwards as CSV with UTF-8's mark, which spreadsheets need (F43).

    Args:
        found: actions; those that are not lifted are left out.
        language: of the column names and values.
    """
    text = texts(language)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    columns = ("recipient", "action", "level", "owner", "due", "kind", "barrier")
    writer.writerow(text[f"column.{column}"] for column in columns)
    for one in sorted((one for one in found if one.lifted), key=lambda one: one.recipient):
        cells = (
            one.recipient,
            one.text,
            text[f"level.{one.level}"],
            one.owner,
            one.due.isoformat() if one.due else "",
            text[f"kind.{one.kind}"] if one.kind else "",
            text[f"barrier.{one.barrier}"] if one.barrier else "",
        )
        writer.writerow(map(_cell, cells))
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


async def into_ledger(workshop: Workshop, code: str) -> int:
    """Put a workshop's actions into a round's change ledger, in place of those from it before.

    Args:
        workshop: whose actions.
        code: of the round.

    Returns:
        How many actions stand in the ledger now.

    Raises:
        Problem: there is no such round.
    """
    found = await rounds.find(code)
    if found is None:
        raise Problem(404, "unknown_round", "No round has this code.", "Check the code.")
    decided = [
        ledger.Decided(one.theme, one.text, one.owner, one.due)
        for one in await actions(workshop.id)
    ]
    await ledger.keep_decided(found[0].id, workshop.id, workshop.title, decided)
    return len(decided)
