"""The guide to measures: its example runs, and its table of estimates is the code's."""

import re
from pathlib import Path

from enumerations import Language
from exports import Catalogue, Count, Figure, Kind, Release, Status
from exports.disclosure.single import STEPS

GUIDE = (Path(__file__).parents[2] / "docs/measures.md").read_text("utf-8")


def released(number: int, x: int, n: int) -> Release:
    counts = (Count("agree", (4, 5), x), Count("not_agree", (1, 2, 3), n - x))
    figure = Figure(Kind.ITEM, "mt2", "nav", None, 10, Status.SHOWN, n=n, categories=counts)
    day = f"2026-{number:02}-01"
    return Release(number, "a", day, 10, 15, 5, Catalogue((), (), (), ()), (figure,))


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.S)
    said: list[str] = []
    names = {
        "releases": [released(1, 5, 40), released(2, 40, 80)],
        "Language": Language,
        "print": said.append,
    }
    exec(compile(example, "docs/measures.md", "exec"), names)
    assert said == ["tydelig forskjell"]
    assert names["chart"] is None


def test_every_estimate_is_explained_with_its_step() -> None:
    rows = re.findall(r"^\| (`.*?) \| .*? \| ([\d.]+)(?: of 100)? \|", GUIDE, re.M)
    told = {name: float(step) for names, step in rows for name in re.findall(r"`(\w+):?`", names)}
    assert told == STEPS
