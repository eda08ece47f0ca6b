"""What the answering page will ask for, told to the browser together with the page.

On a bad network a round trip takes 400 ms. Without a hint a phone asks for the page, then the
script, then the texts, then the round, one after the other (RFC 8288, rel=preload).
"""

import re
from pathlib import Path

from enumerations import Language

ROUND = re.compile(r"[A-Z0-9-]{1,20}")
"""What stands in an address of a round as the page asks for it."""


def preloads(static: Path, code: str, wishes: str) -> str:
    """The Link header of the answering page.

    Args:
        static: folder of the built pages.
        code: the round's code as it stands in the address; empty where no round is shown.
        wishes: the Accept-Language header.
    """
    texts = sorted((static / "assets").glob(f"{_guessed(wishes)}-*.json"))
    addresses = [f"/static/assets/{file.name}" for file in texts[:1]]
    if ROUND.fullmatch(code.upper()):
        addresses.append(f"/api/rounds/{code.upper()}")
    return ", ".join(f"<{address}>; rel=preload; as=fetch; crossorigin" for address in addresses)


def _guessed(wishes: str) -> str:
    """The language that the page will choose by itself (`preferred` in svar/lib/i18n.ts)."""
    for wish in wishes.lower().split(","):
        tag = wish.strip().partition(";")[0].partition("-")[0]
        language = Language.BOKMAL if tag == "no" else tag
        if language in set(Language) and language != Language.ENGLISH:
            return str(language)
    return Language.BOKMAL.value
