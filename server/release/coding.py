"""What two people find in a sample of stories: drawn for them, coded apart, checked and kept.

The coding room's rule: named people read, and it is kept who did in which week; what they read are
single parts of de-identified stories, one of a teller, without scales, age band or anything else of
the answer. What was drawn is not kept; what was found goes with its story.
"""

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import yaml

import exports
from exports import CODERS, Unit
from server import logs
from server.collect.company import shuffle
from server.collect.responses import theme_ids
from server.database.connection import current
from server.line_file import Mistake, checked, misfits, text_of
from server.release import frame, written
from server.release.frame import CodedPart
from server.release.service import ReleaseError
from server.understand.tables import Coded

TOP = """\
Read by {reader}, and by nobody else. Delete this file when it is loaded.
At each part, write what it is about, in ids of the codebook: themes: [A2_sett_hort_trodd]
About no theme: themes: []   If you know somebody in it, or are not done, leave: themes: null
Do not speak with the other reader about it before both files are loaded; change nothing else.
Then: fortell coding load --round {code} FILE FILE"""

Line = Annotated[str, msgspec.Meta(min_length=1)]


class PartEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A part of a story, and what its reader finds in it; null: not coded."""

    part: Line
    text: Line
    themes: list[Line] | None


class CodingFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One reader's file."""

    reader: Line
    parts: list[PartEntry]


class CodingError(Exception):
    """A file of codings cannot be used; the message names each line and says what to do."""


async def draw(code: str, readers: Sequence[str], day: datetime.date) -> dict[str, str]:
    """Draw parts of stories for two people to code, and keep who they are and in which week.

    Args:
        code: the round's code.
        readers: names of their accounts.
        day: today.

    Returns:
        A file for each reader, by name. The parts are the same, in an order of the reader's own.

    Raises:
        ReleaseError: no such round, its file does not say that people read, nothing is released,
            there are not two readers, or one has no account.
    """
    row, definition = await written.read_by_people(code)
    accounts = [await written.account_of(name) for name in readers]
    if len({account for account, _ in accounts}) != CODERS:
        raise ReleaseError(f"Give {CODERS} different readers, each with --reader.")
    last = await written.released(row, code)
    key = bytes.fromhex(row.seal_key)
    units = exports.draw_units(await frame.units(row.id), last, key)
    for account, _ in accounts:
        await written.note(row.id, account, day)
    logs.event("coding_drawn", round=definition.code)
    return {name: _file(units, key, name, definition.code) for _, name in accounts}


async def load(code: str, paths: Sequence[Path]) -> None:
    """Check both readers' files, and keep what they found instead of what was kept before.

    Args:
        code: the round's code.
        paths: the two files.

    Raises:
        ReleaseError: no such round.
        CodingError: the files have mistakes, are of one reader, or have no part that both coded.
    """
    row, definition = await written.round_of(code)
    readers = await written.readers_of(row.id)
    key = bytes.fromhex(row.seal_key)
    units = await frame.units(row.id)
    found = [_read(path, key, units, readers) for path in paths]
    if len({reader for reader, _ in found}) != CODERS:
        raise CodingError(f"Give the files of {CODERS} different readers.")
    (_, one), (_, other) = sorted(found, key=lambda pair: pair[0])
    parts = {unit.teller: unit for unit in one if unit in other}.values()
    if not parts:
        raise CodingError("No part is coded in both files. Code more, and load both again.")
    rows = [
        Coded(
            response=UUID(unit.teller),
            round=row.id,
            document=msgspec.json.encode(
                CodedPart(unit.item, unit.start, unit.end, list(one[unit]), list(other[unit]))
            ).decode(),
        )
        for unit in parts
    ]
    shuffle(rows)
    async with current().transaction():
        await Coded.delete().where(Coded.round == row.id)
        await Coded.insert(*rows)
    logs.event("coding_loaded", round=definition.code)


def _file(units: Sequence[Unit], key: bytes, reader: str, code: str) -> str:
    name = reader.casefold()
    entries = sorted((unit.mark(key, name), unit.text) for unit in units)
    parts = [{"part": part, "text": text, "themes": None} for part, text in entries]
    said = yaml.safe_dump(
        {"reader": name, "parts": parts}, allow_unicode=True, sort_keys=False, width=1000
    )
    top = TOP.format(reader=reader, code=code)
    return "".join(f"# {line}\n" for line in top.splitlines()) + said


Found = tuple[str, dict[Unit, tuple[str, ...]]]
"""A reader, and what they found in each part that they coded."""


def _read(path: Path, key: bytes, units: Sequence[Unit], readers: frozenset[str]) -> Found:
    """Read one reader's file.

    Raises:
        CodingError: it has mistakes; the message gives each one's line.
    """

    def mistakes(data: Any) -> list[Mistake]:
        unfit = list(misfits(CodingFile, data, "$", {}))
        return unfit or list(_mistakes(msgspec.convert(data, CodingFile), key, units, readers))

    data = checked(text_of(path, CodingError), path.name, mistakes, CodingError)
    file = msgspec.convert(data, CodingFile)
    reader = file.reader.strip().casefold()
    marked = {unit.mark(key, reader): unit for unit in units}
    coded = [entry for entry in file.parts if entry.themes is not None]
    return reader, {marked[entry.part]: tuple(sorted(entry.themes or ())) for entry in coded}


def _mistakes(
    file: CodingFile, key: bytes, units: Sequence[Unit], readers: frozenset[str]
) -> Iterator[Mistake]:
    reader = file.reader.strip().casefold()
    if reader not in readers:
        said = f"nothing was drawn for '{file.reader}'. Use the file that `fortell coding draw` "
        yield "$.reader", f"{said}wrote."
        return
    marked = {unit.mark(key, reader): unit for unit in units}
    seen: set[str] = set()
    for index, entry in enumerate(file.parts):
        where = f"$.parts[{index}]"
        if entry.themes is None:
            continue
        unit = marked.get(entry.part)
        if unit is None or unit.text != entry.text:
            said = "this was not drawn so for this reader, or its story is gone. Remove the part."
            yield f"{where}.part", said
        if entry.part in seen:
            yield f"{where}.part", "this part stands twice. Remove one."
        seen.add(entry.part)
        for theme in sorted(set(entry.themes) - theme_ids()):
            yield f"{where}.themes", f"'{theme}' is no theme. Use an id of the codebook."
