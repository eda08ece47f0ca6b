"""Words of a text: what sequence heads mark and what unit boundaries stand between."""

import re

_WORD = re.compile(r"\w+|[^\w\s]")


def word_spans(text: str) -> list[tuple[int, int]]:
    """Words and single signs, as (start, end) in code points."""
    return [match.span() for match in _WORD.finditer(text)]


def first_tokens(words: list[tuple[int, int]], offsets: list[tuple[int, int]]) -> list[int]:
    """For each word the first token that touches it.

    Args:
        words: spans in order.
        offsets: spans of the tokens in order; empty for special tokens.

    Returns:
        One token number per word; -1 for a word that was cut off with the end of a long text.
    """
    found = []
    token = 0
    for start, end in words:
        while token < len(offsets) and offsets[token][1] <= start:
            token += 1
        touches = token < len(offsets) and offsets[token][0] < end
        found.append(token if touches else -1)
    return found
