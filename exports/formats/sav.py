"""SPSS: every column and code labelled in bokmål, codes that are no answer defined as missing."""

from pathlib import Path

import polars as pl
import pyreadstat

from enumerations import Language
from exports.formats.base import Outgoing, Sheet, Study, labelled, written

SUFFIX = ".sav"
CREATED = slice(92, 109)
"""Where the header has the date and time of writing: "01 Jan 70" and "00:00:00"."""
NEVER = b"01 Jan 7000:00:00"
WIDTH = 12


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the table as a .sav file, always with the same time of creation."""
    sheet = labelled(outgoing, study, Language.BOKMAL)
    content = written(lambda path: _write(sheet, path))
    return content[: CREATED.start] + NEVER + content[CREATED.stop :]


def _write(sheet: Sheet, path: Path) -> None:
    pyreadstat.write_sav(
        sheet.frame,
        path,
        file_label=short(sheet.title, 60),
        column_labels={known.name: known.label[Language.BOKMAL] for known in sheet.variables},
        variable_value_labels={
            known.name: {code: text[Language.BOKMAL] for code, text in known.values.items()}
            for known in sheet.variables
            if known.values
        },
        missing_ranges={
            known.name: list(known.missing) for known in sheet.variables if known.missing
        },
        variable_measure={
            name: "scale" if kind.is_numeric() and not _coded(sheet, name) else "nominal"
            for name, kind in sheet.frame.schema.items()
        },
        variable_format={
            name: f"F{WIDTH}.{int(kind.is_float())}"
            for name, kind in sheet.frame.schema.items()
            if kind != pl.String
        },
    )


def _coded(sheet: Sheet, name: str) -> bool:
    return any(known.name == name and known.values for known in sheet.variables)


def short(text: str, most: int) -> str:
    """Return a text of at most `most` bytes in UTF-8, cut between letters."""
    return text.encode()[:most].decode(errors="ignore")
