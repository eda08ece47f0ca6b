"""Blind signatures: as RFC 9474 has them, and nothing else is taken for one."""

import base64
import secrets

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from server import keys
from server.keys import KeyMistake
from server.signer import blind
from server.signer.blind import BlindError, Fault
from tests.server import phone
from tests.server.phone import vector


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def test_the_example_of_the_rfc_comes_out_byte_for_byte() -> None:
    key = phone.vector_key()
    public = key.public_key()
    of = phone.blind(
        public, vector("msg"), vector("msg_prefix"), vector("salt"), phone.number("inv")
    )
    assert of.blinded == vector("blinded_msg")
    assert blind.sign(key, of.blinded) == vector("blind_sig")
    assert phone.finalize(public, of, vector("blind_sig")) == vector("sig")
    assert keys.verifies(public, vector("msg_prefix") + vector("msg"), vector("sig"))
    assert not keys.verifies(public, vector("msg") + vector("msg_prefix"), vector("sig"))


def signed(key: RSAPrivateKey) -> tuple[bytes, bytes]:
    of = phone.blind(key.public_key())
    return of.prepared, phone.finalize(key.public_key(), of, blind.sign(key, of.blinded))


def test_what_is_blinded_anew_is_signed_and_never_looks_alike(key: RSAPrivateKey) -> None:
    of = [phone.blind(key.public_key(), b"m" * 32, b"r" * 32) for _ in range(20)]
    assert len({one.blinded for one in of}) == len(of)
    for one in of:
        signature = phone.finalize(key.public_key(), one, blind.sign(key, one.blinded))
        assert keys.verifies(key.public_key(), one.prepared, signature)
    assert blind.sign(key, of[0].blinded) == blind.sign(key, of[0].blinded)


@given(place=st.integers(0, 2047), into=st.sampled_from(["prepared", "signature"]))
@settings(max_examples=60, deadline=None)
def test_a_changed_bit_is_no_signature(key: RSAPrivateKey, place: int, into: str) -> None:
    prepared, signature = signed(key)
    bit = (1 << place).to_bytes(256, "big")
    if into == "signature":
        signature = bytes(a ^ b for a, b in zip(signature, bit, strict=True))
    else:
        bit = (1 << place % 512).to_bytes(64, "big")
        prepared = bytes(a ^ b for a, b in zip(prepared, bit, strict=True))
    assert not keys.verifies(key.public_key(), prepared, signature)


@given(signature=st.binary(max_size=400), prepared=st.binary(min_size=64, max_size=64))
@settings(max_examples=200, deadline=None)
def test_what_is_made_up_is_no_signature(
    key: RSAPrivateKey, signature: bytes, prepared: bytes
) -> None:
    assert not keys.verifies(key.public_key(), prepared, signature)


def test_a_product_of_signatures_and_another_key_sign_nothing(key: RSAPrivateKey) -> None:
    """Raw RSA multiplies: the product of two signatures signs the product of the encodings."""
    n = key.public_key().public_numbers().n
    (one, first), (two, second) = signed(key), signed(key)
    product = int.from_bytes(first, "big") * int.from_bytes(second, "big") % n
    made = product.to_bytes(256, "big")
    beyond = (int.from_bytes(first, "big") + n).to_bytes(257, "big")
    for prepared in (one, two):
        assert not keys.verifies(key.public_key(), prepared, made)
        assert not keys.verifies(key.public_key(), prepared, beyond)
        assert not keys.verifies(phone.vector_key().public_key(), prepared, first)


def test_the_signer_takes_only_numbers_below_its_modulus(key: RSAPrivateKey) -> None:
    n = key.public_key().public_numbers().n
    for wrong in (b"", b"\1", bytes(257), n.to_bytes(256, "big"), b"\xff" * 256):
        with pytest.raises(BlindError):
            blind.sign(key, wrong)
    last = (n - 1).to_bytes(256, "big")
    assert blind.sign(key, last) == last  # minus one, and the exponent is odd


class Broken:
    """A key with which one half of the calculation goes wrong, as a failing machine would."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self.key = key

    def public_key(self) -> rsa.RSAPublicKey:
        return self.key.public_key()

    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        good = self.key.private_numbers()
        return rsa.RSAPrivateNumbers(
            good.p, good.q, good.d, good.dmp1 ^ 2, good.dmq1, good.iqmp, good.public_numbers
        )


def test_a_wrong_result_never_leaves(key: RSAPrivateKey) -> None:
    of = phone.blind(key.public_key())
    with pytest.raises(Fault):
        blind.sign(Broken(key), of.blinded)  # type: ignore[arg-type]


def der(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_bytes(serialization.Encoding.DER, form)).decode()


def test_a_key_is_read_back_and_nothing_else_is(key: RSAPrivateKey) -> None:
    text = keys.write_key(key.public_key())
    assert keys.read_key(text).public_numbers() == key.public_key().public_numbers()
    wrong = [
        "",
        "æ",
        "not a key",
        text[:-4],
        text + "AAAA",
        text + "\n",
        text.replace("A", "B", 1),
        der(ec.generate_private_key(ec.SECP256R1()).public_key()),
        der(rsa.generate_private_key(3, 2048).public_key()),
        der(rsa.generate_private_key(65537, 1024).public_key()),
    ]
    for one in wrong:
        with pytest.raises(KeyMistake):
            keys.read_key(one)


def test_a_fingerprint_is_the_same_for_the_same_key_only(key: RSAPrivateKey) -> None:
    texts = [keys.write_key(key.public_key()), keys.write_key(phone.vector_key().public_key())]
    one, two = (keys.fingerprint(text) for text in texts)
    assert one == keys.fingerprint(texts[0]) != two
    assert [len(part) for part in one.split("-")] == [4] * 5


@given(data=st.binary(min_size=5, max_size=40).filter(lambda data: len(data) % 5 == 0))
def test_letters_are_five_bits_each_and_none_is_mistaken(data: bytes) -> None:
    code = keys.spelled(data)
    assert len(code) == len(data) * 8 // 5
    assert set(code) <= set(keys.LETTERS)
    back = 0
    for letter in code:
        back = back << 5 | keys.LETTERS.index(letter)
    assert back.to_bytes(len(data), "big") == data
    typed = keys.grouped(code).lower().replace("0", "o").replace("1", "l")
    assert keys.plain(f" {typed} ") == code


def test_codes_spread_over_all_letters() -> None:
    assert set(keys.spelled(secrets.token_bytes(2000))) == set(keys.LETTERS)
