"""CSV: UTF-8, comma, a header, empty where there is nothing. `csvw` says what the columns are."""

from exports.formats.base import Outgoing, Study, table

SUFFIX = ".csv"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the table as CSV."""
    return table(outgoing).write_csv().encode()
