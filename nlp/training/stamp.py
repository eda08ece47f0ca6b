"""Says in meta.json which files lie beside it."""

import hashlib
import json
from pathlib import Path
from typing import Any

FILES = ("encoder.onnx", "heads.npz", "ngrams.npz", "tokenizer.json")


def stamp(target: Path, meta: dict[str, Any]) -> None:
    """Write meta.json with the digest of the other files."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((target / name).read_bytes())
    meta = {**meta, "weights_sha256": digest.hexdigest()}
    (target / "meta.json").write_text(
        json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
