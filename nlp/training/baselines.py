"""What the engine must beat: linear heads on the frozen encoder, and a sentiment lexicon.

    python -m nlp.training.baselines --weights nlp/weights FILE…

The heads learn from all own answers but those left out; both are measured on the same units of
FILE. The figures go into the model card (`baselines` of meta.json).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from enumerations import Sentiment
from nlp.codebook import codebook
from nlp.evaluation.figures import Figure, figure, macro_f1, micro_f1, one_hot
from nlp.evaluation.files import CodedUnit, Narrative, read
from nlp.labels import AXES
from nlp.training.corpora import read_own
from nlp.training.model import from_start
from nlp.training.stamp import stamp
from nlp.training.start import read_start
from nlp.training.teacher import Teacher
from nlp.training.vocabulary import choose_pieces, make_tokenizer

PIECES = 22_000
_THRESHOLD = 0.35
_NEUTRAL = 0.05


def _units(narratives: Sequence[Narrative]) -> tuple[list[CodedUnit], list[str], list[int]]:
    rows = [(u, n.text[u.start : u.end], i) for i, n in enumerate(narratives) for u in n.units]
    return [u for u, _, _ in rows], [text for _, text, _ in rows], [i for _, _, i in rows]


def frozen(train: Sequence[Narrative], test: Sequence[Narrative]) -> dict[str, Figure]:
    """Logistic heads on the embeddings of the encoder before any training."""
    from sklearn.linear_model import LogisticRegression

    start = read_start()
    rows = choose_pieces(start.pieces, (n.text for n in train), PIECES)
    tokenizer = make_tokenizer([start.pieces[row] for row in rows])
    encoder = from_start(start, rows, len(codebook().theme_ids)).encoder
    x = Teacher(encoder, tokenizer, [*train, *test]).all().numpy()
    units, _, _ = _units(train)
    golds, _, stories = _units(test)
    x_train, x_test = x[: len(units)], x[len(units) :]
    ids = [code.id for code in codebook().codes]
    said = np.stack(
        [
            LogisticRegression(C=10, max_iter=300)
            .fit(x_train, [theme in (u.themes or ()) for u in units])
            .predict_proba(x_test)[:, 1]
            >= _THRESHOLD
            for theme in ids
        ],
        axis=1,
    )
    true = np.array([[theme in (u.themes or ()) for theme in ids] for u in golds])
    found = {"themes micro-F1": figure(micro_f1, true, said, stories)}
    for axis, values in AXES.items():
        head = LogisticRegression(C=10, max_iter=300, class_weight="balanced")
        head.fit(x_train, [str(getattr(u, axis)) for u in units])
        labels = [str(getattr(u, axis)) for u in golds]
        found[f"{axis} macro-F1"] = figure(
            macro_f1, one_hot(labels, values), one_hot(head.predict(x_test), values), stories
        )
    return found


def lexicon(test: Sequence[Narrative]) -> dict[str, Figure]:
    """Sentiment by asent's Norwegian lexicon with negation and intensifiers (Enevoldsen 2022)."""
    import asent  # noqa: F401 (registers its component)
    import spacy

    engine = spacy.blank("nb")
    engine.add_pipe("sentencizer")
    engine.add_pipe("asent_no_v1")
    golds, texts, stories = _units(test)
    kept = [i for i, u in enumerate(golds) if u.sentiment is not Sentiment.MIXED]
    values = [v for v in AXES["sentiment"] if v != Sentiment.MIXED]
    said = []
    for doc in engine.pipe(texts[i] for i in kept):
        compound = float(doc._.polarity.compound)
        pole = Sentiment.POSITIVE if compound > 0 else Sentiment.NEGATIVE
        said.append(str(Sentiment.NEUTRAL if abs(compound) < _NEUTRAL else pole))
    labels = [str(golds[i].sentiment) for i in kept]
    true, guess = one_hot(labels, values), one_hot(said, values)
    groups = [stories[i] for i in kept]
    return {"sentiment macro-F1 without mixed": figure(macro_f1, true, guess, groups)}


def _plain(found: dict[str, Figure]) -> dict[str, Any]:
    return {
        name: [round(f.value, 3), round(f.low, 3), round(f.high, 3), f.count]
        for name, f in found.items()
    }


@click.command()
@click.option("--weights", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--without", multiple=True, help="Hand to leave out of the training answers.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(weights: Path, without: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Measure the baselines and write their figures into meta.json."""
    test = [row for file in files for row in read(file) if isinstance(row, Narrative)]
    found = {
        "frozen encoder, logistic heads": _plain(frozen(read_own(without), test)),
        "asent lexicon": _plain(lexicon(test)),
    }
    meta = json.loads((weights / "meta.json").read_text(encoding="utf-8"))
    names = ", ".join(file.stem for file in files)
    stamp(weights, {**meta, "baselines": found, "baselines_on": names})
    click.echo(json.dumps(found, indent=1), err=True)


if __name__ == "__main__":
    main()
