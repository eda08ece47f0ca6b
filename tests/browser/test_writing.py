"""While a story is written: marks in the text, the help card, and that neither leaves the phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Running, assert_accessible
from tests.browser.test_journey import ROUND

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
STORY = "Læreren min Kari på Grevlingåsen ungdomsskole hjalp meg i 10B.\n\nRing 412 34 567.\n"
MARKED = ["Kari", "Grevlingåsen ungdomsskole", "10B", "412 34 567"]
DANGER = "Æ orka itj å lev lenger."
LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}


def to_story(phone: Page, running: Running, language: str = "nb") -> None:
    """Open the round, choose a service, come to the story and wait for what it is searched for."""
    running.command("round", "load", str(ROUND))
    phone.goto(f"{running.url}/r/KAIA26")
    phone.get_by_role("button", name=LANGUAGES[language]).click()
    phone.get_by_test_id("start").click()
    phone.get_by_role("checkbox", name="NAV Lunvik").check()
    with phone.expect_response("**/phrases-*.json"):
        phone.get_by_test_id("next").click()
    expect(phone.locator("#story")).to_be_visible()


def marks(phone: Page) -> list[str]:
    return phone.locator(".writing mark").all_inner_texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_tells_who_somebody_is_is_marked_and_said(
    phone: Page, running: Running, language: str
) -> None:
    to_story(phone, running, language)
    phone.fill("#story", STORY)
    expect(phone.locator(".writing mark")).to_have_count(len(MARKED))
    assert marks(phone) == MARKED
    said = phone.get_by_role("status").filter(has_text="Kari")
    for words in MARKED:
        expect(said).to_contain_text(words)
    assert_accessible(phone)
    phone.get_by_test_id("next").click()
    expect(phone.get_by_role("radio").first).to_be_visible()


def test_marks_lie_under_their_words_whatever_the_size(phone: Page, running: Running) -> None:
    """The layer with marks has the field's text, type and width, and gives it its height."""
    to_story(phone, running)
    for percent in (100, 130, 200):
        phone.evaluate("size => (document.documentElement.style.fontSize = size)", f"{percent}%")
        for story in (STORY, STORY * 12, "å" * 90 + " Kari  \n\n\n", ""):
            phone.fill("#story", story)
            found = phone.evaluate(
                """() => {
                  const [layer, field] = document.querySelector('.writing').children;
                  const looks = ['font', 'padding', 'width', 'letterSpacing', 'whiteSpace',
                    'overflowWrap', 'textIndent', 'textAlign', 'wordBreak', 'tabSize'];
                  const style = (one) => looks.map((name) => getComputedStyle(one)[name]);
                  const box = (one) => JSON.stringify(one.getBoundingClientRect());
                  return {
                    alike: style(layer).join() === style(field).join(),
                    over: box(layer) === box(field),
                    scrolls: field.scrollHeight > field.clientHeight,
                    text: layer.textContent.replace('\\u200b', '') === field.value,
                  };
                }"""
            )
            assert found == {"alike": True, "over": True, "scrolls": False, "text": True}, percent
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_marks_stay_while_somebody_types_and_move_when_they_pause(
    phone: Page, running: Running
) -> None:
    to_story(phone, running)
    phone.fill("#story", STORY)
    expect(phone.locator(".writing mark")).to_have_count(4)
    phone.locator("#story").press("ControlOrMeta+End")
    phone.locator("#story").press_sequentially("Ja", delay=5)
    assert marks(phone) == MARKED
    phone.locator("#story").press("ControlOrMeta+Home")
    phone.locator("#story").press_sequentially("Å, ", delay=5)
    assert marks(phone) == []
    expect(phone.locator(".writing mark")).to_have_count(4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_card_comes_and_stands_in_nobodys_way(
    phone: Page, running: Running, language: str
) -> None:
    to_story(phone, running, language)
    care = phone.get_by_test_id("care")
    phone.fill("#story", "Jeg dør av latter, og vi slo dem 3-0.")
    phone.wait_for_timeout(1000)
    expect(care).to_be_hidden()

    phone.fill("#story", DANGER)
    expect(care).to_be_visible()
    assert care.locator("a[href^='tel:']").count() == 3
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert phone.evaluate("document.activeElement.id") == "story"
    phone.fill("#story", "Noe annet.")
    phone.wait_for_timeout(1000)
    expect(care).to_be_visible()
    phone.get_by_test_id("next").click()
    expect(phone.get_by_role("radio").first).to_be_visible()

    phone.go_back()
    care.locator("button").first.click()
    expect(care).to_be_hidden()
    phone.fill("#story", f"{DANGER} {DANGER}")
    phone.wait_for_timeout(1000)
    expect(care).to_be_hidden()
    assert_accessible(phone)


def test_nobody_is_told_that_the_help_card_came_up(phone: Page, running: Running) -> None:
    to_story(phone, running)
    asked: list[str] = []
    before = running.log.read_bytes()
    phone.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    phone.fill("#story", DANGER)
    expect(phone.get_by_test_id("care")).to_be_visible()
    phone.get_by_test_id("care").locator("button").first.click()
    phone.get_by_test_id("next").click()
    expect(phone.get_by_role("radio").first).to_be_visible()
    assert asked == []
    assert running.log.read_bytes() == before
    kept = phone.evaluate(
        """async () => JSON.stringify([
          {...localStorage}, {...sessionStorage}, await indexedDB.databases(), document.cookie,
          history.state, (await caches.keys()).length && 'caches'])"""
    )
    assert "shown" not in kept
    assert "closed" not in kept
    phone.reload()
    phone.get_by_test_id("start").click()
    phone.get_by_role("checkbox", name="NAV Lunvik").check()
    phone.get_by_test_id("next").click()
    phone.fill("#story", DANGER)
    expect(phone.get_by_test_id("care")).to_be_visible()
