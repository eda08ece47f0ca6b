"""Proposals: nothing is kept of them, only what this server sealed comes back in, and the pool."""

import asyncio
import datetime
import json
import threading
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from litestar import Litestar

import nlp
from enumerations import PLACEHOLDERS, Language, RedactionType
from server import database as engine
from server.collect import live, readings, rounds, seals
from server.collect.readings import Full, Gone, Readings
from server.collect.tables import Inbox, Round
from server.database import connection
from server.settings import Settings
from tests.server import outside
from tests.server.process import nlp_without_weights, serving
from tests.server.rounds import CODE, answer, file_text, sealed, story
from tests.server.working import Working, digest, solve

anyio = pytest.mark.anyio
ROUND = f"/api/rounds/{CODE}"
ASK = f"{ROUND}/proposals"
SEND = f"{ROUND}/responses"
TEXT = "Jeg heter Sondre Lillebø 💙, ring 412 89 037. Måtte vente i åtte måneder på time hos BUP."
KEPT = "Jeg heter [NAVN] 💙, ring [TELEFON]. Måtte vente i åtte måneder på time hos BUP."


async def load(**changes: Any) -> None:
    await rounds.keep(rounds.parse(file_text(**changes), "round.yaml"))
    live.forget()


def other(code: str) -> dict[str, Any]:
    """Who asks in another round."""
    return {"key": code.lower(), "name": {"nb": code, "nn": code, "en": code}}


def told(text: str, item: str = "n1", language: str = "nb") -> dict[str, Any]:
    return {"language": language, "stories": {item: text}}


async def proposal(client: httpx.AsyncClient, text: str = TEXT, address: str = ASK) -> Any:
    reply = await client.post(address, json=told(text))
    assert reply.status_code == 200, reply.text
    return reply.json()["stories"]["n1"]


async def documents() -> list[dict[str, Any]]:
    return [json.loads(row["document"]) for row in await Inbox.select(Inbox.document)]


def problem(reply: httpx.Response) -> tuple[int, str]:
    body = reply.json()
    assert body.keys() == {"code", "message", "next"}
    return reply.status_code, body["code"]


# What is proposed


@anyio
async def test_a_proposal_is_what_the_contract_names(client: httpx.AsyncClient) -> None:
    await load()
    for language in Language:
        body = (await client.post(ASK, json=told(TEXT, language=language))).json()
        assert body.keys() == {"stories", "themes"}
        found = body["stories"]["n1"]
        assert found.keys() == {"text", "removed", "proposed", "seal"}
        assert found["text"] == KEPT
        marked = {r["type"]: found["text"][r["start"] : r["end"]] for r in found["removed"]}
        assert marked == {kind: PLACEHOLDERS[RedactionType(kind)] for kind in ("PERSON", "PHONE")}
        assert "C2_ventetid" in found["proposed"]
        assert len(found["proposed"]) <= 5
        book = {code.id: code.label[language] for code in nlp.codebook().codes}
        assert {theme["id"]: theme["text"] for theme in body["themes"]} == book
        assert not [theme for theme in (*found["proposed"], *book) if theme.startswith("X")]


@anyio
async def test_asking_changes_nothing_and_stores_nothing(
    client: httpx.AsyncClient, database: str
) -> None:
    await load()
    before = [
        await outside.rows(database, f'SELECT * FROM "{t}"') for t in await outside.tables(database)
    ]
    first, second = await proposal(client), await proposal(client)
    assert first == second, "a proposal carries no time and no chance"
    after = [
        await outside.rows(database, f'SELECT * FROM "{t}"') for t in await outside.tables(database)
    ]
    assert before == after


@anyio
async def test_blank_stories_and_odd_signs(client: httpx.AsyncClient) -> None:
    await load(questionnaire=["services", "narrativ4.n1", "narrativ4.n2"])
    stories = {"n1": " \n\t ", "n2": "før\0etter e\u0301 \u202e💙"}
    body = (await client.post(ASK, json={"language": "nb", "stories": stories})).json()
    assert body["stories"].keys() == {"n2"}
    found = body["stories"]["n2"]
    assert "\0" not in found["text"]
    reply = await client.post(SEND, json=answer(answers={}, sealed={"n2": sealed(found)}))
    assert reply.status_code == 201
    (document,) = await documents()
    assert document["stories"] == {"n2": found["text"]}


