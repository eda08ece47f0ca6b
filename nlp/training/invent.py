"""Invents what identifies nobody: names, schools, phones, handles and numbers for training.

Its lists share no name with the redactor's, so that what the tagger learns is the words around a
name and not the names that the lists know already. Every number is random; none is looked up.
"""

import random
import re
from functools import cache
from importlib.resources import files

from enumerations import RedactionType

_DIGITS = ["null", "en", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni"]
_TEENS = [
    "ti",
    "elleve",
    "tolv",
    "tretten",
    "fjorten",
    "femten",
    "seksten",
    "sytten",
    "atten",
    "nitten",
]
_TENS = {2: "tjue", 3: "tretti", 4: "førti", 5: "femti", 6: "seksti", 7: "sytti", 8: "åtti"} | {
    9: "nitti"
}
_MONTHS = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
]
_STREETS = [
    "veien",
    "vegen",
    "gata",
    "gaten",
    "bakken",
    "svingen",
    "stien",
    "allé",
    "tunet",
    "lia",
    "kroken",
    "terrasse",
]
_SCHOOLS = (
    "skole",
    "skule",
    "ungdomsskole",
    "ungdomsskule",
    "videregående",
    "vidaregåande",
    "vgs",
    "barneskole",
    "oppvekstsenter",
    "folkehøgskole",
)
_WORKPLACES = (
    "bilverksted",
    "ungdomsklubb",
    "kulturskole",
    "IL",
    "fotball",
    "håndballklubb",
    "bakeri",
    "sykehjem",
    "barnehage",
    "fritidsklubb",
    "korps",
    "bofellesskap",
    "legesenter",
    "helsehus",
    "auto",
    "transport",
    "tannklinikk",
    "bygg",
)
_SCHOOL = re.compile(r"skol|skul|vgs|vid[ea]reg|oppvekst", re.IGNORECASE)
_ORDINARY = 0.2
_HANDLE_WORDS = [
    "kakao",
    "ulv",
    "skate",
    "nebb",
    "potet",
    "måne",
    "sokk",
    "pingvin",
    "laks",
    "trist",
    "rar",
    "luft",
    "bjørk",
    "storm",
    "piksel",
    "nudel",
    "gamer",
    "krydder",
    "katt",
    "vott",
    "lakris",
    "sopp",
    "is",
    "boller",
    "neon",
    "regn",
    "fleip",
]


@cache
def names(kind: str) -> tuple[str, ...]:
    """Words of a list in this package: first_names, last_names, compounds or words."""
    lines = (files("nlp.training") / "names" / f"{kind}.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


def _spelt(number: int) -> str:
    if number < 10:
        return _DIGITS[number]
    if number < 20:
        return _TEENS[number - 10]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (_DIGITS[ones] if ones else "")


def _phone(chance: random.Random) -> str:
    digits = chance.choice("94") + "".join(chance.choices("0123456789", k=7))
    pairs = [digits[i : i + 2] for i in range(0, 8, 2)]
    form = chance.randrange(9)
    if form == 0:
        return digits
    if form == 1:
        return " ".join(pairs)
    if form == 2:
        return f"{digits[:3]} {digits[3:5]} {digits[5:]}"
    if form == 3:
        return "+47 " + " ".join(pairs)
    if form == 4:
        return chance.choice(".-/ ").join(digits)
    if form == 5:
        return chance.choice([" ", ", ", " - "]).join(_DIGITS[int(d)] for d in digits)
    if form == 6:
        return chance.choice([" ", ", "]).join(_spelt(int(pair)) for pair in pairs)
    if form == 7:
        return ".".join(pairs)
    first, middle = (_DIGITS[int(digits[i])] for i in (0, 5))
    return f"{first} {digits[1:3]} {digits[3:5]} {middle} {digits[6:]}"


def _handle(chance: random.Random) -> str:
    words = chance.sample(_HANDLE_WORDS, 2)
    first = chance.choice(names("first_names")).lower()
    return chance.choice(
        [
            f"{words[0]}_{words[1]}",
            f"{first}.{words[0]}{chance.randrange(100):02}",
            f"{words[0]}{words[1]}{chance.randrange(2000)}",
            f"{first}_{words[0]}",
            f"xx{words[0]}xx",
            f"{words[0]}.{words[1]}",
            f"@{first}{words[1]}",
        ]
    )


def _mail(chance: random.Random) -> str:
    first = chance.choice(names("first_names")).lower()
    last = chance.choice(names("compounds")).lower()
    host = chance.choice(["gmail", "hotmail", "outlook", "online", "icloud"])
    end = chance.choice(["com", "no", "com"])
    dot, at = chance.choice(
        [(".", "@")] * 5
        + [(" punktum ", " alfakrøll "), (".", " krøllalfa "), (".", " (at) "), (" prikk ", " at ")]
    )
    return f"{first}{chance.choice(['.', '_', ''])}{last}{at}{host}{dot}{end}"


def _number(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(96, 112) % 100
    birth = f"{day + chance.choice([0, 0, 0, 40]):02}{month:02}{year:02}"
    tail = "".join(chance.choices("0123456789", k=5))
    return chance.choice([birth + tail, f"{birth} {tail}", f"{birth} {tail[:3]} {tail[3:]}"])


def _date(chance: random.Random) -> str:
    day, month = chance.randint(1, 28), chance.randint(1, 12)
    year = chance.randint(2019, 2026)
    return chance.choice(
        [
            f"{day}. {_MONTHS[month - 1]}",
            f"{day}. {_MONTHS[month - 1]} {year}",
            f"{day}.{month}.{year}",
            f"{day}/{month}-{year % 100}",
            f"den {day}.{month}",
        ]
    )


def _person(chance: random.Random) -> str:
    first = chance.choice(names("words" if chance.random() < _ORDINARY else "first_names"))
    last = chance.choice(names(chance.choice(["compounds", "last_names"])))
    return chance.choice([first] * 7 + [f"{first} {last}", f"{first} {last[0]}", last])


def invent(kind: RedactionType, chance: random.Random, like: str) -> str:
    """Invent a surface for something that identifies.

    Args:
        kind: what is to be invented. OTHER is returned as it is: no generator knows descriptions.
        chance: source of randomness.
        like: what stood in the text; lower-case stays lower-case, a genitive stays a genitive.
    """
    made = {
        RedactionType.PERSON: _person,
        RedactionType.PLACE: lambda r: r.choice(names("compounds")),
        RedactionType.ORG: lambda r: (
            f"{r.choice(names('compounds'))} "
            f"{r.choice(_SCHOOLS if _SCHOOL.search(like) else _WORKPLACES)}"
        ),
        RedactionType.PHONE: _phone,
        RedactionType.EMAIL: _mail,
        RedactionType.HANDLE: _handle,
        RedactionType.DATE: _date,
        RedactionType.ADDRESS: lambda r: (
            f"{r.choice(names('compounds'))}{r.choice(_STREETS)} {r.randint(1, 140)}"
            + r.choice(["", "", "", " b", "A"])
        ),
        RedactionType.ID: _number,
        RedactionType.OTHER: lambda _: like,
    }[kind](chance)
    if kind is RedactionType.PERSON and like.endswith("s") and " " not in like and len(like) > 4:
        made += "s"
    return made.lower() if like == like.lower() and kind is not RedactionType.OTHER else made
