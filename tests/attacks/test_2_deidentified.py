"""Promise 2: what the redactor removes never reaches a disk, a log or anybody's screen."""

import asyncio
import contextlib
import json
import sqlite3
from itertools import cycle, islice
from pathlib import Path
from string import ascii_lowercase

import httpx
import pytest

from server import database as engine
from server.collect import inbox, live, rounds
from server.collect.tables import Response, Round
from server.database.connection import current
from server.understand.tables import Annotation
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.process import load_round, run, serving, until
from tests.server.rounds import CODE, answer, file_text, hash_of, receipt, sealed, story
from tests.server.working import Working

anyio = pytest.mark.anyio
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SEND = f"/api/rounds/{CODE}/responses"

WRITTEN = {
    "Jeg heter Sondre Lillebø, ring 412 89 037.": ["Sondre", "Lillebø", "412 89 037"],
    "jeg heter tordis, ring meg på 4 1 2 8 9 0 3 8": ["tordis", "4 1 2 8 9 0 3 8"],
    "læreren min, ragnhild, sa at jeg lyver om 91 23 45 67": ["ragnhild", "91 23 45 67"],
    "MAMMA HETER GUNHILD OG HAR NUMMER +47 91234567": ["GUNHILD", "+47 91234567"],
    "send til torstein.brekke@skole.example.no": ["torstein.brekke@skole.example.no"],
    "fødselsnummeret er 010203 45678, spør Synnøve": ["010203 45678", "Synnøve"],
}
"""As young people write it, and what of it must be nowhere."""

SECRETS = [secret for secrets in WRITTEN.values() for secret in secrets]
KEPT = "blåbærvaffel"
CANARY = "kanarifuglkake"


def stories(count: int) -> list[str]:
    """So many texts, each secret at least once, with a word that is to be kept."""
    return [f"{text} {KEPT}" for text in islice(cycle(WRITTEN), count)]


def test_a_name_or_a_number_is_nowhere_after_sending(database: str, tmp_path: Path) -> None:
    """The real server and worker; every byte of the disk, the log and the answers to requests."""
    load_round(database)
    log = tmp_path / "server.log"
    replies: list[httpx.Response] = []

    def leaked() -> list[str]:
        said = log.read_bytes() + b"".join(r.content + str(r.headers).encode() for r in replies)
        return outside.found_in(said + in_loop(outside.everything(database)), SECRETS)

    with serving(database, log, worker="false") as server, httpx.Client(auth=Working()) as phone:
        send = server.url + SEND
        for text in stories(inbox.BATCH + 4):
            replies.append(phone.post(send, json=story(text)))
            assert replies[-1].status_code == 201
        assert leaked() == []
        text = stories(1)[0]
        wrong = [
            story(text, services=["kino"]),
            story(text, answers={text: 1}),
            story(text, age_band=text),
            story(text, language=text),
            story(text * 200),
            story(text) | {text: text},
            {"stories": text},
        ]
        replies += [phone.post(send, json=body) for body in wrong]
        replies += [phone.post(send, content=json.dumps(story(text)).encode()[:-1])]
        replies += [phone.post(f"{server.url}/api/rounds/UKJENT/responses", json=story(text))]
        replies += [phone.post(send, json=story(text * 9), headers={"Content-Type": "text/plain"})]
        in_loop(outside.rows(database, "ALTER TABLE inbox RENAME TO gone"))
        replies.append(phone.post(send, json=story(text)))
        assert replies[-1].status_code == 500
        in_loop(outside.rows(database, "ALTER TABLE gone RENAME TO inbox"))
        said = run(database, "worker", "--once")
        said = run(database, "release", "--round", CODE)
        assert outside.found_in((said.stdout + said.stderr).encode(), SECRETS) == []
        for path in (f"/rapport/{CODE}", f"/rapport/{CODE}/nav", f"/api/rounds/{CODE}/release"):
            replies.append(phone.get(server.url + path))
            assert replies[-1].status_code == 200
        assert leaked() == []
        server.stop()
    assert leaked() == []
    everything = in_loop(outside.everything(database))
    assert outside.found_in(everything, [KEPT]) == [KEPT]


