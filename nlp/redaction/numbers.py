"""Phone numbers and national ids, written, said or hidden.

A text is read as a row of numbers: digits, number words of bokmål, nynorsk, dialects and English
("nitti to", "to-og-førti", "firti", "sjuhundreogti"), "dobbel sju", letters that stand for digits.
Numbers that follow each other with little between them make a run. A run with as many digits as a
phone number is removed, whatever it is, unless it is years, times of day, money or counting.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from enumerations import RedactionType

from .common import DAY, MONTH_NUMBER, YEAR, Span, words

_SAID_AS = {
    "0": "null nul nuill noll zero oh",
    "1": "en ein ei én èn éin èin ett étt eitt et æin one",
    "2": "to two",
    "3": "tre tri træ three",
    "4": "fire fira fir four",
    "5": "fem femm fæm fæmm fømm five",
    "6": "seks sæks sjeks six",
    "7": "sju syv sjau sjuv seven",
    "8": "åtte åtta ått otte atte aatte eight",
    "9": "ni nie nine",
    "10": "ti tie ten",
    "11": "elleve ellve ellev alleve ælleve eleven",
    "12": "tolv tålv tøll twelve",
    "13": "tretten trettan trætten thirteen",
    "14": "fjorten fjortan fourteen",
    "15": "femten femtan fæmten fømten fifteen",
    "16": "seksten sekstan sæksten sjeksten sixteen",
    "17": "sytten syttan søtten søttan seventeen",
    "18": "atten attan åtten eighteen",
    "19": "nitten nittan nineteen",
    "20": "tjue tyve tjuge tjugo tjug kjue twenty",
    "30": "tretti tredve treddve trædve trætti tretty thirty",
    "40": "førti førrti førr firti førty forti foerti forty",
    "50": "femti fæmti fømti femty fifty",
    "60": "seksti sæksti sjeksti seksty sixty",
    "70": "sytti søtti sytty seventy",
    "80": "åtti åtty otti atti aatti eighty",
    "90": "nitti nitty ninety",
    "00": "hundre hundra hundrede hundred nuller nullar zeroes zeros",
    "11 ": "enere einarar",
    "22": "toere toarar twos",
    "33": "treere trearar threes",
    "44": "firere firarar fours",
    "55": "femmere femmarar fives",
    "66": "seksere seksarar",
    "77": "sjuere sjuarar syvere sevens",
    "88": "åttere åttarar eights",
    "99": "niere niarar nines",
    "?": "dobbel dobbelt dobble double",
    "??": "trippel trippelt triple",
}
SAID = {word: digits.strip() for digits, said in _SAID_AS.items() for word in said.split()}
_ENGLISH = words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
_NEVER_GLUED = _ENGLISH | words("et ei eitt nie tie fir sjuv åtten atte oh enere double triple")
_GLUED_WORD = "|".join(sorted(SAID.keys() - _NEVER_GLUED, key=len, reverse=True))
_GLUED = re.compile(rf"(?:(?>{_GLUED_WORD}|ei(?!n)|fir(?![ea])|og|å))++")
_PART = re.compile(rf"{_GLUED_WORD}|ei(?!n)|fir(?![ea])")
_REPEATED = re.compile(r"(.)\1+")
_SHORTENED = {_REPEATED.sub(r"\1", word): digits for word, digits in SAID.items()}
_OPENINGS = {word[:2] for word in _SHORTENED} | {word[0] * 2 for word in _SHORTENED}
_TOKEN = re.compile(r"[OolI]*+\d[\dOolI]*(?![^\W\d_])|\d+|[^\W\d_]+")
_LOOKALIKE = str.maketrans("OolI", "0011")
_STANDS_FOR_DIGITS = re.compile("[OolI]{1,3}")
_SIGNS = words(
    "bindestrek strek punktum prikk punkt komma mellomrom skråstrek kolon pluss plus minus dash "
    "dot space slash"
)
_AND = words("og å so så and then deretter også åsså etterpå sist altså eh øh hm")
_PLUS = frozenset({"pluss", "plus"})
_GAP = re.compile(r"(?:[^\w%€$£°@]|_){0,8}")
_MOST_BETWEEN = 4
_USUAL_GAP = re.compile(r"[\s.\-–_()/:·*+]{0,3}")
_PREFIX = re.compile(r"\(?\s?\+\s?\(?\Z")
_ENOUGH_TO_CALL, _ENOUGH, _PHONE, _NATIONAL_ID = 5, 7, 8, 11
_REAL_ENOUGH = 3
_WHOLE = (_PHONE, len("47") + _PHONE, len("0047") + _PHONE, _NATIONAL_ID)

_CALLING = re.compile(
    r"(?<!\w)(?:(?:tlf|tel|telefon\w*|mobil\w*|mob|ring\w{0,2}|sms|vipps\w*)|"
    r"n(?:umme)?r\w*\s(?:mitt|hans|hennes|hennar|deres|dykkar|til\s\w+))[\s.:]{1,3}"
    r"(?:(?:er|e|æ|på|til|te|meg|mæ|mitt|min|mi|hans|hennes|hit|nå|no|bare|berre)[\s:]{1,2}){0,3}\Z",
    re.IGNORECASE,
)
_HELPLINE = re.compile(r"116\s?(?:117|111|123|006|000)")
_DATE = re.compile(rf"{DAY}[./ -]{MONTH_NUMBER}[./ -]{YEAR}")
_YEARS = re.compile(r"(?:19|20)\d\d(?:[\s,/–-]{1,3}(?:(?:og|til|and)\s)?(?:19|20)\d\d)+")
_CLOCK = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_TIMES = re.compile(rf"{_CLOCK}(?:(?:\s?[-–/,]?\s?|\s?\n[-–*• ]*| og ){_CLOCK})+")
_TIME_RANGE = re.compile(r"(?:[01]?\d|2[0-4])[.:]?[0-5]\d\s?[-–]\s?(?:[01]?\d|2[0-4])[.:]?[0-5]\d")
_STOP = re.compile(r"[.:]")
_SUM = r"[1-9]\d{0,2}(?:[ .]?\d{3})?[ .]?\d?[05]0"
_MONEY = re.compile(rf"{_SUM}(?:\s?[-–,/]\s?{_SUM})*")
_CURRENCY = re.compile(r"\s?(?:kr|kroner|krona|spenn|,-|nok)(?!\w)", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b(?:uke|uka|uker|veke|veker|veka|kl|klokka|klokken|trinn|klasse|klassene|side|sidene|oppgave|"
    r"oppgåve|oppg|kapittel|kap|rom|årene|åra)\.?\s\Z",
    re.IGNORECASE,
)


class Number(NamedTuple):
    """A number in a text, or what may stand between two of them."""

    start: int
    end: int
    digits: str
    said: bool  # a word, not digits
    real: bool  # neither a word such as "og" nor a letter that may stand for a digit


def said_digits(word: str) -> str:
    """Digits that a word says, or nothing."""
    if digits := SAID.get(word):
        return digits
    if len(word) < 3 or not _GLUED.fullmatch(word):
        return _SHORTENED.get(_REPEATED.sub(r"\1", word), "") if word[:2] in _OPENINGS else ""
    digits = ""
    for part in _PART.findall(word):
        new = SAID[part]
        if new[1:] == "0" and len(digits) == 1 and re.search(rf"(?:og|å){part}", word):
            digits = new[0] + digits
        elif len(digits) > 1 and digits[-1] == "0" and digits[-2] != "1" and len(new) == 1:
            digits = digits[:-1] + new
        else:
            digits += new
    return digits


def numbers(text: str) -> list[Number]:
    """Numbers of a text and what may stand between them, in order.

    Args:
        text: view of a story.
    """
    found = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if not token.isalpha():
            found.append(Number(*match.span(), token.translate(_LOOKALIKE), False, True))
        elif digits := said_digits(word := token.lower()):
            found.append(Number(*match.span(), digits, True, True))
        elif word in _SIGNS or word in _AND:
            found.append(Number(*match.span(), "", True, False))
        elif _STANDS_FOR_DIGITS.fullmatch(token):
            found.append(Number(*match.span(), token.translate(_LOOKALIKE), False, False))
    return found


def number_spans(text: str, found: list[Number]) -> Iterator[Span]:
    """Find runs of numbers that may be a phone number, a national id or the like.

    Args:
        text: view of a story.
        found: its numbers.
    """
    for run in _runs(text, found):
        if not _is_long(text, run) or _is_harmless(text, run):
            continue
        run = _without_small_words(run)
        start, end = run[0].start, run[-1].end
        prefix = _PREFIX.search(text, max(0, start - 4), start)
        phone = bool(prefix) or (_length(run) < _PHONE and _is_called(text, run))
        yield prefix.start() if prefix else start, end, _kind(text, run, phone)


def _runs(text: str, found: list[Number]) -> Iterator[list[Number]]:
    """Numbers that follow each other, with what stands between them."""
    first = last = -1
    for index, number in enumerate(found):
        if not number.real:
            continue
        if last < 0 or not _joined(text, found[last : index + 1]):
            if last >= 0:
                yield _with_edges(text, found, first, last)
            first = index
        last = index
    if last >= 0:
        yield _with_edges(text, found, first, last)


def _near(text: str, one: Number, other: Number) -> bool:
    return _GAP.fullmatch(text, one.end, other.start) is not None


def _joined(text: str, chain: list[Number]) -> bool:
    """Whether two numbers belong together, given what stands between them."""
    one, *between, other = chain
    if len(between) > _MOST_BETWEEN or not all(_near(text, a, b) for a, b in pairwise(chain)):
        return False
    said = one.said or other.said or max(len(one.digits), len(other.digits)) <= 2
    return said or not any(text[n.start : n.end].lower() in _AND for n in between)


def _with_edges(text: str, found: list[Number], first: int, last: int) -> list[Number]:
    """A run with "pluss" or letters that stand for digits at its ends."""
    while first > 0 and _is_edge(text, found[first - 1], found[first], plus=True):
        first -= 1
    while last + 1 < len(found) and _is_edge(text, found[last + 1], found[last], plus=False):
        last += 1
    return found[first : last + 1]


def _is_edge(text: str, number: Number, inner: Number, plus: bool) -> bool:
    before, after = sorted((number, inner))
    letter = bool(number.digits) or (plus and text[number.start : number.end].lower() in _PLUS)
    return letter and not number.real and _near(text, before, after)


def _length(run: list[Number]) -> int:
    return sum(len(number.digits) for number in run)


def _is_long(text: str, run: list[Number]) -> bool:
    usual = all(n.real and not n.said for n in run) and all(
        _USUAL_GAP.fullmatch(text, one.end, other.start) for one, other in pairwise(run)
    )
    enough = _ENOUGH if usual or all(n.said for n in run) else _PHONE
    if _is_called(text, run):
        enough = _ENOUGH_TO_CALL
    return _length(run) >= enough and _length([n for n in run if n.real]) >= _REAL_ENOUGH


def _is_called(text: str, run: list[Number]) -> bool:
    """Whether words before a run say that it is a telephone number."""
    return _CALLING.search(text, max(0, run[0].start - 40), run[0].start) is not None


def _is_harmless(text: str, run: list[Number]) -> bool:
    """Whether a run is years, times of day, money, counting or a helpline."""
    written = text[run[0].start : run[-1].end]
    if _length(run) == len("116117") and _HELPLINE.fullmatch(written):
        return True
    if _CURRENCY.match(text, run[-1].end) and (_MONEY.fullmatch(written) or "hundre" in written):
        return True
    if _TIMES.fullmatch(written):
        return _length(run) != _NATIONAL_ID
    if _YEARS.fullmatch(written):
        return True
    if _TIME_RANGE.fullmatch(written) and (written[0] in "01" or _STOP.search(written)):
        return True
    return _is_counting(text, run)


def _is_counting(text: str, run: list[Number]) -> bool:
    """Whether a run goes up or down in even steps and begins like no phone number or id."""
    values = _values(run)
    if not all(value.isdigit() for value in values):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(values)}
    if len(values) < 3 or len(steps) != 1 or steps == {0}:
        return False
    if abs(steps.pop()) == 1 and _COUNTED.search(text, max(0, run[0].start - 12), run[0].start):
        return True
    digits = "".join(values).removeprefix("47")
    if len(digits) == _NATIONAL_ID:
        return not _begins_with_a_date(digits)
    return len(digits) != _PHONE or digits[0] in "018"


def _values(run: list[Number]) -> list[str]:
    """Digits of each number of a run; "nitti to" is one."""
    values: list[str] = []
    for number in run:
        if (
            values
            and number.said
            and len(number.digits) == 1
            and re.fullmatch("[2-9]0", values[-1])
        ):
            values[-1] = values[-1][0] + number.digits
        elif number.digits:
            values.append(number.digits)
    return values


def _begins_with_a_date(digits: str) -> bool:
    """Whether six digits may begin a national id: D- and H-numbers add 40, invented ones more."""
    return 1 <= int(digits[:2]) % 40 <= 31 and 1 <= int(digits[2:4]) % 40 <= 12


def _without_small_words(run: list[Number]) -> list[Number]:
    """A whole number in digits, without the "en" or "to" that happens to stand beside it."""
    start, end = 0, len(run)
    while start < end and run[start].said and run[start].digits in ("", "1", "2"):
        start += 1
    while start < end and run[end - 1].said and run[end - 1].digits in ("", "1", "2"):
        end -= 1
    core = run[start:end]
    whole = _length(core) in _WHOLE and _length(run) not in _WHOLE
    return core if whole and not any(number.said for number in core) else run


def _kind(text: str, run: list[Number], phone: bool) -> RedactionType:
    if _DATE.fullmatch(text, run[0].start, run[-1].end):
        return RedactionType.DATE
    digits = "".join(_values(run))
    if len(digits) == _NATIONAL_ID and not phone:
        return RedactionType.ID
    said = any(number.said for number in run)
    if phone or said or digits.startswith("00") or len(digits) == _PHONE:
        return RedactionType.PHONE
    return RedactionType.ID
