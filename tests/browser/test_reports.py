"""Reports in a real browser: five readings, three languages, a phone and a wide dark screen."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page

import exports
from enumerations import ActionStatus, Language
from exports import Context, Deed, Interpretation, Question, Quote, Reading, Words
from exports.disclosure.quotes import shown
from server.release import paper
from tests.attacks.test_5_numbers_never_alone import CATALOGUE, releases
from tests.browser.conftest import PHONE, assert_accessible
from tests.server.rounds import words

PLACES = {key: f"#{key}" for key in CATALOGUE.places}
THEME = next(one.id for one in CATALOGUE.themes if shown(releases()[-1], one.id, "nav"))
WRITTEN = Words(
    quotes=(Quote(THEME, "Hun ringte meg etterpå bare for å høre.", "nav", ("kari", "ola")),),
    interpretations=(Interpretation(THEME, (words("En måte"), words("En annen måte"))),),
    questions=(Question(THEME, words("Hvem mangler vi?")),),
    context=(Context(words("unge utenfor"), "97 162", "SSB", 2022, words("15 til 29 år")),),
    deeds=(
        Deed(THEME, ActionStatus.PLANNED, "Vi prøver kveldsåpent.", date(2027, 2, 1), "Lederen"),
        Deed("C", ActionStatus.NO_BECAUSE, "Loven hindrer oss."),
    ),
)
SCREENS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (PHONE["width"], "light"),
    (1280, "dark"),
)
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def around() -> exports.Page:
    """What stands around a report, with every link that it can have."""
    return exports.Page(
        organisation=words("Lunvik kommune"),
        stylesheet="",
        index="#index",
        happened="#card",
        services=PLACES,
        languages={language.value: f"?lang={language}" for language in Language},
        mandate=words("Lederen bestemmer."),
        involvement=words("Ungdomsrådet tok bort to."),
        privacy="#privacy",
        accessibility="#accessibility",
        readings={reading: f"?for={reading}" for reading in Reading},
        styles=paper.styles(),
    )


@pytest.fixture(params=SCREENS, ids=["phone", "wide-dark"])
def screen(request: pytest.FixtureRequest, chrome: Browser) -> Iterator[Page]:
    width, scheme = request.param
    context = chrome.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def opened(page: Page, folder: Path, text: str) -> None:
    """Open a report with all its tables."""
    file = folder / "report.html"
    file.write_text(text, "utf-8")
    page.goto(file.as_uri())
    page.evaluate(OPEN)


@pytest.mark.parametrize("reading", Reading)
def test_everybody_can_use_a_report(screen: Page, tmp_path: Path, reading: Reading) -> None:
    *earlier, last = releases()
    for language in Language:
        text = exports.render_report(last, "nav", language, around(), reading, earlier, WRITTEN)
        opened(screen, tmp_path, text)
        assert_accessible(screen)
        assert screen.evaluate(WIDE) <= 0, language
        assert screen.locator("html").get_attribute("lang") == language.value


def test_everybody_can_use_the_index(screen: Page, tmp_path: Path) -> None:
    for language in Language:
        opened(screen, tmp_path, exports.render_index(releases()[-1], language, around()))
        assert_accessible(screen)
        assert screen.evaluate(WIDE) <= 0, language


def test_what_moved_stands_in_blocks_on_a_phone_and_in_rows_on_a_wide_screen(
    screen: Page, tmp_path: Path
) -> None:
    *earlier, last = releases()
    text = exports.render_report(
        last, "nav", Language.BOKMAL, around(), Reading.LEADER, earlier, WRITTEN
    )
    opened(screen, tmp_path, text)
    table = screen.locator(".moved table")
    heads = table.get_by_role("columnheader").all_text_contents()
    assert len(heads) == 4, "heads are there for a screen reader, also where they are not seen"
    row = table.get_by_role("row").nth(1)
    cells = row.get_by_role("cell").all()
    tops = [top(row.get_by_role("rowheader")), *map(top, cells)]
    if screen.viewport_size and screen.viewport_size["width"] == PHONE["width"]:
        assert tops == sorted(set(tops)), "below each other"
        said = [one.evaluate("it => getComputedStyle(it, '::before').content") for one in cells]
        assert said == [f'"{head}: "' for head in heads[1:]]
        assert all(one.evaluate("it => it.scrollWidth <= it.clientWidth + 1") for one in cells)
    else:
        assert len(set(tops)) == 1, "beside each other"


def top(cell: Locator) -> float:
    box = cell.bounding_box()
    assert box is not None
    return box["y"]
