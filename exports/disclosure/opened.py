"""A table with noise, as it was drawn: groups of themes, and how many mention each."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from exports.errors import DocumentError
from exports.instruments import Text


@dataclass(frozen=True)
class Mentioned:
    """A group of themes, and how many tellers mention it: with noise, so it may be below nought."""

    id: str
    label: Text
    x: int


@dataclass(frozen=True)
class OpenTable:
    """One draw for a round, which is never drawn again; see `exports.open_table`.

    Args:
        number: of the release that it was drawn beside.
        published: ISO date of the draw.
        series: version of language model and codebook.
        epsilon: that the whole table is differentially private with, when one teller comes or goes.
        bound: groups that one teller counts in, at most.
        error: people that a count is off by at most, in 95 of 100 draws.
        told: tellers, with noise.
        groups: every group of the codebook.
    """

    number: int
    published: str
    series: str
    epsilon: float
    bound: int
    error: int
    told: int
    groups: tuple[Mentioned, ...]

    def to_bytes(self) -> bytes:
        """Return it as canonical JSON (UTF-8, sorted keys)."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode() + b"\n"

    @classmethod
    def from_bytes(cls, document: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            DocumentError: the bytes are not those of a table.
        """
        try:
            data = json.loads(document)
            groups = tuple(Mentioned(**entry) for entry in data["groups"])
            return cls(**data | {"groups": groups})
        except (ValueError, KeyError, TypeError) as error:
            raise DocumentError(
                f"This is not an open table ({type(error).__name__}). "
                "Give the bytes of OpenTable.to_bytes() unchanged."
            ) from None
