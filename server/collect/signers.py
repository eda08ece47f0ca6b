"""The signers of invited rounds, as this server sees them: from outside, and seldom.

An invited round opens when a signer at the address that its file names answers with the key that
the file pins. This server cannot be that signer: it has no such answer (neither program may import
the other), and neither opens a file that the other has marked as its own.
"""

import asyncio
import datetime
import http.client
import time
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from server import errors
from server.collect import rounds
from server.collect.definition import Definition, Invited
from server.collect.tables import Inbox, Response

TIMEOUT = 3.0
"""Seconds to wait for a signer."""

AGAIN = 10.0
"""Seconds until a signer that was not there is asked again."""

KEEP = 2.0
"""Seconds that a process trusts its list of signers."""

REPLY_LIMIT = 4096

Wanted = tuple[str, str, str]
"""Code, address and key."""

_there: set[Wanted] = set()
_again: dict[Wanted, float] = {}
_asking: dict[Wanted, asyncio.Task[bool]] = {}
_origins: list[tuple[float, tuple[str, ...]]] = []


class _PublicKey(msgspec.Struct):
    key: str


async def let_in(round_id: UUID, definition: Definition) -> bool:
    """Whether a round's invitations can be used: always, in a round that is open to all.

    A round that has answers has begun, with its signer there. It stays open: whoever holds a token
    may send, even after the signer has been taken away.

    Args:
        round_id: of the round.
        definition: of the same.
    """
    if definition.invited is None:
        return True
    for table in (Response, Inbox):
        if await table.exists().where(table.round == round_id):
            return True
    return await _is_there(definition.code, definition.invited)


async def _is_there(code: str, invited: Invited) -> bool:
    """One request asks; those that come meanwhile wait for it, those soon after take its answer."""
    wanted = (code, invited.signer, invited.key)
    if wanted in _there:
        return True
    if wanted not in _asking:
        if time.monotonic() < _again.get(wanted, 0):
            return False
        _again[wanted] = time.monotonic() + AGAIN
        _asking[wanted] = asyncio.create_task(_ask(wanted))
    return await asyncio.shield(_asking[wanted])


async def _ask(wanted: Wanted) -> bool:
    code, origin, key = wanted
    try:
        there = await asyncio.to_thread(_key_of, code, origin) == key
    finally:
        _asking.pop(wanted, None)
    if there:
        _there.add(wanted)
    return there


def _key_of(code: str, origin: str) -> str | None:
    """The key that a signer has for a round; None where nothing that is a signer answers."""
    parts = urlsplit(origin)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("GET", f"/rounds/{code}")
        reply = connection.getresponse()
        body = reply.read(REPLY_LIMIT)
        return msgspec.json.decode(body, type=_PublicKey).key if reply.status == 200 else None
    except (OSError, http.client.HTTPException, msgspec.DecodeError, UnicodeError):
        return None
    finally:
        connection.close()


async def origins(today: datetime.date) -> tuple[str, ...]:
    """Addresses of the signers of all rounds that are not over; the answering page may ask them.

    Args:
        today: decides which rounds are over.
    """
    if _origins and time.monotonic() - _origins[0][0] < KEEP:
        return _origins[0][1]
    try:
        every = [definition for _, definition in await rounds.all_rounds()]
    except Exception as error:
        if not errors.unavailable(error):
            raise
        return _origins[0][1] if _origins else ()
    found = {
        definition.invited.signer
        for definition in every
        if definition.invited and (definition.closes is None or today <= definition.closes)
    }
    _origins[:] = [(time.monotonic(), tuple(sorted(found)))]
    return _origins[0][1]


def forget() -> None:
    """Ask anew from now on; when a database is changed."""
    _there.clear()
    _again.clear()
    _asking.clear()
    _origins.clear()
