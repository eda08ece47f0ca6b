"""Releases: made by the gate from the store, kept byte for byte, read back as they were."""

import datetime
import hashlib
from uuid import UUID

import polars as pl

import exports
import nlp
from exports import Catalogue, Group, History, Policy, Release, Service, Theme
from server import logs
from server.collect import questionnaire, rounds
from server.collect.rounds import Definition
from server.collect.tables import Round
from server.database.connection import current
from server.release.frame import frame
from server.release.tables import ReleaseRow
from server.understand import service as understand


class ReleaseError(Exception):
    """A release cannot be made; the message says what to do."""


async def publish(code: str, day: datetime.date) -> Release:
    """Let out what may be let out of a round, and keep it for ever.

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
    if await understand.waiting():
        raise ReleaseError(
            "Some stories have not been read by the language engine. Run: fortell worker --once"
        )
    row, definition = found
    items = sorted(questionnaire.options(definition))
    answers = await frame(row.id, items)
    earlier = await history(row.id)
    policy = Policy(catalogue(definition, day, set(answers["period"])))
    _enough_is_new(answers, earlier, policy.k)
    made = exports.release(
        answers,
        policy,
        earlier,
        series=nlp.model_version(),
        published=day.isoformat(),
    )
    await _keep(row, made)
    logs.event("released", round=definition.code, number=made.number)
    return made


def _enough_is_new(answers: pl.DataFrame, earlier: History, k: int) -> None:
    """See that a figure which appears for the first time cannot be one person's doing."""
    known = {
        key for old in earlier.releases if old.members is not None for key in old.members["id"]
    }
    if known and len(set(answers["id"]) - known) < k:
        raise ReleaseError(
            f"Fewer than {k} answers have come since the last release, so a new one could "
            "point at somebody. Wait for more answers."
        )


async def _keep(row: Round, made: Release) -> None:
    document = made.to_bytes()
    async with current().transaction():
        if await ReleaseRow.exists().where(
            ReleaseRow.round == row.id, ReleaseRow.number == made.number
        ):
            raise ReleaseError("Another release was made at the same time. Run the command again.")
        await ReleaseRow.insert(
            ReleaseRow(
                round=row.id,
                number=made.number,
                published=datetime.date.fromisoformat(made.published),
                document=document.decode(),
                members=made.members_to_bytes(),
                digest=hashlib.sha256(document).hexdigest(),
            )
        )


def catalogue(definition: Definition, day: datetime.date, quarters: set[str]) -> Catalogue:
    """What figures exist for a round on a day.

    Args:
        definition: the round.
        day: last day whose quarter is shown.
        quarters: those that answers fall in; the first or last week of a round can lie in another
            than its day.
    """
    book = nlp.codebook()
    last = max(definition.opens, min(day, definition.closes or day))
    return Catalogue(
        services=tuple(
            Service(service.key, service.service_class, rounds.names(service.name))
            for service in definition.services
        ),
        groups=tuple(Group(group.id, rounds.names(group.label)) for group in book.groups),
        themes=tuple(Theme(c.id, c.group, c.level, rounds.names(c.label)) for c in book.codes),
        periods=tuple(sorted({*exports.quarters(definition.opens, last), *quarters})),
    )


async def history(round_id: UUID) -> History:
    """Every earlier release of a round, with its members: for the gate only."""
    rows = (
        await ReleaseRow.objects().where(ReleaseRow.round == round_id).order_by(ReleaseRow.number)
    )
    return History(tuple(Release.from_bytes(row.document.encode(), row.members) for row in rows))


async def latest(round_id: UUID) -> Release | None:
    """The latest release of a round, as it was published."""
    document = await latest_document(round_id)
    return None if document is None else Release.from_bytes(document)


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
    if row is None:
        return None
    document: bytes = row["document"].encode()
    if hashlib.sha256(document).hexdigest() != row["digest"]:
        raise ReleaseError(
            "The stored release has been changed since it was published. Restore the database "
            "from a backup; nothing is shown until then."
        )
    return document
