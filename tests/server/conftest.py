"""Rounds, releases and people who sign in."""

import datetime
import hashlib
import logging
import re
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import polars as pl
import pytest

import exports
from enumerations import Level
from exports import Catalogue, Group, Policy, Release, Service, Theme
from server.collect import live, rounds
from server.collect.rounds import Definition
from server.collect.tables import Round
from server.release.tables import ReleaseRow
from server.staff import accounts
from tests.server.rounds import today

NAME, PASSWORD = "kari", "lykt hest fjell vaffel"


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    """Commands send every logger to the standard error of their moment; undo it afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    yield
    root.handlers, root.level = handlers, level
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    logging.captureWarnings(False)
    logging.raiseExceptions = True


def words(nb: str) -> dict[str, str]:
    return {"nb": nb, "nn": f"{nb} nn", "en": f"{nb} en"}


def definition(code: str, opened_days_ago: int = 30, **changes: Any) -> Definition:
    described = {
        "code": code,
        "title": words(f"Runde {code}"),
        "organisation": {"key": "lunvik", "name": words("Lunvik kommune")},
        "opens": today() - datetime.timedelta(days=opened_days_ago),
        "closes": None,
        "languages": ["nb", "nn", "en"],
        "mandate": {"decides": words("Kommunedirektøren"), "means": words("Budsjettet")},
        "readers": words("To ansatte"),
        "involvement": words("Ungdomsrådet"),
        "panel": {"name": words("Ungdomspanelet"), "approved": datetime.date(2025, 12, 1)},
        "services": [{"key": "nav", "name": words("NAV"), "class": "nav_kontor"}],
        "questionnaire": ["services", "age_band"],
    }
    return msgspec.convert(described | changes, Definition)


async def make_round(code: str, opened_days_ago: int = 30, **changes: Any) -> Round:
    described = definition(code, opened_days_ago, **changes)
    await rounds.keep(described)
    live.forget()
    found = await rounds.find(code)
    assert found is not None
    return found[0]


THEMES = {
    "A1_tillit": "A",
    "A2_hort": "A",
    "C1_vente": "C",
    "C2_apent": "C",
    "E1_skole": "E",
    "E2_jobb": "E",
    "H1_hap": "H",
}
MENTIONS = {
    "A1_tillit": range(20),
    "A2_hort": range(4),
    "C1_vente": range(7),
    "C2_apent": range(7, 14),
    "E1_skole": range(20),
    "E2_jobb": range(20, 36),
    "H1_hap": range(4),
}
"""Of 40 tellers: area A is shown with A1, C as a whole, of E only its two themes, H not at all."""


def made_release(mentions: dict[str, range] = MENTIONS) -> Release:
    """A release that the real gate made of invented tellers."""
    tellers = [
        {
            "id": f"{number:08x}",
            "period": "2026-Q4",
            "services": ["nav"],
            "has_story": True,
            "themes": (told := [theme for theme, who in mentions.items() if number in who]),
            "themes_positive": told if number % 2 else [],
            "dont_know": [],
        }
        for number in range(40)
    ]
    texts = pl.List(pl.String)
    schema = {"services": texts, "themes": texts, "themes_positive": texts, "dont_know": texts}
    catalogue = Catalogue(
        services=(Service("nav", "nav_kontor", words("NAV")),),
        groups=tuple(Group(key, words(f"Område {key}")) for key in "ACEH"),
        themes=tuple(
            Theme(theme, group, Level.PRACTICE, words(f"Tema {theme}"))
            for theme, group in THEMES.items()
        ),
        periods=("2026-Q4",),
    )
    frame = pl.DataFrame(tellers, schema_overrides=schema)
    return exports.release(frame, Policy(catalogue), series="test", published="2026-10-20")


async def keep_release(row: Round, release: Release, number: int = 1) -> None:
    document = release.to_bytes()
    await ReleaseRow.insert(
        ReleaseRow(
            round=row.id,
            number=number,
            published=datetime.date.fromisoformat(release.published),
            document=document.decode(),
            members=release.members_to_bytes(),
            digest=hashlib.sha256(document).hexdigest(),
        )
    )


async def released_round(code: str = "LUNVIK26", **changes: Any) -> Round:
    row = await make_round(code, **changes)
    await keep_release(row, made_release())
    return row


@pytest.fixture
async def account(client: httpx.AsyncClient) -> tuple[str, str]:
    await accounts.create_account(NAME, PASSWORD)
    return NAME, PASSWORD


@pytest.fixture
async def browser(client: httpx.AsyncClient, account: tuple[str, str]) -> httpx.AsyncClient:
    """A browser in which somebody is signed in."""
    answer = await sign_in(client, *account)
    assert answer.status_code == 303, answer.text
    return client


async def sign_in(
    client: httpx.AsyncClient, name: str, password: str, address: str = "/stab/inn"
) -> httpx.Response:
    token = form_token(await client.get(address))
    return await client.post(
        address, data={"name": name, "password": password, "form_token": token}
    )


def form_token(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page.text)
    assert found is not None, page.text
    return found[1]


async def send(client: httpx.AsyncClient, address: str, **fields: str) -> httpx.Response:
    """Send a form as the page of the change ledger would."""
    token = form_token(await client.get("/stab"))
    return await client.post(address, data={"form_token": token, **fields})
