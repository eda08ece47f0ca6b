"""What the room has said: votes for each card, and choices among its ideas.

These counts are exact: those who are in the room count themselves (DESIGN.md, promise 5).
"""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from server.workshop.tables import Choice, Contribution, Phone, Workshop
from server.workshop.templates import IDEAS


class Choices(msgspec.Struct):
    """How those who answered chose among a card's ideas; `none` is "Ingen av disse".

    `counts` has a place for each idea; `texts` are what was written to "none", in order of words.
    """

    counts: list[int]
    none: int
    n: int
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes and choices by card; cards that nobody chose for are left out."""

    votes: Counter[UUID] = field(default_factory=Counter)
    choices: dict[UUID, Choices] = field(default_factory=dict)
    phones: int = 0
    voted: int = 0


async def of(workshop: Workshop) -> Tally:
    """Count what a workshop has; or what was counted when it was closed."""
    if workshop.counted:
        return await _kept(workshop)
    votes = [
        row["votes"] for row in await Phone.select(Phone.votes).where(Phone.workshop == workshop.id)
    ]
    chosen = await Choice.select(Choice.card, Choice.choice, Choice.text).where(
        Choice.workshop == workshop.id
    )
    by_card: dict[UUID, list[tuple[int, str]]] = {}
    for row in chosen:
        by_card.setdefault(row["card"], []).append((row["choice"], row["text"]))
    return Tally(
        votes=votes_of(votes),
        choices={card: choices_of(made) for card, made in by_card.items()},
        phones=len(votes),
        voted=sum(text != "[]" for text in votes),
    )


async def most_given(workshop: Workshop) -> int:
    """Most votes that one phone has given so far."""
    rows = await Phone.select(Phone.votes).where(Phone.workshop == workshop.id)
    return max((len(msgspec.json.decode(row["votes"], type=set[UUID])) for row in rows), default=0)


def votes_of(phones: list[str]) -> Counter[UUID]:
    """Votes for each card, from what each phone voted for (JSON)."""
    return Counter(
        card
        for text in phones
        if text != "[]"
        for card in msgspec.json.decode(text, type=set[UUID])
    )


def choices_of(made: list[tuple[int, str]]) -> Choices:
    """Count choices, each with the text that came with it."""
    count = Counter(choice for choice, _ in made)
    return Choices(
        counts=[count[idea] for idea in range(1, IDEAS + 1)],
        none=count[0],
        n=len(made),
        texts=sorted(text for choice, text in made if choice == 0 and text),
    )


async def _kept(workshop: Workshop) -> Tally:
    rows = await Contribution.select(
        Contribution.id, Contribution.votes, Contribution.choices
    ).where(Contribution.workshop == workshop.id)
    return Tally(
        votes=Counter({row["id"]: row["votes"] for row in rows}),
        choices={
            row["id"]: msgspec.json.decode(row["choices"], type=Choices)
            for row in rows
            if row["choices"]
        },
        phones=workshop.phones,
        voted=workshop.voted,
    )
