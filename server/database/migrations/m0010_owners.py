"""Answers of a service say who sees to them, and when that was begun."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Date, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T04:30:00:000010"
VERSION = "1.38.0"
DESCRIPTION = ""
COMMON = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="fortell", description=DESCRIPTION)

    manager.add_column(
        table_class_name="Action",
        tablename="action",
        column_name="owner",
        db_column_name="owner",
        column_class_name="Varchar",
        column_class=Varchar,
        params=COMMON | {"length": 80, "default": "", "null": False},
        schema=None,
    )

    manager.add_column(
        table_class_name="Action",
        tablename="action",
        column_name="began",
        db_column_name="began",
        column_class_name="Date",
        column_class=Date,
        params=COMMON | {"default": None, "null": True},
        schema=None,
    )

    return manager