@anyio
async def test_a_proposal_is_refused_where_an_answer_would_be(client: httpx.AsyncClient) -> None:
    await load(closes="2026-01-03")
    assert problem(await client.post(ASK, json=told(TEXT))) == (410, "round_closed")
    later = (datetime.date.today() + datetime.timedelta(3)).isoformat()
    await load(
        code="SNART",
        opens=later,
        organisation=other("SNART"),
    )
    for address, body, expected in (
        ("/api/rounds/SNART/proposals", told(TEXT), (403, "round_not_open")),
        ("/api/rounds/UKJENT/proposals", told(TEXT), (404, "unknown_round")),
        (ASK, told(TEXT, item="n9"), (410, "round_closed")),
    ):
        assert problem(await client.post(address, json=body)) == expected


@anyio
async def test_what_is_no_question_for_a_proposal_is_refused(client: httpx.AsyncClient) -> None:
    await load()
    bad: list[tuple[Any, str]] = [
        (told(TEXT, item="n2"), "unknown_item"),
        (told(TEXT, item="mt1"), "unknown_item"),
        (told("x" * 4001), "invalid"),
        ({"language": "nb", "stories": {f"n{i}": "x" for i in range(11)}}, "invalid"),
        (told(TEXT) | {"receipt_hash": "0" * 64}, "invalid"),
        (told(TEXT, language="se"), "invalid"),
        ({"stories": {"n1": TEXT}}, "invalid"),
        ({"language": "nb", "stories": {"n1": None}}, "invalid"),
        ([], "invalid"),
    ]
    for body, code in bad:
        reply = await client.post(ASK, json=body)
        assert (body, problem(reply)) == (body, (400, code))
        assert "Sondre" not in reply.text
    large = json.dumps(told(TEXT)).encode() + b" " * 200_000
    reply = await client.post(ASK, content=large, headers={"Content-Type": "application/json"})
    assert problem(reply) == (413, "too_large")


@anyio
async def test_work_is_done_for_these_stories(app: Litestar) -> None:
    """Bound to the texts in any order, and to no answer: it links a proposal to nothing."""
    await load(questionnaire=["narrativ4.n1", "narrativ4.n2"])
    stories = {"n2": "Jeg ventet 💙 lenge.", "n1": TEXT}
    asked = {"language": "nb", "stories": stories}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as bare:
        challenge = (await bare.get(f"{ROUND}/work")).json()
        right = solve(**challenge, subject=digest(stories))
        for body, code in (
            (asked, "work_missing"),
            (asked | {"work": None}, "work_missing"),
            (asked | {"stories": stories | {"n1": f"{TEXT}."}, "work": right}, "work_wrong"),
            (asked | {"work": right | {"challenge": "1." + right["challenge"]}}, "work_expired"),
            (asked | {"work": right | {"nonce": "x"}}, "invalid"),
        ):
            assert problem(await bare.post(ASK, json=body)) == (400, code)
        assert app.state.work._arrivals.per_minute() == 0
        for again in (stories, dict(reversed(stories.items()))):
            reply = await bare.post(ASK, json=asked | {"stories": again, "work": right})
            assert reply.status_code == 200
        assert app.state.work._arrivals.per_minute() > 1


# What is sent after a proposal


