"""Rules for what has a shape: numbers, addresses, ages, dates, codes.

Each rule yields spans of a text; none of them looks at names. Any run of seven digits or more is
removed whatever it is, so the rules beside it only decide what the placeholder says.
"""

import re
from collections.abc import Iterator

from enumerations import RedactionType

from .accounts import account_spans
from .ages import age_spans
from .common import DAY, MONTH, MONTH_NUMBER, YEAR, Span, words
from .numbers import number_spans, numbers

_WEEKDAY = r"(?:(?:man|måne?|tirs|tys|ons|tors|fre|lør|laur|søn|sun)dag(?:en)?\s)?"
_ORDINAL = (
    r"(?:første|fyrste|andre|tredje|fjerde|femte|sjette|sjuende|sjuande|syvende|åttende|åttande|"
    r"niende|niande|tiende|tiande|ellevte|tolvte|"
    r"(?:tret|fjor|fem|seks|syt|at|nit)t[ea]nde|tjuende|tjuande|tyvende|"
    r"tjue(?:første|fyrste|andre|tredje|fjerde|femte|sjette|sju[ea]nde|syvende|åtte?[ea]nde|ni[ea]nde)|"
    r"tretti[ea]nde|trettiførste|trettifyrste)"
)
_WHICH_YEAR = r"(?:\s(?:19|20)\d\d\b|\si\s(?:år|fjor)\b)?"
_NUMBER_WORD = r"n(?:umme)?r\w*"
_CODE_LABEL = (
    rf"(?:saks?\s?-?{_NUMBER_WORD}|fnr|f\.nr|[fk]ødsels{_NUMBER_WORD}|fødselstal\w*|"
    rf"(?:person|kunde|ordre|journal|konto|elev|student|pasient|kandidat|medlems?|duf|bruker|polise)-?"
    rf"{_NUMBER_WORD}|d-?{_NUMBER_WORD}|kontonr|referanse\w*|ref|kid|duf|mappe|(?:låne|id-?|bank)?kort(?:et)?|"
    r"elev|kandidat|siste\s(?:fem|5|fire|4)(?:\s(?:siff|tal)\w*)?|"
    r"(?:saka?|saken)(?:\s(?:min|mi|har|nr))*)"
)
_CODE = (
    r"\(?(?P<value>(?:[^\W\d_]{1,4}[- ]?)?\d(?:[\w/.\-]|\s(?=\d)){3,}\b(?:\s(?-i:[A-Z])\b)?)"
    r"(?!\s?kr)"
)

_RULES: list[tuple[RedactionType, re.Pattern[str]]] = [
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in [
        (RedactionType.ID, rf"\b{_CODE_LABEL}:?\s{_CODE.replace('?P<value>', '')}"),
        (
            RedactionType.ID,
            rf"\b{_CODE_LABEL}\b[^\w\n]{{0,3}}"
            r"(?:(?:er|e|har|heter|heiter|heite|mitt|min|din|nr|nummer|står)[\s:]{1,2}){0,3}"
            + _CODE,
        ),
        (RedactionType.OTHER, r"\b(?![23]d\b)(?:[1-9]|10)[a-f]\b"),
        (RedactionType.OTHER, r"\b[123](?:st|he|ba|el|tp|im|na|rm|fd|id|md|dh|ss)[a-f]\b"),
        (RedactionType.ID, r"\b(?-i:[A-Z]{2})\s?\d{5}\b"),
        (
            RedactionType.ID,
            r"\b(?!av|be|ca|de|du|ea|ei|en|er|et|ha|kl|la|le|nr|pc|se|ta|ut)[a-fhj-lnpr-z]{2}\s\d{5}\b(?!\s?k)",
        ),
        (RedactionType.ID, r"\b\d{2,4}/\d{3,}(?:-\d+)?\b"),
        (RedactionType.ID, r"\b[A-Z]{1,4}-?\d{4,}(?:-\d+)*(?:-[A-Z])?\b"),
        (
            RedactionType.ID,
            r"\b(?=[^\W\d_]{1,5}\d?-(?:\d[-/ ]?){3})[^\W\d_]{1,5}\d?-\d{2,}(?:[-/ ]\d{2,})*"
            r"(?:-[^\W\d_]|\s(?-i:[A-Z]))?\b",
        ),
        (RedactionType.ID, r"\b\d{2}-\d{5,}(?:-\w)?\b"),
        (RedactionType.ID, r"\b\d{2,}-[^\W\d_]{1,3}-\d{2,}\b"),
        (RedactionType.ID, r"\b\d{6}[\s-]?(?=\d{0,4}[x*•])[\dx*•]{5}(?!\w)"),
        (RedactionType.ADDRESS, r"\b(?:blokk|oppgang)\s?\d+\b|\bH0\d{3}\b"),
        (RedactionType.ADDRESS, r"\bpostboks\s\d+(?:,?\s\d{4}\s[^\W\d_]+)?"),
        (RedactionType.DATE, r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"),
        (RedactionType.DATE, rf"(?<![\d.]){DAY}[./]{MONTH_NUMBER}[./-]{YEAR}(?![\d/])"),
        (
            RedactionType.DATE,
            rf"\b(?:den|kom|siden|sidan|sida|fra|frå|til|te|født|fødd|før|innen|bursdag\w*(?:\smin)?|dato\w*)"
            rf"\s(?P<value>{DAY}[./]{MONTH_NUMBER}(?![\d:.%-]|\s?(?:-|til)\s?\d))",
        ),
        (RedactionType.DATE, r"\b(?:født|fødd|fødde)\s(?:i\s)?(?P<value>(?:19|20)\d\d|\d{6})\b"),
        (RedactionType.DATE, r"\b(?P<value>(?:19|20)\d\d)-?\s?modell\b"),
    ]
]
_MONTHS = re.compile(MONTH, re.IGNORECASE)
_WITH_MONTHS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in [
        rf"\b{_WEEKDAY}(?:den\s)?(?!17\.?\smai){DAY}\.?(?:\s?(?:og|-|–|til)\s?{DAY}\.?)?\s?"
        rf"(?:of\s)?{MONTH}\b{_WHICH_YEAR}",
        rf"\b{_WEEKDAY}(?:den\s)?{_ORDINAL}\s{MONTH}\b{_WHICH_YEAR}",
    ]
]

