"""The real `fortell` command in processes of their own."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from server import database
from server.collect import rounds
from server.settings import Settings
from tests.conftest import run as in_loop
from tests.server.rounds import file_text

ROOT = Path(__file__).parents[2]
FORTELL = Path(sys.executable).with_name("fortell")
PATIENCE = 60.0


def environment(address: str, modules: Path | None = None, **settings: Any) -> dict[str, str]:
    """This process's environment, with no settings but these.

    Args:
        address: of the database.
        modules: a folder whose modules come before the installed ones.
        settings: others than the database.
    """
    plain = {key: value for key, value in os.environ.items() if not key.startswith("FORTELL_")}
    given = {f"FORTELL_{key.upper()}": str(value) for key, value in settings.items()}
    folders = [str(modules or ""), os.environ.get("PYTHONPATH", "")]
    path = {"PYTHONPATH": os.pathsep.join(filter(None, folders))} if modules else {}
    return plain | path | {"FORTELL_DATABASE": address} | given


def nlp_without_weights(folder: Path) -> Path:
    """A folder of modules: the language engine as it is installed, but for its weights."""
    weights = shutil.ignore_patterns("*.npz", "*.onnx", "meta.json", "training")
    shutil.copytree(ROOT / "nlp", folder / "modules" / "nlp", ignore=weights)
    return folder / "modules"


def run(
    address: str,
    *words: str | Path,
    check: bool = True,
    modules: Path | None = None,
    **settings: Any,
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    done = subprocess.run(
        [FORTELL, *words],
        env=environment(address, modules, **settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def load_round(address: str, **changes: Any) -> None:
    """Load a round, as `fortell round load` does."""

    async def load() -> None:
        await database.connect(Settings(database=address))
        try:
            await database.migrate()
            await rounds.keep(rounds.parse(file_text(**changes), "round.yaml"))
        finally:
            await database.close()

    in_loop(load())


@dataclass
class Server:
    """A server that runs; `log` is all that it has said."""

    process: "subprocess.Popen[bytes]"
    url: str
    log: Path

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        self.process.terminate()
        assert self.process.wait(PATIENCE) == -signal.SIGTERM


@contextmanager
def serving(
    address: str, log: Path, modules: Path | None = None, **settings: Any
) -> Iterator[Server]:
    """A real server on a port of its own, unless one is given, until the block ends."""
    port = settings.setdefault("port", free_port())
    with _running(["serve"], environment(address, modules, **settings), port, log) as it:
        yield it


@contextmanager
def signing(file: Path, log: Path, port: int = 0) -> Iterator[Server]:
    """A real signer on a port of its own, which is told of no other database."""
    port = port or free_port()
    given = environment("", signer_database=f"sqlite:///{file}", signer_port=port)
    del given["FORTELL_DATABASE"]
    with _running(["signer", "serve"], given, port, log) as it:
        yield it


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(words: list[str], given: dict[str, str], port: int, log: Path) -> Iterator[Server]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [FORTELL, *words], env=given, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server(process, f"http://127.0.0.1:{port}", log)
    try:
        until_it_answers(server)
        yield server
    finally:
        process.kill()
        process.wait()


def until_it_answers(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log.read_text("utf-8")
        with suppress(httpx.TransportError):
            if httpx.get(f"{server.url}/health").is_success:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE
    while not await condition():
        assert time.monotonic() < deadline, "it never became true"
        await asyncio.sleep(0.02)
