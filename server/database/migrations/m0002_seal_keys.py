"""Rounds that are there already get a key each."""

import secrets

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import UUID, Varchar
from piccolo.table import Table

ID = "2026-11-22T09:00:00:000002"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="fortell", description=DESCRIPTION)

    # Made anew each time: a table remembers the database that it was first used with.
    class Round(Table, tablename="round", schema=None):
        id = UUID(primary_key=True)
        seal_key = Varchar(length=64)

    async def give_keys() -> None:
        for row in await Round.select(Round.id).where(Round.seal_key == ""):
            key = secrets.token_hex(32)
            await Round.update({Round.seal_key: key}).where(Round.id == row["id"])

    manager.add_raw(give_keys)

    return manager
