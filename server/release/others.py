"""What others have said, for somebody who has just answered: figures of a release, in words."""

import datetime
from collections.abc import Iterable, Mapping

import msgspec

import exports
from enumerations import Language
from exports import Figure, Kind, Policy, Release
from server.collect import rounds
from server.collect.rounds import Definition
from server.collect.tables import Round
from server.release import service

MENTIONED = (1, 2)

Text = dict[str, str]


class Mention(msgspec.Struct, frozen=True):
    """How many stories tell of a theme, or of an area (a group of themes).

    `x` of `n` are rounded alike and come from the release of the date `published`; `about` and
    `between` say them and their uncertainty in words.
    """

    id: str
    label: Text
    x: int
    n: int
    about: Text
    between: Text
    published: datetime.date


class Others(msgspec.Struct, frozen=True):
    """What the latest release lets out about everybody's stories, what most tell of first.

    `least` is the number of answers from which anything is shown. `round` is the code of the round
    that the figures are from: this one, else the latest of the same services, else null.
    """

    least: int
    round: str | None = None
    published: datetime.date | None = None
    themes: list[Mention] = []
    areas: list[Mention] = []


async def others(row: Round, definition: Definition, day: datetime.date) -> Others:
    """What can be told of others to somebody who answers a round.

    Args:
        row: the round.
        definition: the same.
        day: today.
    """
    least = Policy(service.catalogue(definition, day)).threshold(exports.ALL)
    for asked in (row, *reversed(await rounds.earlier_rounds(row, definition))):
        made = await service.latest(asked.id)
        if made is not None:
            return _told(made, asked.code, least)
    return Others(least)


def _told(made: Release, code: str, least: int) -> Others:
    catalogue = made.catalogue
    return Others(
        least=least,
        round=code,
        published=datetime.date.fromisoformat(made.published),
        themes=_mentions(made, Kind.THEME, ((t.id, t.label) for t in catalogue.themes)),
        areas=_mentions(made, Kind.GROUP, ((g.id, g.label) for g in catalogue.groups)),
    )


def _mentions(
    made: Release, kind: Kind, subjects: Iterable[tuple[str, Mapping[str, str]]]
) -> list[Mention]:
    found = []
    for subject, label in subjects:
        figure = made.figure(kind, subject, exports.ALL)
        mention = figure and _mention(figure, label)
        if mention:
            found.append(mention)
    return sorted(found, key=lambda mention: (-mention.x, mention.id))


def _mention(figure: Figure, label: Mapping[str, str]) -> Mention | None:
    share = exports.share(figure, MENTIONED)
    if share is None or figure.as_of is None:
        return None
    return Mention(
        id=figure.subject,
        label=dict(label),
        x=share.x,
        n=share.n,
        about={language.value: exports.about(share, language) for language in Language},
        between={language.value: exports.between(share, language) for language in Language},
        published=datetime.date.fromisoformat(figure.as_of.published),
    )
