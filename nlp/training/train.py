"""Train the language engine's network.

    python -m nlp.training.train --data DIR --work FOLDER

Reads the project's own answers (nlp/training/data) and, from DIR, the public corpora
norec_sentence/train_mixed.jsonl.gz and norne/train.jsonl.gz. FOLDER keeps checkpoints: a run that
was stopped continues where it was, with the same result as one that was not. With new data,
`--shipped nlp/weights` goes on from the weights that ship. Progress goes to stderr. Export the
result with `python -m nlp.training.export`.
"""

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import click
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from nlp.codebook import codebook
from nlp.evaluation.files import Narrative, Row, Tagged
from nlp.training.batches import IGNORE, Batch, make_batch
from nlp.training.corpora import Corpora, read_corpora
from nlp.training.model import Network, Outputs, from_start
from nlp.training.render import Chances, render
from nlp.training.shipped import load_shipped, read_pieces
from nlp.training.start import Start, read_start
from nlp.training.teacher import Teacher
from nlp.training.vocabulary import UNKNOWN, choose_pieces, make_tokenizer


@dataclass(frozen=True)
class Recipe:
    """Settings of a run; docs/decisions/0007-one-network.md says what the shipped weights had."""

    seed: int = 20261
    pieces: int = 22_000
    narrative_passes: int = 6
    review_passes: int = 3
    tagged_passes: int = 2
    narratives_per_batch: int = 24
    sentences_per_batch: int = 48
    encoder_rate: float = 1.5e-4
    layer_decay: float = 0.92
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.06
    average_from: float = 0.8
    average_every: int = 5
    lower_tagged: float = 0.3
    hidden: float = 0.1


WEIGHTS = {
    "themes": 1.0,
    "ranking": 0.5,
    "sentiment": 1.0,
    "attribution": 0.5,
    "change": 0.4,
    "utterance": 0.5,
    "safety": 1.0,
    "boundary": 0.5,
    "identifying": 1.0,
    "entities": 1.0,
    "embedding": 0.5,
}
SAFETY_POSITIVE = 4.0
SAVE_SECONDS = 120.0


def losses(outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
    """Loss of each head on what the batch annotates; heads without annotation are absent."""
    found: dict[str, Tensor] = {}
    binary = nn.functional.binary_cross_entropy_with_logits
    known = ~batch.boundary.isnan()
    if known.any():
        found["boundary"] = binary(outputs.boundary[known], batch.boundary[known])
    for name, logits in outputs.tags.items():
        target = batch.tags[name]
        if (target != IGNORE).any():
            found[name] = nn.functional.cross_entropy(
                logits.flatten(0, 1), target.flatten(), ignore_index=IGNORE
            )
    if outputs.themes is not None and outputs.safety is not None:
        known = ~batch.themes[:, 0].isnan()
        if known.any():
            logits, wanted = outputs.themes[known], batch.themes[known]
            found["themes"] = binary(logits, wanted, reduction="none").sum(1).mean()
            share = wanted / wanted.sum(1, keepdim=True).clamp(min=1)
            found["ranking"] = -(share * logits.log_softmax(1)).sum(1).mean()
        known = ~batch.safety[:, 0].isnan()
        if known.any():
            weight = torch.tensor(SAFETY_POSITIVE, device=batch.safety.device)
            found["safety"] = (
                binary(
                    outputs.safety[known],
                    batch.safety[known],
                    pos_weight=weight,
                    reduction="none",
                )
                .sum(1)
                .mean()
            )
        for axis, logits in outputs.axes.items():
            if (batch.axes[axis] != IGNORE).any():
                found[axis] = nn.functional.cross_entropy(
                    logits, batch.axes[axis], ignore_index=IGNORE
                )
    return found


@dataclass(frozen=True)
class Step:
    """One batch of the plan: which corpus, which rows, and the seed of its surfaces."""

    corpus: str
    rows: tuple[int, ...]
    seed: int


def plan(corpora: Corpora, recipe: Recipe) -> list[Step]:
    """All steps of a run, a pure function of data and recipe: resuming needs only a number."""
    chance = random.Random(recipe.seed)
    steps: list[Step] = []
    for name, passes, size in (
        ("narratives", recipe.narrative_passes, recipe.narratives_per_batch),
        ("reviews", recipe.review_passes, recipe.sentences_per_batch),
        ("tagged", recipe.tagged_passes, recipe.sentences_per_batch),
    ):
        rows = getattr(corpora, name)
        for _ in range(passes):
            steps += [
                Step(name, batch, chance.randrange(2**32)) for batch in _batches(rows, size, chance)
            ]
    # Every corpus is spread evenly over the run, its passes in order.
    chance.shuffle(steps)
    return steps


def _batches(rows: Sequence[Row], size: int, chance: random.Random) -> Iterator[tuple[int, ...]]:
    """Shuffled batches of texts of about equal length."""
    order = list(range(len(rows)))
    chance.shuffle(order)
    for start in range(0, len(order), size * 16):
        chunk = sorted(order[start : start + size * 16], key=lambda i: len(rows[i].text))
        batches = [tuple(chunk[i : i + size]) for i in range(0, len(chunk), size)]
        chance.shuffle(batches)
        yield from batches


def surfaces(step: Step, corpora: Corpora, recipe: Recipe) -> list[Row]:
    """The rows of a step as they are shown to the network this time."""
    chance = random.Random(step.seed)
    shown: list[Row] = []
    for row in (getattr(corpora, step.corpus)[i] for i in step.rows):
        if isinstance(row, Narrative):
            row = render(row, chance, Chances())
        elif isinstance(row, Tagged) and chance.random() < recipe.lower_tagged:
            lower = row.text.lower()
            if len(lower) == len(row.text):
                row = Tagged(lower, row.tokens, row.entities)
        shown.append(row)
    return shown


def _groups(network: Network, recipe: Recipe) -> list[dict[str, Any]]:
    """Parameter groups: the lower the layer, the smaller its learning rate."""
    layers = network.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        rate = recipe.head_rate
        if name.startswith("encoder."):
            depth = int(name.split(".")[3]) + 1 if ".layer." in name else 0
            rate = recipe.encoder_rate * recipe.layer_decay ** (layers - depth)
        decay = recipe.weight_decay if parameter.dim() > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]


