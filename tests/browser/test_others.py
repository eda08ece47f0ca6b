"""After sending: what others have said, out of the latest release; nothing is told to get it."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Running, assert_accessible
from tests.browser.test_journey import ROUND, send

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
STORIES = (
    "Jeg ventet i åtte måneder på time.",
    "De hørte på det jeg sa.",
    "Jeg har ikke penger til mat.",
)


def send_services(phone: Page, running: Running) -> None:
    """Answer the first question only."""
    phone.goto(f"{running.url}/r/KAIA26")
    phone.get_by_test_id("start").click()
    phone.get_by_role("checkbox", name="NAV Lunvik").check()
    phone.get_by_test_id("next").click()
    while not phone.get_by_test_id("send").is_visible():
        heading = phone.get_by_role("heading", level=1).inner_text()
        phone.get_by_test_id("skip").click()
        phone.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=heading
        )
    phone.get_by_test_id("send").click()


def test_before_and_after_a_release(phone: Page, running: Running) -> None:
    running.command("round", "load", str(ROUND))
    asked: list[tuple[str, str | None]] = []
    phone.on(
        "request", lambda r: asked.append((r.url, r.post_data)) if "/others" in r.url else None
    )
    others = phone.get_by_test_id("others")
    send_services(phone, running)
    expect(others).to_contain_text("Når minst 10 har svart")
    assert re.findall(r"\d+", others.inner_text()) == ["10"]
    assert_accessible(phone)

    for story in STORIES:
        send(running.url, 20, 0, story)
    running.command("worker", "--once")
    running.command("release", "--round", "KAIA26")
    send_services(phone, running)
    told = httpx.get(f"{running.url}/api/rounds/KAIA26/others").json()
    assert len(told["themes"]) >= len(STORIES)
    expect(others.locator("li")).to_have_count(min(5, len(told["themes"])))
    for language, name in LANGUAGES.items():
        phone.get_by_role("button", name=name).click()
        expect(phone.locator("html")).to_have_attribute("lang", language)
        rows = others.locator("li").all_inner_texts()
        for row, mention in zip(rows, told["themes"], strict=False):
            assert " ".join(row.split()).endswith(" ".join(mention["about"][language].split()))
        others.locator("summary").click()
        expect(others).to_contain_text(re.compile(r"\b(mellom|between)\b"))
        assert_accessible(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        others.locator("summary").click()
    widths = others.locator(".bar > span").evaluate_all(
        "all => all.map((one) => one.offsetWidth / one.parentElement.offsetWidth)"
    )
    for width, mention in zip(widths, told["themes"], strict=False):
        assert width == pytest.approx(mention["x"] / mention["n"], abs=0.01)
    assert set(asked) == {(f"{running.url}/api/rounds/KAIA26/others", None)}
