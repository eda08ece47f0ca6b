"""What the gate costs: 100 000 synthetic responses to a release, beside plain aggregation.

Both read the same frame in a process of their own, so that peak memory is each one's. The plain
aggregation answers the same questions for the same cells with polars and no gate.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from enumerations import Level
from exports.disclosure.catalogue import ALL, Catalogue, Group, Question, Service, Theme
from exports.disclosure.document import History
from exports.disclosure.gate import release
from exports.disclosure.policy import Policy
from exports.instruments import items

RESPONSES, SERVICES, THEMES, GROUPS = 100_000, 200, 35, 8
NAMES = dict.fromkeys(("nb", "nn", "en"), "x")


def catalogue() -> Catalogue:
    """Return a catalogue the size of a large municipality's."""
    return Catalogue(
        services=tuple(Service(f"s{i}", "nav_kontor", NAMES) for i in range(SERVICES)),
        groups=tuple(Group(f"G{i}", NAMES) for i in range(GROUPS)),
        themes=tuple(
            Theme(f"T{i}", f"G{i % GROUPS}", list(Level)[i % 3], NAMES) for i in range(THEMES)
        ),
        periods=("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"),
    )


def responses(size: int, terms: Catalogue) -> pl.DataFrame:
    """Draw responses: about one service and two themes each, every item answered by nine of ten."""
    random = np.random.default_rng(1)
    row = pl.Series("row", np.arange(size, dtype=np.uint32))

    def lists(keys: list[str], mean: float) -> pl.Series:
        rows = np.repeat(row.to_numpy(), random.poisson(mean, size))
        drawn = pl.DataFrame({"row": rows, "key": random.choice(keys, len(rows))}).unique()
        grouped = drawn.sort("row", "key").group_by("row").agg("key")
        joined = row.to_frame().join(grouped, on="row", how="left", maintain_order="left")
        return joined["key"].fill_null(pl.Series([[]], dtype=pl.List(pl.String)))

    themes = lists([theme.id for theme in terms.themes], 2)
    columns = {
        "id": row.cast(pl.String).str.zfill(8),
        "period": pl.Series(random.choice(list(terms.periods), size)),
        "services": lists([service.key for service in terms.services], 1.2),
        "has_story": pl.Series(random.random(size) < 0.8),
        "themes": themes,
        "themes_positive": themes.list.head(1),
        "dont_know": pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, size),
    }
    for item in items().values():
        if item.one and not item.id.startswith("v6n"):
            answer = pl.Series(random.choice(item.values, size))
            columns[item.id] = answer.set(pl.Series(random.random(size) < 0.1), None)
    return pl.DataFrame(columns)


def plain(frame: pl.DataFrame, questions: list[Question]) -> int:
    """Count the same answers in the same cells without a gate; return the rows counted."""
    coded = frame.select("period", "services", *(q.code.alias(q.column) for q in questions))
    by_service = coded.explode("services", empty_as_null=False, keep_nulls=False)
    rows = 0
    for question in questions:
        rows += coded.group_by(pl.lit(ALL), question.column).len().height
        rows += by_service.group_by("services", question.column).len().height
        rows += coded.group_by("period", question.column).len().height
    return rows


def measure(name: str) -> None:
    """Run one of the two and print seconds, and the peak in MiB above the frame's own."""
    terms = catalogue()
    frame = responses(RESPONSES, terms)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    if name == "plain":
        plain(frame, list(terms.questions(frame.columns)))
    else:
        first = release(
            frame if name == "gate" else frame.head(RESPONSES * 3 // 4),
            Policy(terms),
            series="1",
            published="2026-10-01",
        )
        if name == "second":
            start = time.perf_counter()
            release(frame, Policy(terms), History((first,)), series="1", published="2026-11-01")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{seconds:.2f} {peak / 1024:.0f}")


def main() -> list[str]:
    """Measure and return a Markdown table."""
    found = {}
    for name in ("plain", "gate", "second"):
        command = [sys.executable, "-m", "benchmarks.release", name]
        root = Path(__file__).parents[1]
        done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        found[name] = tuple(float(figure) for figure in done.stdout.split())
    labels = {
        "plain": "plain polars aggregation, no gate",
        "gate": "the gate, first release",
        "second": "the gate, second release (75 000 → 100 000 responses)",
    }
    lines = [
        f"{RESPONSES} responses, {SERVICES} services, {THEMES} themes",
        "",
        "| | seconds | × plain | peak MiB above the frame |",
        "|---|---:|---:|---:|",
    ]
    base = found["plain"][0]
    for name, (seconds, peak) in found.items():
        lines.append(f"| {labels[name]} | {seconds:.2f} | {seconds / base:.1f} | {peak:.0f} |")
    return lines


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        print("\n".join(main()))
