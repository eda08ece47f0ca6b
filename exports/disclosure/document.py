"""What is let out: figures, releases, and the history that the next release must respect."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from io import BytesIO
from sys import intern
from typing import Any, Self

import polars as pl

from exports.disclosure.catalogue import ALL, Catalogue, Kind
from exports.disclosure.opened import OpenTable
from exports.errors import DocumentError, HistoryError
from exports.instruments import FEWER


class Status(StrEnum):
    """What happened to a figure in a release."""

    SHOWN = "shown"
    KEPT = "kept"
    HIDDEN = "hidden"


class Reason(StrEnum):
    """Why a figure is not (newly) shown.

    Too early: so few are in the cell that no answer has been looked at.
    Too few: some category has fewer than k, or fewer than k set it apart from a figure of a place
    around or within. The two are one reason, for to tell them apart would tell of the few. Each
    reason's text, with the number that would make it visible, is `reason.<value>` of the messages.
    """

    TOO_EARLY = "too_early"
    TOO_FEW = "too_few"
    COVERED_BY_GROUP = "covered_by_group"
    TOO_LITTLE_CHANGE = "too_little_change"
    RETRACTED = "retracted"
    HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class Count:
    """A published category: its id, the codes it merges, and respondents rounded to the base."""

    id: str
    values: tuple[int, ...]
    x: int

    @property
    def few(self) -> bool:
        """Whether it says only that there are fewer than x, perhaps nobody."""
        return self.id in FEWER


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic of single answers: its name, value and 95 % interval, rounded before publishing.

    What each name means, in which unit, and how coarsely it is rounded is in docs/measures.md.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The release that a figure's numbers come from: number and ISO date."""

    number: int
    published: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One published, kept or hidden figure.

    `k` is the threshold that held, in respondents per category. `n` and the counts are rounded
    each for itself. Mean and its 95 % interval are in the scale's unit, only for scales. A hidden
    figure has no numbers; `as_of` says which release the numbers of the others come from.
    `estimates` are statistics of single answers, only for kinds that have them.
    """

    kind: Kind
    subject: str
    service: str
    period: str | None
    k: int
    status: Status
    reason: Reason | None = None
    n: int | None = None
    categories: tuple[Count, ...] = ()
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    as_of: Snapshot | None = None
    estimates: tuple[Estimate, ...] = ()

    @property
    def id(self) -> str:
        """Name of the figure, the same in every release."""
        parts = [self.kind, self.subject, self.service, self.period]
        return "/".join(part for part in parts if part is not None)

    @property
    def bounded(self) -> bool:
        """Whether it says only that fewer than its threshold are in a category."""
        return any(count.few for count in self.categories)

    @property
    def visible(self) -> bool:
        """Whether it has numbers."""
        return self.status is not Status.HIDDEN


@dataclass(frozen=True)
class Release:
    """Everything let out at once, for ever.

    `members` says who is in each category of the figures shown anew: one row per respondent and
    cell, one column per question holding codes. It is guarded: the next release needs it, nobody
    else may see it, and it is never in the document. It is read a few columns at a time: a
    country's would take gigabytes.
    """

    number: int
    series: str
    published: str
    k: int
    k_sensitive: int
    base: int
    catalogue: Catalogue
    figures: tuple[Figure, ...]
    members: pl.DataFrame | pl.LazyFrame | None = field(default=None, compare=False, repr=False)

    @cached_property
    def by_id(self) -> Mapping[str, Figure]:
        """Return the figures by their id."""
        return {figure.id: figure for figure in self.figures}

    def figure(
        self, kind: Kind, subject: str, service: str, period: str | None = None
    ) -> Figure | None:
        """Return one figure, or None if the catalogue of this release lacks it."""
        parts = [kind, subject, service, period]
        return self.by_id.get("/".join(part for part in parts if part is not None))

    def to_bytes(self) -> bytes:
        """Return the document: canonical JSON (UTF-8, sorted keys), without members."""
        document = {
            "number": self.number,
            "series": self.series,
            "published": self.published,
            "policy": {"k": self.k, "k_sensitive": self.k_sensitive, "base": self.base},
            "catalogue": self.catalogue.to_dict(),
            "figures": [_plain(figure) for figure in self.figures],
        }
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode() + b"\n"

    def members_to_bytes(self) -> bytes:
        """Return the members as Parquet bytes, to be stored as carefully as the answers."""
        buffer = BytesIO()
        self.read_members(*self.member_columns).write_parquet(buffer)
        return buffer.getvalue()

    @property
    def member_columns(self) -> list[str]:
        """Return the names of the members' columns.

        Raises:
            HistoryError: the release was read without its members.
        """
        return self._guarded().collect_schema().names()

    def read_members(self, *columns: str) -> pl.DataFrame:
        """Read columns of the members.

        Raises:
            HistoryError: the release was read without its members, or they are damaged.
        """
        try:
            return self._guarded().select(columns).collect()
        except pl.exceptions.PolarsError as error:
            raise HistoryError(
                f"The members of release {self.number} are damaged ({type(error).__name__}). "
                "Bring back the database's last copy."
            ) from None

    def everybody(self) -> pl.Series:
        """Read the ids of all whose answers the release counts.

        Raises:
            HistoryError: as `read_members`.
        """
        return self.read_members("cell", "id").filter(pl.col("cell") == ALL)["id"]

    def _guarded(self) -> pl.LazyFrame:
        if self.members is None:
            raise HistoryError(f"Release {self.number} lacks its members. Read it with them.")
        return self.members.lazy()

    @classmethod
    def from_bytes(cls, document: bytes, members: bytes | None = None) -> Self:
        """Read a release; with its members, if it is to be part of a `History`.

        Raises:
            DocumentError: the bytes are not a release document.
        """
        try:
            data = json.loads(document, object_hook=_read)
            return cls(
                number=data["number"],
                series=data["series"],
                published=data["published"],
                **data["policy"],
                catalogue=Catalogue.from_dict(data["catalogue"]),
                figures=tuple(_checked(entry) for entry in data["figures"]),
                members=None if members is None else _packed(members),
            )
        except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise DocumentError(
                f"This is not a release document ({type(error).__name__}). "
                "Give the bytes of Release.to_bytes() and members_to_bytes() unchanged."
            ) from None


@dataclass(frozen=True)
class Exported:
    """A research file that has been let out: whose records, and what it says of each.

    Args:
        number: of the release that it was made beside.
        published: ISO date.
        members: guarded as a release's are. One row per record: `id`; `services`, if the file
            tells them, a list of keys of services or areas; and a column per published question,
            named as in a release's members ("item/mt1", "age/age_band"), with the code, or the id
            of a category where the file says no more than that. Null: the file does not tell.
    """

    number: int
    published: str
    members: pl.DataFrame = field(compare=False, repr=False)


@dataclass(frozen=True)
class Shared:
    """Stories that have been let out for research: whose they were.

    Args:
        number: of the release that they came beside.
        published: ISO date.
        members: guarded as a release's are; `id` and `service` (see `exports.Stories`).
    """

    number: int
    published: str
    members: pl.DataFrame = field(compare=False, repr=False)

    @classmethod
    def from_bytes(cls, number: int, published: str, members: bytes) -> Self:
        """Read what `Stories.members_to_bytes` wrote.

        Raises:
            DocumentError: the bytes are not such members.
        """
        try:
            return cls(number, published, pl.read_parquet(BytesIO(members)).select("id", "service"))
        except pl.exceptions.PolarsError as error:
            raise DocumentError(
                f"These are no members of stories ({type(error).__name__}). "
                "Give the bytes of Stories.members_to_bytes() unchanged."
            ) from None


@dataclass(frozen=True)
class Table:
    """A figure as it came in a release, or a research file ("file 1") beside it."""

    figure: str
    number: int

    def __str__(self) -> str:
        return f"{self.figure} (release {self.number})"


@dataclass(frozen=True)
class Finding:
    """What the audit proves from published tables about a group of fewer than k people.

    `tables` prove it together: the group is in the first and in none of the others. `answer` is
    what they answered, in codes, or "" for whatever they answered. `low` to `high` people, both
    from 1 to k-1. `known`: earlier releases alone prove it.
    """

    tables: tuple[Table, ...]
    answer: str
    low: int
    high: int
    known: bool = False

    def __str__(self) -> str:
        first, *others = self.tables
        without = " but not in " + " or ".join(map(str, others)) if others else ""
        return f"{self.low} to {self.high} people are in {first}{without}"


@dataclass(frozen=True)
class History:
    """Every earlier release, oldest first, with members, every research file and story let out.

    `opened` is the table with noise, if one has been drawn. The audit does not read it: its noise
    is its protection, and no count of it can be relied on. It is here so that none is drawn anew.

    `retracted` are numbers of releases that were wrong. No figure of theirs is shown or kept again,
    but they have been read, so that what comes later is compared and audited with them.

    Raises:
        HistoryError: a release is out of order or lacks its members, or one that is not there is
            said to be retracted.
    """

    releases: tuple[Release, ...] = ()
    retracted: frozenset[int] = frozenset()
    exports: tuple[Exported, ...] = ()
    shared: tuple[Shared, ...] = ()
    opened: OpenTable | None = None

    def __post_init__(self) -> None:
        if [release.number for release in self.releases] != list(range(1, len(self.releases) + 1)):
            raise HistoryError(
                "Releases must be numbered 1, 2, 3 … Give all of them, oldest first."
            )
        if any(release.members is None for release in self.releases):
            raise HistoryError(
                "An earlier release lacks its members, so nothing new can be compared with it. "
                "Read it with Release.from_bytes(document, members)."
            )
        if unknown := self.retracted - {release.number for release in self.releases}:
            raise HistoryError(
                f"There is no release {sorted(unknown)} to retract. Give a release's number."
            )

    def latest(self, series: str) -> Release:
        """Return the latest release, for a file that comes beside it.

        Raises:
            HistoryError: there is none, it was wrong, or its themes are of another series.
        """
        if not self.releases:
            raise HistoryError("Nothing has been released. Release first.")
        last = self.releases[-1]
        if last.number in self.retracted or last.series != series:
            raise HistoryError(
                "The latest release is retracted, or of another model or codebook. Release again."
            )
        return last


def _plain(figure: Figure) -> dict[str, Any]:
    """Return a figure as data, without the copies that asdict makes of all that it finds."""
    return _values(figure) | {
        "id": figure.id,
        "categories": [_values(count) for count in figure.categories],
        "as_of": _values(figure.as_of) if figure.as_of else None,
        "estimates": [_values(estimate) for estimate in figure.estimates],
    }


def _values(entry: Any) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}


def _packed(members: bytes) -> pl.LazyFrame:
    """Return a table that is read anew from its bytes each time it is asked for."""
    found = pl.scan_parquet(BytesIO(members))
    found.collect_schema()
    return found


_snapshot = cache(Snapshot)


@cache
def _count(name: str, values: tuple[int, ...], x: int) -> Count:
    """Return one and the same object for the same count: a national release has a million."""
    return Count(name, values, x)


def _read(entry: dict[str, Any]) -> dict[str, Any] | Figure:
    """Make a figure as soon as it is read: a million of them as plain data take gigabytes."""
    return _figure(entry) if "categories" in entry else entry


def _checked(entry: object) -> Figure:
    if not isinstance(entry, Figure):
        raise TypeError(entry)
    return entry


def _figure(entry: Mapping[str, Any]) -> Figure:
    return Figure(
        kind=Kind(entry["kind"]),
        subject=intern(entry["subject"]),
        service=intern(entry["service"]),
        period=entry["period"],
        k=entry["k"],
        status=Status(entry["status"]),
        reason=Reason(entry["reason"]) if entry["reason"] else None,
        n=entry["n"],
        categories=tuple(
            _count(count["id"], tuple(count["values"]), count["x"]) for count in entry["categories"]
        ),
        mean=entry["mean"],
        low=entry["low"],
        high=entry["high"],
        as_of=_snapshot(**entry["as_of"]) if entry["as_of"] else None,
        estimates=tuple(Estimate(**found) for found in entry.get("estimates", ())),
    )
