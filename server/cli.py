"""The `fortell` command. Each command says in one line what it did, or what to do next."""

import asyncio
import datetime
import json
import os
import re
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from litestar import Litestar

import exports
import nlp
from enumerations import Language
from nlp.cli import nlp_group
from server import database, demo, edge, errors, worker
from server.app import create_app
from server.collect import preview, rounds
from server.collect.definition import CODE
from server.collect.rounds import RoundError
from server.database import DatabaseError
from server.release import coding, paper, words_file, written
from server.release import service as releases
from server.release.coding import CodingError
from server.release.paper import PaperError
from server.release.service import ReleaseError
from server.release.words_file import WordsError
from server.settings import Settings, SettingsError
from server.signer import app as signer
from server.signer import slips
from server.signer.store import SignerError, Store
from server.staff.accounts import AccountError, change_password, create_account

WAITING_CONNECTIONS = 2048
MOST_INVITATIONS = 5000

EXPECTED = (
    AccountError,
    CodingError,
    DatabaseError,
    PaperError,
    ReleaseError,
    RoundError,
    SettingsError,
    SignerError,
    WordsError,
    exports.ExportError,
    nlp.ModelMissing,
)
"""Errors whose message already tells the user what to do."""


class Commands(click.Group):
    """Shows an expected error as one sentence, without a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(context)
        except EXPECTED as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands)
@click.version_option(package_name="fortell")
@click.pass_context
def main(context: click.Context) -> None:
    """Fortell: young people tell, services listen. Settings: FORTELL_… (see docs/running.md)."""
    settings = Settings.from_environment(os.environ)
    if settings.nlp_heads:
        try:
            nlp.use_heads(Path(settings.nlp_heads))
        except ValueError as error:
            raise SettingsError(f"FORTELL_NLP_HEADS: {error}") from error
    if settings.own_themes:
        try:
            nlp.use_own_themes(Path(settings.own_themes))
        except ValueError as error:
            raise SettingsError(f"FORTELL_OWN_THEMES: {error}") from error
    if settings.instruments:
        try:
            exports.use_instruments(Path(settings.instruments), settings.licence_by_id)
        except exports.InstrumentError as error:
            raise SettingsError(f"FORTELL_INSTRUMENTS and FORTELL_LICENCES: {error}") from error
    context.obj = settings


main.add_command(nlp_group)


def _with_database(settings: Settings, work: Callable[[], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        await database.connect(settings)
        try:
            await database.migrate()
            return await work()
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Exception as error:
        if not errors.unavailable(error) and not errors.storage_full(error):
            raise
        raise DatabaseError(
            f"The database does not answer ({type(error).__name__}): another process may hold it, "
            "or its disk may be full. Nothing was half done. Try again."
        ) from error


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Run the server (with the worker inside, unless FORTELL_WORKER=false)."""
    edge.keep_no_trace()
    _with_database(settings, database.ping)
    run_server(settings)


def run_server(settings: Settings) -> None:
    """Serve until stopped; the language engine is there before anybody tells something."""
    _load_engine()
    listening = _listen(settings.host, settings.port, "FORTELL_HOST and FORTELL_PORT")
    _serve(create_app(settings), listening)


def _load_engine() -> None:
    """Without weights a server still shows what is there; with an unfit own theme it must not."""
    try:
        nlp.load()
    except nlp.UnfitTheme:
        raise
    except nlp.ModelMissing:
        return


def _serve(app: Litestar, listening: socket.socket) -> None:
    if not edge.serve(app, listening):
        sys.exit(3)


def _listen(host: str, port: int, names: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=WAITING_CONNECTIONS)
    except OSError as error:
        raise click.ClickException(
            f"The server cannot listen on {host}, port {port} ({error.strerror}). "
            f"Choose others with {names}."
        ) from error


