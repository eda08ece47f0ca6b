"""The network: one encoder, many heads. Trained here, run elsewhere without torch."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from nlp.labels import AXES, LEARNT_FLAGS, TAGS
from nlp.training.start import Start


class LabelAttention(nn.Module):
    """Each label looks at the tokens of its unit in its own way (CAML, Mullenbach et al. 2018).

    A label's attention is what carries it: the words that are shown as its evidence. Weights start
    at zero and rare labels at their rarity, so that the first steps do not tear the encoder apart.
    """

    def __init__(self, width: int, labels: int, bias: float = 0.0) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(labels, width))
        self.weight = nn.Parameter(torch.zeros(labels, width))
        self.bias = nn.Parameter(torch.full((labels,), bias))

    def forward(self, states: Tensor, inside: Tensor) -> Tensor:
        """Logits of labels.

        Args:
            states: (units, tokens, width).
            inside: (units, tokens), true where a token belongs to the unit.

        Returns:
            (units, labels).
        """
        scores = (states @ self.query.T).masked_fill(~inside[:, :, None], -1e4)
        attention = scores.softmax(dim=1)
        values = states @ self.weight.T
        return (attention * values).sum(dim=1) + self.bias


@dataclass
class Outputs:
    """Logits of a batch. Rows of unit heads follow `unit_rows` of the batch."""

    boundary: Tensor
    tags: dict[str, Tensor]
    themes: Tensor | None
    axes: dict[str, Tensor]
    safety: Tensor | None
    embedding: Tensor | None


class Network(nn.Module):
    """Encoder and heads.

    The states of E5 lie in a narrow cone; the heads see them less their mean, each dimension on
    its own scale (`center`, `spread`). Without that they hardly learn.

    Args:
        config: shape of the encoder.
        themes: how many themes and meta codes there are.
    """

    def __init__(self, config: BertConfig, themes: int) -> None:
        super().__init__()
        width = config.hidden_size
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(0.1)
        self.register_buffer("center", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        self.boundary = nn.Linear(width, 1)
        self.tags = nn.ModuleDict({name: nn.Linear(width, len(t)) for name, t in TAGS.items()})
        self.themes = LabelAttention(width, themes, bias=-3.3)
        self.axes = nn.ModuleDict({a: LabelAttention(width, len(v)) for a, v in AXES.items()})
        self.safety = LabelAttention(width, len(LEARNT_FLAGS), bias=-3.5)
        self.embedding = nn.Linear(width, width, bias=False)
        with torch.no_grad():
            for head in (self.boundary, *self.tags.values()):
                head.weight.zero_()
                head.bias.zero_()
            self.boundary.bias.fill_(-2.0)
            for head in self.tags.values():
                head.bias[0] = 5.0
            self.embedding.weight.copy_(torch.eye(width))

    def forward(
        self,
        ids: Tensor,
        mask: Tensor,
        body: Tensor | None = None,
        unit_rows: Tensor | None = None,
        inside: Tensor | None = None,
    ) -> Outputs:
        """Run encoder and heads.

        Args:
            ids: (texts, tokens).
            mask: (texts, tokens), true where there is a token.
            body: the same without special tokens.
            unit_rows: (units,), the text of each unit; None leaves the unit heads out.
            inside: (units, tokens), true for the tokens of the unit.
        """
        with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=self.training):
            states = self.encoder(ids, attention_mask=mask.long()).last_hidden_state
        states = self.dropout((states.float() - self.center) / self.spread)
        tags = {name: head(states) for name, head in self.tags.items()}
        boundary = self.boundary(states).squeeze(-1)
        if body is None or unit_rows is None or inside is None:
            return Outputs(boundary, tags, None, {}, None, None)
        units = states[unit_rows]
        mean = (units * inside[:, :, None]).sum(1) / inside.sum(1, keepdim=True).clamp(min=1)
        return Outputs(
            boundary,
            tags,
            self.themes(units, inside),
            {axis: head(units, inside) for axis, head in self.axes.items()},
            self.safety(states, body),
            nn.functional.normalize(self.embedding(mean), dim=-1),
        )


def from_start(start: Start, rows: list[int], themes: int, positions: int = 512) -> Network:
    """A network whose encoder is the starting encoder with a cut vocabulary.

    Args:
        start: tensors to begin with.
        rows: rows of the word embeddings to keep.
        themes: number of themes and meta codes.
        positions: longest text in tokens.
    """
    config = BertConfig(
        vocab_size=len(rows),
        hidden_size=start.width,
        num_hidden_layers=start.layers,
        num_attention_heads=start.heads,
        intermediate_size=start.inner,
        max_position_embeddings=positions,
        layer_norm_eps=start.epsilon,
    )
    network = Network(config, themes)
    shapes = network.encoder.state_dict()
    tensors = {}
    for name, values in start.tensors.items():
        if name not in shapes:  # a layer that a smaller test network does not have
            continue
        tensor = torch.from_numpy(values)
        if name.endswith("word_embeddings.weight"):
            tensor = tensor.view(-1, start.width)[rows]
        elif name.endswith("position_embeddings.weight"):
            tensor = tensor.view(-1, start.width)[:positions]
        tensors[name] = tensor.view(shapes[name].shape)
    network.encoder.load_state_dict(tensors, strict=False)
    return network
