"""Bounds on what one phone and one workshop may ask for. Nothing here looks at addresses.

Thirty pupils sit behind one address, so a bound goes by a phone's own secret and by the workshop.
"""

import time
from collections import OrderedDict

from server.errors import Problem

TEXT = 500
"""Longest challenge or idea, in code points."""

WORDS = 1000
"""Longest title, prompt or note."""

NOTES = 50
CARDS_EACH = 20
"""New cards that one phone may send to a workshop."""

BODY = 16 * 1024
"""Largest request, in bytes: a card of four texts of four-byte characters, and what is around."""

STAFF_BODY = 256 * 1024
KNOWN = 20_000
"""Phones whose pace is remembered; the one that has been quiet for longest is forgotten."""


class Bucket:
    """So many at once, and so many each second after that (token bucket).

    Args:
        burst: most at once.
        per_second: how fast room for more comes.
    """

    __slots__ = ("_burst", "_left", "_per_second", "_seen")

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left, self._seen = burst, time.monotonic()

    def take(self) -> bool:
        """Take one; whether there was one left."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Pace:
    """A bucket for each phone, or for each workshop."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._buckets: OrderedDict[object, Bucket] = OrderedDict()

    def take(self, who: object) -> bool:
        """Whether this one may do something now."""
        bucket = self._buckets.pop(who, None) or Bucket(self._burst, self._per_second)
        self._buckets[who] = bucket
        if len(self._buckets) > KNOWN:
            self._buckets.popitem(last=False)
        return bucket.take()

    def keep(self, who: object) -> None:
        """Do as `take`, and refuse.

        Raises:
            Problem: it has been too much.
        """
        if not self.take(who):
            raise Problem(
                429,
                "too_many",
                "This phone sends more than a hand can write.",
                "Wait a few seconds and try again.",
                retry_after=3,
            )
