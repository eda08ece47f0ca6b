"""A round with answers behind it, and every way out of the program that somebody could try."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from litestar import Litestar

import exports
from enumerations import ActionStatus, Language
from server.act import ledger
from server.act.ledger import Answer
from server.collect import inbox, rounds
from server.release import service
from server.understand import service as understand
from server.workshop import sessions
from server.workshop.tables import Workshop
from tests.server.rounds import CODE, answer, file_text, receipt, today

CANARY = "kanarifuglsang"
WORKSHOP = "SAMLNG"
STORIES = (f"de hørte på meg, {CANARY}", f"måtte vente lenge, {CANARY}")
AGES = ("13-15", "16-17", "18-24", None)

ANSWERED, TOLD, ABOUT_NAV, AGREED = 61, 34, 47, 38
"""Exact counts that are true of `answers(ANSWERED)` and that no rounded figure can be."""


def answers(first: int, last: int) -> Iterator[dict[str, Any]]:
    """Answers number `first` to `last`, most with a story that has the canary.

    All who tell tell of NAV, so that NAV's themes and everybody's are the same and both are shown.
    """
    for number in range(first, last):
        yield answer(
            services=["nav"] if number % 61 < ABOUT_NAV else ["klubb"],
            age_band=AGES[number % 4],
            stories={"n1": STORIES[number % 2]} if number % 61 < TOLD else {},
            answers={
                **{f"mt{item}": 4 if number % 61 < AGREED else 2 for item in range(1, 11)},
                **{f"vekst6_{item}": number % 3 - 1 for item in range(1, 7)},
            },
        )


async def load_round(**changes: Any) -> None:
    """A round, and beside it a workshop that is over: its screens stay as they are."""
    await rounds.keep(rounds.parse(file_text(**changes), "runde.yaml"))
    row = await sessions.make("samskaping", "Samling", Language.BOKMAL, today())
    over = {Workshop.code: WORKSHOP, Workshop.phase: "closed", Workshop.counted: True}
    await Workshop.update(over).where(Workshop.id == row.id)


async def send(client: httpx.AsyncClient, first: int, last: int) -> None:
    sent = [client.post(f"/api/rounds/{CODE}/responses", json=one) for one in answers(first, last)]
    assert {reply.status_code for reply in await asyncio.gather(*sent)} == {201}


async def send_and_read(client: httpx.AsyncClient, first: int, last: int) -> None:
    """Answers that are in the store, and understood."""
    await send(client, first, last)
    await inbox.move_all()
    await understand.annotate_waiting()


async def publish_card() -> None:
    found = await rounds.find(CODE)
    assert found is not None
    made = await service.latest(found[0].id)
    assert made is not None
    areas = ledger.told(made)
    for subject in ledger.lacking(areas, ()):
        said = Answer(ActionStatus.DONE, "Vi har gjort noe.", None)
        assert await ledger.save(found[0].id, subject.id, said, "") is None
    assert await ledger.publish(found[0].id, areas, today()) == []


@dataclass(frozen=True)
class Route:
    """A route: addresses to try, what may change its answers, and what to post to it."""

    addresses: tuple[str, ...]
    changes_with: frozenset[str] = frozenset()
    bodies: tuple[Any, ...] = field(default=(None,))


def nothing(*addresses: str, bodies: tuple[Any, ...] = (None,)) -> Route:
    return Route(addresses, frozenset(), bodies)


def release(*addresses: str) -> Route:
    return Route(addresses, frozenset({"release"}))


def both(*addresses: str) -> Route:
    return Route(addresses, frozenset({"release", "card"}))


def card(*addresses: str) -> Route:
    return Route(addresses, frozenset({"card"}))


RECEIPT = receipt()
CARD = "6f1c2f5e-8a55-4d8f-9a3c-0f4b7a1d2c3e"
SENT = answer(RECEIPT)
"""An answer that each walk sends again."""

ROUTES = {
    "/": nothing("/", "/?lang=nn"),
    "/health": nothing("/health"),
    "/r/{code:str}": nothing(f"/r/{CODE}", "/r/INGEN"),
    "/r/{code:str}/proev": nothing(f"/r/{CODE}/proev", "/r/INGEN/proev"),
    "/sw.js": nothing("/sw.js"),
    "/r/{code:str}/trekk": nothing(f"/r/{CODE}/trekk"),
    "/personvern": nothing("/personvern", "/personvern?lang=en"),
    "/tilgjengelighet": nothing("/tilgjengelighet", "/tilgjengelighet?lang=nn"),
    "/r/{code:str}/personvern": nothing(f"/r/{CODE}/personvern", "/r/INGEN/personvern"),
    "/r/{code:str}/tilgjengelighet": nothing(f"/r/{CODE}/tilgjengelighet"),
    "/r/{code:str}/loftet": nothing(f"/r/{CODE}/loftet", "/r/INGEN/loftet"),
    "/r/{code:str}/hva-skjedde": both(f"/r/{CODE}/hva-skjedde", f"/r/{CODE}/hva-skjedde?lang=en"),
    "/api/rounds/{code:str}": card(
        f"/api/rounds/{CODE}", "/api/rounds/INGEN", f"/api/rounds/{CODE}?preview=x"
    ),
    "/api/rounds/{code:str}/card": both(f"/api/rounds/{CODE}/card", "/api/rounds/INGEN/card"),
    "/api/rounds/{code:str}/others": release(
        f"/api/rounds/{CODE}/others", "/api/rounds/INGEN/others"
    ),
    "/api/rounds/{code:str}/release": release(
        f"/api/rounds/{CODE}/release", "/api/rounds/INGEN/release"
    ),
    "/api/rounds/{code:str}/release/{form:str}": release(
        *(f"/api/rounds/{CODE}/release/{form}" for form in ("csv", "ddi", "datasheet", "xls")),
        "/api/rounds/INGEN/release/csv",
    ),
    "/api/rounds/{code:str}/responses": nothing(
        f"/api/rounds/{CODE}/responses",
        "/api/rounds/INGEN/responses",
        bodies=(None, SENT, SENT | {"stories": {CANARY: CANARY}}, SENT | {CANARY: CANARY}),
    ),
    "/api/rounds/{code:str}/proposals": nothing(
        f"/api/rounds/{CODE}/proposals",
        "/api/rounds/INGEN/proposals",
        bodies=(None, {"language": "nb", "stories": {CANARY: CANARY}}, {CANARY: CANARY}),
    ),
    "/api/rounds/{code:str}/withdrawals": nothing(
        f"/api/rounds/{CODE}/withdrawals", bodies=(None, {"withdraw": receipt()})
    ),
    "/api/rounds/{code:str}/work": nothing(f"/api/rounds/{CODE}/work", "/api/rounds/INGEN/work"),
    "/rapport/{code:str}": both(f"/rapport/{CODE}", "/rapport/INGEN"),
    "/rapport/{code:str}/{key:str}": both(
        f"/rapport/{CODE}/nav",
        f"/rapport/{CODE}/nav?lang=nn",
        *(f"/rapport/{CODE}/nav?for={reading}" for reading in exports.Reading),
        f"/rapport/{CODE}/nav?for=ingen",
        f"/rapport/{CODE}/klubb",
        f"/rapport/{CODE}/ingen",
        f"/rapport/{CODE}/*",
    ),
    "/s": nothing("/s"),
    "/s/{code:str}": nothing(f"/s/{WORKSHOP}", "/s/INGEN"),
    "/s/{code:str}/skjerm": nothing(f"/s/{WORKSHOP}/skjerm"),
    "/s/{code:str}/qr.svg": nothing(f"/s/{WORKSHOP}/qr.svg", "/s/INGEN/qr.svg"),
    "/api/workshops/{code:str}": nothing(f"/api/workshops/{WORKSHOP}", "/api/workshops/INGEN"),
    "/api/workshops/{code:str}/events": nothing("/api/workshops/INGEN/events"),
    "/api/workshops/{code:str}/work": nothing(f"/api/workshops/{WORKSHOP}/work"),
    "/api/workshops/{code:str}/phones": nothing(
        f"/api/workshops/{WORKSHOP}/phones", bodies=(None, {}, {CANARY: CANARY})
    ),
    "/api/workshops/{code:str}/cards/{card:uuid}": nothing(
        f"/api/workshops/{WORKSHOP}/cards/{CARD}"
    ),
    "/api/workshops/{code:str}/votes": nothing(f"/api/workshops/{WORKSHOP}/votes"),
    "/api/workshops/{code:str}/choices/{card:uuid}": nothing(
        f"/api/workshops/{WORKSHOP}/choices/{CARD}"
    ),
    "/api/workshops/{code:str}/mine": nothing(f"/api/workshops/{WORKSHOP}/mine"),
    "/stab/samlinger": nothing("/stab/samlinger", "/stab/samlinger?lang=nn"),
    "/stab/samlinger/{code:str}": nothing(f"/stab/samlinger/{WORKSHOP}", "/stab/samlinger/INGEN"),
    "/stab/api/form-token": nothing("/stab/api/form-token"),
    "/stab/api/workshops/{code:str}": nothing(f"/stab/api/workshops/{WORKSHOP}"),
    "/stab/api/workshops/{code:str}/events": nothing("/stab/api/workshops/INGEN/events"),
    "/stab/api/workshops/{code:str}/steer": nothing(
        f"/stab/api/workshops/{WORKSHOP}/steer", bodies=(None, {"do": "next"}, {CANARY: CANARY})
    ),
    "/stab/api/workshops/{code:str}/prompts": nothing(f"/stab/api/workshops/{WORKSHOP}/prompts"),
    "/stab/api/workshops/{code:str}/notes/{card:uuid}": nothing(
        f"/stab/api/workshops/{WORKSHOP}/notes/{CARD}"
    ),
    **{
        f"/stab/api/workshops/{{code:str}}/{path}": nothing(
            f"/stab/api/workshops/{WORKSHOP}/{tried}"
        )
        for path, tried in (
            ("propose", "propose"),
            ("themes", "themes"),
            ("questions/{theme:str}", "questions/A1_relasjon_tillit"),
            ("actions", "actions?level=now"),
            ("actions/{action:uuid}", f"actions/{CARD}"),
        )
    },
    **{
        f"/stab/samlinger/{{code:str}}/{path}": nothing(f"/stab/samlinger/{WORKSHOP}/{tried}")
        for path, tried in (
            ("rapport", "rapport?diagram=kake"),
            ("rapport/tekst/{section:str}", "rapport/tekst/intro"),
            ("rapport/tiltak", "rapport/tiltak"),
            *(
                (f"rapport.{suffix}", f"rapport.{suffix}")
                for suffix in ("html", "pdf", "docx", "md")
            ),
            ("oppover.csv", "oppover.csv"),
        )
    },
    "/static/{file_path:path}": nothing("/static/innsikt.css", "/static/finnes-ikke.js"),
    "/schema": nothing("/schema"),
    "/schema/openapi.json": nothing("/schema/openapi.json"),
    "/schema/{path:str}": nothing("/schema/finnes-ikke"),
    "/stab": both("/stab", "/stab?lang=en"),
    "/stab/inn": nothing("/stab/inn"),
    "/stab/ut": nothing("/stab/ut"),
    "/stab/{code:str}/data/{form:str}": nothing(
        f"/stab/{CODE}/data/csv", f"/stab/{CODE}/data/budget", "/stab/INGEN/data/csv"
    ),
    "/stab/{code:str}/kort": both(f"/stab/{CODE}/kort"),
    "/stab/{code:str}/like": nothing(f"/stab/{CODE}/like", f"/stab/{CODE}/like?lang=en"),
    "/stab/{code:str}/like/{key:str}": nothing(f"/stab/{CODE}/like/{'0' * 64}"),
    "/stab/{code:str}/tiltak": both(f"/stab/{CODE}/tiltak", f"/stab/{CODE}/tiltak?lang=nn"),
    "/stab/{code:str}/tiltak/{theme:str}": both(
        f"/stab/{CODE}/tiltak/A", f"/stab/{CODE}/tiltak/C", f"/stab/{CODE}/tiltak/finnes_ikke"
    ),
    "/stab/{code:str}/tiltak/{theme:str}/slett": both(f"/stab/{CODE}/tiltak/A/slett"),
}
"""Every route that the program has. Whoever adds one says here what may come out of it."""


@dataclass(frozen=True)
class Seen:
    """An answer, without the secrets that are drawn anew for every visit."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def text(self) -> str:
        """Everything that can be read, headers too."""
        said = [f"{name}: {value}" for name, value in self.headers if name != "content-length"]
        return "\n".join([*said, self.body])


