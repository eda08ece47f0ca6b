"""Every screen of the answering page can be used by everybody, in three languages (WCAG 2.2 AA)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import AXE, FOCUSED, PHONE, Running, assert_accessible
from tests.browser.screens import Rounds, loaded, walk

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NARROW = 320
"""1280 CSS pixels at 400 % (WCAG 1.4.10)."""
DOUBLED = 180
"""A phone at 200 % (WCAG 1.4.4)."""

SPACED = """* {
    line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;
} p { margin-bottom: 2em !important; }"""
"""What readers may set for themselves (WCAG 1.4.12)."""

SHOWN = """(document.querySelector('dialog[open]') ?? document.body)"""

CUT = f"""() => [...{SHOWN}.querySelectorAll("*")]
    .filter((it) => !it.closest(".sr-only, .full, svg, .writing > p, dialog:not([open])"))
    .filter((it) => {{
        const {{ overflowX, overflowY }} = getComputedStyle(it);
        const tall = overflowY !== "visible" && overflowY !== "auto" && overflowY !== "scroll";
        const wide = overflowX !== "visible" && it.tagName !== "INPUT"; // what is typed scrolls
        return (wide && it.scrollWidth > it.clientWidth + 1)
            || (tall && it.scrollHeight > it.clientHeight + 1 && it.tagName !== "TEXTAREA");
    }})
    .map((it) => it.outerHTML.slice(0, 120))"""

# Links in a sentence are as high as its line (WCAG 2.5.8 excepts them, and so do we); a box or a
# button within its label or drawing is as large as that.
SMALL = f"""() => [...{SHOWN}.querySelectorAll(
        "a[href], button, summary, textarea, input, .choice, .keep label, .slider, [data-grip]")]
    .filter((it) => it.checkVisibility() && !it.matches("label input, .slider input"))
    .filter((it) => !(it.matches("a") && it.closest("p, dd, .statement")))
    .map((it) => [it.outerHTML.slice(0, 120), it.getBoundingClientRect()])
    .filter(([, {{ width, height }}]) => Math.min(width, height) < 43.9)
    .map(([html, {{ width, height }}]) => `${{width}} × ${{height}}: ${{html}}`)"""

MOVING = """() => [...document.querySelectorAll("*")]
    .filter((it) => {
        const { animationName, transitionDuration } = getComputedStyle(it);
        return animationName !== "none" || /[1-9]/.test(transitionDuration);
    })
    .map((it) => it.outerHTML.slice(0, 120))"""

# In forced colours nothing is told by a background alone: a border, an outline or the system's own
# look has to be there, and what is chosen has to look different from what is not.
UNSEEN = f"""() => {{
    const paper = getComputedStyle(document.body).backgroundColor;
    const edged = (it) => {{
        const {{ borderStyle, borderWidth, borderColor, textDecorationLine }} =
            getComputedStyle(it);
        const edge = borderStyle !== "none" && parseFloat(borderWidth) > 0;
        return (edge && borderColor !== paper) || textDecorationLine.includes("underline");
    }};
    const look = (it) => {{
        const {{ borderColor, borderWidth, backgroundColor }} = getComputedStyle(it);
        return [borderColor, borderWidth, backgroundColor].join();
    }};
    const all = [...{SHOWN}.querySelectorAll(
            ".button, .choice, input:not(.choice input), textarea")]
        .filter((it) => it.checkVisibility() && getComputedStyle(it).opacity !== "0")
        .filter((it) => !edged(it) && !it.matches("[type=checkbox], [type=radio]"));
    const chosen = document.querySelector("main .choice.chosen");
    const not = document.querySelector("main .choice:not(.chosen, :hover, :focus)");
    if (chosen && not && look(chosen) === look(not)) all.push(chosen);
    return all.map((it) => it.outerHTML.slice(0, 120));
}}"""


@pytest.fixture
def rounds(running: Running) -> Iterator[Rounds]:
    with loaded(running, running.folder) as ready:
        yield ready


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_screen(phone: Page, rounds: Rounds, language: str) -> None:
    """Looks at every screen in every way that a program can; one list of all that is wrong."""
    wrong: list[str] = []
    for name in walk(phone, rounds, language):
        for look in LOOKS if language == "nb" else TEXTS:
            wrong += [f"{name}, {look.__name__}: {one}" for one in look(phone)]
        if name in ORDER and (order := asked(phone)) != [*ORDER[name], KEEP]:
            wrong.append(f"{name} is read as {order}")
        if name in LIVE and phone.locator("main [role=status]").count() == 0:
            wrong.append(f"{name} does not say what happens")
        try:
            assert_accessible(phone)
        except AssertionError as error:
            wrong.append(f"{name}, axe: {error}")
    assert wrong == [], "\n".join(wrong)


def moving(page: Page) -> list[str]:
    """What moves although nothing should (WCAG 2.3.3)."""
    found: list[str] = page.evaluate(MOVING)
    return found


def fits(page: Page) -> list[str]:
    """Where a narrow page scrolls sideways or cuts text off."""
    wrong = []
    for width, height in ((NARROW, 640), (DOUBLED, 320), (640, 360)):
        page.set_viewport_size({"width": width, "height": height})
        wrong += [f"{width} px: {one}" for one in cut(page)]
    page.set_viewport_size(PHONE)
    return wrong


def cut(page: Page) -> list[str]:
    found: list[str] = page.evaluate(CUT)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found + ([f"scrolls {wide} px sideways"] if wide > 0 else [])


def spaced(page: Page) -> list[str]:
    """What more space between letters, words and lines cuts off."""
    page.evaluate(
        """css => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            document.adoptedStyleSheets = [sheet];
        }""",
        SPACED,
    )
    found = cut(page)
    page.evaluate("document.adoptedStyleSheets = []")
    return found


def small(page: Page) -> list[str]:
    """Targets under 44 px."""
    found: list[str] = page.evaluate(SMALL)
    return found


def forced(page: Page) -> list[str]:
    """Controls that forced colours hide."""
    page.emulate_media(forced_colors="active")
    found: list[str] = page.evaluate(UNSEEN)
    page.emulate_media(forced_colors="none")
    return found


def contrast(page: Page) -> list[str]:
    """Text with too little contrast: in the dark, and at 7:1 for those who ask for more."""
    wrong: list[str] = []
    for media, rule in (
        ({"color_scheme": "dark"}, "color-contrast"),
        ({"contrast": "more"}, "color-contrast-enhanced"),
    ):
        page.emulate_media(**media)  # type: ignore[arg-type]
        wrong += [f"{media}: {one}" for one in axe(page, rule)]
        page.emulate_media(color_scheme="light", contrast="no-preference")
    return wrong


def axe(page: Page, rule: str) -> list[str]:
    """What one rule of axe finds."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(
        """async (id) => {
            const options = { runOnly: [id], rules: { [id]: { enabled: true } } };
            const { violations } = await axe.run(document, options);
            const nodes = violations.flatMap(({ nodes }) => nodes);
            return nodes.map((it) => it.any[0].message + it.html);
        }""",
        rule,
    )
    return found


