"""What every file format has in common: the table of a release, and how a file is written.

A format is a module in this folder with `SUFFIX` and `render(outgoing, study) -> bytes`. What goes
out is a release (a table of figures), a data set (one row per response, protected), or stories
whose tellers agreed. The same input gives the same bytes, whenever it is written: no file says when
it was made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from enumerations import Language
from exports.disclosure.catalogue import ALL, PAIRS
from exports.disclosure.document import Release
from exports.disclosure.microdata import Dataset, Variable
from exports.disclosure.stories import Stories
from exports.errors import FileError
from exports.instruments import Text, instruments, items
from exports.messages import messages

Outgoing = Release | Dataset | Stories

# Columns of the table: type, unit. Meaning per column is in the messages, "variable.<name>".
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
    "statistic": (pl.String(), ""),
    "value": (pl.Float64(), "statistic"),
    "value_low": (pl.Float64(), "statistic"),
    "value_high": (pl.Float64(), "statistic"),
}
NO_STATISTIC = (None, None, None, None)
CALLED = {"release": "utgivelse", "dataset": "data", "stories": "fortellinger"}
LABELLED = ("kind", "subject", "service", "category")
"""Columns of keys; statistics programs get what they are called in a column beside them."""


@dataclass(frozen=True)
class Study:
    """What the figures are from, for the documents that go with them.

    Args:
        code: of the round.
        title: of the round, per language.
        publisher: who asked, per language.
    """

    code: str
    title: Text
    publisher: Text


UNNAMED = Study(
    "fortell",
    dict.fromkeys(Language, "Fortell"),
    {"nb": "Ikke oppgitt", "nn": "Ikkje oppgitt", "en": "Not stated"},
)


@dataclass(frozen=True)
class Sheet:
    """A table with what its columns are called; `variables` stand in the order of the columns."""

    title: str
    frame: pl.DataFrame
    variables: tuple[Variable, ...]


def tabular(outgoing: Outgoing) -> Release | Dataset:
    """Return what goes out, where it is a table.

    Raises:
        FileError: it is stories.
    """
    if isinstance(outgoing, Stories):
        raise FileError("Stories are no table. Use --format qdpx.")
    return outgoing


def table(outgoing: Outgoing) -> pl.DataFrame:
    """Return one row per published category, statistic and hidden figure; of a data set, its rows.

    A row of a statistic of single answers has no category.

    Raises:
        FileError: stories were given.
    """
    release = tabular(outgoing)
    if isinstance(release, Dataset):
        return release.frame
    rows = []
    for figure in release.figures:
        start = (release.number, release.published, release.series)
        about = (figure.kind, figure.subject, figure.service, figure.period)
        state = (figure.status, figure.reason, figure.k)
        end = (figure.n, figure.mean, figure.low, figure.high)
        since = (figure.as_of.number, figure.as_of.published) if figure.as_of else (None, None)
        counts: list[tuple[str | None, int | None]] = [(c.id, c.x) for c in figure.categories]
        for count in counts or [(None, None)]:
            rows.append((*start, *about, *state, *count, *end, *since, *NO_STATISTIC))
        for one in figure.estimates:
            said = (one.name, one.value, one.low, one.high)
            rows.append((*start, *about, *state, None, None, *end, *since, *said))
    return pl.DataFrame(
        rows, schema={name: kind for name, (kind, _) in COLUMNS.items()}, orient="row"
    )


def variables(outgoing: Outgoing) -> tuple[Variable, ...]:
    """Return what the columns of `table` are: meaning and unit, and codes where there are any."""
    if isinstance(outgoing, Dataset):
        return outgoing.variables
    return tuple(
        Variable(name, _said(f"variable.{name}"), unit) for name, (_, unit) in COLUMNS.items()
    )


def labelled(outgoing: Outgoing, study: Study, language: Language) -> Sheet:
    """Return the table for a statistics program: what keys are called stands beside them."""
    outgoing = tabular(outgoing)
    title = title_of(outgoing, study, language)
    frame, known = table(outgoing), variables(outgoing)
    if isinstance(outgoing, Dataset):
        return Sheet(title, frame, known)
    called = _names(outgoing, language)
    rows = frame.to_dicts()
    for name in LABELLED:
        words = [
            called.get((name, row[name]), called.get((row["subject"], row[name]), row[name]))
            for row in rows
        ]
        frame = frame.with_columns(pl.Series(f"{name}_label", words, dtype=pl.String))
    beside = tuple(
        Variable(f"{name}_label", _said(f"variable.{name}_label"), "") for name in LABELLED
    )
    return Sheet(title, frame, (*known, *beside))


def title_of(outgoing: Outgoing, study: Study, language: Language) -> str:
    """Return what a file is called: the round's title, and which release or data set."""
    words = messages(language)[f"file.{_kind(outgoing)}"].format(number=outgoing.number)
    return f"{study.title[language]}: {words}"


def about(outgoing: Outgoing, language: Language) -> str:
    """Return what a file is about, in two or three sentences."""
    return messages(language)[f"file.about_{_kind(outgoing)}"]


def name_of(outgoing: Outgoing, study: Study) -> str:
    """Return how its files are called, such as "fjord1-utgivelse-2"."""
    return f"{study.code.lower()}-{CALLED[_kind(outgoing)]}-{outgoing.number}"


def _kind(outgoing: Outgoing) -> str:
    if isinstance(outgoing, Stories):
        return "stories"
    return "dataset" if isinstance(outgoing, Dataset) else "release"


def written(write: Callable[[Path], object]) -> bytes:
    """Return what a library writes that only knows files."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()


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


def subjects(release: Release) -> dict[str, Text]:
    """Return what the subjects of a release's figures are called."""
    labels: dict[str, Text] = {group.id: group.label for group in release.catalogue.groups}
    labels |= {theme.id: theme.label for theme in release.catalogue.themes}
    labels |= {subject: _said(subject) for subject in ("age_band", "explained")}
    labels |= {subject: _said(f"agreement.{subject}") for subject in PAIRS}
    for instrument in instruments().values():
        labels |= {scale.id: scale.name for scale in instrument.scales}
    used = {figure.subject for figure in release.figures}
    labels |= {item.id: item.text for item in items().values() if item.id in used}
    return {key: text for key, text in labels.items() if key in used}


def _names(release: Release, language: Language) -> Mapping[tuple[str, str | None], str]:
    """Return what keys are called, by column and key; options by their item and value."""
    said = messages(language)
    names: dict[tuple[str, str | None], str] = {
        ("service", ALL): said["everyone"],
        **{("service", entry.key): entry.name[language] for entry in release.catalogue.services},
        **{("subject", key): text[language] for key, text in subjects(release).items()},
    }
    for prefix in ("kind", "category"):
        dot = f"{prefix}."
        names |= {
            (prefix, key.removeprefix(dot)): text
            for key, text in said.items()
            if key.startswith(dot)
        }
    for item in items().values():
        names |= {(item.id, str(o.value)): o.label[language] for o in item.options}
    return names


def _said(key: str) -> Text:
    return {language: messages(language)[key] for language in Language}
