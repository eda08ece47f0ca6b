"""The card "Hva skjedde?": what young people said, and what the service does about it."""

import datetime

import msgspec

from enumerations import ActionStatus, Language
from exports import Release
from server.act import ledger
from server.act.ledger import Answer, Text


class Entry(msgspec.Struct, frozen=True):
    """One answer on the card. `mentioned` and `positive` say rounded numbers in words."""

    theme: str
    label: Text
    mentioned: str | None
    positive: str | None
    status: ActionStatus
    text: str
    next_check: datetime.date | None


def entries(release: Release | None, given: dict[str, Answer], language: Language) -> list[Entry]:
    """The card's answers: what most told of first, what has lost its figure last.

    Args:
        release: the round's latest; every number comes from it.
        given: the service's answers.
        language: of the numbers' wording.
    """
    areas = ledger.told(release) if release else []
    shown = [subject for area in areas for subject in area.subjects if subject.id in given]
    subjects = [*shown, *ledger.not_shown(release, given)]
    subjects.sort(key=lambda subject: subject.weight, reverse=True)
    return [
        Entry(
            theme=subject.id,
            label=subject.label,
            mentioned=subject.mentioned(language),
            positive=subject.positive(language),
            status=given[subject.id].status,
            text=given[subject.id].text,
            next_check=given[subject.id].next_check,
        )
        for subject in subjects
    ]
