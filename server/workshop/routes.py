"""HTTP for phones and screens: no account, no name, no cookie."""

from uuid import UUID

import msgspec
import segno
from litestar import Controller, Response, Router, delete, get, post, put
from litestar.datastructures import State as AppState
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ASGIApp, ControllerRouterHandler

from enumerations import Language
from server import errors
from server.bodies import JSONRequest
from server.collect.routes import HELPLINES
from server.collect.work import Challenge
from server.pages.built import built_page
from server.workshop import cards, limits, phones, sessions, state, tokens
from server.workshop.cards import NewCard, TakenBack
from server.workshop.live import Stream
from server.workshop.phones import Joined, Joining, Mine, NewChoice, Votes
from server.workshop.service import Workshops
from server.workshop.state import State


class Helpline(msgspec.Struct):
    """Somebody to call; texts by language."""

    number: str
    name: dict[Language, str]
    note: dict[Language, str]


class Joinable(State, kw_only=True):
    """A workshop for phones: with numbers to call, for somebody may write of what hurts."""

    helplines: list[Helpline]


def of(app: AppState) -> Workshops:
    """What this process holds workshops with."""
    found: Workshops = app.workshops
    return found


@get(["/s", "/s/{code:str}"], include_in_schema=False)
async def phone_page() -> Response[bytes]:
    """The participant's page; it reads the code from its address."""
    return built_page("samling/telefon/index.html")


@get("/s/{code:str}/skjerm", include_in_schema=False)
async def screen_page() -> Response[bytes]:
    """The big screen."""
    return built_page("samling/skjerm/index.html")


@get("/s/{code:str}/qr.svg", include_in_schema=False)
async def qr_code(code: FromPath[str], state: AppState) -> Response[bytes]:
    """The address of the participant's page, to be pointed a camera at."""
    row = await sessions.find(code)
    address = f"{state.settings.public_url}/s/{row.code}"
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=8, border=4)
    svg = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(svg.encode(), media_type="image/svg+xml")


class WorkshopController(Controller):
    """A workshop, for phones and screens."""

    path = "/api/workshops/{code:str}"
    tags = ("workshop",)

    @get(responses=errors.described(400, 404))
    async def show(self, code: FromPath[str]) -> Joinable:
        """The workshop as it stands, the same for everybody."""
        seen = await state.of(await sessions.find(code))
        return Joinable(
            **{name: getattr(seen, name) for name in State.__struct_fields__},
            helplines=msgspec.convert(HELPLINES, list[Helpline]),
        )

    @get("/events", include_in_schema=False)
    async def events(
        self, code: FromPath[str], state: AppState, ticket: FromQuery[str] = ""
    ) -> ASGIApp:
        """The state and what changes in it, as server-sent events."""
        held = of(state)
        workshop = await held.id_of(code)
        known = held.mint.is_ours(ticket, workshop, phones.TICKET)
        return Stream(held.rooms, workshop, ticket=ticket if known else "")

    @get("/work", responses=errors.described(400, 404))
    async def work(self, code: FromPath[str], state: AppState) -> Challenge:
        """Work to be done before joining, when many join at once."""
        held = of(state)
        return held.turnstile.challenge(await held.id_of(code))

    @post("/phones", responses=errors.described(400, 404, 409, 413))
    async def join(self, code: FromPath[str], data: JSONBody[Joining], state: AppState) -> Joined:
        """Let a phone in. What it gets is secret, and all that it is known by."""
        held = of(state)
        workshop = await held.id_of(code)
        held.check_work(workshop, data)
        token = held.mint.make(workshop, phones.TOKEN)
        most = held.most_phones
        await held.make(workshop, lambda row: phones.join(row, tokens.hash_of(token), most))
        return Joined(token, held.mint.make(workshop, phones.TICKET))

    @put("/cards/{card:uuid}", responses=errors.described(400, 401, 403, 404, 409, 413, 429))
    async def put_card(
        self,
        code: FromPath[str],
        card: FromPath[UUID],
        data: JSONBody[NewCard],
        request: JSONRequest,
        state: AppState,
    ) -> dict[str, str]:
        """Write a card, or change it while writing is open; the same again changes nothing."""
        held = of(state)
        workshop, phone = await _phone(held, code, request)
        await held.make(workshop, lambda row: cards.put(row, card, data, phone, held.written))
        return {"status": "kept"}

    @delete(
        "/cards/{card:uuid}",
        status_code=200,
        responses=errors.described(400, 401, 403, 404, 409, 413, 429),
    )
    async def take_back(
        self,
        code: FromPath[str],
        card: FromPath[UUID],
        data: JSONBody[TakenBack],
        request: JSONRequest,
        state: AppState,
    ) -> dict[str, str]:
        """Delete a card for its writer."""
        held = of(state)
        workshop, phone = await _phone(held, code, request)
        await held.make(
            workshop, lambda row: cards.take_back(row, card, data.key, phone, held.written)
        )
        return {"status": "gone"}

    @put("/votes", responses=errors.described(400, 401, 404, 409, 413, 429))
    async def vote(
        self, code: FromPath[str], data: JSONBody[Votes], request: JSONRequest, state: AppState
    ) -> dict[str, str]:
        """Put a phone's votes in place of those it had."""
        held = of(state)
        workshop, phone = await _phone(held, code, request)
        await held.make(workshop, lambda row: phones.vote(row, phone, data.cards))
        return {"status": "kept"}

    @put("/choices/{card:uuid}", responses=errors.described(400, 401, 404, 409, 413, 429))
    async def choose(
        self,
        code: FromPath[str],
        card: FromPath[UUID],
        data: JSONBody[NewChoice],
        request: JSONRequest,
        state: AppState,
    ) -> dict[str, str]:
        """Choose among the ideas of the card that is talked about, or none of them."""
        held = of(state)
        workshop, phone = await _phone(held, code, request)
        await held.make(workshop, lambda row: phones.choose(row, phone, card, data))
        return {"status": "kept"}

    @get("/mine", responses=errors.described(400, 401, 404, 429))
    async def mine(self, code: FromPath[str], request: JSONRequest, state: AppState) -> Mine:
        """What this phone has voted for and chosen."""
        held = of(state)
        return await phones.mine(*await _phone(held, code, request))


async def _phone(held: Workshops, code: str, request: JSONRequest) -> tuple[UUID, str]:
    """The workshop and the phone's hash, if the phone is not in too much of a hurry."""
    workshop = await held.id_of(code)
    phone = phones.phone_of(held.mint, workshop, request.headers.get("authorization", ""))
    held.pace.keep(phone)
    return workshop, phone


routes: list[ControllerRouterHandler] = [
    phone_page,
    screen_page,
    qr_code,
    Router(
        "/",
        route_handlers=[WorkshopController],
        request_class=JSONRequest,
        request_max_body_size=limits.BODY,
        exception_handlers={
            UnicodeDecodeError: errors.on_unreadable,
            RecursionError: errors.on_unreadable,
        },
    ),
]
