"""What is fetched before the first screen, and that it is fetched once. Times are a benchmark."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PHONE, Running
from tests.browser.test_journey import ROUND


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("locale", "code"), [("nb-NO", "KAIA26"), ("nn-NO", "kaia-26")])
def test_the_first_screen_takes_two_round_trips(
    chrome: Browser, running: Running, locale: str, code: str
) -> None:
    running.command("round", "load", str(ROUND))
    context = chrome.new_context(viewport=PHONE, locale=locale)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(running.url)))
    page.goto(f"{running.url}/r/{code}")
    expect(page.get_by_test_id("start")).to_be_visible()
    page.wait_for_load_state("networkidle")
    needed = [one for one in asked if not one.endswith((".woff2", ".svg"))]
    assert len(needed) == len(set(needed)), needed
    texts = [one for one in needed if one.endswith(".json")]
    assert [one.rpartition("/")[2][:3] for one in texts] == [f"{locale[:2]}-"]
    started = page.evaluate(
        """Object.fromEntries(performance.getEntriesByType('resource')
          .map(({ name, initiatorType }) => [new URL(name).pathname, initiatorType]))"""
    )
    hinted = {one for one, by in started.items() if by == "link"}
    assert {texts[0], f"/api/rounds/{code.upper()}"} <= hinted, (
        "a hint and what the page asks for are not alike"
    )
    context.close()
