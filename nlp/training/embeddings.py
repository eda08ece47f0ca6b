"""Embeddings kept in an append-only file, so that an interrupted run continues."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlp.encoder import DIMENSIONS, Encoder, Vectors

BATCH = 64
_RECORD = np.dtype([("key", "S32"), ("vector", np.float32, (DIMENSIONS,))])


def _key(text: str) -> bytes:
    # numpy strips trailing zero bytes from fixed strings, hence the hexadecimal digits
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32].encode()


def embed(texts: Sequence[str], cache: Path) -> Vectors:
    """Embed texts, reading from and adding to a cache file; progress goes to stderr.

    Args:
        texts: texts to embed; repeated texts are embedded once.
        cache: file of fixed-size records; created when absent. A half-written last record,
            left by a killed run, is dropped.

    Returns:
        float32 array of shape (len(texts), 384).
    """
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.touch()
    whole = cache.stat().st_size // _RECORD.itemsize * _RECORD.itemsize
    with cache.open("r+b") as file:
        file.truncate(whole)
    known = {bytes(r["key"]): r["vector"].copy() for r in np.fromfile(cache, _RECORD)}
    missing = [text for text in dict.fromkeys(texts) if _key(text) not in known]
    if missing:
        encoder = Encoder()
        missing.sort(key=len)
        with cache.open("ab") as file:
            for start in range(0, len(missing), BATCH):
                batch = missing[start : start + BATCH]
                records = np.empty(len(batch), _RECORD)
                records["key"] = [_key(text) for text in batch]
                records["vector"] = encoder.encode(batch)
                file.write(records.tobytes())
                file.flush()
                known.update(zip(records["key"].tolist(), records["vector"], strict=True))
                print(f"embedded {start + len(batch)} of {len(missing)}", file=sys.stderr)  # noqa: T201
    return np.stack([known[_key(text)] for text in texts])
