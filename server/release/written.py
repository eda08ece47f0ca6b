"""What people write for a round's reports: quotes are drawn for them to read, and all is kept.

The coding room's rule: named people read, and it is kept who did in which week; what they read are
single parts of de-identified stories, without scales, age band or anything else of the answer.
Nothing is kept of what was drawn: a seal in the file says so. A quote that stands goes with its
story, when the teller withdraws it or when its time is over.
"""

import datetime
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

import exports
import nlp
from exports import Quote, Release, Words
from server import logs
from server.collect import rounds, seals
from server.collect.company import shuffle
from server.collect.responses import decode, week_of
from server.collect.rounds import Definition
from server.collect.tables import Response, Round
from server.database.connection import current
from server.line_file import Mistake
from server.release import frame, service, words_file
from server.release.service import ReleaseError
from server.release.tables import Written
from server.release.words_file import QuoteEntry, WordsFile
from server.staff.tables import Account, Look
from server.understand.tables import Quoted

DREW = "drew"
"""What a Look's `act` says of somebody for whom parts of stories were drawn."""

TOP = """\
Read by {readers}, and by nobody else. Delete this file when its quotes are loaded.
Two of you write your names at each quote that may stand in a report: approved: [kari, ola]
Leave approved: [] at the others, and change nothing else. If you know somebody in it, leave it.
Then: fortell words load --round {code} FILE"""


async def draw(code: str, readers: Iterable[str], day: datetime.date) -> str:
    """Draw parts of stories for named people, and keep who they are and in which week.

    Args:
        code: the round's code.
        readers: names of their accounts.
        day: today.

    Returns:
        A file of words.

    Raises:
        ReleaseError: no such round, its file does not say that stories are quoted, nothing is
            released, or a reader has no account.
    """
    row, definition = await read_by_people(code)
    accounts = [await account_of(name) for name in readers]
    last = await released(row, code)
    key = bytes.fromhex(row.seal_key)
    drawn = exports.draw(await frame.quotable(row.id), last, key)
    for account, _ in accounts:
        await note(row.id, account, day)
    logs.event("quotes_drawn", round=definition.code)
    entries = [QuoteEntry(q.theme, q.text, [], q.service, _seal(key, q)) for q in drawn]
    names = " and ".join(name for _, name in accounts)
    return words_file.write(entries, TOP.format(readers=names, code=definition.code))


async def load(code: str, path: Path) -> Words:
    """Check a file of words, and keep it instead of the one that was kept before.

    Args:
        code: the round's code.
        path: the file.

    Raises:
        ReleaseError: no such round.
        words_file.WordsError: the file has mistakes; the message gives each one's line.
    """
    row, definition = await round_of(code)
    readers = await readers_of(row.id)
    stories = await _stories(row.id)
    key = bytes.fromhex(row.seal_key)

    def mistakes(file: WordsFile) -> Iterator[Mistake]:
        yield from _misnamed(file, definition)
        for index, quote in enumerate(file.quotes):
            if quote in file.quotes[:index]:
                yield f"$.quotes[{index}]", "this quote stands twice. Remove one."
            if quote.approved:
                for field, said in _wrong(quote, key, readers, stories):
                    yield f"$.quotes[{index}].{field}", said

    words = words_file.read(path, mistakes)
    await _keep(row.id, words, stories)
    logs.event("words_loaded", round=definition.code)
    return words


async def of(round_id: UUID) -> Words:
    """Return what people wrote for a round's reports, without quotes of stories that are gone."""
    kept = await Written.select(Written.document).where(Written.round == round_id).first()
    words = msgspec.json.decode(kept["document"], type=Words) if kept else Words()
    rows = await Quoted.select(Quoted.document).where(Quoted.round == round_id)
    quotes = (msgspec.json.decode(row["document"], type=Quote) for row in rows)
    return replace(words, quotes=tuple(quotes))


async def round_of(code: str) -> tuple[Round, Definition]:
    """Return a round; ReleaseError where there is none."""
    found = await rounds.find(code)
    if found is None:
        raise ReleaseError(f"No round has the code {code}. See which there are: fortell round list")
    return found


async def read_by_people(code: str) -> tuple[Round, Definition]:
    """Return a round whose tellers were told that people read parts of stories.

    Raises:
        ReleaseError: no such round, or nobody was told.
    """
    row, definition = await round_of(code)
    if definition.quotes is None:
        raise ReleaseError(
            f"{code} has told nobody that stories may be quoted, so nobody may read them. A round "
            "whose file has `quotes` tells it before the first question."
        )
    return row, definition


