"""Consent to research: asked by the round, of the old enough, kept, and taken back."""

import datetime
from random import Random
from typing import Any

import httpx
import pytest

import exports
import nlp
from exports import HistoryError, Layer, StoriesError
from server.collect import inbox, keeping, live, rounds
from server.collect.responses import decode
from server.collect.tables import Response
from server.release import service
from server.release.service import ReleaseError
from server.release.tables import StoriesRow
from server.understand import service as understand
from tests.server.outside import everything
from tests.server.rounds import CODE, answer, file_text, hash_of, receipt, sealed, story, words

pytestmark = pytest.mark.anyio
DAY = datetime.date.today()
WHO = words("Forskere ved Lunvik høgskole")
SAID = """
eg måtte vente lenge på svar og ingen sa noko før dama kom ut att med kaffi til alle der inne
fordi møtet var flytta utan at vi visste det men ho høyrde godt etter då fekk hjelp heile tida
"""
BIRD = "kanarifugl"


def text_of(number: int) -> str:
    """Words in an order of their own, or the stories would be taken for copies."""
    drawn = Random(number).sample(SAID.split(), 14)
    return f"Dama høyrde på meg 😬 {' '.join(drawn)}. Så song {bird(number)}"


def bird(number: int) -> str:
    """A word that only one story has; no number, for those are taken out."""
    return BIRD + "".join("abcdefghij"[int(digit)] for digit in f"{number:02}")


async def load(**changes: Any) -> None:
    await rounds.keep(rounds.parse(file_text(**{"research": WHO} | changes), "runde.yaml"))
    live.forget()


async def send(client: httpx.AsyncClient, body: dict[str, Any]) -> httpx.Response:
    return await client.post(f"/api/rounds/{CODE}/responses", json=body)


def agreeing(number: int, written: str | None = None, **changes: Any) -> dict[str, Any]:
    text = text_of(number)
    said = {"age_band": "16-17", "research": True} | changes
    return answer(written, **({"stories": {"n1": text}} | said))


async def arrive(client: httpx.AsyncClient, *bodies: dict[str, Any]) -> None:
    for body in bodies:
        reply = await send(client, body)
        assert reply.status_code == 201, reply.text
    await inbox.move_all()
    await understand.annotate_waiting()


async def texts() -> set[str]:
    made, _ = await service.stories(CODE, DAY)
    return {one.text for one in made.stories}


async def test_a_round_tells_who_wants_to_read_and_whom_it_asks(client: httpx.AsyncClient) -> None:
    await load()
    told = (await client.get(f"/api/rounds/{CODE}")).json()["research"]
    assert told == {"who": WHO, "ages": ["16-17", "18-24", "25-29"]}
    page = await client.get(f"/r/{CODE}/personvern?lang=nn")
    assert WHO["nn"] in page.text


