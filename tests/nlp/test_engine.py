"""The whole pipeline: what it promises about its output, for awkward texts too."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.training import Example

import nlp
from nlp.components.document import Redactor
from nlp.components.heads import score_units
from nlp.components.units import cut
from nlp.encoder import Encoder
from nlp.heads import WEIGHTS, choose_themes, load_heads
from nlp.labels import AXES, TAGS
from nlp.ngrams import load_ngrams
from nlp.safety import phrase_flags
from nlp.words import first_tokens, word_spans

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
    stored = nlp.deidentify(raw).text
    first, second = nlp.annotate([raw, stored], ["raw", "stored"])
    assert first["redacted"] == second["redacted"] == stored
    fields = ("themes", "uncertain", *AXES)
    coded = [[[u[f] for f in fields] for u in story["units"]] for story in (first, second)]
    assert coded[0] == coded[1]
    assert first["themes"] == second["themes"]


def test_what_is_stored_is_what_the_annotation_shows():
    text = "ho heiter Guri-Anne og bur ved sida av Meny på Sletthaug"
    (annotation,) = nlp.annotate([text], ["1"])
    assert nlp.deidentify(text).text == annotation["redacted"]


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
    assert "C2_ventetid" in [theme["id"] for theme in waiting["themes"]]
    assert waiting["sentiment"] == "negative"
    assert "F3_fritid" in [theme["id"] for theme in club["themes"]]
    assert club["sentiment"] == "positive"


def test_themes_come_most_probable_first(annotations):
    for annotation in annotations:
        for listed in (annotation["themes"], *(u["themes"] for u in annotation["units"])):
            chances = [theme["p"] for theme in listed]
            assert chances == sorted(chances, reverse=True)
            assert len({theme["id"] for theme in listed}) == len(listed)


def test_evidence_lies_inside_its_unit_and_speaks_for_its_themes():
    text = "Kari på NAV svarte ikke på fire uker. Klubben er det beste stedet!"
    for unit in nlp.load()(text)._.units:
        assert unit["evidence"]
        for words in unit["evidence"]:
            assert unit["start"] <= words["start"] < words["end"] <= unit["end"]
            assert words["theme"] in [theme["id"] for theme in unit["themes"]]


def test_a_long_story_is_read_to_its_end():
    text = "Vi spilte bordtennis. " * 200 + "Jeg har ventet i åtte måneder på time hos bup."
    units = nlp.load()(text)._.units
    assert "C2_ventetid" in [theme["id"] for theme in units[-1]["themes"]]


def test_unit_vectors_bring_like_to_like():
    texts = ["bussen går aldri", "det går ingen buss hit", "psykologen var hyggelig"]
    bus, same, other = (nlp.load()(text)._.unit_vectors[0] for text in texts)
    for vector in (bus, same, other):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)
    assert bus @ same > bus @ other + 0.1


def test_shipped_weights_are_small_and_stamped():
    meta = json.loads((WEIGHTS / "meta.json").read_text("utf-8"))
    size = sum(file.stat().st_size for file in WEIGHTS.iterdir())
    assert size <= 45e6
    digest = hashlib.sha256()
    for name in ("encoder.onnx", "heads.npz", "ngrams.npz", "tokenizer.json"):
        digest.update((WEIGHTS / name).read_bytes())
    assert meta["weights_sha256"] == digest.hexdigest()
    assert meta["weights_sha256"][:8] in nlp.model_version()


def test_missing_weights_say_what_to_do(tmp_path: Path):
    with pytest.raises(nlp.ModelMissing, match=r"docs/nlp\.md"):
        load_heads(tmp_path)
    with pytest.raises(nlp.ModelMissing, match="encoder cannot be loaded"):
        Encoder(tmp_path)


@pytest.mark.parametrize("broken", ["heads.npz", "meta.json", "ngrams.npz"])
def test_broken_weights_are_refused(tmp_path: Path, broken: str):
    for name in ("heads.npz", "meta.json", "ngrams.npz"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    assert load_heads(tmp_path).themes.weight.shape == (len(nlp.codebook().theme_ids), 384)
    load_heads.cache_clear()
    load_ngrams.cache_clear()
    (tmp_path / broken).write_bytes(b"broken")
    with pytest.raises(nlp.ModelMissing, match="cannot be read"):
        load_heads(tmp_path)


def test_weights_of_another_codebook_are_refused(tmp_path: Path):
    for name in ("heads.npz", "ngrams.npz"):
        shutil.copy(WEIGHTS / name, tmp_path)
    card = json.loads((WEIGHTS / "meta.json").read_text("utf-8"))
    card["themes"] = card["themes"][1:]
    (tmp_path / "meta.json").write_text(json.dumps(card), "utf-8")
    with pytest.raises(nlp.ModelMissing, match="another codebook"):
        load_heads(tmp_path)


def test_importing_the_redactor_brings_neither_spacy_nor_numpy():
    code = (
        "import sys; from nlp import redact, codebook; redact('hei'); codebook();"
        "sys.exit(bool({'spacy', 'numpy', 'onnxruntime'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_engine_runs_without_torch():
    code = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = None; import nlp;"
        "assert nlp.load()('Venta lenge på bup.')._.units[0]['themes']"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert run.returncode == 0, run.stderr


def test_a_meta_code_stands_only_without_a_theme():
    ids = ["A1", "X1", "B1"]
    limits = np.full(3, 0.5, np.float32)

    def chosen(*chances: float, most: int = 4) -> list[str]:
        row = np.array(chances, np.float32)
        return [theme for theme, _ in choose_themes(row, limits, ids, most)]

    assert chosen(0.6, 0.9, 0.7) == ["B1", "A1"]
    assert chosen(0.6, 0.9, 0.7, most=1) == ["B1"]
    assert chosen(0.1, 0.9, 0.2) == ["X1"]
    assert chosen(0.1, 0.2, 0.3) == []


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
    ("text", "units"),
    [
        ("Bra. Men dyrt!", ["Bra.", "Men dyrt!"]),
        ("åpent kl. 10 på 3. trinn", ["åpent kl. 10 på 3. trinn"]),
        ("en ting\nto ting", ["en ting", "to ting"]),
        ("hei 🙂🙂", ["hei 🙂🙂"]),
    ],
)
def test_units_are_cut_where_a_new_statement_begins(text: str, units: list[str]):
    found = nlp.load()(text)._.units
    assert [text[unit["start"] : unit["end"]] for unit in found] == units


@given(
    text=st.text(alphabet="ab1 .!\n🙂[", max_size=40),
    data=st.data(),
)
def test_cuts_cover_everything_but_blanks(text: str, data: st.DataObject):
    words = word_spans(text)
    begins = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    end = 0
    for start, stop in cut(text, words, begins):
        assert end <= start < stop
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not text[end:].strip()


@given(
    text=st.text(alphabet="abc ", min_size=1, max_size=30),
    marks=st.lists(st.integers(0, 30), max_size=6),
)
def test_there_is_a_way_to_the_redacted_text_and_back(text: str, marks: list[int]):
    marks = sorted({mark for mark in marks if mark <= len(text)})
    spans = list(zip(marks[::2], marks[1::2], strict=False))
    way = Redactor(text, [{"start": a, "end": b, "type": "PERSON"} for a, b in spans])
    closed = way.closed()
    for (a, b), span in zip(closed, spans, strict=True):
        assert way.text[a:b] == "[NAVN]"
        assert way.original(a, b) == span
        assert way.redacted(*span) == (a, b)
    for i, char in enumerate(way.text):
        if not any(a <= i < b for a, b in closed):
            start, end = way.original(i, i + 1)
            assert text[start:end] == char
            assert way.redacted(start, end) == (i, i + 1)


@given(st.text(max_size=60))
def test_every_word_has_its_first_token(text: str):
    words = word_spans(text)
    offsets = [(i, i + 1) for i, char in enumerate(text) if not char.isspace()]
    assert [offsets[t][0] for t in first_tokens(words, offsets)] == [start for start, _ in words]


def test_heads_mark_what_the_labels_name():
    heads = load_heads()
    assert {name: len(head.bias) for name, head in heads.tags.items()} == {
        name: len(tags) for name, tags in TAGS.items()
    }


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
