"""Phones, who leads and a big screen through whole workshops in nynorsk, in real browsers."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Running
from tests.browser.workshop import (
    EVIL,
    LAPTOP,
    Hall,
    at_step,
    enter,
    filled,
    guarded,
    look,
    mark,
    pick,
    tab_to,
    type_in,
    write,
    written_down,
)

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

CARDS = [
    (
        "Fokuset er for økonomisk styrt",
        ["Fagdagar på tvers", "Ein langsiktig strategi", "Frivillige"],
    ),
    ("Ungdommen er ikkje alltid med", ["Bruke tid", "Bli kjende", "Vere nyfikne"]),
    ("Vi kjenner ikkje kvarandre", ["Hospitere", "Fleire treff"]),
    (EVIL, [EVIL]),
    ("Dette skal skjulast", []),
]


@pytest.fixture
def hall(chrome: Browser, running: Running) -> Iterator[Hall]:
    made = Hall(chrome, running)
    yield made
    made.close()


def test_a_whole_workshop(hall: Hall) -> None:
    hall.make("samskaping", "Samling på Lunvik")
    leader = hall.leader
    screen = hall.screen(leader.context)
    phones = [hall.phone() for _ in CARDS]
    expect(screen.locator(".counts b").first).to_have_text("5")
    look(leader, screen, phones[0])
    _write(phones)
    look(phones[0], phones[3])
    _read(hall, phones, screen)
    _talk(hall, phones, screen)
    _hide(hall, phones, screen)
    _work_out(hall, phones, screen)
    _close(hall, phones, screen)
    _report(hall)


def _write(phones: list[Page]) -> None:
    type_in(phones[0], phones[0].locator("#challenge"), "Ring Ingeborg Hansen på 412 34 567")
    expect(phones[0].get_by_test_id("clue")).to_contain_text("412 34 567")
    for phone, (challenge, ideas) in zip(phones, CARDS, strict=True):
        write(phone, challenge, *ideas)
    type_in(phones[1], phones[1].locator("#challenge"), "Eit halvferdig kort")
    written_down(phones[1], "Eit halvferdig kort")
    phones[1].reload()
    expect(phones[1].locator("#challenge")).to_have_value("Eit halvferdig kort")
    expect(phones[1].locator("[data-standing=sent]")).to_have_count(1)
    _take_back(phones[1])


def _take_back(phone: Page) -> None:
    write(phone, "Eit kort for mykje")
    enter(phone, phone.locator(".mine").nth(1).get_by_role("button", name="Ta tilbake"))
    expect(phone.locator(".mine")).to_have_count(1)
    enter(phone, phone.locator(".mine").get_by_role("button", name="Endre"))
    expect(phone.locator("#challenge")).to_be_focused()
    type_in(phone, phone.locator("#idea-2"), "Vere meir nyfikne")
    enter(phone, phone.get_by_test_id("send"))
    expect(phone.locator("[data-standing=sent]")).to_contain_text("Vere meir nyfikne")


def _read(hall: Hall, phones: list[Page], screen: Page) -> None:
    hall.press("Neste steg")
    at_step([*phones, screen], "Les og prioriter")
    for phone in phones:
        expect(phone.locator(".wall")).to_have_count(5)
        _vote(phone, CARDS[0][0])
    for phone in phones[:2]:
        _vote(phone, CARDS[1][0])
    _vote(phones[2], CARDS[2][0])
    _vote(phones[0], CARDS[2][0])
    full = phones[0].locator(".wall").filter(has_text="Dette skal skjulast").get_by_role("button")
    expect(full).to_have_attribute("aria-disabled", "true")
    expect(phones[0].locator(".votes-left")).to_contain_text("Alle stemmene er gitt")
    phones[0].reload()
    expect(phones[0].locator("[aria-pressed=true].button")).to_have_count(3)
    expect(screen.locator(".counts b")).to_have_text("5")
    look(hall.leader, screen, phones[0])


def _vote(phone: Page, challenge: str) -> None:
    card = phone.locator(".wall").filter(has_text=challenge)
    enter(phone, card.get_by_role("button"))
    expect(card.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    expect(phone.locator(".link")).to_have_text("")


def _talk(hall: Hall, phones: list[Page], screen: Page) -> None:
    screen.keyboard.press("ArrowRight")
    at_step(phones, "Snakk saman")
    screen.keyboard.press("o")
    at_step([screen], "Det de ville snakke om")
    order = screen.locator(".order > li")
    expect(order.nth(0)).to_contain_text("5 stemmer")
    expect(order.nth(1)).to_contain_text("Delt nummer 2")
    expect(order.nth(2)).to_contain_text("Delt nummer 2")
    look(hall.leader, screen, phones[1])
    screen.keyboard.press("o")
    expect(screen.locator(".order")).to_have_count(0)
    for phone, choice in zip(phones, "11120", strict=True):
        mark(phone, phone.locator(".choices"), choice)
    type_in(phones[4], phones[4].locator("#instead"), EVIL)
    expect(screen.locator(".counts b")).to_have_text("5")
    expect(phones[4].locator("main")).to_contain_text("Svaret ditt er kome fram")
    phones[4].keyboard.press("Tab")
    phones[4].wait_for_timeout(1500)
    expect(screen.locator("table")).to_have_count(0)
    look(screen, phones[4])
    screen.keyboard.press("r")
    for page in (screen, hall.leader, *phones):
        expect(page.locator("tbody td")).to_have_text(["3 av 5", "1 av 5", "0 av 5", "1 av 5"])
        expect(page.locator(".instead li")).to_have_text(EVIL)
    expect(screen.locator(".instead li")).to_be_in_viewport(ratio=1)
    screen.keyboard.press("p")
    expect(screen.locator(".pie")).to_be_visible()
    expect(screen.locator("tbody td").first).to_have_text("3 av 5")
    expect(screen.locator(".instead li")).to_be_in_viewport(ratio=1)
    _note(hall, *(f"Notat {number}" for number in range(20)))
    expect(screen.locator(".said li").last).not_to_be_in_viewport()
    expect(screen.locator(".pages button")).to_have_text(["Førre side", "Neste side"])
    for _ in range(3):
        screen.keyboard.press("PageDown")
    expect(screen.locator(".said li").last).to_be_in_viewport(ratio=0.9)
    _note(hall, "Politikarane må med")
    expect(screen.locator(".pages")).to_have_count(0)
    _note(hall, "Politikarane må med", EVIL)
    expect(screen.locator(".said li")).to_have_text(["Politikarane må med", EVIL])
    look(hall.leader, screen, phones[0])


def _note(hall: Hall, *lines: str) -> None:
    type_in(hall.leader, hall.leader.locator("#notes"), "\n".join(lines))
    hall.leader.keyboard.press("Tab")
    hall.leader.keyboard.press("Enter")
    expect(hall.leader.locator(".talking form [role=status]")).to_have_text("Lagra")


def _hide(hall: Hall, phones: list[Page], screen: Page) -> None:
    card = hall.leader.locator(".cards > li").filter(has_text="Dette skal skjulast")
    enter(hall.leader, card.get_by_role("button", name="Skjul"))
    for phone in phones:
        expect(phone.locator("body")).not_to_contain_text("Dette skal skjulast")
    expect(card).to_contain_text("Skjult for alle andre")
    expect(screen.locator("body")).not_to_contain_text("Dette skal skjulast")
    late = hall.phone()
    at_step([late], "Snakk saman")
    expect(late.locator("tbody td").first).to_have_text("3 av 5")
    expect(late.locator("body")).not_to_contain_text("Dette skal skjulast")


def _work_out(hall: Hall, phones: list[Page], screen: Page) -> None:
    type_in(
        hall.leader, hall.leader.locator("#notes"), "Politikarane må med\nSkrive og ikkje lagra"
    )
    hall.press("Neste steg")
    at_step([*phones, screen], "Tema")
    expect(phones[0].locator(".theme")).to_have_count(0)
    _themes(hall, phones, screen)
    hall.press("Neste steg")
    at_step([*phones, screen], "Vegen vidare")
    look(hall.leader, screen, phones[0])
    hall.press("Førre steg")
    at_step([*phones, screen], "Tema")
    hall.press("Neste steg")
    at_step([*phones, screen], "Vegen vidare")
    _ask(hall, phones, screen)
    _act(hall, phones, screen)


def _themes(hall: Hall, phones: list[Page], screen: Page) -> None:
    """Proposed by the engine, renamed, one dropped, one of the room's own, moved, confirmed."""
    leader = hall.leader
    enter(leader, leader.get_by_test_id("propose"))
    names = leader.locator(".theme-names input")
    expect(names.nth(2)).to_be_visible(timeout=60_000)
    first, second = names.nth(0).input_value(), names.nth(1).input_value()
    proposed = names.count()
    expect(phones[0].locator(".theme h2").first).to_have_text(first)
    look(leader, screen, phones[0])
    enter(leader, leader.get_by_role("button", name="Ta bort").nth(1))
    expect(names).to_have_count(proposed - 1)
    expect(leader.locator("#themes")).to_be_focused()
    type_in(leader, names.first, "Lita tid til oss")
    hall.press("Nytt tema")
    expect(names.last).to_be_focused()
    leader.keyboard.type("Vår eigen plass")
    raised = leader.get_by_role("button", name="Flytt opp").last
    tab_to(leader, raised)
    for _ in range(proposed):
        leader.keyboard.press("Enter")
        leader.wait_for_timeout(50)
    expect(names.first).to_have_value("Vår eigen plass")
    card = leader.locator(".sorting fieldset").filter(has_text=CARDS[1][0])
    box = card.get_by_role("checkbox", name="Vår eigen plass")
    tab_to(leader, box)
    leader.keyboard.press("Space")
    expect(box).to_be_checked()
    hall.press("Stadfest temaa")
    expect(leader.locator(".talking, [role=status]").filter(has_text="Lagra")).to_be_visible()
    for page in (phones[0], screen):
        expect(page.locator("main")).to_contain_text("Lita tid til oss")
        expect(page.locator("main")).not_to_contain_text(second)
    expect(phones[0].locator(".theme h2").first).to_have_text("Vår eigen plass")
    expect(phones[0].locator(".theme").first).to_contain_text("1 av 4 kort")
    expect(phones[0].locator(".theme").first).to_contain_text(CARDS[1][0])


