"""Where only a person can stand: what comes before and after a name that is a word too.

A Norwegian clause has its verb in second place, so "han jo e grei" can only be about somebody who
is called Jo. Other signs are a name taken up again ("liv, ho e ok"), the article of a person
("n ola", "a mari"), a list that ends in a person ("sol og hun på kontoret"), verbs that need
one ("sa", "stoler på") and what belongs to somebody ("sofaen til my").
"""

import re

from . import lexicon
from .common import words

_REACH = 48
_PRONOUN = r"(?:hun|hu|ho|hon|han|hainn|hannj|henne)"
_START = r"(?:[\n.,;:!?(«\"”)–-]\s*|(?:\n|[\s,])(?:og|men|for|så)\s)"
_SAID = (
    r"(?:sa|sier|seier|sei|spurte|spurde|svarte|svara|ropte|ropa|lurte|mente|meinte|forklarte|"
    r"foreslo|lovte|lova|fortalte|visste|skjønte|skreiv|skrev|hjalp|hjelpte|ringte|møtte)"
)
_ALSO = (
    r"(?:dro|drog|lærte|lærer|leverte|laga|lot|lar|lo|minnet|minte|mener|meiner|mener|passa|passet|"
    r"passer|skaffa|skaffet|viste|vist|hørte|høyrde|hører|så|ser|skjønner|skjønar|forsto|forstår|"
    r"forstod|møter|satte|sto|stod|flytta|flyttet|flytter|droppa|kjente|trodde|trudde|kunne|ville|"
    r"skulle|måtte|har|hadde|er|e|æ|va|var|blir|ble|blei|vart|vet|veit|får|fekk|la|lå|ligger|gjør|"
    r"gjorde|gjer|liker|likte|lika|elsker|hater|nevnte|lagde|betaler|betalte|kjøpte|husker|hugsar|"
    r"huske|tenker|tenkte|vil|kan|skal|ska|må|bor|bur|bodde|holdt|holder|prøver|prøvde|bruker)"
)
_DOES = rf"(?:{'|'.join(sorted(lexicon.ACTS))}|{_SAID}|{_ALSO})"
_DOES_HERE = re.compile(rf"\s{_DOES}\b")
_ENDS = (
    r"(?:\s*(?:\Z|[.,;:!?)\n»])|\s(?:og|å|som|so|på|i|fra|frå|om|når|så|men|da|då|hver|kvar|fordi|"
    r"igjen|hun|han|ho|før|etter|til|te|at|med|me|hele|heile)\b)"
)
_KIND = (
    r"(?:snill|grei|kjempesnill|kjempegrei|flink|streng|hyggelig|hyggeleg|frisk|sjuk|syk|sur|sint|"
    r"tålmodig|rettferdig|smart|koselig|trist|lei seg|god å snakke|lærer|lærar|leder|leiar|"
    r"psykolog|der for meg|den eneste|den einaste|den beste)"
)
_BELONGS = (
    r"(?:rommet|hybelen|sofaen|huset|leiligheten|leilegheita|leiligheta|kjelleren|bilen|mobilen|"
    r"senga|sengen|nummeret|mailen|snappen|hytta|hunden|katten|familien|moren|mora|mammaen|mamman|"
    r"mor|faren|pappaen|pappan|far|broren|søstera|søsteren|kjæresten|typen|kompisen|venninna|"
    r"stemmen|bursdagen)"
)
_CLAUSE = (
    r"(?:[\n.,;:!?]\s*|\b(?:og|men)\s)(?:så|da|då|nå|no|i\s(?:går|dag)|etterpå|heldigvis|endelig|"
    r"plutselig|til\sslutt)\s"
)
_CALLED = r"(?:heter|heiter|heite|het|heitte|hette|heit)"
_NAME = r"(?:navnet|namnet|navne|namne)"
_THEIR = r"(?:mitt|ditt|hans|hennes|hennar|sitt)"
_LIST = (
    rf"(?:,\s\w+)?\s(?:og|å)\s(?:{_PRONOUN}|dem|dei|de|di)\s(?:på|i|fra|frå|som|andre|hos|der)\b"
)


def _pairs(*contexts: tuple[str, str]) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    return [(re.compile(rf"{before}\Z"), re.compile(after)) for before, after in contexts]


