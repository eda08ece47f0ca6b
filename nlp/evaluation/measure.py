"""Figures for each head, from what was true and what the engine said."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from enumerations import RedactionType, Sentiment
from nlp.codebook import codebook
from nlp.evaluation.engine import Answers, Heard, Story, theme_matrix
from nlp.evaluation.figures import (
    Figure,
    Matrix,
    figure,
    macro_f1,
    micro_f1,
    one_hot,
    share,
)
from nlp.evaluation.files import Span
from nlp.heads import choose_themes, load_heads
from nlp.labels import AXES

DIRECT = frozenset(
    {
        RedactionType.PERSON,
        RedactionType.PHONE,
        RedactionType.EMAIL,
        RedactionType.HANDLE,
        RedactionType.ID,
    }
)
NUMBERS = frozenset({RedactionType.PHONE, RedactionType.EMAIL, RedactionType.ID})
_MAIN = 3
_PAIRS = 15


def figures(answers: Answers) -> dict[str, Figure]:
    """All figures that the data allow, by name."""
    found: dict[str, Figure] = {}
    if answers.stories:
        found |= unit_figures(answers.units)
        found["main theme among the first three"] = main_theme(answers.stories, answers.units)
        found |= redaction_figures(answers.stories)
        found |= safety_figures(answers.stories)
        found["unit boundaries F1"] = boundaries(answers.stories)
        found["themes micro-F1, units as found"] = themes_as_found(answers.stories)
    if answers.reviews:
        found["NoReC sentence sentiment macro-F1"] = reviews(answers)
    if answers.tagged:
        found["NorNE entities strict F1"] = entities(answers)
    return found


def predicted_themes(units: Sequence[Heard]) -> Matrix:
    """What the engine would list for each unit, (units, themes)."""
    book = codebook()
    thresholds = load_heads().thresholds
    chosen = [
        {t for t, _ in choose_themes(u.themes, thresholds, book.theme_ids, book.max_codes_per_unit)}
        for u in units
    ]
    return np.array([[theme in row for theme in book.theme_ids] for row in chosen]).reshape(
        -1, len(book.theme_ids)
    )


def unit_figures(units: Sequence[Heard]) -> dict[str, Figure]:
    """Figures of units where the annotators cut them."""
    groups = [unit.story for unit in units]
    themes = len(codebook().codes)
    true, _ = theme_matrix(units)
    said = predicted_themes(units)
    found = {
        "themes micro-F1": figure(micro_f1, true[:, :themes], said[:, :themes], groups),
        "themes macro-F1": figure(macro_f1, true[:, :themes], said[:, :themes], groups),
        "themes and meta codes micro-F1": figure(micro_f1, true, said, groups),
    }
    for axis, values in AXES.items():
        found[f"{axis} macro-F1"] = _axis(units, axis, values)
    poles = tuple(v for v in AXES["sentiment"] if v != Sentiment.MIXED)
    found["sentiment macro-F1 without mixed"] = _axis(units, "sentiment", poles)
    named = tuple(v for v in AXES["attribution"] if v != "uklar")
    found["attribution macro-F1 without unclear"] = _axis(units, "attribution", named)
    return found


def _axis(units: Sequence[Heard], axis: str, values: Sequence[str]) -> Figure:
    """Macro F1 over some values; units that are truly another value are left out."""
    rows = [(u, getattr(u.gold, axis)) for u in units]
    kept = [(u, gold.value) for u, gold in rows if gold is not None and gold.value in values]
    said = [AXES[axis][int(u.axes[axis].argmax())] for u, _ in kept]
    return figure(
        macro_f1,
        one_hot([gold for _, gold in kept], values),
        one_hot(said, values),
        [u.story for u, _ in kept],
    )


def _column(hits: Iterable[bool]) -> Matrix:
    return np.array(list(hits), dtype=bool).reshape(-1, 1)


def main_theme(stories: Sequence[Story], units: Sequence[Heard]) -> Figure:
    """Share of stories whose main theme (the one most units put first) is proposed early."""
    first: list[Counter[str]] = [Counter() for _ in stories]
    for unit in units:
        for theme in (unit.gold.themes or ())[:1]:
            if not theme.startswith("X"):
                first[unit.story][theme] += 1
    hits = [
        max(counts, key=counts.__getitem__)
        in [theme for theme in story.proposals if not theme.startswith("X")][:_MAIN]
        for story, counts in zip(stories, first, strict=True)
        if counts
    ]
    column = _column(hits)
    return figure(share, column, column)


def _overlap(unit: dict[str, int], start: int, end: int) -> int:
    return min(unit["end"], end) - max(unit["start"], start)


def themes_as_found(stories: Sequence[Story]) -> Figure:
    """Theme micro F1 when the engine cuts the units too: each annotated unit is compared with the
    found unit that it shares most letters with."""
    ids = [code.id for code in codebook().codes]
    true, said, groups = [], [], []
    for number, story in enumerate(stories):
        for gold in story.gold.units:
            near = max(
                story.units, key=lambda unit: _overlap(unit, gold.start, gold.end), default=None
            )
            listed = {theme["id"] for theme in (near["themes"] or ())} if near else set()
            true.append([theme in (gold.themes or ()) for theme in ids])
            said.append([theme in listed for theme in ids])
            groups.append(number)
    return figure(micro_f1, np.array(true), np.array(said), groups)


def boundaries(stories: Sequence[Story]) -> Figure:
    """F1 of the starts of units; the first start of a story, which is given, is left out."""
    hits = []
    for story in stories:
        true = {unit.start for unit in story.gold.units[1:]}
        said = {unit["start"] for unit in story.units[1:]}
        hits += [(place in true, place in said) for place in true | said]
    pairs = np.array(hits, dtype=bool).reshape(-1, 2)
    return figure(micro_f1, pairs[:, :1], pairs[:, 1:])


def all_removed(text: str, span: Span, redactions: Sequence[tuple[int, int]]) -> bool:
    """Whether every letter and digit of a span was removed.

    Args:
        text: as given in.
        span: what identifies.
        redactions: (start, end) of what was removed.
    """
    return all(
        not text[i].isalnum() or any(start <= i < end for start, end in redactions)
        for i in range(span.start, span.end)
    )


def redaction_figures(stories: Sequence[Story]) -> dict[str, Figure]:
    """Recall over entities, as written and lower-cased, and precision over redactions."""
    found: dict[str, Figure] = {}
    kinds: list[tuple[str, Callable[[str], bool]]] = [
        ("direct identifiers", lambda kind: kind in DIRECT),
        ("ids, phones, e-mails", lambda kind: kind in NUMBERS),
        ("other identifiers", lambda kind: kind not in DIRECT),
        ("persons", lambda kind: kind == RedactionType.PERSON),
        ("places", lambda kind: kind == RedactionType.PLACE),
        ("organisations", lambda kind: kind == RedactionType.ORG),
    ]
    for name, wanted in kinds:
        for form in ("as written", "lower-cased"):
            hits = [
                all_removed(
                    story.gold.text,
                    span,
                    [
                        (r["start"], r["end"])
                        for r in (story.redactions if form == "as written" else story.lowered)
                    ],
                )
                for story in stories
                for span in story.gold.pii
                if wanted(span.label)
            ]
            column = _column(hits)
            found[f"{name}, recall {form}"] = figure(share, column, column)
    right = [
        any(r["start"] < span.end and r["end"] > span.start for span in story.gold.pii)
        for story in stories
        for r in story.redactions
    ]
    column = _column(right)
    found["redaction precision"] = figure(share, column, column)
    return found


def safety_figures(stories: Sequence[Story]) -> dict[str, Figure]:
    """Disclosures that were flagged, and other stories that were."""
    told = [s for s in stories if s.gold.safety]
    quiet = [s for s in stories if s.gold.safety is not None and not s.gold.safety]
    recall = _column(_flagged(story) for story in told)
    exact = _column(bool(story.gold.safety & story.safety) for story in told if story.gold.safety)
    alarms = _column(_flagged(story) for story in quiet)
    return {
        "safety recall, any flag": figure(share, recall, recall),
        "safety recall, right flag": figure(share, exact, exact),
        "safety false alarms": figure(share, alarms, alarms),
    }


def _flagged(story: Story) -> bool:
    return any(flag != "S_identifiserende" for flag in story.safety)


def reviews(answers: Answers) -> Figure:
    """Macro F1 of sentence sentiment; without mixed where the file has none."""
    golds = [review.sentiment for review, _ in answers.reviews]
    values = [v for v in AXES["sentiment"] if v != Sentiment.MIXED or Sentiment.MIXED in golds]
    columns = [AXES["sentiment"].index(value) for value in values]
    said = [values[int(shares[columns].argmax())] for _, shares in answers.reviews]
    return figure(macro_f1, one_hot(golds, values), one_hot(said, values))


def entities(answers: Answers) -> Figure:
    """Strict F1: an entity counts when its span and its label are both right."""
    pairs, groups = [], []
    for number, (row, said) in enumerate(answers.tagged):
        for entity in {*row.entities, *said}:
            pairs.append((entity in row.entities, entity in said))
            groups.append(number)
    matrix = np.array(pairs, dtype=bool).reshape(-1, 2)
    return figure(micro_f1, matrix[:, :1], matrix[:, 1:], groups)


def by_group(answers: Answers, group: Callable[[Story], str]) -> dict[str, tuple[Figure, Figure]]:
    """Themes (micro) and sentiment (macro) for each group of stories.

    Args:
        answers: of narratives.
        group: names the group of a story.
    """
    names = [group(story) for story in answers.stories]
    found = {}
    for name in sorted(set(names)):
        units = [unit for unit in answers.units if names[unit.story] == name]
        all_figures = unit_figures(units)
        found[name] = (all_figures["themes micro-F1"], all_figures["sentiment macro-F1"])
    return found


def variety(story: Story) -> str:
    """Written variety of a story."""
    return story.gold.variety or "unknown"


def length(story: Story) -> str:
    """Length of a story in annotated units."""
    count = len(story.gold.units)
    return "1 unit" if count == 1 else "2-4 units" if count < 5 else "5 units or more"


def confusions(units: Sequence[Heard]) -> list[tuple[str, str, int]]:
    """Main themes that were missed, with the theme that was listed first instead."""
    ids = codebook().theme_ids
    said = predicted_themes(units)
    pairs: Counter[tuple[str, str]] = Counter()
    for unit, row in zip(units, said, strict=True):
        for theme in (unit.gold.themes or ())[:1]:
            if not row[ids.index(theme)]:
                best = ids[int(np.where(row, unit.themes, -1).argmax())] if row.any() else "-"
                pairs[theme, best] += 1
    return [(true, other, count) for (true, other), count in pairs.most_common(_PAIRS)]