def _ask(hall: Hall, phones: list[Page], screen: Page) -> None:
    """Questions to go on with: of a theme that is folded out, and of one that is not."""
    leader = hall.leader
    for place, question in enumerate(["Kven spør vi først?", "Når ses vi att?"]):
        theme = leader.locator(".asked").nth(place)
        if place:
            enter(leader, theme.locator("summary"))
        tab_to(leader, theme.get_by_role("textbox"))
        leader.keyboard.press("Control+End")
        leader.keyboard.type(f"\n{question}")
        enter(leader, theme.get_by_role("button", name="Lagre"))
        expect(theme.locator(".marks li").last).to_contain_text("Endra av dykk")
        expect(theme.locator(".marks li").first).to_contain_text("Framlegg frå maskina")
        expect(phones[0].locator(".questions li").filter(has_text=question)).to_have_count(1)
    expect(screen.locator("main")).to_contain_text("Kven spør vi først?")


def _act(hall: Hall, phones: list[Page], screen: Page) -> None:
    """Actions: one that lacks something, one that is lifted, one that is changed, one removed."""
    leader = hall.leader
    form = leader.locator("form.action")
    enter(leader, leader.get_by_test_id("save-action"))
    expect(form.get_by_role("alert")).to_be_visible()
    expect(form.locator("textarea")).to_be_focused()
    look(leader)
    _action(leader, "Be fylket om fleire fagdagar", "Rektor", "county")
    tab_to(leader, form.get_by_role("checkbox"))
    leader.keyboard.press("Space")
    enter(leader, leader.get_by_test_id("save-action"))
    expect(form.locator("[name=recipient]")).to_be_focused()
    expect(form.get_by_role("alert")).to_have_text("Skriv kven det blir løfta til.")
    leader.keyboard.type("Trøndelag fylke")
    enter(leader, leader.get_by_test_id("save-action"))
    expect(leader.locator(".actions > li")).to_have_count(1)
    expect(form.locator("textarea")).to_be_focused()
    for text in ("Møtast kvar veke", "Dette blir ikkje noko av"):
        _action(leader, text, "Elevrådet", "now")
        enter(leader, leader.get_by_test_id("save-action"))
        expect(leader.locator(".actions > li").filter(has_text=text)).to_be_visible()
    pick(leader, leader.locator(".filter select"), "now")
    expect(leader.locator(".actions > li")).to_have_count(2)
    pick(leader, leader.locator(".filter select"), "")
    gone = leader.locator(".actions > li").filter(has_text="Dette blir")
    enter(leader, gone.get_by_role("button", name="Ta bort"))
    expect(gone).to_have_count(0)
    expect(leader.locator("#actions")).to_be_focused()
    changed = leader.locator(".actions > li").filter(has_text="Møtast")
    enter(leader, changed.get_by_role("button", name="Endre"))
    type_in(leader, form.locator("textarea"), "Møtast kvar måndag")
    enter(leader, leader.get_by_test_id("save-action"))
    actions = phones[0].locator(".actions")
    expect(actions).to_contain_text("Møtast kvar måndag")
    expect(actions).not_to_contain_text("Dette blir ikkje")
    expect(actions).to_contain_text("Trøndelag fylke")
    while "Be fylket om fleire fagdagar" not in (shown := screen.locator("main").inner_text()):
        expect(screen.get_by_role("button", name="Neste side")).not_to_have_attribute(
            "aria-disabled", "true"
        )
        screen.keyboard.press("ArrowDown")
    assert "Dette blir ikkje" not in shown
    look(leader, screen, phones[0])


