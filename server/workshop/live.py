"""Screens that follow a workshop: server-sent events, the same bytes for all of them.

A change is told to every process as "this workshop changed", over a channel of Litestar's. Each
process that has screens of it then reads the state once, and sends what is new to all of its
screens. A screen that cannot keep up is sent the whole state when it can; nothing queues.

Each message is compressed once, as a part of a gzip stream that refers to nothing before it, so
that the same bytes go on in every screen's own stream. Those who lead get theirs uncompressed: a
hidden card could be guessed from how well it compresses beside what a phone writes (BREACH).

Source: WHATWG HTML, section 9.2 (server-sent events); RFC 1951 and 1952 (a full flush).
"""

import asyncio
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import msgspec
from litestar.channels import ChannelsPlugin
from litestar.types import Receive, Scope, Send
from msgspec import structs

from server import database, logs, padding
from server.errors import Problem
from server.workshop import state
from server.workshop.state import State, Timer
from server.workshop.tables import Workshop

CHANNEL = "workshops"
BACKLOG = 10_000

PAUSE = 0.2
"""Seconds between two messages to the same screens."""

LOOK = 5.0
"""Seconds after which the state is read though nobody told of a change: the telling may fail."""

HEARTBEAT = 15.0

SLOW = 20.0
"""Seconds that a screen may take to accept a message before it is dropped."""

STREAMS_EACH = 4
"""Streams that one ticket opens at a time."""

WITHOUT_TICKET = 100
"""Streams of a workshop, here, of screens that have no ticket."""

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"vary", b"accept-encoding"),
    (b"x-accel-buffering", b"no"),
]
PACKED = (b"content-encoding", b"gzip")
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


class Message:
    """An event as it goes over the wire; compressed once it is asked for so.

    Args:
        plain: its text.
    """

    __slots__ = ("_packed", "plain")

    def __init__(self, plain: bytes = b"") -> None:
        self.plain = plain
        self._packed = b""

    def to(self, screen: "Screen") -> bytes:
        """The bytes for a screen."""
        if not screen.packed:
            return self.plain
        if not self._packed:
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            self._packed = packer.compress(self.plain) + packer.flush(zlib.Z_FULL_FLUSH)
        return self._packed


BEAT = Message(b":\n\n")


class Screen:
    """One open stream. `turn` is the last message of its room that it has been sent.

    Args:
        packed: whether what it is sent is compressed.
    """

    __slots__ = ("beats", "packed", "turn", "woken")

    def __init__(self, packed: bool) -> None:
        self.packed = packed
        self.turn = -1
        self.beats = 0
        self.woken = asyncio.Event()


