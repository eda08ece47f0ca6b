"""The store as the gate wants it: one row per response, with what its stories are about.

What a teller says that a story is about counts before what the machine heard in it. The machine's
reading counts for stories whose teller was not asked, and gives the tone of every theme.
"""

import datetime
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

import nlp
from enumerations import Sentiment
from exports import instruments
from server.collect.answers import DONT_KNOW
from server.collect.copies import COUNTS
from server.collect.responses import Document, Teller, decode, theme_ids
from server.collect.tables import Response
from server.understand.tables import Annotation

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
    themes: list[_Theme]
    sentiment: Sentiment | None


class _Annotated(msgspec.Struct):
    units: list[_Unit]


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
    return pl.DataFrame(rows, schema=_schema(items), orient="row")


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
        [item for item in items if answers.get(item) == DONT_KNOW],
        *(value if isinstance(value := answers.get(item), int | list) else None for item in items),
    )
