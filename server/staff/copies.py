"""HTTP for stories that are held back because many sent them nearly alike.

The coding room's rule: named people read, and the page says who did; what they read is
de-identified, and stands without scales, services, age band or anything else of the answer.
"""

import uuid
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from server import pages
from server.collect import copies, likeness, live
from server.collect.copies import Group, Held
from server.collect.live import LiveRound
from server.collect.responses import week_of
from server.errors import Problem
from server.staff import door, sessions
from server.staff.door import AnyRequest, sent_from_our_page, signed_in
from server.staff.tables import Look

ROUNDING = 5

LOOKED = "looked"
"""What a Look's `act` says, beside the values of Held that somebody can decide for."""


@get("/{code:str}/like", guards=[signed_in])
async def copies_page(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """What many sent alike, one text for each group."""
    found = await live.live_round(code, door.now().date())
    groups = await copies.groups(found.id)
    if groups:
        await _note(request, found.id, LOOKED)
    return door.page(
        request,
        "staff/copies.html",
        round=found.definition,
        waiting=[_shown(group) for group in groups if group.held == Held.WAITING],
        decided=[_shown(group) for group in groups if group.held != Held.WAITING],
        looks=await _looks(found.id),
        here=_path(found),
        done=request.query_params.get("gjort") == "lagret",
    )


@post("/{code:str}/like/{key:str}", guards=[signed_in, sent_from_our_page])
async def decide(request: AnyRequest, code: FromPath[str], key: FromPath[str]) -> Response[Any]:
    """Count a group in, or leave it out."""
    found = await live.live_round(code, door.now().date())
    verdict = (await door.form(request)).get("verdict", "")
    if verdict not in copies.DECIDED:
        raise Problem(400, "invalid", "No such choice.", "Go back and choose one of the two.")
    if not await copies.decide(found.id, key, Held(verdict)):
        raise Problem(
            409, "copies_changed", "The stories have changed.", "Look at them once more and choose."
        )
    await _note(request, found.id, verdict)
    return pages.redirect(request, f"{_path(found)}?gjort=lagret")


def _path(found: LiveRound) -> str:
    return f"{door.HOME}/{found.definition.code}/like"


def _shown(group: Group) -> dict[str, Any]:
    return {
        "key": group.key,
        "held": group.held.value,
        "about": _about(len(group.responses)),
        "text": likeness.shared(group.texts),
    }


def _about(count: int) -> int:
    """How many, to the nearest ROUNDING, halves up: no exact count of answers is shown."""
    return (2 * count + ROUNDING) // (2 * ROUNDING) * ROUNDING


async def _note(request: AnyRequest, round_id: UUID, act: str) -> None:
    """Keep who did what in which week, once."""
    account = await sessions.account(request.cookies.get(door.COOKIE, ""))
    week = week_of(door.now().date())
    once = uuid.uuid5(round_id, f"{account}:{act}:{week}")
    look = Look(id=once, round=round_id, account=account, act=act, week=week)
    await Look.insert(look).on_conflict(target=Look.id, action="DO NOTHING")


async def _looks(round_id: UUID) -> list[dict[str, str]]:
    rows = await Look.select(Look.account.name.as_alias("name"), Look.act, Look.week).where(
        Look.round == round_id
    )
    return sorted(rows, key=lambda row: (row["week"], row["name"], row["act"]), reverse=True)
