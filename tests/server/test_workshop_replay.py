"""S1 played again through the real server: list, charts and report are those of the files."""

import datetime
import re
import uuid

import httpx
import pytest
from litestar import Litestar
from lxml import html

from enumerations import Language
from server.act import ledger
from server.settings import Settings
from server.workshop import questions
from tests.browser import chromium
from tests.server import workshop_s1 as s1
from tests.server.conftest import make_round
from tests.server.workshop import Leader, join, make, state
from tests.server.workshop_s1.replay import play, seen

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(database: str) -> Settings:
    found = chromium.find()
    return Settings(database=database, worker=False, browser=str(found or ""))


async def test_the_session_of_s1(client: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    leader, ids = await play(client, browser)
    shown = await seen(client, leader)
    names = {identifier: card for card, identifier in ids.items()}
    written = {card.id: card for card in s1.cards()}

    cards = {names[card["id"]]: card for card in shown["cards"]}
    assert set(cards) == set(written)
    assert {card: found["votes"] for card, found in cards.items()} == {
        card: s1.counted()[card] for card in written
    }
    for card, place in s1.places().items():
        shared = list(s1.places().values()).count(place) > 1
        assert (cards[card]["place"], cards[card]["tied"]) == (place, shared)
    votes = [card["votes"] for card in shown["cards"]]
    assert votes == sorted(votes, reverse=True)
    assert sorted(card["number"] for card in cards.values()) == list(range(1, 44))
    for card in s1.session()["choices"]:
        *counts, none = s1.chosen(card)
        made = cards[card]["choices"]
        assert (made["counts"], made["none"]) == (counts, none)
        assert cards[card]["notes"] == s1.session()["notes"].get(card, [])
        assert made["texts"] == sorted(s1.session()["none"].get(card, {}).values())
    for card, found in cards.items():
        assert found["themes"] == s1.kept(written[card])
        assert (found["challenge"], found["ideas"]) == (
            written[card].challenge,
            written[card].ideas,
        )

    await _the_report(leader, {card: found["number"] for card, found in cards.items()})


async def _the_report(leader: Leader, numbers: dict[str, int]) -> None:
    reply = await leader.browser.get(f"/stab/samlinger/{leader.code}/rapport.html")
    assert reply.status_code == 200
    page = html.fromstring(reply.text)
    said, written = s1.session(), {card.id: card for card in s1.cards()}
    assert "17. april 2024" in page.text_content()
    assert "41 av 43 stemte" in page.text_content()
    _the_list(page, numbers)
    for theme in said["themes"]:
        part = page.get_element_by_id(f"theme-{theme['id']}")
        x = sum(theme["id"] in card.themes for card in written.values())
        assert f"{x} av 43 innspill handlet om dette temaet." in _text(part)
        asked = part.find(f".//section[@id='theme-{theme['id']}-questions']//ol")
        assert 2 <= len(asked) <= 8
        links = [link.get("href") for link in part.iter("a") if link.get("href")[0] != "#"]
        assert links == [url for _, url in questions.guidelines(theme["id"], Language.BOKMAL)]
    for card in said["choices"]:
        rows = page.get_element_by_id(f"valg-{numbers[card]}-t").getparent().getparent()
        cells = [_text(cell) for cell in rows.iter("td")]
        counts = s1.chosen(card)
        assert cells == [f"{x} av {sum(counts)}" for x in counts]
    _the_summary(page, numbers)
    for action in said["actions"]:
        assert action["text"] in page.get_element_by_id(f"onward-{action['level']}").text_content()
    lifted = page.get_element_by_id("onward-lifted").text_content()
    assert all(a["recipient"] in lifted for a in said["actions"] if a.get("lifted"))


def _the_list(page: html.HtmlElement, numbers: dict[str, int]) -> None:
    of = {number: card for card, number in numbers.items()}
    rows = page.get_element_by_id("priorities").findall(".//tbody/tr")
    assert len(rows) == len(s1.places())
    last = 0
    for row in rows:
        place, card, votes = (_text(cell) for cell in row)
        name = of[int(card.split(".")[0])]
        own = s1.places()[name]
        shared = list(s1.places().values()).count(own) > 1
        assert place == f"{own} (delt)" if shared else f"{own}"
        assert votes == str(s1.counted()[name])
        assert own >= last
        last = own


def _the_summary(page: html.HtmlElement, numbers: dict[str, int]) -> None:
    of = {number: card for card, number in numbers.items()}
    written = {card.id: card for card in s1.cards()}
    quotes = page.get_element_by_id("summary").findall(".//blockquote")
    assert len(quotes) >= 20
    for quote in quotes:
        link = quote.find(".//a").get("href")
        card = written[of[int(link.removeprefix("#kort-"))]]
        words = re.match(r"«(.*)» \(", _text(quote))
        assert words is not None
        assert words[1] in re.sub(r"\s+", " ", card.challenge)
        part = next(one for one in quote.iterancestors("section"))
        assert part.get("id").removeprefix("summary-") in card.themes


def _text(element: html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


async def small(client: httpx.AsyncClient, browser: httpx.AsyncClient) -> Leader:
    """A workshop with two cards that has come to its themes."""
    leader = Leader(browser, await make(organisation="Lunvik"))
    phone = await join(client, leader.code)
    await phone.write(
        "NAV, skolen og BUP snakker ikke sammen om ungdommen", "Felles møte", "Mandat"
    )
    await phone.write("Ungdommen får ikke være med å bestemme", "Spør først")
    await leader.steer("go", "themes")
    return leader


async def test_proposals_never_overwrite_what_the_room_says(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = await small(client, browser)
    address = leader.address("/propose")
    first = await browser.post(address, headers=leader.headers)
    assert first.status_code == 200, first.text
    found = await state(client, leader.code)
    assert all(card["themes"] for card in found["cards"])
    card = found["cards"][0]["id"]
    said = {"themes": [{"id": "own_sammen", "label": "Sammen"}], "cards": {card: ["own_sammen"]}}
    assert (await leader.put("/themes", said)).status_code == 200
    again = await browser.post(address, headers=leader.headers)
    after = await state(client, leader.code)
    assert again.status_code == 200
    assert [theme["label"] for theme in after["themes"]] == ["Sammen"]
    assert after["cards"][0]["themes"] == ["own_sammen"]
    assert after["version"] > found["version"]


@pytest.mark.parametrize(
    "said",
    [
        {"themes": [{"id": "finnes_ikke", "label": "x"}], "cards": {}},
        {"themes": [{"id": "own_a", "label": " "}], "cards": {}},
        {"themes": [{"id": "own_a", "label": "a"}] * 2, "cards": {}},
        {"themes": [], "cards": {str(uuid.uuid4()): []}},
        {"themes": [], "cards": {}, "more": 1},
        {"themes": [{"id": "own_a", "label": "a" * 121}], "cards": {}},
    ],
)
async def test_themes_that_do_not_fit_are_refused(
    client: httpx.AsyncClient, browser: httpx.AsyncClient, said: dict[str, object]
) -> None:
    leader = await small(client, browser)
    reply = await leader.put("/themes", said)
    assert reply.status_code in (400, 404)
    assert reply.json()["next"]
    assert (await state(client, leader.code))["themes"] == []


ACTION = {"text": "Møtes", "level": "now", "owner": "Fagleder", "due": "2027-01-15"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"owner": " "}, "action_incomplete"),
        ({"due": None}, "action_incomplete"),
        ({"text": " "}, "invalid"),
        ({"lifted": True}, "recipient_missing"),
        ({"level": "world"}, "invalid"),
        ({"kind": "magic"}, "invalid"),
        ({"barrier": "wall"}, "invalid"),
        ({"text": "x" * 601}, "invalid"),
    ],
)
async def test_an_action_says_who_and_when(
    client: httpx.AsyncClient, browser: httpx.AsyncClient, change: dict[str, object], code: str
) -> None:
    leader = await small(client, browser)
    reply = await leader.put(f"/actions/{uuid.uuid4()}", ACTION | change)
    assert (reply.status_code, reply.json()["code"]) == (400, code)


