"""How one version of the codebook became the next, and what a theme is in another version."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

Place = tuple[str | int, ...]
# What a theme became; None stands for no theme. Themes that are not named stay what they are.
Images = Mapping[str, frozenset[str | None]]


class Kind(StrEnum):
    """What happened to themes between two versions."""

    ADD = "add"
    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    RETIRE = "retire"


_MANY = 1000
# Fewest and most themes before and after.
_COUNTS = {
    Kind.ADD: (0, 0, 1, 1, "`from` is [] and `to` has one id"),
    Kind.RENAME: (1, 1, 1, 1, "`from` and `to` have one id each"),
    Kind.MERGE: (2, _MANY, 1, 1, "`from` has two ids or more and `to` has one"),
    Kind.SPLIT: (1, 1, 2, _MANY, "`from` has one id and `to` has two or more"),
    Kind.RETIRE: (1, 1, 0, 0, "`from` has one id and `to` is []"),
}


class UnknownInHistory(ValueError):
    """A version or theme that the history does not know. The message says what it does know."""


@dataclass(frozen=True)
class Change:
    """One change. A merge or a split may keep an id: it then stands on both sides."""

    kind: Kind
    before: tuple[str, ...]
    after: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Version:
    """A version and how it differs from the one before.

    date: YYYY-MM-DD; None where the day is not known.
    themes: ids in force, those of meta codes among them.
    """

    version: str
    date: str | None
    why: str
    changes: tuple[Change, ...]
    themes: frozenset[str]


@dataclass(frozen=True)
class Mapped:
    """What a theme is in another version.

    id: the theme asked for.
    to: themes that what was coded with it may belong to, by id.
    lost: some or all of it has no theme there.
    because: the changes on the way, in order.
    """

    id: str
    to: tuple[str, ...]
    lost: bool
    because: tuple[tuple[Version, Change], ...]

    @property
    def exact(self) -> bool:
        """Whether everything that was coded with `id` belongs to the one theme in `to`."""
        return len(self.to) == 1 and not self.lost


@dataclass(frozen=True)
class History:
    """All versions of a codebook, oldest first."""

    versions: tuple[Version, ...]

    def map(self, ids: Iterable[str], from_version: str, to_version: str) -> tuple[Mapped, ...]:
        """Find themes of one version in another, newer or older.

        Args:
            ids: themes of `from_version`.
            from_version: such as "0.1".
            to_version: such as "0.2".

        Returns:
            One answer for each id, in order. Rename and merge are exact. A split gives several
            candidates. A retired theme gives none, nor does an added one on the way back.

        Raises:
            UnknownInHistory: the history has no such version, or the version no such theme.
        """
        start, end = self._index(from_version), self._index(to_version)
        if start <= end:
            steps = [(v, images(v.changes)) for v in self.versions[start + 1 : end + 1]]
        else:
            steps = [(v, origins(v.changes)) for v in self.versions[start:end:-1]]
        return tuple(_follow(self._known(id_, start), steps) for id_ in ids)

    def _index(self, version: str) -> int:
        names = [v.version for v in self.versions]
        if version not in names:
            raise UnknownInHistory(
                f"The codebook has no version {version}. Choose one of: {', '.join(names)}."
            )
        return names.index(version)

    def _known(self, id_: str, index: int) -> str:
        version = self.versions[index]
        if id_ in version.themes:
            return id_
        if elsewhere := [v.version for v in self.versions if id_ in v.themes]:
            hint = f"It is in {', '.join(elsewhere)}."
        elif close := get_close_matches(id_, sorted(version.themes), 1):
            hint = f"Do you mean {close[0]}?"
        else:
            hint = "Look it up in the codebook."
        raise UnknownInHistory(f"Version {version.version} has no theme {id_}. {hint}")


def images(changes: Iterable[Change]) -> Images:
    """What changed themes became."""
    return {id_: frozenset(c.after or (None,)) for c in changes for id_ in c.before}


def origins(changes: Iterable[Change]) -> Images:
    """What changed themes were before."""
    return {id_: frozenset(c.before or (None,)) for c in changes for id_ in c.after}


def _follow(id_: str, steps: Sequence[tuple[Version, Images]]) -> Mapped:
    found: frozenset[str | None] = frozenset({id_})
    because: list[tuple[Version, Change]] = []
    for version, step in steps:
        touched = {theme for theme in found if theme in step}
        because += [(version, c) for c in version.changes if touched & {*c.before, *c.after}]
        found = found - touched | {image for theme in touched if theme for image in step[theme]}
    return Mapped(id_, tuple(sorted(t for t in found if t)), None in found, tuple(because))


def read_history(rows: Sequence[Mapping[str, Any]]) -> History:
    """Read the history as it stands in the codebook.

    Args:
        rows: entries with `version`, `why`, `changes` and `date`; the first has `themes` instead of
            `changes`.

    Raises:
        KeyError, ValueError: an entry lacks a field or has an unknown kind. `problems` finds what
            does not fit together.
    """
    versions: list[Version] = []
    themes = frozenset(rows[0]["themes"])
    for row in rows:
        changes = tuple(
            Change(Kind(c["kind"]), tuple(c["from"]), tuple(c["to"]), c["why"])
            for c in row.get("changes", ())
        )
        gone = {id_ for c in changes for id_ in c.before}
        themes = themes - gone | {id_ for c in changes for id_ in c.after}
        day = row.get("date")
        versions.append(Version(row["version"], day and str(day), row["why"], changes, themes))
    return History(tuple(versions))


def problems(history: History, version: str, ids: Collection[str]) -> Iterator[tuple[Place, str]]:
    """What does not fit together in a history.

    Args:
        history: as read.
        version: of the codebook.
        ids: themes of the codebook, those of meta codes among them.

    Yields:
        Where (from the list of versions on), and what is wrong and what to do.
    """
    yield from _order(history.versions)
    used: set[str] = set(history.versions[0].themes)
    for number, (before, after) in enumerate(
        zip(history.versions, history.versions[1:], strict=False), 1
    ):
        for place, message in _steps(before.themes, after.changes, used):
            yield (number, "changes", *place), message
        used |= after.themes
    last, place = history.versions[-1], (len(history.versions) - 1,)
    if last.version != version:
        yield (
            (*place, "version"),
            f"the codebook is version {version}, but the history ends with {last.version}; "
            "add an entry for every version",
        )
    for id_ in sorted(last.themes - set(ids)):
        yield place, f"{id_} is no longer in the codebook; add a rename, merge, split or retire"
    for id_ in sorted(set(ids) - last.themes):
        yield place, f"{id_} is in the codebook but not in the history; add an add"


def _order(versions: Sequence[Version]) -> Iterator[tuple[Place, str]]:
    newest_number, newest_day = (-1, -1), date.min
    for place, entry in enumerate(versions):
        major, _, minor = entry.version.partition(".")
        number = (int(major), int(minor))
        if number <= newest_number:
            yield (place, "version"), "each version needs a higher number than the one before"
        newest_number = max(number, newest_number)
        if entry.date is None:
            if place:
                yield (place,), "add `date`, the day that the version came"
            continue
        try:
            day = date.fromisoformat(entry.date)
        except ValueError:
            yield (place, "date"), f"{entry.date} is no day; write it as YYYY-MM-DD"
            continue
        if day < newest_day:
            yield (place, "date"), "this day is before that of the version before; correct one"
        newest_day = max(day, newest_day)


def _steps(
    before: frozenset[str], changes: Sequence[Change], used: Collection[str]
) -> Iterator[tuple[Place, str]]:
    """What is wrong with the changes of one version; `used` are all ids there have been."""
    taken: set[str] = set()
    given: set[str] = set()
    for number, change in enumerate(changes):
        fewest_b, most_b, fewest_a, most_a, rule = _COUNTS[change.kind]
        counts_fit = (
            fewest_b <= len(change.before) <= most_b and fewest_a <= len(change.after) <= most_a
        )
        if not counts_fit:
            yield (number, "kind"), f"in a change of kind {change.kind}, {rule}"
        for i, id_ in enumerate(change.before):
            if id_ not in before:
                yield (
                    (number, "from", i),
                    f"{id_} was not in force; name a theme of the version before",
                )
            elif id_ in taken:
                yield (number, "from", i), f"{id_} changes twice in one version; make it one change"
            taken.add(id_)
        for i, id_ in enumerate(change.after):
            kept = id_ in change.before and change.kind in (Kind.MERGE, Kind.SPLIT)
            if id_ in given:
                yield (number, "to", i), f"{id_} is made twice in one version; make it one change"
            elif id_ in used and not kept:
                yield (number, "to", i), f"{id_} has been used before; an id is never used again"
            given.add(id_)
