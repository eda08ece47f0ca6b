"""An answer's way in: what is taken, what is refused and how, and what a receipt can do."""

import asyncio
import datetime
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from litestar import Litestar

from server.collect import inbox, live, preview, responses, rounds
from server.collect.inbox import BATCH, Busy, GroupCommit
from server.collect.tables import Inbox, Response, Round, Tombstone
from server.understand.tables import Annotation
from tests.server import outside
from tests.server.rounds import (
    CODE,
    answer,
    file_text,
    hash_of,
    receipt,
    story,
    today,
    words,
)

pytestmark = pytest.mark.anyio
ROUND = f"/api/rounds/{CODE}"
SEND = f"{ROUND}/responses"
WITHDRAW = f"{ROUND}/withdrawals"


async def load(**changes: Any) -> Round:
    definition = rounds.parse(file_text(**changes), "round.yaml")
    await rounds.keep(definition)
    live.forget()
    found = await rounds.find(definition.code)
    assert found is not None
    return found[0]


async def stored() -> list[dict[str, Any]]:
    """Every answer, wherever it is; documents read."""
    found = [*await Inbox.select(), *await Response.select()]
    return [row | {"document": json.loads(row["document"])} for row in found]


def problem(reply: httpx.Response) -> tuple[int, str]:
    body = reply.json()
    assert body.keys() == {"code", "message", "next"}
    assert all(body.values())
    return reply.status_code, body["code"]


async def test_the_page_is_told_all_that_the_contract_names(client: httpx.AsyncClient) -> None:
    await load()
    told = (await client.get(ROUND)).json()
    assert told.keys() == {
        "code", "title", "organisation", "languages", "status", "opens", "closes", "readers",
        "mandate", "services", "helplines", "questions", "card", "previous", "preview",
        "invited", "keep_months", "stories_deleted", "work", "research",
    }  # fmt: skip
    assert (told["status"], told["closes"], told["previous"]) == ("open", None, None)
    assert told["organisation"] == words("Lunvik kommune")
    kinds = {question["id"]: question["type"] for question in told["questions"]}
    assert list(kinds) == [
        "services", "n1", *(f"mt{i}" for i in range(1, 11)),
        *(f"vekst6_{i}" for i in range(1, 7)), "vekst6_attribution", "age_band",
    ]  # fmt: skip
    assert set(kinds.values()) == {"services", "story", "choice", "age_band"}
    assert "116 111" in {line["number"] for line in told["helplines"]}


async def test_a_code_may_be_typed_in_any_way_and_is_remembered_once(
    client: httpx.AsyncClient,
) -> None:
    await load()
    spellings = [f"kaia{'-' * number}26" for number in range(50)]
    for typed in ("kaia26", "KAIA 26", "k-a-i-a-2-6", " Kaia26 ", *spellings):
        assert (await client.get(f"/api/rounds/{typed}")).json()["code"] == CODE
    assert len(live._kept) == 1


async def test_an_unknown_code_is_said_to_be_unknown(client: httpx.AsyncClient) -> None:
    await load()
    for code in ("UKJENT", "%00", "K%00IA26", "%ED%A0%80", "x" * 3000, "æøåß", "-", "kaia26%0A9"):
        for reply in (
            await client.get(f"/api/rounds/{code}"),
            await client.post(f"/api/rounds/{code}/responses", json=answer()),
            await client.post(f"/api/rounds/{code}/withdrawals", json={"withdraw": receipt()}),
        ):
            assert problem(reply) == (404, "unknown_round")
    assert await stored() == []


