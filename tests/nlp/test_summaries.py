"""Summaries: tries to get an invented, unsafe, untraceable or too rare sentence out of them."""

import dataclasses
import json
from collections.abc import Sequence

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import nlp
from enumerations import SafetyFlag, Sentiment
from nlp.cli import nlp_group
from nlp.discovery import CodedUnit, coded_units
from nlp.phrases import plain_words
from nlp.summaries import Summary, TooFew, minority, stands_alone, summarise

THEME = "C2_ventetid"
WORDS = ("venta", "lenge", "time", "bup", "svar", "uker", "ingen", "ringte", "tilbake", "psykolog")
NEGATIVE, NEUTRAL, POSITIVE, MIXED = Sentiment


def unit(
    respondent: int,
    number: int = 0,
    text: str = "",
    sentiment: Sentiment | None = NEGATIVE,
    at: Sequence[float] = (1, 0, 0),
    p: float = 0.9,
    flags: tuple[str, ...] | None = (),
) -> CodedUnit:
    words = text or f"jeg venta lenge på time nr {WORDS[respondent % 10]} {WORDS[number % 10]}"
    vector = np.array(at, np.float32) / np.linalg.norm(at)
    identifier = f"{respondent:03}/{number}"
    return CodedUnit(f"r{respondent}", identifier, words, vector, ((THEME, p),), sentiment, flags)


directions = st.tuples(*[st.integers(-2, 5)] * 3).filter(any)
units = st.builds(
    dict,
    respondent=st.integers(0, 30),
    text=st.lists(st.sampled_from([*WORDS, "[NAVN]", "3"]), min_size=1, max_size=45).map(" ".join),
    sentiment=st.sampled_from([*Sentiment, None]),
    at=directions,
    p=st.floats(0.3, 1),
    flags=st.sampled_from([(), (), (), None, (SafetyFlag.VIOLENCE_ABUSE.value,)]),
)


@st.composite
def many(draw: st.DrawFn) -> list[CodedUnit]:
    """Units of at least ten respondents."""
    drawn = draw(st.lists(units, min_size=5, max_size=40))
    all_of_them = [*drawn, *({"respondent": 40 + i} for i in range(10))]
    return [unit(number=number, **values) for number, values in enumerate(all_of_them)]


def sentences(summary: Summary) -> list:
    return [*summary.representative, *summary.dissenting]


@settings(max_examples=80, deadline=None)
@given(many())
def test_every_sentence_is_a_whole_unit_that_may_be_quoted(given_units):
    by_id = {one.id: one for one in given_units}
    for sentence in sentences(summarise(given_units, THEME)):
        source = by_id[sentence.unit]
        assert sentence.text == source.text
        assert sentence.sentiment == source.sentiment
        assert source.flags == ()
        assert 4 <= len(plain_words(source.text)) <= 40


@settings(max_examples=80, deadline=None)
@given(many())
def test_nobody_is_quoted_twice_and_nothing_is_said_twice(given_units):
    by_id = {one.id: one for one in given_units}
    sources = [by_id[s.unit] for s in sentences(summarise(given_units, THEME))]
    assert len({one.respondent for one in sources}) == len(sources)
    assert len({tuple(plain_words(one.text)) for one in sources}) == len(sources)


