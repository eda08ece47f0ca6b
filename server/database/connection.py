"""Which database is in use: opened once per process, bound to every table."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, redirect_stdout
from io import StringIO
from operator import attrgetter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litestar.channels import ChannelsBackend
from litestar.channels.backends.memory import MemoryChannelsBackend
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.columns import Column
from piccolo.conf.apps import AppConfig
from piccolo.table import Table

from server.database.sqlite import KeptSQLiteEngine
from server.settings import Settings

os.environ["PICCOLO_CONF"] = "server.database.piccolo_conf"


PATIENCE = 5.0
"""Seconds to wait for a lock that somebody else holds."""

MIGRATING = 4673658
"""Number of the lock that a process takes on PostgreSQL while it migrates."""


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


_current: list[Any] = []


def is_connected() -> bool:
    """Whether a database is open in this process."""
    return bool(_current)


def current() -> Any:
    """The engine of this process.

    Raises:
        DatabaseError: nothing has been connected yet.
    """
    if not _current:
        raise DatabaseError("No database is connected. Call server.database.connect() first.")
    return _current[0]


async def connect(settings: Settings) -> None:
    """Open the database named in the settings and bind every table to it.

    Args:
        settings: its `database` names a file or a server.

    Raises:
        DatabaseError: the file cannot be opened or the server does not answer.
    """
    engine = await _open(settings)
    _current[:] = [engine]
    bound: tuple[type[Table], ...] = (*tables(), Migration)
    for table in bound:
        table._meta.db = engine


async def _open(settings: Settings) -> Any:
    path = settings.sqlite_path
    if path is not None:
        return await _open_sqlite(path)
    return await _open_postgres(settings)


async def _open_sqlite(path: Path) -> KeptSQLiteEngine:
    engine = KeptSQLiteEngine(path, PATIENCE)
    try:
        _check_owner(path)
        await engine.writer()
        await engine.reader()
    except (OSError, sqlite3.Error) as error:
        await engine.close()
        raise DatabaseError(
            f"The database file {path} cannot be opened ({type(error).__name__}). Check that its "
            "folder exists, that this user may write there, and that the disk is not full."
        ) from error
    return engine


def _check_owner(path: Path) -> None:
    """See that the file opens, in this thread, for aiosqlite leaves one where it does not.

    Raises:
        DatabaseError: another program has marked it as its own, such as a signer.
    """
    with closing(sqlite3.connect(path)) as connection:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
    if mark:
        raise DatabaseError(
            f"The database file {path} is another program's, such as a signer's. Set "
            "FORTELL_DATABASE to a file that only Fortell's server opens."
        )


async def _open_postgres(settings: Settings) -> Any:
    try:
        import asyncpg

        from server.database.postgres import PooledPostgresEngine
    except ImportError as error:
        raise DatabaseError(
            "PostgreSQL needs its driver. Install it with: pip install 'fortell[postgres]'"
        ) from error
    engine = PooledPostgresEngine(settings.database, PATIENCE)
    try:
        await engine.start_connection_pool(min_size=1, max_size=settings.pool_size)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        host = urlsplit(settings.database).hostname or "its socket"
        raise DatabaseError(
            f"PostgreSQL at {host} does not answer or refuses us ({type(error).__name__}). Check "
            "FORTELL_DATABASE, that the server runs, and that the database exists."
        ) from error
    return engine


async def close() -> None:
    """Close the database; nothing happens when none is open."""
    while _current:
        engine = _current.pop()
        if isinstance(engine, KeptSQLiteEngine):
            await engine.close()
        else:
            await engine.close_connection_pool()


async def erase_deleted() -> None:
    """See that deleted text leaves the disk: with SQLite at once, else with the next looks."""
    await current().erase_deleted()


async def erase_overdue() -> None:
    """Erase what a killed process left, or what something kept from being erased."""
    engine = current()
    if not engine.erased:
        await engine.erase_overdue()


async def insert_new(table: type[Table], rows: Sequence[object], key: Column) -> None:
    """Insert rows, in the present transaction, leaving out those whose `key` is there already.

    Straight through the driver: Piccolo's own insert takes a sixth of an answer's processor time
    more, and afterwards gives rows each other's ids where some were left out.

    Args:
        table: where to.
        rows: each with an attribute for every column.
        key: a unique column.
    """
    engine = current()
    names = [column._meta.name for column in table.all_columns()]
    numbered = engine.engine_type == "postgres"
    places = [f"${place}" if numbered else "?" for place in range(1, len(names) + 1)]
    values = attrgetter(*names)
    await engine.current_transaction.get().connection.executemany(
        f"INSERT INTO {table._meta.tablename} ({', '.join(names)}) "  # noqa: S608 - names only
        f"VALUES ({', '.join(places)}) ON CONFLICT ({key._meta.name}) DO NOTHING",
        [values(row) for row in rows],
    )


def channels_backend() -> ChannelsBackend:
    """How processes that share this database tell each other that something has changed."""
    engine = current()
    if engine.engine_type == "postgres":
        from server.database.channels import SharedChannels

        return SharedChannels(engine)
    return MemoryChannelsBackend()


async def held(query: Any) -> Any:
    """Run a query of Piccolo's and hold its rows until the present transaction ends.

    A transaction of SQLite's holds all there is, since there is one writer.
    """
    return await (query.lock_rows("UPDATE") if current().engine_type == "postgres" else query)


async def keep_others_waiting(table: type[Table]) -> None:
    """Let nobody else change a table until this transaction ends; SQLite has one writer anyway."""
    if current().engine_type == "postgres":
        await table.raw(f"LOCK TABLE {table._meta.tablename} IN SHARE ROW EXCLUSIVE MODE")


async def migrate() -> list[str]:
    """Bring the connected database's tables up to date, wholly or not at all.

    Processes that start together wait for each other.

    Returns:
        Names of the migrations that were applied; empty when all was up to date.
    """
    if not await _missing():
        return []
    async with current().transaction():
        if current().engine_type == "postgres":
            await Migration.raw(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        await Migration.create_table(if_not_exists=True)
        missing = await _missing()
        for module in missing:
            manager: MigrationManager = await module.forwards()
            with redirect_stdout(StringIO()):
                await manager.run()
            await Migration.insert(Migration(name=module.ID, app_name="fortell"))
    return [module.ID for module in missing]


async def _missing() -> list[Any]:
    """Migrations that this database has not seen."""
    done = set()
    if await Migration.table_exists():
        done = set(await Migration.get_migrations_which_ran(app_name="fortell"))
    return [module for module in _migrations() if module.ID not in done]


def _migrations() -> list[Any]:
    from piccolo.apps.migrations.commands.base import BaseMigrationManager

    modules = BaseMigrationManager().get_migration_modules(
        app_config().resolved_migrations_folder_path
    )
    return [modules[name] for name in sorted(modules)]


def app_config() -> AppConfig:
    """The one Piccolo app: every table of every room."""
    return AppConfig(
        app_name="fortell",
        migrations_folder_path=str(Path(__file__).parent / "migrations"),
        table_classes=list(tables()),
    )


def tables() -> tuple[type[Table], ...]:
    """Every table, each defined in the room that owns it."""
    from server.act.tables import Action, Card, Decided
    from server.collect.tables import Inbox, Response, Round, Secret, Spent, Tombstone
    from server.release.tables import (
        DatasetRow,
        OpenRow,
        ReleaseRow,
        Retraction,
        StoriesRow,
        Written,
    )
    from server.staff.tables import Account, Look, Session
    from server.understand.tables import Annotation, Coded, Quoted
    from server.workshop.outcome_tables import (
        CardSentence,
        CardTheme,
        WorkshopAction,
        WorkshopQuestion,
        WorkshopText,
        WorkshopTheme,
    )
    from server.workshop.tables import Choice, Contribution, Phone, Workshop

    return (
        Round, Inbox, Response, Tombstone, Spent, Annotation, ReleaseRow, Action, Card,
        Account, Session, Secret, Look, Retraction, DatasetRow,
        StoriesRow, Quoted, Written, Coded,
        Workshop, Contribution, Phone, Choice,
        WorkshopTheme, CardTheme, CardSentence, WorkshopQuestion, WorkshopAction, WorkshopText,
        Decided, OpenRow,
    )  # fmt: skip


async def ping() -> None:
    """Ask the database for nothing, to see that it answers."""
    await current().run_ddl("SELECT 1")
