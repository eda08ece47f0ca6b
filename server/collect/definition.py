"""What a round's file says, as types; and the questions that follow from it, in order."""

import calendar
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

import exports
from enumerations import AgeBand, Language
from exports import Instrument, Item

Words = dict[Language, str]
CODE = r"^[A-Z0-9]{4,12}\Z"
KEY = r"^[a-z][a-z0-9_]{1,39}\Z"
ORIGIN = r"^(https://[a-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:\d{1,5})?\Z"
BASE64 = r"^[A-Za-z0-9+/]{40,2000}={0,2}\Z"

Code = Annotated[str, Meta(pattern=CODE)]
Key = Annotated[str, Meta(pattern=KEY)]

SERVICES, AGE_BAND = "services", "age_band"
BUILT_IN = (SERVICES, AGE_BAND)
"""Questions that belong to no instrument."""

MAY_AGREE = (AgeBand.FROM_16, AgeBand.FROM_18, AgeBand.FROM_25)
"""Who is asked whether researchers may read their story: the age from which young people decide
alone about taking part in research (the data protection authority's guidance; helseforskningsloven
§ 17 for health)."""


class Mode(StrEnum):
    """Who may answer: whoever has the code, or whoever was invited."""

    OPEN = "open"
    INVITED = "invited"


class AreaLevel(StrEnum):
    """What an area is."""

    UNIT = "unit"
    MUNICIPALITY = "kommune"
    COUNTY = "fylke"


