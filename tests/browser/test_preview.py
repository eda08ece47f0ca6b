"""A round is shown before it opens, and nothing of what is answered there is sent."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Running, assert_accessible
from tests.browser.test_journey import ROUND
from tests.browser.test_questions import press

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BANNER = "Prøve: ingenting blir sendt eller lagret"


def preview(running: Running, folder: Path) -> str:
    """The link to a round that has not opened."""
    coming = folder / "coming.yaml"
    coming.write_text(ROUND.read_text("utf-8").replace("opens: 2026", "opens: 2099"), "utf-8")
    running.command("round", "load", str(coming))
    link = running.command("round", "preview", "KAIA26").strip()
    return running.url + link[link.index("/r/") :]


def test_a_round_is_tried_and_nothing_leaves_the_phone(
    phone: Page, running: Running, tmp_path: Path
) -> None:
    link = preview(running, tmp_path)
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.method))
    phone.goto(link)
    phone.reload()
    expect(phone.get_by_text(BANNER)).to_be_visible()
    expect(phone.get_by_role("link", name="Trekk svaret ditt")).to_have_count(0)
    assert_accessible(phone)
    phone.get_by_test_id("start").click()
    phone.get_by_role("checkbox", name="NAV Lunvik").check()
    press(phone, "next")
    phone.fill("#story", "De hørte på meg.")
    while not phone.get_by_test_id("send").is_visible():
        expect(phone.get_by_text(BANNER)).to_be_visible()
        press(phone, "next")
    expect(phone.locator(".look-over")).to_contain_text("De hørte på meg.")
    phone.get_by_test_id("send").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Her slutter prøven")
    expect(phone.get_by_text(BANNER)).to_be_visible()
    assert_accessible(phone)
    assert set(sent) == {"GET"}

    phone.goto("about:blank")
    phone.goto(f"{running.url}/r/KAIA26")
    expect(phone.get_by_role("alert")).to_contain_text("har ikke åpnet ennå")


def test_a_link_of_another_version_shows_nothing(
    phone: Page, running: Running, tmp_path: Path
) -> None:
    phone.goto(preview(running, tmp_path)[:-1])
    expect(phone.get_by_role("alert")).to_contain_text("Denne lenka virker ikke lenger")
    assert_accessible(phone)
