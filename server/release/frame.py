"""The store as the gate wants it: one row per response, with what its stories are about.

What a teller says that a story is about counts before what the machine heard in it. The machine's
reading counts for stories whose teller was not asked, and gives the tone of every theme.
"""

import datetime
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

import nlp
from enumerations import Attribution, Sentiment
from exports import Coding, Layer, Part, Told, Unit, instruments
from server.collect.answers import DONT_KNOW
from server.collect.copies import COUNTS
from server.collect.responses import Document, Teller, decode, theme_ids
from server.collect.tables import Response
from server.understand.tables import Annotation, Coded

Answers = pl.DataFrame
"""One row per response; only the gate looks into it."""

About = tuple[list[str], list[str]]
"""Themes of a response's stories, and those of them told positively and never critically."""


class Unread(Exception):
    """A story has not been read by the present language engine."""


CRITICAL = {Sentiment.NEGATIVE, Sentiment.MIXED}


class _Theme(msgspec.Struct):
    id: str


class _Unit(msgspec.Struct):
    start: int
    end: int
    themes: list[_Theme]
    sentiment: Sentiment | None
    attribution: Attribution | None = None
    uncertain: list[str] = []


class _Annotated(msgspec.Struct):
    units: list[_Unit]
    safety: list[str] = []


class CodedPart(msgspec.Struct):
    """A part of a story, and the themes that each of two people found in it."""

    item: str
    start: int
    end: int
    one: list[str]
    other: list[str]


_annotations = msgspec.json.Decoder(list[_Annotated])


async def frame(round_id: UUID, items: list[str]) -> pl.DataFrame:
    """Every response of a round that is not held; columns as `exports` documents them.

    Whoever has told counts as having told for ever, also when the story has been deleted
    (`server.collect.keeping`); what it was about is not counted any more, for nobody knows.

    Args:
        round_id: the round's key.
        items: ids of the items whose answers the gate counts.

    Raises:
        Unread: a story waits for the language engine; it would be counted as telling of nothing.
    """
    responses = await Response.select(
        Response.id,
        Response.week,
        Response.has_story,
        Response.stories_deleted,
        Response.document,
    ).where(Response.round == round_id, Response.held.is_in([held.value for held in COUNTS]))
    read = await Annotation.select(Annotation.response, Annotation.document).where(
        Annotation.model_version == nlp.model_version(), Annotation.response.round == round_id
    )
    heard = {row["response"]: _annotations.decode(row["document"]) for row in read}
    if any(
        row["has_story"] and not row["stories_deleted"] and row["id"] not in heard
        for row in responses
    ):
        raise Unread
    rows = [_row(row, heard.get(row["id"], []), items) for row in responses]
    made = pl.DataFrame(rows, schema=_schema(items), orient="row")
    documents = {row["id"]: row["document"] for row in responses if not row["stories_deleted"]}
    coded = await _coded(round_id, documents, heard)
    return made if coded.is_empty() else made.join(coded, on="id", how="left")


