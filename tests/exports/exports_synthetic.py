"""Synthetic responses: invented, seeded, of any size."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from enumerations import AgeBand, Level
from exports import Catalogue, Group, Service, Theme, quarters
from exports.instruments import items

AGES = [None, *(band.value for band in AgeBand)]
LISTS = ["services", "themes", "themes_positive", "themes_critical", "dont_know"]
LISTS += ["themes_first", "themes_proposed", "explained_by"]
ITEMS = [item.id for item in items().values() if item.one and not item.id.startswith("v6n")]


def names(text: str) -> dict[str, str]:
    return {"nb": text, "nn": text, "en": text}


def catalogue(services: int = 3, themes: int = 6, groups: int = 2) -> Catalogue:
    """Return services of classes NAV, child welfare (sensitive), club, and so on again."""
    classes = ["nav_kontor", "barnevern_kommune", "fritidsklubb"]
    return Catalogue(
        services=tuple(
            Service(f"s{i}", classes[i % 3], names(f"Tjeneste {chr(65 + i)}"))
            for i in range(services)
        ),
        groups=tuple(Group(f"G{i}", names(f"Gruppe {chr(65 + i)}")) for i in range(groups)),
        themes=tuple(
            Theme(f"T{i}", f"G{i % groups}", list(Level)[i % 3], names(f"Tema {chr(65 + i)}"))
            for i in range(themes)
        ),
        periods=quarters(date(2026, 1, 1), date(2026, 6, 30)),
    )


def frame(
    size: int,
    terms: Catalogue,
    seed: int = 1,
    start: int = 0,
    told: float = 0.25,
    asked: Sequence[str] = tuple(ITEMS),
) -> pl.DataFrame:
    """Draw `size` responses; ids are numbered from `start`, so frames can be put end to end.

    `told` is how often a story mentions a theme. Half the answers to an item follow one option
    drawn per seed, so that rare options occur.
    """
    random = np.random.default_rng([seed, start])
    themes = np.array([theme.id for theme in terms.themes])
    story = random.random(size) < 0.8
    mentions = (random.random((size, len(themes))) < told) & story[:, None]
    positive = mentions & (random.random(mentions.shape) < 0.6)
    keys = [service.key for service in terms.services]
    services = [
        sorted({keys[i] for i in random.integers(0, len(keys), random.integers(0, 3))})
        for _ in range(size)
    ]
    columns: dict[str, object] = {
        "id": [f"r{start + i:08d}" for i in range(size)],
        "period": random.choice(list(terms.periods), size).tolist(),
        "services": services,
        "age_band": [AGES[i] for i in np.random.default_rng([seed, start, 1]).integers(0, 5, size)],
        "has_story": story.tolist(),
        "themes": [themes[row].tolist() for row in mentions],
        "themes_positive": [themes[row].tolist() for row in positive],
        "themes_critical": [themes[row].tolist() for row in mentions & ~positive],
    }
    columns |= chosen_first(np.random.default_rng([seed, start, 2]), story, mentions, themes)
    explained = np.random.default_rng([seed, start, 3]).random((size, 3)) < (0.35, 0.25, 0.25)
    columns["explained_by"] = [
        np.array(["individ", "relasjon", "situasjon"])[row].tolist() for row in explained
    ]
    favourites = np.random.default_rng(seed)
    unsaid: dict[str, np.ndarray] = {}
    for name in asked:
        options = items()[name].values
        usual = favourites.choice(options)
        drawn = np.where(random.random(size) < 0.5, usual, random.choice(options, size))
        missing = random.random(size) < 0.15
        unsaid[name] = missing & (random.random(size) < 0.7) & (items()[name].dont_know is not None)
        values = [None if gone else int(v) for v, gone in zip(drawn, missing, strict=True)]
        columns[name] = pl.Series(values, dtype=pl.Int64)
    columns["dont_know"] = [[name for name in asked if unsaid[name][i]] for i in range(size)]
    schema = {"id": pl.String, "period": pl.String, "age_band": pl.String, "has_story": pl.Boolean}
    overrides = schema | dict.fromkeys(LISTS, pl.List(pl.String))
    return pl.DataFrame(columns, schema_overrides=overrides)


def chosen_first(
    random: np.random.Generator, story: np.ndarray, mentions: np.ndarray, themes: np.ndarray
) -> dict[str, object]:
    """Every other teller chose themes first, and the program heard three in four of them."""
    asked = story & (random.random(len(story)) < 0.5)
    heard = mentions & (random.random(mentions.shape) < 0.75)
    return {
        name: [themes[row].tolist() if yes else None for row, yes in zip(rows, asked, strict=True)]
        for name, rows in (("themes_first", mentions), ("themes_proposed", heard))
    }
