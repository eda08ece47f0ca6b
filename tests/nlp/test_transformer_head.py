"""A transformers model in the place of a head: tiny random models, made here."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import yaml
from spacy.tokens import Doc

import nlp
from nlp.components.document import Redactor, empty_unit
from nlp.components.transformer_head import (
    HEADS,
    Reader,
    check_replacements,
    labels_of,
    read_replacements,
    replaced_heads,
)
from nlp.labels import AXES, LEARNT_FLAGS, TAGS
from nlp.words import word_spans

ABSENT = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
needs_torch = pytest.mark.skipif(
    bool(ABSENT), reason=f"not installed: {', '.join(ABSENT)} (extra transformers)"
)
STATED = {"licence": "MIT", "figures": {"accuracy": 0.25, "data": "random weights"}}
TEXT = "Kari hjalp meg på nav. Jeg venta lenge og det var jævlig"
REDACTIONS = [{"start": 0, "end": 4, "type": "PERSON"}]


def make_model(folder: Path, labels: tuple[str, ...], tokens: bool = False, seed: int = 0) -> str:
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        BertForTokenClassification,
        BertTokenizerFast,
    )

    folder.mkdir(parents=True, exist_ok=True)
    alphabet = "abcdefghijklmnopqrstuvwxyzæøå"
    signs = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "[", "]"]
    pieces = [*signs, *alphabet, *(f"##{letter}" for letter in alphabet)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=34,
        initializer_range=1.0,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
    )
    kind = BertForTokenClassification if tokens else BertForSequenceClassification
    kind(config).save_pretrained(folder)
    BertTokenizerFast(vocabulary, strip_accents=False).save_pretrained(folder)
    return str(folder)


def coded(engine: spacy.Language, text: str = TEXT, redactions: Any = REDACTIONS) -> Doc:
    """A document as the engine's own heads leave it, two units cut after the first full stop."""
    doc = engine.make_doc(text)
    way = Redactor(text, redactions)
    cut = way.text.index(".") + 1
    doc._.redacted, doc._.redactions = way.text, redactions
    doc._.unit_spans = [(0, cut), (cut + 1, len(way.text))]
    doc._.units = [empty_unit(*way.original(*span)) for span in doc._.unit_spans]
    for unit in doc._.units:
        unit["themes"] = []
        unit["uncertain"] = ["themes", "change"]
        unit["evidence"] = [{"theme": "C2_ventetid", "start": 0, "end": 4}]
    doc._.safety = ["S_omsorgssvikt", "S_identifiserende"]
    doc._.entities = [{"start": 0, "end": 4, "label": "LOC"}]
    return doc


def with_head(head: str, model: str, **settings: Any) -> spacy.Language:
    engine = spacy.blank("nb")
    engine.add_pipe(
        "fortell_transformer_head", config={"head": head, "model": model, **STATED, **settings}
    )
    return engine


def read(engine: spacy.Language, doc: Doc) -> Doc:
    return engine.get_pipe("fortell_transformer_head")(doc)


# What needs no model.


