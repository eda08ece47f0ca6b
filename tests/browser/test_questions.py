"""Every kind of question, by touch, by keyboard alone, and read by a machine that reads aloud."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Running, assert_accessible

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ROUND = Path(__file__).with_name("questions.yaml")
STORY = "De hørte på meg."
EVERY = ("story:n1", "merk1", "merk2", "merk3", "besok1", "besok2", "besok3")
HEADINGS = {
    "story:n1": "Hva vil du fortelle om?",
    "merk1": "Det som skjedde, handlet mest om",
    "merk2": "Slik var det for meg",
    "merk3": "Legg steinene",
    "besok1": "Hvordan kjentes det å komme til NAV Lunvik?",
    "besok2": "Hva hjalp deg?",
    "besok3": "Hva er viktigst",
    "lt1": "Hvor fornøyd er du",
    "age_band": "Hvor gammel er du?",
}


@pytest.fixture
def asked(phone: Page, running: Running) -> Page:
    """A phone at the first question."""
    running.command("round", "load", str(ROUND))
    begin(phone, running)
    return phone


def begin(phone: Page, running: Running) -> None:
    phone.goto(f"{running.url}/r/MERK26")
    phone.get_by_test_id("start").click()
    phone.get_by_role("checkbox", name="NAV Lunvik").check()


def heading(phone: Page) -> str:
    return phone.get_by_role("heading", level=1).inner_text()


def press(phone: Page, button: str) -> None:
    """Press next, back or skip, and wait for another screen."""
    before = heading(phone)
    if button == "back":
        phone.get_by_role("button", name="Tilbake").click()
    else:
        phone.get_by_test_id(button).click()
    phone.wait_for_function(
        "before => document.querySelector('h1')?.innerText !== before", arg=before
    )


def go_to(phone: Page, question: str) -> None:
    while HEADINGS[question] not in heading(phone):
        press(phone, "next")


def send(phone: Page, running: Running) -> dict[str, Any]:
    """Go to the end, send, and return what the server's database has."""
    while not phone.get_by_test_id("send").is_visible():
        press(phone, "next")
    phone.get_by_test_id("send").click()
    expect(phone.get_by_test_id("receipt")).to_be_visible()
    return kept(running)


def kept(running: Running) -> dict[str, Any]:
    with sqlite3.connect(running.folder / "fortell.db") as connection:
        ((document,),) = connection.execute("SELECT document FROM inbox").fetchall()
    read: dict[str, Any] = json.loads(document)
    return read


def inside(drawing: Locator, across: float, down: float) -> tuple[float, float]:
    """A point of a drawing, in fractions of its size; it comes into sight."""
    drawing.evaluate(
        """it => {
            const { top, bottom } = it.getBoundingClientRect();
            if (top < 60 || bottom > 560) it.scrollIntoView({ block: "center" });
        }"""
    )
    box = drawing.bounding_box()
    assert box
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def shared(phone: Page, top: float, right: float) -> tuple[float, float]:
    """Where in the triangle the top corner and the right one have these shares."""
    return inside(phone.locator(".triad .edge"), right + top / 2, 1 - top)


