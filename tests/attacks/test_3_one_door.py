"""Promise 3: every figure, text and screen leaves through the gate, and only with a release."""

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import click
import httpx
import polars as pl
import pyreadstat
import pytest
from click.testing import CliRunner, Result
from litestar import Litestar

import exports
from exports import Dataset, Figure, OpenTable, Release, Share, Stories
from nlp.codebook import CODEBOOK_FILE
from server import demo
from server.app import create_app
from server.cli import main
from server.collect import live
from server.collect.responses import decode
from server.collect.tables import Response
from server.release import service
from server.release.service import ReleaseError
from server.release.tables import ReleaseRow
from server.settings import Settings
from server.staff import accounts
from tests.attacks import doors
from tests.attacks.doors import CANARY, ROUTES, Door, Seen, numbers, routes, walk
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.conftest import NAME, PASSWORD, sign_in
from tests.server.process import serving
from tests.server.rounds import CODE, file_text, today
from tests.server.working import Working

anyio = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
EXACT = {doors.ANSWERED, doors.TOLD, doors.ABOUT_NAV, doors.AGREED}
STRANGE = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")


def test_every_route_is_known_to_this_test(app_without_database: Litestar) -> None:
    assert routes(app_without_database).keys() == ROUTES.keys(), (
        "Say in tests/attacks/doors.py what may come out of the new route, and when it may change."
    )


@pytest.fixture
def app_without_database() -> Litestar:
    return create_app(Settings())


