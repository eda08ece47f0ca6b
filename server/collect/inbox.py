"""The way of an answer to the store: group commit into the inbox, shuffled batches out of it.

Answers that arrive together are written in one transaction, in random order, and acknowledged
after it. A round's inbox moves to the store when it holds BATCH answers; what has waited since an
earlier week moves together, all rounds mixed. A batch takes some along that lie there already
(`company`). The store's rows, and the rowid or heap order under them, so never tell who came first.
"""

import asyncio
import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.columns.combination import Where

from server import database, errors, logs
from server.collect import company, tokens
from server.collect.company import shuffle
from server.collect.responses import Arrived, decode, week_of
from server.collect.tables import Inbox, Response, Tombstone
from server.collect.tokens import TokenSpent
from server.database.connection import current
from server.understand import service as understand

BATCH = 20
"""Answers that a round's inbox holds before they are shuffled into the store (DESIGN.md)."""

GROUP = 64
"""Most answers in one transaction."""

NOTHING: Mapping[UUID, str] = {}


class Busy(Exception):
    """More answers wait to be written than the server takes on."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An answer to be written, the token that becomes spent with it, and who waits for that."""

    row: Arrived
    token: str | None
    done: asyncio.Future[None]

    def tell(self, error: Exception | None) -> None:
        """Tell whoever waits, unless they have gone."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class GroupCommit:
    """Writes waiting answers together; whoever waits is told after the commit.

    Args:
        limit: answers that may wait; one more raises Busy.
    """

    def __init__(self, limit: int) -> None:
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue(limit)
        self._task: asyncio.Task[None] | None = None

    def fullness(self) -> float:
        """Share of the places for waiting answers that are taken, from 0 to 1."""
        return self._waiting.qsize() / self._waiting.maxsize

    async def add(self, row: Arrived, token: str | None = None) -> None:
        """Store one answer; returns when it is on disk.

        Args:
            row: the answer; its receipt hash makes a repetition harmless.
            token: hash of the token that becomes spent with it, in invited rounds.

        Raises:
            Busy: too many answers wait.
            TokenSpent: the token has let in another answer.
            Exception: what the database says, when this very answer could not be written.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait(_Waiting(row, token, done))
        except asyncio.QueueFull:
            raise Busy from None
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_waiting())
        await done

    async def _write_waiting(self) -> None:
        while not self._waiting.empty():
            count = min(self._waiting.qsize(), GROUP)
            group = [self._waiting.get_nowait() for _ in range(count)]
            shuffle(group)
            await _write_group(group)

    async def drain(self) -> None:
        """Wait until nothing waits."""
        if self._task is not None:
            await self._task


async def _write_group(group: list[_Waiting]) -> None:
    try:
        refused = await write(
            [one.row for one in group], {one.row.id: one.token for one in group if one.token}
        )
    except Exception as error:
        if len(group) > 1 and not errors.unavailable(error) and not errors.storage_full(error):
            for one in group:
                await _write_group([one])
            return
        for one in group:
            one.tell(error)
        return
    lost = {one.row.receipt_hash for one in group if one.row.id in refused}
    for one in group:
        if one.row.id in refused:
            one.tell(TokenSpent())
        elif one.row.receipt_hash in lost:
            await _write_group([one])
        else:
            one.tell(None)


async def write(rows: list[Arrived], spending: Mapping[UUID, str] = NOTHING) -> set[UUID]:
    """Write answers in one transaction; one that is here already, or was withdrawn, is left out.

    The check comes after the insert: PostgreSQL lets an insert wait for a row that is on its way
    from the inbox to the store, and only afterwards is that row visible there.

    Args:
        rows: the answers.
        spending: the token that an answer spends, in invited rounds: its hash, by the row's id.

    Returns:
        Rows that were refused, because another answer had spent their token. An answer that is
        here already spends nothing and is not refused, so a resend may carry its token again.
    """
    hashes = [row.receipt_hash for row in rows]
    async with current().transaction():
        await database.insert_new(Inbox, rows, Inbox.receipt_hash)
        for table in (Response, Tombstone):
            known = table.select(table.receipt_hash).where(table.receipt_hash.is_in(hashes))
            taken = [found["receipt_hash"] for found in await known]
            if taken:
                await Inbox.delete().where(Inbox.receipt_hash.is_in(taken))
        refused = await _spend(spending) if spending else set()
        if refused:
            await Inbox.delete().where(Inbox.id.is_in(list(refused)))
    return refused


