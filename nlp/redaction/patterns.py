"""Rules for what has a shape: numbers, addresses, handles, dates.

Each rule yields spans of a text; none of them looks at names. Any run of seven digits or more is
removed whatever it is, so the rules above it only decide what the placeholder says.
"""

import re
from collections.abc import Iterator

from enumerations import RedactionType

Span = tuple[int, int, RedactionType]

_MONTH = (
    r"(?:januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|"
    r"january|february|march|may|june|july|october|december|"
    r"jan|feb|apr|jun|jul|aug|sept?|okt|oct|nov|des|dec)"
)
_WEEKDAY = r"(?:(?:man|måne?|tirs|tys|ons|tors|fre|lør|laur|søn|sun)dag(?:en)?\s)?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH_NUMBER = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:(?:19|20)\d\d|['’]?\d\d)"
_ORDINAL = (
    r"(?:første|fyrste|andre|tredje|fjerde|femte|sjette|sjuende|sjuande|syvende|åttende|åttande|"
    r"niende|niande|tiende|tiande|ellevte|tolvte|"
    r"(?:tret|fjor|fem|seks|syt|at|nit)t[ea]nde|tjuende|tjuande|tyvende|"
    r"tjue(?:første|fyrste|andre|tredje|fjerde|femte|sjette|sju[ea]nde|syvende|åtte?[ea]nde|ni[ea]nde)|"
    r"tretti[ea]nde|trettiførste|trettifyrste)"
)
_NUMBER_WORD = (
    r"(?:null|en|ein|én|to|tre|fire|fem|seks|sju|syv|åtte|ni|ti|elleve|tolv|tretten|fjorten|femten|"
    r"seksten|sytten|atten|nitten|(?:tjue|tyve|tretti|tredve|førti|femti|seksti|sytti|åtti|nitti)"
    r"(?:en|ein|én|to|tre|fire|fem|seks|sju|syv|åtte|ni)?|\d{1,3})"
)
_AT_SIGN = (
    r"(?:[(\[]\s?(?:krøllalfa|alfakrøll|snabel-?\s?a|at)\s?[)\]]|"
    r"\s(?:krøllalfa|alfakrøll|snabel-?\s?a)\s)"
)
_DOT = r"(?:\.|\s?[(\[]?(?:punktum|prikk|dot)[)\]]?\s?)"
_STREET = (
    r"(?:vei|veien|veg|vegen|gate|gata|gaten|gt|bakken|alle|allé|alleen|alléen|ring|ringen|sving|"
    r"svingen|lia|lien|faret|plass|plassen|terrasse|terrassen|stien|sti|kroken|toppen|hellinga|tun|"
    r"tunet|brinken|åsen|jordet|løkka|hagen|kleiva|stredet|smauet|torget|kaia|brygga|haugen|lunden|"
    r"dalen|myra|sletta|tråkket|stubben|høgda|høyden|grenda|røa|moen|skogen|neset|vika)"
)
_NOT_HOUSE_NUMBER = (
    r"(?!\s?(?:år|kr|kroner|min|minutt\w*|time\w*|timar|dag\w*|uke\w*|veke\w*|mnd|måned\w*|månad\w*|"
    r"stk|km|meter|mil|ganger|gonger|personer|folk|prosent|elever|elevar|andre|stykker|%|[.,:/-]\d))"
)

