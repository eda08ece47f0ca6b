"""The five readings of one release: what each must have, and what none may have."""

import colorsys
import itertools
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from exports_synthetic import catalogue, frame, names
from test_exports_report import EMPTY, PAGE, TERMS, Reader, fixed, numbers, released

from enumerations import ActionStatus, Attribution, Language
from exports import (
    Context,
    Deed,
    History,
    Interpretation,
    Kind,
    Policy,
    Question,
    Quote,
    Reading,
    Release,
    Words,
    release,
    render_report,
    share,
)
from exports.disclosure.quotes import MOST, PER_THEME, showable, shown
from exports.instruments import instruments, items, use_instruments
from exports.messages import messages
from exports.report.others import others
from exports.report.view import View

REPORT_CSS = Path(__file__).parents[2] / "frontend/innsikt/report.css"
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
        assert text["attribution.title"] in page
        assert text["works"] in page
        assert not re.search(r"signifi[ck]an", page, re.IGNORECASE)


@pytest.mark.parametrize("reading", Reading)
def test_a_reading_has_only_numbers_of_released_figures(reading: Reading) -> None:
    for key in ("s0", "*"):
        page = render_report(NOW, key, Language.BOKMAL, PAGE, reading, (BEFORE,), None)
        text = " ".join(Reader(page).text)
        figures = [f for out in (NOW, BEFORE) for f in out.figures if f.service == key]
        allowed = released(NOW, figures, Language.BOKMAL) | {str(NOW.k_sensitive)}
        allowed |= computed(key)
        assert not numbers(text) - fixed(Language.BOKMAL) - allowed


def computed(key: str) -> set[str]:
    """Numbers that follow from published ones: what came between, parts of all, and estimates."""
    now = [(figure, figure.n) for figure in NOW.figures if figure.service == key and figure.n]
    everyone = next(n for figure, n in now if figure.kind is Kind.ANSWERED)
    found = {str(round(100 * n / everyone)) for _, n in now}
    for figure, now_n in now:
        for one in figure.estimates:
            values = [value for value in (one.value, one.low, one.high) if value is not None]
            found |= {f"{abs(value):g}".replace(".", ",") for value in values}
        before = BEFORE.by_id[figure.id]
        if not before.n:
            continue
        n = now_n - before.n
        for codes in ((4, 5), (1, 2), (0,), (2, 3)):
            then, new = share(before, codes), share(figure, codes)
            if n and then and new:
                x = min(max(new.x - then.x, 0), n)
                found |= {str(x), str(n), str(round(100 * x / n))}
    return found


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
    text = messages(Language.BOKMAL)
    why, few = text["reason.too_early"].format(first=45), text["reason.too_few"].format(k=15)
    page = render_report(EMPTY, "s1", Language.BOKMAL, PAGE, Reading.RESEARCHER)
    assert hidden
    assert page.count(why) + page.count(few) >= len(hidden)
    sheet = render_report(EMPTY, "s1", Language.BOKMAL, PAGE, Reading.POLITICIAN)
    assert sheet.count(why) == 5  # four figures, and what stories explain it with


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


def test_a_run_says_in_words_whether_the_level_has_shifted_and_marks_what_began() -> None:
    began = Deed(THEME, ActionStatus.DONE, "Vi ringer tilbake.", began=date(2026, 6, 1))
    page = render_report(
        NOW, "*", Language.BOKMAL, PAGE, Reading.TEAM, (BEFORE,), Words(deeds=(began,))
    )
    text = messages(Language.BOKMAL)
    assert text["run.few"].format(least=10) in page
    assert "1: Vi ringer tilbake. (1.\u00a0juni\u00a02026)" in page
    assert page.count('class="chart-mark"') == 1
    outside = Deed(THEME, ActionStatus.DONE, "Før.", began=date(2025, 6, 1))
    page = render_report(
        NOW, "*", Language.BOKMAL, PAGE, Reading.TEAM, (BEFORE,), Words(deeds=(outside,))
    )
    assert 'class="chart-mark"' not in page


