"""Stories that many sent alike wait until a person has looked, and nothing else does."""

import datetime
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from server import worker
from server.collect import copies, inbox, live, rounds
from server.collect.copies import Held
from server.collect.likeness import MANY
from server.collect.tables import Response
from server.release import service
from server.release.frame import frame
from server.staff.tables import Look
from server.understand import service as understand
from tests.server import outside
from tests.server.conftest import NAME, form_token
from tests.server.rounds import CODE, answer, file_text, receipt, story

pytestmark = pytest.mark.anyio
SEND = f"/api/rounds/{CODE}/responses"
PAGE = f"/stab/{CODE}/like"
FLOOD = "Alle på denne skolen vet at rektor burde slutte og at vi trenger en ny nå med en gang."
OWN = "Jeg fikk hjelp av en voksen som hadde tid til meg, og det gjorde hele året lettere for meg."


async def load(code: str = CODE) -> Any:
    await rounds.keep(rounds.parse(file_text(code=code), "round.yaml"))
    live.forget()
    found = await rounds.find(code)
    assert found is not None
    return found[0].id


async def send(client: httpx.AsyncClient, *stories: str, code: str = CODE) -> None:
    for text in stories:
        reply = await client.post(f"/api/rounds/{code}/responses", json=story(text))
        assert reply.status_code == 201
    await inbox.move_all()


def variants(number: int, first: int = 0) -> list[str]:
    return [f"{FLOOD} Hilsen nummer {first + i}" for i in range(number)]


async def held() -> dict[str, int]:
    rows = await Response.select(Response.held)
    states = [row["held"] for row in rows]
    return {state: states.count(state) for state in set(states)}


async def counted(round_id: Any) -> int:
    await understand.annotate_waiting()
    return len(await frame(round_id, []))


async def test_a_flood_is_held_and_what_people_wrote_themselves_is_not(
    client: httpx.AsyncClient,
) -> None:
    home = await load()
    await send(client, *variants(20), OWN, "Kort.", "Kort.")
    await client.post(SEND, json=answer())
    await inbox.move_all()
    await worker.once()
    assert await held() == {"waiting": 20, "": 4}
    assert await counted(home) == 4
    assert await copies.is_waiting(home)


async def test_it_is_found_also_when_it_trickles_in_and_is_marked_as_a_whole(
    client: httpx.AsyncClient,
) -> None:
    """No mark tells which copy came first."""
    home = await load()
    await send(client, *variants(MANY - 1), OWN)
    await copies.look(home)
    assert await held() == {"": MANY}
    await send(client, *variants(1, first=MANY))
    await copies.look(home)
    assert await held() == {"waiting": MANY, "": 1}


async def test_a_release_looks_first_whatever_the_worker_has_done(
    client: httpx.AsyncClient,
) -> None:
    await load()
    await send(client, *variants(30), *(f"{OWN} {'ja ' * i}" for i in range(3)))
    await understand.annotate_waiting()
    made = await service.publish(CODE, datetime.date.today())
    assert (await held())["waiting"] == 30
    assert await service.leaves_out_copies(CODE)
    assert made.number == 1


async def test_the_worker_looks_again_when_a_round_has_grown(client: httpx.AsyncClient) -> None:
    home = await load()
    await send(client, *[f"{OWN} {'ja ' * i} {i}" for i in range(3)])
    await copies.look_where_due()
    await send(client, *variants(MANY))
    await copies.look_where_due()
    assert await copies.is_waiting(home)


async def test_copies_in_another_round_are_not_counted_together(
    client: httpx.AsyncClient,
) -> None:
    place = {"key": "annet", "name": {"nb": "A", "nn": "A", "en": "A"}}
    await rounds.keep(rounds.parse(file_text(code="KAIB26", organisation=place), "r.yaml"))
    home = await load()
    await send(client, *variants(MANY - 1))
    await send(client, *variants(MANY - 1, first=50), code="KAIB26")
    await copies.look(home)
    await copies.look_where_due()
    assert await held() == {"": 2 * MANY - 2}


async def test_when_copies_are_withdrawn_the_rest_count_again(client: httpx.AsyncClient) -> None:
    home = await load()
    mine = receipt()
    await send(client, *variants(MANY - 1))
    await client.post(SEND, json=story(variants(1, first=77)[0], mine))
    await inbox.move_all()
    await copies.look(home)
    assert await held() == {"waiting": MANY}
    await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": mine})
    await copies.look(home)
    assert await held() == {"": MANY - 1}


async def decide(browser: httpx.AsyncClient, key: str, verdict: str) -> httpx.Response:
    token = form_token(await browser.get(PAGE))
    return await browser.post(f"{PAGE}/{key}", data={"form_token": token, "verdict": verdict})


