"""The politician's page at its fullest: long words, three long quotes, an alert; one A4 still."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from exports_synthetic import catalogue, frame, names
from playwright.sync_api import Page, ViewportSize, sync_playwright
from test_exports_report_pdf import pages, program

from enumerations import ActionStatus, Attribution, Language
from exports import (
    Context,
    Deed,
    History,
    Policy,
    Quote,
    Reading,
    Release,
    Words,
    release,
    render_report,
)
from exports import Page as Around
from exports.disclosure.quotes import LENGTH, shown
from exports.messages import messages
from exports.report.readings import COMPARED
from server.collect.round_file import NAME_LIMIT, ORGANISATION_LIMIT
from server.release import paper
from server.release.words_file import DEFINITION_LIMIT, LABEL_LIMIT, SOURCE_LIMIT, VALUE_LIMIT
from server.staff.answer_form import TEXT_LIMIT
from tests.browser import chromium
from tests.browser.conftest import assert_accessible

__all__ = ["program"]

SERVICE = (
    "Oppfølgingstjenesten og Helsestasjonen for ungdom i Nordre Fjordvik og Ytre Lunvik kommune"
)
LABELS = (
    "Coordination: being sent from service to service",
    "Jobs, work placements and the way into working life",
    "Confidentiality and feeling safe to speak up",
)
assert len(SERVICE) == NAME_LIMIT
SAID = "De spurte meg først hva jeg selv trodde ville hjelpe, og så ringte hun da hun skulle. "
LONG = (SAID * 9)[: LENGTH.stop - 1].strip()
INSIDE: ViewportSize = {"width": 688, "height": 1073}  # an A4 within the sheet's margins, in px
CUT = """() => [...document.querySelectorAll('body *')].filter((one) => {
  const { display, overflowX, overflowY } = getComputedStyle(one);
  const { right, left } = one.getBoundingClientRect();
  const clips = overflowX !== 'visible' || overflowY !== 'visible';
  const over = one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1;
  return display !== 'none' && !one.closest('.skip-link, svg')
    && (left < 0 || right > innerWidth + 1 || (clips && one.clientHeight && over));
}).map((one) => one.outerHTML.slice(0, 120))"""
"""What hides some of itself, or reaches over the paper's edge."""

PERSON = Attribution.INDIVIDUAL
SMALL = 'class="sheet-lead sheet-full"'
Full = tuple[Release, tuple[Release, ...], Words]


def filled(text: str, limit: int) -> str:
    """A text as long as it may be."""
    return (text * 3)[:limit].strip().ljust(limit, ".")


@cache
def full(blaming: int | None = 7, name: str = SERVICE) -> Full:
    """Releases of long names, and what is written; so many stories in nine blame the person.

    With None, so few of all do that no more than that is told.
    """
    terms = catalogue()
    services = (replace(terms.services[0], name=names(name)), *terms.services[1:])
    themes = tuple(
        replace(one, label=names(f"{LABELS[number % 3]} {number}"))
        for number, one in enumerate(terms.themes)
    )
    terms = replace(terms, services=services, themes=themes)
    blamed = pl.lit(["individ"], pl.List(pl.String))
    others = "explained_by" if blaming is not None else pl.lit(["situasjon"], pl.List(pl.String))
    place = pl.int_range(pl.len())
    alike = place < 9 if blaming is None else place % 9 < blaming
    rows = frame(1500, terms, seed=3, told=0.35).with_columns(
        explained_by=pl.when(alike).then(blamed).otherwise(others)
    )
    made: list[Release] = []
    for number in range(1, 4):
        when = f"2026-{4 * number - 3:02}-01"
        history = History(tuple(made))
        part = rows.head(500 * number)
        made.append(release(part, Policy(terms), history, series="1", published=when))
    told = [theme.id for theme in terms.themes if shown(made[-1], theme.id, "s0")]
    deeds = tuple(
        Deed(
            one.id,
            ActionStatus.DONE,
            ("Vi ringer tilbake. " * 40)[:TEXT_LIMIT],
            began=day,
            aim=PERSON,
        )
        for one, day in zip(themes, [date(2026, 3, 1), date(2026, 6, 1)] * 3, strict=False)
    )
    figure = Context(
        names(filled("unge mellom 15 og 29 år utenfor arbeid og utdanning ", LABEL_LIMIT)),
        filled("97 162 av 1 020 000 ", VALUE_LIMIT),
        filled("Statistisk sentralbyrå, Arbeidskraftundersøkelsen ", SOURCE_LIMIT),
        2022,
        names(filled("Ikke i arbeid, utdanning eller tiltak i november. ", DEFINITION_LIMIT)),
    )
    quotes = tuple(
        Quote(theme, LONG[number:] + "!" * number, "s0", ("Kari", "Ola"))
        for number, theme in enumerate(told[:3])
    )
    words = Words(quotes=quotes, context=(figure,) * COMPARED, deeds=deeds)
    return made[-1], tuple(made[:-1]), words


