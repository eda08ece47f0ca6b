"""Workshops from the first card to the last count."""

import uuid

import httpx
import pytest

from enumerations import Language
from server.workshop.templates import Name, templates
from tests.server import workshop
from tests.server.workshop import Leader, join, make, state

pytestmark = pytest.mark.anyio

CARDS = {
    "Fokuset er for økonomisk styrt": ["Fagdager", "Langsiktig strategi", "Frivilligheten"],
    "Konkret forankring": ["Helseplan", "Øremerkede midler"],
    "Mange hjelpere": [],
}


@pytest.fixture
async def code(client: httpx.AsyncClient) -> str:
    return await make()


@pytest.fixture
async def leader(browser: httpx.AsyncClient, code: str) -> Leader:
    return Leader(browser, code)


async def test_the_whole_way(client: httpx.AsyncClient, leader: Leader) -> None:
    code = leader.code
    phones = [await join(client, code) for _ in range(4)]
    for phone, (challenge, ideas) in zip(phones, CARDS.items(), strict=False):
        reply = await phone.write(challenge, *ideas)
        assert reply.status_code == 200, reply.text
    seen = await state(client, code)
    assert (seen["phase"], seen["phones"], seen["written"], seen["cards"]) == ("write", 4, 3, [])

    await leader.steer("next")
    seen = await state(client, code)
    assert seen["phase"] == "read"
    assert {card["challenge"]: card["ideas"] for card in seen["cards"]} == CARDS
    assert [card["number"] for card in seen["cards"]] == [1, 2, 3]
    assert {card["votes"] for card in seen["cards"]} == {None}
    by_text = {card["challenge"]: card["id"] for card in seen["cards"]}
    first, second, third = (by_text[challenge] for challenge in CARDS)
    for phone, cards in zip(
        phones, [(first, second), (first, third), (first,), (third,)], strict=True
    ):
        assert (await phone.vote(*cards)).status_code == 200
    assert (await phones[0].mine())["votes"] == sorted([first, second])
    assert (await state(client, code))["voted"] == 4

    await leader.steer("next")
    seen = await state(client, code)
    assert [(card["votes"], card["place"], card["tied"]) for card in seen["cards"]] == [
        (3, 1, False),
        (2, 2, False),
        (1, 3, False),
    ]
    assert seen["current"] == first
    for phone, choice in zip(phones, [1, 2, 2, 0], strict=True):
        text = "Snakk med oss først" if choice == 0 else ""
        assert (await phone.choose(first, choice, text)).status_code == 200
    seen = await state(client, code)
    assert (seen["answered"], seen["revealed"], seen["cards"][0]["choices"]) == (4, False, None)
    await leader.steer("reveal")
    shown = (await state(client, code))["cards"][0]["choices"]
    assert shown == {"counts": [1, 2, 0], "none": 1, "n": 4, "texts": ["Snakk med oss først"]}
    assert (await leader.put(f"/notes/{first}", {"texts": ["Det haster"]})).status_code == 200

    for phase in ("themes", "onward", "closed"):
        await leader.steer("next")
        assert (await state(client, code))["phase"] == phase
    after = await state(client, code)
    assert (after["phones"], after["voted"]) == (4, 4)
    assert [card["votes"] for card in after["cards"]] == [3, 2, 1]
    assert after["cards"][0]["choices"] == shown
    assert after["cards"][0]["notes"] == ["Det haster"]
    gone = await client.get(f"/api/workshops/{code}/mine", headers=phones[0].headers)
    assert (gone.status_code, gone.json()["code"]) == (401, "unknown_phone")


