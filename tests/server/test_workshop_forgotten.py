"""What is forgotten when a workshop closes, is deleted, or hides a card; and what is never lost."""

import datetime
import hashlib
import io
import uuid
from typing import Any

import docx
import httpx
import pytest

from server import worker
from server.settings import Settings
from server.workshop import sessions
from server.workshop.tables import Workshop
from tests.browser import chromium
from tests.server import outside
from tests.server.conftest import form_token
from tests.server.rounds import today
from tests.server.workshop import Leader, Phone, join, make, state

pytestmark = pytest.mark.anyio
CANARY = "Kanarifuglvinge"
ACTION = {"text": f"Tiltak {CANARY}", "level": "now", "owner": "Leder", "due": "2027-01-15"}
MORE = ("?diagram=kake", ".html", ".md")
OF_PHONES = ("phone", "choice")
OF_WORKSHOP = (
    "contribution", "workshop_theme", "card_theme", "card_sentence", "workshop_question",
    "workshop_action", "workshop_text",
)  # fmt: skip


@pytest.fixture
def settings(database: str) -> Settings:
    return Settings(database=database, worker=False, browser=str(chromium.find() or ""))


@pytest.fixture
async def leader(browser: httpx.AsyncClient) -> Leader:
    return Leader(browser, await make())


async def voted(client: httpx.AsyncClient, leader: Leader, texts: tuple[str, ...]) -> list[Phone]:
    """Phones that have each written a card, voted for the first, and chosen at it."""
    people = [await join(client, leader.code) for _ in texts]
    for phone, text in zip(people, texts, strict=True):
        assert (await phone.write(text, f"Idé {text}", card=str(uuid.uuid4()))).is_success
    await leader.steer("next")
    first = next(iter(people[0].keys))
    for phone in people:
        assert (await phone.vote(first)).is_success
    await leader.steer("next")
    for phone in people[:-1]:
        assert (await phone.choose(first, 1)).is_success
    assert (await people[-1].choose(first, 0, f"Heller {texts[0]}")).is_success
    await leader.steer("reveal")
    assert (await leader.put(f"/notes/{first}", {"texts": [f"Sagt {texts[0]}"]})).is_success
    return people


async def work_out(leader: Leader, card: str, text: str) -> None:
    """Themes, questions, an action and a text of the report, all with the same words."""
    said = {"themes": [{"id": "own_a", "label": text}], "cards": {card: ["own_a"]}}
    assert (
        await leader.browser.post(leader.address("/propose"), headers=leader.headers)
    ).is_success
    assert (await leader.put("/themes", said)).is_success
    assert (await leader.put("/questions/own_a", {"questions": [text]})).is_success
    action = ACTION | {"text": text, "lifted": True, "recipient": text}
    assert (await leader.put(f"/actions/{uuid.uuid4()}", action)).is_success
    form = {"form_token": leader.headers["X-Form-Token"], "text": text}
    address = f"/stab/samlinger/{leader.code}/rapport/tekst/summary"
    assert (await leader.browser.post(address, data=form)).status_code == 303


def sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@pytest.mark.parametrize("ending", ["steer", "forgotten"])
async def test_closing_takes_the_phones_out_of_the_database(
    client: httpx.AsyncClient, leader: Leader, database: str, ending: str
) -> None:
    """Out of SQLite's file and its log, and PostgreSQL's rows; the counts stay."""
    people = await voted(client, leader, ("Bussen", "Skolen", "Klubben"))
    links = [sha256(phone.token) for phone in people]
    keys = [sha256(key) for phone in people for key in phone.keys.values()]
    there = await outside.everything(database)
    assert outside.found_in(there, [*links, *keys]) == [*links, *keys]
    before = await state(client, leader.code)
    if ending == "steer":
        await leader.steer("close")
    else:
        old = today() - sessions.FORGOTTEN - datetime.timedelta(days=1)
        await Workshop.update({Workshop.held: old}).where(Workshop.code == leader.code)
        await worker.once()
    assert outside.found_in(await outside.everything(database), [*links, *keys]) == []
    for table in OF_PHONES:
        assert await outside.rows(database, f"SELECT count(*) FROM {table}") == [(0,)]
    after = await state(client, leader.code)
    assert after["phase"] == "closed"
    assert after["cards"] == before["cards"]
    assert (after["phones"], after["voted"]) == (3, 3)
    top = after["cards"][0]
    assert (top["votes"], top["choices"]["counts"], top["choices"]["none"]) == (3, [2], 1)
    assert top["choices"]["texts"] == ["Heller Bussen"]
    await leader.steer("reopen")
    assert (await state(client, leader.code))["cards"] == before["cards"]
    await leader.steer("close")
    assert (await state(client, leader.code))["voted"] == 3


