"""Exact ages become bands where they are the teller's or somebody's; other numbers stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enumerations import AgeBand, RedactionType
from nlp import Redaction, redact

SENTENCES = [
    "jeg er {} år",
    "eg er {}",
    "æ e {}",
    "Jeg er {} og går på skole",
    "nå er jeg {}, endelig",
    "eg er snart {}. Og så",
    "en gutt på {} år",
    "bror min er {} nå",
    "selv om jeg er {}, får jeg ikke svar",
    "jente {} år",
    "I am {} years old",
    "jeg fyller {} i mars",
    "kari ({}) sa det",
]
SAID = {"fjorten": "13-15", "seksten": "16-17", "attan": "18-24", "tjueto": "18-24", "29": "25-29"}


@pytest.mark.parametrize("sentence", SENTENCES)
@given(number=st.integers(13, 29))
def test_an_exact_age_becomes_its_band(sentence: str, number: int):
    first_years = {int(band.value[:2]): band for band in AgeBand}
    band = first_years[max(year for year in first_years if year <= number)]
    text = redact(sentence.format(number)).text
    assert f"[ALDER {band.value}]" in text
    assert str(number) not in text.replace(f"[ALDER {band.value}]", "")


@pytest.mark.parametrize(("said", "band"), SAID.items())
def test_an_age_in_words_becomes_its_band(said: str, band: str):
    assert redact(f"jeg er {said} år og bor alene").text == f"jeg er [ALDER {band}] og bor alene"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("som 16-åring bodde jeg der", "som [ALDER 16-17]-åring bodde jeg der"),
        ("en femtenåring med adhd", "en [ALDER 13-15]åring med adhd"),
        ("sønnen min er 3 år", "sønnen min er [ALDER]"),
        ("Han er 80 og visste det ikke", "Han er [ALDER] og visste det ikke"),
        ("jeg er 16 og de andre er 13.", "jeg er [ALDER 16-17] og de andre er [ALDER 13-15]."),
    ],
)
def test_a_text_with_an_age_stays_readable(text: str, redacted: str):
    assert redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "for 3 år siden, og i 2 år",
        "15 minutter, og 7 år på venteliste",
        "når jeg er 18, og før jeg er 18",
        "losen slutta da jeg blei 18",
        "aldersgrensa er 18, i alderen 13-18",
        "vi er femten stykk, vi er 12 i klassen",
        "timen er 45 minutter, brakka er 15 grader",
        "jeg er 14 dager på rad hos dem",
        "han er 2 år eldre enn meg",
        "jeg er nummer 14 i køen",
        "fraværet er på 18.",
        "depositum er 18 000 kroner",
        "jeg er 50 50 på det, han er 10/10",
        "eg er 10. klassing",
        "16-åringer får ikke svar",
        "snakka te meg som ein toåring",
        "buss 17 er sein, æ e 5 av 10 fornøyd",
    ],
)
def test_other_numbers_stay(text: str):
    assert redact(text).text == text


@pytest.mark.parametrize(
    ("marked", "shown"),
    [
        ("17 år gammel", "[ALDER 16-17]"),
        ("nitten", "[ALDER 18-24]"),
        ("førti år", "[ALDER]"),
        ("9b", "[FJERNET]"),
    ],
)
def test_an_age_that_a_tagger_found_becomes_its_band(marked: str, shown: str):
    text = f"hun, {marked}, sa nei"
    found = [Redaction(5, 5 + len(marked), RedactionType.OTHER)]
    assert redact(text, found).text == f"hun, {shown}, sa nei"


@given(st.sampled_from(list(AgeBand)), st.text("0123456789 -", max_size=12))
def test_a_band_is_never_part_of_a_number(band: AgeBand, digits: str):
    text = f"jeg er [ALDER {band.value}] {digits}"
    assert redact(text).text.startswith(f"jeg er [ALDER {band.value}]")


def test_what_only_looks_like_a_band_hides_nothing():
    assert redact("[ALDER 4130-8826]").text == "[ALDER [TELEFON]]"
