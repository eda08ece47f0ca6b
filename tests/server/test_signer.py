"""The signer: one signature for each invitation, and a file that tells no order."""

import asyncio
import base64
import re
import secrets
import shutil
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from server import database, keys
from server.cli import main
from server.database import DatabaseError
from server.settings import Settings
from server.signer import slips
from server.signer.app import create_app
from server.signer.store import SignerError, Store, hash_of
from tests.attacks.test_1_nobody_knows import correlated
from tests.conftest import run as in_loop
from tests.server import phone
from tests.server.rounds import CODE

anyio = pytest.mark.anyio
SIGN = f"/rounds/{CODE}/sign"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "signer.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    made = Store(file)
    yield made
    made.close()


@pytest.fixture
async def signer(file: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A signer in front of the same file."""
    app = create_app(file)
    async with app.lifespan():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://signer.local") as one:
            yield one


def wish(invitation: str, blinded: bytes) -> dict[str, str]:
    text = base64.urlsafe_b64encode(blinded).rstrip(b"=").decode()
    return {"invitation": invitation, "blinded": text}


def blinded() -> bytes:
    """A number that every key of 2048 bits signs."""
    return b"\0" + secrets.token_bytes(255)


def told(reply: httpx.Response) -> tuple[int, str]:
    assert reply.json().keys() == {"code", "message", "next"}
    return reply.status_code, reply.json()["code"]


@anyio
async def test_an_invitation_is_signed_once_and_a_lost_reply_comes_again(
    signer: httpx.AsyncClient, store: Store
) -> None:
    public, (mine, other) = store.add_round(CODE, 2)
    assert (await signer.get(f"/rounds/{CODE}")).json() == {"key": public}
    key = keys.read_key(public)
    of = phone.blind(key)
    replies = [await signer.post(SIGN, json=wish(mine, of.blinded)) for _ in range(3)]
    assert {reply.status_code for reply in replies} == {200}
    (text,) = {reply.json()["signature"] for reply in replies}
    signature = phone.finalize(key, of, base64.urlsafe_b64decode(text + "=="))
    assert keys.verifies(key, of.prepared, signature)
    again = await signer.post(SIGN, json=wish(mine, phone.blind(key).blinded))
    assert told(again) == (409, "invitation_used")
    typed = keys.grouped(other).lower().replace("0", "o").replace("-", " ")
    assert (await signer.post(SIGN, json=wish(typed, blinded()))).status_code == 200


@anyio
async def test_what_cannot_be_signed_uses_up_nothing(
    signer: httpx.AsyncClient, store: Store
) -> None:
    _, (mine,) = store.add_round(CODE, 1)
    _, (elsewhere,) = store.add_round("ANNEN1", 1)
    short, too_large = b"\1" * 255, b"\xff" * 256
    for wrong in (b"", short, too_large):
        assert told(await signer.post(SIGN, json=wish(mine, wrong))) == (400, "not_blinded")
    for text, code in {"æ": "invalid", "a+b/": "invalid", "abcde": "not_blinded"}.items():
        odd = wish(mine, b"") | {"blinded": text}
        assert told(await signer.post(SIGN, json=odd)) == (400, code)
    for unknown in (elsewhere, "", "0" * 16, mine[:-1]):
        reply = await signer.post(SIGN, json=wish(unknown, blinded()))
        assert told(reply) == (404, "invitation_unknown")
    reply = await signer.post("/rounds/INGEN1/sign", json=wish(mine, blinded()))
    assert told(reply) == (404, "unknown_round")
    assert told(await signer.get("/rounds/INGEN1")) == (404, "unknown_round")
    for body in (b"", b"{", b"\xff", b"[]", b'{"invitation":1}', b"[" * 4000):
        reply = await signer.post(SIGN, content=body, headers={"Content-Type": "application/json"})
        assert told(reply) == (400, "invalid")
    assert (await signer.post(SIGN, content=b"x" * 5000)).status_code == 413
    assert (await signer.post(SIGN, json=wish(mine, blinded()))).status_code == 200


@anyio
async def test_of_two_who_use_an_invitation_at_once_one_gets_a_signature(
    signer: httpx.AsyncClient, store: Store
) -> None:
    _, made = store.add_round(CODE, 5)
    for invitation in made:
        wishes = [wish(invitation, blinded()) for _ in range(6)]
        replies = await asyncio.gather(*(signer.post(SIGN, json=one) for one in wishes))
        assert sorted(reply.status_code for reply in replies) == [200, *[409] * 5]


@anyio
async def test_any_page_may_ask_and_nothing_identifies_who(
    signer: httpx.AsyncClient, store: Store
) -> None:
    store.add_round(CODE, 1)
    asked = {
        "Origin": "https://fortell.example.no",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    before = await signer.options(SIGN, headers=asked)
    assert before.is_success
    assert before.headers["access-control-allow-origin"] == "*"
    reply = await signer.get(f"/rounds/{CODE}", headers={"Origin": asked["Origin"]})
    assert reply.headers["access-control-allow-origin"] == "*"
    for seen in (before, reply):
        assert "access-control-allow-credentials" not in seen.headers
        assert "set-cookie" not in seen.headers
    assert reply.headers["cache-control"] == "no-store"


def uses(made: list[str]) -> list[tuple[str, bytes]]:
    return [(invitation, blinded()) for invitation in made]


@given(order=st.permutations(range(30)), used=st.integers(1, 30))
@settings(max_examples=25, deadline=None)
def test_uses_in_another_order_leave_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], used: int
) -> None:
    """Whoever takes the whole folder learns which invitations were used, and no more."""
    folder = tmp_path_factory.mktemp("signer")
    store = Store(folder / "one.db")
    _, made = store.add_round(CODE, 30)
    store.close()
    shutil.copy(folder / "one.db", folder / "two.db")
    chosen = uses(made)[:used]
    for name, turns in (("one", range(30)), ("two", order)):
        store = Store(folder / f"{name}.db")
        for turn in turns:
            if turn < used:
                store.use(CODE, *chosen[turn])
        store.close()
    assert (folder / "one.db").read_bytes() == (folder / "two.db").read_bytes()
    rest = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert {size for name, size in rest.items() if not name.endswith(".db")} <= {0}


def test_neither_rows_nor_slips_tell_each_others_order(store: Store, file: Path) -> None:
    _, made = store.add_round(CODE, 300)
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT hash FROM invitation ORDER BY rowid").fetchall()
    connection.close()
    printed = [hash_of(CODE, invitation).hex() for invitation in made]
    assert not correlated(printed, [row.hex() for (row,) in rows])
    assert len(set(made)) == len(made)
    assert {len(invitation) for invitation in made} == {16}


def test_the_file_holds_no_invitation_and_forgets_a_round_that_is_over(
    store: Store, file: Path
) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    public, made = store.add_round(CODE, 20)
    kept, _ = store.add_round("BLIR26", 20)
    private = store.private_key(CODE).private_numbers()
    factor = private.p.to_bytes(128, "big")
    for one in uses(made):
        store.use(CODE, *one)
    content = file.read_bytes()
    for text in (*made, *map(keys.grouped, made)):
        assert text.encode() not in content
        assert text.lower().encode() not in content
    hashes = [hash_of(CODE, invitation) for invitation in made]
    assert factor in content
    assert all(found in content for found in hashes)
    store.end_round(CODE)
    content = file.read_bytes()
    assert factor not in content
    assert public.encode() not in content
    assert not [found for found in hashes if found in content]
    assert store.public_key("BLIR26") == kept


def test_a_file_has_one_kind_of_program_for_its_owner(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "signer.db", tmp_path / "fortell.db"
    Store(ours).close()

    async def connect(path: Path) -> None:
        await database.connect(Settings(database=f"sqlite:///{path}"))
        await database.migrate()
        await database.close()

    with pytest.raises(DatabaseError, match="another program's"):
        in_loop(connect(ours))
    in_loop(connect(theirs))
    before = theirs.read_bytes()
    with pytest.raises(SignerError, match="file of its own"):
        Store(theirs)
    assert theirs.read_bytes() == before
    (tmp_path / "text.db").write_text("This is a letter and no database. " * 50)
    for path in (tmp_path / "text.db", tmp_path / "none" / "signer.db", tmp_path):
        with pytest.raises(SignerError, match="cannot be opened"):
            Store(path)


def fortell(folder: Path, *words: str | Path) -> Any:
    given = {
        "FORTELL_SIGNER_DATABASE": f"sqlite:///{folder / 'signer.db'}",
        "FORTELL_SIGNER_URL": "https://signer.example.no/",
        "FORTELL_BASE_URL": "https://fortell.example.no/",
    }
    return CliRunner().invoke(main, ["signer", *map(str, words)], env=given)


def test_a_round_is_made_printed_and_ended(tmp_path: Path) -> None:
    done = fortell(tmp_path, "round", CODE, "--invitations", "9", "--out", tmp_path / "slips")
    assert done.exit_code == 0, done.output
    page = tmp_path / "slips" / f"{CODE}.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    found = re.search(
        r"\nmode: invited\ninvited:\n  signer: https://signer.example.no\n  key: (\S+)\n\Z",
        done.output,
    )
    assert found
    assert keys.read_key(found[1]).key_size == keys.BITS
    html = page.read_text("utf-8")
    made = re.findall(r"<dd>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})</dd>", html)
    assert len(set(made)) == 9
    assert keys.fingerprint(found[1]) in html
    store = Store(tmp_path / "signer.db")
    for invitation in made:
        store.use(CODE, invitation, blinded())
        # What the square says is what the slip says, behind #, which is sent to nobody.
        address = f"https://fortell.example.no/r/{CODE}"
        slip = slips.slip(address, keys.plain(invitation))
        assert slip["square"] in html
    store.close()
    assert not re.search(r"\b(?:src|href|action)=|url\(|@import|<script|<link", html)
    again = fortell(tmp_path, "round", CODE, "--invitations", "9", "--out", tmp_path / "slips")
    assert again.exit_code == 1
    assert "cannot be made again" in again.output
    assert page.read_text("utf-8") == html
    wrong = fortell(tmp_path, "round", "kaia", "--invitations", "9", "--out", tmp_path)
    assert "capital letters" in wrong.output
    ended = fortell(tmp_path, "end", CODE)
    assert ended.output.startswith(f"The round {CODE} is forgotten")
    assert fortell(tmp_path, "end", CODE).exit_code == 1
