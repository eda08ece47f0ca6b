"""Counts respondents again, one by one, from the frame alone: the gate's independent oracle."""

from fractions import Fraction
from typing import Any

import polars as pl

from exports import Catalogue, Figure

BANDS = {"mt10": (Fraction(5, 2), Fraction(7, 2)), "vekst6": (Fraction(-1, 2), Fraction(1, 2))}
BANDS["lt1"] = (Fraction(6), Fraction(9))
SCALES = {
    "mt10": ([f"mt{i}" for i in range(1, 11)], 7),
    "vekst6": ([f"vekst6_{i}" for i in range(1, 7)], 4),
    "lt1": (["lt1"], 1),
}

AGES = ["13-15", "16-17", "18-24", "25-29"]

Members = dict[tuple[int, ...], frozenset[str]]


def total(row: dict[str, Any], scale: str) -> Fraction | None:
    names, least = SCALES[scale]
    given = [row[name] for name in names if row[name] is not None]
    return Fraction(sum(given), len(given)) if len(given) >= least else None


def code(row: dict[str, Any], figure: Figure, terms: Catalogue) -> int | None:
    """Return the code of a respondent in a figure; None if the figure is not about them."""
    if figure.service != "*" and figure.service not in row["services"]:
        return None
    if figure.period is not None and figure.period != row["period"]:
        return None
    if figure.kind == "answered":
        return int(row["has_story"])
    if figure.kind == "age":
        return None if row["age_band"] is None else AGES.index(row["age_band"])
    if figure.kind in ("theme", "group"):
        if not row["has_story"] or row.get("story_deleted"):
            return None
        names = {t.id for t in terms.themes if figure.subject in (t.id, t.group)}
        if names & set(row["themes_positive"]):
            return 2
        return int(bool(names & set(row["themes"])))
    if figure.kind == "attribution":
        if not row["has_story"] or row.get("story_deleted"):
            return None
        found = sorted(set(row["explained_by"]))
        if len(found) == 1:
            return ["individ", "relasjon", "situasjon"].index(found[0])
        return 3 if found else 4
    if figure.kind == "agreement":
        if row["themes_first"] is None or row.get("story_deleted"):
            return None
        one, other = set(row["themes_first"]), set(row["themes_proposed"])
        return 2 if one == other else int(bool(one & other))
    if figure.kind == "dont_know":
        if figure.subject in row["dont_know"]:
            return 1
        return None if row[figure.subject] is None else 0
    if figure.kind == "scale":
        score = total(row, figure.subject)
        return None if score is None else sum(score >= cut for cut in BANDS[figure.subject])
    answer: int | None = row[figure.subject]
    return answer


def members(frame: pl.DataFrame, figure: Figure, terms: Catalogue) -> Members:
    """Return who is in each published category of a figure, by the codes that it merges."""
    found: dict[int, set[str]] = {}
    for row in frame.iter_rows(named=True):
        value = code(row, figure, terms)
        if value is not None:
            found.setdefault(value, set()).add(row["id"])
    inside = {value for count in figure.categories for value in count.values}
    assert set(found) <= inside, "somebody is in no category"
    return {
        count.values: frozenset().union(*(found.get(value, set()) for value in count.values))
        for count in figure.categories
    }


def changes(old: Members, new: Members) -> list[tuple[int, int]]:
    """Return how many came and left, per category that two snapshots have in common.

    A category that is finer in one of them is merged to the coarser one's.
    """
    sizes = []
    for coarse, fine in ((old, new), (new, old)):
        for values, here in coarse.items():
            parts = [people for part, people in fine.items() if set(part) <= set(values)]
            covered = {v for part in fine if set(part) <= set(values) for v in part}
            if covered == set(values):
                there = frozenset().union(*parts)
                was, now = (here, there) if coarse is old else (there, here)
                sizes.append((len(now - was), len(was - now)))
    return sizes
