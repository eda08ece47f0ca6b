"""Who may come in: guards that routes declare, and what those who may not are told.

Forms are read here, not by the framework, which keeps the last thousand forms (and so passwords)
in memory.
"""

import asyncio
import datetime
import re
import time
from collections import deque
from typing import Any, cast
from urllib.parse import parse_qsl, quote

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers import BaseRouteHandler

from server import pages
from server.errors import Problem
from server.staff import sessions

COOKIE = "fortell_stab"
SIGN_IN_COOKIE = "fortell_stab_inn"
HOME = "/stab"
SIGN_IN = "/stab/inn"

BODY_LIMIT = 64 * 1024
FIELD_LIMIT = 20
ATTEMPTS = 30
ATTEMPTS_WITHIN = 60.0
HASHES_AT_ONCE = 2

Connection = ASGIConnection[Any, Any, Any, Any]
AnyRequest = Request[Any, Any, Any]


class Stopped(Exception):
    """Somebody may not come in. `typed` is what they had written, to be shown to them again."""

    def __init__(self, typed: str) -> None:
        super().__init__()
        self.typed = typed


class NotSignedIn(Stopped):
    """Somebody who is not signed in wants a page for staff."""


class NotOurForm(Stopped):
    """A form does not carry the token of the page that it should come from."""


class Queue:
    """Sign-ins to one server: so many a minute, and two passwords checked at a time."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=ATTEMPTS)
        self.room = asyncio.Semaphore(HASHES_AT_ONCE)

    def enter(self) -> None:
        """Take a place.

        Raises:
            Problem: there have been too many the last minute.
        """
        now = time.monotonic()
        if len(self._times) == ATTEMPTS and now - self._times[0] < ATTEMPTS_WITHIN:
            raise Problem(
                429, "too_many", "Many sign in just now.", "Wait a minute.", retry_after=60
            )
        self._times.append(now)


def queue(state: State) -> Queue:
    """The server's queue of sign-ins."""
    if "sign_in_queue" not in state:
        state.sign_in_queue = Queue()
    found: Queue = state.sign_in_queue
    return found


async def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in those who are signed in."""
    token = connection.cookies.get(COOKIE, "")
    if not token or not await sessions.is_valid(token, now()):
        raise NotSignedIn(await _typed(connection))


async def sent_from_our_page(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in forms that a page of this session sent."""
    await _check_form(connection, COOKIE)


async def sent_from_our_sign_in_page(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in forms that our sign-in page in this browser sent."""
    await _check_form(connection, SIGN_IN_COOKIE)


async def _check_form(connection: Connection, cookie: str) -> None:
    token = connection.cookies.get(cookie, "")
    given = (await form(connection)).get("form_token", "")
    if from_elsewhere(connection) or not token or not sessions.is_form_token(given, token):
        raise NotOurForm(await _typed(connection))


async def _typed(connection: Connection) -> str:
    if cast(AnyRequest, connection).method != "POST" or from_elsewhere(connection):
        return ""
    return (await form(connection)).get("text", "")


def from_elsewhere(connection: Connection) -> bool:
    """Whether the browser says that another site sent this."""
    return connection.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


async def form(connection: Connection) -> dict[str, str]:
    """The fields of a form; line breaks as \\n, and without characters that cannot be stored.

    Raises:
        Problem: it is not a form.
    """
    body = await cast(AnyRequest, connection).body()
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=FIELD_LIMIT,
        )
    except ValueError:
        raise Problem(400, "invalid", "This is not a form.", "Use the form on the page.") from None
    return {key: _storable(value) for key, value in pairs}


def _storable(text: str) -> str:
    return re.sub(r"[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]", _space, _lines(text))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _space(found: re.Match[str]) -> str:
    return " " if found[0].isspace() else ""


def cookie(name: str, value: str, path: str, state: State) -> Cookie:
    """A cookie for this browser alone; an empty value takes it away."""
    return Cookie(
        key=name,
        value=value,
        path=path,
        httponly=True,
        samesite="strict",
        secure=state.settings.secure_cookies,
        max_age=int(sessions.LIFE.total_seconds()) if value else 0,
    )


def page(
    request: AnyRequest, template: str, *, status: int = 200, path: str = "", **values: Any
) -> Response[str]:
    """A page for somebody who is signed in; its forms carry the session's token."""
    token = sessions.form_token(request.cookies.get(COOKIE, ""))
    return pages.page(request, template, status=status, path=path, form_token=token, **values)


def way_back(path: str) -> str:
    """A page of ours that somebody wanted; anything else becomes the first page."""
    known = re.fullmatch(
        r"/stab(/[A-Z0-9]{4,12}/(tiltak(/[A-Za-z0-9_]{1,40})?|kort|like)|/samlinger(/[A-Z0-9]{6}(/rapport)?)?)?",
        path,
    )
    return path if known else HOME


def on_not_signed_in(request: AnyRequest, stopped: NotSignedIn) -> Response[Any]:
    """Send to the sign-in page; what was typed is shown, so that it is not lost."""
    wanted = f"{SIGN_IN}?til={quote(way_back(request.url.path))}"
    if request.method == "POST":
        return _stopped(request, 401, "signed_out", wanted, stopped.typed)
    return pages.redirect(request, wanted)


def on_not_our_form(request: AnyRequest, stopped: NotOurForm) -> Response[Any]:
    """Refuse; what was typed is shown, so that it is not lost."""
    return _stopped(request, 403, "not_ours", way_back(request.url.path), stopped.typed)


def _stopped(
    request: AnyRequest, status: int, reason: str, onward: str, typed: str
) -> Response[str]:
    return pages.page(
        request,
        "staff/stopped.html",
        status=status,
        path=onward.partition("?")[0],
        reason=reason,
        onward=onward,
        typed=typed,
    )


def now() -> datetime.datetime:
    """The time, with its zone."""
    return datetime.datetime.now(datetime.UTC)