def asked(page: Page) -> list[str]:
    """What a screen reader meets of a question, from its heading to the buttons below it."""
    roles = [role for role, _ in heard(page) if role in CONTROLS or role in ("main", "heading")]
    question = roles[roles.index("heading") :]
    return question[: question.index("button")]


CONTROLS = {"button", "link", "checkbox", "radio", "slider", "textbox", "DisclosureTriangle"}


def heard(page: Page) -> Iterator[tuple[str, str]]:
    """Role and name of what a screen reader meets, in its order."""
    reader = page.context.new_cdp_session(page)
    nodes = reader.send("Accessibility.getFullAXTree")["nodes"]
    reader.detach()
    by_id = {node["nodeId"]: node for node in nodes}

    def below(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
        if not node.get("ignored"):
            yield node["role"]["value"], node.get("name", {}).get("value", "")
        for child in node.get("childIds", []):
            yield from below(by_id[child])

    return below(nodes[0])


def unnamed(page: Page) -> list[str]:
    """What a screen reader finds without a name, or in an order that makes no sense."""
    met = list(heard(page))
    wrong = [f"a {role} without a name" for role, name in met if role in CONTROLS and not name]
    roles = [role for role, _ in met]
    if "dialog" in roles:
        return wrong if met[roles.index("dialog")][1] else [*wrong, "a dialog without a name"]
    order = [roles.index(role) for role in ("banner", "main", "contentinfo") if role in roles]
    if len(order) < 3 or order != sorted(order):
        wrong.append("landmarks are missing or out of order")
    if page.locator("main h1:visible").count() != 1:
        wrong.append("not one main heading")
    controls = [at for at, role in enumerate(roles) if role in CONTROLS and at > order[1]]
    if controls and roles.index("heading") > controls[0]:
        wrong.append(f"{met[controls[0]][1]!r} comes before the heading")
    return wrong


def unfocused(page: Page) -> list[str]:
    """Where the keyboard goes without being seen to (WCAG 2.4.7, 2.4.11), or comes no further."""
    wrong: list[str] = []
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            return wrong
        if not focused["outlined"]:
            wrong.append(f"no outline: {focused['what']}")
        if not focused["seen"]:
            wrong.append(f"hidden: {focused['what']}")
    return wrong if page.locator("dialog[open]").count() else [*wrong, "the Tab key goes nowhere"]


Look = Callable[[Page], list[str]]
TEXTS: tuple[Look, ...] = (unnamed, fits, small, spaced)
"""What hangs on the language, for one is longer than another."""
LOOKS: tuple[Look, ...] = (*TEXTS, moving, forced, contrast, unfocused)


ORDER = {
    "triad": ["heading", "slider", "slider", "slider", "checkbox"],
    "dyad": ["heading", "slider", "checkbox"],
    "stones": ["heading", "radio", "radio", "radio", "slider", "slider", "checkbox"],
    "smileys": ["heading", *["radio"] * 6],
    "multiple": ["heading", *["checkbox"] * 7],
    "scale": ["heading", *["radio"] * 11],
    "age": ["heading", *["radio"] * 5],
}
"""What is read from the heading of a question to the buttons below it."""
KEEP = "checkbox"
"""Whether the phone is to keep what is written; it stands below every question."""

LIVE = {"story", "multiple", "ranking", "look-over", "sent", "waiting"}
"""Screens that change while somebody uses them."""


def test_the_whole_way_by_keyboard_alone(phone: Page, rounds: Rounds) -> None:
    def tab_to(wanted: Locator) -> None:
        for _ in range(60):
            if wanted.evaluate("it => it === document.activeElement"):
                return
            phone.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {wanted}")

    def enter(wanted: Locator) -> None:
        tab_to(wanted)
        phone.keyboard.press("Enter")

    phone.goto(rounds.url)
    tab_to(phone.locator("#code"))
    phone.keyboard.type(rounds.brief)
    phone.keyboard.press("Enter")
    phone.get_by_test_id("start").wait_for()
    enter(phone.get_by_test_id("start"))
    tab_to(phone.get_by_role("checkbox").first)
    phone.keyboard.press("Space")
    enter(phone.get_by_test_id("next"))
    tab_to(phone.locator("#story"))
    phone.keyboard.type("De hørte på meg hele veien.")
    enter(phone.get_by_test_id("next"))
    tab_to(phone.get_by_role("radio").first)
    phone.keyboard.press("ArrowDown")
    enter(phone.get_by_test_id("next"))
    enter(phone.get_by_test_id("propose"))
    phone.get_by_test_id("use").wait_for()
    enter(phone.get_by_test_id("use"))
    while phone.get_by_test_id("use").count() > 0:
        enter(phone.get_by_test_id("use"))
    enter(phone.get_by_test_id("send"))
    phone.get_by_test_id("receipt").wait_for()
    words = phone.get_by_test_id("receipt").inner_text()
    enter(phone.get_by_role("button", name="Trekk svaret"))
    field = phone.locator("#receipt")
    expect(field).to_have_value(" ".join(words.split()))
    enter(phone.get_by_role("button", name="Trekk svaret"))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Svaret er trukket")
