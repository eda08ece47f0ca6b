"""The Litestar application: every route, what starts and stops with it, and its headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from server import database, errors, padding, worker
from server.act.routes import routes as act_routes
from server.collect import work
from server.collect.inbox import GroupCommit
from server.collect.promise import routes as promise_routes
from server.collect.readings import Readings
from server.collect.routes import routes as collect_routes
from server.collect.statements import routes as statement_routes
from server.errors import Problem
from server.pages.built import built_file
from server.release.files import routes as file_routes
from server.release.routes import routes as release_routes
from server.security import harden
from server.settings import Settings
from server.staff.routes import routes as staff_routes
from server.workshop import service as workshops
from server.workshop.outcome_routes import routes as outcome_routes
from server.workshop.report.routes import routes as report_routes
from server.workshop.routes import routes as workshop_routes
from server.workshop.staff_routes import routes as workshop_staff_routes


@get("/health", tags=["operation"], responses=errors.described())
async def health() -> dict[str, str]:
    """Whether the server and its database answer."""
    await database.ping()
    return {"status": "ok"}


class Application(Litestar):
    """Litestar, with replies of the API padded, those of its own errors too."""

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Answer a request."""
        await super().__call__(scope, receive, padding.padded(scope, send))


def create_app(settings: Settings) -> Litestar:
    """Make the application; the database is opened when it starts.

    Args:
        settings: the configuration.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await database.connect(settings)
        try:
            await database.migrate()
            app.state.group_commit = waiting = GroupCommit(settings.waiting_answers)
            app.state.work = work.Turnstile(await work.key(), waiting.fullness)
            app.state.readings = Readings(settings.readers, settings.waiting_readings)
            async with worker.running(settings), workshops.running(settings) as app.state.workshops:
                yield
            app.state.readings.close()
            await app.state.group_commit.drain()
        finally:
            await database.close()

    return Application(
        route_handlers=[
            health,
            *collect_routes,
            *statement_routes,
            *promise_routes,
            *release_routes,
            *file_routes,
            *act_routes,
            *staff_routes,
            *workshop_routes,
            *workshop_staff_routes,
            *outcome_routes,
            *report_routes,
            built_file,
        ],
        lifespan=[lifespan],
        state=State({"settings": settings}),
        before_send=[harden],
        # Not for staff pages: a compressed page with a secret in it can be guessed (BREACH).
        compression_config=CompressionConfig(
            backend="gzip", exclude=["^/stab", "^/static/", "/events$", padding.PADDED.pattern]
        ),
        exception_handlers={
            Problem: errors.on_problem,
            HTTPException: errors.on_http,
            Exception: errors.on_error,
        },
        openapi_config=OpenAPIConfig(
            title="Fortell", version="0.1.0", path="/schema", render_plugins=[JsonRenderPlugin()]
        ),
        logging_config=None,
    )
