"""Choose thresholds and calibrate probabilities on answers that took no part in the training.

    python -m nlp.training.calibrate --weights nlp/weights FILE…

FILE are narratives (development data). Probabilities: Platt scaling for each head (Platt 1999).
Theme thresholds: one for all, the best for micro F1; a theme of its own only moves away from it as
far as its own examples carry (shrunk towards the common one). Safety: recall first, within a
share of false alarms.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from enumerations import RedactionType
from nlp.codebook import codebook
from nlp.encoder import shared_encoder
from nlp.evaluation.engine import Heard, Story, listen, theme_matrix
from nlp.evaluation.figures import micro_f1
from nlp.evaluation.files import Narrative, read
from nlp.evaluation.measure import all_removed
from nlp.heads import load_heads, sigmoid
from nlp.labels import AXES, LEARNT_FLAGS
from nlp.pipeline import load
from nlp.redaction import Redaction, redact
from nlp.tagging import NameTagger
from nlp.training.stamp import stamp

Array = npt.NDArray[np.float64]
_GRID = np.linspace(0.1, 0.8, 71)
_SHRINK = 100.0
_ALARMS = 0.03
_LIMITS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_PRECISION = 0.87


def _logit(probabilities: npt.ArrayLike) -> Array:
    clipped = np.clip(np.asarray(probabilities, dtype=np.float64), 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))


def platt(logits: Array, true: npt.NDArray[np.bool_], steps: int = 100) -> tuple[float, float]:
    """Scale and shift that make sigmoid(scale * logit + shift) fit, by Newton's method.

    Args:
        logits: of any shape.
        true: same shape.
        steps: at most.
    """
    x, y = logits.ravel(), true.ravel().astype(np.float64)
    design = np.stack([x, np.ones_like(x)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (p - y) + 1e-3 * (weights - [1.0, 0.0])
        curvature = (design * (p * (1 - p))[:, None]).T @ design + 1e-3 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return float(weights[0]), float(weights[1])


def theme_thresholds(true: npt.NDArray[np.bool_], probabilities: Array) -> Array:
    """A threshold for each theme.

    Args:
        true: (units, themes).
        probabilities: same shape, calibrated.
    """
    common = max(_GRID, key=lambda t: micro_f1(true, probabilities >= t))
    thresholds = np.full(true.shape[1], common)
    for theme in range(true.shape[1]):
        column, scores = true[:, theme], probabilities[:, theme]
        best = max(
            _GRID,
            key=lambda t: (micro_f1(column[:, None], (scores >= t)[:, None]), -abs(t - common)),
        )
        weight = column.sum() / (column.sum() + _SHRINK)
        thresholds[theme] = weight * best + (1 - weight) * common
    return thresholds


def safety_thresholds(stories: Sequence[Story]) -> tuple[Array, float]:
    """One threshold for all flags, and the floor below which a phrase alone does not count.

    Returns:
        Thresholds (flags,) and the floor.
    """
    told = [s for s in stories if s.gold.safety]
    quiet = [s for s in stories if s.gold.safety is not None and not s.gold.safety]

    def rate(group: Sequence[Story], limit: float, floor: float) -> float:
        hits = [
            bool(s.said)
            or any(
                p >= (floor if flag in s.hinted else limit)
                for flag, p in zip(LEARNT_FLAGS, s.safety_probabilities, strict=True)
            )
            for s in group
        ]
        return float(np.mean(hits)) if hits else 0.0

    options = [
        (limit, floor)
        for limit in np.linspace(0.05, 0.95, 37)
        for floor in np.linspace(0.01, 0.5, 15)
        if floor <= limit and rate(quiet, limit, floor) <= _ALARMS
    ]
    limit, floor = max(
        options,
        key=lambda o: (round(rate(told, *o), 3), -rate(quiet, *o), -o[1]),
        default=(0.5, 0.2),
    )
    return np.full(len(LEARNT_FLAGS), limit), float(floor)


def identifying_limit(narratives: Sequence[Narrative]) -> float:
    """The limit of the tagger that finds most of what identifies at the wanted precision.

    Of limits that find as much, the one that removes most.

    Every limit is tried with all layers of the redactor, as written and lower-cased together.
    """
    encoder = shared_encoder()
    tagger = NameTagger(encoder, load_heads())
    texts = [n.text for n in narratives] + [n.text.lower() for n in narratives]
    golds = [n.pii for n in narratives] * 2
    rows = [
        (text, gold)
        for text, gold in zip(texts, golds, strict=True)
        if all(span.end <= len(text) for span in gold)
    ]
    states = encoder.encode([text for text, _ in rows])
    best = (0, _LIMITS[0])
    for limit in _LIMITS:
        hits = found = right = 0
        for (text, gold), read_states in zip(rows, states, strict=True):
            marks = tagger.identifying(text, read_states, limit)
            spans = [Redaction(a, b, RedactionType(kind)) for a, b, kind in marks]
            removed = redact(text, spans).redactions
            found += len(removed)
            right += sum(any(r.start < g.end and r.end > g.start for g in gold) for r in removed)
            places = [(r.start, r.end) for r in removed]
            hits += sum(all_removed(text, g, places) for g in gold)
        click.echo(f"limit {limit}: {hits} found, precision {right / max(found, 1):.3f}", err=True)
        if found and right / found >= _PRECISION:
            best = max(best, (hits, limit))
    return best[1]


def _axis_scale(units: Sequence[Heard], axis: str) -> float:
    """Temperature of an axis, from a line search on the likelihood (Guo et al. 2017)."""
    rows = [(u.axes[axis], getattr(u.gold, axis)) for u in units]
    rows = [(shares, gold) for shares, gold in rows if gold is not None]
    logits = np.log(np.clip([shares for shares, _ in rows], 1e-9, 1))
    gold = np.array([AXES[axis].index(value.value) for _, value in rows])

    def likelihood(scale: float) -> float:
        scaled = logits * scale
        scaled -= scaled.max(axis=1, keepdims=True)
        chosen = scaled[np.arange(len(gold)), gold]
        return float((chosen - np.log(np.exp(scaled).sum(axis=1))).mean())

    return max(np.linspace(0.3, 1.5, 61).tolist(), key=likelihood)


@click.command()
@click.option("--weights", type=click.Path(exists=True, path_type=Path), required=True)
@click.option(
    "--disclosures",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Narratives with more disclosures and names, read for safety and redaction only.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(weights: Path, disclosures: tuple[Path, ...], files: tuple[Path, ...]) -> None:
    """Write thresholds and scales into the weights that ship."""
    rows = [row for file in files for row in read(file)]
    answers = listen(rows, load())
    others = [row for file in disclosures for row in read(file)]
    more = listen(others, load())
    heads = load_heads()
    true, probabilities = theme_matrix(answers.units)
    scale, shift = platt(_logit(probabilities), true)
    calibrated = sigmoid((_logit(probabilities) * scale + shift).astype(np.float32)).astype(float)
    with np.load(weights / "heads.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    count = len(codebook().theme_ids)
    arrays["themes.scale"] = np.full(count, scale) * heads.themes.scale
    arrays["themes.shift"] = heads.themes.shift * scale + shift
    ngrams = heads.ngram_scale * scale
    arrays["themes.threshold"] = theme_thresholds(true, calibrated)
    for axis in heads.axes:
        temperature = _axis_scale(answers.units, axis)
        arrays[f"axes.{axis}.scale"] = heads.axes[axis].scale * temperature
        arrays[f"axes.{axis}.shift"] = heads.axes[axis].shift * temperature
    # The last labels of the n-grams are those of sentiment.
    tones = len(AXES["sentiment"])
    ngrams[-tones:] = (
        heads.ngram_scale[-tones:]
        * arrays["axes.sentiment.scale"]
        / (heads.axes["sentiment"].scale)
    )
    arrays["ngrams.scale"] = ngrams
    limits, floor = safety_thresholds([*answers.stories, *more.stories])
    arrays["safety.threshold"] = limits
    halves: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(weights / "heads.npz", **halves)
    meta = json.loads((weights / "meta.json").read_text(encoding="utf-8"))
    meta |= {
        "phrase_floor": round(floor, 3),
        "identifying_limit": identifying_limit(
            [row for row in [*rows, *others] if isinstance(row, Narrative)]
        ),
        "calibrated_on": [file.name for file in files],
        "safety_and_redaction_calibrated_on": [file.name for file in (*files, *disclosures)],
    }
    stamp(weights, meta)
    click.echo(
        f"themes: scale {scale:.2f}, shift {shift:.2f}; safety {limits[0]:.2f}/{floor:.2f}",
        err=True,
    )


if __name__ == "__main__":
    main()
