"""Secrets of phones: made here, known again by computing alone, kept only as SHA-256.

A token is 16 random bytes and a MAC over them and the workshop, so one that is forged or belongs to
another workshop is refused without asking the database. A ticket, for the stream of events, is made
the same way and belongs to no phone in particular.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from uuid import UUID

RANDOM = 16
LENGTH = 43


class Mint:
    """Makes and knows secrets.

    Args:
        key: 32 secret bytes that all processes of an installation share.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, workshop: UUID, use: str) -> str:
        """A new secret for a workshop: 32 bytes as base64url.

        Args:
            workshop: where it is good.
            use: what it is good for.
        """
        random = secrets.token_bytes(RANDOM)
        return _text(random + self._mac(random, workshop, use))

    def is_ours(self, secret: str, workshop: UUID, use: str) -> bool:
        """Whether a secret was made here for this workshop and use, spelt as it was made."""
        if len(secret) != LENGTH or not secret.isascii():
            return False
        try:
            raw = base64.b64decode(secret + "=", altchars=b"-_", validate=True)
        except binascii.Error:
            return False
        right = hmac.compare_digest(raw[RANDOM:], self._mac(raw[:RANDOM], workshop, use))
        return right and secret == _text(raw)

    def _mac(self, random: bytes, workshop: UUID, use: str) -> bytes:
        said = b"fortell workshop 1:" + use.encode() + b":" + workshop.bytes + random
        return hmac.digest(self._key, said, "sha256")[:RANDOM]


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def hash_of(secret: str) -> str:
    """SHA-256 of a secret, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
