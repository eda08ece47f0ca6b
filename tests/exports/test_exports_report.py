"""Reports: only released numbers, in every language, and markup that everybody can use."""

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest
from exports_synthetic import catalogue, frame, names

from enumerations import Language
from exports import (
    Area,
    DocumentError,
    Figure,
    History,
    Page,
    Policy,
    Release,
    instruments,
    net_growth,
    release,
    render_index,
    render_report,
    share,
)
from exports.measures.wording import percent
from exports.messages import messages

TERMS = catalogue(services=4)
ROWS = frame(500, TERMS, seed=3, told=0.35)
FIRST = release(ROWS.head(330), Policy(TERMS), series="1", published="2026-10-01")
OUT = release(ROWS, Policy(TERMS), History((FIRST,)), series="1", published="2026-11-02")
EMPTY = release(ROWS.clear(), Policy(TERMS), series="1", published="2026-10-01")
PAGE = Page(
    organisation=names("Bjørnvik <kommune>"),
    stylesheet="/static/innsikt.css",
    index="/rapport",
    happened="/hva-skjedde",
    services={service.key: f"/rapport/{service.key}" for service in TERMS.services},
    languages={"nb": "?nb", "nn": "?nn", "en": "?en"},
    privacy="/personvern",
    accessibility="/tilgjengelighet",
)
SERVICES = [service.key for service in TERMS.services]
VOID = {"meta", "link", "rect", "line", "circle"}


