"""Workshops: made from a template, found by their code, led from step to step, closed, deleted."""

import datetime
import re
import secrets
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from enumerations import Language
from server import database
from server.database.connection import current
from server.errors import Problem
from server.workshop import asked, cards, changes, state, tally, texts
from server.workshop.limits import WORDS
from server.workshop.phones import MOST_VOTES
from server.workshop.tables import Contribution, Phone, Workshop
from server.workshop.templates import CLOSED, Name, Step, step_of, templates

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE = 6
_CODE = re.compile(rf"[A-Z0-9]{{{CODE}}}")
FORGOTTEN = datetime.timedelta(days=7)
"""After so long a workshop that nobody closed is closed, so that its phones are forgotten."""

KEPT_DAYS = (7, 30, 90, 365)
"""Days after which a workshop can be deleted, counted from when it is held."""

LONGEST_TIMER = 4 * 3600

Words = Annotated[str, msgspec.Meta(max_length=WORDS)]
Do = Literal[
    "next", "back", "go", "stage", "current", "reveal", "unreveal", "door",
    "timer_start", "timer_stop", "hide", "show", "close", "reopen",
]  # fmt: skip


class Steering(msgspec.Struct, forbid_unknown_fields=True):
    """What who leads the workshop does; `value` is a phase, a stage, a card, seconds, or a door."""

    do: Do
    value: str | int | bool | None = None


class NewPrompts(msgspec.Struct, forbid_unknown_fields=True):
    """What the room is asked, in other words; what is left out stays."""

    challenge: Words | None = None
    ideas: Words | None = None
    title: Words | None = None
    votes_each: Annotated[int, msgspec.Meta(ge=1, le=MOST_VOTES)] | None = None


async def make(
    template: Name,
    title: str,
    language: Language,
    held: datetime.date,
    organisation: str = "",
    days: int = 90,
) -> Workshop:
    """Make a workshop, at its first step, with the template's words.

    Args:
        template: what kind.
        title: its name, shown to everybody.
        language: of its words.
        held: the day.
        organisation: who holds it.
        days: after so many days everything in it is deleted.
    """
    of = templates()[template]
    first = of.steps[0]
    words = asked.first(first, language)
    row = Workshop(
        code="".join(secrets.choice(ALPHABET) for _ in range(CODE)),
        title=texts.wanted(title),
        organisation=texts.plain(organisation),
        language=language.value,
        template=template,
        held=held,
        deletes=held + datetime.timedelta(days=days),
        phase=first.phase,
        stage=first.stage or "",
        challenge=words.challenge,
        ideas=words.ideas,
        votes_each=of.votes_each,
        timer_left=first.minutes * 60,
    )
    await Workshop.insert(row)
    return row


def plain_code(code: str) -> str:
    """A code as it is kept, from what somebody typed."""
    return "".join(code.split()).replace("-", "").upper()


async def find(code: str) -> Workshop:
    """The workshop with this code.

    Raises:
        Problem: there is none.
    """
    plain = plain_code(code)
    if not _CODE.fullmatch(plain):
        raise changes.unknown()
    row = await Workshop.objects().where(Workshop.code == plain).first()
    if row is None:
        raise changes.unknown()
    return row


async def all_workshops() -> list[Workshop]:
    """Every workshop, the latest first."""
    return (
        await Workshop.objects().order_by(Workshop.held, ascending=False).order_by(Workshop.title)
    )


async def set_prompts(row: Workshop, said: NewPrompts) -> None:
    """Ask the room in other words."""
    values: dict[Any, Any] = {
        column: texts.wanted(text)
        for column, text in (
            (Workshop.challenge, said.challenge),
            (Workshop.ideas, said.ideas),
            (Workshop.title, said.title),
        )
        if text is not None
    }
    if said.votes_each is not None:
        if row.phase not in ("write", "read") or row.counted:
            raise cards.wrong_phase()
        if said.votes_each < await tally.most_given(row):
            raise Problem(
                409,
                "votes_given",
                "Somebody has given more votes than that already.",
                "Let phones keep as many votes as they have, or talk about it in the room.",
            )
        values[Workshop.votes_each] = said.votes_each
    if values:
        await _set(row, values)


