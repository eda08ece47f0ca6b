"""The open table as files: CSV, and beside it what it means and how far it can be trusted (CSVW).

No file says when it was written: the same table gives the same bytes.
"""

import json
from pathlib import Path

import polars as pl

from enumerations import Language
from exports.disclosure.microdata import Variable
from exports.disclosure.opened import OpenTable
from exports.formats.base import Study, save
from exports.formats.csvw import column, words
from exports.instruments import Text
from exports.messages import messages

BESIDE = "-metadata.json"
"""What CSVW lets follow a table's own name."""

COLUMNS: dict[str, tuple[pl.DataType, str]] = {
    "round": (pl.String(), ""),
    "drawn": (pl.String(), "date"),
    "group": (pl.String(), ""),
    **{f"group_{language}": (pl.String(), "") for language in Language},
    "x": (pl.Int64(), "tellers"),
    "n": (pl.Int64(), "tellers"),
    "error_95": (pl.Int64(), "tellers"),
    "epsilon": (pl.Float64(), ""),
}


def write_open(table: OpenTable, path: Path, study: Study) -> tuple[Path, Path]:
    """Write the table as CSV, and what it means beside it.

    A file that is there already and is the same is left alone.

    Args:
        table: as it was drawn.
        path: of the CSV file; the other's has "-metadata.json" after it.
        study: what it is from.

    Returns:
        Both files.

    Raises:
        FileError: another file is there, or it cannot be written.
    """
    beside = path.with_name(path.name + BESIDE)
    for file, content in (
        (path, as_csv(table, study)),
        (beside, as_metadata(table, study, path.name)),
    ):
        if not (file.is_file() and file.read_bytes() == content):
            save(file, content)
    return path, beside


def as_csv(table: OpenTable, study: Study) -> bytes:
    """Return one row per group of themes, each with all that its count cannot do without."""
    rows = [
        (
            study.code,
            table.published,
            group.id,
            *(group.label[language] for language in Language),
            group.x,
            table.told,
            table.error,
            table.epsilon,
        )
        for group in table.groups
    ]
    kinds = {name: kind for name, (kind, _) in COLUMNS.items()}
    return pl.DataFrame(rows, schema=kinds, orient="row").write_csv().encode()


def as_metadata(table: OpenTable, study: Study, name: str) -> bytes:
    """Return what the CSV file called `name` means, in every language, as JSON."""
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "nb"}],
        "url": name,
        "dc:title": {
            language: f"{study.title[language]}: {messages(language)['open.title']}"
            for language in Language
        },
        "dc:publisher": words(study.publisher),
        "dc:issued": {"@value": table.published, "@type": "date"},
        "dc:description": words(_said("open.noise", table)),
        "fortell:question": words(_said("open.question", table)),
        "fortell:unit": words(_said("open.unit", table)),
        "fortell:epsilon": table.epsilon,
        "fortell:release": table.number,
        "fortell:series": table.series,
        "tableSchema": {
            "columns": [
                column(Variable(key, _said(f"open.{key}", table), unit), kind)
                for key, (kind, unit) in COLUMNS.items()
            ]
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _said(key: str, table: OpenTable) -> Text:
    given = {"error": table.error, "epsilon": f"{table.epsilon:g}", "bound": table.bound}
    return {language: messages(language)[key].format(**given) for language in Language}
