"""Two people code a sample apart; what they find is compared, and goes with the stories."""

import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

import exports
from server.collect import inbox, keeping, live, rounds
from server.collect.tables import Response
from server.release import coding, frame, service
from server.release.coding import CodingError
from server.release.service import ReleaseError
from server.staff import accounts
from server.staff.tables import Look
from server.understand import service as understand
from server.understand.tables import Coded
from tests.server.conftest import PASSWORD
from tests.server.outside import everything
from tests.server.rounds import CODE, answer, file_text, receipt, words
from tests.server.test_written import told

pytestmark = pytest.mark.anyio
DAY = datetime.date.today()
QUOTES = words("Kari og Ola leser setninger som er trukket tilfeldig.")
HEARD, WAITED = "A2_sett_hort_trodd", "C2_ventetid"


@pytest.fixture
async def secrets(client: httpx.AsyncClient) -> list[str]:
    """What withdraws each of twenty-four answers, all of them released."""
    await rounds.keep(rounds.parse(file_text(quotes=QUOTES), "runde.yaml"))
    live.forget()
    made = [receipt() for _ in range(24)]
    for number, secret in enumerate(made):
        body = answer(secret, stories={"n1": told(number)})
        assert (await client.post(f"/api/rounds/{CODE}/responses", json=body)).is_success
    await inbox.move_all()
    await understand.annotate_waiting()
    await service.publish(CODE, DAY)
    for name in ("kari", "ola", "per"):
        await accounts.create_account(name, PASSWORD)
    return made


async def files() -> list[dict[str, Any]]:
    drawn = await coding.draw(CODE, ["Kari", "ola"], DAY)
    assert list(drawn) == ["Kari", "ola"]
    return [yaml.safe_load(text) for text in drawn.values()]


def themes_of(text: str) -> list[str]:
    return [WAITED] if "vente" in text else [HEARD]


def written(tmp_path: Path, made: list[dict[str, Any]]) -> list[Path]:
    paths = [tmp_path / f"{number}.yaml" for number in range(len(made))]
    for path, file in zip(paths, made, strict=True):
        path.write_text(yaml.safe_dump(file, allow_unicode=True, sort_keys=False), "utf-8")
    return paths


def filled(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for file in made:
        for part in file["parts"]:
            part["themes"] = themes_of(part["text"])
    return made


async def test_both_read_the_same_parts_in_orders_of_their_own_and_nothing_is_kept(
    secrets: list[str], database: str
) -> None:
    before = await everything(database)
    one, other = await files()
    assert [one["reader"], other["reader"]] == ["kari", "ola"]
    texts = [[part["text"] for part in file["parts"]] for file in (one, other)]
    assert sorted(texts[0]) == sorted(texts[1])
    assert texts[0] != texts[1]
    assert len(texts[0]) == 24, "one part of each teller"
    marks = [{part["part"] for part in file["parts"]} for file in (one, other)]
    assert marks[0].isdisjoint(marks[1])
    assert all(set(part) == {"part", "text", "themes"} for part in one["parts"])
    assert all(part["themes"] is None for part in one["parts"])
    after = await everything(database)
    assert all(after.count(text.encode()) == before.count(text.encode()) for text in texts[0])
    ids = {row["id"].hex for row in await Response.select(Response.id)}
    assert not any(id_ in str((one, other)) for id_ in ids)
    looks = await Look.select(Look.account.name.as_alias("name"))
    assert sorted(look["name"] for look in looks) == ["kari", "ola"]


async def test_what_both_find_reaches_the_gate_beside_program_and_teller(
    secrets: list[str], tmp_path: Path
) -> None:
    made = filled(await files())
    made[0]["parts"][0]["themes"] = None
    await coding.load(CODE, written(tmp_path, made))
    assert await Coded.count() == 23
    found = await rounds.find(CODE)
    assert found is not None
    rows = (await frame.frame(found[0].id, [])).drop_nulls("coded_one")
    assert rows.height == 23
    for row in rows.to_dicts():
        assert row["coded_one"] == row["coded_other"] == row["coded_both"]
        assert set(row["coded_machine"]) <= set(row["themes"])
    assert set(rows["coded_one"].explode()) == {HEARD, WAITED}
    document = await service.publish(CODE, DAY)
    subjects = {f.subject for f in document.figures if f.kind is exports.Kind.AGREEMENT}
    assert subjects == {"themes", "people", "people_machine", "people_teller"}
    await coding.load(CODE, written(tmp_path, made))
    assert await Coded.count() == 23, "files take the place of those before"


async def test_mistakes_are_told_with_their_line_and_nothing_is_kept(
    secrets: list[str], tmp_path: Path
) -> None:
    for change, said in (
        ({"themes": ["A9_ukjent"]}, "'A9_ukjent' is no theme"),
        ({"text": "Noe helt annet."}, "not drawn so"),
        ({"part": "0" * 32}, "not drawn so"),
        ({"themes": "A2_sett_hort_trodd"}, "themes: "),
    ):
        made = filled(await files())
        made[1]["parts"][3] |= change
        with pytest.raises(CodingError) as stopped:
            await coding.load(CODE, written(tmp_path, made))
        assert "1.yaml, line " in str(stopped.value)
        assert said in str(stopped.value)
    made = filled(await files())
    made[1]["parts"].append(made[1]["parts"][0])
    with pytest.raises(CodingError, match="stands twice"):
        await coding.load(CODE, written(tmp_path, made))
    assert await Coded.count() == 0


async def test_one_reader_cannot_stand_in_for_two(secrets: list[str], tmp_path: Path) -> None:
    one, other = filled(await files())
    with pytest.raises(CodingError, match="2 different readers"):
        await coding.load(CODE, written(tmp_path, [one, one]))
    with pytest.raises(CodingError, match="not drawn so"):
        await coding.load(CODE, written(tmp_path, [one, one | {"reader": "ola"}]))
    with pytest.raises(CodingError, match="nothing was drawn for 'per'"):
        await coding.load(CODE, written(tmp_path, [one, other | {"reader": "per"}]))
    for part in other["parts"]:
        part["themes"] = None
    with pytest.raises(CodingError, match="No part is coded in both"):
        await coding.load(CODE, written(tmp_path, [one, other]))
    with pytest.raises(ReleaseError, match="2 different readers"):
        await coding.draw(CODE, ["kari", "Kari"], DAY)
    with pytest.raises(ReleaseError, match="2 different readers"):
        await coding.draw(CODE, ["kari", "ola", "per"], DAY)


async def test_codings_go_with_their_stories(
    secrets: list[str], tmp_path: Path, client: httpx.AsyncClient
) -> None:
    paths = written(tmp_path, filled(await files()))
    await coding.load(CODE, paths)
    reply = await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": secrets[0]})
    assert reply.json() == {"status": "withdrawn"}
    assert await Coded.count() == 23
    with pytest.raises(CodingError, match="its story is gone"):
        await coding.load(CODE, paths)
    await Response.update({Response.week: "2020-W01"}, force=True)
    await keeping.delete_due(DAY)
    assert await Coded.count() == 0
