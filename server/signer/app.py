"""The signer's application: a round's public key, and one signature for each invitation."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import msgspec
from litestar import Litestar, get, post
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody

from server import errors
from server.errors import Problem
from server.security import harden
from server.signer import blind
from server.signer.blind import BlindError
from server.signer.store import InvitationUsed, Store, UnknownInvitation, UnknownRound

BODY_LIMIT = 4096
PREFLIGHT_SECONDS = 600


class PublicKey(msgspec.Struct):
    """A round's key, to be compared with the one that the round pins."""

    key: str


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """An invitation, and a blinded message in base64url."""

    invitation: Annotated[str, msgspec.Meta(max_length=60)]
    blinded: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]*\Z", max_length=1000)]


class Signed(msgspec.Struct):
    """The blind signature, in base64url."""

    signature: str


@get("/health")
async def health() -> dict[str, str]:
    """That the signer runs."""
    return {"status": "ok"}


@get("/rounds/{code:str}")
async def show(code: FromPath[str], state: State) -> PublicKey:
    """The round's public key."""
    store: Store = state.store
    try:
        return PublicKey(await asyncio.to_thread(store.public_key, code))
    except UnknownRound:
        raise _unknown_round() from None


@post("/rounds/{code:str}/sign", status_code=200, request_max_body_size=BODY_LIMIT)
async def sign(code: FromPath[str], data: JSONBody[Wish], state: State) -> Signed:
    """Sign what is blinded, once for each invitation; the same again gets the same again."""
    try:
        signature = await asyncio.to_thread(_sign, state.store, code, data)
    except UnknownRound:
        raise _unknown_round() from None
    except (BlindError, binascii.Error):
        raise Problem(
            400,
            "not_blinded",
            "What was sent to be signed is no blinded message for this round's key.",
            "Load the page again; send base64url of a number below the key's modulus.",
        ) from None
    except UnknownInvitation:
        raise Problem(
            404,
            "invitation_unknown",
            "The round has no such invitation.",
            "Check every letter; an invitation has four groups of four.",
        ) from None
    except InvitationUsed:
        raise Problem(
            409,
            "invitation_used",
            "This invitation has been used.",
            "Ask whoever gave it to you for another.",
        ) from None
    return Signed(base64.urlsafe_b64encode(signature).rstrip(b"=").decode())


def _sign(store: Store, code: str, wish: Wish) -> bytes:
    """What cannot be signed uses up no invitation; the use is kept before there is a signature."""
    key = store.private_key(code)
    blinded = base64.b64decode(wish.blinded + "==", altchars=b"-_", validate=True)
    blind.check(key, blinded)
    store.use(code, wish.invitation, blinded)
    return blind.sign(key, blinded)


def _unknown_round() -> Problem:
    return Problem(404, "unknown_round", "The signer has no such round.", "Check the round's code.")


def create_app(path: Path) -> Litestar:
    """Make the signer; its file is opened when it starts.

    Args:
        path: the signer's file.

    Any page may ask, for the answering page lies elsewhere; there is no cookie to be misused.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.store = Store(path)
        try:
            yield
        finally:
            app.state.store.close()

    return Litestar(
        route_handlers=[health, show, sign],
        lifespan=[lifespan],
        before_send=[harden],
        cors_config=CORSConfig(
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type"],
            max_age=PREFLIGHT_SECONDS,
        ),
        exception_handlers={
            Problem: errors.on_problem,
            HTTPException: errors.on_http,
            UnicodeDecodeError: errors.on_unreadable,
            RecursionError: errors.on_unreadable,
            Exception: errors.on_error,
        },
        openapi_config=None,
        logging_config=None,
    )
