"""What arrives from a phone: checked against the round, de-identified, made into one document.

A story comes sealed, as this server de-identified it and its teller saw it (`proposals`), or raw,
from a phone that was offline or a teller who did not ask; then it is de-identified here.
"""

import datetime
import hashlib
import re
from collections.abc import Collection
from typing import Annotated, Literal
from uuid import UUID, uuid4

import msgspec

import nlp
from enumerations import AgeBand, Language
from server.collect import answers, questionnaire, seals
from server.collect.answers import Answer, Id
from server.collect.definition import AGE_BAND, MAY_AGREE, SERVICES
from server.collect.live import LiveRound
from server.collect.tokens import Token
from server.collect.work import Work
from server.errors import Problem

Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
Story = Annotated[str, msgspec.Meta(max_length=questionnaire.STORY_LIMIT)]
Themes = Annotated[list[Id], msgspec.Meta(max_length=60)]
Asked = Literal["proposal", "first", "not_asked"]
"""Whether a teller judged a proposal, chose themes before seeing it (one in five), or neither."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Sealed(msgspec.Struct, forbid_unknown_fields=True):
    """A story as it came back from a proposal, and what its teller made of that.

    `themes` are those the teller stands by; `first` those chosen before the proposal was shown,
    null where it was shown at once.
    """

    text: str
    proposed: Themes
    seal: Annotated[str, msgspec.Meta(max_length=100)]
    themes: Themes
    first: Themes | None = None


class NewResponse(msgspec.Struct, forbid_unknown_fields=True):
    """An answer as the page sends it. What was skipped is absent.

    `receipt_hash` is SHA-256 of what withdraws the answer, which is SHA-256 of a label and the
    receipt's secret; secret and words stay with the young person. `answers` holds what
    `server.collect.answers` describes. A story stands in `stories` as it was written, or in
    `sealed` as a proposal gave it back, never in both. `research`: researchers may read the
    stories. `token` lets the answer into an invited
    round, and `work` is done for the receipt hash; neither is stored with it.
    """

    receipt_hash: Hash
    language: Language
    services: Annotated[list[Id], msgspec.Meta(max_length=50)] = []
    age_band: AgeBand | None = None
    stories: Annotated[dict[Id, Story], msgspec.Meta(max_length=10)] = {}
    sealed: Annotated[dict[Id, Sealed], msgspec.Meta(max_length=10)] = {}
    answers: Annotated[dict[Id, Answer], msgspec.Meta(max_length=200)] = {}
    research: bool = False
    token: Token | None = None
    work: Work | None = None


class Teller(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a teller says that their own story is about, beside what was proposed; sorted."""

    asked: Asked
    proposed: list[str] = []
    themes: list[str] = []
    first: list[str] | None = None


class Document(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An answer as it is stored: de-identified, and in an order that is not the writer's.

    `teller` has what the teller says of each story; the machine's reading is kept elsewhere.
    `research`: the teller agreed that researchers may read the stories.
    """

    language: Language
    services: list[str]
    age_band: AgeBand | None
    stories: dict[str, str]
    answers: dict[str, Answer]
    teller: dict[str, Teller] = {}
    research: bool = False


class Arrived(msgspec.Struct, frozen=True):
    """A row of the inbox that has not been written yet; names as its columns.

    To make a row of Piccolo's takes a tenth of an answer's processor time.
    """

    round: UUID
    receipt_hash: str
    week: str
    document: str
    id: UUID = msgspec.field(default_factory=uuid4)


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


def receive(new: NewResponse, live: LiveRound, day: datetime.date) -> Arrived:
    """Make an inbox row of what arrived. No model runs for stories that are sealed.

    Args:
        new: what the page sent.
        live: the round it was sent to.
        day: today; only its week is kept.

    Raises:
        Problem: it names a service, a question, an option or a theme that there is not, or
            something does not fit its question, or a seal its story.
        nlp.ModelMissing: the language engine cannot be loaded; nothing is stored half-redacted.
    """
    _check(new, live)
    raw = {key: text for key, text in new.stories.items() if text.strip()}
    stories = {key: nlp.deidentify(storable(text)).text for key, text in raw.items()}
    stories |= {key: sealed.text for key, sealed in new.sealed.items()}
    teller = dict.fromkeys(raw, Teller("not_asked"))
    teller |= {key: _said(sealed) for key, sealed in new.sealed.items()}
    document = Document(
        language=new.language,
        services=sorted(set(new.services)),
        age_band=new.age_band,
        stories=dict(sorted(stories.items())),
        answers=answers.stored(new.answers),
        teller=dict(sorted(teller.items())),
        research=new.research,
    )
    return Arrived(
        round=live.id,
        receipt_hash=new.receipt_hash,
        week=week_of(day),
        document=msgspec.json.encode(document).decode(),
    )


def _said(sealed: Sealed) -> Teller:
    first = None if sealed.first is None else sorted(set(sealed.first))
    asked: Asked = "proposal" if first is None else "first"
    return Teller(asked, sorted(sealed.proposed), sorted(set(sealed.themes)), first)


def storable(text: str) -> str:
    """NUL, which PostgreSQL does not take, and lone surrogates become the replacement character."""
    return _UNSTORABLE.sub("\ufffd", text)


def _check(new: NewResponse, live: LiveRound) -> None:
    told = {item for item, text in new.stories.items() if text.strip()} | new.sealed.keys()
    _check_names(new, live)
    for item, sealed in new.sealed.items():
        _check_sealed(item, sealed, new, live)
    for item, answer in new.answers.items():
        if type(answer) is not int or answer not in live.options[item]:
            answers.check(live.items[item], answer)
    if new.research and (
        live.definition.research is None or not told or new.age_band not in MAY_AGREE
    ):
        raise Problem(
            400,
            "not_asked",
            "Researchers may read a story only where the round asks, of those who are 16 or older.",
            "Take the consent out and send once more.",
        )
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
    told = new.stories.keys() | new.sealed.keys()
    if not (live.items.keys() >= new.answers.keys() and live.stories >= told):
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


def _check_sealed(item: str, sealed: Sealed, new: NewResponse, live: LiveRound) -> None:
    if item in new.stories:
        raise Problem(
            400,
            "story_twice",
            "The answer holds the same story both sealed and as it was written.",
            "Send it sealed or as it was written, not both.",
        )
    if not seals.fits(sealed.seal, live.seal_key, item, sealed.text, sealed.proposed):
        raise Problem(
            400,
            "seal_wrong",
            "The seal does not fit the story: it was changed, or sealed for another question.",
            "Ask for a proposal of the story again, and send what comes back unchanged.",
        )
    if not theme_ids().issuperset([*sealed.themes, *(sealed.first or ())]):
        raise Problem(
            400,
            "unknown_theme",
            "The answer names a theme that the codebook does not have.",
            "Ask for a proposal of the story again, and choose among the themes that come with it.",
        )


def theme_ids() -> frozenset[str]:
    """Themes that a story can be said to be about."""
    return frozenset(code.id for code in nlp.codebook_in_use().codes)