@pytest.fixture
async def staff(app: Litestar) -> Any:
    """A browser in which somebody is signed in, beside the `client` that nobody is."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as browser:
        await accounts.create_account(NAME, PASSWORD)
        assert (await sign_in(browser, NAME, PASSWORD)).status_code == 303
        yield browser


@dataclass
class Walls:
    """Everything that can be seen from outside, without and with a staff account."""

    client: httpx.AsyncClient
    staff: httpx.AsyncClient
    app: Litestar

    async def seen(self, *strange: str) -> dict[tuple[str, Door], Seen]:
        by = {
            "anybody": await walk(self.client, self.app, strange=strange),
            "staff": await walk(self.staff, self.app, below="/stab"),
        }
        return {
            (who, door): seen for who, all_seen in by.items() for door, seen in all_seen.items()
        }


def path_of(address: str) -> str:
    return next(path for path, route in ROUTES.items() if address in route.addresses)


@anyio
async def test_nothing_that_is_seen_changes_with_answers_only_with_a_release(
    app: Litestar, client: httpx.AsyncClient, staff: httpx.AsyncClient, database: str
) -> None:
    await doors.load_round()
    assert (await client.post(f"/api/rounds/{CODE}/responses", json=doors.SENT)).is_success
    walls = Walls(client, staff, app)

    async def publish() -> None:
        await service.publish(CODE, today())

    async def arrive(first: int, last: int) -> None:
        await doors.send_and_read(client, first, last)
        await doors.send(client, last, last + 7)

    steps: list[tuple[str, Callable[[], Any]]] = [
        ("answers", lambda: doors.send_and_read(client, 0, doors.ANSWERED - 1)),
        ("release", publish),
        ("card", doors.publish_card),
        ("answers", lambda: arrive(122, 152)),
        ("release", publish),
    ]
    before = await walls.seen()
    moved: set[tuple[str, str]] = set()
    for what, happens in steps:
        await happens()
        after = await walls.seen()
        changed = {(who, door) for who, door in before if before[who, door] != after[who, door]}
        for who, (method, address, body) in changed:
            path = path_of(address)
            assert what in ROUTES[path].changes_with, (what, who, method, address, body)
            moved.add((what, path))
        before = after
    expected = {(what, path) for path, route in ROUTES.items() for what in route.changes_with}
    deleting = {pair for pair in expected if pair[1].endswith("/slett")}
    assert moved == expected - deleting, "the walk does not see what is published"
    assert CANARY.encode() in await outside.everything(database)
    for seen in before.values():
        assert CANARY not in seen.text.lower()


@anyio
async def test_no_response_holds_an_exact_count_or_what_somebody_wrote(
    app: Litestar, client: httpx.AsyncClient, staff: httpx.AsyncClient
) -> None:
    await doors.load_round()
    await doors.send_and_read(client, 0, doors.ANSWERED)
    rows = await Response.select(Response.id, Response.receipt_hash, Response.document)
    documents = [decode(row["document"]) for row in rows]
    assert {
        len(documents),
        sum(bool(document.stories) for document in documents),
        sum(document.services == ["nav"] for document in documents),
        sum(document.answers["mt1"] == 4 for document in documents),
    } == EXACT
    secrets = {CANARY, *(row["receipt_hash"] for row in rows)}
    secrets |= {form for row in rows for form in (str(row["id"]), row["id"].hex)}
    walls = Walls(client, staff, app)
    for publish in (False, True):
        if publish:
            await service.publish(CODE, today())
            await doors.publish_card()
        for (who, door), seen in (await walls.seen(*(STRANGE if publish else ()))).items():
            assert not [word for word in secrets if word in seen.text.lower()], (who, door)
            assert not numbers(seen.text) & EXACT, (who, door)


@anyio
async def test_a_release_is_replayed_byte_for_byte_or_refused(
    client: httpx.AsyncClient, staff: httpx.AsyncClient, database: str
) -> None:
    await doors.load_round()
    await doors.send_and_read(client, 0, doors.ANSWERED)
    made = await service.publish(CODE, today())
    address = f"/api/rounds/{CODE}/release"
    published = (await client.get(address)).content
    assert published == made.to_bytes()
    row = await ReleaseRow.objects().first()
    assert row is not None
    assert hashlib.sha256(published).hexdigest() == row.digest
    await doors.send_and_read(client, 100, 130)
    assert (await client.get(address)).content == published
    second = await service.publish(CODE, today())
    assert (await client.get(address)).content == second.to_bytes() != published
    kept = await service.history(row.round)
    assert [release.to_bytes() for release in kept.releases] == [published, second.to_bytes()]

    await doors.publish_card()
    pages = {
        client: (f"/rapport/{CODE}", f"/rapport/{CODE}/nav", f"/api/rounds/{CODE}/release"),
        staff: (f"/stab/{CODE}/tiltak", f"/stab/{CODE}/kort", f"/r/{CODE}/hva-skjedde"),
    }
    for browser, addresses in pages.items():
        for address in addresses:
            assert (await browser.get(address)).status_code == 200, address
    changed = """replace(document, '"base":5', '"base":1')"""
    await outside.rows(database, f"UPDATE release SET document = {changed}")
    for browser, addresses in pages.items():
        for address in addresses:
            refused = await browser.get(address)
            assert refused.status_code == 500, address
            assert "om lag" not in refused.text.lower()
    with pytest.raises(ReleaseError, match="changed since it was published"):
        await service.publish(CODE, today())
    assert await ReleaseRow.count() == 2


LOG = r'\{"date": "[\d-]{10}", "level": "info", "logger": "fortell", "event": "[a-z_]+"\}\n'


@dataclass(frozen=True)
class Command:
    """A command: the words after it, and all that it may print; `FILE` is a path."""

    words: tuple[str, ...]
    prints: str
    code: int = 0


FILE = "FILE"
COMMANDS = {
    "migrate": Command((), r"The database is up to date\.\n"),
    "release": Command(
        ("--round", CODE),
        rf"Release 1 of {CODE}: \d+ figures shown, \d+ hidden \(each says why\)\.\n",
    ),
    "export": Command(("--round", CODE, "--output", FILE), r"(?:Wrote [^\n]*\.\n){3,}"),
    "open": Command(  # too few for a table that is more than noise: tests/server/test_open.py
        ("--round", CODE, "--output", FILE),
        r"Error: A count would be off by up to 12, [^\n]*\n",
        code=1,
    ),
    "report": Command(("--round", CODE, "--service", "nav", "--output", FILE), r"Wrote [^\n]*\.\n"),
    "words check": Command(("WORDS",), r"[^\n]* is right: fortell words load [^\n]*\n"),
    "words load": Command(
        ("--round", CODE, "WORDS"),
        rf"Loaded: 0 quotes, [^\n]*\. The reports of {CODE} show them from now on\.\n",
    ),
    "words draw": Command(  # what it writes where tellers were told: tests/server/test_written.py
        ("--round", CODE, "--reader", "ola", "--output", FILE),
        rf"Error: {CODE} has told nobody that stories may be quoted, [^\n]*\n",
        code=1,
    ),
    "coding draw": Command(  # the same: tests/server/test_coding.py
        ("--round", CODE, "--reader", "ola", "--reader", "kari", "--output", FILE),
        rf"Error: {CODE} has told nobody that stories may be quoted, [^\n]*\n",
        code=1,
    ),
    "coding load": Command(
        ("--round", CODE, "WORDS", "WORDS"),
        r"Error: words.yaml, line 1: missing required field `parts`\. Write it\.\n"
        r"[^\n]* `reader`\. Write it\.\n[^\n]* unknown field `questions`\. [^\n]*\n",
        code=1,
    ),
    "round check": Command(("ROUND",), rf"[^\n]* is a round: {CODE}\.\n"),
    "round load": Command(("ROUND",), rf"Loaded\. Answering page: [^\n]*/r/{CODE}\n"),
    "round list": Command((), rf"{CODE}  2026-01-01 – …  Fortell\n"),
    "round preview": Command((CODE,), rf"[^\n]*/r/{CODE}/proev#[0-9a-f]{{32}}\n"),
    "staff add": Command(("ola", "--password", PASSWORD), r"Added\. Sign in at [^\n]*/stab\n"),
    "staff password": Command(("ola", "--password", f"{PASSWORD} 2"), r"Changed\.\n"),
    "nlp annotate": Command(
        ("--input", "STORIES", "--output", FILE), r"1 of 1 stories annotated\n"
    ),
    "worker": Command(
        ("--once",), rf"(?:{LOG})*What was due has been moved to the store and read\.\n"
    ),
    "demo": Command(("--prepare-only", "--data", "DEMO"), ""),
    "serve": Command((), ""),
}
"""Every command, in an order in which they work. Whoever adds one says here what it prints."""

ON_FILES: dict[str, tuple[str, ...]] = {
    "round schema": (),
    "words schema": (),
    "nlp evaluate": ("SENTENCE",),
    "nlp discover": ("STORIES",),
    "nlp summarise": ("--help",),
    "nlp codebook lint": ("CODEBOOK",),
    "nlp codebook map": ("--from", "0.1", "--to", "0.2", "A1_relasjon_tillit"),
    "nlp codebook try-theme": ("--help",),
    "signer round": (CODE, "--invitations", "2", "--out", "SLIPS"),
    "signer serve": ("--help",),
    "signer end": ("--help",),
}
"""Commands that read files of the user's own and never open a database."""