_NOT_HOUSE_NUMBER = (
    r"(?!\s?(?:år|kr|kroner|min|minutt\w*|time\w*|timar|dag\w*|uke\w*|veke\w*|mnd|måned\w*|månad\w*|"
    r"stk|km|meter|mil|ganger|gonger|personer|folk|prosent|elever|elevar|andre|stykker|%|[.,:/-]\d))"
)
_HOUSE_NUMBER = re.compile(
    rf"\s\d{{1,4}}(?:\s?[a-z](?!\w))?{_NOT_HOUSE_NUMBER}(?!\d)"
    r"(?:,?\s(?:\d\.?\s?et(?:g|asje)\w*|H0\d{3}))?(?:,?\s\d{4}(?!\d)(?:\s[^\W\d_]+)?)?",
    re.IGNORECASE,
)
_STREET = (
    r"(?:vei|veien|veg|vegen|gate|gata|gaten|gt|veita|bakken|alle|allé|alleen|alléen|ring|ringen|"
    r"sving|svingen|lia|lien|faret|plass|plassen|terrasse|terrassen|stien|sti|kroken|toppen|"
    r"hellinga|tun|tunet|brinken|brynet|kollen|åsen|jordet|løkka|hagen|kleiva|stredet|smauet|torget|"
    r"kaia|brygga|haugen|lunden|dalen|myra|sletta|tråkket|stubben|høgda|høyden|grenda|røa|moen|skogen|"
    r"neset|vika|holtet|marka|tangen|vangen|vollen|heia|flata|odden|skrenten|geilen|geilane)"
)
_STREET_NAME = re.compile(rf"[\w'’.-]{{2,40}}{_STREET}", re.IGNORECASE)
_STREET_WORD = re.compile(_STREET, re.IGNORECASE)
_OPENS_A_STREET = words(
    "øvre øvste nedre nedste nordre søndre søre vestre østre austre ytre indre store lille vesle "
    "gamle nye kong dronning prins prinsesse biskop general professor doktor dr sankt st"
)
_WORDS_BEFORE = re.compile(r"[^\W\d_][\w'’.-]*(?:\s[^\W\d_][\w'’.-]*){0,2}\Z")
_PART = re.compile(r"\S+")
_ENDS_SENTENCE = re.compile(r"(?<!\bst)(?<!\bdr)(?<!\bgen)\.\Z", re.IGNORECASE)
_LONGEST_STREET = 90
_HOUSE = re.compile(
    r"\b(?P<word>[A-ZÆØÅ][a-zæøå]{3,})\s\d{1,3}(?:\s?[A-Za-z](?!\w))?"
    + _NOT_HOUSE_NUMBER
    + r"(?!\d)"
)
_INITIALS = re.compile(r"(?<![\w.])([^\W\d_])\.\s?([^\W\d_])\.(?!\w)")
_ABBREVIATIONS = words("m.m. o.l. p.g. a.k. s.u. o.a. i.e. e.g. e.l. p.t. t.d. p.a.")


def pattern_spans(text: str, ordinary: frozenset[str]) -> Iterator[Span]:
    """Find everything that has a shape.

    Args:
        text: view of a story.
        ordinary: lower-case words that are neither handles nor streets.
    """
    found = numbers(text)
    yield from number_spans(text, found)
    yield from age_spans(text, found)
    yield from account_spans(text, ordinary)
    if any(not number.said for number in found):
        yield from _with_digits(text, ordinary)
    if _MONTHS.search(text):
        for pattern in _WITH_MONTHS:
            for match in pattern.finditer(text):
                yield *match.span(), RedactionType.DATE
    for match in _INITIALS.finditer(text):
        if match[0].replace(" ", "").lower() not in _ABBREVIATIONS:
            yield *match.span(), RedactionType.PERSON


def _with_digits(text: str, ordinary: frozenset[str]) -> Iterator[Span]:
    for kind, pattern in _RULES:
        group = "value" if "value" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            yield *match.span(group), kind
    for match in _HOUSE_NUMBER.finditer(text):
        start = _street_start(text, match.start(), ordinary)
        if start < match.start():
            yield start, match.end(), RedactionType.ADDRESS
    for match in _HOUSE.finditer(text):
        if match["word"].lower() not in ordinary:
            yield *match.span(), RedactionType.ADDRESS


def _street_start(text: str, end: int, ordinary: frozenset[str]) -> int:
    """Where the street before a house number begins; `end` where there is none."""
    before = _WORDS_BEFORE.search(text, max(0, end - _LONGEST_STREET), end)
    if not before:
        return end
    parts = list(_PART.finditer(text, before.start(), end))
    last, taken = parts[-1][0], 1
    if _STREET_WORD.fullmatch(last):
        if last == "alle" or len(parts) == 1 or _ENDS_SENTENCE.search(parts[-2][0]):
            return end
        taken += 1
    elif not _STREET_NAME.fullmatch(last) or (last.islower() and last in ordinary):
        return end
    if taken < len(parts) and parts[-taken - 1][0].lower() in _OPENS_A_STREET:
        taken += 1
    return parts[-taken].start()
