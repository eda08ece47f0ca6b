"""The phone's side of a blind signature (RFC 9474), as slow and plain as the document says it."""

import base64
import hashlib
import json
import math
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from server import keys
from server.signer import blind as signer

SALT = HASH = 48
VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors" / "rfc9474.json").read_text("utf-8")
)


def vector(name: str) -> bytes:
    """A value of the document's example, which is as long as it is written."""
    return bytes.fromhex(VECTOR[name])


def number(name: str) -> int:
    return int(VECTOR[name], 16)


def vector_key() -> RSAPrivateKey:
    """The example's private key."""
    p, q, d = number("p"), number("q"), number("d")
    public = rsa.RSAPublicNumbers(number("e"), number("n"))
    return rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public
    ).private_key()


def mgf1(seed: bytes, length: int) -> bytes:
    parts = (
        hashlib.sha384(seed + counter.to_bytes(4, "big")).digest()
        for counter in range(-(-length // HASH))
    )
    return b"".join(parts)[:length]


def encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE, RFC 8017, section 9.1.1."""
    length = -(-bits // 8)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = (b"\x01" + salt).rjust(length - HASH - 1, b"\0")
    masked = bytes(a ^ b for a, b in zip(block, mgf1(digest, len(block)), strict=True))
    first = masked[0] & 0xFF >> (8 * length - bits)
    return bytes([first]) + masked[1:] + digest + b"\xbc"


@dataclass(frozen=True)
class Blinded:
    """What goes to the signer, and what takes the blinding off again."""

    message: bytes
    randomizer: bytes
    blinded: bytes
    inverse: int

    @property
    def prepared(self) -> bytes:
        return self.randomizer + self.message


def blind(
    key: RSAPublicKey,
    message: bytes | None = None,
    randomizer: bytes | None = None,
    salt: bytes | None = None,
    inverse: int | None = None,
) -> Blinded:
    """What is left out is drawn."""
    public = key.public_numbers()
    n, length = public.n, -(-key.key_size // 8)
    message = message or secrets.token_bytes(32)
    randomizer = randomizer or secrets.token_bytes(32)
    encoded = encode(randomizer + message, key.key_size - 1, salt or secrets.token_bytes(SALT))
    inverse = inverse or 1 + secrets.randbelow(n - 1)
    assert math.gcd(inverse, n) == 1
    factor = pow(inverse, -1, n)
    product = int.from_bytes(encoded, "big") * pow(factor, public.e, n) % n
    return Blinded(message, randomizer, product.to_bytes(length, "big"), inverse)


def ask(signer: httpx.Client, code: str, invitation: str) -> dict[str, str]:
    """What a phone does with an invitation: a token, as it goes along with an answer."""
    key = keys.read_key(signer.get(f"/rounds/{code}").json()["key"])
    of = blind(key)
    wish = {"invitation": invitation, "blinded": base64url(of.blinded)}
    reply = signer.post(f"/rounds/{code}/sign", json=wish)
    assert reply.status_code == 200, reply.text
    signed = base64.urlsafe_b64decode(reply.json()["signature"] + "==")
    return token_of(key, of, signed)


def token(key: RSAPrivateKey) -> dict[str, str]:
    """A token, where the signer's key is at hand."""
    of = blind(key.public_key())
    return token_of(key.public_key(), of, signer.sign(key, of.blinded))


def token_of(key: RSAPublicKey, of: Blinded, signed: bytes) -> dict[str, str]:
    return {
        "message": of.message.hex(),
        "randomizer": of.randomizer.hex(),
        "signature": base64url(finalize(key, of, signed)),
    }


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def finalize(key: RSAPublicKey, of: Blinded, signed: bytes) -> bytes:
    n = key.public_numbers().n
    signature = int.from_bytes(signed, "big") * of.inverse % n
    return signature.to_bytes(len(signed), "big")
