"""What the gate and its audit cost, beside plain aggregation, over synthetic responses.

Each reads the same frame in a process of its own, so that peak memory is each one's. The plain
aggregation answers the same questions for the same cells with polars and no gate. One of another
size: `python -m benchmarks.release ninth 1000000 2000` prints seconds, MiB and figures.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from enumerations import Level
from exports.disclosure.audit import audit
from exports.disclosure.catalogue import ALL, Catalogue, Group, Question, Service, Theme
from exports.disclosure.document import History, Release
from exports.disclosure.gate import release
from exports.disclosure.policy import Policy
from exports.instruments import items

RESPONSES, SERVICES, THEMES, GROUPS, EARLIER = 100_000, 200, 35, 8, 8
LAST = {"series": "1", "published": "2026-10-01"}
LABELS = {
    "plain": "plain polars aggregation, no gate",
    "gate": "the gate with its audit, first release",
    "ninth": "the gate with its audit, ninth release",
    "audit": "of that, one audit of the nine",
}
NAMES = dict.fromkeys(("nb", "nn", "en"), "x")


def catalogue(services: int = SERVICES) -> Catalogue:
    """Return a catalogue; 200 services are as many as a large municipality has."""
    return Catalogue(
        services=tuple(Service(f"s{i}", "nav_kontor", NAMES) for i in range(services)),
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


def measure(name: str, size: int = RESPONSES, services: int = SERVICES) -> None:
    """Run one and print seconds, peak in MiB above the frame's own, and what it counted."""
    terms = catalogue(services)
    frame = responses(size, terms)
    earlier = history(frame, terms) if name in ("ninth", "audit") else History()
    done = release(frame, Policy(terms), earlier, **LAST) if name == "audit" else None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    if name == "plain":
        counted = plain(frame, list(terms.questions(frame.columns)))
    elif done is None:
        counted = len(release(frame, Policy(terms), earlier, **LAST).figures)
    else:
        counted = audit((*earlier.releases, done), (), terms, since=done.number).cells
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{seconds:.2f} {peak / 1024:.0f} {counted}")


def history(frame: pl.DataFrame, terms: Catalogue) -> History:
    """Return eight releases, each of more of the frame."""
    done: list[Release] = []
    for number in range(1, EARLIER + 1):
        some = frame.head(frame.height * number // (EARLIER + 1))
        done.append(release(some, Policy(terms), History(tuple(done)), **LAST))
    return History(tuple(done))


def main() -> list[str]:
    """Measure and return a Markdown table."""
    found = {}
    for name in LABELS:
        command = [sys.executable, "-m", "benchmarks.release", name]
        root = Path(__file__).parents[1]
        done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        found[name] = tuple(float(figure) for figure in done.stdout.split())
    lines = [
        f"{RESPONSES} responses, {SERVICES} services, {THEMES} themes",
        "",
        "| | seconds | × plain | peak MiB above what it reads | rows, figures or cells |",
        "|---|---:|---:|---:|---:|",
    ]
    base = found["plain"][0]
    for name, (seconds, peak, counted) in found.items():
        row = f"| {LABELS[name]} | {seconds:.2f} | {seconds / base:.1f} | {peak:.0f} "
        lines.append(f"{row}| {counted:.0f} |")
    return lines


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1], *map(int, sys.argv[2:]))
    else:
        print("\n".join(main()))
