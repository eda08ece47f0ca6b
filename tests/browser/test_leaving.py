"""The exit button leads away at once, whatever has been written."""

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.conftest import PHONE, Running, assert_accessible
from tests.browser.test_journey import ROUND

NEUTRAL = "https://www.yr.no/"


def write(page: Page, running: Running) -> None:
    page.goto(f"{running.url}/r/KAIA26")
    page.get_by_test_id("start").click()
    page.get_by_test_id("skip").click()
    page.fill("#story", "Hemmeleg kanarifugl i eit bur.")
    expect(page.locator("#story")).to_have_value("Hemmeleg kanarifugl i eit bur.")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("steps_back", [0, 2])
def test_the_exit_asks_nothing_though_closing_does(
    chrome: Browser, running: Running, steps_back: int
) -> None:
    running.command("round", "load", str(ROUND))
    page = chrome.new_page(viewport=PHONE)
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.route(f"{NEUTRAL}**", lambda route: route.fulfill(body="<p>Sol", content_type="text/html"))
    write(page, running)
    page.reload()
    assert asked == ["beforeunload"]

    write(page, running)
    for _ in range(steps_back):
        page.go_back()
    asked.clear()
    page.locator("header .exit").click()
    page.wait_for_url(NEUTRAL)
    assert asked == []
    page.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_statement_keeps_what_is_written_and_has_an_exit(
    chrome: Browser, running: Running
) -> None:
    running.command("round", "load", str(ROUND))
    page = chrome.new_page(viewport=PHONE, locale="nb-NO", reduced_motion="reduce")
    page.route(f"{NEUTRAL}**", lambda route: route.fulfill(body="Sol", content_type="text/html"))
    write(page, running)
    page.get_by_role("link", name="Personvern").click()
    expect(page.get_by_role("dialog")).to_contain_text("To ansatte i NAV.")
    assert_accessible(page)
    page.get_by_role("button", name="Lukk").click()
    expect(page.locator("#story")).to_have_value("Hemmeleg kanarifugl i eit bur.")
    expect(page.get_by_role("link", name="Personvern")).to_be_focused()
    page.get_by_role("link", name="Tilgjengelighet").click()
    expect(page.get_by_role("dialog")).to_contain_text("WCAG 2.2")
    page.get_by_role("dialog").get_by_role("button", name="Forlat siden").click()
    page.wait_for_url(NEUTRAL)
    page.close()
