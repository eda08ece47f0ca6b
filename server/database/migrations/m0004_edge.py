"""A key for proof of work, answers that may be held back, and who has looked at those."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, Bytea, Column, ForeignKey, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table


class Account(Table, tablename="account", schema=None):
    id = UUID(default=UUID4(), null=False, primary_key=True)


class Round(Table, tablename="round", schema=None):
    id = UUID(default=UUID4(), null=False, primary_key=True)


ID = "2026-11-22T17:00:00:000004"
VERSION = "1.38.0"
DESCRIPTION = "proof of work, held answers"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="fortell", description=DESCRIPTION)
    manager.add_table(class_name="Secret", tablename="secret", schema=None, columns=None)
    manager.add_table(class_name="Look", tablename="look", schema=None, columns=None)

    def add(table: str, name: str, kind: type[Column], **params: Any) -> None:
        manager.add_column(
            table_class_name=table,
            tablename=table.lower(),
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params={
                "null": False,
                "primary_key": False,
                "unique": False,
                "index": False,
                "index_method": IndexMethod.btree,
                "choices": None,
                "db_column_name": None,
                "secret": False,
            }
            | params,
            schema=None,
        )

    def refer(table: str, name: str, to: type[Table], **params: Any) -> None:
        rules = {"on_delete": OnDelete.cascade, "on_update": OnUpdate.cascade}
        more = {"references": to, "target_column": None, "null": True, "default": None}
        add(table, name, ForeignKey, **rules, **more, **params)

    add("Secret", "name", Varchar, length=20, default="", primary_key=True)
    add("Secret", "value", Bytea, default=b"", secret=True)
    add("Response", "held", Varchar, length=8, default="")
    add("Look", "id", UUID, default=UUID4(), primary_key=True)
    refer("Look", "round", Round, index=True)
    refer("Look", "account", Account)
    add("Look", "act", Varchar, length=12, default="")
    add("Look", "week", Varchar, length=8, default="")
    return manager
