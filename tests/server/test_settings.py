"""Settings: known, documented, checked, and read nowhere else."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from server.settings import Settings, SettingsError

ROOT = Path(__file__).parents[2]
NAMES = {f"FORTELL_{field.name.upper()}" for field in fields(Settings)}


def test_every_setting_is_documented_with_its_default_and_no_other_is() -> None:
    text = (ROOT / "docs" / "running.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(FORTELL_\w+)` \| (\S+) \|", text, re.MULTILINE))
    assert rows.keys() == NAMES
    assert set(re.findall(r"FORTELL_\w+", text)) == NAMES
    for field in fields(Settings):
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        shown = f"`{default}`" if default != "" else "–"
        assert rows[f"FORTELL_{field.name.upper()}"] == shown


def test_code_names_no_setting_that_is_unknown() -> None:
    for path in (ROOT / "server").rglob("*.py"):
        assert set(re.findall(r"FORTELL_[A-Z_]+[A-Z]", path.read_text("utf-8"))) <= NAMES, path


def test_the_environment_is_read_at_the_edge_alone() -> None:
    """DESIGN.md: configuration comes in once, as one typed object."""
    reading = {
        path.relative_to(ROOT).as_posix()
        for room in ("server", "nlp", "exports")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\(os\.environ|os\.environ\.get|getenv", path.read_text("utf-8"))
    }
    assert reading == {"server/cli.py"}


def test_values_are_read_from_the_environment() -> None:
    read = Settings.from_environment(
        {
            "FORTELL_DATABASE": "postgresql://u:p@h:5433/d",
            "FORTELL_PORT": "80",
            "FORTELL_WORKER": "False",
            "FORTELL_WORKER_PAUSE": "0.5",
            "FORTELL_BASE_URL": "https://fortell.example.no/",
            "FORTELLING": "no setting of ours",
            "HOME": "/root",
        }
    )
    assert read == Settings(
        database="postgresql://u:p@h:5433/d",
        port=80,
        worker=False,
        worker_pause=0.5,
        base_url="https://fortell.example.no/",
    )
    assert read.public_url == "https://fortell.example.no"
    assert read.sqlite_path is None
    assert Settings().sqlite_path == Path("fortell.db")
    assert replace(read, database="sqlite:////var/f.db").sqlite_path == Path("/var/f.db")
    assert Settings().public_url == "http://127.0.0.1:8321"


WRONG = [
    ("FORTELL_DATABSE", "sqlite:///x.db", "Did you mean FORTELL_DATABASE?"),
    (
        "FORTELL_COLOUR",
        "red",
        "Known settings: FORTELL_BASE_URL, FORTELL_BROWSER, FORTELL_DATABASE",
    ),
    ("FORTELL_", "x", "is not a setting"),
    ("FORTELL_PORT", "åtti", "FORTELL_PORT must be a number."),
    ("FORTELL_PORT", "", "FORTELL_PORT must be a number."),
    ("FORTELL_PORT", "8.5", "FORTELL_PORT must be a number."),
    ("FORTELL_PORT", "0", "FORTELL_PORT must be from 1 to 65535."),
    ("FORTELL_PORT", "65536", "FORTELL_PORT must be from 1 to 65535."),
    ("FORTELL_WORKER", "maybe", "FORTELL_WORKER must be true or false."),
    ("FORTELL_WORKER_PAUSE", "nan", "FORTELL_WORKER_PAUSE must be from 0.01 to 3600."),
    ("FORTELL_WORKER_PAUSE", "0", "FORTELL_WORKER_PAUSE must be from 0.01 to 3600."),
    ("FORTELL_POOL_SIZE", "-1", "FORTELL_POOL_SIZE must be from 1 to 1000."),
    ("FORTELL_OWN_THEMES", "themes-that-are-not-there.yaml", "FORTELL_OWN_THEMES is no file"),
    ("FORTELL_NLP_HEADS", "heads-that-are-not-there.yaml", "FORTELL_NLP_HEADS is no file"),
    ("FORTELL_INSTRUMENTS", "who5-that-is-not-there.yaml", "FORTELL_INSTRUMENTS is no file"),
    ("FORTELL_LICENCES", "who5=CC BY-NC-SA 3.0 IGO", "FORTELL_LICENCES says which licences you"),
    ("FORTELL_SIGNER_DATABASE", "postgresql://h/d", "FORTELL_SIGNER_DATABASE is no file"),
    ("FORTELL_SIGNER_DATABASE", "sqlite:///", "FORTELL_SIGNER_DATABASE is no file"),
    ("FORTELL_SIGNER_DATABASE", "sqlite:///./fortell.db", "are the same file"),
    ("FORTELL_SIGNER_PORT", "0", "FORTELL_SIGNER_PORT must be from 1 to 65535."),
    ("FORTELL_READERS", "0", "FORTELL_READERS must be from 1 to 100."),
    ("FORTELL_WAITING_READINGS", "-1", "FORTELL_WAITING_READINGS must be from 0 to 10000."),
    ("FORTELL_WAITING_ANSWERS", "0", "FORTELL_WAITING_ANSWERS must be from 1 to"),
]
BAD_DATABASES = [
    "",
    "fortell.db",
    "sqlite://fortell.db",
    "sqlite:///",
    "mysql://h/d",
    "postgres://h/d",
]
BAD_DATABASES += [
    "postgresql://h",
    "postgresql://h:port/d",
    "postgresql://[::1/d",
    "postgresql://h:99999/d",
]


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_a_wrong_setting_is_refused_and_what_to_do_is_said(
    name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError) as stopped:
        Settings.from_environment({name: value})
    assert said in str(stopped.value)
    assert name in str(stopped.value)


@pytest.mark.parametrize("address", BAD_DATABASES)
def test_a_wrong_database_is_refused_without_its_password(address: str) -> None:
    secret = address.replace("//h", "//u:hemmelig@h")
    with pytest.raises(SettingsError, match=r"FORTELL_DATABASE.*Use sqlite:///FILE or") as stopped:
        Settings(database=secret)
    assert "hemmelig" not in str(stopped.value)