@settings(max_examples=80, deadline=None)
@given(many(), st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(given_units, rng):
    shuffled = list(given_units)
    rng.shuffle(shuffled)
    assert summarise(shuffled, THEME) == summarise(given_units, THEME)


@settings(max_examples=80, deadline=None)
@given(many())
def test_no_count_is_below_ten_or_exact(given_units):
    summary = summarise(given_units, THEME)
    for sentiment, count in summary.sentiments.items():
        exact = len({one.respondent for one in given_units if one.sentiment == sentiment})
        assert (count is None) == (exact < 10)
        assert count is None or (count >= 10 and count % 5 == 0 and abs(count - exact) <= 2)
    assert summary.respondents >= 10
    assert summary.respondents % 5 == 0
    for sentence in sentences(summary):
        assert sentence.respondents == summary.sentiments[sentence.sentiment]


@settings(max_examples=80, deadline=None)
@given(many())
def test_whoever_differs_is_heard(given_units):
    """If somebody speaks against what most say and can be quoted, a sentence of theirs is there."""
    summary = summarise(given_units, THEME)
    counts = {s: len({u.respondent for u in given_units if u.sentiment == s}) for s in Sentiment}
    most = max(counts.values())
    leading = [s for s, n in counts.items() if n == most]
    if leading == [NEGATIVE] or leading == [POSITIVE]:
        other = POSITIVE if leading == [NEGATIVE] else NEGATIVE
        against = {
            u.id
            for u in given_units
            if u.sentiment == other and u.flags == () and stands_alone(u.text)
        }
        assert bool(against) == bool({s.unit for s in summary.dissenting} & against)
        assert not any(s.sentiment == leading[0] for s in summary.dissenting)


@given(st.integers(0, 9), st.integers(1, 5))
def test_nine_respondents_are_refused_however_much_they_write(respondents, each):
    few = [unit(r, n) for r in range(respondents) for n in range(each)]
    others = [dataclasses.replace(unit(50 + i), themes=(("F2_bolig", 0.9),)) for i in range(20)]
    with pytest.raises(TooFew, match="Wait for more answers") as error:
        summarise([*few, *others], THEME)
    assert str(respondents) not in str(error.value).replace("10", "").replace(THEME, "")


def test_ten_respondents_are_enough_and_k_can_only_be_raised():
    ten = [unit(r) for r in range(10)]
    assert summarise(ten, THEME).respondents == 10
    with pytest.raises(TooFew):
        summarise(ten, THEME, k=15)
    with pytest.raises(ValueError, match="Give 10 or more"):
        summarise(ten, THEME, k=9)


def test_two_units_with_one_id_are_refused():
    with pytest.raises(ValueError, match="id of its own"):
        summarise([unit(0), *(unit(r) for r in range(12))], THEME)


def test_the_typical_comes_first_and_then_something_else():
    typical = [unit(r, at=(10, r % 2, 0)) for r in range(12)]
    aside = unit(20, text="en helt annen side av samme sak", at=(3, 3, 0))
    outside = unit(21, text="dette handler nesten ikke om det", at=(-1, 0, 3))
    summary = summarise([*typical, aside, outside], THEME, representative=3)
    first, *rest = [sentence.unit for sentence in summary.representative]
    assert first in {one.id for one in typical}
    assert aside.id in rest
    assert outside.id not in rest


def test_a_surer_theme_weighs_more():
    alike = [unit(r, at=(1, 0, 0), p=0.99 if r == 7 else 0.5) for r in range(12)]
    assert summarise(alike, THEME).representative[0].unit == "007/0"


def test_equal_scores_are_decided_by_id():
    alike = [unit(r) for r in range(12)]
    assert summarise(alike, THEME, representative=1).representative[0].unit == "000/0"


def test_dissent_speaks_of_the_same_matter():
    most = [unit(r, at=(5, r % 3, 0)) for r in range(20)]
    close = unit(30, text="jeg fikk time med en gang", sentiment=POSITIVE, at=(5, 1, 1))
    far = unit(31, text="skolegården var ganske fin da", sentiment=POSITIVE, at=(0, 1, 5))
    mixed = unit(32, text="litt venting men greit nok", sentiment=MIXED, at=(5, 1, 0))
    dissent = summarise([*most, far, close, mixed], THEME, dissenting=1).dissenting
    assert [(s.unit, s.respondents) for s in dissent] == [(close.id, None)]
    assert summarise([*most, mixed], THEME).dissenting[0].unit == mixed.id
    assert summarise(most, THEME).dissenting == ()


def test_one_loud_respondent_does_not_move_the_centre():
    quiet = [unit(r, at=(5, 0, r % 2)) for r in range(12)]
    loud = [unit(50, n, at=(0, 5, 0)) for n in range(1, 60)]
    assert summarise([*quiet, *loud], THEME).representative[0].unit != loud[0].id
    assert "050" not in summarise([*quiet, *loud], THEME).representative[0].unit


def test_what_leads_and_what_opposes():
    assert minority({NEGATIVE: 9, POSITIVE: 3}) == (POSITIVE, MIXED)
    assert minority({NEGATIVE: 3, POSITIVE: 9}) == (NEGATIVE, MIXED)
    assert minority({NEUTRAL: 9, NEGATIVE: 1, POSITIVE: 2}) == (NEGATIVE, POSITIVE)
    assert minority({MIXED: 9, NEGATIVE: 4, POSITIVE: 2}) == (POSITIVE, NEGATIVE)
    assert minority({NEGATIVE: 5, POSITIVE: 5}, POSITIVE) == (NEGATIVE, MIXED)
    assert minority({NEGATIVE: 5, POSITIVE: 5}, NEGATIVE) == (POSITIVE, MIXED)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("venta lenge", False),
        ("[NAVN] på [VIRKSOMHET] var grei", False),
        ("han på [VIRKSOMHET] var grei", True),
        ("12 34 56 78 90", False),
        ("ord " * 40, True),
        ("ord " * 41, False),
        ("", False),
    ],
)
def test_what_stands_alone(text, alone):
    assert stands_alone(text) is alone


