"""Phones behind one address that answer a round for some minutes, and how long each of them waits.

A process of its own: `python -m benchmarks.school URL --phones 500 --seconds 300 --answer 150`.
All come within a fifteenth of the time that an answer takes. Each opens the page and all that it
loads, thinks, asks what is proposed for its story, thinks, sends, and begins anew as the next young
person does. Every request has a connection of its own; work is done in another process. Only to
this machine.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks import telling
from benchmarks.load import filled
from tests.server.working import digest, solve

SEALED, RAW, PLAIN = "sealed", "raw", "plain"
KINDS = {SEALED: 7, RAW: 2, PLAIN: 1}
"""Of ten answers: a story that its teller saw a proposal for; one sent as it was written, as from a
phone that was offline; none."""

QUICKEST, SLOWEST = 2 / 3, 4 / 3
"""Of the time that an answer takes on average."""

ARRIVING = 1 / 15
TELLING, JUDGING = 0.7, 0.3
"""Shares of an answer's time: before a proposal is asked for, and until all is sent."""

TIMEOUT = 30.0
TRIES = 5
"""How often a phone asks for a proposal before it sends the story as it was written."""

CHALLENGES = 3


class Over(Exception):
    """The time is up."""


class Reply(NamedTuple):
    """What came back. `wait` is seconds from opening the connection to the last byte."""

    status: int
    head: str
    body: bytes
    wait: float

    def json(self) -> Any:
        """The body's JSON."""
        packed = "content-encoding: gzip" in self.head.lower()
        return json.loads(gzip.decompress(self.body) if packed else self.body)

    @property
    def code(self) -> str:
        """The word that an error has."""
        return str(self.json()["code"])


@dataclass
class Account:
    """What came of a run.

    `waits` are seconds by step: opening, proposal, sealed, raw, plain; `judged` until a proposal
    came at last, with all tries. `busy` counts proposals that were asked to come again, `given_up`
    those that never came, `errors` everything else that was no success.
    """

    acknowledged: int = 0
    waits: dict[str, list[float]] = field(default_factory=dict)
    judged: list[float] = field(default_factory=list)
    busy: int = 0
    given_up: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, step: str, wait: float) -> None:
        """Count one wait."""
        self.waits.setdefault(step, []).append(wait)