async def test_a_round_takes_answers_from_its_first_to_its_last_day(
    client: httpx.AsyncClient,
) -> None:
    day = datetime.timedelta(1)
    for code, opens, closes, expected in (
        ("FERDIG", today() - 9 * day, today() - day, (410, "round_closed", "closed")),
        ("SNART", today() + day, None, (403, "round_not_open", "upcoming")),
        ("FRSTE", today(), None, (201, "received", "open")),
        ("SISTE", today() - 9 * day, today(), (201, "received", "open")),
    ):
        organisation = {"key": code.lower(), "name": words(code)}
        await load(
            code=code,
            opens=opens.isoformat(),
            closes=closes and closes.isoformat(),
            organisation=organisation,
        )
        reply = await client.post(f"/api/rounds/{code}/responses", json=answer())
        told = (await client.get(f"/api/rounds/{code}")).json()
        said = reply.json().get("code", "received")
        assert (reply.status_code, said, told["status"]) == expected
    assert len(await stored()) == 2


async def test_a_round_waits_for_the_day_on_which_young_people_approved_it(
    client: httpx.AsyncClient,
) -> None:
    """F34. Where it does not wait for that, it says so before it says when it opens."""
    day = datetime.timedelta(1)
    for number, (approved, opens, closes, expected) in enumerate((
        (None, today() - day, None, (403, "round_unapproved", "unapproved")),
        (today() + day, today() - day, None, (403, "round_unapproved", "unapproved")),
        (None, today() + day, None, (403, "round_unapproved", "unapproved")),
        (None, today() - 9 * day, today() - day, (410, "round_closed", "closed")),
        (today(), today() + day, None, (403, "round_not_open", "upcoming")),
        (today(), today() - day, None, (201, "received", "open")),
    )):  # fmt: skip
        code = f"PANEL{number}"
        await load(
            code=code,
            opens=opens.isoformat(),
            closes=closes and closes.isoformat(),
            organisation={"key": code.lower(), "name": words(code)},
            panel={"name": words("Rådet"), "approved": approved and approved.isoformat()},
        )
        reply = await client.post(f"/api/rounds/{code}/responses", json=answer())
        told = (await client.get(f"/api/rounds/{code}")).json()
        said = reply.json().get("code", "received")
        assert (reply.status_code, said, told["status"]) == expected
    assert len(await stored()) == 1


async def test_questions_are_shown_before_the_round_opens_to_whoever_has_the_link(
    client: httpx.AsyncClient,
) -> None:
    row = await load(panel={"name": words("Rådet"), "approved": None})
    other = await load(code="NABO26", organisation={"key": "nabo", "name": words("Nabo")})
    told = (await client.get(ROUND)).json()
    assert (told["status"], told["preview"], told["questions"]) == ("unapproved", False, [])
    token = preview.token_of(row.id)
    shown = (await client.get(f"{ROUND}?preview={token}")).json()
    assert (shown["status"], shown["preview"]) == ("unapproved", True)
    assert [question["id"] for question in shown["questions"]][:2] == ["services", "n1"]
    assert {name for name in told if told[name] != shown[name]} == {"preview", "questions"}
    for wrong in (
        preview.token_of(other.id),
        token[:-1],
        token + "0",
        token.upper(),
        "",
        "æ",
        "x" * 999,
    ):
        reply = await client.get(ROUND, params={"preview": wrong})
        assert problem(reply) == (403, "preview_wrong")


async def test_a_round_that_has_not_begun_keeps_its_questions_to_itself(
    client: httpx.AsyncClient,
) -> None:
    day = datetime.timedelta(1)
    await load(opens=(today() + day).isoformat())
    assert (await client.get(ROUND)).json()["questions"] == []
    await load()
    assert (await client.get(ROUND)).json()["questions"] != []


async def test_nothing_is_sent_from_a_preview(client: httpx.AsyncClient) -> None:
    """Not even to a round that is open, and whatever the token."""
    row = await load()
    for token in (preview.token_of(row.id), "x", ""):
        reply = await client.post(SEND, params={"preview": token}, json=answer())
        assert problem(reply) == (403, "preview_only")
    assert await stored() == []


async def test_a_corrected_round_has_another_link(client: httpx.AsyncClient) -> None:
    first = preview.token_of((await load()).id)
    second = preview.token_of((await load(title=words("Rettet"))).id)
    assert first != second
    assert problem(await client.get(f"{ROUND}?preview={first}")) == (403, "preview_wrong")


