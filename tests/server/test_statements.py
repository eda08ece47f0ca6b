"""The statements about privacy and accessibility: one tap from every page, and about the round."""

import datetime
import re

import httpx
import pytest
from litestar import Litestar

from enumerations import Language
from server import pages
from server.collect.definition import months_after
from server.collect.responses import Document
from server.collect.tables import Response
from server.staff import accounts
from tests.attacks import doors
from tests.attacks.markup import Node, read
from tests.server.conftest import (
    NAME,
    PASSWORD,
    definition,
    make_round,
    released_round,
    sign_in,
)
from tests.server.rounds import CODE, today

pytestmark = pytest.mark.anyio
ADDRESSES = ("/personvern", "/tilgjengelighet")
ROUND = "LUNVIK26"
ANSWERING = '<div id="app">'
"""The answering page has its own way there (tests/browser/test_leaving.py)."""

NOT_OURS = {"/schema/finnes-ikke"}


def path(address: str) -> str:
    return address.partition("?")[0]


def links(page: Node) -> list[str]:
    return [node.attributes["href"] for node in page.all("a")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_every_page_leads_to_both_statements(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    await released_round(CODE)
    await accounts.create_account(NAME, PASSWORD)
    await sign_in(client, NAME, PASSWORD)
    seen = 0
    for (method, address, _), shown in (await doors.walk(client, app)).items():
        html = dict(shown.headers).get("content-type", "").startswith("text/html")
        if method != "GET" or not html or ANSWERING in shown.body or path(address) in NOT_OURS:
            continue
        for name in ADDRESSES:
            leading = [one for one in links(read(shown.body)) if path(one).endswith(name)]
            assert leading, (address, shown.body)
            there = await client.get(leading[-1])
            assert there.status_code == 200, address
            if "lang=" in address:
                assert there.text.splitlines()[1] == shown.body.splitlines()[1]
        seen += 1
    assert seen > 20


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_rounds_privacy_page_says_who_asks_and_who_reads(
    client: httpx.AsyncClient, language: Language
) -> None:
    closes = today() + datetime.timedelta(days=20)
    await make_round(ROUND, closes=closes, keep_months=7)
    asked = definition(ROUND)
    page = read((await client.get(f"/r/{ROUND}/personvern?lang={language}")).text)
    said = [node.text for node in page.all("dd")]
    assert said[:2] == [asked.organisation.name[language], asked.readers[language]]
    assert asked.mandate.decides[language] in said[2]
    assert asked.mandate.means[language] in said[2]
    assert said[3] == pages.date_text(months_after(closes, 7), language)
    await make_round(f"{ROUND}B", opened_days_ago=10, keep_months=7)
    rolling = read((await client.get(f"/r/{ROUND}B/personvern?lang={language}")).text)
    assert re.match(r"7 (måneder|månader|months) ", [one.text for one in rolling.all("dd")][3])
    alone = read((await client.get(f"/personvern?lang={language}")).text)
    assert not list(alone.all("dd"))
    assert next(alone.all("h1")).text == next(page.all("h1")).text


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_statement_has_no_script_and_says_where_to_complain(
    client: httpx.AsyncClient, address: str
) -> None:
    page = read((await client.get(address)).text)
    assert not list(page.all("script"))
    outside = [link for link in links(page) if "//" in link]
    authority = "datatilsynet" if address == "/personvern" else "uutilsynet"
    assert outside == ["https://www.yr.no/", f"https://www.{authority}.no/"]


async def test_a_statement_of_no_round_is_not_found(client: httpx.AsyncClient) -> None:
    reply = await client.get("/r/INGEN99/personvern?lang=nn")
    assert reply.status_code == 404
    assert '<html lang="nn">' in reply.text


TOLD = {
    "answers": 0,
    "stories": 0,
    "teller": 1,
    "services": 2,
    "age_band": 2,
    "language": 3,
    "week": 3,
    "receipt_hash": 4,
    "held": 5,
    "research": 6,
}
"""What is stored of an answer, and which point of "What we store" tells of it."""

OUR_OWN = {"id", "round", "document", "has_story", "stories_deleted"}
"""Columns that say nothing more of the young person than `TOLD` does."""


def test_everything_that_is_stored_of_an_answer_is_told() -> None:
    stored = set(Document.__struct_fields__) | {c._meta.name for c in Response._meta.columns}
    assert stored - OUR_OWN == TOLD.keys(), "tell of it in statements.pages.privacy, then here"
    for language in Language:
        told = pages.messages(language)["statements"]["pages"]["privacy"]["sections"][0]["body"][0]
        assert len(told) == len(set(TOLD.values()))
