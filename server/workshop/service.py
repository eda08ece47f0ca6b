"""What a process needs to hold workshops: secrets, limits, changes, screens."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from server.collect import work
from server.collect.work import Arrivals, Turnstile
from server.settings import Settings
from server.workshop import live, sessions
from server.workshop.cards import Written
from server.workshop.changes import Changes
from server.workshop.limits import Pace
from server.workshop.live import Rooms
from server.workshop.phones import FREE_JOINS, Joining
from server.workshop.tables import Workshop
from server.workshop.tokens import Mint

KEY = "workshop"
CODES = 1000


class Workshops:
    """One for each process; its memory may be lost at any time.

    Args:
        settings: limits.
        key: secret that all processes share.
        rooms: the screens of this process.
    """

    def __init__(self, settings: Settings, key: bytes, rooms: Rooms) -> None:
        self.rooms = rooms
        self.mint = Mint(key)
        self.changes = Changes(settings.waiting_changes, rooms.tell)
        self.turnstile = Turnstile(key, self.changes.fullness)
        self.pace = Pace(burst=30, per_second=2)
        self.written = Written()
        self.most_phones = settings.workshop_phones
        self._joins: OrderedDict[UUID, Arrivals] = OrderedDict()
        self._codes: OrderedDict[str, UUID] = OrderedDict()

    async def id_of(self, code: str) -> UUID:
        """The workshop with this code; codes never change hands, so they are remembered.

        Raises:
            Problem: there is none.
        """
        plain = sessions.plain_code(code)
        if plain not in self._codes:
            self._codes[plain] = (await sessions.find(plain)).id
            if len(self._codes) > CODES:
                self._codes.popitem(last=False)
        return self._codes[plain]

    def check_work(self, workshop: UUID, sent: Joining) -> None:
        """Ask for work where many join at once, whoever they are.

        Raises:
            Problem: there is no work, or it is wrong.
        """
        joins = self._joins.pop(workshop, None) or Arrivals()
        self._joins[workshop] = joins
        if len(self._joins) > CODES:
            self._joins.popitem(last=False)
        if joins.per_minute() >= FREE_JOINS or sent.work is not None:
            asked = sent.work if sent.ask else None
            self.turnstile.check(asked, workshop, sent.ask or "")
        joins.add()

    async def make(self, workshop: UUID, change: Callable[[Workshop], Awaitable[Any]]) -> Any:
        """Make a change in a workshop; see `Changes.make`."""
        return await self.changes.make(workshop, change)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Workshops]:
    """Hold workshops while the block lasts; the database is open."""
    async with live.running() as rooms:
        held = Workshops(settings, await work.key(KEY), rooms)
        yield held
        await held.changes.drain()