@main.command(name="demo")
@click.option("--data", type=click.Path(path_type=Path), default=Path(".demo"), show_default=True)
@click.option("--prepare-only", is_flag=True, help="Load the demo municipality and stop.")
@click.pass_obj
def demo_command(settings: Settings, data: Path, prepare_only: bool) -> None:
    """Load the demo municipality (Fjordvik) and serve it; prints addresses and a QR code."""
    settings = demo.settings_for(settings, data)
    asyncio.run(demo.prepare(settings, click.echo))
    if not prepare_only:
        demo.announce(settings, _with_database(settings, demo.ready), click.echo)
        run_server(settings)


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database's tables up to date."""

    async def work() -> list[str]:
        await database.connect(settings)
        try:
            return await database.migrate()
        finally:
            await database.close()

    applied = asyncio.run(work())
    click.echo(f"Applied: {', '.join(applied)}" if applied else "The database is up to date.")


@main.command(name="worker")
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@click.pass_obj
def worker_command(settings: Settings, once: bool) -> None:
    """Shuffle answers into the store and read stories, as the server's own worker does."""
    edge.keep_no_trace()
    if once:
        _with_database(settings, worker.once)
        click.echo("What was due has been moved to the store and read.")
    else:
        _load_engine()
        _with_database(settings, lambda: worker.forever(settings.worker_pause, asyncio.Event()))


@main.command()
@click.option("--round", "code", required=True, help="The round's code.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    default=lambda: datetime.date.today().isoformat(),
    help="Date of the release; today when left out.",
)
@click.option("--retract", type=int, help="Take back the release of this number instead.")
@click.option("--why", default="", help="With --retract: the reason, to be kept beside it.")
@click.pass_obj
def release(
    settings: Settings, code: str, day: datetime.datetime, retract: int | None, why: str
) -> None:
    """Let out, through the gate, what may be let out of a round; or take a release back.

    Either a whole release is kept or nothing: it can be stopped at any time, and run again.
    """
    if day.date() > datetime.date.today():
        raise click.ClickException("A release is for ever and cannot lie ahead. Leave --date out.")
    if retract is not None:
        if not why.strip():
            raise click.ClickException("Say with --why why the release is taken back.")
        _with_database(settings, lambda: releases.retract(code, retract, why, day.date()))
        click.echo(f"Release {retract} of {code} is not shown any more. It stays in the audit.")
        return

    async def publish() -> tuple[exports.Release, bool]:
        made = await releases.publish(code, day.date(), _step, _progress)
        return made, await releases.leaves_out_copies(code)

    made, held = _with_database(settings, publish)
    shown = sum(figure.visible for figure in made.figures)
    click.echo(
        f"Release {made.number} of {code}: {shown} figures shown, "
        f"{len(made.figures) - shown} hidden (each says why)."
    )
    if held:
        click.echo(
            "Stories that many sent alike are not counted until somebody has looked at them: "
            f"{settings.public_url}/stab/{code}/like"
        )


