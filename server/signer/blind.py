"""RSA blind signatures, the signer's side: RFC 9474, RSABSSA-SHA384-PSS-Randomized."""

import math
import secrets

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from server.keys import EXPONENT


class BlindError(Exception):
    """What came cannot be signed: it is no number below the key's modulus."""


class Fault(Exception):
    """The machine calculated wrongly; a wrong signature would give the key away."""


def check(key: RSAPrivateKey, blinded: bytes) -> None:
    """See that something can be signed.

    Args:
        key: the round's.
        blinded: as long as the key's modulus.

    Raises:
        BlindError: it is longer, shorter, or no number below the modulus.
    """
    n = key.public_key().public_numbers().n
    if len(blinded) != _length(n) or int.from_bytes(blinded, "big") >= n:
        raise BlindError


def sign(key: RSAPrivateKey, blinded: bytes) -> bytes:
    """Sign a blinded message (RFC 9474, section 4.3).

    The number is multiplied with one drawn for this time only before the key is used on it, so
    that the time it takes tells nothing of the key (Kocher 1996), and the result is checked before
    it leaves, for a single fault with the Chinese remainder theorem gives away the key's factors
    (Boneh, DeMillo and Lipton 1997; RFC 9474, section 7).

    Args:
        key: the round's.
        blinded: as long as the key's modulus.

    Raises:
        BlindError: it is no number below the modulus, of the modulus' length.
        Fault: the result is no signature.
    """
    check(key, blinded)
    numbers = key.private_numbers()
    n = numbers.public_numbers.n
    message = int.from_bytes(blinded, "big")
    factor = _coprime(n)
    masked = message * pow(factor, EXPONENT, n) % n
    first = pow(masked, numbers.dmp1, numbers.p)
    second = pow(masked, numbers.dmq1, numbers.q)
    both = second + numbers.q * (numbers.iqmp * (first - second) % numbers.p)
    signature = both * pow(factor, -1, n) % n
    if pow(signature, EXPONENT, n) != message:
        raise Fault
    return signature.to_bytes(_length(n), "big")


def _length(n: int) -> int:
    return (n.bit_length() + 7) // 8


def _coprime(n: int) -> int:
    """A number from 1 to n - 1, each as likely, that has an inverse."""
    while True:
        drawn = 1 + secrets.randbelow(n - 1)
        if math.gcd(drawn, n) == 1:
            return drawn
