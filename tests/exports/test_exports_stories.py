"""Stories for research: who may be in the file, and that another program reads what we wrote."""

import unicodedata
import zipfile
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from exports_synthetic import catalogue, frame
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pyrefiqda import RefiProject
from test_exports_formats import STUDY

from exports import (
    Code,
    Coding,
    FileError,
    History,
    HistoryError,
    Layer,
    Policy,
    Shared,
    Stories,
    StoriesError,
    Told,
    collect,
    formats,
    protect,
    release,
    render,
    write_folder,
)
from exports.formats.qdpx import place, plain

TERMS = catalogue(3)
POLICY = Policy(TERMS)
ANSWERS = frame(120, TERMS)
CODES = [
    Code(theme.id, theme.group, theme.label, f"Om {theme.id} & «ærlig»") for theme in TERMS.themes
]
FIRST = release(ANSWERS, POLICY, series="1", published="2026-10-01")
HISTORY = History((FIRST,))
SCHEMA = Path(__file__).parent / "refi" / "Project.xsd"
NS = {"q": "urn:QDA-XML:project:1.0"}
TEXTS = [
    "Æ va redd 😬😬 før møtet.\nMen ho på NAV høyrde på meg 👩🏽‍🚀 heile tida!",
    "Åse̊ & «blåbærsyltetøy» <b>tags</b> ]]> \r\nny linje\rog ei til",
    "e\u0301te\u0301 – dekomponert a\u030a, så ø og 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
]
AGREED = 60


