"""Files of a release. Each format is one module in this folder; to add one is to add a file."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

from exports.disclosure.document import Release
from exports.errors import FileError
from exports.formats.base import save


class Format(Protocol):
    """What a format is: how its files end, and how a release becomes bytes."""

    SUFFIX: str

    @staticmethod
    def render(release: Release) -> bytes:
        """Return the file's content."""


@cache
def formats() -> Mapping[str, Format]:
    """Return the formats by name: every module of this folder but base."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name != "base")
    return {name: cast(Format, import_module(f"{__name__}.{name}")) for name in names}


def write(release: Release, path: Path, name: str) -> None:
    """Write a release to a new file.

    Args:
        release: what to write.
        path: the file, which may not exist.
        name: a key of `formats()`.

    Raises:
        FileError: no such format, or the file cannot be written.
    """
    if name not in formats():
        raise FileError(f"There is no format {name}. Use one of: {', '.join(formats())}.")
    save(path, formats()[name].render(release))


def write_csv(release: Release, path: Path) -> None:
    """Write a release as CSV; see `write`."""
    write(release, path, "csv")


def write_parquet(release: Release, path: Path) -> None:
    """Write a release as Parquet; see `write`."""
    write(release, path, "parquet")


def write_codebook(release: Release, path: Path) -> None:
    """Write the codebook of a release as Markdown; see `write`."""
    write(release, path, "codebook")
