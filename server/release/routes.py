"""HTTP for whoever reads: reports and the release itself. All of it renders the latest release."""

import datetime
from typing import Any

from litestar import Request, Response, Router, get
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

import exports
from enumerations import Language
from exports import Page, Release
from server import errors, pages
from server.act.tables import Card
from server.collect import rounds
from server.collect.rounds import Definition
from server.collect.tables import Round
from server.errors import Problem
from server.release import service
from server.release.others import Others, others

STYLESHEET = "/static/innsikt.css"
AnyRequest = Request[Any, Any, Any]


async def _found(code: str) -> tuple[Round, Definition]:
    found = await rounds.find(code)
    if found is None:
        raise Problem(404, "unknown_round", "No round has this code.", "Check the code.")
    return found


async def _released(code: str) -> tuple[Round, Definition, Release]:
    found = await _found(code)
    made = await service.latest(found[0].id)
    if made is None:
        raise Problem(
            404,
            "not_released",
            "Nothing has been published from this round yet.",
            "Come back later. For staff: fortell release",
        )
    return *found, made


@get("/rapport/{code:str}")
async def index(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """What everybody in the round told, and the way to each service's report."""
    row, definition, made = await _released(code)
    page = await _page(request, row, definition)
    return _html(exports.render_index(made, _language(request, definition), page))


@get("/rapport/{code:str}/{key:str}")
async def report(request: AnyRequest, code: FromPath[str], key: FromPath[str]) -> Response[str]:
    """The report on one service."""
    row, definition, made = await _released(code)
    if key not in {service.key for service in made.catalogue.services}:
        raise Problem(
            404,
            "unknown_service",
            "The round did not ask about this service.",
            "Choose a service from the round's report.",
        )
    page = await _page(request, row, definition)
    return _html(exports.render_report(made, key, _language(request, definition), page))


@get(
    "/api/rounds/{code:str}/release",
    media_type="application/json",
    tags=["release"],
    responses={
        200: ResponseSpec(dict[str, Any], description="The release.", generate_examples=False),
        **errors.described(400, 404),
    },
)
async def document(code: FromPath[str]) -> Response[bytes]:
    """The latest release, byte for byte as it was published."""
    row, _, _ = await _released(code)
    return Response(await service.latest_document(row.id) or b"", media_type="application/json")


@get("/api/rounds/{code:str}/others", tags=["release"], responses=errors.described(400, 404))
async def said_by_others(code: FromPath[str]) -> Others:
    """What others have said, for the answering page; nothing is asked about whoever reads it."""
    return await others(*await _found(code), datetime.date.today())


async def _page(request: AnyRequest, row: Round, definition: Definition) -> Page:
    code = definition.code
    card = await Card.exists().where(Card.round == row.id)
    return Page(
        organisation=rounds.names(definition.organisation.name),
        stylesheet=STYLESHEET,
        index=pages.address(request, f"/rapport/{code}"),
        happened=pages.address(request, f"/r/{code}/hva-skjedde") if card else None,
        services={
            service.key: pages.address(request, f"/rapport/{code}/{service.key}")
            for service in definition.services
        },
        mandate=rounds.mandate_of(definition),
        involvement=rounds.names(definition.involvement),
        privacy=pages.address(request, f"/r/{code}/personvern"),
        accessibility=pages.address(request, f"/r/{code}/tilgjengelighet"),
        languages={
            language.value: f"{request.url.path}?lang={language.value}"
            for language in definition.languages
        },
    )


def _language(request: AnyRequest, definition: Definition) -> Language:
    """The reader's language, if the round has its texts in it."""
    wanted = pages.language_of(request)
    return wanted if wanted in definition.languages else definition.languages[0]


def _html(content: str) -> Response[str]:
    return Response(content, media_type=pages.HTML)


routes: list[ControllerRouterHandler] = [
    document,
    said_by_others,
    Router(
        "/",
        route_handlers=[index, report],
        exception_handlers=pages.exception_handlers,
        include_in_schema=False,
    ),
]
