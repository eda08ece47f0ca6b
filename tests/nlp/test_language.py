"""Language and dialect: short texts as young people write them, and texts meant to mislead."""

import json
import unicodedata
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from enumerations import PLACEHOLDERS, TextLanguage
from nlp.components import language as module
from nlp.components.language import detect_language, is_dialect

STORIES = Path(__file__).parents[2] / "nlp" / "training" / "data"
UNSEEN = ("h16", "h17", "h18", "h19", "h20", "h21", "h22")
BOKMAL_SIDE = ("nb", "nb-uformell", "multietnolekt", "andrespråk")

BOKMAL = [
    "jeg vet ikke hva jeg skal si, hun var bare grei",
    "Læreren spurte aldri hvorfor.",
    "de sa de skulle ringe",
    "åpningstidene er dårlige",
    "literally det beste stedet, no cap",
    "the vibe på klubben er bare så bra",
    "nei",
    "wallah bror, de bare glemte meg",
]
NYNORSK = [
    "Eg veit ikkje kva eg skal seie, ho var berre grei",
    "Læraren spurde aldri kvifor.",
    "dei sa dei skulle ringje",
    "opningstidene er dårlege og vanskelege",
    "ventetida er altfor vanskeleg for alle ungdomane",
    "vi treng fleire vaksne i gangane",
]
ENGLISH = [
    "they did not help me and I have no idea what to do",
    "it sucks",
    "the doctor spoke too fast",
    "I don't feel safe at home",
    "can you please make it anonymous?",
    "best youth club ever",
]
OTHER = [
    "شكرا على المساعدة",
    "لا أحد يسمعني في البيت",
    "Dziękuję bardzo za pomoc, wszystko było świetnie",
    "w urzędzie nikt nie mówi po polsku",
    "Waxaan sugayay lix bilood",
    "qoyskaygu lacag ma haysto",
    "ми живемо в одній кімнаті вчотирьох",
    "ገንዘብ የብለይን",
    "no tengo dinero para el autobús",
    "ich habe kein Geld für den Bus",
    "personne ne m'écoute à l'école",
    "altı ay randevu bekledim",
    "jag är rädd för att gå hem efter skolan",
    "jeg er bange for at gå hjem efter skole og ved ikke hvad jeg skal lave",
    "Mun lean vuordán guhká ja dál in šat jáhke",
    "我在学校没有朋友",
]
DIALECT = [
    "Æ måtte fortæl det samme tre ganga",
    "det va itj nån som spurt",
    "kem ska æ ringe te",
    "eg vet ikkje, hun sa noe om vente",
    "Je veit itte hå dom vil",
    "jæ måtte dra hjem",
    "eg e så trøtt av å venta på dokker",
    "koffor får me aldri nåke svar",
    "så ringer'n bare til far min",
]
NO_DIALECT = [
    *BOKMAL,
    *NYNORSK,
    *ENGLISH,
    *OTHER,
    "",
    "E-post sendt til va@te.no",
    "les på http://va.te.no",
]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *((text, "nb") for text in BOKMAL),
        *((text, "nn") for text in NYNORSK),
        *((text, "en") for text in ENGLISH),
        *((text, "other") for text in OTHER),
    ],
)
def test_languages_are_told_apart(text: str, language: str):
    assert detect_language(text) == language


@pytest.mark.parametrize("text", DIALECT)
def test_dialect_is_norwegian_and_marked(text: str):
    assert is_dialect(text)
    assert detect_language(text) in (TextLanguage.BOKMAL, TextLanguage.NYNORSK)


@pytest.mark.parametrize("text", BOKMAL + NYNORSK)
def test_standard_spelling_is_no_dialect(text: str):
    assert not is_dialect(text)


def test_the_component_marks_dialect_in_norwegian_only():
    engine = spacy.blank("nb")
    engine.add_pipe("fortell_language")
    for text in (*DIALECT, *NO_DIALECT):
        doc = engine(text)
        assert doc._.language == detect_language(text).value
        assert doc._.dialect is (text in DIALECT), text


@pytest.mark.parametrize("text", [*BOKMAL, *NYNORSK, *ENGLISH, *OTHER, *DIALECT])
def test_spelling_of_the_same_letters_makes_no_difference(text: str):
    apart = unicodedata.normalize("NFD", text)
    for other in (apart, text.upper(), f"  {text}\r\n", text.replace("'", "’")):
        assert detect_language(other) == detect_language(text)
        assert is_dialect(other) == is_dialect(text)


@pytest.mark.parametrize("text", [*BOKMAL, *NYNORSK, *ENGLISH, *OTHER, *DIALECT])
@pytest.mark.parametrize("placeholder", [*PLACEHOLDERS.values(), "[ALDER 13-15]"])
def test_a_placeholder_has_no_language(text: str, placeholder: str):
    hidden = f"{placeholder} {text} {placeholder}, {placeholder}."
    assert detect_language(hidden) == detect_language(text)
    assert is_dialect(hidden) == is_dialect(text)


@given(st.text())
def test_any_text_has_a_language(text: str):
    assert detect_language(text) in TextLanguage
    assert is_dialect(text) in (True, False)


@given(st.text(alphabet=st.characters(categories=["Nd", "P", "S", "Z"])))
def test_a_text_without_letters_is_bokmal(text: str):
    assert detect_language(text) == TextLanguage.BOKMAL
    assert not is_dialect(text)


@given(st.sampled_from([*BOKMAL, *NYNORSK, *ENGLISH, *OTHER, *DIALECT]), st.integers(2, 40))
def test_saying_it_again_changes_nothing_in_a_whole_sentence(text: str, times: int):
    if len(text.split()) > 3:
        assert detect_language(" . ".join([text] * times)) == detect_language(text)


def test_a_file_that_is_one_word_is_read_at_once():
    assert detect_language("a" * 2_000_000) in TextLanguage
    assert not is_dialect("kv" * 1_000_000)


def test_the_lists_do_not_contradict_each_other():
    standard = module._BOKMAL | module._NYNORSK | module._SHARED
    assert not module._BOKMAL & module._NYNORSK
    assert not (module._BOKMAL | module._NYNORSK) & module._SHARED
    assert not module._DIALECT & standard
    assert not module._ONLY_BOKMAL & module._NYNORSK
    assert not module._ONLY_NYNORSK & module._BOKMAL
    lists = [standard, module._DIALECT, module._ENGLISH, *module._FOREIGN.values()]
    for word in frozenset[str]().union(*lists):
        assert module._split(word) == [word], word


def test_unseen_stories_are_told_as_well_as_the_documentation_says():
    language: list[bool] = []
    marked: dict[str, list[bool]] = {"dialect": [], "standard": []}
    strange = 0
    for name in UNSEEN:
        for line in (STORIES / f"{name}.jsonl").read_text("utf-8").splitlines():
            story = json.loads(line)
            variety, text = story["variety"], story["text"]
            found = detect_language(text).value
            strange += found in ("en", "other")
            if variety in BOKMAL_SIDE or variety == "nn":
                language.append(found == ("nn" if variety == "nn" else "nb"))
            if variety.startswith("dialekt-"):
                marked["dialect"].append(is_dialect(text))
            elif variety in ("nb", "nn"):
                marked["standard"].append(is_dialect(text))
    assert len(language) > 1500
    assert sum(language) / len(language) > 0.985
    assert strange < 15
    assert sum(marked["dialect"]) / len(marked["dialect"]) > 0.87
    assert sum(marked["standard"]) / len(marked["standard"]) < 0.04
