"""What people write for reports is kept, and quotes go with the stories that they are from."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, ForeignKey, Text
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

KEY = {
    "default": UUID4(),
    "null": False,
    "primary_key": True,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


class Response(Table, tablename="response", schema=None):
    id = UUID(**KEY)


class Round(Table, tablename="round", schema=None):
    id = UUID(**KEY)


ID = "2026-11-23T07:20:26:000011"
VERSION = "1.38.0"
DESCRIPTION = ""

PLAIN = KEY | {"primary_key": False, "default": ""}
REFERENCE = PLAIN | {
    "default": None,
    "on_delete": OnDelete.cascade,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "null": True,
    "index": True,
}
TABLES = {
    "Quoted": {"response": Response, "round": Round},
    "Written": {"round": Round},
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="fortell", description=DESCRIPTION)
    for table, references in TABLES.items():
        manager.add_table(class_name=table, tablename=table.lower(), schema=None, columns=None)
        columns = [("id", UUID, KEY), ("document", Text, PLAIN)]
        columns += [
            (name, ForeignKey, REFERENCE | {"references": other})
            for name, other in references.items()
        ]
        for name, kind, params in columns:
            manager.add_column(
                table_class_name=table,
                tablename=table.lower(),
                column_name=name,
                db_column_name=name,
                column_class_name=kind.__name__,
                column_class=kind,
                params=params,
                schema=None,
            )
    return manager