async def test_a_round_takes_no_more_answers_than_its_quota(client: httpx.AsyncClient) -> None:
    row = await load(quota=100)
    document = '{"language":"nb","services":[],"age_band":null,"stories":{},"answers":{}}'

    async def arrive(count: int) -> None:
        await inbox.write(
            [
                Inbox(round=row.id, receipt_hash=hash_of(receipt()), week="2026-W02",
                      document=document)
                for _ in range(count)
            ]
        )  # fmt: skip
        live.forget()

    await arrive(60)
    await inbox.move_all()
    await arrive(39)
    last = answer()
    assert (await client.get(ROUND)).json()["status"] == "open"
    assert (await client.post(SEND, json=last)).status_code == 201
    live.forget()
    assert (await client.get(ROUND)).json()["status"] == "full"
    assert problem(await client.post(SEND, json=answer())) == (403, "round_full")
    assert (await client.post(SEND, json=last)).status_code == 201
    assert len(await stored()) == 100


async def test_whoever_sent_in_time_and_got_no_reply_is_told_so_later(
    client: httpx.AsyncClient,
) -> None:
    """The round has closed meanwhile; to say no would be to say that the answer is not here."""
    day = datetime.timedelta(1)
    await load(opens=(today() - 9 * day).isoformat(), closes=today().isoformat())
    waiting, moved, withdrawn = (answer() for _ in range(3))
    for body in (moved, withdrawn):
        assert (await client.post(SEND, json=body)).status_code == 201
    await inbox.move_all()
    await inbox.withdraw(withdrawn["receipt_hash"])
    assert (await client.post(SEND, json=waiting)).status_code == 201
    before = await stored()
    shut = {"closes": (today() - day).isoformat()}
    definition = rounds.parse(file_text(opens=(today() - 9 * day).isoformat(), **shut), "r.yaml")
    await Round.update({Round.definition: msgspec.json.encode(definition).decode()}, force=True)
    live.forget()
    for body in (waiting, moved, withdrawn):
        assert (await client.post(SEND, json=body)).status_code == 201
    assert problem(await client.post(SEND, json=answer())) == (410, "round_closed")
    assert await stored() == before


async def test_an_answer_is_kept_as_sent_without_what_was_skipped(
    client: httpx.AsyncClient,
) -> None:
    await load()
    body = story("Det var fint der.", services=["nav", "klubb", "nav"], age_band="16-17") | {
        "answers": {"mt3": "dont_know", "mt1": 4}
    }
    reply = await client.post(SEND, json=body)
    assert (reply.status_code, reply.json()) == (201, {"status": "received"})
    (row,) = await stored()
    assert row["document"] == {
        "language": "nb",
        "services": ["klubb", "nav"],
        "age_band": "16-17",
        "stories": {"n1": "Det var fint der."},
        "answers": {"mt1": 4, "mt3": "dont_know"},
        "teller": {"n1": {"asked": "not_asked", "proposed": [], "themes": [], "first": None}},
        "research": False,
    }
    assert row["receipt_hash"] == body["receipt_hash"]
    assert row["week"] == responses.week_of(today())


PARTLY: list[dict[str, Any]] = [
    {},
    {"services": [], "stories": {}, "answers": {}, "age_band": None},
    {"stories": {"n1": "Bare en fortelling."}},
    {"stories": {"n1": " \n\t "}, "answers": {"mt1": 1}},
    {"stories": {"n1": "x" * 4000}},
    {"stories": {"n1": "💙" * 4000}},
    {"services": ["nav", "klubb"]},
]


async def test_everything_can_be_skipped(client: httpx.AsyncClient) -> None:
    """F20: no service has to be named. F48: several may be."""
    await load()
    for body in PARTLY:
        whole = {"receipt_hash": hash_of(receipt()), "language": "nn"} | body
        assert (await client.post(SEND, json=whole)).status_code == 201
        await inbox.move_all()
        (row,) = await Response.select().where(Response.receipt_hash == whole["receipt_hash"])
        document = json.loads(row["document"])
        assert document["services"] == sorted(body.get("services", []))
        has_story = bool(body.get("stories", {}).get("n1", "").strip())
        assert bool(row["has_story"]) is has_story
        assert ("n1" in document["stories"]) is has_story


