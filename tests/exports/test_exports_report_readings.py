"""The five readings of one release: what each must have, and what none may have."""

import itertools
import re
from datetime import date

import pytest
from exports_synthetic import frame, names
from test_exports_report import EMPTY, PAGE, TERMS, Reader, fixed, numbers, released

from enumerations import ActionStatus, Language
from exports import (
    Context,
    Deed,
    History,
    Interpretation,
    Policy,
    Question,
    Quote,
    Reading,
    Words,
    release,
    render_report,
)
from exports.disclosure.quotes import MOST, PER_THEME, showable, shown
from exports.messages import messages

ROWS = frame(900, TERMS, seed=3, told=0.35)
BEFORE = release(ROWS.head(330), Policy(TERMS), series="1", published="2026-04-01")
NOW = release(ROWS, Policy(TERMS), History((BEFORE,)), series="1", published="2026-10-01")
THEME = next(theme.id for theme in TERMS.themes if shown(NOW, theme.id, "*"))
WORDS = Words(
    quotes=(Quote(THEME, "Hun hørte på meg.", "s0", ("Kari", "Ola")),),
    interpretations=(Interpretation(THEME, (names("En måte"), names("En annen måte"))),),
    questions=(Question(THEME, names("Hvem mangler vi?")),),
    context=(Context(names("unge utenfor"), "97 162", "NAV", 2022, names("15 til 29 år")),),
    deeds=(
        Deed(THEME, ActionStatus.PLANNED, "Vi prøver kveldsåpent.", date(2027, 2, 1)),
        Deed("G0", ActionStatus.NO_BECAUSE, "Loven hindrer oss."),
    ),
)


def said(reading: Reading, language: Language = Language.BOKMAL, words: Words = WORDS) -> str:
    page = render_report(NOW, "*", language, PAGE, reading, (BEFORE,), words)
    return " ".join(" ".join(Reader(page).text).split())


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reading", Reading)
def test_markup_of_every_reading_is_whole(reading: Reading, language: Language) -> None:
    for out in (NOW, EMPTY):
        for words in (WORDS, None):
            page = render_report(out, "s0", language, PAGE, reading, (BEFORE,), words)
            reader = Reader(page)
            assert reader.open == []
            levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h[1-6]", tag)]
            assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
            ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
            assert len(ids) == len(set(ids))
            assert "None" not in page
            for tag, attrs in reader.tags:
                assert tag not in ("script", "style")
                assert "style" not in attrs
                for name in (attrs.get("aria-labelledby") or "").split():
                    assert name in ids
            charts = [attrs for tag, attrs in reader.tags if tag == "svg"]
            drawn = [attrs for attrs in charts if attrs.get("role") == "img"]
            assert len(drawn) == page.count('<details class="numbers"'), "a table behind each chart"
            assert all(a.get("role") == "img" or a["aria-hidden"] == "true" for a in charts)


@pytest.mark.parametrize("reading", Reading)
def test_every_reading_says_what_figures_are_not_and_asks_person_relation_situation(
    reading: Reading,
) -> None:
    for language in Language:
        page, text = said(reading, language), messages(language)
        assert text["fixed"] in page
        assert text["about_means"].format(base=NOW.base, k=NOW.k) in page
        panel = "not_said.attribution" if reading is Reading.POLITICIAN else "attribution.title"
        assert text[panel] in page
        assert text["works"] in page
        assert not re.search(r"signifi[ck]an", page, re.IGNORECASE)


@pytest.mark.parametrize("reading", Reading)
def test_a_reading_has_only_numbers_of_released_figures(reading: Reading) -> None:
    for key in ("s0", "*"):
        page = render_report(NOW, key, Language.BOKMAL, PAGE, reading, (BEFORE,), None)
        text = " ".join(Reader(page).text)
        figures = [f for out in (NOW, BEFORE) for f in out.figures if f.service == key]
        allowed = released(NOW, figures, Language.BOKMAL) | {str(NOW.k_sensitive)}
        assert not numbers(text) - fixed(Language.BOKMAL) - allowed


def test_what_works_comes_first() -> None:
    text = messages(Language.BOKMAL)
    for reading in Reading:
        page = said(reading)
        later = ("themes.top", "stories", "against.title", "facts", "chapter_intro.personlig")
        places = [page.index(text[key]) for key in later if text[key] in page]
        assert places
        assert page.index(text["works"]) < min(places)