class Reader(HTMLParser):
    """Reads a page: its tags in order, its text, and whether tags are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def pages(out: Release, language: Language) -> list[str]:
    reports = [render_report(out, key, language, PAGE) for key in [*SERVICES, "*"]]
    return [*reports, render_index(out, language, PAGE)]


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)?", text))


def fixed(language: Language) -> set[str]:
    """Return the numbers that are words: in messages, questions, labels and dates."""
    text = [re.sub(r"{.*?}", " ", message) for message in messages(language).values()]
    for instrument in instruments().values():
        text.append(instrument.name[language])
        for item in instrument.items:
            text += [item.text[language], *(option.label[language] for option in item.options)]
    return numbers(" ".join(text))


def released(out: Release, figures: list[Figure], language: Language) -> set[str]:
    """Return every number that may be said of these figures."""
    text: set[str] = {str(out.number), str(out.base), str(out.k)}
    dates = [out.published, *(f.as_of.published for f in figures if f.as_of)]
    text |= {str(int(part)) for date in dates for part in date.split("-")}
    text |= {str(int(part)) for period in TERMS.periods for part in period.split("-Q")}
    for figure in figures:
        text |= {str(figure.k), str(figure.n)} | {str(count.x) for count in figure.categories}
        text |= {
            str(abs(value)).replace(".", messages(language)["decimal"])
            for value in (figure.mean, figure.low, figure.high)
            if value is not None
        }
        for values in ((0,), (1,), (2,), (1, 2), (2, 3), (4, 5)):
            found = share(figure, values)
            if found:
                limits = (found.low, found.high)
                text |= {str(found.x), str(percent(found.x / found.n))}
                text |= {str(percent(limit)) for limit in limits}
                text |= {str(round(found.n * limit)) for limit in limits}
        net = net_growth(figure)
        if net:
            text |= {str(abs(percent(value))) for value in (net.net, net.low, net.high)}
    return text


@pytest.mark.parametrize("language", Language)
def test_a_report_has_only_numbers_of_its_own_figures_in_the_release(language: Language) -> None:
    for key in SERVICES:
        text = " ".join(Reader(render_report(OUT, key, language, PAGE)).text)
        mine = [figure for figure in OUT.figures if figure.service == key]
        strange = numbers(text) - fixed(language) - released(OUT, mine, language)
        assert not strange
        assert len(numbers(text)) > 30


@pytest.mark.parametrize("language", Language)
def test_an_index_has_only_numbers_of_everybody(language: Language) -> None:
    text = " ".join(Reader(render_index(OUT, language, PAGE)).text)
    ours = [figure for figure in OUT.figures if figure.service == "*"]
    assert not numbers(text) - fixed(language) - released(OUT, ours, language)


def test_a_changed_number_in_the_release_changes_the_report() -> None:
    """The test above would catch a number that is not released."""
    text = " ".join(Reader(render_report(OUT, "s0", Language.BOKMAL, PAGE)).text) + " 777"
    mine = [figure for figure in OUT.figures if figure.service == "s0"]
    allowed = fixed(Language.BOKMAL) | released(OUT, mine, Language.BOKMAL)
    assert numbers(text) - allowed == {"777"}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("out", [OUT, EMPTY], ids=["full", "empty"])
def test_markup_is_whole_and_usable(out: Release, language: Language) -> None:
    for page in pages(out, language):
        reader = Reader(page)
        assert reader.open == []
        assert ("html", {"lang": str(language)}) in reader.tags
        assert page.count("<h1>") == 1
        levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
        assert len(ids) == len(set(ids))
        for tag, attrs in reader.tags:
            assert tag != "script"
            assert tag != "style"
            assert not [name for name in attrs if name == "style" or name.startswith("on")]
            for name in (attrs.get("aria-labelledby") or "").split():
                assert name in ids
            if tag == "svg":
                assert attrs["role"] == "img"
                assert attrs["aria-labelledby"]
        assert page.count("<svg") == page.count('<details class="numbers"')
        assert "<kommune>" not in page
        assert "None" not in page


@pytest.mark.parametrize("language", Language)
def test_every_report_says_what_it_must(language: Language) -> None:
    text = messages(language)
    for page in pages(OUT, language):
        read = " ".join(" ".join(Reader(page).text).split())
        assert text["fixed"] in read
        assert text["about_means"].format(base=5, k=10) in read
        assert text["themes_note"] in read
    report = " ".join(" ".join(Reader(render_report(OUT, "s0", language, PAGE)).text).split())
    order = [
        report.index(text[f"chapter_intro.{level}"]) for level in ("personlig", "praksis", "system")
    ]
    assert order == sorted(order)
    assert report.index(text["works"]) < order[0]
    assert instruments()["vekst6"].caveat[language] in report
    assert text["happened"] in report


def test_hidden_figures_are_named_with_what_would_show_them() -> None:
    page = " ".join(Reader(render_report(EMPTY, "s1", Language.BOKMAL, PAGE)).text)
    assert messages(Language.BOKMAL)["reason.too_early"].format(first=45) in page
    for theme in TERMS.themes:
        assert theme.label["nb"] in page


def test_a_kept_figure_says_how_old_it_is() -> None:
    again = release(ROWS, Policy(TERMS), History((FIRST, OUT)), series="1", published="2026-12-01")
    page = render_report(again, "s0", Language.BOKMAL, PAGE)
    assert messages(Language.BOKMAL)["reason.too_little_change"].split("(")[0] in page
    assert "2.\u00a0november\u00a02026" in page


def test_services_are_in_norwegian_alphabetical_order() -> None:
    page = Page(names("x"), "s.css", services={s.key: s.key for s in TERMS.services})
    labels = {"s0": "Åsen", "s1": "Ørland", "s2": "Ærfugl", "s3": "bo"}
    renamed = OUT.to_bytes().decode()
    for service in TERMS.services:
        renamed = renamed.replace(service.name["nb"], labels[service.key])
    index = render_index(Release.from_bytes(renamed.encode()), Language.BOKMAL, page)
    assert re.findall(r'<li><a href="s\d">(.*?)</a>', index) == ["bo", "Ærfugl", "Ørland", "Åsen"]


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(DocumentError, match="catalogue"):
        render_report(OUT, "finnes-ikke", Language.BOKMAL, PAGE)


def test_strengths_come_only_from_a_majority() -> None:
    rows = ROWS.with_columns(
        pl.when(pl.int_range(pl.len()) % 3 == 0).then(5).otherwise(1).cast(pl.Int64).alias("mt1"),
        pl.when(pl.int_range(pl.len()) % 3 == 0).then(1).otherwise(5).cast(pl.Int64).alias("mt2"),
    )
    out = release(rows, Policy(TERMS), series="1", published="2026-10-01")
    page = render_report(out, "s0", Language.BOKMAL, PAGE)
    strengths = page.split('<ul class="strengths">')[1].split("</ul>")[0]
    assert "De hørte på det jeg sa." in strengths
    assert "Jeg ble møtt med respekt." not in strengths


def test_the_index_leads_to_areas_and_services_by_name() -> None:
    whole = replace(
        TERMS,
        areas=(Area("vest", "kommune", names("Åmot")), Area("ost", "fylke", names("Aust"))),
    )
    made = release(frame(60, whole), Policy(whole), series="1", published="2026-10-01")
    page = Page(names("x"), "s.css", services={key: f"/{key}" for key in whole.places})
    index = render_index(made, Language.BOKMAL, page)
    order = [index.index(f'href="/{key}"') for key in ("s0", "s1", "s2", "s3", "ost", "vest")]
    assert order == sorted(order)
    assert 'href="/*"' not in index
    none = render_index(EMPTY, Language.BOKMAL, page)
    assert messages(Language.BOKMAL)["areas"] not in none
