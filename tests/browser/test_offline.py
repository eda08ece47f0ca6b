"""Without a network: the page opens, answers wait and arrive once, and the phone forgets."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cable import Cable, cable_to
from tests.browser.conftest import Running, assert_accessible
from tests.browser.test_journey import ROUND

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
CODE = "KAIA26"

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


def visit(phone: Page, cable: Cable, code: str = CODE) -> None:
    """Open a round once with a network, so that it opens without one."""
    phone.goto(f"{cable.url}/r/{code}")
    expect(phone.get_by_test_id("start")).to_be_visible()
    phone.evaluate("navigator.serviceWorker.ready.then(() => null)")
    phone.wait_for_function(
        "code => caches.match(`/api/rounds/${code}`).then((found) => found !== undefined)",
        arg=code,
    )


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
    phone.fill("#story", "Hemmeleg kanarifugl i eit bur.")
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
