"""Files of what goes out. Each format is one module in this folder; to add one is to add a file."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

from exports.disclosure.document import Release
from exports.disclosure.microdata import Dataset
from exports.disclosure.stories import Stories
from exports.errors import FileError
from exports.formats.base import UNNAMED, Outgoing, Study, name_of, save


class Format(Protocol):
    """What a format is: how its files end, and how what goes out becomes bytes."""

    SUFFIX: str

    @staticmethod
    def render(outgoing: Outgoing, study: Study) -> bytes:
        """Return the file's content."""


TAKES: Mapping[str, tuple[type, ...]] = {
    "budget": (Release,),
    "citation": (Release, Dataset, Stories),
    "licence": (Release, Dataset, Stories),
    "privacy": (Release, Dataset, Stories),
    "qdpx": (Stories,),
}
"""What goes out in a format, where that is not releases and data sets."""


@cache
def formats(of: type | None = None) -> Mapping[str, Format]:
    """Return the formats by name: every module of this folder but base.

    Args:
        of: only those that take this: `Release`, `Dataset` or `Stories`.
    """
    names = sorted(name for _, name, _ in iter_modules(__path__) if name != "base")
    fit = [name for name in names if of is None or of in TAKES.get(name, (Release, Dataset))]
    return {name: cast(Format, import_module(f"{__name__}.{name}")) for name in fit}


def render(outgoing: Outgoing, name: str, study: Study = UNNAMED) -> bytes:
    """Return the content of a file.

    Args:
        outgoing: a release, a data set or stories.
        name: a key of `formats()`.
        study: what it is from, for the documents that say so.

    Raises:
        FileError: no such format, or it is not for this.
    """
    if name not in formats():
        raise FileError(f"There is no format {name}. Use one of: {', '.join(formats())}.")
    return formats()[name].render(outgoing, study)


def file_name(outgoing: Outgoing, name: str, study: Study = UNNAMED) -> str:
    """Return how a file is called, such as "fjord1-utgivelse-2.csv"."""
    return name_of(outgoing, study) + formats()[name].SUFFIX


def write(outgoing: Outgoing, path: Path, name: str, study: Study = UNNAMED) -> None:
    """Write what goes out to a new file; see `render`.

    Raises:
        FileError: no such format, or the file exists or cannot be written.
    """
    save(path, render(outgoing, name, study))


def write_folder(
    outgoing: Outgoing,
    folder: Path,
    names: Collection[str],
    study: Study = UNNAMED,
    tell: Callable[[Path], None] = lambda path: None,
) -> Path:
    """Write files to a folder, and a manifest of all that it holds of the same release or data.

    A file that is there already and is the same is left alone, so what was interrupted goes on.

    Args:
        outgoing: a release, a data set or stories.
        folder: made where it is missing.
        names: keys of `formats()`.
        study: what it is from.
        tell: is told of each file when it is there.

    Returns:
        The manifest: SHA-256 and name of each file, as `sha256sum --check` reads it.

    Raises:
        FileError: no such format, or another file of the same name is there.
    """
    contents = {
        file_name(outgoing, name, study): render(outgoing, name, study) for name in sorted(names)
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder} cannot be made: {error.strerror}. Choose another.") from None
    for name, content in contents.items():
        path = folder / name
        if not (path.is_file() and path.read_bytes() == content):
            save(path, content)
        tell(path)
    manifest = folder / f"{name_of(outgoing, study)}.sha256"
    ours = sorted({*folder.glob(f"{manifest.stem}.*")} - {manifest})
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in ours]
    manifest.write_text("".join(sums), "utf-8")
    tell(manifest)
    return manifest


def write_csv(outgoing: Outgoing, path: Path) -> None:
    """Write the table as CSV; see `write`."""
    write(outgoing, path, "csv")


def write_parquet(outgoing: Outgoing, path: Path) -> None:
    """Write the table as Parquet; see `write`."""
    write(outgoing, path, "parquet")


def write_codebook(outgoing: Outgoing, path: Path) -> None:
    """Write the codebook as Markdown; see `write`."""
    write(outgoing, path, "codebook")
