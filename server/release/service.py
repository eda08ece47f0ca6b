"""Releases: made by the gate from the store, kept byte for byte, read back as they were."""

import asyncio
import datetime
import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from threading import Event
from uuid import UUID, uuid5

from piccolo.table import Table

import exports
import nlp
from exports import (
    Area,
    Catalogue,
    Code,
    Dataset,
    Group,
    History,
    OpenTable,
    Policy,
    Release,
    Service,
    Shared,
    Stories,
    Study,
    Theme,
)
from server import logs
from server.collect import copies, questionnaire, rounds
from server.collect.rounds import Definition
from server.collect.tables import Round
from server.database.connection import current, held
from server.release.frame import Answers, Unread, agreed, frame
from server.release.tables import DatasetRow, OpenRow, ReleaseRow, Retraction, StoriesRow

UNREAD = (
    "Some stories have not been read by the language engine. Run: fortell worker --once "
    "(if it stays so, the worker's log names the error)."
)

KEPT, KEPT_BYTES = 16, 4_000_000
"""How many releases stay read between pages, and how large each may be."""


class ReleaseError(Exception):
    """A release cannot be made; the message says what to do."""


class Stopped(Exception):
    """Nobody waits for the release any more."""


async def publish(
    code: str,
    day: datetime.date,
    tell: Callable[[str], None] = lambda step: None,
    progress: Callable[[str, int, int], None] = lambda step, done, of: None,
) -> Release:
    """Let out what may be let out of a round, and keep it for ever; copies are held back first.

    Whoever stops it waits until the gate or its audit comes to the next question, and nothing is
    kept. Reading what there is, before the first question, is not stopped.

    Args:
        code: the round's code.
        day: date of the release.
        tell: is told of each step when it begins.
        progress: is told how far the gate ("comparing") and its audit ("auditing") have come.

    Returns:
        The new release.

    Raises:
        ReleaseError: no such round, or stories wait for the language engine.
        exports.ExportError: the gate refuses; nothing is published.
    """
    row, definition = await _round(code)
    await copies.look(row.id)
    tell("counting")
    answers = await _answers(row, definition)
    tell("reading")
    earlier = await history(row.id)
    policy = Policy(catalogue(definition, day))
    made = await _through_the_gate(answers, policy, earlier, day, progress)
    await _keep(row.id, made, earlier)
    logs.event("released", round=definition.code, number=made.number)
    return made


async def _through_the_gate(
    answers: Answers,
    policy: Policy,
    earlier: History,
    day: datetime.date,
    progress: Callable[[str, int, int], None],
) -> Release:
    """Make a release in a thread, so that whoever stops it need not wait for its end."""
    stopped = Event()

    def told(step: str, done: int, of: int) -> None:
        if stopped.is_set():
            raise Stopped
        progress(step, done, of)

    def make() -> Release:
        return exports.release(
            answers,
            policy,
            earlier,
            series=nlp.model_version(),
            published=day.isoformat(),
            progress=told,
        )

    try:
        return await asyncio.to_thread(make)
    finally:
        stopped.set()


async def retract(code: str, number: int, why: str, day: datetime.date) -> None:
    """Take a release back: it is not shown any more. It stays in every comparison and audit.

    Raises:
        ReleaseError: no such round or release, or it is retracted already.
    """
    row, definition = await _round(code)
    there = ReleaseRow.exists().where((ReleaseRow.round == row.id) & (ReleaseRow.number == number))
    if not await there:
        raise ReleaseError(f"{code} has no release {number}. Give the number of one that it has.")
    kept = await _once(
        Retraction,
        Retraction(
            id=uuid5(row.id, f"retraction {number}"),
            round=row.id,
            number=number,
            retracted=day,
            why=why,
        ),
    )
    if not kept:
        raise ReleaseError(f"Release {number} of {code} is retracted already.")
    logs.event("retracted", round=definition.code, number=number)


async def dataset(
    code: str, day: datetime.date, tell: Callable[[str], None] = lambda step: None
) -> tuple[Dataset, Study]:
    """Rows for researchers beside the latest release: those kept before, or new ones, then kept.

    Args:
        code: the round's code.
        day: date of a new data set.
        tell: is told of each step when it begins.

    Raises:
        ReleaseError: no such round, nothing released, or stories wait for the language engine.
        exports.ExportError: no data set can be made in which nobody stands out.
    """
    row, definition = await _round(code)
    earlier = await history(row.id)
    last = len(earlier.releases)
    before = None if last in earlier.retracted else await _dataset_of(row.id, last)
    if before is None:
        tell("protecting")
        before = exports.protect(
            await _answers(row, definition),
            Policy(catalogue(definition, day)),
            earlier,
            series=nlp.model_version(),
            published=day.isoformat(),
            themes=definition.research is None,
        )
        await _keep_dataset(row.id, before, earlier)
        logs.event("exported", round=definition.code, number=before.number)
    return before, _study(definition)


