"""Changes to workshops: made one after the other, many in one transaction, told of afterwards.

Whoever changes anything in a workshop holds its row, so nothing can come between a look at its
phase and what is written: no vote slips in after the count, and none is counted twice. Changes that
wait at the same time share one transaction, and so one write to the disk.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server import database
from server.database.connection import current
from server.errors import Problem
from server.workshop.tables import Workshop

GROUP = 100
"""Most changes in one transaction."""

Work = Callable[[Workshop], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    workshop: UUID
    work: Work
    done: asyncio.Future[Any]

    def tell(self, answer: Any, error: BaseException | None = None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(answer)
        else:
            self.done.set_exception(error)


class Changes:
    """Makes changes; one for each process.

    Args:
        limit: changes that may wait.
        tell: is told which workshops have changed.
    """

    def __init__(self, limit: int, tell: Callable[[UUID], None]) -> None:
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue(limit)
        self._task: asyncio.Task[None] | None = None
        self._tell = tell

    def fullness(self) -> float:
        """Share of the places for waiting changes that are taken, from 0 to 1."""
        return self._waiting.qsize() / self._waiting.maxsize

    async def make(self, workshop: UUID, work: Work) -> Any:
        """Make a change; returns what it returns, when it is on disk.

        Args:
            workshop: its id.
            work: is given the workshop's row, held for it. It looks first and raises a Problem
                before it has written anything, or not at all.

        Raises:
            Problem: what `work` raised; there is no such workshop any more; or too many wait.
        """
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait(_Waiting(workshop, work, done))
        except asyncio.QueueFull:
            raise Problem(
                503, "busy", "Many send at once just now.", "Try again in a few seconds.", 3
            ) from None
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._make_waiting())
        return await done

    async def drain(self) -> None:
        """Wait until nothing waits."""
        if self._task is not None:
            await self._task

    async def _make_waiting(self) -> None:
        while not self._waiting.empty():
            count = min(self._waiting.qsize(), GROUP)
            await self._make_group([self._waiting.get_nowait() for _ in range(count)])

    async def _make_group(self, group: list[_Waiting]) -> None:
        try:
            answers = await _together(group)
        except Exception as error:
            if len(group) == 1:
                group[0].tell(None, error)
            else:
                for one in group:
                    await self._make_group([one])
            return
        for workshop in _changed(group, answers):
            self._tell(workshop)
        for one, answer in zip(group, answers, strict=True):
            if isinstance(answer, Problem):
                one.tell(None, answer)
            else:
                one.tell(answer)


async def _together(group: list[_Waiting]) -> list[Any]:
    """Make changes in one transaction; workshops are held in one order everywhere."""
    async with current().transaction():
        held = {one: await hold(one) for one in sorted({one.workshop for one in group})}
        answers = [await _one(one, held[one.workshop]) for one in group]
        for workshop in sorted(_changed(group, answers)):
            await count_on(workshop)
    return answers


def _changed(group: list[_Waiting], answers: list[Any]) -> set[UUID]:
    """Workshops in which something was not refused."""
    return {
        one.workshop
        for one, answer in zip(group, answers, strict=True)
        if not isinstance(answer, Problem)
    }


async def _one(one: _Waiting, row: Workshop | None) -> Any:
    try:
        if row is None:
            raise unknown()
        return await one.work(row)
    except Problem as problem:
        return problem


async def hold(workshop: UUID) -> Workshop | None:
    """A workshop's row, held until the present transaction ends."""
    query = Workshop.objects().where(Workshop.id == workshop).first()
    row: Workshop | None = await database.held(query)
    return row


async def count_on(workshop: UUID) -> None:
    """Give a workshop that is held its next version."""
    await Workshop.update({Workshop.version: Workshop.version + 1}).where(Workshop.id == workshop)


def unknown() -> Problem:
    """What is answered where there is no such workshop."""
    return Problem(
        404,
        "unknown_workshop",
        "No workshop has this code.",
        "Check the code on the big screen, or ask who leads the workshop.",
    )
