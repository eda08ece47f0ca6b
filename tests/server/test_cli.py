"""The `fortell` command as people type it, and what it says when something is wrong."""

import asyncio
import datetime
import json
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import exports
from server.cli import main
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.process import FORTELL, load_round, nlp_without_weights, run
from tests.server.rounds import CODE, file_text, story


class Terminal:
    """Runs commands in this process, for what needs no process of its own."""

    def __init__(self, database: str) -> None:
        self.environment = {"FORTELL_DATABASE": database}

    def run(self, *words: str | Path, **settings: str) -> Result:
        given = {f"FORTELL_{key.upper()}": value for key, value in settings.items()}
        return in_loop(self._run([str(word) for word in words], self.environment | given))

    async def _run(self, words: list[str], settings: dict[str, str]) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, words, env=settings)


@pytest.fixture
def terminal(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.delenv("FORTELL_TEST_POSTGRES", raising=False)
    return Terminal(database)


def refused(result: Result, *said: str) -> None:
    """It failed in one sentence, without a traceback."""
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output
    for words in said:
        assert words in result.output


def test_rounds_are_checked_loaded_and_listed(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "runde.yaml"
    path.write_text(file_text(), "utf-8")
    assert terminal.run("round", "check", path).output == f"{path} is a round: {CODE}.\n"
    assert terminal.run("round", "list").output == ""
    for _ in range(2):
        loaded = terminal.run("round", "load", path, base_url="https://f.no/")
        assert loaded.output == f"Loaded. Answering page: https://f.no/r/{CODE}\n"
    assert terminal.run("round", "list").output == f"{CODE}  2026-01-01 – …  Fortell\n"
    path.write_text(file_text(code="kaia"), "utf-8")
    for command in ("check", "load"):
        refused(terminal.run("round", command, path), "runde.yaml, line 1: code: Write 4 to 12")
    path.write_text(file_text(opens="2025-01-01"), "utf-8")
    assert terminal.run("round", "load", path).exit_code == 0
    assert terminal.run("round", "list").output == f"{CODE}  2025-01-01 – …  Fortell\n"
    assert terminal.run("release", "--round", CODE).exit_code == 0
    path.write_text(file_text(opens="2026-01-01"), "utf-8")
    refused(terminal.run("round", "load", path), "Give the changed round a new code")
    link = terminal.run("round", "preview", CODE.lower(), base_url="https://f.no/").output
    assert re.fullmatch(rf"https://f\.no/r/{CODE}/proev#[0-9a-f]{{32}}\n", link)
    assert link == terminal.run("round", "preview", CODE, base_url="https://f.no/").output
    refused(terminal.run("round", "preview", "UKJENT"), "fortell round list")
    refused(terminal.run("round", "load", tmp_path / "finnes-ikke.yaml"), "cannot be read")


def test_several_files_are_checked_at_once(terminal: Terminal, tmp_path: Path) -> None:
    right, wrong, worse = (tmp_path / f"{name}.yaml" for name in ("rett", "feil", "verre"))
    right.write_text(file_text(), "utf-8")
    wrong.write_text(file_text(code="kaia", quota=1), "utf-8")
    worse.write_text("code: [", "utf-8")
    result = terminal.run("round", "check", wrong, right, worse)
    assert result.exit_code == 1
    first, *said = result.output.splitlines()
    assert first == f"{right} is a round: {CODE}."
    assert [line.removeprefix("Error: ").partition(",")[0] for line in said] == [
        "feil.yaml", "feil.yaml", "verre.yaml",
    ]  # fmt: skip
    assert terminal.run("round", "check").exit_code == 2


def test_the_schema_is_printed_as_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["round", "schema"])
    assert json.loads(done.output)["$defs"]["Definition"]["required"]


def test_commands_about_a_round_that_is_not_there_say_so(
    terminal: Terminal, tmp_path: Path
) -> None:
    refused(terminal.run("release", "--round", "UKJENT"), "fortell round list")
    output = tmp_path / "x"
    export = ("export", "--format", "csv", "--output", output, "--round")
    refused(terminal.run(*export, "UKJENT"), "fortell release --round UKJENT")
    path = tmp_path / "runde.yaml"
    path.write_text(file_text(), "utf-8")
    terminal.run("round", "load", path)
    refused(terminal.run(*export, CODE), f"fortell release --round {CODE}")
    assert not output.exists()
    assert terminal.run("release", "--round", CODE, "--date", "i går").exit_code == 2
    assert (
        terminal.run("export", "--round", CODE, "--format", "xls", "--output", "x").exit_code == 2
    )


def test_a_release_can_be_made_and_exported(terminal: Terminal, tmp_path: Path) -> None:
    """A round that nobody has answered has a release too: everything in it is hidden."""
    path = tmp_path / "runde.yaml"
    path.write_text(file_text(), "utf-8")
    terminal.run("round", "load", path)
    made = terminal.run("release", "--round", CODE, "--date", "2026-10-06")
    assert made.output.startswith(f"Release 1 of {CODE}: 0 figures shown, ")
    folder = tmp_path / "filer"
    words = ("export", "--round", CODE, "--output", folder)
    for once_more in range(2):
        written = terminal.run(*words, *(("--format", "csv") if once_more else ()))
        said = [Path(line[6:-1]) for line in written.output.splitlines()]
        assert len(said) == (2 if once_more else len(exports.formats(exports.Release)) + 1)
        assert all(path.parent == folder and path.exists() for path in said)
    path.write_text("a file", "utf-8")
    refused(terminal.run("export", "--round", CODE, "--output", path), "cannot be made")


def test_an_open_table_is_written_or_refused_in_words(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "runde.yaml"
    path.write_text(file_text(), "utf-8")
    terminal.run("round", "load", path)
    table = tmp_path / "apent.csv"
    draw = ("open", "--round", CODE, "--output", table)
    refused(terminal.run("open", "--round", "UKJENT", "--output", table), "fortell round list")
    refused(terminal.run(*draw), "Release first")
    terminal.run("release", "--round", CODE)
    refused(terminal.run(*draw), "at least 240 are published")
    refused(terminal.run(*draw, "--epsilon", "2"), "must lie between 0.01 and 1")
    assert terminal.run(*draw, "--epsilon", "mye").exit_code == 2
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "opendp.prelude", None)
        refused(terminal.run(*draw), 'pip install "fortell[open]"')
    assert not table.exists()
    monkeypatch.setattr("exports.disclosure.noise.TIMES", 0)
    first = terminal.run(*draw)
    assert "with epsilon 1, once and for all: its noise is at most 12 a count" in first.output
    kept = table.read_bytes()
    assert terminal.run(*draw).output == first.output
    assert table.read_bytes() == kept
    refused(terminal.run(*draw, "--epsilon", "0.5"), "is spent")
    table.write_text("something else", "utf-8")
    refused(terminal.run(*draw), "exists")


def test_stories_are_written_only_as_what_they_are(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "runde.yaml"
    path.write_text(file_text(research=dict.fromkeys(("nb", "nn", "en"), "Forskere")), "utf-8")
    terminal.run("round", "load", path)
    out = ("export", "--round", CODE, "--output", tmp_path / "ut", "--format", "qdpx")
    refused(terminal.run(*out), "Release first")
    refused(terminal.run(*out, "--format", "csv"), "csv cannot be written here")
    refused(terminal.run(*out, "--data"), "qdpx cannot be written here")


def test_accounts_are_made_from_the_terminal(terminal: Terminal) -> None:
    add = ("staff", "add", "kari", "--password")
    assert terminal.run(*add, "lykt hest fjell vaffel").output.startswith("Added. Sign in at http")
    refused(terminal.run(*add, "lykt hest fjell vaffel"), "This name is taken")
    refused(terminal.run("staff", "add", "ola", "--password", "kort"), "at least 12")


def test_a_wrong_setting_is_one_sentence(terminal: Terminal) -> None:
    refused(terminal.run("round", "list", databse="x"), "Did you mean FORTELL_DATABASE?")
    refused(terminal.run("round", "list", port="åtti"), "FORTELL_PORT must be a number.")
    refused(terminal.run("round", "list", database="fortell.db"), "Use sqlite:///FILE")


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("This is no database, and long enough to be looked at." * 99)
    for address, said in (
        (f"sqlite:///{tmp_path}/ingen/mappe.db", "Check that its folder exists"),
        (f"sqlite:///{tmp_path}", "Check that its folder exists"),
        (f"sqlite:///{tmp_path}/text.db", "cannot be opened (DatabaseError)"),
        ("postgresql://u:hemmelig@127.0.0.1:1/d", "does not answer or refuses us"),
        ("postgresql://u:hemmelig@finnes.ikke.invalid/d", "does not answer or refuses us"),
        ("postgresql:///d?host=/ingen/sokkel", "does not answer or refuses us"),
    ):
        for words in (("round", "list"), ("serve",), ("worker", "--once"), ("migrate",)):
            result = Terminal(address).run(*words)
            refused(result, said)
            assert "hemmelig" not in result.output


def test_a_database_that_another_process_holds_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.database.connection.PATIENCE", 0.1)
    terminal = Terminal(f"sqlite:///{tmp_path}/fortell.db")
    path = tmp_path / "runde.yaml"
    path.write_text(file_text(), "utf-8")
    terminal.run("migrate")
    other = sqlite3.connect(tmp_path / "fortell.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused(terminal.run("round", "load", path), "does not answer", "Try again")
    other.close()
    assert terminal.run("round", "load", path).exit_code == 0


def test_a_port_that_is_taken_is_one_sentence(database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(database, "serve", check=False, port=port)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: The server cannot listen on 127.0.0.1, port {port} ")
    assert "FORTELL_PORT" in result.stderr


def test_help_needs_no_database_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for words in ((), ("--help",), ("round", "--help"), ("release", "--help"), ("--version",)):
        done = CliRunner().invoke(
            main, [*words], env={"FORTELL_DATABASE": f"sqlite:///{tmp_path}/x"}
        )
        assert done.exit_code in {0, 2}
        assert re.search("Usage: |version", done.output)
    assert list(tmp_path.iterdir()) == []


def test_without_a_model_work_that_needs_it_stops_and_says_so(
    database: str, tmp_path: Path
) -> None:
    load_round(database)
    document = json.dumps(story("Hei.", age_band=None) | {"receipt_hash": None})
    document = document.replace('"receipt_hash": null, ', "")
    values = f"id, id, 'x', '2026-W02', true, '{document}' FROM round RETURNING NULL"
    columns = "(id, round, receipt_hash, week, has_story, document)"
    in_loop(outside.rows(database, f"INSERT INTO response {columns} SELECT {values}"))
    modules = nlp_without_weights(tmp_path)
    for words in (("worker", "--once"), ("release", "--round", CODE)):
        done = run(database, *words, check=False, modules=modules)
        assert done.returncode == 1, done.stderr
        assert "Error: The weights of the language engine" in done.stderr
        assert "docs/nlp.md" in done.stderr
        assert "Traceback" not in done.stderr
    assert in_loop(outside.rows(database, "SELECT count(*) FROM annotation")) == [(0,)]
    assert in_loop(outside.rows(database, "SELECT count(*) FROM release")) == [(0,)]


def test_the_day_of_a_release_is_today_unless_another_is_given(
    terminal: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "runde.yaml"
    path.write_text(file_text(), "utf-8")
    terminal.run("round", "load", path)
    assert terminal.run("release", "--round", CODE).exit_code == 0
    found = in_loop(
        outside.rows(terminal.environment["FORTELL_DATABASE"], "SELECT published FROM release")
    )
    assert str(found[0][0]) == datetime.date.today().isoformat()


def test_the_command_is_installed() -> None:
    assert subprocess.run([FORTELL, "--version"], check=True, capture_output=True).stdout


def test_a_command_starts_without_the_language_engines_libraries() -> None:
    """They take seconds, and most commands read no story."""
    code = "import sys, server.cli; sys.exit(bool({'spacy', 'torch'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)


LICENSED = """\
instruments:
  - id: fremmed
    name: {nb: Fremmed, nn: Framand, en: Foreign}
    status: licensed
    licence: CC BY-NC 9.0
    source: Written for a test.
    validated: false
    wording: {nb: "1", nn: "1", en: "1"}
    items:
      - id: fr1
        text: {nb: Hvordan, nn: Korleis, en: How}
        options:
          - {value: 1, label: {nb: Godt, nn: Godt, en: Well}}
          - {value: 2, label: {nb: Vondt, nn: Vondt, en: Badly}}
"""


def test_a_round_asks_with_licensed_wording_when_its_licence_is_said(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exports.use_instruments.__globals__, "_added", {})
    path, mine = tmp_path / "runde.yaml", str(tmp_path / "mine.yaml")
    path.write_text(file_text().replace("mt10", "fremmed"), "utf-8")
    Path(mine).write_text(LICENSED, "utf-8")
    refused(terminal.run("round", "check", path), "fremmed")
    said = "fremmed: its licence is 'CC BY-NC 9.0', one of its own"
    refused(terminal.run("round", "check", path, instruments=mine), "FORTELL_LICENCES", said)
    done = terminal.run("round", "check", path, instruments=mine, licences="fremmed=CC BY-NC 9.0")
    assert done.output == f"{path} is a round: {CODE}.\n"
