"""Tokens: none forged, none of another round, none twice; and each answer hears of its own."""

import asyncio
import base64
import datetime
import hashlib
import secrets
from string import ascii_letters, digits
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar

from server import keys
from server.collect import company, inbox, rounds, tokens
from server.collect.definition import Invited
from server.collect.inbox import BATCH, GROUP, GroupCommit
from server.collect.tables import Inbox, Response, Round, Spent
from server.collect.tokens import Token, TokenSpent
from server.errors import Problem
from server.signer import blind
from tests.attacks.test_1_nobody_knows import correlated
from tests.server import outside, phone
from tests.server.rounds import file_text, hash_of, receipt

anyio = pytest.mark.anyio
EMPTY = '{"language":"nb","services":[],"age_band":null,"stories":{},"answers":{}}'
KEY = rsa.generate_private_key(65537, keys.BITS)
PUBLIC = keys.write_key(KEY.public_key())
OTHER = keys.write_key(rsa.generate_private_key(65537, keys.BITS).public_key())


def token() -> Token:
    of = phone.blind(KEY.public_key())
    signature = phone.finalize(KEY.public_key(), of, blind.sign(KEY, of.blinded))
    text = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    return Token(of.message.hex(), of.randomizer.hex(), text)


GOOD = token()


def test_a_token_of_the_rounds_signer_lets_in_and_what_is_kept_is_its_hash() -> None:
    expected = hashlib.sha256(bytes.fromhex(GOOD.message)).hexdigest()
    assert tokens.verified(GOOD, Invited("https://signer.example.no", PUBLIC)) == expected
    assert tokens.verified(GOOD, None) is None
    assert tokens.verified(None, None) is None


def refused(one: Token | None, key: str = PUBLIC) -> str:
    with pytest.raises(Problem) as stopped:
        tokens.verified(one, Invited("https://signer.example.no", key))
    assert stopped.value.status == 400
    return stopped.value.body.code


@given(
    message=st.binary(min_size=32, max_size=32),
    randomizer=st.binary(min_size=32, max_size=32),
    signature=st.one_of(
        st.just(GOOD.signature), st.from_regex(r"[A-Za-z0-9_-]{1,700}", fullmatch=True)
    ),
)
@settings(max_examples=200, deadline=None)
def test_forged_tokens_are_refused(message: bytes, randomizer: bytes, signature: str) -> None:
    assert refused(Token(message.hex(), randomizer.hex(), signature)) == "token_wrong"
    assert refused(Token(message.hex(), GOOD.randomizer, GOOD.signature)) == "token_wrong"
    assert refused(Token(GOOD.message, randomizer.hex(), GOOD.signature)) == "token_wrong"


def test_swapped_shifted_and_other_rounds_tokens_are_refused() -> None:
    assert refused(None) == "token_missing"
    assert refused(Token(GOOD.randomizer, GOOD.message, GOOD.signature)) == "token_wrong"
    assert refused(GOOD, OTHER) == "token_wrong"
    for place in range(0, len(GOOD.signature), 7):
        other = "A" if GOOD.signature[place] != "A" else "B"
        changed = GOOD.signature[:place] + other + GOOD.signature[place + 1 :]
        assert refused(Token(GOOD.message, GOOD.randomizer, changed)) == "token_wrong"


def forged(token: Token, other: Token) -> dict[str, Token]:
    """Two tokens of one key, made into others by arithmetic, by parts and by spelling."""
    n = KEY.public_key().public_numbers().n
    one, two = (int.from_bytes(bytes_of(given), "big") for given in (token, other))
    numbers = {
        "nothing": 0,
        "one": 1,
        "minus one": n - 1,
        "modulus": n,
        "the other root": n - one,
        "product": one * two % n,
        "quotient": one * pow(two, -1, n) % n,
        "inverse": pow(one, -1, n),
        "square": one * one % n,
        "shifted": one * pow(2, keys.EXPONENT, n) % n,
        "encoded message": pow(one, keys.EXPONENT, n),
    }
    made = {name: number.to_bytes(256, "big") for name, number in numbers.items()}
    made |= {
        "beyond the modulus": (one + n).to_bytes(257, "big"),
        "a nought before": b"\0" + bytes_of(token),
        "a nought behind": bytes_of(token) + b"\0",
        "cut": bytes_of(token)[:-1],
        "backwards": bytes_of(token)[::-1],
    }
    signed = bytes.fromhex(token.randomizer + token.message)
    for salt in (0, 20, 32, 47, 49, 64, 206):
        form = padding.PSS(padding.MGF1(hashes.SHA384()), salt)
        made[f"salt of {salt}"] = KEY.sign(signed, form, hashes.SHA384())
    other_mask = padding.PSS(padding.MGF1(hashes.SHA256()), 48)
    made["another mask"] = KEY.sign(signed, other_mask, hashes.SHA384())
    made["another hash"] = KEY.sign(signed, keys.PSS, hashes.SHA256())
    made["another padding"] = KEY.sign(signed, padding.PKCS1v15(), hashes.SHA384())
    found = {
        name: Token(token.message, token.randomizer, phone.base64url(signature))
        for name, signature in made.items()
    }
    return found | {
        "another's randomizer": Token(token.message, other.randomizer, token.signature),
        "another's message": Token(other.message, token.randomizer, token.signature),
        "another's signature": Token(token.message, token.randomizer, other.signature),
        "parts swapped": Token(token.randomizer, token.message, token.signature),
    }


