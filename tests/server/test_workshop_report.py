"""The report of a workshop: S1's headings, exact counts, nothing estimated, and words as words."""

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

import nlp
from enumerations import Language
from server.release import paper
from server.workshop import questions
from server.workshop.onward import Barrier, Kind, Level
from server.workshop.report import docx as docx_format
from server.workshop.report import html, markdown
from server.workshop.report.compose import LEVELS, compose
from server.workshop.report.material import Action, Card, Choices, Material, Theme
from server.workshop.report.model import Document, Link, Origin, Paragraph, Table, walk
from server.workshop.report.words import PERCENT_FROM, of, texts
from tests.browser import chromium
from tests.server import workshop_s1 as s1
from tests.server.workshop_made import material

PROGRAM = chromium.find()
OFFICE = shutil.which("soffice")
LANGUAGES = tuple(Language)
HEADINGS = {
    Language.BOKMAL: [
        "Innledning",
        "Metodisk tilnærming",
        "Analyse",
        "Resultater",
        "Oppsummering",
        "Veien videre",
        "Slik ble deltakerne involvert",
    ],
    Language.NYNORSK: [
        "Innleiing",
        "Metodisk tilnærming",
        "Analyse",
        "Resultat",
        "Oppsummering",
        "Vegen vidare",
        "Slik vart deltakarane involverte",
    ],
    Language.ENGLISH: [
        "Introduction",
        "Method",
        "Analysis",
        "Results",
        "Summary",
        "The way forward",
        "How participants were involved",
    ],
}
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "[klikk](javascript:alert(1))",
    "![bilde](http://127.0.0.1:9/x.png)",
    "<javascript:alert(1)>",
    "http://127.0.0.1:9/ www.eksempel.no a@b.no",
    "# Overskrift",
    "- liste",
    "1. liste",
    "> sitat",
    "| a | b |",
    "**fet** _kursiv_ `kode` ~~strøket~~ $x$",
    "&lt;b&gt; &amp;lt;",
    "[^1]: note",
    "[x]: http://127.0.0.1:9/",
    "---",
    "```\nkode",
    "linje\n\n# Overskrift",
    "tegn \x00\x08\x1b\ufffe slutt",
    "\\*stjerne\\*",
    "=SUM(A1)",
    "\u202eomvendt",
]


def as_html(document: Document) -> str:
    return html.render(document, "")


def as_markdown(document: Document) -> str:
    return markdown.render(document)


def as_docx(document: Document) -> str:
    """The text of a DOCX, a paragraph a line, cells of tables too."""
    made = docx.Document(io.BytesIO(docx_format.render(document)))
    return "\n".join(
        "".join(part.text or "" for part in line.iter(W + "t"))
        for line in made.element.iter(W + "p")
    )


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FORMATS: dict[str, Callable[[Document], str]] = {
    "html": as_html,
    "md": as_markdown,
    "docx": as_docx,
}
of_every_format = pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)


def shown(document: Document, write: Callable[[Document], str]) -> str:
    """What people read of it, with spaces put together."""
    text = write(document)
    if write is as_markdown:
        text = lxml_html.fromstring(_rendered(text)).text_content()
    if write is as_html:
        text = lxml_html.fromstring(text).text_content()
    return re.sub(r"\s+", " ", text)


