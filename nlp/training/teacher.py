"""What the untrained encoder said of each unit: the sentence embedding must stay close to it."""

import copy
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel

from nlp.evaluation.files import Narrative

_PREFIX = "query: "
_BATCH = 64


class Teacher:
    """Embeddings of all units of the training narratives, as multilingual-e5-small makes them.

    Their common part is taken out: what is left tells texts apart (Mu and Viswanath 2018).
    `center` and `spread` are mean and standard deviation of the states of single tokens.

    Args:
        encoder: before its first training step.
        tokenizer: of the encoder.
        narratives: whose units to embed.
    """

    def __init__(
        self, encoder: BertModel, tokenizer: Tokenizer, narratives: Sequence[Narrative]
    ) -> None:
        texts = [n.text[u.start : u.end] for n in narratives for u in n.units]
        counts = torch.tensor([len(n.units) for n in narratives])
        self._ends = counts.cumsum(0).tolist()
        self._begins = [0, *self._ends[:-1]]
        self._vectors = torch.empty((len(texts), encoder.config.hidden_size))
        frozen = copy.deepcopy(encoder).eval()
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        count = 0
        total = torch.zeros(2, encoder.config.hidden_size, dtype=torch.float64)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            states, mask = _read(frozen, tokenizer, [texts[i] for i in rows])
            self._vectors[rows] = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
            tokens = states[mask].double()
            total += torch.stack([tokens.sum(0), (tokens**2).sum(0)])
            count += len(tokens)
        self._vectors -= self._vectors.mean(0)
        self._vectors = torch.nn.functional.normalize(self._vectors, dim=-1)
        mean = total[0] / count
        self.center = mean.float()
        self.spread = (total[1] / count - mean**2).sqrt().float()

    def all(self) -> Tensor:
        """Vectors of every unit, in the order of the narratives."""
        return self._vectors

    def vectors(self, rows: Sequence[int]) -> Tensor:
        """Unit-length vectors of the units of some narratives, (units, width)."""
        return torch.cat([self._vectors[self._begins[i] : self._ends[i]] for i in rows])


@torch.no_grad()
def _read(encoder: BertModel, tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """States (texts, tokens, width) and which tokens there are (texts, tokens)."""
    encodings = tokenizer.encode_batch([_PREFIX + text for text in texts])
    size = max(len(encoding.ids) for encoding in encodings)
    ids = torch.ones((len(texts), size), dtype=torch.long)
    mask = torch.zeros((len(texts), size), dtype=torch.bool)
    for i, encoding in enumerate(encodings):
        ids[i, : len(encoding.ids)] = torch.tensor(encoding.ids)
        mask[i, : len(encoding.ids)] = True
    with torch.autocast(encoder.device.type, dtype=torch.bfloat16):
        states = encoder(
            ids.to(encoder.device), attention_mask=mask.long().to(encoder.device)
        ).last_hidden_state
    return states.float().cpu(), mask
