"""Write the list of ordinary words that the redactor must leave alone.

    python -m nlp.training.ordinary_words

Reads the invented answers and the codebook (both ours); words inside annotated personal information
never enter the list, nor words that only one hand has used.
"""

import json
import re
from collections import Counter
from pathlib import Path

import click
import yaml

from nlp.codebook import CODEBOOK_FILE

TARGET = Path(__file__).parents[1] / "redaction" / "gazetteers" / "ordinary_words.txt"
HEADER = "# Ordinary words of the invented narratives and the codebook. CC BY 4.0."
_WORD = re.compile(r"[^\W\d_]+")


def _strings(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return []


def ordinary_words(data: Path) -> list[str]:
    """Lower-case words of at least two letters that occur outside personal information.

    Args:
        data: directory laid out like narratives/train/*.jsonl.
    """
    counts: Counter[str] = Counter()
    for file in sorted((data / "narratives" / "train").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = row["text"]
            for span in sorted(row["pii"], key=lambda span: -span["start"]):
                text = text[: span["start"]] + "|" + text[span["end"] :]
            counts.update(_WORD.findall(text))
    codebook = yaml.safe_load(CODEBOOK_FILE.read_text(encoding="utf-8"))
    for text in _strings(codebook):
        counts.update(_WORD.findall(text))
    return sorted({word for word in counts if len(word) > 1 and word == word.lower()})


@click.command()
@click.option("--data", type=click.Path(exists=True, path_type=Path), required=True)
def main(data: Path) -> None:
    """Write ordinary_words.txt from the narratives under DATA."""
    words = ordinary_words(data)
    TARGET.write_text("\n".join([HEADER, *words]) + "\n", encoding="utf-8")
    click.echo(f"{len(words)} words written to {TARGET.name}", err=True)


if __name__ == "__main__":
    main()
