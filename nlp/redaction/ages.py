"""Exact ages of the teller or of somebody that the teller tells of ("jeg er 16", "en gutt på 14").

A number is an age only where the words around it leave no doubt: "3 år siden", "15 minutter",
"7 år på venteliste" and what holds for everybody ("når jeg er 18") stay.
"""

import re
from collections.abc import Iterator

from enumerations import RedactionType

from .common import MONTH, Span
from .numbers import SAID, Number, numbers

_ME = r"(?:jeg|jei|jæi|eg|æg|æ|je|jæ)"
_THEM = r"(?:hun|hu|ho|hon|han|hainn|hannj)"
_KIN = (
    r"(?:(?:lille|vesle|store|små|tvilling|fost[ea]r|ste|halv)?(?:bror|brorn|broren|søster|søstra|"
    r"søstera|søsteren|søsken|søsteren|syster|systera)|kompis(?:en)?|kamerat(?:en)?|venn(?:en)?|"
    r"ven(?:en)?|(?:beste)?(?:venninn[ea]|vennina|vennen|venen|kompisen)|kjærest(?:en)?|kjærasten|"
    r"typen|dama|eksen|sønn(?:en)?|datter(?:a|en)?|dattra|dotter[ai]?|fetter(?:en)?|kusin[ea]|"
    r"romkamerat(?:en)?|mamma|mor[ai]?|muttern|pappa|far(?:en)?|fattern)"
)
_MINE = r"(?:min|mi|mitt|hans|hennes|hennar|vår)"
_SUBJECT = (
    rf"(?<!\w)(?:{_ME}|{_THEM}|{_KIN}\s{_MINE}|{_MINE}\s{_KIN}|de\sandre|dei\sandre|den\sandre)"
)
_WE = r"(?<!\w)(?:vi|me|mi|begge|alle|dem|de|dei)"
_NOW = (
    r"(?:bare|berre|bærre|snart|nå|no|fortsatt|framleis|kun|akkurat|nettopp|nylig|nesten|allerede|"
    r"allereie|også|og|òg|jo|liksom|visst|straks)"
)
_PERSON = (
    rf"(?<!\w)(?:gutt(?:en)?|gut(?:en)?|jente|jenta|dame|mann|kvinne|barn|unge|ungdom|person|elev|"
    rf"fyr|type|student|lærling|{_KIN})"
)


def _ends(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern}\Z", re.IGNORECASE)


_IS = _ends(
    rf"(?:(?P<subject>{_SUBJECT})\s(?:{_NOW}\s){{0,2}}(?:er|e|æ|ær)|(?<!\w)i(?:['’]m|m|\sam)"
    rf"|(?<!\w)(?:er|e)\s{_SUBJECT}|(?:\A|[.!?\n]\s?)(?:{_NOW}\s)?(?:er|e))\s(?:{_NOW}\s){{0,2}}"
)
_WE_ARE = _ends(rf"{_WE}\s(?:er|e)\s(?:{_NOW}\s){{0,2}}")
_BECOMES = _ends(
    rf"(?P<subject>{_SUBJECT})\s(?:har\s)?(?:(?P<now>{_NOW})\s)?"
    r"(?:blir|bli|blei|ble|vart|fyller|fylte|fylt|blitt|bikka)\s"
)
_AT_AGE = _ends(rf"{_PERSON}\spå\s(?:{_NOW}\s)?")
_AT_YEARS = _ends(r"(?<!\w)(?:en|ei|ein|noen|nokon|nån|meg|mæ|oss|ho|han)\spå\s")
_NOUN = _ends(
    r"(?<!\w)(?:jente|jenta|gutt|gut|kvinne|mann|dame|girl|boy|ikke-?binær|transgutt|transjente)"
    r"\s?[,(/:-]?\s?"
)
_LABEL = _ends(r"(?<!\w)(?:alder(?:en)?(?:\s(?:min|av))?|age)\s?(?:[:=]|er|e|is)?\s?")
_NAME = _ends(r"(?:\[NAVN\]|(?<!\w)(?-i:[A-ZÆØÅ][a-zæøå]+))\s?\(")
_NAMED = _ends(r"\[NAVN\],?\s")
_HOLDS_FOR_ALL = _ends(
    r"(?:(?<!\w)(?:før|førr|til|te|når|nå[rn]|da|hvis|viss|vess|innen|inntil|dersom|fra|frå|enn)|"
    r"(?<!selv)(?<!sjøl)(?<!sjølv)(?<!\w)\som)(?:\sat)?\s"
)