def test_every_head_has_its_labels():
    assert labels_of("themes") == nlp.codebook().theme_ids
    assert labels_of("safety") == LEARNT_FLAGS
    assert labels_of("entities") == TAGS["entities"]
    assert {head: labels_of(head) for head in AXES} == AXES
    with pytest.raises(ValueError, match="themes, sentiment, attribution"):
        labels_of("mood")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"licence": ""}, "State the licence"),
        ({"licence": " "}, "State the licence"),
        ({"figures": {}}, "State the figures"),
        ({"model": ""}, "Name the model"),
        ({"head": "mood"}, "no head that can be replaced"),
        ({"threshold": 0.0}, "threshold"),
        ({"threshold": 1.5}, "threshold"),
    ],
)
def test_what_is_not_stated_is_asked_for(settings: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        with_head(**{"head": "sentiment", "model": "somewhere", **settings})


@pytest.mark.parametrize("library", ["torch", "transformers"])
def test_a_missing_extra_says_what_to_install(library: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(nlp.ModelMissing, match=r'pip install "fortell\[transformers\]"'):
        with_head("sentiment", "somewhere")


def test_replacements_are_read_from_yaml(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    path = tmp_path / "heads.yaml"
    path.write_text(
        "sentiment: {model: mine, licence: MIT, figures: {f1: 0.7, date: 2026-01-31}}\n"
        "themes: {model: owner/theirs, licence: MIT, figures: {f1: 0.5}, revision: abc}\n",
        "utf-8",
    )
    found = read_replacements(path)
    assert found["sentiment"]["model"] == str((tmp_path / "mine").resolve())
    assert found["themes"]["model"] == "owner/theirs"
    assert found["themes"]["revision"] == "abc"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- sentiment", "must be a mapping from heads"),
        ("", "must be a mapping from heads"),
        ("mood: {model: a, licence: b, figures: {c: 1}}", "no head that can be replaced"),
        ("sentiment: norbert", "mapping with no other settings"),
        ("sentiment: {model: a, license: b, figures: {c: 1}}", "batch_size, figures, licence"),
        ("sentiment: {model: a, figures: {c: 1}}", "State the licence"),
        ("sentiment: {model: a, licence: b, figures: 0.7}", "State the figures"),
        ("sentiment: {licence: b, figures: {c: 1}}", "Name the model"),
        ("sentiment: [", "cannot be read as YAML"),
    ],
)
def test_a_wrong_file_says_what_to_write(tmp_path: Path, content: str, message: str):
    path = tmp_path / "heads.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(ValueError, match=message):
        read_replacements(path)


def test_an_absent_file_says_so(tmp_path: Path):
    with pytest.raises(ValueError, match=r"heads\.yaml cannot be read"):
        read_replacements(tmp_path / "heads.yaml")


def test_load_refuses_a_wrong_replacement_before_it_loads_anything():
    with pytest.raises(ValueError, match="State the licence"):
        nlp.load(replacements={"sentiment": {"model": "somewhere"}})
    with pytest.raises(ValueError, match="mapping"):
        check_replacements(["sentiment"])


def test_load_gives_the_same_engine_for_the_same_arguments():
    assert nlp.load() is nlp.load(None) is nlp.load(num_threads=None, replacements={})
    assert replaced_heads(nlp.load()) == {}


# What does.


@needs_torch
@pytest.mark.parametrize("axis", sorted(AXES))
def test_an_axis_is_read_from_each_unit_alone(axis: str, tmp_path: Path):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    shuffled = tuple(reversed(AXES[axis]))
    model = make_model(tmp_path / "model", shuffled)
    engine = with_head(axis, model)
    doc = read(engine, coded(engine))
    units = ["[NAVN] hjalp meg på nav.", "Jeg venta lenge og det var jævlig"]
    assert [doc._.redacted[a:b] for a, b in doc._.unit_spans] == units

    tokenizer = AutoTokenizer.from_pretrained(model)
    network = AutoModelForSequenceClassification.from_pretrained(model).eval()
    for unit, text in zip(doc._.units, units, strict=True):
        tokens = tokenizer(text, return_tensors="pt")
        assert tokens["input_ids"].shape[1] <= 32, "the unit must fit in one window here"
        with torch.inference_mode():
            best = network(**tokens).logits[0].argmax()
        assert unit[axis] == shuffled[best]
        others = {name: unit[name] for name in AXES if name != axis}
        assert set(others.values()) == {None}
        assert unit["themes"] == []
        assert unit["evidence"]


@needs_torch
def test_a_name_makes_no_difference_to_a_unit(tmp_path: Path):
    model = make_model(tmp_path / "model", nlp.codebook().theme_ids)
    engine = with_head("themes", model, threshold=0.001)

    def themes(name: str, redactions: list[dict[str, Any]]) -> list[Any]:
        doc = read(engine, coded(engine, f"{name} hjalp meg. Og det var alt", redactions))
        assert doc._.units[0]["end"] == len(name) + len(" hjalp meg.")
        return [unit["themes"] for unit in doc._.units]

    def hidden(name: str) -> list[Any]:
        return themes(name, [{"start": 0, "end": len(name), "type": "PERSON"}])

    assert hidden("Kari") == hidden("Muhammed Ali") == themes("[NAVN]", [])
    assert hidden("Kari")[0] != themes("Kari", [])[0]


@needs_torch
def test_themes_follow_threshold_and_codebook(tmp_path: Path):
    ids = nlp.codebook().theme_ids
    model = make_model(tmp_path / "model", ids)
    engine = with_head("themes", model, threshold=0.2)
    doc = read(engine, coded(engine))
    best: dict[str, float] = {}
    for unit in doc._.units:
        assert 1 <= len(unit["themes"]) <= nlp.codebook().max_codes_per_unit
        values = [theme["p"] for theme in unit["themes"]]
        assert values == sorted(values, reverse=True)
        assert min(values) >= 0.2
        assert unit["evidence"] == []
        assert ("themes" in unit["uncertain"]) == (values[0] < 0.5)
        assert "change" in unit["uncertain"]
        for theme in unit["themes"]:
            best[theme["id"]] = max(best.get(theme["id"], 0), theme["p"])
    proposals = {theme["id"]: theme["p"] for theme in doc._.themes}
    assert len(proposals) == 5
    assert all(p <= max(proposals.values()) for p in best.values())
    assert all(best.get(theme, 0) <= p for theme, p in proposals.items())
    nothing = with_head("themes", model, threshold=1.0)
    assert [u["themes"] for u in read(nothing, coded(nothing))._.units] == [[], []]


@needs_torch
def test_safety_keeps_what_phrases_and_the_redactor_found(tmp_path: Path):
    model = make_model(tmp_path / "model", LEARNT_FLAGS)
    sure = with_head("safety", model, threshold=1.0)
    doc = read(sure, coded(sure))
    assert doc._.safety == ["S_identifiserende"]
    doc = read(sure, coded(sure, "jeg skal drepe han. Kanskje i morgen", []))
    assert doc._.safety == ["S_trussel_andre", "S_identifiserende"]
    every = with_head("safety", model, threshold=1e-9)
    assert read(every, coded(every))._.safety == [*LEARNT_FLAGS, "S_identifiserende"]


@needs_torch
def test_entities_are_whole_words_of_the_raw_text(tmp_path: Path):
    model = make_model(tmp_path / "model", TAGS["entities"], tokens=True, seed=1)
    engine = with_head("entities", model)
    text = TEXT + " " + "langt unna byen " * 30
    doc = read(engine, coded(engine, text))
    assert doc._.entities != [{"start": 0, "end": 4, "label": "LOC"}]
    assert any(entity["start"] > len(TEXT) + 100 for entity in doc._.entities), "later windows too"
    starts, ends = (set(places) for places in zip(*word_spans(text), strict=True))
    end = 0
    for entity in doc._.entities:
        assert entity["label"] in {"PER", "ORG", "LOC"}
        assert end <= entity["start"] < entity["end"]
        assert entity["start"] in starts
        assert entity["end"] in ends
        end = entity["end"]


@needs_torch
def test_the_words_of_a_window_are_read_where_they_stand(tmp_path: Path):
    model = make_model(tmp_path / "model", TAGS["entities"], tokens=True)
    reader = Reader(model, None, TAGS["entities"], tokens=True, batch_size=1)
    together = Reader(model, None, TAGS["entities"], tokens=True, batch_size=8)
    texts = ["per", "anna bor i oslo nå", "", "😊"]
    words = [[(0, 3)], [(0, 4), (5, 8), (9, 10), (11, 15), (16, 18)], [], [(0, 1)]]
    for one, many in zip(reader.words(texts, words), together.words(texts, words), strict=True):
        np.testing.assert_allclose(one, many, atol=1e-5)
    shares = reader.words(texts, words)
    assert [len(rows) for rows in shares] == [1, 5, 0, 1]
    assert len(set(shares[1].argmax(axis=1).tolist()) | {int(shares[0].argmax())}) > 1
    np.testing.assert_allclose(shares[1].sum(axis=1), 1, atol=1e-5)


@needs_torch
def test_a_long_text_is_read_to_its_end(tmp_path: Path):
    model = make_model(tmp_path / "model", LEARNT_FLAGS)
    reader = Reader(model, None, LEARNT_FLAGS, tokens=False)
    start, end = "a" * 30, "b " * 30
    head, tail, whole = reader.texts([start, end, start + " " + end], several=True)
    assert (whole >= tail - 1e-5).all() or (whole >= head - 1e-5).all()
    assert not np.allclose(whole, head)
    for several in (True, False):
        alone = [reader.texts([text], several)[0] for text in (start, end)]
        np.testing.assert_allclose(reader.texts([start, end], several), alone, atol=1e-5)


@needs_torch
def test_a_stream_gives_what_single_documents_give(tmp_path: Path):
    model = make_model(tmp_path / "model", AXES["sentiment"])
    engine = with_head("sentiment", model, batch_size=3)
    component = engine.get_pipe("fortell_transformer_head")
    texts = [f"Kari sa {'ja ' * i}nei. Så gikk {'jeg ' * (5 - i)}hjem" for i in range(5)]
    alone = [component(coded(engine, text))._.units for text in texts]
    stream = component.pipe((coded(engine, text) for text in texts), batch_size=2)
    assert [doc._.units for doc in stream] == alone
    empty = engine.make_doc("")
    empty._.redacted = ""
    assert component(empty)._.units == []


@needs_torch
def test_licence_and_figures_stand_in_the_meta_data(tmp_path: Path):
    first = make_model(tmp_path / "first", AXES["sentiment"])
    second = make_model(tmp_path / "second", AXES["sentiment"], seed=1)
    engine = with_head("sentiment", first)
    card = replaced_heads(engine)["sentiment"]
    assert {name: card[name] for name in ("model", "licence", "figures")} == {
        "model": first,
        **STATED,
    }
    assert engine.get_pipe("fortell_transformer_head").card == card
    versions = {
        replaced_heads(with_head("sentiment", first))["sentiment"]["version"],
        card["version"],
    }
    assert len(versions) == 1
    versions.add(replaced_heads(with_head("sentiment", second))["sentiment"]["version"])
    versions.add(
        replaced_heads(with_head("sentiment", first, threshold=0.4))["sentiment"]["version"]
    )
    assert len(versions) == 3


@needs_torch
@pytest.mark.parametrize("head", HEADS)
def test_other_labels_are_refused_with_a_list_of_what_is_expected(head: str, tmp_path: Path):
    labels = (*labels_of(head)[:-1], "LABEL_9")
    model = make_model(tmp_path / "model", labels, tokens=head == "entities")
    with pytest.raises(ValueError, match="Expected: ") as caught:
        with_head(head, model)
    message = str(caught.value)
    assert all(label in message for label in labels_of(head))
    assert "Unknown: LABEL_9" in message
    assert f"Missing: {labels_of(head)[-1]}." in message


@needs_torch
def test_a_model_of_another_kind_is_refused(tmp_path: Path):
    import shutil

    from transformers import BertConfig, BertModel

    model = Path(make_model(tmp_path / "model", AXES["sentiment"]))
    bare = tmp_path / "bare"
    shutil.copytree(model, bare)
    BertModel(BertConfig.from_pretrained(model)).save_pretrained(bare)
    with pytest.raises(ValueError, match="not trained as a SequenceClassification"):
        with_head("sentiment", str(bare))


@needs_torch
def test_a_missing_or_broken_model_says_what_to_do(tmp_path: Path):
    with pytest.raises(nlp.ModelMissing, match=r"There is no folder .*Give the folder"):
        with_head("sentiment", str(tmp_path / "nowhere"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(nlp.ModelMissing, match="cannot be loaded"):
        with_head("sentiment", str(tmp_path / "empty"))
    model = Path(make_model(tmp_path / "model", AXES["sentiment"]))
    config = (model / "config.json").read_text("utf-8")
    own = {"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}}
    (model / "config.json").write_text(json.dumps({**json.loads(config), **own}), "utf-8")
    (model / "own.py").write_text("raise SystemExit('this code must not run')", "utf-8")
    with pytest.raises(nlp.ModelMissing, match="code of its own"):
        with_head("sentiment", str(model))
    (model / "config.json").write_text(config, "utf-8")
    (model / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(nlp.ModelMissing, match="cannot be loaded"):
        with_head("sentiment", str(model))


@needs_torch
def test_the_whole_engine_takes_a_replacement_from_the_configuration(tmp_path: Path):
    model = make_model(tmp_path / "model", AXES["change"])
    wanted = {"change": {"model": model, **STATED}}
    engine = nlp.load(replacements=wanted)
    assert engine is nlp.load(replacements={"change": dict(wanted["change"])})
    assert engine is not nlp.load()
    assert replaced_heads(engine)["change"]["licence"] == "MIT"
    assert replaced_heads(nlp.load()) == {}
    doc, own = engine(TEXT), nlp.load()(TEXT)
    component = engine.get_pipe("fortell_transformer_change")
    texts = [doc._.redacted[a:b] for a, b in doc._.unit_spans]
    best = component._reader.texts(texts, several=False).argmax(axis=1)
    assert [unit["change"] for unit in doc._.units] == [AXES["change"][i] for i in best]
    assert [u["sentiment"] for u in doc._.units] == [u["sentiment"] for u in own._.units]


@needs_torch
def test_a_file_of_heads_changes_what_annotates_and_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("nlp.pipeline._chosen", {})
    own = nlp.model_version()
    make_model(tmp_path / "model", AXES["change"])
    file = tmp_path / "heads.yaml"
    file.write_text(yaml.safe_dump({"change": {"model": "model", **STATED}}), "utf-8")
    nlp.use_heads(file)
    version = nlp.model_version()
    assert version.startswith(f"{own}+change.")
    (annotation,) = nlp.annotate([TEXT], ["1"])
    doc = nlp.load()(TEXT)
    assert [unit["change"] for unit in annotation["units"]] == [
        unit["change"] for unit in doc._.units
    ]
    assert "fortell_transformer_change" in nlp.load().pipe_names
    assert "fortell_transformer_change" not in nlp.load(replacements={}).pipe_names
