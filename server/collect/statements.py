"""What is stored and who reads it, and how far the pages can be used by everybody.

Both are plain pages without a script. The texts are in `server/pages/messages`, and must be true of
the code: whoever changes what is kept, where, or for how long, changes them too.
"""

import datetime

from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from server import pages
from server.collect import live, rounds
from server.collect.live import LiveRound
from server.pages import AnyRequest

CHANGED = datetime.date(2026, 11, 23)
"""When the texts were last seen through."""

LEAVE = "https://www.yr.no/"
"""The weather, as on the answering page."""

COMPLAINTS = {"privacy": "www.datatilsynet.no", "access": "www.uutilsynet.no"}
"""Sites of the authorities that hear complaints."""


@get(["/personvern", "/tilgjengelighet"])
async def statement(request: AnyRequest) -> Response[str]:
    """A statement for every round."""
    return _show(request, None)


@get(["/r/{code:str}/personvern", "/r/{code:str}/tilgjengelighet"])
async def round_statement(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """A statement with who asks, who reads, and what for."""
    return _show(request, await live.live_round(code, datetime.date.today()))


def _show(request: AnyRequest, found: LiveRound | None) -> Response[str]:
    name = "privacy" if request.url.path.endswith("/personvern") else "access"
    definition = found.definition if found else None
    return pages.page(
        request,
        "collect/statements.html",
        name=name,
        round=definition,
        about=f"/r/{definition.code}" if definition else "",
        readers=rounds.readers_of(definition) if definition else {},
        mandate=rounds.mandate_of(definition) if definition else {},
        changed=CHANGED,
        leave=LEAVE,
        complaint=COMPLAINTS[name],
    )


routes: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[statement, round_statement],
        exception_handlers=pages.exception_handlers,
        include_in_schema=False,
    )
]
