"""One story travels from a phone to a report (issue "The whole way, once")."""

import hashlib
import secrets
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Running, assert_accessible
from tests.conftest import run
from tests.server.working import Working

ROUND = Path(__file__).with_name("round.yaml")
NAME = "Ingeborg Tvedestrandsen"
NUMBER = "918 27 364"
STORY = f"Eg heiter {NAME}, ring meg på {NUMBER}. Eg venta lenge på NAV, men ho høyrde på meg."
WORDS = Path(__file__).parents[2] / "frontend" / "svar" / "words.txt"
ITEMS = [f"mt{i}" for i in range(1, 11)]


def send(url: str, count: int, answer: int, story: str = "Dei svarte meg fort.") -> None:
    """Others answer too, each with an option of their own so that every option is used."""
    for number in range(count):
        body = {
            "receipt_hash": hashlib.sha256(secrets.token_bytes(16)).hexdigest(),
            "language": "nn",
            "services": ["nav"],
            "stories": {"n1": story},
            "answers": dict.fromkeys(ITEMS, (answer + number) % 5 + 1) | {"lt1": number % 11},
        }
        reply = httpx.post(f"{url}/api/rounds/KAIA26/responses", json=body, auth=Working())
        assert reply.status_code == 201


def start(phone: Page, running: Running) -> None:
    """Open by code, read who reads, choose nynorsk."""
    phone.goto(running.url)
    assert_accessible(phone)
    phone.fill("#code", "kaia-26")
    phone.get_by_role("button", name="Gå videre").click()
    expect(phone.get_by_test_id("start")).to_be_visible()
    phone.get_by_role("button", name="Nynorsk").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Fortel om NAV")
    expect(phone.locator("html")).to_have_attribute("lang", "nn")
    expect(phone.get_by_text("To tilsette i NAV.")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_test_id("start").click()


def answer_everything(phone: Page) -> None:
    """Choose a service, write, and tap through the scales."""
    phone.get_by_role("checkbox", name="NAV Lunvik").check()
    phone.get_by_test_id("next").click()
    expect(phone.locator("a[href^='tel:']").first).to_be_visible()
    phone.fill("#story", STORY)
    expect(phone.get_by_test_id("clue")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_test_id("next").click()
    checked: set[int] = set()
    while not phone.get_by_test_id("send").is_visible():
        heading = phone.get_by_role("heading", level=1).inner_text()
        radios = phone.get_by_role("radio")
        radios.nth(min(3, radios.count() - 1)).check(force=True)
        if radios.count() not in checked:
            checked.add(radios.count())
            assert_accessible(phone)
        phone.get_by_test_id("next").click()
        phone.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=heading
        )


def test_from_phone_to_report(phone: Page, running: Running, database: str) -> None:
    running.command("round", "load", str(ROUND))
    start(phone, running)
    answer_everything(phone)
    expect(phone.locator(".look-over .story")).to_contain_text("Ingeborg")
    assert_accessible(phone)
    phone.get_by_test_id("send").click()
    receipt = receipt_words(phone)
    assert_accessible(phone)

    send(running.url, 59, 0)
    running.command("worker", "--once")
    assert httpx.get(f"{running.url}/rapport/KAIA26/nav").status_code == 404
    running.command("release", "--round", "KAIA26")
    pages = [f"/rapport/KAIA26/nav?lang={language}" for language in ("nb", "nn", "en")]
    pages += ["/rapport/KAIA26", "/api/rounds/KAIA26/release", "/api/rounds/KAIA26"]
    pages += ["/r/KAIA26/hva-skjedde", "/stab", "/"]
    before = {page: httpx.get(running.url + page, follow_redirects=True).text for page in pages}
    assert "av 60" in before[pages[0]]

    send(running.url, 60, 2)
    running.command("worker", "--once")
    assert httpx.get(running.url + pages[0]).text == before[pages[0]]
    running.command("release", "--round", "KAIA26")
    after = httpx.get(running.url + pages[0]).text
    assert after != before[pages[0]]
    assert "120" in after

    kept = [*before.values(), after, everything_at_rest(database, running)]
    for secret in (NAME, *NAME.split(), NUMBER, NUMBER.replace(" ", "")):
        assert not [text for text in kept if secret.lower() in text.lower()], secret
    for between in (" ", "-", "\n", ", "):
        assert between.join(receipt) not in kept[-1]


def receipt_words(phone: Page) -> list[str]:
    """The receipt as the Sent screen shows it."""
    words = phone.get_by_test_id("receipt").inner_text().split()
    assert len(words) == 8
    assert set(words) <= set(WORDS.read_text("utf-8").split())
    return words


def everything_at_rest(database: str, running: Running) -> str:
    """All bytes that the server left: database, write-ahead log, and what it logged."""
    files = [path for path in running.folder.rglob("*") if path.is_file()]
    text = "".join(path.read_bytes().decode("utf-8", "replace") for path in files)
    assert running.log in files
    return text + (run(every_row(database)) if database.startswith("postgresql") else "")


async def every_row(database: str) -> str:
    import asyncpg

    connection = await asyncpg.connect(database)
    try:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        assert "response" in {table["tablename"] for table in tables}
        rows = [await connection.fetch(f"SELECT * FROM {t['tablename']}") for t in tables]
        return str(rows)
    finally:
        await connection.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_withdrawn_by_its_holder(phone: Page, running: Running) -> None:
    running.command("round", "load", str(ROUND))
    start(phone, running)
    phone.get_by_test_id("skip").click()
    phone.fill("#story", "Hemmeleg kanarifugl i eit bur.")
    phone.get_by_test_id("next").click()
    while not phone.get_by_test_id("send").is_visible():
        heading = phone.get_by_role("heading", level=1).inner_text()
        phone.get_by_test_id("skip").click()
        phone.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=heading
        )
    phone.get_by_test_id("send").click()
    receipt = receipt_words(phone)
    expect(phone.locator("svg.qr")).to_be_visible()
    phone.goto("about:blank")
    phone.goto(f"{running.url}/r/KAIA26/trekk#{'-'.join(receipt)}")
    field = phone.locator("#receipt")
    expect(field).to_have_value(" ".join(receipt))
    assert phone.evaluate("location.href") == f"{running.url}/r/KAIA26/trekk"
    phone.go_back()
    phone.go_forward()
    assert phone.evaluate("location.hash") == ""
    field.fill(" ".join([*receipt[:2], "qqqq", *receipt[3:]]))
    phone.locator("form button[type=submit]").click()
    expect(phone.get_by_role("alert")).to_contain_text("Ord nummer 3")
    assert_accessible(phone)
    field.fill("\n".join(f"{n}. {word[:4].upper()}" for n, word in enumerate(receipt, 1)))
    phone.locator("form button[type=submit]").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("trukke")
    assert_accessible(phone)
    left = b"".join(path.read_bytes() for path in running.folder.rglob("*") if path.is_file())
    assert b"kanarifugl" not in left


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_report_and_card_are_accessible(phone: Page, running: Running) -> None:
    running.command("round", "load", str(ROUND))
    send(running.url, 60, 0)
    running.command("worker", "--once")
    running.command("release", "--round", "KAIA26")
    for language, path in (
        ("nb", "/rapport/KAIA26/nav"),
        ("nn", "/rapport/KAIA26"),
        ("en", "/r/KAIA26/hva-skjedde"),
        ("nn", "/stab"),
    ):
        phone.goto(f"{running.url}{path}?lang={language}")
        expect(phone.locator("html")).to_have_attribute("lang", language)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert_accessible(phone)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_unknown_code_says_what_to_do(phone: Page, running: Running) -> None:
    phone.goto(f"{running.url}/r/NIX1")
    expect(phone.get_by_role("alert")).to_contain_text("Vi finner ikke denne koden")
    assert_accessible(phone)
