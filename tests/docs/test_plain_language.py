"""What young people read is plain: short sentences, common words, one written form at a time.

LIX (C. H. Björnsson, Läsbarhet, 1968) is words in a sentence plus the share of words longer than
six letters, in per cent; under 30 is very easy, as in books for children. It knows nothing of
meaning, so word lists come beside it: a selection of our own, in the spirit of Språkrådet's
Kansellisten, of words that public bodies write and a fifteen-year-old does not say.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LANGUAGES = ("nb", "nn", "en")
LONGEST_SENTENCE = 20
HARDEST_SCREEN, HARDEST_MESSAGE = 30, 40
SCREEN_WORDS, MESSAGE_WORDS = 20, 12
"""LIX says something of texts of this many words or more."""

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+")
STOP = re.compile(r"[.!?…]+(?=\s|[»”\"]|$)|:(?=\s+[A-ZÆØÅ]|\s*$)")

STIFF = {
    "nb": {
        "anvend": "bruke",
        "angående|vedrørende|med hensyn til|hva gjelder": "om",
        "anonymiser|avidentifiser": "si hva som blir tatt bort",
        "behandlingsansvarlig|databehandler": "den som spør",
        "benytt": "bruke",
        "besvar": "svare på",
        "bistå|bistand": "hjelpe, hjelp",
        "dersom": "hvis",
        "foreligg|forefinn": "finnes, er her",
        "foreta\\b|foretar|iverksett|igangsett|gjennomfør": "gjøre, sette i gang",
        "formål": "hva svarene brukes til",
        "henvend": "spørre, ta kontakt",
        "herunder|likeledes": "også",
        "hvorvidt": "om",
        "i forbindelse med|på bakgrunn av": "når, fordi",
        "i henhold til|i tråd med": "slik det står i",
        "inneha|innehar": "ha",
        "innhent": "spørre om, hente",
        "ivareta": "ta vare på",
        "medfør": "føre til",
        "motta\\b|mottar|mottatt": "få, fått",
        "oversend|innsend": "sende",
        "personopplysning": "det som kan vise hvem du er",
        "påse|besørg": "passe på",
        "registrer": "skrive ned, lagre",
        "respondent|informant": "du, de som svarer",
        "samtykk": "si ja",
        "samt\\b|således": "og, slik",
        "vennligst": "ta det bort",
        "virksomhet": "den som spør",
        "ytterligere": "flere, mer",
    },
    "nn": {
        "anvend|nytte seg av": "bruke",
        "vedkomande|vedrørande": "om",
        "anonymiser|avidentifiser": "seie kva som blir teke bort",
        "behandlingsansvarleg|databehandlar": "den som spør",
        "bistå|bistand": "hjelpe, hjelp",
        "føreligg|førefinn": "finst, er her",
        "føreta|iverkset|gjennomfør": "gjere, setje i gang",
        "føremål": "kva svara blir brukte til",
        "herunder|likeins|likeleis": "òg",
        "kvorvidt": "om",
        "i samband med|på bakgrunn av": "når, fordi",
        "i høve til|i tråd med": "slik det står i",
        "innhent": "spørje om, hente",
        "ivareta": "ta vare på",
        "medfør": "føre til",
        "motta\\b|mottek|motteke": "få, fått",
        "oversend|innsend": "sende",
        "personopplysning": "det som kan vise kven du er",
        "registrer": "skrive ned, lagre",
        "respondent|informant": "du, dei som svarar",
        "samtykk": "seie ja",
        "samt\\b|såleis": "og, slik",
        "ver vennleg|venlegst": "ta det bort",
        "verksemd": "den som spør",
        "ytterlegare": "fleire, meir",
    },
    "en": {
        "anonymis|anonymiz|de-identif": "say what is taken out",
        "commence|initiate": "start",
        "consent": "say yes",
        "data subject|data controller|personal data": "say who, or what can show who you are",
        "facilitate": "help",
        "hereby|thereof|therein|pursuant|aforementioned": "leave it out",
        "in order to": "to",
        "prior to|subsequent to": "before, after",
        "regarding|with regard to|in relation to": "about",
        "respondent|informant": "you, those who answer",
        "submit|submission": "send",
        "terminat": "end, stop",
        "utilis|utiliz": "use",
    },
}
"""Beginnings of words (or whole phrases), with what to write instead."""

LOANS = {
    "app store": "appbutikk",
    "browser": "nettleser",
    "chat": "prate, nettprat",
    "cookie": "informasjonskapsel",
    "deadline": "frist",
    "device": "telefon",
    "download": "laste ned",
    "e?-?mail": "e-post",
    "feedback": "tilbakemelding",
    "link": "lenke",
    "offline": "uten nett",
    "online": "på nett",
    "pop-?up": "vindu",
    "privacy": "personvern",
    "refresh|reload": "laste på nytt",
    "screenshot": "skjermbilde",
    "scroll": "bla",
    "submit": "sende",
    "support": "hjelp",
    "survey": "runde, spørsmål",
    "tablet": "nettbrett",
    "upload": "laste opp",
}
"""English words that have a common Norwegian one, by their beginnings."""

OTHER_FORM = {
    "nn": {
        "bare": "berre",
        "dere": "de, dykk",
        "deres": "dykkar",
        "disse": "desse",
        "eget|egne": "eige, eigne",
        "en": "ein, ei",
        "et": "eit",
        "flere": "fleire",
        "fra": "frå",
        "gjør|gjøre": "gjer, gjere",
        "hjem": "heim",
        "hun": "ho",
        "hva": "kva",
        "hvem": "kven",
        "hver|hvert": "kvar, kvart",
        "hvilke|hvilken|hvilket": "kva for, kva",
        "hvis": "om, viss",
        "hvor": "kvar, kor",
        "hvordan": "korleis",
        "hvorfor": "kvifor",
        "ikke": "ikkje",
        "jeg": "eg",
        "kommer": "kjem",
        "mer": "meir",
        "mye": "mykje",
        "navn|navnet": "namn, namnet",
        "noe": "noko",
        "noen": "nokon, nokre",
        "nå": "no",
        "samme": "same",
        "selv": "sjølv",
        "siden": "sida, sidan",
        "uten": "utan",
        "være|vært": "vere, vore",
        r"\w+het|\w+heten|\w+heter": "-heit, or another word",
    },
    "nb": {
        "att": "igjen",
        "berre": "bare",
        "dei": "de, dem",
        "difor": "derfor",
        "dykk|dykkar": "dere, deres",
        "eg": "jeg",
        "ein|eit": "en, et",
        "fleire": "flere",
        "frå": "fra",
        "gjer|gjere": "gjør, gjøre",
        "ikkje": "ikke",
        "kjem|kome": "kommer, komme",
        "korleis|kvifor": "hvordan, hvorfor",
        "kva|kven|kvar": "hva, hvem, hver",
        "meir|mykje": "mer, mye",
        "namn": "navn",
        "nokon|noko|nokre": "noen, noe",
        "seie|seier": "si, sier",
        "sjølv": "selv",
        "skule|skulen": "skole, skolen",
        "utan": "uten",
        "vere|vore": "være, vært",
    },
}
"""Whole words that belong to the other written form, with what this one has."""


def said(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def leaves(node: Any, key: str) -> Iterator[tuple[str, str]]:
    """Texts below a node, each with the path to it."""
    if isinstance(node, str):
        yield key, node
    pairs = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for name, below in pairs:
        yield from leaves(below, f"{key}.{name}")


def in_language(node: Any, key: str, language: str) -> Iterator[tuple[str, str]]:
    """Texts of a file that has its languages side by side."""
    if isinstance(node, dict) and "nb" in node:
        yield key, node[language]
    else:
        pairs = (
            node.items()
            if isinstance(node, dict)
            else enumerate(node)
            if isinstance(node, list)
            else ()
        )
        for name, below in pairs:
            yield from in_language(below, f"{key}.{name}", language)


def for_the_young(language: str) -> dict[str, str]:
    """What somebody reads who answers, by file and key."""
    page = said(f"frontend/svar/messages/{language}.json")
    server = said(f"server/pages/messages/{language}.json")
    found = {f"svar {key}": text for key, text in page.items()}
    for part in ("problems", "statements", "act"):
        found |= {f"pages {key}": text for key, text in leaves(server[part], part)}
    for name in ("questions", "helplines"):
        found |= dict(in_language(said(f"server/collect/{name}.yaml"), name, language))
    return found | in_a_room(language)


def in_a_room(language: str) -> dict[str, str]:
    """What is read in a workshop: on a phone, on the big screen, and aloud by who leads it."""
    found = {
        f"{view} {key}": text
        for view in ("telefon", "leder")
        for key, text in said(f"frontend/samling/messages/{view}.{language}.json").items()
    }
    workshop = said(f"server/pages/messages/{language}.json")["workshop"]
    found |= {f"pages {key}": text for key, text in leaves(workshop, "workshop")}
    found |= dict(in_language(said("server/workshop/templates.yaml"), "templates", language))
    # Those of single themes are S1's own.
    asked = said("server/workshop/questions.yaml")
    for part in ("any", "groups"):
        found |= dict(in_language(asked[part], f"asked.{part}", language))
    return found


def for_everybody(language: str) -> dict[str, str]:
    """The same, and the reports."""
    reports = said(f"exports/messages/{language}.json")
    found = for_the_young(language) | {f"exports {key}": text for key, text in reports.items()}
    for name, file in (("asked", "questions"), ("room report", "report/texts")):
        found |= dict(in_language(said(f"server/workshop/{file}.yaml"), name, language))
    return found


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence; a placeholder is a word."""
    filled = re.sub(r"{\w+}", "to", text)
    return [words for part in STOP.split(filled) if (words := WORD.findall(part))]