async def steer(row: Workshop, wish: Steering) -> None:
    """Do what who leads the workshop wants.

    Args:
        row: the workshop, held.
        wish: what to do.

    Raises:
        Problem: it cannot be done now, or the value does not fit.
    """
    await _DOES[wish.do](row, wish.value)


async def _set(row: Workshop, values: dict[Any, Any]) -> None:
    await Workshop.update(values).where(Workshop.id == row.id)


def _steps(row: Workshop) -> list[Step]:
    """Where a workshop can go; once its votes are counted, not back to voting."""
    steps = [*templates()[row.template].steps, CLOSED]  # type: ignore[index]
    return [step for step in steps if step.phase not in ("write", "read")] if row.counted else steps


def _here(row: Workshop) -> Step:
    return step_of(templates()[row.template], row.phase, row.stage)  # type: ignore[index]


async def _move(row: Workshop, by: int) -> None:
    steps = _steps(row)
    place = steps.index(_here(row)) + by
    if 0 <= place < len(steps):
        await _enter(row, steps[place])


async def _next(row: Workshop, _: Any) -> None:
    await _move(row, 1)


async def _back(row: Workshop, _: Any) -> None:
    if row.phase == "closed":
        await _reopen(row, None)
        return
    await _move(row, -1)


async def _go(row: Workshop, value: Any) -> None:
    await _enter(row, _first(row, [step for step in _steps(row) if step.phase == value]))


async def _stage(row: Workshop, value: Any) -> None:
    await _enter(row, _first(row, [step for step in _steps(row) if value and step.stage == value]))


def _first(row: Workshop, steps: list[Step]) -> Step:
    if steps:
        return steps[0]
    if row.counted:
        raise Problem(
            409,
            "counted",
            "The workshop has been closed: its phones are forgotten and its votes counted.",
            "Go on with the talk, the themes, or what comes next.",
        )
    raise _misfit()


async def _enter(row: Workshop, step: Step) -> None:
    """Go to a step; what is left behind stays as it was."""
    if step == _here(row):
        return
    if row.phase == "write":
        await cards.number_new(row)
        await asked.keep(row)
    if step.phase == "closed":
        await close(row)
        return
    words = await asked.at(row, step)
    values: dict[Any, Any] = {
        Workshop.phase: step.phase,
        Workshop.stage: step.stage or "",
        Workshop.challenge: words.challenge,
        Workshop.ideas: words.ideas,
        Workshop.timer_left: step.minutes * 60,
        Workshop.timer_ends: None,
    }
    if step.phase == "talk" and row.current is None:
        values[Workshop.current] = await _first_card(row)
    await _set(row, values)


async def _first_card(row: Workshop) -> UUID | None:
    """The card at the top of the ordered list."""
    votes = (await tally.of(row)).votes
    found = await Contribution.select(Contribution.id, Contribution.number).where(
        Contribution.workshop == row.id,
        Contribution.hidden.eq(False),
        Contribution.number.is_not_null(),
    )
    ordered = sorted(found, key=lambda card: (-votes[card["id"]], card["number"]))
    return ordered[0]["id"] if ordered else None


async def _current(row: Workshop, value: Any) -> None:
    card = await cards.must_be_here(row, _uuid(value))
    await _set(row, {Workshop.current: card.id})


async def _reveal(row: Workshop, value: Any) -> None:
    await cards.set_revealed(row, _card(row, value), True)


async def _unreveal(row: Workshop, value: Any) -> None:
    await cards.set_revealed(row, _card(row, value), False)


async def _door(row: Workshop, value: Any) -> None:
    if not isinstance(value, bool):
        raise _misfit()
    await _set(row, {Workshop.door_open: value})


