"""The session of S1 as files: who wrote, voted and chose what, and what that must come to."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Written:
    """A card as it was written; `themes` are those that the room gives it."""

    id: str
    challenge: str
    ideas: list[str]
    themes: list[str]


@cache
def cards() -> list[Written]:
    """Every card, the three that S1 quotes first."""
    lines = (HERE / "cards.jsonl").read_text("utf-8").splitlines()
    return [Written(**json.loads(line)) for line in lines]


@cache
def votes() -> list[list[str]]:
    """Cards that each phone votes for."""
    lines = (HERE / "votes.txt").read_text("utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


@cache
def session() -> dict[str, Any]:
    """Everything else."""
    found: dict[str, Any] = yaml.safe_load((HERE / "session.yaml").read_text("utf-8"))
    return found


@cache
def counted() -> Counter[str]:
    """Votes of each card."""
    return Counter(card for phone in votes() for card in phone)


@cache
def places() -> dict[str, int]:
    """Place of each card that got a vote: one more than those with more votes."""
    count = counted()
    return {card: 1 + sum(other > own for other in count.values()) for card, own in count.items()}


def chosen(card: str) -> list[int]:
    """How many chose ideas 1, 2, 3 and none of them."""
    said = session()["choices"][card]
    return [said.count(choice) for choice in "1230"]


def kept(card: Written) -> list[str]:
    """Themes of a card that the room has."""
    return [theme["id"] for theme in session()["themes"] if theme["id"] in card.themes]