def bytes_of(one: Token) -> bytes:
    return base64.urlsafe_b64decode(one.signature + "==")


def test_nothing_made_of_good_tokens_is_one() -> None:
    """Some are signed with the very key, in a form that is not the RFC's."""
    for name, made in forged(GOOD, token()).items():
        with pytest.raises(Problem) as stopped:
            tokens.verified(made, Invited("https://signer.example.no", PUBLIC))
        assert (name, stopped.value.body.code) == (name, "token_wrong")


def test_a_token_in_another_spelling_is_the_same_token() -> None:
    """Base64 has bits to spare at its end; what is spent is the message, however it is signed."""
    spelt = [GOOD.signature[:-1] + last for last in ascii_letters + digits + "-_"]
    same = [text for text in spelt if base64.urlsafe_b64decode(text + "==") == bytes_of(GOOD)]
    assert len(same) == 16
    invited = Invited("https://signer.example.no", PUBLIC)
    found = {tokens.verified(Token(GOOD.message, GOOD.randomizer, text), invited) for text in same}
    assert found == {tokens.verified(GOOD, invited)}


async def make_round(**changes: Any) -> Round:
    definition = rounds.parse(file_text(**changes), "round.yaml")
    await rounds.keep(definition)
    found = await rounds.find(definition.code)
    assert found is not None
    return found[0]


def row(asked: Round, receipt_hash: str | None = None) -> Inbox:
    text = receipt_hash or hash_of(receipt())
    return Inbox(round=asked.id, receipt_hash=text, week="2026-W02", document=EMPTY)


def spending() -> str:
    return secrets.token_hex(32)


async def add(queue: GroupCommit, one: Inbox, spent: str | None) -> bool:
    """Whether it was taken."""
    try:
        await queue.add(one, spent)
    except TokenSpent:
        return False
    return True


async def waiting() -> set[str]:
    return {found["receipt_hash"] for found in await Inbox.select(Inbox.receipt_hash)}


@anyio
async def test_a_token_lets_in_one_answer_and_its_resend(app: Litestar) -> None:
    asked, queue, mine, spent = await make_round(), GroupCommit(GROUP), receipt(), spending()
    text = hash_of(mine)
    for _ in range(2):
        assert await add(queue, row(asked, text), spent)
    assert not await add(queue, row(asked), spent)
    assert await inbox.move_all() == 1
    assert await add(queue, row(asked, text), spent)
    assert not await add(queue, row(asked), spent)
    assert await inbox.withdraw(text)
    assert await add(queue, row(asked, text), spent)
    assert not await add(queue, row(asked), spent)
    assert await waiting() == set()
    assert await Response.count() == 0
    assert await Spent.select(Spent.hash) == [{"hash": spent}]


@anyio
async def test_a_resend_spends_no_other_token(app: Litestar) -> None:
    asked, queue, text = await make_round(), GroupCommit(GROUP), hash_of(receipt())
    assert await add(queue, row(asked, text), "first")
    assert await add(queue, row(asked, text), "second")
    assert await add(queue, row(asked), "second")


@anyio
async def test_of_many_who_share_tokens_at_once_each_hears_of_their_own(app: Litestar) -> None:
    """Thirty tokens, each tried by four answers, with answers without any between them."""
    asked, queue = await make_round(), GroupCommit(1000)
    tries = [(row(asked), spent) for spent in [spending() for _ in range(30)] for _ in range(4)]
    free = [(row(asked), None) for _ in range(40)]
    every = [*tries, *free]
    company.shuffle(every)
    taken = await asyncio.gather(*(add(queue, one, spent) for one, spent in every))
    let_in = [(one, spent) for (one, spent), yes in zip(every, taken, strict=True) if yes]
    assert await waiting() == {one.receipt_hash for one, _ in let_in}
    used = [spent for _, spent in let_in if spent]
    assert sorted(used) == sorted({spent for _, spent in tries if spent})
    assert sum(spent is None for _, spent in let_in) == len(free)


