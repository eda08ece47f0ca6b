"""How long stories are kept, and what stays when they are gone."""

import datetime
import json
from typing import Any

import httpx
import msgspec
import pytest

import exports
from exports import ALL, Kind, Policy
from exports.disclosure.catalogue import CODED
from server import worker
from server.collect import inbox, keeping, live, responses, rounds
from server.collect.definition import months_after
from server.collect.responses import NewResponse
from server.collect.tables import Response, Round
from server.release import service
from server.release.frame import frame
from server.understand import service as understand
from server.understand.tables import Annotation
from tests.server import outside
from tests.server.rounds import CODE, answer, file_text, story

pytestmark = pytest.mark.anyio
DAY = datetime.date(2026, 3, 2)
CANARY = "kanarifuglkake"


async def load(**changes: Any) -> Round:
    await rounds.keep(rounds.parse(file_text(**changes), "round.yaml"))
    live.forget()
    found = await rounds.find(changes.get("code", CODE))
    assert found is not None
    return found[0]


async def arrive(*bodies: dict[str, Any], day: datetime.date = DAY, code: str = CODE) -> None:
    found = await live.live_round(code, day)
    rows = [responses.receive(msgspec.convert(body, NewResponse), found, day) for body in bodies]
    await inbox.write(rows)
    await inbox.move_all()


async def told(day: datetime.date = DAY, size: int = 1, code: str = CODE) -> None:
    bodies = [story(f"Klubben er det beste med uka. {CANARY}") for _ in range(size)]
    await arrive(*bodies, day=day, code=code)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-12-15", 12, "2027-12-15"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-12-01", 36, "2029-12-01"),
    ],
)
def test_months_are_counted_as_people_do(day: str, months: int, expected: str) -> None:
    assert months_after(datetime.date.fromisoformat(day), months).isoformat() == expected


def test_the_last_week_is_the_latest_whose_every_day_is_old_enough() -> None:
    first = datetime.date(2026, 1, 1)
    for number in range(0, 800, 3):
        today = first + datetime.timedelta(number)
        for months in (1, 12, 36):
            year, week = keeping.last_week(today, months).split("-W")
            sunday = datetime.date.fromisocalendar(int(year), int(week), 7)
            assert months_after(sunday, months) <= today
            assert months_after(sunday + datetime.timedelta(7), months) > today


async def test_a_round_with_an_end_loses_its_stories_so_many_months_after_it(
    client: httpx.AsyncClient, database: str
) -> None:
    await load(closes="2026-03-31", keep_months=6)
    assert (await client.get(f"/api/rounds/{CODE}")).json()["stories_deleted"] == "2026-09"
    mine = story(f"Klubben er det beste med uka. {CANARY}", age_band="16-17")
    await arrive(mine, answer())
    await understand.annotate_waiting()
    before = await Response.select().order_by(Response.id)
    assert await keeping.delete_due(datetime.date(2026, 9, 29)) == 0
    assert await Response.select().order_by(Response.id) == before
    assert CANARY.encode() in await outside.everything(database)
    assert await keeping.delete_due(datetime.date(2026, 9, 30)) == 1
    assert await Annotation.count() == 0
    assert CANARY.encode() not in await outside.everything(database)
    after = await Response.select().order_by(Response.id)
    for then, now in zip(before, after, strict=True):
        left = json.loads(then["document"])
        deleted = bool(left["stories"])
        left["stories"] = left["teller"] = {}
        assert json.loads(now["document"]) == left
        assert bool(now["stories_deleted"]) is deleted
        changed = {"document", "stories_deleted"}
        assert {k: v for k, v in now.items() if k not in changed} == {
            k: v for k, v in then.items() if k not in changed
        }
    assert await keeping.delete_due(datetime.date(2026, 10, 1)) == 0
    assert await understand.annotate_waiting() == 0


