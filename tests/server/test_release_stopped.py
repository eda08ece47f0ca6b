"""A release that is stopped while it is audited leaves nothing; the next one does all of it."""

import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from server import database as databases
from server.settings import Settings
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.process import FORTELL, PATIENCE, environment, load_round, run
from tests.server.rounds import CODE
from tests.server.test_release import arrive, crowd

RELEASE = ("release", "--round", CODE, "--date", "2026-09-14")
STALLS = """
import time
from pathlib import Path

import exports.disclosure.holding as holding

def audit(*_, progress, **__):
    Path(__file__).with_name("begun").touch()
    while True:
        progress("auditing", 1, 2)
        time.sleep(0.01)

holding.audit = audit
"""


@pytest.fixture
def answered(database: str) -> str:
    """The address of a database with a round that sixty have answered."""
    load_round(database)

    async def answer() -> None:
        await databases.connect(Settings(database=database))
        try:
            await arrive(*crowd(30), *crowd(30, option=1))
        finally:
            await databases.close()

    in_loop(answer())
    return database


def releases(database: str) -> int:
    [(number,)] = in_loop(outside.rows(database, 'SELECT count(*) FROM "release"'))
    return int(number)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_stopped_in_the_audit_it_leaves_nothing_and_is_done_whole_the_next_time(
    answered: str, tmp_path: Path, how: signal.Signals
) -> None:
    (tmp_path / "sitecustomize.py").write_text(STALLS, "utf-8")
    with subprocess.Popen(
        [FORTELL, *RELEASE],
        env=environment(answered, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            _wait_for(tmp_path / "begun", process)
            process.send_signal(how)
            out, error = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == (1 if how == signal.SIGINT else -how)
    assert (out, error.strip()) == (b"", b"Aborted!" if how == signal.SIGINT else b"")
    assert releases(answered) == 0
    done = run(answered, *RELEASE)
    assert done.stdout.startswith(f"Release 1 of {CODE}: ")
    assert not done.stderr, "progress is for a person who waits"
    assert releases(answered) == 1


def test_a_person_who_waits_sees_how_far_it_has_come(answered: str) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [FORTELL, *RELEASE], env=environment(answered), stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        while part := _read(ours):
            seen += part
        out, _ = process.communicate(timeout=PATIENCE)
    os.close(ours)
    assert process.returncode == 0
    assert out.startswith(b"Release 1 of")
    for step in ("Comparing", "Auditing"):
        counts = re.findall(rf"{step} [^\r\n]*: (\d+) of (\d+)", seen.decode())
        assert [int(done) for done, _ in counts] == list(range(int(counts[0][1]) + 1))


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _read(terminal: int) -> bytes:
    """What is written to a terminal next; nothing when nobody has it open any more."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
