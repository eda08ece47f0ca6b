"""Promise 1: no name, account, address, device, time of day, order or serial number is kept."""

import asyncio
import datetime
import hashlib
import json
import random
import re
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from scipy.stats import kendalltau

from server.collect import inbox, live, rounds
from server.collect.inbox import BATCH, GROUP, GroupCommit
from server.collect.tables import Inbox, Response, Round, Tombstone
from server.signer.store import UNUSED
from server.signer.store import hash_of as hash_of_invitation
from server.understand import service as understand
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.invited import signer_in
from tests.server.process import load_round, serving, until
from tests.server.rounds import CODE, answer, file_text, hash_of, receipt, story, words
from tests.server.working import Working

anyio = pytest.mark.anyio
SEND = f"/api/rounds/{CODE}/responses"
EMPTY = '{"language":"nb","services":[],"age_band":null,"stories":{},"answers":{}}'

# What may be stored about an answer, and nothing else. `account` and `session` are about staff;
# `migration` says when the program's tables were made; `published` is the date of a document.
ANSWERS = {
    "inbox": {"id", "round", "receipt_hash", "week", "document"},
    "response": {
        "id",
        "round",
        "receipt_hash",
        "week",
        "has_story",
        "stories_deleted",
        "held",
        "document",
    },
    "tombstone": {"receipt_hash"},
    "spent": {"hash", "waiting"},
    "annotation": {"id", "response", "model_version", "document"},
}
OTHERS = {
    "account": {"id", "name", "password", "failures", "locked_until"},
    "session": {"token_hash", "account", "expires"},
    "round": {"id", "code", "definition", "opens", "closes", "seal_key"},
    "release": {"id", "round", "number", "published", "document", "members", "digest"},
    "retraction": {"id", "round", "number", "retracted", "why"},
    "dataset": {"id", "round", "number", "published", "document", "members", "digest"},
    "open_table": {"id", "round", "number", "published", "document", "digest"},
    "shared_stories": {"id", "round", "file", "number", "published", "members"},
    "written": {"id", "round", "document"},
    "quoted": {"id", "response", "round", "document"},
    "coded": {"id", "response", "round", "document"},
    "action": {"id", "round", "theme", "status", "text", "next_check", "owner", "began", "aim"},
    "decided": {"id", "round", "workshop", "title", "theme", "text", "owner", "due"},
    "card": {"round", "published"},
    "secret": {"name", "value"},
    "look": {"id", "round", "account", "act", "week"},
    "migration": {"id", "name", "app_name", "ran_on"},
}
# Of a phone in a workshop only what keeps it from voting too much; a card says nothing of a phone.
WORKSHOPS = {
    "workshop": {
        "id", "code", "version", "title", "organisation", "language", "template", "held",
        "deletes", "phase", "stage", "challenge", "ideas", "votes_each", "door_open", "current",
        "timer_left", "timer_ends", "counted", "phones", "voted",
    },
    "contribution": {
        "id", "workshop", "key_hash", "number", "stage", "challenge", "ideas", "follows",
        "hidden", "revealed", "notes", "votes", "choices",
    },
    "phone": {"token_hash", "workshop", "votes"},
    "choice": {"id", "workshop", "phone", "card", "choice", "text"},
    "workshop_theme": {"id", "workshop", "theme", "label", "place"},
    "card_theme": {"id", "workshop", "card", "theme", "proposed", "kept"},
    "card_sentence": {
        "id", "workshop", "card", "place", "text", "vector", "sentiment", "safe",
    },
    "workshop_question": {"id", "workshop", "theme", "place", "text", "edited"},
    "workshop_action": {
        "id", "workshop", "text", "theme", "level", "owner", "due", "kind", "barrier", "lifted",
        "recipient",
    },
    "workshop_text": {"id", "workshop", "section", "text"},
}  # fmt: skip
A_TIMER_RUNS_OUT = ("workshop", "timer_ends")


async def columns(database: str) -> dict[str, dict[str, str]]:
    """Every column of every table, with its type and default in one text."""
    if not outside.is_sqlite(database):
        sql = (
            "SELECT table_name, column_name, data_type || ' ' || coalesce(column_default, '') "
            "FROM information_schema.columns WHERE table_schema = 'public'"
        )
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in await outside.rows(database, sql):
            found.setdefault(table, {})[column] = kind.lower()
        return found
    return {
        table: {
            name: f"{kind} {default or ''}".lower()
            for _, name, kind, _, default, _ in await outside.rows(
                database, f"PRAGMA table_info('{table}')"
            )
        }
        for table in await outside.tables(database)
    }


