"""The seal on a text that this server de-identified: it may be stored as it is.

HMAC-SHA256 (RFC 2104) under a key of the round. It holds no identity and no time, so two tellers
who write the same get the same seal, and it says one thing only: this server took out of this text
what it could find, and proposed these themes.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable

KEY_BYTES = 32


def seal(key: bytes, item: str, text: str, proposed: Iterable[str]) -> str:
    """Seal a de-identified text.

    Args:
        key: of the round.
        item: id of the question that the text answers.
        text: de-identified.
        proposed: ids of the themes that were proposed; their order does not matter.

    Returns:
        43 characters, base64 for addresses without padding.

    Raises:
        ValueError: the round has no key.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("The round has no key to seal with.")
    canonical = json.dumps([item, text, sorted(proposed)], separators=(",", ":"))
    mac = hmac.digest(key, canonical.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def fits(claimed: str, key: bytes, item: str, text: str, proposed: Iterable[str]) -> bool:
    """Whether a seal is the one that this server put on exactly this.

    Args:
        claimed: the seal as it was sent.
        key: of the round, as the other arguments are for `seal`.
        item: as above.
        text: as above.
        proposed: as above.
    """
    return hmac.compare_digest(claimed.encode(), seal(key, item, text, proposed).encode())