_YEARS = re.compile(
    r"\s?(?:år|years?|yrs?)(?!\w)(?!\s(?:eldre|yngre|siden|sidan|sia|sida|over|under|for|bak|foran|"
    r"etter|igjen|att|mer|meir|på\s(?:vente|liste|tiltak|rad)))",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    rf"(?!\s?[-–/.,:]\s?\d|\.\s?(?:klasse|klassing|trinn|plass|mann|etasje|gang|time|{MONTH}))"
    r"(?:\s*\Z|\s?[)!?;:\n,.]|\s[-–(]|\s(?:og|å|o|men|så|nå|no|da|nok|allerede|allereie|eller|når|"
    rf"mens|fordi|and|but|now|so|i\s(?:år|dag|går|morgen|{MONTH})|til\s(?:høsten|våren|sommeren|jul)|"
    r"om\s\w+\s(?:dag|uk|vek|måned|månad|mnd)\w*)(?!\w))",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"(?:\s?år)?\s(?:i\s(?:år|dag|går|fjor|forrige|morgen|{MONTH})|for\s\w+\s\w+\ssi|neste|"
    r"til\s(?:høsten|våren|sommeren|jul)|om\s\w+\s(?:dag|uk|vek|måned|månad|mnd)|på\s\w+dag)",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"(?:\s?år)?\s?(?:gammel|gammal|gml)\.?\s(?:gutt|gut|jente|dame|mann|kvinne|person|elev|ungdom|"
    r"bror|søster)|\s?(?:years?\sold|yrs?\sold|y\.?o)(?!\w)",
    re.IGNORECASE,
)
_YEAR_OLD = re.compile(r"\s?-?\s?åring(?:en)?(?!\w)", re.IGNORECASE)
_CLOSED = re.compile(r"\s?\)")
_COMMA = re.compile(r"\s?[,.)]")
_TEENS = "|".join(
    sorted((w for w, n in SAID.items() if n.isdigit() and 10 <= int(n) < 30), key=len, reverse=True)
)
_SAID_YEAR_OLD = re.compile(
    rf"(?<!\w)(?:{_TEENS})(?=-?åring(?:en)?(?!\w))",
    re.IGNORECASE,
)
_AGE_ALONE = re.compile(
    r"\s?(?:år(?:ing(?:en)?|\s?gam[mle]+l)?|years?(?:\sold)?|yrs?)?", re.IGNORECASE
)
_SAID_AGE = re.compile(rf"({_TEENS})(?:-?åring(?:en)?|\sår)?", re.IGNORECASE)
_LONGEST_BEFORE = 50
_YOUNGEST, _OLDEST_OF_A_NAME = 10, 29


def age(text: str) -> int | None:
    """The age that a removed text says, in years; None where it is something else."""
    for start, end, years in _candidates(numbers(text)):
        if start == 0 and _AGE_ALONE.fullmatch(text, end):
            return years
    match = _SAID_AGE.fullmatch(text)
    return int(SAID[match[1].lower()]) if match else None


def _candidates(found: list[Number]) -> Iterator[tuple[int, int, int]]:
    """Numbers of one or two digits; "tjue-to" is one."""
    for index, number in enumerate(found):
        if not number.real or len(number.digits) > 2 or not number.digits.isdigit():
            continue
        after = found[index + 1] if index + 1 < len(found) else number
        if number.digits in ("20", "30") and after.said and after.start == number.end + 1:
            joined = len(after.digits) == 1 and after.digits.isdigit()
            if joined and after.real:
                yield number.start, after.end, int(number.digits) + int(after.digits)
        yield number.start, number.end, int(number.digits)


def age_spans(text: str, found: list[Number]) -> Iterator[Span]:
    """Find exact ages: the number, and "år" where it follows.

    Args:
        text: view of a story.
        found: its numbers.
    """
    for start, end, number in _candidates(found):
        years = _YEARS.match(text, end)
        if number < _YOUNGEST and not years:
            continue
        if _is_age(text, start, end, number, years is not None):
            yield start, years.end() if years else end, RedactionType.OTHER
    if "åring" in text or "ÅRING" in text:
        for match in _SAID_YEAR_OLD.finditer(text):
            yield *match.span(), RedactionType.OTHER


def _is_age(text: str, start: int, end: int, number: int, years: bool) -> bool:
    first = max(0, start - _LONGEST_BEFORE)

    def before(pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.search(text, first, start)

    closed = years or _CLOSES.match(text, end) is not None
    if closed and (match := before(_IS)):
        subject = match.start("subject") if match["subject"] else match.start()
        return not _HOLDS_FOR_ALL.search(text, max(0, subject - 12), subject)
    if match := before(_BECOMES):
        holds = _HOLDS_FOR_ALL.search(text, max(0, match.start() - 12), match.start())
        return not holds and (_WHEN.match(text, end) is not None or (closed and bool(match["now"])))
    if closed and (before(_AT_AGE) or before(_NOUN) or before(_LABEL)):
        return True
    if years and (before(_WE_ARE) or before(_AT_YEARS) or before(_NAMED)):
        return True
    if _OLD.match(text, end) or (number >= _YOUNGEST and _YEAR_OLD.match(text, end)):
        return True
    named = number <= _OLDEST_OF_A_NAME
    return bool(
        named
        and (
            (before(_NAME) and _CLOSED.match(text, end))
            or (before(_NAMED) and _COMMA.match(text, end))
        )
    )