def told(number: int, service: str | None = "s0", text: str | None = None) -> Told:
    words = f"{TEXTS[number % 3] if text is None else text} {number}"
    half = words.index(" ", len(words) // 2)
    codings = (
        Coding(0, half, "T0", Layer.MACHINE),
        Coding(half, len(words), "T1", Layer.MACHINE),
        Coding(half, len(words), "T2", Layer.HUMAN),
        Coding(0, len(words), "T0", Layer.TELLER),
    )
    return Told(f"r{number:08d}", (service,) if service else (), words, codings)


def several(numbers: range, service: str | None = "s0") -> list[Told]:
    return [told(number, service) for number in numbers]


def chosen(stories: list[Told], *shared: Shared, history: History = HISTORY) -> Stories:
    with_files = replace(history, shared=shared)
    return collect(stories, CODES, POLICY, with_files, series="1", published="2026-10-02")


def tellers(made: Stories) -> set[str]:
    return set(made.shared.members["id"])


ALL_AGREED = several(range(AGREED))
OUT = chosen(ALL_AGREED)


def opened(content: bytes) -> tuple[Any, dict[str, str]]:
    """The project, and the text of each source by its name, read strictly."""
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert file.testzip() is None
        names = file.namelist()
        texts = {name: file.read(name).decode("utf-8", "strict") for name in names[1:]}
        project = etree.fromstring(file.read("project.qde"))
    assert names[0] == "project.qde"
    assert all(name == f"sources/{Path(name).name}" for name in texts)
    return project, texts


# The file


def test_the_schema_accepts_the_project_and_refuses_a_wrong_one() -> None:
    project, _ = opened(render(OUT, "qdpx", STUDY))
    schema = etree.XMLSchema(etree.parse(SCHEMA, etree.XMLParser(no_network=True)))
    schema.assertValid(project)
    project.find("q:Sources", NS)[0].find("q:PlainTextSelection", NS).attrib.pop("startPosition")
    assert not schema.validate(project)


def test_an_independent_reader_finds_every_story_theme_and_position(tmp_path: Path) -> None:
    path = tmp_path / "x.qdpx"
    path.write_bytes(render(OUT, "qdpx", STUDY))
    project = RefiProject.load(path, str(tmp_path / "out"))
    names = {code.guid: code.name for group in project.code_book.codes.code for code in group.code}
    users = {user.guid: user.id for user in project.users.user}
    sent = {plain(story.text): story for story in OUT.stories}
    read = {}
    for source in project.sources.text_source:
        file = RefiProject.resolve_source_path(source.plain_text_path, tmp_path / "out")
        text = file.read_bytes().decode()
        found = {
            (text[part.start_position : part.end_position], names[ref], users[coding.creating_user])
            for part in source.plain_text_selection
            for coding in part.coding
            for ref in [coding.code_ref.target_guid]
        }
        found |= {
            (text, names[coding.code_ref.target_guid], users[coding.creating_user])
            for coding in source.coding
        }
        read[text] = found
        assert source.variable_value[0].text_value == "Tjeneste A"
    assert read.keys() == sent.keys()
    labels = {theme.id: theme.label["nb"] for theme in TERMS.themes}
    for text, story in sent.items():
        assert read[text] == {
            (plain(story.text[c.start : c.end]), labels[c.theme], str(c.layer))
            for c in story.codings
        }


def test_texts_are_composed_and_whole_and_nothing_else_is_in_the_file() -> None:
    _, texts = opened(render(OUT, "qdpx", STUDY))
    for text in texts.values():
        assert unicodedata.is_normalized("NFC", text)
        assert "\r" not in text
    assert sorted(texts.values()) == sorted(plain(one.text) for one in ALL_AGREED)
    content = render(OUT, "qdpx", STUDY)
    for one in ALL_AGREED:
        assert one.teller.encode() not in content


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.data())
def test_a_position_is_that_of_the_same_words_in_the_composed_text(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    joins = start and unicodedata.normalize("NFC", text[start - 1 : start + 1])
    whole = plain(text)
    assert place(text, 0) == 0
    assert place(text, len(text)) == len(whole)
    if plain(text[:start]) + plain(text[start:]) == whole:
        assert whole[: place(text, start)] == plain(text[:start]), joins
    positions = [place(text, number) for number in range(len(text) + 1)]
    assert all(0 <= position <= len(whole) + 1 for position in positions)


def test_the_same_stories_in_any_order_give_the_same_bytes() -> None:
    first = render(OUT, "qdpx", STUDY)
    renamed = [replace(one, teller=f"x{one.teller}") for one in reversed(ALL_AGREED)]
    answers = ANSWERS.with_columns(id="x" + ANSWERS["id"])
    history = History((release(answers, POLICY, series="1", published="2026-10-01"),))
    assert render(chosen(renamed, history=history), "qdpx", STUDY) == first
    assert b"2026" not in first.replace(b"LUNVIK", b"")


def test_a_theme_and_a_story_keep_their_identifiers_from_file_to_file() -> None:
    more = several(range(100))
    then, _ = opened(render(OUT, "qdpx", STUDY))
    now, _ = opened(render(chosen(more), "qdpx", STUDY))
    for path in ("q:CodeBook//q:Code", "q:Sources/q:TextSource", "q:Users/q:User"):
        guids = {element.get("guid") for element in then.iterfind(path, NS)}
        assert guids <= {element.get("guid") for element in now.iterfind(path, NS)}
    every = [element.get("guid") for element in now.iter() if element.get("guid")]
    assert len(set(every)) == len(every)


def test_equal_stories_have_identifiers_of_their_own() -> None:
    same = [Told(f"r{number:08d}", ("s0",), "bra") for number in range(12)]
    project, texts = opened(render(chosen(same), "qdpx", STUDY))
    assert Counter(texts.values()) == {"bra": 12}
    assert len({source.get("guid") for source in project.find("q:Sources", NS)}) == 12


def test_the_order_is_not_that_of_arrival() -> None:
    project, texts = opened(render(OUT, "qdpx", STUDY))
    order = [
        int(texts[f"sources/{source.get('guid')}.txt"].split()[-1])
        for source in project.find("q:Sources", NS)
    ]
    assert order != sorted(order)


def test_stories_come_in_formats_of_their_own(tmp_path: Path) -> None:
    assert list(formats(Stories)) == ["citation", "licence", "privacy", "qdpx"]
    manifest = write_folder(OUT, tmp_path, list(formats(Stories)), STUDY)
    assert manifest.name == "fjord1-fortellinger-1.sha256"
    report = render(OUT, "privacy", STUDY).decode()
    assert f"{AGREED} stories by {AGREED} tellers" in report
    assert "s1, s2" in report
    with pytest.raises(FileError, match="of stories"):
        render(FIRST, "qdpx", STUDY)
    for name in ("csv", "codebook", "sav", "datasheet"):
        with pytest.raises(FileError, match="no table"):
            render(OUT, name, STUDY)


# The gate


def test_a_service_with_too_few_tellers_stays_out() -> None:
    few = several(range(40), "s0") + several(range(40, 54), "s1") + several(range(60, 69), None)
    made = chosen(few)
    assert tellers(made) == {one.teller for one in several(range(40))}
    assert "s1" in made.left_out, "child welfare asks for 15"
    with pytest.raises(StoriesError, match="Wait"):
        chosen(few[40:])


def test_many_stories_of_few_tellers_are_few() -> None:
    with pytest.raises(StoriesError, match="Wait"):
        chosen([replace(told(number), teller=f"r{number % 9:08d}") for number in range(60)])


def test_only_who_is_in_the_latest_release_is_in_the_file() -> None:
    after = [replace(told(number), teller=f"late{number}") for number in range(30)]
    assert tellers(chosen(ALL_AGREED + after)) == tellers(OUT)


def test_what_cannot_be_made_says_what_to_do() -> None:
    with pytest.raises(HistoryError, match="Release first"):
        chosen(ALL_AGREED, history=History())
    with pytest.raises(HistoryError, match="Release again"):
        chosen(ALL_AGREED, history=replace(HISTORY, retracted=frozenset({1})))
    with pytest.raises(HistoryError, match="Release again"):
        collect(ALL_AGREED, CODES, POLICY, HISTORY, series="2", published="2026-10-02")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sets(st.integers(0, 79), max_size=40), min_size=1, max_size=4))
