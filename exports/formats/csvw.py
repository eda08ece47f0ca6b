"""CSVW: what the columns of the CSV file beside it are (W3C, Metadata for Tabular Data)."""

import json
from typing import Any

import polars as pl

from enumerations import Language
from exports.disclosure.microdata import Variable
from exports.formats import csv
from exports.formats.base import Outgoing, Study, name_of, table, title_of, variables
from exports.instruments import Text

SUFFIX = ".csv-metadata.json"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the metadata as JSON; codes are listed under a property of our own, in words."""
    kinds = table(outgoing).schema
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "nb"}],
        "url": name_of(outgoing, study) + csv.SUFFIX,
        "dc:title": {lang: title_of(outgoing, study, lang) for lang in Language},
        "dc:publisher": words(study.publisher),
        "dc:issued": {"@value": outgoing.published, "@type": "date"},
        "tableSchema": {
            "columns": [column(known, kinds[known.name]) for known in variables(outgoing)]
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def column(known: Variable, kind: pl.DataType) -> dict[str, Any]:
    """Return what a column is, as CSVW says it."""
    said: dict[str, Any] = {
        "name": known.name,
        "titles": known.name,
        "dc:description": words(known.label),
        "datatype": _datatype(kind),
    }
    if known.unit:
        said["fortell:unit"] = known.unit
    if known.values:
        said["fortell:codes"] = [
            {"code": code, "label": words(text), "missing": code in known.missing}
            for code, text in known.values.items()
        ]
    return said


def words(text: Text) -> dict[str, str]:
    """A text in all languages, always in the same order."""
    return {language: text[language] for language in Language}


def _datatype(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "integer"
    return "double" if kind.is_float() else "string"
