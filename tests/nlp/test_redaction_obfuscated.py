"""Numbers and addresses that somebody hides: nothing of them may survive; other numbers must.

The word lists here are this file's own, so that they can miss what the redactor's lists lack.
"""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from enumerations import RedactionType
from nlp import redact

UNITS = [
    ["null", "nul", "zero"],
    ["en", "ein", "ei", "én", "one"],
    ["to", "two"],
    ["tre", "tri", "three"],
    ["fire", "fira", "four"],
    ["fem", "fæm", "fømm", "five"],
    ["seks", "sæks", "six"],
    ["sju", "syv", "sjau", "seven"],
    ["åtte", "åtta", "otte", "eight"],
    ["ni", "nine"],
]
TEENS = [
    ["ti", "ten"],
    ["elleve", "ellve", "eleven"],
    ["tolv", "twelve"],
    ["tretten", "trettan", "thirteen"],
    ["fjorten", "fjortan"],
    ["femten", "fæmten", "femtan"],
    ["seksten", "sekstan"],
    ["sytten", "søtten"],
    ["atten", "attan"],
    ["nitten", "nittan", "nineteen"],
]
TENS = [
    ["tjue", "tyve", "twenty"],
    ["tretti", "tredve", "thirty"],
    ["førti", "førrti", "firti", "forty"],
    ["femti", "fæmti", "fifty"],
    ["seksti", "sæksti"],
    ["sytti", "søtti"],
    ["åtti", "otti"],
    ["nitti", "ninety"],
]
ENGLISH = {names[-1] for names in UNITS} | {"twenty", "thirty", "forty", "fifty", "ninety"}
DIGIT_SHAPES = [
    lambda d: d,
    lambda d: "".join(chr(ord("０") + int(c)) for c in d),
    lambda d: "".join(f"{c}\ufe0f\u20e3" for c in d),
    lambda d: "\u200b".join(d),
    lambda d: "".join("①②③④⑤⑥⑦⑧⑨"[int(c) - 1] if c != "0" else "0" for c in d),
]
SEPARATORS = [
    " ",
    ", ",
    ".",
    "-",
    " - ",
    "/",
    "\n",
    " 👉 ",
    "…",
    "_",
    ":",
    ";",
    " . ",
    "\u00a0",
    "*",
]
CARRIERS = [
    ("", ""),
    ("ring meg på ", " takk"),
    ("nr mitt e: ", ". Hilsen meg"),
    ("du kan skrive til ", " hvis du vil"),
    ("Mamma sitt er (", "), ikke mitt"),
    ("æ heite itj nåkka, men ", "\nikkje si det"),
    ("fnr ", ""),
    ("I can be reached at ", "!"),
]
carriers = st.sampled_from(CARRIERS)


@st.composite
def pieces(draw: st.DrawFn, digits: str) -> tuple[str, bool]:
    """One or two digits, or three as they are: how they are written, and whether as a word."""
    one, two = int(digits[0]), int(digits[1]) if len(digits) == 2 else 0
    if len(digits) == 3 or draw(st.booleans()):
        return draw(st.sampled_from(DIGIT_SHAPES))(digits), False
    if len(digits) == 1:
        return draw(st.sampled_from(UNITS[one])), True
    if one == two and draw(st.booleans()):
        double = draw(st.sampled_from(["dobbel", "dobbelt", "double"]))
        return f"{double} {draw(st.sampled_from(UNITS[one]))}", True
    if one == 0:
        return f"{draw(st.sampled_from(UNITS[0]))} {draw(st.sampled_from(UNITS[two]))}", True
    if one == 1:
        return draw(st.sampled_from(TEENS[two])), True
    ten = draw(st.sampled_from(TENS[one - 2]))
    if two == 0:
        return ten, True
    unit = draw(st.sampled_from(UNITS[two]))
    norwegian = not ENGLISH & {ten, unit}
    joined = ["{0} {1}", "{0}-{1}"] + (
        ["{0}{1}", "{1}-og-{0}", "{1} og {0}", "{1}og{0}"] * norwegian
    )
    return draw(st.sampled_from(joined)).format(ten, unit), True


@st.composite
def hidden(draw: st.DrawFn, digits: str) -> str:
    """Digits in any mixture of forms and signs."""
    parts: list[tuple[str, bool]] = []
    start = 0
    while start < len(digits):
        size = draw(st.integers(1, 3))
        parts.append(draw(pieces(digits[start : start + size])))
        start += size
    text, last_said = parts[0]
    for part, said in parts[1:]:
        close = [""] if not (said or last_said) else []
        with_words = [" og ", " og så "] if said or last_said else []
        text += draw(st.sampled_from(SEPARATORS + close + with_words)) + part
        last_said = said
    if draw(st.booleans()):
        return draw(st.sampled_from([str.upper, str.capitalize]))(text)
    return text


