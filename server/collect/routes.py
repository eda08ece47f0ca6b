"""HTTP for young people: the answering page, a round's questions, sending and withdrawing."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml
from litestar import Controller, Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, ControllerRouterHandler

import nlp
from server import errors, logs
from server.bodies import JSONRequest
from server.collect import inbox, live, proposals, readings, responses, signers, tokens
from server.collect import preview as previews
from server.collect.hints import preloads
from server.collect.inbox import Busy
from server.collect.proposals import Proposals, Told
from server.collect.readings import Full, Gone
from server.collect.responses import Hash, NewResponse
from server.collect.work import Challenge
from server.errors import Problem
from server.pages.built import STATIC

BODY_LIMIT = 128 * 1024
"""Largest request, in bytes: two stories of 4 000 four-byte characters and everything else."""

SMALL_BODY_LIMIT = 8 * 1024
"""Largest request that holds no story; the page fills its requests up to 4 kB."""

HELPLINES = yaml.safe_load(Path(__file__).with_name("helplines.yaml").read_text("utf-8"))


class Received(msgspec.Struct):
    """The answer is on disk."""

    status: str = "received"


RECEIVED = ASGIResponse(
    body=msgspec.json.encode(Received()), media_type="application/json", status_code=201
)
"""The same for everybody, so it is made once."""


class Withdrawal(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody takes their answer back.

    `withdraw` is derived on the phone from the receipt's words; the words never leave it.
    """

    withdraw: Hash


class Withdrawn(msgspec.Struct):
    """Whether the answer is gone. One status of HTTP for both: its line is part of the length."""

    status: Literal["withdrawn", "unknown_receipt"]


PAGES = ["/", "/r/{code:str}", "/r/{code:str}/trekk", "/r/{code:str}/proev"]


@get(PAGES, include_in_schema=False)
async def page(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The answering page; which screen it shows is read from the address in the browser.

    It may ask the signers of invited rounds, and nobody else.
    """
    request.state.connects_to = await signers.origins(today())
    built = _built("svar/index.html")
    code = str(request.path_params.get("code", "")) if request.url.path.count("/") == 2 else ""
    hints = preloads(STATIC, code, request.headers.get("accept-language", ""))
    return Response(built, media_type="text/html", headers={"Link": hints})


@get("/sw.js", include_in_schema=False)
async def service_worker() -> Response[bytes]:
    """What opens the page without a network; at the root, for it reaches no address above its own.

    Raises:
        Problem: the answering page has not been built.
    """
    return Response(_built("sw.js"), media_type="text/javascript")


class RoundController(Controller):
    """A round, from the outside."""

    path = "/api/rounds/{code:str}"
    tags = ("collect",)

    @get(responses=errors.described(400, 403, 404))
    async def show(
        self, code: FromPath[str], state: State, preview: FromQuery[str | None] = None
    ) -> dict[str, Any]:
        """What the round asks, who reads, and where help is; with a token also before it opens.

        And work to be done before an answer is sent, or a proposal asked for.
        """
        found = await live.live_round(code, today())
        if preview is not None:
            previews.must_fit(found, preview)
        told = live.public(found, HELPLINES, preview is not None)
        return told | {"work": state.work.challenge(found.id)}

    @get("/work", responses=errors.described(400, 404))
    async def work(self, code: FromPath[str], state: State) -> Challenge:
        """A new challenge, for whoever has waited longer than the first one lasts."""
        found = await live.live_round(code, today())
        made: Challenge = state.work.challenge(found.id)
        return made

    @post(
        "/responses",
        responses={
            201: ResponseSpec(Received, description="It is on disk.", generate_examples=False),
            **errors.described(400, 403, 404, 410, 413, 507),
        },
        request_max_body_size=BODY_LIMIT,
    )
    async def send(
        self,
        code: FromPath[str],
        data: JSONBody[NewResponse],
        state: State,
        preview: FromQuery[str | None] = None,
    ) -> ASGIApp:
        """Take an answer. The same receipt hash again is the same answer: nothing is doubled.

        One that is here already is told so also when the round has closed meanwhile: the reply to
        it may have been lost.
        """
        found = await live.live_round(code, today())
        if preview is not None:
            raise previews.nothing_is_sent()
        if found.status != "open" and await inbox.is_known(data.receipt_hash):
            return RECEIVED
        live.must_be_open(found)
        state.work.check(data.work, found.id, data.receipt_hash)
        spent = tokens.verified(data.token, found.definition.invited)
        arrived = (data, found, today())
        with _told_what_to_do():
            if data.stories:
                row = await state.readings.read(responses.receive, *arrived)
            else:
                row = responses.receive(*arrived)
            await state.group_commit.add(row, spent)
        return RECEIVED

    @post(
        "/proposals",
        status_code=200,
        responses=errors.described(400, 403, 404, 410, 413),
        request_max_body_size=BODY_LIMIT,
    )
    async def propose(
        self,
        code: FromPath[str],
        data: JSONBody[Told],
        request: Request[Any, Any, State],
        state: State,
    ) -> Proposals:
        """Give stories back without names, with proposed themes. Nothing is stored or logged.

        It asks for work as sending does, since a model runs.
        """
        found = await live.live_round(code, today())
        live.must_be_open(found)
        state.work.check(data.work, found.id, proposals.digest(data.stories))
        with _told_what_to_do():
            return await readings.while_there(
                request.receive, state.readings.read(proposals.propose, data, found)
            )

    @post(
        "/withdrawals",
        status_code=200,
        responses=errors.described(400, 404, 413),
        request_max_body_size=SMALL_BODY_LIMIT,
    )
    async def withdraw(self, code: FromPath[str], data: JSONBody[Withdrawal]) -> Withdrawn:
        """Take an answer back. What has been published stays as it is."""
        await live.live_round(code, today())
        known = await inbox.withdraw(responses.receipt_hash(data.withdraw))
        return Withdrawn("withdrawn" if known else "unknown_receipt")


@contextmanager
def _told_what_to_do() -> Iterator[None]:
    """Whoever comes when there is no room, or no language engine, is told to come again.

    And whoever answers questions that were corrected meanwhile, to answer the new ones.
    """
    try:
        yield
    except nlp.ModelMissing as error:
        logs.failure("not_deidentified", error)
        raise Problem(
            503,
            "cannot_deidentify",
            "The server cannot remove names from texts just now.",
            "Keep the answer and send it again later; nothing was stored.",
            retry_after=60,
        ) from None
    except (Busy, Full, Gone):
        raise Problem(
            503,
            "busy",
            "Many answer at once just now.",
            "Keep the answer and send it again in a few seconds.",
            retry_after=5,
        ) from None
    except Exception as error:
        if not errors.belongs_nowhere(error):
            raise
        live.forget()
        raise Problem(
            400,
            "round_changed",
            "The round's questions were changed while they were answered.",
            "Load the page again and answer the new questions.",
        ) from None


def _built(name: str) -> bytes:
    file = STATIC / name
    if not file.exists():
        raise Problem(
            503, "not_built", "The answering page has not been built.", "Run: make frontend"
        )
    return file.read_bytes()


def today() -> datetime.date:
    """The date where the server is."""
    return datetime.date.today()


routes: list[ControllerRouterHandler] = [
    page,
    service_worker,
    Router(
        "/",
        route_handlers=[RoundController],
        request_class=JSONRequest,
        exception_handlers={
            UnicodeDecodeError: errors.on_unreadable,
            RecursionError: errors.on_unreadable,
        },
    ),
]
