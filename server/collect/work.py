"""Proof of work: each answer costs its sender a moment of computing, whoever they are.

A challenge is handed out without remembering it: it says its hour and its difficulty, under a MAC
that only this installation can make. The phone finds a number that makes a hash begin with so many
zero bits; the hash covers the receipt's hash, so that the work is good for one answer only, and
sending that answer once more is free. Difficulty follows how much arrives here altogether, never
from whom.

Source: Back, Hashcash (2002); stateless challenges as in Juels and Brainard, Client puzzles (1999).
"""

import base64
import hashlib
import hmac
import math
import re
import secrets
import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Annotated
from uuid import UUID

import msgspec

from server.collect.tables import Secret
from server.errors import Problem

EPOCH = 3600
"""Seconds of an epoch; challenges of the present and of the previous one are taken."""

FLOOR = 12
"""Zero bits in quiet times: about 4 000 hashes."""

CEILING = 18
"""Most zero bits: about 260 000 hashes."""

EASY = 1200.0
"""Answers and proposals in a minute, here, up to which the floor is enough."""

SLACK = 2
"""How many bits fewer than are asked now a challenge may have: it was taken in quieter times."""

WINDOW = 60.0
"""Seconds over which arrivals are counted; older ones fade away."""

KEY = "work"
MAC_LENGTH = 22
CHALLENGES = 256
"""Challenges that are remembered once seen: all answers of an hour come with the same few."""

_CHALLENGE = re.compile(r"(\d{1,9})\.(\d{1,2})\.([A-Za-z0-9_-]{22})", re.ASCII)

Nonce = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}\Z", max_length=20)]
ChallengeText = Annotated[str, msgspec.Meta(max_length=120)]


class Challenge(msgspec.Struct, frozen=True):
    """What a phone must solve: SHA-256 of `challenge:subject:nonce` begins with `bits` zeros."""

    challenge: str
    bits: int


class Work(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A solution: `nonce` is a whole number, written in digits."""

    challenge: ChallengeText
    nonce: Nonce


class Arrivals:
    """About how many came in the last minute: one number that fades, and no list of moments."""

    def __init__(self) -> None:
        self._count = 0.0
        self._counted = time.monotonic()

    def add(self) -> None:
        """Count one."""
        self._count = self.per_minute() + 1
        self._counted = time.monotonic()

    def per_minute(self) -> float:
        """How many, each weighing less the longer ago it was."""
        return self._count * math.exp((self._counted - time.monotonic()) / WINDOW)


def difficulty(per_minute: float, fullness: float) -> int:
    """Zero bits to ask for.

    Args:
        per_minute: what arrived in the last minute; each doubling beyond EASY asks for one more.
        fullness: share of the places for waiting answers that are taken; half of them asks for
            the most.
    """
    crowd = math.log2(per_minute / EASY) if per_minute > EASY else 0
    queue = 2 * fullness * (CEILING - FLOOR)
    return min(CEILING, FLOOR + math.ceil(max(crowd, queue)))


class Turnstile:
    """Hands out challenges and looks at solutions; one for each process.

    Args:
        key: 32 secret bytes that all processes of an installation share.
        fullness: tells which share of the places for waiting answers is taken.
    """

    def __init__(self, key: bytes, fullness: Callable[[], float]) -> None:
        self._mac = partial(_mac, key)
        self._made = lru_cache(maxsize=CHALLENGES)(self._made_by_us)
        self._fullness = fullness
        self._arrivals = Arrivals()

    def bits(self) -> int:
        """Zero bits that are asked for now."""
        return difficulty(self._arrivals.per_minute(), self._fullness())

    def challenge(self, round_id: UUID) -> Challenge:
        """A challenge for one round, good until the next hour but one begins."""
        epoch, bits = _epoch(), self.bits()
        return Challenge(f"{epoch}.{bits}.{self._mac(round_id, epoch, bits)}", bits)

    def check(self, work: Work | None, round_id: UUID, subject: str) -> None:
        """See that work has been done for this very thing.

        Args:
            work: what the phone found.
            round_id: the round it was sent to.
            subject: what the work was done for: the receipt's hash, or that of the stories.

        Raises:
            Problem: there is no solution, it is wrong, or its challenge is too old or too easy.
        """
        if work is None:
            raise Problem(
                400,
                "work_missing",
                "The request carries no proof of work.",
                "Get a challenge from the round's address under /work, solve it, send once more.",
            )
        bits = self._bits_of(work.challenge, round_id)
        if bits is None or bits < self.bits() - SLACK:
            raise Problem(
                400,
                "work_expired",
                "The challenge is too old, or too easy for how many send just now.",
                "Get a new challenge, solve it, and send the same answer once more.",
            )
        if not is_solved(work, bits, subject):
            raise Problem(
                400,
                "work_wrong",
                "The proof of work does not fit what was sent.",
                "Solve the challenge for this very answer, and send once more.",
            )
        self._arrivals.add()

    def _bits_of(self, challenge: str, round_id: UUID) -> int | None:
        """Difficulty of a challenge that we made, if it is still good."""
        epoch, bits = self._made(challenge, round_id) or (0, None)
        return bits if _epoch() - epoch in {0, 1} else None

    def _made_by_us(self, challenge: str, round_id: UUID) -> tuple[int, int] | None:
        """Epoch and difficulty of a challenge that we made."""
        parts = _CHALLENGE.fullmatch(challenge)
        if parts is None:
            return None
        epoch, bits = int(parts[1]), int(parts[2])
        right = hmac.compare_digest(parts[3], self._mac(round_id, epoch, bits))
        return (epoch, bits) if right else None


def _mac(key: bytes, round_id: UUID, epoch: int, bits: int) -> str:
    said = f"fortell work 1:{round_id.hex}:{epoch}:{bits}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, said, "sha256"))[:MAC_LENGTH].decode()


def is_solved(work: Work, bits: int, subject: str) -> bool:
    """Whether a solution has as many zero bits as its challenge asks for."""
    said = f"{work.challenge}:{subject}:{work.nonce}".encode()
    found = int.from_bytes(hashlib.sha256(said).digest())
    return found >> (256 - bits) == 0


def _epoch() -> int:
    return int(time.time()) // EPOCH


async def key(name: str = KEY) -> bytes:
    """A key of the installation; the first process that asks makes it.

    Args:
        name: what it is for.
    """
    new = Secret(name=name, value=secrets.token_bytes(32))
    await Secret.insert(new).on_conflict(target=Secret.name, action="DO NOTHING")
    rows = await Secret.select(Secret.value).where(Secret.name == name)
    found: bytes = rows[0]["value"]
    return found