Door = tuple[str, str, int]
"""Method, address, number of the body."""


def routes(app: Litestar) -> dict[str, set[str]]:
    """The methods of every route of the application."""
    return {route.path: {str(method) for method in route.methods} for route in app.routes}


async def walk(
    client: httpx.AsyncClient, app: Litestar, below: str = "", strange: tuple[str, ...] = ()
) -> dict[Door, Seen]:
    """Try every method of every route at every address.

    Args:
        client: whose eyes it is seen with.
        app: the application.
        below: leave out routes that do not begin so.
        strange: methods to try also where a route does not have them.
    """
    methods = routes(app)
    seen = {}
    for path, route in ROUTES.items():
        if not path.startswith(below):
            continue
        for method in sorted((methods[path] - {"OPTIONS"}) | set(strange)):
            for address in route.addresses:
                for number, body in enumerate(route.bodies if method == "POST" else (None,)):
                    reply = await client.request(method, address, json=body)
                    seen[method, address, number] = _seen(reply)
    return seen


def _seen(reply: httpx.Response) -> Seen:
    headers = [
        (name, _steady(value))
        for name, value in reply.headers.multi_items()
        if name != "last-modified"  # when a file was built; its digits would be taken for counts
    ]
    return Seen(reply.status_code, tuple(sorted(headers)), _steady(reply.text))


def _steady(text: str) -> str:
    """Without form tokens, the secrets of cookies, and challenges, which change by the hour."""
    text = re.sub(r'(?<="challenge":")[\w.-]+(?=")', "…", text)
    return re.sub(r"(?<![\w-])[0-9a-f]{64}(?![\w-])|(?<==)[\w-]{43}(?=;)", "…", text)


GEOMETRY = r' (?:[xyr]|[xy][12]|c[xy]|rx|width|height|viewBox|font-size|stroke-width)="[^"]*"'


def numbers(text: str) -> set[int]:
    """Whole numbers that stand by themselves in a text, but for where a chart is drawn."""
    plain = re.sub(GEOMETRY, "", text)
    return {int(found) for found in re.findall(r"(?<![\w.,])\d{1,6}(?!\w)", plain)}
