"""How fast the language engine annotates on one core, beside the same encoder in fp32.

python -m benchmarks.annotate

The peer is a BertModel of transformers with the same layers and vocabulary, in fp32, reading the
same stories on the same core in turns with the engine.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice

ROUNDS = 6
STORIES_A_ROUND = 64
_TEXTS = (
    "Venta 9 mnd på bup, det var helt jævlig. Men psykologen var dritbra, hun hørte på meg. Så "
    "slutta hun.",
    "Eg slutta på skulen i andre klasse. Ingen ringde. Det var losen som fann meg på klubben.",
    "de på klubben er chill 😊 ingen maser\nhar fått to nye venner der\ngruer meg ikke til helga",
    "Hva med å ha en chat der man kan spørre uten BankID? Og kanskje åpent en kveld i uka. Hadde "
    "vært fint.",
    "ikke noe å klage på egentlig. får det jeg trenger. hun Kari ringte meg på 413 08 826 og sa "
    "fra",
    "Æ måtte fortæl det samme te NAV, skoln å fastlegen. Aille sa dem sku ring kværandre. Det "
    "skjedd itj.",
)


# spaCy imports PyTorch where it is installed, and takes a second more. Who runs Fortell has none.
_ALONE = """
import sys, time, psutil
sys.modules["torch"] = None
memory = psutil.Process().memory_info().rss
start = time.perf_counter()
import nlp
engine = nlp.load(1)
loading = time.perf_counter() - start
list(engine.pipe(sys.stdin.read().splitlines()))
print(loading, (psutil.Process().memory_info().rss - memory) / 2**20)
"""


def _alone() -> tuple[float, float]:
    """Seconds to import and load, and MiB added after reading a batch, in a process of its own."""
    stories = "\n".join(text.replace("\n", " ") for text in next(_batches()))
    done = subprocess.run(
        [sys.executable, "-c", _ALONE], input=stories, capture_output=True, text=True, check=True
    )
    loading, added = map(float, done.stdout.split())
    return loading, added


def _peer() -> Callable[[Sequence[str]], None] | None:
    """Reads texts with transformers in fp32 on one thread; None where it is not installed."""
    try:
        import torch
        from transformers import BertConfig, BertModel
    except ImportError:
        return None
    from nlp.encoder import WEIGHTS, load_tokenizer

    torch.set_num_threads(1)
    tokenizer = load_tokenizer(WEIGHTS)
    model = BertModel(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=384,
            num_hidden_layers=12,
            num_attention_heads=12,
            intermediate_size=1536,
        ),
        add_pooling_layer=False,
    ).eval()

    def read(texts: Sequence[str]) -> None:
        encodings = tokenizer.encode_batch(sorted(texts, key=len))
        for first in range(0, len(encodings), 32):
            some = encodings[first : first + 32]
            size = max(len(e.ids) for e in some)
            ids = torch.tensor([e.ids + [1] * (size - len(e.ids)) for e in some])
            with torch.no_grad():
                model(ids, attention_mask=(ids != 1).long())

    return read


def _batches() -> Iterator[list[str]]:
    # A number in front makes every story its own.
    texts = (f"{i} {text}" for i, text in enumerate(cycle(_TEXTS)))
    while True:
        yield list(islice(texts, STORIES_A_ROUND))


def main() -> list[str]:
    """Measure and return lines of Markdown."""
    loading, added = _alone()
    import nlp
    from nlp.encoder import shared_encoder
    from nlp.heads import load_heads
    from nlp.tagging import NameTagger

    engine = nlp.load(1)
    batches = _batches()
    list(engine.pipe(next(batches)))
    tagger = NameTagger(shared_encoder(1), load_heads())
    peer = _peer()
    spent = {"engine": 0.0, "encoder": 0.0, "peer": 0.0, "rules": 0.0}
    units = 0
    for _ in range(ROUNDS):
        batch = next(batches)
        start = time.perf_counter()
        units += sum(len(doc._.units) for doc in engine.pipe(batch))
        spent["engine"] += time.perf_counter() - start
        start = time.perf_counter()
        tagger.read(batch)
        spent["encoder"] += time.perf_counter() - start
        start = time.perf_counter()
        for text in batch:
            nlp.redact(text)
        spent["rules"] += time.perf_counter() - start
        if peer:
            start = time.perf_counter()
            peer(batch)
            spent["peer"] += time.perf_counter() - start
    stories = ROUNDS * STORIES_A_ROUND
    lines = [
        "| Measure, one core | Value |",
        "| --- | --- |",
        f"| Units in a story | {units / stories:.1f} |",
        f"| Stories a second, whole pipeline | {stories / spent['engine']:.0f} |",
        f"| Stories a second, one pass of the encoder and its tagger (ceiling) | "
        f"{stories / spent['encoder']:.0f} |",
        f"| Whole pipeline / that ceiling | {spent['encoder'] / spent['engine']:.2f} |",
    ]
    if peer:
        lines += [
            f"| Stories a second, the same encoder in fp32 by transformers | "
            f"{stories / spent['peer']:.0f} |",
            f"| Whole pipeline / encoder in fp32 by transformers | "
            f"{spent['peer'] / spent['engine']:.2f} |",
        ]
    return [
        *lines,
        f"| Rules of the redactor, ms a story | {spent['rules'] / stories * 1000:.2f} |",
        f"| Import and load without PyTorch, seconds | {loading:.1f} |",
        f"| Resident memory added, MiB | {added:.0f} |",
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(main()) + "\n")
