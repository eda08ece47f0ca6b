"""Phones in one workshop behind one address: they write, vote and choose while all screens follow.

`python -m benchmarks.workshop --phones 60 --seconds 40` prints a shorter run; `--database` and
`--processes` choose one of the servers.
"""

import argparse
import asyncio
import datetime
import gc
import hashlib
import json
import random
import re
import resource
import secrets
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import psutil

from benchmarks import servers
from benchmarks.servers import Failed
from enumerations import Language
from server import database as db
from server.settings import Settings
from server.staff import accounts
from server.staff import sessions as signed
from server.staff.tables import Account
from server.workshop import sessions

PHONES, SECONDS = 500, 600
PAUSE = 12.0
"""Seconds, on average, between two things that a phone sends."""

CARDS = 2
"""Cards that a phone writes; after those it changes what it has written."""

MARK = 2.0
"""Seconds between two changes whose way to every screen is measured."""

LIMIT_MS = 500
MARKED = re.compile(rb'"title":"mark (\d+)"')
AGAIN = 0.5


@dataclass
class Place:
    """Where a run takes place."""

    database: str
    code: str
    cookie: str
    urls: list[str]


@dataclass
class Seen:
    """When changes were asked for, and when each screen showed them (seconds, one clock)."""

    asked: dict[int, float] = field(default_factory=dict)
    delays: dict[int, list[float]] = field(default_factory=dict)
    begun: list[float] = field(default_factory=list)
    bytes: int = 0

    def take(self, mark: int) -> None:
        """A screen shows a change."""
        if mark in self.asked:
            now = time.perf_counter()
            self.delays.setdefault(mark, []).append(now - self.asked[mark])


class Screen(asyncio.Protocol):
    """One stream, read as cheaply as can be; it opens again when it ends, as EventSource does."""

    def __init__(self, path: str, host: str, seen: Seen) -> None:
        self._head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n"
        self._seen, self._rest, self._last = seen, b"", -1
        self._first = bytearray()
        self._begun = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._head.encode())

    def data_received(self, data: bytes) -> None:
        """Look for what was marked; a state that comes first only says where things are."""
        self._seen.bytes += len(data)
        if not self._begun:
            self._first += data
            self._begin()
            return
        text = self._rest + data
        for found in MARKED.finditer(text):
            mark = int(found[1])
            if mark > self._last:
                self._seen.take(mark)
                self._last = mark
        self._rest = text[-40:]

    def _begin(self) -> None:
        """Count from the first event's end on, which is a blank line after those of HTTP."""
        _, _, events = bytes(self._first).partition(b"\r\n\r\n")
        if b"\n\n" in events or b"\r\n\r\n" in events:
            self._begun = True
            self._last = max((int(found[1]) for found in MARKED.finditer(events)), default=-1)
            self._seen.begun.append(time.perf_counter())

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        if not self.ended.done():
            self.ended.set_result(None)