@anyio
async def test_two_writers_cannot_spend_a_token_twice(app: Litestar) -> None:
    """As two processes on one PostgreSQL would: each transaction has a connection of its own."""
    asked = await make_round()
    for _ in range(10):
        spent = [spending() for _ in range(20)]
        groups = [[row(asked) for _ in spent] for _ in range(3)]
        refused = await asyncio.gather(
            *(
                inbox.write(group, {one.id: text for one, text in zip(group, spent, strict=True)})
                for group in groups
            )
        )
        assert sum(map(len, refused)) == 2 * len(spent)
    assert await Inbox.count() == await Spent.count() == 200


@anyio
async def test_beside_resends_each_hears_of_their_own(app: Litestar) -> None:
    """A group where some are here already, some have a good token and some a spent one."""
    asked, queue, used = await make_round(), GroupCommit(GROUP), spending()
    known = [hash_of(receipt()) for _ in range(10)]
    for text in known:
        assert await add(queue, row(asked, text), spending())
    assert await add(queue, row(asked), used)
    resent = [(row(asked, text), spending()) for text in known]
    good = [(row(asked), spending()) for _ in range(10)]
    bad = [(row(asked), used) for _ in range(10)]
    told = await asyncio.gather(*(add(queue, one, spent) for one, spent in resent + good + bad))
    assert told == [True] * 20 + [False] * 10
    there = await waiting()
    assert there >= {one.receipt_hash for one, _ in resent + good}
    assert there.isdisjoint(one.receipt_hash for one, _ in bad)


@anyio
async def test_an_answer_behind_a_spent_token_does_not_take_its_twin_along(app: Litestar) -> None:
    """The same receipt twice in one group, once with a good token: that one comes in."""
    asked, queue, bad, good = await make_round(), GroupCommit(GROUP), spending(), spending()
    assert await add(queue, row(asked), bad)
    for _ in range(8):
        good, text = spending(), hash_of(receipt())
        pair = [(row(asked, text), bad), (row(asked, text), good)]
        taken = await asyncio.gather(*(add(queue, one, spent) for one, spent in pair))
        assert taken[1]
        assert text in await waiting()
        assert not await add(queue, row(asked), good)


@anyio
async def test_a_failure_spends_nothing(app: Litestar) -> None:
    asked, queue, spent = await make_round(), GroupCommit(GROUP), spending()
    broken = Inbox(round=asked.id, receipt_hash="x" * 64, week="2026-W02", document=None)
    kept = row(asked)
    results = await asyncio.gather(
        queue.add(broken, spent), queue.add(kept, spending()), return_exceptions=True
    )
    assert isinstance(results[0], Exception)
    assert not isinstance(results[0], TokenSpent)
    assert results[1] is None
    assert await waiting() == {kept.receipt_hash}
    assert await add(queue, row(asked), spent)


@anyio
async def test_after_a_batch_spent_tokens_lie_in_no_order_of_arrival(
    app: Litestar, database: str
) -> None:
    asked, queue = await make_round(), GroupCommit(GROUP)
    spent = [spending() for _ in range(6 * BATCH)]
    for text in spent:
        assert await add(queue, row(asked), text)
    place = "rowid" if outside.is_sqlite(database) else "ctid"
    sql = f"SELECT hash FROM spent ORDER BY {place}"
    assert correlated(spent, [text for (text,) in await outside.rows(database, sql)])
    assert await inbox.move_due(datetime.date.today()) == len(spent)
    assert not correlated(spent, [text for (text,) in await outside.rows(database, sql)])
    assert await Spent.exists().where(Spent.waiting.eq(True)) is False
    if outside.is_sqlite(database):
        content = outside.file_of(database).read_bytes()
        # Rows lie in a page from its end: by where they are, not by what the index says.
        places = sorted(spent, key=lambda text: content.find(text.encode()))
        assert not correlated(spent, places)
        assert not outside.file_of(database).with_suffix(".db-wal").stat().st_size
    else:
        sql = "SELECT DISTINCT xmin::text FROM spent"
        assert len(await outside.rows(database, sql)) == 1
