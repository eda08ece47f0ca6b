"""What somebody sees who holds the disk or the database, without the program."""

import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg


def file_of(database: str) -> Path:
    return Path(database.removeprefix("sqlite:///"))


def is_sqlite(database: str) -> bool:
    return database.startswith("sqlite:")


async def rows(database: str, sql: str) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own."""
    if is_sqlite(database):
        connection = sqlite3.connect(file_of(database), isolation_level=None, timeout=30)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()
    other = await asyncpg.connect(database, timeout=10)
    try:
        return [tuple(row) for row in await other.fetch(sql)]
    finally:
        await other.close()


@asynccontextmanager
async def holding(database: str, table: str) -> AsyncIterator[None]:
    """Lock a table against writing (with SQLite: all of them) while the block lasts."""
    if is_sqlite(database):
        connection = sqlite3.connect(file_of(database), isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.close()
        return
    other = await asyncpg.connect(database, timeout=10)
    try:
        async with other.transaction():
            await other.execute(f'LOCK TABLE "{table}" IN EXCLUSIVE MODE')
            yield
    finally:
        await other.close()


@asynccontextmanager
async def writing(database: str, sql: str) -> AsyncIterator[None]:
    """Run a statement that is committed when the block ends, on a connection of its own."""
    if is_sqlite(database):
        connection = sqlite3.connect(file_of(database), isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(sql)
            yield
            connection.execute("COMMIT")
        finally:
            connection.close()
        return
    other = await asyncpg.connect(database, timeout=10)
    try:
        async with other.transaction():
            await other.execute(sql)
            yield
    finally:
        await other.close()


async def tables(database: str) -> list[str]:
    if is_sqlite(database):
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    else:
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return sorted(name for (name,) in await rows(database, sql))


async def everything(database: str) -> bytes:
    """Every byte of SQLite's folder, or every value of every table of PostgreSQL."""
    if is_sqlite(database):
        folder = file_of(database).parent
        return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    found = []
    for table in await tables(database):
        found += [str(text) for (text,) in await rows(database, f'SELECT t::text FROM "{table}" t')]
    return "\n".join(found).encode()


def spellings(text: str) -> set[bytes]:
    """Ways in which a text could lie on a disk."""
    return {
        form
        for spelling in {text, text.lower(), text.upper(), text.replace(" ", "")}
        for form in (
            spelling.encode(),
            spelling.encode("utf-16-le"),
            spelling.encode().hex().encode(),
            spelling.encode("unicode_escape"),
        )
    }


def found_in(content: bytes, texts: Iterable[str]) -> list[str]:
    """Those of some texts that a content holds, however they are written."""
    return [text for text in texts if any(form in content for form in spellings(text))]


def address_of(database: str) -> tuple[str, str]:
    """A server where databases are made, and this database's name."""
    parts = urlsplit(database)
    return parts._replace(path="/postgres").geturl(), parts.path.lstrip("/")