async def follow(url: str, path: str, seen: Seen) -> None:
    """Keep a screen open for ever."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    screen: Screen | None = None
    try:
        while True:
            with suppress(OSError):
                _, screen = await loop.create_connection(
                    lambda: Screen(path, parts.netloc, seen), parts.hostname or "", parts.port or 80
                )
                await screen.ended
            await asyncio.sleep(AGAIN + random.random())
    finally:
        if screen is not None and screen.transport is not None:
            screen.transport.abort()


@dataclass
class Told:
    """What one phone was told is kept."""

    token: str
    cards: dict[str, str] = field(default_factory=dict)
    votes: list[str] = field(default_factory=list)


class Run:
    """One room of phones.

    Args:
        place: the servers.
        phones: how many.
        seconds: how long.
    """

    def __init__(self, place: Place, phones: int, seconds: float) -> None:
        self.place, self.phones, self.seconds = place, phones, seconds
        self.seen = Seen()
        self.told: list[Told] = []
        self.waits: list[float] = []
        self.answers: Counter[str] = Counter()
        self.phase = "write"
        self.cards: list[str] = []
        self.steps: dict[str, float] = {}
        self.killed = 0.0
        self.over = asyncio.Event()
        limits = httpx.Limits(max_connections=phones, max_keepalive_connections=phones)
        self.clients = [
            httpx.AsyncClient(base_url=url, limits=limits, timeout=60) for url in place.urls
        ]

    async def ask(
        self, client: httpx.AsyncClient, method: str, path: str, **others: Any
    ) -> httpx.Response:
        """Send until it is answered, as a page does that lost its server."""
        began = time.perf_counter()
        while True:
            try:
                reply = await client.request(method, path, **others)
            except httpx.TransportError:
                self.answers["no answer"] += 1
                await asyncio.sleep(AGAIN)
                continue
            if reply.status_code not in (429, 500, 503):
                break
            self.answers[str(reply.status_code)] += 1
            await asyncio.sleep(float(reply.headers.get("retry-after", AGAIN)))
        self.waits.append(time.perf_counter() - began)
        return reply

    async def join(self, client: httpx.AsyncClient) -> dict[str, str]:
        """Come in; do the work when it is asked for."""
        base = f"/api/workshops/{self.place.code}"
        reply = await self.ask(client, "POST", f"{base}/phones", json={})
        if reply.status_code == 400:
            given = (await self.ask(client, "GET", f"{base}/work")).json()
            ask = secrets.token_urlsafe(16)
            work = await asyncio.to_thread(solve, given["challenge"], given["bits"], ask)
            sent = {"ask": ask, "work": work}
            reply = await self.ask(client, "POST", f"{base}/phones", json=sent)
        if reply.status_code != 201:
            raise Failed(f"A phone was not let in: {reply.text}")
        found: dict[str, str] = reply.json()
        return found

    async def phone(self, number: int) -> None:
        """Somebody in the room."""
        chance = random.Random(number)
        await asyncio.sleep(chance.random() * min(20, self.seconds / 6))
        client = self.clients[number % len(self.clients)]
        secret = await self.join(client)
        told = Told(secret["token"])
        self.told.append(told)
        path = f"/api/workshops/{self.place.code}/events?ticket={secret['ticket']}"
        screen = asyncio.create_task(
            follow(self.place.urls[number % len(self.place.urls)], path, self.seen)
        )
        keys: dict[str, str] = {}
        try:
            while not self.over.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.over.wait(), chance.expovariate(1 / PAUSE))
                    break
                await self._do(client, chance, told, keys)
            await asyncio.sleep(1)
        finally:
            screen.cancel()

    async def _do(
        self, client: httpx.AsyncClient, chance: random.Random, told: Told, keys: dict[str, str]
    ) -> None:
        headers = {"Authorization": f"Bearer {told.token}"}
        base = f"/api/workshops/{self.place.code}"
        if self.phase == "write":
            card = str(uuid.uuid4()) if len(keys) < CARDS else chance.choice(list(keys))
            key = keys.setdefault(card, secrets.token_urlsafe(32))
            text = f"Utfordring {secrets.token_hex(8)}: " + "bussen går for sjelden " * 3
            body = {"key": key, "challenge": text.strip(), "ideas": ["Flere turer", "Leksehjelp"]}
            reply = await self.ask(
                client, "PUT", f"{base}/cards/{card}", json=body, headers=headers
            )
            if reply.is_success:
                told.cards[card] = text.strip()
        elif self.phase == "read" and self.cards:
            wanted = chance.sample(self.cards, min(3, len(self.cards)))
            reply = await self.ask(
                client, "PUT", f"{base}/votes", json={"cards": wanted}, headers=headers
            )
            if reply.is_success:
                told.votes = wanted
        elif self.phase == "talk":
            sent = {"choice": chance.randrange(3)}
            reply = await self.ask(
                client, "PUT", f"{base}/choices/{self.cards[0]}", json=sent, headers=headers
            )
        else:
            return
        self.answers[str(reply.status_code)] += 1

    async def lead(self, kill: Callable[[], Awaitable[None]] | None) -> None:
        """Go from step to step, and mark changes all the time."""
        began = time.perf_counter()
        stops = {"read": 0.4, "talk": 0.8}
        headers = {"X-Form-Token": signed.form_token(self.place.cookie)}
        client = httpx.AsyncClient(
            base_url=self.place.urls[0], cookies={"fortell_stab": self.place.cookie}, timeout=60
        )
        base = f"/stab/api/workshops/{self.place.code}"
        await asyncio.sleep(min(25, self.seconds / 5))
        for mark in count(1):
            gone = (time.perf_counter() - began) / self.seconds
            if gone > 1:
                break
            if stops and gone > next(iter(stops.values())):
                phase = next(iter(stops))
                del stops[phase]
                self.phase = "none"
                await asyncio.sleep(2)
                start = time.perf_counter()
                sent = {"do": "go", "value": phase}
                reply = await self.ask(client, "POST", f"{base}/steer", json=sent, headers=headers)
                self.steps[phase] = time.perf_counter() - start
                self.cards = [card["id"] for card in reply.json()["cards"]]
                self.phase = phase
                await asyncio.sleep(MARK)
            if not self.killed and gone > 0.6 and kill is not None:
                self.killed = time.perf_counter()
                await kill()
                await asyncio.sleep(3)
            self.seen.asked[mark] = time.perf_counter()
            sent_title = {"title": f"mark {mark}"}
            await self.ask(client, "PUT", f"{base}/prompts", json=sent_title, headers=headers)
            await asyncio.sleep(MARK)
        self.over.set()

    async def go(self, kill: Callable[[], Awaitable[None]] | None) -> None:
        """Let all of it happen."""
        gc.collect()
        gc.freeze()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.lead(kill))
            for number in range(self.phones):
                group.create_task(self.phone(number))


def solve(challenge: str, bits: int, ask: str) -> dict[str, str]:
    """Work, as a phone does it."""
    prefix = hashlib.sha256(f"{challenge}:{ask}:".encode())
    for nonce in count():
        tried = prefix.copy()
        tried.update(str(nonce).encode())
        if int.from_bytes(tried.digest()) >> (256 - bits) == 0:
            return {"challenge": challenge, "nonce": str(nonce)}
    raise Failed("unreachable")


async def prepare(database: str) -> tuple[str, str]:
    """A workshop's code, and the cookie of somebody who may lead it."""
    await db.connect(Settings(database=database))
    try:
        await db.migrate()
        await accounts.create_account("benchmark", "four words are enough here")
        account = await Account.objects().first()
        assert account is not None
        cookie = await signed.begin(account.id, datetime.datetime.now(datetime.UTC))
        row = await sessions.make(
            "samskaping", "Samling", Language.BOKMAL, datetime.date.today(), days=7
        )
        return row.code, cookie
    finally:
        await db.close()


