"""Configuration: one typed object, read once from the environment at the edge."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "FORTELL_"
SQLITE = "sqlite:///"


class SettingsError(Exception):
    """A setting is unknown or has a value that cannot be used."""


def _setting(default: Any, help_text: str, least: float = 0, most: float = 1) -> Any:
    return field(default=default, metadata={"help": help_text, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be configured; each field is the environment variable FORTELL_<NAME>."""

    database: str = _setting(
        "sqlite:///fortell.db", "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
    )
    host: str = _setting("127.0.0.1", "address that the server listens on")
    port: int = _setting(8321, "port that the server listens on", 1, 65535)
    base_url: str = _setting("", "public address, for links and QR codes; empty: host and port")
    worker: bool = _setting(True, "run the worker inside the server (false when it runs alone)")
    worker_pause: float = _setting(5.0, "seconds between two looks for waiting work", 0.01, 3600)
    pool_size: int = _setting(8, "connections to PostgreSQL per process", 1, 1000)
    waiting_answers: int = _setting(
        2000, "answers that may wait to be written before new are asked to wait", 1, 1000000
    )
    readers: int = _setting(2, "stories that are de-identified at the same time", 1, 100)
    waiting_readings: int = _setting(
        64, "stories that may wait to be de-identified before new are asked to wait", 0, 10000
    )
    workshop_phones: int = _setting(3000, "phones that one workshop holds", 1, 100000)
    waiting_changes: int = _setting(
        5000, "what phones in workshops send that may wait before new is asked to wait", 1, 1000000
    )
    nlp_heads: str = _setting(
        "", "YAML file of models that take the place of the language engine's heads; empty: none"
    )
    own_themes: str = _setting(
        "", "YAML file of themes of your own, beside the codebook's; empty: none"
    )
    instruments: str = _setting(
        "", "YAML file of instruments to ask with besides Fortell's own; empty: none"
    )
    licences: str = _setting(
        "", "licences that you have for its wording, ID=LICENCE; between them a semicolon"
    )
    browser: str = _setting(
        "", "Chromium that prints workshops' reports to PDF; empty: looked for on this machine"
    )
    signer_database: str = _setting(
        "sqlite:///signer.db", "sqlite:///FILE of the signer, which no other program opens"
    )
    signer_host: str = _setting("127.0.0.1", "address that the signer listens on")
    signer_port: int = _setting(8322, "port that the signer listens on", 1, 65535)
    signer_url: str = _setting(
        "", "public address of the signer, for rounds' files; empty: host and port"
    )

    def __post_init__(self) -> None:
        if not _is_database(self.database):
            raise SettingsError(
                "FORTELL_DATABASE is no address of a database. "
                "Use sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE."
            )
        if not self.signer_database.startswith(SQLITE) or self.signer_database == SQLITE:
            raise SettingsError(
                "FORTELL_SIGNER_DATABASE is no file. Use sqlite:///FILE: PostgreSQL would keep the "
                "order in which invitations are used."
            )
        if self.sqlite_path and self.sqlite_path.absolute() == self.signer_path.absolute():
            raise SettingsError(
                "FORTELL_SIGNER_DATABASE and FORTELL_DATABASE are the same file. Give the signer "
                "a file of its own, better still a machine of its own."
            )
        if self.nlp_heads and not Path(self.nlp_heads).is_file():
            raise SettingsError("FORTELL_NLP_HEADS is no file. Give the path of a YAML file.")
        if self.own_themes and not Path(self.own_themes).is_file():
            raise SettingsError("FORTELL_OWN_THEMES is no file. Give the path of a YAML file.")
        if self.instruments and not Path(self.instruments).is_file():
            raise SettingsError("FORTELL_INSTRUMENTS is no file. Give the path of a YAML file.")
        if self.licences and (not self.instruments or not all(self.licence_by_id.values())):
            raise SettingsError(
                "FORTELL_LICENCES says which licences you have for the wording in "
                "FORTELL_INSTRUMENTS: ID=LICENCE, and a semicolon between two. Correct both."
            )
        for item in fields(self):
            value = getattr(self, item.name)
            least, most = item.metadata["least"], item.metadata["most"]
            if isinstance(value, int | float) and not least <= value <= most:
                name = PREFIX + item.name.upper()
                raise SettingsError(f"{name} must be from {least} to {most}.")

    @property
    def licence_by_id(self) -> Mapping[str, str]:
        """The licences that whoever runs Fortell has, by the instrument's id."""
        said = (entry.partition("=") for entry in self.licences.split(";") if entry.strip())
        return {name.strip(): licence.strip() for name, _, licence in said}

    @property
    def sqlite_path(self) -> Path | None:
        """File of the embedded database, or None when PostgreSQL is used."""
        path = self.database.removeprefix(SQLITE)
        return None if path == self.database else Path(path)

    @property
    def signer_path(self) -> Path:
        """The signer's file."""
        return Path(self.signer_database.removeprefix(SQLITE))

    @property
    def signer_public_url(self) -> str:
        """The signer's address as phones reach it, without a slash at the end."""
        return self.signer_url.rstrip("/") or f"http://{self.signer_host}:{self.signer_port}"

    @property
    def public_url(self) -> str:
        """Address that links and QR codes start with, without a slash at the end."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def secure_cookies(self) -> bool:
        """Whether staff cookies travel over HTTPS only: when the public address does."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read every FORTELL_ variable.

        Args:
            environment: usually os.environ.

        Raises:
            SettingsError: a name is unknown or a value does not fit; the message says what to do.
        """
        known = {item.name: item for item in fields(cls)}
        values = {}
        for key, raw in environment.items():
            if not key.startswith(PREFIX):
                continue
            name = key[len(PREFIX) :].lower()
            if name not in known:
                raise SettingsError(f"{key} is not a setting. {_suggest(name, list(known))}")
            values[name] = _convert(key, raw, type(known[name].default))
        return cls(**values)


def _is_database(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme == "sqlite":
        return address.startswith(SQLITE) and address != SQLITE
    return parts.scheme == "postgresql" and len(parts.path) > 1


def _suggest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    names = ", ".join(PREFIX + other.upper() for other in (near or sorted(known)))
    return f"Did you mean {names}?" if near else f"Known settings: {names}."


def _convert(key: str, raw: str, kind: type) -> Any:
    if kind is bool:
        choices = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if raw.lower() not in choices:
            raise SettingsError(f"{key} must be true or false.")
        return choices[raw.lower()]
    try:
        return kind(raw)
    except ValueError:
        raise SettingsError(f"{key} must be a number.") from None
