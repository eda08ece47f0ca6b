"""Reading aloud: voices of the device only, right language tags, silence when somebody moves on."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Running
from tests.browser.test_journey import ROUND
from tests.browser.test_questions import ROUND as QUESTIONS
from tests.browser.test_questions import go_to

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECRET = "Hemmeleg kanarifugl i eit bur."

VOICES = [
    {"name": "Far away", "lang": "nb-NO", "localService": False},
    {"name": "Far away", "lang": "en-GB", "localService": False},
    {"name": "Nora", "lang": "nb_NO", "localService": True},
    {"name": "Gunnar", "lang": "sv-SE", "localService": True},
]

SPEECH = """voices => {
  window.said = [];
  window.silenced = 0;
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const synth = {
    getVoices: () => voices,
    addEventListener: () => {},
    speak: (one) => { said.push(one); },
    cancel: () => { silenced += 1; },
  };
  Object.defineProperty(window, 'speechSynthesis', { value: synth });
}"""


def with_voices(browser: Browser, voices: list[dict[str, Any]]) -> Page:
    """The browser's own speech, replaced: it says what it was asked to say."""
    page = browser.new_page(viewport=PHONE, locale="nb-NO", reduced_motion="reduce")
    page.add_init_script(
        f"({SPEECH})({str(voices).replace('True', 'true').replace('False', 'false')})"
    )
    page.route("https://www.yr.no/**", lambda route: route.fulfill(body="Sol"))
    return page


@pytest.fixture
def page(chrome: Browser, running: Running) -> Iterator[Page]:
    running.command("round", "load", str(ROUND))
    made = with_voices(chrome, VOICES)
    made.goto(f"{running.url}/r/KAIA26")
    expect(made.get_by_test_id("start")).to_be_visible()
    yield made
    made.close()


def spoken(page: Page) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = page.evaluate(
        "said.map(({ text, lang, voice }) => ({ text, lang, voice: voice.name }))"
    )
    page.evaluate("said.length = 0")
    return said


def test_what_stands_there_is_read_in_order_by_a_voice_of_the_device(page: Page) -> None:
    page.get_by_test_id("aloud").click()
    said = spoken(page)
    texts = [one["text"] for one in said]
    assert texts[:2] == ["Lunvik kommune spør", "Fortell om NAV"]
    assert any("To ansatte i NAV" in text for text in texts)
    assert len(texts) == len(set(texts))
    assert {one["voice"] for one in said} == {"Nora"}
    assert {one["lang"] for one in said} == {"nb-NO"}
    expect(page.get_by_test_id("aloud")).to_have_text("Stopp opplesing")
    page.get_by_test_id("aloud").click()
    expect(page.get_by_test_id("aloud")).to_have_text("Les opp")
    assert spoken(page) == []


def test_a_language_without_a_voice_of_the_device_has_no_button(page: Page) -> None:
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_test_id("aloud")).to_have_count(0)
    page.get_by_role("button", name="Nynorsk").click()
    page.get_by_test_id("aloud").click()
    assert {one["voice"] for one in spoken(page)} == {"Nora"}


def test_nothing_that_somebody_wrote_is_read(page: Page) -> None:
    page.get_by_test_id("start").click()
    page.get_by_test_id("skip").click()
    page.fill("#story", f"{SECRET} Ring Ingeborg Tvedestrandsen på 918 27 364.")
    expect(page.get_by_test_id("clue")).to_be_visible()
    page.get_by_test_id("aloud").click()
    texts = " ".join(one["text"] for one in spoken(page))
    assert "Før du skriver" in texts
    for own in ("kanarifugl", "Ingeborg", "918", "telefonnummer"):
        assert own not in texts


@pytest.mark.parametrize("way", ["next", "back", "language", "exit"])
def test_it_falls_silent_when_somebody_moves_on(page: Page, way: str) -> None:
    page.get_by_test_id("start").click()
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.get_by_test_id("aloud").click()
    assert spoken(page)
    page.evaluate("silenced = 0")
    if way == "exit":
        # The page is gone a moment later, so it is asked in the same breath.
        assert page.evaluate("(document.querySelector('header .exit').click(), silenced)") > 0
        return
    if way == "next":
        page.get_by_test_id("skip").click()
    elif way == "back":
        page.go_back()
    else:
        page.get_by_role("button", name="Nynorsk").click()
        expect(page.locator("html")).to_have_attribute("lang", "nn")
    expect(page.get_by_test_id("aloud")).to_have_text("Les opp")
    assert page.evaluate("silenced") > 0


def test_what_there_is_to_choose_from_is_read(chrome: Browser, running: Running) -> None:
    running.command("round", "load", str(QUESTIONS))
    page = with_voices(chrome, VOICES)
    page.goto(f"{running.url}/r/MERK26")
    page.get_by_test_id("start").click()
    page.get_by_role("checkbox", name="NAV Lunvik").check()
    for question, texts in (
        ("story:n1", ["Hva må forandres? Skriv gjerne opptil tre ideer."]),
        ("merk1", ["meg selv", "dem som skulle hjelpe", "reglene og systemet"]),
        ("merk3", ["Alene", "Står fast", "Nå"]),
        ("besok3", ["Å få hjelp fort"]),
    ):
        go_to(page, question)
        page.get_by_test_id("aloud").click()
        said = [one["text"] for one in spoken(page)]
        assert set(texts) <= set(said), question
        assert "Neste" not in said
    page.close()