async def _spend(spending: Mapping[UUID, str]) -> set[UUID]:
    """Spend the tokens of the answers that are new; returns those whose token was spent before."""
    written = await Inbox.select(Inbox.id).where(Inbox.id.is_in(list(spending)))
    new: list[UUID] = [row["id"] for row in written]
    spent = await tokens.spend({spending[row_id] for row_id in new})
    refused = set()
    for row_id in new:
        if spending[row_id] in spent:
            spent.remove(spending[row_id])
        else:
            refused.add(row_id)
    return refused


async def move_due(today: datetime.date) -> int:
    """Shuffle what is due into the store: whole rounds, and what waits since an earlier week.

    Returns:
        Number of answers moved.
    """
    waiting = Counter(row["round"] for row in await Inbox.select(Inbox.round))
    full = [round_id for round_id, count in waiting.items() if count >= BATCH]
    moved = 0
    for round_id in full:
        moved += await _move(Inbox.round == round_id)
    return moved + await _move(Inbox.week < week_of(today))


async def move_all() -> int:
    """Shuffle everything into the store at once, all rounds mixed; for demo data and tests."""
    return await _move(Inbox.week != "")


async def _move(condition: Where) -> int:
    async with current().transaction():
        rows = await Inbox.delete().where(condition).returning(*Inbox.all_columns())
        if rows:
            await _store(rows)
            await tokens.shuffle_spent()
    if rows:
        await database.erase_deleted()
        logs.event("moved_to_store")
    return len(rows)


async def _store(coming: list[dict[str, Any]]) -> None:
    """Write answers into the store in random order, and some that lie there already anew.

    Others wait meanwhile: a statement that waited for a row would not find it where it lies
    afterwards, and a withdrawal would be told that there is no such answer.
    """
    await database.keep_others_waiting(Response)
    along = await company.of_answers(coming)
    heard = await understand.take_out(along)
    there = await _take_out(along)
    responses = [*(_stored(row) for row in coming), *there]
    shuffle(responses)
    for chunk in company.chunks(responses):
        await Response.insert(*chunk)
    await understand.put_back(heard)


async def _take_out(ids: list[UUID]) -> list[Response]:
    if not ids:
        return []
    query = Response.delete().where(Response.id.is_in(ids))
    return [Response(**row) for row in await query.returning(*Response.all_columns())]


def _stored(row: dict[str, Any]) -> Response:
    return Response(
        round=row["round"],
        receipt_hash=row["receipt_hash"],
        week=row["week"],
        has_story=bool(decode(row["document"]).stories),
        document=row["document"],
    )


async def is_known(receipt_hash: str) -> bool:
    """Whether an answer is here, or was until it was withdrawn.

    Args:
        receipt_hash: SHA-256 of the receipt, 64 hexadecimal digits.
    """
    for table in (Inbox, Response, Tombstone):
        if await table.exists().where(table.receipt_hash == receipt_hash):
            return True
    return False


async def withdraw(receipt_hash: str) -> bool:
    """Remove an answer for good; releases that are out stay as they are.

    Args:
        receipt_hash: SHA-256 of the receipt, 64 hexadecimal digits.

    Returns:
        Whether there was, or had been, such an answer.
    """
    async with current().transaction():
        gone = await Inbox.delete().where(Inbox.receipt_hash == receipt_hash).returning(Inbox.id)
        gone += await _withdraw_stored(receipt_hash)
        known = await Tombstone.exists().where(Tombstone.receipt_hash == receipt_hash)
        if gone and not known:
            await _remember(receipt_hash)
    if gone:
        await database.erase_deleted()
    return bool(gone) or known


async def _remember(receipt_hash: str) -> None:
    """Write a tombstone, and others anew: their order would tell who withdrew first."""
    others = await company.of_tombstones()
    if others:
        await Tombstone.delete().where(Tombstone.receipt_hash.is_in(others))
    hashes = [receipt_hash, *others]
    shuffle(hashes)
    await Tombstone.insert(*(Tombstone(receipt_hash=text) for text in hashes))


async def _withdraw_stored(receipt_hash: str) -> list[dict[str, Any]]:
    """Annotations go with their response: the foreign key cascades."""
    query = Response.delete().where(Response.receipt_hash == receipt_hash)
    gone: list[dict[str, Any]] = await query.returning(Response.id)
    return gone
