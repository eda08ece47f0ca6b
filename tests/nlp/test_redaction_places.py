"""Schools, workplaces and small places go, in any case; what identifies nobody stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import redact

SCHOOLS = [
    "Kvitlyngåsen skole",
    "Kvitlyngåsen ungdomsskole",
    "Stormyrbakken vgs",
    "Stormyrbakken videregående skole",
    "Ytterfurua vidaregåande skule",
    "Tranesundet folkehøgskole",
    "Tranesundskolen",
    "Kvitlyngåsskulen",
]
WORKPLACES = [
    "Tranesundet ungdomshjem",
    "Kvitlyngåsen bofellesskap",
    "Stormyra barnehage",
    "Ytterfurua gartneri",
    "Kafé Tranesundet",
    "Kvitlyng IL",
]
PLACES = [
    "Tranesundet",
    "Kvitlyngåsen",
    "Stormyrbakken",
    "Nordre Furåsen",
    "Øvre Rjupdal",
    "Grasbotn",
    "Svartmyra",
    "Vinstra",
]
FRAMES = ["jeg bor på {} nå", "vi flytta frå {} i fjor", "bussen til {} går ikke"]
KEPT = [
    "jeg ringte NAV, BUP, DPS, PPT og barnevernet i går",
    "flytta fra Tromsø til Oslo, så Bergen, Trondheim og Stavanger",
    "oppvokst i Nordland, Finnmark og Trøndelag",
    "kom fra Syria, Eritrea, Ukraina og Polen til Norge",
    "skrev på Snapchat, TikTok, Discord og Instagram",
    "på mandag og tysdag, i januar og i påska",
    "kulturskolen, kveldsskolen, nærskolen og den nye skolen",
    "går på ungdomsskolen, trives på skolen",
    "en vanlig skole, en forferdelig skole",
    "tok T-banen til Studentsenteret",
    "jobber på verksted, i gartneri og på kafé",
    "hang på stranda, i skogen, ved havna og på lekeplassen",
    "fikk Ritalin på DPS, leste på Helsenorge",
]


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("school", SCHOOLS)
def test_a_school_becomes_a_school(school: str, lower: bool):
    text = f"jeg går på {school} og trives"
    assert redact(text.lower() if lower else text).text == "jeg går på [SKOLE] og trives"


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("workplace", WORKPLACES)
def test_a_workplace_becomes_a_workplace(workplace: str, lower: bool):
    text = f"jeg er på {workplace} hver dag"
    assert redact(text.lower() if lower else text).text == "jeg er på [VIRKSOMHET] hver dag"


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("place", PLACES)
def test_a_small_place_becomes_a_place(place: str, lower: bool, frame: str):
    text = frame.format(place.lower() if lower else place)
    assert redact(text).text == frame.format("[STED]")


@pytest.mark.parametrize("text", KEPT)
def test_what_identifies_nobody_stays(text: str):
    assert redact(text).text == text


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("hybel i kong olavs gate 3 nå", "hybel i [ADRESSE] nå"),
        ("bor i Øvre Lyngveg 22B, 2840.", "bor i [ADRESSE]."),
        ("sto utenfor skogbrynet 3, 2. etasje og", "sto utenfor [ADRESSE] og"),
        ("ropte til furukollen 12 b hele kvelden", "ropte til [ADRESSE] hele kvelden"),
    ],
)
def test_an_address_goes_and_the_words_around_it_stay(text: str, redacted: str):
    assert redact(text).text == redacted


@given(
    st.sampled_from(["svart", "hauke", "tran", "kvitlyng", "rjup", "skjær", "ospe", "grå"]),
    st.sampled_from(["vika", "neset", "åsen", "myra", "botn", "holmen", "dalen", "haugen"]),
    st.sampled_from(["på", "i", "frå", "til"]),
)
def test_what_is_built_like_a_farm_is_a_place(first: str, last: str, preposition: str):
    assert first + last not in redact(f"de bor {preposition} {first}{last} alle sammen").text
