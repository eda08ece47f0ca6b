"""What the rules share."""

from enumerations import RedactionType

Span = tuple[int, int, RedactionType]
"""Start and end in code points of the view of a text, and what stands there."""

MONTH = (
    r"(?:januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|"
    r"january|february|march|may|june|july|october|december|"
    r"jan|feb|apr|jun|jul|aug|sept?|okt|oct|nov|des|dec)"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
MONTH_NUMBER = r"(?:0?[1-9]|1[0-2])"
YEAR = r"(?:(?:19|20)\d\d|['’]?\d\d)"


def words(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())
