"""The whole way of one young person, in three languages, with a network and without one."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cable import Cable, cable_to
from tests.browser.conftest import Running
from tests.browser.screens import NAMED, STORY, command, press, speak
from tests.browser.test_journey import ROUND, receipt_words
from tests.browser.test_offline import arrived, come_back, left, until
from tests.browser.test_questions import inside, kept

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

CODE = "KAIA26"
ASKED = "[services, narrativ4.n1, merking, age_band]"
ALIKE = {
    "nb": "Omtrent like mye av alle tre.",
    "nn": "Omtrent like mykje av alle tre.",
    "en": "About as much of all three.",
}


@pytest.mark.parametrize("network", [True, False], ids=["online", "offline"])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_whole_journey(
    phone: Page, running: Running, database: str, language: str, network: bool
) -> None:
    load(running)
    with cable_to(running.url) as cable:
        visit(phone, cable, language)
        if not network:
            cable.break_off()
        tell(phone, language)
        if network:
            propose(phone)
            words = send(phone)
        else:
            words = send_later(phone, cable, database)
        assert arrived(database) == 1
        assert "Ingeborg" not in str(kept(running))
        see_what_happened(phone)
        withdraw(phone, words)
        assert arrived(database) == 0
        assert left(phone)["databases"] == []


def load(running: Running) -> None:
    file = running.folder / "round.yaml"
    head, _, _ = ROUND.read_text("utf-8").partition("questionnaire:")
    file.write_text(f"{head}questionnaire: {ASKED}\n", "utf-8")
    command(running, "round", "load", str(file))


def visit(phone: Page, cable: Cable, language: str) -> None:
    """Open the page by its code, so that it opens without a network from now on."""
    phone.goto(cable.url)
    speak(phone, language)
    phone.fill("#code", CODE)
    phone.keyboard.press("Enter")
    phone.get_by_test_id("start").wait_for()
    phone.evaluate("navigator.serviceWorker.ready.then(() => null)")
    until(phone, f"(await caches.match('/api/rounds/{CODE}')) !== undefined")


def tell(phone: Page, language: str) -> None:
    """A service, a story that is warned about, a triad; the rest is skipped."""
    phone.get_by_test_id("start").click()
    phone.locator(".choice").first.click()
    press(phone)
    phone.fill("#story", NAMED + STORY)
    expect(phone.get_by_test_id("clue")).to_be_visible()
    press(phone)
    phone.touchscreen.tap(*inside(phone.locator(".triad svg"), 0.5, 0.6))
    expect(phone.locator(".words")).to_have_text(ALIKE[language])
    while not phone.get_by_test_id("send").is_visible():
        press(phone)
    expect(phone.locator(".look-over .story")).to_contain_text("Ingeborg")


def propose(phone: Page) -> None:
    """See the story without names, and stand by it."""
    phone.get_by_test_id("propose").click()
    use = phone.get_by_test_id("use")
    use.wait_for()
    expect(phone.locator(".proposal .story")).not_to_contain_text("Ingeborg")
    while use.count() > 0:  # One in five chooses themes first.
        use.click()
    expect(phone.locator(".look-over .story")).not_to_contain_text("Ingeborg")


def send(phone: Page) -> list[str]:
    phone.get_by_test_id("send").click()
    return receipt_words(phone)


def send_later(phone: Page, cable: Cable, database: str) -> list[str]:
    """It waits on the phone, and arrives by itself when the network is back."""
    phone.get_by_test_id("send").click()
    phone.get_by_test_id("waits").wait_for()
    words = receipt_words(phone)
    assert arrived(database) == 0
    come_back(phone, cable)
    phone.get_by_test_id("waits").wait_for(state="detached")
    return words


def see_what_happened(phone: Page) -> None:
    """ "Hva skjedde med det dere sa?" opens with the round's code."""
    phone.locator(f"main a[href^='/r/{CODE}/hva-skjedde']").click()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    assert phone.url.endswith(phone.locator("html").get_attribute("lang") or "no language")


def withdraw(phone: Page, words: list[str]) -> None:
    """With the receipt as somebody wrote it down."""
    phone.goto(f"{phone.url.partition('/r/')[0]}/r/{CODE}/trekk")
    phone.fill("#receipt", " ".join(words))
    phone.locator("main form button[type=submit]").click()
    phone.locator("#receipt").wait_for(state="detached")