async def test_a_rolling_round_loses_each_answers_stories_after_its_week(
    client: httpx.AsyncClient,
) -> None:
    row = await load(keep_months=1)
    reply = (await client.get(f"/api/rounds/{CODE}")).json()
    assert (reply["stories_deleted"], reply["keep_months"]) == (None, 1)
    weeks = [DAY + datetime.timedelta(7 * number) for number in range(4)]
    for week in weeks:
        await told(week)
    for number, week in enumerate(weeks):
        sunday = week + datetime.timedelta(6)
        due = months_after(sunday, 1)
        assert await keeping.delete_due(due - datetime.timedelta(1)) == 0
        assert await keeping.delete_due(due) == 1
        gone = await Response.count().where(
            Response.round == row.id, Response.stories_deleted.eq(True)
        )
        assert gone == number + 1


async def test_only_the_round_whose_time_is_over_loses_stories(client: httpx.AsyncClient) -> None:
    other = {"key": "nabo", "name": {"nb": "Nabo", "nn": "Nabo", "en": "Nabo"}}
    await load(closes="2026-03-31", keep_months=1)
    later = await load(code="NABO26", organisation=other, closes="2026-03-31", keep_months=2)
    await told()
    await told(code="NABO26")
    assert await keeping.delete_due(datetime.date(2026, 5, 1)) == 1
    (left,) = await Response.select().where(Response.stories_deleted.eq(False))
    assert left["round"] == later.id


async def test_the_worker_deletes_what_is_due(client: httpx.AsyncClient) -> None:
    await load(opens="2024-01-01", closes="2024-02-01")
    await told(datetime.date(2024, 1, 10))
    await worker.once()
    (row,) = await Response.select()
    assert (bool(row["has_story"]), bool(row["stories_deleted"])) == (True, True)
    assert await Annotation.count() == 0


async def test_more_than_one_batch_is_deleted(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CHUNK", 3)
    await load(closes="2026-03-31", keep_months=1)
    await arrive(*(story(f"Fint {number}.") for number in range(8)))
    assert await keeping.delete_due(datetime.date(2026, 5, 1)) == 8


async def test_what_is_being_read_when_it_is_deleted_is_not_kept(
    client: httpx.AsyncClient,
) -> None:
    await load(closes="2026-03-31", keep_months=1)
    await told()
    rows = await Response.select(Response.id, Response.document)
    read = understand._read(rows)
    assert await keeping.delete_due(datetime.date(2026, 5, 1)) == 1
    await understand._keep(read)
    assert await Annotation.count() == 0


async def test_releases_stay_and_later_ones_do_not_count_the_untold(
    client: httpx.AsyncClient,
) -> None:
    """Forty told of the club. When their stories are gone, nobody is said to be silent about it."""
    row = await load(closes="2026-03-31", keep_months=6)
    await told(size=40)
    await arrive(*(answer() for _ in range(20)))
    await understand.annotate_waiting()
    first = await service.publish(CODE, datetime.date(2026, 4, 10))
    document = (await client.get(f"/api/rounds/{CODE}/release")).content
    assert await keeping.delete_due(datetime.date(2026, 10, 1)) == 40
    assert (await client.get(f"/api/rounds/{CODE}/release")).content == document
    rows = await frame(row.id, ["mt1"])
    gone = rows.filter(rows["story_deleted"])
    assert gone.height == gone["has_story"].sum() == 40
    assert gone["themes"].list.len().sum() == 0
    again = await service.publish(CODE, datetime.date(2026, 10, 6))
    assert {figure.id for figure in again.figures} == {figure.id for figure in first.figures}
    for before, after in zip(first.figures, again.figures, strict=True):
        assert (after.n, after.categories, after.mean) == (
            before.n, before.categories, before.mean,
        )  # fmt: skip
    definition = rounds.definition_of(row)
    policy = Policy(service.catalogue(definition, datetime.date(2026, 10, 6)))
    late = exports.release(rows, policy, series="1", published="2026-10-06")
    told_of = [figure for figure in late.figures if figure.kind in CODED]
    assert told_of
    assert not any(figure.visible for figure in told_of)
    answered = late.figure(Kind.ANSWERED, "responses", ALL)
    assert answered is not None
    assert [(count.id, count.x) for count in answered.categories] == [
        ("with_story", 40), ("without_story", 20),
    ]  # fmt: skip
