"""A Piccolo engine for PostgreSQL whose connections always come back to the pool.

In the stock engine a transaction whose rollback or commit fails (PostgreSQL has restarted, say)
keeps its connection, and stays the current one: every later query of that task fails.

And one that sees to it that deleted rows leave the disk. VACUUM frees their room and leaves their
bytes there until something else is written over them; VACUUM FULL writes the table anew.
"""

import asyncio
import datetime
import time
from types import TracebackType
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

TABLES = (
    *("response", "annotation", "spent", "tombstone"),
    *("phone", "choice", "contribution", "card_theme", "card_sentence", "workshop_text"),
)
"""Tables that answers and workshops are deleted from, beside the inbox, which is written anew each
time."""

REST = 1000
"""Writing these anew locks them; so it is done again after so many times as long as it took."""

HASTE = "200ms"
"""How long it waits for a lock, since all others wait behind it meanwhile."""

OLDER = """SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND xact_start < coalesce($1, clock_timestamp()))"""
"""Whether a transaction is open that may still see what was deleted; such rows are kept."""


STATEMENTS = 512
"""Prepared statements that a connection keeps: a group commit has three for each size up to 64."""


class ReturnedTransaction(PostgresTransaction):
    """A transaction that gives its connection back however it ends."""

    engine: "PooledPostgresEngine"

    async def __aenter__(self) -> PostgresTransaction:
        """Take a connection and begin; a nested transaction joins the outer one."""
        if self._parent is not None:
            return self._parent
        self.connection = await self.engine.pool.acquire()
        try:
            self.transaction = self.connection.transaction()
            await self.transaction.start()
        except BaseException:
            await self.engine.pool.release(self.connection)
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Commit, or roll back when the block failed, and give the connection back."""
        if self._parent:
            return exception is None
        try:
            if exception is None:
                await self.transaction.commit()
            else:
                await self._roll_back()
        finally:
            self.engine.current_transaction.reset(self.context)
            await self.engine.pool.release(self.connection)
        return exception is None

    async def _roll_back(self) -> None:
        """Roll back; a connection that cannot is thrown away, and the block's own error told."""
        try:
            await self.transaction.rollback()
        except Exception:
            self.connection.terminate()


class PooledPostgresEngine(PostgresEngine):
    """PostgreSQL with a pool; start it before use.

    Args:
        address: postgresql://USER:PASSWORD@HOST:PORT/DATABASE.
        patience: seconds to wait for a lock that somebody else holds.
    """

    pool: Any

    def __init__(self, address: str, patience: float) -> None:
        settings = {"lock_timeout": f"{patience:g}s"}
        super().__init__(
            {
                "dsn": address,
                "server_settings": settings,
                "statement_cache_size": STATEMENTS,
            },
            extensions=(),
        )
        self.erased = False
        self._deleted: datetime.datetime | None = None
        self._again = 0.0
        self._erasing = asyncio.Lock()

    async def check_version(self) -> None:
        """Skip the connection that the stock engine opens, and waits for, when it is made."""

    def transaction(self, allow_nested: bool = True) -> ReturnedTransaction:
        """Begin a transaction.

        Args:
            allow_nested: join a transaction that is already open.
        """
        return ReturnedTransaction(self, allow_nested)

    async def erase_deleted(self) -> None:
        """Write the inbox anew, which is small; of the other tables, note that it is to be done."""
        async with self.pool.acquire() as connection:
            self._deleted = await connection.fetchval("SELECT clock_timestamp()")
            self.erased = False
            await self._write_anew(connection, "inbox")

    async def erase_overdue(self) -> None:
        """Write the tables anew, unless they rest or somebody is in the way.

        `erased` says whether it has been done since the last deletion.
        """
        async with self._erasing, self.pool.acquire() as connection:
            if time.monotonic() < self._again:
                await self._write_anew(connection, "inbox")
                return
            self.erased, began = True, time.monotonic()
            if not await self._write_anew(connection, "inbox", *TABLES):
                self.erased = False
            self._again = time.monotonic() + REST * (time.monotonic() - began)

    async def _write_anew(self, connection: Any, *tables: str) -> bool:
        """Whether it could be done, and nothing that was deleted is left."""
        if await connection.fetchval(OLDER, self._deleted):
            return False
        await connection.execute(f"SET lock_timeout = '{HASTE}'")
        try:
            for table in tables:
                await connection.execute(f"VACUUM (FULL) {table}")
        except asyncpg.LockNotAvailableError:
            return False
        finally:
            await connection.execute("RESET lock_timeout")
        return True