async def _coded(
    round_id: UUID, documents: dict[UUID, str], heard: dict[UUID, list[_Annotated]]
) -> pl.DataFrame:
    """What people, program and teller find in the parts of stories that two people have coded."""
    kept = await Coded.select(Coded.response, Coded.document).where(Coded.round == round_id)
    rows = []
    for row in kept:
        if row["response"] not in documents:
            continue
        part = msgspec.json.decode(row["document"], type=CodedPart)
        document = decode(documents[row["response"]])
        place = list(document.stories).index(part.item)
        one, other = (set(found) & theme_ids() for found in (part.one, part.other))
        machine = {
            theme.id
            for unit in heard[row["response"]][place].units
            if unit.start < part.end and part.start < unit.end
            for theme in unit.themes
        }
        sets = (one, other, one & other, machine & theme_ids())
        chosen = _chosen(document, part.item, part.start, part.end)
        rows.append((row["response"].hex, *map(sorted, sets), chosen))
    names = ("coded_one", "coded_other", "coded_both", "coded_machine", "coded_teller")
    texts = pl.List(pl.String())
    schema = {"id": pl.String(), **dict.fromkeys(names, texts)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _chosen(document: Document, item: str, start: int, end: int) -> list[str] | None:
    """Themes that a teller chose before seeing any, where the part is the whole story."""
    text, teller = document.stories[item], document.teller.get(item)
    if teller is None or teller.first is None or text[start:end].strip() != text.strip():
        return None
    return sorted(set(teller.first) & theme_ids())


async def units(round_id: UUID) -> list[Unit]:
    """Every part of every story that people may read, as for `quotable`.

    Args:
        round_id: the round's key.
    """
    return [unit for row in await _readable(round_id) for unit in _units(row)]


def _units(row: dict[str, Any]) -> Iterator[Unit]:
    document = decode(row["answer"])
    heard = _annotations.decode(row["document"])
    for (item, text), annotated in zip(document.stories.items(), heard, strict=True):
        for unit in [] if annotated.safety else annotated.units:
            yield Unit(
                teller=row["response"].hex,
                item=item,
                start=unit.start,
                end=unit.end,
                text=text[unit.start : unit.end].strip(),
            )


async def agreed(round_id: UUID) -> list[Told]:
    """Stories that are there still and count, whose tellers agreed that researchers may read them.

    Args:
        round_id: the round's key.

    Raises:
        Unread: one of them waits for the language engine.
    """
    rows = await Response.select(Response.id, Response.document).where(
        (Response.round == round_id)
        & (Response.stories_deleted == False)  # noqa: E712 (a condition in SQL)
        & Response.held.is_in([held.value for held in COUNTS])
    )
    documents = {row["id"]: decode(row["document"]) for row in rows}
    documents = {key: document for key, document in documents.items() if document.research}
    read = await Annotation.select(Annotation.response, Annotation.document).where(
        Annotation.model_version == nlp.model_version(), Annotation.response.round == round_id
    )
    heard = {row["response"]: row["document"] for row in read if row["response"] in documents}
    if documents.keys() - heard.keys():
        raise Unread
    return [
        Told(key.hex, tuple(document.services), text, _codings(document, item, text, annotated))
        for key, document in documents.items()
        for (item, text), annotated in zip(
            document.stories.items(), _annotations.decode(heard[key]), strict=True
        )
    ]


def _codings(document: Document, item: str, text: str, annotated: _Annotated) -> tuple[Coding, ...]:
    """What the machine heard in a story's parts, and what its teller says of the whole."""
    said = document.teller.get(item)
    whole = said.themes if said is not None and said.asked != "not_asked" else []
    found = [Coding(0, len(text), theme, Layer.TELLER) for theme in whole]
    found += [
        Coding(unit.start, unit.end, theme.id, Layer.MACHINE)
        for unit in annotated.units
        for theme in unit.themes
    ]
    return tuple(coding for coding in found if coding.theme in theme_ids())


async def quotable(round_id: UUID) -> list[Part]:
    """Parts of stories that are there still and count, under each theme that they count for.

    None of a story in which the language engine hears that somebody may be in danger, nor of one
    that it has not read.

    Args:
        round_id: the round's key.
    """
    return [part for row in await _readable(round_id) for part in _parts(row)]


async def _readable(round_id: UUID) -> list[dict[str, Any]]:
    """Stories that are there still and count, and how the present engine has read them."""
    found: list[dict[str, Any]] = await Annotation.select(
        Annotation.document,
        Annotation.response,
        Annotation.response.document.as_alias("answer"),
    ).where(
        Annotation.model_version == nlp.model_version(),
        Annotation.response.round == round_id,
        Annotation.response.stories_deleted == False,  # noqa: E712
        Annotation.response.held.is_in([held.value for held in COUNTS]),
    )
    return found


def _parts(row: dict[str, Any]) -> Iterator[Part]:
    document = decode(row["answer"])
    heard = _annotations.decode(row["document"])
    for (item, text), annotated in zip(document.stories.items(), heard, strict=True):
        counted = _counted(document.teller.get(item), annotated)
        for unit in [] if annotated.safety else annotated.units:
            said, well = text[unit.start : unit.end].strip(), unit.sentiment == Sentiment.POSITIVE
            for theme in sorted(counted & {theme.id for theme in unit.themes}):
                yield Part(row["response"].hex, tuple(document.services), theme, said, well)


def quarter_of(week: str) -> str:
    """Quarter, such as 2026-Q1, in which an ISO week has its Thursday."""
    year, number = week.split("-W")
    thursday = datetime.date.fromisocalendar(int(year), int(number), 4)
    return f"{thursday.year}-Q{(thursday.month + 2) // 3}"


def _about(document: Document, read: list[_Annotated]) -> About:
    """Themes of all stories together; a theme's tone is that of the units that carry it."""
    themes: set[str] = set()
    positive: set[str] = set()
    critical: set[str] = set()
    for item, annotated in zip(document.stories, read, strict=True):
        counted = _counted(document.teller.get(item), annotated)
        themes |= counted
        for unit in annotated.units:
            carried = counted & {theme.id for theme in unit.themes}
            positive |= carried if unit.sentiment == Sentiment.POSITIVE else set()
            critical |= carried if unit.sentiment in CRITICAL else set()
    return sorted(themes), sorted(positive - critical)


def _explained(read: list[_Annotated]) -> list[str]:
    """What a response's stories explain what happened with, where the machine is certain of it."""
    heard = {
        unit.attribution
        for annotated in read
        for unit in annotated.units
        if "attribution" not in unit.uncertain
    }
    return sorted(value for value in heard if value not in (None, Attribution.UNCLEAR))


def _counted(teller: Teller | None, annotated: _Annotated) -> set[str]:
    """Themes that one story counts for: the teller's own, and the machine's where none was asked.

    A theme that the codebook no longer has is left out.
    """
    if teller is None or teller.asked == "not_asked":
        found = {theme.id for unit in annotated.units for theme in unit.themes}
    else:
        found = set(teller.themes)
    return found & theme_ids()


def _chosen_first(document: Document) -> tuple[list[str], list[str]] | tuple[None, None]:
    """Themes that a teller chose before seeing a proposal, and those then proposed."""
    said = [teller for teller in document.teller.values() if teller.first is not None]
    if not said:
        return None, None
    first = {theme for teller in said for theme in teller.first or ()}
    proposed = {theme for teller in said for theme in teller.proposed}
    return sorted(first & theme_ids()), sorted(proposed & theme_ids())


def _schema(items: list[str]) -> dict[str, pl.DataType]:
    texts = pl.List(pl.String())
    marked = {item.id for entry in instruments().values() for item in entry.items if item.poles}
    return {
        "id": pl.String(),
        "period": pl.String(),
        "services": texts,
        "age_band": pl.String(),
        "has_story": pl.Boolean(),
        "story_deleted": pl.Boolean(),
        "themes": texts,
        "themes_positive": texts,
        "themes_first": texts,
        "themes_proposed": texts,
        "explained_by": texts,
        "dont_know": texts,
        **{item: pl.List(pl.Int64()) if item in marked else pl.Int64() for item in items},
    }


def _row(row: dict[str, Any], read: list[_Annotated], items: list[str]) -> tuple[Any, ...]:
    document = decode(row["document"])
    answers = document.answers
    return (
        row["id"].hex,
        quarter_of(row["week"]),
        document.services,
        document.age_band,
        bool(row["has_story"]),
        bool(row["stories_deleted"]),
        *_about(document, read),
        *_chosen_first(document),
        _explained(read),
        [item for item in items if answers.get(item) == DONT_KNOW],
        *(value if isinstance(value := answers.get(item), int | list) else None for item in items),
    )
