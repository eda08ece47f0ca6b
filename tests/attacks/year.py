"""A year of answers, invented: who comes in which month, and what a release a month lets out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from enumerations import AgeBand, Level
from exports import Area, Catalogue, Group, History, Policy, Release, Service, Theme, release
from exports.instruments import items

TOLD = {"A": 0.55, "B": 0.35, "C": 0.5, "D": 0.4, "E": 0.3, "F": 0.25, "G": 0.45, "H": 0.5}
"""How often a story tells of each group of themes; its themes are drawn within the group."""
LEVELS = dict.fromkeys("AB", Level.PRACTICE) | dict.fromkeys("CD", Level.SYSTEM)
THEMES = 4
ASKED_OF = {"D0": "D1_kasteball"}
"""The id of a theme that questions ask of too, so that a report puts them in its chapter."""
CHANCES = {
    "mt": [0.08, 0.12, 0.2, 0.35, 0.25],
    "vekst6": [0.05, 0.1, 0.3, 0.35, 0.2],
    "vekst6_attribution": [0.1, 0.3, 0.4, 0.2],
    "lt1": [0.02, 0.03, 0.05, 0.07, 0.08, 0.12, 0.15, 0.18, 0.16, 0.09, 0.05],
}
AGES = [None, *(band.value for band in AgeBand)]
ASKED = [f"mt{i}" for i in range(1, 11)] + [f"vekst6_{i}" for i in range(1, 7)]
ASKED += ["vekst6_attribution", "lt1"]
MONTHS = [date(2026, month, 28) for month in range(1, 13)]


def names(text: str) -> dict[str, str]:
    """Return a name that is the same in every language."""
    return dict.fromkeys(("nb", "nn", "en"), text)


def theme(name: str) -> str:
    """Return the id of a theme of a group, such as "A0"."""
    return ASKED_OF.get(name, name)


def catalogue(
    services: Sequence[str],
    areas: Sequence[Area] = (),
    groups: str = "".join(TOLD),
    themes: int = THEMES,
    **area: str,
) -> Catalogue:
    """Return a catalogue of NAV offices with groups of `TOLD` and themes in each."""
    return Catalogue(
        services=tuple(
            Service(key, "nav_kontor", names(key), area=area.get(key)) for key in services
        ),
        groups=tuple(Group(key, names(key)) for key in groups),
        themes=tuple(
            Theme(theme(f"{key}{i}"), key, LEVELS.get(key, Level.PERSONAL), names(f"{key}{i}"))
            for key in groups
            for i in range(themes)
        ),
        periods=tuple(f"2026-Q{quarter}" for quarter in range(1, 5)),
        areas=tuple(areas),
    )


def year(
    size: int,
    services: Sequence[str],
    seed: int = 1,
    weights: Sequence[float] | None = None,
    asked: Sequence[str] = tuple(ASKED),
    groups: str = "".join(TOLD),
    themes: int = THEMES,
) -> pl.DataFrame:
    """Draw a year's responses about one service each, with the month (1–12) of each."""
    random = np.random.default_rng(seed)
    month = np.sort(random.integers(1, 13, size))
    story = random.random(size) < 0.8
    mentions: list[list[str]] = [[] for _ in range(size)]
    positive: list[list[str]] = [[] for _ in range(size)]
    for group in groups:
        for row in np.flatnonzero(story & (random.random(size) < TOLD[group])).tolist():
            said = theme(f"{group}{random.integers(themes)}")
            mentions[row].append(said)
            if random.random() < 0.6:
                positive[row].append(said)
    columns: dict[str, object] = {
        "id": [f"r{number:06d}" for number in random.permutation(size)],
        "month": month,
        "period": [f"2026-Q{(number + 2) // 3}" for number in month.tolist()],
        "services": [[key] for key in random.choice(list(services), size, p=weights).tolist()],
        "age_band": [AGES[i] for i in random.choice(5, size, p=[0.1, 0.3, 0.3, 0.25, 0.05])],
        "has_story": story,
        "themes": mentions,
        "themes_positive": positive,
    }
    for name in asked:
        values = items()[name].values
        chances = CHANCES.get(name) or CHANCES["vekst6" if name.startswith("vekst6") else "mt"]
        drawn = random.choice(values, size, p=chances)
        missing = random.random(size) < 0.05
        columns[name] = pl.Series(
            [None if gone else int(one) for one, gone in zip(drawn, missing, strict=True)],
            dtype=pl.Int64,
        )
    columns["dont_know"] = [
        [name for name in asked if columns[name][row] is None and items()[name].dont_know]  # type: ignore[index]
        for row in range(size)
    ]
    texts = dict.fromkeys(
        ("services", "themes", "themes_positive", "dont_know"), pl.List(pl.String)
    )
    return pl.DataFrame(columns, schema_overrides=texts)


def monthly(
    rows: pl.DataFrame,
    terms: Catalogue,
    gone: dict[int, Sequence[str]] | None = None,
    before: Catalogue | None = None,
) -> list[Release]:
    """Let out a release a month.

    `gone` says who withdraws before the release of a month; `before` is the catalogue of the first
    half of the year, where it was another.
    """
    made: list[Release] = []
    left: set[str] = set()
    for month, day in enumerate(MONTHS, 1):
        left |= set((gone or {}).get(month, ()))
        now = rows.filter((pl.col("month") <= month) & ~pl.col("id").is_in(list(left)))
        history = History(tuple(made))
        made.append(
            release(
                now.drop("month"),
                Policy(before if before and month <= 6 else terms),
                history,
                series="1",
                published=day.isoformat(),
            )
        )
    return made


def seen(rows: pl.DataFrame, out: Release, service: str) -> set[str]:
    """Return who is counted in any visible figure of a service, by when they came."""
    found: set[str] = set()
    for figure in out.figures:
        if figure.service == service and figure.as_of is not None:
            asked = rows.filter(pl.col("month") <= figure.as_of.number)
            if figure.kind in ("item", "growth"):
                asked = asked.drop_nulls(figure.subject)
            elif figure.kind in ("theme", "group"):
                asked = asked.filter("has_story")
            elif figure.kind == "age":
                asked = asked.drop_nulls("age_band")
            elif figure.kind != "answered":
                continue
            found |= set(asked["id"])
    return found


def renamed(terms: Catalogue, key: str, **changes: object) -> Catalogue:
    """Return the catalogue with one service changed."""
    services = tuple(
        replace(entry, **changes) if entry.key == key else entry  # type: ignore[arg-type]
        for entry in terms.services
    )
    return replace(terms, services=services)