@anyio
async def test_no_table_of_answers_has_a_time_a_serial_or_a_column_too_many(
    app: Litestar, database: str
) -> None:
    found = await columns(database)
    assert {table: set(names) for table, names in found.items()} == ANSWERS | OTHERS | WORKSHOPS
    for table, names in found.items():
        for name, kind in names.items():
            if table in ANSWERS:
                assert not re.search(r"time|date|serial|integer|nextval|current", kind), (
                    table, name, kind,
                )  # fmt: skip
            elif table not in {"account", "session", "migration"} and (
                (table, name) != A_TIMER_RUNS_OUT
            ):
                assert not re.search(r"time|serial|nextval", kind), (table, name, kind)


@anyio
async def test_what_is_stored_of_an_answer_is_what_was_answered(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    """Two people who answer alike, in another order and with other phones, look alike."""
    await load()
    phones = [
        {"User-Agent": "Nokia 3310", "X-Forwarded-For": "198.51.100.7", "Cookie": "a=b"},
        {"User-Agent": "iPhone", "Referer": "https://snap.example/kari", "X-Device-Id": "77"},
    ]
    answers = {"mt1": 4, "mt2": 5, "mt10": "dont_know", "vekst6_1": 1}
    for phone, order in zip(phones, (1, -1), strict=True):
        body = answer(
            services=["nav", "klubb"][::order],
            answers=dict(list(answers.items())[::order]),
            age_band="16-17",
        )
        assert (await client.post(SEND, json=body, headers=phone)).status_code == 201
    for table in (Inbox, Response):
        one, two = await table.select()
        for row in (one, two):
            assert uuid.UUID(str(row.pop("id"))).version == 4
            assert re.fullmatch("[0-9a-f]{64}", row.pop("receipt_hash"))
        assert one == two
        document = json.loads(one["document"])
        assert document.keys() == {
            "language", "services", "age_band", "stories", "answers", "teller", "research",
        }  # fmt: skip
        assert re.fullmatch(r"\d{4}-W\d\d", one["week"])
        await inbox.move_all()


async def load(**changes: Any) -> Round:
    definition = rounds.parse(file_text(**changes), "round.yaml")
    await rounds.keep(definition)
    live.forget()
    found = await rounds.find(definition.code)
    assert found is not None
    return found[0]


async def in_disk_order(database: str, table: str) -> list[str]:
    """Receipt hashes in the order in which the rows lie."""
    place = "rowid" if outside.is_sqlite(database) else "ctid"
    sql = f"SELECT receipt_hash FROM {table} ORDER BY {place}"
    return [text for (text,) in await outside.rows(database, sql)]


def correlated(arrived: list[str], found: list[str]) -> bool:
    """Whether one order tells something about the other (Kendall's tau, p < 1e-6).

    Of shuffled orders, one in a million is called correlated.
    """
    places = {text: place for place, text in enumerate(arrived)}
    assert sorted(places) == sorted(found)
    test = kendalltau(range(len(found)), [places[text] for text in found])
    return bool(test.pvalue < 1e-6)


def test_the_measure_sees_an_order_that_is_there() -> None:
    order = [str(number) for number in range(64)]
    assert correlated(order, order)
    assert correlated(order, order[::-1])
    assert correlated(order, [*order[8:], *order[:8]])


@anyio
async def test_no_order_in_the_store_follows_the_order_of_arrival(
    client: httpx.AsyncClient, database: str
) -> None:
    await load()
    bodies = [story("Det gikk fint.") for _ in range(120)]
    arrived = [body["receipt_hash"] for body in bodies]
    for body in bodies:
        await client.post(SEND, json=body)
    waiting = {str(row["id"]) for row in await Inbox.select(Inbox.id)}
    assert await inbox.move_due(datetime.date.today()) == len(bodies)
    stored = await Response.select()
    assert waiting.isdisjoint(str(row["id"]) for row in stored)
    assert not correlated(arrived, await in_disk_order(database, "response"))
    by_id = sorted(stored, key=lambda row: str(row["id"]))
    assert not correlated(arrived, [row["receipt_hash"] for row in by_id])
    if not outside.is_sqlite(database):
        assert len(await outside.rows(database, "SELECT DISTINCT xmin::text FROM response")) == 1
    await understand.annotate_waiting()
    place = "rowid" if outside.is_sqlite(database) else "ctid"
    read = await outside.rows(
        database,
        "SELECT r.receipt_hash FROM annotation a JOIN response r ON r.id = a.response "
        f"ORDER BY a.{place}",
    )
    assert not correlated(arrived, [text for (text,) in read])


@anyio
async def test_answers_that_wait_together_are_written_in_another_order(
    app: Litestar, database: str
) -> None:
    row = await load()
    queue = GroupCommit(limit=GROUP)
    arrived = [hash_of(receipt()) for _ in range(GROUP)]
    await asyncio.gather(
        *(
            queue.add(Inbox(round=row.id, receipt_hash=text, week="2026-W02", document="{}"))
            for text in arrived
        )
    )
    assert not correlated(arrived, await in_disk_order(database, "inbox"))


@anyio
async def test_a_batch_mixes_rounds_that_were_answered_one_after_the_other(
    app: Litestar, database: str
) -> None:
    """What waits since last week moves together: a round's few answers do not lie side by side."""
    places = [{"key": f"sted{number}", "name": words(f"Sted {number}")} for number in range(4)]
    four = [await load(code=f"KAIA{n}", organisation=place) for n, place in enumerate(places)]
    hashes = [hash_of(receipt()) for _ in range(len(four) * (BATCH - 1))]
    for number, text in enumerate(hashes):
        row = four[number // (BATCH - 1)]
        await inbox.write([Inbox(round=row.id, receipt_hash=text, week="2026-W02", document=EMPTY)])
    assert await inbox.move_due(datetime.date.today()) == len(hashes)
    assert not correlated(hashes, await in_disk_order(database, "response"))


@anyio
async def test_what_remains_of_a_withdrawn_answer_says_nothing_about_it(
    client: httpx.AsyncClient,
) -> None:
    await load()
    written = receipt()
    await client.post(SEND, json=story("Angrer.", written))
    await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": written})
    assert await Tombstone.select() == [{"receipt_hash": hash_of(written)}]


INVITED, SPARE = 200, 30
CHANCE, MORE = 1 / INVITED, 0.02


@dataclass(frozen=True)
class Person:
    """What only this test knows: which invitation, token and answer belong together."""

    invitation: bytes
    token: str
    receipt_hash: str


def seen_at_the_signer(file: Path, printed: list[str]) -> dict[str, list[bytes]]:
    """Invitations in every order that lies at rest with the signer, or was printed."""
    content = file.read_bytes()
    with closing(sqlite3.connect(file)) as connection:
        sql = "SELECT hash, used_for FROM invitation ORDER BY rowid"
        rows = [row for row in connection.execute(sql) if row[1] != UNUSED]
    used = {row[0] for row in rows}
    return {
        "slips": [found for text in printed if (found := hash_of_invitation(CODE, text)) in used],
        "rows": [row[0] for row in rows],
        "hashes": sorted(row[0] for row in rows),
        "uses": [row[0] for row in sorted(rows, key=lambda row: row[1])],
        "places of hashes": [r[0] for r in sorted(rows, key=lambda r: content.index(r[0]))],
        "places of uses": [r[0] for r in sorted(rows, key=lambda r: content.index(r[1]))],
    }


async def seen_at_the_server(database: str) -> dict[str, list[str]]:
    """Answers, and spent tokens, in every order that lies at rest with the server."""
    place = "rowid" if outside.is_sqlite(database) else "ctid"
    orders = [("response", "receipt_hash", by) for by in (place, "id", "receipt_hash")]
    orders += [("spent", "hash", by) for by in (place, "hash")]
    if not outside.is_sqlite(database):
        orders += [("response", "receipt_hash", "xmin::text::bigint, ctid")]
        orders += [("spent", "hash", "xmin::text::bigint, ctid")]
    seen = {}
    for table, column, by in orders:
        rows = await outside.rows(database, f"SELECT {column} FROM {table} ORDER BY {by}")
        seen[f"{table} by {by}"] = [text for (text,) in rows]
    if outside.is_sqlite(database):
        content = outside.file_of(database).read_bytes()
        for name in [name for name in seen if name.endswith(" by rowid")]:
            places = sorted(seen[name], key=lambda text: content.index(text.encode()))
            seen[f"{name}, places"] = places
    return seen


@anyio
async def test_200_answers_are_not_linked_to_their_invitations(
    client: httpx.AsyncClient, database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With both databases, the list of invitations, and people who come one after the other."""
    folder = tmp_path_factory.mktemp("signer")
    with signer_in(folder) as signer:
        lines, printed = signer.make(count=INVITED + SPARE)
        await load(**lines)
        people = []
        for number, invitation in enumerate(random.sample(printed, INVITED)):
            token = signer.token(invitation)
            body = answer(token=token)
            assert (await client.post(SEND, json=body)).status_code == 201
            people.append(
                Person(
                    hash_of_invitation(CODE, invitation),
                    hashlib.sha256(bytes.fromhex(token["message"])).hexdigest(),
                    body["receipt_hash"],
                )
            )
            if number % 25 == 24:
                await inbox.move_due(datetime.date.today())
        assert signer.server.log.read_text("utf-8") == ""
    assert await Inbox.count() == 0
    there = seen_at_the_signer(folder / "signer.db", printed)
    whose = {person.invitation: number for number, person in enumerate(people)}
    answers = {person.receipt_hash: number for number, person in enumerate(people)}
    answers |= {person.token: number for number, person in enumerate(people)}
    guesses = {
        (one, other): ([whose[text] for text in first], [answers[text] for text in second])
        for one, first in there.items()
        for other, second in (await seen_at_the_server(database)).items()
    }
    linked = []
    for pair, (first, second) in guesses.items():
        assert not correlated(list(map(str, first)), list(map(str, second))), pair
        for turned in (second, second[::-1]):
            linked.append(sum(a == b for a, b in zip(first, turned, strict=True)) / INVITED)
            assert linked[-1] < 3 * (CHANCE + MORE), pair
    assert len(linked) > 50
    assert sum(linked) / len(linked) <= CHANCE + MORE
    at_the_signer = (folder / "signer.db").read_bytes()
    at_the_server = await outside.everything(database)
    for person in people:
        for text in (person.token, person.receipt_hash):
            assert text.encode() not in at_the_signer
            assert bytes.fromhex(text) not in at_the_signer
        assert person.invitation.hex().encode() not in at_the_server
        assert person.invitation not in at_the_server
    if not outside.is_sqlite(database):
        sql = "SELECT count(*) FROM spent GROUP BY xmin::text"
        assert min(count for (count,) in await outside.rows(database, sql)) >= BATCH


PHONE = {
    "User-Agent": "Kanarifugl/1.0",
    "X-Forwarded-For": "203.0.113.77",
    "X-Real-IP": "203.0.113.78",
    "Forwarded": "for=203.0.113.79",
    "Cookie": "kanari=kake",
    "Referer": "https://kanari.example/kari",
    "Accept-Language": "se-NO",
}
TRACES = ["Kanarifugl", "203.0.113", "kake", "kanari", "se-NO", "snap"]


def test_the_log_and_the_disk_know_no_phone_and_no_moment(database: str, tmp_path: Path) -> None:
    """The real server, with answers, mistakes and a failure of storage."""
    load_round(database)
    log = tmp_path.parent / f"{tmp_path.name}.log"
    mine = receipt()
    with (
        serving(database, log, worker_pause=0.05) as server,
        httpx.Client(base_url=server.url, headers=PHONE, auth=Working()) as phone,
    ):
        for _ in range(inbox.BATCH):
            assert phone.post(SEND, json=answer()).status_code == 201
        assert phone.post(SEND, json=answer(mine)).status_code == 201
        replies = [
            phone.get(f"/r/{CODE}"),
            phone.get(f"/api/rounds/{CODE}"),
            phone.post(SEND, json=answer(services=["snap"])),
            phone.post(SEND, content=b"{"),
            phone.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": mine}),
            phone.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": receipt()}),
            phone.get("/finnes-ikke"),
            phone.put(f"/api/rounds/{CODE}"),
        ]

        async def moved() -> bool:
            return "moved_to_store" in log.read_text("utf-8")

        in_loop(until(moved))
        in_loop(outside.rows(database, "ALTER TABLE inbox RENAME TO gone"))
        assert phone.post(SEND, json=answer()).status_code == 500
        in_loop(outside.rows(database, "ALTER TABLE gone RENAME TO inbox"))
        assert phone.post(SEND, json=answer()).status_code == 201
    for reply in replies:
        assert not {"set-cookie", "date", "server", "etag"} & set(reply.headers)
    text = log.read_text("utf-8")
    assert "request_failed" in text
    for line in text.splitlines():
        facts = json.loads(line)
        assert facts.keys() <= {"date", "level", "logger", "event", "error", "where"}
        for place in facts.pop("where", []):
            assert re.fullmatch(r"[\w<>-]+\.py\w*:\d+ [\w<>.]+", place), place
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", facts.pop("date"))
        assert not re.search(r"\d", json.dumps(facts)), line
    assert not re.search(r"127\.0\.0\.1|\d\d:\d\d|/api/|/r/|KAIA", text)
    everything = in_loop(outside.everything(database))
    assert outside.found_in(text.encode() + everything, TRACES) == []
    assert b"127.0.0.1" not in everything
    moments = set(re.findall(rb"\d\d:\d\d(?::\d\d)?", everything))
    assert moments <= migration_moments(database), moments


def migration_moments(database: str) -> set[bytes]:
    """When the program's tables were made; the only moments that are stored."""
    found = in_loop(outside.rows(database, "SELECT name, CAST(ran_on AS text) FROM migration"))
    return set(re.findall(rb"\d\d:\d\d(?::\d\d)?", str(found).encode()))
