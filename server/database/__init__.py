"""The database: engines for SQLite and PostgreSQL, the migrations, and what tables share."""

from server.database.connection import (
    DatabaseError,
    close,
    connect,
    erase_deleted,
    erase_overdue,
    insert_new,
    keep_others_waiting,
    migrate,
    ping,
)

__all__ = [
    "DatabaseError",
    "close",
    "connect",
    "erase_deleted",
    "erase_overdue",
    "insert_new",
    "keep_others_waiting",
    "migrate",
    "ping",
]