def drag(phone: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a finger over the screen, as a touch screen reports it."""
    touch = phone.context.new_cdp_session(phone)

    def report(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    report("touchStart", start)
    for step in range(1, 9):
        report(
            "touchMove",
            (start[0] + (end[0] - start[0]) * step / 8, start[1] + (end[1] - start[1]) * step / 8),
        )
    report("touchEnd")
    touch.detach()


def test_by_touch(asked: Page, running: Running) -> None:
    phone = asked
    go_to(phone, "story:n1")
    phone.get_by_role("button", name="Hva må forandres?").tap()
    phone.fill("#story", STORY)

    go_to(phone, "merk1")
    waiting = inside(phone.locator(".triad .waiting"), 0.5, 0.5)
    phone.touchscreen.tap(*waiting)
    expect(phone.get_by_text("Ikke svart ennå")).to_be_visible()
    drag(phone, waiting, shared(phone, 1 / 3, 1 / 3))
    expect(phone.get_by_text("Omtrent like mye av alle tre.")).to_be_visible()
    phone.touchscreen.tap(*shared(phone, 0, 0))
    expect(phone.get_by_text("Bare: dem som skulle hjelpe.")).to_be_visible()
    drag(phone, shared(phone, 0.7, 0.1), shared(phone, 0.25, 0.15))

    go_to(phone, "merk2")
    phone.touchscreen.tap(*inside(phone.locator(".slider .rail"), 0.26, 0.5))
    expect(phone.get_by_text("Mest: Andre bestemte alt.")).to_be_visible()

    go_to(phone, "merk3")
    area = phone.locator(".area")
    phone.touchscreen.tap(*inside(area, 0, 1))
    phone.touchscreen.tap(*inside(area, 0.5, 0.5))
    drag(phone, inside(phone.locator("[data-stone=before]"), 0.5, 0.5), inside(area, 0.1, 0.75))
    phone.touchscreen.tap(*inside(phone.locator("[data-stone=now]"), 0.9, 0.5))

    go_to(phone, "besok1")
    phone.get_by_text("Ganske trygt").tap()
    go_to(phone, "besok2")
    for label in ("Noe annet", "Ingenting hjalp", "Vi laget en plan sammen", "Noen hadde god tid"):
        phone.get_by_text(label).tap()

    go_to(phone, "besok3")
    for label in ("Å få være med å bestemme", "Å få hjelp fort", "Å møte den samme personen"):
        phone.get_by_role("button", name=label).tap()
    phone.get_by_role("button", name="Flytt opp: Å få hjelp fort").tap()
    rows = phone.locator(".ranking ol li")
    inside(rows.nth(1), 0.5, 0.5)
    drag(phone, inside(rows.nth(2).locator("[data-grip]"), 0.5, 0.5), inside(rows.nth(0), 0.1, 0.2))
    expect(rows.nth(0)).to_contain_text("Å møte den samme personen")

    document = send(phone, running)
    assert document["stories"] == {"n4": STORY}
    assert document["answers"] == {
        "merk1": [25, 60, 15],
        "merk2": [75, 25],
        "merk3": {"before": [10, 25], "now": [50, 50]},
        "besok1": 4,
        "besok2": [1, 3],
        "besok3": [2, 1, 3],
    }


def test_by_keyboard_alone(asked: Page, running: Running) -> None:
    phone = asked

    def keys(*names: str) -> None:
        for name in names:
            phone.keyboard.press(name)

    def tab_to(wanted: Locator) -> None:
        for _ in range(40):
            if wanted.evaluate("it => it === document.activeElement"):
                return
            keys("Tab")
        raise AssertionError("the Tab key does not lead there")

    def onwards() -> None:
        before = heading(phone)
        tab_to(phone.get_by_test_id("next"))
        keys("Enter")
        phone.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=before
        )
        focused = phone.evaluate("document.activeElement.tagName")
        assert focused == "H1", "a new screen is read from its heading"

    onwards()
    tab_to(phone.get_by_role("button", name="Fortell om en gang"))
    keys("Enter")
    tab_to(phone.locator("#story"))
    phone.keyboard.type(STORY)
    onwards()

    tab_to(phone.get_by_role("slider", name="meg selv"))
    keys("Home", "ArrowRight", "ArrowRight")
    tab_to(phone.get_by_role("slider", name="dem som skulle hjelpe"))
    keys("End", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    slider = phone.get_by_role("slider", name="dem som skulle hjelpe")
    expect(slider).to_have_attribute(
        "aria-valuetext", "80 %. meg selv 0 %, reglene og systemet 20 %"
    )
    onwards()

    tab_to(phone.get_by_role("slider"))
    keys("ArrowRight", "ArrowRight")
    onwards()

    tab_to(phone.get_by_role("radio", name="Før"))
    keys("ArrowRight")
    tab_to(phone.get_by_role("slider", name="Nå: Alene"))
    keys("End")
    tab_to(phone.get_by_role("slider", name="Nå: Står fast"))
    keys("ArrowUp", "ArrowUp")
    onwards()

    tab_to(phone.get_by_role("radio").first)
    keys("Space", "ArrowDown")
    onwards()

    tab_to(phone.get_by_role("checkbox", name="Noen trodde på det jeg sa"))
    keys("Space", "Tab", "Tab", "Space")
    onwards()

    tab_to(phone.get_by_role("button", name="Å få hjelp fort"))
    keys("Enter", "Enter")
    told = phone.locator(".asking .sr-only[role=status]")
    expect(told).to_have_text("Å møte den samme personen: nummer 2 av 2")
    tab_to(phone.get_by_role("button", name="Flytt opp: Å møte den samme personen"))
    keys("Enter")
    expect(told).to_have_text("Å møte den samme personen: nummer 1 av 2")
    expect(phone.get_by_role("button", name="Flytt opp: Å møte den samme personen")).to_be_focused()
    keys("Tab", "Enter")
    expect(told).to_have_text("Å møte den samme personen: nummer 2 av 2")

    document = send(phone, running)
    assert document["stories"] == {"n1": STORY}
    assert document["answers"] == {
        "merk1": [0, 80, 20],
        "merk2": [40, 60],
        "merk3": {"now": [100, 60]},
        "besok1": 2,
        "besok2": [2, 4],
        "besok3": [1, 2],
    }


def test_an_untouched_question_is_not_an_answer_in_the_middle(
    asked: Page, running: Running
) -> None:
    phone = asked
    for question in ("merk1", "merk2", "merk3"):
        go_to(phone, question)
        expect(phone.locator(".words")).to_have_text("Ikke svart ennå")
        for slider in phone.get_by_role("slider").all():
            expect(slider).to_have_attribute("aria-valuetext", "Ikke svart ennå")
        expect(phone.locator(".slider .light, .stone")).to_have_count(0)
    assert send(phone, running)["answers"] == {}


def test_the_middle_of_a_line_is_an_answer(asked: Page, running: Running) -> None:
    go_to(asked, "merk2")
    asked.touchscreen.tap(*inside(asked.locator(".slider .rail"), 0.5, 0.5))
    expect(asked.locator(".words")).to_have_text("Midt imellom.")
    assert send(asked, running)["answers"] == {"merk2": [50, 50]}


def test_what_does_not_fit_is_an_answer_of_its_own(asked: Page, running: Running) -> None:
    phone = asked
    touch: dict[str, Callable[[], None]] = {
        "merk1": lambda: phone.touchscreen.tap(*shared(phone, 0.4, 0.3)),
        "merk2": lambda: phone.touchscreen.tap(*inside(phone.locator(".slider"), 0.5, 0.5)),
        "merk3": lambda: phone.touchscreen.tap(*inside(phone.locator(".plane"), 0.5, 0.5)),
        "besok1": lambda: phone.get_by_role("radio").first.check(),
        "besok2": lambda: phone.get_by_role("checkbox").first.check(),
        "besok3": lambda: phone.locator("[data-add]").first.click(),
    }
    for question, answer in touch.items():
        go_to(phone, question)
        unfit = phone.locator("[value=dont_know]")
        unfit.check()
        answer()
        expect(unfit).not_to_be_checked()
        unfit.check()
        expect(phone.locator(".slider .light, .stone, .ranking ol li")).to_have_count(0)
    assert send(phone, running)["answers"] == dict.fromkeys(touch, "dont_know")


def test_a_finger_scrolls_the_page_outside_of_a_drawing_and_not_inside(asked: Page) -> None:
    phone = asked

    def scrolled() -> float:
        """Where the page stands when it has come to rest."""
        position, before = phone.evaluate("scrollY"), None
        while position != before:
            phone.wait_for_timeout(200)
            position, before = phone.evaluate("scrollY"), position
        return float(position)

    go_to(phone, "merk1")
    before = scrolled()
    start, end = shared(phone, 0.1, 0.4), shared(phone, 0.8, 0.1)
    drag(phone, start, end)
    assert scrolled() == before
    expect(phone.locator(".words")).to_contain_text("Mest: meg selv.")

    chosen = phone.locator(".rows").inner_text()
    rail = phone.locator(".slider .rail").first
    x, y = inside(rail, 0.9, 0.5)
    before = scrolled()
    assert before > 200
    drag(phone, (x, y), (x, y + 160))
    assert scrolled() < before - 50, "a finger that goes down over a slider scrolls"
    assert phone.locator(".rows").inner_text() == chosen, "and leaves the answer as it was"

    x, y = inside(phone.locator(".stem"), 0.5, 0.5)
    before = scrolled()
    drag(phone, (x, y + 60), (x, y - 60))
    assert scrolled() > before + 50, "a finger beside the drawing scrolls"


def test_a_story_moves_with_its_prompt(asked: Page, running: Running) -> None:
    phone = asked
    go_to(phone, "story:n1")
    phone.get_by_role("button", name="Fortell om en gang NAV Lunvik").click()
    phone.fill("#story", STORY)
    phone.get_by_role("button", name="Fortell om noe annet").click()
    expect(phone.get_by_text("Det du har skrevet, blir med.")).to_be_visible()
    phone.get_by_role("button", name="Hva er den viktigste forandringen").click()
    expect(phone.locator("#story")).to_have_value(STORY)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Hva er den viktigste")
    assert send(phone, running)["stories"] == {"n2": STORY}


def test_what_an_earlier_answer_hides_is_neither_shown_counted_nor_sent(
    asked: Page, running: Running
) -> None:
    phone = asked
    progress = phone.locator(".progress span").first
    go_to(phone, "besok1")
    expect(progress).to_have_text("Spørsmål 6 av 16")
    phone.get_by_role("radio", name="Veldig trygt").check()
    expect(progress).to_have_text("Spørsmål 6 av 17")
    go_to(phone, "lt1")
    phone.get_by_role("radio", name="7").check(force=True)
    for _ in ("besok3", "besok2", "besok1"):
        press(phone, "back")
    phone.get_by_role("radio", name="Litt utrygt").check()
    expect(progress).to_have_text("Spørsmål 6 av 16")
    while not phone.get_by_test_id("send").is_visible():
        assert HEADINGS["lt1"] not in heading(phone)
        press(phone, "next")
    assert HEADINGS["lt1"] not in phone.locator(".look-over").inner_text()
    assert send(phone, running)["answers"] == {"besok1": 2}


def test_a_changed_answer_leads_through_what_it_adds_and_back(asked: Page) -> None:
    phone = asked
    while not phone.get_by_test_id("send").is_visible():
        press(phone, "next")
    row = phone.locator("li", has_text=HEADINGS["besok1"])
    row.get_by_role("button").click()
    expect(phone.get_by_test_id("next")).to_have_text("Til oversikten")
    phone.get_by_role("radio", name="Veldig trygt").check()
    expect(phone.get_by_test_id("next")).to_have_text("Neste")
    press(phone, "next")
    assert HEADINGS["lt1"] in heading(phone)
    press(phone, "next")
    expect(phone.get_by_test_id("send")).to_be_visible()


def test_the_order_is_drawn_for_a_visit_and_stays_in_it(asked: Page, running: Running) -> None:
    phone = asked

    def mixed() -> list[str]:
        go_to(phone, "besok3")
        found = []
        while HEADINGS["age_band"] not in heading(phone):
            press(phone, "next")
            found.append(heading(phone))
        return found[:-1]

    first = mixed()
    assert len(set(first)) == 7
    back = []
    for _ in first:
        press(phone, "back")
        back.append(heading(phone))
    assert back[::-1] == first
    orders = {tuple(first)}
    for _ in range(3):  # Four alike of 5040 orders: never.
        begin(phone, running)
        orders.add(tuple(mixed()))
    assert len(orders) > 1


def test_somebody_under_13_is_stopped_and_nobody_is_told(asked: Page, running: Running) -> None:
    phone = asked
    go_to(phone, "story:n1")
    phone.get_by_role("button", name="Hva må forandres?").click()
    phone.fill("#story", STORY)
    go_to(phone, "age_band")
    requests: list[str] = []
    phone.on("request", lambda request: requests.append(request.url))

    phone.get_by_label("Under 13 år").check()
    for button in ("skip", "next"):
        press(phone, button)
        expect(phone.get_by_role("heading", level=1)).to_contain_text("13 år eller eldre")
        expect(phone.locator("main a[href='tel:116111']")).to_be_visible()
        expect(phone.get_by_text("helsesykepleieren på skolen")).to_be_visible()
        expect(phone.get_by_test_id("send")).to_have_count(0)
        assert_accessible(phone)
        phone.get_by_test_id("slip").click()
        expect(phone.get_by_label("Under 13 år")).not_to_be_checked()
        phone.get_by_label("Under 13 år").check()

    press(phone, "next")
    phone.get_by_test_id("forget").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Alt er slettet")
    assert_accessible(phone)
    phone.go_back()
    phone.go_back()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Alt er slettet")
    phone.get_by_role("button", name="Ferdig").click()
    expect(phone.locator("#code")).to_be_visible()
    assert STORY not in phone.content()
    assert requests == []
    assert STORY.encode() not in b"".join(
        path.read_bytes() for path in running.folder.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("language", ["Bokmål", "Nynorsk", "English"])
def test_every_screen_is_accessible_wide_enough_to_tap_and_fits(asked: Page, language: str) -> None:
    phone = asked
    phone.get_by_role("button", name=language).click()
    for _ in EVERY:
        before = heading(phone)
        phone.get_by_test_id("next").click()
        phone.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=before
        )
        for _ in phone.locator("[data-add]").all()[1:]:
            phone.locator("[data-add]").first.click()
        assert_accessible(phone)
        small = phone.evaluate(
            """() => [...document.querySelectorAll(
                    "main button, main .choice, main .slider, main [data-grip]")]
                .map((it) => [it.outerHTML, it.getBoundingClientRect()])
                .filter(([, { width, height }]) => Math.min(width, height) < 44)
                .map(([html]) => html)"""
        )
        assert small == []
        for width in (320, 180):
            phone.set_viewport_size({"width": width, "height": 480})
            assert phone.evaluate("document.documentElement.scrollWidth") <= width, before
        phone.set_viewport_size({"width": 360, "height": 640})
