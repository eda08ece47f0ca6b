"""CSV: UTF-8, comma, a header, empty where there is nothing."""

from exports.disclosure.document import Release
from exports.formats.base import table

SUFFIX = ".csv"


def render(release: Release) -> bytes:
    """Return the table of a release as CSV."""
    return table(release).write_csv().encode()
