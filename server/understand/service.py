"""Stories that this engine version has not read yet are read; work is derived from state."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from piccolo.table import Table

import nlp
from server import logs
from server.collect import company
from server.collect.company import shuffle
from server.collect.responses import decode
from server.collect.tables import Response
from server.database.connection import current
from server.understand.tables import Annotation, Coded, Quoted

CLAIM = 32
"""Responses read at a time; a killed worker loses no more than that work."""


HANGING: tuple[type[Table], ...] = (Annotation, Quoted, Coded)
"""Tables of what points at a response and goes with its stories."""

_unreadable: set[UUID] = set()
"""Responses that the engine failed on; tried again when the process starts anew."""


async def annotate_waiting(stop: asyncio.Event | None = None) -> int:
    """Read what waits, until nothing does.

    Args:
        stop: once it is set, no more are begun.

    Returns:
        Number of responses read.

    Raises:
        nlp.ModelMissing: the language engine cannot be loaded; nothing is guessed instead.
    """
    total = 0
    while not (stop and stop.is_set()) and (count := await _annotate_some()):
        total += count
        logs.event("annotated")
    return total


async def _annotate_some() -> int:
    async with _claim() as rows:
        if rows:
            await _keep(await asyncio.to_thread(_read, rows))
    return len(rows)


@asynccontextmanager
async def _claim() -> AsyncIterator[list[dict[str, Any]]]:
    """Some unread responses; on PostgreSQL locked while the block lasts, so others take others.

    On SQLite there is one writer, which must not wait for a model: nothing is locked.
    """
    query = Response.select(Response.id, Response.document).where(_unread()).limit(CLAIM)
    if current().engine_type == "postgres":
        async with current().transaction():
            yield await query.lock_rows("UPDATE", skip_locked=True)
    else:
        yield await query


async def _keep(annotations: list[Annotation]) -> None:
    """Store what was read, unless it is gone or was read by another meanwhile.

    Some that lie there already are written anew with it, as answers are when a batch is moved.
    """
    ids = [annotation.response for annotation in annotations]
    async with current().transaction():
        rows = await Response.select(Response.id, Response.round, Response.week).where(
            Response.id.is_in(ids),
            Response.stories_deleted == False,  # noqa: E712
        )
        there = {row["id"] for row in rows}
        kept = [annotation for annotation in annotations if annotation.response in there]
        if kept:
            kept += await _taken_along(rows)
            shuffle(kept)
            await Annotation.insert(*kept).on_conflict(target=Annotation.id, action="DO NOTHING")


async def _taken_along(rows: list[dict[str, Any]]) -> list[Annotation]:
    """What was read in others of the same rounds and weeks, taken out for a moment."""
    return await _taken(
        Annotation,
        await company.of_answers(
            rows,
            Response.has_story == True,  # noqa: E712
            Response.id.not_in([row["id"] for row in rows]),
        ),
    )


Hanging = dict[type[Table], list[Any]]
"""Rows that point at responses, by their table."""


async def take_out(responses: list[UUID]) -> Hanging:
    """Remove what points at responses that are written anew, for `put_back` to store again."""
    return {table: await _taken(table, responses) for table in HANGING}


async def _taken(table: type[Any], responses: list[UUID]) -> list[Any]:
    if not responses:
        return []
    query = table.delete().where(table.response.is_in(responses))
    return [table(**row) for row in await query.returning(*table.all_columns())]


async def put_back(hanging: Hanging) -> None:
    """Store what `take_out` removed, in random order, within the same transaction."""
    for table, rows in hanging.items():
        shuffle(rows)
        for chunk in company.chunks(rows):
            await table.insert(*chunk)


async def forget(responses: list[UUID]) -> None:
    """Remove what points at some responses, within the transaction that changes them."""
    for table in HANGING:
        await _taken(table, responses)


def _unread() -> Any:
    read = Annotation.select(Annotation.response).where(
        Annotation.model_version == nlp.model_version()
    )
    there = (Response.has_story == True) & (Response.stories_deleted == False)  # noqa: E712
    wanted = there & Response.id.not_in(read)
    return wanted & Response.id.not_in(list(_unreadable)) if _unreadable else wanted


def _read(rows: list[dict[str, Any]]) -> list[Annotation]:
    """Read responses together; where that fails, one by one, leaving out those that fail."""
    try:
        return _read_together(rows)
    except nlp.ModelMissing:
        raise
    except Exception as error:
        if len(rows) > 1:
            return [annotation for row in rows for annotation in _read([row])]
        logs.failure("story_not_read", error)
        _unreadable.add(rows[0]["id"])
        return []


def _read_together(rows: list[dict[str, Any]]) -> list[Annotation]:
    version = nlp.model_version()
    documents = {row["id"]: decode(row["document"]) for row in rows}
    stories = [(key, text) for key, found in documents.items() for text in found.stories.values()]
    found = nlp.annotate([text for _, text in stories], [str(i) for i in range(len(stories))])
    per_response: dict[UUID, list[Any]] = {row["id"]: [] for row in rows}
    for (response, _), annotation in zip(stories, found, strict=True):
        per_response[response].append(
            {
                "language": annotation["language"],
                "units": annotation["units"],
                "safety": annotation["safety"],
            }
        )
    return [
        Annotation(
            id=_annotation_id(response, version),
            response=response,
            model_version=version,
            document=msgspec.json.encode(annotations).decode(),
        )
        for response, annotations in per_response.items()
    ]


def _annotation_id(response: UUID, version: str) -> UUID:
    return UUID(bytes=hashlib.sha256(response.bytes + version.encode()).digest()[:16], version=4)
