"""Whose stories have been let out for research, so that later files differ by nobody alone."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, Bytea, Date, ForeignKey, Integer
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


ID = "2026-11-23T00:00:00:000007"
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
    ("file", Integer, {"default": 0}),
    ("number", Integer, {"default": 0}),
    ("published", Date, {"default": None}),
    ("members", Bytea, {"default": b""}),
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="fortell", description=DESCRIPTION)
    manager.add_table(
        class_name="StoriesRow", tablename="shared_stories", schema=None, columns=None
    )
    for name, kind, params in COLUMNS:
        manager.add_column(
            table_class_name="StoriesRow",
            tablename="shared_stories",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=PLAIN | params,
            schema=None,
        )
    return manager
