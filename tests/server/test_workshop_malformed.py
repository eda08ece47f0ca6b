"""Ten thousand bodies that are nearly right, at every route of a phone in a workshop."""

import json
import random
import secrets
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar

from server.workshop import cards, changes, sessions
from server.workshop.limits import Pace
from server.workshop.sessions import Steering
from server.workshop.tables import Choice, Contribution, Phone
from tests.server import workshop
from tests.server.malformed import CANARY, spoilt
from tests.server.workshop import join, make

pytestmark = pytest.mark.anyio
BODIES = {"cards": 3000, "gone": 1500, "votes": 2500, "choices": 2000, "phones": 1000}
Maker = Callable[[], tuple[str, dict[str, Any]]]


class Attack:
    """Sends spoilt bodies from one phone and looks at every reply."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.chance = random.Random(secrets.randbits(64))
        self.told: Counter[str] = Counter()

    async def spoil(
        self, count: int, method: str, phone: workshop.Phone, good: Maker
    ) -> list[bytes]:
        """Send so many; returns those that were taken all the same."""
        taken = []
        for _ in range(count):
            path, body = good()
            content, kind = spoilt(self.chance, body)
            headers = phone.headers | {"Content-Type": kind}
            at = f"/api/workshops/{phone.code}/{path}"
            reply = await self.client.request(method, at, content=content, headers=headers)
            self._look(reply, (method, path, kind, content[:3000], reply.status_code))
            if reply.is_success:
                taken.append(content)
        return taken

    def _look(self, reply: httpx.Response, said: Any) -> None:
        self.told["taken" if reply.is_success else reply.json()["code"]] += 1
        assert CANARY not in (reply.text + str(reply.headers)).lower(), said
        if reply.is_success:
            return
        assert 400 <= reply.status_code < 500, said
        assert reply.headers["content-type"] == "application/json", said
        assert reply.json().keys() == {"code", "message", "next"}, said
        assert all(reply.json().values()), said


@pytest.fixture
async def attack(app: Litestar) -> Attack:
    """In front of a server that lets one phone hurry, so that what is spoilt comes far."""
    app.state.workshops.pace = Pace(1e9, 1e9)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return Attack(httpx.AsyncClient(transport=transport, base_url="http://test.local"))


async def at(client: httpx.AsyncClient, phase: str) -> tuple[workshop.Phone, list[str]]:
    """A phone in a workshop at some step, where there are cards."""
    phone = await join(client, await make())
    for text in "abcde":
        assert (await phone.write(text, "en", "to")).is_success
    row = await sessions.find(phone.code)
    held = await changes.hold(row.id)
    assert held is not None
    await sessions.steer(held, Steering("go", phase))
    return phone, list(phone.keys)


def test_enough_bodies_are_sent() -> None:
    assert sum(BODIES.values()) >= 10_000


async def test_cards_that_are_nearly_right(attack: Attack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards.limits, "CARDS_EACH", 10**6)
    phone, before = await at(attack.client, "write")

    def new() -> tuple[str, dict[str, Any]]:
        text = f"Kort {CANARY}"
        body = {"key": secrets.token_urlsafe(32), "challenge": text, "ideas": [text]}
        return f"cards/{uuid.uuid4()}", body | {"stage": attack.chance.choice([None, "vision"])}

    def gone() -> tuple[str, dict[str, Any]]:
        return f"cards/{attack.chance.choice(before)}", {"key": secrets.token_urlsafe(32)}

    taken = await attack.spoil(BODIES["cards"], "PUT", phone, new)
    assert await attack.spoil(BODIES["gone"], "DELETE", phone, gone) == []
    kept = await Contribution.select()
    assert len(kept) == len(taken) + len(before)
    assert {row["id"] for row in kept} >= {uuid.UUID(card) for card in before}
    for row in kept:
        ideas = json.loads(row["ideas"])
        assert 0 < len(row["challenge"]) <= 500
        assert len(ideas) <= 3
        assert not {"\0", "\u202e"} & set("".join([row["challenge"], *ideas]))
    assert attack.told.keys() >= {"taken", "invalid", "empty", "unknown_stage", "not_yours"}


async def test_votes_and_choices_that_are_nearly_right(attack: Attack) -> None:
    voting, ids = await at(attack.client, "read")
    each = (await sessions.find(voting.code)).votes_each

    def votes() -> tuple[str, dict[str, Any]]:
        some = attack.chance.sample([*ids, str(uuid.uuid4())], attack.chance.randrange(1, 6))
        return "votes", {"cards": some}

    await attack.spoil(BODIES["votes"], "PUT", voting, votes)
    (row,) = await Phone.select().where(Phone.workshop == (await sessions.find(voting.code)).id)
    given = json.loads(row["votes"])
    assert len(set(given)) == len(given) <= each
    assert set(given) <= set(ids)
    assert attack.told.keys() >= {"taken", "invalid", "unknown_card", "too_many_votes"}

    choosing, _ = await at(attack.client, "talk")
    now = str((await sessions.find(choosing.code)).current)
    path = f"choices/{now}"
    taken = await attack.spoil(
        BODIES["choices"], "PUT", choosing, lambda: (path, {"choice": 0, "text": CANARY})
    )
    (made,) = await Choice.select()
    assert made["choice"] in range(3)
    assert len(made["text"]) <= 500
    assert str(made["card"]) == now
    assert taken
    assert await Phone.count() == 2


async def test_joining_that_is_nearly_right(attack: Attack) -> None:
    phone = await join(attack.client, await make())
    work = {"challenge": f"1.1.{'a' * 22}", "nonce": "1"}
    body = {"ask": secrets.token_urlsafe(16), "work": work}
    taken = await attack.spoil(BODIES["phones"], "POST", phone, lambda: ("phones", body))
    assert await Phone.count() == len(taken) + 1
    assert attack.told.keys() >= {"invalid", "work_expired"}


ODD = ("", "x", "Bearer", "\xff" * 43, "A" * 43, "-" * 43, "A" * 20_000, "\t", "=" * 43)


async def test_odd_tokens_and_tickets_get_no_error_of_ours(attack: Attack) -> None:
    code = await make()
    for text in ODD:
        for scheme in ("Bearer", "bearer", "Basic", ""):
            header = {"Authorization": f"{scheme} {text}".strip().encode("latin-1")}
            reply = await attack.client.get(f"/api/workshops/{code}/mine", headers=header)
            assert (reply.status_code, reply.json()["code"]) == (401, "unknown_phone")
        reply = await attack.client.get("/api/workshops/INGEN9/events", params={"ticket": text})
        assert (reply.status_code, reply.json()["code"]) == (404, "unknown_workshop")
