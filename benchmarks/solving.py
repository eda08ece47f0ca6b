"""Proof of work for answers that are sent later, so that solving takes no time from a measurement.

The server's own part, checking, is in every figure.
"""

import asyncio
import json
import os
import secrets
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from server import database
from server.collect.tables import Round, Secret
from server.collect.work import CEILING, FLOOR, Challenge, Turnstile, key
from server.settings import Settings
from tests.server.working import solve

BITS = 14
"""Zero bits: taken while fewer than 19 200 arrive in a minute; how many there are costs the server
nothing."""

CHUNK = 100


def challenge(address: str) -> Challenge:
    """A challenge of BITS for a database's only round, as its server would hand it out."""

    async def made() -> Challenge:
        await database.connect(Settings(database=address))
        try:
            (row,) = await Round.select(Round.id)
            asks_more = (BITS - FLOOR) / (2 * (CEILING - FLOOR))
            return Turnstile(await key(), lambda: asks_more).challenge(row["id"])
        finally:
            await database.close()

    return asyncio.run(made())


def solved(found: Challenge, count: int) -> list[str]:
    """Solve a challenge for new receipt hashes, on every core.

    Args:
        found: the challenge.
        count: how many.

    Returns:
        JSON objects, each with a `receipt_hash` and its `work`.
    """
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        parts = pool.map(partial(_some, found), [CHUNK] * -(-count // CHUNK))
        return [line for part in parts for line in part][:count]


def _some(found: Challenge, count: int) -> list[str]:
    hashes = (secrets.token_hex(32) for _ in range(count))
    return [
        json.dumps({"receipt_hash": one, "work": solve(found.challenge, found.bits, one)})
        for one in hashes
    ]


def twin(one: str, other: str) -> None:
    """Give a database the round and the keys of another, so that what is solved fits both.

    Args:
        one: address of the database to copy from.
        other: of the one to copy to; its tables have been made.
    """
    asyncio.run(_write(other, *asyncio.run(_read(one))))


async def _read(address: str) -> tuple[list[Round], list[Secret]]:
    await database.connect(Settings(database=address))
    try:
        await key()
        return await Round.objects(), await Secret.objects()
    finally:
        await database.close()


async def _write(address: str, rounds: list[Round], keys: list[Secret]) -> None:
    await database.connect(Settings(database=address))
    try:
        for table in (Round, Secret):
            await table.delete(force=True)
        await Round.insert(*rounds)
        await Secret.insert(*keys)
    finally:
        await database.close()
