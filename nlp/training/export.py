"""Write the weights that ship: encoder.onnx (int8), heads.npz, tokenizer.json, meta.json; n-grams.

python -m nlp.training.export --work FOLDER --target nlp/weights --data DIR
"""

import json
import warnings
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers import BertConfig

from nlp.codebook import codebook
from nlp.labels import AXES, TAGS
from nlp.training.corpora import Corpora, check_hands, read_corpora
from nlp.training.model import Network
from nlp.training.ngrams import write_ngrams
from nlp.training.shipped import meet_halfway
from nlp.training.start import read_start
from nlp.training.vocabulary import make_tokenizer

POSITIONS = 256
BLOCK = 128
_INT8_PRODUCTS = 4


class _Rows(nn.Module):
    """An embedding in 8 bits: each row has a scale of its own."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        rows: Tensor = self.rows[ids].float()
        return rows * self.scale[ids]


class _Reader(nn.Module):
    """The encoder as it is run: ids and mask in, states out. Written out so that the graph is
    plain and its products can be quantised."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        bert = network.encoder
        self.words = _Rows(bert.embeddings.word_embeddings.weight.detach())
        position = bert.embeddings.position_embeddings.weight.detach()[:POSITIONS]
        kind = bert.embeddings.token_type_embeddings.weight.detach()[0]
        self.register_buffer("position", position + kind)
        self.norm = bert.embeddings.LayerNorm
        self.layers = bert.encoder.layer
        self.heads = bert.config.num_attention_heads

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        texts, tokens = ids.shape
        states = self.norm(self.words(ids) + self.position[:tokens])
        hidden = ((1 - mask.float()) * -1e4)[:, None, None, :]
        width = states.shape[-1] // self.heads
        for layer in self.layers:
            attention = layer.attention
            query, key, value = (
                part(states).view(texts, tokens, self.heads, width).transpose(1, 2)
                for part in (attention.self.query, attention.self.key, attention.self.value)
            )
            scores = query @ key.transpose(2, 3) / width**0.5 + hidden
            mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(texts, tokens, -1)
            states = attention.output.LayerNorm(attention.output.dense(mixed) + states)
            inner = nn.functional.gelu(layer.intermediate.dense(states))
            states = layer.output.LayerNorm(layer.output.dense(inner) + states)
        return states


def load_network(work: Path) -> tuple[Network, list[tuple[str, float]]]:
    """Read what the training left in its folder."""
    pieces = [(piece, score) for piece, score in json.loads((work / "pieces.json").read_text())]
    start = read_start()
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=start.width,
        num_hidden_layers=start.layers,
        num_attention_heads=start.heads,
        intermediate_size=start.inner,
        layer_norm_eps=start.epsilon,
    )
    network = Network(config, len(codebook().theme_ids))
    state = torch.load(work / "network.pt", weights_only=True, map_location="cpu")
    network.load_state_dict(state)
    return network.eval(), pieces


