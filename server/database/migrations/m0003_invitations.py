from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Boolean, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-22T09:00:00:000003"
VERSION = "1.38.0"
DESCRIPTION = "tokens of invited rounds that have been spent"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="fortell", description=DESCRIPTION)

    manager.add_table(class_name="Spent", tablename="spent", schema=None, columns=None)

    manager.add_column(
        table_class_name="Spent",
        tablename="spent",
        column_name="hash",
        db_column_name="hash",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 64,
            "default": "",
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="Spent",
        tablename="spent",
        column_name="waiting",
        db_column_name="waiting",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": True,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager
