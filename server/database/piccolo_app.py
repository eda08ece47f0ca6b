"""The one Piccolo app, for `piccolo migrations new fortell --auto` (see CONTRIBUTING)."""

from server.database.connection import app_config

APP_CONFIG = app_config()
