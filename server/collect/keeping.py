"""How long stories are kept: so many months after the round, then they are deleted.

What goes is the text, what the teller said about its themes, and what the language engine read in
it. What stays is that a story was told (`has_story`), the rest of the answer, and every release:
published figures never change. A later release counts whoever has told as having told, and leaves
them out of the figures about themes: they told of something, and nobody knows of what any more.
The members of earlier releases stay too, as guarded as before, since the gate compares with them.
"""

import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns.combination import And, Where

from server import database, logs
from server.collect import rounds
from server.collect.company import shuffle
from server.collect.definition import Definition, months_after
from server.collect.responses import week_of
from server.collect.tables import Response
from server.database.connection import current
from server.understand import service as understand

CHUNK = 200
"""Answers in one transaction."""

WITHOUT_STORIES: dict[str, Any] = {"stories": {}, "teller": {}, "research": False}
"""Parts of a document that hold a story, or what its teller said about it, when it is gone."""

WEEK = datetime.timedelta(7)


def last_week(today: datetime.date, months: int) -> str:
    """The latest week whose answers came so many months ago, all of them."""
    sunday = today - datetime.timedelta(today.isoweekday() % 7)
    while months_after(sunday, months) > today:
        sunday -= WEEK
    return week_of(sunday)


async def delete_due(today: datetime.date) -> int:
    """Delete the stories whose time is over, wherever a round's file says so.

    Args:
        today: decides what is due.

    Returns:
        Number of answers that lost their stories.
    """
    count = 0
    for row, definition in await rounds.all_rounds():
        due = _due(row.id, definition, today)
        while due is not None and (some := await _delete_some(due)):
            count += some
    if count:
        await database.erase_deleted()
        logs.event("stories_deleted")
    return count


def _due(round_id: UUID, definition: Definition, today: datetime.date) -> Where | And | None:
    """Answers of a round that have stories whose time is over; None when there can be none."""
    told = (
        (Response.round == round_id)
        & (Response.has_story == True)  # noqa: E712 (a condition in SQL)
        & (Response.stories_deleted == False)  # noqa: E712
    )
    day = definition.stories_deleted
    if day is None:
        return told & (Response.week <= last_week(today, definition.keep_months))
    return told if today >= day else None


async def _delete_some(due: Where | And) -> int:
    """Delete some; in random order, for PostgreSQL writes the rows anew, one after the other."""
    async with current().transaction():
        rows = await Response.select(Response.id, Response.document).where(due).limit(CHUNK)
        shuffle(rows)
        for row in rows:
            changed: dict[Any, Any] = {
                Response.document: _without_stories(row["document"]),
                Response.stories_deleted: True,
            }
            await Response.update(changed).where(Response.id == row["id"])
        await understand.forget([row["id"] for row in rows])
    return len(rows)


def _without_stories(document: str) -> str:
    parts = msgspec.json.decode(document)
    return msgspec.json.encode(
        parts | {name: gone for name, gone in WITHOUT_STORIES.items() if name in parts}
    ).decode()
