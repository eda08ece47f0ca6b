"""Reads shipped weights back into the network, to go on training from them."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from nlp.labels import AXES, TAGS
from nlp.training.model import Network

_ZERO = 128


def read_pieces(folder: Path) -> list[str]:
    """The word pieces of shipped weights, in their order."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    return [piece for piece, _ in tokenizer["model"]["vocab"]]


def load_shipped(network: Network, folder: Path) -> None:
    """Put shipped weights into a network with the same word pieces.

    The rounding to 8 bits stays in them; training on takes it out again.

    Args:
        network: whose `center` and `spread` are those that its heads shall see the states with.
        folder: with encoder.onnx and heads.npz.
    """
    missing, unknown = network.encoder.load_state_dict(_encoder(network, folder), strict=False)
    if missing or unknown:
        raise ValueError(f"{folder} holds another network: {sorted({*missing, *unknown})[:3]}")
    with np.load(folder / "heads.npz") as file:
        arrays = {name: torch.from_numpy(file[name].astype(np.float32)) for name in file.files}
    state = network.state_dict()
    for name in state:
        if name in arrays:
            state[name] = arrays[name]
    for name in [*(f"tags.{tag}" for tag in TAGS), *(f"axes.{axis}" for axis in AXES)]:
        for part in ("weight", "bias", "query"):
            if f"{name}.{part}" in arrays:
                state[f"{name}.{part}"] = arrays[f"{name}.{part}"]
    _unfold(state, network.center, network.spread)
    network.load_state_dict(state)


def meet_halfway(network: Network, folder: Path) -> None:
    """Average a network with the shipped weights that its training went on from.

    Two points of one training, averaged, err less than either (Wortsman et al. 2022, model soups).

    Args:
        network: trained on from the weights in `folder`; it becomes the average.
        folder: with encoder.onnx and heads.npz.
    """
    own = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    load_shipped(network, folder)
    average = {
        name: tensor.lerp(own[name], 0.5) if tensor.is_floating_point() else tensor
        for name, tensor in network.state_dict().items()
    }
    network.load_state_dict(average)


def _unfold(state: dict[str, Tensor], center: Tensor, spread: Tensor) -> None:
    """Undo what the export folded into the heads' weights."""
    for name in [n for n in state if not n.startswith("encoder.")]:
        if name.endswith(".weight") and name != "embedding.weight":
            bias = name.removesuffix("weight") + "bias"
            state[bias] = state[bias] + state[name] @ center
        if name.endswith((".weight", ".query")):
            state[name] = state[name] * spread


def _encoder(network: Network, folder: Path) -> dict[str, Tensor]:
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(folder / "encoder.onnx").graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    readers = {name: node for node in graph.node for name in node.input}
    found = {_name(name): array for name, array in arrays.items() if _name(name)}
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            bias = next(n for n in readers[node.output[0]].input if n.endswith(".bias"))
            weight = _weights(arrays[node.input[1]], arrays[node.input[2]])
            found[_name(bias).removesuffix("bias") + "weight"] = weight
    rows, scale = (arrays[n.input[0]] for n in graph.node if n.op_type == "GatherND")
    words = rows.astype(np.float32) * scale
    shapes = network.encoder.state_dict()
    position = shapes["embeddings.position_embeddings.weight"].numpy().copy()
    position[: len(arrays["position"])] = arrays["position"]
    found |= {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": position,
        # The export adds the only kind of token to the positions.
        "embeddings.token_type_embeddings.weight": np.zeros_like(
            shapes["embeddings.token_type_embeddings.weight"].numpy()
        ),
    }
    return {
        name: torch.from_numpy(np.array(array)).view(shapes[name].shape)
        for name, array in found.items()
    }


def _name(name: str) -> str:
    """Name in a BertModel of a tensor of the graph; empty when it has none of its own."""
    if name.startswith("layers."):
        return f"encoder.layer.{name.removeprefix('layers.')}"
    return f"embeddings.LayerNorm.{name[5:]}" if name.startswith("norm.") else ""


def _weights(
    blocks: npt.NDArray[np.uint8], scales: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Weights (out, in) of 8-bit blocks (out, blocks, size) with a scale each."""
    rows, count, _ = blocks.shape
    values = (blocks.astype(np.float32) - _ZERO) * scales.reshape(rows, count, 1)
    return values.reshape(rows, -1)
