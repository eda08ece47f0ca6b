"""Proof of work: whoever sends pays a little, once for each answer, however they try."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from litestar import Litestar

from server.collect import live, rounds, work
from server.collect.tables import Inbox, Secret
from server.collect.work import CEILING, EPOCH, FLOOR, SLACK, Turnstile, Work, difficulty
from server.errors import Problem
from tests.server.rounds import CODE, answer, file_text
from tests.server.working import Working, solve

anyio = pytest.mark.anyio
SEND = f"/api/rounds/{CODE}/responses"
WORK = f"/api/rounds/{CODE}/work"
KEY = b"k" * 32
HOME = UUID(int=1)
SUBJECT = hashlib.sha256(b"mine").hexdigest()


class Clock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now

    monotonic = time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(work, "time", made)
    return made


def turnstile(key: bytes = KEY, fullness: float = 0) -> Turnstile:
    return Turnstile(key, lambda: fullness)


def done(door: Turnstile, subject: str = SUBJECT, home: UUID = HOME) -> Work:
    asked = door.challenge(home)
    return Work(**solve(asked.challenge, asked.bits, subject))


def refusal(door: Turnstile, shown: Work | None, subject: str = SUBJECT, home: UUID = HOME) -> str:
    try:
        door.check(shown, home, subject)
    except Problem as problem:
        return problem.body.code
    return ""


def test_a_solution_is_good_for_its_answer_and_its_round_only() -> None:
    door = turnstile()
    mine = done(door)
    assert refusal(door, mine) == ""
    assert refusal(door, mine) == "", "sending the same once more costs nothing"
    assert refusal(door, mine, subject=hashlib.sha256(b"another").hexdigest()) == "work_wrong"
    assert refusal(door, mine, home=UUID(int=2)) == "work_expired"
    assert refusal(turnstile(key=b"x" * 32), mine) == "work_expired"
    assert refusal(door, None) == "work_missing"


def test_every_process_with_the_same_key_takes_it() -> None:
    assert refusal(turnstile(), done(turnstile())) == ""


def test_a_challenge_lasts_for_its_hour_and_the_next(clock: Clock) -> None:
    door = turnstile()
    mine = done(door)
    left = EPOCH - clock.now % EPOCH
    clock.now += left + EPOCH - 1
    assert refusal(door, mine) == ""
    clock.now += 1
    assert refusal(door, mine) == "work_expired"
    clock.now -= 3 * EPOCH
    assert refusal(door, mine) == "work_expired", "one from the future"


@given(place=st.integers(0, 40), sign=st.sampled_from("0123456789.-_AZaz ٣\0\n"), cut=st.booleans())
@examples(max_examples=300, deadline=None)
def test_no_challenge_but_ours_is_taken(place: int, sign: str, cut: bool) -> None:
    """Nobody lowers the difficulty, or makes the hour last."""
    door = turnstile()
    text = door.challenge(HOME).challenge
    forged = text[:place] + ("" if cut else sign) + text[place + 1 :]
    if forged != text:
        assert refusal(door, Work(challenge=forged, nonce="1")) == "work_expired"


def test_an_easier_challenge_cannot_be_written_by_hand() -> None:
    door = turnstile()
    epoch, _, mac = door.challenge(HOME).challenge.split(".")
    for bits in (0, 1, 11, 99):
        forged = Work(challenge=f"{epoch}.{bits}.{mac}", nonce="0")
        assert refusal(door, forged) == "work_expired"


def test_a_challenge_and_its_solution_fit_in_one_block_after_the_first() -> None:
    """The page solves with one block of SHA-256 a try because of this."""
    text = turnstile().challenge(HOME).challenge
    assert len(f"{text}:{SUBJECT}:") + 20 <= 64 + 55
    assert len(text) <= 120


@given(rate=st.floats(0, 1e7), fullness=st.floats(0, 1), more=st.floats(1, 100))
def test_difficulty_stays_between_floor_and_ceiling_and_never_falls_with_load(
    rate: float, fullness: float, more: float
) -> None:
    found = difficulty(rate, fullness)
    assert FLOOR <= found <= CEILING
    assert difficulty(rate * more, fullness) >= found
    assert difficulty(rate, min(1, fullness * more)) >= found


def test_quiet_is_easy_and_a_full_queue_is_not() -> None:
    assert difficulty(0, 0) == difficulty(work.EASY, 0) == FLOOR
    assert difficulty(2 * work.EASY, 0) == FLOOR + 1
    assert difficulty(0, 0.5) == difficulty(1e9, 0) == CEILING


def test_a_flood_makes_it_dearer_also_for_those_who_hoard_and_it_passes(clock: Clock) -> None:
    door = turnstile()
    hoarded = [done(door, subject=str(number)) for number in range(3)]
    flood = Turnstile(KEY, lambda: 0)
    for number in range(3):
        assert refusal(flood, hoarded[number], subject=str(number)) == ""
    flood._arrivals._count = work.EASY * 2**SLACK
    assert refusal(flood, hoarded[0], subject="0") == ""
    flood._arrivals._count *= 2
    assert flood.bits() > FLOOR + SLACK
    assert refusal(flood, hoarded[1], subject="1") == "work_expired"
    clock.now += 5 * work.WINDOW
    assert flood.bits() == FLOOR
    assert refusal(flood, done(flood)) == ""


def test_only_work_that_is_done_counts_as_arriving() -> None:
    """Else anybody could make it dear for everybody by sending nothing of worth."""
    door = turnstile()
    for shown in (None, Work("no", "1"), Work(door.challenge(HOME).challenge, "99999")):
        assert refusal(door, shown) != ""
    assert door._arrivals.per_minute() == 0
    assert refusal(door, done(door)) == ""
    assert 0.9 < door._arrivals.per_minute() <= 1


async def load() -> None:
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    live.forget()


@pytest.fixture
async def bare(app: Litestar) -> Any:
    """A client that does no work of its own."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as made:
        yield made