async def stories(
    code: str, day: datetime.date, tell: Callable[[str], None] = lambda step: None
) -> tuple[Stories, Study]:
    """Stories whose tellers agreed, as they are today; who is among them is kept, not the texts.

    Args:
        code: the round's code.
        day: date of the file, where it differs from the last one.
        tell: is told of each step when it begins.

    Raises:
        ReleaseError: no such round, its file does not ask, or stories wait for the language engine.
        exports.ExportError: nothing is released, or too few agreed.
    """
    row, definition = await _round(code)
    if definition.research is None:
        raise ReleaseError(
            f"{code} does not ask whether researchers may read stories. A round whose file has "
            "`research` does."
        )
    earlier = await history(row.id)
    tell("collecting")
    try:
        told = await agreed(row.id)
    except Unread:
        raise ReleaseError(UNREAD) from None
    made = exports.collect(
        told,
        _codes(),
        Policy(catalogue(definition, day)),
        earlier,
        series=nlp.model_version(),
        published=day.isoformat(),
    )
    last = earlier.shared[-1] if earlier.shared else None
    if last is not None and last.members.equals(made.shared.members):
        return replace(made, published=last.published), _study(definition)
    await _keep_stories(row.id, made, earlier)
    logs.event("exported", round=definition.code, number=made.number)
    return made, _study(definition)


async def open_table(
    code: str,
    day: datetime.date,
    epsilon: float | None,
    tell: Callable[[str], None] = lambda step: None,
) -> tuple[OpenTable, Study]:
    """The table with noise of a round: the one drawn before, or a new one, then kept.

    Args:
        code: the round's code.
        day: date of a new table.
        epsilon: how much a new one may spend; see `exports.open_table`.
        tell: is told of each step when it begins.

    Raises:
        ReleaseError: no such round, or stories wait for the language engine.
        exports.ExportError: none can be drawn, or what is asked for is not what has been drawn.
    """
    row, definition = await _round(code)
    earlier = await history(row.id)
    if earlier.opened:
        return exports.drawn(earlier, epsilon), _study(definition)
    await copies.look(row.id)
    tell("counting")
    made = exports.open_table(
        await _answers(row, definition),
        Policy(catalogue(definition, day)),
        earlier,
        series=nlp.model_version(),
        published=day.isoformat(),
        epsilon=epsilon,
    )
    await _keep_open(row.id, made, earlier)
    logs.event("exported", round=definition.code, number=made.number)
    return made, _study(definition)


def _codes() -> list[Code]:
    """The codebook's themes, with what each means."""
    return [
        Code(code.id, code.group, rounds.names(code.label), code.definition)
        for code in nlp.codebook_in_use().codes
    ]


async def kept_dataset(code: str) -> tuple[Dataset, Study] | None:
    """The data set beside a round's latest release, if one has been made; none of a retracted one.

    Raises:
        ReleaseError: the bytes are not those that were let out.
    """
    found = await rounds.find(code)
    made = None if found is None else await latest(found[0].id)
    if found is None or made is None:
        return None
    kept = await _dataset_of(found[0].id, made.number)
    return None if kept is None else (kept, _study(found[1]))


async def _round(code: str) -> tuple[Round, Definition]:
    found = await rounds.find(code)
    if found is None:
        raise ReleaseError(f"No round has the code {code}. See which there are: fortell round list")
    return found


async def _answers(row: Round, definition: Definition) -> Answers:
    """A round's answers as the gate wants them."""
    try:
        return await frame(row.id, questionnaire.counted(definition))
    except Unread:
        raise ReleaseError(UNREAD) from None


async def leaves_out_copies(code: str) -> bool:
    """Whether stories of a round wait for somebody to say that they count."""
    found = await rounds.find(code)
    return found is not None and await copies.is_waiting(found[0].id)


async def _keep(round_id: UUID, made: Release, earlier: History) -> None:
    """Store a release under a key of round and number, so that there is one of each number."""
    document = made.to_bytes()
    row = ReleaseRow(
        id=uuid5(round_id, str(made.number)),
        round=round_id,
        number=made.number,
        published=datetime.date.fromisoformat(made.published),
        document=document.decode(),
        members=made.members_to_bytes(),
        digest=hashlib.sha256(document).hexdigest(),
    )
    await _let_out(row, round_id, earlier)