class School:
    """What the phones share: where to, until when, and what is counted.

    Args:
        url: a running Fortell that has the round; 127.0.0.1 only.
        seconds: how long.
        answer: seconds that an answer takes on average.
        worker: solves what the server asks for.
    """

    def __init__(self, url: str, seconds: float, answer: float, worker: Executor) -> None:
        parts = urlsplit(url)
        if parts.hostname != "127.0.0.1":
            raise ValueError("Only to 127.0.0.1.")
        self.host, self.port = parts.hostname, parts.port or 80
        self.until = time.monotonic() + seconds
        self.answer = answer
        self.worker = worker
        self.account = Account()
        self.rng = random.Random(1)
        self.stories: list[str] = []

    def story(self) -> str:
        """The next story: each is told once before any is told again."""
        if not self.stories:
            self.stories = telling.stories(self.rng)
        return self.stories.pop()

    async def think(self, seconds: float) -> None:
        """Wait.

        Raises:
            Over: the run ends first.
        """
        left = self.until - time.monotonic()
        await asyncio.sleep(max(0, min(seconds, left)))
        if seconds >= left:
            raise Over

    async def ask(self, path: str, body: Any = None) -> Reply:
        """Send a request on a new connection, and read the reply.

        Args:
            path: of the server.
            body: sent as JSON, filled up; None asks with GET.
        """
        content = b"" if body is None else filled(json.dumps(body).encode())
        head = (
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: {self.host}\r\n"
            "Accept: */*\r\nAccept-Encoding: gzip\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        start = time.perf_counter()
        async with asyncio.timeout(TIMEOUT), self._connected() as (reader, writer):
            writer.write(head.encode() + content)
            received = await reader.read()
        wait = time.perf_counter() - start
        told, _, rest = received.partition(b"\r\n\r\n")
        if not told:
            raise ConnectionError("The server closed a connection without a reply.")
        return Reply(int(told.split(b" ", 2)[1]), told.decode(), rest, wait)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def post(
        self, path: str, body: dict[str, Any], subject: str, challenge: dict[str, Any]
    ) -> Reply:
        """Send something with work done for it; where its challenge has grown old, with a new one.

        Args:
            path: under the round's.
            body: without work.
            subject: what the work is done for.
            challenge: as the server gave it.
        """
        for _ in range(CHALLENGES):
            loop = asyncio.get_running_loop()
            work = await loop.run_in_executor(
                self.worker, solve, challenge["challenge"], challenge["bits"], subject
            )
            reply = await self.ask(ROUND + path, {"work": work} | body)
            if reply.status != 400 or reply.code != "work_expired":
                break
            challenge = (await self.ask(f"{ROUND}/work")).json()
        return reply


ROUND = f"/api/rounds/{telling.CODE}"


async def phone(school: School, rng: random.Random) -> None:
    """One phone after the other in the same hands, until the run is over."""
    try:
        await school.think(rng.uniform(0, ARRIVING * school.answer))
        while True:
            try:
                await answer(school, rng)
            except (OSError, TimeoutError) as error:
                school.account.errors[type(error).__name__] += 1
                await school.think(rng.uniform(1, 2))
    except Over:
        pass


async def answer(school: School, rng: random.Random) -> None:
    """Open the page, tell, and send."""
    takes = school.answer * rng.uniform(QUICKEST, SLOWEST)
    challenge = await opened(school)
    body = telling.answer(rng)
    (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
    told = {telling.PROMPT: school.story()}
    await school.think(TELLING * takes)
    sealed = await proposed(school, told, challenge) if kind == SEALED else None
    if sealed is not None:
        body["sealed"] = sealed
    elif kind != PLAIN:
        kind = RAW
        body["stories"] = told
    await school.think(JUDGING * takes)
    body["receipt_hash"] = secrets.token_hex(32)
    reply = await school.post("/responses", body, body["receipt_hash"], challenge)
    if reply.status == 201:
        school.account.acknowledged += 1
        school.account.add(kind, reply.wait)
    else:
        school.account.errors[f"sending {reply.status} {reply.code}"] += 1


async def opened(school: School) -> dict[str, Any]:
    """Fetch the page and what it loads; returns the round's challenge."""
    start = time.perf_counter()
    page = await school.ask(f"/r/{telling.CODE}")
    html = gzip.decompress(page.body).decode() if page.status == 200 else ""
    assets = set(re.findall(r'/static/[^"<> ]+', html + page.head))
    asked, *others = await asyncio.gather(school.ask(ROUND), *(school.ask(path) for path in assets))
    school.account.add("opening", time.perf_counter() - start)
    for reply in (page, *others):
        if reply.status != 200:
            school.account.errors[f"opening {reply.status}"] += 1
    challenge: dict[str, Any] = asked.json()["work"]
    return challenge


async def proposed(
    school: School, told: dict[str, str], challenge: dict[str, Any]
) -> dict[str, Any] | None:
    """Stories as they come back sealed, with the themes that were proposed; None if none came."""
    account, start = school.account, time.perf_counter()
    for _ in range(TRIES):
        body = {"language": "nb", "stories": told}
        reply = await school.post("/proposals", body, digest(told), challenge)
        if reply.status == 200:
            account.add("proposal", reply.wait)
            account.judged.append(time.perf_counter() - start)
            return {
                item: {
                    "text": found["text"],
                    "proposed": found["proposed"],
                    "seal": found["seal"],
                    "themes": found["proposed"],
                }
                for item, found in reply.json()["stories"].items()
            }
        pause = re.search(r"retry-after: (\d+)", reply.head.lower())
        if reply.status != 503 or pause is None:
            account.errors[f"proposal {reply.status} {reply.code}"] += 1
            return None
        account.busy += 1
        await school.think(int(pause[1]) * random.uniform(1, 1.5))
    account.given_up += 1
    return None


async def run(url: str, phones: int, seconds: float, takes: float, worker: Executor) -> Account:
    """Let phones answer.

    Args:
        url: a running Fortell that has the round.
        phones: how many at the same time.
        seconds: how long.
        takes: seconds that an answer takes on average.
        worker: solves what the server asks for.
    """
    school = School(url, seconds, takes, worker)
    await asyncio.gather(*(phone(school, random.Random(number)) for number in range(phones)))
    return school.account


def main() -> None:
    """Run, and print the account as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--phones", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--answer", type=float, required=True)
    wanted = parser.parse_args()
    # It yields to the server, which has no such neighbour where phones are real.
    with ProcessPoolExecutor(1, initializer=os.nice, initargs=(10,)) as worker:
        found = asyncio.run(run(wanted.url, wanted.phones, wanted.seconds, wanted.answer, worker))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