async def test_actions_are_filtered_lifted_and_sent_to_a_round(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = await small(client, browser)
    row = await make_round("LUNV01")
    changes = [
        {"text": "Møtes oftere"},
        {"level": "state", "lifted": True, "recipient": "KS", "text": "=Tilskudd som varer"},
        {"level": "leader", "barrier": "culture", "kind": "cultural", "text": "Gi mandat"},
    ]
    for change in changes:
        reply = await leader.put(f"/actions/{uuid.uuid4()}", ACTION | change)
        assert reply.status_code == 200, reply.text
    for query, texts in (
        ("", ["Møtes oftere", "Gi mandat", "=Tilskudd som varer"]),
        ("?level=leader", ["Gi mandat"]),
        ("?barrier=culture", ["Gi mandat"]),
        ("?level=county", []),
    ):
        found = await browser.get(leader.address("/actions") + query)
        assert [one["text"] for one in found.json()] == texts
    lifted = await browser.get(f"/stab/samlinger/{leader.code}/oppover.csv")
    lines = lifted.text.removeprefix("\ufeff").splitlines()
    assert lines[1:] == ["KS;'=Tilskudd som varer;Det staten må avgjøre;Fagleder;2027-01-15;;"]

    form = {"form_token": leader.headers["X-Form-Token"], "round": "LUNV01"}
    for _ in range(2):
        sent = await browser.post(f"/stab/samlinger/{leader.code}/rapport/tiltak", data=form)
        assert sent.status_code == 303, sent.text
    decided = await ledger.decided(row.id)
    assert {one.text for one in decided} == {change["text"] for change in changes}
    assert len(decided) == 3
    assert {one.title for one in decided} == {"Samling på Lunvik"}
    card = (await client.get("/api/rounds/LUNV01/card")).json()
    assert card["decided"] == [], "nothing is shown before the card is published"
    await ledger.publish(row.id, [], datetime.date(2026, 10, 1))
    card = (await client.get("/api/rounds/LUNV01/card")).json()
    assert {one["text"] for one in card["decided"]} == {one.text for one in decided}
    page = await client.get("/r/LUNV01/hva-skjedde", headers={"accept-language": "nb"})
    assert "Fra samlingen «Samling på Lunvik»." in page.text
    assert "Fagleder" not in page.text, "who is responsible is for staff"
    unknown = await browser.post(
        f"/stab/samlinger/{leader.code}/rapport/tiltak", data=form | {"round": "FINNES"}
    )
    assert unknown.status_code == 404


async def test_the_facilitator_writes_in_the_report_before_it_is_shared(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = await small(client, browser)
    base = f"/stab/samlinger/{leader.code}/rapport"
    form = {"form_token": leader.headers["X-Form-Token"]}
    text = "Vi var <b>enige</b>.\r\n\r\nNesten."
    saved = await browser.post(f"{base}/tekst/summary", data=form | {"text": text})
    assert saved.status_code == 303
    page = html.fromstring((await browser.get(base)).text)
    words = _text(page.get_element_by_id("summary"))
    assert "Vi var <b>enige</b>." in words
    assert "Redigert av den som ledet samlingen" in words
    shown = await browser.get(f"{base}/tekst/summary")
    assert "Vi var &lt;b&gt;enige&lt;/b&gt;." in shown.text
    await browser.post(f"{base}/tekst/summary", data=form | {"text": " "})
    assert "Vi var" not in (await browser.get(base)).text
    for section in ("results", "finnes-ikke", "theme-finnes_ikke"):
        assert (await browser.get(f"{base}/tekst/{section}")).status_code == 404
        refused = await browser.post(f"{base}/tekst/{section}", data=form | {"text": "x"})
        assert refused.status_code == 404
    without = await browser.post(f"{base}/tekst/summary", data={"text": "x"})
    assert without.status_code == 403


async def test_files_of_the_report(
    app: Litestar, client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = await small(client, browser)
    for suffix, start in (("html", b"\n"), ("docx", b"PK"), ("md", b"# Samling")):
        reply = await browser.get(f"/stab/samlinger/{leader.code}/rapport.{suffix}")
        assert reply.status_code == 200
        assert reply.content.startswith(start) or suffix == "html"
        assert reply.headers["content-disposition"].endswith(f'.{suffix}"')
        again = await browser.get(f"/stab/samlinger/{leader.code}/rapport.{suffix}")
        assert again.content == reply.content
    pie = await browser.get(f"/stab/samlinger/{leader.code}/rapport?diagram=kake")
    assert pie.status_code == 200
    printed = await browser.get(f"/stab/samlinger/{leader.code}/rapport.pdf")
    if chromium.find() is None:
        assert printed.status_code == 503
    else:
        assert printed.content.startswith(b"%PDF-")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as stranger:
        for path in ("rapport", "rapport.docx", "rapport/tekst/intro", "oppover.csv"):
            reply = await stranger.get(f"/stab/samlinger/{leader.code}/{path}")
            assert reply.status_code == 303, "nobody reads it without signing in"
        for path in ("/actions", "/propose", "/themes"):
            reply = await stranger.request(
                "GET" if path == "/actions" else "POST", leader.address(path)
            )
            assert reply.status_code in (401, 405)


async def test_a_hidden_card_is_not_in_the_report(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = await small(client, browser)
    await browser.post(leader.address("/propose"), headers=leader.headers)
    cards = (await state(client, leader.code))["cards"]
    hidden = next(card["id"] for card in cards if "snakker" in card["challenge"])
    await leader.steer("hide", hidden)
    text = (await browser.get(f"/stab/samlinger/{leader.code}/rapport.md")).text
    assert "snakker ikke sammen" not in text
    assert "være med å bestemme" in text
