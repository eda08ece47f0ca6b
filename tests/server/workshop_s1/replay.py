"""Plays the session of S1 through the server: phones write, vote and choose; somebody leads."""

import uuid
from typing import Any

import httpx

from enumerations import Language
from tests.server import workshop_s1 as s1
from tests.server.workshop import Leader, Phone, join, make, state


async def play(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> tuple[Leader, dict[str, str]]:
    """Return who leads the workshop, which is closed, and the id of each card of the files."""
    said = s1.session()
    changes = {key: said[key] for key in ("title", "organisation", "held")}
    code = await make("samskaping", language=Language(said["language"]), **changes)
    leader = Leader(browser, code)
    await leader.put("/prompts", said["prompts"] | {"votes_each": said["votes_each"]})
    phones = [await join(client, code) for _ in s1.votes()]
    ids = {card.id: str(uuid.uuid4()) for card in s1.cards()}
    for phone, card in zip(phones, s1.cards(), strict=True):
        reply = await phone.write(card.challenge, *card.ideas, card=ids[card.id])
        assert reply.status_code == 200, reply.text
    await leader.steer("go", "read")
    for phone, cards in zip(phones, s1.votes(), strict=True):
        reply = await phone.vote(*(ids[card] for card in cards))
        assert reply.status_code == 200, reply.text
    await leader.steer("go", "talk")
    for card in said["choices"]:
        await _talk(leader, phones, card, ids[card])
    await leader.steer("go", "themes")
    await _work_out(leader, ids)
    await leader.steer("go", "closed")
    return leader, ids


async def _talk(leader: Leader, phones: list[Phone], card: str, identifier: str) -> None:
    said = s1.session()
    await leader.steer("current", identifier)
    for number, (phone, choice) in enumerate(zip(phones, said["choices"][card], strict=True)):
        if choice != "-":
            words = said["none"].get(card, {}).get(number, "")
            reply = await phone.choose(identifier, int(choice), words)
            assert reply.status_code == 200, reply.text
    await leader.steer("reveal")
    notes = {"texts": said["notes"].get(card, [])}
    assert (await leader.put(f"/notes/{identifier}", notes)).status_code == 200


async def _work_out(leader: Leader, ids: dict[str, str]) -> None:
    said = s1.session()
    proposed = await leader.browser.post(leader.address("/propose"), headers=leader.headers)
    assert proposed.status_code == 200, proposed.text
    cards = {ids[card.id]: s1.kept(card) for card in s1.cards()}
    reply = await leader.put("/themes", {"themes": said["themes"], "cards": cards})
    assert reply.status_code == 200, reply.text
    for theme, asked in said["questions"].items():
        reply = await leader.put(f"/questions/{theme}", {"questions": asked})
        assert reply.status_code == 200, reply.text
    for action in said["actions"]:
        body = action | {"due": str(action["due"])}
        reply = await leader.put(f"/actions/{uuid.uuid4()}", body)
        assert reply.status_code == 200, reply.text


async def seen(client: httpx.AsyncClient, leader: Leader) -> dict[str, Any]:
    """The workshop as everybody sees it."""
    return await state(client, leader.code)