def test_nobody_comes_or_goes_in_small_company_whoever_withdraws(gone: list[set[int]]) -> None:
    """Files one after the other: withdrawn stories never come again, and hide among others."""
    files = [chosen(several(range(60)))]
    there = set(range(80))
    for some in gone:
        there -= some
        agreed = several(range(80))
        try:
            made = chosen(
                [one for number, one in enumerate(agreed) if number in there],
                *(old.shared for old in files),
            )
        except StoriesError:
            continue
        now = tellers(made)
        assert now <= {f"r{number:08d}" for number in there}
        for old in files:
            came, left = now - tellers(old), tellers(old) - now
            assert len(left) == 0 or len(left) >= 10
            assert len(came) == 0 or len(came) >= 10
        files.append(made)


def test_who_goes_along_does_not_follow_from_the_file() -> None:
    """Those who leave with somebody that withdrew are drawn by ids, not by words or place."""
    agreed = [told(number, text="lik") for number in range(60)]
    one, other = (
        chosen(
            [replace(o, teller=f"{p}{o.teller}") for o in agreed[1:]],
            chosen(
                [replace(o, teller=f"{p}{o.teller}") for o in agreed], history=renamed(p)
            ).shared,
            history=renamed(p),
        )
        for p in ("x", "y")
    )
    assert len(one.stories) == len(other.stories) == 50
    assert {story.text for story in one.stories} != {story.text for story in other.stories}


def renamed(prefix: str) -> History:
    answers = ANSWERS.with_columns(id=prefix + ANSWERS["id"])
    return History((release(answers, POLICY, series="1", published="2026-10-01"),))


def test_stories_and_rows_that_tell_themes_are_not_let_out_of_one_round() -> None:
    one = ANSWERS.with_columns(ANSWERS["services"].list.head(1))
    first = release(one, POLICY, series="1", published="2026-10-01")
    history = History((first,))
    rows = protect(one, POLICY, history, series="1", published="2026-10-02")
    assert any(name.startswith("theme_") for name in rows.frame.columns)
    with pytest.raises(StoriesError, match="cannot be taken out"):
        chosen(ALL_AGREED, history=replace(history, exports=(rows.exported,)))
    for given_out in (
        protect(one, POLICY, history, series="1", published="2026-10-02", themes=False),
        protect(
            one, POLICY, replace(history, shared=(OUT.shared,)), series="1", published="2026-10-02"
        ),
    ):
        assert not any(name.startswith("theme_") for name in given_out.frame.columns)
        assert chosen(ALL_AGREED, history=replace(history, exports=(given_out.exported,)))


def test_an_unreleased_round_has_no_rows_either() -> None:
    with pytest.raises(HistoryError, match="Release first"):
        protect(ANSWERS, POLICY, History(), series="1", published="2026-10-02")