def lix(text: str) -> float:
    """Björnsson's readability index."""
    all_words = [word for words in sentences(text) for word in words]
    long = sum(len(word) > 6 for word in all_words)
    return len(all_words) / len(sentences(text)) + 100 * long / len(all_words)


def count(text: str) -> int:
    return sum(len(words) for words in sentences(text))


def screens(language: str) -> dict[str, str]:
    """The texts of each screen or page, one after the other."""
    parts = defaultdict(list)
    for key, text in for_the_young(language).items():
        depth = 3 if key.startswith("pages statements.pages") else 1
        parts[".".join(key.split(".")[:depth])].append(text if STOP.search(text) else f"{text}.")
    return {name: " ".join(texts) for name, texts in parts.items()}


def none_of(found: list[str]) -> None:
    """Fail with every finding on a line of its own."""
    if found:
        pytest.fail("Rewrite:\n" + "\n".join(found), pytrace=False)


def words_of(text: str, listed: dict[str, str], whole: bool) -> list[str]:
    """What a text has of a list, with what to write instead."""
    end = r"\b" if whole else ""
    return [
        f"«{found[0]}» (write: {instead})"
        for pattern, instead in listed.items()
        if (found := re.search(rf"\b(?:{pattern}){end}", text, re.IGNORECASE))
    ]