async def test_a_person_counts_them_in_or_leaves_them_out_and_may_think_again(
    browser: httpx.AsyncClient,
) -> None:
    home = await load()
    await send(browser, *variants(12), OWN)
    await copies.look(home)
    (group,) = await copies.groups(home)
    for verdict, state, count in (
        ("left_out", "left_out", 1),
        ("counted", "counted", 13),
        ("left_out", "left_out", 1),
    ):
        reply = await decide(browser, group.key, verdict)
        assert (reply.status_code, reply.headers["location"]) == (303, f"{PAGE}?gjort=lagret")
        assert await held() == {state: 12, "": 1}
        assert await counted(home) == count
        await copies.look(home)
        assert await held() == {state: 12, "": 1}, "a look does not undo a decision"
    assert not await copies.is_waiting(home)


async def test_a_new_copy_makes_the_whole_group_wait_anew(browser: httpx.AsyncClient) -> None:
    home = await load()
    await send(browser, *variants(12))
    await copies.look(home)
    (group,) = await copies.groups(home)
    await decide(browser, group.key, "counted")
    await send(browser, *variants(1, first=90))
    await copies.look(home)
    assert await held() == {"waiting": 13}
    reply = await decide(browser, group.key, "counted")
    assert reply.status_code == 409, (
        "somebody else's button decides nothing about what they saw not"
    )
    assert await held() == {"waiting": 13}


async def test_a_choice_that_is_none_is_refused(browser: httpx.AsyncClient) -> None:
    home = await load()
    await send(browser, *variants(8))
    await copies.look(home)
    (group,) = await copies.groups(home)
    for wrong in ("", "waiting", "looked", "x"):
        assert (await decide(browser, group.key, wrong)).status_code == 400
    assert (await decide(browser, "0" * 64, "counted")).status_code == 409
    assert await held() == {"waiting": 8}


async def test_the_page_shows_the_text_once_and_nothing_else_of_the_answers(
    browser: httpx.AsyncClient,
) -> None:
    home = await load()
    for number in range(21):
        text = f"{FLOOD} Kjetilerkul{number}"
        body = story(text, services=["klubb"], age_band="18-24", answers={"mt1": 5})
        assert (await browser.post(SEND, json=body)).status_code == 201
    await inbox.move_all()
    await copies.look(home)
    page = re.sub("[0-9a-f]{64}", "", (await browser.get(PAGE)).text)
    assert page.count(FLOOD.rstrip(".")) == 1
    assert "om lag 20 ganger" in page
    for hidden in ("21", "18-24", "klubb", "Klubben", "Kjetilerkul", "-W"):
        assert hidden not in page, hidden
    for row in await Response.select(Response.id, Response.receipt_hash):
        assert str(row["id"]) not in page
        assert row["receipt_hash"] not in page


async def test_who_looked_and_who_decided_is_kept_without_a_day(
    browser: httpx.AsyncClient, database: str
) -> None:
    home = await load()
    await browser.get(PAGE)
    assert await Look.count() == 0, "there was nothing to see"
    await send(browser, *variants(8))
    await copies.look(home)
    (group,) = await copies.groups(home)
    await decide(browser, group.key, "left_out")
    await browser.get(PAGE)
    kept = await Look.select(Look.act, Look.week, Look.account.name.as_alias("name"))
    year, week, _ = datetime.datetime.now(datetime.UTC).date().isocalendar()
    expected = {"week": f"{year}-W{week:02}", "name": NAME}
    assert sorted(kept, key=lambda row: row["act"]) == [
        {"act": act} | expected for act in ("left_out", "looked")
    ]
    page = (await browser.get(PAGE)).text
    assert f"{NAME} holdt utenfor i uke {week}" in page


async def test_hostile_text_stays_text(browser: httpx.AsyncClient) -> None:
    home = await load()
    hostile = f"<script>alert(1)</script> {FLOOD}"
    await send(browser, *[f"{hostile}" for _ in range(8)])
    await copies.look(home)
    page = (await browser.get(PAGE)).text
    assert "<script>" not in page


async def test_the_list_of_rounds_says_that_something_waits(browser: httpx.AsyncClient) -> None:
    home = await load()
    assert PAGE not in (await browser.get("/stab")).text
    await send(browser, *variants(8))
    await copies.look(home)
    assert PAGE in (await browser.get("/stab")).text


async def test_a_look_tells_nothing_new_of_the_order_in_the_store(
    app: Litestar, client: httpx.AsyncClient, database: str
) -> None:
    """On PostgreSQL a marked row is written anew: those of a group lie together, as it happens."""
    home = await load()
    await send(client, *variants(40))
    place = "rowid" if outside.is_sqlite(database) else "ctid"
    sql = f"SELECT receipt_hash FROM response ORDER BY {place}"
    before = await outside.rows(database, sql)
    await copies.look(home)
    assert await outside.rows(database, sql) == before or not outside.is_sqlite(database)
    assert await held() == {Held.WAITING.value: 40}
