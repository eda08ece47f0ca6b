"""HTTP for the report: read it, write in it, take it as a file, send its actions onward."""

from pathlib import Path
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from enumerations import Language
from server import pages
from server.collect import rounds
from server.errors import Problem
from server.staff import door
from server.staff.door import AnyRequest, sent_from_our_page, signed_in
from server.workshop import onward, outcome, sessions
from server.workshop.report import files, html
from server.workshop.report.compose import compose
from server.workshop.report.gather import material
from server.workshop.report.model import Document, Section, walk

PIE = "kake"


def _path(code: str) -> str:
    return f"{door.HOME}/samlinger/{code}/rapport"


def _pies(request: AnyRequest) -> bool:
    return request.query_params.get("diagram") == PIE


@get("/samlinger/{code:str}/rapport", guards=[signed_in])
async def report_page(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """The report, with a way to write in each part, and to take it along."""
    return await _page(request, code, request.query_params.get("gjort", ""))


async def _page(request: AnyRequest, code: str, done: str, count: int = 0) -> Response[str]:
    row = await sessions.find(code)
    pies = _pies(request)
    document = compose(await material(row, pies))
    path = _path(row.code)
    names = document.names
    words = pages.messages(Language(row.language))["workshop_report"]
    names["edit"] = words["edit"]
    return door.page(
        request,
        "workshop/report/page.html",
        path=path,
        workshop=row,
        report=html.inside(document, lambda section: f"{path}/tekst/{section}"),
        report_title=document.title,
        lines=document.lines,
        base=path,
        pies=pies,
        formats=list(files.FORMATS),
        rounds=[found.code for _, found in await rounds.all_rounds()],
        done=done if done in {"saved", "sent"} else "",
        count=count,
    )


@get("/samlinger/{code:str}/rapport/tekst/{section:str}", guards=[signed_in])
async def text_page(
    request: AnyRequest, code: FromPath[str], section: FromPath[str]
) -> Response[str]:
    """The form to write a part's text."""
    row = await sessions.find(code)
    part = _part(compose(await material(row)), section)
    written = (await outcome.texts(row.id)).get(section, "")
    return door.page(
        request,
        "workshop/report/text.html",
        path=f"{_path(row.code)}/tekst/{section}",
        workshop=row,
        base=_path(row.code),
        part=part,
        text=written,
        limit=outcome.LONGEST,
    )


def _part(document: Document, section: str) -> Section:
    for found, _ in walk(document.sections):
        if found.id == section and found.editable:
            return found
    raise Problem(404, "not_found", "The report has no such part.", "Go back to the report.")


@post("/samlinger/{code:str}/rapport/tekst/{section:str}", guards=[signed_in, sent_from_our_page])
async def save_text(
    request: AnyRequest, code: FromPath[str], section: FromPath[str]
) -> Response[Any]:
    """Keep a part's text; an empty one brings the fixed text back."""
    row = await sessions.find(code)
    text = (await door.form(request)).get("text", "")
    await outcome.write(row.id, section, text)
    return pages.redirect(request, f"{_path(row.code)}?gjort=saved")


@post("/samlinger/{code:str}/rapport/tiltak", guards=[signed_in, sent_from_our_page])
async def send_actions(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """Put the actions into a round's change ledger."""
    row = await sessions.find(code)
    wanted = (await door.form(request)).get("round", "")
    await onward.into_ledger(row, wanted)
    return pages.redirect(request, f"{_path(row.code)}?gjort=sent")


@get([f"/samlinger/{{code:str}}/rapport.{suffix}" for suffix in files.FORMATS], guards=[signed_in])
async def report_file(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """The report as a file."""
    row = await sessions.find(code)
    suffix = request.url.path.rpartition(".")[2]
    media, make = files.FORMATS[suffix]
    browser = request.app.state.settings.browser
    made = await make(await material(row, _pies(request)), Path(browser) if browser else None)
    return _file(made, media, f"samling-{row.code}.{suffix}")


@get("/samlinger/{code:str}/oppover.csv", guards=[signed_in])
async def lifted_file(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """What is lifted upwards, for whoever gets it."""
    row = await sessions.find(code)
    made = onward.lifted_file(await onward.actions(row.id), Language(row.language))
    return _file(made, "text/csv", f"oppover-{row.code}.csv")


def _file(content: bytes, media: str, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)


routes: list[ControllerRouterHandler] = [
    Router(
        door.HOME,
        route_handlers=[
            report_page,
            text_page,
            save_text,
            send_actions,
            report_file,
            lifted_file,
        ],
        exception_handlers={
            **pages.exception_handlers,
            door.NotSignedIn: door.on_not_signed_in,
            door.NotOurForm: door.on_not_our_form,
        },
        include_in_schema=False,
        request_max_body_size=door.BODY_LIMIT,
    )
]
