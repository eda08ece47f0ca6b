"""Own markings, and statistics of single answers, as the gate has let them out."""

from dataclasses import replace

from exports.disclosure.catalogue import Kind
from exports.disclosure.document import Estimate, Figure
from exports.instruments import instruments, items
from exports.measures.wording import percent
from exports.report.view import Block, Table, View

PART = "part:"


def markings(view: View) -> tuple[list[Block], list[Figure]]:
    """Return a block per triad and dyad that is shown, and their figures, hidden ones too."""
    marked = [item.id for item in items().values() if item.poles]
    figures = view.figures(Kind.SIGNIFICATION, marked)
    told = [figure for figure in figures if len(figure.categories) > 1]
    return [_marking(view, figure) for figure in told], figures


def _marking(view: View, figure: Figure) -> Block:
    """Return how tellers marked: whose answers lie near which pole, and where the centre is."""
    poles = tuple(range(len(items()[figure.subject].poles)))
    block = view.stacked("signification", [figure], poles, intro=_centre(view, figure))
    return replace(block, id=f"marked-{figure.subject}", title=view.labels[figure.subject])


def _centre(view: View, figure: Figure) -> tuple[str, ...]:
    """Say where the centre of all markings lies, where the gate tells."""
    parts = {one.name.removeprefix(PART): one for one in figure.estimates if PART in one.name}
    if not parts:
        return ()
    poles = [pole for pole in items()[figure.subject].poles if pole.id in parts]
    said = ", ".join(
        f"{pole.label[view.language]}: {_number(view, parts[pole.id].value)}" for pole in poles
    )
    return (view.text["signification.centre"].format(parts=said),)


def estimates(view: View) -> Table | None:
    """Return every statistic of single answers on this service; None where there is none."""
    rows = [
        (view.label(figure), _name(view, figure, one), *_numbers(view, one), str(figure.n))
        for figure in view.everything()
        for one in figure.estimates
    ]
    heads = ("variable.subject", "column.statistic", "column.value", "column.interval", "column.n")
    return Table(tuple(view.text[head] for head in heads), tuple(rows)) if rows else None


def _name(view: View, figure: Figure, one: Estimate) -> str:
    kind, _, of = one.name.partition(":")
    words = view.text[f"estimate.{kind}"]
    if kind == "item_rest":
        return words.format(item=view.labels[of])
    poles = {mark.id: mark.label for mark in items()[figure.subject].poles} if of else {}
    return words.format(pole=poles[of][view.language]) if of else words


def _numbers(view: View, one: Estimate) -> tuple[str, str]:
    if one.low is None or one.high is None:
        return _number(view, one.value), ""
    between = f"{_number(view, one.low)} – {_number(view, one.high)}"
    return _number(view, one.value), between


def _number(view: View, value: float) -> str:
    return view.number(int(value) if value == int(value) else value)


def coverage(view: View) -> Table | None:
    """Return, per instrument, how many of those who answered had answered its questions.

    None where the gate does not tell how many answered.
    """
    everyone = view.figure(Kind.ANSWERED, "responses")
    if everyone is None or not everyone.visible or not everyone.n:
        return None
    rows = []
    for instrument in instruments().values():
        sizes = [
            figure.n
            for kind in (Kind.ITEM, Kind.GROWTH, Kind.SIGNIFICATION)
            for figure in view.figures(kind, [item.id for item in instrument.items])
            if figure.n
        ]
        if sizes:
            rows.append((instrument.name[view.language], *_spread(view, sizes, everyone.n)))
    heads = ("column.instrument", "column.answered", "column.part")
    return Table(tuple(view.text[head] for head in heads), tuple(rows)) if rows else None


def _spread(view: View, sizes: list[int], of: int) -> tuple[str, str]:
    least, most = min(sizes), max(sizes)
    parts = [min(percent(size / of), 100) for size in (least, most)]
    several = "coverage.from_to" if least < most else "coverage.one"
    counts = view.text[several].format(least=least, most=most, n=of)
    alike = "coverage.percents" if parts[0] < parts[1] else "coverage.percent"
    return counts, view.text[alike].format(low=parts[0], high=parts[1])