def test_a_leader_reads_who_sees_to_what_and_what_nobody_sees_to() -> None:
    owned = Deed("G1", ActionStatus.PLANNED, "Kveldsåpent.", date(2027, 2, 1), "Fagleder ungdom")
    deeds = (owned, Deed("G0", ActionStatus.PLANNED, "Ny skranke."))
    page = said(Reading.LEADER, words=Words(deeds=deeds))
    text = messages(Language.BOKMAL)
    assert "Kveldsåpent. Planlagt Fagleder ungdom 1." in page
    assert f"{text['actions.nobody']} Gruppe A." in page


def test_the_difference_since_last_is_of_those_who_came_and_in_words() -> None:
    page = said(Reading.LEADER)
    assert messages(Language.BOKMAL)["column.since"] in page
    assert re.search(r"innenfor vanlig variasjon|tydelig forskjell|for få svar til å si", page)


def test_researchers_read_every_estimate_that_the_gate_let_out() -> None:
    page = said(Reading.RESEARCHER)
    names_of = {one.name for f in NOW.figures if f.service == "*" for one in f.estimates}
    assert {"alpha", "agreement"} <= names_of
    for name in names_of:
        kind, _, of = name.partition(":")
        called = {"item": items()[of].text["nb"]} if kind == "item_rest" else {}
        assert messages(Language.BOKMAL)[f"estimate.{kind}"].format(**called) in page


def test_a_service_stands_beside_those_of_its_class_without_an_order() -> None:
    terms = catalogue(services=15, themes=4)
    out = release(frame(3000, terms, seed=9), Policy(terms), series="1", published="2026-04-01")
    page = render_report(out, "s0", Language.BOKMAL, PAGE, Reading.LEADER)
    table = page.split('class="beside-charts"')[1].split("<tbody>")[1].split("</tbody>")[0]
    alike = [entry.name["nb"] for entry in terms.services if entry.service_class == "nav_kontor"]
    assert re.findall(r'scope="row">([^<]+)<', table) == sorted(alike)
    assert "vanlig variasjon" in table
    few = render_report(NOW, "s0", Language.BOKMAL, PAGE, Reading.LEADER)
    assert 'class="beside-charts"' not in few
    assert re.search(r"Runden spurte om \d+\.", few)


EVERYBODY = ("individ",)
BOTH = ("individ", "situasjon")


def explaining(*answers: tuple[int, tuple[str, ...]]) -> Release:
    """A release of so many who told, and what their stories explain it with."""
    given = [list(values) for count, values in answers for _ in range(count)]
    texts = pl.List(pl.String)
    frame = pl.DataFrame(
        {"id": [f"{number:03}" for number in range(len(given))], "explained_by": given},
        schema_overrides={"explained_by": texts},
    ).with_columns(
        period=pl.lit("2026-Q1"),
        has_story=pl.lit(True),
        services=pl.lit(["s0"], texts),
        themes=pl.lit([], texts),
        themes_positive=pl.lit([], texts),
        dont_know=pl.lit([], texts),
    )
    return release(frame, Policy(TERMS), series="1", published="2026-04-01")


def categories(made: Release) -> dict[str, int]:
    return {count.id: count.x for count in made.by_id["attribution/explained/s0"].categories}


