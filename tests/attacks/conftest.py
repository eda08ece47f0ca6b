"""A PostgreSQL whose files lie open."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import own_server, without_postgres


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of our own, with its files; its `address` may do everything."""

    folder: Path
    address: str

    def contents(self, part: str) -> dict[str, bytes]:
        """Every file below a folder: `base` has tables, `pg_wal` the log."""
        files = (path for path in (self.folder / part).rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}

    def holding(self, part: str, text: str) -> list[str]:
        """Names of the files that hold a text."""
        return [name for name, held in self.contents(part).items() if text.encode() in held]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp())
    try:
        server, address = own_server(folder)
    except Exception as error:
        without_postgres(f"{type(error).__name__}: {error}")
    yield Cluster(folder, address)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
