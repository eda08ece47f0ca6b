"""Write the list of ordinary words that the redactor must leave alone.

    python -m nlp.training.ordinary_words --without t4 …

Reads the invented answers and the codebook (both ours). A word enters that two hands have used; if
it is a name too, three hands; if an annotator marked it in something that identifies, five. The
hands that figures are measured on take no part.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

import click
import yaml

from nlp.codebook import CODEBOOK_FILE
from nlp.redaction.names import lists

DATA = Path(__file__).parent / "data"
TARGET = Path(__file__).parents[1] / "redaction" / "gazetteers" / "ordinary_words.txt"
HEADER = "# Ordinary words of the invented answers and the codebook. CC BY 4.0."
_WORD = re.compile(r"[^\W\d_]+")
_HANDS = 2
_HANDS_FOR_A_NAME = 3
_HANDS_FOR_WHAT_IDENTIFIED = 5


def _strings(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return []


def ordinary_words(files: list[Path]) -> list[str]:
    """Lower-case words of at least two letters that occur outside of what identifies.

    Args:
        files: narratives, one hand a file.
    """
    hands: dict[str, set[str]] = defaultdict(set)
    identified: set[str] = set()
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = row["text"]
            for span in sorted(row["pii"], key=lambda span: -span["start"]):
                start, end = span["start"], span["end"]
                if span["type"] not in ("DATE", "OTHER"):
                    identified.update(_WORD.findall(text[start:end].lower()))
                text = text[:start] + "|" + text[end:]
            for word in _WORD.findall(text):
                hands[word].add(file.stem)

    def wanted(word: str) -> int:
        if word in identified:
            return _HANDS_FOR_WHAT_IDENTIFIED
        return _HANDS_FOR_A_NAME if word in lists().names else _HANDS

    found = {word for word, users in hands.items() if len(users) >= wanted(word)}
    codebook = yaml.safe_load(CODEBOOK_FILE.read_text(encoding="utf-8"))
    found.update(word for text in _strings(codebook) for word in _WORD.findall(text))
    return sorted({word for word in found if len(word) > 1 and word == word.lower()})


@click.command()
@click.option("--data", type=click.Path(exists=True, path_type=Path), default=DATA)
@click.option("--without", multiple=True, help="A hand that takes no part.")
def main(data: Path, without: tuple[str, ...]) -> None:
    """Write ordinary_words.txt from the narratives in the folder DATA."""
    files = [file for file in sorted(data.glob("*.jsonl")) if file.stem not in without]
    words = ordinary_words(files)
    TARGET.write_text("\n".join([HEADER, *words]) + "\n", encoding="utf-8")
    click.echo(f"{len(words)} words written to {TARGET.name}", err=True)


if __name__ == "__main__":
    main()
