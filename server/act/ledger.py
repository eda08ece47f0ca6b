"""The change ledger: what a release tells, what the service answers, and the card's publication."""

import datetime
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import exports
from enumerations import ActionStatus, Attribution, Language
from exports import Figure, Kind, Release
from server.act.tables import Action, Card
from server.act.tables import Decided as DecidedRow
from server.collect import live
from server.database.connection import current

MENTIONED = (1, 2)
POSITIVE = (2,)

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that young people told of: a theme, or a whole group of themes.

    `figure` is None where the latest release does not show it any longer.
    """

    id: str
    label: Text
    figure: Figure | None

    def mentioned(self, language: Language) -> str | None:
        """How many told of it: "om lag 20 av 40"."""
        return self._about(MENTIONED, language)

    def positive(self, language: Language) -> str | None:
        """How many told something good about it; None where that is not shown."""
        return self._about(POSITIVE, language)

    def _about(self, codes: tuple[int, ...], language: Language) -> str | None:
        found = exports.share(self.figure, codes) if self.figure else None
        return None if found is None else exports.about(found, language)

    @property
    def weight(self) -> int:
        """Rounded number of tellers, for the order of a card; -1 where it is not shown."""
        found = exports.share(self.figure, MENTIONED) if self.figure else None
        return -1 if found is None else found.x


@dataclass(frozen=True, slots=True)
class Area:
    """A group of themes as a release shows it. `whole` is None where only themes are shown."""

    id: str
    label: Text
    whole: Subject | None
    themes: list[Subject]

    @property
    def subjects(self) -> list[Subject]:
        """Everything that can be answered here."""
        return [*([self.whole] if self.whole else []), *self.themes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answers to one subject.

    `owner` is who sees to it, a role; `began` is the day on which it was begun (F26); `aim` is what
    it is to change: a person, how people meet, or what is around them (F30).
    """

    status: ActionStatus
    text: str
    next_check: datetime.date | None
    owner: str = ""
    began: datetime.date | None = None
    aim: Attribution | None = None

    @property
    def version(self) -> str:
        """Changes whenever the answer does."""
        words = f"{self.status}|{self.next_check}|{self.began}|{self.aim}|{self.owner}|{self.text}"
        return hashlib.sha256(words.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a workshop decided on: "fra samling". `theme` is empty where it belongs to none.

    `title` is the workshop's; `owner` is for staff, not for the card.
    """

    theme: str
    text: str
    owner: str
    due: datetime.date | None
    title: str = ""


def told(release: Release) -> list[Area]:
    """What a release shows about everyone's stories, in the order of the codebook.

    Args:
        release: its catalogue gives groups, themes and their labels.
    """
    areas = []
    for group in release.catalogue.groups:
        whole = _subject(release, Kind.GROUP, group.id, group.label)
        themes = [
            subject
            for theme in release.catalogue.themes
            if theme.group == group.id
            and (subject := _subject(release, Kind.THEME, theme.id, theme.label))
        ]
        if whole or themes:
            areas.append(Area(group.id, group.label, whole, themes))
    return areas


def _subject(release: Release, kind: Kind, key: str, label: Text) -> Subject | None:
    figure = release.figure(kind, key, exports.ALL)
    return Subject(key, label, figure) if figure and figure.visible and not figure.bounded else None


def not_shown(release: Release | None, given: Collection[str]) -> list[Subject]:
    """What was answered once, but is not in the latest release."""
    areas = told(release) if release else []
    shown = {subject.id for area in areas for subject in area.subjects}
    labels = _labels(release)
    return [Subject(key, labels.get(key, {"nb": key}), None) for key in given if key not in shown]


def _labels(release: Release | None) -> dict[str, Text]:
    if release is None:
        return {}
    groups = {group.id: group.label for group in release.catalogue.groups}
    return groups | {theme.id: theme.label for theme in release.catalogue.themes}


def lacking(areas: list[Area], answered: Collection[str]) -> list[Subject]:
    """What has no answer yet: an area is answered as a whole, or theme by theme.

    Args:
        areas: what the release shows.
        answered: ids of the subjects that have an answer.
    """
    missing: list[Subject] = []
    for area in areas:
        unanswered = [theme for theme in area.themes if theme.id not in answered]
        if area.whole is None:
            missing += unanswered
        elif area.id not in answered and (unanswered or not area.themes):
            missing.append(area.whole)
    return missing


async def answers(round_id: UUID) -> dict[str, Answer]:
    """The service's answers to a round, by the id of theme or group."""
    rows = await Action.select().where(Action.round == round_id).order_by(Action.theme)
    return {row["theme"]: _answer(row) for row in rows}


def _answer(row: dict[str, Any]) -> Answer:
    return Answer(
        ActionStatus(row["status"]),
        row["text"],
        row["next_check"],
        row["owner"],
        row["began"],
        Attribution(row["aim"]) if row["aim"] else None,
    )


async def save(round_id: UUID, subject: str, answer: Answer, seen: str) -> Answer | None:
    """Keep an answer, unless somebody else has changed it since it was seen.

    Args:
        round_id: the round.
        subject: id of a theme or a group.
        answer: the new answer.
        seen: version of the answer that the writer saw; empty if there was none.

    Returns:
        None when it was kept; otherwise the answer that somebody else gave meanwhile.
    """
    key = _key(round_id, subject)
    async with current().transaction():
        await Action.insert(
            Action(id=key, round=round_id, theme=subject, status="", text="")
        ).on_conflict(target=Action.id, action="DO UPDATE", values=[Action.theme])
        row = await Action.select().where(Action.id == key).first()
        if row is not None and row["status"]:
            there = _answer(row)
            if there.version != seen:
                return there
        await Action.update(
            {
                Action.status: answer.status.value,
                Action.text: answer.text,
                Action.next_check: answer.next_check,
                Action.owner: answer.owner,
                Action.began: answer.began,
                Action.aim: answer.aim.value if answer.aim else "",
            }
        ).where(Action.id == key)
    return None


async def delete(round_id: UUID, subject: str) -> None:
    """Remove an answer; nothing happens if there is none."""
    await Action.delete().where(Action.id == _key(round_id, subject))


def _key(round_id: UUID, subject: str) -> UUID:
    """One row per round and subject, whoever writes first."""
    return UUID(bytes=hashlib.sha256(round_id.bytes + subject.encode()).digest()[:16], version=4)


async def published_on(round_id: UUID) -> datetime.date | None:
    """The date on which the round's card was published, if it is."""
    row = await Card.select(Card.published).where(Card.round == round_id).first()
    return None if row is None else row["published"]


async def publish(round_id: UUID, areas: list[Area], day: datetime.date) -> list[Subject]:
    """Publish the round's card when all that was told has an answer; the next round may then open.

    Args:
        round_id: the round.
        areas: what the latest release shows.
        day: date of publication; a card that is out keeps its first.

    Returns:
        What lacks an answer; empty when the card is out.
    """
    missing = lacking(areas, await answers(round_id))
    if not missing:
        await Card.insert(Card(round=round_id, published=day)).on_conflict(
            target=Card.round, action="DO NOTHING"
        )
        live.forget()
    return missing


async def keep_decided(
    round_id: UUID, workshop: UUID, title: str, decided: Iterable[Decided]
) -> None:
    """Put what a workshop decided into a round's ledger, in place of what it had put there before.

    Args:
        round_id: the round.
        workshop: whose actions; they stay when the workshop is deleted.
        title: of the workshop.
        decided: its actions as they stand now.
    """
    rows = [
        DecidedRow(
            round=round_id,
            workshop=workshop,
            title=title,
            theme=one.theme,
            text=one.text,
            owner=one.owner,
            due=one.due,
        )
        for one in decided
    ]
    async with current().transaction():
        await DecidedRow.delete().where(
            (DecidedRow.round == round_id) & (DecidedRow.workshop == workshop)
        )
        if rows:
            await DecidedRow.insert(*rows)


async def decided(round_id: UUID) -> list[Decided]:
    """What workshops have decided on for this round, what is due first at the top."""
    rows = await DecidedRow.select().where(DecidedRow.round == round_id)
    found = [
        Decided(row["theme"], row["text"], row["owner"], row["due"], row["title"]) for row in rows
    ]
    return sorted(found, key=lambda one: (one.due or datetime.date.max, one.text))