def _schedule(recipe: Recipe, total: int) -> "Any":
    warm = max(1, int(recipe.warmup * total))
    return lambda step: min((step + 1) / warm, max(0.02, (total - step) / max(1, total - warm)))


class Run:
    """A training run that can be stopped and taken up again."""

    def __init__(
        self,
        corpora: Corpora,
        recipe: Recipe,
        work: Path,
        start: Start,
        shipped: Path | None = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.corpora, self.recipe, self.work = corpora, recipe, work
        if shipped:
            known = {piece: row for row, (piece, _) in enumerate(start.pieces)}
            rows = [known[piece] for piece in read_pieces(shipped)]
        else:
            rows = choose_pieces(start.pieces, corpora.texts(), recipe.pieces)
        self.pieces = [start.pieces[row] for row in rows]
        self.tokenizer: Tokenizer = make_tokenizer(self.pieces)
        self.network = from_start(start, rows, len(codebook().theme_ids)).to(self.device)
        self.teacher = Teacher(self.network.encoder, self.tokenizer, corpora.narratives)
        self.network.center.copy_(self.teacher.center)
        self.network.spread.copy_(self.teacher.spread)
        if shipped:
            load_shipped(self.network, shipped)
        self.optimizer = torch.optim.AdamW(_groups(self.network, recipe), fused=True)
        self.steps = plan(corpora, recipe)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, _schedule(recipe, len(self.steps))
        )
        self.average: dict[str, Tensor] = {}
        self.averaged = 0
        self.done = 0
        work.mkdir(parents=True, exist_ok=True)
        self._resume()

    @property
    def checkpoint(self) -> Path:
        """Where the state of the run is kept."""
        return self.work / "checkpoint.pt"

    def _resume(self) -> None:
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.device)
        if state["recipe"] != json.dumps(asdict(self.recipe)) or state["steps"] != len(self.steps):
            raise click.ClickException(
                f"{self.work} holds a run with other settings or data. Choose another folder."
            )
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.average, self.averaged = state["average"], state["averaged"]
        torch.set_rng_state(state["random"].cpu())
        self.done = state["done"]

    def save(self) -> None:
        """Write the state; a killed process leaves the older one whole."""
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(
            {
                "recipe": json.dumps(asdict(self.recipe)),
                "steps": len(self.steps),
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "average": self.average,
                "averaged": self.averaged,
                "random": torch.get_rng_state(),
                "done": self.done,
            },
            partial,
        )
        partial.replace(self.checkpoint)

    def train(self, most: int | None = None) -> Network:
        """Do the steps that are left, and return the network with averaged weights.

        Args:
            most: stop after so many steps; None goes to the end.
        """
        saved = began = time.monotonic()
        sums: dict[str, float] = {}
        first = self.done
        self.network.train()
        last = len(self.steps) if most is None else min(first + most, len(self.steps))
        for number in range(first, last):
            for name, value in self._step(self.steps[number]).items():
                sums[name] = 0.95 * sums.get(name, value) + 0.05 * value
            self.done = number + 1
            now = time.monotonic()
            if self.done % 50 == 0 or self.done == last:
                left = (now - began) / (self.done - first) * (len(self.steps) - self.done)
                shown = " ".join(f"{name} {value:.3f}" for name, value in sums.items())
                click.echo(
                    f"{self.done}/{len(self.steps)} {left / 60:.1f} min left {shown}", err=True
                )
            if now - saved > SAVE_SECONDS:
                self.save()
                saved = now
        self.save()
        if self.averaged and self.done == len(self.steps):
            state = self.network.state_dict()
            self.network.load_state_dict({**state, **self.average})
        return self.network.eval()

    def _step(self, step: Step) -> dict[str, float]:
        rows = surfaces(step, self.corpora, self.recipe)
        batch = make_batch(rows, self.tokenizer)
        for field in fields(batch):
            value = getattr(batch, field.name)
            moved = (
                {k: v.to(self.device) for k, v in value.items()}
                if isinstance(value, dict)
                else value.to(self.device)
            )
            setattr(batch, field.name, moved)
        ids = self._hide(batch) if step.corpus == "narratives" else batch.ids
        outputs = self.network(ids, batch.mask, batch.body, batch.unit_rows, batch.inside)
        found = losses(outputs, batch)
        if step.corpus == "narratives" and outputs.embedding is not None:
            wanted = self.teacher.vectors(step.rows).to(self.device)
            if len(wanted) == len(outputs.embedding):
                found["embedding"] = (1 - (outputs.embedding * wanted).sum(1)).mean()
        total = torch.stack([WEIGHTS[name] * loss for name, loss in found.items()]).sum()
        total.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.scheduler.step()
        self.optimizer.zero_grad(set_to_none=True)
        if (
            self.done >= self.recipe.average_from * len(self.steps)
            and self.done % self.recipe.average_every == 0
        ):
            self._average()
        return {name: float(loss.detach()) for name, loss in found.items()}

    def _hide(self, batch: Batch) -> Tensor:
        """Some word pieces hidden: what an answer means must not hang on one word."""
        chosen = torch.rand(batch.ids.shape).to(self.device) < self.recipe.hidden
        return batch.ids.masked_fill(chosen & batch.body, UNKNOWN)

    def _average(self) -> None:
        self.averaged += 1
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                if name in self.average:
                    self.average[name].lerp_(parameter, 1 / self.averaged)
                else:
                    self.average[name] = parameter.detach().clone()


