"""Train the linear layer on n-grams, and write it beside the network that it stands by.

    python -m nlp.training.ngrams --weights nlp/weights --data DIR --without t4 …

About three minutes on one core; `nlp.training.export` does it too. Calibrate afterwards.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from nlp.codebook import codebook
from nlp.evaluation.files import CodedUnit, Narrative
from nlp.labels import AXES
from nlp.ngrams import FILE, Ngrams, known_ngrams, letter_ngrams, word_ngrams
from nlp.training.corpora import Corpora, check_hands, read_corpora
from nlp.training.stamp import stamp

SHARE = 0.3
_LEAST_WORDS, _LEAST_LETTERS = 3, 5
_STRENGTH = 12.0


def fit(corpora: Corpora) -> Ngrams:
    """Learn themes from the n-grams of units, and sentiment from those and reviews.

    A logistic regression for each label. What identifies is left out of the answers, and so are
    n-grams that few units have. A text's vector has the same value for each n-gram, and length one
    for words and for letters.
    """
    units = [(_told(story, unit), unit) for story in corpora.narratives for unit in story.units]
    names = _frequent([text for text, _ in units])
    places = {name: row for row, name in enumerate(names)}
    toned = [(i, unit.sentiment) for i, (_, unit) in enumerate(units) if unit.sentiment]
    toned += [(len(units) + i, review.sentiment) for i, review in enumerate(corpora.reviews)]
    design = _design([*(text for text, _ in units), *(r.text for r in corpora.reviews)], places)
    told, toned_rows = design[: len(units)], design[[row for row, _ in toned]]
    labels = (*codebook().theme_ids, *AXES["sentiment"])
    weight = np.zeros((len(names), len(labels)))
    bias = np.zeros(len(labels), np.float32)
    with click.progressbar(labels, label="N-grams", file=sys.stderr) as shown:
        for column, label in enumerate(shown):
            tone = label in AXES["sentiment"]
            true = (
                [sentiment == label for _, sentiment in toned]
                if tone
                else [label in (unit.themes or ()) for _, unit in units]
            )
            if len(set(true)) < 2:
                bias[column] = np.log((sum(true) + 1) / (len(true) - sum(true) + 1))
                continue
            head = LogisticRegression(C=_STRENGTH, solver="liblinear")
            head.fit(toned_rows if tone else told, true)
            weight[:, column], bias[column] = head.coef_[0], head.intercept_[0]
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-6) / 127
    rounded = np.round(weight / scale).astype(np.int8)
    return Ngrams(places, rounded, scale.astype(np.float32), bias)


def write_ngrams(corpora: Corpora, folder: Path) -> None:
    """Learn from corpora, and write ngrams.npz beside the network in a folder.

    Args:
        corpora: what to learn from.
        folder: with the exported network; it is told how much the n-grams count.

    Raises:
        OtherHands: the network learnt from other hands.
    """
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    check_hands(meta, corpora)
    layer = fit(corpora)
    arrays: dict[str, Any] = {"weight": layer.weight, "scale": layer.scale, "bias": layer.bias}
    arrays["ngrams"] = np.frombuffer("\n".join(layer.places).encode(), np.uint8)
    np.savez_compressed(folder / FILE, **arrays)
    with np.load(folder / "heads.npz") as stored:
        heads: dict[str, Any] = {name: stored[name] for name in stored.files}
    scales = [_scale(heads, name) for name in ("themes", "axes.sentiment")]
    heads["ngrams.scale"] = np.concatenate(scales) * np.float16(SHARE / (1 - SHARE))
    np.savez_compressed(folder / "heads.npz", **heads)
    about = {"answers": len(corpora.narratives), "reviews": len(corpora.reviews)}
    stamp(folder, meta | {"ngrams": about | {"ngrams": len(layer.places), "share": SHARE}})


def _design(texts: Sequence[str], places: Mapping[str, int]) -> csr_matrix:
    rows = [known_ngrams(text, places) for text in texts]
    values = [1 / len(kind) ** 0.5 for kinds in rows for kind in kinds for _ in kind]
    columns = [row for kinds in rows for kind in kinds for row in kind]
    starts = np.cumsum([0, *(sum(map(len, kinds)) for kinds in rows)])
    return csr_matrix((values, columns, starts), shape=(len(texts), len(places)))


def _scale(heads: dict[str, Any], name: str) -> Any:
    """What calibration has multiplied a head's logits with."""
    return heads.get(f"{name}.scale", np.ones(len(heads[f"{name}.bias"]), np.float16))


def _told(story: Narrative, unit: CodedUnit) -> str:
    """The text of a unit, a blank for what identifies."""
    letters = list(story.text)
    for span in story.pii:
        letters[span.start : span.end] = " " * (span.end - span.start)
    return "".join(letters[unit.start : unit.end])


def _frequent(texts: Sequence[str]) -> list[str]:
    words, letters = Counter[str](), Counter[str]()
    for text in texts:
        words.update(set(word_ngrams(text)))
        letters.update(set(letter_ngrams(text)))
    found = [name for name, count in words.items() if count >= _LEAST_WORDS]
    return sorted(found + [name for name, count in letters.items() if count >= _LEAST_LETTERS])


@click.command()
@click.option("--weights", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--data", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--without", multiple=True, help="Hand to leave out of the training answers.")
def main(weights: Path, data: Path, without: tuple[str, ...]) -> None:
    """Train the n-grams on the own answers and the reviews under DATA."""
    write_ngrams(read_corpora(data, without), weights)


if __name__ == "__main__":
    main()