def test_a_story_that_blames_oneself_and_tells_of_the_situation_counts_as_both() -> None:
    """N05 of the codebook; everybody counts once, so that the panel adds up to all."""
    made = explaining(
        (20, EVERYBODY), (20, BOTH), (20, ("relasjon",)), (15, ("situasjon",)), (15, ())
    )
    assert categories(made) == {
        "individual": 20, "relation": 20, "situation": 15, "several": 20, "unclear": 15,
    }  # fmt: skip
    assert sum(categories(made).values()) == made.by_id["attribution/explained/s0"].n


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reading", Reading)
def test_every_reading_asks_whether_it_is_the_person(reading: Reading, language: Language) -> None:
    text = messages(language)
    blaming = explaining((60, EVERYBODY), (10, BOTH), (30, ()))
    around = explaining((30, EVERYBODY), (40, ("situasjon",)), (30, ()))
    for made, alert in ((blaming, True), (around, False), (EMPTY, False)):
        page = render_report(made, "s0", language, PAGE, reading)
        words = " ".join(" ".join(Reader(page).text).split())
        assert text["attribution.title"] in words
        assert (" ".join(text["explained.alert"].split()) in words) is alert
        if made is not EMPTY:
            assert text["category.individual"].lower() in words.lower()
            assert text["category.unclear"].lower() in words.lower()


AROUND = explaining((30, EVERYBODY), (40, ("situasjon",)), (30, ()))
APART = explaining((20, EVERYBODY), (15, BOTH), (15, ("relasjon",)), (20, ("situasjon",)), (15, ()))
UNKNOWN = explaining((30, EVERYBODY), (55, ("relasjon",)), (4, ()))


def aimed(*aims: Attribution | None) -> tuple[Deed, ...]:
    return tuple(Deed("G0", ActionStatus.DONE, "Vi gjør noe.", aim=aim) for aim in aims)


ONE, REFUSED = Attribution.INDIVIDUAL, Deed("G0", ActionStatus.NO_BECAUSE, "Nei.", aim=None)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reading", Reading)
def test_every_reading_asks_whether_actions_meet_the_situation(
    reading: Reading, language: Language
) -> None:
    asked = " ".join(messages(language)["explained.actions"].split())
    assert set(categories(AROUND)) == {"individual", "around", "unclear"}
    assert len(categories(APART)) == 5
    for made, deeds in (
        (AROUND, aimed(ONE)),
        (APART, aimed(ONE, ONE, ONE, ONE, None)),
        (AROUND, (*aimed(ONE), REFUSED)),
    ):
        page = render_report(made, "s0", language, PAGE, reading, (), Words(deeds=deeds))
        assert asked in " ".join(" ".join(Reader(page).text).split())


@pytest.mark.parametrize(
    ("made", "deeds"),
    [
        (AROUND, ()),
        (AROUND, (REFUSED,)),
        (AROUND, aimed(None)),
        (AROUND, aimed(ONE, None)),
        (AROUND, aimed(Attribution.UNCLEAR)),
        (AROUND, aimed(ONE, ONE, Attribution.SITUATION)),
        (AROUND, aimed(Attribution.RELATION)),
        (UNKNOWN, aimed(ONE)),
        (EMPTY, aimed(ONE)),
        (explaining((60, EVERYBODY), (20, ("situasjon",)), (20, BOTH), (20, ())), aimed(ONE)),
    ],
    ids=[
        "no actions", "nothing done", "unsaid", "half unsaid", "unclear", "one for the situation",
        "for how they meet", "merged with unclear", "hidden", "few tell of it",
    ],
)  # fmt: skip
def test_it_is_not_asked_where_it_is_not_known(made: Release, deeds: tuple[Deed, ...]) -> None:
    asked = messages(Language.BOKMAL)["explained.actions"]
    for reading in Reading:
        page = render_report(made, "s0", Language.BOKMAL, PAGE, reading, (), Words(deeds=deeds))
        assert asked not in " ".join(Reader(page).text)


def test_few_who_explain_it_otherwise_are_merged_and_not_told() -> None:
    made = explaining((60, EVERYBODY), (4, ("relasjon",)), (7, ("situasjon",)), (30, ()))
    assert set(categories(made)) == {"individual", "around", "unclear"}
    made = explaining((60, EVERYBODY), (4, ("relasjon",)), (30, ()))
    assert set(categories(made)) == {"individual", "not_individual"}
    assert categories(explaining((60, EVERYBODY), (4, ()))) == {}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reading", Reading)