# Any word stands for a person here, a name or not.
_CERTAIN = _pairs(
    (r"[\n.,;:!?–-]\s*", rf"\s{_CALLED}\s(?:jeg|eg|æ|je|han|hun|ho|hu|hainn|a|n)\b"),
    (
        rf"\b{_NAME}\s{_THEIR}\s(?:er|e|æ|var|va)\s",
        r"\s*(?:\Z|[.,;!?)\n]|\s?(?:og|men|så|hvis)\s)",
    ),
    (
        "",
        rf"\s(?:er|e|æ|va|var)\s(?:(?:jo|til|og|med|faktisk|også|altså)\s){{0,4}}{_NAME}\s{_THEIR}\b",
    ),
)
# The article of a person in dialects.
_OF_A_PERSON = _pairs((r"(?:\A|[\s'’])n\s", ""), (r"(?:\A|[\s'’])a\s", rf"\s{_DOES}\b"))
# A listed name stands for a person here, also one that is mostly a verb or a month.
_STRONG = _pairs(
    (rf"{_START}{_PRONOUN}\s(?:der(?:re)?\s)?", rf"\s{_DOES}\b"),
    (rf"\b{_BELONGS}\s(?:til|te|tel|åt)\s", r"(?!\s(?:du|jeg|eg|æ|vi|han|hun|ho|å|det)\b)"),
    (r"\b(?:hadde|hadd)\sdet\s(?:ikke|ikkje|itj|itte)\s(?:vært|vore|vørri)\sfor\s", ""),
    (_START, _LIST),
    (_START, rf",?\s{_PRONOUN}\s(?:på|i|fra|frå|som)\b"),
    (r"\bglad\si\s", rf",\s{_PRONOUN}\b"),
    (r"\b(?:unntaket|favoritten|unnataket)\s(?:er|e|var|va)\s", _ENDS),
    (rf"\b{_PRONOUN}\sder(?:re)?\s", _ENDS),
    (r"[,»\"”]\s*(?:sa|sier|seier|spurte|spurde|svarte|ropte)\s", _ENDS),
    (rf"{_CLAUSE}{_SAID}\s", _ENDS),
    (r"\b(?:jeg|eg|æ|je|oss)\sog\s", rf"\s{_DOES}\b"),
    (r"\b(?:ringte?|ringer|ringt|takk|takke|hilsen)\s(?:til|te|tel)\s", _ENDS),
)
# The same, unless the name is mostly a verb or a month.
_LIKELY = _pairs(
    (r"(?<!\bi)\s", rf",\s{_PRONOUN}\s\w"),
    (r"[\n.,;:!?–-]\s*", rf",\s{_PRONOUN}\s\w"),
    ("", _LIST),
    (r"\b(?:jeg|eg|æ|je|oss)\sog\s", r"\s*(?:\Z|[.,!?])"),
    (r"[\n.,;:!?]\s*", r"\s(?:og|å)\s(?:jeg|eg|æ|meg|mæ|oss)\b"),
    (
        rf"(?:{_START}|\b(?:hvis|viss|om|når|at)\s)",
        rf"\s(?:er|e|æ|va|var|blir|ble|blei|vart)\s(?:\w+\s)?{_KIND}",
    ),
    (r"\b(?:stole[rt]?|stolte|stolar|stole)\spå\s", _ENDS),
    (r"\b(?:snakk\w*|snakte|prat\w*)\s(?:med|me|mæ)\s", _ENDS),
    (r"\b(?:skrev|skreiv|sa\sdet)\s(?:til|te|tel)\s", _ENDS),
    (r"\b(?:fikk|fekk)\s(?:\w+\s)?(?:av|hjelp\sav)\s", rf",\s{_PRONOUN}\b"),
    (r"\bdet\s(?:er|e|va|var)\s(?:bare\s)?", rf"\s(?:som|so)\s(?:{_SAID}|fant|ordna)\b"),
    (_START, r"\si\s(?:klassen|klasse|gruppa|parallellen)\b"),
    (_START, rf"\s{_SAID}\b"),
    (r"\n[-*•]\s*", r"\spå\sjobb\b"),
)
# A word in no list stands for a person here.
_UNKNOWN = _pairs(
    (rf"{_START}{_PRONOUN}\s(?:der(?:re)?\s)?", rf"\s{_DOES}\b"),
    (r"[,»\"”]\s*(?:sa|sier|seier|spurte|spurde|svarte|ropte)\s", _ENDS),
    (rf"{_CLAUSE}{_SAID}\s", _ENDS),
    (_START, rf"\s{_SAID}\b"),
)
_NO_SUBJECT = re.compile(
    r"(?:en|et|ene|ane|an|er|ar|inga|dama|kona|jenta|jento|folka|folk|mor|far|[td]e|st|t|sk|ig)\Z"
)
_SMALL = lexicon.NOT_A_NAME | words(
    "hva kva ka hvem kven hvordan korleis kossen også faktisk forresten her der sånn her og som"
)


def _fits(pairs: list[tuple[re.Pattern[str], re.Pattern[str]]], before: str, after: str) -> bool:
    return any(two.match(after) and one.search(before) for one, two in pairs)


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a word, lower-case; a line break stands for the text's start.

    Args:
        text: view of a story.
        start: of the word.
        end: of the word, exclusive.
    """
    before = text[max(0, start - _REACH) : start]
    return ("\n" * (start <= _REACH) + before).lower(), text[end : end + _REACH].lower()


def is_certain(word: str, before: str, after: str) -> bool:
    """Whether a word, listed or not, stands as somebody's name.

    Args:
        word: lower-case.
        before: see `around`.
        after: see `around`.
    """
    return word not in _SMALL and _fits(_CERTAIN, before, after)


def is_a_person(name: str, before: str, after: str) -> bool:
    """Whether a listed name that is a word too stands where only a person can.

    Args:
        name: lower-case.
        before: see `around`.
        after: see `around`.
    """
    if _fits(_OF_A_PERSON, before, after):
        return True
    article = bool(before.split()) and before.split()[-1] in lexicon.ARTICLES
    if article or name in lexicon.SMALL_NAMES:
        return False
    if _fits(_STRONG, before, after):
        return True
    return name not in lexicon.MOSTLY_WORDS and _fits(_LIKELY, before, after)


def is_an_unknown_person(word: str, before: str, after: str) -> bool:
    """Whether a word that no list knows stands where only a person can.

    Args:
        word: lower-case.
        before: see `around`.
        after: see `around`.
    """
    if len(word) < 3 or _NO_SUBJECT.search(word):
        return False
    return _fits(_UNKNOWN, before, after)


def is_a_person_told_of(role: str, before: str, after: str) -> bool:
    """Whether a clause opens with a role and a name: "læraren jo ordna", "læreren vår stig ser".

    Args:
        role: lower-case.
        before: see `around`, of the name.
        after: see `around`, of the name.
    """
    opens = rf"{_START}(?:\w+\s)?{re.escape(role)}\s(?:\w+\s)?\Z"
    return _DOES_HERE.match(after) is not None and re.search(opens, before) is not None
