"""Rows that lie there already and are written anew with those that come, in random order.

Where a row lies (rowid, heap, transaction id, place in the file) tells when it was written last.
Ten batches of twenty, each left where it was written, would so tell the tenth of two hundred that
an answer belongs to, and one guess in twenty would hit. So a batch takes along as many answers of
its round and week, picked at random, as it lacks to a hundred, and one guess in a hundred does. An
answer's round and week can be seen anyway; others would hide nothing.
"""

import secrets
from collections import Counter
from typing import Any, TypeVar
from uuid import UUID

from piccolo.columns.combination import Where
from piccolo.query import OrderByRaw
from piccolo.query.methods.select import Select

from server.collect.tables import Response, Tombstone
from server.database.connection import current

COMPANY = 100
"""Rows that are written together, if there are so many."""

CHUNK = 500
"""Rows in one statement; SQLite takes at most 32 766 values."""

T = TypeVar("T")

shuffle = secrets.SystemRandom().shuffle


async def of_answers(coming: list[dict[str, Any]], *conditions: Where) -> list[UUID]:
    """Answers in the store to be written anew with others, within the caller's transaction.

    On PostgreSQL their rows are locked; those that somebody else has locked are passed over.

    Args:
        coming: `round` and `week` of those that are written.
        conditions: which answers may be picked.
    """
    found: list[UUID] = []
    for (round_id, week), count in Counter((row["round"], row["week"]) for row in coming).items():
        there = (Response.round == round_id, Response.week == week, *conditions)
        if count < COMPANY:
            query = _picked(Response.select(Response.id).where(*there), COMPANY - count)
            found += [row["id"] for row in await query]
    return found


def chunks(rows: list[T]) -> list[list[T]]:
    """Rows for one statement after the other."""
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]


async def of_tombstones() -> list[str]:
    """Receipt hashes of withdrawn answers, to be written anew with another."""
    query = _picked(Tombstone.select(Tombstone.receipt_hash), COMPANY - 1)
    return [row["receipt_hash"] for row in await query]


def _picked(query: Select[Any], count: int) -> Select[Any]:
    picked = query.order_by(OrderByRaw("random()")).limit(count)
    return picked.lock_rows("UPDATE", skip_locked=True) if _is_postgres() else picked


def _is_postgres() -> bool:
    return bool(current().engine_type == "postgres")
