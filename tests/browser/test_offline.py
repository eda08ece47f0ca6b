"""Without a network: the page opens, answers wait and arrive once, and the phone forgets."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import chromium
from tests.browser.cable import Cable, cable_to
from tests.browser.conftest import PHONE, Running, assert_accessible
from tests.browser.test_journey import ROUND, receipt_words
from tests.conftest import run
from tests.server import outside

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
CODE = "KAIA26"
STORY = "Hemmeleg kanarifugl i eit bur."
CANARY = "kanarifugl"

LEFT = """async () => ({
  databases: (await indexedDB.databases()).map(({ name }) => name),
  caches: (await caches.keys()).map((name) => name.split("-")[0]).sort(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  stored: localStorage.length + sessionStorage.length + document.cookie.length,
})"""
NOTHING = {"databases": [], "caches": [], "workers": 0, "stored": 0}
SHELL = NOTHING | {"caches": ["rounds", "shell"], "workers": 1}


@pytest.fixture
def cable(running: Running) -> Iterator[Cable]:
    running.command("round", "load", str(ROUND))
    with cable_to(running.url) as cable:
        yield cable


def left(phone: Page) -> dict[str, Any]:
    """What Fortell has put on the device."""
    found: dict[str, Any] = phone.evaluate(LEFT)
    return found


def until(phone: Page, condition: str) -> None:
    """Wait for something that only a promise can tell."""
    held = phone.evaluate(
        f"""async () => {{
          for (let turn = 0; turn < 300; turn++) {{
            if ({condition}) return true;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }}
          return false;
        }}"""
    )
    assert held, condition


def visit(phone: Page, cable: Cable, code: str = CODE) -> None:
    """Open a round once with a network, so that it opens without one."""
    phone.goto(f"{cable.url}/r/{code}")
    expect(phone.get_by_test_id("start")).to_be_visible()
    phone.evaluate("navigator.serviceWorker.ready.then(() => null)")
    until(phone, f"(await caches.match('/api/rounds/{code}')) !== undefined")


def test_after_one_visit_the_page_opens_without_a_network(phone: Page, cable: Cable) -> None:
    visit(phone, cable)
    assert left(phone) == SHELL
    cable.break_off()
    for path in (f"/r/{CODE}", f"/r/{CODE.lower()}"):
        phone.goto(f"{cable.url}{path}")
        expect(phone.get_by_test_id("start")).to_be_visible()
    for language in LANGUAGES.values():
        phone.get_by_role("button", name=language).click()
        expect(phone.get_by_role("button", name=language)).to_have_attribute("aria-pressed", "true")
    phone.goto(f"{cable.url}/r/{CODE}/trekk")
    expect(phone.locator("#receipt")).to_be_visible()
    phone.goto(f"{cable.url}/r/UKJENT")
    expect(phone.get_by_role("alert")).to_contain_text("Vi fikk ikke kontakt")
    phone.goto(cable.url)
    expect(phone.locator("#code")).to_be_visible()


def test_a_slow_network_is_waited_for_and_then_the_copy_is_shown(phone: Page, cable: Cable) -> None:
    visit(phone, cable)
    cable.delay = 60
    phone.goto(f"{cable.url}/r/{CODE}")
    expect(phone.get_by_test_id("start")).to_be_visible(timeout=15_000)


def test_a_guest_networks_login_page_is_not_taken_for_a_round(phone: Page, cable: Cable) -> None:
    visit(phone, cable)
    phone.goto(cable.url)
    cable.break_off()
    cable.cut, cable.guest = False, True
    phone.get_by_label("Skriv koden din").fill(CODE)
    phone.get_by_role("button", name="Gå videre").click()
    expect(phone.get_by_test_id("start")).to_be_visible()


def test_a_round_that_changed_is_fetched_anew(phone: Page, cable: Cable, running: Running) -> None:
    visit(phone, cable)
    phone.evaluate(
        """async (path) => {
          const rounds = await caches.open("rounds");
          await rounds.put(path, new Response(JSON.stringify({ status: "closed" })));
        }""",
        f"/api/rounds/{CODE}",
    )
    phone.reload()
    expect(phone.get_by_test_id("start")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_on_the_device_can_be_deleted(phone: Page, cable: Cable, language: str) -> None:
    visit(phone, cable)
    phone.get_by_role("button", name=LANGUAGES[language]).click()
    phone.get_by_test_id("start").click()
    phone.get_by_test_id("skip").click()
    phone.fill("#story", STORY)
    phone.locator("footer .link").click()
    assert_accessible(phone)
    phone.get_by_test_id("erase").click()
    expect(phone.get_by_test_id("erased")).to_be_focused()
    assert_accessible(phone)
    assert left(phone) == NOTHING
    phone.get_by_role("dialog").locator("button").first.click()
    phone.get_by_test_id("start").click()
    phone.get_by_test_id("skip").click()
    expect(phone.locator("#story")).to_have_value("")


def test_a_page_from_the_home_screen_has_a_name_that_tells_nothing(
    phone: Page, cable: Cable
) -> None:
    phone.goto(cable.url)
    address = phone.locator("link[rel=manifest]").get_attribute("href")
    manifest = phone.request.get(f"{cable.url}{address}").json()
    names = [manifest["name"], manifest["short_name"]]
    names += [phone.locator("meta[name$=web-app-title]").get_attribute("content")]
    assert names == ["Notat"] * 3
    icons = [f"/static/{icon['src']}" for icon in manifest["icons"]]
    icons += [phone.locator("link[rel=apple-touch-icon]").get_attribute("href") or ""]
    for icon in icons:
        assert phone.request.get(f"{cable.url}{icon}").ok
    assert "ortell" not in str(manifest)


def skip_to_the_end(phone: Page) -> None:
    """Skip what is left, until the look-over."""
    while not phone.get_by_test_id("send").is_visible():
        heading = phone.get_by_role("heading", level=1).inner_text()
        phone.get_by_test_id("skip").click()
        phone.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=heading
        )


def write(phone: Page) -> None:
    """Tell the story, and look over."""
    phone.get_by_test_id("start").click()
    phone.get_by_test_id("skip").click()
    phone.fill("#story", STORY)
    phone.get_by_test_id("next").click()
    skip_to_the_end(phone)


def write_and_send_in_vain(phone: Page, cable: Cable) -> list[str]:
    """Write and send with the cable cut; returns the receipt."""
    visit(phone, cable)
    write(phone)
    cable.break_off()
    phone.get_by_test_id("send").click()
    expect(phone.get_by_test_id("waits")).to_be_visible()
    return receipt_words(phone)


def arrived(database: str) -> int:
    """How many answers the server has."""
    (count,) = run(outside.rows(database, "SELECT count(*) FROM inbox"))[0]
    return int(count)


def waits(phone: Page) -> list[str]:
    """Keys of what is kept on the device."""
    found: list[str] = phone.evaluate(
        """async () => {
          if (!(await indexedDB.databases()).length) return [];
          const open = indexedDB.open("fortell");
          const base = await new Promise((done) => (open.onsuccess = () => done(open.result)));
          const all = base.transaction("kept").objectStore("kept").getAllKeys();
          const keys = await new Promise((done) => (all.onsuccess = () => done(all.result)));
          base.close();
          return keys;
        }"""
    )
    return found


def come_back(phone: Page, cable: Cable) -> None:
    """The network is there again."""
    cable.mend()
    phone.evaluate("dispatchEvent(new Event('online'))")


def test_an_answer_waits_arrives_once_and_is_wiped(
    phone: Page, cable: Cable, database: str
) -> None:
    receipt = write_and_send_in_vain(phone, cable)
    assert arrived(database) == 0
    assert len(waits(phone)) == 1
    for language in LANGUAGES.values():
        phone.get_by_role("button", name=language).click()
        assert_accessible(phone)
    expect(phone.locator("header .exit")).to_be_in_viewport()
    phone.get_by_test_id("try-now").click()
    expect(phone.get_by_test_id("waits").get_by_role("status")).to_contain_text("try again soon")
    come_back(phone, cable)
    expect(phone.get_by_text("Your answer has arrived")).to_be_visible()
    assert receipt_words(phone) == receipt
    assert arrived(database) == 1
    assert left(phone) == SHELL


def test_an_answer_whose_reply_is_lost_counts_once(
    phone: Page, cable: Cable, database: str
) -> None:
    visit(phone, cable)
    write(phone)
    cable.loses_replies = True
    phone.get_by_test_id("send").click()
    expect(phone.get_by_test_id("waits")).to_be_visible()
    assert arrived(database) == cable.sent == 1
    phone.get_by_test_id("try-now").click()
    expect(phone.get_by_test_id("waits").get_by_role("status")).to_contain_text("Vi prøver igjen")
    come_back(phone, cable)
    expect(phone.get_by_test_id("waits")).to_have_count(0)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Takk")
    assert cable.sent >= 3
    assert arrived(database) == 1
    assert left(phone) == SHELL


def test_an_answer_that_takes_long_is_kept_meanwhile(
    phone: Page, cable: Cable, database: str
) -> None:
    visit(phone, cable)
    write(phone)
    cable.delay = 6
    phone.get_by_test_id("send").click()
    expect(phone.get_by_test_id("waits")).to_be_visible()
    assert len(waits(phone)) == 1
    cable.mend()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Takk", timeout=30_000)
    assert arrived(database) == 1
    assert left(phone) == SHELL


@pytest.mark.parametrize("path", ["/", f"/r/{CODE}", f"/r/{CODE}/trekk"])
def test_a_page_that_is_loaded_anew_sends_what_waits(
    phone: Page, cable: Cable, database: str, path: str
) -> None:
    write_and_send_in_vain(phone, cable)
    phone.goto(f"{cable.url}{path}")
    expect(phone.locator("h1")).to_be_visible()
    if path != f"/r/{CODE}/trekk":
        expect(phone.get_by_test_id("waits")).to_contain_text("1 svar venter")
        assert_accessible(phone)
    assert CANARY not in phone.content()
    come_back(phone, cable)
    until(phone, "(await indexedDB.databases()).length === 0")
    if path != f"/r/{CODE}/trekk":
        expect(phone.get_by_text("er kommet fram")).to_be_visible()
    assert arrived(database) == 1
    assert left(phone) == SHELL


def test_two_tabs_send_an_answer_once(phone: Page, cable: Cable, database: str) -> None:
    write_and_send_in_vain(phone, cable)
    other = phone.context.new_page()
    other.goto(cable.url)
    expect(other.get_by_test_id("waits")).to_be_visible()
    cable.mend()
    for tab in (phone, other):
        tab.evaluate("void dispatchEvent(new Event('online'))")
    for tab in (phone, other):
        expect(tab.get_by_test_id("waits")).to_have_count(0)
    title = phone.get_by_role("heading", level=1)
    assert title.inner_text() in ("Takk for at du fortalte", "Svaret venter ikke lenger her")
    assert arrived(database) == cable.sent == 1
    assert left(phone) == SHELL
    other.close()


def test_a_refused_answer_says_why_and_can_be_deleted(
    phone: Page, cable: Cable, running: Running, database: str
) -> None:
    write_and_send_in_vain(phone, cable)
    described = ROUND.read_text("utf-8").replace("closes: null", "closes: 2026-01-02")
    closed = running.folder / "closed.yaml"
    closed.write_text(described, "utf-8")
    running.command("round", "load", str(closed))
    phone.wait_for_timeout(2500)
    come_back(phone, cable)
    card = phone.get_by_test_id("waits")
    expect(card).to_contain_text("Denne runden er stengt")
    assert_accessible(phone)
    phone.reload()
    expect(card).to_contain_text("Denne runden er stengt")
    phone.get_by_test_id("drop").click()
    expect(card).to_have_count(0)
    assert arrived(database) == 0
    assert left(phone)["databases"] == []


def test_an_answer_that_waits_can_be_withdrawn(phone: Page, cable: Cable, database: str) -> None:
    receipt = write_and_send_in_vain(phone, cable)
    phone.goto(f"{cable.url}/r/{CODE}/trekk#{'-'.join(receipt)}")
    submit = phone.locator("form button[type=submit]")
    submit.click()
    expect(phone.get_by_role("alert")).to_contain_text("Vi fikk ikke kontakt")
    assert len(waits(phone)) == 1
    cable.mend()
    submit.click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("trukket")
    assert arrived(database) == 0
    assert left(phone) == SHELL


def test_deleting_everything_deletes_what_waits(phone: Page, cable: Cable, database: str) -> None:
    write_and_send_in_vain(phone, cable)
    phone.locator("footer .link").click()
    phone.get_by_test_id("erase").click()
    expect(phone.get_by_test_id("erased")).to_be_visible()
    assert left(phone) == NOTHING
    come_back(phone, cable)
    phone.goto(cable.url)
    expect(phone.locator("#code")).to_be_visible()
    assert phone.get_by_test_id("waits").count() == 0
    assert arrived(database) == 0


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Where a browser keeps what it keeps between its starts."""
    return tmp_path / "profile"


def launch(chrome: Browser, profile: Path) -> BrowserContext:
    return chrome.browser_type.launch_persistent_context(
        profile,
        executable_path=str(chromium.find()),
        args=list(chromium.FLAGS),
        viewport=PHONE,
        locale="nb-NO",
        reduced_motion="reduce",
    )


def kill(profile: Path) -> None:
    """End the browser of a profile as a phone does that runs out of power."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            command = _command_of(process)
            if f"--user-data-dir={profile}".encode() in command and b"--type=" not in command:
                os.kill(int(process.name), signal.SIGKILL)


def _command_of(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def holding(profile: Path, text: str) -> list[Path]:
    """Files of a profile in which a text stands, in one byte a letter or in two."""
    forms = (text.encode(), text.encode("utf-16-le"))
    files = [path for path in profile.rglob("*") if path.is_file()]
    return [path for path in files if any(form in path.read_bytes() for form in forms)]


def test_a_browser_that_is_killed_sends_when_it_is_opened_again(
    chrome: Browser, cable: Cable, profile: Path, database: str
) -> None:
    context = launch(chrome, profile)
    write_and_send_in_vain(context.pages[0], cable)
    kill(profile)
    context = launch(chrome, profile)
    phone = context.pages[0]
    phone.goto(cable.url)
    expect(phone.get_by_test_id("waits")).to_be_visible()
    assert arrived(database) == 0
    cable.mend()
    phone.reload()
    until(phone, "(await indexedDB.databases()).length === 0")
    assert arrived(database) == 1
    assert left(phone) == SHELL
    context.close()


PATIENT = """() => {
    const real = setTimeout;
    window.setTimeout = (call, ms, ...rest) => (ms === 3000 ? 0 : real(call, ms, ...rest));
}"""
"""The page waits for ever for the reply to an answer."""


def test_an_answer_under_way_outlives_a_phone_that_ends_a_hidden_page(
    chrome: Browser, cable: Cable, profile: Path, database: str
) -> None:
    context = launch(chrome, profile)
    phone = context.pages[0]
    visit(phone, cable)
    write(phone)
    phone.evaluate(PATIENT)
    cable.delay = 60
    phone.get_by_test_id("send").click()
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(phone.get_by_test_id("waits")).to_be_visible()
    kill(profile)
    cable.mend()
    context = launch(chrome, profile)
    phone = context.pages[0]
    phone.goto(cable.url)
    until(phone, "(await indexedDB.databases()).length === 0")
    assert arrived(database) == 1
    assert left(phone) == SHELL
    context.close()


def test_a_browser_keeps_nothing_of_an_answer_that_is_sent_at_once(
    chrome: Browser, cable: Cable, profile: Path, database: str
) -> None:
    context = launch(chrome, profile)
    phone = context.pages[0]
    visit(phone, cable)
    write(phone)
    phone.get_by_test_id("send").click()
    receipt_words(phone)
    context.close()
    assert arrived(database) == 1
    assert holding(profile, CODE)
    assert holding(profile, CANARY) == []


def keep(phone: Page) -> None:
    """Choose to keep what the screen offers to keep, and see it kept."""
    phone.locator(".keep input").check()
    until(phone, "(await indexedDB.databases()).length === 1")


def begin(phone: Page, cable: Cable) -> None:
    """Come to the story, and write it."""
    visit(phone, cable)
    phone.get_by_test_id("start").click()
    phone.get_by_test_id("skip").click()
    phone.fill("#story", STORY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_is_kept_by_choice_and_offered_without_showing_it(
    phone: Page, cable: Cable, language: str, database: str
) -> None:
    begin(phone, cable)
    phone.get_by_role("button", name=LANGUAGES[language]).click()
    phone.wait_for_timeout(1000)
    assert left(phone) == SHELL
    keep(phone)
    assert waits(phone) == ["draft"]
    phone.fill("#story", f"{STORY} Det song.")
    phone.wait_for_timeout(1000)
    assert_accessible(phone)
    again = phone.context.new_page()
    phone.close()
    cable.break_off()
    again.goto(f"{cable.url}/r/{CODE}")
    expect(again.get_by_test_id("resume")).to_be_visible()
    again.get_by_role("button", name=LANGUAGES[language]).click()
    assert CANARY not in again.content()
    assert_accessible(again)
    again.get_by_test_id("continue").click()
    again.get_by_test_id("skip").click()
    expect(again.locator("#story")).to_have_value(f"{STORY} Det song.")
    expect(again.locator(".keep input")).to_be_checked()
    again.get_by_test_id("next").click()
    skip_to_the_end(again)
    cable.mend()
    again.get_by_test_id("send").click()
    receipt_words(again)
    until(again, "(await indexedDB.databases()).length === 0")
    assert arrived(database) == 1
    assert left(again) == SHELL


@pytest.mark.parametrize("how", ["unchosen", "deleted", "erased"])
def test_a_draft_that_is_kept_can_be_deleted(phone: Page, cable: Cable, how: str) -> None:
    begin(phone, cable)
    keep(phone)
    if how == "unchosen":
        phone.locator(".keep input").uncheck()
    elif how == "deleted":
        phone.goto(f"{cable.url}/r/{CODE}")
        phone.get_by_test_id("forget-draft").click()
        expect(phone.get_by_test_id("resume")).to_have_count(0)
    else:
        phone.locator("footer .link").click()
        phone.get_by_test_id("erase").click()
    until(phone, "(await indexedDB.databases()).length === 0")
    phone.wait_for_timeout(1000)
    assert left(phone)["databases"] == []
    phone.goto("about:blank")
    phone.goto(f"{cable.url}/r/{CODE}")
    expect(phone.get_by_test_id("start")).to_be_visible()
    assert phone.get_by_test_id("resume").count() == 0


def test_a_receipt_is_kept_by_choice_until_it_is_used(
    phone: Page, cable: Cable, database: str
) -> None:
    visit(phone, cable)
    write(phone)
    phone.get_by_test_id("send").click()
    receipt = receipt_words(phone)
    assert left(phone) == SHELL
    keep(phone)
    assert_accessible(phone)
    phone.goto(f"{cable.url}/r/{CODE}/trekk")
    phone.get_by_role("button", name=" ".join(receipt[:2])).click()
    expect(phone.locator("#receipt")).to_have_value(" ".join(receipt))
    assert_accessible(phone)
    phone.locator("form button[type=submit]").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("trukket")
    assert arrived(database) == 0
    assert left(phone) == SHELL


def hand_out(phone: Page, cable: Cable) -> None:
    """Open the round as a school does that hands a device round; time stands still."""
    phone.clock.install()
    phone.goto(f"{cable.url}/r/{CODE}?felles")
    expect(phone.get_by_test_id("start")).to_be_visible()


def test_a_device_that_is_handed_round_forgets_everything(
    phone: Page, cable: Cable, database: str
) -> None:
    hand_out(phone, cable)
    assert_accessible(phone)
    phone.get_by_role("button", name="English").click()
    write(phone)
    assert phone.locator(".keep").count() == 0
    phone.get_by_test_id("send").click()
    receipt = receipt_words(phone)
    assert phone.url == f"{cable.url}/r/{CODE}?felles"
    assert phone.locator(".keep").count() == 0
    assert phone.locator(f"a[href*='/rapport/'], a[href*='{CODE}/hva-skjedde']").count() == 0
    assert_accessible(phone)
    assert left(phone) == NOTHING
    phone.get_by_test_id("next-person").click()
    for _ in range(4):
        expect(phone.get_by_test_id("start")).to_have_text("Kom i gang")
        assert receipt[0] not in phone.content()
        phone.go_back()
        assert phone.url.endswith("?felles")
    phone.reload()
    assert phone.url.endswith("?felles")
    write(phone)
    assert left(phone) == NOTHING
    assert arrived(database) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_device_that_nobody_touches_asks_and_then_forgets(
    phone: Page, cable: Cable, language: str
) -> None:
    hand_out(phone, cable)
    phone.clock.run_for(200_000)
    assert not phone.get_by_role("dialog").is_visible()
    phone.get_by_role("button", name=LANGUAGES[language]).click()
    phone.get_by_test_id("start").click()
    phone.get_by_test_id("skip").click()
    phone.fill("#story", STORY)
    phone.clock.run_for(60_000)
    phone.locator("#story").press("End")
    phone.clock.run_for(60_000)
    phone.fill("#story", STORY)
    phone.clock.run_for(80_000)
    assert not phone.get_by_role("dialog").is_visible()
    phone.clock.run_for(11_000)
    expect(phone.get_by_role("dialog")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("dialog").locator(".button.wide").first.click()
    expect(phone.locator("#story")).to_have_value(STORY)
    phone.clock.run_for(111_000)
    expect(phone.get_by_test_id("start")).to_have_text("Kom i gang")
    assert not phone.get_by_role("dialog").is_visible()
    assert CANARY not in phone.content()
    phone.get_by_test_id("start").click()
    phone.get_by_test_id("skip").click()
    expect(phone.locator("#story")).to_have_value("")
    assert left(phone) == NOTHING


def test_a_device_that_is_handed_round_keeps_no_answer_that_was_not_sent(
    phone: Page, cable: Cable, database: str
) -> None:
    hand_out(phone, cable)
    write(phone)
    cable.break_off()
    phone.get_by_test_id("send").click()
    expect(phone.get_by_role("alert")).to_contain_text("Vi fikk ikke kontakt")
    assert left(phone) == NOTHING
    cable.mend()
    phone.get_by_test_id("send").click()
    receipt_words(phone)
    assert arrived(database) == 1