def _rendered(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


@of_every_format
@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_those_of_s1(language: Language, write: Callable[[Document], str]) -> None:
    document = compose(material(language))
    assert [section.title for section in document.sections] == HEADINGS[language]
    text = shown(document, write)
    found = [text.index(heading) for heading in HEADINGS[language]]
    assert found == sorted(found) or write is as_html  # a table of contents comes first there
    if write is as_html:
        page = lxml_html.fromstring(as_html(document))
        assert [one.text for one in page.iter("h2")] == HEADINGS[language]


@of_every_format
def test_the_list_of_priorities_is_that_of_the_votes(write: Callable[[Document], str]) -> None:
    text = shown(compose(material()), write)
    written = {card.id: card for card in s1.cards()}
    ordered = sorted(s1.places().items(), key=lambda pair: pair[1])
    at = [text.index(_plain(written[card].challenge)) for card, _ in ordered[:3]]
    assert at[0] < at[1] < at[2]
    assert "41 av 43 stemte" in text


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_places_and_ties_are_recounted() -> None:
    table = _tables(compose(material()), "priorities")[0]
    written = s1.cards()
    for place, said, votes in table.rows:
        link = said[0]
        assert isinstance(link, Link)
        card = written[int(link.target.removeprefix("#kort-")) - 1]
        own = s1.places()[card.id]
        shared = list(s1.places().values()).count(own) > 1
        assert place == (f"{own} (delt)" if shared else f"{own}",)
        assert votes == (str(s1.counted()[card.id]),)
    assert len(table.rows) == len(s1.places())


def test_themes_are_counted_of_all_cards() -> None:
    table = _tables(compose(material()), "results")[0]
    written = s1.cards()
    for theme, row in zip(s1.session()["themes"], table.rows, strict=False):
        x = sum(theme["id"] in card.themes for card in written)
        assert row[1] == (f"{x} av {len(written)}",)


def test_choices_are_counted_of_those_who_chose() -> None:
    text = as_markdown(compose(material()))
    for card in s1.session()["choices"]:
        counts = s1.chosen(card)
        for x in counts:
            assert f"| {x} av {sum(counts)} |" in text


def _tables(document: Document, section: str) -> list[Table]:
    found = next(one for one, _ in walk(document.sections) if one.id == section)
    return [block for block in found.blocks if isinstance(block, Table)]


@given(st.integers(0, 400), st.integers(1, 400))
def test_no_percentage_below_fifty(x: int, n: int) -> None:
    for language in LANGUAGES:
        said = of(min(x, n), n, language)
        assert said.startswith(f"{min(x, n)} ")
        assert ("%" in said) == (n >= PERCENT_FROM == 50)


FORBIDDEN = re.compile(
    r"±|konfidens|confidence|interval|margin|signifikan|significan|feilmargin|standardavvik|"
    r"standard deviation|p\s?[<=]\s?0|95\s?%|95 av 100|representativ|befolkning|population|"
    r"usikkerhet|uvisse|uncertaint|sannsynlig|sannsynleg|probab|estim|anslag|om lag|unge flest|"
    r"most young|generali",
    re.IGNORECASE,
)


@of_every_format
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_estimated_or_generalised(
    language: Language, write: Callable[[Document], str]
) -> None:
    text = shown(compose(_our_words(language)), write)
    assert not FORBIDDEN.search(text), FORBIDDEN.findall(text)
    left = text.replace("100 %", "")
    assert "%" not in left, "a percentage below n = 50"


def _our_words(language: Language) -> Material:
    """A report with no participant's words, so that whatever it says is ours."""
    made = material(language, title="Tittel", prompts=("Spør",))
    cards = tuple(
        replace(
            card, challenge=f"U{card.number}", ideas=("a", "b", "c")[: len(card.ideas)], notes=()
        )
        for card in made.cards
    )
    themes = tuple(replace(theme, typical=(), dissenting=()) for theme in made.themes)
    return replace(made, cards=cards, themes=themes)


def test_no_text_of_ours_promises_more_than_the_room() -> None:
    for language in LANGUAGES:
        for key, text in texts(language).items():
            assert not FORBIDDEN.search(text), key


@of_every_format
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_banner_stands_in_every_format(
    language: Language, write: Callable[[Document], str]
) -> None:
    assert texts(language)["banner"] in shown(compose(material(language)), write)


def test_more_than_all_is_said_only_where_it_is_so() -> None:
    note = texts(Language.BOKMAL)["results.over"]
    assert "kan summere til mer enn 100 %" in note
    assert note in shown(compose(material()), as_html)
    one_each = tuple(replace(card, themes=card.themes[:1]) for card in material().cards)
    assert note not in shown(compose(material(cards=one_each)), as_html)


def test_every_sentence_of_the_summary_leads_to_its_card() -> None:
    document = compose(material())
    summary = next(section for section in document.sections if section.id == "summary")
    numbers = {card.number: card.challenge for card in material().cards}
    picked = 0
    for section, _ in walk((summary,)):
        for block in section.blocks:
            if isinstance(block, Paragraph) and block.origin is Origin.PICKED:
                links = [part for part in block.parts if isinstance(part, Link)]
                number = int(links[0].target.removeprefix("#kort-"))
                assert block.text.startswith(f"«{numbers[number]}»")
                picked += 1
    assert picked > 10


def test_every_link_inside_leads_somewhere() -> None:
    document = compose(material())
    page = lxml_html.fromstring(as_html(document))
    ids = [one.get("id") for one in page.iter() if one.get("id")]
    assert len(set(ids)) == len(ids)
    inside = {link.get("href")[1:] for link in page.iter("a") if link.get("href")[0] == "#"}
    assert inside
    assert inside <= set(ids)
    text = as_markdown(document)
    assert set(re.findall(r"\(<#(.*?)>\)", text)) <= set(re.findall(r'<a id="(.*?)">', text))
    word = docx.Document(io.BytesIO(docx_format.render(document))).element
    names = {mark.get(W + "name") for mark in word.iter(W + "bookmarkStart")}
    anchors = {link.get(W + "anchor") for link in word.iter(W + "hyperlink")} - {None}
    assert anchors
    assert anchors <= names


@of_every_format
def test_dissent_and_dialogue_are_shown(write: Callable[[Document], str]) -> None:
    text = shown(compose(material()), write)
    said = s1.session()
    for card, notes in said["notes"].items():
        counts = s1.chosen(card)
        assert f"{counts[3]} av {sum(counts)} valgte «Ingen av disse»" in text
        assert all(_plain(note) in text for note in notes)
        assert all(words in text for words in said["none"].get(card, {}).values())
    assert "Noen sier noe annet:" in text


def test_notes_stand_under_their_chart() -> None:
    text = as_markdown(compose(material()))
    card = s1.cards()[0]
    chart = text.index("Hva deltakerne valgte, innspill 1")
    note = text.index(markdown.escaped(s1.session()["notes"][card.id][0]))
    following = text.index("Hva deltakerne valgte, innspill", chart + 10)
    assert text.index(f"**1\\. {markdown.escaped(card.challenge)}") < chart < note < following


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_theme_has_two_to_eight_questions(language: Language) -> None:
    for code in nlp.codebook().codes:
        asked = questions.proposed(code.id, code.label[language], language)
        assert 2 <= len(asked) <= 8
        assert len(set(asked)) == len(asked)
        assert all(one.endswith("?") and "{" not in one for one in asked)
    assert len(questions.proposed("own_abc", "Eget", language)) >= 2


def test_questions_say_whether_the_room_wrote_them() -> None:
    text = as_markdown(compose(material()))
    assert "ressursene vi har i dag? *(skrevet i samlingen)*" in text
    assert "blir sett? *(forslag)*" in text


@pytest.mark.parametrize("theme", ["D1_kasteball", "D4_oppfolging"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_coordination_and_follow_up_lead_to_the_two_guidelines(
    theme: str, language: Language
) -> None:
    addresses = [url for _, url in questions.guidelines(theme, language)]
    assert addresses == [
        "https://www.helsedirektoratet.no/retningslinjer/tidlig-oppdagelse-av-utsatte-barn-og-unge",
        "https://www.helsedirektoratet.no/veiledere/samarbeid-om-tjenester-til-barn-unge-og-deres-familier",
    ]
    page = lxml_html.fromstring(as_html(compose(material(language))))
    part = page.get_element_by_id(f"theme-{theme}-guidelines")
    assert [link.get("href") for link in part.iter("a")] == addresses


def test_every_theme_with_guidance_is_of_the_codebook() -> None:
    known = {code.id for code in nlp.codebook().codes}
    assert set(questions._guidance()) <= known
    assert set(questions._templates()["themes"]) <= known


@of_every_format
def test_actions_stand_by_level_and_what_is_lifted_has_a_recipient(
    write: Callable[[Document], str],
) -> None:
    text = shown(compose(material()), write)
    for action in s1.session()["actions"]:
        assert action["text"] in text
        assert action["owner"] in text
        assert action.get("recipient", "") in text
    assert "Løftes oppover" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_an_action_has_words(language: Language) -> None:
    known = texts(language)
    assert tuple(Level) == LEVELS
    assert all(f"level.{level}" in known for level in Level)
    assert all(f"kind.{kind}" in known for kind in Kind if kind)
    assert all(f"barrier.{barrier}" in known for barrier in Barrier if barrier)
    assert len(Kind) - 1 == 7
    assert len(Barrier) - 1 == 6


@of_every_format
def test_what_the_facilitator_writes_is_marked(write: Callable[[Document], str]) -> None:
    written = material(texts={"summary": "Vi er enige.\n\nVi begynner nå.", "intro": "Hei."})
    text = shown(compose(written), write)
    assert "Vi er enige." in text
    assert "Vi begynner nå." in text
    assert text.count("Redigert av den som ledet samlingen") == 2
    assert "Hentet fra innspillene av språkmotoren" in text, "what was picked stays and is told"
    assert texts(Language.BOKMAL)["intro.use"] not in text


def attacked(attack: str) -> Material:
    """A report in which everything that people write is an attack."""
    card = Card(
        1,
        attack,
        (attack, attack),
        votes=1,
        place=1,
        themes=("own_x",),
        choices=Choices((1, 0), 1, (attack,)),
        notes=(attack,),
    )
    theme = Theme("own_x", attack, (), ((attack, 1),), ((attack, 1),))
    action = Action(attack, "now", attack, None, lifted=True, recipient=attack)
    return material(
        title=attack,
        organisation=attack,
        prompts=(attack,),
        cards=(card, Card(2, attack, ())),
        themes=(theme,),
        actions=(action,),
        texts={"summary": attack, "theme-own_x": attack},
    )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("pies", [False, True], ids=["bars", "pies"])
def test_attacks_are_words_in_html(attack: str, pies: bool) -> None:
    usual = compose(replace(attacked("ord"), pies=pies))
    tags = {one.tag for one in lxml_html.fromstring(as_html(usual)).iter()}
    page = lxml_html.fromstring(as_html(compose(replace(attacked(attack), pies=pies))))
    for one in page.iter():
        assert one.tag in tags
        assert not any(name.startswith("on") for name in one.attrib)
        assert one.get("href", "#").startswith("#")
        assert "src" not in one.attrib
    text = re.sub(r"\s+", " ", page.text_content())
    if "\x00" not in attack:
        assert _plain(attack) in text


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_words_in_markdown(attack: str) -> None:
    text = as_markdown(compose(attacked(attack)))
    for dialect in ("commonmark", "gfm-like", "js-default"):
        parser = MarkdownIt(dialect, {"html": True, "linkify": False})
        page = lxml_html.fromstring(parser.enable("table").render(text))
        as_long = "\n\n".join("ord" for _ in attack.split("\n\n"))
        usual = parser.render(as_markdown(compose(attacked(as_long))))
        assert [one.tag for one in page.iter()] == [
            one.tag for one in lxml_html.fromstring(usual).iter()
        ]
        links = [link.get("href") for link in page.iter("a") if link.get("href")]
        assert all(link.startswith("#kort-") for link in links)
        if "\x00" not in attack:
            assert _plain(attack) in re.sub(r"\s+", " ", page.text_content())


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_words_in_docx(attack: str) -> None:
    made = docx_format.render(compose(attacked(attack)))
    word = docx.Document(io.BytesIO(made))
    fields = [W + tag for tag in ("fldSimple", "instrText", "fldChar", "object", "drawing", "pict")]
    assert not [one for one in word.element.iter() if one.tag in fields]
    outside = [one for one in word.part.rels.values() if one.is_external]
    assert not outside
    if "\x00" not in attack:
        assert _plain(attack) in re.sub(r"\s+", " ", as_docx(compose(attacked(attack))))


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
def test_any_words_can_stand_in_a_report(text: str) -> None:
    document = compose(attacked(text))
    lxml_html.fromstring(as_html(document))
    rendered = lxml_html.fromstring(_rendered(as_markdown(document)))
    assert {one.get("href") for one in rendered.iter("a")} - {None} <= {"#kort-1", "#kort-2"}
    assert rendered.find(".//script") is None
    docx.Document(io.BytesIO(docx_format.render(document)))


def test_an_empty_workshop_has_a_report() -> None:
    empty = material(cards=(), themes=(), actions=(), phones=0, voted=0)
    for write in FORMATS.values():
        text = shown(compose(empty), write)
        assert "Deltakerne sendte ikke inn noen innspill." in text
        assert "Rommet har ikke skrevet noen tiltak." in text


def test_the_same_report_gives_the_same_bytes() -> None:
    for write in (as_html, as_markdown, docx_format.render):
        assert write(compose(material())) == write(compose(material()))


def test_a_docx_says_nothing_of_when_it_was_made() -> None:
    made = docx_format.render(compose(material()))
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = file.read("docProps/core.xml").decode()
    assert set(re.findall(r"(\d{4})-\d\d-\d\dT", core)) == {"1980"}


@pytest.mark.parametrize(("language", "tag"), [("nb", "nb-NO"), ("nn", "nn-NO"), ("en", "en-GB")])
def test_a_docx_has_language_headings_and_texts_for_its_charts(language: str, tag: str) -> None:
    made = docx_format.render(compose(material(Language(language))))
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        styles = etree.fromstring(file.read("word/styles.xml"))
    assert {one.get(W + "val") for one in styles.iter(W + "lang")} == {tag}
    word = docx.Document(io.BytesIO(made))
    first = [line.text for line in word.paragraphs if line.style and line.style.name == "Heading 1"]
    assert first == HEADINGS[Language(language)]
    described = [one.get(W + "val") for one in word.element.iter(W + "tblDescription")]
    assert all(described)
    for card in s1.session()["choices"]:
        counts = s1.chosen(card)
        label = texts(Language(language))["chart.none"]
        said = of(counts[3], sum(counts), Language(language))
        assert any(f"{label}: {said}." in text for text in described)


def test_charts_have_their_numbers_beside_them_and_behind_them() -> None:
    for pies in (False, True):
        page = lxml_html.fromstring(as_html(compose(material(pies=pies))))
        charts = [one for one in page.iter("figure") if one.get("class") == "chart"]
        assert len(charts) == len(s1.session()["choices"])
        for chart in charts:
            drawing = next(chart.iter("svg"))
            assert drawing.get("role") == "img"
            named = drawing.get("aria-labelledby").split()
            assert [one.get("id") for one in (drawing.find("title"), drawing.find("desc"))] == named
            rows = [row.text_content() for row in chart.iter("tr")][1:]
            assert len(rows) == 4
            assert sum("Ingen av disse" in row for row in rows) == 1


@pytest.mark.skipif(
    PROGRAM is None and os.environ.get("CI") != "true", reason="no Chromium on this machine"
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_tagged_and_the_same_each_time(language: Language) -> None:
    assert PROGRAM is not None, "a machine that tests everything must have a Chromium"
    made = material(language)
    page = html.render(compose(made), paper.styles())
    assert not re.findall(r"(?:src|href)=\"(?!#|https://www\.helsedirektoratet\.no/)[^\"]*\"", page)
    printed = paper.pdf(page, str(made.held), PROGRAM)
    assert b"/StructTreeRoot" in printed
    assert re.search(rb"/Marked true", printed)
    assert f"/Lang ({language.value})".encode() in printed
    assert b"D:20240417000000+00'00'" in printed
    cells = sorted(set(re.findall(rb"\(node(\d{8})\)", printed)))
    assert cells == [b"%08d" % place for place in range(len(cells))]
    assert cells
    if language is Language.BOKMAL:
        assert paper.pdf(page, str(made.held), PROGRAM) == printed


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine")
def test_the_docx_opens_in_libreoffice(tmp_path: Path) -> None:
    assert OFFICE is not None
    (tmp_path / "rapport.docx").write_bytes(docx_format.render(compose(material())))
    command = [
        OFFICE,
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "rapport.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = re.sub(r"\s+", " ", (tmp_path / "rapport.txt").read_text("utf-8-sig"))
    assert all(heading in text for heading in HEADINGS[Language.BOKMAL])
    assert all(_plain(card.challenge) in text for card in s1.cards())
