"""Rounds: kept as their file was, and found again by their code."""

import re
import secrets
from collections.abc import Mapping
from uuid import UUID

import msgspec
from msgspec import structs

from server.act.tables import Action, Card
from server.collect.definition import (
    CODE,
    Area,
    Definition,
    Service,
    Words,
    mandate_of,
    names,
    readers_of,
)
from server.collect.round_file import RoundError, parse, read, schema
from server.collect.seals import KEY_BYTES
from server.collect.tables import Inbox, Response, Round
from server.database.connection import current
from server.release.tables import ReleaseRow

__all__ = [
    "Definition",
    "RoundError",
    "Words",
    "all_rounds",
    "count_answers",
    "definition_of",
    "earlier_rounds",
    "find",
    "keep",
    "mandate_of",
    "names",
    "parse",
    "plain_code",
    "read",
    "readers_of",
    "schema",
]


async def keep(definition: Definition) -> None:
    """Store a round; the same round again changes nothing, and another file replaces it.

    When somebody has answered, only services and areas may change: new ones come, and those that
    are there get other names and days. A round that nobody has answered is replaced: the old row
    goes, and the new one has an id of its own. An answer that was on its way to the old questions
    then belongs to no round, and the database refuses it; while a round is replaced, answers wait
    for its row (`_locked`).

    Raises:
        RoundError: a round with this code exists and differs, and has been answered or released;
            or it would come before one that is there.
    """
    async with current().transaction():
        kept = await _locked(definition.code)
        if kept is not None and definition_of(kept) == definition:
            return
        if kept is not None:
            if await _is_in_use(kept.id):
                _must_ask_the_same(definition_of(kept), definition)
                await _keep_places(kept, definition)
                return
            await Round.delete().where(Round.id == kept.id)
        await _must_come_last(definition)
        await Round.insert(_row(definition))


def _must_ask_the_same(kept: Definition, new: Definition) -> None:
    """See that nothing but services and areas has changed, and that none of them went or moved.

    Raises:
        RoundError: something else has.
    """
    if structs.replace(new, services=kept.services, areas=kept.areas) != kept:
        raise RoundError(
            f"The round {new.code} is loaded already, with other words. Its questions are locked, "
            "for answers belong to them. Give the changed round a new code."
        )
    places, before = _places(new), _places(kept)
    for key, old in before.items():
        if key not in places or _settled(places[key], new, before) != _settled(old, kept, before):
            raise RoundError(
                f"{key} has answers. It cannot go, or get another class, origin or area, unless "
                "it lies in none yet and the area is new. Let it stay with `valid_to`, and write "
                "a new one that `replaces` it."
            )


def _places(definition: Definition) -> dict[str, Service | Area]:
    places: list[Service | Area] = [*definition.services, *definition.areas]
    return {place.key: place for place in places}


def _settled(
    place: Service | Area, definition: Definition, before: Mapping[str, Service | Area]
) -> Service | Area:
    """What cannot be changed of a service or an area when answers belong to it.

    It may be given an area of which no release has told: one that is new, in nothing but new ones.
    """
    around = _around(place, definition)
    inside = around[0] if around and before.keys() & around else None
    if isinstance(place, Service):
        return structs.replace(place, name={}, valid_from=None, valid_to=None, area=inside)
    return structs.replace(place, name={}, parent=inside)


def _around(place: Service | Area, definition: Definition) -> list[str]:
    """Keys of the areas that a service or an area lies in, innermost first."""
    parents = {area.key: area.parent for area in definition.areas}
    found: list[str] = []
    key = place.area if isinstance(place, Service) else place.parent
    while key is not None:
        found.append(key)
        key = parents[key]
    return found


async def _keep_places(row: Round, definition: Definition) -> None:
    """Store new services and areas, names and days of a round that has been answered."""
    await Round.update({Round.definition: _encoded(definition)}).where(Round.id == row.id)


def _encoded(definition: Definition) -> str:
    return msgspec.json.encode(definition, order="deterministic").decode()


def _row(definition: Definition) -> Round:
    return Round(
        code=definition.code,
        definition=_encoded(definition),
        opens=definition.opens,
        closes=definition.closes,
        seal_key=secrets.token_hex(KEY_BYTES),
    )


async def _locked(code: str) -> Round | None:
    """A round, held so that no answer to it is stored meanwhile; SQLite has one writer anyway."""
    query = Round.objects().where(Round.code == code)
    if current().engine_type == "postgres":
        query = query.lock_rows("UPDATE")
    return await query.first()


async def _is_in_use(round_id: UUID) -> bool:
    """Whether a round has answers, or figures and answers of the service that belong to it."""
    for table in (Inbox, Response, ReleaseRow, Action, Card):
        if await table.exists().where(table.round == round_id):
            return True
    return False


async def count_answers(round_id: UUID) -> int:
    """How many answers a round holds, on their way or stored; for its quota only."""
    waiting = await Inbox.count().where(Inbox.round == round_id)
    stored = await Response.count().where(Response.round == round_id)
    return int(waiting + stored)


async def _must_come_last(definition: Definition) -> None:
    """A round follows those that are there; else an early date would get around their cards."""
    for other, described in await all_rounds():
        if other.opens >= definition.opens and _asks_the_same(described, definition):
            raise RoundError(
                f"The round {other.code} asks about one of these services and opens on "
                f"{other.opens.isoformat()}. Let this one open later."
            )


def _asks_the_same(one: Definition, other: Definition) -> bool:
    """Whether two rounds of one organisation ask about one of its services."""
    keys = {service.key for service in one.services}
    same = one.organisation.key == other.organisation.key
    return same and any(service.key in keys for service in other.services)


async def find(code: str) -> tuple[Round, Definition] | None:
    """A round by the code that somebody typed.

    Args:
        code: letters and digits; case, spaces and dashes do not matter.
    """
    wanted = plain_code(code)
    if not re.match(CODE, wanted):
        return None
    row = await Round.objects().where(Round.code == wanted).first()
    return None if row is None else (row, definition_of(row))


def plain_code(typed: str) -> str:
    """A round's code as it is stored, of what somebody typed."""
    return re.sub(r"[\s-]", "", typed).upper()


def definition_of(row: Round) -> Definition:
    """The definition that a stored round carries."""
    return msgspec.json.decode(row.definition, type=Definition)


async def all_rounds() -> list[tuple[Round, Definition]]:
    """Every round, the earliest first."""
    rows = await Round.objects().order_by(Round.opens, Round.code)
    return [(row, definition_of(row)) for row in rows]


async def earlier_rounds(row: Round, definition: Definition) -> list[Round]:
    """Rounds of the same organisation that opened before and asked about one of its services."""
    return [
        other
        for other, described in await all_rounds()
        if other.opens < row.opens and _asks_the_same(described, definition)
    ]
