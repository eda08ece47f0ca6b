"""A workshop in real browsers: phones, who leads it, and the big screen."""

import re
import uuid
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import FOCUSED, PHONE, Running, assert_accessible
from tests.browser.screens import command

LAPTOP, HALL = (1280, 800), (1920, 1080)
NAME, PASSWORD = "Kari", "ei lang setning om fjorden"
EVIL = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"


POINTED = "addEventListener('pointerdown', () => console.warn('by a pointer'), true)"


def guarded(context: BrowserContext, wrong: list[str]) -> Page:
    """A page; a request to elsewhere, a script error or a breach of the policy is remembered.

    So is a pointer: all of a workshop goes by keys alone, so all of its tests do.
    """
    page = context.new_page()
    page.add_init_script(POINTED)
    page.on(
        "request",
        lambda r: (
            None if "//127.0.0.1:" in r.url or r.url.startswith("data:") else wrong.append(r.url)
        ),
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda m: (
            wrong.append(m.text) if "Content Security" in m.text or "pointer" in m.text else None
        ),
    )
    return page


def _focused(page: Page) -> dict[str, Any] | None:
    """What has the focus, when what moved just then (a list that grew, say) is still again."""
    focused: dict[str, Any] | None = page.evaluate(FOCUSED)
    for _ in range(10):
        if focused is None or focused["seen"]:
            break
        page.wait_for_timeout(100)
        focused = page.evaluate(FOCUSED)
    return focused


def tab_to(page: Page, wanted: Locator) -> None:
    """Walk to something with the Tab key; wherever the focus is on the way, it can be seen."""
    for _ in range(200):
        if wanted.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
        focused = _focused(page)
        assert focused is None or focused["outlined"], f"no outline: {focused['what']}"
        assert focused is None or focused["seen"], f"hidden: {focused['what']}"
    raise AssertionError(f"the Tab key does not lead to {wanted}")


def enter(page: Page, wanted: Locator) -> None:
    """Press something: a button, a link, what folds out."""
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def type_in(page: Page, wanted: Locator, text: str) -> None:
    """Type into a field, in place of what stands there."""
    tab_to(page, wanted)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def pick(page: Page, wanted: Locator, value: str) -> None:
    """Choose in a list, with the arrows."""
    tab_to(page, wanted)
    page.keyboard.press("Home")
    for _ in range(wanted.locator("option").count()):
        if wanted.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{wanted} has no {value}")


def mark(page: Page, group: Locator, value: str) -> None:
    """Choose one of several, with the arrows."""
    radios = group.get_by_role("radio")
    tab_to(page, radios.first)
    page.keyboard.press("Space")
    for _ in range(radios.count()):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{group} has no {value}")


class Hall:
    """A room with a big screen, who leads, and phones."""

    def __init__(self, chrome: Browser, running: Running) -> None:
        self.chrome, self.running = chrome, running
        self.wrong: list[str] = []
        self.contexts: list[BrowserContext] = []
        command(running, "staff", "add", NAME, "--password", PASSWORD)
        self.leader = guarded(self.context(*LAPTOP), self.wrong)
        self.code = ""

    def context(self, width: int, height: int, mobile: bool = False) -> BrowserContext:
        """A browser of its own."""
        made = self.chrome.new_context(
            viewport={"width": width, "height": height},
            locale="nn-NO",
            has_touch=mobile,
            is_mobile=mobile,
            reduced_motion="reduce",
        )
        made.set_default_timeout(20_000)
        self.contexts.append(made)
        return made

    def make(self, template: str, title: str, language: str = "nn") -> None:
        """Sign in and make a workshop, with nothing but a keyboard."""
        page = self.leader
        page.goto(f"{self.running.url}/stab/samlinger")
        type_in(page, page.locator("#name"), NAME)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.locator(".sign-out").wait_for()
        page.goto(f"{self.running.url}/stab/samlinger")
        type_in(page, page.locator("#title"), title)
        pick(page, page.locator("#template"), template)
        pick(page, page.locator("#language"), language)
        enter(page, page.locator("main form button").last)
        page.locator(".desk").wait_for()
        found = re.search(r"/stab/samlinger/([A-Z0-9]{6})", page.url)
        assert found
        self.code = found[1]

    def phone(self) -> Page:
        """A phone that has joined."""
        page = guarded(self.context(PHONE["width"], PHONE["height"], mobile=True), self.wrong)
        page.goto(f"{self.running.url}/s/{self.code}")
        enter(page, page.get_by_test_id("join"))
        page.locator("main h1").wait_for()
        page.get_by_test_id("join").wait_for(state="detached")
        return page

    def screen(self, context: BrowserContext | None = None) -> Page:
        """The big screen, in the browser of who leads or in one where nobody is signed in."""
        page = guarded(context or self.context(*HALL), self.wrong)
        page.set_viewport_size({"width": HALL[0], "height": HALL[1]})
        page.goto(f"{self.running.url}/s/{self.code}/skjerm")
        page.locator(".screen main").wait_for()
        return page

    def press(self, button: str) -> None:
        """Press a button of the leader's page, by its words."""
        enter(self.leader, self.leader.get_by_role("button", name=button, exact=True).first)

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert self.wrong == []


