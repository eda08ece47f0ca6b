"""The documents are true: what they name exists, and what exists is named."""

import ast
import dataclasses
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import msgspec
import polars as pl
import pytest

import exports
from enumerations import Language
from exports import Catalogue, Policy, Service, release
from exports.formats.base import COLUMNS, UNNAMED
from server import database
from server.cli import main
from server.collect import rounds
from server.collect.definition import asked
from server.collect.tables import Inbox, Response, Round
from server.release import words_file
from server.settings import Settings

ROOT = Path(__file__).parents[2]
SKIPPED = {".venv", ".cache", "node_modules", ".pytest_cache", ".hypothesis"}
CODE = ("*.py", "*.yaml", "*.html", "*.ts", "*.tsx")
TREES = ("server", "nlp", "exports", "frontend", "tests", "docs", "benchmarks", "scripts", ".ci")


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    return sorted(p for p in ROOT.rglob("*.md") if not SKIPPED & set(p.relative_to(ROOT).parts))


PAGES = pages()
GUIDES = [p for p in PAGES if p.parent in {ROOT, ROOT / "docs", ROOT / "docs" / "decisions"}]
NAMES = [str(p.relative_to(ROOT)) for p in PAGES]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(text: str, *languages: str) -> list[str]:
    """Fenced blocks in one of the languages ("" for a block that names none)."""
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [block for language, block in found if language in languages]


def commands(text: str, program: str) -> list[str]:
    """What a page tells readers to run: in spans, and in lines of blocks."""
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    lines = [line for block in blocks(text, "", "sh", "ini") for line in block.splitlines()]
    start = re.compile(rf"(?:ExecStart=)?(?:[A-Z_]+=\S+ )*(?:\S*/)?{program} (\S.*)")
    return [found[1] for said in (*spans, *lines) if (found := start.fullmatch(said.strip()))]