def save_network(run: Run, folder: Path, shipped: Path | None = None) -> None:
    """Write the trained network, its word pieces and settings, for the export.

    Args:
        run: at its end.
        folder: to write to.
        shipped: weights that the run went on from.
    """
    torch.save(run.network.state_dict(), folder / "network.pt")
    (folder / "pieces.json").write_text(json.dumps(run.pieces, ensure_ascii=False), "utf-8")
    corpora = run.corpora
    about: dict[str, Any] = {
        "recipe": asdict(run.recipe),
        "data": {
            "own answers": f"{len(corpora.narratives)} by {corpora.hands}",
            "NoReC_sentence, train": str(len(corpora.reviews)),
            "NorNE, train": str(len(corpora.tagged)),
        },
    }
    if shipped:
        earlier = json.loads((shipped / "meta.json").read_text("utf-8"))
        about["continued_from"] = earlier["weights_sha256"][:8]
    (folder / "about.json").write_text(json.dumps(about), "utf-8")


@click.command()
@click.option("--data", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True)
@click.option("--without", multiple=True, help="Hand to leave out; may be repeated.")
@click.option("--set", "settings", multiple=True, help="Setting of the recipe, as name=value.")
@click.option(
    "--shipped", type=click.Path(exists=True, path_type=Path), help="Weights to go on from."
)
@click.option("--threads", type=int, default=0, help="CPU threads; 0 takes all cores.")
def main(
    data: Path,
    work: Path,
    without: tuple[str, ...],
    settings: tuple[str, ...],
    shipped: Path | None,
    threads: int,
) -> None:
    """Train, or continue a stopped run."""
    if threads:
        torch.set_num_threads(threads)
    kinds: dict[str, Any] = {name: type(value) for name, value in asdict(Recipe()).items()}
    try:
        chosen = {k: kinds[k](v) for k, v in (s.split("=", 1) for s in settings)}
    except (KeyError, ValueError) as error:
        raise click.ClickException(
            f"--set knows name=value with one of: {', '.join(kinds)}."
        ) from error
    corpora = read_corpora(data, without)
    run = Run(corpora, Recipe(**chosen), work, read_start(), shipped)
    click.echo(
        f"{len(corpora.narratives)} narratives, {len(corpora.reviews)} reviews, "
        f"{len(corpora.tagged)} tagged; {len(run.steps)} steps, {run.done} done",
        err=True,
    )
    run.train()
    save_network(run, work, shipped)


if __name__ == "__main__":
    sys.exit(main())
