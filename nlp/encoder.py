"""The text encoder: multilingual-e5-small, trained further, int8, run by onnxruntime."""

import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.errors import ModelMissing

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parent / "weights"
DIMENSIONS = 384
WINDOW = 254
Vectors = npt.NDArray[np.float32]
_ADVICE = "Reinstall fortell, or train it anew: docs/nlp.md."


class States(NamedTuple):
    """What the encoder says of one text; a tuple, so that spaCy can store documents with it.

    vectors: float32 of shape (tokens, 384), the special tokens left out.
    offsets: (start, end) of each token in code points.
    """

    vectors: Vectors
    offsets: list[tuple[int, int]]


class Encoder:
    """Reads texts token by token, each in the light of the whole text.

    Args:
        folder: where encoder.onnx and tokenizer.json lie.
        num_threads: CPU threads; None takes one for each core.

    Raises:
        ModelMissing: a file is absent or broken.
    """

    def __init__(self, folder: Path = WEIGHTS, num_threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = num_threads or 0
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Spinning threads would take the cores from the server between two stories.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = load_tokenizer(folder)
        except Exception as error:  # both libraries raise bare exceptions of their own
            raise ModelMissing(f"The text encoder cannot be loaded. {_ADVICE}") from error
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> list[States]:
        """Encode texts of any length; a long one is read in windows of 254 tokens.

        Each text is read on its own: it gets the same states whatever is read beside it, and on a
        CPU that is no slower than a padded batch.

        Args:
            texts: strings without lone surrogates.
        """
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        states = []
        for encoding in encodings:
            vectors = np.empty((len(encoding.ids), DIMENSIONS), np.float32)
            for start in range(0, len(vectors), WINDOW):
                vectors[start : start + WINDOW] = self._read(encoding.ids[start : start + WINDOW])
            states.append(States(vectors, encoding.offsets))
        return states

    def _read(self, ids: list[int]) -> Vectors:
        row = np.array([[0, *ids, 2]], np.int64)
        with self._lock:
            found = self._session.run(None, {"ids": row, "mask": np.ones_like(row)})[0]
        vectors: Vectors = found[0, 1:-1]
        return vectors


def load_tokenizer(folder: Path) -> "Tokenizer":
    """The tokenizer of the encoder; it would keep ten thousand words of what it has read."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.model._resize_cache(0)
    return tokenizer


@cache
def shared_encoder(num_threads: int | None = None) -> Encoder:
    """The encoder that ships, loaded once for each number of threads."""
    return Encoder(WEIGHTS, num_threads)
