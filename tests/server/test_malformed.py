"""Ten thousand bodies that are nearly right: refused, repeated nowhere, nothing lost or doubled."""

import json
import random
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from litestar import Litestar

from server import keys
from server.collect import live, rounds, signers, work
from server.collect.tables import Inbox, Spent, Tombstone
from server.signer.app import create_app
from server.signer.store import Store
from tests.server import phone
from tests.server.malformed import CANARY, spoilt
from tests.server.rounds import CODE, answer, file_text, receipt, words

pytestmark = pytest.mark.anyio
INVITED = "INVITE26"
OPEN_SEND, INVITED_SEND = (f"/api/rounds/{code}/responses" for code in (CODE, INVITED))
BODIES = {"open": 3000, "invited": 2500, "proposals": 1500, "withdrawals": 1500, "signer": 1500}
BETWEEN = 100
"""After so many bodies a good answer is sent, twice."""

KEY = rsa.generate_private_key(65537, keys.BITS)
Maker = Callable[[], dict[str, Any]]


class Attack:
    """Sends spoilt bodies and looks at every reply.

    Args:
        client: in front of a running application.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.chance = random.Random(secrets.randbits(64))
        self.told: Counter[str] = Counter()

    async def spoil(self, count: int, path: str, good: Maker) -> int:
        """Send so many to one address; returns how many were taken all the same."""
        taken = 0
        for _ in range(count):
            content, kind = spoilt(self.chance, good())
            reply = await self.client.post(path, content=content, headers={"Content-Type": kind})
            self._look(reply, (path, kind, content[:3000], reply.status_code, reply.text[:300]))
            taken += reply.is_success
        return taken

    def _look(self, reply: httpx.Response, said: Any) -> None:
        """See that a refusal is clear, and repeats nothing."""
        self.told["taken" if reply.is_success else reply.json()["code"]] += 1
        if reply.is_success:
            return
        assert 400 <= reply.status_code < 500, said
        assert reply.headers["content-type"] == "application/json", said
        assert reply.json().keys() == {"code", "message", "next"}, said
        assert all(reply.json().values()), said
        assert CANARY not in (reply.text + str(reply.headers)).lower(), said
        assert not re.search("[0-9A-Za-z_-]{32}", reply.text), said


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that is always done, so that what is spoilt comes far, and a signer that is there."""
    monkeypatch.setattr(work, "FLOOR", 0)
    monkeypatch.setattr(work, "EASY", 1e12)

    async def there(*args: Any) -> bool:
        return True

    monkeypatch.setattr(signers, "_is_there", there)


@pytest.fixture
async def attack(app: Litestar, lenient: None) -> AsyncIterator[Attack]:
    """In front of a server with an open round and an invited one."""
    invited = {"signer": "https://signer.example.no", "key": keys.write_key(KEY.public_key())}
    apart = {"key": "annen", "name": words("Annen kommune")}
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    text = file_text(code=INVITED, organisation=apart, mode="invited", invited=invited)
    await rounds.keep(rounds.parse(text, "round.yaml"))
    live.forget()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as client:
        yield Attack(client)


async def solution(client: httpx.AsyncClient, code: str) -> dict[str, str]:
    """Work that is done for whatever is sent to a round."""
    told = (await client.get(f"/api/rounds/{code}/work")).json()
    assert told["bits"] == 0
    return {"challenge": told["challenge"], "nonce": "0"}


def full(chance: random.Random, **more: Any) -> dict[str, Any]:
    """An answer with all that one can have in it; few with a story, for a model reads those."""
    seal = {"text": CANARY, "proposed": [], "seal": "x" * 43, "themes": [], "first": None}
    texts: dict[str, Any] = chance.choices(
        [{}, {"stories": {"n1": f"Hei {CANARY}"}}, {"sealed": {"n1": seal}}], [8, 1, 1]
    )[0]
    given = {"mt1": 4, "mt2": "dont_know", "mt10": 2}
    return answer(answers=given, age_band="16-17", **texts, **more)


def test_enough_bodies_are_sent() -> None:
    assert sum(BODIES.values()) >= 10_000


async def test_answers_that_are_nearly_right_hinder_and_double_none(attack: Attack) -> None:
    """In an open round and an invited one; what is taken all the same is counted, and kept once."""
    done = {code: await solution(attack.client, code) for code in (CODE, INVITED)}
    tokens = [phone.token(KEY) for _ in range(60)]
    good: dict[str, tuple[str, Maker]] = {
        "open": (OPEN_SEND, lambda: full(attack.chance, work=done[CODE])),
        "invited": (
            INVITED_SEND,
            lambda: full(attack.chance, work=done[INVITED], token=attack.chance.choice(tokens)),
        ),
    }
    taken, mine = Counter[str](), set[str]()
    for name, (path, make) in good.items():
        for _ in range(BODIES[name] // BETWEEN):
            taken[name] += await attack.spoil(BETWEEN, path, make)
            body = answer(work=done[CODE])
            for _ in range(2):
                assert (await attack.client.post(OPEN_SEND, json=body)).status_code == 201
            mine.add(body["receipt_hash"])
    kept = [row["receipt_hash"] for row in await Inbox.select(Inbox.receipt_hash)]
    assert len(kept) == len(set(kept)) == len(mine) + taken["open"] + taken["invited"]
    assert mine <= set(kept)
    assert await Spent.count() == taken["invited"] <= len(tokens)
    assert attack.told.keys() >= {
        "invalid", "unknown_option", "unknown_item", "unknown_service", "wrong_form", "seal_wrong",
        "token_missing", "token_wrong", "token_spent", "work_missing", "work_expired",
    }  # fmt: skip
    for row in await Inbox.select(Inbox.document):
        document = json.loads(row["document"]) | {"stories": None}
        assert CANARY not in str(document)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_proposals_and_withdrawals_that_are_nearly_right_change_nothing(
    attack: Attack,
) -> None:
    done = await solution(attack.client, CODE)
    sent = [answer(work=done) for _ in range(20)]
    for body in sent:
        assert (await attack.client.post(OPEN_SEND, json=body)).status_code == 201
    story = {"language": "nb", "stories": {"n1": f"Hei {CANARY}"}, "work": done}
    await attack.spoil(BODIES["proposals"], f"/api/rounds/{CODE}/proposals", lambda: story)
    path = f"/api/rounds/{CODE}/withdrawals"
    await attack.spoil(BODIES["withdrawals"], path, lambda: {"withdraw": receipt()})
    assert await Inbox.count() == len(sent)
    assert await Tombstone.count() == 0


async def test_wishes_that_are_nearly_right_use_up_no_invitation(tmp_path: Path) -> None:
    file = tmp_path / "signer.db"
    with closing(Store(file)) as store:
        public, invitations = store.add_round(CODE, 300)
    app, path = create_app(file), f"/rounds/{CODE}/sign"
    blinded = phone.base64url(phone.blind(keys.read_key(public)).blinded)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://signer.local") as client,
    ):
        attack = Attack(client)

        def wish(invitation: str | None = None) -> dict[str, Any]:
            mine = invitation or attack.chance.choice(invitations)
            return {"invitation": mine, "blinded": blinded}

        taken = await attack.spoil(BODIES["signer"], path, wish)
        good = [await client.post(path, json=wish(one)) for one in invitations]
    assert attack.told.keys() >= {"invalid", "not_blinded", "invitation_unknown"}
    told = Counter(reply.status_code for reply in good)
    assert told.keys() <= {200, 409}
    assert told[409] <= taken
