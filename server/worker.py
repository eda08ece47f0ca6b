"""Work that can wait: shuffling inboxes into the store and reading stories.

Everything is derived from what the tables hold, so a worker can be killed at any time and any
number of them can share one PostgreSQL.
"""

import asyncio
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import nlp
from server import database, logs
from server.collect import inbox
from server.settings import Settings
from server.understand import service as understand


async def once() -> None:
    """Do all that is due."""
    await database.erase_overdue()
    await inbox.move_due(datetime.date.today())
    await understand.annotate_waiting()


async def forever(pause: float) -> None:
    """Do what is due, wait, and again.

    Args:
        pause: seconds between two looks.
    """
    while True:
        try:
            await once()
        except asyncio.CancelledError:
            raise
        except nlp.ModelMissing as error:
            logs.failure("language_engine_missing", error)
        except Exception as error:
            logs.failure("worker_failed", error)
        await asyncio.sleep(pause)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """Run the worker beside the server while the block lasts, unless the settings say no."""
    if not settings.worker:
        yield
        return
    task = asyncio.create_task(forever(settings.worker_pause))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
