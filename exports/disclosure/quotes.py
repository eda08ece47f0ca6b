"""Which quotes may leave: approved by two people, of a theme that is shown, and few.

Source: Care Opinion's practice of reading everything twice before it is shown; the threshold of a
theme's figure (`rules.py`), without which a quote would tell that somebody spoke of a theme.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from exports.disclosure.catalogue import ALL, MENTIONS, Kind
from exports.disclosure.document import Release

APPROVERS = 2  # distinct people who have read a quote and said that it may be shown
PER_THEME = 2  # quotes of one theme, on one report
MOST = 6  # quotes on one report
_ABOUT = {category.id for step in MENTIONS for category in step} - {"not_mentioned"}


@dataclass(frozen=True)
class Quote:
    """A de-identified quote: theme, service ("*": shown for everybody only), and who approved."""

    theme: str
    text: str
    service: str
    approved: tuple[str, ...]


def showable(quotes: Collection[Quote], release: Release, service: str) -> tuple[Quote, ...]:
    """Return the quotes that a report on `service` may show, in an order that chance decided.

    The order follows a digest of release and text, so that the same release shows the same quotes
    and nobody has chosen them. A service's quote may stand on everybody's report, never the other
    way round.

    Args:
        quotes: what people have drawn and read.
        release: the release that the report shows.
        service: key of a service or an area, or "*".
    """
    kept: list[Quote] = []
    for quote in sorted(quotes, key=lambda quote: _drawn(quote, release.number)):
        same = [other for other in kept if other.theme == quote.theme]
        if len(kept) < MOST and len(same) < PER_THEME and _may(quote, release, service):
            kept.append(quote)
    return tuple(kept)


def _may(quote: Quote, release: Release, service: str) -> bool:
    place = service == ALL or service == quote.service
    people = {name.strip().casefold() for name in quote.approved} - {""}
    return place and len(people) >= APPROVERS and shown(release, quote.theme, service)


def shown(release: Release, theme: str, service: str) -> bool:
    """Return whether a release says how many told of a theme, so that a quote says no more."""
    figure = release.figure(Kind.THEME, theme, service)
    counts: Mapping[str, int] = {c.id: c.x for c in figure.categories} if figure else {}
    return figure is not None and figure.visible and bool(_ABOUT & counts.keys())


def _drawn(quote: Quote, number: int) -> bytes:
    return hashlib.sha256(f"{number}\n{quote.theme}\n{quote.text}".encode()).digest()