async def _keep_dataset(round_id: UUID, made: Dataset, earlier: History) -> None:
    """Store a data set under a key of round and release, so that there is one beside each."""
    document = made.to_bytes()
    row = DatasetRow(
        id=uuid5(round_id, f"dataset {made.number}"),
        round=round_id,
        number=made.number,
        published=datetime.date.fromisoformat(made.published),
        document=document.decode(),
        members=made.members_to_bytes(),
        digest=hashlib.sha256(document).hexdigest(),
    )
    await _let_out(row, round_id, earlier)


async def _keep_stories(round_id: UUID, made: Stories, earlier: History) -> None:
    """Store whose stories are in a file under a key of round and file, so that each is the next."""
    file = len(earlier.shared) + 1
    row = StoriesRow(
        id=uuid5(round_id, f"stories {file}"),
        round=round_id,
        file=file,
        number=made.number,
        published=datetime.date.fromisoformat(made.published),
        members=made.members_to_bytes(),
    )
    await _let_out(row, round_id, earlier)


async def _keep_open(round_id: UUID, made: OpenTable, earlier: History) -> None:
    """Store a table with noise under a key of the round, so that it is drawn once for ever."""
    document = made.to_bytes()
    row = OpenRow(
        id=uuid5(round_id, "open table"),
        round=round_id,
        number=made.number,
        published=datetime.date.fromisoformat(made.published),
        document=document.decode(),
        digest=hashlib.sha256(document).hexdigest(),
    )
    await _let_out(row, round_id, earlier)


async def _let_out(row: Table, round_id: UUID, earlier: History) -> None:
    """Store what goes out, unless something went out of the round that it was not compared with.

    Args:
        row: what is stored.
        round_id: its round, whose row is held until it is stored.
        earlier: what it was compared with.

    Raises:
        ReleaseError: something else has gone out since `earlier` was read.
    """
    kept: dict[type[ReleaseRow | DatasetRow | StoriesRow | OpenRow], int] = {
        ReleaseRow: len(earlier.releases),
        DatasetRow: len(earlier.exports),
        StoriesRow: len(earlier.shared),
        OpenRow: int(earlier.opened is not None),
    }
    async with current().transaction():
        new = await _once(type(row), row)
        await held(Round.select(Round.id).where(Round.id == round_id))
        for table, known in kept.items():
            there = await table.count().where(table.round == round_id)
            if not new or there != known + isinstance(row, table):
                raise ReleaseError(
                    "Something else was let out of the round at the same time. Nothing was kept of "
                    "this. Run the command again."
                )


async def _once(table: type[Table], row: Table) -> bool:
    """Store a row, unless there is one with its key."""
    key = table._meta.primary_key
    insert = table.insert(row).on_conflict(target=key, action="DO NOTHING")
    return bool(await insert.returning(key))


async def _dataset_of(round_id: UUID, number: int) -> Dataset | None:
    row = (
        await DatasetRow.objects()
        .where((DatasetRow.round == round_id) & (DatasetRow.number == number))
        .first()
    )
    if row is None:
        return None
    return Dataset.from_bytes(_as_published(row.document, row.digest), row.members)


def catalogue(definition: Definition, day: datetime.date) -> Catalogue:
    """What figures exist for a round on a day.

    Args:
        definition: the round.
        day: last day whose quarter is shown.
    """
    book = nlp.codebook_in_use()
    first = definition.opens
    last = max(first, min(day, definition.closes or day))
    return Catalogue(
        services=tuple(
            Service(
                service.key,
                service.service_class,
                rounds.names(service.name),
                area=service.area,
                valid_from=_iso(service.valid_from),
                valid_to=_iso(service.valid_to),
                replaces=tuple(service.replaces),
            )
            for service in definition.services
        ),
        groups=tuple(Group(group.id, rounds.names(group.label)) for group in book.groups),
        themes=tuple(Theme(c.id, c.group, c.level, rounds.names(c.label)) for c in book.codes),
        periods=exports.quarters(_thursday(first), _thursday(last)),
        areas=tuple(
            Area(area.key, area.level, rounds.names(area.name), area.parent)
            for area in definition.areas
        ),
    )


