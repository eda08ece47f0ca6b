"""Stemmer dette? The teller sees the story without names, says what it is about, and sends it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import PHONE, Running, assert_accessible
from tests.browser.test_journey import ROUND, everything_at_rest
from tests.browser.test_questions import kept

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NAME, NUMBER = "Sondre Lillebø", "412 89 037"
STORY = f"💙 Jeg heter {NAME}, ring {NUMBER}. Måtte vente i åtte måneder på time hos BUP."
KEPT = "💙 Jeg heter [NAVN], ring [TELEFON]. Måtte vente i åtte måneder på time hos BUP."
SHOWN = "💙 Jeg heter tatt bort: navn, ring tatt bort: telefonnummer. Måtte vente"
WAITING, MONEY = "Å vente på hjelp eller svar", "Penger"
LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}

SOON = """{
    const real = setTimeout;
    window.setTimeout = (work, wait, ...rest) => real(work, wait === 30_000 ? 300 : wait, ...rest);
}"""
"""Ends a try that would take too long."""

# Drawn numbers that are whole multiples of five let the teller choose first.
DRAW = """(number) => {
    const real = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = (array) =>
        array instanceof Uint32Array ? array.fill(number) : real(array);
}"""

Begin = Callable[..., list[Request]]


@pytest.fixture
def begin(phone: Page, running: Running) -> Begin:
    """Leads a teller to the look-over; returns what the phone sends from then on."""
    file = running.folder / "round.yaml"
    asked = ROUND.read_text("utf-8").replace(
        "[services, narrativ4.n1, mt10, vekst6, livstilfredshet_0_10, age_band]",
        "[narrativ4.n1, age_band]",
    )
    file.write_text(asked, "utf-8")
    running.command("round", "load", str(file))

    def go(story: str = STORY, first: bool = False) -> list[Request]:
        phone.add_init_script(f"({DRAW})({0 if first else 1})")
        phone.goto(f"{running.url}/r/KAIA26")
        phone.get_by_test_id("start").click()
        phone.fill("#story", story)
        to_the_end(phone)
        sent: list[Request] = []
        phone.on("request", lambda r: sent.append(r) if r.method == "POST" else None)
        return sent

    return go


def to_the_end(phone: Page) -> None:
    while not phone.get_by_test_id("send").is_visible():
        heading = phone.get_by_role("heading", level=1).inner_text()
        phone.get_by_test_id("next").click()
        phone.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=heading
        )


def ask(phone: Page) -> None:
    phone.get_by_test_id("propose").click()
    expect(phone.get_by_test_id("use")).to_be_visible(timeout=20_000)


def add(phone: Page, group: str, theme: str) -> None:
    """Choose a theme of a group that is closed."""
    phone.locator(".theme-picker summary", has_text=group).click()
    phone.locator(".theme-picker").get_by_role("checkbox", name=theme, exact=True).check()


def finish(phone: Page, running: Running) -> dict[str, Any]:
    """Send, and return what the server's database has."""
    phone.get_by_test_id("send").click()
    expect(phone.get_by_test_id("receipt")).to_be_visible()
    return kept(running)


def body(request: Request) -> dict[str, Any]:
    data = request.post_data
    assert data is not None
    assert len(data.encode()) == 4096
    read: dict[str, Any] = json.loads(data)
    return read


