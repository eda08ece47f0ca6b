"""Tokens of invited rounds: verified, and spent once.

A token is a message that a phone drew, with a signature that the round's signer made without seeing
it (RFC 9474). It proves that its holder was invited; whoever holds both databases cannot tell which
invitation it came from. So it does no harm that, while both wait for their batch, transaction ids
or places on the disk may show which token came with which answer; after it they do not.
"""

import base64
import binascii
import hashlib
from typing import Annotated

import msgspec

from server import keys
from server.collect.definition import Invited
from server.collect.tables import Spent
from server.errors import Problem

CHUNK = 5000
"""Rows in one statement; SQLite takes at most 32 766 values."""

Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]


class Token(msgspec.Struct, forbid_unknown_fields=True):
    """What an answer to an invited round carries: 32 bytes twice in hex, a signature in base64url.

    What is signed is `randomizer`, followed by `message`.
    """

    message: Hex
    randomizer: Hex
    signature: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]+$", max_length=700)]


class TokenSpent(Problem):
    """The token that should let this answer in has let in another."""

    def __init__(self) -> None:
        super().__init__(
            400,
            "token_spent",
            "Another answer was sent with this invitation.",
            "An invitation lets in one answer. Ask whoever gave it to you for another.",
        )


def verified(token: Token | None, invited: Invited | None) -> str | None:
    """See that an answer may come in.

    Args:
        token: what came with the answer.
        invited: the round's signer and key; None in a round that is open to all.

    Returns:
        Hash of the token, which becomes spent with the answer; None where none is needed.

    Raises:
        Problem: a token is needed and there is none, or the round's signer did not sign it.
    """
    if invited is None:
        return None
    if token is None:
        raise Problem(
            400,
            "token_missing",
            "This round is for those who were invited, and the answer has no token.",
            "Open the page with the address on your invitation.",
        )
    message = bytes.fromhex(token.message)
    prepared = bytes.fromhex(token.randomizer) + message
    if not keys.verifies(keys.read_key(invited.key), prepared, _signature(token)):
        raise Problem(
            400,
            "token_wrong",
            "The answer's token was not signed for this round.",
            "Open the page anew with the address on your invitation.",
        )
    return hashlib.sha256(message).hexdigest()


def _signature(token: Token) -> bytes:
    """The signature's bytes; none where the text is no base64."""
    try:
        return base64.urlsafe_b64decode(token.signature + "==")
    except binascii.Error:
        return b""


async def spend(hashes: set[str]) -> list[str]:
    """Mark tokens as spent, within the caller's transaction.

    In the order of their hashes, which is nobody's; so two processes never wait for each other.

    Returns:
        Those that were not spent before.
    """
    if not hashes:
        return []
    rows = (Spent(hash=text) for text in sorted(hashes))
    query = Spent.insert(*rows).on_conflict(target=Spent.hash, action="DO NOTHING")
    return [row["hash"] for row in await query.returning(Spent.hash)]


async def shuffle_spent() -> None:
    """Write what came since the last batch anew, in the order of hashes; part of moving a batch."""
    gone = await Spent.delete().where(Spent.waiting.eq(True)).returning(Spent.hash)
    hashes = sorted(row["hash"] for row in gone)
    for start in range(0, len(hashes), CHUNK):
        rows = (Spent(hash=text, waiting=False) for text in hashes[start : start + CHUNK])
        await Spent.insert(*rows)
