"""HTTP for whoever reads: reports and the release itself. All of it renders the latest release."""

import datetime
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

import exports
from enumerations import Language
from exports import Page, Reading, Release
from server import errors, pages
from server.act.tables import Card
from server.collect import rounds
from server.collect.rounds import Definition
from server.collect.tables import Round
from server.errors import Problem
from server.release import paper, service
from server.release.others import Others, others

READER = "for"
"""Parameter of a report's address: who it is read for."""

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
    if key not in {*made.catalogue.places} - {exports.ALL}:
        raise Problem(
            404,
            "unknown_service",
            "The round did not ask about this service.",
            "Choose a service from the round's report.",
        )
    page = await _page(request, row, definition)
    page = replace(page, readings=_readings(request, definition, key))
    before = await service.earlier(row.id, made)
    language, reading = _language(request, definition), _reading(request)
    words = await paper.words_of(row.id)
    return _html(exports.render_report(made, key, language, page, reading, before, words))


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
            key: pages.address(request, f"/rapport/{code}/{key}") for key in _places(definition)
        },
        mandate=rounds.mandate_of(definition),
        involvement=rounds.names(definition.involvement),
        privacy=pages.address(request, f"/r/{code}/personvern"),
        accessibility=pages.address(request, f"/r/{code}/tilgjengelighet"),
        languages={
            language.value: _address(request.url.path, language, _reading(request))
            for language in definition.languages
        },
    )


def _places(definition: Definition) -> list[str]:
    """Keys of what has a report of its own."""
    services = [service.key for service in definition.services]
    return services + [area.key for area in definition.areas]


def _language(request: AnyRequest, definition: Definition) -> Language:
    """The reader's language, if the round has its texts in it."""
    wanted = pages.language_of(request)
    return wanted if wanted in definition.languages else definition.languages[0]


def _reading(request: AnyRequest) -> Reading:
    """Who the reader says that they are; those who work there where it is not said."""
    wanted = request.query_params.get(READER, "")
    return Reading(wanted) if wanted in {*Reading} else Reading.TEAM


def _readings(request: AnyRequest, definition: Definition, key: str) -> dict[Reading, str]:
    path, language = f"/rapport/{definition.code}/{key}", _language(request, definition)
    return {reading: _address(path, language, reading) for reading in Reading}


def _address(path: str, language: Language, reading: Reading) -> str:
    return f"{path}?{urlencode({'lang': language.value, READER: reading.value})}"


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
