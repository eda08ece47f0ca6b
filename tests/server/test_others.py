"""What somebody who has answered is told of others: only what a release lets out, and from one."""

from typing import Any

import httpx
import pytest

import exports
from enumerations import Language
from exports import ALL, Kind
from exports.disclosure.rules import K
from tests.server import outside
from tests.server.conftest import keep_release, made_release, make_round, released_round, words

pytestmark = pytest.mark.anyio
CODE = "LUNVIK26"


async def others(client: httpx.AsyncClient, code: str = CODE) -> dict[str, Any]:
    reply = await client.get(f"/api/rounds/{code}/others")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def test_before_a_release_there_are_no_numbers_but_the_least(
    client: httpx.AsyncClient,
) -> None:
    await make_round(CODE)
    nothing = {"round": None, "published": None, "themes": [], "areas": []}
    assert await others(client) == nothing | {"least": K}
    service = {"key": "bv", "name": words("Barnevernet"), "class": "barnevern_kommune"}
    other = {"key": "annen", "name": words("Annen")}
    await make_round("VERN26", services=[service], organisation=other)
    assert (await others(client, "VERN26"))["least"] > K
    assert (await client.get("/api/rounds/INGEN/others")).status_code == 404


async def test_what_is_told_is_what_the_release_shows_of_everybody(
    client: httpx.AsyncClient,
) -> None:
    await released_round(CODE)
    made = made_release()
    told = await others(client)
    assert (told["round"], told["published"]) == (CODE, made.published)
    for kind, name in ((Kind.THEME, "themes"), (Kind.GROUP, "areas")):
        shown = {
            figure.subject: figure
            for figure in made.figures
            if (figure.kind, figure.service, figure.period) == (kind, ALL, None)
            and figure.visible
            and not figure.bounded
        }
        assert {mention["id"] for mention in told[name]} == shown.keys() != set()
        for mention in told[name]:
            share = exports.share(shown[mention["id"]], (1, 2))
            assert share is not None
            assert (mention["x"], mention["n"]) == (share.x, share.n)
            assert mention["label"].keys() == set(Language)
            for language in Language:
                assert mention["about"][language] == exports.about(share, language)
                assert mention["between"][language] == exports.between(share, language)
            assert mention["published"] == made.published
        xs = [mention["x"] for mention in told[name]]
        assert xs == sorted(xs, reverse=True)
    assert {"H1_hap", "C1_vente"}.isdisjoint({mention["id"] for mention in told["themes"]})


async def test_the_round_before_is_told_of_until_this_one_has_a_release(
    client: httpx.AsyncClient,
) -> None:
    await released_round("FORST26", opened_days_ago=400)
    await released_round("ANDRE26", opened_days_ago=200)
    elsewhere = {"key": "klubb", "name": words("Klubben"), "class": "fritidsklubb"}
    await released_round("KLUBB26", opened_days_ago=100, services=[elsewhere])
    row = await make_round(CODE)
    assert (await others(client))["round"] == "ANDRE26"
    assert (await others(client, "ANDRE26"))["round"] == "ANDRE26"
    await keep_release(row, made_release({"A1_tillit": range(20)}))
    told = await others(client)
    assert told["round"] == CODE
    assert [mention["id"] for mention in told["themes"]] == ["A1_tillit"]


async def test_a_release_that_was_changed_is_not_told_of(
    client: httpx.AsyncClient, database: str
) -> None:
    await released_round(CODE)
    changed = """replace(document, '"base":5', '"base":1')"""
    await outside.rows(database, f"UPDATE release SET document = {changed}")
    reply = await client.get(f"/api/rounds/{CODE}/others")
    assert reply.status_code == 500
    assert "om lag" not in reply.text
