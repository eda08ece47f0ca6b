"""Floods of screens, and those that take nothing: others see all; a screen too many is told so."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from server import edge
from server.app import create_app
from server.edge import BoundedProtocol
from server.settings import Settings
from server.staff import accounts
from server.workshop import live, sessions
from server.workshop.tables import Contribution
from tests.server.conftest import NAME, PASSWORD, sign_in
from tests.server.test_workshop_live import PATIENCE, browsing, following, stream_of
from tests.server.workshop import Leader, join, make, state

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
CARDS, DEAF, TURNS = 400, 3, 12


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[edge.Server, str]]:
    """The server as `fortell serve` starts it, in this process, so that its connections show."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = edge.Server(edge.configuration(create_app(settings)))
        task = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield server, f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


async def full(code: str) -> None:
    """Fill a workshop with cards, so that its state is larger than what a line holds by itself."""
    row = await sessions.find(code)
    ideas = msgspec.json.encode(["Idé " * 120] * 3).decode()
    for number in range(1, CARDS + 1):
        card = Contribution(
            id=uuid.uuid4(), workshop=row.id, number=number, ideas=ideas, challenge=f"Kort {number}"
        )
        await Contribution.insert(card)


async def deaf(url: str, path: str, times: int = 1) -> socket.socket:
    """A connection that asks so many times and never reads an answer."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    where = httpx.URL(url)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, (where.host, where.port))
    await loop.sock_sendall(line, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * times)
    return line


def waiting(server: edge.Server) -> list[int]:
    """Bytes that wait in this process for each connection that takes nothing."""
    lines = [one for one in server.server_state.connections if isinstance(one, BoundedProtocol)]
    left = [one.transport.get_write_buffer_size() for one in lines]  # type: ignore[attr-defined]
    return [size for size in left if size]


async def test_screens_that_never_read_delay_nobody_and_are_cut_off(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SLOW", 0.5)
    monkeypatch.setattr(edge, "STALLED_SECONDS", 0.5)
    async with serving(settings) as (server, url), browsing(url) as client:
        await accounts.create_account(NAME, PASSWORD)
        leader = Leader(client, await make())
        await full(leader.code)
        await sign_in(client, NAME, PASSWORD)
        phone = await join(client, leader.code)
        streams = (stream_of(phone), f"/api/workshops/{leader.code}/events")
        lines = [await deaf(url, path) for path in streams for _ in range(DEAF)]
        worst, size = 0, CARDS * len("Idé " * 120) * 3
        async with following(client, stream_of(phone)) as screen:
            for turn in range(TURNS):
                phase = (await leader.steer("next" if turn % 2 == 0 else "back"))["phase"]
                cards = 0 if phase == "write" else CARDS
                await screen.until(lambda s, p=phase: s["phase"] == p)  # type: ignore[misc]
                assert len(screen.state["cards"]) == cards
                worst = max([worst, *waiting(server)])
            assert worst, "nothing was ever in the way of the deaf"
            assert worst < 2 * size
            async with asyncio.timeout(PATIENCE):
                while waiting(server):
                    await asyncio.sleep(0.05)
            assert screen.state["cards"] == (await state(client, leader.code))["cards"]
        for line in lines:
            line.close()


async def test_a_reply_that_nobody_takes_is_not_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long reply to a plain question, asked many times and never read."""
    monkeypatch.setattr(edge, "STALLED_SECONDS", 0.5)
    async with serving(settings) as (server, url), browsing(url) as client:
        code = await make()
        await full(code)
        row = await sessions.find(code)
        await type(row).update({"phase": "read"}).where(type(row).id == row.id)
        lines = [await deaf(url, f"/api/workshops/{code}", TURNS) for _ in range(DEAF)]
        async with asyncio.timeout(PATIENCE):
            while not waiting(server):
                await asyncio.sleep(0.01)
            while waiting(server):
                await asyncio.sleep(0.05)
        assert len((await state(client, code))["cards"]) == CARDS
        for line in lines:
            line.close()


async def answered(line: socket.socket) -> int:
    """The status of what a connection has asked for."""
    head = await asyncio.get_running_loop().sock_recv(line, 12)
    return int(head.split()[1])


async def test_floods_of_screens_leave_room_for_phones_and_who_leads(settings: Settings) -> None:
    """Made-up, reused and others' tickets get no place of their own."""
    async with serving(settings) as (_, url), browsing(url) as client:
        await accounts.create_account(NAME, PASSWORD)
        leader, other = Leader(client, await make()), await make()
        await sign_in(client, NAME, PASSWORD)
        phone, greedy = await join(client, leader.code), await join(client, leader.code)
        stranger = await join(client, other)
        lines = [await deaf(url, stream_of(greedy)) for _ in range(live.STREAMS_EACH)]
        assert {await answered(line) for line in lines} == {200}
        told = await client.get(stream_of(greedy))
        assert (told.status_code, told.json()["code"]) == (503, "too_many_screens")
        assert told.headers["retry-after"]
        assert told.json()["next"]
        address = f"/api/workshops/{leader.code}/events"
        odd = ("", f"?ticket={stranger.ticket}", f"?ticket={greedy.token}", "?ticket=" + "A" * 43)
        flood = [
            await deaf(url, address + odd[number % len(odd)])
            for number in range(live.WITHOUT_TICKET)
        ]
        assert {await answered(line) for line in flood} == {200}
        for query in odd:
            told = await client.get(address + query)
            assert (told.status_code, told.json()["code"]) == (503, "too_many_screens")
        async with (
            following(client, stream_of(phone)) as mine,
            following(client, leader.address("/events")) as leading,
            following(client, f"/api/workshops/{other}/events") as elsewhere,
        ):
            assert (await phone.write("Vi ser hverandre")).is_success
            for screen in (mine, leading):
                await screen.until(lambda seen: seen["written"] == 1)
            await elsewhere.until(lambda seen: seen["phones"] == 1)
        assert (await state(client, leader.code))["written"] == 1, "a screen too many can still ask"
        for line in (lines.pop(), flood.pop()):
            line.close()
        for path in (stream_of(greedy), address):
            lines.append(await admitted(url, path))
        for line in (*lines, *flood):
            line.close()


async def admitted(url: str, path: str) -> socket.socket:
    """A stream that opens once the server has seen that another has gone."""
    async with asyncio.timeout(PATIENCE):
        while await answered(line := await deaf(url, path)) != 200:
            line.close()
            await asyncio.sleep(0.05)
    return line
