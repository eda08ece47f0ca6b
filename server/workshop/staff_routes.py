"""HTTP for who makes and leads workshops: signed in, from our own pages."""

import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, Router, get, post, put
from litestar.datastructures import State as AppState
from litestar.params import FromPath, JSONBody
from litestar.types import ASGIApp, ControllerRouterHandler

from enumerations import Language
from server import database, errors, pages
from server.bodies import JSONRequest
from server.pages.built import built_page
from server.staff import door as staff_door
from server.staff import sessions as signed
from server.staff.door import AnyRequest, sent_from_our_page, signed_in
from server.workshop import cards, limits, sessions, state
from server.workshop.door import sent_by_our_page, signed_in_json
from server.workshop.live import Stream
from server.workshop.routes import of
from server.workshop.sessions import KEPT_DAYS, NewPrompts, Steering
from server.workshop.state import State
from server.workshop.tables import Workshop
from server.workshop.templates import templates

HOME = "/stab/samlinger"
YEARS_AHEAD = 5


class StepLabel(msgspec.Struct):
    """A step that the workshop can be taken to."""

    phase: str
    stage: str | None
    label: str


class Led(State, kw_only=True):
    """A workshop for who leads it: with hidden cards, and what to say at this step."""

    script: list[str]
    steps: list[StepLabel]


class FormToken(msgspec.Struct):
    """What requests that change something carry in the header X-Form-Token."""

    form_token: str


class Notes(msgspec.Struct, forbid_unknown_fields=True):
    """What was said about a card."""

    texts: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=limits.WORDS)]],
        msgspec.Meta(max_length=limits.NOTES),
    ]


async def led(row: Workshop) -> Led:
    """A workshop as who leads it sees it."""
    return with_script(await state.of(row, staff=True))


def with_script(seen: State) -> Led:
    """Put the words of the step beside a state."""
    words = pages.messages(Language(seen.language))["workshop"]
    steps = [*templates()[seen.template].steps]  # type: ignore[index]
    return Led(
        **{name: getattr(seen, name) for name in State.__struct_fields__},
        script=words["script"][seen.stage or seen.phase],
        steps=[
            StepLabel(step.phase, step.stage, words["steps"][step.stage or step.phase])
            for step in steps
        ],
    )


@get("/", guards=[signed_in])
async def list_page(request: AnyRequest) -> Response[str]:
    """Every workshop, and the form to make one."""
    return await _list_page(request, {})


async def _list_page(
    request: AnyRequest, wrong: dict[str, str], given: dict[str, str] | None = None
) -> Response[str]:
    return staff_door.page(
        request,
        "workshop/list.html",
        status=422 if wrong else 200,
        path=HOME,
        workshops=await sessions.all_workshops(),
        templates=list(templates()),
        days=KEPT_DAYS,
        today=datetime.date.today().isoformat(),
        own_languages={one.value: pages.messages(one)["language_name"] for one in Language},
        wrong=wrong,
        given={"language": pages.language_of(request).value} | (given or {}),
    )


@post("/", guards=[signed_in, sent_from_our_page])
async def make(request: AnyRequest) -> Response[Any]:
    """Make a workshop and go to its page; when something is wrong, the form comes back."""
    given = await staff_door.form(request)
    wrong = {}
    title = given.get("title", "").strip()
    if not title or len(title) > limits.WORDS:
        wrong["title"] = "title"
    try:
        held = _day(given.get("held", ""))
    except ValueError:
        wrong["held"] = "held"
    if (
        given.get("template") not in templates()
        or given.get("language") not in set(Language)
        or given.get("days") not in {str(days) for days in KEPT_DAYS}
    ):
        wrong["template"] = "choose"
    if wrong:
        return await _list_page(request, wrong, given)
    row = await sessions.make(
        given["template"],  # type: ignore[arg-type]
        title,
        Language(given["language"]),
        held,
        given.get("organisation", "")[: limits.WORDS],
        int(given["days"]),
    )
    return pages.redirect(request, f"{HOME}/{row.code}")


def _day(text: str) -> datetime.date:
    """A day as a form gives it; none so far ahead that nothing would ever be deleted."""
    day = datetime.date.fromisoformat(text)
    if day.year > datetime.date.today().year + YEARS_AHEAD:
        raise ValueError
    return day


@get("/{code:str}", guards=[signed_in])
async def lead_page(code: FromPath[str]) -> Response[bytes]:
    """The page to lead a workshop from."""
    await sessions.find(code)
    return built_page("samling/leder/index.html")


@get("/form-token")
async def form_token(request: JSONRequest) -> FormToken:
    """What the page of who leads a workshop puts into its requests."""
    return FormToken(signed.form_token(request.cookies.get(staff_door.COOKIE, "")))


class LeadController(Controller):
    """A workshop, for who leads it."""

    path = "/workshops/{code:str}"

    @get()
    async def show(self, code: FromPath[str]) -> Led:
        """The workshop with hidden cards and the script of its step."""
        return await led(await sessions.find(code))

    @get("/events")
    async def events(self, code: FromPath[str], state: AppState) -> ASGIApp:
        """What changes, as server-sent events."""
        held = of(state)
        return Stream(held.rooms, await held.id_of(code), staff=True)

    @post("/steer", status_code=200, guards=[sent_by_our_page])
    async def steer(self, code: FromPath[str], data: JSONBody[Steering], state: AppState) -> Led:
        """Take the workshop to another step, a card on or off the screens, the timer on or off."""
        held = of(state)
        await held.make(await held.id_of(code), lambda row: sessions.steer(row, data))
        row = await sessions.find(code)
        if row.phase == "closed":
            await database.erase_deleted()
        return await led(row)

    @put("/prompts", guards=[sent_by_our_page])
    async def prompts(
        self, code: FromPath[str], data: JSONBody[NewPrompts], state: AppState
    ) -> Led:
        """Ask the room in other words."""
        held = of(state)
        await held.make(await held.id_of(code), lambda row: sessions.set_prompts(row, data))
        return await led(await sessions.find(code))

    @put("/notes/{card:uuid}", guards=[sent_by_our_page])
    async def notes(
        self, code: FromPath[str], card: FromPath[UUID], data: JSONBody[Notes], state: AppState
    ) -> Led:
        """Keep what was said about a card."""
        held = of(state)
        await held.make(await held.id_of(code), lambda row: cards.set_notes(row, card, data.texts))
        return await led(await sessions.find(code))


routes: list[ControllerRouterHandler] = [
    Router(
        HOME,
        route_handlers=[list_page, make, lead_page],
        exception_handlers={
            **pages.exception_handlers,
            staff_door.NotSignedIn: staff_door.on_not_signed_in,
            staff_door.NotOurForm: staff_door.on_not_our_form,
        },
        include_in_schema=False,
        request_max_body_size=staff_door.BODY_LIMIT,
    ),
    Router(
        "/stab/api",
        route_handlers=[form_token, LeadController],
        guards=[signed_in_json],
        request_class=JSONRequest,
        include_in_schema=False,
        request_max_body_size=limits.STAFF_BODY,
        exception_handlers={
            UnicodeDecodeError: errors.on_unreadable,
            RecursionError: errors.on_unreadable,
        },
    ),
]
