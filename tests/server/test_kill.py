"""A server or a worker that is killed at any moment loses no answer and doubles none."""

import asyncio
import secrets
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.collect.inbox import GROUP
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.invited import signer_in
from tests.server.process import FORTELL, environment, load_round, run, serving, until
from tests.server.rounds import CODE, answer, hash_of, receipt
from tests.server.working import Working

ANSWERS = 240
KILLS = 3
HANDS = 48
TOKENS = 60
SEND = f"/api/rounds/{CODE}/responses"
HEAVY = 4000


async def send_all(
    url: str, answers: list[dict[str, Any]], acknowledged: set[str], stop: Any = None
) -> None:
    """Send from many phones at once, until all is sent or `stop` has ended the server."""
    waiting: Iterator[dict[str, Any]] = iter(answers)
    async with httpx.AsyncClient(base_url=url, timeout=60, auth=Working()) as phones:

        async def phone() -> None:
            for body in waiting:
                try:
                    reply = await phones.post(SEND, json=body)
                except httpx.TransportError:
                    return
                assert reply.status_code == 201, reply.text
                acknowledged.add(body["receipt_hash"])
                if stop:
                    stop()

        await asyncio.gather(*(phone() for _ in range(HANDS)))


def shuffled(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return secrets.SystemRandom().sample(answers, len(answers))


async def kept(database: str) -> Counter[str]:
    """How often each receipt hash is there, in the inbox and the store together."""
    sql = "SELECT receipt_hash FROM inbox UNION ALL SELECT receipt_hash FROM response"
    return Counter(text for (text,) in await outside.rows(database, sql))


def test_a_server_killed_under_load_keeps_every_acknowledged_answer_once(
    database: str, tmp_path: Path
) -> None:
    load_round(database)
    answers = [answer() for _ in range(ANSWERS)]
    everybody = {body["receipt_hash"]: 1 for body in answers}
    acknowledged: set[str] = set()
    log = tmp_path / "server.log"
    for _ in range(KILLS):
        before = len(acknowledged)
        with serving(database, log, worker_pause=0.01) as server:
            last = before + secrets.randbelow(ANSWERS // 4)

            def stop(last: int = last) -> None:
                if len(acknowledged) > last:
                    server.kill()

            rest = [body for body in answers if body["receipt_hash"] not in acknowledged]
            in_loop(send_all(server.url, shuffled(rest), acknowledged, stop))
        assert before < len(acknowledged) < ANSWERS
        there = in_loop(kept(database))
        assert acknowledged <= there.keys()
        assert set(there.values()) == {1}
    with serving(database, log, worker_pause=0.01) as server:
        in_loop(send_all(server.url, shuffled(answers), acknowledged))
        server.stop()
    assert acknowledged == everybody.keys()
    assert in_loop(kept(database)) == everybody
    run(database, "worker", "--once")
    assert in_loop(kept(database)) == everybody
    assert "worker_failed" not in log.read_text("utf-8")


async def spend_all(url: str, answers: list[dict[str, Any]], stop: Any) -> set[str]:
    """Send from many phones at once; returns the receipts that were taken."""
    waiting, taken = iter(answers), set()
    async with httpx.AsyncClient(base_url=url, timeout=60, auth=Working()) as phones:

        async def phone() -> None:
            for body in waiting:
                try:
                    reply = await phones.post(SEND, json=body)
                except httpx.TransportError:
                    return
                if reply.status_code == 201:
                    taken.add(body["receipt_hash"])
                else:
                    assert (reply.status_code, reply.json()["code"]) == (400, "token_spent")
                stop(len(taken))

        await asyncio.gather(*(phone() for _ in range(HANDS)))
    return taken


def test_tokens_are_spent_once_though_the_server_is_killed_while_they_race(
    database: str, tmp_path: Path
) -> None:
    """Sixty tokens, each tried with three answers again and again, over kills and restarts."""
    log = tmp_path / "server.log"
    with signer_in(tmp_path) as signer:
        lines, invitations = signer.make(count=TOKENS)
        load_round(database, **lines)
        tokens = [signer.token(invitation) for invitation in invitations]
        tries = [answer(token=token) for token in tokens for _ in range(3)]
        whose = {body["receipt_hash"]: body["token"]["message"] for body in tries}
        taken: set[str] = set()
        for kill in (True, True, False):
            with serving(database, log, worker_pause=0.01) as server:
                last = secrets.randbelow(TOKENS // 4)

                def stop(count: int, kill: bool = kill, last: int = last) -> None:
                    if kill and count > last:
                        server.kill()

                taken |= in_loop(spend_all(server.url, shuffled(tries), stop))
    there = in_loop(kept(database))
    assert there == dict.fromkeys(taken, 1)
    assert Counter(whose[text] for text in there) == dict.fromkeys(whose.values(), 1)
    assert in_loop(outside.rows(database, "SELECT count(*) FROM spent")) == [(TOKENS,)]


async def fill_inbox(database: str) -> set[str]:
    """So many answers that moving them takes a while."""
    ((round_id,),) = await outside.rows(database, "SELECT id FROM round")
    hashes = [hash_of(receipt()) for _ in range(HEAVY)]
    document = '{"language":"nb","services":[],"age_band":null,"stories":{},"answers":{}}'
    filler = document.replace("{}", "{" + " " * 2000 + "}", 1)
    values = ",".join(
        f"('{secrets.token_hex(16)}','{round_id}','{found}','2026-W40','{filler}')"
        for found in hashes
    )
    await outside.rows(
        database,
        f"INSERT INTO inbox (id, round, receipt_hash, week, document) VALUES {values} "
        "RETURNING NULL",
    )
    return set(hashes)


async def moving(database: str) -> bool:
    """Whether a transaction that moves answers is under way, not yet committed."""
    if outside.is_sqlite(database):
        log = outside.file_of(database).with_name("fortell.db-wal")
        return log.exists() and log.stat().st_size > 1_000_000
    return await connections(database, "xact_start IS NOT NULL AND query LIKE 'INSERT INTO%'") > 0


async def connections(database: str, condition: str) -> int:
    server, name = outside.address_of(database)
    sql = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND {condition}"
    return int((await outside.rows(server, sql))[0][0])


async def gone(database: str) -> bool:
    return outside.is_sqlite(database) or await connections(database, "true") == 0


def test_a_worker_killed_while_it_moves_answers_neither_loses_nor_doubles_any(
    database: str, tmp_path: Path
) -> None:
    load_round(database)
    everybody = in_loop(fill_inbox(database))

    async def caught() -> bool:
        """Kill a worker in the middle; whether nothing had been committed yet."""
        worker = subprocess.Popen(
            [FORTELL, "worker", "--once"], env=environment(database), stderr=subprocess.PIPE
        )

        async def in_the_middle() -> bool:
            return worker.poll() is not None or await moving(database)

        await until(in_the_middle)
        worker.kill()
        worker.communicate()
        await until(lambda: gone(database))
        waiting = {
            text for (text,) in await outside.rows(database, "SELECT receipt_hash FROM inbox")
        }
        there = await kept(database)
        assert there.keys() == everybody
        assert set(there.values()) == {1}
        assert waiting in (set(), everybody)
        return waiting == everybody

    for _ in range(5):
        if in_loop(caught()):
            break
        everybody |= in_loop(fill_inbox(database))
    else:
        pytest.fail("no worker was caught in the middle of a move")
    run(database, "worker", "--once")
    assert in_loop(outside.rows(database, "SELECT count(*) FROM inbox")) == [(0,)]
    assert in_loop(kept(database)) == dict.fromkeys(everybody, 1)


def test_a_migration_that_is_killed_can_be_run_again(database: str, tmp_path: Path) -> None:
    async def begun() -> bool:
        if outside.is_sqlite(database):
            log = outside.file_of(database).with_name("fortell.db-wal")
            return log.exists() and log.stat().st_size > 0
        return await connections(database, "query LIKE 'CREATE TABLE%'") > 0

    async def kill_in_the_middle() -> None:
        process = subprocess.Popen(
            [FORTELL, "migrate"], env=environment(database), stdout=subprocess.DEVNULL
        )

        async def ended_or_begun() -> bool:
            return process.poll() is not None or await begun()

        await until(ended_or_begun)
        process.kill()
        process.wait()
        await until(lambda: gone(database))

    for _ in range(2):
        in_loop(kill_in_the_middle())
    run(database, "migrate")
    assert "response" in in_loop(outside.tables(database))
    assert run(database, "migrate").stdout == "The database is up to date.\n"


def test_processes_that_start_together_on_an_empty_database_all_start(database: str) -> None:
    together = [
        subprocess.Popen([FORTELL, "migrate"], env=environment(database), stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate()[0] for process in together]
    assert [process.returncode for process in together] == [0, 0, 0]
    assert sum(text.startswith(b"Applied: ") for text in said) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_servers_on_one_database_take_the_same_answers_once(
    database: str, tmp_path: Path
) -> None:
    load_round(database)
    answers = [answer() for _ in range(2 * GROUP)]
    acknowledged: set[str] = set()
    log = tmp_path / "server.log"
    with serving(database, log, worker_pause=0.01) as one, serving(database, log) as two:

        async def from_both_sides() -> None:
            await asyncio.gather(
                *(send_all(server.url, shuffled(answers), acknowledged) for server in (one, two))
            )

        in_loop(from_both_sides())
        one.stop()
        two.stop()
    assert in_loop(kept(database)) == {body["receipt_hash"]: 1 for body in answers}
    assert "failed" not in log.read_text("utf-8")
