"""Screens follow a workshop: on a real server, on two, and when one is killed."""

import asyncio
import json
import secrets
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from server import database as db
from server.database.connection import current
from server.settings import Settings
from server.staff import accounts
from server.workshop import changes, sessions
from server.workshop.sessions import Steering
from tests.conftest import run as in_loop
from tests.server import outside, workshop
from tests.server.conftest import NAME, PASSWORD, sign_in
from tests.server.process import free_port, serving
from tests.server.workshop import Leader, Phone, join

PATIENCE = 30


def make(database: str) -> str:
    """A workshop and somebody who may lead it."""

    async def work() -> str:
        await db.connect(Settings(database=database))
        try:
            await db.migrate()
            await accounts.create_account(NAME, PASSWORD)
            return await workshop.make()
        finally:
            await db.close()

    return in_loop(work())


class Screen:
    """What a screen knows: it follows the stream as the page does."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.messages = 0
        self.raw = b""
        self._news = asyncio.Event()

    def take(self, event: str, data: str) -> None:
        said = json.loads(data)
        if event == "state":
            self.state = said
        else:
            changed = {card["id"]: card for card in said.pop("changed", [])}
            self.state |= said
            self.state["cards"] = [changed.get(card["id"], card) for card in self.state["cards"]]
        self.messages += 1
        self._news.set()

    async def until(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not (self.state and condition(self.state)):
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def following(client: httpx.AsyncClient, address: str) -> AsyncIterator[Screen]:
    screen = Screen()

    async def read() -> None:
        async with client.stream("GET", address, timeout=None) as reply:
            assert reply.status_code == 200
            assert reply.headers["content-type"].startswith("text/event-stream")
            assert reply.headers["cache-control"] == "no-store"
            assert ("content-encoding" in reply.headers) == address.startswith("/api/")
            event = ""
            async for line in reply.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    screen.take(event, value)

    task = asyncio.create_task(read())
    try:
        yield screen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def browsing(url: str) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=PATIENCE) as client:
        yield client


def stream_of(phone: Phone) -> str:
    return f"/api/workshops/{phone.code}/events?ticket={phone.ticket}"


async def walk(one: str, two: str, code: str) -> None:
    """Phones at both addresses, somebody who leads at the first: all see the same."""
    async with browsing(one) as first, browsing(two) as second:
        await sign_in(first, NAME, PASSWORD)
        leader = Leader(first, code)
        phones = [await join(client, code) for client in (first, second)]
        async with (
            following(first, stream_of(phones[0])) as here,
            following(second, stream_of(phones[1])) as there,
            following(second, f"/api/workshops/{code}/events") as big,
            following(first, leader.address("/events")) as leading,
        ):
            screens = (here, there, big, leading)
            for phone in phones:
                assert (await phone.write("Bussen går for sjelden", "Flere turer")).is_success
            for screen in screens:
                await screen.until(lambda seen: seen["written"] == 2 and seen["phones"] == 2)
            await leader.steer("next")
            for screen in screens:
                await screen.until(lambda seen: len(seen["cards"]) == 2)
            bad, good = [card["id"] for card in here.state["cards"]]
            for phone in phones:
                assert (await phone.vote(good)).is_success
            for screen in screens:
                await screen.until(lambda seen: seen["voted"] == 2)
            await leader.steer("hide", bad)
            for screen in (here, there, big):
                await screen.until(lambda seen: [card["id"] for card in seen["cards"]] == [good])
            await leading.until(
                lambda seen: {card["id"] for card in seen["cards"] if card["hidden"]} == {bad}
            )
            await leader.steer("go", "closed")
            for screen in (here, there, big):
                await screen.until(lambda seen: seen["phase"] == "closed")
                told = await workshop.state(first, code)
                assert told.pop("helplines")
                assert screen.state == told


def test_all_screens_follow_what_happens(database: str, tmp_path: Path) -> None:
    code = make(database)
    log = tmp_path / "log"
    with serving(database, log, worker="false") as server:
        in_loop(walk(server.url, server.url, code))
        server.stop()
    assert log.read_text("utf-8") == ""


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_servers_show_the_same(database: str, tmp_path: Path) -> None:
    code = make(database)
    log = tmp_path / "log"
    with serving(database, log, worker="false") as one, serving(database, log) as two:
        in_loop(walk(one.url, two.url, code))
    assert log.read_text("utf-8") == ""


def test_a_server_that_stops_lets_its_screens_go(database: str, tmp_path: Path) -> None:
    code = make(database)

    async def stop() -> None:
        async with (
            browsing(server.url) as client,
            following(client, f"/api/workshops/{code}/events") as screen,
        ):
            await screen.until(lambda seen: seen["phase"] == "write")
            await asyncio.to_thread(server.stop)

    with serving(database, tmp_path / "log", worker="false") as server:
        in_loop(stop())


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_screens_hear_again_after_the_database_cut_every_connection(
    database: str, tmp_path: Path
) -> None:
    code = make(database)
    server_address, name = outside.address_of(database)
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"

    async def walk_on() -> None:
        async with browsing(one.url) as here, browsing(two.url) as there:
            phone = await join(here, code)
            async with following(there, f"/api/workshops/{code}/events") as screen:
                await screen.until(lambda seen: seen["phones"] == 1)
                await outside.rows(server_address, cut)
                card = str(uuid.uuid4())
                for _ in range(PATIENCE):
                    if (await phone.write("Bussen", card=card)).is_success:
                        break
                    await asyncio.sleep(1)
                await screen.until(lambda seen: seen["written"] == 1)

    with (
        serving(database, tmp_path / "one", worker="false") as one,
        serving(database, tmp_path / "two", worker="false") as two,
    ):
        in_loop(walk_on())


PHONES, KILLS = 12, 1


def test_kill_9_loses_and_doubles_nothing_that_was_acknowledged(
    database: str, tmp_path: Path
) -> None:
    """Phones write, then vote, while the server is killed; each sends until it is told."""
    code = make(database)
    written = in_loop(_killed_while(database, tmp_path, code, _write))
    kept = in_loop(outside.rows(database, "SELECT challenge FROM contribution"))
    assert sorted(text for (text,) in kept) == sorted(written)
    in_loop(_to_voting(database, code))
    voted = in_loop(_killed_while(database, tmp_path, code, _vote))
    rows = in_loop(outside.rows(database, "SELECT votes FROM phone"))
    cast = [json.loads(votes) for (votes,) in rows if votes != "[]"]
    assert sorted(map(sorted, cast)) == sorted(map(sorted, voted))


async def _to_voting(database: str, code: str) -> None:
    await db.connect(Settings(database=database))
    try:
        async with current().transaction():
            row = await changes.hold((await sessions.find(code)).id)
            assert row is not None
            await sessions.steer(row, Steering("next"))
    finally:
        await db.close()


async def _killed_while(
    database: str, folder: Path, code: str, work: Callable[[Phone], Any]
) -> list[Any]:
    """Let phones work at a server that is killed; each tries again until it is told."""
    done: list[Any] = []
    port = free_port()
    up = asyncio.Event()

    async def serve() -> None:
        for kill in range(KILLS + 1):
            with serving(database, folder / "log", worker="false", port=port) as server:
                up.set()
                target = len(done) + secrets.randbelow(PHONES // KILLS) + 1
                while len(done) < (PHONES if kill == KILLS else min(target, PHONES - 1)):
                    await asyncio.sleep(0.005)
                server.kill()

    async def phone() -> None:
        async with browsing(f"http://127.0.0.1:{port}") as client:
            joined = None
            while joined is None:
                try:
                    joined = await join(client, code)
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
            done.append(await work(joined))

    task = asyncio.create_task(serve())
    await up.wait()
    await asyncio.gather(*(phone() for _ in range(PHONES)))
    await task
    return done


async def _write(phone: Phone) -> str:
    card, text = str(uuid.uuid4()), f"Kort {secrets.token_hex(4)}"
    await _until_told(lambda: phone.write(text, card=card))
    return text


async def _vote(phone: Phone) -> list[str]:
    cards = (await _until_told(lambda: phone.client.get(f"/api/workshops/{phone.code}"))).json()
    chosen = [card["id"] for card in cards["cards"][:3]]
    await _until_told(lambda: phone.vote(*chosen))
    return chosen


async def _until_told(ask: Callable[[], Any]) -> httpx.Response:
    while True:
        try:
            reply: httpx.Response = await ask()
        except httpx.TransportError:
            await asyncio.sleep(0.1)
            continue
        assert reply.is_success, reply.text
        return reply
