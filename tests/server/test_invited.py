"""Invited rounds: who may open them, and what an answer needs to come in."""

import asyncio
import datetime
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from server.collect import inbox, live, rounds, signers
from server.collect.tables import Inbox, Response, Spent
from tests.server import outside
from tests.server.invited import Signer, make, signer_in
from tests.server.process import free_port, load_round, serving
from tests.server.rounds import CODE, answer, file_text, receipt, today, words

pytestmark = pytest.mark.anyio
SEND = f"/api/rounds/{CODE}/responses"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    with signer_in(tmp_path_factory.mktemp("signer")) as running:
        yield running
        assert running.server.log.read_text("utf-8") == ""


@pytest.fixture(autouse=True)
def ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signers, "AGAIN", 0.0)


def some_code() -> str:
    return "I" + secrets.token_hex(4).upper()


async def load(**changes: Any) -> str:
    """A round of an organisation of its own, so that none waits for another's card."""
    code = changes.setdefault("code", some_code())
    changes.setdefault("organisation", {"key": code.lower(), "name": words(code)})
    await rounds.keep(rounds.parse(file_text(**changes), "round.yaml"))
    live.forget()
    return str(code)


async def send(client: httpx.AsyncClient, code: str, body: dict[str, Any]) -> tuple[int, str]:
    reply = await client.post(f"/api/rounds/{code}/responses", json=body)
    return reply.status_code, reply.json().get("code", "received")


async def status(client: httpx.AsyncClient, code: str) -> str:
    live.forget()
    told: str = (await client.get(f"/api/rounds/{code}")).json()["status"]
    return told


async def test_each_invitation_lets_in_one_answer(
    client: httpx.AsyncClient, signer: Signer, database: str
) -> None:
    code = some_code()
    lines, (mine, other, _) = signer.make(code, 3)
    await load(code=code, **lines)
    told = (await client.get(f"/api/rounds/{code}")).json()
    assert (told["status"], told["invited"]) == ("open", lines["invited"])
    token, written = signer.token(mine, code), receipt()
    body = answer(written, token=token)
    assert await send(client, code, answer()) == (400, "token_missing")
    for _ in range(2):
        assert await send(client, code, body) == (201, "received")
    assert await send(client, code, answer(token=token)) == (400, "token_spent")
    assert await send(client, code, answer(token=signer.token(other, code))) == (201, "received")
    await inbox.move_all()
    assert await send(client, code, body) == (201, "received")
    assert await send(client, code, answer(token=token)) == (400, "token_spent")
    withdrawn = await client.post(f"/api/rounds/{code}/withdrawals", json={"withdraw": written})
    assert withdrawn.is_success
    assert await send(client, code, body) == (201, "received")
    assert await send(client, code, answer(token=token)) == (400, "token_spent")
    assert await Response.count() == 1
    assert await Inbox.count() == 0
    content = await outside.everything(database)
    for part in (*token.values(), mine):
        assert part.encode() not in content


async def test_tokens_are_for_one_round(client: httpx.AsyncClient, signer: Signer) -> None:
    here, there = some_code(), some_code()
    lines, (mine, *_) = signer.make(here)
    other_lines, (other, *_) = signer.make(there)
    await load(code=here, **lines)
    await load(code=there, **other_lines)
    token, elsewhere = signer.token(mine, here), signer.token(other, there)
    assert await send(client, here, answer(token=elsewhere)) == (400, "token_wrong")
    assert await send(client, there, answer(token=token)) == (400, "token_wrong")
    changed = token | {"message": elsewhere["message"]}
    assert await send(client, here, answer(token=changed)) == (400, "token_wrong")
    for wrong in ({}, token | {"round": here}, token | {"message": "x"}, "token", None):
        code = "token_missing" if wrong is None else "invalid"
        assert await send(client, here, answer(token=wrong)) == (400, code)
    assert await Spent.count() == await Inbox.count() == 0
    assert await send(client, here, answer(token=token)) == (201, "received")


