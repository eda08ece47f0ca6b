"""Work that can wait: shuffling inboxes into the store, deleting stories, finding copies, reading.

Everything is derived from what the tables hold, so a worker can be killed at any time and any
number of them can share one PostgreSQL.
"""

import asyncio
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import nlp
from server import database, logs
from server.collect import copies, inbox, keeping
from server.settings import Settings
from server.understand import service as understand
from server.workshop import sessions as workshops


async def once(stop: asyncio.Event | None = None) -> None:
    """Do all that is due.

    Args:
        stop: once it is set, no more stories are begun.
    """
    today = datetime.date.today()
    await inbox.move_due(today)
    await keeping.delete_due(today)
    await workshops.delete_due(today)
    await copies.look_where_due()
    await database.erase_overdue()
    await understand.annotate_waiting(stop)


async def forever(
    pause: float, stop: asyncio.Event, work: Callable[[], Awaitable[None]] = once
) -> None:
    """Do what is due, wait, and again.

    Args:
        pause: seconds between two looks.
        stop: ends it; a transaction that has begun is finished.
        work: what to do.
    """
    while not stop.is_set():
        try:
            await work()
        except nlp.ModelMissing as error:
            logs.failure("language_engine_missing", error)
        except Exception as error:
            logs.failure("worker_failed", error)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """Run the worker beside the server while the block lasts.

    Where the settings say no, only what this very process left to erase is erased.
    """
    stop = asyncio.Event()
    work = partial(once, stop) if settings.worker else database.erase_overdue
    task = asyncio.create_task(forever(settings.worker_pause, stop, work))
    try:
        yield
    finally:
        stop.set()
        await task