async def test_a_workshop_goes_when_its_days_are_over(
    client: httpx.AsyncClient, leader: Leader, database: str
) -> None:
    stays = Leader(leader.browser, await make(title="Blir stående"))
    other = (await voted(client, stays, ("Blir",)))[0]
    people = await voted(client, leader, (CANARY, f"{CANARY} to"))
    await work_out(leader, next(iter(people[0].keys)), CANARY)
    await Workshop.update({Workshop.title: CANARY}).where(Workshop.code == leader.code)
    assert outside.found_in(await outside.everything(database), [CANARY]) == [CANARY]
    for left, there in ((1, True), (0, False)):
        ends = datetime.date.today() + datetime.timedelta(days=left)
        await Workshop.update({Workshop.deletes: ends}).where(Workshop.code == leader.code)
        await worker.once()
        assert (
            bool(await outside.rows(database, f"SELECT 1 FROM workshop WHERE title = '{CANARY}'"))
            == there
        )
    for table in OF_WORKSHOP:
        kept = await outside.rows(database, f"SELECT count(*) FROM {table}")
        assert kept == [(int(table == "contribution"),)], table
    secrets = [CANARY, *(sha256(phone.token) for phone in people)]
    assert outside.found_in(await outside.everything(database), secrets) == []
    for reply in (
        await client.get(f"/api/workshops/{leader.code}"),
        await people[0].write("Finnes ikke mer"),
        await people[0].vote(),
        await client.post(f"/api/workshops/{leader.code}/phones", json={}),
        await leader.try_to_steer("next"),
    ):
        assert (reply.status_code, reply.json()["code"]) == (404, "unknown_workshop")
    assert len((await other.mine())["votes"]) == 1
    assert (await state(client, stays.code))["cards"][0]["votes"] == 1


