"""The table with noise of a round, so that it is drawn once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, Date, ForeignKey, Integer, Text, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table


class Round(Table, tablename="round", schema=None):
    id = UUID(
        default=UUID4(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


ID = "2026-11-23T16:00:00:000014"
VERSION = "1.38.0"
DESCRIPTION = ""

PLAIN = {
    "null": False,
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
COLUMNS = (
    ("id", UUID, {"default": UUID4(), "primary_key": True}),
    (
        "round",
        ForeignKey,
        {
            "references": Round,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "index": True,
        },
    ),
    ("number", Integer, {"default": 0}),
    ("published", Date, {"default": None}),
    ("document", Text, {"default": ""}),
    ("digest", Varchar, {"length": 64, "default": ""}),
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="fortell", description=DESCRIPTION)
    manager.add_table(class_name="OpenRow", tablename="open_table", schema=None, columns=None)
    for name, kind, params in COLUMNS:
        manager.add_column(
            table_class_name="OpenRow",
            tablename="open_table",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=PLAIN | params,
            schema=None,
        )
    return manager