async def test_a_future_workshop_links_its_stages(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = Leader(browser, await make("fremtidsverksted"))
    phone = await join(client, leader.code)
    critique = str(uuid.uuid4())
    assert (await phone.write("Ingen hører på oss", card=critique)).status_code == 200
    await leader.steer("next")
    seen = await state(client, leader.code)
    assert (seen["phase"], seen["stage"]) == ("write", "vision")
    assert [card["id"] for card in seen["cards"]] == [critique]
    vision = str(uuid.uuid4())
    reply = await phone.write("Alle blir hørt", card=vision, follows=critique)
    assert reply.status_code == 200, reply.text
    await leader.steer("next")
    reply = await phone.write("Elevråd hver uke", follows=critique)
    assert (reply.status_code, reply.json()["code"]) == (400, "unknown_card")
    assert (await phone.write("Elevråd hver uke", follows=vision)).status_code == 200
    await leader.steer("next")
    cards = (await state(client, leader.code))["cards"]
    assert [card["stage"] for card in cards] == ["critique", "vision", "realisation"]
    assert [card["follows"] for card in cards] == [None, critique, vision]


async def test_each_stage_asks_its_own_and_what_was_put_instead_stays_with_it(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = Leader(browser, await make("fremtidsverksted"))

    async def asked() -> str:
        found: str = (await state(client, leader.code))["prompts"]["challenge"]
        return found

    assert await asked() == "Hva er ikke bra i dag?"
    own = {"challenge": "Hva er dumt med møtene?", "ideas": "Gi eksempler"}
    assert (await leader.put("/prompts", own)).status_code == 200
    await leader.steer("next")
    assert await asked() == "Hvordan skulle det ha vært?"
    await leader.steer("back")
    assert (await state(client, leader.code))["prompts"] == own
    await leader.steer("stage", "realisation")
    assert await asked() == "Hva kan vi få til?"
    await leader.steer("next")
    await leader.steer("back")
    assert await asked() == "Hva kan vi få til?"
    report = await browser.get(f"/stab/samlinger/{leader.code}/rapport.md")
    places = [
        report.text.index(text)
        for text in (
            "Hva er dumt med møtene?",
            "Gi eksempler",
            "Hvordan skulle det ha vært?",
            "Hva kan vi få til?",
        )
    ]
    assert places == sorted(places)
    assert "Hva er ikke bra i dag?" not in report.text


@pytest.mark.parametrize("template", templates())
@pytest.mark.parametrize("language", Language)
async def test_every_step_has_something_to_say_and_writing_has_something_to_ask(
    browser: httpx.AsyncClient, template: Name, language: Language
) -> None:
    leader = Leader(browser, await make(template, language=language))
    scripts, asked = [], []
    for step in templates()[template].steps:
        seen = await leader.state()
        assert (seen["phase"], seen["stage"]) == (step.phase, step.stage)
        scripts.append(" ".join(seen["script"]))
        if step.phase == "write":
            asked.append(tuple(seen["prompts"].values()))
        await leader.steer("next")
    scripts.append(" ".join((await leader.state())["script"]))
    assert all(len(said.split()) > 10 for said in scripts)
    assert len(set(scripts)) == len(scripts)
    assert all(text for pair in asked for text in pair)
    assert len(set(asked)) == len(asked)


async def test_a_page_makes_a_workshop(browser: httpx.AsyncClient) -> None:
    from tests.server.conftest import form_token

    page = await browser.get("/stab/samlinger")
    assert page.status_code == 200, page.text
    given = {"title": "Ny", "template": "samskaping", "language": "nn", "held": "2026-12-01"}
    given |= {"days": "30", "organisation": "Lunvik", "form_token": form_token(page)}
    made = await browser.post("/stab/samlinger", data=given)
    assert made.status_code == 303, made.text
    code = made.headers["location"].rsplit("/", 1)[1]
    seen = await workshop.state(browser, code)
    assert (seen["title"], seen["language"], seen["deletes"]) == ("Ny", "nn", "2026-12-31")
    wrong = await browser.post("/stab/samlinger", data=given | {"title": " ", "held": "i morgen"})
    assert wrong.status_code == 422
    assert "aria-invalid" in wrong.text