@anyio
async def test_what_a_teller_says_is_kept_beside_what_was_proposed(
    client: httpx.AsyncClient,
) -> None:
    await load(questionnaire=["services", "narrativ4.n1", "narrativ4.n2", "narrativ4.n4"])
    asked = dict.fromkeys(("n1", "n2"), TEXT)
    body = (await client.post(ASK, json={"language": "nb", "stories": asked})).json()["stories"]
    proposed = body["n1"]["proposed"]
    said = ["F1_okonomi", "C2_ventetid", "F1_okonomi"]
    sent = answer(
        answers={},
        stories={"n4": TEXT},
        sealed={
            "n1": sealed(body["n1"], said),
            "n2": sealed(body["n2"], [], first=["H4_framtidstro", "A1_relasjon_tillit"]),
        },
    )
    assert (await client.post(SEND, json=sent)).status_code == 201
    (document,) = await documents()
    assert document["stories"] == dict.fromkeys(("n1", "n2", "n4"), KEPT)
    assert document["teller"] == {
        "n1": {
            "asked": "proposal",
            "proposed": sorted(proposed),
            "themes": ["C2_ventetid", "F1_okonomi"],
            "first": None,
        },
        "n2": {
            "asked": "first",
            "proposed": sorted(proposed),
            "themes": [],
            "first": ["A1_relasjon_tillit", "H4_framtidstro"],
        },
        "n4": {"asked": "not_asked", "proposed": [], "themes": [], "first": None},
    }
    assert "seal" not in json.dumps(document)


@anyio
async def test_the_same_receipt_again_changes_nothing_the_teller_said(
    client: httpx.AsyncClient,
) -> None:
    await load()
    found = await proposal(client)
    sent = answer(sealed={"n1": sealed(found, ["F2_bolig"])})
    for body in (sent, sent | {"sealed": {"n1": sealed(found, ["F3_fritid"])}}):
        assert (await client.post(SEND, json=body)).status_code == 201
    (document,) = await documents()
    assert document["teller"]["n1"]["themes"] == ["F2_bolig"]


@anyio
async def test_a_seal_fits_its_round_only(client: httpx.AsyncClient) -> None:
    await load()
    await load(code="KAIA27", organisation=other("KAIA27"))
    mine, theirs = [
        await proposal(client, address=f"/api/rounds/{c}/proposals") for c in (CODE, "KAIA27")
    ]
    assert mine["text"] == theirs["text"]
    assert mine["seal"] != theirs["seal"]
    for code, found, expected in ((CODE, theirs, 400), ("KAIA27", mine, 400), (CODE, mine, 201)):
        address = f"/api/rounds/{code}/responses"
        reply = await client.post(address, json=answer(sealed={"n1": sealed(found)}))
        assert reply.status_code == expected
    assert len(await documents()) == 1


@anyio
async def test_a_seal_fits_its_question_only(client: httpx.AsyncClient) -> None:
    await load(questionnaire=["narrativ4.n1", "narrativ4.n2"])
    moved = answer(answers={}, sealed={"n2": sealed(await proposal(client))})
    assert problem(await client.post(SEND, json=moved)) == (400, "seal_wrong")


@anyio
async def test_a_story_is_sent_sealed_or_raw_and_its_themes_are_of_the_codebook(
    client: httpx.AsyncClient,
) -> None:
    await load()
    found = await proposal(client)
    bad: list[tuple[dict[str, Any], str]] = [
        (story(TEXT, sealed={"n1": sealed(found)}), "story_twice"),
        (story("", sealed={"n1": sealed(found)}), "story_twice"),
        (answer(sealed={"n2": sealed(found)}), "unknown_item"),
        (answer(sealed={"mt1": sealed(found)}), "unknown_item"),
        (answer(sealed={"n1": sealed(found, ["finnes_ikke"])}), "unknown_theme"),
        (answer(sealed={"n1": sealed(found, ["X1_generell_ros"])}), "unknown_theme"),
        (answer(sealed={"n1": sealed(found, first=["finnes_ikke"])}), "unknown_theme"),
        (answer(sealed={"n1": sealed(found, ["C2_ventetid"] * 61)}), "invalid"),
        (answer(sealed={"n1": sealed(found, first=["C2_ventetid"] * 61)}), "invalid"),
        (answer(sealed={"n1": sealed(found, first="C2_ventetid")}), "invalid"),
        (answer(sealed={"n1": sealed(found) | {"removed": []}}), "invalid"),
        (answer(sealed={"n1": TEXT}), "invalid"),
        (answer(sealed={"n1": {"text": TEXT}}), "invalid"),
    ]
    for body, code in bad:
        assert (body, problem(await client.post(SEND, json=body))) == (body, (400, code))
    assert await documents() == []