def rows(database: str, sql: str) -> list[tuple[Any, ...]]:
    """What a database holds."""
    if database.startswith("sqlite:"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
            return connection.execute(sql).fetchall()

    async def ask() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(database)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(ask())


@dataclass(frozen=True)
class Lost:
    """What is not in the database as it was acknowledged."""

    cards: int
    doubled: int
    votes: int


def compare(database: str, told: list[Told]) -> Lost:
    """Put what phones were told beside what the database holds."""
    kept = {str(row[0]): row[1] for row in rows(database, "SELECT id, challenge FROM contribution")}
    texts = Counter(kept.values())
    votes = {
        row[0]: set(json.loads(row[1]))
        for row in rows(database, "SELECT token_hash, votes FROM phone")
    }
    return Lost(
        cards=sum(kept.get(card) != text for one in told for card, text in one.cards.items()),
        doubled=sum(number - 1 for number in texts.values()),
        votes=sum(votes.get(_hash(one.token)) != set(one.votes) for one in told),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass
class Result:
    """Figures of one run."""

    run: Run
    lost: Lost
    cpu: float
    seconds: float


def measure(
    database: str, folder: Path, phones: int, seconds: float, processes: int, kill: bool
) -> Result:
    """Run a workshop and count afterwards."""
    code, cookie = asyncio.run(prepare(database))
    ports = [servers.free_port() for _ in range(processes)]
    started = [_start(database, port, folder / f"log{port}") for port in ports]
    try:
        for port in ports:
            _until_up(port)
        place = Place(database, code, cookie, [f"http://127.0.0.1:{port}" for port in ports])
        before = time.perf_counter()

        used = 0.0

        async def kill_first() -> None:
            nonlocal used
            used += _cpu(started[0].pid)
            started[0].kill()
            started[0].wait()
            started[0] = _start(database, ports[0], folder / f"log{ports[0]}")
            await asyncio.to_thread(_until_up, ports[0])

        async def go() -> Run:
            run = Run(place, phones, seconds)
            await run.go(kill_first if kill else None)
            return run

        run = asyncio.run(go())
        used += sum(_cpu(process.pid) for process in started)
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(60)
    return Result(run, compare(database, run.told), used, time.perf_counter() - before)


def _start(database: str, port: int, log: Path) -> "subprocess.Popen[bytes]":
    env = servers.environment(database, FORTELL_PORT=str(port), FORTELL_WORKER="false")
    with log.open("ab") as output:
        return subprocess.Popen([servers.fortell(), "serve"], env=env, stdout=output, stderr=output)


def _until_up(port: int) -> None:
    until = time.monotonic() + servers.PATIENCE
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/health").is_success:
                return
        time.sleep(0.1)
    raise Failed("A server did not start.")


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def ceiling(phones: int, seconds: float, size: int) -> Seen:
    """The same screens and marks at a bare Litestar that sends what it is given, and no more.

    Args:
        phones: streams.
        seconds: how long.
        size: bytes of a message.
    """
    port = servers.free_port()
    command = [sys.executable, "-m", "benchmarks.workshop_ceiling", str(port)]
    process = subprocess.Popen(command, cwd=servers.ROOT)
    seen = Seen()

    async def go() -> None:
        url = f"http://127.0.0.1:{port}"
        screens = [asyncio.create_task(follow(url, "/events", seen)) for _ in range(phones)]
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            await asyncio.sleep(5)
            began = time.perf_counter()
            for mark in count(1):
                if time.perf_counter() - began > seconds:
                    break
                seen.asked[mark] = time.perf_counter()
                filler = "x" * size
                await client.post("/send", content=f'"title":"mark {mark}" {filler}')
                await asyncio.sleep(MARK / 10)
            await asyncio.sleep(1)
        for screen in screens:
            screen.cancel()
        await asyncio.gather(*screens, return_exceptions=True)

    try:
        _until_listening(port)
        asyncio.run(go())
    finally:
        process.kill()
        process.wait()
    return seen


def _until_listening(port: int) -> None:
    until = time.monotonic() + servers.PATIENCE
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/")
            return
        time.sleep(0.1)
    raise Failed("The ceiling did not start.")


def quantile(values: list[float], share: float) -> float:
    """Milliseconds that so large a share stays below."""
    ordered = sorted(values) or [float("nan")]
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ways(seen: Seen) -> tuple[float, float, float, float]:
    """p50 and p99 over screens and changes, and of the last screen of each change, in ms."""
    every = [delay for delays in seen.delays.values() for delay in delays]
    last = [max(delays) for delays in seen.delays.values()]
    return quantile(every, 0.5), quantile(every, 0.99), quantile(last, 0.5), quantile(last, 0.99)


COLUMNS = (
    "server",
    "phones",
    "sent and kept",
    "refused or asked again",
    "cards lost",
    "doubled",
    "votes lost",
    "request p50 / p99",
    "change on a screen p50 / p99",
    "on all screens p50 / p99",
    "times the ceiling (p99)",
    "step acknowledged",
    "last screen back after kill -9",
    "CPU",
)
HEAD = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"


def line(name: str, result: Result, bare: Seen) -> str:
    """A row of the table."""
    run = result.run
    one, all_but_one, last, last_p99 = ways(run.seen)
    bare_p99 = ways(bare)[1]
    kept = sum(number for status, number in run.answers.items() if status == "200")
    others = ", ".join(
        f"{status}: {number}" for status, number in sorted(run.answers.items()) if status != "200"
    )
    waits = f"{quantile(run.waits, 0.5):.0f} / {quantile(run.waits, 0.99):.0f} ms"
    lost = result.lost
    back = f"{max(run.seen.begun) - run.killed:.1f} s" if run.killed else "not killed"
    return (
        f"| {name} | {len(run.told)} | {kept} | {others or 'none'} | {lost.cards} | {lost.doubled} "
        f"| {lost.votes} | {waits} | {one:.0f} / {all_but_one:.0f} ms | {last:.0f} / {last_p99:.0f}"
        f" ms | {all_but_one / bare_p99:.1f} × {bare_p99:.0f} ms "
        f"| {', '.join(f'{step}: {1000 * took:.0f} ms' for step, took in run.steps.items())} "
        f"| {back} | {100 * result.cpu / result.seconds:.0f} % |"
    )


RUNS = {"sqlite": [1], "postgresql": [1, 2]}


def measure_all(
    phones: int, seconds: float, kinds: dict[str, list[int]], kill: bool
) -> Iterator[str]:
    """Rows of the table, one for each server."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, numbers in kinds.items():
            for processes in numbers:
                with _database(kind, folder / f"{kind}{processes}") as address:
                    result = measure(address, folder, phones, seconds, processes, kill)
                messages = max(1, len(result.run.seen.asked) * phones)
                size = min(2000, result.run.seen.bytes // messages)
                bare = ceiling(phones, min(30, seconds / 4), size)
                yield line(f"{kind}, {processes} process(es)", result, bare)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    folder.mkdir()
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'fortell.db'}"
        return
    with servers.postgres_server(folder) as server, servers.postgres_database(server) as address:
        yield address


def main(words: list[str] | None = None) -> list[str]:
    """Measure; the whole table as lines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--phones", type=int, default=PHONES)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--database", choices=sorted(RUNS))
    parser.add_argument("--processes", type=int)
    parser.add_argument("--no-kill", action="store_true")
    given = parser.parse_args(words or [])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    kinds = {
        kind: [given.processes] if given.processes else numbers
        for kind, numbers in RUNS.items()
        if given.database in (None, kind)
    }
    rows = list(measure_all(given.phones, given.seconds, kinds, not given.no_kill))
    return [HEAD, *rows]


if __name__ == "__main__":
    print("\n".join(main(sys.argv[1:])))