class Area(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """Services together; `parent` is the area that this one lies in."""

    key: Key
    level: AreaLevel
    name: Words
    parent: Key | None = None


class Service(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A service that the round asks about; `service_class` is an id of the taxonomy.

    `area` is what it lies in. It can be chosen from `valid_from` to `valid_to`, both included.
    `replaces` are services of the round that it was made from.
    """

    key: Key
    name: Words
    service_class: str = msgspec.field(name="class")
    area: Key | None = None
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    replaces: list[Key] = []

    def there(self, day: datetime.date) -> bool:
        """Whether it can be chosen on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


class Organisation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who asks."""

    key: Key
    name: Words


class Mandate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who decides about what comes in, and with what means; no round starts without it (F60)."""

    decides: Words
    means: Words


class Panel(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The young people who approve the questions; no round opens before that day (F34)."""

    name: Words
    approved: datetime.date | None


class Invited(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where invitations are signed: the signer's address, and the round's public key (SPKI)."""

    signer: Annotated[str, Meta(pattern=ORIGIN)]
    key: Annotated[str, Meta(pattern=BASE64)]


class When(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Something is asked only of those who answered one of `any` to an earlier question."""

    item: str
    values: Annotated[list[int | str], Meta(min_length=1)] = msgspec.field(name="any")


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A line of a questionnaire that is more than a name; it has exactly one of the first four.

    - `ask`: the same as the name alone; for a `when`.
    - `story`: several stories on one screen; the teller chooses which one to tell.
    - `shuffle`: the order of these blocks is drawn for each visit.
    - `shuffle_items`: an instrument whose items are asked in an order drawn for each visit.
    - `when`: beside `ask`, `story` or `shuffle_items`.
    """

    ask: str | None = None
    story: list[str] | None = None
    shuffle: "list[str | Step] | None" = None
    shuffle_items: str | None = None
    when: When | None = None

    @property
    def kinds(self) -> list[str]:
        """Which of `ask`, `story`, `shuffle` and `shuffle_items` it has."""
        return [name for name in KINDS if getattr(self, name) is not None]


KINDS = ("ask", "story", "shuffle", "shuffle_items")
Entry = str | Step


class Definition(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One round, as its file says it."""

    code: Annotated[Code, Meta(description="What young people type. It cannot be used again.")]
    title: Annotated[Words, Meta(description="Heading of the answering page.")]
    organisation: Annotated[Organisation, Meta(description="Who asks.")]
    opens: Annotated[datetime.date, Meta(description="First day.")]
    closes: Annotated[
        datetime.date | None, Meta(description="Last day; null is a round without an end (F40).")
    ]
    languages: Annotated[
        list[Language], Meta(description="Every text must be in all of them.", min_length=1)
    ]
    mandate: Annotated[Mandate, Meta(description="Who decides, and with what means (F60).")]
    readers: Annotated[Words, Meta(description="Who reads; shown before the first question.")]
    involvement: Annotated[Words, Meta(description="How young people took part (F52).")]
    panel: Annotated[
        Panel, Meta(description="The young people who approved the questions, and when (F34).")
    ]
    services: Annotated[list[Service], Meta(description="What one can tell about.")]
    questionnaire: Annotated[
        list[Entry], Meta(description="What is asked, in order.", min_length=1)
    ]
    areas: Annotated[
        list[Area], Meta(description="What services lie in: kommune, fylke, or a unit.")
    ] = []
    mode: Annotated[
        Mode, Meta(description="open: whoever has the code. invited: one answer a person.")
    ] = Mode.OPEN
    invited: Annotated[Invited | None, Meta(description="Only with mode: invited.")] = None
    research: Annotated[
        Words | None,
        Meta(description="Which researchers may read stories whose tellers agree, and what for."),
    ] = None
    quotes: Annotated[
        Words | None,
        Meta(description="Who reads parts of stories, and quotes them; shown with `readers`."),
    ] = None
    keep_months: Annotated[
        int,
        Meta(description="Stories are deleted so many months after the round closes.", ge=1, le=36),
    ] = 12
    quota: Annotated[
        int, Meta(description="Most answers that the round takes.", ge=100, le=1_000_000)
    ] = 20_000

    @property
    def stories_deleted(self) -> datetime.date | None:
        """The day from which stories are deleted; None in a round without an end.

        There each answer's stories go so many months after its week.
        """
        return None if self.closes is None else months_after(self.closes, self.keep_months)


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return datetime.date(day.year + years, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the questionnaire places it.

    `id` is `services`, `age_band`, an item's id, or `story:` and the first id of a choice of
    stories. `items` is empty for what belongs to no instrument, and has several only where the
    teller chooses which one to tell. `order` is a group of blocks that change places and the number
    of this question's block in it; `within` is a name that items shuffled together share. `path`
    says where in the file it stands.
    """

    id: str
    items: tuple[tuple[Instrument, Item], ...]
    path: str
    when: When | None = None
    order: tuple[str, int] | None = None
    within: str | None = None

    @property
    def answers(self) -> set[str]:
        """What its answer can stand under: itself, or each of the stories to choose from."""
        return {item.id for _, item in self.items} or {self.id}


def asked(definition: Definition) -> list[Asked]:
    """Every question of a round, in the order of the file; lines that name none are left out."""
    return list(_asked(definition.questionnaire))


def _asked(questionnaire: list[Entry]) -> Iterator[Asked]:
    for index, entry in enumerate(questionnaire):
        path = f"$.questionnaire[{index}]"
        if isinstance(entry, Step) and entry.shuffle is not None:
            for number, block in enumerate(entry.shuffle):
                for question in _block(block, f"{path}.shuffle[{number}]"):
                    yield replace(question, order=(f"g{index}", number))
        else:
            yield from _block(entry, path)


def _block(entry: Entry, path: str) -> Iterator[Asked]:
    """Questions of a line that is no group of blocks."""
    if isinstance(entry, str):
        yield from _named(entry, path)
    elif entry.story is not None:
        stories = tuple(pair for name in entry.story for pair in items_of(name))
        if stories:
            yield Asked(f"story:{stories[0][1].id}", stories, path, entry.when)
    elif entry.shuffle_items is not None:
        for question in _named(entry.shuffle_items, path):
            yield replace(question, when=entry.when, within=f"w:{entry.shuffle_items}")
    elif entry.ask is not None:
        for question in _named(entry.ask, path):
            yield replace(question, when=entry.when)


def _named(name: str, path: str) -> Iterator[Asked]:
    if name in BUILT_IN:
        yield Asked(name, (), path)
    for pair in items_of(name):
        yield Asked(pair[1].id, (pair,), path)


def items_of(entry: str) -> list[tuple[Instrument, Item]]:
    """Items that a name stands for: `mt10` all of them, `narrativ4.n1` one; none if unknown."""
    name, dot, wanted = entry.partition(".")
    instrument = exports.instruments().get(name)
    if instrument is None:
        return []
    return [(instrument, item) for item in instrument.items if not dot or item.id == wanted]


def mandate_of(definition: Definition) -> dict[str, str]:
    """Who decides and with what means, in one text per language."""
    mandate = definition.mandate
    return {
        key.value: f"{text} {mandate.means.get(key, '')}" for key, text in mandate.decides.items()
    }


def readers_of(definition: Definition) -> dict[str, str]:
    """Who reads, and what is quoted where something is, in one text per language."""
    quotes = definition.quotes or {}
    return {
        key.value: " ".join(filter(None, (text, quotes.get(key))))
        for key, text in definition.readers.items()
    }


def names(words: Mapping[Language, str]) -> dict[str, str]:
    """Words as plain JSON data."""
    return {language.value: text for language, text in words.items()}
