"""How many stories are read at once: a bounded pool, since a reading takes a core for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Given = TypeVarTuple("Given")


class Full(Exception):
    """More readings wait than the server takes on."""


class Gone(Exception):
    """Whoever asked has hung up."""


class Readings:
    """Runs readings in threads of its own; the network works outside of Python's one lock.

    Whoever stops waiting gives the place back; a reading that has begun is finished first.

    Args:
        at_once: readings that run at the same time.
        waiting: readings that may wait for one of them to end; one more raises Full.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="reading")
        self._free = asyncio.Semaphore(at_once)
        self._places = at_once + waiting

    async def read(self, work: Callable[[*Given], T], *given: *Given) -> T:
        """Run a reading when there is room for it.

        Args:
            work: called in a thread with what is given.
            given: its arguments.

        Raises:
            Full: too many wait already.
            Exception: what the reading raised.
        """
        if not self._places:
            raise Full
        self._places -= 1
        try:
            async with self._free:
                reading = asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
                try:
                    return await asyncio.shield(reading)
                finally:
                    await asyncio.wait([reading])
        finally:
            self._places += 1

    def close(self) -> None:
        """Let readings that run come to their end, and begin no more."""
        self._threads.shutdown(cancel_futures=True)


async def while_there(receive: Callable[[], Awaitable[Any]], work: Coroutine[Any, Any, T]) -> T:
    """Wait for work that somebody asked for, as long as they do.

    Args:
        receive: gives the connection's next message (ASGI); the request has been read.
        work: stopped when the connection ends.

    Raises:
        Gone: the connection ended first.
        Exception: what the work raised.
    """
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_end(receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Gone
        return working.result()
    finally:
        working.cancel()
        gone.cancel()


async def _end(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