async def test_nul_in_a_story_is_replaced(client: httpx.AsyncClient) -> None:
    await load()
    assert (await client.post(SEND, json=story("før\0etter"))).status_code == 201
    (row,) = await stored()
    assert row["document"]["stories"] == {"n1": "før�etter"}


async def test_the_same_receipt_again_changes_nothing(client: httpx.AsyncClient) -> None:
    await load()
    first = answer(answers={"mt1": 1})
    other = first | {"answers": {"mt1": 5}}
    together = await asyncio.gather(*(client.post(SEND, json=first) for _ in range(20)))
    assert {reply.status_code for reply in together} == {201}
    for again in (other, first):
        assert (await client.post(SEND, json=again)).status_code == 201
        await inbox.move_all()
        (row,) = await stored()
        assert row["document"]["answers"] == {"mt1": 1}


OK = answer()
HASH = OK["receipt_hash"]
BAD_BODIES: list[tuple[Any, int, str]] = [
    (OK | {"services": ["kino"]}, 400, "unknown_service"),
    (OK | {"answers": {"mt99": 1}}, 400, "unknown_item"),
    (OK | {"answers": {"n1": 1}}, 400, "unknown_item"),
    (OK | {"answers": {"lt1": 1}}, 400, "unknown_item"),
    (OK | {"stories": {"n2": "Hei"}}, 400, "unknown_item"),
    (OK | {"stories": {"mt1": "Hei"}}, 400, "unknown_item"),
    (OK | {"answers": {"mt1": 0}}, 400, "unknown_option"),
    (OK | {"answers": {"mt1": 6}}, 400, "unknown_option"),
    (OK | {"answers": {"mt1": -(2**63)}}, 400, "unknown_option"),
    (OK | {"answers": {"mt1": 10**300}}, 400, "unknown_option"),
    (OK | {"answers": {"mt1": True}}, 400, "invalid"),
    (OK | {"answers": {"mt1": 1.5}}, 400, "invalid"),
    (OK | {"answers": {"mt1": None}}, 400, "invalid"),
    (OK | {"answers": {"mt1": [1]}}, 400, "wrong_form"),
    (OK | {"answers": {"mt1": {"now": [5, 5]}}}, 400, "wrong_form"),
    (OK | {"answers": {"mt1": {"now": [5, 5, 5]}}}, 400, "invalid"),
    (OK | {"answers": {"mt1": {"now": 5}}}, 400, "invalid"),
    (OK | {"answers": {"mt1": [1] * 51}}, 400, "invalid"),
    (OK | {"answers": [1]}, 400, "invalid"),
    (OK | {"answers": {f"x{i}": 1 for i in range(201)}}, 400, "invalid"),
    (OK | {"answers": {"x" * 41: 1}}, 400, "invalid"),
    (OK | {"stories": {"n1": "x" * 4001}}, 400, "invalid"),
    (OK | {"stories": {"n1": 5}}, 400, "invalid"),
    (OK | {"stories": "Hei"}, 400, "invalid"),
    (OK | {"services": "nav"}, 400, "invalid"),
    (OK | {"services": [None]}, 400, "invalid"),
    (OK | {"services": ["nav"] * 51}, 400, "invalid"),
    (OK | {"age_band": "30-99"}, 400, "invalid"),
    (OK | {"age_band": 16}, 400, "invalid"),
    (OK | {"language": "se"}, 400, "invalid"),
    (OK | {"language": None}, 400, "invalid"),
    (OK | {"receipt_hash": HASH[:-1]}, 400, "invalid"),
    (OK | {"receipt_hash": HASH + "0"}, 400, "invalid"),
    (OK | {"receipt_hash": HASH + "\n"}, 400, "invalid"),
    (OK | {"receipt_hash": HASH.upper().replace("0", "A") + ""}, 400, "invalid"),
    (OK | {"receipt_hash": None}, 400, "invalid"),
    (OK | {"name": "Kari"}, 400, "invalid"),
    (OK | {"time": "12:00"}, 400, "invalid"),
    ({"receipt_hash": HASH}, 400, "invalid"),
    ({"language": "nb"}, 400, "invalid"),
    ([OK], 400, "invalid"),
    (None, 400, "invalid"),
    ("Hei", 400, "invalid"),
    (7, 400, "invalid"),
]


