"""The most that could be: the same rows written with the driver alone, and HTTP alone.

`python -m benchmarks.ceilings PORT DATABASE …` serves a bare Litestar application: `/nothing`
reads the request and replies, `/written/0` replies when it is in the first database, and so on.
"""

import asyncio
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiosqlite
import asyncpg
import msgspec
import uvicorn
from litestar import Litestar, post
from litestar.datastructures import State

GROUP = 64
"""Rows in one transaction."""

WEEK = "2026-W40"
COLUMNS = "INSERT INTO inbox (id, round, receipt_hash, week, document) VALUES"

Row = tuple[str, str]
"""Receipt hash and document."""


class Writer(Protocol):
    """Writes rows with a driver and nothing else."""

    async def write(self, rows: list[Row]) -> None:
        """Write rows in one transaction."""

    async def close(self) -> None:
        """Close the connection."""


@dataclass
class SQLiteWriter:
    """One kept connection, durable at every commit."""

    connection: aiosqlite.Connection
    round: str

    async def write(self, rows: list[Row]) -> None:
        """Write rows in one transaction."""
        values = [(str(uuid.uuid4()), self.round, hash_, WEEK, text) for hash_, text in rows]
        await self.connection.executemany(f"{COLUMNS} (?, ?, ?, ?, ?)", values)
        await self.connection.commit()

    async def close(self) -> None:
        """Close the connection."""
        await self.connection.close()


@dataclass
class PostgresWriter:
    """One kept connection; an executemany is one transaction."""

    connection: Any
    round: uuid.UUID

    async def write(self, rows: list[Row]) -> None:
        """Write rows in one transaction."""
        values = [(uuid.uuid4(), self.round, hash_, WEEK, text) for hash_, text in rows]
        await self.connection.executemany(f"{COLUMNS} ($1, $2, $3, $4, $5)", values)

    async def close(self) -> None:
        """Close the connection."""
        await self.connection.close()


async def writer(database: str) -> Writer:
    """Open a database that Fortell has made and loaded one round into.

    Args:
        database: as in FORTELL_DATABASE.
    """
    if database.startswith("postgresql:"):
        connection = await asyncpg.connect(database)
        return PostgresWriter(connection, await connection.fetchval("SELECT id FROM round"))
    file = await aiosqlite.connect(database.removeprefix("sqlite:///"))
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        await file.execute(f"PRAGMA {pragma}")
    async with file.execute("SELECT id FROM round") as found:
        rows = list(await found.fetchall())
    return SQLiteWriter(file, rows[0][0])


async def write_for(seconds: float, database: str, bodies: list[str]) -> list[float]:
    """Write full groups, one after the other, with nothing around.

    Returns:
        Milliseconds that each group took.
    """
    store = await writer(database)
    rows = _rows(bodies)
    times = []
    until = time.perf_counter() + seconds
    while (start := time.perf_counter()) < until:
        await store.write([next(rows) for _ in range(GROUP)])
        times.append(1000 * (time.perf_counter() - start))
    await store.close()
    return times


def _rows(bodies: list[str]) -> Iterator[Row]:
    while True:
        for body in bodies:
            yield uuid.uuid4().hex * 2, body


class Hash(msgspec.Struct):
    """The one field that is read."""

    receipt_hash: str


class Group:
    """Rows that wait for the writer; a reply comes after the commit."""

    def __init__(self, store: Writer) -> None:
        self.store = store
        self.waiting: asyncio.Queue[tuple[Row, asyncio.Future[None]]] = asyncio.Queue()

    async def add(self, row: Row) -> None:
        """Write one row together with others."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((row, done))
        await done

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            group = [await self.waiting.get()]
            while len(group) < GROUP and not self.waiting.empty():
                group.append(self.waiting.get_nowait())
            await self.store.write([row for row, _ in group])
            for _, done in group:
                done.set_result(None)


@post("/nothing")
async def nothing(body: bytes) -> dict[str, str]:
    """Reply."""
    return {"status": "received"}


@post("/written/{place:int}")
async def written(body: bytes, place: int, state: State) -> dict[str, str]:
    """Reply when the row is on disk."""
    receipt_hash = msgspec.json.decode(body, type=Hash).receipt_hash
    # Without what fills a request up, which Fortell does not store either.
    await state.groups[place].add((receipt_hash, body.decode().rstrip()))
    return {"status": "received"}


def create_app(databases: list[str]) -> Litestar:
    """Make the bare application.

    Args:
        databases: each as in FORTELL_DATABASE.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.groups = [Group(await writer(database)) for database in databases]
        tasks = [asyncio.create_task(group.run()) for group in app.state.groups]
        yield
        for group, task in zip(app.state.groups, tasks, strict=True):
            task.cancel()
            await group.store.close()

    return Litestar([nothing, written], lifespan=[lifespan], openapi_config=None)


def main() -> None:
    """Serve as `fortell serve` does, until stopped."""
    port, *databases = sys.argv[1:]
    uvicorn.run(
        create_app(databases),
        port=int(port),
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