@anyio
async def test_nothing_is_kept_of_an_answer_without_work(bare: httpx.AsyncClient) -> None:
    await load()
    asked = (await bare.get(WORK)).json()
    mine, other = answer(), answer()
    right = solve(**asked, subject=mine["receipt_hash"])
    for body, code in (
        (mine, "work_missing"),
        (mine | {"work": None}, "work_missing"),
        (other | {"work": right}, "work_wrong"),
        (mine | {"work": right | {"challenge": "1." + asked["challenge"]}}, "work_expired"),
        (mine | {"work": right | {"nonce": "x"}}, "invalid"),
        (mine | {"work": right | {"nonce": "1" * 21}}, "invalid"),
        (mine | {"work": {}}, "invalid"),
    ):
        reply = await bare.post(SEND, json=body)
        assert (reply.status_code, reply.json()["code"]) == (400, code)
    assert await Inbox.count() == 0
    for _ in range(2):
        assert (await bare.post(SEND, json=mine | {"work": right})).status_code == 201
    assert await Inbox.count() == 1
    row = await Inbox.select(Inbox.document).first()
    assert row is not None
    assert asked["challenge"] not in row["document"]


@anyio
async def test_the_rounds_own_address_carries_a_challenge_too(bare: httpx.AsyncClient) -> None:
    await load()
    told = (await bare.get(f"/api/rounds/{CODE}")).json()["work"]
    assert told.keys() == {"challenge", "bits"}
    mine = answer()
    body = mine | {"work": solve(**told, subject=mine["receipt_hash"])}
    assert (await bare.post(SEND, json=body)).status_code == 201


@anyio
async def test_no_phone_and_no_address_changes_what_is_asked(app: Litestar) -> None:
    """Thirty pupils sit behind one address."""
    await load()
    found = set()
    for address, count in (("10.0.0.1", 30), ("10.0.0.2", 1)):
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test.local", auth=Working()
        ) as phone:
            for _ in range(count):
                assert (await phone.post(SEND, json=answer())).status_code == 201
            found.add((await phone.get(WORK)).text)
    assert len(found) == 1


@anyio
async def test_the_key_is_made_once_and_is_secret(app: Litestar) -> None:
    first = await work.key()
    assert len(first) == 32
    assert await work.key() == first
    assert await Secret.count().where(Secret.name == work.KEY) == 1
    assert await work.key("another") != first
    assert app.state.work.challenge(HOME) == Turnstile(first, lambda: 0).challenge(HOME)


def test_rounds_have_challenges_of_their_own() -> None:
    door = turnstile()
    assert door.challenge(uuid4()).challenge != door.challenge(uuid4()).challenge