async def test_going_back_and_forward_loses_nothing(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    people = await voted(client, leader, ("Bussen", "Skolen", "Klubben"))
    before = (await state(client, leader.code))["cards"]
    mine = [await phone.mine() for phone in people]
    for _ in range(2):
        await leader.steer("back")
    assert (await state(client, leader.code))["phase"] == "write"
    late = await join(client, leader.code)
    assert (await late.write("Kom sent")).is_success
    for phase in ("read", "talk", "themes", "onward"):
        assert (await leader.steer("next"))["phase"] == phase
    after = (await state(client, leader.code))["cards"]
    numbers = {card["challenge"]: card["number"] for card in after}
    assert numbers.pop("Kom sent") == 4
    assert [card for card in after if card["challenge"] != "Kom sent"] == before
    assert [await phone.mine() for phone in people] == mine
    for value in ("write", "talk", "read", "onward", "talk"):
        await leader.steer("go", value)
    assert (await state(client, leader.code))["cards"] == after


async def test_a_card_that_all_have_read_is_fixed(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = Leader(browser, await make("fremtidsverksted"))
    phone, card = await join(client, leader.code), str(uuid.uuid4())
    assert (await phone.write("Slik er det", card=card, stage="critique")).is_success
    await leader.steer("next")
    for stage in ("critique", "vision", None):
        changed = await phone.write("Noe helt annet", card=card, stage=stage)
        assert (changed.status_code, changed.json()["code"]) == (409, "wrong_phase")
    assert (await phone.take_back(card)).status_code == 409
    assert [c["challenge"] for c in (await state(client, leader.code))["cards"]] == ["Slik er det"]
    await leader.steer("back")
    assert (await phone.write("Slik er det, nesten", card=card)).is_success


async def test_a_hidden_card_leaves_every_view_and_file_at_once(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    people = await voted(client, leader, (f"NAV svarer ikke, {CANARY}", "Skolen"))
    card = next(iter(people[0].keys))
    await work_out(leader, card, "Tema")
    shown = {name for name, view in (await views(client, leader)).items() if CANARY in view}
    assert shown == {"state", "docx", "/rapport", *(f"/rapport{more}" for more in MORE)}
    await leader.steer("hide", card)
    for name, view in (await views(client, leader)).items():
        assert CANARY not in view, name
    seen = await state(client, leader.code)
    assert (seen["current"], len(seen["cards"])) == (None, 1)
    assert CANARY in str(await leader.state())
    await leader.steer("show", card)
    assert CANARY in str(await state(client, leader.code))


async def views(client: httpx.AsyncClient, leader: Leader) -> dict[str, str]:
    """Everything that anybody but who leads sees, and every file."""
    base = f"/stab/samlinger/{leader.code}"
    pages = ("/rapport", *(f"/rapport{more}" for more in MORE), "/oppover.csv")
    found = {"state": str(await state(client, leader.code))}
    for path in pages:
        found[path] = (await leader.browser.get(base + path)).text
    word = docx.Document(io.BytesIO((await leader.browser.get(f"{base}/rapport.docx")).content))
    found["docx"] = "".join(part.text or "" for part in word.element.iter())
    found["list"] = (await leader.browser.get("/stab/samlinger")).text
    return found


async def test_votes_for_a_hidden_card_do_not_stop_a_phone(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    phone = await join(client, leader.code)
    for text in "abc":
        assert (await phone.write(text, card=str(uuid.uuid4()))).is_success
    one, two, three = phone.keys
    await leader.steer("next")
    assert (await phone.vote(one, two)).is_success
    await leader.steer("hide", one)
    mine: dict[str, Any] = await phone.mine()
    assert mine["votes"] == [two]
    await leader.steer("show", one)
    assert (await phone.mine())["votes"] == sorted([one, two])
    await leader.steer("hide", one)
    assert (await phone.vote(*(await phone.mine())["votes"], three)).is_success
    assert (await phone.mine())["votes"] == sorted([two, three])


@pytest.mark.parametrize("value", [0, -1, True, 4 * 3600 + 1, 10**18, "60", str(uuid.UUID(int=1))])
async def test_a_timer_runs_for_a_time_that_there_is(
    client: httpx.AsyncClient, leader: Leader, value: object
) -> None:
    told = await leader.try_to_steer("timer_start", value)
    assert (told.status_code, told.json()["code"]) == (400, "unknown_value")
    assert not (await state(client, leader.code))["timer"]["running"]
    assert (await leader.steer("timer_start", 4 * 3600))["timer"]["running"]
    left = (await leader.steer("timer_stop"))["timer"]
    assert not left["running"]
    assert 0 < left["seconds_left"] <= 4 * 3600
    await leader.steer("next")
    assert not (await state(client, leader.code))["timer"]["running"]


@pytest.mark.parametrize(
    "held", ["9999-12-31", "3000-01-01", "0000-00-00", "", "2026-02-30", "\x00"]
)
async def test_a_day_that_nothing_is_held_on(browser: httpx.AsyncClient, held: str) -> None:
    page = await browser.get("/stab/samlinger")
    given = {"title": "Ny", "template": "samskaping", "language": "nb", "days": "365"}
    given |= {"held": held, "form_token": form_token(page)}
    told = await browser.post("/stab/samlinger", data=given)
    assert told.status_code == 422
    assert "aria-invalid" in told.text
    assert await Workshop.count() == 0