def commands(group: click.Group, above: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield above + name


def test_every_command_is_known_to_this_test() -> None:
    assert set(commands(main)) == COMMANDS.keys() | ON_FILES.keys()


@pytest.mark.parametrize("name", sorted(ON_FILES))
def test_commands_on_files_need_no_database(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sentence = tmp_path / "sentence.jsonl"
    sentence.write_text('{"text": "Filmen er bra .", "label": "positive"}\n', "utf-8")
    stories = tmp_path / "stories.jsonl"
    stories.write_text('{"id": "1", "text": "Bussen er sein."}\n', "utf-8")
    places = {"CODEBOOK": str(CODEBOOK_FILE), "SENTENCE": str(sentence), "STORIES": str(stories)}
    words = [*name.split(), *(places.get(word, word) for word in ON_FILES[name])]
    done = fortell("postgresql://nobody@127.0.0.1:1/none", *words)
    assert done.exit_code == 0, done.output


async def fill(database: str) -> None:
    live.forget()
    app = create_app(Settings(database=database, worker=False))
    async with app.lifespan():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test.local", auth=Working()
        ) as client:
            await doors.load_round()
            await doors.send_and_read(client, 0, doors.ANSWERED)
    live.forget()


def fortell(database: str, *words: str) -> Result:
    """Run a command in a thread, for it starts an event loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        given = {"FORTELL_DATABASE": database}
        return thread.submit(CliRunner().invoke, main, words, env=given).result()


def files(folder: Path, database: str) -> dict[str, str]:
    """What commands are given: files of the user's own."""
    round_file, stories, demo_folder = folder / "r.yaml", folder / "s.jsonl", folder / "demo"
    round_file.write_text(file_text(), "utf-8")
    stories.write_text('{"id": "1", "text": "Hun hørte på meg."}\n', "utf-8")
    there = demo.settings_for(Settings(database=database), demo_folder).sqlite_path
    assert there is not None
    assert there.parent == demo_folder
    there.parent.mkdir()
    there.touch()  # as if the demo municipality were loaded
    words = folder / "words.yaml"
    words.write_text("questions: []\n", "utf-8")
    given = {"ROUND": round_file, "STORIES": stories, "DEMO": demo_folder, "WORDS": words}
    return {name: str(path) for name, path in given.items()}


def test_no_command_prints_or_writes_a_count_or_a_text(
    database: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("files")
    monkeypatch.setattr("logging.root.handlers", [])  # `worker` sets its own
    monkeypatch.setattr("logging.root.level", 30)
    in_loop(fill(database))
    given = files(folder, database)
    for name, command in COMMANDS.items():
        if name == "serve":
            continue
        output = folder / name
        places = given | {FILE: str(output)}
        words = [*name.split(), *(places.get(word, word) for word in command.words)]
        done = fortell(database, *words)
        assert done.exit_code == command.code, (name, done.output)
        assert re.fullmatch(command.prints, done.output), (name, done.output)
        files_written = sorted(output.iterdir()) if output.is_dir() else [output]
        for said in (done.output, *(written(path) for path in files_written if path.exists())):
            assert not numbers(said.replace(str(folder), "")) & EXACT, name
            assert CANARY not in said.lower()
        if name == "export":
            assert len(files_written) == len(exports.formats(Release)) + 1
    log = folder / "log"
    with serving(database, log) as server:
        assert httpx.get(f"{server.url}/rapport/{CODE}").status_code == 200
    assert re.fullmatch(COMMANDS["serve"].prints, log.read_text("utf-8"))


def test_a_data_set_holds_no_text_and_no_way_back_to_an_answer(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of those in the release, none of which stands alone; a second run gives the same."""
    monkeypatch.setattr("logging.root.handlers", [])
    in_loop(fill(database))
    words = ("export", "--data", "--round", CODE, "--output")
    early = fortell(database, *words, str(tmp_path / "early"))
    assert early.exit_code == 1
    assert "Release first" in early.output
    assert fortell(database, "release", "--round", CODE).exit_code == 0
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        done = fortell(database, *words, str(folder))
        assert done.exit_code == 0, done.output
    contents = [{path.name: path.read_bytes() for path in f.iterdir()} for f in folders]
    assert contents[0] == contents[1]
    with serving(database, tmp_path / "log") as server:
        address = f"{server.url}/stab/{CODE}/data/csv"
        assert httpx.get(address).status_code == 303, "only for whoever is signed in"
    (table,) = (path for path in folders[0].iterdir() if path.suffix == ".csv")
    rows = pl.read_csv(table)
    assert rows.height == doors.ANSWERED
    told = [name for name in ("service", "age_band") if name in rows.columns]
    assert min(rows.group_by(told).len()["len"].to_list()) >= 10
    for path in folders[0].iterdir():
        assert CANARY not in written(path).lower()


def test_a_retracted_release_is_shown_nowhere(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logging.root.handlers", [])
    in_loop(fill(database))
    assert fortell(database, "release", "--round", CODE).exit_code == 0
    retract = ("release", "--round", CODE, "--retract", "1")
    assert fortell(database, *retract).exit_code == 1, "a reason is asked for"
    done = fortell(database, *retract, "--why", "Feil tema")
    assert re.fullmatch(rf"Release 1 of {CODE} is not shown any more\. .*\n", done.output)
    assert fortell(database, *retract, "--why", "Feil tema").exit_code == 1
    export = fortell(database, "export", "--round", CODE, "--output", str(tmp_path / "x"))
    assert "Nothing has been released" in export.output
    with serving(database, tmp_path / "log") as server:
        for address in (f"/rapport/{CODE}", f"/rapport/{CODE}/nav", f"/api/rounds/{CODE}/release"):
            assert httpx.get(f"{server.url}{address}").status_code == 404, address
    again = fortell(database, "release", "--round", CODE)
    assert again.output.startswith(f"Release 2 of {CODE}: ")


def written(path: Path) -> str:
    """What can be read in a file; of one that only programs read, the table."""
    content = path.read_bytes()
    assert CANARY.encode() not in content
    readers: dict[str, Callable[[Path], pl.DataFrame]] = {
        ".parquet": pl.read_parquet,
        ".sav": lambda file: pyreadstat.read_sav(file, output_format="polars")[0],
        ".dta": lambda file: pyreadstat.read_dta(file, output_format="polars")[0],
    }
    if path.suffix in readers:
        whole = pl.selectors.float()
        return readers[path.suffix](path).with_columns(whole.cast(pl.Int64)).write_csv()
    styles = r"<style>.*?</style>"  # sizes and fonts, in a file that loads nothing
    return re.sub(styles, "", content.decode(), flags=re.DOTALL)


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(part for part in parts if part != "__init__")
            yield name, ast.parse(path.read_text("utf-8"))


def imported(module: ast.Module) -> set[str]:
    """Full names of what a module imports, wherever in it."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


FRAME = "server.release.frame"


def test_answers_and_what_was_heard_in_them_meet_in_one_module_only() -> None:
    """The engine's module reads answers to hear them; `frame` alone puts the two together.

    `copies` reads stories to find those that are nearly the same, and nothing else of answers.
    """
    tables = {
        "server.collect.tables.Response": "answers",
        "server.collect.tables.Inbox": "answers",
        "server.understand.tables.Annotation": "heard",
    }
    users = {
        name: {table for full, table in tables.items() if full in imported(module)}
        for name, module in modules("server")
    }
    assert {name: found for name, found in users.items() if found} == {
        "server.collect.company": {"answers"},  # picks some, knowing only round and week
        "server.collect.copies": {"answers"},
        "server.collect.inbox": {"answers"},
        "server.collect.keeping": {"answers"},  # deletes their stories
        "server.collect.rounds": {"answers"},  # whether there are any, and more than the quota
        "server.collect.signers": {"answers"},  # whether there are any
        "server.database.connection": {"answers", "heard"},
        "server.release.frame": {"answers", "heard"},
        "server.release.written": {"answers"},  # parts of stories, for those who are named to read
        "server.understand.service": {"answers", "heard"},
        "server.understand.tables": {"answers"},
    }
    taken = {}
    for name, module in modules("server"):
        names = imported(module)
        assert not names & {"server.collect.tables", "server.understand.tables"}, name
        if "polars" in names:
            assert name == "server.release.frame"
        taken[name] = {full.removeprefix(f"{FRAME}.") for full in names if full.startswith(FRAME)}
        if FRAME in taken[name]:
            taken[name] = taken[name] - {FRAME} | of_module(module, "frame")
    assert {name: found for name, found in taken.items() if found} == {
        "server.release.service": {"Answers", "Unread", "agreed", "frame"},
        "server.release.written": {"quotable"},  # single parts, for named people to approve
        "server.release.coding": {"CodedPart", "units"},  # and for two to code
    }


def of_module(module: ast.Module, imported: str) -> set[str]:
    """What is used of a module that is imported whole."""
    return {
        node.attr
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == imported
    }


def attributes(module: ast.Module) -> Counter[str]:
    return Counter(node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute))


GUARDED = ("members", "members_to_bytes", "read_members", "member_columns", "everybody")


def test_the_gate_has_one_door_and_behind_it_there_are_only_releases() -> None:
    for name, module in modules("server"):
        used = attributes(module)
        calls = {ast.unparse(n.func) for n in ast.walk(module) if isinstance(n, ast.Call)}
        for door in ("exports.release", "exports.open_table"):
            assert (door in calls) == (name == "server.release.service"), name
        if any(used[one] for one in GUARDED):
            assert name == "server.release.service"
        if used["raw"] or used["run_ddl"]:
            assert name.startswith("server.database."), f"{name} writes SQL of its own"
    guarded = ("polars", "exports.disclosure.gate", "exports.disclosure.frame")
    for name, module in modules("exports/report", "exports/measures", "exports/formats"):
        used, names = attributes(module), imported(module)
        assert not any(used[one] for one in GUARDED), name
        allowed = "polars" if name.startswith("exports.formats.") else "-"
        assert not [n for n in names for door in guarded if n.startswith(door) and n != allowed]


def test_what_comes_after_the_gate_takes_what_the_gate_let_out() -> None:
    takes: dict[Callable[..., Any], Any] = {
        exports.render_report: Release,
        exports.render_index: Release,
        exports.write: Release | Dataset | Stories,
        exports.write_folder: Release | Dataset | Stories,
        exports.write_codebook: Release | Dataset | Stories,
        exports.write_csv: Release | Dataset | Stories,
        exports.write_parquet: Release | Dataset | Stories,
        exports.write_open: OpenTable,
        exports.share: Figure,
        exports.net_growth: Figure,
        exports.about: Share,
        exports.between: Share,
    }
    for function, kind in takes.items():
        first = next(iter(get_type_hints(function).values()))
        assert first == kind, function