async def test_a_refused_answer_spends_nothing(client: httpx.AsyncClient, signer: Signer) -> None:
    code = some_code()
    lines, (mine, *_) = signer.make(code)
    await load(code=code, **lines)
    token = signer.token(mine, code)
    wrong = answer(token=token, services=["snap"])
    assert await send(client, code, wrong) == (400, "unknown_service")
    assert await send(client, code, answer(token=token)) == (201, "received")


async def test_tokens_of_an_open_round_are_not_asked_for_nor_kept(
    client: httpx.AsyncClient, signer: Signer
) -> None:
    code, other = await load(), some_code()
    _, (mine, *_) = signer.make(other)
    assert await send(client, code, answer()) == (201, "received")
    token = signer.token(mine, other)
    for _ in range(2):
        assert await send(client, code, answer(token=token)) == (201, "received")
    assert await Spent.count() == 0
    assert (await client.get(f"/api/rounds/{code}")).json()["invited"] is None


async def test_a_token_tried_by_many_at_once_lets_in_one(
    client: httpx.AsyncClient, signer: Signer
) -> None:
    code = some_code()
    lines, (mine, *_) = signer.make(code)
    await load(code=code, **lines)
    token = signer.token(mine, code)
    tries = [answer(token=token) for _ in range(30)]
    told = await asyncio.gather(*(send(client, code, one) for one in tries))
    assert sorted(told) == [(201, "received"), *[(400, "token_spent")] * 29]
    (kept,) = await Inbox.select(Inbox.receipt_hash)
    place = told.index((201, "received"))
    assert kept["receipt_hash"] == tries[place]["receipt_hash"]


async def test_a_round_waits_for_its_signer(client: httpx.AsyncClient, signer: Signer) -> None:
    code = some_code()
    lines, invitations = signer.make(code)
    right = lines["invited"]
    other_key = signer.make(some_code())[0]["invited"]["key"]
    for wrong in ({"signer": f"http://127.0.0.1:{free_port()}"}, {"key": other_key}):
        waits = await load(mode="invited", invited=right | wrong)
        assert await status(client, waits) == "waiting"
        token = signer.token(invitations.pop(), code)
        assert await send(client, waits, answer(token=token)) == (503, "signer_missing")
    unknown = await load(**lines)
    assert await status(client, unknown) == "waiting"  # the signer runs, but lacks this round
    signer.make(unknown)
    assert await status(client, unknown) == "waiting"  # it has a round of that name, another key
    reply = await client.post(f"/api/rounds/{unknown}/responses", json=answer())
    assert reply.headers["retry-after"] == "60"
    assert await Inbox.count() == 0


async def test_a_class_that_opens_a_new_round_together_waits_for_one_look_at_its_signer(
    client: httpx.AsyncClient, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signers, "AGAIN", 60.0)
    code = some_code()
    lines, _ = signer.make(code)
    await load(code=code, **lines)
    told = await asyncio.gather(*(client.get(f"/api/rounds/{code}") for _ in range(30)))
    assert {reply.json()["status"] for reply in told} == {"open"}


