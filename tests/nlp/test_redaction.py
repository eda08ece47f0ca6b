"""What the redactor removes, what it leaves, and what it promises for any text at all."""

import cProfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enumerations import PLACEHOLDERS, RedactionType
from nlp import redact
from nlp.redaction.core import replace

NAMES_IN_CONTEXT = [
    ("hun tone på nav er grei", "tone"),
    ("even fra klubben hjalp meg", "even"),
    ("losen min bjørn henter meg", "bjørn"),
    ("han per på oppfølgingstjenesten", "per"),
    ("liv på helsestasjonen hørte på meg", "liv"),
    ("jeg og storm var alene", "storm"),
    ("mora til odd kjørte oss", "odd"),
    ("veilederen min dag ringte", "dag"),
    ("hun som heter håp", "håp"),
    ("psykologen min, sol, er flink", "sol"),
    ("jeg heter quilambo", "quilambo"),
    ("treneren min Zvenko er streng", "Zvenko"),
    ("Jeg fikk hjelp av Brynjulfa der", "Brynjulfa"),
    ("lille kaRI kom", "kaRI"),
    ("KARI PÅ NAV HØRER IKKE ETTER", "KARI"),
    ("mammaen til haakons venn", "haakons"),
    ("dr. aasegrav hørte på meg", "aasegrav"),
    ("A\u030ase på klubben", "A\u030ase"),
    ("ringte ka\u00adri i går", "ka\u00adri"),
    ("snakka med 𝐊𝐚𝐫𝐢 om det", "𝐊𝐚𝐫𝐢"),
]
OTHER_IDENTIFYING = [
    ("går på grevlingåsen skole", "grevlingåsen", RedactionType.ORG),
    ("Går på Grevlingåsen ungdomsskole nå", "Grevlingåsen", RedactionType.ORG),
    ("jobber på kiwi blåfjellvik", "blåfjellvik", RedactionType.ORG),
    ("vi bor på vinstra", "vinstra", RedactionType.PLACE),
    ("hybel i Solbakkeveien 14b nå", "Solbakkeveien 14b", RedactionType.ADDRESS),
    ("snap: revepus", "revepus", RedactionType.HANDLE),
    ("legg meg til på insta rev_pus07", "rev_pus07", RedactionType.HANDLE),
    ("skriv til @revepus da", "@revepus", RedactionType.HANDLE),
    ("svar: rev snabela pus punktum no", "rev snabela pus", RedactionType.EMAIL),
    ("møte 14. mars kl 10", "14. mars", RedactionType.DATE),
    ("født 03.04.2008 her", "03.04.2008", RedactionType.DATE),
    ("saksnr 2024/5567 ligger", "2024/5567", RedactionType.ID),
    ("nr: fire en tre null åtte åtte to seks", "fire en tre", RedactionType.PHONE),
    ("alle i 8a vet det", "8a", RedactionType.OTHER),
    ("jeg går i 10C", "10C", RedactionType.OTHER),
    ("går i 2STB nå", "2STB", RedactionType.OTHER),
    ("bilen EB 04175 sto der", "EB 04175", RedactionType.ID),
    ("se www.minblogg.example/revepus", "www.minblogg.example/revepus", RedactionType.OTHER),
]
LEFT_ALONE = [
    "fikk av 20000 kr, kl 8 e det over",
    "NAV og BUP i Oslo svarer ikke på mandag",
    "et liv på nav",
    "jeg vil bo alene",
    "det var en storm",
    "tor ikke si det",
    "per dag får vi mat",
    "vår skole er fin, og i vår begynte jeg",
    "han bor ved sjøen, hun tør ikke",
    "læreren vår gir lekser",
    "Åpent 14.30-16.00, buss 7.40",
    "Åpent 14.30 - 16.00",
    "skoleåret 2023-2024 var tungt",
    "fikk 10/10, men 17. mai var best",
    "Fikk time på Snapchat. Helsesykepleieren hørte på meg.",
    "de andre i 8. klasse er greie",
]


@pytest.mark.parametrize(("text", "name"), NAMES_IN_CONTEXT)
def test_names_are_removed(text: str, name: str):
    redacted = redact(text)
    assert name not in redacted.text
    assert RedactionType.PERSON in {r.type for r in redacted.redactions}


@pytest.mark.parametrize(("text", "found", "kind"), OTHER_IDENTIFYING)
def test_other_identifying_spans_are_removed(text: str, found: str, kind: RedactionType):
    redacted = redact(text)
    assert found not in redacted.text
    assert kind in {r.type for r in redacted.redactions}


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_ordinary_text_is_left_alone(text: str):
    assert redact(text).text == text


def test_a_full_name_with_genitive_is_one_span():
    text = "jeg snakket med Anne Lise Tveits mor"
    (span,) = redact(text).redactions
    assert text[span.start : span.end] == "Anne Lise Tveits"


