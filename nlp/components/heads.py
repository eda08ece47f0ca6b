"""spaCy component that codes units: themes, sentiment, attribution, change, utterance."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from nlp.codebook import codebook
from nlp.heads import AXES, WEIGHTS, choose_themes, load_heads


@registry.scorers("fortell.unit_scorer.v1")  # type: ignore[untyped-decorator]
def make_unit_scorer() -> Any:
    """Scorer for coded units.

    RETURNS (Callable): `score_units`.
    """
    return score_units


def score_units(examples: Iterable[Example], **kwargs: Any) -> dict[str, float]:
    """Compare units that reference and prediction both cut at the same place.

    examples (Iterable[Example]): references carry coded units in `doc._.units`.
    RETURNS (dict[str, float]): micro F1 of themes and accuracy of each axis; an axis that no
        shared unit has is left out.
    """
    hits = proposed = wanted = 0
    right: dict[str, list[bool]] = {axis: [] for axis in AXES}
    for example in examples:
        predicted = {(u["start"], u["end"]): u for u in example.predicted._.units}
        for gold in example.reference._.units:
            unit = predicted.get((gold["start"], gold["end"]))
            if unit is None:
                continue
            found, true = set(unit["themes"] or ()), set(gold["themes"] or ())
            hits += len(found & true)
            proposed += len(found)
            wanted += len(true)
            for axis in AXES:
                if gold[axis] is not None:
                    right[axis].append(unit[axis] == gold[axis])
    scores = {f"{axis}_acc": sum(r) / len(r) for axis, r in right.items() if r}
    if proposed + wanted:
        scores["themes_f"] = 2 * hits / (proposed + wanted)
    return scores


@Language.factory(
    "fortell_heads",
    requires=["doc._.unit_vectors"],
    assigns=["doc._.units"],
    default_config={"weights": None, "scorer": {"@scorers": "fortell.unit_scorer.v1"}},
    default_score_weights={"themes_f": 0.5, "sentiment_acc": 0.5},
)
def make_heads(nlp: Language, name: str, weights: str | None, scorer: Any) -> "HeadsComponent":
    """Create the component that codes units.

    weights (str | None): folder with heads.npz and meta.json; None takes those that ship.
    scorer (Callable): how `nlp.evaluate` scores it.
    RETURNS (HeadsComponent): the component.
    """
    return HeadsComponent(Path(weights) if weights else WEIGHTS, scorer)


class HeadsComponent:
    """Fills themes and axes of `doc._.units` from `doc._.unit_vectors`."""

    def __init__(self, weights: Path = WEIGHTS, scorer: Any = score_units) -> None:
        self.heads = load_heads(weights)
        self.score = scorer
        self._ids = codebook().theme_ids
        self._limit = codebook().max_codes_per_unit

    def __call__(self, doc: Doc) -> Doc:
        """Code the units of one document.

        doc (Doc): a document with units and vectors.
        RETURNS (Doc): the same document.
        """
        if not doc._.units:
            return doc
        vectors = doc._.unit_vectors
        themes = choose_themes(self.heads.themes.margins(vectors), self._ids, self._limit)
        axes = {
            axis: [AXES[axis][i] for i in head.scores(vectors).argmax(axis=1)]
            for axis, head in self.heads.axes.items()
        }
        doc._.units = [
            {**unit, "themes": themes[i], **{axis: values[i] for axis, values in axes.items()}}
            for i, unit in enumerate(doc._.units)
        ]
        return doc