# Forging a seal


PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MEANT = st.tuples(PLAIN, PLAIN, st.lists(PLAIN, max_size=5))
KEYS = st.binary(min_size=32, max_size=32)


@given(key=KEYS, one=MEANT, two=MEANT)
def test_a_seal_fits_what_was_sealed_and_nothing_else(key: bytes, one: Any, two: Any) -> None:
    seal = seals.seal(key, *one)
    item, text, proposed = one
    assert seals.fits(seal, key, item, text, reversed(proposed))
    same = (item, text, sorted(proposed)) == (*two[:2], sorted(two[2]))
    assert seals.fits(seal, key, *two) is same
    assert not seals.fits(seal, key, item, text, [*proposed, "C2_ventetid"])
    assert not seals.fits(seal, key, text, item, proposed) or item == text
    assert not seals.fits(seal, bytes([key[0] ^ 1]) + key[1:], *one)


@given(key=KEYS, one=MEANT, place=st.integers(0, 42), sign=PLAIN)
def test_a_seal_that_was_changed_fits_nothing(key: bytes, one: Any, place: int, sign: str) -> None:
    seal = seals.seal(key, *one)
    for forged in (seal[:place] + sign + seal[place + 1 :], seal[:place], seal + sign, sign, ""):
        assert seals.fits(forged, key, *one) is (forged == seal)


def test_without_a_key_nothing_is_sealed() -> None:
    for key in (b"", b"short", b"x" * 31, b"x" * 33):
        with pytest.raises(ValueError, match="no key"):
            seals.seal(key, "n1", "Hei", [])


CHANGES: dict[str, Any] = {
    "as written": lambda found, _: {"text": TEXT},
    "name put back": lambda found, _: {"text": found["text"].replace("[NAVN]", "Sondre")},
    "more": lambda found, text: {"text": f"{found['text']}{text}x"},
    "less": lambda found, _: {"text": found["text"][:-1]},
    "composed otherwise": lambda found, _: {"text": found["text"].replace("å", "a\u030a")},
    "another text": lambda found, text: {"text": text},
    "no proposal": lambda found, _: {"proposed": []},
    "more proposed": lambda found, text: {"proposed": [*found["proposed"], text]},
    "proposed twice": lambda found, _: {"proposed": found["proposed"] * 2},
    "seal filled up": lambda found, _: {"seal": f"{found['seal']}="},
    "seal in other case": lambda found, _: {"seal": found["seal"].swapcase()},
    "another seal": lambda found, text: {"seal": text},
}


@anyio
@examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(how=st.sampled_from(sorted(CHANGES)), text=PLAIN)
async def test_a_forged_story_is_refused(client: httpx.AsyncClient, how: str, text: str) -> None:
    if not await Round.exists():
        await load()
        FOUND[:] = [sealed(await proposal(client))]
    forged = FOUND[0] | CHANGES[how](FOUND[0], text)
    reply = await client.post(SEND, json=answer(sealed={"n1": forged}))
    assert problem(reply) == (400, "seal_wrong")
    assert "Sondre" not in reply.text
    assert await documents() == []


FOUND: list[dict[str, Any]] = []


# Keys