def _action(leader: Page, text: str, owner: str, level: str) -> None:
    form = leader.locator("form.action")
    selects = form.locator("select")
    type_in(leader, form.locator("textarea"), text)
    pick(leader, selects.nth(0), level)
    type_in(leader, form.locator("[name=owner]"), owner)
    tab_to(leader, form.locator("[name=due]"))
    leader.keyboard.type("12122026")
    expect(form.locator("[name=due]")).to_have_value("2026-12-12")
    pick(leader, selects.nth(1), "service")
    pick(leader, selects.nth(2), "economy")
    pick(
        leader, selects.nth(3), selects.nth(3).locator("option").nth(1).get_attribute("value") or ""
    )


def _close(hall: Hall, phones: list[Page], screen: Page) -> None:
    screen.keyboard.press("ArrowRight")
    hall.press("Avslutt samlinga")
    look(hall.leader)
    hall.press("Ja, avslutt")
    at_step([*phones, screen], "Takk for at du var med")
    expect(hall.leader.locator(".step")).to_be_focused()
    look(hall.leader, screen, phones[0])
    enter(phones[0], phones[0].get_by_role("button", name="Slett samlinga"))
    expect(phones[0].get_by_role("button", name="Slett samlinga")).to_have_count(0)


def _report(hall: Hall) -> None:
    leader = hall.leader
    enter(leader, leader.get_by_role("link", name="Rapport", exact=True).first)
    leader.locator(".workshop-report").wait_for()
    report = leader.locator(".workshop-report")
    for said in (
        "Skrive og ikkje lagra",
        "Lita tid til oss",
        "Vår eigen plass",
        "Kven spør vi først?",
        "Møtast kvar måndag",
        "Trøndelag fylke",
        "3 av 5",
    ):
        expect(report).to_contain_text(said)
    expect(report).not_to_contain_text("Dette skal skjulast")
    enter(leader, report.locator("#intro .edit a"))
    leader.locator("#text").wait_for()
    look(leader)
    type_in(leader, leader.locator("#text"), f"Vi møttest på Lunvik.\n\n{EVIL}")
    enter(leader, leader.get_by_role("button", name="Lagre"))
    expect(leader.get_by_role("status")).to_have_text("Teksten er lagra.")
    expect(report).to_contain_text(EVIL)
    with leader.expect_download() as coming:
        enter(leader, leader.locator("a[href$='rapport.html']"))
    assert "Lita tid til oss" in coming.value.path().read_text("utf-8")
    look(leader)


