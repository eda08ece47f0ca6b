"""Answers that are written anew with others: nothing of them changes, and nobody misses one."""

import asyncio
from typing import Any

import pytest
from litestar import Litestar

from server.collect import inbox, live, rounds
from server.collect.company import COMPANY
from server.collect.inbox import BATCH
from server.collect.tables import Inbox, Response, Round, Tombstone
from server.understand import service as understand
from server.understand.tables import Annotation
from tests.server.rounds import file_text, hash_of, receipt

pytestmark = pytest.mark.anyio
SCALES = '{"language":"nb","services":[],"age_band":null,"stories":{},"answers":{"mt1":4}}'
TOLD = SCALES.replace('"stories":{}', '"stories":{"n1":"Det gikk fint."}')


async def load() -> Round:
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    live.forget()
    ((row, _),) = await rounds.all_rounds()
    return row


async def arrive(row: Round, week: str, document: str = SCALES, count: int = BATCH) -> list[str]:
    hashes = [hash_of(receipt()) for _ in range(count)]
    waiting = [
        Inbox(round=row.id, receipt_hash=text, week=week, document=document) for text in hashes
    ]
    await inbox.write(waiting)
    return hashes


async def stored() -> dict[str, dict[str, Any]]:
    return {row["receipt_hash"]: row for row in await Response.select()}


async def test_nothing_changes_in_what_is_written_anew(app: Litestar) -> None:
    row = await load()
    for number in range(3):
        await arrive(row, "2026-W02", TOLD if number == 1 else SCALES)
        await inbox.move_all()
    await understand.annotate_waiting()
    answers, read = await stored(), {str(r["id"]): r for r in await Annotation.select()}
    assert len(read) == BATCH
    await arrive(row, "2026-W02", TOLD)
    await inbox.move_all()
    await understand.annotate_waiting()
    assert answers.items() <= (await stored()).items()
    there = {str(found["id"]): found for found in await Annotation.select()}
    assert read.items() <= there.items()
    assert len(there) == 2 * BATCH


async def test_a_batch_takes_along_what_it_lacks_of_its_own_week(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await load()
    written: list[str] = []

    async def insert(*rows: Response) -> None:
        written.extend(one.receipt_hash for one in rows)

    weeks = {week: await arrive(row, week, count=2 * COMPANY) for week in ("2026-W02", "2026-W03")}
    await inbox.move_all()
    new = await arrive(row, "2026-W03")
    monkeypatch.setattr(Response, "insert", insert)
    await inbox.move_all()
    assert len(written) == COMPANY
    assert set(new) < set(written) <= {*new, *weeks["2026-W03"]}


async def test_whoever_withdraws_while_answers_are_written_anew_is_heard(app: Litestar) -> None:
    row = await load()
    there = await arrive(row, "2026-W02", count=COMPANY)
    await inbox.move_all()
    gone, left = there[:40], there[40:]

    async def move() -> None:
        for _ in range(10):
            left.extend(await arrive(row, "2026-W02"))
            await inbox.move_all()

    _, *heard = await asyncio.gather(move(), *(inbox.withdraw(text) for text in gone))
    assert all(heard)
    assert (await stored()).keys() == set(left)
    assert await Tombstone.count() == len(gone)


async def test_a_withdrawal_in_the_middle_of_a_move_waits_for_its_end(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await load()
    there = await arrive(row, "2026-W02")
    await inbox.move_all()
    await arrive(row, "2026-W02")
    begun, go_on, put_back = asyncio.Event(), asyncio.Event(), understand.put_back

    async def slowly(annotations: list[Annotation]) -> None:
        begun.set()
        await go_on.wait()
        await put_back(annotations)

    monkeypatch.setattr(understand, "put_back", slowly)
    moving = asyncio.create_task(inbox.move_all())
    await begun.wait()
    withdrawing = asyncio.create_task(inbox.withdraw(there[0]))
    await asyncio.sleep(0.3)
    waited = not withdrawing.done()
    go_on.set()
    assert await moving == BATCH
    assert waited
    assert await withdrawing
    assert there[0] not in await stored()