def export_encoder(network: Network, target: Path, bits: int = 8) -> None:
    """Write encoder.onnx.

    Weights have a scale for each block of a row, activations one for each block of a token, so a
    text is read the same alone and in a batch. Layer norms, softmax and biases stay in 32 bits.

    Args:
        network: trained.
        target: folder to write to.
        bits: of the weights; 0 writes the encoder in 32 bits, to compare with.
    """
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import (
        DefaultWeightOnlyQuantConfig,
        MatMulNBitsQuantizer,
    )

    ids = torch.ones((2, 8), dtype=torch.int64)
    axes = {
        0: torch.export.Dim("texts", min=1),
        1: torch.export.Dim("tokens", min=3, max=POSITIONS),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of what it will change in itself
        program = torch.onnx.export(
            _Reader(network).eval(),
            (ids, torch.ones_like(ids)),
            input_names=["ids", "mask"],
            output_names=["states"],
            dynamic_shapes=(axes, axes),
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch made no ONNX program.")
    model = program.model_proto
    if bits:
        config = DefaultWeightOnlyQuantConfig(
            bits=bits, block_size=BLOCK, is_symmetric=True, accuracy_level=_INT8_PRODUCTS
        )
        quantizer = MatMulNBitsQuantizer(model, algo_config=config)
        quantizer.process()
        model = quantizer.model.model
    onnx.checker.check_model(model)
    onnx.save(model, target / "encoder.onnx")


def head_arrays(network: Network) -> dict[str, npt.NDArray[np.float32]]:
    """Weights of all heads by the names that nlp.heads reads.

    The shift and scale that heads see the states with are folded into their weights: a query's
    constant part cancels in the softmax, and attention sums to one.
    """
    center, spread = network.center, network.spread
    found: dict[str, Tensor] = {
        "boundary.weight": network.boundary.weight,
        "boundary.bias": network.boundary.bias,
        "embedding.weight": network.embedding.weight,
    }
    for name in TAGS:
        found[f"tags.{name}.weight"] = network.tags[name].weight
        found[f"tags.{name}.bias"] = network.tags[name].bias
    heads: dict[str, Any] = {"themes": network.themes, "safety": network.safety}
    heads |= {f"axes.{axis}": network.axes[axis] for axis in AXES}
    for name, head in heads.items():
        for part in ("query", "weight", "bias"):
            found[f"{name}.{part}"] = getattr(head, part)
    for name in [name for name in found if name.endswith((".weight", ".query"))]:
        found[name] = found[name] / spread
        if name.endswith(".weight"):
            bias = name.removesuffix("weight") + "bias"
            found[bias] = found.get(bias, 0) - found[name] @ center
    return {name: tensor.detach().float().numpy() for name, tensor in found.items()}


def write_weights(
    network: Network,
    pieces: list[tuple[str, float]],
    corpora: Corpora,
    target: Path,
    about: dict[str, Any],
) -> None:
    """Write encoder, tokenizer, heads and n-grams; calibration adds thresholds.

    Args:
        network: trained.
        pieces: its word pieces with scores.
        corpora: what the n-grams learn from.
        target: folder to write to.
        about: data and recipe, for the model card.

    Raises:
        OtherHands: the network learnt from other hands; nothing is written.
    """
    check_hands(about, corpora)
    target.mkdir(parents=True, exist_ok=True)
    export_encoder(network, target)
    make_tokenizer(pieces).save(str(target / "tokenizer.json"), pretty=False)
    arrays = head_arrays(network)
    themes = len(codebook().theme_ids)
    arrays["themes.threshold"] = np.full(themes, 0.35, np.float32)
    arrays["safety.threshold"] = np.full(len(arrays["safety.bias"]), 0.5, np.float32)
    # Half precision: rounding is far below what int8 does to the states.
    halves: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(target / "heads.npz", **halves)
    meta = {
        "themes": list(codebook().theme_ids),
        "identifying_limit": 0.6,
        "boundary_limit": 0.5,
        "phrase_floor": 0.1,
        **about,
    }
    (target / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    write_ngrams(corpora, target)


@click.command()
@click.option("--work", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--target", type=click.Path(path_type=Path), required=True)
@click.option(
    "--shipped",
    type=click.Path(exists=True, path_type=Path),
    help="Weights that the training went on from, to average with.",
)
@click.option("--data", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--without", multiple=True, help="Hand that was left out of the training.")
def main(
    work: Path, target: Path, shipped: Path | None, data: Path, without: tuple[str, ...]
) -> None:
    """Export a trained network."""
    about = json.loads((work / "about.json").read_text(encoding="utf-8"))
    network, pieces = load_network(work)
    if shipped:
        meet_halfway(network, shipped)
        about["averaged_with"] = json.loads((shipped / "meta.json").read_text("utf-8"))[
            "weights_sha256"
        ][:8]
    write_weights(network, pieces, read_corpora(data, without), target, about)
    size = sum(file.stat().st_size for file in target.iterdir()) / 1e6
    click.echo(f"{size:.1f} MB in {target}", err=True)


if __name__ == "__main__":
    main()