# Real vectors

ABOUT_WAITING = (
    "Eg venta åtte månader på time hos BUP.",
    "ventetida var helt sjuk, fikk svar etter et halvt år",
    "det tok fire måneder før jeg fikk time hos psykolog",
    "Æ venta og venta på svar fra NAV",
    "Lang ventetid, og ingen sa hvor lenge det ville ta.",
    "måtte vente i syv uker på første time",
    "Venta i ti måneder, da var det for seint",
    "ventelista er så lang at folk gir opp",
    "jeg sto på venteliste i et år",
    "Tre månader utan svar på søknaden, altfor lang ventetid",
    "ventet et halvt år på utredning",
    "å vente så lenge på time gjorde meg dårligere",
    "fikk time dagen etter, ingen ventetid i det hele tatt, kjempebra",
)


def test_a_summary_of_real_units_is_cut_from_the_stories():
    engine = nlp.load()
    stories = [f"Jeg heter Kari. {text}" for text in ABOUT_WAITING]
    redacted, given_units = {}, []
    for number, doc in enumerate(engine.pipe(stories)):
        found = coded_units(doc, str(number), [f"{number}/{i}" for i in range(len(doc._.units))])
        given_units += [dataclasses.replace(one, flags=()) for one in found]
        redacted[str(number)] = doc._.redacted
    summary = summarise(given_units, THEME)
    assert "Kari" not in str(summary)
    assert len(summary.representative) == 4
    for sentence in sentences(summary):
        assert sentence.text in redacted[sentence.unit.split("/")[0]]
        assert "vent" in sentence.text.lower() or "svar" in sentence.text or "time" in sentence.text
    assert [s.unit.split("/")[0] for s in summary.dissenting] == ["12"]


def test_the_command_gives_sentences_that_can_be_found_again(tmp_path):
    file = tmp_path / "stories.jsonl"
    stories = {f"s{n}": text for n, text in enumerate(ABOUT_WAITING)}
    lines = [json.dumps({"id": name, "text": text}) for name, text in stories.items()]
    file.write_text("\n".join(lines), "utf-8")
    done = CliRunner().invoke(nlp_group, ["summarise", str(file), "--theme", THEME])
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert summary["respondents"] >= 10
    for sentence in (*summary["representative"], *summary["dissenting"]):
        assert sentence["text"] in stories[sentence["unit"].split("/")[0]]
    file.write_text("\n".join(lines[:9]), "utf-8")
    done = CliRunner().invoke(nlp_group, ["summarise", str(file), "--theme", THEME])
    assert done.exit_code == 1
    assert "Wait for more answers" in done.output