_RULES: list[tuple[RedactionType, re.Pattern[str]]] = [
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in [
        (RedactionType.EMAIL, r"[^\s@,;:()<>\"«»\[\]]{1,128}\s?@\s?[^\s@]{1,128}\.[^\W\d_]{2,}"),
        (
            RedactionType.EMAIL,
            r"\w[\w.+-]{0,64}\s?@\s?\w[\w-]{0,64}\s?\.\s?(?:no|com|net|org|se|dk)\b",
        ),
        (
            RedactionType.EMAIL,
            rf"(?:\w[\w.-]*\s(?:punktum|prikk|understrek|bindestrek)\s){{0,4}}\w[\w.+-]*{_AT_SIGN}\s?"
            rf"\w[\w-]*(?:\s\w+)?(?:{_DOT}\w+)+",
        ),
        (RedactionType.OTHER, r"\b(?:https?://|www\.)\S+"),
        (
            RedactionType.OTHER,
            r"\b[\w-]+(?:\.[\w-]+)*\.(?:(?:com|net|org|gg|io)\b(?:/\S*)?|[a-z]{2,4}/\S+)",
        ),
        (RedactionType.HANDLE, r"(?<![\w@])@\w[\w.\-]*"),
        (RedactionType.HANDLE, r"\b\w[\w.]*#\d{3,5}\b"),
        (RedactionType.HANDLE, r"\b(?=\w*[^\W\d_])\w*[^\W_]_\w*|\b_+[^\W\d_]\w*"),
        (RedactionType.HANDLE, r"\b(?=[\w.]*[^\W\d_]{2})[^\W\d_]\w*\.[\w.]*[^\W\d_]\d+\b"),
        (RedactionType.HANDLE, r"\b\w+\sunderstrek\s\w+"),
        (RedactionType.HANDLE, r"\b(?!www\.)[^\W\d_]{2,}(?:\.[^\W\d_]{2,}){2,}\b"),
        (RedactionType.HANDLE, r"\b(?:heter|heiter|heite|konto\w*|ny)\s(?P<value>\w+\.\w+)"),
        (
            RedactionType.HANDLE,
            r"\b(?!(?:uke|veke|klasse|rom|buss|linje|under|over|covid|punkt|side|post|kap|nivå|bare)\d)"
            r"(?=\w*\d{2})[^\W\d_]{3,}\d[\w.]*",
        ),
        (
            RedactionType.ID,
            r"\b(?:saks?\s?-?n(?:umme)?r\w*|fnr|f\.nr|[fk]ødselsn(?:umme)?r\w*|fødselstal\w*|"
            r"personn(?:umme)?r\w*|d-?n(?:umme)?r\w*|kunden(?:umme)?r\w*|ordren(?:umme)?r\w*|"
            r"journaln(?:umme)?r\w*|referanse\w*|ref|kid|kontonr|konton(?:umme)r\w*|elevn(?:umme)?r\w*|"
            r"studentn(?:umme)?r\w*|lånekort\w*|pasientn(?:umme)?r\w*|(?:saka?|saken)(?:\s(?:min|mi|har|nr))*)"
            r"\b[^\w\n]{0,3}(?:(?:er|e|har|mitt|min|din|nr|nummer|står)[\s:]{1,2}){0,2}"
            r"\(?(?P<value>(?:[^\W\d_]{1,4}[- ]?)?\d(?:[\w/.\-]|\s(?=\d)){3,}\b)",
        ),
        (RedactionType.OTHER, r"\b(?![23]d\b)(?:[1-9]|10)[a-f]\b"),
        (RedactionType.OTHER, r"\b[123](?:st|he|ba|el|tp|im|na|rm|fd|id|md|dh|ss)[a-f]\b"),
        (RedactionType.ID, r"\b(?-i:[A-Z]{2})\s?\d{5}\b"),
        (RedactionType.ID, r"\b\d{2,4}/\d{3,}(?:-\d+)?\b"),
        (RedactionType.ID, r"\b[A-Z]{1,4}-?\d{4,}(?:-\d+)*\b"),
        (RedactionType.ID, r"\b\d{2}-\d{5,}(?:-\w)?\b"),
        (RedactionType.PHONE, rf"\b(?:{_NUMBER_WORD}[\s,.-]+){{4,}}{_NUMBER_WORD}\b"),
        (
            RedactionType.ADDRESS,
            rf"\b[^\W\d_][\w'’.-]{{1,40}}(?:\s[^\W\d_][\w'’-]{{0,30}})?(?<=\w){_STREET}\s\d{{1,4}}(?:\s?[a-z](?!\w))?{_NOT_HOUSE_NUMBER}"
            r"(?!\d)(?:,?\s(?:\d\.?\s?etg\w*|H0\d{3}))?(?:,?\s\d{4}\s[^\W\d_]+)?",
        ),
        (RedactionType.ADDRESS, r"\b(?:blokk|oppgang)\s?\d+\b|\bH0\d{3}\b"),
        (RedactionType.ADDRESS, r"\bpostboks\s\d+(?:,?\s\d{4}\s[^\W\d_]+)?"),
        (
            RedactionType.DATE,
            rf"\b{_WEEKDAY}(?:den\s)?(?!17\.?\smai){_DAY}\.?(?:\s?(?:og|-|–|til)\s?{_DAY}\.?)?\s?"
            rf"(?:of\s)?{_MONTH}\b(?:\s(?:19|20)\d\d\b)?",
        ),
        (
            RedactionType.DATE,
            rf"\b{_WEEKDAY}(?:den\s)?{_ORDINAL}\s{_MONTH}\b(?:\s(?:19|20)\d\d\b)?",
        ),
        (RedactionType.DATE, r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"),
        (RedactionType.DATE, rf"(?<![\d.]){_DAY}[./]{_MONTH_NUMBER}[./-]{_YEAR}(?![\d/])"),
        (
            RedactionType.DATE,
            rf"\b(?:den|kom|siden|sidan|sida|fra|frå|til|te|født|fødd|før|innen|bursdag\w*(?:\smin)?|dato\w*)"
            rf"\s(?P<value>{_DAY}[./]{_MONTH_NUMBER}(?![\d:.%-]|\s?(?:-|til)\s?\d))",
        ),
    ]
]
_HOUSE = re.compile(
    r"\b(?P<word>[A-ZÆØÅ][a-zæøå]{3,})\s\d{1,3}(?:\s?[A-Za-z](?!\w))?"
    + _NOT_HOUSE_NUMBER
    + r"(?!\d)"
)
_INITIALS = re.compile(r"(?<![\w.])([^\W\d_])\.\s?([^\W\d_])\.(?!\w)")
_ABBREVIATIONS = {
    "m.m.",
    "o.l.",
    "p.g.",
    "a.k.",
    "s.u.",
    "o.a.",
    "i.e.",
    "e.g.",
    "e.l.",
    "p.t.",
    "t.d.",
}
_SOCIAL = re.compile(
    r"\b(?:snap(?:chat)?(?:en|pen)?|sc|sn|insta(?:en|gram)?|ig|discord(?:en)?|tiktok|fortnite|minecraft|"
    r"twitch|steam|psn|roblox|switch|bruk[ea]rna[mv]ne?t?|username|gamertag|telegram|konto(?:en)?)\b"
    r"(?:\s(?:min|mi|mitt|hans|hennes|hennar|til|te|meg|mæ|klubben|bandet|no|nå))*"
    r"(?P<link>(?:\s*[:=]|\s(?:er|e|æ|heter|heiter|heite|is)\b)?)\s*(?P<value>[\w.\-#]*[\w#])",
    re.IGNORECASE,
)
_DIGIT_RUN = re.compile(r"(?:\(?(?:\+|\b00)\s?\d[\d\s]{0,3}\)?)?\d(?:[\s.\-–_()/:·*+]{0,3}\d){6,}")
_TIME_RANGE = re.compile(r"(?:[01]?\d|2[0-4])[.:]?[0-5]\d\s?[-– ]\s?(?:[01]?\d|2[0-4])[.:]?[0-5]\d")
_YEAR_RANGE = re.compile(r"(?:19|20)\d\d\s?[-–/ ]\s?(?:19|20)\d\d")
_DATE = re.compile(rf"{_DAY}[./ -]{_MONTH_NUMBER}[./ -]{_YEAR}")
_PHONE_DIGITS = 8


def _digit_run(run: str) -> RedactionType | None:
    if _YEAR_RANGE.fullmatch(run) or (_TIME_RANGE.fullmatch(run) and re.search(r"[.:]", run)):
        return None
    if _DATE.fullmatch(run):
        return RedactionType.DATE
    digits = re.sub(r"\D", "", run)
    prefixed = run.startswith(("+", "(+", "00", "(00"))
    return RedactionType.PHONE if prefixed or len(digits) == _PHONE_DIGITS else RedactionType.ID


def _looks_like_handle(value: str, link: str, ordinary: frozenset[str]) -> bool:
    if re.search(r"[\d_#]|\w\.\w", value):
        return not value.isdigit()
    return bool(link.strip()) and len(value) > 2 and value.lower() not in ordinary


def pattern_spans(text: str, ordinary: frozenset[str]) -> Iterator[Span]:
    """Find everything that has a shape.

    Args:
        text: view of a story.
        ordinary: lower-case words that are neither handles nor streets.
    """
    for kind, pattern in _RULES:
        for match in pattern.finditer(text):
            group = "value" if "value" in pattern.groupindex else 0
            yield match.start(group), match.end(group), kind
    for match in _SOCIAL.finditer(text):
        if _looks_like_handle(match["value"], match["link"], ordinary):
            yield match.start("value"), match.end("value"), RedactionType.HANDLE
    for match in _HOUSE.finditer(text):
        if match["word"].lower() not in ordinary:
            yield match.start(), match.end(), RedactionType.ADDRESS
    for match in _INITIALS.finditer(text):
        if match[0].replace(" ", "").lower() not in _ABBREVIATIONS:
            yield match.start(), match.end(), RedactionType.PERSON
    for match in _DIGIT_RUN.finditer(text):
        run = _digit_run(match[0])
        if run:
            yield match.start(), match.end(), run