async def _timer_start(row: Workshop, value: Any) -> None:
    left = _left(row) if value is None else value
    if isinstance(left, bool) or not isinstance(left, int) or not 0 < left <= LONGEST_TIMER:
        raise _misfit()
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=left)
    await _set(row, {Workshop.timer_ends: ends, Workshop.timer_left: left})


async def _timer_stop(row: Workshop, _: Any) -> None:
    await _set(row, {Workshop.timer_left: _left(row), Workshop.timer_ends: None})


def _left(row: Workshop) -> int:
    return state.seconds_until(row.timer_ends) if row.timer_ends else row.timer_left


async def _hide(row: Workshop, value: Any) -> None:
    await cards.set_hidden(row, _uuid(value), True)


async def _show(row: Workshop, value: Any) -> None:
    await cards.set_hidden(row, _uuid(value), False)


async def _close(row: Workshop, _: Any) -> None:
    await _enter(row, CLOSED)


async def _reopen(row: Workshop, _: Any) -> None:
    if row.phase == "closed":
        await _set(row, {Workshop.phase: "onward", Workshop.stage: ""})


_DOES = {
    "next": _next,
    "back": _back,
    "go": _go,
    "stage": _stage,
    "current": _current,
    "reveal": _reveal,
    "unreveal": _unreveal,
    "door": _door,
    "timer_start": _timer_start,
    "timer_stop": _timer_stop,
    "hide": _hide,
    "show": _show,
    "close": _close,
    "reopen": _reopen,
}


def _card(row: Workshop, value: Any) -> UUID:
    if value is None and row.current is not None:
        return row.current
    return _uuid(value)


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value) if isinstance(value, str) else UUID("")
    except ValueError:
        raise _misfit() from None


def _misfit() -> Problem:
    return Problem(
        400, "unknown_value", "The value does not fit what is to be done.", "Load the page again."
    )


async def close(row: Workshop) -> None:
    """Close a workshop: counts stay with the cards, and phones, keys and what links them go."""
    values: dict[Any, Any] = {
        Workshop.phase: "closed",
        Workshop.stage: "",
        Workshop.timer_left: 0,
        Workshop.timer_ends: None,
    }
    if not row.counted:
        counted = await tally.of(row)
        for card in await Contribution.select(Contribution.id).where(
            Contribution.workshop == row.id
        ):
            await _keep_count(card["id"], counted)
        await Phone.delete().where(Phone.workshop == row.id)
        keyless: dict[Any, Any] = {Contribution.key_hash: ""}
        await Contribution.update(keyless).where(Contribution.workshop == row.id)
        values |= {
            Workshop.counted: True,
            Workshop.phones: counted.phones,
            Workshop.voted: counted.voted,
        }
    await _set(row, values)


async def _keep_count(card: UUID, counted: tally.Tally) -> None:
    made = counted.choices.get(card)
    if made or counted.votes[card]:
        chosen = msgspec.json.encode(made).decode() if made else ""
        await Contribution.update(
            {Contribution.votes: counted.votes[card], Contribution.choices: chosen}
        ).where(Contribution.id == card)


async def delete_due(today: datetime.date) -> None:
    """Delete workshops whose time is over, and close those that somebody forgot to close.

    Args:
        today: the date.
    """
    gone = await Workshop.delete().where(Workshop.deletes <= today).returning(Workshop.id)
    forgotten = await Workshop.select(Workshop.id).where(
        Workshop.held < today - FORGOTTEN, Workshop.counted.eq(False)
    )
    for found in forgotten:
        await _close_forgotten(found["id"])
    if gone or forgotten:
        await database.erase_deleted()


async def _close_forgotten(workshop: UUID) -> None:
    async with current().transaction():
        row = await changes.hold(workshop)
        if row is not None:
            await _enter(row, CLOSED)
            await changes.count_on(workshop)