def test_long_unbroken_text_is_handled():
    for text in ("a." * 4000, "1" * 8000, "æ" * 8000, "Aa " * 3000, "@" * 8000):
        assert replace(text, redact(text).redactions) == redact(text).text


pieces = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from([*PLACEHOLDERS.values(), "[", "]", "[NAVN", " ", "\n", "kari", "heter "]),
        st.sampled_from([text for text, _ in NAMES_IN_CONTEXT]),
        st.sampled_from(
            ["jeg er 16 ", "[ALDER 16-17]", "en to tre fire ", " at a.no ", "@x", "1 "]
        ),
    ),
    max_size=8,
).map("".join)
any_text = st.one_of(st.text(st.characters(), max_size=200), pieces)


@given(any_text)
@example("\ud800")
@example("[NAVN]s")
@example("00000000000@A:0TREFIR0ENTOTREFIR LIV0PÅ0HELSESTASJONEN")
@example("heter [NAVN] olsen")
@settings(deadline=None)
def test_any_text_gives_ordered_spans_that_explain_the_result(text: str):
    redacted = redact(text)
    end = 0
    for span in redacted.redactions:
        assert end <= span.start < span.end <= len(text)
        end = span.end
    assert replace(text, redacted.redactions) == redacted.text


@given(any_text)
@settings(deadline=None)
def test_redacting_the_result_again_changes_nothing(text: str):
    once = redact(text).text
    assert redact(once).text == once
    assert redact(once).redactions == ()


def _spaced(digits: str, groups: tuple[int, ...], sign: str) -> str:
    parts, start = [], 0
    for size in groups:
        parts.append(digits[start : start + size])
        start += size
    return sign.join(parts)


separators = st.sampled_from(["", " ", ".", "-", "\u00a0", "  ", " - ", "/", "\u200b"])
phones = st.builds(
    lambda first, rest, groups, sign, prefix: prefix + _spaced(first + rest, groups, sign),
    st.sampled_from("249"),
    st.text("0123456789", min_size=7, max_size=7),
    st.sampled_from([(8,), (3, 2, 3), (2, 2, 2, 2), (1,) * 8, (4, 4)]),
    separators,
    st.sampled_from(["", "+47 ", "+47", "0047 ", "(+47) ", "tlf "]),
).filter(lambda phone: not phone.startswith(("20", "24")))
national_ids = st.builds(
    _spaced,
    st.text("0123456789", min_size=11, max_size=11),
    st.sampled_from([(11,), (6, 5), (2, 2, 2, 5), (1,) * 11]),
    separators,
)
emails = st.builds(
    lambda user, domain, end: f"{user}@{domain}.{end}",
    st.from_regex(r"\A[a-z][a-z0-9._+-]{0,12}[a-z0-9]\Z"),
    st.from_regex(r"\A[a-z][a-z0-9-]{0,10}[a-z0-9]\Z"),
    st.sampled_from(["no", "com", "example", "co.uk"]),
)


@example("", "000000 - 00000", "")
@given(st.text(max_size=40), st.one_of(phones, national_ids, emails), st.text(max_size=40))
@settings(deadline=None, max_examples=400)
def test_canaries_never_survive(before: str, canary: str, after: str):
    assert canary not in redact(before + canary + after).text
    assert canary not in redact(f"{before} {canary} {after}").text


HOSTILE = ["@a", "a.", "kari@x ", "1-", "www.a", "Kari Olsen ", "å_", "@ ", "@a.no ", "at a.no "]
HOSTILE += ["1 ", "en ", "O ", "1 O ", "femti", "femtifemti ", "dobbel ", "jeg er 16 ", "gata 1 "]
HOSTILE += ["a . ", "punktum ", "understrek ", "på nordvika ", "vgs ", "nordre ", "[ALDER 13-15]"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_story_costs_little(piece: str):
    """Work grows with the length, not with its square: eight times the text, far less than 64."""
    short, long = (_calls((piece * 2000)[:size]) for size in (500, 4000))
    assert long < 24 * short


def _calls(text: str) -> int:
    """How many functions are called while a text is redacted: a measure without a clock."""
    profile = cProfile.Profile()
    profile.runcall(redact, text)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("hans og gro er grei", "[NAVN] og [NAVN] er grei"),
        ("helg hos rose og dag ute", "helg hos [NAVN] og [NAVN] ute"),
        ("ask og eldbjørg jobber der", "[NAVN] og [NAVN] jobber der"),
        ("dag og natt", "dag og natt"),
        ("mai og juni", "mai og juni"),
        ("hver dag og time", "hver dag og time"),
        ("hans og hennes feil", "hans og hennes feil"),
        ("liv og død og bo og leve", "liv og død og bo og leve"),
    ],
)
def test_two_names_side_by_side_may_be_words(text: str, redacted: str) -> None:
    assert redact(text).text == redacted
