"""The statements about privacy and accessibility: one tap from every page, and about the round."""

import httpx
import pytest
from litestar import Litestar

from enumerations import Language
from server.staff import accounts
from tests.attacks import doors
from tests.attacks.markup import Node, read
from tests.server.conftest import NAME, PASSWORD, definition, make_round, released_round, sign_in
from tests.server.rounds import CODE

pytestmark = pytest.mark.anyio
ADDRESSES = ("/personvern", "/tilgjengelighet")
ROUND = "LUNVIK26"


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
    without = ("/", f"/r/{CODE}", f"/r/{CODE}/trekk", "/r/INGEN", "/schema/finnes-ikke")
    seen = 0
    for (method, address, _), shown in (await doors.walk(client, app)).items():
        html = dict(shown.headers).get("content-type", "").startswith("text/html")
        if method != "GET" or not html or path(address) in without:
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
    await make_round(ROUND)
    asked = definition(ROUND)
    page = read((await client.get(f"/r/{ROUND}/personvern?lang={language}")).text)
    said = [node.text for node in page.all("dd")]
    assert said[:2] == [asked.organisation.name[language], asked.readers[language]]
    assert asked.mandate.decides[language] in said[2]
    assert asked.mandate.means[language] in said[2]
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