def test_the_door_and_those_who_stand_outside(hall: Hall) -> None:
    hall.make("fremtidsverksted", "Verkstad")
    hall.press("Lukk døra")
    expect(hall.leader.locator(".title")).to_contain_text("Døra er lukka")
    page = guarded(hall.context(PHONE["width"], PHONE["height"], mobile=True), hall.wrong)
    page.goto(f"{hall.running.url}/s/{hall.code}")
    enter(page, page.get_by_test_id("join"))
    expect(page.get_by_role("alert")).to_contain_text("Døra er lukka")
    look(page)
    enter(page, page.get_by_role("button", name="Sjå på utan å vere med"))
    at_step([page], "Kritikk")
    page.goto(f"{hall.running.url}/s")
    enter(page, page.get_by_role("button").last)
    expect(page.get_by_role("alert")).to_be_visible()
    type_in(page, page.locator("#code"), "NIX123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("finn ikkje denne koden")
    look(page)


def test_a_future_workshop(hall: Hall) -> None:
    hall.make("fremtidsverksted", "Verkstad")
    leader, screen = hall.leader, hall.screen(hall.leader.context)
    phones = [hall.phone(), hall.phone()]
    scripts = [_script(leader)]
    expect(screen.locator("h1")).to_have_text("Kva er ikkje bra i dag?")
    _time(hall, [phones[0], screen])
    _ask_otherwise(hall, [phones[0], screen])
    for place, phone in enumerate(phones):
        write(phone, f"Ingen høyrer på oss {place}", "Møte utan oss")
    for stage, question in (
        ("Visjon", "Korleis skulle det ha vore?"),
        ("Røyndom", "Kva kan vi få til?"),
    ):
        hall.press("Neste steg")
        scripts.append(_script(leader, scripts[-1]))
        at_step(phones, stage)
        at_step([screen], question)
        expect(screen.locator(".lobby .sub").first).to_have_text(stage)
        expect(phones[0].locator("label[for=challenge]")).to_have_text(question)
        number = phones[0].locator("#follows option").nth(1).get_attribute("value") or ""
        pick(phones[0], phones[0].locator("#follows"), number)
        write(phones[0], f"Vi blir høyrde ({stage})", "Elevrådet møter")
        look(leader, screen, phones[0])
    hall.press("Neste steg")
    at_step([*phones, screen], "Les og prioriter")
    expect(leader.locator(".cards").get_by_text("Byggjer på kort")).to_have_count(2)
    expect(leader.locator(".timer")).to_have_count(1)
    for _ in ("read", "talk", "themes"):
        scripts.append(_script(leader, scripts[-1]))
        hall.press("Neste steg")
    scripts.append(_script(leader, scripts[-1]))
    hall.press("Avslutt samlinga")
    hall.press("Ja, avslutt")
    scripts.append(_script(leader, scripts[-1]))
    assert len(set(scripts)) == len(scripts) == 8
    leader.goto(f"{hall.running.url}/stab/samlinger/{hall.code}/rapport")
    for said in ("Kva er dumt med møta?", "Korleis skulle det ha vore?", "Kva kan vi få til?"):
        expect(leader.locator("#method")).to_contain_text(said)
    look(leader)


def _script(leader: Page, before: str = "") -> str:
    """What the leader's page says to say, when it is another than before."""
    script = leader.locator(".script div")
    expect(script).not_to_have_text(before)
    return script.text_content() or ""


def _time(hall: Hall, pages: list[Page]) -> None:
    """The clock is set, runs everywhere, and stops."""
    leader = hall.leader
    type_in(leader, leader.locator(".timer input"), "3")
    leader.keyboard.press("Enter")
    for page in (leader, *pages):
        clock = page.get_by_role("timer")
        expect(clock).to_have_text(re.compile("^(3:00|2:5[0-9])$"))
        expect(clock).to_have_text(re.compile("^2:5[0-8]$"))
    look(leader, *pages)
    hall.press("Stopp klokka")
    for page in (leader, *pages):
        expect(page.get_by_role("timer")).to_have_count(0)


def _ask_otherwise(hall: Hall, pages: list[Page]) -> None:
    """The question in the leader's own words; it is there again on the way back."""
    leader = hall.leader
    enter(leader, leader.locator(".panel summary"))
    type_in(leader, leader.locator(".panel textarea").first, "Kva er dumt med møta?")
    enter(leader, leader.locator(".panel").get_by_role("button", name="Lagre"))
    expect(pages[0].locator("label[for=challenge]")).to_have_text("Kva er dumt med møta?")
    hall.press("Neste steg")
    at_step(pages[1:], "Korleis skulle det ha vore?")
    hall.press("Førre steg")
    at_step(pages[1:], "Kva er dumt med møta?")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_report_can_be_read_by_everybody(hall: Hall, language: str) -> None:
    hall.make("samskaping", "Unge utanfor", language)
    filled(hall, EVIL)
    page, base = hall.leader, f"{hall.running.url}/stab/samlinger/{hall.code}/rapport"
    html = page.request.get(f"{base}.html?diagram=kake").text()
    file = hall.context(*LAPTOP).new_page()
    file.set_content(html)
    for width, height in (LAPTOP, (PHONE["width"], PHONE["height"])):
        page.set_viewport_size({"width": width, "height": height})
        for address in (base, f"{base}?diagram=kake", f"{base}/tekst/intro"):
            page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
            look(page)
        file.set_viewport_size({"width": width, "height": height})
        look(file)
    expect(file.locator("html")).to_have_attribute("lang", language)
    expect(file.locator("main")).to_contain_text(EVIL)
