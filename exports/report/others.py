"""What was asked beside the questions of the chapters: other instruments, and their scales."""

from collections.abc import Iterator
from dataclasses import replace

from exports.disclosure.catalogue import Kind
from exports.disclosure.document import Figure
from exports.instruments import Instrument, instruments, items, scoring
from exports.report.view import IN_CHAPTERS, Block, Table, View


def others(view: View) -> tuple[list[Block], Table | None, list[Figure]]:
    """Return a block per instrument, a table of scales, and all their figures, hidden ones too."""
    blocks, scales, figures = [], [], []
    for instrument in instruments().values():
        if instrument.id in IN_CHAPTERS:
            continue
        asked = _asked(view, instrument)
        scaled = view.figures(Kind.SCALE, [scale.id for scale in instrument.scales])
        blocks += _blocks(view, instrument, asked)
        scales += [figure for figure in scaled if _limits(figure)]
        figures += [*asked, *scaled]
    return blocks, _table(view, scales) if scales else None, figures


def _asked(view: View, instrument: Instrument) -> list[Figure]:
    asked = [item.id for item in instrument.items]
    return [*view.figures(Kind.ITEM, asked), *view.figures(Kind.GROWTH, asked)]


def _blocks(view: View, instrument: Instrument, figures: list[Figure]) -> list[Block]:
    """Return the answers to an instrument's questions: a block per what is counted in its notes."""
    alike: dict[tuple[tuple[int, ...], str], list[Figure]] = {}
    for figure in figures:
        last = items()[figure.subject].ladder[-1][-1].values
        alike.setdefault((last, _answers(view, figure.subject, last)), []).append(figure)
    shown = {key: same for key, same in alike.items() if any(figure.visible for figure in same)}
    notes, title = tuple(_notes(view, instrument)), instrument.name[view.language]
    blocks = []
    for number, ((last, answers), same) in enumerate(shown.items(), 1):
        block = view.stacked("others", same, last, notes=notes, answers=answers)
        ending, place = ("", "") if len(shown) == 1 else (f"-{number}", f" ({number}/{len(shown)})")
        blocks.append(replace(block, id=f"asked-{instrument.id}{ending}", title=title + place))
    return blocks


def _answers(view: View, question: str, codes: tuple[int, ...]) -> str:
    """Name some of the answers to a question: "Litt enig" or "Helt enig", as people saw them."""
    labels = {option.value: option.label[view.language] for option in items()[question].options}
    quoted = [
        view.text["others_answer"].format(answer=labels.get(code, str(code))) for code in codes
    ]
    *first, last = quoted
    if not first:
        return last
    return view.text["others_or"].format(first=", ".join(first), last=last)


def _notes(view: View, instrument: Instrument) -> Iterator[str]:
    if instrument.caveat:
        yield instrument.caveat[view.language]
    if not instrument.validated:
        yield view.text["not_validated"]


def _table(view: View, figures: list[Figure]) -> Table:
    heads = ("others_scale", "others_ends", "others_mean", "column.interval", "column.n")
    rows = []
    for figure in figures:
        scale = scoring.by_id(figure.subject)
        mean, low, high = (view.number(value) for value in _limits(figure))
        ends = f"{scale.minimum} – {scale.maximum}"
        name, n = scale.name[view.language], str(figure.n)
        rows.append((name, ends, view.dated(mean, figure), f"{low} – {high}", n))
    return Table(tuple(view.text[head] for head in heads), tuple(rows))


def _limits(figure: Figure) -> tuple[float, ...]:
    """Return mean and limits of a scale; empty where one of them is not told."""
    told = (figure.mean, figure.low, figure.high)
    found = tuple(value for value in told if value is not None)
    return found if len(found) == len(told) else ()
