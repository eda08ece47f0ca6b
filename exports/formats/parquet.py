"""Parquet, as polars writes it: typed columns, no time of creation."""

from io import BytesIO

from exports.disclosure.document import Release
from exports.formats.base import table

SUFFIX = ".parquet"


def render(release: Release) -> bytes:
    """Return the table of a release as Parquet."""
    buffer = BytesIO()
    table(release).write_parquet(buffer)
    return buffer.getvalue()
