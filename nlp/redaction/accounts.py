"""E-mail addresses, handles and links, written, spaced or said ("rev krøllalfa gmail punktum com").

What follows an at sign is read first; then what comes before it is read backwards.
"""

import re
from collections.abc import Iterator

from enumerations import RedactionType

from .common import Span, words
from .numbers import said_digits

_EMAIL, _HANDLE = RedactionType.EMAIL, RedactionType.HANDLE

_AT_WORD = r"(?:kr[øu]ll-?\s?alfa|alfa-?\s?krøll|snabel-?\s?a|at-?\s?(?:tegn|teikn|sign)(?:et)?)"
_DOTS = ("punktum", "punkt", "prikk", "dot")
_OTHER_JOINS = ("understrek", "underscore", "bindestrek", "strek", "minus", "dash", "pluss", "plus")
_JOINS = (*_DOTS, *_OTHER_JOINS)
_BACKWARDS = "|".join(word[::-1] for word in _JOINS)
_SAID_DOT = (
    rf"(?:\s?[(\[{{<*_-]\s?(?:{'|'.join(_DOTS)}|\.)\s?[)\]}}>*_-]\s?|\s(?:{'|'.join(_DOTS)})\s)"
)
_LABEL = r"(?:[^\W_](?:\s[^\W_](?!\w))++|[^\W_](?:[\w-]*\w)?)"
_DOMAIN = (
    rf"(?P<domain>{_LABEL}(?:\s\w+(?={_SAID_DOT}|\.\w))?"
    rf"(?:(?:(?P<said>{_SAID_DOT})|(?P<dot>\s\.\s?|\.)){_LABEL}"
    r"|(?P<loose>\s?[.,]\s?|\s)(?:no|com|net|org)(?!\w))*)"
)
_AT = re.compile(
    rf"(?:(?P<sign>@)\s{{0,2}}"
    rf"|(?P<bracket>[(\[{{<*-]\s?(?:{_AT_WORD}|at|ætt?|a|@)\s?[)\]}}>*-]\s{{0,2}})"
    rf"|(?<!\w)(?P<word>{_AT_WORD})(?!\w)\s{{0,2}}"
    rf"|(?<!\w)(?P<at>på|hos)\s(?=(?:g-?mail|hotmail|icloud|protonmail|yahoo)(?!\w))"
    rf"|(?<!\w)(?P<bare>at|ætt?|a)\s{{1,2}}){_DOMAIN}",
    re.IGNORECASE,
)
_JOIN_BACKWARDS = (
    rf"[.\-_+']|\s[._-]\s|\s?[)\]}}>*_-]\s?(?:{_BACKWARDS})\s?[(\[{{<*_-]\s?|\s(?:{_BACKWARDS})\s"
    r"|(?<!\w\w)\s(?=\w(?!\w))"
)
_LOCAL_BACKWARDS, _LOOSE_LOCAL_BACKWARDS = (
    re.compile(rf"\s{{0,2}}[\w+]+(?:(?:{join})[\w+]+){{0,64}}", re.IGNORECASE)
    for join in (_JOIN_BACKWARDS, rf"{_JOIN_BACKWARDS}|\s[._]")
)
_ODD_WORD = re.compile(r"[^\W\d_][\d._-]|[\d._-][^\W\d_]")
_TIGHT = re.compile(r"\S@\S")
_FIRST_WORD = re.compile(r"\w+")
_MOST_SAID = 8
_LONGEST_LOCAL = 130
_PROVIDER = re.compile(
    r"(?:g-?mail|hot-?mail|outlook|yahoo|i-?cloud|msn|proton-?mail|live|online)(?!\w)|g\sm\sa\si\sl",
    re.IGNORECASE,
)
_TOP_DOMAIN = re.compile(r"(?:no|com|net|org|se|dk|uk|eu|io|info|gg)\Z", re.IGNORECASE)
_OPEN_PROVIDERS = words("live online")
_AT_HINT = re.compile(
    r"@|alfa|snabel|at-?\s?te|mail|outlook|yahoo|cloud|msn|punkt|prikk|dot|(?<!\w)at\s\w+\.\w|"
    r"[(\[{<*-]\s?(?:at|ætt?|a)\s?[)\]}>*-]",
    re.IGNORECASE,
)

