"""Channels over PostgreSQL (LISTEN and NOTIFY) that outlive the connection they listen on."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import asyncpg
from litestar.channels.backends.asyncpg import AsyncPgChannelsBackend

from server import logs
from server.database.postgres import PooledPostgresEngine

AGAIN = 1.0
"""Seconds between two tries to listen anew."""

MISSED = b""
"""What is heard on every channel when messages may have been missed."""

AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class SharedChannels(AsyncPgChannelsBackend):
    """Litestar's backend, with the engine's pool to tell over and a listener that comes back.

    A message that cannot be told is dropped: whoever listens looks by itself now and then.

    Args:
        engine: of the database that the processes share.
    """

    def __init__(self, engine: PooledPostgresEngine) -> None:
        super().__init__(make_connection=self._listen)
        self._engine = engine
        self._lost = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def _listen(self) -> Any:
        connection = await asyncpg.connect(self._engine.config["dsn"], timeout=10)
        connection.add_termination_listener(lambda _: self._lost.set())
        return connection

    async def on_startup(self) -> None:
        """Begin to listen."""
        await super().on_startup()
        self._watching = asyncio.create_task(self._watch())

    async def on_shutdown(self) -> None:
        """Stop listening."""
        if self._watching is not None:
            self._watching.cancel()
        with suppress(*AWAY):
            await super().on_shutdown()

    async def publish(self, data: bytes, channels: Iterable[str]) -> None:
        """Tell everybody who listens."""
        try:
            async with self._engine.pool.acquire() as connection:
                for channel in channels:
                    await connection.execute("SELECT pg_notify($1, $2)", channel, data.decode())
        except AWAY as error:
            logs.failure("not_told", error)

    async def _watch(self) -> None:
        """Listen anew, as often as it takes, whenever the connection is lost."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            try:
                await self._listen_anew()
            except AWAY as error:
                logs.failure("not_listening", error)
                await asyncio.sleep(AGAIN)
                self._lost.set()

    async def _listen_anew(self) -> None:
        async with self._listener_lock:
            self._listener_conn = await self._connect()
            for channel in self._subscribed_channels:
                await self._listener_conn.add_listener(channel, self._listener)
                if self._queue is not None:
                    self._queue.put_nowait((channel, MISSED))