@main.command()
@click.option("--round", "code", required=True, help="The round's code.")
@click.option("--data", is_flag=True, help="One row per response, made coarse; kept for ever.")
@click.option(
    "--format",
    "names",
    type=click.Choice(sorted(exports.formats())),
    multiple=True,
    help="May be given several times; every format when left out.",
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The folder.")
@click.pass_obj
def export(settings: Settings, code: str, data: bool, names: tuple[str, ...], output: Path) -> None:
    """Write the latest release of a round to a folder, as files for researchers.

    With --format qdpx it is the stories of those who agreed. A file that is there already is left
    alone, so what was interrupted goes on.
    """
    today = datetime.date.today()
    kind = exports.Stories if "qdpx" in names else exports.Dataset if data else exports.Release
    unfit = set(names) - exports.formats(kind if not data else exports.Dataset).keys()
    if unfit:
        raise click.ClickException(f"{', '.join(sorted(unfit))} cannot be written here. {TOGETHER}")

    async def take_out() -> tuple[
        exports.Release | exports.Dataset | exports.Stories, exports.Study
    ]:
        if kind is exports.Stories:
            return await releases.stories(code, today, _step)
        if kind is exports.Dataset:
            return await releases.dataset(code, today, _step)
        return await releases.to_export(code)

    made, study = _with_database(settings, take_out)
    chosen = names or tuple(exports.formats(kind))
    exports.write_folder(made, output, chosen, study, lambda path: click.echo(f"Wrote {path}."))


@main.command(name="open")
@click.option("--round", "code", required=True, help="The round's code.")
@click.option(
    "--epsilon",
    type=float,
    help="How much the draw may spend, at most 1, or 0.5 where a service is of a sensitive class; "
    "the most there is when left out.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The CSV file.",
)
@click.pass_obj
def open_command(settings: Settings, code: str, epsilon: float | None, output: Path) -> None:
    """Write a table with noise for open data, drawn once for a round: do it when the round is over.

    What it means is written beside it. Every later run gives the same table.
    """
    today = datetime.date.today()
    made, study = _with_database(settings, lambda: releases.open_table(code, today, epsilon, _step))
    for path in exports.write_open(made, output, study):
        click.echo(f"Wrote {path}.")
    click.echo(
        f"Drawn {made.published} with epsilon {made.epsilon:g}, once and for all: its noise is "
        f"at most {made.error} a count in 95 of 100 draws."
    )


TOGETHER = (
    "Stories (qdpx) come with citation, licence and privacy, and without --data; budget comes "
    "without --data."
)

STEPS = {
    "collecting": "Looking for stories whose tellers agreed …",
    "counting": "Reading the answers …",
    "reading": "Reading everything that has been let out …",
    "comparing": "Comparing the answers with it, question by question:",
    "auditing": "Auditing all of it together, question by question:",
    "protecting": "Making rows in which nobody stands out; this may take minutes …",
}


def _step(step: str) -> None:
    """Say what is being done, to a person who waits and not into a file."""
    if os.isatty(2):
        click.echo(STEPS[step], err=True)


def _progress(step: str, done: int, of: int) -> None:
    """Say how far it has come, on one line."""
    if os.isatty(2) and of:
        click.echo(f"\r{STEPS[step]} {done} of {of}", err=True, nl=done == of)


@main.command()
@click.option("--round", "code", required=True, help="The round's code.")
@click.option("--service", default=exports.ALL, show_default=True, help="Its key; * for everybody.")
@click.option(
    "--reading",
    type=click.Choice([str(reading) for reading in exports.Reading]),
    default=exports.Reading.TEAM.value,
    show_default=True,
    help="Who it is written for.",
)
@click.option(
    "--language",
    type=click.Choice([str(language) for language in Language]),
    help="The round's first language when left out.",
)
@click.option(
    "--format", "kind", type=click.Choice(["html", "pdf"]), default="html", show_default=True
)
@click.option(
    "--browser",
    type=click.Path(path_type=Path),
    help="The Chromium that prints; looked for when left out.",
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The file.")
@click.pass_obj
def report(
    settings: Settings,
    code: str,
    service: str,
    reading: str,
    language: str | None,
    kind: str,
    browser: Path | None,
    output: Path,
) -> None:
    """Write a report on the latest release as one file that loads nothing."""
    program = paper.browser(browser) if kind == "pdf" else None
    wanted = Language(language) if language else None
    chosen = paper.Wanted(code, service, exports.Reading(reading), wanted)
    page, published = _with_database(settings, lambda: paper.page(chosen))
    if program:
        click.echo(f"Printing with {program} …")
    made = paper.pdf(page, published, program) if program else page.encode()
    paper.keep(made, output)
    click.echo(f"Wrote {output}.")


@main.group(name="words")
def words_group() -> None:
    """What people write for reports: quotes, interpretations, questions, figures."""


@words_group.command(name="draw")
@click.option("--round", "code", required=True, help="The round's code.")
@click.option(
    "--reader",
    "readers",
    multiple=True,
    required=True,
    help="Account of somebody who is to read; give it once for each.",
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The file.")
@click.pass_obj
def words_draw(settings: Settings, code: str, readers: tuple[str, ...], output: Path) -> None:
    """Draw parts of stories by chance, for named people to choose quotes among.

    It is kept who they are and in which week. The same release gives the same parts each time.
    """
    if output.exists():
        raise click.ClickException(f"{output} is there already. Choose another --output.")
    today = datetime.date.today()
    drawn = _with_database(settings, lambda: written.draw(code, readers, today))
    paper.keep(drawn.encode(), output)
    click.echo(f"Wrote {output}. Only {' and '.join(readers)} may read it.")


@words_group.command(name="load")
@click.option("--round", "code", required=True, help="The round's code.")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def words_load(settings: Settings, code: str, file: Path) -> None:
    """Check a file of words and let the round's reports show them, instead of those before."""
    words = _with_database(settings, lambda: written.load(code, file))
    click.echo(
        f"Loaded: {len(words.quotes)} quotes, {len(words.interpretations)} interpretations, "
        f"{len(words.questions)} questions, {len(words.context)} figures from elsewhere. The "
        f"reports of {code} show them from now on."
    )


@words_group.command(name="check")
@click.argument("file", type=click.Path(path_type=Path))
def words_check(file: Path) -> None:
    """Say whether a file of words is right by itself; everything that is not, with its line."""
    words_file.read(file)
    click.echo(f"{file} is right: fortell words load --round CODE {file}")


@words_group.command(name="schema")
def words_schema() -> None:
    """Print the JSON Schema of a file of words."""
    click.echo(json.dumps(words_file.schema(), ensure_ascii=False, indent=2))


@main.group(name="coding")
def coding_group() -> None:
    """What two people find in a sample of stories, beside tellers and program."""


@coding_group.command(name="draw")
@click.option("--round", "code", required=True, help="The round's code.")
@click.option(
    "--reader",
    "readers",
    multiple=True,
    required=True,
    help="Account of somebody who is to code; give it twice.",
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The folder.")
@click.pass_obj
def coding_draw(settings: Settings, code: str, readers: tuple[str, ...], output: Path) -> None:
    """Draw parts of stories by chance, for two people to code apart: a file for each.

    It is kept who they are and in which week. The same release gives the same parts each time.
    """
    paths = [output / f"{code}-{number}.yaml" for number in range(1, len(readers) + 1)]
    if there := [path for path in paths if path.exists()]:
        raise click.ClickException(f"{there[0]} is there already. Choose another --output.")
    today = datetime.date.today()
    drawn = _with_database(settings, lambda: coding.draw(code, readers, today))
    for path, (name, text) in zip(paths, drawn.items(), strict=True):
        paper.keep(text.encode(), path)
        click.echo(f"Wrote {path}. Only {name} may read it.")


@coding_group.command(name="load")
@click.option("--round", "code", required=True, help="The round's code.")
@click.argument("files", metavar="FILE FILE", type=click.Path(path_type=Path), nargs=2)
@click.pass_obj
def coding_load(settings: Settings, code: str, files: tuple[Path, Path]) -> None:
    """Check both readers' files and keep what they found, instead of what was kept before."""
    _with_database(settings, lambda: coding.load(code, files))
    click.echo(
        f"Loaded. The next release of {code} tells how far people, program and tellers agree, "
        "where enough has been coded."
    )


@main.group(name="round")
def round_group() -> None:
    """Rounds: check a file, load it, list what is loaded."""


@round_group.command(name="check")
@click.argument("files", metavar="FILE…", type=click.Path(path_type=Path), nargs=-1, required=True)
def round_check(files: tuple[Path, ...]) -> None:
    """Say whether rounds' files are right, and everything that is not, with its line."""
    wrong = []
    for file in files:
        try:
            click.echo(f"{file} is a round: {rounds.read(file).code}.")
        except RoundError as error:
            wrong.append(str(error))
    if wrong:
        raise RoundError("\n".join(wrong))


@round_group.command(name="schema")
def round_schema() -> None:
    """Print the JSON Schema of a round's file, for editors that check while one writes."""
    click.echo(json.dumps(rounds.schema(), ensure_ascii=False, indent=2))


@round_group.command(name="load")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def round_load(settings: Settings, file: Path) -> None:
    """Check a round's file and load it."""
    definition = rounds.read(file)
    _with_database(settings, lambda: rounds.keep(definition))
    click.echo(f"Loaded. Answering page: {settings.public_url}/r/{definition.code}")


@round_group.command(name="preview")
@click.argument("code")
@click.pass_obj
def round_preview(settings: Settings, code: str) -> None:
    """Print the link that shows a round before it opens; whoever has it can see the questions."""
    found = _with_database(settings, lambda: rounds.find(code))
    if found is None:
        raise click.ClickException(f"No round has the code {code}. See: fortell round list")
    row, definition = found
    click.echo(f"{settings.public_url}/r/{definition.code}/proev#{preview.token_of(row.id)}")


@round_group.command(name="list")
@click.pass_obj
def round_list(settings: Settings) -> None:
    """List the rounds that are loaded."""
    for row, definition in _with_database(settings, rounds.all_rounds):
        title = definition.title[definition.languages[0]]
        click.echo(f"{row.code}  {row.opens} – {row.closes or '…'}  {title}")


@main.group(name="signer")
def signer_group() -> None:
    """The signer of invited rounds: runs apart from the server, and never opens its database."""


@signer_group.command(name="round")
@click.argument("code")
@click.option("--invitations", type=click.IntRange(1, MOST_INVITATIONS), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the slips.")
@click.pass_obj
def signer_round(settings: Settings, code: str, invitations: int, out: Path) -> None:
    """Make a round's key and its invitations, to be printed."""
    if not re.match(CODE, code):
        raise click.ClickException("A round's code has 4 to 12 capital letters and digits.")
    with closing(Store(settings.signer_path)) as store:
        public, made = store.add_round(code, invitations)
    page = slips.write(out, settings.public_url, code, public, made)
    click.echo(f"Slips to print: {page}. Delete the file when they are printed.")
    click.echo("Put this into the round's file:\n")
    click.echo(f"mode: invited\ninvited:\n  signer: {settings.signer_public_url}\n  key: {public}")


@signer_group.command(name="serve")
@click.pass_obj
def signer_serve(settings: Settings) -> None:
    """Run the signer."""
    edge.keep_no_trace()
    Store(settings.signer_path).close()
    names = "FORTELL_SIGNER_HOST and FORTELL_SIGNER_PORT"
    listening = _listen(settings.signer_host, settings.signer_port, names)
    _serve(signer.create_app(settings.signer_path), listening)


@signer_group.command(name="end")
@click.argument("code")
@click.pass_obj
def signer_end(settings: Settings, code: str) -> None:
    """Forget a round that is over: its key, and which invitations were used."""
    with closing(Store(settings.signer_path)) as store:
        store.end_round(code)
    click.echo(f"The round {code} is forgotten; its invitations open nothing any more.")


@main.group(name="staff")
def staff_group() -> None:
    """Staff accounts."""


@staff_group.command(name="add")
@click.argument("name")
@click.password_option(help="At least 12 characters; asked for when left out.")
@click.pass_obj
def staff_add(settings: Settings, name: str, password: str) -> None:
    """Add an account for somebody who follows up what young people tell."""
    _with_database(settings, lambda: create_account(name, password))
    click.echo(f"Added. Sign in at {settings.public_url}/stab")


@staff_group.command(name="password")
@click.argument("name")
@click.password_option(help="At least 12 characters; asked for when left out.")
@click.pass_obj
def staff_password(settings: Settings, name: str, password: str) -> None:
    """Give an account a new password; whoever is signed in with it is signed out."""
    _with_database(settings, lambda: change_password(name, password))
    click.echo("Changed.")


if __name__ == "__main__":
    sys.exit(main())
