"""HTTP for signing in and out."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post

from server import pages
from server.staff import accounts, door, sessions
from server.staff.door import AnyRequest, sent_from_our_page, sent_from_our_sign_in_page, signed_in


@get("/inn")
async def sign_in_page(request: AnyRequest) -> Response[Any]:
    """The form to sign in with."""
    if await sessions.is_valid(request.cookies.get(door.COOKIE, ""), door.now()):
        return pages.redirect(request, _wanted(request))
    return _form(request)


def _wanted(request: AnyRequest) -> str:
    return door.way_back(request.query_params.get("til", ""))


def _form(
    request: AnyRequest, *, name: str = "", error: str = "", status: int = 200
) -> Response[Any]:
    token = request.cookies.get(door.SIGN_IN_COOKIE) or sessions.new_token()
    shown = pages.page(
        request,
        "staff/sign_in.html",
        status=status,
        form_token=sessions.form_token(token),
        action=f"{door.SIGN_IN}?til={quote(_wanted(request))}",
        name=name,
        error=error,
    )
    shown.set_cookie(door.cookie(door.SIGN_IN_COOKIE, token, door.SIGN_IN, request.app.state))
    return shown


def on_strange_form(request: AnyRequest, _: door.NotOurForm) -> Response[Any]:
    """Show the form again: the cookie is missing, or another site sent the form."""
    return _form(request, error="cookie", status=403)


@post(
    "/inn",
    guards=[sent_from_our_sign_in_page],
    exception_handlers={door.NotOurForm: on_strange_form},
)
async def sign_in(request: AnyRequest) -> Response[Any]:
    """Begin a session, always with a new secret."""
    fields = await door.form(request)
    name, password = fields.get("name", ""), fields.get("password", "")
    queue = door.queue(request.app.state)
    queue.enter()
    async with queue.room:
        account = await accounts.verify(name, password, door.now())
    if account is None:
        return _form(request, name=name, error="wrong", status=422)
    await sessions.end(request.cookies.get(door.COOKIE, ""))
    token = await sessions.begin(account, door.now())
    answer = pages.redirect(request, _wanted(request))
    answer.set_cookie(door.cookie(door.COOKIE, token, door.HOME, request.app.state))
    answer.set_cookie(door.cookie(door.SIGN_IN_COOKIE, "", door.SIGN_IN, request.app.state))
    return answer


@post("/ut", guards=[signed_in, sent_from_our_page])
async def sign_out(request: AnyRequest) -> Response[Any]:
    """End the session here and in the browser."""
    await sessions.end(request.cookies.get(door.COOKIE, ""))
    answer = pages.redirect(request, door.SIGN_IN)
    answer.set_cookie(door.cookie(door.COOKIE, "", door.HOME, request.app.state))
    return answer