@anyio
async def test_every_round_has_a_key_of_its_own_old_ones_too(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.connect(Settings(database=database))
    try:
        first, *_ = connection._migrations()
        with monkeypatch.context() as before:
            before.setattr(connection, "_migrations", lambda: [first])
            await engine.migrate()
        for code in ("GAMMEL1", "GAMMEL2", "GAMMEL3"):
            definition = rounds.parse(file_text(code=code, organisation=other(code)), "r.yaml")
            document = msgspec.json.encode(definition).decode()
            values = f"'{uuid4()}', '{code}', '{document}', '2026-01-01'"
            columns = "id, code, definition, opens"
            await outside.rows(database, f"INSERT INTO round ({columns}) VALUES ({values})")
        await engine.migrate()
        for code in ("NYE1", "NYE2"):
            await load(code=code, organisation=other(code))
        keys = [row["seal_key"] for row in await Round.select(Round.seal_key)]
        assert len(keys) == 5
        assert {len(bytes.fromhex(key)) for key in keys} == {seals.KEY_BYTES}
        assert len(set(keys)) == 5
    finally:
        await engine.close()


@anyio
async def test_the_key_is_told_to_nobody(client: httpx.AsyncClient) -> None:
    await load()
    row = await Round.objects().first()
    assert row is not None
    found = await live.live_round(CODE, datetime.date.today())
    said = (await client.get(ROUND)).text + repr(found) + json.dumps(await proposal(client))
    assert row.seal_key not in said
    assert repr(found.seal_key) not in said


# No model at send


@anyio
async def test_no_model_runs_when_a_sealed_story_is_sent(
    client: httpx.AsyncClient, database: str, tmp_path: Path
) -> None:
    """To a server whose engine cannot be loaded: its weights are not there."""
    await load()
    found = await proposal(client)
    bodies = [answer(sealed={"n1": sealed(found)}), story(TEXT)]
    with serving(
        database, tmp_path / "log", nlp_without_weights(tmp_path), worker="false"
    ) as server:

        def post(address: str, body: Any) -> httpx.Response:
            return httpx.post(server.url + address, json=body, auth=Working())

        for address, body in ((SEND, bodies[1]), (ASK, told(TEXT))):
            reply = await asyncio.to_thread(post, address, body)
            assert problem(reply) == (503, "cannot_deidentify")
            assert reply.headers["retry-after"] == "60"
        reply = await asyncio.to_thread(post, SEND, bodies[0])
        assert reply.status_code == 201
    (document,) = await documents()
    assert document["stories"] == {"n1": KEPT}


# The pool


class Held:
    """Readings that last until they are let go."""

    def __init__(self) -> None:
        self.began, self._free = threading.Semaphore(0), threading.Event()
        self.running = self.most = 0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.began.release()
        assert self._free.wait(60)
        with self._lock:
            self.running -= 1

    async def begun(self, count: int) -> None:
        for _ in range(count):
            assert await asyncio.to_thread(self.began.acquire, timeout=60)

    def let_go(self) -> None:
        self._free.set()


@pytest.fixture
async def held() -> AsyncIterator[Held]:
    found = Held()
    yield found
    found.let_go()


@anyio
async def test_so_many_are_read_at_once_so_many_wait_and_no_more(held: Held) -> None:
    pool = Readings(at_once=2, waiting=3)
    inside = [asyncio.create_task(pool.read(held)) for _ in range(5)]
    await held.begun(2)
    with pytest.raises(Full):
        await pool.read(held)
    held.let_go()
    await asyncio.gather(*inside)
    assert held.most == 2
    assert await pool.read(int, "7") == 7
    pool.close()


@anyio
async def test_whoever_stops_waiting_gives_the_place_to_another(held: Held) -> None:
    pool = Readings(at_once=1, waiting=1)
    reading = asyncio.create_task(pool.read(held))
    await held.begun(1)
    for _ in range(20):
        waiting = asyncio.create_task(pool.read(held))
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await pool.read(held)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    reading.cancel()
    await asyncio.sleep(0)
    next_one = asyncio.create_task(pool.read(held))
    await asyncio.sleep(0)
    with pytest.raises(Full):  # what has begun is read to its end, and keeps its place until then
        await pool.read(held)
    held.let_go()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await next_one
    assert held.most == 1
    pool.close()


@anyio
async def test_a_reading_that_fails_gives_its_place_back() -> None:
    pool = Readings(at_once=1, waiting=0)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            await pool.read(lambda: 1 // 0)
    assert await pool.read(int, "7") == 7
    pool.close()


@anyio
async def test_work_stops_when_the_connection_ends(held: Held) -> None:
    pool = Readings(at_once=1, waiting=1)
    reading = asyncio.create_task(pool.read(held))
    await held.begun(1)
    hung_up = asyncio.Event()

    async def receive() -> dict[str, str]:
        await hung_up.wait()
        return {"type": "http.disconnect"}

    asking = asyncio.create_task(readings.while_there(receive, pool.read(held)))
    await asyncio.sleep(0.01)
    with pytest.raises(Full):
        await pool.read(held)
    hung_up.set()
    with pytest.raises(Gone):
        await asking
    other = asyncio.create_task(pool.read(held))
    held.let_go()
    await asyncio.gather(reading, other)
    pool.close()


@anyio
async def test_when_the_pool_is_full_phones_are_told_when_to_come_again(
    app: Litestar, client: httpx.AsyncClient, held: Held
) -> None:
    """Proposals and raw stories wait in one line; scales and sealed stories pass it by."""
    await load()
    found = sealed(await proposal(client))
    app.state.readings = Readings(at_once=1, waiting=1)
    reading = asyncio.create_task(app.state.readings.read(held))
    await held.begun(1)
    waiting = asyncio.create_task(client.post(ASK, json=told(TEXT)))
    while app.state.readings._places:
        await asyncio.sleep(0)
    for address, body in ((ASK, told(TEXT)), (SEND, story(TEXT))):
        reply = await client.post(address, json=body)
        assert problem(reply) == (503, "busy")
        assert reply.headers["retry-after"] == "5"
    for body in (answer(), answer(sealed={"n1": found})):
        assert (await client.post(SEND, json=body)).status_code == 201
    held.let_go()
    assert (await waiting).status_code == 200
    await reading
    assert (await client.post(SEND, json=story(TEXT))).status_code == 201


@anyio
async def test_a_phone_that_hangs_up_frees_its_place(
    app: Litestar, client: httpx.AsyncClient, held: Held
) -> None:
    await load()
    pool = app.state.readings = Readings(at_once=1, waiting=1)
    reading = asyncio.create_task(pool.read(held))
    await held.begun(1)
    hung_up = asyncio.Event()
    challenge = (await client.get(f"{ROUND}/work")).json()
    asked = told(TEXT) | {"work": solve(**challenge, subject=digest({"n1": TEXT}))}
    messages = [{"type": "http.request", "body": json.dumps(asked).encode(), "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    scope: Any = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": ASK, "raw_path": ASK.encode(), "root_path": "", "query_string": b"",
        "scheme": "http", "headers": [(b"content-type", b"application/json")],
        "server": ("test.local", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    phone = asyncio.create_task(app(scope, receive, send))
    while pool._places:
        await asyncio.sleep(0)
    assert problem(await client.post(ASK, json=told(TEXT))) == (503, "busy")
    hung_up.set()
    await phone
    again = asyncio.create_task(client.post(ASK, json=told(TEXT)))
    while pool._places:
        await asyncio.sleep(0)
    held.let_go()
    assert (await again).status_code == 200
    await reading


@anyio
async def test_many_at_once_each_get_their_own(app: Litestar, client: httpx.AsyncClient) -> None:
    """The real engine, two at a time: no text, theme or seal of another's."""
    await load()
    app.state.readings = Readings(at_once=2, waiting=40)
    about = ("ventet lenge på time", "ingen penger til husleia", "læreren hørte på meg")
    texts = [f"Jeg heter Kari, nummer {number}: {about[number % 3]}." for number in range(24)]
    replies = await asyncio.gather(*(proposal(client, text) for text in texts))
    key = (await live.live_round(CODE, datetime.date.today())).seal_key
    for text, found in zip(texts, replies, strict=True):
        alone = nlp.propose(text)
        assert (found["text"], found["proposed"]) == (alone.text, list(alone.themes))
        assert seals.fits(found["seal"], key, "n1", alone.text, alone.themes)
    sending = [client.post(SEND, json=answer(sealed={"n1": sealed(found)})) for found in replies]
    assert {reply.status_code for reply in await asyncio.gather(*sending)} == {201}
    stored = Counter(document["stories"]["n1"] for document in await documents())
    assert stored == Counter(found["text"] for found in replies)
