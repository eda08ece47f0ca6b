"""Figures as text: what `fortell nlp evaluate` prints, and the model card made from it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp.evaluation import measure
from nlp.evaluation.engine import Answers
from nlp.evaluation.figures import Figure

Table = list[list[str]]


def shown(figure: Figure) -> str:
    """A figure with its interval, such as 0.612 (0.580-0.644)."""
    if not figure.count:
        return "-"
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})"


def markdown(head: Sequence[str], rows: Table) -> list[str]:
    """Lines of a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def report(answers: Answers) -> list[str]:
    """All figures of an evaluation as Markdown: overall, per variety and length, confusions.

    Args:
        answers: what the engine said of the files.
    """
    rows = [
        [name, shown(figure), str(figure.count)]
        for name, figure in measure.figures(answers).items()
    ]
    lines = markdown(["Measure", "Value (95 % interval)", "n"], rows)
    if not answers.stories:
        return lines
    for title, group in (("Written variety", measure.variety), ("Length", measure.length)):
        rows = [
            [name, shown(themes), shown(sentiment), str(themes.count)]
            for name, (themes, sentiment) in measure.by_group(answers, group).items()
        ]
        lines += ["", *markdown([title, "Themes micro-F1", "Sentiment macro-F1", "Units"], rows)]
    rows = [[true, said, str(n)] for true, said, n in measure.confusions(answers.units)]
    return [*lines, "", *markdown(["Main theme missed", "Listed first instead", "Units"], rows)]


def card(meta: dict[str, Any], sections: Sequence[tuple[str, list[str]]]) -> str:
    """The model card (after Mitchell et al. 2019), generated; never edited by hand.

    Args:
        meta: of the weights.
        sections: what was evaluated, and the lines of its report.
    """
    recipe = ", ".join(f"{name} {value}" for name, value in meta.get("recipe", {}).items())
    if "continued_from" in meta:
        recipe += f"; going on from weights {meta['continued_from']} (docs/decisions/0007)"
    if "averaged_with" in meta:
        recipe += f", averaged with weights {meta['averaged_with']}"
    if "ngrams" in meta:
        found = meta["ngrams"]
        recipe += (
            f"; beside it a linear layer on {found['ngrams']} n-grams of words and letters, "
            f"learnt from {found['answers']} own answers and {found['reviews']} sentences of "
            f"reviews, share {found['share']}"
        )
    lines = [
        "# Model card",
        "",
        "Written by `fortell nlp evaluate FILE… --card`; edits are overwritten.",
        "",
        f"Weights {meta['weights_sha256'][:8]}. One encoder (multilingual-e5-small, MIT, its "
        "vocabulary cut to Nordic and English pieces) with jointly trained heads, int8.",
        "",
        "- **For**: short answers by young people in Norway about services. Themes, sentiment and "
        "the rest are proposals about many answers together, never a judgement of one person.",
        "- **Not for**: finding or ranking individuals, diagnosis, texts of other kinds.",
        "- **Trained on**: "
        + "; ".join(f"{name}: {text}" for name, text in meta.get("data", {}).items())
        + ".",
        f"- **Recipe**: {recipe}.",
        "- **Licence**: weights MIT. NoReC_sentence (CC BY-NC 4.0) and NorNE (annotations CC0) "
        "were read in training; neither is shipped. NoReC's owners allow models trained on it to "
        "be used freely. Own answers: CC BY 4.0.",
        "- All own answers are invented; real answers will differ.",
        "",
    ]
    baselines = [
        [name, measure, f"{value:.3f} ({low:.3f}-{high:.3f})", str(count)]
        for name, found in meta.get("baselines", {}).items()
        for measure, (value, low, high, count) in found.items()
    ]
    if baselines:
        lines += [f"## Baselines, on {meta['baselines_on']}", ""]
        lines += [*markdown(["Baseline", "Measure", "Value (95 % interval)", "n"], baselines), ""]
    for title, body in sections:
        lines += [f"## {title}", "", *body, ""]
    return "\n".join(lines)


def write_card(
    target: Path, meta: dict[str, Any], sections: Sequence[tuple[str, list[str]]]
) -> None:
    """Write the model card to a file."""
    target.write_text(card(meta, sections), encoding="utf-8")
