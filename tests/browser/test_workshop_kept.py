"""Nothing in a room is lost or stands there twice, whatever happens to server or phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Running
from tests.browser.workshop import (
    Hall,
    at_step,
    enter,
    look,
    mark,
    tab_to,
    type_in,
    write,
    written_down,
)

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

AWAY = "Ikkje kontakt akkurat no"


@pytest.fixture
def hall(chrome: Browser, running: Running) -> Iterator[Hall]:
    made = Hall(chrome, running)
    yield made
    made.close()


def test_a_killed_server_comes_back_and_the_room_goes_on(hall: Hall) -> None:
    hall.make("samskaping", "Samling")
    leader, running = hall.leader, hall.running
    screen = hall.screen(leader.context)
    first, second = hall.phone(), hall.phone()
    everybody = (leader, screen, first, second)
    write(first, "Kome fram før", "Ein idé")
    enter(leader, leader.get_by_role("button", name="Start klokka"))
    expect(first.get_by_role("timer")).to_be_visible()

    running.kill()
    _lay_down(first, "Skrive utan tenar")
    expect(first.locator("[data-standing=waits]")).to_contain_text("Skrive utan tenar")
    expect(first.locator(".link")).to_contain_text(AWAY)
    type_in(second, second.locator("#challenge"), "Halvferdig")
    expect(leader.locator(".away")).to_be_visible(timeout=20_000)
    expect(screen.locator(".away")).not_to_be_empty(timeout=20_000)
    hall.press("Neste steg")
    expect(leader.get_by_role("alert")).to_contain_text("Vi får ikkje kontakt")
    look(*everybody)

    running.start()
    _linked(hall, everybody)
    expect(first.locator("[data-standing=sent]")).to_have_count(2)
    expect(first.locator("[data-standing=waits]")).to_have_count(0)
    expect(second.locator("#challenge")).to_have_value("Halvferdig")
    expect(screen.locator(".counts b").nth(1)).to_have_text("2")
    expect(first.get_by_role("timer")).to_be_visible()
    enter(second, second.get_by_test_id("send"))
    expect(screen.locator(".counts b").nth(1)).to_have_text("3")

    hall.press("Neste steg")
    at_step([first, second, screen], "Les og prioriter")
    running.kill()
    for phone in (first, second):
        enter(phone, phone.locator(".wall").filter(has_text="Kome fram før").get_by_role("button"))
        expect(phone.locator(".link")).to_contain_text(AWAY, timeout=20_000)
    running.start()
    _linked(hall, everybody)
    expect(screen.locator(".counts b")).to_have_text("2")

    hall.press("Neste steg")
    at_step([first, second], "Snakk saman")
    expect(first.locator("#current")).to_contain_text("Kome fram før")
    running.kill()
    mark(first, first.locator(".choices"), "1")
    running.start()
    _linked(hall, everybody)
    expect(screen.locator(".counts b")).to_have_text("1")
    hall.press("Vis svara")
    for page in everybody:
        expect(page.locator("tbody td")).to_have_text(["1 av 1", "0 av 1"])
    second.reload()
    expect(second.locator("tbody td").first).to_have_text("1 av 1")
    expect(second.locator(".order li").first).to_contain_text("2 stemmer")


def test_a_phone_without_a_network_keeps_what_is_written_and_sends_it_once(hall: Hall) -> None:
    hall.make("samskaping", "Samling")
    phone = hall.phone()
    phone.context.set_offline(True)
    _lay_down(phone, "Skrive i tunnelen")
    written_down(phone, "Skrive i tunnelen")
    address = phone.url
    phone.close()
    again = phone.context.new_page()
    phone.context.set_offline(False)
    again.goto(address)
    expect(again.locator("[data-standing=sent]")).to_have_count(1)
    expect(again.locator("[data-standing=sent]")).to_contain_text("Skrive i tunnelen")

    lost: list[str] = []

    def lose(route: Route) -> None:
        """The request comes through, and its answer does not."""
        if not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    again.route("**/cards/*", lose)
    _lay_down(again, "Svaret kom bort")
    expect(again.locator("[data-standing=sent]")).to_have_count(2)
    assert lost
    hall.press("Neste steg")
    expect(hall.leader.locator(".cards > li")).to_have_count(2)


def test_who_comes_late_and_who_comes_back_are_where_the_room_is(hall: Hall) -> None:
    hall.make("samskaping", "Samling")
    first = hall.phone()
    write(first, "Eit kort", "Ein idé")
    write(first, "Eit anna kort")
    hall.press("Neste steg")
    at_step([first], "Les og prioriter")
    late = hall.phone()
    at_step([late], "Les og prioriter")
    for phone in (first, late):
        enter(phone, phone.locator(".wall").filter(has_text="Eit kort").get_by_role("button"))
        expect(phone.locator("[aria-pressed=true].button")).to_have_count(1)
    screen = hall.screen()
    expect(screen.locator(".counts b")).to_have_text("2")
    late.reload()
    expect(late.locator("[aria-pressed=true].button")).to_have_count(1)
    hall.press("Førre steg")
    at_step([first, late], "Skriv")
    first.reload()
    expect(first.locator("[data-standing=sent]")).to_have_count(2)
    hall.press("Neste steg")
    hall.press("Neste steg")
    at_step([first, late], "Snakk saman")
    mark(late, late.locator(".choices"), "1")
    expect(late.locator("main")).to_contain_text("Svaret ditt er kome fram")
    late.reload()
    expect(late.locator(".choices input[value='1']")).to_be_checked()
    assert hall.phone().locator("#current").inner_text() == late.locator("#current").inner_text()


def test_a_hidden_card_leaves_every_screen_also_while_it_is_talked_about(hall: Hall) -> None:
    hall.make("samskaping", "Samling")
    first, second = hall.phone(), hall.phone()
    write(first, "Namnet på nokon", "Ein idé")
    write(second, "Eit vanleg kort")
    hall.press("Neste steg")
    at_step([first], "Les og prioriter")
    enter(first, first.locator(".wall").filter(has_text="Namnet").get_by_role("button"))
    screens = [hall.screen(hall.leader.context), hall.screen()]
    expect(screens[0].locator(".counts b")).to_have_text("1")
    hall.press("Neste steg")
    for page in (first, second, *screens):
        expect(page.locator("main")).to_contain_text("Namnet på nokon")
    card = hall.leader.locator(".cards > li").filter(has_text="Namnet")
    enter(hall.leader, card.get_by_role("button", name="Skjul"))
    for page in (first, second, *screens):
        expect(page.locator("body")).not_to_contain_text("Namnet på nokon")
    expect(first.locator("main")).to_contain_text("Snart vel de eit kort")
    first.reload()
    at_step([first], "Snakk saman")
    expect(first.locator("body")).not_to_contain_text("Namnet på nokon")
    look(hall.leader, *screens, first)
    enter(hall.leader, card.get_by_role("button", name="Vis igjen"))
    for page in (first, second, *screens):
        expect(page.locator("main")).to_contain_text("Namnet på nokon")


def _lay_down(phone: Page, challenge: str) -> None:
    type_in(phone, phone.locator("#challenge"), challenge)
    tab_to(phone, phone.get_by_test_id("send"))
    phone.keyboard.press("Enter")


def _linked(hall: Hall, pages: tuple[Page, ...]) -> None:
    """Nobody has done anything, and everybody is in touch again."""
    for page in pages:
        expect(page.locator(".link, .away").first).to_be_empty(timeout=30_000)