def survivors(before: str, secret: str, after: str) -> str:
    """Letters and digits of a secret that the redactor leaves in a text."""
    text = before + secret + after
    gone: set[int] = set()
    for span in redact(text).redactions:
        gone.update(range(span.start, span.end))
    place = range(len(before), len(before) + len(secret))
    return "".join(text[i] for i in place if text[i].isalnum() and i not in gone)


# A number that begins with 0 or 1 is nobody's; one with 20 to 24 may be a time range or years.
phones = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from(["3", "4", "5", "6", "7", "9"]),
    st.text("0123456789", min_size=7, max_size=7),
)


@st.composite
def national_ids(draw: st.DrawFn) -> str:
    """A birth date as it is, or as D-number, H-number or invented number, and five more digits."""
    day = draw(st.integers(1, 31)) + draw(st.sampled_from([0, 40]))
    month = draw(st.integers(1, 12)) + draw(st.sampled_from([0, 40, 80]))
    rest = draw(st.text("0123456789", min_size=7, max_size=7))
    return f"{day:02}{month:02}{rest}"


@given(st.data(), phones, carriers)
@settings(deadline=None, max_examples=300)
def test_no_part_of_a_hidden_phone_number_survives(
    data: st.DataObject, phone: str, carrier: tuple[str, str]
):
    secret = data.draw(hidden(phone))
    prefix = data.draw(st.sampled_from(["", "", "+47 ", "0047", "pluss førtisju ", "(+47) "]))
    assert survivors(carrier[0], prefix + secret, carrier[1]) == ""


@given(st.data(), national_ids(), carriers)
@settings(deadline=None, max_examples=300)
def test_no_part_of_a_hidden_national_id_survives(
    data: st.DataObject, number: str, carrier: tuple[str, str]
):
    assert survivors(carrier[0], data.draw(hidden(number)), carrier[1]) == ""


@given(phones, st.data(), carriers)
@settings(deadline=None)
def test_letters_that_stand_for_digits_hide_nothing(
    phone: str, data: st.DataObject, carrier: tuple[str, str]
):
    swapped = "".join(
        data.draw(st.sampled_from({"0": "0Oo", "1": "1lI"}.get(digit, digit))) for digit in phone
    )
    assume(sum(char.isdigit() for char in swapped) >= 3)
    sign = data.draw(st.sampled_from(["", " ", ".", "-"]))
    secret = sign.join((swapped[:3], swapped[3:5], swapped[5:]))
    assert survivors(carrier[0], secret, carrier[1]) == ""


@pytest.mark.parametrize(
    "secret",
    [
        "ni to, tre fire, fem seks sju åtte",
        "nittito trettifem null fire atten",
        "ni to-og-førti null fem sju tre",
        "fire hundre og tretten, null åtte, åtte to seks",
        "nihundreogfem førti hundreogsytten",
        "førtien tretti åttiåtte tjueseks",
        "fireentrenullåtteåttetoseks",
        "4en3null8åtte26",
        "trippel ni dobbel sju en to tre",
        "tre nuller, fire enere, to seksere",
        "pluss førtisju ni en to tre fire fem seks sju",
        "4 1 3 O O 8 2 6",
        "41,30,88,26",
        "41 og 30 og 88 og 26",
        "413 bindestrek 08 bindestrek 826",
        "O1 O2 O3 456 78",
        "150410 4xx92",
        "150410-*****",
        "siste fem siffer 12345",
        "fiiire enn tree nuull åttte åte too seeks",
        "nittifir tjueått femmognitti tjueto",
        "413 ---- 08 ---- 826",
        "niti to førti tre åti null tooo",
        "fire en tre, og så null åtte, også åtte to seks",
        "fira ein tri to femm sæks sju ått",
        "nine oh four five five oh one one",
        "tjugo førr trætti søtti",
    ],
)
def test_hidden_numbers_as_people_write_them(secret: str):
    assert survivors("skriv ", secret, " da") == ""