@pytest.mark.parametrize(
    "changes",
    [
        {"age_band": "13-15"},
        {"age_band": None},
        {"stories": {}},
        {"stories": {"n1": "  "}},
    ],
)
async def test_no_consent_is_taken_of_the_young_or_of_who_did_not_tell(
    client: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    await load()
    reply = await send(client, agreeing(1, **changes))
    assert (reply.status_code, reply.json()["code"]) == (400, "not_asked")


async def test_a_round_that_does_not_ask_takes_no_consent(client: httpx.AsyncClient) -> None:
    await load(research=None)
    assert (await client.get(f"/api/rounds/{CODE}")).json()["research"] is None
    assert (await send(client, agreeing(1))).json()["code"] == "not_asked"
    with pytest.raises(ReleaseError, match="does not ask"):
        await service.stories(CODE, DAY)


async def test_consent_is_kept_with_the_answer_and_is_no_by_itself(
    client: httpx.AsyncClient,
) -> None:
    await load()
    await arrive(
        client, agreeing(1), agreeing(2, research=False), story(text_of(3), age_band="18-24")
    )
    kept = [decode(row["document"]).research for row in await Response.select()]
    assert sorted(kept) == [False, False, True]


async def test_stories_come_of_those_who_agreed_and_of_nobody_else(
    client: httpx.AsyncClient,
) -> None:
    await load()
    yes = [agreeing(number) for number in range(24)]
    no = [agreeing(number, research=False) for number in range(50, 70)]
    few = [agreeing(number, services=["klubb"]) for number in range(70, 79)]
    await arrive(client, *yes, *no, *few, *(answer() for _ in range(5)))
    with pytest.raises(HistoryError, match="Release first"):
        await service.stories(CODE, DAY)
    await service.publish(CODE, DAY)
    made, study = await service.stories(CODE, DAY)
    agreed = {nlp.deidentify(text_of(number)).text for number in range(24)}
    assert {one.text for one in made.stories} == agreed
    assert made.left_out == ("klubb",)
    layers = {coding.layer for one in made.stories for coding in one.codings}
    assert layers == {Layer.MACHINE}
    first = exports.render(made, "qdpx", study)
    again, _ = await service.stories(CODE, DAY + datetime.timedelta(9))
    for name in exports.formats(exports.Stories):
        assert exports.render(again, name, study) == exports.render(made, name, study), name
    assert exports.render(again, "qdpx", study) == first
    assert await StoriesRow.count() == 1
    rows, _ = await service.dataset(CODE, DAY)
    assert not [name for name in rows.frame.columns if name.startswith("theme_")]
    assert (await service.history((await service._round(CODE))[0].id)).shared == (made.shared,)


async def test_the_tellers_own_themes_are_a_layer_of_their_own(client: httpx.AsyncClient) -> None:
    await load()
    bodies = []
    for number in range(12):
        text = text_of(number)
        work = {"language": "nb", "stories": {"n1": text}}
        asked = (await client.post(f"/api/rounds/{CODE}/proposals", json=work)).json()
        given = sealed(asked["stories"]["n1"], themes=["B4_taushet"])
        bodies.append(agreeing(number, stories={}, sealed={"n1": given}))
    await arrive(client, *bodies)
    await service.publish(CODE, DAY)
    made, _ = await service.stories(CODE, DAY)
    for one in made.stories:
        said = [c for c in one.codings if c.layer is Layer.TELLER]
        assert [(c.start, c.end, c.theme) for c in said] == [(0, len(one.text), "B4_taushet")]


async def test_who_withdraws_is_in_no_later_file_and_is_not_alone_in_that(
    client: httpx.AsyncClient, database: str
) -> None:
    await load()
    receipts = [receipt() for _ in range(24)]
    await arrive(client, *(agreeing(number, mine) for number, mine in enumerate(receipts)))
    await service.publish(CODE, DAY)
    before = await texts()
    body = {"withdraw": receipts[3]}
    assert (await client.post(f"/api/rounds/{CODE}/withdrawals", json=body)).status_code == 200
    after = await texts()
    assert len(before) == 24
    assert len(after) == 14
    assert after < before
    assert not any(bird(3) in text for text in after)
    assert await StoriesRow.count() == 2
    assert hash_of(receipts[3])
    stored = await everything(database)
    assert b'Kanarifugl 3"' not in stored, "no file is kept of what was let out"


async def test_deleted_stories_are_in_no_later_file(
    client: httpx.AsyncClient, database: str
) -> None:
    closes = DAY + datetime.timedelta(1)
    await load(closes=closes.isoformat(), keep_months=1)
    await arrive(client, *(agreeing(number) for number in range(24)))
    await service.publish(CODE, DAY)
    assert len(await texts()) == 24
    assert await keeping.delete_due(DAY + datetime.timedelta(60)) == 24
    with pytest.raises(StoriesError, match="Wait"):
        await service.stories(CODE, DAY)
    assert {decode(row["document"]).research for row in await Response.select()} == {False}
    assert BIRD.encode() not in await everything(database)


async def test_a_copy_that_nobody_has_looked_at_stays_out(client: httpx.AsyncClient) -> None:
    await load()
    same = "Dette er den samme lange teksten som noen sendte mange ganger for å bli hørt mye mer"
    copies = [story(same, age_band="18-24", research=True) for _ in range(15)]
    await arrive(client, *(agreeing(number) for number in range(24)), *copies)
    await service.publish(CODE, DAY)
    assert same not in await texts()
