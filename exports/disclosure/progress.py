"""How far a release has come, for whoever waits."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Progress = Callable[[str, int, int], None]
"""Is told of a step ("comparing", "auditing"), how much of it is done, and of how much. What it
raises stops the release; a step may be done several times over."""

One = TypeVar("One")


def silent(step: str, done: int, of: int) -> None:
    """Tell nobody."""


def told(step: str, work: Sequence[One], tell: Progress) -> Iterator[One]:
    """Yield work piece by piece, and tell of each that is done."""
    for done, one in enumerate(work):
        tell(step, done, len(work))
        yield one
    tell(step, len(work), len(work))
