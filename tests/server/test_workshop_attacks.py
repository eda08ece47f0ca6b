"""A malicious phone in a workshop: what it sends is refused clearly, and changes nothing."""

import json
import secrets
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from server.staff import sessions as signed
from server.workshop import cards, limits, phones
from server.workshop.phones import FREE_JOINS
from tests.server import outside
from tests.server.conftest import sign_in
from tests.server.working import solve
from tests.server.workshop import Leader, Phone, join, make, state

pytestmark = pytest.mark.anyio
MESSAGES = Path(__file__).parents[2] / "frontend" / "samling" / "messages"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
async def leader(browser: httpx.AsyncClient) -> Leader:
    return Leader(browser, await make())


def refused(reply: httpx.Response, status: int, code: str) -> None:
    """See that a refusal says what happened and what to do."""
    assert (reply.status_code, reply.json().get("code")) == (status, code), reply.text
    assert reply.headers["content-type"] == "application/json"
    assert all(len(reply.json()[part]) > 5 for part in ("message", "next"))


async def written(phone: Phone, *texts: str) -> dict[str, str]:
    """Cards that a phone has written, by their text."""
    ids = {text: str(uuid.uuid4()) for text in texts}
    for text, card in ids.items():
        assert (await phone.write(text, "en", "to", card=card)).status_code == 200
    return ids


def spellings(secret: str) -> list[str]:
    """Other words for the same bytes: the last letter has two bits to spare, + and / may do."""
    at = ALPHABET.index(secret[-1])
    last = [secret[:-1] + ALPHABET[at ^ spare] for spare in (1, 2, 3)]
    others = [*last, secret.replace("-", "+").replace("_", "/"), f"{secret}=", f" {secret}"]
    return [spelt for spelt in others if spelt != secret]


async def test_a_token_has_one_spelling(client: httpx.AsyncClient, leader: Leader) -> None:
    """Else one phone would have as many cards and as much pace as it can spell itself."""
    phone = await join(client, leader.code)
    while "-" not in phone.token and "_" not in phone.token:
        phone = await join(client, leader.code)
    for spelt in spellings(phone.token):
        forged = Phone(client, leader.code, spelt, phone.ticket)
        refused(await forged.write("Forfalsket"), 401, "unknown_phone")
    assert (await phone.write("Ekte")).status_code == 200
    held = client._transport.app.state.workshops  # type: ignore[attr-defined]
    workshop = await held.id_of(leader.code)
    assert held.mint.is_ours(phone.ticket, workshop, phones.TICKET)
    for ticket in spellings(phone.ticket):
        assert not held.mint.is_ours(ticket, workshop, phones.TICKET)


