"""Who may lead a workshop: guards for JSON, beside those for forms in `server.staff.door`."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from server.errors import Problem
from server.staff import door, sessions

HEADER = "X-Form-Token"

Connection = ASGIConnection[Any, Any, Any, Any]


async def signed_in_json(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in those who are signed in.

    Raises:
        Problem: nobody is, in this browser.
    """
    token = connection.cookies.get(door.COOKIE, "")
    if not token or not await sessions.is_valid(token, door.now()):
        raise Problem(
            401, "not_signed_in", "Nobody is signed in here.", "Sign in at /stab and try again."
        )


async def sent_by_our_page(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in what a page of this session sent.

    Raises:
        Problem: another site sent it, or the page is of an earlier session.
    """
    token = connection.cookies.get(door.COOKIE, "")
    given = connection.headers.get(HEADER, "")
    if door.from_elsewhere(connection) or not sessions.is_form_token(given, token):
        raise Problem(
            403, "forbidden", "The page is too old.", "Open the page again and repeat what you did."
        )