def test_the_young_read_what_they_said_what_is_done_and_what_is_not() -> None:
    page, text = said(Reading.YOUNG), messages(Language.BOKMAL)
    keys = ("young.said", "young.understood", "young.do", "young.no", "young.next")
    places = [page.index(f" {text[key]} ") for key in keys]
    assert places == sorted(places)
    assert "Vi prøver kveldsåpent." in page
    assert "Loven hindrer oss." in page
    assert "1.\u00a0februar\u00a02027" in render_report(
        NOW, "*", Language.BOKMAL, PAGE, Reading.YOUNG, (), WORDS
    )


def test_a_politician_reads_four_figures_three_themes_one_run_and_stories() -> None:
    page = render_report(NOW, "*", Language.BOKMAL, PAGE, Reading.POLITICIAN, (BEFORE,), WORDS)
    facts = page.split('<ul class="facts">')[1].split("</ul>")[0]
    assert facts.count("<li>") == 4
    themes = page.split('<ul class="told-list">')[1].split("</ul>")[0]
    assert themes.count("<li>") == 3
    assert len(re.findall(r"om lag \d+ av \d+", themes)) == 3
    assert page.count("<polyline") == 1
    assert "«Hun hørte på meg.»" in page
    assert messages(Language.BOKMAL)["not_said"] in page
    assert "97 162" in page
    assert "(NAV, 2022)" in page
    assert "15 til 29 år" in page


def test_every_hidden_figure_says_why_and_what_would_show_it() -> None:
    hidden = [figure for figure in EMPTY.figures if figure.service == "s1" and not figure.period]
    why = messages(Language.BOKMAL)["reason.too_few"].format(k=15)
    page = render_report(EMPTY, "s1", Language.BOKMAL, PAGE, Reading.RESEARCHER)
    assert hidden
    assert page.count(why) >= len(hidden)
    sheet = render_report(EMPTY, "s1", Language.BOKMAL, PAGE, Reading.POLITICIAN)
    assert sheet.count(why) == 4


def test_one_interpretation_alone_is_never_shown() -> None:
    alone = Words(interpretations=(Interpretation(THEME, (names("Den ene sannheten"),)),))
    for reading in Reading:
        assert "Den ene sannheten" not in said(reading, words=alone)
        if reading is not Reading.POLITICIAN:
            assert "En annen måte" in said(reading)


def test_a_quote_needs_two_people_its_service_and_a_theme_that_is_shown() -> None:
    good = Quote(THEME, "a", "s0", ("Kari", "Ola"))
    assert showable([good], NOW, "*") == (good,)
    assert showable([good], NOW, "s1") == ()
    for people in ((), ("Kari",), ("Kari", "Kari"), ("Kari", " kari "), ("Kari", "")):
        assert showable([Quote(THEME, "a", "s0", people)], NOW, "*") == ()
    assert showable([good], EMPTY, "*") == ()
    assert showable([Quote("finnes ikke", "a", "*", ("Kari", "Ola"))], NOW, "*") == ()


def test_quotes_are_few_and_chance_orders_them_the_same_way_each_time() -> None:
    shown_themes = [theme.id for theme in TERMS.themes if shown(NOW, theme.id, "*")]
    many = [Quote(t, f"{t} {i}", "*", ("Kari", "Ola")) for t in shown_themes for i in range(9)]
    found = showable(many, NOW, "*")
    assert found == showable(many[::-1], NOW, "*")
    assert 0 < len(found) <= MOST
    assert all(sum(q.theme == t for q in found) <= PER_THEME for t in shown_themes)


def test_questions_of_a_template_say_so_and_give_way_to_written_ones() -> None:
    text = messages(Language.BOKMAL)
    assert text["questions.auto"] in said(Reading.TEAM, words=Words())
    assert "Hvem mangler vi?" in said(Reading.TEAM)


def test_a_run_needs_two_releases() -> None:
    alone = render_report(NOW, "*", Language.BOKMAL, PAGE, Reading.TEAM)
    assert messages(Language.BOKMAL)["run.none"] in alone
    assert "<polyline" not in alone


def test_readings_differ() -> None:
    assert len({said(reading) for reading in Reading}) == len(Reading)


def test_a_run_has_nothing_of_a_retracted_release() -> None:
    again = release(ROWS, Policy(TERMS), History((BEFORE, NOW)), series="1", published="2026-11-01")
    whole = render_report(again, "*", Language.BOKMAL, PAGE, Reading.TEAM, (BEFORE, NOW))
    assert whole.count("<polyline") == 1
    without = render_report(again, "*", Language.BOKMAL, PAGE, Reading.TEAM, (BEFORE,))
    assert "<polyline" not in without
