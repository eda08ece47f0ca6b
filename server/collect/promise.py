"""The promise to those who are invited, in plain words, and what it is checked with.

The texts are in `server/pages/messages`, and must be true of the code: whoever changes what the
signer or this server sees or keeps, changes them too.
"""

import base64
import datetime
import hashlib

from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from server import keys, pages
from server.collect import live
from server.errors import Problem
from server.pages import AnyRequest

RFC = "https://www.rfc-editor.org/rfc/rfc9474"


@get("/r/{code:str}/loftet")
async def promise(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """What signer and server see and keep, why they cannot put it together, and the pinned key."""
    found = await live.live_round(code, datetime.date.today())
    invited = found.definition.invited
    if invited is None:
        raise Problem(
            404,
            "not_invited",
            "This round has no invitations.",
            "Whoever has its code may answer.",
        )
    return pages.page(
        request,
        "collect/promise.html",
        round=found.definition,
        about=f"/r/{found.definition.code}",
        key=invited.key,
        fingerprint=keys.fingerprint(invited.key),
        digest=hashlib.sha256(base64.b64decode(invited.key)).hexdigest(),
        asked=f"{invited.signer}/rounds/{found.definition.code}",
        rfc=RFC,
    )


routes: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[promise],
        exception_handlers=pages.exception_handlers,
        include_in_schema=False,
    )
]
