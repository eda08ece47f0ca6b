"""The database: engines for SQLite and PostgreSQL, the migrations, and what tables share."""

from server.database.connection import (
    DatabaseError,
    channels_backend,
    close,
    connect,
    erase_deleted,
    erase_overdue,
    held,
    insert_new,
    keep_others_waiting,
    migrate,
    ping,
)

__all__ = [
    "DatabaseError",
    "channels_backend",
    "close",
    "connect",
    "erase_deleted",
    "erase_overdue",
    "held",
    "insert_new",
    "keep_others_waiting",
    "migrate",
    "ping",
]