_RULES: list[tuple[RedactionType, re.Pattern[str], str]] = [
    (kind, re.compile(pattern, re.IGNORECASE), hint)
    for kind, hint, pattern in [
        (_EMAIL, "@", r"[^\s@,;:()<>\"«»\[\]]{1,128}\s?@\s?[^\s@]{1,128}\.[^\W\d_]{2,}"),
        (_HANDLE, "@", r"(?<![\w@])@\w[\w.\-]*"),
        (RedactionType.OTHER, "//", r"\bhttps?://\S+"),
        (RedactionType.OTHER, ".", r"\bwww\.\S+"),
        (
            RedactionType.OTHER,
            ".",
            r"\b[\w-]+(?:\.[\w-]+)*\.(?:(?:com|net|org|gg|io)\b(?:/\S*)?|[a-z]{2,4}/\S+)",
        ),
        (_HANDLE, "#", r"\b\w[\w.]*#\d{3,5}\b"),
        (_HANDLE, "_", r"\b(?=\w*[^\W\d_])\w*[^\W_]_\w*|\b_+[^\W\d_]\w*"),
        (_HANDLE, ".", r"\b(?=[\w.]*[^\W\d_]{2})[^\W\d_]\w*\.[\w.]*[^\W\d_]\d+\b"),
        (_HANDLE, ".", r"\b(?!www\.)[^\W\d_]{2,}(?:\.[^\W\d_]{2,}){2,}\b"),
        (_HANDLE, ".", r"\b(?:heter|heiter|heite|konto\w*|ny)\s(?P<value>\w+\.\w+)"),
        (
            _HANDLE,
            "under",
            rf"\b(?:\w+\s(?:{'|'.join(_JOINS)})\s)?\w+\sunder(?:strek|score)\s\w+"
            rf"(?:\s(?:{'|'.join(_JOINS)})\s\w+)*",
        ),
    ]
]
_WITH_DIGITS = re.compile(
    r"\b(?!(?:uke|veke|klasse|rom|buss|linje|under|over|covid|punkt|side|post|kap|nivå|bare)\d)"
    r"(?=\w*\d{2})[^\W\d_]{3,}\d[\w.]*",
    re.IGNORECASE,
)
_SOCIAL = re.compile(
    r"\b(?:snap(?:chat)?(?:en|pen)?|sc|sn|insta(?:en|gram)?|ig|discord(?:en)?|tiktok|fortnite|minecraft|"
    r"twitch|steam|psn|roblox|switch|bruk[ea]rna[mv]ne?t?|username|gamertag|telegram|konto(?:en)?)\b"
    r"(?:\s(?:min|mi|mitt|hans|hennes|hennar|til|te|meg|mæ|klubben|bandet|no|nå))*"
    r"(?P<link>(?:\s*[:=]|\s(?:er|e|æ|heter|heiter|heite|is)\b)?)\s*"
    rf"(?P<value>[\w.\-#]*[\w#](?:\s(?:{'|'.join(_JOINS)})\s\w+)*)",
    re.IGNORECASE,
)


_DOTTED = re.compile(r"(?<![\w.@/])(?!www)([^\W\d_]{3,})\.([^\W\d_]{3,})(?![\w@/]|\.\w)", re.I)
_OPENS_A_SENTENCE = words(
    "jeg eg æg æ jæ vi du han hun ho hu hon de dei dem det den dette men og så da då når nå no "
    "hvis viss om at for fordi som på til fra frå med av etter før ikke ikkje kan skal vil må "
    "har er var ble blei bare berre hva kva hvor kor korleis hvordan hvorfor kvifor hvem kven "
    "alle noen nokon ingen mange takk hilsen hei også kanskje fikk fekk ellers elles derfor "
    "dermed spesielt"
)


def account_spans(text: str, ordinary: frozenset[str]) -> Iterator[Span]:
    """Find e-mail addresses, handles and links.

    Args:
        text: view of a story.
        ordinary: lower-case words that are no handles.
    """
    lower = text.lower()
    for kind, pattern, hint in _RULES:
        if hint in lower:
            for match in pattern.finditer(text):
                group = "value" if "value" in pattern.groupindex else 0
                yield match.start(group), match.end(group), kind
    for match in _WITH_DIGITS.finditer(text) if any(map(str.isdigit, text)) else ():
        yield *match.span(), _HANDLE
    for match in _SOCIAL.finditer(text):
        if _looks_like_handle(match["value"], match["link"], ordinary):
            yield *match.span("value"), _HANDLE
    for match in _DOTTED.finditer(text) if "." in text else ():
        one, other = match[1].lower(), match[2].lower()
        if other not in _OPENS_A_SENTENCE and not (one in ordinary and other in ordinary):
            yield *match.span(), _HANDLE
    if _AT_HINT.search(text):
        for match in _AT.finditer(text):
            yield from _at(text, match, ordinary)


def _looks_like_handle(value: str, link: str, ordinary: frozenset[str]) -> bool:
    if re.search(r"[\d_#\s]|\w\.\w", value):
        return not value.isdigit()
    return bool(link.strip()) and len(value) > 2 and value.lower() not in ordinary


def _at(text: str, match: re.Match[str], ordinary: frozenset[str]) -> Iterator[Span]:
    """What stands around an at sign, if it is one."""
    start = _local_start(text, match.start())
    local = text[start : match.start()].strip()
    dotted = match["said"] or match["dot"] or match["loose"]
    provider = _PROVIDER.match(match["domain"])
    if match["word"] and not dotted and not provider:
        yield match.start(), match.end(), _HANDLE
        address = bool(local) and local.lower() not in ordinary
    elif match["at"]:
        address = bool(_ODD_WORD.search(local)) or local.lower() not in ordinary | {""}
    elif match["bare"]:
        address = bool(local) and _is_said_at(local, match)
    else:
        tight = _TIGHT.match(text, max(0, match.start() - 1))
        address = bool(dotted or provider or tight)
    if address:
        yield start, match.end(), _EMAIL


def _is_said_at(local: str, match: re.Match[str]) -> bool:
    """Whether "at" is a sign and not the conjunction."""
    if match["said"] and _TOP_DOMAIN.search(match["domain"]):
        return True
    provider = _PROVIDER.match(match["domain"])
    if provider and provider[0].lower() not in _OPEN_PROVIDERS:
        return True
    return bool(match["dot"] and _ODD_WORD.search(local))


def _local_start(text: str, end: int) -> int:
    """Where the part before an at sign begins."""
    start = end
    backwards = _LOOSE_LOCAL_BACKWARDS if text[end - 1 : end].isspace() else _LOCAL_BACKWARDS
    for _ in range(_MOST_SAID):
        before = text[max(0, start - _LONGEST_LOCAL) : start]
        match = backwards.match(before[::-1])
        if not match:
            break
        start -= match.end()
        word = _FIRST_WORD.match(text, start, end)
        if not word or not _goes_on(word[0].lower()):
            break
    return start


def _goes_on(word: str) -> bool:
    """Whether more of an address stands before a word: it is a number or a sign that is said."""
    return word.isdigit() or word in _JOINS or bool(said_digits(word))
