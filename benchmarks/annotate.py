"""How fast the language engine annotates, beside its encoder alone on the same units.

python -m benchmarks.annotate
"""

import sys
import time
from itertools import cycle, islice

import psutil

ROUNDS = 8
STORIES_A_ROUND = 64
_TEXTS = (
    "Venta 9 mnd på bup, det var helt jævlig. Men psykologen var dritbra, hun hørte på meg.",
    "Eg slutta på skulen i andre klasse. Ingen ringde. Det var losen som fann meg på klubben.",
    "de på klubben er chill 😊 ingen maser\nhar fått to nye venner der",
    "Hva med å ha en chat der man kan spørre uten BankID? Og kanskje åpent en kveld i uka.",
    "ikke noe å klage på egentlig",
    "Æ måtte fortæl det samme te NAV, skoln å fastlegen. Aille sa dem sku ring kværandre.",
)


def _memory() -> float:
    return psutil.Process().memory_info().rss / 2**20


def main() -> list[str]:
    """Measure and return lines of Markdown."""
    before = _memory()
    start = time.perf_counter()
    import nlp
    from nlp.components.document import unit_text
    from nlp.components.encoder import EncoderComponent

    engine = nlp.load()
    loading = time.perf_counter() - start
    # A number in front makes every story, and so every unit's vector, its own.
    stories = ROUNDS * STORIES_A_ROUND
    texts = [f"{i} {text}" for i, text in enumerate(islice(cycle(_TEXTS), stories))]
    list(nlp.annotate(texts[:8], map(str, range(8))))
    encoder = engine.get_pipe("fortell_encoder")
    if not isinstance(encoder, EncoderComponent):
        raise TypeError("fortell_encoder is not the component of this engine")

    whole = alone = redacting = 0.0
    units = 0
    for first in range(0, stories, STORIES_A_ROUND):
        batch = texts[first : first + STORIES_A_ROUND]
        with engine.select_pipes(enable=["fortell_redaction", "fortell_units"]):
            pieces = [unit_text(doc, unit) for doc in engine.pipe(batch) for unit in doc._.units]
        units += len(pieces)
        start = time.perf_counter()
        encoder.encoder.encode(pieces)
        alone += time.perf_counter() - start
        start = time.perf_counter()
        list(nlp.annotate(batch, map(str, range(len(batch)))))
        whole += time.perf_counter() - start
        start = time.perf_counter()
        for text in batch:
            nlp.redact(text)
        redacting += time.perf_counter() - start

    return [
        "| Measure | Value |",
        "| --- | --- |",
        f"| Stories annotated per second, batches of 64 | {stories / whole:.0f} |",
        f"| Units per second, whole pipeline | {units / whole:.0f} |",
        f"| Units per second, encoder alone (ceiling) | {units / alone:.0f} |",
        f"| Whole pipeline / encoder alone | {alone / whole:.2f} |",
        f"| Redaction, ms per story | {redacting / stories * 1000:.2f} |",
        f"| Import and load, seconds | {loading:.1f} |",
        f"| Resident memory added, MiB | {_memory() - before:.0f} |",
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(main()) + "\n")
