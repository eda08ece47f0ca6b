"""Stories that many sent nearly alike are held back until a person has looked at them.

What is held follows from the stories that lie in the store, so a killed process leaves nothing
half done, and a group is always marked as a whole: the mark does not tell which copy came first.
Floods of scale answers alone are not found here: they cannot be told from many who agree.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from piccolo.query.functions.aggregate import Count

from server import logs
from server.collect import likeness
from server.collect.likeness import Sent
from server.collect.responses import decode
from server.collect.tables import Response
from server.database.connection import current

GROWTH = 10
"""A round is looked through again when a tenth of its stories are new, and before a release."""

CHUNK = 500


class Held(StrEnum):
    """What a response's `held` says."""

    NO = ""
    WAITING = "waiting"
    COUNTED = "counted"
    LEFT_OUT = "left_out"


COUNTS = (Held.NO, Held.COUNTED)
"""Of responses that go into figures."""

DECIDED = (Held.COUNTED, Held.LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Group:
    """Stories that many sent alike: their responses with what is decided about each."""

    responses: dict[UUID, Held]
    texts: tuple[str, ...]

    @property
    def key(self) -> str:
        """Changes when the group does."""
        ids = "".join(sorted(response.hex for response in self.responses))
        return hashlib.sha256(ids.encode()).hexdigest()

    @property
    def held(self) -> Held:
        """What is decided about all of it; WAITING when one of it is undecided."""
        states = set(self.responses.values())
        return states.pop() if len(states) == 1 else Held.WAITING


_looked_at: dict[UUID, int] = {}
"""Stories that each round had when this process last looked through it."""


async def look_where_due() -> None:
    """Look through the rounds that have grown; the first time, through all."""
    told = Response.has_story.eq(True)
    for row in await Response.select(Response.round, Count()).where(told).group_by(Response.round):
        before = _looked_at.get(row["round"])
        if before is None or abs(row["count"] - before) * GROWTH > before:
            await look(row["round"])
            _looked_at[row["round"]] = row["count"]


async def look(round_id: UUID) -> None:
    """Mark what many sent alike, and unmark what no longer is.

    A group that somebody has decided about waits anew when another copy has come.
    """
    rows = await _with_story(round_id)
    found = await asyncio.to_thread(_grouped, rows)
    waiting = {
        response
        for group in found
        if not set(group.responses.values()) <= set(DECIDED)
        for response in group.responses
    }
    held = {row["id"]: Held(row["held"]) for row in rows}
    async with current().transaction():
        for state in (Held.NO, *DECIDED):
            await _mark(round_id, [i for i in waiting if held[i] == state], state, Held.WAITING)
        alone = [i for i, state in held.items() if state == Held.WAITING and i not in waiting]
        await _mark(round_id, alone, Held.WAITING, Held.NO)
    if any(held[response] != Held.WAITING for response in waiting):
        logs.event("copies_held")


async def groups(round_id: UUID) -> list[Group]:
    """What is held or has been decided about, the largest groups first."""
    rows = [row for row in await _with_story(round_id) if row["held"] != Held.NO]
    found = await asyncio.to_thread(_grouped, rows)
    return sorted(found, key=lambda group: (-len(group.responses), group.key))


async def is_waiting(round_id: UUID) -> bool:
    """Whether something is held that nobody has decided about."""
    return await Response.exists().where(
        Response.round == round_id, Response.held == Held.WAITING.value
    )


async def decide(round_id: UUID, key: str, verdict: Held) -> bool:
    """Count a group in or leave it out.

    Args:
        round_id: the round.
        key: the group's, as it was seen.
        verdict: COUNTED or LEFT_OUT.

    Returns:
        Whether the group is still the one that was seen; else nothing is done.
    """
    async with current().transaction():
        seen = [group for group in await groups(round_id) if group.key == key]
        for group in seen:
            for state in Held:
                ids = [i for i, held in group.responses.items() if held == state]
                await _mark(round_id, ids, state, verdict)
    return bool(seen)


async def _with_story(round_id: UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await Response.select(
        Response.id, Response.held, Response.document
    ).where(Response.round == round_id, Response.has_story.eq(True))
    return rows


def _grouped(rows: list[dict[str, Any]]) -> list[Group]:
    sent = [
        Sent(place, text) for place, row in enumerate(rows) for text in _stories(row["document"])
    ]
    found = []
    for places in likeness.groups(sent):
        texts = {sent[place].sender: sent[place].text for place in places}
        members = {rows[sender]["id"]: Held(rows[sender]["held"]) for sender in texts}
        found.append(Group(members, tuple(texts.values())))
    return found


def _stories(document: str) -> list[str]:
    """Stories of a document; none of one that cannot be read, which no release passes over."""
    try:
        return list(decode(document).stories.values())
    except msgspec.DecodeError:
        return []


async def _mark(round_id: UUID, ids: Iterable[UUID], before: Held, after: Held) -> None:
    """Mark responses, but for those that somebody has marked otherwise meanwhile."""
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        await Response.update({Response.held: after.value}).where(
            Response.round == round_id,
            Response.held == before.value,
            Response.id.is_in(wanted[start : start + CHUNK]),
        )