def test_that_few_blame_the_person_is_told_and_not_how_few(
    reading: Reading, language: Language
) -> None:
    pages = []
    for few in (0, 3, 9):
        made = explaining((few, EVERYBODY), (60 - few, ("situasjon",)), (4, ("relasjon",)))
        assert categories(made) == {"few_individual": 10, "most_other": 55}
        pages.append(render_report(made, "s0", language, PAGE, reading))
    assert pages[0] == pages[1] == pages[2]
    words = " ".join(" ".join(Reader(pages[0]).text).split())
    said = messages(language)["explained.few"].format(k=10, n=65)
    assert said in words
    assert messages(language)["explained.alert"] not in words
    assert "<svg" not in pages[0].partition('id="attribution-panel"')[2].partition("</section>")[0]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reading", Reading)
def test_what_cannot_be_shown_says_why_and_when_it_can(
    reading: Reading, language: Language
) -> None:
    """How many answered, who sees it differently, and a threshold that is the service's own."""
    text = messages(language)
    page = render_report(EMPTY, "s0", language, PAGE, reading)
    words = " ".join(" ".join(Reader(page).text).split())
    answered = EMPTY.by_id["answered/responses/s0"]
    assert answered.reason is not None
    why = text[f"reason.{answered.reason}"].format(k=answered.k, first=3 * answered.k)
    if reading is not Reading.POLITICIAN:
        assert text["against.none"] in words
        assert why in words
        plain = text["who_hidden.young"] in words
        assert (text["who_hidden"].format(why=why) in words) is not plain
        assert plain is (reading is Reading.YOUNG)
    assert text["themes.none"].format(k=answered.k) in words


def test_young_people_read_when_something_is_looked_at_in_the_order_of_days() -> None:
    deeds = tuple(
        Deed(f"T{number}", ActionStatus.PLANNED, "Vi prøver.", date(2027, month, 1))
        for number, month in enumerate((3, 1, 2))
    )
    words = said(Reading.YOUNG, words=Words(deeds=deeds))
    places = [words.rindex(day) for day in ("1. januar 2027", "1. februar 2027", "1. mars 2027")]
    assert places == sorted(places)


SIX = """
version: "1"
instruments:
  - id: six
    name: {nb: Seks, nn: Seks, en: Six}
    status: own
    licence: CC BY 4.0
    source: Written for a test.
    validated: true
    wording: {nb: "1", nn: "1", en: "1"}
    options:
      - {value: 0, label: {nb: Aldri, nn: Aldri, en: Never}}
      - {value: 1, label: {nb: En, nn: Ein, en: One}}
      - {value: 2, label: {nb: To, nn: To, en: Two}}
      - {value: 3, label: {nb: Tre, nn: Tre, en: Three}}
      - {value: 4, label: {nb: Fire, nn: Fire, en: Four}}
      - {value: 5, label: {nb: Fem, nn: Fem, en: Five}}
    figure: item
    ladder: [options, {less: [0, 1, 2], upper_half: [3, 4, 5]}]
    items:
      - {id: six1, text: {nb: Hvor mye, nn: Kor mykje, en: How much}}
      - {id: six2, text: {nb: Hvor ofte, nn: Kor ofte, en: How often}}
      - id: six3
        text: {nb: Kom du, nn: Kom du, en: Did you come}
        options:
          - {value: 0, label: {nb: Nei, nn: Nei, en: "No"}}
          - {value: 1, label: {nb: Ja, nn: Ja, en: "Yes"}}
        ladder: [options]
        scored: false
    scale:
      method: sum
      minimum: 0
      maximum: 10
      min_answered: 2
      cuts: [5]
      ladder: [{lower: [0], upper: [1]}]
"""


