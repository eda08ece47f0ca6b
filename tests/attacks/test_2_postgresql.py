"""Promise 2 on PostgreSQL: what is deleted leaves the files of tables, and the log."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from server import database as engine
from server.collect import inbox, live, rounds
from server.collect.tables import Response
from server.database import connection, postgres
from server.understand.tables import Annotation
from tests.attacks.conftest import Cluster
from tests.server import outside
from tests.server.rounds import CODE, file_text, hash_of, receipt, story

pytestmark = pytest.mark.anyio
SEND = f"/api/rounds/{CODE}/responses"
CANARY, KEPT = "kanarifuglkake", "blåbærvaffel"
RUNNING = Path(__file__).parents[2] / "docs" / "running.md"
SETTINGS, TIMER = re.findall(r"^  ```sql\n(.*?)^  ```$", RUNNING.read_text("utf-8"), re.M | re.S)
"""What docs/running.md tells an administrator to say once, and a timer to say again and again."""


@pytest.fixture
async def database(cluster: Cluster) -> AsyncIterator[str]:
    """A fresh database, whose files lie open."""
    name = f"fortell_test_{secrets.token_hex(6)}"
    await say(cluster.address, f"CREATE DATABASE {name}")
    yield urlsplit(cluster.address)._replace(path=f"/{name}").geturl()
    await say(cluster.address, f"DROP DATABASE {name} WITH (FORCE)")


async def say(address: str, statements: str) -> None:
    """Run statements one by one: some of them may not share a transaction."""
    other = await asyncpg.connect(address)
    try:
        for statement in re.sub("--.*", "", statements).split(";"):
            if statement.strip():
                await other.execute(statement)
    finally:
        await other.close()


async def load() -> None:
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    live.forget()


async def erase(cluster: Cluster) -> None:
    """What the worker does, look after look, and what is written later anyway.

    Its first look can fall on a passing transaction of PostgreSQL's own.
    """
    async with asyncio.timeout(20):
        await engine.erase_overdue()
        while not connection.current().erased:
            await asyncio.sleep(0.1)
            await engine.erase_overdue()
    await say(cluster.address, "CHECKPOINT")


async def test_a_withdrawn_answer_leaves_every_file_and_then_the_log(
    client: httpx.AsyncClient, cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the inbox, the store and what was read; short, long and very long."""
    monkeypatch.setattr(postgres, "REST", 0)
    await load()
    for place in ("inbox", "response", "annotation"):
        mine = {receipt(): f"{CANARY}{n} {'ø' * 10} " * (1 + n * 17) for n in range(9)}
        bodies = [story(text, written) for written, text in mine.items()]
        for body in (*(story(f"{KEPT} {n}") for n in range(12)), *bodies):
            assert (await client.post(SEND, json=body)).status_code == 201
        if place != "inbox":
            await inbox.move_all()
        if place == "annotation":
            for row in await Response.select(Response.id):
                await Annotation.insert(
                    Annotation(response=row["id"], model_version="1", document=CANARY * 200)
                )
        await say(cluster.address, "CHECKPOINT")
        assert cluster.holding("base", CANARY)
        for written in mine:
            reply = await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": written})
            assert reply.json() == {"status": "withdrawn"}
        await Annotation.delete(force=True)
        await engine.erase_deleted()
        await erase(cluster)
        assert cluster.holding("base", CANARY) == [], place
        for written in mine:
            assert len(cluster.holding("base", hash_of(written))) == 2, "a tombstone, its index"
    assert cluster.holding("base", KEPT)
    assert cluster.holding("pg_wal", CANARY)
    await say(cluster.address, SETTINGS)
    for _ in range(4):
        await client.post(SEND, json=story("Noe annet skjedde."))
        await say(cluster.address, TIMER)
    assert cluster.holding("pg_wal", CANARY) == []
    late = receipt()
    await client.post(SEND, json=story(f"{CANARY} til slutt", late))
    assert cluster.holding("pg_wal", CANARY)
    await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": late})
    await erase(cluster)
    await say(cluster.address, TIMER)
    assert cluster.holding("pg_wal", CANARY) == [], "one run of the timer is enough from then on"
    assert cluster.holding("base", CANARY) == []
    everything = await outside.everything(database)
    assert CANARY.encode() not in everything


async def test_an_answer_lies_once_in_the_store_and_no_longer_in_the_inbox(
    client: httpx.AsyncClient, cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of earlier places would tell when an answer came, or with which others."""
    monkeypatch.setattr(postgres, "REST", 0)
    await load()
    bodies = []
    for _ in range(4):
        batch = [story(f"{KEPT} nummer {n}.") for n in range(inbox.BATCH)]
        for body in batch:
            assert (await client.post(SEND, json=body)).status_code == 201
        bodies += batch
        await inbox.move_all()
    await erase(cluster)
    files = cluster.contents("base").values()
    for body in bodies:
        found = sum(content.count(body["receipt_hash"].encode()) for content in files)
        assert found == 2, "in the table of answers, and its index"


async def test_an_older_transaction_is_waited_for(
    client: httpx.AsyncClient, cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """VACUUM FULL copies what such a transaction could still see."""
    monkeypatch.setattr(postgres, "REST", 0)
    await load()
    mine = receipt()
    await client.post(SEND, json=story(f"{CANARY} en gang", mine))
    async with outside.writing(database, "SELECT pg_current_xact_id()"):
        await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": mine})
        await engine.erase_overdue()
        assert not connection.current().erased
    await erase(cluster)
    assert cluster.holding("base", CANARY) == []
