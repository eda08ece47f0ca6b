"""Where Piccolo's own tools look: `DB` is the engine that server.database.connect() opened."""

from typing import Any

from piccolo.conf.apps import AppRegistry

APP_REGISTRY = AppRegistry(apps=["server.database.piccolo_app"])


def __getattr__(name: str) -> Any:
    from server.database import connection

    if name == "DB" and connection.is_connected():
        return connection.current()
    raise AttributeError(name)
