"""Releases: made of what has been read, kept byte for byte, never touched by what comes later."""

import asyncio
import datetime
import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import polars as pl
import pytest

import exports
import nlp
from nlp.codebook import in_use
from server.collect import inbox, live, responses, rounds
from server.collect.responses import NewResponse
from server.collect.tables import Response, Round
from server.release import service
from server.release.frame import frame, quarter_of
from server.release.service import ReleaseError
from server.release.tables import ReleaseRow
from server.understand import service as understand
from server.understand.tables import Annotation
from tests import own_themes
from tests.server.rounds import CODE, answer, file_text, hash_of, receipt, sealed, story

pytestmark = pytest.mark.anyio
DAY = datetime.date(2026, 9, 7)
RELEASE = f"/api/rounds/{CODE}/release"


async def load() -> Round:
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    live.forget()
    found = await rounds.find(CODE)
    assert found is not None
    return found[0]


async def arrive(*bodies: dict[str, Any], day: datetime.date = DAY) -> None:
    """Answers come in on a day, and are shuffled into the store."""
    found = await live.live_round(CODE, day)
    rows = [responses.receive(msgspec.convert(body, NewResponse), found, day) for body in bodies]
    await inbox.write(rows)
    await inbox.move_all()


def crowd(size: int, option: int = 5) -> list[dict[str, Any]]:
    return [answer(answers={"mt1": option}) for _ in range(size)]


async def published(day: datetime.date = DAY) -> bytes:
    made = await service.publish(CODE, day)
    return made.to_bytes()


async def test_a_release_is_served_as_it_was_published_whatever_comes_after(
    client: httpx.AsyncClient,
) -> None:
    row = await load()
    assert (await client.get(RELEASE)).json()["code"] == "not_released"
    mine = receipt()
    await arrive(*crowd(30), answer(mine))
    first = await published()
    pages = [f"/rapport/{CODE}", f"/rapport/{CODE}/nav", f"/rapport/{CODE}/nav?lang=en", RELEASE]
    before = [(await client.get(page)).content for page in pages]
    assert before[-1] == first
    await arrive(*crowd(17, option=1))
    taken_back = await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": mine})
    assert taken_back.json() == {"status": "withdrawn"}
    assert [(await client.get(page)).content for page in pages] == before
    second = await published(DAY + datetime.timedelta(7))
    assert second != first
    assert (await client.get(RELEASE)).content == second
    kept = await ReleaseRow.select().where(ReleaseRow.round == row.id).order_by(ReleaseRow.number)
    assert [(r["number"], r["document"].encode()) for r in kept] == [(1, first), (2, second)]


async def test_releases_made_at_once_get_one_of_each_number(client: httpx.AsyncClient) -> None:
    row = await load()
    await arrive(*crowd(30))
    results = await asyncio.gather(*(published() for _ in range(3)), return_exceptions=True)
    refused = [result for result in results if not isinstance(result, bytes)]
    assert all(isinstance(result, ReleaseError) for result in refused)
    kept = await ReleaseRow.select(ReleaseRow.number).where(ReleaseRow.round == row.id)
    assert sorted(found["number"] for found in kept) == list(range(1, 4 - len(refused)))


async def test_nothing_is_released_while_a_story_is_unread(client: httpx.AsyncClient) -> None:
    await load()
    await arrive(*crowd(30), story("Jeg ble hørt på klubben."))
    with pytest.raises(ReleaseError, match="fortell worker --once"):
        await published()
    assert await ReleaseRow.count() == 0
    assert await understand.annotate_waiting() == 1
    await published()
    await Annotation.update({Annotation.model_version: "0.0+other"}, force=True)
    with pytest.raises(ReleaseError, match="fortell worker --once"):
        await published(DAY + datetime.timedelta(7))


async def test_a_round_that_does_not_exist_is_not_released(client: httpx.AsyncClient) -> None:
    with pytest.raises(ReleaseError, match="fortell round list"):
        await published()


async def test_a_document_that_was_changed_afterwards_is_not_served(
    client: httpx.AsyncClient,
) -> None:
    await load()
    await arrive(*crowd(30))
    text = (await published()).decode()
    await ReleaseRow.update({ReleaseRow.document: text.replace("30", "35")}, force=True)
    for page in (RELEASE, f"/rapport/{CODE}", f"/r/{CODE}/hva-skjedde", f"/rapport/{CODE}/nav"):
        reply = await client.get(page)
        assert reply.status_code == (200 if page.endswith("skjedde") else 500)
        assert '"x":' not in reply.text


async def test_the_gate_gets_one_row_per_answer_and_tells_each_kind_of_silence_apart(
    client: httpx.AsyncClient,
) -> None:
    row = await load()
    await arrive(
        answer(answers={"mt1": 4, "mt2": "dont_know"}, age_band="16-17", services=["nav", "klubb"]),
        answer(answers={}, services=[]),
        story("Klubben er det beste med uka. Ingen på NAV hørte på meg."),
    )
    await understand.annotate_waiting()
    items = ["mt1", "mt2", "vekst6_attribution"]
    found = await frame(row.id, items)
    assert found.schema["mt1"] == pl.Int64
    assert found["period"].unique().to_list() == ["2026-Q3"]
    assert set(found["id"]) == {r["id"].hex for r in await Response.select(Response.id)}
    rows = {(r["has_story"], bool(r["services"])): r for r in found.to_dicts()}
    full, empty, told = rows[False, True], rows[False, False], rows[True, True]
    assert full["services"] == ["klubb", "nav"]
    assert (full["age_band"], full["mt1"], full["mt2"]) == ("16-17", 4, None)
    assert full["dont_know"] == ["mt2"]
    assert (empty["age_band"], empty["mt1"], empty["dont_know"], empty["themes"]) == (
        None, None, [], [],
    )  # fmt: skip
    assert told["themes"]
    assert set(told["themes"]) <= {code.id for code in nlp.codebook().codes}
    assert set(told["themes_positive"]) <= set(told["themes"])