async def test_tokens_that_were_not_given_here_open_nothing(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    here = await join(client, leader.code)
    there = await join(client, await make())
    made_up = secrets.token_urlsafe(32)
    for token in (
        there.token,
        here.ticket,
        there.ticket,
        made_up,
        "",
        "Bearer",
        "\xe6" * 43,
        "a" * 9,
    ):
        phone = Phone(client, leader.code, token, "")
        header = {"Authorization": f"Bearer {token}".encode("latin-1")}
        for method, path, body in (
            ("PUT", f"cards/{uuid.uuid4()}", {"key": made_up, "challenge": "x"}),
            ("DELETE", f"cards/{uuid.uuid4()}", {"key": made_up}),
            ("PUT", "votes", {"cards": []}),
            ("PUT", f"choices/{uuid.uuid4()}", {"choice": 0}),
            ("GET", "mine", None),
        ):
            reply = await client.request(method, phone._address(path), json=body, headers=header)
            refused(reply, 401, "unknown_phone")
    seen = await state(client, leader.code)
    assert (seen["written"], seen["phones"]) == (0, 1)


async def test_cards_of_others_and_cards_that_are_gone(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    mine, other = await join(client, leader.code), await join(client, leader.code)
    elsewhere = await join(client, await make())
    ids = await written(mine, "Mitt kort", "Skjult", "Tatt tilbake")
    theirs = await written(elsewhere, "Et annet sted")
    assert (await mine.take_back(ids.pop("Tatt tilbake"))).status_code == 200
    for thief in (other, elsewhere):
        refused(await thief.write("Kapret", card=ids["Mitt kort"]), 403, "not_yours")
        refused(await thief.take_back(ids["Mitt kort"]), 403, "not_yours")
    elsewhere.keys |= mine.keys
    refused(await elsewhere.write("Kapret", card=ids["Mitt kort"]), 403, "not_yours")
    early = await mine.vote(ids["Mitt kort"])
    refused(early, 409, "wrong_phase")
    refused(await mine.choose(ids["Mitt kort"], 1), 409, "wrong_phase")
    await leader.steer("next")
    await leader.steer("hide", ids["Skjult"])
    refused(await mine.write("For sent"), 409, "wrong_phase")
    refused(await mine.take_back(ids["Mitt kort"]), 409, "wrong_phase")
    for card in (ids["Skjult"], theirs["Et annet sted"], str(uuid.uuid4())):
        refused(await mine.vote(ids["Mitt kort"], card), 400, "unknown_card")
    assert (await mine.mine())["votes"] == []
    seen = await state(client, leader.code)
    assert [card["challenge"] for card in seen["cards"]] == ["Mitt kort"]


async def test_votes_are_counted_once_and_never_more_than_there_are(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    phone, other = await join(client, leader.code), await join(client, leader.code)
    ids = list((await written(phone, *"abcdefg")).values())
    await leader.steer("next")
    each = (await state(client, leader.code))["votes_each"]
    refused(await phone.vote(*ids[: each + 1]), 400, "too_many_votes")
    assert (await phone.vote(*[ids[0]] * 20)).status_code == 200
    refused(await phone.vote(*[ids[0]] * 21), 400, "invalid")
    for _ in range(3):
        assert (await phone.vote(*ids[:each])).status_code == 200
    assert (await other.vote(ids[0])).status_code == 200
    lower = await leader.put("/prompts", {"votes_each": 1})
    refused(lower, 409, "votes_given")
    assert (await phone.vote(ids[0])).status_code == 200
    assert (await leader.put("/prompts", {"votes_each": 1})).status_code == 200
    refused(await phone.vote(*ids[:2]), 400, "too_many_votes")
    await leader.steer("next")
    refused(await phone.vote(ids[1]), 409, "wrong_phase")
    assert {card["votes"] for card in (await state(client, leader.code))["cards"]} == {2, 0}


async def test_choices_that_do_not_fit(client: httpx.AsyncClient, leader: Leader) -> None:
    phone = await join(client, leader.code)
    ids = await written(phone, "a", "b")
    assert (await phone.vote()).status_code == 409
    await leader.steer("go", "talk")
    now = (await state(client, leader.code))["current"]
    later = next(card for card in ids.values() if card != now)
    refused(await phone.choose(later, 1), 409, "not_current")
    refused(await phone.choose(str(uuid.uuid4()), 1), 409, "not_current")
    refused(await phone.choose(now, 3), 400, "unknown_idea")
    for choice in (-1, 4, 2**63, 10**30, True, "1", None, 1.5):
        refused(await phone.choose(now, choice), 400, "invalid")  # type: ignore[arg-type]
    for choice in (1, 2, 2):
        assert (await phone.choose(now, choice)).status_code == 200
    assert (await state(client, leader.code))["answered"] == 1
    await leader.steer("hide", now)
    refused(await phone.choose(now, 1), 400, "unknown_card")
    await leader.steer("show", now)
    await leader.steer("reveal")
    refused(await phone.choose(now, 1), 409, "revealed")
    shown = next(c for c in (await state(client, leader.code))["cards"] if c["id"] == now)
    assert shown["choices"] == {"counts": [0, 1], "none": 0, "n": 1, "texts": []}


async def test_a_workshop_that_is_over_takes_nothing(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    phone = await join(client, leader.code)
    ids = await written(phone, "a")
    await leader.steer("close")
    for again in (False, True):
        if again:
            await leader.steer("reopen")
            refused(await leader.try_to_steer("go", "write"), 409, "counted")
            refused(await leader.try_to_steer("go", "read"), 409, "counted")
            await leader.steer("go", "talk")
            await leader.steer("current", ids["a"])
        reply = await client.post(f"/api/workshops/{leader.code}/phones", json={})
        refused(reply, 409, "door_closed")
        refused(await phone.write("b"), 409, "wrong_phase")
        refused(await phone.take_back(ids["a"]), 409, "wrong_phase")
        refused(await phone.vote(ids["a"]), 409, "counted")
        refused(await phone.choose(ids["a"], 1), 409, "counted")
    seen = await state(client, leader.code)
    assert (seen["phones"], seen["voted"], seen["answered"], seen["written"]) == (1, 0, 0, 1)


STAFF = (
    ("GET", "", None),
    ("GET", "/events", None),
    ("GET", "/actions", None),
    ("POST", "/steer", {"do": "close"}),
    ("PUT", "/prompts", {"title": "Kapret"}),
    ("PUT", f"/notes/{uuid.uuid4()}", {"texts": ["Kapret"]}),
    ("POST", "/propose", None),
    ("PUT", "/themes", {"themes": [], "cards": {}}),
    ("PUT", "/questions/A1_relasjon_tillit", {"questions": []}),
    ("PUT", f"/actions/{uuid.uuid4()}", {"text": "x", "level": "now", "owner": "y", "due": None}),
    ("DELETE", f"/actions/{uuid.uuid4()}", None),
)


async def test_a_phone_leads_nothing(
    app: Litestar, browser: httpx.AsyncClient, leader: Leader, account: tuple[str, str]
) -> None:
    """Not with its own secret, a made-up or ended session, or without the form's token."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as stranger:
        phone = await join(stranger, leader.code)
        await sign_in(stranger, *account)
        ended = stranger.cookies["fortell_stab"]
        await stranger.post("/stab/ut", data={"form_token": signed.form_token(ended)})
        stranger.cookies.clear()
        for session in (None, secrets.token_urlsafe(32), phone.token, ended):
            headers = phone.headers | {"X-Form-Token": signed.form_token(session or "")}
            if session:
                headers["Cookie"] = f"fortell_stab={session}"
            for method, path, body in STAFF:
                at = leader.address(path)
                reply = await stranger.request(method, at, json=body, headers=headers)
                refused(reply, 401, "not_signed_in")
    good = leader.headers["X-Form-Token"]
    for headers in (
        {},
        {"X-Form-Token": ""},
        {"X-Form-Token": signed.form_token("another")},
        {"X-Form-Token": good, "Sec-Fetch-Site": "cross-site"},
        {"X-Form-Token": good, "Sec-Fetch-Site": "same-site"},
    ):
        for method, path, body in STAFF:
            if method == "GET":
                continue
            reply = await browser.request(method, leader.address(path), json=body, headers=headers)
            refused(reply, 403, "forbidden")
    seen = await state(browser, leader.code)
    assert (seen["phase"], seen["title"], seen["actions"]) == ("write", "Samling på Lunvik", [])


async def test_floods_of_joins_are_asked_to_work_and_the_room_goes_on(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    inside = await join(client, leader.code)
    address = f"/api/workshops/{leader.code}"
    told = [await client.post(f"{address}/phones", json={}) for _ in range(2 * FREE_JOINS)]
    assert FREE_JOINS <= sum(reply.status_code == 201 for reply in told) < 1.5 * FREE_JOINS
    refused(told[-1], 400, "work_missing")
    for wrong in (
        {"challenge": "1.1." + "a" * 22, "nonce": "1"},
        {"challenge": "x", "nonce": "1"},
    ):
        body = {"ask": secrets.token_urlsafe(16), "work": wrong}
        refused(await client.post(f"{address}/phones", json=body), 400, "work_expired")
    given, ask = (await client.get(f"{address}/work")).json(), secrets.token_urlsafe(16)
    work = solve(given["challenge"], given["bits"], ask)
    assert (await client.post(f"{address}/phones", json={"work": work})).status_code == 400
    other = {"ask": secrets.token_urlsafe(16), "work": work}
    refused(await client.post(f"{address}/phones", json=other), 400, "work_wrong")
    there = f"/api/workshops/{await make()}/phones"
    refused(await client.post(there, json={"ask": ask, "work": work}), 400, "work_expired")
    assert (await client.post(there, json={})).status_code == 201, "another room has its own door"
    good = await client.post(f"{address}/phones", json={"ask": ask, "work": work})
    assert good.status_code == 201
    assert (await inside.write("Vi går videre")).status_code == 200
    await leader.steer("door", False)
    assert (await leader.steer("next"))["phase"] == "read"


async def test_one_phone_that_floods_hinders_no_other(
    client: httpx.AsyncClient, leader: Leader
) -> None:
    flooding, other = await join(client, leader.code), await join(client, leader.code)
    told = [await flooding.write(f"Kort {number}") for number in range(60)]
    kept = sum(reply.status_code == 200 for reply in told)
    assert kept == limits.CARDS_EACH
    refused(told[limits.CARDS_EACH], 409, "too_many_cards")
    refused(told[-1], 429, "too_many")
    assert int(told[-1].headers["retry-after"]) > 0
    refused(await client.get(flooding._address("mine"), headers=flooding.headers), 429, "too_many")
    assert (await other.write("Jeg får sagt mitt")).status_code == 200
    assert (await leader.steer("next"))["written"] == kept + 1


async def test_a_room_that_is_full_goes_on(
    app: Litestar, client: httpx.AsyncClient, leader: Leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.state.workshops.most_phones = 3
    monkeypatch.setattr(cards, "MOST", 2)
    inside = [await join(client, leader.code) for _ in range(3)]
    refused(await client.post(f"/api/workshops/{leader.code}/phones", json={}), 409, "full")
    for phone, text in zip(inside[:2], "ab", strict=True):
        assert (await phone.write(text, card=(card := str(uuid.uuid4())))).is_success
    refused(await inside[2].write("c"), 409, "full")
    assert (await phone.write("b, men klarere", card=card)).is_success
    assert (await inside[0].take_back(next(iter(inside[0].keys)))).is_success
    assert (await inside[2].write("c")).is_success
    await leader.steer("next")
    assert (await inside[2].vote(card)).is_success
    assert len((await state(client, leader.code))["cards"]) == 2


def texts_of(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((MESSAGES / f"telefon.{language}.json").read_text("utf-8"))
    return found


SHOWN = (
    "door_closed", "full", "busy", "unknown_workshop", "too_many_cards", "too_many", "empty",
    "too_large", "invalid", "not_yours", "unknown_card", "unknown_stage", "work_missing",
    "work_expired", "work_wrong",
)  # fmt: skip
"""Codes that a phone's page shows; what votes and choices are refused with is put right in it."""


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_a_refusal_has_words_on_the_phone(language: str) -> None:
    said = texts_of(language)
    for code in SHOWN:
        assert said[f"error.{code}"] != said["error.unexpected"]
        assert said[f"error.{code}.next"], code


async def test_nothing_of_an_attack_is_kept(
    client: httpx.AsyncClient, leader: Leader, database: str
) -> None:
    """What is refused for its text leaves no row; what is taken is stored without its controls."""
    phone = await join(client, leader.code)
    odd: dict[str, Any] = {
        "too long": "x" * 501,
        "nothing but controls": "\x00\x08\u202e\u2066\n\r\t \u2028",
        "empty": "",
    }
    for text in odd.values():
        assert (await phone.write(text)).status_code == 400
        assert (await phone.write("Greit", text or "x" * 501)).status_code in (200, 400)
    nasty = "a\x00b\u202ec\u2067d\x1b[31me\x7f"
    assert (await phone.write(nasty, nasty)).status_code == 200
    rows = await outside.rows(database, "SELECT challenge, ideas FROM contribution")
    stored = "".join(text for row in rows for text in row)
    assert "abcd[31me" in stored
    assert not {"\x00", "\u202e", "\u2067", "\x1b", "\x7f"} & {*stored}
    assert "\\u" not in stored
    for raw in (b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xed\xa0\x80"', b'"\xff"', b"[" * 5000):
        body = b'{"key":"' + b"k" * 22 + b'","challenge":' + raw + b"}"
        headers = phone.headers | {"Content-Type": "application/json"}
        at = phone._address(f"cards/{uuid.uuid4()}")
        refused(await client.put(at, content=body, headers=headers), 400, "invalid")
    huge = {"key": "k" * 22, "challenge": "x" * 20_000}
    reply = await client.put(
        phone._address(f"cards/{uuid.uuid4()}"), json=huge, headers=phone.headers
    )
    refused(reply, 413, "too_large")


@pytest.mark.parametrize(
    "code", ["%00", "%00%00%00%00%00%00", "%ED%A0%80", "%F0%9F%92%99", "A" * 900]
)
async def test_codes_that_are_none(client: httpx.AsyncClient, code: str) -> None:
    for path in ("", "/work", "/mine", "/events"):
        reply = await client.get(f"/api/workshops/{code}{path}")
        refused(reply, 404, "unknown_workshop")
    assert (await client.get(f"/s/{code}/qr.svg")).status_code == 404
