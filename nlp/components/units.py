"""Cuts a story into units of meaning, carefully: a cut only where the writer left a sign."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc

from nlp.components.document import empty_unit

_CANDIDATE = re.compile(r"\n+|(?<=[.!?…])[\"”»’')\]]*[ \t\u00a0]+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:kl|ca|nr|dr|st|f\.?\s?eks|bl\.?\s?a|pga|p\.g\.a|mtp|mnd|min|tlf|evt|inkl|jf|vs|resp|maks|"
    r"feks|dvs|d\.v\.s|m\.m|t\.o\.m|f\.o\.m|ift|mht|bla|sms|adr|avd|etg|gr|kr|jan|feb|apr|jun|jul|aug|"
    r"sept?|okt|nov|des)\.$",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"\w", re.UNICODE)


def _is_emoji(char: str) -> bool:
    return unicodedata.category(char) == "So" or 0x1F000 <= ord(char) <= 0x1FAFF


def _emoji_cuts(text: str) -> list[int]:
    """Ends of runs of emoji that a blank and more text follow."""
    cuts = []
    for match in re.finditer(r"(?<=\S)[ \t]+(?=\S)", text):
        before = text[: match.start()].rstrip(
            "\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
        )
        if before and _is_emoji(before[-1]) and not _is_emoji(text[match.end()]):
            cuts.append(match.end())
    return cuts


def _ends_a_unit(text: str, start: int, end: int) -> bool:
    """Whether the blanks text[start:end] part two units."""
    if "\n" in text[start:end]:
        return True
    before, after = text[:start].rstrip("\"”»’')]"), text[end:]
    if not before.endswith(".") or before.endswith(".."):
        return True
    if _ABBREVIATION.search(before):
        return False
    number = before[:-1]
    return not (number[-1:].isdigit() and after[:1].islower())


def split_units(text: str, closed: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Find the units of meaning of a text.

    Cuts stand after sentence signs, at line breaks and after emoji. Pieces without a letter or
    digit join the unit before them, so that the units cover everything but blanks.

    Args:
        text: a story.
        closed: spans that must not be cut, such as redactions.

    Returns:
        Ordered (start, end) in code points, without blanks at the ends.
    """
    cuts = {m.end() for m in _CANDIDATE.finditer(text) if _ends_a_unit(text, m.start(), m.end())}
    cuts |= set(_emoji_cuts(text))
    cuts = {cut for cut in cuts if not any(start < cut < end for start, end in closed)}
    edges = [0, *sorted(cuts), len(text)]
    units: list[tuple[int, int]] = []
    for left, right in pairwise(edges):
        piece = text[left:right]
        if not piece.strip():
            continue
        start = left + len(piece) - len(piece.lstrip())
        end = left + len(piece.rstrip())
        if units and not _LETTERS.search(piece):
            units[-1] = (units[-1][0], end)
        elif len(units) == 1 and not _LETTERS.search(text[slice(*units[0])]):
            units[0] = (units[0][0], end)
        else:
            units.append((start, end))
    return units


@Language.factory("fortell_units", assigns=["doc._.units"])
def make_units(nlp: Language, name: str) -> "Units":
    """Create the component that finds units of meaning.

    RETURNS (Units): the component, without settings.
    """
    return Units()


class Units:
    """Sets `doc._.units` to units whose themes and axes are still empty."""

    def __call__(self, doc: Doc) -> Doc:
        """Find units, never cutting a redaction.

        doc (Doc): a document, redacted or not.
        RETURNS (Doc): the same document.
        """
        closed = [(r["start"], r["end"]) for r in doc._.redactions]
        doc._.units = [empty_unit(start, end) for start, end in split_units(doc.text, closed)]
        return doc