async def test_a_round_that_waited_opens_when_its_signer_comes(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    with signer_in(tmp_path) as first:
        lines, invitations = first.make(count=3)
        port = first.server.url.rpartition(":")[2]
        await load(code=CODE, **lines)
        assert await status(client, CODE) == "open"
        token = first.token(invitations[0])
    assert await status(client, CODE) == "waiting"
    assert await send(client, CODE, answer(token=token)) == (503, "signer_missing")
    with signer_in(tmp_path, int(port)):
        assert await status(client, CODE) == "open"
        assert await send(client, CODE, answer(token=token)) == (201, "received")
    # Once it has answers it has begun: tokens are taken though the signer is gone.
    assert await status(client, CODE) == "open"
    await inbox.move_all()
    assert await status(client, CODE) == "open"


async def test_the_server_is_not_its_own_signer(database: str, tmp_path: Path) -> None:
    port = free_port()
    lines, _ = make(tmp_path / "signer.db", f"http://127.0.0.1:{port}")
    load_round(database, **lines)
    with serving(database, tmp_path / "log", port=port, worker="false") as server:
        told = httpx.get(f"{server.url}/api/rounds/{CODE}").json()
        assert told["status"] == "waiting"
    with (
        pytest.raises(AssertionError, match="another program's"),
        serving(f"sqlite:///{tmp_path / 'signer.db'}", tmp_path / "log2"),
    ):
        pass


REPLIES = {
    "no JSON": b"<html>",
    "another shape": b'{"keys": []}',
    "no text": b"\xff\xfe",
    "nothing": b"",
    "without end": b'{"key": "' + b"A" * 9000,
}


@pytest.mark.parametrize("body", REPLIES.values(), ids=REPLIES)
async def test_whatever_answers_in_a_signers_place_is_no_signer(
    client: httpx.AsyncClient, signer: Signer, body: bytes
) -> None:
    async def answer_strangely(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    stranger = await asyncio.start_server(answer_strangely, "127.0.0.1", 0)
    port = stranger.sockets[0].getsockname()[1]
    key = signer.make(some_code())[0]["invited"]["key"]
    invited = {"signer": f"http://127.0.0.1:{port}", "key": key}
    code = await load(mode="invited", invited=invited)
    assert await status(client, code) == "waiting"
    stranger.close()
    await stranger.wait_closed()


async def test_a_signer_that_is_not_there_is_asked_seldom(
    client: httpx.AsyncClient, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signers, "AGAIN", 60.0)
    connections = 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.close()

    counting = await asyncio.start_server(count, "127.0.0.1", 0)
    port = counting.sockets[0].getsockname()[1]
    key = signer.make(some_code())[0]["invited"]["key"]
    code = await load(mode="invited", invited={"signer": f"http://127.0.0.1:{port}", "key": key})
    monkeypatch.setattr(live, "KEEP", 0.0)
    for _ in range(5):
        await asyncio.gather(*(client.get(f"/api/rounds/{code}") for _ in range(10)))
    assert connections == 1
    counting.close()
    await counting.wait_closed()


async def test_staff_see_what_a_round_waits_for(
    app: Litestar, browser: httpx.AsyncClient, signer: Signer
) -> None:
    key = signer.make(some_code())[0]["invited"]["key"]
    nobody = f"http://127.0.0.1:{free_port()}"
    await load(mode="invited", invited={"signer": nobody, "key": key})
    page = (await browser.get("/stab")).text
    assert "Venter på signereren" in page


async def policy(client: httpx.AsyncClient, path: str) -> set[str]:
    reply = await client.get(path)
    (found,) = (
        part.split()[1:]
        for part in reply.headers["content-security-policy"].split("; ")
        if part.startswith("connect-src")
    )
    return set(found)


async def test_the_answering_page_may_ask_signers_of_rounds_that_are_not_over(
    client: httpx.AsyncClient, signer: Signer
) -> None:
    key = signer.make(some_code())[0]["invited"]["key"]
    pages = ("/", f"/r/{CODE}", f"/r/{CODE}/trekk")
    for page in pages:
        assert await policy(client, page) == {"'self'"}
    day = datetime.timedelta(1)
    for name, closes in (("na", None), ("siste", today()), ("forbi", today() - day)):
        invited = {"signer": f"https://{name}.example.no", "key": key}
        await load(mode="invited", invited=invited, closes=closes and closes.isoformat())
    expected = {"'self'", "https://na.example.no", "https://siste.example.no"}
    for page in pages:
        assert await policy(client, page) == expected
    for page in ("/health", "/stab/inn", f"/rapport/{CODE}", f"/api/rounds/{CODE}", "/schema"):
        assert await policy(client, page) == {"'self'"}
