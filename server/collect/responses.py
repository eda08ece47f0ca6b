"""What arrives from a phone: checked against the round, de-identified, made into one document."""

import datetime
import hashlib
import re
from collections.abc import Collection
from typing import Annotated

import msgspec

import nlp
from enumerations import AgeBand, Language
from server.collect import answers, questionnaire
from server.collect.answers import Answer, Id
from server.collect.definition import AGE_BAND, SERVICES
from server.collect.live import LiveRound
from server.collect.tables import Inbox
from server.collect.tokens import Token
from server.errors import Problem

Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
Story = Annotated[str, msgspec.Meta(max_length=questionnaire.STORY_LIMIT)]

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class NewResponse(msgspec.Struct, forbid_unknown_fields=True):
    """An answer as the page sends it. What was skipped is absent.

    `receipt_hash` is SHA-256 of what withdraws the answer, which is SHA-256 of a label and the
    receipt's secret; secret and words stay with the young person. `answers` holds what
    `server.collect.answers` describes. `token` lets the answer into an invited round; it is not
    stored with it.
    """

    receipt_hash: Hash
    language: Language
    services: Annotated[list[Id], msgspec.Meta(max_length=50)] = []
    age_band: AgeBand | None = None
    stories: Annotated[dict[Id, Story], msgspec.Meta(max_length=10)] = {}
    answers: Annotated[dict[Id, Answer], msgspec.Meta(max_length=200)] = {}
    token: Token | None = None


class Document(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An answer as it is stored: de-identified, and in an order that is not the writer's."""

    language: Language
    services: list[str]
    age_band: AgeBand | None
    stories: dict[str, str]
    answers: dict[str, Answer]


def decode(document: str) -> Document:
    """A stored answer's document."""
    return msgspec.json.decode(document, type=Document)


def week_of(day: datetime.date) -> str:
    """ISO 8601 week, such as 2026-W07; the only time an answer carries."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def receipt_hash(withdraw: str) -> str:
    """What an answer is kept under: SHA-256 of the 32 bytes that withdraw it (64 hex digits)."""
    return hashlib.sha256(bytes.fromhex(withdraw)).hexdigest()


def receive(new: NewResponse, live: LiveRound, day: datetime.date) -> Inbox:
    """Make an inbox row of what arrived; the only place where a story is still as written.

    Args:
        new: what the page sent.
        live: the round it was sent to.
        day: today; only its week is kept.

    Raises:
        Problem: it names a service, a question or an option that the round does not have, or
            something does not fit its question.
        nlp.ModelMissing: the language engine cannot be loaded; nothing is stored half-redacted.
    """
    _check(new, live)
    document = Document(
        language=new.language,
        services=sorted(set(new.services)),
        age_band=new.age_band,
        stories={
            key: nlp.deidentify(_storable(text)).text
            for key, text in sorted(new.stories.items())
            if text.strip()
        },
        answers=answers.stored(new.answers),
    )
    return Inbox(
        round=live.id,
        receipt_hash=new.receipt_hash,
        week=week_of(day),
        document=msgspec.json.encode(document).decode(),
    )


def _storable(text: str) -> str:
    """NUL, which PostgreSQL does not take, and lone surrogates become the replacement character."""
    return _UNSTORABLE.sub("\ufffd", text)


def _check(new: NewResponse, live: LiveRound) -> None:
    told = {item for item, text in new.stories.items() if text.strip()}
    _check_names(new, live)
    for item, answer in new.answers.items():
        answers.check(live.items[item], answer)
    if any(len(choice & told) > 1 for choice in live.choices):
        raise Problem(
            400,
            "two_stories",
            "Several stories were told where one is chosen.",
            "Choose one of them and send once more.",
        )
    for item, when in live.conditions.items():
        if item in told | new.answers.keys() and not answers.meets(when, _given(new, when.item)):
            raise Problem(
                400,
                "not_asked",
                "The answer has something that is only asked after another answer.",
                "Remove what was not asked and send once more.",
            )


def _check_names(new: NewResponse, live: LiveRound) -> None:
    if not live.services.issuperset(new.services):
        raise Problem(
            400,
            "unknown_service",
            "The answer names a service that this round does not ask about.",
            "Load the page again and send once more.",
        )
    if not (live.items.keys() >= new.answers.keys() and live.stories >= new.stories.keys()):
        raise Problem(
            400,
            "unknown_item",
            "The answer names a question that this round does not ask.",
            "Load the page again and send once more.",
        )


def _given(new: NewResponse, item: str) -> Collection[int | str]:
    """What was answered to a question that decides about another."""
    if item == SERVICES:
        return new.services
    if item == AGE_BAND:
        return [new.age_band] if new.age_band else []
    return answers.values_of(new.answers.get(item))