async def released(row: Round, code: str) -> Release:
    """Return a round's latest release that stands; ReleaseError where there is none."""
    history = await service.history(row.id)
    there = [made for made in history.releases if made.number not in history.retracted]
    if not there:
        raise ReleaseError(f"Nothing has been released from {code}. Release first.")
    return there[-1]


async def account_of(name: str) -> tuple[UUID, str]:
    """Return an account and its name as it was written; ReleaseError where there is none."""
    row = await Account.select(Account.id).where(Account.name == name.strip().casefold()).first()
    if row is None:
        raise ReleaseError(f"No account has the name {name}. Make one: fortell staff add {name}")
    return row["id"], name.strip()


async def note(round_id: UUID, account: UUID, day: datetime.date) -> None:
    """Keep who was to read in which week, once."""
    week = week_of(day)
    once = uuid.uuid5(round_id, f"{account}:{DREW}:{week}")
    look = Look(id=once, round=round_id, account=account, act=DREW, week=week)
    await Look.insert(look).on_conflict(target=Look.id, action="DO NOTHING")


async def readers_of(round_id: UUID) -> frozenset[str]:
    """Return the names of those for whom parts of stories were drawn."""
    rows = await Look.select(Look.account.name.as_alias("name")).where(
        (Look.round == round_id) & (Look.act == DREW)
    )
    return frozenset(row["name"] for row in rows)


async def _stories(round_id: UUID) -> dict[UUID, list[str]]:
    """The stories of a round that are there still, by answer."""
    rows = await Response.select(Response.id, Response.document).where(
        (Response.round == round_id)
        & (Response.has_story == True)  # noqa: E712 (a condition in SQL)
        & (Response.stories_deleted == False)  # noqa: E712
    )
    return {row["id"]: list(decode(row["document"]).stories.values()) for row in rows}


def _seal(key: bytes, quote: Quote | QuoteEntry) -> str:
    return seals.seal(key, f"quote {quote.service}", quote.text, [quote.theme])


def _wrong(
    quote: QuoteEntry, key: bytes, readers: frozenset[str], stories: dict[UUID, list[str]]
) -> Iterator[tuple[str, str]]:
    """Say what is wrong with a quote that somebody approves: its field, and what to do."""
    if not seals.fits(quote.seal, key, f"quote {quote.service}", quote.text, [quote.theme]):
        yield (
            "text",
            "this is not as it was drawn. Write text, theme, service and seal as "
            "`fortell words draw` wrote them, or remove the quote.",
        )
    elif _whose(quote.text, stories) is None:
        yield "text", "the story that this is from is there no more. Remove the quote."
    for name in quote.approved:
        if name.strip().casefold() not in readers:
            said = f"nothing was drawn for '{name}'. Name those whom `fortell words draw` was for."
            yield "approved", said


def _whose(text: str, stories: dict[UUID, list[str]]) -> UUID | None:
    return next(
        (one for one, told in stories.items() if any(text in story for story in told)), None
    )


def _misnamed(file: WordsFile, definition: Definition) -> Iterator[Mistake]:
    """What interpretations and questions are about, where there is no such thing."""
    book = nlp.codebook_in_use()
    known = {code.id for code in book.codes} | {group.id for group in book.groups}
    named: list[tuple[str, Any]] = [("interpretations", file.interpretations)]
    named += [("questions", file.questions)]
    for part, entries in named:
        for index, entry in enumerate(entries):
            if entry.about not in known:
                said = f"'{entry.about}' is no theme or area. Use an id of the codebook."
                yield f"$.{part}[{index}].about", said


async def _keep(round_id: UUID, words: Words, stories: dict[UUID, list[str]]) -> None:
    rows = [
        Quoted(
            response=_whose(quote.text, stories),
            round=round_id,
            document=msgspec.json.encode(quote).decode(),
        )
        for quote in words.quotes
    ]
    shuffle(rows)
    document = msgspec.json.encode(replace(words, quotes=())).decode()
    async with current().transaction():
        await Quoted.delete().where(Quoted.round == round_id)
        await Written.delete().where(Written.round == round_id)
        await Written.insert(Written(round=round_id, document=document))
        if rows:
            await Quoted.insert(*rows)
