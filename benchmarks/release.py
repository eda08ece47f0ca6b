"""What the gate and its audit cost, beside plain aggregation, over synthetic responses.

Each reads the same frame and releases in a process of its own, so that peak memory is each one's.
The plain aggregation answers the same questions for the same cells with polars and no gate.
Another size: `python -m benchmarks.release 100000 200`.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
import polars as pl

from enumerations import Level
from exports.disclosure.audit import audit
from exports.disclosure.catalogue import ALL, Area, Catalogue, Group, Question, Service, Theme
from exports.disclosure.document import History, Release
from exports.disclosure.gate import release
from exports.disclosure.policy import Policy
from exports.instruments import items

RESPONSES, SERVICES, THEMES, GROUPS, EARLIER = 1_000_000, 2_000, 35, 8, 8
FYLKER = 15
LABELS = {
    "plain": ("plain polars aggregation, no gate", "rows"),
    "aggregation": ("the gate, ninth release", "figures"),
    "audit": ("one audit of the nine", "cells"),
}
FRAME = "frame.parquet"
NAMES = dict.fromkeys(("nb", "nn", "en"), "x")


def catalogue(services: int) -> Catalogue:
    """Return a catalogue: services in kommuner, about six in each, and these in fylker."""
    kommuner = max(1, services // 6)
    fylker = [Area(f"f{i}", "fylke", NAMES) for i in range(min(FYLKER, kommuner))]
    return Catalogue(
        services=tuple(
            Service(f"s{i}", "nav_kontor", NAMES, area=f"k{i % kommuner}") for i in range(services)
        ),
        areas=(
            *fylker,
            *(Area(f"k{i}", "kommune", NAMES, f"f{i % len(fylker)}") for i in range(kommuner)),
        ),
        groups=tuple(Group(f"G{i}", NAMES) for i in range(GROUPS)),
        themes=tuple(
            Theme(f"T{i}", f"G{i % GROUPS}", list(Level)[i % 3], NAMES) for i in range(THEMES)
        ),
        periods=("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"),
    )


def responses(size: int, terms: Catalogue) -> pl.DataFrame:
    """Draw responses: one or two services of a kommune, two themes, nine of ten items answered.

    Of ten who do not answer an item, seven say that they don't know.
    """
    random = np.random.default_rng(1)
    row = pl.Series("row", np.arange(size, dtype=np.uint32))
    kommuner = sum(area.key.startswith("k") for area in terms.areas)
    home = random.integers(0, kommuner, size)
    local = -(-(len(terms.services) - home) // kommuner)

    def lists(rows: np.ndarray, drawn: np.ndarray, keys: Sequence[str]) -> pl.Series:
        named = pl.Series(keys).gather(drawn)
        found = pl.DataFrame({"row": row.gather(rows), "key": named}).unique()
        grouped = found.sort("row", "key").group_by("row").agg("key")
        joined = row.to_frame().join(grouped, on="row", how="left", maintain_order="left")
        return joined["key"].fill_null(pl.Series([[]], dtype=pl.List(pl.String)))

    told = np.repeat(np.arange(size), random.poisson(2, size))
    of = np.repeat(np.arange(size), random.poisson(1.2, size))
    near = home[of] + kommuner * (random.random(len(of)) * local[of]).astype(np.int64)
    names = [theme.id for theme in terms.themes]
    themes = lists(told, random.integers(0, len(names), len(told)), names)
    columns = {
        "id": row.cast(pl.String).str.zfill(8),
        "period": pl.Series(random.choice(list(terms.periods), size)),
        "services": lists(of, near, [service.key for service in terms.services]),
        "has_story": pl.Series(random.random(size) < 0.8),
        "themes": themes,
        "themes_positive": themes.list.head(1),
    }
    silent: list[pl.DataFrame] = []
    for item in items().values():
        if item.one and not item.id.startswith("v6n"):
            answer = pl.Series(random.choice(item.values, size))
            missing = random.random(size) < 0.1
            columns[item.id] = answer.set(pl.Series(missing), None)
            if item.dont_know:
                unsaid = np.flatnonzero(missing & (random.random(size) < 0.7))
                silent.append(pl.DataFrame({"row": row.gather(unsaid), "dont_know": item.id}))
    unsaid_by = pl.concat(silent).group_by("row", maintain_order=True).agg("dont_know")
    joined = row.to_frame().join(unsaid_by, on="row", how="left", maintain_order="left")
    none = pl.lit([], dtype=pl.List(pl.String))
    columns["dont_know"] = joined.select(pl.col("dont_know").fill_null(none)).to_series()
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


def prepare(folder: Path, size: int, services: int) -> None:
    """Write a frame, and eight releases of more and more of it, not audited, to a folder."""
    frame = responses(size, catalogue(services))
    frame.write_parquet(folder / FRAME)
    done: list[Release] = []
    for number in range(1, EARLIER + 1):
        some = frame.head(frame.height * number // (EARLIER + 1))
        done.append(_release(some, services, tuple(done)))
        keep(done[-1], folder)


def keep(made: Release, folder: Path) -> None:
    """Write a release as a server keeps it."""
    (folder / f"{made.number}.json").write_bytes(made.to_bytes())
    (folder / f"{made.number}.members").write_bytes(made.members_to_bytes())


def kept(folder: Path) -> tuple[Release, ...]:
    """Read all releases of a folder, oldest first."""
    numbers = sorted(int(file.stem) for file in folder.glob("*.json"))
    return tuple(
        Release.from_bytes(
            (folder / f"{number}.json").read_bytes(), (folder / f"{number}.members").read_bytes()
        )
        for number in numbers
    )


def measure(name: str, folder: Path, services: int) -> None:
    """Run one and print seconds, the process' peak in MiB, and what it counted."""
    earlier = kept(folder) if name != "plain" else ()
    frame = pl.read_parquet(folder / FRAME) if name != "audit" else pl.DataFrame()
    start = time.perf_counter()
    if name == "plain":
        counted = plain(frame, list(catalogue(services).questions(frame.columns)))
    elif name == "aggregation":
        made = _release(frame, services, earlier)
        counted = len(made.figures)
    else:
        counted = audit(earlier, (), catalogue(services), since=len(earlier)).cells
    seconds = time.perf_counter() - start
    if name == "aggregation":
        keep(made, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{seconds:.2f} {peak / 1024:.0f} {counted}")


def _release(frame: pl.DataFrame, services: int, earlier: tuple[Release, ...]) -> Release:
    """Release without the audit, which is measured by itself."""
    with patch("exports.disclosure.gate.hold_back", lambda made, *_: made):
        terms = Policy(catalogue(services))
        return release(frame, terms, History(earlier), series="1", published="2026-10-01")


def main(words: list[str] | None = None) -> list[str]:
    """Measure and return a Markdown table."""
    size, services = map(int, words or (RESPONSES, SERVICES))
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("prepare", *LABELS):
            command = [sys.executable, "-m", "benchmarks.release", name, folder]
            root = Path(__file__).parents[1]
            done = subprocess.run(
                [*command, str(size), str(services)],
                cwd=root, check=True, capture_output=True, text=True,
            )  # fmt: skip
            found[name] = tuple(float(figure) for figure in done.stdout.split())
    lines = [
        f"{size} responses, {services} services, {THEMES} themes, {EARLIER} earlier releases",
        "",
        "| | seconds | × plain | peak MiB of the process | counted |",
        "|---|---:|---:|---:|---|",
    ]
    base = found["plain"][0]
    for name, (label, what) in LABELS.items():
        seconds, peak, counted = found[name]
        row = f"| {label} | {seconds:.2f} | {seconds / base:.1f} | {peak:.0f} "
        lines.append(f"{row}| {counted:.0f} {what} |")
    return lines


if __name__ == "__main__":
    if sys.argv[1:2] == ["prepare"]:
        prepare(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1:2] and sys.argv[1] in LABELS:
        measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[4]))
    else:
        print("\n".join(main(sys.argv[1:])))
