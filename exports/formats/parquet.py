"""Parquet, as polars writes it: typed columns, no time of creation."""

from io import BytesIO

from exports.formats.base import Outgoing, Study, table

SUFFIX = ".parquet"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the table as Parquet."""
    buffer = BytesIO()
    table(outgoing).write_parquet(buffer)
    return buffer.getvalue()
