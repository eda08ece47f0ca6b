"""The frame of responses: what the gate needs of it. Errors say what is wrong, never whose."""

import polars as pl

from enumerations import AgeBand
from exports.disclosure.catalogue import EXPLAINED, Catalogue
from exports.errors import FrameError
from exports.instruments import items

TEXTS = pl.List(pl.String)
SCHEMA: dict[str, pl.DataType] = {
    "id": pl.String(),
    "period": pl.String(),
    "services": TEXTS,
    "has_story": pl.Boolean(),
    "themes": TEXTS,
    "themes_positive": TEXTS,
    "dont_know": TEXTS,
}
CHOICES = {"themes_first", "themes_proposed"}
CODED = {"coded_one", "coded_other", "coded_both", "coded_machine", "coded_teller"}


def check_frame(frame: pl.DataFrame, catalogue: Catalogue) -> None:
    """Raise FrameError where a frame is not what the gate counts on.

    Args:
        frame: one row per response; the columns of `SCHEMA`, and an integer column per item asked.
        catalogue: what services, themes and periods there are.
    """
    for name, kind in SCHEMA.items():
        if frame.schema.get(name) != kind:
            raise FrameError(f"Column {name} must be there as {kind}. Add or cast it.")
        if frame[name].null_count():
            raise FrameError(f"Column {name} has nulls. Use an empty list, or fill it in.")
    if frame["id"].n_unique() < frame.height:
        raise FrameError("Ids are repeated. Give one row per response.")
    _within(frame, "services", [service.key for service in catalogue.services])
    _within(frame, "period", list(catalogue.periods))
    _within(frame, "themes", [theme.id for theme in catalogue.themes])
    _within(frame, "themes_positive", [theme.id for theme in catalogue.themes])
    if (frame["themes_positive"].list.set_difference(frame["themes"]).list.len() > 0).any():
        raise FrameError("themes_positive names themes that themes lacks. Add them there.")
    if "story_deleted" in frame.columns:
        _check_deleted(frame)
    if "explained_by" in frame.columns:
        _check_explained(frame)
    if CHOICES & set(frame.columns):
        _check_choices(frame, catalogue)
    if CODED & set(frame.columns):
        _check_coded(frame, catalogue)
    if "age_band" in frame.columns:
        _within(frame.drop_nulls("age_band"), "age_band", list(AgeBand))
    for item in items().values():
        if item.id in frame.columns and item.poles and item.figure:
            _check_marking(frame[item.id], len(item.poles))
        if item.id in frame.columns and item.one:
            if not frame.schema[item.id].is_integer():
                raise FrameError(f"Column {item.id} must hold integers. Cast it to Int64.")
            if not frame[item.id].drop_nulls().is_in(item.values).all():
                raise FrameError(
                    f"Column {item.id} holds an answer that is not an option. Drop it."
                )


def _check_deleted(frame: pl.DataFrame) -> None:
    deleted = frame["story_deleted"]
    if deleted.dtype != pl.Boolean or deleted.null_count():
        raise FrameError("Column story_deleted must be true or false. Fill it in or drop it.")
    if (deleted & (~frame["has_story"] | (frame["themes"].list.len() > 0))).any():
        raise FrameError("A deleted story was told and has no themes. Correct story_deleted.")


def _check_explained(frame: pl.DataFrame) -> None:
    if frame.schema["explained_by"] != TEXTS or frame["explained_by"].null_count():
        raise FrameError("Column explained_by must hold lists of texts. Use an empty list.")
    _within(frame, "explained_by", list(EXPLAINED))


def _check_choices(frame: pl.DataFrame, catalogue: Catalogue) -> None:
    if any(frame.schema.get(name) != TEXTS for name in CHOICES):
        raise FrameError(
            "Columns themes_first and themes_proposed go together, as lists of texts. Add or cast."
        )
    if (frame["themes_first"].is_null() != frame["themes_proposed"].is_null()).any():
        raise FrameError(
            "Whoever chose themes first has both themes_first and themes_proposed, and whoever did "
            "not has neither. Use an empty list for no theme."
        )
    for name in sorted(CHOICES):
        _within(frame.drop_nulls(name), name, [theme.id for theme in catalogue.themes])


def _check_coded(frame: pl.DataFrame, catalogue: Catalogue) -> None:
    if any(frame.schema.get(name) != TEXTS for name in CODED):
        raise FrameError(f"Columns {sorted(CODED)} go together, as lists of texts. Add or cast.")
    absent = {name: frame[name].is_null() for name in CODED}
    alike = all((absent["coded_one"] == absent[name]).all() for name in CODED - {"coded_teller"})
    if not alike or (absent["coded_one"] & ~absent["coded_teller"]).any():
        raise FrameError(
            "Whoever's story was coded by people has all coded_ columns but coded_teller, and "
            "nobody else has any. Use an empty list for no theme."
        )
    for name in sorted(CODED):
        _within(frame.drop_nulls(name), name, [theme.id for theme in catalogue.themes])
    common = frame["coded_one"].list.set_intersection(frame["coded_other"])
    both = frame["coded_both"]
    if (common.list.set_symmetric_difference(both).list.len() > 0).any():
        raise FrameError("coded_both is what coded_one and coded_other have in common. Correct it.")


def _check_marking(parts: pl.Series, poles: int) -> None:
    name = parts.name
    if parts.dtype != pl.List(pl.Int64):
        raise FrameError(f"Column {name} must be there as List(Int64). Cast it.")
    said = parts.drop_nulls()
    right = (
        (said.list.drop_nulls().list.len() == poles)
        & (said.list.len() == poles)
        & (said.list.sum() == 100)
        & (said.list.min() >= 0)
    )
    if not right.fill_null(value=False).all():
        raise FrameError(
            f"Column {name} must share 100 between its {poles} poles. Correct it, or use null."
        )


def _within(frame: pl.DataFrame, column: str, known: list[str]) -> None:
    values = frame[column]
    if values.dtype == TEXTS:
        values = values.explode(empty_as_null=False, keep_nulls=False)
    if not values.is_in(known).all():
        raise FrameError(
            f"Column {column} holds a key that the catalogue lacks. "
            "Add it to the catalogue, or leave it out of the frame."
        )
