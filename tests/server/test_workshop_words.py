"""What people write in a workshop is words on every page, in every file, on both databases."""

import csv
import io
import json
import re
import uuid
from typing import Any

import docx
import httpx
import pytest
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from server.act import ledger
from server.settings import Settings
from tests.browser import chromium
from tests.server.conftest import form_token, released_round
from tests.server.rounds import today
from tests.server.test_workshop_report import ATTACKS, W
from tests.server.workshop import Leader, join, state

pytestmark = pytest.mark.anyio
EVIL = " ".join(
    (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</textarea></title></style><svg onload=alert(1)>",
        "\"'><a href=javascript:alert(1)>",
        "[klikk](javascript:alert(1)) ![b](http://127.0.0.1:9/x.png)",
        "{{ 7 * 7 }} {0.__class__} {label} %s",
        "&lt;b&gt;",
    )
)
SHORT = "<img src=x onerror=alert(1)>{label}\"'&lt;"
ODD = "\x00\x08\x1b\u202e\u2067\x7f"
"""Characters that no database takes or that would turn the words around them."""

ROUND = "LUNV01"
HREF = re.compile(r"#|/(?!/)|data:,$|https://www\.helsedirektoratet\.no/")


@pytest.fixture
def settings(database: str) -> Settings:
    return Settings(database=database, worker=False, browser=str(chromium.find() or ""))


async def filled(client: httpx.AsyncClient, browser: httpx.AsyncClient, evil: str) -> Leader:
    """A workshop in which everything that anybody can write is an attack."""
    page = await browser.get("/stab/samlinger")
    given = {"title": evil, "organisation": evil, "template": "samskaping", "language": "nb"}
    given |= {"held": today().isoformat(), "days": "30", "form_token": form_token(page)}
    made = await browser.post("/stab/samlinger", data=given)
    assert made.status_code == 303, made.text
    leader = Leader(browser, made.headers["location"].rpartition("/")[2])
    prompts = {"challenge": evil, "ideas": evil, "title": evil}
    assert (await leader.put("/prompts", prompts)).is_success
    phone, card = await join(client, leader.code), str(uuid.uuid4())
    assert (await phone.write(evil, evil, evil, card=card)).is_success
    await leader.steer("next")
    assert (await phone.vote(card)).is_success
    await leader.steer("next")
    assert (await phone.choose(card, 0, evil)).is_success
    await leader.steer("reveal")
    assert (await leader.put(f"/notes/{card}", {"texts": [evil]})).is_success
    await leader.steer("next")
    assert (await browser.post(leader.address("/propose"), headers=leader.headers)).is_success
    label = evil if len(evil) <= 120 else SHORT
    said = {"themes": [{"id": "own_x", "label": label}], "cards": {card: ["own_x"]}}
    assert (await leader.put("/themes", said)).is_success
    assert (await leader.put("/questions/own_x", {"questions": [evil]})).is_success
    action = {"text": evil, "level": "state", "owner": label, "due": "2027-01-15"}
    action |= {"lifted": True, "recipient": label}
    reply = await leader.put(f"/actions/{uuid.uuid4()}", action)
    assert reply.is_success, reply.text
    form = {"form_token": leader.headers["X-Form-Token"], "text": evil}
    for section in ("summary", "theme-own_x"):
        address = f"/stab/samlinger/{leader.code}/rapport/tekst/{section}"
        assert (await browser.post(address, data=form)).status_code == 303
    return leader