ANSWERS = {
    Language.BOKMAL: ("svarer «Tre», «Fire» eller «Fem»", "svarer «Ja»"),
    Language.NYNORSK: ("svarer «Tre», «Fire» eller «Fem»", "svarer «Ja»"),
    Language.ENGLISH: ("answer “Three”, “Four” or “Five”", "answer “Yes”"),
}


@pytest.mark.parametrize("language", Language)
def test_an_instrument_that_no_chapter_shows_is_on_the_page(
    language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answers at the finest step and merged, its scale, and what is hidden of it."""
    monkeypatch.setitem(use_instruments.__globals__, "_added", {})
    (tmp_path / "six.yaml").write_text(SIX, "utf-8")
    use_instruments(tmp_path / "six.yaml", {})
    place = pl.int_range(pl.len())
    rows = frame(900, TERMS, seed=3, asked=()).with_columns(
        six1=place % 6, six2=pl.when(place % 3 == 0).then(3).otherwise(1), six3=place % 2
    )
    made = release(rows, Policy(TERMS), series="1", published="2026-10-01")
    text = messages(language)
    assert len(made.by_id["item/six1/s0"].categories) == 6
    assert [count.id for count in made.by_id["item/six2/s0"].categories] == ["less", "upper_half"]
    for reading in (Reading.TEAM, Reading.LEADER, Reading.RESEARCHER):
        page = render_report(made, "s0", language, PAGE, reading)
        chapter = page.partition('id="others"')[2]
        words = " ".join(" ".join(Reader(page).text).split())
        assert text["others_intro"] in words
        for option in instruments()["six"].items[0].options:
            assert option.label[language] in chapter
        mean = made.by_id["scale/six/s0"].mean
        assert mean is not None
        assert str(mean).replace(".", text["decimal"]) in chapter
        assert "0 – 10" in chapter
        for number, answers in enumerate(ANSWERS[language], 1):
            block = chapter.partition(f'id="asked-six-{number}-h"')[2].partition("</section>")[0]
            assert f"({number}/2)" in block
            assert answers in " ".join(re.sub("<[^>]+>", " ", block).split())
        first = chapter.partition('id="asked-six-1-h"')[2].partition("</section>")[0]
        for place, option in enumerate(instruments()["six"].items[0].options, 1):
            label = f"{place}: {option.label[language]}"
            assert f"</span>{label}</li>" in first, "six parts have five tones, and so numbers"
            assert f'<th scope="col">{label}</th>' in first
        assert re.search(r'text-anchor="middle">6: \d+</text>', first)
    for reading in Reading:
        assert 'id="others"' not in render_report(NOW, "s0", language, PAGE, reading)
    assert others(View(made, "s0", language))[1] is not None
    assert others(View(without_limits(made, "scale/six/s0"), "s0", language))[1] is None


def without_limits(made: Release, figure: str) -> Release:
    """The release, with no lower limit of a mean: nothing may stand there for a missing one."""
    figures = (replace(one, low=None) if one.id == figure else one for one in made.figures)
    return replace(made, figures=tuple(figures))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reading", Reading)
def test_no_reading_ranks_anybody_or_calls_a_difference_significant(
    reading: Reading, language: Language
) -> None:
    words = said(reading, language).casefold()
    assert not re.search(r"signifi[kc]an|\bran[gk]|\bverst|\bworst", words)


def test_no_colour_of_a_chart_says_good_or_bad() -> None:
    """Neither red nor green; grey has no hue that anybody sees."""
    colours = re.findall(r"#([0-9a-f]{6})\b", REPORT_CSS.read_text("utf-8"))
    assert colours
    for colour in colours:
        hue, _, saturation = colorsys.rgb_to_hls(*(c / 255 for c in bytes.fromhex(colour)))
        assert saturation < 0.15 or 15 <= hue * 360 <= 60 or 180 <= hue * 360 <= 260, f"#{colour}"
