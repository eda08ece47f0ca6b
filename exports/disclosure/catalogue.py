"""The closed catalogue: every figure that can be asked for. There are no filters beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Self

import polars as pl

from enumerations import AgeBand, Attribution, Level
from exports.errors import PolicyError
from exports.instruments import FEW, FEW_INDIVIDUAL, Category, Item, Ladder, Text, items, scoring

ALL = "*"  # the service of a figure about everyone who answered
FAMILY = 30  # places in larger ones are not compared with all their siblings: the audit does that
SEPARATOR = "|"  # between service and period in a cell


class Kind(StrEnum):
    """What a figure is about."""

    ANSWERED = "answered"
    AGE = "age"
    THEME = "theme"
    GROUP = "group"
    ITEM = "item"
    GROWTH = "growth"
    SCALE = "scale"
    DONT_KNOW = "dont_know"
    AGREEMENT = "agreement"
    SIGNIFICATION = "signification"
    ATTRIBUTION = "attribution"


# Kinds that follow the language model and the codebook: a new series starts them afresh.
CODED = frozenset({Kind.THEME, Kind.GROUP, Kind.AGREEMENT, Kind.ATTRIBUTION})

PAIRS = {
    "themes": ("themes_first", "themes_proposed"),
    "people": ("coded_one", "coded_other"),
    "people_machine": ("coded_both", "coded_machine"),
    "people_teller": ("coded_both", "coded_teller"),
}
"""Columns of themes that an agreement is between, by its subject: teller and program; two people
who read the same part of a story; what both of them said, and program or teller."""

CLEAR = {3: 55, 2: 70}
"""How much of 100, in steps of 5, a pole of a triad or dyad has where an answer is its own: more
than half, and more than two thirds."""

_YES, _OTHER, _NO = 2, 1, 0
MENTIONS: Ladder = (
    (
        Category("positive", (_YES,)),
        Category("other", (_OTHER,)),
        Category("not_mentioned", (_NO,)),
    ),
    (Category("mentioned", (_YES, _OTHER)), Category("not_mentioned", (_NO,))),
)
AREAS_MENTIONED: Ladder = (
    *MENTIONS,
    (Category(FEW, (_YES, _OTHER)), Category("most_not", (_NO,))),
)
STORIES: Ladder = (
    (Category("with_story", (1,)), Category("without_story", (0,))),
    (Category("everyone", (0, 1)),),
)
AGES: Ladder = (
    tuple(Category(band.value, (code,)) for code, band in enumerate(AgeBand)),
    (Category("under_18", (0, 1)), Category("from_18", (2, 3))),
)
AGREEMENTS: Ladder = (
    (
        Category("same_themes", (_YES,)),
        Category("some_themes", (_OTHER,)),
        Category("no_themes", (_NO,)),
    ),
    (Category("common_themes", (_YES, _OTHER)), Category("no_themes", (_NO,))),
)
CODINGS: Ladder = (*AGREEMENTS, (Category("everyone", (_YES, _OTHER, _NO)),))
EXPLAINED = (Attribution.INDIVIDUAL, Attribution.RELATION, Attribution.SITUATION)
"""What a story explains what happened with (F30); its place here is its code."""

INDIVIDUAL, SEVERAL, UNCLEAR = 0, 3, 4
"""Further codes of what a story explains it with; the first is that of the individual alone."""

EXPLANATIONS: Ladder = (
    (
        Category("individual", (INDIVIDUAL,)),
        Category("relation", (1,)),
        Category("situation", (2,)),
        Category("several", (SEVERAL,)),
        Category("unclear", (UNCLEAR,)),
    ),
    (
        Category("individual", (INDIVIDUAL,)),
        Category("around", (1, 2, SEVERAL)),
        Category("unclear", (UNCLEAR,)),
    ),
    (Category("individual", (INDIVIDUAL,)), Category("not_individual", (1, 2, SEVERAL, UNCLEAR))),
    (Category(FEW_INDIVIDUAL, (INDIVIDUAL,)), Category("most_other", (1, 2, SEVERAL, UNCLEAR))),
)
DONT_KNOWS: Ladder = ((Category("dont_know", (1,)), Category("answered", (0,))),)


@dataclass(frozen=True)
class Service:
    """A service that can be chosen: key, class in the taxonomy, name per language.

    A service that is renamed keeps its key. One that is merged from others names them in
    `replaces`, and whoever told of those counts in its figures too. `valid_from` and `valid_to`
    are its first and last day, ISO; the figures of a closed service stay.
    """

    key: str
    service_class: str
    name: Text
    area: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Area:
    """Services together: a kommune or fylke, or a unit of an organisation (`level`)."""

    key: str
    level: str
    name: Text
    parent: str | None = None


@dataclass(frozen=True)
class Group:
    """A group of themes."""

    id: str
    label: Text


@dataclass(frozen=True)
class Theme:
    """A theme of the codebook: its group, its goal level, its label per language."""

    id: str
    group: str
    level: Level
    label: Text


@dataclass(frozen=True)
class Question:
    """One way to partition respondents. `code` gives each respondent's code; null = not asked."""

    kind: Kind
    subject: str
    ladder: Ladder
    code: pl.Expr
    total: pl.Expr | None = None

    @property
    def column(self) -> str:
        """Name of its column in the members table."""
        return f"{self.kind}/{self.subject}"


