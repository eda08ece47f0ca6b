"""A workshop for tests: phones, and somebody who leads it."""

import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from enumerations import Language
from server.staff import sessions as signed
from server.workshop import sessions
from server.workshop.templates import Name
from tests.server.rounds import today


async def make(template: Name = "samskaping", **changes: Any) -> str:
    """A workshop of today; returns its code."""
    given = {"title": "Samling på Lunvik", "language": Language.BOKMAL, "held": today()} | changes
    return (await sessions.make(template, **given)).code


@dataclass
class Phone:
    """A phone that has joined."""

    client: httpx.AsyncClient
    code: str
    token: str
    ticket: str
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _address(self, path: str) -> str:
        return f"/api/workshops/{self.code}/{path}"

    async def write(
        self, challenge: str, *ideas: str, card: str = "", **others: Any
    ) -> httpx.Response:
        card = card or str(uuid.uuid4())
        key = self.keys.setdefault(card, secrets.token_urlsafe(32))
        body = {"key": key, "challenge": challenge, "ideas": list(ideas), **others}
        return await self.client.put(
            self._address(f"cards/{card}"), json=body, headers=self.headers
        )

    async def take_back(self, card: str) -> httpx.Response:
        return await self.client.request(
            "DELETE",
            self._address(f"cards/{card}"),
            json={"key": self.keys[card]},
            headers=self.headers,
        )

    async def vote(self, *cards: str) -> httpx.Response:
        body = {"cards": list(cards)}
        return await self.client.put(self._address("votes"), json=body, headers=self.headers)

    async def choose(self, card: str, choice: int, text: str = "") -> httpx.Response:
        body = {"choice": choice, "text": text}
        return await self.client.put(
            self._address(f"choices/{card}"), json=body, headers=self.headers
        )

    async def mine(self) -> dict[str, Any]:
        reply = await self.client.get(self._address("mine"), headers=self.headers)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found


async def join(client: httpx.AsyncClient, code: str) -> Phone:
    reply = await client.post(f"/api/workshops/{code}/phones", json={})
    assert reply.status_code == 201, reply.text
    return Phone(client, code, **reply.json())


async def state(client: httpx.AsyncClient, code: str) -> dict[str, Any]:
    reply = await client.get(f"/api/workshops/{code}")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


@dataclass
class Leader:
    """A browser in which somebody is signed in and leads a workshop."""

    browser: httpx.AsyncClient
    code: str

    def address(self, path: str = "") -> str:
        return f"/stab/api/workshops/{self.code}{path}"

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Form-Token": signed.form_token(self.browser.cookies["fortell_stab"])}

    async def steer(self, do: str, value: Any = None) -> dict[str, Any]:
        reply = await self.try_to_steer(do, value)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    async def try_to_steer(self, do: str, value: Any = None) -> httpx.Response:
        body = {"do": do} | ({} if value is None else {"value": value})
        return await self.browser.post(self.address("/steer"), json=body, headers=self.headers)

    async def put(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.browser.put(self.address(path), json=body, headers=self.headers)

    async def state(self) -> dict[str, Any]:
        reply = await self.browser.get(self.address())
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found