async def test_what_does_not_fit_is_refused_and_nothing_is_kept(client: httpx.AsyncClient) -> None:
    await load()
    for body, status, code in BAD_BODIES:
        assert (body, problem(await client.post(SEND, json=body))) == (body, (status, code))
    assert await stored() == []


def raw(inner: bytes) -> bytes:
    return json.dumps(OK).encode()[:-1] + b", " + inner + b"}"


BAD_BYTES = [
    b"",
    b"{",
    b'{"receipt_hash": "',
    b"\xff\xfe",
    json.dumps(OK).encode("utf-16"),
    raw(b'"stories": {"n1": "\xed\xa0\x80"}'),
    raw(rb'"stories": {"n1": "\ud83d"}'),
    raw(rb'"stories": {"n1": "\ude00\ud83d"}'),
    raw(b'"stories": {"n1": "\0"}'),
    raw(b'"answers": {"mt1": ' + b"9" * 5000 + b"}"),
    raw(b'"answers": {"mt1": 1e999}'),
    raw(b'"answers": {"mt1": NaN}'),
    raw(b'"answers": ' + b"[" * 60_000),
    b"[" * 100_000,
    b'{"x":' * 20_000,
    b'{"language": ' + b"[" * 60_000 + b"]" * 60_000 + b"}",
    json.dumps(OK).encode() * 2,
    b"receipt_hash=1&language=nb",
    b"<answer/>",
]


async def test_bytes_that_are_no_json_are_refused(client: httpx.AsyncClient) -> None:
    await load()
    for content in BAD_BYTES:
        for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
            reply = await client.post(SEND, content=content, headers={"Content-Type": kind})
            assert (content[:60], problem(reply)) == (content[:60], (400, "invalid"))
    assert await stored() == []


async def test_a_body_that_is_too_large_is_refused_however_it_comes(
    client: httpx.AsyncClient,
) -> None:
    await load()

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 8192

    large = json.dumps(OK).encode() + b" " * 200_000
    for content in (large, in_pieces()):
        reply = await client.post(
            SEND, content=content, headers={"Content-Type": "application/json"}
        )
        assert problem(reply) == (413, "too_large")
    assert await stored() == []


CANARY = "kanarifugl"
FIELDS: dict[str, Any] = {
    "receipt_hash": lambda text: OK | {"receipt_hash": text},
    "language": lambda text: OK | {"language": text},
    "age_band": lambda text: OK | {"age_band": text},
    "service": lambda text: OK | {"services": [text]},
    "item": lambda text: OK | {"answers": {text: 1}},
    "option": lambda text: OK | {"answers": {"mt1": text}},
    "both": lambda text: OK | {"answers": {text: text}},
    "story": lambda text: OK | {"stories": {"n1": text * 500}},
    "question": lambda text: OK | {"stories": {text: "Hei"}},
    "name": lambda text: OK | {text: 1},
    "path": lambda text: OK | {f"x` - at `$.{text}": 1},
    "list": lambda text: [text],
    "text": lambda text: text,
}
TEXT = st.text(max_size=20).map(lambda text: f"{CANARY}{text}")


