"""HTTP for what the room works out: themes, questions and actions, for who leads the workshop."""

from functools import partial
from uuid import UUID

from litestar import Controller, Router, delete, get, post, put
from litestar.datastructures import State as AppState
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from enumerations import Language
from server import errors
from server.bodies import JSONRequest
from server.collect.readings import Full
from server.errors import Problem
from server.workshop import limits, onward, outcome, sessions, themes
from server.workshop.door import sent_by_our_page, signed_in_json
from server.workshop.onward import Action, Barrier, Level, NewAction
from server.workshop.outcome import NewQuestions, Outcome
from server.workshop.routes import of
from server.workshop.tables import Workshop
from server.workshop.themes import Said

AT_ONCE = 20
"""Cards that are read before what was found is kept and shown."""


async def _outcome(row: Workshop) -> Outcome:
    return await outcome.of(row.id, Language(row.language))


async def _keep(readings: dict[UUID, themes.Reading], held: Workshop) -> None:
    await themes.keep_readings(held.id, readings)


class OutcomeController(Controller):
    """What a workshop works out; everything answers with all of it."""

    path = "/workshops/{code:str}"

    @post("/propose", status_code=200, guards=[sent_by_our_page])
    async def propose(self, code: FromPath[str], state: AppState) -> Outcome:
        """Let the language engine propose themes for cards that it has not read.

        What the room has said stays. Asked again, it reads what is new.
        """
        row = await sessions.find(code)
        waiting = await themes.waiting(row.id)
        for start in range(0, len(waiting), AT_ONCE):
            readings = {}
            for card, challenge, ideas in waiting[start : start + AT_ONCE]:
                try:
                    readings[card] = await state.readings.read(themes.read, challenge, ideas)
                except Full:
                    raise Problem(
                        503, "busy", "Many texts are read just now.", "Try again in a minute.", 30
                    ) from None
            await of(state).make(row.id, partial(_keep, readings))
        return await _outcome(row)

    @put("/themes", guards=[sent_by_our_page])
    async def say_themes(
        self, code: FromPath[str], data: JSONBody[Said], state: AppState
    ) -> Outcome:
        """Confirm, rename, order and move themes."""
        row = await sessions.find(code)
        await of(state).make(row.id, lambda held: themes.say(held.id, data))
        return await _outcome(row)

    @put("/questions/{theme:str}", guards=[sent_by_our_page])
    async def ask(
        self,
        code: FromPath[str],
        theme: FromPath[str],
        data: JSONBody[NewQuestions],
        state: AppState,
    ) -> Outcome:
        """Write a theme's questions; none brings the proposed ones back."""
        row = await sessions.find(code)
        language = Language(row.language)
        await of(state).make(
            row.id, lambda held: outcome.ask(held.id, theme, language, data.questions)
        )
        return await _outcome(row)

    @get("/actions")
    async def actions(
        self,
        code: FromPath[str],
        level: FromQuery[Level | None] = None,
        barrier: FromQuery[Barrier | None] = None,
    ) -> list[Action]:
        """Actions, all or those of a level or with a barrier."""
        row = await sessions.find(code)
        return await onward.actions(row.id, level, barrier)

    @put("/actions/{action:uuid}", guards=[sent_by_our_page])
    async def save(
        self,
        code: FromPath[str],
        action: FromPath[UUID],
        data: JSONBody[NewAction],
        state: AppState,
    ) -> Outcome:
        """Write an action, or change it."""
        row = await sessions.find(code)
        await of(state).make(row.id, lambda held: onward.save(held.id, action, data))
        return await _outcome(row)

    @delete("/actions/{action:uuid}", status_code=200, guards=[sent_by_our_page])
    async def remove(self, code: FromPath[str], action: FromPath[UUID], state: AppState) -> Outcome:
        """Remove an action."""
        row = await sessions.find(code)
        await of(state).make(row.id, lambda held: onward.delete(held.id, action))
        return await _outcome(row)


routes: list[ControllerRouterHandler] = [
    Router(
        "/stab/api",
        route_handlers=[OutcomeController],
        guards=[signed_in_json],
        request_class=JSONRequest,
        include_in_schema=False,
        request_max_body_size=limits.STAFF_BODY,
        exception_handlers={
            UnicodeDecodeError: errors.on_unreadable,
            RecursionError: errors.on_unreadable,
        },
    )
]
