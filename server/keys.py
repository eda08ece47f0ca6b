"""What signer and collector both know: the form of a round's key, and codes that people read.

Neither room imports the other; what they share is public, and here.
"""

import base64
import binascii
import hashlib
import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

EXPONENT = 65537
BITS = 2048
"""Size of a key, as Privacy Pass has it (RFC 9578, section 8.2.2). Forging is worth something while
the round is open; nobody's anonymity rests on the size, for blinding hides a message whatever the
key. With 3072 bits a class that opens its invitations together would wait three times as long."""

LEAST, MOST = 2048, 4096
"""Sizes that phones take."""

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U."""

PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


class KeyMistake(Exception):
    """A text is no public key of a round; the message says what to do."""


@lru_cache(maxsize=64)
def read_key(text: str) -> RSAPublicKey:
    """A round's public key.

    Args:
        text: base64 of its SubjectPublicKeyInfo, as `fortell signer round` prints it.

    Raises:
        KeyMistake: it is something else.
    """
    try:
        key = serialization.load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or write_key(key) != text:
        raise KeyMistake("this is no key. Paste what 'fortell signer round' printed.")
    if key.public_numbers().e != EXPONENT or not LEAST <= key.key_size <= MOST:
        raise KeyMistake(
            f"this key is none of a signer's: it needs {LEAST} to {MOST} bits and the exponent "
            f"{EXPONENT}. Make one with 'fortell signer round'."
        )
    return key


def write_key(key: RSAPublicKey) -> str:
    """A public key as text."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_bytes(serialization.Encoding.DER, form)).decode()


def verifies(key: RSAPublicKey, prepared: bytes, signature: bytes) -> bool:
    """Whether a signature is the key's own of a prepared message (RFC 9474, section 4.5)."""
    try:
        key.verify(signature, prepared, PSS, hashes.SHA384())
    except InvalidSignature:
        return False
    return True


def fingerprint(text: str) -> str:
    """What people compare instead of a whole key: 100 bits of its SHA-256, in groups of four.

    Args:
        text: the key as base64.
    """
    return grouped(spelled(hashlib.sha256(base64.b64decode(text)).digest())[:20])


def spelled(data: bytes) -> str:
    """Bytes in letters and digits that are not mistaken for each other, five bits each."""
    count = len(data) * 8 // 5
    number = int.from_bytes(data, "big") >> (len(data) * 8 - count * 5)
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(count)))


def grouped(code: str) -> str:
    """A code as people read it: ABCD-EFGH."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain(typed: str) -> str:
    """A code as somebody typed it, without dashes and spaces; O is 0, I and L are 1."""
    kept = re.sub(r"[\s–—._-]", "", typed).upper()
    return kept.translate(str.maketrans("OIL", "011"))
