"""Releases: made by the gate from the store, kept byte for byte, read back as they were."""

import datetime
import hashlib
from uuid import UUID, uuid5

import exports
import nlp
from exports import Catalogue, Group, History, Policy, Release, Service, Study, Theme
from server import logs
from server.collect import copies, questionnaire, rounds
from server.collect.rounds import Definition
from server.release.frame import Unread, frame
from server.release.tables import ReleaseRow


class ReleaseError(Exception):
    """A release cannot be made; the message says what to do."""


async def publish(code: str, day: datetime.date) -> Release:
    """Let out what may be let out of a round, and keep it for ever; copies are held back first.

    Args:
        code: the round's code.
        day: date of the release.

    Returns:
        The new release.

    Raises:
        ReleaseError: no such round, or stories wait for the language engine.
        exports.ExportError: the gate refuses; nothing is published.
    """
    found = await rounds.find(code)
    if found is None:
        raise ReleaseError(f"No round has the code {code}. See which there are: fortell round list")
    row, definition = found
    items = questionnaire.counted(definition)
    await copies.look(row.id)
    try:
        answers = await frame(row.id, items)
    except Unread:
        raise ReleaseError(
            "Some stories have not been read by the language engine. Run: fortell worker --once "
            "(if it stays so, the worker's log names the error)."
        ) from None
    earlier = await history(row.id)
    policy = Policy(catalogue(definition, day))
    made = exports.release(
        answers,
        policy,
        earlier,
        series=nlp.model_version(),
        published=day.isoformat(),
    )
    await _keep(row.id, made)
    logs.event("released", round=definition.code, number=made.number)
    return made


async def leaves_out_copies(code: str) -> bool:
    """Whether stories of a round wait for somebody to say that they count."""
    found = await rounds.find(code)
    return found is not None and await copies.is_waiting(found[0].id)


async def _keep(round_id: UUID, made: Release) -> None:
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
    kept = (
        await ReleaseRow.insert(row)
        .on_conflict(target=ReleaseRow.id, action="DO NOTHING")
        .returning(ReleaseRow.id)
    )
    if not kept:
        raise ReleaseError("Another release was made at the same time. Run the command again.")


def catalogue(definition: Definition, day: datetime.date) -> Catalogue:
    """What figures exist for a round on a day.

    Args:
        definition: the round.
        day: last day whose quarter is shown.
    """
    book = nlp.codebook()
    first = definition.opens
    last = max(first, min(day, definition.closes or day))
    return Catalogue(
        services=tuple(
            Service(service.key, service.service_class, rounds.names(service.name))
            for service in definition.services
        ),
        groups=tuple(Group(group.id, rounds.names(group.label)) for group in book.groups),
        themes=tuple(Theme(c.id, c.group, c.level, rounds.names(c.label)) for c in book.codes),
        periods=exports.quarters(_thursday(first), _thursday(last)),
    )


def _thursday(day: datetime.date) -> datetime.date:
    """The day of its ISO week that decides the week's quarter."""
    return day + datetime.timedelta(days=3 - day.weekday())


async def history(round_id: UUID) -> History:
    """Every earlier release of a round, with its members: for the gate only.

    Raises:
        ReleaseError: a document is not the one that was published.
    """
    rows = (
        await ReleaseRow.objects().where(ReleaseRow.round == round_id).order_by(ReleaseRow.number)
    )
    return History(
        tuple(
            Release.from_bytes(_as_published(row.document, row.digest), row.members) for row in rows
        )
    )


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
    _, definition = found
    publisher = rounds.names(definition.organisation.name)
    return made, Study(definition.code, rounds.names(definition.title), publisher)


async def latest(round_id: UUID) -> Release | None:
    """The latest release of a round, as it was published."""
    document = await latest_document(round_id)
    return None if document is None else Release.from_bytes(document)


async def earlier(round_id: UUID, made: Release) -> list[Release]:
    """Releases of a round before one, oldest first, as they were published, without members.

    Raises:
        ReleaseError: a document is not the one that was published.
    """
    rows = (
        await ReleaseRow.select(ReleaseRow.document, ReleaseRow.digest)
        .where((ReleaseRow.round == round_id) & (ReleaseRow.number < made.number))
        .order_by(ReleaseRow.number)
    )
    return [Release.from_bytes(_as_published(row["document"], row["digest"])) for row in rows]


async def latest_document(round_id: UUID) -> bytes | None:
    """The latest release's bytes.

    Raises:
        ReleaseError: the bytes are not those that were published.
    """
    row = (
        await ReleaseRow.select(ReleaseRow.document, ReleaseRow.digest)
        .where(ReleaseRow.round == round_id)
        .order_by(ReleaseRow.number, ascending=False)
        .first()
    )
    return None if row is None else _as_published(row["document"], row["digest"])


def _as_published(text: str, digest: str) -> bytes:
    document = text.encode()
    if hashlib.sha256(document).hexdigest() != digest:
        raise ReleaseError(
            "The stored release has been changed since it was published. Restore the database "
            "from a backup; nothing is shown until then."
        )
    return document
