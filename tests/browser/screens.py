"""One walk over every screen of the answering page, for whatever looks at them all.

It taps and types, and draws nothing with a finger: whatever can be dragged can be tapped
(WCAG 2.5.7). It finds its way without words, so it goes in every language.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from server.cli import main
from tests.browser.conftest import Running
from tests.server.invited import signer_in

ROUND = Path(__file__).with_name("questions.yaml")
SHORT = "[services, narrativ4.n1, age_band]"
STORY = "Jeg ventet på svar i ni uker. Så ringte en på NAV meg og spurte hva jeg trengte."
NAMED = "Jeg heter Ingeborg Tvedestrandsen og går i 10B på Lunvik skole. "
HEAVY = "Noen ganger orker jeg ikke leve lenger. "


@dataclass(frozen=True)
class Rounds:
    """Where the rounds of the walk are: one to answer, and four short ones."""

    url: str
    open: str
    brief: str
    closed: str
    preview: str
    """Path of the preview of a round that has not opened."""
    invited: str
    slip: str
    """An invitation to the invited round; the walk looks at it and does not use it."""


DRAW = """() => {
    const real = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = (array) =>
        array instanceof Uint32Array ? array.fill(window.drawn ?? 1) : real(array);
}"""
"""One in five chooses themes before the proposal is shown: whoever draws a multiple of five."""


@contextmanager
def loaded(running: Running, folder: Path) -> Iterator[Rounds]:
    """Load the rounds that the walk goes through, and run a signer for the invited one."""
    with signer_in(folder) as signer:
        lines, (slip, *_) = signer.make("SLIPP26")
        yield _load(running, folder, yaml.safe_dump(lines), slip)


def _load(running: Running, folder: Path, invited: str, slip: str) -> Rounds:
    whole = ROUND.read_text("utf-8")
    head, _, _ = whole.partition("questionnaire:")
    made = {
        "MERK26": whole,
        "KORT26": f"{head}questionnaire: {SHORT}\n",
        "SLUTT26": f"{head}questionnaire: {SHORT}\n".replace("null", "2026-02-01"),
        "SNART26": f"{head}questionnaire: {SHORT}\n".replace("opens: 2026", "opens: 2099"),
        "SLIPP26": f"{head}questionnaire: {SHORT}\n{invited}",
    }
    for code, text in made.items():
        file = folder / f"{code}.yaml"
        named = text.replace("MERK26", code).replace("key: lunvik", f"key: {code.lower()}")
        file.write_text(named, "utf-8")
        command(running, "round", "load", str(file))
    link = command(running, "round", "preview", "SNART26").strip()
    preview = link[link.index("/r/") :]
    return Rounds(running.url, "MERK26", "KORT26", "SLUTT26", preview, "SLIPP26", slip)


def command(running: Running, *words: str) -> str:
    """Run a `fortell` command in this process: to start five takes longer than the walk."""
    with ThreadPoolExecutor(1) as thread:
        ran = thread.submit(CliRunner().invoke, main, words, env=running.environment).result()
    assert ran.exit_code == 0, ran.output
    return ran.output


def walk(page: Page, rounds: Rounds, language: str) -> Iterator[str]:
    """Go through every screen; each name is given while its screen is up."""
    page.add_init_script(f"({DRAW})()")
    page.goto(rounds.url)
    speak(page, language)
    yield "code"
    yield from _beside(page)
    enter(page, "NIX1")
    page.get_by_role("alert").wait_for()
    yield "unknown"
    again(page)
    enter(page, rounds.closed)
    page.get_by_role("alert").wait_for()
    yield "closed"
    again(page)
    yield from _too_young(page, rounds.brief)
    enter(page, rounds.open)
    page.get_by_test_id("start").wait_for()
    yield "welcome"
    yield from _questions(page)
    yield from _ending(page)
    yield from _preview(page, rounds, language)
    yield from _invited(page, rounds, language)
    yield from _handed_round(page, rounds, language)
    yield from _waiting(page, rounds, language)
    yield from _untouched(page, rounds, language)


def speak(page: Page, language: str) -> None:
    """Choose a language; it lasts until the page is loaded anew."""
    page.locator(f"header [lang={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def enter(page: Page, code: str) -> None:
    page.fill("#code", code)
    page.locator("main form button").click()


def again(page: Page) -> None:
    """From a round that cannot be answered back to the code."""
    page.locator("main .trouble button").click()
    page.locator("#code").wait_for()


def press(page: Page, button: str = "next") -> None:
    """Press a button of a question, and wait for another screen."""
    before = page.locator("h1").inner_text()
    page.get_by_test_id(button).click()
    page.wait_for_function(
        "before => document.querySelector('h1')?.innerText !== before", arg=before
    )


def _beside(page: Page) -> Iterator[str]:
    """What lies over a screen: help, and the two statements."""
    page.locator("header .help").click()
    yield "help"
    close = page.locator("dialog[open] .top .second")
    close.click()
    for number, name in enumerate(("privacy", "accessibility")):
        page.locator(".footer > ul a").nth(number).click()
        page.locator("dialog[open] .statement section").first.wait_for()
        yield name
        close.click()
    page.locator(".footer .link").click()
    yield "delete"
    close.click()


def _too_young(page: Page, code: str) -> Iterator[str]:
    enter(page, code)
    page.get_by_test_id("start").click()
    press(page, "skip")
    press(page, "skip")
    page.locator(".choice").first.click()
    press(page)
    yield "under-13"
    page.get_by_test_id("forget").click()
    page.get_by_test_id("forget").wait_for(state="detached")
    yield "under-13-deleted"
    page.locator("main button.second").click()
    page.locator("#code").wait_for()


def _questions(page: Page) -> Iterator[str]:
    page.get_by_test_id("start").click()
    page.locator(".choice").first.click()
    yield "services"
    press(page)
    yield "prompts"
    page.locator("button.choice").first.click()
    page.locator("#story").wait_for()
    yield "story"
    page.fill("#story", NAMED + STORY)
    page.get_by_test_id("clue").wait_for()
    yield "story-names"
    page.fill("#story", HEAVY + STORY)
    page.get_by_test_id("care").wait_for()
    yield "story-help"
    page.fill("#story", NAMED + STORY)
    press(page)
    _tap(page, ".triad svg", 0.45, 0.6)
    yield "triad"
    press(page)
    _tap(page, ".slider.wide", 0.3, 0.5)
    yield "dyad"
    press(page)
    _tap(page, ".area", 0.15, 0.25)
    _tap(page, ".area", 0.6, 0.7)
    yield "stones"
    press(page)
    page.locator(".choice").nth(3).click()
    yield "smileys"
    press(page)
    for number in (1, 3):
        page.locator(".choice").nth(number).click()
    yield "multiple"
    press(page)
    for _ in range(3):
        page.locator("[data-add]").first.click()
    yield "ranking"
    press(page)
    page.locator(".choice").nth(7).click()
    yield "scale"
    press(page)
    page.locator(".choice").nth(3).click()
    yield "choice"
    press(page)
    while page.locator(".choice [value='13-15']").count() == 0:
        press(page)
    page.locator(".choice").nth(2).click()
    yield "age"
    press(page)


def _ending(page: Page) -> Iterator[str]:
    yield "look-over"
    page.get_by_test_id("propose").click()
    page.get_by_test_id("use").wait_for()
    yield "proposal"
    page.locator(".proposal summary").first.click()
    page.locator(".theme-picker summary").first.click()
    yield "proposal-more"
    page.get_by_test_id("use").click()
    page.get_by_test_id("look").wait_for()
    yield "look-over-used"
    page.get_by_test_id("send").click()
    page.get_by_test_id("receipt").wait_for()
    page.locator("svg.qr").wait_for()
    yield "sent"
    words = page.get_by_test_id("receipt").inner_text()
    page.locator("main button.third").last.click()
    expect(page.locator("#receipt")).not_to_have_value("")
    yield "withdraw"
    page.fill("#receipt", "ugle elg ost")
    page.locator("main form button").click()
    page.get_by_role("alert").wait_for()
    yield "withdraw-wrong"
    page.fill("#receipt", words)
    page.locator("main form button").click()
    page.locator("#receipt").wait_for(state="detached")
    yield "withdrawn"


def _preview(page: Page, rounds: Rounds, language: str) -> Iterator[str]:
    page.goto(rounds.url + rounds.preview)
    page.get_by_test_id("start").wait_for()
    speak(page, language)
    yield "preview"
    _brief(page, "")
    page.get_by_test_id("send").click()
    page.get_by_test_id("send").wait_for(state="detached")
    yield "preview-end"


def _invited(page: Page, rounds: Rounds, language: str) -> Iterator[str]:
    """A round that asks for an invitation: without one, with a wrong one, and with a slip."""
    page.goto(f"{rounds.url}/r/{rounds.invited}")
    page.locator("#invitation").wait_for()
    speak(page, language)
    yield "invited"
    page.fill("#invitation", "0000-0000-0000-0000")
    page.get_by_test_id("start").click()
    page.get_by_role("alert").wait_for()
    yield "invited-wrong"
    page.goto("about:blank")
    page.goto(f"{rounds.url}/r/{rounds.invited}#i={rounds.slip}")
    page.get_by_test_id("key").wait_for()
    speak(page, language)
    yield "invited-slip"
    page.locator("a[href*='/loftet']").click()
    page.locator("dialog[open] .statement section").first.wait_for()
    yield "promise"


def _handed_round(page: Page, rounds: Rounds, language: str) -> Iterator[str]:
    """A school's device, which forgets everything."""
    page.goto(f"{rounds.url}/r/{rounds.brief}?felles")
    page.get_by_test_id("start").wait_for()
    speak(page, language)
    yield "shared"
    _brief(page, STORY)
    page.get_by_test_id("send").click()
    page.get_by_test_id("receipt").wait_for()
    yield "shared-sent"