def _iso(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _thursday(day: datetime.date) -> datetime.date:
    """The day of its ISO week that decides the week's quarter."""
    return day + datetime.timedelta(days=3 - day.weekday())


async def history(round_id: UUID) -> History:
    """Everything let out of a round before, with its members: for the gate only.

    Raises:
        ReleaseError: a document is not the one that was published.
    """
    rows = (
        await ReleaseRow.objects().where(ReleaseRow.round == round_id).order_by(ReleaseRow.number)
    )
    sets = (
        await DatasetRow.objects().where(DatasetRow.round == round_id).order_by(DatasetRow.number)
    )
    files = await StoriesRow.objects().where(StoriesRow.round == round_id).order_by(StoriesRow.file)
    opened = await OpenRow.objects().where(OpenRow.round == round_id).first()
    return History(
        tuple(
            Release.from_bytes(_as_published(row.document, row.digest), row.members) for row in rows
        ),
        retracted=await _retracted(round_id),
        exports=tuple(
            Dataset.from_bytes(_as_published(row.document, row.digest), row.members).exported
            for row in sets
        ),
        shared=tuple(
            Shared.from_bytes(row.number, row.published.isoformat(), row.members) for row in files
        ),
        opened=OpenTable.from_bytes(_as_published(opened.document, opened.digest))
        if opened
        else None,
    )


async def _retracted(round_id: UUID) -> frozenset[int]:
    rows = await Retraction.select(Retraction.number).where(Retraction.round == round_id)
    return frozenset(row["number"] for row in rows)


async def to_export(code: str) -> tuple[Release, Study]:
    """The latest release of a round, and what is to be said of the round beside it.

    Raises:
        ReleaseError: no such round, or nothing has been released from it.
    """
    found = await rounds.find(code)
    made = None if found is None else await latest(found[0].id)
    if found is None or made is None:
        raise ReleaseError(
            f"Nothing has been released from {code}. Run: fortell release --round {code}"
        )
    return made, _study(found[1])


def _study(definition: Definition) -> Study:
    publisher = rounds.names(definition.organisation.name)
    return Study(definition.code, rounds.names(definition.title), publisher)


async def latest(round_id: UUID) -> Release | None:
    """The latest release of a round that is not retracted, as it was published."""
    document = await latest_document(round_id)
    return None if document is None else _parsed(document)


async def earlier(round_id: UUID, made: Release) -> list[Release]:
    """Releases of a round before one, oldest first, as they were published, without members.

    Those that have been retracted are left out.

    Raises:
        ReleaseError: a document is not the one that was published.
    """
    rows = (
        await ReleaseRow.select(ReleaseRow.document, ReleaseRow.digest)
        .where(
            (ReleaseRow.round == round_id)
            & (ReleaseRow.number < made.number)
            & ReleaseRow.number.not_in([0, *sorted(await _retracted(round_id))])
        )
        .order_by(ReleaseRow.number)
    )
    return [_parsed(_as_published(row["document"], row["digest"])) for row in rows]


async def released_on(round_id: UUID) -> datetime.date | None:
    """The day of a round's latest release that is not retracted."""
    retracted = sorted(await _retracted(round_id))
    row = (
        await ReleaseRow.select(ReleaseRow.published)
        .where((ReleaseRow.round == round_id) & ReleaseRow.number.not_in([0, *retracted]))
        .order_by(ReleaseRow.number, ascending=False)
        .first()
    )
    return None if row is None else row["published"]


async def latest_document(round_id: UUID) -> bytes | None:
    """The latest release's bytes.

    Raises:
        ReleaseError: the bytes are not those that were published.
    """
    retracted = sorted(await _retracted(round_id))
    row = (
        await ReleaseRow.select(ReleaseRow.document, ReleaseRow.digest)
        .where((ReleaseRow.round == round_id) & ReleaseRow.number.not_in([0, *retracted]))
        .order_by(ReleaseRow.number, ascending=False)
        .first()
    )
    return None if row is None else _as_published(row["document"], row["digest"])


def _parsed(document: bytes) -> Release:
    """Read a document, once while it is among the last; a large one is read each time."""
    return _kept(document) if len(document) <= KEPT_BYTES else Release.from_bytes(document)


@lru_cache(maxsize=KEPT)
def _kept(document: bytes) -> Release:
    return Release.from_bytes(document)


def _as_published(text: str, digest: str) -> bytes:
    document = text.encode()
    if hashlib.sha256(document).hexdigest() != digest:
        raise ReleaseError(
            "The stored release has been changed since it was published. Restore the database "
            "from a backup; nothing is shown until then."
        )
    return document
