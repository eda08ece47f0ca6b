"""Invitations on paper: one slip each, to be cut apart and drawn from a hat."""

from pathlib import Path
from typing import Any

import segno

from server import keys, pages


def write(folder: Path, address: str, code: str, public: str, invitations: list[str]) -> Path:
    """Write a page with a slip for each invitation; it opens and prints without a network.

    Args:
        folder: made when missing. Only its owner may read the page.
        address: where young people answer.
        code: the round's.
        public: the round's public key; slips carry its fingerprint.
        invitations: as `Store.add_round` returned them.

    Returns:
        The page's path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{code}.html"
    page.touch(mode=0o600)
    page.write_text(
        pages.document(
            "signer/slips.html",
            code=code,
            address=address,
            fingerprint=keys.fingerprint(public),
            slips=[slip(f"{address}/r/{code}", invitation) for invitation in invitations],
        ),
        "utf-8",
    )
    return page


def slip(round_address: str, invitation: str) -> dict[str, Any]:
    """An invitation as a slip shows it.

    Args:
        round_address: of the answering page. The invitation stands behind #, which browsers send
            to nobody.
        invitation: 16 letters and digits.
    """
    square = segno.make(f"{round_address}#i={invitation}", micro=False, error="m")
    return {
        "invitation": keys.grouped(invitation),
        "square": square.svg_inline(omitsize=True, border=2),
    }
