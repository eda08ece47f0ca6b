"""Errors as every reader gets them: a code, what happened, and what to do next.

No message quotes what was sent.
"""

import re
import sqlite3
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi import ResponseSpec

from server import logs

ADVICE = {
    400: ("invalid", "Correct the request and send it again."),
    401: ("not_signed_in", "Sign in at /stab and try again."),
    403: ("forbidden", "Open the page again and repeat what you did."),
    404: ("not_found", "Check the address or the code."),
    405: ("method_not_allowed", "Use the method that /schema names for this address."),
    413: ("too_large", "Shorten the answer and send it again."),
    415: ("unsupported_media_type", "Send JSON with Content-Type: application/json."),
    429: ("too_many", "Wait a little and try again."),
}


DISK_FULL = "53100"
NO_SUCH_ROW = "23503"
AWAY = ("08", "53", "55P03", "57P")
"""SQLSTATE of PostgreSQL: connection lost, out of resources, lock not available, shut down."""

LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")


class Body(msgspec.Struct):
    """What an error says."""

    code: str
    message: str
    next: str


MEANINGS = {
    400: "The request does not fit.",
    401: "The phone is not in the workshop.",
    403: "The round takes no answers now, the link does not fit, or the card is another's.",
    404: "No such round or workshop, or nothing there yet.",
    409: "The workshop is at another step, its door is closed, or it is full.",
    410: "The round is over.",
    413: "Too large.",
    429: "More than one phone may send.",
    503: "Too many at once, or the database does not answer.",
    507: "The disk is full.",
}


def described(*statuses: int) -> dict[int, ResponseSpec]:
    """What the API's document says about these statuses, 503 among them."""
    return {
        status: ResponseSpec(Body, description=MEANINGS[status], generate_examples=False)
        for status in (*statuses, 503)
    }


class Problem(Exception):
    """A request that cannot be done.

    Args:
        status: HTTP status.
        code: a fixed word that pages translate.
        message: what happened, without anything that was sent.
        advice: what to do next.
        retry_after: seconds to wait before trying again, if waiting helps.
    """

    def __init__(
        self, status: int, code: str, message: str, advice: str, retry_after: int | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.body = Body(code, message, advice)
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}


def _answer(status: int, body: Body, headers: dict[str, str] | None = None) -> Response[Body]:
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def on_problem(request: Request[Any, Any, Any], error: Problem) -> Response[Body]:
    """Answer a Problem."""
    return _answer(error.status, error.body, error.headers)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Body]:
    """Answer an error that the framework found; its detail could quote the request."""
    code, advice = ADVICE.get(error.status_code, ADVICE[400])
    message = _where(error) if error.status_code == 400 else "The request could not be done."
    return _answer(error.status_code, Body(code, message, advice), error.headers)


def _where(error: HTTPException) -> str:
    """Which field is wrong, from the decoder's own words about types and paths."""
    cause = error.__cause__ or error.__context__
    if isinstance(cause, msgspec.ValidationError):
        return f"The request does not fit what is expected{_path(str(cause))}."
    return "The request is not the JSON that is expected here."


def _path(said: str) -> str:
    """The place that the decoder names; the rest of its message may quote what was sent.

    A field that is not known may be named like a place.
    """
    found = re.search(r" - at `([$.\w\[\]]+)`$", said)
    return f" at {found[1]}" if found and "unknown field" not in said else ""


def on_unreadable(request: Request[Any, Any, Any], error: Exception) -> Response[Body]:
    """Answer a body that the decoder gave up on: not UTF-8, or nested without end."""
    code, advice = ADVICE[400]
    return _answer(400, Body(code, "The request is not the JSON that is expected here.", advice))


def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[Body]:
    """Answer whatever else went wrong; storage that is full or locked is told apart."""
    logs.failure("request_failed", error)
    if storage_full(error):
        return _answer(
            507,
            Body(
                "storage_full",
                "The server has no room to keep the answer.",
                "Nothing was lost on your side. Try again later; who runs the server: free disk.",
            ),
            {"Retry-After": "600"},
        )
    if unavailable(error):
        return _answer(
            503,
            Body("busy", "The database does not answer just now.", "Try again in half a minute."),
            {"Retry-After": "30"},
        )
    return _answer(
        500,
        Body("failed", "Something went wrong on the server.", "Try again in a minute."),
    )


def storage_full(error: Exception) -> bool:
    """Whether a disk is full; SQLite also says so when a file may not grow."""
    if getattr(error, "sqlstate", None) == DISK_FULL:
        return True
    name = getattr(error, "sqlite_errorname", "")
    return name in {"SQLITE_FULL", "SQLITE_IOERR_WRITE"}


def belongs_nowhere(error: Exception) -> bool:
    """Whether a row names another row that is not there (any more)."""
    if getattr(error, "sqlstate", None) == NO_SUCH_ROW:
        return True
    return getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_FOREIGNKEY"


def unavailable(error: Exception) -> bool:
    """Whether the database as a whole does not answer, so that waiting may help."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "").startswith(LOCKED)
    if isinstance(error, OSError):
        return True
    state = getattr(error, "sqlstate", None) or ""
    closed = type(error).__module__.startswith("asyncpg") and not state
    return closed or state.startswith(AWAY)