def _untouched(page: Page, rounds: Rounds, language: str) -> Iterator[str]:
    """A school's device that somebody has left; time stands still from here."""
    page.clock.install()
    page.goto(f"{rounds.url}/r/{rounds.brief}?felles")
    speak(page, language)
    page.get_by_test_id("start").click()
    page.clock.run_for(91_000)
    page.locator("dialog[open]").wait_for()
    yield "shared-left"


def _waiting(page: Page, rounds: Rounds, language: str) -> Iterator[str]:
    """Somebody who is to choose themes first, and whose answer does not get through."""
    page.add_init_script("window.drawn = 0")
    page.goto(f"{rounds.url}/r/{rounds.brief}")
    page.get_by_test_id("start").wait_for()
    speak(page, language)
    _brief(page, NAMED + STORY)
    page.get_by_test_id("propose").click()
    page.get_by_test_id("use").wait_for()
    yield "proposal-first"
    page.go_back()
    page.route("**/responses", lambda route: route.abort())
    page.get_by_test_id("send").click()
    page.get_by_test_id("waits").wait_for()
    yield "waiting"


def _brief(page: Page, story: str) -> None:
    """Go through a short round to the look-over."""
    page.get_by_test_id("start").click()
    page.locator(".choice").first.click()
    press(page)
    page.fill("#story", story)
    press(page)
    press(page)


def _tap(page: Page, where: str, across: float, down: float) -> None:
    """Tap at a point of a drawing, in fractions of its size."""
    drawing = page.locator(where)
    box = drawing.bounding_box()
    assert box
    drawing.click(position={"x": across * box["width"], "y": down * box["height"]})