def test_kept_dropped_added_and_sent_sealed(
    phone: Page, running: Running, database: str, begin: Begin
) -> None:
    sent = begin()
    expect(phone.get_by_test_id("offer")).to_contain_text("fra mobilen din til oss nå")
    assert sent == []
    ask(phone)
    (asked,) = sent
    assert asked.url == f"{running.url}/api/rounds/KAIA26/proposals"
    assert body(asked).keys() == {"language", "stories", "work"}
    expect(phone.get_by_role("heading", level=1)).to_have_text("Stemmer dette?")
    story = phone.locator(".proposal .story")
    expect(story).to_contain_text(SHOWN)
    expect(story.locator("mark")).to_have_count(2)

    proposed = phone.locator(".proposal fieldset").get_by_role("checkbox")
    ids = proposed.evaluate_all("all => all.map(one => one.value)")
    assert "C2_ventetid" in ids
    for one in proposed.all():
        expect(one).to_be_checked()
    for one in proposed.all():
        one.uncheck()
    phone.locator(".proposal fieldset").get_by_role("checkbox", name=WAITING).check()
    phone.locator(".add > summary").click()
    add(phone, "Hjemme", MONEY)
    expect(phone.locator(".proposal fieldset").get_by_role("checkbox", name=MONEY)).to_be_checked()
    phone.get_by_test_id("use").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Se over før du sender")
    expect(phone.locator(".look-over .story")).to_contain_text(SHOWN)
    expect(phone.locator(".about + .answer")).to_have_text(f"{WAITING}\n{MONEY}")
    expect(phone.get_by_test_id("clue")).to_have_count(0)
    document = finish(phone, running)
    assert document["stories"] == {"n1": KEPT}
    assert document["teller"] == {
        "n1": {
            "asked": "proposal",
            "proposed": sorted(ids),
            "themes": ["C2_ventetid", "F1_okonomi"],
            "first": None,
        }
    }
    assert NAME not in json.dumps(body(sent[-1]), ensure_ascii=False)
    at_rest = everything_at_rest(database, running)
    assert not [part for part in (*NAME.split(), NUMBER) if part in at_rest]
    assert phone.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_one_in_five_choose_before_they_see(phone: Page, running: Running, begin: Begin) -> None:
    begin(first=True)
    ask(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Hva forteller du om?")
    expect(phone.locator(".proposal .story")).to_contain_text(SHOWN)
    expect(phone.locator("main :checked")).to_have_count(0)
    add(phone, "Hjemme", MONEY)
    phone.get_by_test_id("use").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Stemmer dette?")
    expect(phone.get_by_role("heading", level=1)).to_be_focused()
    shown = phone.locator(".proposal fieldset")
    expect(shown.get_by_role("checkbox", name=MONEY)).to_be_checked()
    expect(shown.get_by_role("checkbox", name=WAITING)).not_to_be_checked()
    shown.get_by_role("checkbox", name=MONEY).uncheck()
    shown.get_by_role("checkbox", name=WAITING).check()
    phone.get_by_test_id("use").click()
    said = finish(phone, running)["teller"]["n1"]
    assert (said["asked"], said["themes"]) == ("first", ["C2_ventetid"])
    assert said["first"] == ["F1_okonomi"]
    assert "C2_ventetid" in said["proposed"]


def test_an_edit_voids_it_and_back_leads_back(phone: Page, running: Running, begin: Begin) -> None:
    sent = begin()
    ask(phone)
    phone.go_back()
    expect(phone.get_by_test_id("offer")).to_contain_text("Teksten uten navn er klar")
    expect(phone.locator(".look-over .story")).to_contain_text(NAME)
    phone.get_by_test_id("look").click()
    phone.get_by_test_id("use").click()
    expect(phone.locator(".look-over .story")).to_contain_text(SHOWN)
    assert len(sent) == 1, "what is here is not asked for again"

    phone.get_by_test_id("look").click()
    phone.get_by_role("button", name="Endre den").click()
    expect(phone.locator("#story")).to_have_value(STORY)
    phone.fill("#story", f"{STORY} Det var tungt.")
    to_the_end(phone)
    expect(phone.locator(".look-over .story")).to_contain_text(NAME)
    expect(phone.get_by_test_id("propose")).to_be_visible()
    phone.go_forward()
    ask(phone)
    phone.get_by_test_id("use").click()
    document = finish(phone, running)
    assert document["stories"] == {"n1": f"{KEPT} Det var tungt."}
    assert document["teller"]["n1"]["asked"] == "proposal"


def test_undone_it_is_sent_as_written(phone: Page, running: Running, begin: Begin) -> None:
    begin()
    ask(phone)
    phone.get_by_test_id("use").click()
    phone.get_by_role("button", name="Send slik jeg skrev det").click()
    expect(phone.get_by_test_id("look")).to_be_focused()
    expect(phone.locator(".look-over .story")).to_contain_text(NAME)
    document = finish(phone, running)
    assert document["stories"] == {"n1": KEPT}
    assert document["teller"]["n1"]["asked"] == "not_asked"
    assert document["teller"]["n1"]["themes"] == []


def test_without_a_story_nothing_is_offered(phone: Page, begin: Begin) -> None:
    begin(story="")
    expect(phone.get_by_test_id("send")).to_be_visible()
    expect(phone.get_by_test_id("offer")).to_have_count(0)


def busy(route: Route) -> None:
    told = {"code": "busy", "message": "", "next": ""}
    route.fulfill(status=503, json=told, headers={"Retry-After": "5"})


def test_busy_offline_or_cancelled_nothing_is_lost(
    phone: Page, running: Running, begin: Begin
) -> None:
    begin()
    phone.route("**/proposals", busy)
    phone.get_by_test_id("propose").click()
    alert = phone.get_by_role("alert")
    expect(alert).to_contain_text("Mange svarer akkurat nå")
    expect(alert).to_contain_text("Ingenting er borte")
    expect(alert).to_be_focused()
    phone.unroute("**/proposals")

    phone.context.set_offline(True)
    phone.get_by_test_id("propose").click()
    expect(alert).to_contain_text("Vi fikk ikke kontakt")
    phone.context.set_offline(False)

    held: list[Route] = []
    phone.route("**/proposals", lambda route: held.append(route))
    phone.get_by_test_id("propose").click()
    expect(phone.locator(".waiting")).to_contain_text("Teksten er hos oss")
    with phone.expect_event("requestfailed"):
        phone.get_by_role("button", name="Avbryt").click()
    expect(phone.locator(".waiting")).to_be_empty()
    expect(phone.get_by_test_id("propose")).to_be_focused()
    expect(alert).to_have_count(0)

    phone.get_by_test_id("propose").click()
    expect(phone.locator(".waiting")).to_contain_text("Teksten er hos oss")
    document = finish(phone, running)
    assert document["stories"] == {"n1": KEPT}
    assert document["teller"]["n1"]["asked"] == "not_asked"


def test_a_try_that_takes_too_long_is_told(phone: Page, begin: Begin) -> None:
    phone.add_init_script(SOON)
    begin()
    phone.route("**/proposals", lambda route: None)
    phone.get_by_test_id("propose").click()
    expect(phone.get_by_role("alert")).to_contain_text("Vi fikk ikke kontakt")
    expect(phone.get_by_test_id("propose")).to_have_text("Send teksten til sjekk nå")


def test_no_browser_keeps_what_is_chosen(phone: Page, begin: Begin) -> None:
    """Chromium and Firefox write the state of controls to their session's file."""
    begin(first=True)
    ask(phone)
    choices = phone.locator("main input")
    assert choices.count() > 10
    assert set(choices.evaluate_all("all => all.map((one) => one.autocomplete)")) == {"off"}


def test_a_seal_that_fits_no_more(phone: Page, running: Running, begin: Begin) -> None:
    """The text comes up as it was written, and can be sent so."""
    begin()
    phone.route(
        "**/responses", lambda route: route.fulfill(status=400, json={"code": "seal_wrong"})
    )
    ask(phone)
    phone.get_by_test_id("use").click()
    phone.get_by_test_id("send").click()
    expect(phone.get_by_role("alert")).to_contain_text("Be om forslaget en gang til")
    expect(phone.locator(".look-over .story")).to_contain_text(NAME)
    expect(phone.get_by_test_id("propose")).to_be_visible()
    phone.unroute("**/responses")
    assert finish(phone, running)["teller"]["n1"]["asked"] == "not_asked"


def test_by_keyboard_alone(phone: Page, running: Running, begin: Begin) -> None:
    begin()

    def go_to(name: str, role: str = "button") -> None:
        for _ in range(60):
            focused = phone.locator(":focus")
            names = phone.get_by_role(role, name=name)  # type: ignore[arg-type]
            if focused.count() and names.and_(focused).count():
                return
            phone.keyboard.press("Tab")
        raise AssertionError(name)

    def press(name: str, key: str = "Enter") -> None:
        go_to(name)
        phone.keyboard.press(key)

    press("Send teksten til sjekk nå")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Stemmer dette?", timeout=20_000)
    expect(phone.get_by_role("heading", level=1)).to_be_focused()
    go_to(WAITING, "checkbox")
    phone.keyboard.press("Space")
    expect(phone.locator(".proposal fieldset").get_by_label(WAITING)).not_to_be_checked()
    for summary in ("Legg til tema", "Hjemme og der du bor"):
        while summary not in phone.evaluate("document.activeElement.textContent"):
            phone.keyboard.press("Tab")
        phone.keyboard.press("Enter")
    go_to(MONEY, "checkbox")
    phone.keyboard.press("Space")
    press("Bruk dette")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Se over før du sender")
    expect(phone.get_by_role("heading", level=1)).to_be_focused()
    press("Send svaret")
    expect(phone.get_by_test_id("receipt")).to_be_visible()
    themes = kept(running)["teller"]["n1"]["themes"]
    assert "F1_okonomi" in themes
    assert "C2_ventetid" not in themes


def look_at(phone: Page) -> None:
    """Every language fits on the screen, and axe finds nothing."""
    for language, name in LANGUAGES.items():
        phone.get_by_role("button", name=name).click()
        expect(phone.locator("html")).to_have_attribute("lang", language)
        assert_accessible(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        small = phone.locator("main :is(button, summary, label.choice):visible").evaluate_all(
            "all => all.filter(one => one.offsetHeight < 44).map(one => one.innerText)"
        )
        assert small == []


def test_every_screen_is_for_everybody(phone: Page, begin: Begin) -> None:
    begin(first=True)
    look_at(phone)
    phone.route("**/proposals", busy)
    phone.get_by_test_id("propose").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    look_at(phone)
    phone.unroute("**/proposals")
    held: list[Route] = []
    phone.route("**/proposals", lambda route: held.append(route))
    phone.get_by_test_id("propose").click()
    expect(phone.locator(".waiting")).not_to_be_empty()
    look_at(phone)
    held[0].continue_()
    expect(phone.get_by_test_id("use")).to_be_visible(timeout=20_000)
    for summary in phone.locator(".theme-picker summary").all():
        summary.click()
    look_at(phone)
    phone.get_by_test_id("use").click()
    look_at(phone)
    phone.locator(".add > summary").click()
    phone.locator(".theme-picker summary").first.click()
    look_at(phone)
    phone.go_back()
    look_at(phone)
    phone.get_by_test_id("look").click()
    phone.get_by_test_id("use").click()
    expect(phone.locator(".about")).to_be_visible()
    look_at(phone)