def test_a_name_or_a_number_is_nowhere_after_a_proposal_and_after_sending_it(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every byte of the disk, the log, the replies and the folder for temporary files."""
    load_round(database)
    log, temporary = tmp_path / "server.log", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    ask = f"/api/rounds/{CODE}/proposals"
    replies: list[httpx.Response] = []

    def leaked() -> list[str]:
        said = log.read_bytes() + b"".join(r.content + str(r.headers).encode() for r in replies)
        said += b"".join(p.read_bytes() for p in temporary.rglob("*") if p.is_file())
        return outside.found_in(said + in_loop(outside.everything(database)), SECRETS)

    with serving(database, log, worker="false") as server, httpx.Client(auth=Working()) as phone:
        before = in_loop(outside.everything(database))
        proposed = []
        for text in stories(len(WRITTEN)):
            body = {"language": "nb", "stories": {"n1": text}}
            replies.append(phone.post(server.url + ask, json=body))
            assert replies[-1].status_code == 200
            proposed.append(replies[-1].json()["stories"]["n1"])
        assert leaked() == []
        assert in_loop(outside.everything(database)) == before, "a proposal writes nothing"
        text = stories(1)[0]
        wrong = [
            {"language": "nb", "stories": {text: text}},
            {"language": text, "stories": {"n1": text}},
            {"language": "nb", "stories": {"n1": text}, text: text},
            {"language": "nb", "stories": {"n1": text * 200}},
            {"language": "nb", "stories": [text]},
        ]
        replies += [phone.post(server.url + ask, json=body) for body in wrong]
        replies += [phone.post(server.url + ask, content=json.dumps(wrong).encode()[:-1])]
        forged = sealed(proposed[0]) | {"text": text}
        replies.append(phone.post(server.url + SEND, json=answer(sealed={"n1": forged})))
        assert {reply.status_code for reply in replies[len(proposed) :]} == {400}
        for one in proposed:
            replies.append(phone.post(server.url + SEND, json=answer(sealed={"n1": sealed(one)})))
            assert replies[-1].status_code == 201
        assert leaked() == []
        server.stop()
    assert leaked() == []
    assert outside.found_in(in_loop(outside.everything(database)), [KEPT]) == [KEPT]


def test_a_story_that_cannot_be_stored_leaves_no_trace(database: str, tmp_path: Path) -> None:
    """While the database is held by another, and when the server is killed meanwhile."""
    load_round(database)
    log = tmp_path / "server.log"
    text = stories(1)[0]

    async def send_and_kill() -> None:
        async with outside.holding(database, "inbox"), httpx.AsyncClient(auth=Working()) as phone:
            sending = asyncio.create_task(phone.post(server.url + SEND, json=story(text)))
            assert (await phone.get(f"{server.url}/api/rounds/{CODE}")).status_code == 200
            server.kill()
            with contextlib.suppress(httpx.TransportError):
                await sending

    with serving(database, log, worker="false") as server:
        in_loop(send_and_kill())
    everything = log.read_bytes() + in_loop(outside.everything(database))
    assert outside.found_in(everything, SECRETS) == []


PAGES = ["/{}", "/r/{}/loftet", "/rapport/{}", "/rapport/{}/{}", "/stab/{}", "/stab/{}/like",
    "/static/{}", "/api/rounds/{}", "/api/rounds/{}/card", "/schema/{}"]  # fmt: skip


def test_no_error_page_and_no_temporary_file_holds_what_was_sent(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statuses 400 to 503, for phones and for browsers, while stories wait and none can be kept.

    A page for people names its own address, in its links to other languages; nothing else.
    """
    load_round(database)
    log, temporary = tmp_path / "server.log", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    text = f"{stories(1)[0]} {CANARY}"
    telling = {"User-Agent": CANARY, "Referer": f"https://{CANARY}.example", "X-Ord": CANARY}
    replies: list[httpx.Response] = []

    async def all_at_once() -> None:
        async with httpx.AsyncClient(auth=Working(), headers=telling, timeout=60) as phone:
            sending = (phone.post(server.url + SEND, json=story(text)) for _ in range(24))
            replies.extend(await asyncio.gather(*sending))

    async def nothing_kept() -> None:
        async with outside.holding(database, "inbox"):
            await all_at_once()

    settings = {"worker": "false", "readers": 1, "waiting_readings": 1}
    with serving(database, log, **settings) as server, httpx.Client(headers=telling) as browser:
        in_loop(nothing_kept())
        assert {reply.status_code for reply in replies} == {503}
        for accept in ("text/html", "application/json"):
            for path in PAGES:
                address = server.url + path.replace("{}", "UKJENT1")
                for method in ("GET", "POST", "DELETE", CANARY.upper()):
                    body = {"name": CANARY, "password": text, "form_token": CANARY}
                    asked = browser.request(method, address, data=body, headers={"Accept": accept})
                    replies.append(asked)
        large = {"stories": {"n1": text * 3000}}
        replies.append(browser.post(server.url + SEND, json=large))
        replies.append(browser.post(server.url + SEND, content=text.encode()))
        server.stop()
    statuses = {reply.status_code for reply in replies}
    assert statuses >= {400, 404, 405, 413, 503}, statuses
    for reply in replies:
        if reply.status_code < 400:
            continue
        said = reply.content.lower() + str(reply.headers).lower().encode()
        assert outside.found_in(said, [CANARY, *SECRETS]) == [], (reply.request.url, reply.text)
    assert not list(temporary.iterdir())
    at_rest = log.read_bytes() + in_loop(outside.everything(database))
    assert outside.found_in(at_rest, [CANARY, *SECRETS]) == []


async def load() -> Round:
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    live.forget()
    found = await rounds.find(CODE)
    assert found is not None
    return found[0]


@anyio
async def test_a_withdrawn_story_is_overwritten_not_only_forgotten(
    client: httpx.AsyncClient, database: str
) -> None:
    """In the inbox, in the store and as it was read; long and short; beside others that stay."""
    await load()
    mine = {receipt(): f"{CANARY}{number} {'ø' * 10} " * (1 + number * 17) for number in range(9)}
    others = [story(f"{KEPT} " * (number * 15 + 1)) for number in range(20)]
    for place in ("inbox", "response", "annotation"):
        bodies = [*others, *(story(text, written) for written, text in mine.items())]
        for body in bodies:
            assert (await client.post(SEND, json=body)).status_code == 201
        if place != "inbox":
            await inbox.move_all()
        if place == "annotation":
            ids = await Response.select(Response.id, Response.receipt_hash)
            texts = {hash_of(written): text for written, text in mine.items()}
            await Annotation.insert(
                *(
                    Annotation(
                        response=row["id"], model_version="1", document=texts[row["receipt_hash"]]
                    )
                    for row in ids
                    if row["receipt_hash"] in texts
                )
            )
        assert CANARY.encode() in await outside.everything(database)
        for written in mine:
            reply = await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": written})
            assert reply.json() == {"status": "withdrawn"}
        assert await Annotation.count() == 0
        assert CANARY.encode() not in await outside.everything(database)
        mine = {receipt(): text for text in mine.values()}
    assert KEPT.encode() in await outside.everything(database)


@on_sqlite
@anyio
async def test_a_move_leaves_one_copy_and_none_in_the_log(
    client: httpx.AsyncClient, database: str
) -> None:
    await load()
    marks = {f"{CANARY}{letter}": 1 + 5 * n for n, letter in enumerate(ascii_lowercase)}
    for mark, times in marks.items():
        body = story(f"{mark} {KEPT} " * times)
        assert (await client.post(SEND, json=body)).status_code == 201
    await inbox.move_all()
    file = outside.file_of(database)
    assert file.with_name("fortell.db-wal").stat().st_size == 0
    content = file.read_bytes()
    there = {mark: content.count(mark.encode()) for mark in marks}
    # The tagger may take a word that it never saw for a name once in ninety.
    assert all(there[mark] <= times for mark, times in marks.items())
    assert sum(there.values()) > 0.98 * sum(marks.values())


@on_sqlite
@anyio
async def test_what_a_reader_kept_from_being_erased_is_erased_by_the_next_look(
    client: httpx.AsyncClient, database: str
) -> None:
    """A backup that reads meanwhile, or a kill before the log was cut."""
    await load()
    written = receipt()
    await client.post(SEND, json=story(f"{CANARY} " * 40, written))
    reader = sqlite3.connect(outside.file_of(database), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM inbox").fetchall()
    await (await current().writer()).execute("PRAGMA busy_timeout = 50")
    await inbox.withdraw(hash_of(written))
    assert CANARY.encode() in await outside.everything(database)
    reader.close()
    await engine.erase_overdue()
    assert CANARY.encode() not in await outside.everything(database)


@on_sqlite
def test_what_a_killed_server_left_in_the_log_is_erased_by_the_next(
    database: str, tmp_path: Path
) -> None:
    load_round(database)
    log = tmp_path / "server.log"
    written = receipt()
    with serving(database, log, worker="false") as server:
        body = story(f"{CANARY} " * 40, written)
        assert httpx.post(server.url + SEND, json=body, auth=Working()).status_code == 201
        server.kill()
        server.process.wait()
    wal = outside.file_of(database).with_name("fortell.db-wal")
    assert CANARY.encode() in wal.read_bytes()
    with serving(database, log, worker="false", worker_pause=0.05) as server:

        async def cut() -> bool:
            return wal.stat().st_size == 0

        in_loop(until(cut))
        reply = httpx.post(
            f"{server.url}/api/rounds/{CODE}/withdrawals", json={"withdraw": written}
        )
        assert reply.json() == {"status": "withdrawn"}
        assert CANARY.encode() not in in_loop(outside.everything(database))
