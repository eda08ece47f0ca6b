"""A service beside services of its class: whether it lies within what chance makes. No order."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from exports.disclosure.catalogue import Kind, Service
from exports.measures import Share, share
from exports.measures.funnel import INNER, OUTER, Funnel, funnel
from exports.measures.wording import about, placed
from exports.report import charts
from exports.report.charts import FunnelChart
from exports.report.view import Table, View
from exports.services import service_classes

STEPS = 24  # places at which the limits are drawn
_ALPHABET = str.maketrans("æøå", "{|}")


@dataclass(frozen=True)
class Beside:
    """The funnel of one figure: what it is, in words, drawn, and the services by name."""

    id: str
    label: str
    said: str
    chart: FunnelChart
    table: Table


def alike(view: View) -> tuple[str, list[Service]]:
    """Return what the class of the view's service is called, and its services; none for areas."""
    services = view.release.catalogue.services
    own = next((entry for entry in services if entry.key == view.service), None)
    if own is None:
        return "", []
    name = service_classes()[own.service_class].label[view.language]
    return name, [entry for entry in services if entry.service_class == own.service_class]


def beside(view: View, asked: tuple[Kind, str, tuple[int, ...]], label: str) -> Beside | None:
    """Return the funnel of one figure; None where too few services of the class show it.

    Args:
        view: release, service and language.
        asked: kind, subject and codes that are counted.
        label: what they are called.
    """
    kind, subject, codes = asked
    _, services = alike(view)
    shares: dict[str, Share] = {}
    for entry in services:
        figure = view.release.figure(kind, subject, entry.key)
        found = share(figure, codes) if figure else None
        if found:
            shares[entry.key] = found
    laid = funnel(shares) if view.service in shares else None
    if laid is None:
        return None
    own = laid.spots[view.service]
    said = view.text["funnel.said"].format(
        about=about(own.share, view.language), place=placed(own.place, view.language)
    )
    rows = tuple(
        (
            view.names[key],
            about(laid.spots[key].share, view.language),
            placed(laid.spots[key].place, view.language),
        )
        for key in sorted(laid.spots, key=lambda key: alphabetical(view.names[key]))
    )
    heads = tuple(view.text[head] for head in ("column.service", "column.share", "column.place"))
    dots = [
        charts.Service(spot.share.n, spot.share.x / spot.share.n, key == view.service)
        for key, spot in laid.spots.items()
    ]
    drawn = charts.funnel_chart(dots, laid.centre, list(_limits(laid)))
    return Beside(subject, label, said, drawn, Table(heads, rows))


def _limits(laid: Funnel) -> Iterator[tuple[float, ...]]:
    """Yield numbers of answers, with the inner and outer limits there."""
    sizes = [spot.share.n for spot in laid.spots.values()]
    low, high = min(sizes), max(sizes)
    for step in range(STEPS + 1):
        n = low + (high - low) * step / STEPS
        error = sqrt(laid.centre * (1 - laid.centre) / n)
        sides = (INNER * error, OUTER * error)
        yield n, *(edge for half in sides for edge in _within(laid.centre, half))


def _within(centre: float, half: float) -> tuple[float, float]:
    return max(centre - half, 0.0), min(centre + half, 1.0)


def alphabetical(text: str) -> str:
    """Return a key that puts text in Norwegian alphabetical order: æ, ø, å last."""
    return text.casefold().translate(_ALPHABET)
