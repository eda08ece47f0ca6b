"""Promise 1, with all that is at rest and the order in which people sent.

Who attacks knows which person sent first, second and so on, in each round, and holds everything
that lies on disks. They guess from every order they find there. What counts is how often a guess
hits: for one of 200, at random, once in 200, and two points more are allowed.
"""

import datetime
import secrets
from typing import Any

import pytest
from litestar import Litestar

import nlp
from server.collect import company, inbox, live, rounds
from server.collect.inbox import BATCH
from server.collect.responses import week_of
from server.collect.tables import Inbox, Round
from server.understand import service as understand
from tests.server import outside
from tests.server.rounds import file_text, hash_of, receipt, words

anyio = pytest.mark.anyio
PEOPLE = 200
CHANCE, MORE = 1 / PEOPLE, 0.02
WORLDS = 8
BLOCKS = (1, 5, 10, BATCH, 50, 100)
TOLD = (
    '{"language":"nb","services":["nav"],"age_band":null,"stories":{"n1":"Det gikk fint."},'
    '"answers":{},"teller":{}}'
)
Order = list[int]
"""People, by number, in an order that was found somewhere."""


def hits(known: Order, found: Order, block: int) -> float:
    """Share of people that one guess finds, who takes two orders for the same.

    The orders are cut into blocks, and within a block a guess is drawn. This is the expected
    share; it varies less than counting guesses would.
    """
    place = {person: number // block for number, person in enumerate(known)}
    same = sum(place[person] == number // block for number, person in enumerate(found))
    return same / block / len(known)


def guesses(known: Order, found: Order) -> dict[str, float]:
    """How well each way of guessing does: blocks of every size, forwards and backwards."""
    return {
        f"{way}, blocks of {block}": hits(known, order, block)
        for way, order in (("forwards", found), ("backwards", found[::-1]))
        for block in BLOCKS
    }


def test_the_measure_sees_batches_that_lie_one_after_the_other() -> None:
    known = list(range(PEOPLE))
    batches = [known[start : start + BATCH] for start in range(0, PEOPLE, BATCH)]
    for batch in batches:
        company.shuffle(batch)
    found = [person for batch in batches for person in batch]
    assert hits(known, found, BATCH) == 1 / BATCH > CHANCE + MORE
    assert hits(known, known, 1) == 1
    company.shuffle(found)
    assert max(guesses(known, found).values()) < 10 * CHANCE


async def load(code: str) -> Round:
    key = {"key": f"r{code.lower()}", "name": words(code)}
    await rounds.keep(rounds.parse(file_text(code=code, organisation=key), "round.yaml"))
    live.forget()
    found = await rounds.find(code)
    assert found is not None
    return found[0]


async def answered(row: Round) -> list[str]:
    """People answer slowly, and the worker moves and reads each batch; their receipt hashes."""
    today = datetime.date.today()
    hashes = [hash_of(receipt()) for _ in range(PEOPLE)]
    for start in range(0, PEOPLE, BATCH):
        batch = hashes[start : start + BATCH]
        await inbox.write(
            [
                Inbox(round=row.id, receipt_hash=text, week=week_of(today), document=TOLD)
                for text in batch
            ]
        )
        assert await inbox.move_due(today) == BATCH
        await understand.annotate_waiting()
    return hashes


async def orders(database: str) -> dict[str, list[str]]:
    """Receipt hashes in every order in which something of theirs lies."""
    place = "rowid" if outside.is_sqlite(database) else "ctid"
    by = [place, "id", "receipt_hash", "id DESC"]
    joined = f"annotation a JOIN response r ON r.id = a.response ORDER BY a.{place}"
    asked = {f"response by {one}": f"response ORDER BY {one}" for one in by}
    asked |= {"annotation by place": joined, "annotation by id": joined.replace(place, "id")}
    if not outside.is_sqlite(database):
        asked["response by transaction"] = "response ORDER BY xmin::text::bigint, ctid"
        asked["annotation by transaction"] = joined.replace(place, "xmin::text::bigint, a.ctid")
    found = {
        name: [text for (text,) in await outside.rows(database, f"SELECT receipt_hash FROM {rest}")]
        for name, rest in asked.items()
    }
    if outside.is_sqlite(database):
        content = outside.file_of(database).read_bytes()
        hashes = found["response by id"]
        first = {text: content.find(text.encode()) for text in hashes}
        last = {text: content.rfind(text.encode()) for text in hashes}
        found["first place in the file"] = sorted(hashes, key=lambda text: first[text])
        found["last place in the file"] = sorted(hashes, key=lambda text: last[text])
    return found


@pytest.fixture
def quick_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language engine that finds nothing, at once."""

    def read(texts: list[str], ids: list[str], **more: Any) -> list[dict[str, Any]]:
        return [{"language": "nb", "units": [], "safety": []} for _ in texts]

    monkeypatch.setattr(nlp, "annotate", read)


@anyio
async def test_nothing_at_rest_links_answers_to_their_place_or_across_rounds(
    app: Litestar, database: str, quick_reading: None
) -> None:
    """The same people answer two rounds in the same order; eight times, so that chance evens out.

    An attack with the best chance that is left hits once in a hundred: 16 times here. More than
    40 (2.5 %) would happen once in ten million times.
    """
    arrived = {}
    for world in range(WORLDS):
        for number in range(2):
            code = f"{secrets.token_hex(3).upper()}{number}"
            arrived[world, number] = await answered(await load(code))
    assert await Inbox.count() == 0
    found = await orders(database)
    scores: dict[tuple[str, str], list[float]] = {}
    for world in range(WORLDS):
        one, other = (
            {
                name: [whose[text] for text in order if text in whose]
                for name, order in found.items()
            }
            for number in range(2)
            if (whose := {text: n for n, text in enumerate(arrived[world, number])})
        )
        pairs = [(f"order of requests, {name}", list(range(PEOPLE)), one[name]) for name in one]
        pairs += [(f"{a}, {b}", one[a], other[b]) for a in one for b in other]
        for name, known, order in pairs:
            for way, share in guesses(known, order).items():
                scores.setdefault((name, way), []).append(share)
    means = {attack: sum(shares) / WORLDS for attack, shares in scores.items()}
    best = max(means, key=lambda attack: means[attack])
    assert means[best] <= CHANCE + MORE, best