class Room:
    """The screens of one workshop in this process, and what they were sent last.

    Args:
        workshop: its id.
        staff: whether the screens are those of who leads it, which see hidden cards.
    """

    def __init__(self, workshop: UUID, staff: bool) -> None:
        self._workshop, self._staff = workshop, staff
        self.screens: set[Screen] = set()
        self.tickets: Counter[str] = Counter()
        self.turn = 0
        self.beats = 0
        self.over = False
        self._state: State | None = None
        self._read_at = 0.0
        self._part = Message()
        self._whole: tuple[Timer | None, Message] | None = None
        self._changed = asyncio.Event()
        self._read = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Something may have changed."""
        self._changed.set()

    def enter(self, ticket: str, packed: bool) -> Screen:
        """Open a stream.

        Raises:
            Problem: this ticket, or all without one, have as many as they may.
        """
        most = STREAMS_EACH if ticket else WITHOUT_TICKET
        if self.tickets[ticket] >= most:
            raise Problem(
                503,
                "too_many_screens",
                "As many screens as there is room for follow this workshop.",
                "Close other windows that show it. This page tries again by itself.",
                retry_after=10,
            )
        self.tickets[ticket] += 1
        screen = Screen(packed and not self._staff)
        self.screens.add(screen)
        if self._task is None:
            self._task = asyncio.create_task(self._follow())
        return screen

    def leave(self, screen: Screen, ticket: str) -> None:
        """Close a stream; with the last one the room falls asleep."""
        self.screens.discard(screen)
        self.tickets[ticket] -= 1
        if not self.tickets[ticket]:
            del self.tickets[ticket]
        if not self.screens and self._task:
            self._task.cancel()
            self._task = None

    def end(self) -> None:
        """Close all streams."""
        self.over = True
        self._wake_screens()

    async def whole(self) -> Message:
        """The state as a message, read now if nothing has been read yet."""
        async with self._read:
            if self._state is None:
                await self._look()
        if self._state is None:
            return Message()
        now = _with_timer(self._state, time.monotonic() - self._read_at)
        if self._whole is None or self._whole[0] != now.timer:
            made = message("state", now.version, msgspec.json.encode(now))
            self._whole = (now.timer, made)
        return self._whole[1]

    async def message_for(self, screen: Screen) -> bytes:
        """What a screen is to be sent next."""
        behind = self.turn - screen.turn
        found = self._part if screen.turn >= 0 and behind == 1 else await self.whole()
        screen.turn = self.turn
        return found.to(screen)

    async def _follow(self) -> None:
        """Read and send, whenever something has changed, while anybody looks."""
        beats = asyncio.get_running_loop().create_task(self._beat())
        try:
            while not self.over:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), LOOK)
                self._changed.clear()
                await self._refresh()
                await asyncio.sleep(PAUSE)
        finally:
            beats.cancel()

    async def _refresh(self) -> None:
        try:
            async with self._read:
                old = self._state
                await self._look()
        except Exception as error:
            logs.failure("workshop_not_read", error)
            return
        if self._state is None:
            self.end()
        elif old is not None and (part := part_of(old, self._state)):
            self._part = message("part", self._state.version, part)
            self.turn += 1
            self._wake_screens()

    async def _look(self) -> None:
        row = await Workshop.objects().where(Workshop.id == self._workshop).first()
        self._state = await state.of(row, self._staff) if row else None
        self._read_at, self._whole = time.monotonic(), None

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            self.beats += 1
            self._wake_screens()

    def _wake_screens(self) -> None:
        for screen in self.screens:
            screen.woken.set()


def message(event: str, version: int, data: bytes) -> Message:
    """An event; JSON has no line break in it."""
    return Message(b"id: %d\nevent: %s\ndata: %s\n\n" % (version, event.encode(), data))


def _with_timer(read: State, seconds: float) -> State:
    """A state that was read some seconds ago, with the timer as it is now."""
    timer = read.timer
    if timer is None or not timer.running:
        return read
    left = max(0, timer.seconds_left - round(seconds))
    return structs.replace(read, timer=Timer(left, True))


FIELDS = State.__struct_fields__


def part_of(old: State, new: State) -> bytes:
    """What has changed, as JSON: fields to overwrite, and in `changed` single cards.

    Args:
        old: what was sent last.
        new: as it is now.

    Returns:
        Nothing when nothing has changed that anybody sees.
    """
    part: dict[str, Any] = {
        name: value for name in FIELDS if (value := getattr(new, name)) != getattr(old, name)
    }
    if part.keys() <= {"version"}:
        return b""
    if "cards" in part and [card.id for card in old.cards] == [card.id for card in new.cards]:
        del part["cards"]
        part["changed"] = [
            card for before, card in zip(old.cards, new.cards, strict=True) if before != card
        ]
    return msgspec.json.encode(part | {"version": new.version})


class Rooms:
    """Every room of this process."""

    def __init__(self, channels: ChannelsPlugin) -> None:
        self._channels = channels
        self._rooms: dict[tuple[UUID, bool], Room] = {}

    def tell(self, workshop: UUID) -> None:
        """Tell every process that a workshop has changed."""
        self._channels.publish(workshop.hex, CHANNEL)

    def room(self, workshop: UUID, staff: bool = False) -> Room:
        """The room of a workshop's screens, or of who leads it."""
        key = (workshop, staff)
        if key not in self._rooms:
            self._rooms[key] = Room(workshop, staff)
        return self._rooms[key]

    def leave(self, workshop: UUID, staff: bool) -> None:
        """Forget a room that nobody looks into."""
        room = self._rooms.get((workshop, staff))
        if room is not None and not room.screens:
            del self._rooms[workshop, staff]

    def end(self) -> None:
        """Close every stream, since the server stops."""
        for room in self._rooms.values():
            room.end()

    async def listen(self) -> None:
        """Wake the rooms whose workshops change; all of them when changes may have been missed."""
        async with self._channels.start_subscription(CHANNEL) as subscriber:
            async for told in subscriber.iter_events():
                for (workshop, _), room in self._rooms.items():
                    if not told or workshop.hex.encode() == told:
                        room.wake()


@asynccontextmanager
async def running() -> AsyncIterator[Rooms]:
    """Rooms that hear of changes, while the block lasts."""
    channels = ChannelsPlugin(
        database.channels_backend(),
        channels=[CHANNEL],
        subscriber_max_backlog=BACKLOG,
        subscriber_backlog_strategy="dropleft",
    )
    async with channels:
        rooms = Rooms(channels)
        listening = asyncio.create_task(rooms.listen())
        try:
            yield rooms
        finally:
            rooms.end()
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


class Stream:
    """An answer that lasts: the events of one room, as an ASGI application.

    Args:
        rooms: of this process.
        workshop: whose events.
        staff: for who leads it.
        ticket: what the screen came with; empty for none.
    """

    def __init__(self, rooms: Rooms, workshop: UUID, staff: bool = False, ticket: str = "") -> None:
        self._rooms, self._workshop, self._staff, self._ticket = rooms, workshop, staff, ticket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the screen goes, is too slow, or there are no more.

        Raises:
            Problem: too many streams are open.
        """
        room = self._rooms.room(self._workshop, self._staff)
        screen = room.enter(self._ticket, padding.accepts_gzip(scope))
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: screen.woken.set())
        try:
            headers = [*HEADERS, PACKED] if screen.packed else HEADERS
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            with suppress(TimeoutError):
                await _send_all(room, screen, send, gone)
        finally:
            gone.cancel()
            room.leave(screen, self._ticket)
            self._rooms.leave(self._workshop, self._staff)


async def _send_all(room: Room, screen: Screen, send: Send, gone: "asyncio.Future[None]") -> None:
    if screen.packed:
        await _send(send, GZIP_HEAD)
    while not gone.done() and not room.over:
        screen.woken.clear()
        if screen.turn < room.turn:
            await _send(send, await room.message_for(screen))
        elif screen.beats < room.beats:
            screen.beats = room.beats
            await _send(send, BEAT.to(screen))
        else:
            await screen.woken.wait()
    if not gone.done():
        await _send(send, b"", last=True)


async def _send(send: Send, body: bytes, last: bool = False) -> None:
    async with asyncio.timeout(SLOW):
        await send({"type": "http.response.body", "body": body, "more_body": not last})


async def _gone(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