@pytest.mark.parametrize(
    "text",
    [
        "en to tre start",
        "vi telte en to tre fire fem seks sju åtte ni ti og løp",
        "ti ni åtte sju seks fem fire tre to en null",
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
        "fem av ti, eller ti av ti, eller 8/10",
        "to tre ganger i uka, kanskje fire fem",
        "vi vant 3-1 og tapte 2-0 og 25-20",
        "buss 7.40, 8.10 og 8.40",
        "åpent 10.00-14.00, 12.00-15.30",
        "fra 2019 til 2024, i 2021, 2022 og 2023",
        "det kosta 20 000-30 000 kr",
        "fikk 1 500 000 kroner, eller 12 500 kr",
        "50 % her, 60 % der, 70 % i fjor, 80 % nå",
        "uke 36, 37, 38, 39 var fri",
        "8., 9. og 10. trinn, vg1, vg2 og vg3",
        "fem minutter, ti minutter, tjue minutter",
        "kl 8 og kl 12 og 14.30, rom 204",
        "jeg tror at nav.no er nede",
        "jeg vet at skolen. no går jeg hjem",
        "vi møtes kl 8 @ skolen. Vi går da",
        "jeg sa at live musikk er bra",
        "(a) ta det med ro (b) gå hjem",
        "skriv på gmail, det er jo lettere på mail",
        "lolol, oioi, lol 1 av 2 lol 3 I O",
        "nå eller 0800-1530 på hverdager",
        "ring 116 117 eller 113, ring kl 12.30",
        "rom nr 204, 205 og 206, ringte 2 ganger, ring 10.00-14.00",
    ],
)
def test_other_numbers_and_words_stay(text: str):
    assert redact(text).text == text


NAMES = ["revepus", "tåkelur", "blåmeis", "snøfnugg", "vintersol", "kråkebolle"]
HOSTS = ["skolepost", "fjordmail", "gmail", "min-bedrift", "hotmail", "stud.fjordskole"]
DOT_SIGNS = [".", " . ", " punktum ", " dot ", "(dot)", " [dot] ", " prikk ", "．"]
AT_SIGNS = ["@", " @ ", "＠", "(at)", " [at] ", " (a) ", " krøllalfa ", " alfakrøll ", " snabel-a "]
AT_SIGNS += ["(krøllalfa)", " snabela ", " krøll-alfa ", "{at}", " alfa krøll "]
addresses = st.builds(
    lambda names, digits, sign, host, end: (f"{sign.join(names)}{digits}", host, end),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
    st.sampled_from(["", "7", "94", "2008"]),
    st.sampled_from([".", "_", "-", ""]),
    st.sampled_from(HOSTS),
    st.sampled_from(["no", "com", "net"]),
)


@given(st.data(), addresses, carriers, st.sampled_from(["", "\u200b", "\u00ad"]))
@example(None, ("k a r i", "g m a i l", "c o m"), ("", ""), "")
@settings(deadline=None, max_examples=300)
def test_no_part_of_a_hidden_address_survives(
    data: st.DataObject | None,
    address: tuple[str, str, str],
    carrier: tuple[str, str],
    invisible: str,
):
    local, host, end = address
    at, dot = ("@", " . ")
    if data:
        dot = data.draw(st.sampled_from(DOT_SIGNS))
        spoken = dot.strip("([ ])") in ("punktum", "dot", "prikk")
        at = data.draw(st.sampled_from(AT_SIGNS + [" at ", " æt "] * spoken))
        if data.draw(st.booleans()):
            local = local.replace("_", " understrek ").replace(".", dot)
        host = host.replace(".", dot)
    secret = f"{local}{at}{host}{dot}{end}"
    secret = secret[:2] + invisible + secret[2:]
    assert survivors(carrier[0], secret, carrier[1]) == ""


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        ("revepus nitti fire alfakrøll hotmail punktum com", RedactionType.EMAIL),
        ("revepus punktum tjue null åtte krøllalfa gmail com", RedactionType.EMAIL),
        ("r e v e p u s @ g m a i l . c o m", RedactionType.EMAIL),
        ("revepus@gmail,com", RedactionType.EMAIL),
        ("revepus@gmail", RedactionType.EMAIL),
        ("post krøllalfa min bedrift punktum no", RedactionType.EMAIL),
        ("rev.pus94 at bedriften.no", RedactionType.EMAIL),
        ("revepus94 på gmail", RedactionType.EMAIL),
        ("revepus. pus @ gmail. com", RedactionType.EMAIL),
        ("rev understrek pus understrek 94", RedactionType.HANDLE),
        ("alfakrøll revepus", RedactionType.HANDLE),
        ("blåmeis.revepus", RedactionType.HANDLE),
    ],
)
def test_hidden_accounts_as_people_write_them(secret: str, kind: RedactionType):
    assert survivors("skriv til ", secret, " da") == ""
    assert {span.type for span in redact(secret).redactions} == {kind}
