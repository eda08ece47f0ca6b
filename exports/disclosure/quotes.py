"""Which quotes may leave: drawn by chance, approved by two people, of a theme that is shown, few.

Source: Care Opinion's practice of reading everything twice before it is shown; the threshold of a
theme's figure (`rules.py`), without which a quote would tell that somebody spoke of a theme.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from exports.disclosure.catalogue import ALL, MENTIONS, Kind
from exports.disclosure.document import Release

APPROVERS = 2  # distinct people who have read a quote and said that it may be shown
PER_THEME = 2  # quotes of one theme, on one report
MOST = 6  # quotes on one report
DRAWN = 2  # of each theme and service: so many that tell well of it, and so many others
LENGTH = range(20, 401)  # characters: shorter says nothing, longer tells too much of one
_ABOUT = {category.id for step in MENTIONS for category in step} - {"not_mentioned"}


@dataclass(frozen=True)
class Quote:
    """A de-identified quote: theme, service ("*": shown for everybody only), and who approved."""

    theme: str
    text: str
    service: str
    approved: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Part:
    """A part of a de-identified story, under one of its themes.

    Args:
        teller: id of the respondent, as in a frame.
        services: keys of those that the answer is about.
        theme: a theme that the part counts for.
        text: the part alone.
        well: whether it is told well of.
    """

    teller: str
    services: tuple[str, ...]
    theme: str
    text: str
    well: bool


def draw(parts: Collection[Part], release: Release, key: bytes) -> tuple[Quote, ...]:
    """Draw parts of stories for people to read: of each theme and service a few, of both kinds.

    Of one teller at most one part is drawn, so that nobody can put two together, and what several
    wrote in the same words is drawn once. Chance is decided by the key and the release: to draw
    again gives the same, and nobody draws until it suits. Only those who are in the release are
    drawn, under themes of which it says how many told.

    Args:
        parts: of all stories that may be read.
        release: the latest, with its members.
        key: secret of the round.

    Returns:
        Quotes that nobody has approved yet, by theme and service.

    Raises:
        HistoryError: the release lacks its members.
    """
    counted = frozenset(release.everybody())
    lots = sorted(
        (_lot(part, release.number, key), part, place)
        for part in parts
        if part.teller in counted and len(part.text) in LENGTH
        for place in _place(part, release)
    )
    tellers: set[str] = set()
    texts: set[str] = set()
    sizes: Counter[tuple[str, str, bool]] = Counter()
    drawn: list[Quote] = []
    for _, part, place in lots:
        sort = (part.theme, place, part.well)
        if part.teller in tellers or part.text in texts or sizes[sort] >= DRAWN:
            continue
        tellers.add(part.teller)
        texts.add(part.text)
        sizes[sort] += 1
        drawn.append(Quote(part.theme, part.text, place, ()))
    return tuple(sorted(drawn, key=lambda quote: (quote.theme, quote.service)))


def _lot(part: Part, number: int, key: bytes) -> bytes:
    said = "\n".join((str(number), part.teller, part.theme, part.text))
    return hmac.digest(key, said.encode(), hashlib.sha256)


def _place(part: Part, release: Release) -> tuple[str, ...]:
    """Return where a part may be quoted: its own service alone, else everybody's report, if any."""
    own = part.services if len(part.services) == 1 else ()
    return tuple(place for place in (*own, ALL) if shown(release, part.theme, place))[:1]


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
