"""HTTP for everyone: what happened after a round, as a page and as data."""

import datetime

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from enumerations import Language
from server import errors, pages
from server.act import card, ledger
from server.act.card import Entry
from server.collect import live
from server.pages import AnyRequest
from server.release import service


class Decided(msgspec.Struct):
    """What people in a workshop decided on; `title` is the workshop's."""

    text: str
    due: datetime.date | None
    title: str


class Card(msgspec.Struct):
    """What happened after a round; `published` is null and the lists are empty until it is out."""

    code: str
    published: datetime.date | None
    answers: list[Entry]
    decided: list[Decided]


@get("/r/{code:str}/hva-skjedde", include_in_schema=False)
async def card_page(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """The card as a page."""
    found = await live.live_round(code, datetime.date.today())
    published = await ledger.published_on(found.id)
    return await show(request, found, published, preview=False)


async def show(
    request: AnyRequest,
    found: live.LiveRound,
    published: datetime.date | None,
    preview: bool,
) -> Response[str]:
    """Render the card of a round, or say kindly that there is none yet.

    Args:
        request: tells the language.
        found: the round.
        published: when the card came out, if it did.
        preview: show the card even though it is not out; for those who write it.
    """
    visible = preview or published is not None
    language = pages.language_of(request)
    return pages.page(
        request,
        "act/card.html",
        round=found.definition,
        about=f"/r/{found.definition.code}",
        published=published,
        preview=preview,
        entries=await _entries(found, language) if visible else [],
        decided=await _decided(found) if visible else [],
    )


async def _entries(found: live.LiveRound, language: Language) -> list[Entry]:
    release = await service.latest(found.id)
    return card.entries(release, await ledger.answers(found.id), language)


async def _decided(found: live.LiveRound) -> list[Decided]:
    """What workshops decided; who is responsible is for staff."""
    return [Decided(one.text, one.due, one.title) for one in await ledger.decided(found.id)]


@get(
    "/api/rounds/{code:str}/card",
    tags=["act"],
    responses=errors.described(400, 404),
)
async def card_data(request: AnyRequest, code: FromPath[str]) -> Card:
    """What happened with the answers to a round."""
    found = await live.live_round(code, datetime.date.today())
    published = await ledger.published_on(found.id)
    language = pages.language_of(request)
    shown = await _entries(found, language) if published else []
    decided = await _decided(found) if published else []
    return Card(found.definition.code, published, shown, decided)


routes: list[ControllerRouterHandler] = [
    Router("/", route_handlers=[card_page], exception_handlers=pages.exception_handlers),
    card_data,
]
