"""What is proposed to a teller: the text that would be stored, and themes worth judging."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nlp
from enumerations import PLACEHOLDERS
from nlp.proposals import LEAST

TEXTS = (
    "Jeg heter Sondre Lillebø, ring 412 89 037. Måtte vente i åtte måneder på time hos BUP.",
    "ho heiter Guri-Anne og bur på Sletthaug 💙 ingen trudde på meg",
    "[NAVN] og Kari Tveit hørte på meg, og e\u0301n til",
    "alt er bra",
    "…",
    "",
)


def test_the_text_is_the_one_that_is_stored() -> None:
    for text in TEXTS:
        assert nlp.propose(text).text == nlp.deidentify(text).text


def test_removed_are_the_placeholders_of_the_new_text_and_no_others() -> None:
    for text in TEXTS:
        proposal, found = nlp.propose(text), nlp.deidentify(text)
        assert [r.type for r in proposal.removed] == [r.type for r in found.redactions]
        for removed in proposal.removed:
            assert proposal.text[removed.start : removed.end] == PLACEHOLDERS[removed.type]
    (name,) = nlp.propose(TEXTS[2]).removed
    assert name.start > TEXTS[2].index("og"), "what the teller wrote in brackets was not removed"


def test_themes_are_the_probable_ones_of_the_codebook() -> None:
    themes = {code.id for code in nlp.codebook().codes}
    annotations = nlp.annotate(TEXTS, map(str, range(len(TEXTS))))
    for text, annotation in zip(TEXTS, annotations, strict=True):
        proposed = nlp.propose(text).themes
        probable = [t["id"] for t in annotation["themes"] if t["p"] >= LEAST]
        assert list(proposed) == [theme for theme in probable if theme in themes]
    assert nlp.propose(TEXTS[0]).themes[0] == "C2_ventetid"
    assert nlp.propose("alt er bra").themes == ()
    assert nlp.propose("").themes == ()


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_read(text: str) -> None:
    proposal = nlp.propose(text)
    assert proposal.text == nlp.deidentify(text).text
    assert len(proposal.themes) <= 5
    assert all(0 <= r.start < r.end <= len(proposal.text) for r in proposal.removed)


@pytest.mark.parametrize("read", [nlp.propose, lambda text: list(nlp.annotate([text], ["1"]))])
def test_the_engine_remembers_no_word_of_a_story(read: object) -> None:
    strings = nlp.load().vocab.strings
    before = len(strings)
    assert callable(read)
    read("Kanarifuglkake og blåbærvaffel hos Tormodine Skjærvøyhaug.")
    assert len(strings) == before
    assert "Kanarifuglkake" not in strings
