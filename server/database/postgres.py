"""A Piccolo engine for PostgreSQL whose connections always come back to the pool.

In the stock engine a transaction whose rollback or commit fails (PostgreSQL has restarted, say)
keeps its connection, and stays the current one: every later query of that task fails.
"""

from types import TracebackType
from typing import Any

from piccolo.engine.postgres import PostgresEngine, PostgresTransaction


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
        super().__init__({"dsn": address, "server_settings": settings}, extensions=())

    async def check_version(self) -> None:
        """Skip the connection that the stock engine opens, and waits for, when it is made."""

    def transaction(self, allow_nested: bool = True) -> ReturnedTransaction:
        """Begin a transaction.

        Args:
            allow_nested: join a transaction that is already open.
        """
        return ReturnedTransaction(self, allow_nested)