def strings(value: Any) -> list[str]:
    """Every text in a document."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def only_words(page: lxml_html.HtmlElement) -> None:
    """See that nothing in a page runs, loads, or leads to where a phone says."""
    for one in page.iter():
        if not isinstance(one.tag, str):
            continue
        assert not [name for name in one.attrib if name.startswith("on")], one.tag
        assert one.tag not in {"iframe", "object", "embed", "base"}
        assert "alert" not in one.get("src", "")
        assert HREF.match(one.get("href", "#")), one.get("href")
        if one.tag == "script":
            assert "alert" not in (one.text or "")
        if one.tag == "img":
            assert one.get("src", "").startswith("/")


async def test_evil_words_are_words_everywhere(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = await filled(client, browser, EVIL)
    base = f"/stab/samlinger/{leader.code}"
    row = await released_round(ROUND)
    form = {"form_token": leader.headers["X-Form-Token"], "round": ROUND}
    assert (await browser.post(f"{base}/rapport/tiltak", data=form)).status_code == 303
    await ledger.publish(row.id, [], today())
    for address, times in (
        (f"{base}/rapport", 8),
        (f"{base}/rapport?diagram=kake", 8),
        (f"{base}/rapport.html", 8),
        (f"{base}/rapport/tekst/summary", 1),
        (f"{base}/rapport/tekst/theme-own_x", 1),
        ("/stab/samlinger", 1),
        (f"/stab/{ROUND}/tiltak", 1),
        (f"/r/{ROUND}/hva-skjedde", 1),
    ):
        reply = await browser.get(address)
        assert reply.status_code == 200, address
        assert "script-src 'self'" in reply.headers["content-security-policy"]
        page = lxml_html.fromstring(reply.text)
        only_words(page)
        assert plain(page.text_content()).count(EVIL) >= times, address
    reply = await client.get(f"/api/rounds/{ROUND}/card")
    assert reply.headers["content-type"].startswith("application/json")
    assert EVIL in strings(reply.json())


async def test_evil_words_are_words_in_every_file(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    leader = await filled(client, browser, EVIL)
    base = f"/stab/samlinger/{leader.code}"
    files = {
        suffix: await browser.get(f"{base}/rapport.{suffix}") for suffix in ("html", "md", "docx")
    }
    for suffix, reply in files.items():
        assert reply.status_code == 200
        attached = f'attachment; filename="samling-{leader.code}.{suffix}"'
        assert reply.headers["content-disposition"] == attached
        assert reply.headers["x-content-type-options"] == "nosniff"
    for dialect in ("commonmark", "gfm-like", "js-default"):
        parser = MarkdownIt(dialect, {"html": True, "linkify": False}).enable("table")
        page = lxml_html.fromstring(parser.render(files["md"].text))
        only_words(page)
        assert not list(page.iter("img", "script", "svg"))
        assert plain(page.text_content()).count(EVIL) >= 8
    word = docx.Document(io.BytesIO(files["docx"].content))
    said = "".join(part.text or "" for part in word.element.iter(W + "t"))
    assert plain(said).count(EVIL) >= 8
    assert not [one for one in word.part.rels.values() if one.is_external]
    lifted = (await browser.get(f"{base}/oppover.csv")).text.removeprefix("\ufeff")
    (row,) = list(csv.reader(io.StringIO(lifted), delimiter=";"))[1:]
    assert (row[0], row[1], row[3]) == (SHORT, EVIL, SHORT)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_pdf_runs_and_loads_nothing(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    if chromium.find() is None:
        pytest.skip("no Chromium on this machine")
    leader = await filled(client, browser, EVIL)
    made = (await browser.get(f"/stab/samlinger/{leader.code}/rapport.pdf")).content
    assert made.startswith(b"%PDF-")
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|SubmitForm|AA|OpenAction)\b", made)
    assert not [link for link in re.findall(rb"/URI \((.*?)\)", made) if b"helsedir" not in link]


async def test_views_get_json_and_events_in_which_words_are_data(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    text = f"{EVIL}\n\ndata: {{}}\nevent: state\u2028"
    leader = await filled(client, browser, text)
    stored = text.removesuffix("\u2028")
    seen = await state(client, leader.code)
    assert strings(seen).count(stored) >= 9
    reply = await client.get(f"/api/workshops/{leader.code}")
    assert reply.headers["content-type"].startswith("application/json")
    assert strings(await leader.state()).count(stored) >= 9
    rooms = client._transport.app.state.workshops.rooms  # type: ignore[attr-defined]
    held = client._transport.app.state.workshops  # type: ignore[attr-defined]
    event = (await rooms.room(await held.id_of(leader.code)).whole()).plain.decode()
    number, name, data, *rest = event.split("\n")
    assert (number[:4], name, rest) == ("id: ", "event: state", ["", ""])
    assert strings(json.loads(data.removeprefix("data: "))).count(stored) >= 9


@pytest.mark.parametrize("attack", [ODD, *(one for one in ATTACKS if "\x00" in one)])
async def test_characters_that_cannot_be_stored_are_left_out_wherever_they_stand(
    client: httpx.AsyncClient, browser: httpx.AsyncClient, attack: str
) -> None:
    leader = await filled(client, browser, f"Ord{attack}slutt")
    said = strings(await leader.state())
    assert any("slutt" in text for text in said)
    assert not [text for text in said if set(ODD) & set(text)]
    for suffix in ("html", "md", "docx"):
        reply = await browser.get(f"/stab/samlinger/{leader.code}/rapport.{suffix}")
        assert reply.status_code == 200
    nothing = {"themes": [{"id": "own_y", "label": ODD}], "cards": {}}
    assert (await leader.put("/themes", nothing)).json()["code"] == "unknown_theme"
    action = {"text": ODD, "level": "now", "owner": "Leder", "due": "2027-01-15"}
    assert (await leader.put(f"/actions/{uuid.uuid4()}", action)).json()["code"] == "invalid"