@dataclass(frozen=True)
class Catalogue:
    """What figures exist: services × themes, groups, items and scales; themes × periods.

    Args:
        services: every service that may be chosen; keys without "|", "/" and "*".
        groups: theme groups.
        themes: themes, each in one of `groups`.
        periods: the quarters of the round, such as "2026-Q4" (see `quarters`).
        areas: what services lie in, and what those lie in; keys as those of services.

    Raises:
        PolicyError: a key is repeated, malformed or missing, or a theme has no group.
    """

    services: tuple[Service, ...]
    groups: tuple[Group, ...]
    themes: tuple[Theme, ...]
    periods: tuple[str, ...]
    areas: tuple[Area, ...] = ()

    def __post_init__(self) -> None:
        keys = [service.key for service in self.services]
        keys += [area.key for area in self.areas]
        for names in (keys, [t.id for t in self.themes], [g.id for g in self.groups], self.periods):
            if len(set(names)) < len(names):
                raise PolicyError("The catalogue names something twice. Give every key once.")
        if bad := [key for key in keys if not key or set(key) & set("|/*")]:
            raise PolicyError(
                f"Service keys may not be empty or hold | / or *: {bad}. Rename them."
            )
        if lost := {t.group for t in self.themes} - {g.id for g in self.groups}:
            raise PolicyError(f"Themes name groups that are missing: {sorted(lost)}. Add them.")
        self._check_places()

    def _check_places(self) -> None:
        """Refuse areas and replaced services that are missing or lie in themselves."""
        areas = {area.key: area.parent for area in self.areas}
        services = {service.key for service in self.services}
        lost = {entry.area for entry in self.services} | set(areas.values())
        lost -= {None, *areas}
        lost |= {old for entry in self.services for old in entry.replaces} - services
        if lost:
            raise PolicyError(
                f"Services or areas name places that are missing: {sorted(map(str, lost))}. "
                "Add them."
            )
        try:
            tuple(TopologicalSorter(self._directly_in()).static_order())
        except CycleError as error:
            raise PolicyError(
                f"These places lie in each other: {error.args[1]}. Correct area, parent or "
                "replaces."
            ) from None

    def _directly_in(self) -> dict[str, set[str]]:
        """Return what holds each service or area: its area, and the service that replaced it."""
        holders: dict[str, set[str]] = {entry.key: set() for entry in self.services}
        holders |= {area.key: {area.parent} if area.parent else set() for area in self.areas}
        for service in self.services:
            if service.area:
                holders[service.key].add(service.area)
            for old in service.replaces:
                holders[old].add(service.key)
        return holders

    @cached_property
    def holders(self) -> Mapping[str, tuple[str, ...]]:
        """Return whose figures count a service's or an area's respondents, itself not among them.

        Everybody's (`ALL`) is among them; sorted.
        """
        direct = self._directly_in()
        found: dict[str, set[str]] = {}
        order = TopologicalSorter(direct).static_order()
        for key in order:
            found[key] = direct[key].union(*(found[holder] for holder in direct[key]))
        return {key: tuple(sorted({*found[key], ALL})) for key in direct}

    @cached_property
    def _within(self) -> Mapping[str, tuple[str, ...]]:
        """Return the cells that lie in each place: services, areas, and quarters of everybody."""
        found: dict[str, list[str]] = {place: [] for place in self.places}
        for key, holders in self.holders.items():
            for holder in holders:
                found[holder].append(key)
        found[ALL] += [cell_name(ALL, period) for period in self.periods]
        return {place: tuple(cells) for place, cells in found.items()}

    @cached_property
    def families(self) -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
        """Return, per place, each place with those directly in it that it is one of."""
        parts: dict[str, list[str]] = {}
        for key, holders in self._directly_in().items():
            for holder in sorted(holders) or [ALL]:
                parts.setdefault(holder, []).append(key)
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {place: [] for place in self.places}
        for holder, keys in parts.items():
            for place in (holder, *keys) if len(keys) <= FAMILY else (holder,):
                found[place].append((holder, tuple(keys)))
        return {place: tuple(families) for place, families in found.items()}

    def related(self, cell: str) -> tuple[str, ...]:
        """Return the cells that hold a cell and those that lie in it."""
        if SEPARATOR in cell:
            return (cell_service(cell),)
        return (*self.holders.get(cell, ()), *self._within[cell])

    @property
    def places(self) -> tuple[str, ...]:
        """Return every key that figures are published for: services, areas, everybody."""
        return (
            *(service.key for service in self.services),
            *(area.key for area in self.areas),
            ALL,
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(
            services=tuple(
                Service(**entry | {"replaces": tuple(entry.get("replaces", ()))})
                for entry in data["services"]
            ),
            groups=tuple(Group(**entry) for entry in data["groups"]),
            themes=tuple(
                Theme(**entry | {"level": Level(entry["level"])}) for entry in data["themes"]
            ),
            periods=tuple(data["periods"]),
            areas=tuple(Area(**entry) for entry in data.get("areas", ())),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the release document, in the order of the keys."""
        return {
            "services": [asdict(entry) for entry in sorted(self.services, key=lambda s: s.key)],
            "groups": [asdict(entry) for entry in sorted(self.groups, key=lambda g: g.id)],
            "themes": [asdict(entry) for entry in sorted(self.themes, key=lambda t: t.id)],
            "periods": sorted(self.periods),
            "areas": [asdict(entry) for entry in sorted(self.areas, key=lambda a: a.key)],
        }

    def cells(self, kind: Kind) -> list[tuple[str, str | None]]:
        """Return the (service, period) pairs that a kind is published for."""
        pairs: list[tuple[str, str | None]] = [(place, None) for place in self.places]
        if kind in CODED:
            pairs += [(ALL, period) for period in self.periods]
        return pairs

    def questions(self, columns: list[str]) -> Iterator[Question]:
        """Yield the questions that a frame with these columns can answer.

        An item without a figure of its own has none of its "don't know" either.
        """
        yield Question(Kind.ANSWERED, "responses", STORIES, pl.col("has_story").cast(pl.Int8))
        if "age_band" in columns:
            yield Question(Kind.AGE, "age_band", AGES, _age_band())
        told = _told(columns)
        for subject, pair in PAIRS.items():
            if set(pair) <= set(columns):
                ladder = AGREEMENTS if subject == "themes" else CODINGS
                yield Question(Kind.AGREEMENT, subject, ladder, _agreement(pair, told))
        if "explained_by" in columns:
            yield Question(Kind.ATTRIBUTION, "explained", EXPLANATIONS, _explained(told))
        for theme in self.themes:
            yield Question(Kind.THEME, theme.id, MENTIONS, _mention([theme.id], told))
        for group in self.groups:
            members = [theme.id for theme in self.themes if theme.group == group.id]
            yield Question(Kind.GROUP, group.id, AREAS_MENTIONED, _mention(members, told))
        for scale in filter(lambda scale: scale.ladder, scoring.scales(columns)):
            band, total = scoring.band(scale), scoring.total_units(scale)
            yield Question(Kind.SCALE, scale.id, scale.ladder, band, total)
        for item in items().values():
            if item.id not in columns:
                continue
            if not item.figure:
                continue
            code = _marked(item) if item.poles else pl.col(item.id).cast(pl.Int8)
            yield Question(Kind(item.figure), item.id, item.ladder, code)
            if item.dont_know:
                yield Question(Kind.DONT_KNOW, item.id, DONT_KNOWS, _dont_know(item.id))


def cell_name(service: str, period: str | None) -> str:
    """Return the name of a (service, period) pair in the members table."""
    return service if period is None else f"{service}{SEPARATOR}{period}"


def cell_service(cell: str) -> str:
    """Return the service of a cell's name."""
    return cell.partition(SEPARATOR)[0]


def quarters(first: date, last: date) -> tuple[str, ...]:
    """Return the quarters from `first` to `last`, both included, as "2026-Q1"."""
    numbers = range(
        first.year * 4 + (first.month - 1) // 3, last.year * 4 + (last.month - 1) // 3 + 1
    )
    return tuple(f"{number // 4}-Q{number % 4 + 1}" for number in numbers)


def _told(columns: list[str]) -> pl.Expr:
    """Whether a respondent has a story that somebody can still hear.

    One whose story has been deleted has told of something; to count it as not mentioning a theme
    would be untrue, so the figures about themes are not about that respondent any more.
    """
    told = pl.col("has_story")
    return told & ~pl.col("story_deleted") if "story_deleted" in columns else told


def _mention(themes: list[str], told: pl.Expr) -> pl.Expr:
    """Code a respondent with a story: told of the themes positively, otherwise, or not at all."""
    mentioned = pl.col("themes").list.set_intersection(themes).list.len() > 0
    positive = pl.col("themes_positive").list.set_intersection(themes).list.len() > 0
    code = pl.when(positive).then(_YES).when(mentioned).then(_OTHER).otherwise(_NO)
    return pl.when(told).then(code.cast(pl.Int8))


def _agreement(pair: tuple[str, str], told: pl.Expr) -> pl.Expr:
    """Code those of whom both codings are there: the same themes, some in common, or none."""
    one, other = map(pl.col, pair)
    common = one.list.set_intersection(other).list.len()
    same = one.list.set_symmetric_difference(other).list.len() == 0
    code = pl.when(same).then(_YES).when(common > 0).then(_OTHER).otherwise(_NO)
    asked = told & one.is_not_null() & other.is_not_null()
    return pl.when(asked).then(code.cast(pl.Int8))


def _explained(told: pl.Expr) -> pl.Expr:
    """Code a teller by what the stories explain it with: one, several, or nothing that is clear."""
    found = pl.col("explained_by").list.unique()
    codes = {value.value: code for code, value in enumerate(EXPLAINED)}
    one = found.list.first().replace_strict(codes, return_dtype=pl.Int8)
    number = found.list.len()
    code = pl.when(number == 1).then(one).when(number > 1).then(SEVERAL).otherwise(UNCLEAR)
    return pl.when(told).then(code.cast(pl.Int8))


def _marked(item: Item) -> pl.Expr:
    """Code an own marking: the pole that has the most of the 100, if enough; else between them."""
    parts = pl.col(item.id)
    clear = parts.list.max() >= CLEAR[len(item.poles)]
    code = pl.when(clear).then(parts.list.arg_max().cast(pl.Int8)).otherwise(len(item.poles))
    return pl.when(parts.is_not_null()).then(code.cast(pl.Int8))


def _age_band() -> pl.Expr:
    codes = {band.value: code for code, band in enumerate(AgeBand)}
    return pl.col("age_band").replace_strict(codes, return_dtype=pl.Int8)


def _dont_know(item: str) -> pl.Expr:
    """Code who is asked an item; whoever answered it did so, whatever else is said of them.

    The audit counts on that: those who answered are the people of the item's figure.
    """
    said = pl.col("dont_know").list.contains(item)
    answered = pl.col(item).is_not_null()
    return pl.when(answered).then(0).when(said).then(1).cast(pl.Int8)
