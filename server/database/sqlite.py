"""A Piccolo engine for SQLite that keeps one writer and one reader open.

The stock engine opens a connection and a thread per query and starts deferred transactions, which
gives "database is locked" to concurrent read-then-write clients. Here writes queue for one
connection, transactions are immediate, and reads go to a connection of their own (WAL lets them
run meanwhile).
"""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any

import aiosqlite
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType, dict_factory

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
)


class KeptTransaction(SQLiteTransaction):
    """A transaction on the engine's one writer; others wait for it."""

    engine: "KeptSQLiteEngine"

    async def __aenter__(self) -> SQLiteTransaction:
        """Wait for the writer and begin; a nested transaction joins the outer one."""
        if self._parent is not None:
            return self._parent
        await self.engine.lock.acquire()
        try:
            self.connection = await self.engine.writer()
            await self._begin()
        except BaseException:
            self.engine.lock.release()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Commit, or roll back when the block failed, and give the writer back."""
        if self._parent:
            return exception is None
        try:
            if exception:
                await self.connection.rollback()
            else:
                await self._commit_or_roll_back()
        finally:
            self.engine.current_transaction.reset(self.context)
            self.engine.lock.release()
        return exception is None

    async def _begin(self) -> None:
        """Begin; when that is cancelled, BEGIN still runs in its thread and ROLLBACK follows it."""
        try:
            await self.connection.execute(f"BEGIN {self.transaction_type.value}")
        except BaseException:
            await self.connection.rollback()
            raise

    async def _commit_or_roll_back(self) -> None:
        try:
            await self.connection.commit()
        except BaseException:
            await self.connection.rollback()
            raise


class KeptSQLiteEngine(SQLiteEngine):
    """SQLite with one kept writer and one kept reader.

    Args:
        path: the database file; made when missing.
        patience: seconds to wait for another process's lock.
    """

    def __init__(self, path: Path, patience: float) -> None:
        super().__init__(path=str(path), timeout=patience)
        self.lock = asyncio.Lock()
        self._writer: aiosqlite.Connection | None = None
        self._reader: aiosqlite.Connection | None = None
        self.erased = False

    async def _open(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(**self.connection_kwargs)
        try:
            connection.row_factory = dict_factory  # type: ignore[assignment]
            for pragma in PRAGMAS:
                await connection.execute(pragma)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def writer(self) -> aiosqlite.Connection:
        """The one connection that writes. Hold the lock while using it."""
        if self._writer is None:
            self._writer = await self._open()
        return self._writer

    async def reader(self) -> aiosqlite.Connection:
        """The connection that reads outside transactions."""
        if self._reader is None:
            self._reader = await self._open()
        return self._reader

    async def get_connection(self) -> aiosqlite.Connection:
        """A connection of its own, for Piccolo's batches."""
        return await self._open()

    async def close(self) -> None:
        """Close both; an open connection's thread would keep the process from exiting."""
        for connection in (self._writer, self._reader):
            if connection is not None:
                await connection.close()
        self._writer = self._reader = None

    async def erase_deleted(self) -> None:
        """Move the write-ahead log into the file and cut it: it keeps deleted text until then.

        A reader in another process can be in the way; `erased` says whether it worked.
        """
        async with self.lock:
            found = await _fetch(await self.writer(), "PRAGMA wal_checkpoint(TRUNCATE)", None)
        self.erased = not found[0]["busy"]

    erase_overdue = erase_deleted

    async def _run_in_new_connection(
        self,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",
        table: Any = None,
    ) -> Any:
        if query.lstrip()[:6].upper() == "SELECT":
            return await _fetch(await self.reader(), query, args)
        async with self.lock:
            return await _fetch(await self.writer(), query, args)

    async def _run_in_existing_connection(
        self,
        connection: aiosqlite.Connection,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",
        table: Any = None,
    ) -> Any:
        return await _fetch(connection, query, args)

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.immediate,
        allow_nested: bool = True,
    ) -> KeptTransaction:
        """Begin a transaction, immediate unless told otherwise.

        Args:
            transaction_type: SQLite's kind of locking.
            allow_nested: join a transaction that is already open.
        """
        return KeptTransaction(self, transaction_type, allow_nested)


async def _fetch(connection: aiosqlite.Connection, query: str, args: list[Any] | None) -> Any:
    # One turn of the connection's thread; with a cursor it would be three.
    return await connection.execute_fetchall(query, args or [])
