"""The preview of a round: its questions before they may be answered, for whoever has the link.

The link's token is a MAC under the round's id, which is random and never leaves the database. A
corrected file is a new version of the round with a new id, so an old link stops with its words.
"""

import hashlib
import hmac
from uuid import UUID

from server.collect.live import LiveRound
from server.errors import Problem

LABEL = b"fortell preview 1"


def token_of(round_id: UUID) -> str:
    """The token in the link of a round's preview: 32 hexadecimal digits."""
    return hmac.new(round_id.bytes, LABEL, hashlib.sha256).hexdigest()[:32]


def must_fit(live: LiveRound, token: str) -> None:
    """See that a token is the round's.

    Raises:
        Problem: it is not; nothing of the round is shown.
    """
    if not hmac.compare_digest(token.encode("utf-8", "replace"), token_of(live.id).encode()):
        raise Problem(
            403,
            "preview_wrong",
            "This is not the preview link of this round.",
            "Ask whoever gave you the link for a new one. For staff: fortell round preview CODE",
        )


def nothing_is_sent() -> Problem:
    """What whoever sends an answer from a preview is told."""
    return Problem(
        403,
        "preview_only",
        "This is a preview. Nothing that is answered here is sent or kept.",
        "Open the round's own address to answer it.",
    )
