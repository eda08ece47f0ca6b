"""What every screen shows of a workshop, computed once for all of them."""

import datetime
from collections import Counter
from uuid import UUID

import msgspec

from enumerations import Language
from server.workshop import outcome, tally
from server.workshop.onward import Action
from server.workshop.outcome import Outcome, Theme
from server.workshop.tables import Choice, Contribution, Workshop
from server.workshop.tally import Choices, Tally
from server.workshop.templates import IDEAS, Step, Template, step_of, templates

VOTED = {"talk", "themes", "onward", "closed"}
"""Phases in which votes are shown."""


class Prompts(msgspec.Struct):
    """What the room is asked to write."""

    challenge: str
    ideas: str


class Timer(msgspec.Struct):
    """A timer, as it stood when this was made."""

    seconds_left: int
    running: bool


class Card(msgspec.Struct):
    """A card. `place` is in the ordered list, where `tied` cards share one."""

    id: UUID
    number: int
    challenge: str
    ideas: list[str]
    stage: str | None
    follows: UUID | None
    votes: int | None
    place: int | None
    tied: bool
    themes: list[str]
    revealed: bool
    choices: Choices | None
    notes: list[str]
    hidden: bool


class State(msgspec.Struct, kw_only=True):
    """A workshop as it stands, the same for everybody; nothing in it is about one phone."""

    code: str
    version: int
    title: str
    organisation: str
    held: datetime.date
    deletes: datetime.date
    language: str
    template: str
    phase: str
    stage: str | None
    stages: list[str]
    minutes: int
    prompts: Prompts
    ideas_most: int = IDEAS
    timer: Timer | None
    votes_each: int
    door_open: bool
    phones: int
    written: int
    voted: int
    answered: int
    current: UUID | None
    revealed: bool
    cards: list[Card]
    themes: list[Theme]
    actions: list[Action]


async def of(row: Workshop, staff: bool = False) -> State:
    """Read a workshop's state.

    Args:
        row: the workshop.
        staff: also hidden cards, for who leads it.
    """
    template = templates()[row.template]  # type: ignore[index]
    step = step_of(template, row.phase, row.stage)
    written = await _cards(row)
    counted = await tally.of(row)
    worked_out = await outcome.of(row.id, Language(row.language))
    shown = [card for card in _shown(row, template, written) if staff or not card.hidden]
    ids = {card.id for card in shown}
    current = next((card for card in shown if card.id == row.current), None)
    return State(
        code=row.code,
        version=row.version,
        title=row.title,
        organisation=row.organisation,
        held=row.held,
        deletes=row.deletes,
        language=row.language,
        template=row.template,
        phase=row.phase,
        stage=row.stage or None,
        stages=list(template.stages),
        minutes=step.minutes,
        prompts=Prompts(row.challenge, row.ideas),
        timer=_timer(row, step),
        votes_each=row.votes_each,
        door_open=row.door_open,
        phones=counted.phones,
        written=len(written),
        voted=counted.voted,
        answered=await _answered(row),
        current=current.id if current else None,
        revealed=bool(current and current.revealed),
        cards=_ordered(row, shown, counted, worked_out),
        themes=_without(worked_out.themes, ids),
        actions=worked_out.actions,
    )


async def _cards(row: Workshop) -> list[Contribution]:
    return await Contribution.objects().where(Contribution.workshop == row.id)


def _shown(row: Workshop, template: Template, written: list[Contribution]) -> list[Contribution]:
    """Cards that may be seen now: while all write, only those of stages that are behind."""
    numbered = [card for card in written if card.number is not None]
    if row.phase != "write":
        return numbered
    stages: list[str] = list(template.stages)
    behind = stages[: stages.index(row.stage)] if row.stage else []
    return [card for card in numbered if card.stage in behind]


def _ordered(
    row: Workshop, shown: list[Contribution], counted: Tally, worked_out: Outcome
) -> list[Card]:
    open_votes = row.phase in VOTED
    votes = {card.id: counted.votes[card.id] if open_votes else 0 for card in shown}
    places = _places(list(votes.values()))
    ordered = sorted(shown, key=lambda card: (-votes[card.id], card.number))
    return [
        Card(
            id=card.id,
            number=card.number,
            challenge=card.challenge,
            ideas=msgspec.json.decode(card.ideas, type=list[str]),
            stage=card.stage or None,
            follows=card.follows,
            votes=votes[card.id] if open_votes else None,
            place=places[votes[card.id]][0] if open_votes else None,
            tied=open_votes and places[votes[card.id]][1] > 1,
            themes=worked_out.card_themes.get(card.id, []),
            revealed=card.revealed,
            choices=_choices(card, counted),
            notes=msgspec.json.decode(card.notes, type=list[str]),
            hidden=card.hidden,
        )
        for card in ordered
    ]


def _places(votes: list[int]) -> dict[int, tuple[int, int]]:
    """For each number of votes, its place from 1 on, and how many cards share it."""
    places, next_place = {}, 1
    for number, sharing in sorted(Counter(votes).items(), reverse=True):
        places[number] = (next_place, sharing)
        next_place += sharing
    return places


def _choices(card: Contribution, counted: Tally) -> Choices | None:
    if not card.revealed:
        return None
    made = counted.choices.get(card.id) or tally.choices_of([])
    ideas = len(msgspec.json.decode(card.ideas, type=list[str]))
    return Choices(made.counts[:ideas], made.none, made.n, made.texts)


def _timer(row: Workshop, step: Step) -> Timer | None:
    left = row.timer_left
    if row.timer_ends:
        left = seconds_until(row.timer_ends)
    return Timer(left, bool(row.timer_ends)) if left or row.timer_ends or step.minutes else None


def seconds_until(moment: datetime.datetime) -> int:
    """Whole seconds from now to a moment; none when it is past."""
    now = datetime.datetime.now(datetime.UTC)
    return max(0, round((moment - now).total_seconds()))


async def _answered(row: Workshop) -> int:
    """Phones that have chosen at the card that is talked about."""
    if row.current is None or row.phase != "talk":
        return 0
    count: int = await Choice.count().where(Choice.workshop == row.id, Choice.card == row.current)
    return count


def _without(themes: list[Theme], ids: set[UUID]) -> list[Theme]:
    """Themes without the cards that are not shown."""
    return [
        Theme(theme.id, theme.label, [card for card in theme.cards if card in ids], theme.questions)
        for theme in themes
    ]