def filled(hall: Hall, text: str) -> None:
    """Go through the workshop that was made, without browsers, and close it; all can be seen in it.

    Args:
        hall: has made it.
        text: is written wherever anybody writes.
    """
    ask, url = hall.leader.request, hall.running.url
    desk, room = f"{url}/stab/api/workshops/{hall.code}", f"{url}/api/workshops/{hall.code}"
    form = ask.get(f"{url}/stab/api/form-token").json()["form_token"]

    def lead(method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-Form-Token": form}
        reply = ask.fetch(f"{desk}/{path}", method=method, data=body, headers=headers)
        assert reply.ok, reply.text()
        found: dict[str, Any] = reply.json()
        return found

    def say(phone: str, path: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {phone}"}
        reply = ask.put(f"{room}/{path}", data=body, headers=headers)
        assert reply.ok, reply.text()

    phones = [ask.post(f"{room}/phones", data={}).json()["token"] for _ in range(5)]
    for place, phone in enumerate(phones):
        body = {"key": "k" * 22, "challenge": f"{text} {place}", "ideas": [text, "Møtast"]}
        say(phone, f"cards/{uuid.uuid4()}", body)
    cards = [card["id"] for card in lead("POST", "steer", {"do": "next"})["cards"]]
    for place, phone in enumerate(phones):
        say(phone, "votes", {"cards": [cards[0], cards[1 + place % 3]]})
    current = lead("POST", "steer", {"do": "next"})["current"]
    for phone, choice in zip(phones, (1, 1, 2, 0, 0), strict=True):
        say(phone, f"choices/{current}", {"choice": choice, "text": text if choice == 0 else ""})
    lead("POST", "steer", {"do": "reveal"})
    lead("PUT", f"notes/{current}", {"texts": [text]})
    lead("POST", "steer", {"do": "next"})
    themes = [{"id": "D1_kasteball"}, {"id": "own_x", "label": text}]
    sorted_in = {cards[0]: ["D1_kasteball", "own_x"], cards[1]: ["own_x"]}
    lead("PUT", "themes", {"themes": themes, "cards": sorted_in})
    lead("PUT", "questions/own_x", {"questions": [text]})
    action = {"text": text, "owner": "Rektor", "due": "2027-01-01", "kind": "social"}
    for level, lifted in (("now", False), ("state", True)):
        body = action | {"level": level, "lifted": lifted, "recipient": text if lifted else ""}
        lead("PUT", f"actions/{uuid.uuid4()}", body)
    lead("POST", "steer", {"do": "close"})


def write(page: Page, challenge: str, *ideas: str) -> None:
    """Lay a card down and wait until the server has it."""
    before = page.locator("[data-standing=sent]").count()
    type_in(page, page.locator("#challenge"), challenge)
    for place, idea in enumerate(ideas):
        type_in(page, page.locator(f"#idea-{place}"), idea)
    enter(page, page.get_by_test_id("send"))
    expect(page.locator("[data-standing=sent]")).to_have_count(before + 1)


def at_step(pages: list[Page], heading: str) -> None:
    for page in pages:
        expect(page.locator("main h1").first).to_have_text(heading)


WIDE = """() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const beyond = (it) => it.getBoundingClientRect().right > clientWidth + 1;
    const all = scrollWidth > clientWidth + 1 ? [...document.querySelectorAll("body *")] : [];
    return all
        .filter((it) => beyond(it) && !it.closest(".table-scroll > *"))
        .map((it) => it.outerHTML.slice(0, 120));
}"""
"""What makes a page scroll sideways."""


def look(*pages: Page) -> None:
    """Nothing is wrong for anybody on any of these pages, and nothing has run."""
    for page in pages:
        assert_accessible(page)
        assert page.title() != "hacked"
        wide = page.evaluate(WIDE)
        assert wide == [], wide


KEPT = """text => new Promise((resolve) => {
    const request = indexedDB.open("fortell");
    request.onsuccess = () => {
        const database = request.result;
        const all = database.transaction("kept").objectStore("kept").getAll();
        all.onsuccess = () => {
            database.close();
            resolve(JSON.stringify(all.result).includes(text));
        };
    };
})"""
"""Whether this browser has written a text down."""


def written_down(page: Page, text: str) -> None:
    """Wait until this browser has written a text down."""
    for _ in range(100):
        if page.evaluate(KEPT, text):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"this browser has not kept {text!r}")
