"""The open table: drawn once for a round, kept, and given again as it was."""

import asyncio
import datetime
from pathlib import Path

import httpx
import pytest

import exports
from exports.disclosure import noise
from server.release import service
from server.release.service import ReleaseError
from server.release.tables import OpenRow
from tests.attacks import doors
from tests.server import outside
from tests.server.rounds import CODE

pytestmark = pytest.mark.anyio
DAY = datetime.date.today()


@pytest.fixture
async def answered(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round with 61 answers, which are too few but in these tests."""
    await doors.load_round()
    await doors.send_and_read(client, 0, doors.ANSWERED)
    monkeypatch.setattr(noise, "TIMES", 0)


@pytest.mark.usefixtures("answered")
async def test_a_round_has_one_table_for_ever(client: httpx.AsyncClient, tmp_path: Path) -> None:
    with pytest.raises(exports.HistoryError, match="Release first"):
        await service.open_table(CODE, DAY, None)
    await service.publish(CODE, DAY)
    made, study = await service.open_table(CODE, DAY, None)
    for epsilon in (None, made.epsilon):
        again, _ = await service.open_table(CODE, DAY + datetime.timedelta(9), epsilon)
        assert again.to_bytes() == made.to_bytes()
    with pytest.raises(exports.OpenTableError, match="is spent"):
        await service.open_table(CODE, DAY, made.epsilon / 2)
    exports.write_open(made, tmp_path / "a.csv", study)

    await doors.send_and_read(client, 100, 130)
    await service.publish(CODE, DAY)
    after, study = await service.open_table(CODE, DAY, None)
    assert after.to_bytes() == made.to_bytes()
    exports.write_open(after, tmp_path / "a.csv", study)
    assert await OpenRow.count() == 1
    history = await service.history((await service._round(CODE))[0].id)
    assert history.opened == made
    assert len(history.releases) == 2

    await service.retract(CODE, 1, "Feil tema", DAY)
    with pytest.raises(exports.OpenTableError, match="retracted"):
        await service.open_table(CODE, DAY, None)


@pytest.mark.usefixtures("answered")
async def test_two_who_draw_at_the_same_time_leave_one_table() -> None:
    await service.publish(CODE, DAY)
    both = await asyncio.gather(
        *(service.open_table(CODE, DAY, None) for _ in range(2)), return_exceptions=True
    )
    drawn = {one[0].to_bytes() for one in both if isinstance(one, tuple)}
    refused = [one for one in both if not isinstance(one, tuple)]
    assert len(drawn) == 1
    assert all(isinstance(one, ReleaseError) for one in refused)
    assert (await service.open_table(CODE, DAY, None))[0].to_bytes() in drawn
    assert await OpenRow.count() == 1


@pytest.mark.usefixtures("answered")
async def test_a_table_that_was_changed_is_not_given(database: str) -> None:
    await service.publish(CODE, DAY)
    await service.open_table(CODE, DAY, None)
    changed = """replace(document, '"told":', '"told":1')"""
    await outside.rows(database, f"UPDATE open_table SET document = {changed}")
    with pytest.raises(ReleaseError, match="has been changed"):
        await service.open_table(CODE, DAY, None)


@pytest.mark.usefixtures("client")
async def test_an_unknown_round_is_said_to_be() -> None:
    with pytest.raises(ReleaseError, match="fortell round list"):
        await service.open_table("UKJENT", DAY, None)
