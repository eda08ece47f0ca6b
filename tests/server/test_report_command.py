"""`fortell report`: one file of one reading, as HTML or on paper, and what it says otherwise."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server import database as connected
from server.cli import main
from server.settings import Settings
from tests.browser import chromium
from tests.conftest import run
from tests.server.conftest import released_round

CODE = "LUNVIK26"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def program() -> Path:
    """A Chromium; a machine that tests everything must have one."""
    found = chromium.find()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture
def released(database: str) -> str:
    async def fill() -> None:
        await connected.connect(Settings(database=database))
        try:
            await connected.migrate()
            await released_round(CODE)
        finally:
            await connected.close()

    run(fill())
    return database


def report(database: str, *words: str) -> Result:
    """Run the command in a thread, for it starts an event loop of its own."""
    given = {"FORTELL_DATABASE": database}
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(CliRunner().invoke, main, ["report", *words], env=given).result()


def test_a_sheet_is_printed_through_the_command(
    released: str, program: Path, tmp_path: Path
) -> None:
    asked = ("--round", CODE, "--service", "nav", "--reading", "politician", "--language", "nn")
    files = [tmp_path / "one.pdf", tmp_path / "deep" / "two.pdf"]
    for file in files:
        words = (*asked, "--format", "pdf", "--browser", str(program), "--output", str(file))
        done = report(released, *words)
        assert done.exit_code == 0, done.output
        assert done.output == f"Printing with {program} …\nWrote {file}.\n"
    printed = files[0].read_bytes()
    assert printed.startswith(b"%PDF-")
    assert b"/Lang (nn)" in printed
    assert b"/Marked true" in printed
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1
    assert files[1].read_bytes() == printed, "the same release gives the same bytes"
    assert sorted(path.name for path in tmp_path.rglob("*.part")) == []


def test_what_cannot_be_written_says_what_to_do(released: str, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    wrong = {
        ("--round", "INGEN", "--output", str(file)): "Nothing has been released from INGEN",
        ("--round", CODE, "--service", "x", "--output", str(file)): "Use one of: nav",
        ("--round", CODE, "--output", str(tmp_path)): "cannot be written",
        (
            *("--round", CODE, "--format", "pdf"),
            *("--browser", str(tmp_path / "none"), "--output", str(file)),
        ): "there is none here",
        (
            *("--round", CODE, "--format", "pdf"),
            *("--browser", "/bin/false", "--output", str(file)),
        ): "could not print",
    }
    for words, said in wrong.items():
        done = report(released, *words)
        assert done.exit_code == 1, words
        assert said in done.output, done.output
        assert not file.exists()