def table(text: str, first_column: str) -> list[list[str]]:
    """The rows of the table whose first head is this one."""
    found = re.search(rf"^\| {re.escape(first_column)} \|.*\n\|[-| :]+\n((?:\|.*\n)+)", text, re.M)
    assert found, f"no table begins with the column {first_column}"
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        for row in found[1].splitlines()
    ]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def anchors(page: Path) -> set[str]:
    """Ids that GitHub gives a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    kept = [re.sub(r"[^\w\- ]", "", head.lower()) for head in heads]
    return {head.strip().replace(" ", "-") for head in kept}


# Links and paths


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    dead = []
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(target)
    assert not dead


@pytest.mark.parametrize("page", GUIDES, ids=[str(p.relative_to(ROOT)) for p in GUIDES])
def test_paths_exist(page: Path) -> None:
    said = re.findall(r"`([^`\s]+)`", page.read_text("utf-8"))
    paths = [path for path in said if path.startswith(tuple(f"{tree}/" for tree in TREES))]
    built = ("server/static/",)
    lost = [p for p in paths if not p.startswith(built) and not list(ROOT.glob(p.rstrip("/")))]
    assert not lost


def test_names_in_the_glossary_stand_in_the_files_beside_them() -> None:
    lost = []
    for term, _, _, where in table(read("docs/glossary.md"), "Term"):
        files = [word for word in words(where) if "/" in word or word.endswith(".py")]
        named = [word for word in words(where) if word not in files]
        assert files, term
        text = "".join(read(file) for file in files)
        lost += [name for name in named if name.rpartition(".")[2] not in text]
    assert not lost


def test_readme_shows_two_pictures_and_says_what_is_on_them() -> None:
    pictures = re.findall(r'<img src="([^"]+)"[^>]* alt="([^"]+)"', read("README.md"))
    assert {path for path, _ in pictures} == {
        "docs/pictures/answering.png",
        "docs/pictures/report.png",
    }
    for path, alternative in pictures:
        assert (ROOT / path).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        assert len(alternative) > 80


def test_every_screen_is_pictured_small_and_described() -> None:
    described = r"!\[[^\]]{12,}\]\(pictures/answering/([a-z0-9-]+)\.png\)"
    shown = re.findall(described, read("docs/answering.md"))
    kept = list((ROOT / "docs/pictures/answering").glob("*.png"))
    walked = re.findall(r'yield "([a-z0-9-]+)"', read("tests/browser/screens.py"))
    assert sorted(shown) == sorted(file.stem for file in kept)
    assert set(walked) <= set(shown)
    assert all(file.stat().st_size <= 25_000 for file in kept)


# Commands


def test_make_targets_exist_and_are_explained() -> None:
    makefile = read("Makefile")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    named = {
        target
        for page in GUIDES
        for said in commands(page.read_text("utf-8"), "make")
        for target in said.split(" #")[0].split()
    }
    assert named - targets == set()
    explained = set(re.findall(r"^([a-z]+):.*##", makefile, re.M)) - {"help"}
    contributing = set(re.findall(r"`make ([a-z]+)`", read("CONTRIBUTING.md")))
    assert explained - contributing == set()


def every_command(group: click.Group, path: str = "") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= every_command(command, f"{path}{name} ")
        else:
            found[path + name] = command
    return found


COMMANDS = every_command(main)


def command_of(said: str) -> tuple[str, click.Command] | None:
    """The command that a line means; None where it names none, or a whole group."""
    return next(
        ((n, c) for n, c in COMMANDS.items() if said == n or said.startswith(f"{n} ")), None
    )


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_and_options_exist(page: Path) -> None:
    wrong = []
    for said in commands(page.read_text("utf-8"), "fortell"):
        line = said.split(" #")[0].strip()
        found = command_of(line)
        if found is None:
            if line not in {"…", "--help", "--version"}:
                wrong.append(said)
            continue
        options = {option for parameter in found[1].params for option in parameter.opts}
        given = set(re.findall(r"(?<=\s)--[a-z-]+", line))
        wrong += [f"{said}: {option}" for option in given - options - {"--help"}]
        choices = {
            choice
            for parameter in found[1].params
            if "--format" in parameter.opts and isinstance(parameter.type, click.Choice)
            for choice in parameter.type.choices
        }
        formats = re.findall(r"--format (\S+)", line)
        wrong += [said for name in formats if name not in {*choices, *planned_formats()}]
    assert not wrong


def planned_formats() -> list[str]:
    """Formats that CONTRIBUTING shows how to add."""
    return re.findall(r'^SUFFIX = "\.(\w+)"', read("CONTRIBUTING.md"), re.M)


def test_every_command_is_explained() -> None:
    said = [words(row[0])[0] for row in table(read("docs/running.md"), "Command")]
    explained = {found[0] for line in said if (found := command_of(line.removeprefix("fortell ")))}
    assert explained == set(COMMANDS)


# Settings


def test_settings_and_their_table_agree() -> None:
    documented = {
        words(name)[0]: ((words(default) or [""])[0], help_text)
        for name, default, help_text in table(read("docs/running.md"), "Setting")
    }
    real = {
        f"FORTELL_{item.name.upper()}": (plain(item.default), item.metadata["help"])
        for item in dataclasses.fields(Settings)
    }
    assert documented == real


def plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("page", GUIDES, ids=[str(p.relative_to(ROOT)) for p in GUIDES])
def test_settings_named_in_passing_exist(page: Path) -> None:
    known = {f"FORTELL_{item.name.upper()}" for item in dataclasses.fields(Settings)}
    assert set(re.findall(r"FORTELL_[A-Z_]+", page.read_text("utf-8"))) <= known


# Words


def test_feature_numbers_are_explained_in_the_glossary() -> None:
    explained = {row[0] for row in table(read("docs/glossary.md"), "Number")}
    rooms = [ROOT / name for name in ("server", "nlp", "exports", "frontend/svar")]
    files = [f for room in rooms for kind in CODE for f in room.rglob(kind)]
    files = [f for f in files if "static" not in f.parts] + GUIDES + [ROOT / "enumerations.py"]
    used = {
        number for file in files for number in re.findall(r"\bF[0-6]\d\b", file.read_text("utf-8"))
    }
    assert used == explained


@pytest.mark.parametrize("record", sorted((ROOT / "docs/decisions").glob("*.md")), ids=str)
def test_decisions_have_context_decision_and_consequences(record: Path) -> None:
    text = record.read_text("utf-8")
    number = re.match(r"# 0*(\d+)", text)
    assert number
    assert int(number[1]) == int(record.name[:4])
    heads = re.findall(r"^(?:## )?(Context|Decision|Consequences)\b", text, re.M)
    assert heads == ["Context", "Decision", "Consequences"]


# Examples


def test_the_round_in_for_services_is_right_and_every_field_is_explained() -> None:
    text = read("docs/for-services.md")
    example, said = blocks(text, "yaml")
    assert words_file.parse(said, "docs/for-services.md").quotes
    definition = rounds.parse(example, "docs/for-services.md")
    assert set(definition.languages) == set(Language)
    explained = {name for row in table(text, "Field") for name in words(row[0])}
    assert explained == {field.name for field in msgspec.structs.fields(rounds.Definition)}
    entries = {words(row[0])[0] for row in table(text, "Entry")}
    assert entries == {"services", "age_band", *exports.instruments()}


def test_the_whole_round_in_round_file_is_right_and_uses_everything() -> None:
    text = read("docs/round-file.md")
    (example,) = blocks(text, "yaml")
    definition = rounds.parse(example, "docs/round-file.md")
    fields = {field.name for field in msgspec.structs.fields(rounds.Definition)}
    written = {line.partition(":")[0] for line in example.splitlines() if line[:1].isalpha()}
    assert written == fields - {"invited"}
    steps = set(re.findall(r"[{ ](\w+): ", example))
    assert {"ask", "story", "shuffle_items", "when", "item", "any"} <= steps
    assert "shuffle:" in example
    assert {question.id for question in asked(definition)} >= {"story:n1", "merk1", "besok1"}


def test_columns_and_formats_are_those_of_the_files() -> None:
    text = read("docs/for-researchers.md")
    assert [name for row in table(text, "Column") for name in words(row[0])] == list(COLUMNS)
    assert {words(row[0])[0] for row in table(text, "Format")} == set(exports.formats())


def made_release() -> exports.Release:
    """A release of 40 who chose a service, 20 of them content."""
    name = {"nb": "NAV", "nn": "NAV", "en": "NAV"}
    catalogue = Catalogue((Service("nav", "nav_kontor", name),), (), (), ("2026-Q3",))
    frame = pl.DataFrame(
        {
            "id": [str(number) for number in range(40)],
            "period": ["2026-Q3"] * 40,
            "services": [["nav"]] * 40,
            "has_story": [False] * 40,
            "themes": pl.Series([[]] * 40, dtype=pl.List(pl.String)),
            "themes_positive": pl.Series([[]] * 40, dtype=pl.List(pl.String)),
            "dont_know": pl.Series([[]] * 40, dtype=pl.List(pl.String)),
            "mt1": [1, 5] * 20,
        }
    )
    return release(frame, Policy(catalogue), series="1", published="2026-10-01")


def test_the_example_for_researchers_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exports.write(made_release(), tmp_path / "fjord1-utgivelse-1.csv", "csv")
    monkeypatch.chdir(tmp_path)
    (example,) = blocks(read("docs/for-researchers.md"), "python")
    names: dict[str, Any] = {}
    exec(compile(example, "docs/for-researchers.md", "exec"), names)
    assert names["table"].columns == list(COLUMNS)
    assert names["mentioned"].columns == ["subject", "n", "x"]


def test_the_example_of_new_themes_and_summaries_runs() -> None:
    (example,) = blocks(read("docs/themes-and-summaries.md"), "python")
    waits = ("fire uker", "to måneder", "et halvt år", "ei hel uke", "tre uker", "ni måneder")
    stories = [f"Jeg venta {wait} på time hos {who}." for wait in waits for who in ("BUP", "NAV")]
    names: dict[str, Any] = {"stories": stories}
    exec(compile(example, "docs/themes-and-summaries.md", "exec"), names)
    assert names["summary"].respondents == 10
    assert {sentence.text for sentence in names["summary"].representative} <= set(stories)


def test_the_example_of_a_new_format_is_a_format() -> None:
    (example,) = blocks(read("CONTRIBUTING.md"), "python")
    assert ast.get_docstring(ast.parse(example))
    names: dict[str, Any] = {}
    exec(compile(example, "CONTRIBUTING.md", "exec"), names)
    assert names["SUFFIX"].startswith(".")
    lines = names["render"](made_release(), UNNAMED).decode().splitlines()
    assert [set(msgspec.json.decode(line)) for line in lines] == [set(COLUMNS)] * len(lines)
    assert lines


@pytest.mark.anyio
async def test_the_backup_leaves_out_the_inbox_and_nothing_else(tmp_path: Path) -> None:
    await database.connect(Settings(database=f"sqlite:///{tmp_path / 'fortell.db'}"))
    try:
        await database.migrate()
        asked = Round(code="LUNVIK26", definition="{}", opens="2026-01-05")
        await Round.insert(asked)
        about: dict[str, Any] = {"round": asked.id, "week": "2026-W02"}
        await Inbox.insert(Inbox(receipt_hash="a", document="still waiting", **about))
        await Response.insert(Response(receipt_hash="b", document="it's\n«stored»", **about))
        (backup, restore) = blocks(read("docs/running.md"), "sh")
        assert "--exclude-table-data=inbox" in restore
        script = backup.replace(".venv/bin/python", sys.executable)
        subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True)
    finally:
        await database.close()
    copy = tmp_path / "backup.db"
    assert b"still waiting" not in copy.read_bytes()
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT document FROM response").fetchall() == [
            ("it's\n«stored»",)
        ]
        assert connection.execute("SELECT code FROM round").fetchall() == [("LUNVIK26",)]
    connection.close()
    await database.connect(Settings(database=f"sqlite:///{copy}"))
    try:
        assert await database.migrate() == []
        assert await Inbox.count() == 0
    finally:
        await database.close()
