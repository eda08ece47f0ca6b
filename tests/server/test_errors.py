"""Storage that is locked, full or gone: a clear answer, nothing lost, and well again after it."""

import asyncio
import json
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from litestar import Litestar

from server.app import create_app
from server.collect import inbox, live, rounds
from server.collect.tables import Inbox, Response
from server.database.connection import current
from server.settings import Settings
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.process import load_round, nlp_without_weights, serving, until
from tests.server.rounds import CODE, answer, file_text, hash_of, receipt, story
from tests.server.working import Working

anyio = pytest.mark.anyio
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
SEND = f"/api/rounds/{CODE}/responses"
BUSY = (503, "busy", "30")
FULL = (507, "storage_full", "600")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a lock soon, not after five seconds."""
    monkeypatch.setattr("server.database.connection.PATIENCE", 0.2)


async def load() -> None:
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    live.forget()


def told(reply: httpx.Response) -> tuple[int, str, str | None]:
    body = reply.json()
    assert body.keys() == {"code", "message", "next"}
    return reply.status_code, body["code"], reply.headers.get("retry-after")


@anyio
async def test_a_locked_database_asks_to_wait_and_loses_nothing(
    client: httpx.AsyncClient, database: str
) -> None:
    await load()
    before, during = answer(), [answer() for _ in range(90)]
    assert (await client.post(SEND, json=before)).status_code == 201
    async with outside.holding(database, "inbox"):
        replies = await asyncio.gather(*(client.post(SEND, json=body) for body in during))
        withdrawal = await client.post(
            f"/api/rounds/{CODE}/withdrawals", json={"withdraw": receipt()}
        )
    assert {told(reply) for reply in (*replies, withdrawal)} == {BUSY}
    assert [row["receipt_hash"] for row in await Inbox.select()] == [before["receipt_hash"]]
    again = await asyncio.gather(*(client.post(SEND, json=body) for body in (before, *during)))
    assert {reply.status_code for reply in again} == {201}
    assert await Inbox.count() == len(again)


@asynccontextmanager
async def full(database: str) -> AsyncIterator[None]:
    """No room: SQLite's file may not grow; PostgreSQL says what it says when its disk is full."""
    if outside.is_sqlite(database):
        writer = await current().writer()
        cursor = await writer.execute("PRAGMA page_count")
        ((pages),) = [row["page_count"] for row in await cursor.fetchall()]
        await writer.execute(f"PRAGMA max_page_count = {pages}")
        yield
        await writer.execute("PRAGMA max_page_count = 1000000")
        return
    await outside.rows(
        database,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$",
    )
    await outside.rows(
        database,
        "CREATE TRIGGER full_disk BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION full_disk()",
    )
    yield
    await outside.rows(database, "DROP FUNCTION full_disk CASCADE")


@anyio
async def test_a_full_disk_is_told_apart_and_loses_nothing(
    client: httpx.AsyncClient, database: str
) -> None:
    await load()
    before, during = story("Før."), [story("lang " * 500) for _ in range(12)]
    assert (await client.post(SEND, json=before)).status_code == 201
    async with full(database):
        replies = await asyncio.gather(*(client.post(SEND, json=body) for body in during))
    # The first may still find room in the last page.
    taken = [body for body, reply in zip(during, replies, strict=True) if reply.status_code == 201]
    assert {told(reply) for reply in replies if reply.status_code != 201} == {FULL}
    kept = {row["receipt_hash"] for row in await Inbox.select()}
    assert kept == {body["receipt_hash"] for body in (before, *taken)}
    again = await asyncio.gather(*(client.post(SEND, json=body) for body in during))
    assert {reply.status_code for reply in again} == {201}
    assert await Inbox.count() == len(again) + 1


@on_sqlite
def test_a_server_whose_files_may_not_grow_recovers_when_they_may(
    database: str, tmp_path: Path
) -> None:
    """The operating system's own limit, on the real server."""
    load_round(database)
    with serving(database, tmp_path / "log", worker="false") as server:
        kept = story("Før.")
        assert httpx.post(server.url + SEND, auth=Working(), json=kept).status_code == 201
        no_limit = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        log = outside.file_of(database).with_name("fortell.db-wal")
        limits = (log.stat().st_size, no_limit[1])
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        body = story("lang " * 700)
        assert told(httpx.post(server.url + SEND, auth=Working(), json=body)) == FULL
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, no_limit)
        assert httpx.post(server.url + SEND, auth=Working(), json=body).status_code == 201
        server.stop()
    found = in_loop(outside.rows(database, "SELECT receipt_hash FROM inbox"))
    assert {text for (text,) in found} == {kept["receipt_hash"], body["receipt_hash"]}


@on_postgresql
@anyio
async def test_connections_that_postgresql_ends_are_replaced(
    client: httpx.AsyncClient, database: str
) -> None:
    await load()
    server, name = outside.address_of(database)
    end = (
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' "
        "AND pid <> pg_backend_pid()"
    )
    body = answer()
    async with outside.holding(database, "inbox"):
        sending = asyncio.create_task(client.post(SEND, json=body))

        async def waiting() -> bool:
            sql = (
                f"SELECT 1 FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE 'INSERT%'"
            )
            return bool(await outside.rows(server, sql))

        await until(waiting)
        await outside.rows(server, f"{end} AND query LIKE 'INSERT%'")
        assert told(await sending) == BUSY
    assert (await client.post(SEND, json=body)).status_code == 201
    await outside.rows(server, end)
    first = await client.post(SEND, json=body)
    assert first.status_code == 201 or told(first) == BUSY
    assert (await client.post(SEND, json=body)).status_code == 201
    assert await Inbox.count() == 1


