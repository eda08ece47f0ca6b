"""The linear layer on n-grams: what it reads, what it learns, and that it counts."""

import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nlp
from enumerations import Sentiment
from nlp.codebook import codebook
from nlp.encoder import WEIGHTS
from nlp.evaluation.files import CodedUnit, Narrative, Span
from nlp.heads import load_heads
from nlp.labels import AXES
from nlp.ngrams import known_ngrams, letter_ngrams, load_ngrams, word_ngrams
from nlp.redaction.core import PLACEHOLDERS, redact
from nlp.training.corpora import Corpora, OtherHands
from nlp.training.ngrams import fit, write_ngrams

PLANTED = "F3_fritid"
SHIPPED = load_ngrams()


def story(text: str, *themes: str, pii: tuple[Span, ...] = ()) -> Narrative:
    unit = CodedUnit(0, len(text), themes, Sentiment.POSITIVE)
    return Narrative("t", text, None, (unit,), pii, None)


def test_words_and_letters_are_read_without_case_and_placeholders() -> None:
    assert list(word_ngrams("Ho [NAVN] venta lenge")) == [
        *("ho", "venta", "lenge"),
        *("ho venta", "venta lenge"),
    ]
    assert list(letter_ngrams("Bup")) == [
        *("\t b", "\tbu", "\tup", "\tp "),
        *("\t bu", "\tbup", "\tup "),
        *("\t bup", "\tbup "),
        "\t bup ",
    ]


@pytest.mark.parametrize(
    "told",
    [*PLACEHOLDERS.values(), "[SKOLE]", *(redact(f"Jeg er {age} år").text[7:] for age in (14, 19))],
)
def test_what_stands_for_an_identifier_is_no_word(told: str) -> None:
    assert told.startswith("[")
    assert list(word_ngrams(f"{told} {told}")) == list(letter_ngrams(told)) == []


@given(st.text(max_size=80))
def test_any_text_has_finite_logits_and_another_spelling_of_its_letters_the_same(text: str) -> None:
    logits = SHIPPED.logits(text)
    assert logits.shape == SHIPPED.bias.shape
    assert np.isfinite(logits).all()
    assert (SHIPPED.logits(unicodedata.normalize("NFD", text)) == logits).all()
    if "[" not in text:
        assert (SHIPPED.logits(text.lower()) == logits).all()


def test_what_it_has_never_read_says_only_how_common_a_theme_is() -> None:
    assert known_ngrams("漢漢漢", SHIPPED.places) == ([], [])
    assert (SHIPPED.logits("漢漢漢") == SHIPPED.bias).all()
    assert len(SHIPPED.bias) == len(codebook().theme_ids) + len(AXES["sentiment"])


def test_it_counts_beside_the_network() -> None:
    heads = load_heads()
    states = nlp.load()("Venta lenge på time.")._.states.vectors
    waiting = codebook().theme_ids.index("C2_ventetid")
    said, tones = heads.code(states, "Venta lenge på time.")
    unsaid, before = heads.code(states, "")
    assert said[waiting] > unsaid[waiting] + 0.05
    assert not np.allclose(tones["sentiment"], before["sentiment"], atol=0.01)
    for axis in set(AXES) - {"sentiment"}:
        assert (tones[axis] == before[axis]).all()


def test_it_learns_a_word_and_not_a_name() -> None:
    name = Span(0, 8, "PERSON")
    told = [story(f"Torgunn elsker skatepark og sol {i}", PLANTED, pii=(name,)) for i in range(30)]
    others = [story(f"legen var grei mot meg {i}", "A1_relasjon_tillit") for i in range(30)]
    layer = fit(Corpora([*told, *others], [], []))
    column = codebook().theme_ids.index(PLANTED)
    assert layer.logits("en skatepark her")[column] > layer.bias[column] + 0.5
    assert layer.logits("Torgunn")[column] < layer.logits("skatepark")[column]
    assert "torgunn" not in layer.places
    never = codebook().theme_ids.index("F2_bolig")
    assert layer.logits("en skatepark her")[never] == layer.bias[never] < -3
    assert (layer.logits("skatepark")[-len(AXES["sentiment"]) :] > 3).sum() == 1


@pytest.mark.parametrize("at", [200, 5000, None])
def test_a_broken_file_is_refused(at: int | None, tmp_path: Path) -> None:
    whole = bytearray((WEIGHTS / "ngrams.npz").read_bytes())
    if at is None:
        del whole[len(whole) // 2 :]
    else:
        whole[at : at + 2] = (byte ^ 255 for byte in whole[at : at + 2])
    (tmp_path / "ngrams.npz").write_bytes(whole)
    with pytest.raises(nlp.ModelMissing, match=r"docs/nlp\.md"):
        load_ngrams(tmp_path)


def test_ngrams_of_other_weights_are_refused(tmp_path: Path) -> None:
    with np.load(WEIGHTS / "ngrams.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez(tmp_path / "ngrams.npz", **arrays | {"weight": arrays["weight"][:-1]})
    with pytest.raises(nlp.ModelMissing, match=r"docs/nlp\.md"):
        load_ngrams(tmp_path)


def test_a_hand_that_the_network_left_out_is_no_teacher_of_the_ngrams(tmp_path: Path) -> None:
    shutil.copy(WEIGHTS / "meta.json", tmp_path)
    with pytest.raises(OtherHands, match="same --without in every step"):
        write_ngrams(Corpora([story("Venta lenge", "C2_ventetid")], [], []), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["meta.json"]
