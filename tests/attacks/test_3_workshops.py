"""Promise 3, beside a living workshop: nothing of it is in a survey, and no survey is in it."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from piccolo.columns import ForeignKey

from server.app import create_app
from server.collect import live
from server.database import connection
from server.release import service
from server.settings import Settings
from server.staff import accounts
from tests.attacks import doors
from tests.attacks.doors import CANARY, ROUTES, Seen, walk
from tests.attacks.test_1_nobody_knows import WORKSHOPS
from tests.attacks.test_3_one_door import fortell, written
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.conftest import NAME, PASSWORD, sign_in
from tests.server.rounds import CODE, today
from tests.server.working import Working
from tests.server.workshop import Leader, join, make, state

anyio = pytest.mark.anyio
SONG = "gaupesporvei"
DECIDED = f"Vi møtes oftere, {SONG}, og det er bestemt"
TITLE, OWNER = f"Samling {SONG}", f"Leder {SONG}"
"""All that goes over, when somebody sends the actions to a round; the owner to staff alone."""


def test_surveys_and_workshops_share_no_table_and_no_key() -> None:
    for table in connection.tables():
        ours = table._meta.tablename in WORKSHOPS
        for column in table._meta.columns:
            if isinstance(column, ForeignKey):
                to = column._foreign_key_meta.resolved_references._meta.tablename
                assert (to in WORKSHOPS) == ours, (table, column)


async def living(client: httpx.AsyncClient, staff: httpx.AsyncClient) -> Leader:
    """A workshop in which all that people wrote has the song."""
    leader = Leader(staff, await make(title=TITLE, organisation=f"Lunvik {SONG}"))
    phones = [await join(client, leader.code) for _ in range(3)]
    cards = [str(uuid.uuid4()) for _ in phones]
    for phone, card in zip(phones, cards, strict=True):
        reply = await phone.write(f"NAV svarer ikke, {SONG}", f"Ring {SONG}", card=card)
        assert reply.is_success
    await leader.steer("next")
    for phone in phones:
        assert (await phone.vote(cards[0])).is_success
    await leader.steer("next")
    assert (await phones[0].choose(cards[0], 0, f"Heller {SONG}")).is_success
    await leader.steer("reveal")
    assert (await leader.put(f"/notes/{cards[0]}", {"texts": [f"Sagt {SONG}"]})).is_success
    await leader.steer("next")
    assert (await staff.post(leader.address("/propose"), headers=leader.headers)).is_success
    action = {"text": DECIDED, "level": "now", "owner": OWNER, "due": "2027-01-15"}
    assert (await leader.put(f"/actions/{uuid.uuid4()}", action)).is_success
    return leader


async def signed_in(app: Litestar) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app)
    browser = httpx.AsyncClient(transport=transport, base_url="http://test.local")
    await accounts.create_account(NAME, PASSWORD)
    assert (await sign_in(browser, NAME, PASSWORD)).status_code == 303
    return browser


def of_workshops(path: str) -> bool:
    return path == "/s" or path.startswith(
        ("/s/", "/api/workshops", "/stab/samlinger", "/stab/api")
    )


async def of_surveys(client: httpx.AsyncClient, app: Litestar, below: str = "") -> dict[Any, Seen]:
    """Whatever comes out of every route that is no workshop's."""
    seen = await walk(client, app, below)
    paths = {address: path for path, route in ROUTES.items() for address in route.addresses}
    return {door: one for door, one in seen.items() if not of_workshops(paths[door[1]])}


async def views(leader: Leader) -> dict[str, str]:
    """All that can be read of a workshop, by whoever leads it and by anybody."""
    found = {}
    for path, route in ROUTES.items():
        if not of_workshops(path) or path.endswith((".pdf", "/events", "form-token")):
            continue
        for address in route.addresses:
            if doors.WORKSHOP in address:
                at = address.replace(doors.WORKSHOP, leader.code)
                reply = await leader.browser.get(at)
                if reply.is_success:
                    found[at] = doors._steady(reply.text)
    return found


@anyio
async def test_a_living_workshop_and_a_survey_see_nothing_of_each_other(
    app: Litestar, client: httpx.AsyncClient, database: str
) -> None:
    await doors.load_round()
    staff = await signed_in(app)
    leader = await living(client, staff)
    before = await views(leader)
    assert len(before) > 10
    assert sum(SONG in text for text in before.values()) > 5
    await doors.send_and_read(client, 0, doors.ANSWERED)
    await service.publish(CODE, today())
    await doors.publish_card()
    assert await views(leader) == before, "answers and a release change nothing in a workshop"

    for who, below in ((client, ""), (staff, "/stab")):
        for door, seen in (await of_surveys(who, app, below)).items():
            assert SONG not in seen.text.lower(), door
    for table in await outside.tables(database):
        rows = str(await outside.rows(database, f'SELECT * FROM "{table}"'))
        assert (SONG in rows) <= (table in WORKSHOPS), table
        assert (CANARY in rows.lower()) <= (table not in WORKSHOPS), table

    released = (await client.get(f"/api/rounds/{CODE}/release")).content
    form = {"form_token": leader.headers["X-Form-Token"], "round": CODE}
    sent = await staff.post(f"/stab/samlinger/{leader.code}/rapport/tiltak", data=form)
    assert sent.status_code == 303
    for who, below in ((client, ""), (staff, "/stab")):
        for door, seen in (await of_surveys(who, app, below)).items():
            said = seen.text.replace(DECIDED, "").replace(TITLE, "")
            if door[1].partition("?")[0] == f"/stab/{CODE}/tiltak":
                said = said.replace(OWNER, "")
            assert SONG not in said.lower(), door
    await leader.steer("close")
    assert (await client.get(f"/api/rounds/{CODE}/release")).content == released
    assert (await state(client, leader.code))["phones"] == 3
    await staff.aclose()


async def fill(database: str) -> None:
    live.forget()
    app = create_app(Settings(database=database, worker=False))
    async with app.lifespan():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test.local", auth=Working()
        ) as client:
            await doors.load_round()
            staff = await signed_in(app)
            await living(client, staff)
            await doors.send_and_read(client, 0, doors.ANSWERED)
            await staff.aclose()
    live.forget()


COMMANDS = (
    ("release", "--round", CODE),
    ("export", "--round", CODE, "--output"),
    ("export", "--data", "--round", CODE, "--output"),
    ("report", "--round", CODE, "--service", "nav", "--output"),
    ("round", "list"),
    ("worker", "--once"),
)


def test_no_command_of_a_survey_knows_of_a_workshop(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logging.root.handlers", [])
    monkeypatch.setattr("logging.root.level", 30)
    in_loop(fill(database))
    assert SONG.encode() in in_loop(outside.everything(database))
    files = 0
    for number, words in enumerate(COMMANDS):
        output = tmp_path / "out" / str(number)
        output.parent.mkdir(exist_ok=True)
        done = fortell(database, *words, *([str(output)] if words[-1] == "--output" else []))
        assert done.exit_code == 0, done.output
        assert SONG not in done.output.lower()
        made = sorted(output.iterdir()) if output.is_dir() else [output]
        for path in (path for path in made if path.exists()):
            assert SONG.encode() not in path.read_bytes()
            assert SONG not in written(path).lower()
            files += 1
    assert files > 10