@pytest.fixture(scope="module", params=[7, 0], ids=["explained.alert", "explained.actions"])
def fullest(request: pytest.FixtureRequest) -> Full:
    """Each with one of the notes on what to beware of."""
    return full(request.param)


@pytest.fixture
def beware(request: pytest.FixtureRequest) -> str:
    """The note that `fullest` has."""
    return "explained.alert" if request.node.callspec.params["fullest"] else "explained.actions"


def sheet(language: Language, fullest: Full) -> str:
    last, earlier, words = fullest
    page = Around(
        organisation=names(SERVICE[:ORGANISATION_LIMIT]),
        stylesheet="",
        styles=paper.styles(),
    )
    return render_report(last, "s0", language, page, Reading.POLITICIAN, earlier, words)


@pytest.fixture
def printed(program: Path) -> Iterator[Page]:
    """A page that lays out for paper, as wide as what is between the sheet's margins."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        page = browser.new_page(viewport=INSIDE)
        page.emulate_media(media="print")
        yield page
        browser.close()


@pytest.mark.parametrize("language", Language)
def test_the_fullest_sheet_is_one_page(language: Language, fullest: Full, program: Path) -> None:
    text = sheet(language, fullest)
    assert SMALL in text
    assert pages(paper.pdf(text, fullest[0].published, program)) == 1


@pytest.mark.parametrize("language", Language)
def test_the_fullest_sheet_says_everything(
    language: Language, fullest: Full, beware: str, printed: Page, tmp_path: Path
) -> None:
    _, _, words = fullest
    file = tmp_path / "sheet.html"
    file.write_text(sheet(language, fullest), "utf-8")
    printed.goto(file.as_uri())
    said = " ".join(printed.locator("body").inner_text().split())
    text = messages(language)
    assert all(quote.text in said for quote in words.quotes)
    assert said.count("97 162") == len(words.context)
    assert sum(f"{label} " in said for label in LABELS) == len(LABELS)
    for key in (beware, "not_said.who", "not_said.machine", "fixed", "probably"):
        assert text[key] in said, key
    assert SERVICE in said
    assert "1: " in said
    assert "2: " in said
    assert printed.evaluate(CUT) == []
    assert printed.evaluate("document.body.scrollHeight") <= INSIDE["height"]
    printed.emulate_media(media="screen")
    assert_accessible(printed)


def test_a_sheet_with_little_on_it_is_not_set_in_small_print(fullest: Full) -> None:
    last, earlier, words = fullest
    short = replace(words, quotes=(replace(words.quotes[0], text=SAID),), context=())
    assert SMALL not in sheet(Language.BOKMAL, (last, earlier, short))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("blaming", [7, 0, None])
@pytest.mark.parametrize("name", [SERVICE, "NAV Lunvik"])
def test_the_most_that_is_not_set_in_small_print_is_one_page(
    language: Language, blaming: int | None, name: str, program: Path
) -> None:
    last, earlier, words = full(blaming, name)
    kept = ""
    for size in (0, *range(LENGTH.start, LENGTH.stop, 5)):
        quotes = tuple(replace(one, text=LONG[:size]) for one in words.quotes if size)
        few = replace(words, quotes=quotes, context=())
        text = sheet(language, (last, earlier, few))
        if SMALL in text:
            break
        kept = text
    assert SMALL in text
    assert kept or language is not Language.BOKMAL
    if kept:
        assert pages(paper.pdf(kept, last.published, program)) == 1


def test_a_sheet_names_what_began_and_three_days_of_it_at_most(fullest: Full) -> None:
    last, earlier, words = fullest
    days = [date(2026, month, 2) for month in (2, 3, 4, 5, 6)]
    deeds = tuple(replace(words.deeds[0], began=day) for day in days)
    page = sheet(Language.BOKMAL, (last, earlier, Words(deeds=deeds)))
    marks = page.split('<ul class="marks"')[1].split("</ul>")[0]
    assert marks.count("<li>") == 4
    assert "5: " in marks
    assert "2: " not in marks
    assert messages(Language.BOKMAL)["run.earlier"].format(count=2) in marks
    assert "Vi ringer tilbake" not in page