class Cable:
    """A way to PostgreSQL that can be cut and mended."""

    def __init__(self, address: str) -> None:
        self.parts = urlsplit(address)
        self.open: set[asyncio.StreamWriter] = set()

    async def mend(self, port: int = 0) -> int:
        self.server = await asyncio.start_server(self.carry, "127.0.0.1", port)
        found: int = self.server.sockets[0].getsockname()[1]
        return found

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        folder = parse_qs(self.parts.query).get("host")
        there, onward = await (
            asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
            if folder
            else asyncio.open_connection(self.parts.hostname, self.parts.port or 5432)
        )
        self.open |= {writer, onward}
        await asyncio.gather(self.copy(reader, onward), self.copy(there, writer))

    async def copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def cut(self) -> None:
        self.server.close()
        for writer in self.open:
            writer.transport.abort()
        self.open.clear()


@on_postgresql
@anyio
async def test_a_database_that_goes_away_and_comes_back_is_waited_for(database: str) -> None:
    cable = Cable(database)
    with start_blocking_portal() as elsewhere:
        port = elsewhere.call(cable.mend)
        try:
            await _while_it_goes_and_comes(database, elsewhere, cable, port)
        finally:
            elsewhere.call(cable.cut)


async def _while_it_goes_and_comes(
    database: str, elsewhere: BlockingPortal, cable: Cable, port: int
) -> None:
    parts = urlsplit(database)
    login = f"{parts.username}:{parts.password}@" if parts.password else f"{parts.username}@"
    through = f"postgresql://{login}127.0.0.1:{port}{parts.path}"
    app = create_app(Settings(database=through, worker=False))
    async with (
        app.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test.local", auth=Working()
        ) as client,
    ):
        await load()
        body = answer()
        assert (await client.post(SEND, json=body)).status_code == 201
        elsewhere.call(cable.cut)
        for _ in range(2):
            assert told(await client.post(SEND, json=answer())) == BUSY
            assert told(await client.get("/health")) == BUSY
        elsewhere.call(cable.mend, port)
        for again in (body, answer()):
            assert (await client.post(SEND, json=again)).status_code == 201
        assert (await client.get("/health")).json() == {"status": "ok"}
        assert await Inbox.count() == 2


@anyio
async def test_what_nobody_foresaw_is_answered_without_its_words(
    client: httpx.AsyncClient, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await load()
    await outside.rows(database, "ALTER TABLE inbox RENAME TO kanarifugl")
    reply = await client.post(SEND, json=answer())
    assert told(reply) == (500, "failed", None)
    assert "kanarifugl" not in reply.text
    assert "inbox" not in reply.text
    page = await client.get("/rapport/KAIA26")
    assert page.headers["content-type"].startswith("text/html")


@on_postgresql
@anyio
async def test_a_server_stops_at_any_moment_of_its_workers_work(database: str) -> None:
    """A transaction that is cut off while it begins would hold its connection for ever."""
    settings = Settings(database=database, worker_pause=0.01)
    async with asyncio.timeout(60):
        for number in range(12):
            async with create_app(settings).lifespan():
                await asyncio.sleep(0.002 * number)


@on_sqlite
@anyio
async def test_a_transaction_that_is_cancelled_at_any_moment_hinders_no_other(
    app: Litestar,
) -> None:
    await load()
    row = (await rounds.all_rounds())[0][0]

    def arriving() -> Inbox:
        document = json.dumps({"language": "nb", "services": [], "age_band": None} | STILL)
        return Inbox(
            round=row.id, receipt_hash=hash_of(receipt()), week="2026-W02", document=document
        )

    for steps in range(40):
        task = asyncio.create_task(inbox.write([arriving()]))
        for _ in range(steps % 20):
            await asyncio.sleep(0)
        await asyncio.sleep(0.0001 * steps)
        task.cancel()
        await asyncio.wait([task])
        await inbox.write([arriving()])
    assert 40 <= await Inbox.count() <= 80
    for steps in range(20):
        task = asyncio.create_task(inbox.move_all())
        await asyncio.sleep(0.0002 * steps)
        task.cancel()
        await asyncio.wait([task])
        before = await Inbox.count() + await Response.count()
        await inbox.write([arriving()])
        assert await Inbox.count() + await Response.count() == before + 1


STILL: dict[str, Any] = {"stories": {}, "answers": {}}


@anyio
async def test_a_page_that_is_not_built_says_how_to_build_it(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.collect.routes.STATIC", tmp_path)
    for path in ("/", f"/r/{CODE}"):
        reply = await client.get(path)
        assert reply.status_code == 503
        assert "make frontend" in reply.text


def test_a_server_without_a_model_takes_scales_and_stores_no_story(
    database: str, tmp_path: Path
) -> None:
    load_round(database)
    log = tmp_path / "log"
    modules = nlp_without_weights(tmp_path)
    with serving(database, log, modules, worker_pause=0.05) as server:
        told = httpx.post(server.url + SEND, auth=Working(), json=story("Hun Guri var grei."))
        assert (told.status_code, told.json()["code"]) == (503, "cannot_deidentify")
        assert "Guri" not in told.text
        for _ in range(inbox.BATCH):
            assert httpx.post(server.url + SEND, auth=Working(), json=answer()).status_code == 201

        async def said() -> bool:
            moved = await outside.rows(database, "SELECT count(*) FROM response")
            return moved == [(inbox.BATCH,)]

        in_loop(until(said))
        assert "not_deidentified" in log.read_text("utf-8")
        assert "Guri" not in log.read_text("utf-8")
        assert httpx.get(f"{server.url}/health").is_success
        server.stop()
