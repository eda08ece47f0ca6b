"""Serving HTTP: what uvicorn is told, and bounds that it lacks.

A proxy in front sees to slow senders too (docs/deploy/); these bounds hold where there is none.
"""

import asyncio
import gc
import resource
from contextlib import suppress
from typing import Any

import uvicorn
from litestar import Litestar
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server import logs

REQUEST_SECONDS = 30.0
"""How long a request may take to arrive, from its connection or its first byte on."""

STALLED_SECONDS = 60.0
"""How long a client may take nothing of what waits for it."""

HEAD_LIMIT = 32 * 1024
"""Bytes after which a request's head must have ended."""

STOPPING_SECONDS = 30
"""How long requests under way may take when the server is asked to stop."""


class BoundedProtocol(HttpToolsProtocol):
    """Ends connections that bring no request in time, whose head has no end, or that take nothing.

    Without it, uvicorn waits for ever for the rest of a request and keeps all of its head, and
    keeps what a client does not take even when it has closed the connection.
    """

    _deadline: asyncio.TimerHandle | None = None
    _head: int | None = 0
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # so that we are told of every byte that waits
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        self._stop_watching()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Something waits for the client to take it."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """It has taken all there was."""
        self._stop_watching()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Read on, and count what belongs to a head that has not ended."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > HEAD_LIMIT:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A request's first byte."""
        self._head = 0
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole request is here."""
        self._stop_waiting()
        super().on_message_complete()

    def _wait(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _watch(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self._look, left)

    def _stop_watching(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _look(self, before: int) -> None:
        if self.transport.get_write_buffer_size() < before:
            self._watch()
        else:
            self.transport.abort()

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


class Server(uvicorn.Server):
    """Ends streams that would never end by themselves before it waits for requests under way."""

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """Stop, with nobody waiting for events any more."""
        held = self.config.loaded_app.state.get("workshops")
        if held is not None:
            held.rooms.end()
        await super().shutdown(sockets)


def configuration(app: Litestar, **others: Any) -> uvicorn.Config:
    """What uvicorn is told: no access log, for an address and a path together are a trace.

    Args:
        app: what to serve.
        others: to be told besides.
    """
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOPPING_SECONDS,
        **others,
    )


def serve(app: Litestar, listening: Any) -> bool:
    """Serve until stopped.

    Args:
        app: what to serve.
        listening: the socket to listen on.

    Returns:
        Whether it had started.
    """
    keep_no_trace()
    keep_what_is_loaded()
    open_many_files()
    server = Server(configuration(app))
    with suppress(KeyboardInterrupt):
        server.run([listening])
    return server.started


def keep_what_is_loaded() -> None:
    """Tell Python's collector of garbage that what has been loaded so far is none.

    Looking through the language engine's libraries takes a third of a second, in which nobody is
    served, and would be done again and again.
    """
    gc.collect()
    gc.freeze()


def open_many_files() -> None:
    """Let as many connections be open as the machine allows: each screen of a workshop has one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def keep_no_trace() -> None:
    """For processes that see what people send: bare logs, and no picture of memory on a disk."""
    logs.configure()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