def test_lix_is_that_of_a_text_counted_by_hand() -> None:
    text = "Vi spør ikke om navnet ditt. Programmet leter etter {count} personnumre!"
    assert [len(words) for words in sentences(text)] == [6, 5]
    assert lix(text) == 11 / 2 + 100 * 2 / 11
    assert sentences("Se her: Det er åtte. Klokka 12.30 går vi: kom") == [
        ["Se", "her"],
        ["Det", "er", "åtte"],
        ["Klokka", "12", "30", "går", "vi", "kom"],
    ]


def test_the_lists_find_words_and_only_those() -> None:
    assert words_of("Samtykket foreligger.", STIFF["nb"], whole=False)
    assert words_of("Send oss feedback", LOANS, whole=False)
    assert words_of("Eg har ikke tid", OTHER_FORM["nn"], whole=True)
    assert not words_of("Noe ikke enkelt", OTHER_FORM["nb"], whole=True)
    assert not words_of("Vi foretrekker samtaler", STIFF["nb"], whole=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short(language: str) -> None:
    long = [
        f"{key}: {len(words)} words, at most {LONGEST_SENTENCE}; split it: {' '.join(words)}"
        for key, text in for_the_young(language).items()
        for words in sentences(text)
        if len(words) > LONGEST_SENTENCE
    ]
    none_of(long)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_easy_to_read(language: str) -> None:
    hard = [
        f"{key}: LIX {lix(text):.0f}, at most {HARDEST_MESSAGE}; make it easier: {text}"
        for key, text in for_the_young(language).items()
        if count(text) >= MESSAGE_WORDS and lix(text) > HARDEST_MESSAGE
    ]
    hard += [
        f"all of «{name}»: LIX {lix(text):.0f}, at most {HARDEST_SCREEN}; make it easier"
        for name, text in screens(language).items()
        if count(text) >= SCREEN_WORDS and lix(text) > HARDEST_SCREEN
    ]
    none_of(hard)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_stiff(language: str) -> None:
    stiff = [
        f"{key}: {word}: {text}"
        for key, text in for_the_young(language).items()
        for word in words_of(text, STIFF[language], whole=False)
    ]
    none_of(stiff)


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_no_english_word_stands_where_a_norwegian_one_is_common(language: str) -> None:
    loans = [
        f"{key}: {word}: {text}"
        for key, text in for_everybody(language).items()
        for word in words_of(text, LOANS, whole=False)
    ]
    none_of(loans)


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_two_written_forms_are_not_mixed(language: str) -> None:
    mixed = [
        f"{key}: {word}: {text}"
        for key, text in for_everybody(language).items()
        for word in words_of(text, OTHER_FORM[language], whole=True)
    ]
    none_of(mixed)
