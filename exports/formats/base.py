"""What every file format has in common: the table of a release, and how a file is written.

A format is a module in this folder with `SUFFIX` and `render(release) -> bytes`. The same release
gives the same bytes, whenever it is written.
"""

from pathlib import Path

import polars as pl

from exports.disclosure.document import Release
from exports.errors import FileError

# Columns of the table: type, unit. Meaning per column is in the messages, "column_<name>".
COLUMNS: dict[str, tuple[pl.DataType, str]] = {
    "release": (pl.Int64(), ""),
    "published": (pl.String(), "date"),
    "series": (pl.String(), ""),
    "kind": (pl.String(), ""),
    "subject": (pl.String(), ""),
    "service": (pl.String(), ""),
    "period": (pl.String(), "quarter"),
    "status": (pl.String(), ""),
    "reason": (pl.String(), ""),
    "threshold": (pl.Int64(), "respondents"),
    "category": (pl.String(), ""),
    "x": (pl.Int64(), "respondents"),
    "n": (pl.Int64(), "respondents"),
    "mean": (pl.Float64(), "scale"),
    "mean_low": (pl.Float64(), "scale"),
    "mean_high": (pl.Float64(), "scale"),
    "as_of_release": (pl.Int64(), ""),
    "as_of_published": (pl.String(), "date"),
}


def table(release: Release) -> pl.DataFrame:
    """Return one row per published category, and one per hidden figure."""
    rows = []
    for figure in release.figures:
        start = (release.number, release.published, release.series)
        about = (figure.kind, figure.subject, figure.service, figure.period)
        state = (figure.status, figure.reason, figure.k)
        end = (figure.n, figure.mean, figure.low, figure.high)
        since = (figure.as_of.number, figure.as_of.published) if figure.as_of else (None, None)
        counts: list[tuple[str | None, int | None]] = [(c.id, c.x) for c in figure.categories]
        for count in counts or [(None, None)]:
            rows.append((*start, *about, *state, *count, *end, *since))
    return pl.DataFrame(
        rows, schema={name: kind for name, (kind, _) in COLUMNS.items()}, orient="row"
    )


def save(path: Path, content: bytes) -> None:
    """Write a new file.

    Raises:
        FileError: the file exists, or its folder is missing or may not be written to.
    """
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise FileError(f"{path} exists. Give another name, or remove it first.") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileError(
            f"{path} cannot be written: {reason}. Make the folder, or choose another one."
        ) from None
