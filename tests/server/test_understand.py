"""Reading: the machine's reading lies beside what the teller said, and is made once."""

import asyncio
import datetime
import json
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

import nlp
from enumerations import Attribution
from server import logs
from server.collect import inbox, live, responses, rounds
from server.collect.responses import NewResponse
from server.collect.tables import Response, Round
from server.release import service
from server.release.frame import frame
from server.release.service import ReleaseError
from server.understand import service as understand
from server.understand.tables import Annotation
from tests.server.rounds import CODE, answer, file_text, hash_of, receipt, story

pytestmark = pytest.mark.anyio
DAY = datetime.date(2026, 9, 7)
TOLD = [
    "Klubben er det beste med uka. Der blir jeg sett.",
    "NAV hørte ikke på meg. Jeg måtte fortelle det samme fire ganger.",
    "Eg fekk hjelp med ein gong, og det var bra.",
    "The school never answered. That was bad.",
]


@pytest.fixture(autouse=True)
def starts_anew() -> Iterator[None]:
    """As a new process does, which tries again what an earlier one failed on."""
    yield
    understand._unreadable.clear()


async def load() -> Round:
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    live.forget()
    found = await rounds.find(CODE)
    assert found is not None
    return found[0]


async def arrive(*bodies: dict[str, Any]) -> None:
    found = await live.live_round(CODE, DAY)
    rows = [responses.receive(msgspec.convert(body, NewResponse), found, DAY) for body in bodies]
    await inbox.write(rows)
    await inbox.move_all()


async def documents() -> dict[str, str]:
    rows = await Response.select(Response.receipt_hash, Response.document)
    return {row["receipt_hash"]: row["document"] for row in rows}


async def test_reading_a_story_changes_nothing_that_the_teller_said(
    client: httpx.AsyncClient,
) -> None:
    """Not a letter, and not the teller's own explanation, whatever the machine thinks of it."""
    row = await load()
    own = {"vekst6_attribution": 1}
    await arrive(*(story(text, answers=own) for text in TOLD), answer(answers={}))
    before = await documents()
    await understand.annotate_waiting()
    assert await documents() == before
    found = (await frame(row.id, ["vekst6_attribution"]))["vekst6_attribution"]
    assert sorted(found.drop_nulls()) == [1] * len(TOLD)
    heard = {
        unit["attribution"]
        for document in await Annotation.select(Annotation.document)
        for told in json.loads(document["document"])
        for unit in told["units"]
    }
    assert heard
    assert heard <= set(Attribution)


async def test_a_story_that_cannot_be_read_hinders_no_other_and_no_release_forgets_it(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    row = await load()
    await arrive(*map(story, TOLD))
    broken = Response(
        round=row.id, receipt_hash="0" * 64, week="2026-W02", has_story=True, document="{kanari"
    )
    await Response.insert(broken)
    await understand.annotate_waiting()
    read = {found["response"] for found in await Annotation.select(Annotation.response)}
    assert len(read) == len(TOLD)
    said = capsys.readouterr().err
    assert "story_not_read" in said
    assert "kanari" not in said
    with pytest.raises(ReleaseError, match="worker"):
        await service.publish(CODE, DAY)


async def test_a_reading_says_which_machine_made_it_and_is_made_once(
    client: httpx.AsyncClient,
) -> None:
    await load()
    await arrive(*map(story, TOLD))
    await asyncio.gather(*(understand.annotate_waiting() for _ in range(3)))
    rows = await Annotation.select()
    assert len(rows) == len(TOLD)
    assert {row["model_version"] for row in rows} == {nlp.model_version()}
    assert await understand.annotate_waiting() == 0
    assert await Annotation.count() == len(TOLD)


async def test_a_new_machine_reads_anew_and_the_old_reading_stays(
    client: httpx.AsyncClient,
) -> None:
    await load()
    await arrive(*map(story, TOLD))
    for row in await Response.select(Response.id):
        await Annotation.insert(
            Annotation(response=row["id"], model_version="0.0+other", document="[]")
        )
    assert await understand.annotate_waiting() == len(TOLD)
    versions = [row["model_version"] for row in await Annotation.select()]
    assert sorted(versions) == sorted([nlp.model_version(), "0.0+other"] * len(TOLD))


async def test_a_story_that_is_withdrawn_while_it_is_read_is_not_kept(
    client: httpx.AsyncClient, database: str
) -> None:
    """On PostgreSQL the withdrawal waits for the reading; on SQLite the reading finds it gone."""
    await load()
    written = [receipt() for _ in range(40)]
    await arrive(*(story(TOLD[0], one) for one in written))
    reading = asyncio.create_task(understand.annotate_waiting())
    gone = [await inbox.withdraw(hash_of(one)) for one in written[:20]]
    await reading
    assert all(gone)
    assert await Response.count() == 20
    assert await Annotation.count() == 20