@examples(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(field=st.sampled_from(sorted(FIELDS)), text=TEXT, bare=st.booleans())
async def test_no_error_repeats_what_was_sent(
    client: httpx.AsyncClient, field: str, text: str, bare: bool
) -> None:
    body = FIELDS[field](CANARY if bare else text)
    if not await Round.exists():
        await load()
    content = json.dumps(body).encode()
    address = {"Content-Type": f"application/json; {CANARY}=1", CANARY: CANARY}
    replies = [
        await client.post(SEND, content=content, headers=address),
        await client.post(SEND, content=content[:-1]),
        await client.post(f"{SEND}?{CANARY}={CANARY}", content=content),
        await client.post(WITHDRAW, json={"withdraw": [text]}),
        await client.post(WITHDRAW, json={text: text}),
        await client.get(f"/api/rounds/{CANARY}"),
        await client.put(f"{SEND}/{CANARY}", content=content),
        await client.request(CANARY.upper(), SEND),
    ]
    for reply in replies:
        assert 400 <= reply.status_code < 500
        assert CANARY not in reply.text.lower()
        assert CANARY not in str(reply.headers).lower()
    assert await stored() == []


async def test_a_receipt_takes_the_answer_back_wherever_it_is(client: httpx.AsyncClient) -> None:
    await load()
    for moved in (False, True):
        written = receipt()
        body = story("Dette angrer jeg på.", written)
        await client.post(SEND, json=answer())
        await client.post(SEND, json=body)
        if moved:
            await inbox.move_all()
            (row,) = await Response.select().where(Response.receipt_hash == hash_of(written))
            await Annotation.insert(
                Annotation(response=row["id"], model_version="1", document="[]")
            )
        before = len(await stored())
        reply = await client.post(WITHDRAW, json={"withdraw": written})
        assert (reply.status_code, reply.json()) == (200, {"status": "withdrawn"})
        left = {row["receipt_hash"] for row in await stored()}
        assert len(left) == before - 1
        assert hash_of(written) not in left
        assert await Annotation.count() == 0
        assert await Tombstone.exists().where(Tombstone.receipt_hash == hash_of(written))
        again = await client.post(SEND, json=body)
        assert (again.status_code, again.json()) == (201, {"status": "received"})
        assert {row["receipt_hash"] for row in await stored()} == left
        repeated = await client.post(WITHDRAW, json={"withdraw": written})
        assert repeated.status_code == 200


async def test_an_unknown_receipt_takes_nothing_back(client: httpx.AsyncClient) -> None:
    await load()
    await client.post(SEND, json=answer())
    reply = await client.post(WITHDRAW, json={"withdraw": receipt()})
    assert (reply.status_code, reply.json()) == (200, {"status": "unknown_receipt"})
    for wrong in ("", receipt()[1:], receipt() + "0", receipt()[1:] + "A", "%" * 64, "\0" * 64, 7):
        assert problem(await client.post(WITHDRAW, json={"withdraw": wrong})) == (400, "invalid")
    assert len(await stored()) == 1
    assert await Tombstone.count() == 0


async def test_resending_moving_and_withdrawing_at_once_never_doubles_or_revives(
    app: Litestar,
) -> None:
    await load()
    row = await Round.objects().first()
    assert row is not None
    hashes = [hash_of(receipt()) for _ in range(60)]
    document = '{"language":"nb","services":[],"age_band":null,"stories":{},"answers":{}}'

    def arriving(receipt_hash: str) -> Inbox:
        return Inbox(round=row.id, receipt_hash=receipt_hash, week="2026-W02", document=document)

    async def send(some: list[str]) -> None:
        for receipt_hash in some:
            await app.state.group_commit.add(arriving(receipt_hash))

    async def move() -> None:
        for _ in range(15):
            await inbox.move_all()

    async def withdraw(some: list[str]) -> None:
        for receipt_hash in some:
            while not await inbox.withdraw(receipt_hash):
                await asyncio.sleep(0)

    withdrawn = hashes[:15]
    mixed = [secrets.SystemRandom().sample(hashes, len(hashes)) for _ in range(6)]
    await asyncio.gather(*(send(some) for some in mixed), move(), move(), withdraw(withdrawn))
    await inbox.move_all()
    found = Counter(row["receipt_hash"] for row in await stored())
    assert found == dict.fromkeys(hashes[15:], 1)
    assert await Tombstone.count() == len(withdrawn)


async def test_when_too_many_wait_the_next_is_asked_to_wait(app: Litestar) -> None:
    """The limit holds while the group before is being written."""
    row = await load()
    queue = GroupCommit(limit=5)
    arriving = [
        Inbox(round=row.id, receipt_hash=hash_of(receipt()), week="2026-W02", document="{}")
        for _ in range(8)
    ]
    results = await asyncio.gather(*(queue.add(one) for one in arriving), return_exceptions=True)
    assert Counter(map(type, results)) == {type(None): 5, Busy: 3}
    assert await Inbox.count() == 5
    await queue.add(arriving[-1])
    assert await Inbox.count() == 6


async def test_whoever_is_asked_to_wait_is_told_how_long(
    app: Litestar, client: httpx.AsyncClient, database: str
) -> None:
    await load()
    app.state.group_commit = GroupCommit(limit=2)
    async with outside.holding(database, "inbox"):
        sending = {asyncio.create_task(client.post(SEND, json=answer())) for _ in range(9)}
        refused, waiting = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
    taken, _ = await asyncio.wait(waiting)
    replies = [task.result() for task in refused | taken]
    assert all(problem(task.result()) == (503, "busy") for task in refused)
    assert Counter(reply.status_code for reply in replies).keys() == {201, 503}
    assert {r.headers["retry-after"] for r in replies if r.status_code == 503} == {"5"}
    assert await Inbox.count() == sum(reply.status_code == 201 for reply in replies)


async def test_one_answer_that_cannot_be_written_does_not_hinder_the_others(
    app: Litestar,
) -> None:
    row = await load()
    wanted = [hash_of(receipt()) for _ in range(9)]
    good = [Inbox(round=row.id, receipt_hash=h, week="2026-W02", document="{}") for h in wanted]
    bad = Inbox(round=uuid4(), receipt_hash=hash_of(receipt()), week="2026-W02", document="{}")
    queue = app.state.group_commit
    *fine, broken = await asyncio.gather(
        *(queue.add(one) for one in (*good, bad)), return_exceptions=True
    )
    assert fine == [None] * len(good)
    assert isinstance(broken, Exception)
    assert {row["receipt_hash"] for row in await Inbox.select()} == set(wanted)


async def test_a_round_is_moved_when_it_is_full_and_an_old_week_always(app: Litestar) -> None:
    full = await load()
    other = await load(code="KAIA27", opens="2026-01-02")
    this_week, last_week = (responses.week_of(today() - datetime.timedelta(d)) for d in (0, 7))
    document = '{"language":"nb","services":[],"age_band":null,"stories":{},"answers":{}}'

    async def arrive(row: Round, week: str, count: int) -> None:
        await inbox.write(
            [
                Inbox(round=row.id, receipt_hash=hash_of(receipt()), week=week, document=document)
                for _ in range(count)
            ]
        )

    await arrive(full, this_week, BATCH - 1)
    await arrive(other, this_week, 3)
    assert await inbox.move_due(today()) == 0
    await arrive(full, this_week, 1)
    assert await inbox.move_due(today()) == BATCH
    assert {row["round"] for row in await Inbox.select()} == {other.id}
    await arrive(full, last_week, 2)
    assert await inbox.move_due(today()) == 2
    assert await inbox.move_due(today() + datetime.timedelta(7)) == 3
    assert await Inbox.count() == 0


@pytest.mark.parametrize(
    ("day", "week"),
    [("2026-01-01", "2026-W01"), ("2026-12-31", "2026-W53"), ("2027-01-01", "2026-W53")],
)
def test_weeks_are_those_of_iso_8601(day: str, week: str) -> None:
    assert responses.week_of(datetime.date.fromisoformat(day)) == week