async def test_own_markings_reach_the_gate_as_they_were_shared_out(
    client: httpx.AsyncClient,
) -> None:
    await rounds.keep(rounds.parse(file_text(questionnaire=["services", "merking"]), "round.yaml"))
    live.forget()
    found = await rounds.find(CODE)
    assert found is not None
    markings = [{"merk1": [20, 0, 80], "merk2": "dont_know"}, {"merk2": [35, 65]}]
    await arrive(*(answer(answers=given, age_band=None) for given in markings))
    rows = (await frame(found[0].id, ["merk1", "merk2"])).to_dicts()
    assert sorted((str(row["merk1"]), str(row["merk2"]), row["dont_know"]) for row in rows) == [
        ("None", "[35, 65]", []),
        ("[20, 0, 80]", "None", ["merk2"]),
    ]
    made = exports.Release.from_bytes(await published())
    assert made.figure(exports.Kind.SIGNIFICATION, "merk1", "*") is not None


async def test_what_a_model_of_another_version_heard_is_not_counted(
    client: httpx.AsyncClient,
) -> None:
    row = await load()
    await arrive(story("Klubben er det beste med uka."))
    await understand.annotate_waiting()
    (before,) = (await frame(row.id, []))["themes"].to_list()
    other = next(code.id for code in nlp.codebook().codes if code.id not in before)
    (response,) = await Response.select(Response.id)
    unit = {"start": 0, "end": 1, "themes": [{"id": other, "p": 0.9}], "sentiment": "negative"}
    await Annotation.insert(
        Annotation(
            response=response["id"],
            model_version="0.0+other",
            document=json.dumps([{"units": [unit]}]),
        )
    )
    assert (await frame(row.id, []))["themes"].to_list() == [before]


async def test_a_withdrawn_answer_is_in_no_later_frame(client: httpx.AsyncClient) -> None:
    row = await load()
    mine = receipt()
    await arrive(*crowd(3), answer(mine))
    assert (await frame(row.id, [])).height == 4
    await inbox.withdraw(hash_of(mine))
    assert (await frame(row.id, [])).height == 3


async def test_what_is_released_of_many_is_rounded_and_of_few_hidden(
    client: httpx.AsyncClient,
) -> None:
    await load()
    await arrive(*crowd(33), *crowd(14, option=1))
    made = exports.Release.from_bytes(await published())
    shown = [figure for figure in made.figures if figure.visible]
    assert shown
    for figure in shown:
        assert figure.n is not None
        assert figure.n % 5 == 0
        assert all(count.x % 5 == 0 for count in figure.categories)
    await arrive(*crowd(3), day=DAY)
    again = exports.Release.from_bytes(await published(DAY + datetime.timedelta(7)))
    assert [figure.categories for figure in again.figures] == [
        figure.categories for figure in made.figures
    ]


@pytest.mark.parametrize(
    ("week", "quarter"),
    [
        ("2026-W01", "2026-Q1"),
        ("2026-W14", "2026-Q2"),
        ("2026-W40", "2026-Q4"),
        ("2026-W53", "2026-Q4"),
        ("2027-W01", "2027-Q1"),
    ],
)
def test_a_week_belongs_to_the_quarter_of_its_thursday(week: str, quarter: str) -> None:
    assert quarter_of(week) == quarter


async def test_a_deployments_own_theme_is_chosen_and_stands_in_the_report(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_use, "_own", [])
    file = tmp_path / "own.yaml"
    file.write_text(own_themes.written(own_themes.GOOD_ENOUGH, own_themes.WEAK), "utf-8")
    nlp.use_own_themes(file)
    await load()
    asked = {"language": "nb", "stories": {"n1": own_themes.SAID}}
    reply = (await client.post(f"/api/rounds/{CODE}/proposals", json=asked)).json()
    found = reply["stories"]["n1"]
    assert "O_mobilforbud" in found["proposed"]
    assert {"id": "O_russ", "text": "Russetid"} in reply["themes"]
    chosen = {"n1": sealed(found, ["O_mobilforbud"])}
    await arrive(*(answer(sealed=chosen) for _ in range(40)))
    await understand.annotate_waiting()
    first = await published()
    assert '"O_mobilforbud"' in first.decode()
    page = (await client.get(f"/rapport/{CODE}")).text
    assert "Mobilforbud" in page

    in_use._own.clear()
    refused = await client.post(
        f"/api/rounds/{CODE}/responses", json=answer(sealed={"n1": sealed(found, ["O_russ"])})
    )
    assert refused.json()["code"] == "unknown_theme"
    assert (await client.get(f"/rapport/{CODE}")).text == page
    await understand.annotate_waiting()
    second = await published(DAY + datetime.timedelta(7))
    assert '"O_mobilforbud"' not in second.decode()
