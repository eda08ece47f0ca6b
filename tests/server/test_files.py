"""Files over HTTP: a release's for anybody, a data set's for whoever is signed in."""

import asyncio
import datetime

import httpx
import pytest

import exports
from server.release import service
from server.release.service import ReleaseError
from server.staff import accounts
from tests.attacks import doors
from tests.server.conftest import NAME, PASSWORD, sign_in
from tests.server.rounds import CODE

pytestmark = pytest.mark.anyio
DAY = datetime.date.today()


async def test_a_release_and_its_data_set_come_as_the_command_writes_them(
    client: httpx.AsyncClient,
) -> None:
    await doors.load_round()
    await doors.send_and_read(client, 0, doors.ANSWERED)
    assert (await client.get(f"/api/rounds/{CODE}/release/csv")).status_code == 404
    with pytest.raises(exports.HistoryError, match="Release first"):
        await service.dataset(CODE, DAY)
    await service.publish(CODE, DAY)
    made, study = await service.to_export(CODE)
    for form in exports.formats(exports.Release):
        reply = await client.get(f"/api/rounds/{CODE}/release/{form}")
        assert reply.content == exports.render(made, form, study), form
        assert exports.file_name(made, form, study) in reply.headers["content-disposition"]
    for form in ("xls", "qdpx"):
        reply = await client.get(f"/api/rounds/{CODE}/release/{form}")
        assert reply.json()["code"] == "unknown_format"

    data = f"/stab/{CODE}/data/csv"
    assert (await client.get(data)).status_code == 303
    await accounts.create_account(NAME, PASSWORD)
    assert (await sign_in(client, NAME, PASSWORD)).status_code == 303
    assert (await client.get(data)).status_code == 404
    rows, _ = await service.dataset(CODE, DAY)
    assert (await client.get(data)).content == exports.render(rows, "csv", study)

    await service.retract(CODE, 1, "Feil tema", DAY)
    assert (await client.get(data)).status_code == 404
    assert (await client.get(f"/api/rounds/{CODE}/release/csv")).status_code == 404
    with pytest.raises(exports.HistoryError, match="Release again"):
        await service.dataset(CODE, DAY)
    with pytest.raises(ReleaseError, match="retracted already"):
        await service.retract(CODE, 1, "Feil tema", DAY)
    with pytest.raises(ReleaseError, match="no release 7"):
        await service.retract(CODE, 7, "Feil tema", DAY)
    second = await service.publish(CODE, DAY)
    assert await service.earlier((await service._round(CODE))[0].id, second) == []
    history = await service.history((await service._round(CODE))[0].id)
    assert (history.retracted, len(history.exports)) == ({1}, 1)


async def test_what_was_not_compared_with_what_went_out_meanwhile_does_not_go_out(
    client: httpx.AsyncClient,
) -> None:
    """A data set is made while a release is compared with everything but that data set."""
    await doors.load_round()
    await doors.send_and_read(client, 0, doors.ANSWERED)
    await service.publish(CODE, DAY)
    loop = asyncio.get_running_loop()

    def meanwhile(step: str, done: int, of: int) -> None:
        if (step, done) == ("auditing", 0):
            asyncio.run_coroutine_threadsafe(service.dataset(CODE, DAY), loop).result()

    with pytest.raises(ReleaseError, match="at the same time"):
        await service.publish(CODE, DAY, progress=meanwhile)
    history = await service.history((await service._round(CODE))[0].id)
    assert (len(history.releases), len(history.exports)) == (1, 1)
    assert (await service.publish(CODE, DAY)).number == 2
