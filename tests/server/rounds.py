"""Round files and answers, small and invented."""

import datetime
import hashlib
import secrets
from typing import Any

import yaml

CODE = "KAIA26"
ITEM = "mt1"


def today() -> datetime.date:
    """The day it is now: a constant would be wrong in a run that goes past midnight."""
    return datetime.date.today()


def words(text: str) -> dict[str, str]:
    return {"nb": text, "nn": f"{text} nn", "en": f"{text} en"}


def described(**changes: Any) -> dict[str, Any]:
    """A round that is open to anybody, as its file says it."""
    return {
        "code": CODE,
        "title": words("Fortell"),
        "organisation": {"key": "lunvik", "name": words("Lunvik kommune")},
        "opens": "2026-01-01",
        "closes": None,
        "languages": ["nb", "nn", "en"],
        "mandate": {"decides": words("Lederen"), "means": words("Budsjettet")},
        "readers": words("To ansatte"),
        "involvement": words("Ungdomsrådet"),
        "panel": {"name": words("Ungdomspanelet"), "approved": "2025-12-01"},
        "services": [
            {"key": "nav", "class": "nav_kontor", "name": words("NAV Lunvik")},
            {"key": "klubb", "class": "fritidsklubb", "name": words("Klubben")},
        ],
        "questionnaire": ["services", "narrativ4.n1", "mt10", "vekst6", "age_band"],
    } | changes


def file_text(**changes: Any) -> str:
    return yaml.safe_dump(described(**changes), allow_unicode=True, sort_keys=False)


def receipt() -> str:
    """What withdraws an answer, as a phone derives it from a receipt of words."""
    return hashlib.sha256(b"fortell receipt 1 withdraw" + secrets.token_bytes(10)).hexdigest()


def hash_of(written: str) -> str:
    return hashlib.sha256(bytes.fromhex(written)).hexdigest()


def answer(written: str | None = None, **changes: Any) -> dict[str, Any]:
    """What the answering page sends."""
    return {
        "receipt_hash": hash_of(written or receipt()),
        "language": "nb",
        "services": ["nav"],
        "answers": {ITEM: 4},
    } | changes


def sealed(
    proposal: dict[str, Any], themes: list[str] | None = None, **said: Any
) -> dict[str, Any]:
    """A story as the page sends it after "Stemmer dette?"; the teller agrees unless told else."""
    kept = {key: proposal[key] for key in ("text", "proposed", "seal")}
    return kept | {"themes": proposal["proposed"] if themes is None else themes, **said}


def story(text: str, written: str | None = None, **changes: Any) -> dict[str, Any]:
    return answer(written, stories={"n1": text}, **changes)
