"""Linear heads on unit vectors: what the weight file holds, how a unit is decided. numpy only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from enumerations import Attribution, Change, SafetyFlag, Sentiment, Utterance
from nlp.codebook import codebook
from nlp.encoder import Vectors
from nlp.errors import ModelMissing

WEIGHTS = Path(__file__).parent / "weights"
Scores = npt.NDArray[np.float32]

# Closed values per axis, in the order of the rows of its weights.
AXES: dict[str, tuple[str, ...]] = {
    "sentiment": tuple(value.value for value in Sentiment),
    "attribution": tuple(value.value for value in Attribution),
    "change": tuple(value.value for value in Change),
    "utterance": tuple(value.value for value in Utterance),
}
# S_identifiserende is not learnt: it follows from what the redactor finds.
LEARNT_FLAGS = tuple(flag.value for flag in SafetyFlag if flag is not SafetyFlag.IDENTIFYING)


@dataclass(frozen=True)
class Head:
    """A linear layer. `threshold` is what a score must reach; None means the highest score wins."""

    weight: Scores
    bias: Scores
    threshold: Scores | None = None

    def scores(self, vectors: Vectors) -> Scores:
        """Scores of shape (units, labels)."""
        return vectors @ self.weight.T + self.bias

    def margins(self, vectors: Vectors) -> Scores:
        """Scores minus thresholds: above zero means yes."""
        scores = self.scores(vectors)
        return scores if self.threshold is None else scores - self.threshold


@dataclass(frozen=True)
class Heads:
    """All heads of the engine, and the meta data of their weight file."""

    themes: Head
    axes: dict[str, Head]
    safety: Head
    meta: dict[str, Any]


def load_heads(folder: Path = WEIGHTS) -> Heads:
    """Read heads.npz and meta.json.

    Args:
        folder: where both files lie.

    Raises:
        ModelMissing: a file is absent, broken, or made for another codebook.
    """
    advice = (
        "Train them with `python -m nlp.training.train_heads --data DIR`, or reinstall fortell."
    )
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        with np.load(folder / "heads.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files}
        heads = Heads(
            _head(arrays, "themes"),
            {axis: _head(arrays, axis) for axis in AXES},
            _head(arrays, "safety"),
            meta,
        )
        fits = tuple(meta["themes"]) == codebook().theme_ids
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(
            f"The weights of the language engine cannot be read from {folder.name}. {advice}"
        ) from error
    if not fits:
        raise ModelMissing(f"The weights were made for another codebook version. {advice}")
    return heads


def _head(arrays: dict[str, Scores], name: str) -> Head:
    return Head(arrays[f"{name}.weight"], arrays[f"{name}.bias"], arrays.get(f"{name}.threshold"))


def choose_themes(
    margins: npt.NDArray[np.floating[Any]], ids: Sequence[str], limit: int
) -> list[list[str]]:
    """Themes of each unit, the surest first.

    A meta code says that a unit has no theme, so it stands only where no theme does.

    Args:
        margins: scores minus thresholds, shape (units, themes).
        ids: theme ids in the order of the columns.
        limit: most themes that a unit may have.
    """
    chosen = []
    for row in margins:
        order = [int(i) for i in np.argsort(-row, kind="stable") if row[i] > 0]
        themes = [ids[i] for i in order if not ids[i].startswith("X")]
        chosen.append(themes[:limit] or [ids[i] for i in order[:1]])
    return chosen
