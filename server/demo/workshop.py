"""Fjordvik's workshops: one to join, and one that is over and has a report to look at."""

import datetime
import secrets
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import yaml

from enumerations import Language
from server.workshop import cards, onward, outcome, phones, sessions, themes
from server.workshop.changes import Changes
from server.workshop.phones import NewChoice
from server.workshop.sessions import Do, Steering
from server.workshop.tables import Workshop

OPEN = "Ungt utenforskap: hva kan vi få til sammen?"
HOST = "Fjordvik kommune"
KEPT = 365


class Room:
    """Makes changes in one workshop, one after the other."""

    def __init__(self, workshop: UUID) -> None:
        self.id = workshop
        self._changes = Changes(1, lambda _: None)

    async def do(self, work: Callable[..., Awaitable[Any]], *given: Any) -> None:
        """Do something that is given the workshop's row first."""
        await self._changes.make(self.id, lambda row: work(row, *given))

    async def say(self, work: Callable[..., Awaitable[Any]], *given: Any) -> None:
        """Do something that is given the workshop's id first."""
        await self._changes.make(self.id, lambda row: work(row.id, *given))

    async def steer(self, what: Do, value: str | None = None) -> None:
        """Take it to another step, or to another card."""
        await self.do(sessions.steer, Steering(what, value))


async def open_one() -> str:
    """Code of a workshop to join: the one that is open, or a new one."""
    kept = await Workshop.select(Workshop.code).where(Workshop.counted.eq(False)).first()
    return str(kept["code"]) if kept else (await _make(OPEN)).code


async def finished() -> str:
    """Code of a workshop that is over: the one that there is, or it is held now."""
    said = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    kept = (
        await Workshop.select(Workshop.code)
        .where(Workshop.counted.eq(True), Workshop.title == said["title"])
        .first()
    )
    return str(kept["code"]) if kept else await _hold(said)


async def _make(title: str) -> Workshop:
    today = datetime.date.today()
    return await sessions.make("samskaping", title, Language.BOKMAL, today, HOST, KEPT)


async def _hold(said: dict[str, Any]) -> str:
    """Go through a whole workshop, as phones and who leads it would."""
    row = await _make(said["title"])
    room = Room(row.id)
    present = [secrets.token_hex(32) for _ in range(said["phones"])]
    for phone in present:
        await room.do(phones.join, phone, len(present))
    wall = [uuid.uuid4() for _ in said["cards"]]
    for phone, card, written in zip(present, wall, said["cards"], strict=False):
        key = secrets.token_urlsafe(32)
        sent = cards.NewCard(key, written["challenge"], written["ideas"])
        await room.do(cards.put, card, sent, phone, cards.Written())
    await room.steer("go", "read")
    for phone, chosen in zip(present, said["votes"], strict=True):
        await room.do(phones.vote, phone, [wall[place] for place in chosen])
    await room.steer("go", "talk")
    for talk in said["talk"]:
        await _talk(room, present, wall[talk["card"]], talk)
    await room.steer("go", "themes")
    await _work_out(room, wall, said)
    await room.steer("close")
    return row.code


async def _talk(room: Room, present: list[str], card: UUID, talk: dict[str, Any]) -> None:
    await room.steer("current", str(card))
    words = iter(talk["none"])
    for phone, choice in zip(present, talk["choices"], strict=True):
        text = next(words, "") if choice == "0" else ""
        await room.do(phones.choose, phone, card, NewChoice(int(choice), text))
    await room.steer("reveal")
    await room.do(cards.set_notes, card, talk["notes"])


async def _work_out(room: Room, wall: list[UUID], said: dict[str, Any]) -> None:
    waiting = await themes.waiting(room.id)
    read = {card: themes.read(challenge, ideas) for card, challenge, ideas in waiting}
    await room.say(themes.keep_readings, read)
    sorted_in = {str(card): told["themes"] for card, told in zip(wall, said["cards"], strict=True)}
    decided = {"themes": [{"id": theme} for theme in said["themes"]], "cards": sorted_in}
    await room.say(themes.say, msgspec.convert(decided, themes.Said))
    for theme, asked in said["questions"].items():
        await room.say(outcome.ask, theme, Language.BOKMAL, asked)
    for action in said["actions"]:
        await room.say(onward.save, uuid.uuid4(), msgspec.convert(action, onward.NewAction))
