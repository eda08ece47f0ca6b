"""Requests that never end, or never end their head; and what the real server writes about them."""

import asyncio
import hashlib
import json
import re
import resource
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from server import edge
from server.app import create_app
from server.edge import HEAD_LIMIT, BoundedProtocol
from server.settings import Settings
from tests.conftest import run as in_loop
from tests.server import outside
from tests.server.process import Server, free_port, load_round, run, serving
from tests.server.rounds import CODE, story

anyio = pytest.mark.anyio


class Line:
    """A connection as a protocol sees it."""

    def __init__(self) -> None:
        self.aborted = False
        self.said = b""
        self.waits = 0

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted

    def write(self, data: bytes) -> None:
        self.said += data

    def get_extra_info(self, name: str, default: object = None) -> object:
        return default

    def set_write_buffer_limits(self, high: int) -> None: ...

    def get_write_buffer_size(self) -> int:
        return self.waits

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Timers:
    """A loop whose alarms ring when the test says so."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.set: list[tuple[float, Callable[[], None], asyncio.TimerHandle]] = []

    def call_later(
        self, seconds: float, ring: Callable[..., None], *given: object
    ) -> asyncio.TimerHandle:
        handle = self.loop.call_later(3600, ring, *given)
        self.set.append((seconds, partial(ring, *given), handle))
        return handle

    def create_task(self, work: object, **_: object) -> asyncio.Future[None]:
        work.close()  # type: ignore[attr-defined]
        return self.loop.create_future()

    def ring(self) -> None:
        rung, self.set = self.set, []
        for _, ring, handle in rung:
            if not handle.cancelled():
                ring()


async def protocol() -> tuple[BoundedProtocol, Line, Timers]:
    from uvicorn.server import ServerState

    config = edge.configuration(create_app(Settings()))
    config.load()
    made, line = BoundedProtocol(config, ServerState(), {}), Line()
    made.loop = timers = Timers()  # type: ignore[assignment]
    made.connection_made(line)  # type: ignore[arg-type]
    return made, line, timers


BEGUN = {
    "nothing": b"",
    "a letter": b"G",
    "half a head": b"POST / HTTP/1.1\r\nHost: a\r\n",
    "a head without its body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12345678",
    "a piece": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n",
    "a second request": b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT",
}


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
@anyio
async def test_a_request_that_does_not_arrive_in_time_is_cut(begun: bytes) -> None:
    made, line, timers = await protocol()
    if begun:
        made.data_received(begun)
    assert {seconds for seconds, _, _ in timers.set} == {edge.REQUEST_SECONDS}
    timers.ring()
    assert line.aborted


@anyio
async def test_a_request_that_is_here_is_given_its_time() -> None:
    made, line, timers = await protocol()
    made.data_received(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    timers.ring()
    assert not line.aborted


@anyio
async def test_a_head_without_end_is_cut_and_a_long_body_is_not() -> None:
    piece = b"x-a: " + b"b" * 1000 + b"\r\n"
    made, line, _ = await protocol()
    made.data_received(b"GET / HTTP/1.1\r\n")
    for _ in range(HEAD_LIMIT // len(piece) + 1):
        assert not line.aborted
        made.data_received(piece)
    assert line.aborted
    made, line, _ = await protocol()
    made.data_received(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(100):
        made.data_received(b"c" * 1000)
    assert not line.aborted


@anyio
async def test_who_takes_nothing_is_cut_and_who_takes_slowly_is_not() -> None:
    made, line, timers = await protocol()
    made.data_received(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    for taken in (9000, 8999, 1):
        line.waits = taken + 1
        if taken == 9000:
            made.pause_writing()
        line.waits = taken
        timers.ring()
        assert not line.aborted
    made.resume_writing()
    timers.ring()
    assert not line.aborted
    made.pause_writing()
    timers.ring()
    assert line.aborted


CANARY = "Kanarifuglnebb"
CANARY_HASH = hashlib.sha256(CANARY.encode()).hexdigest()
C = CANARY.encode()
JSON = b"Content-Type: application/json\r\n"
HOSTILE = {
    "path": b"GET /" + C + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "query": b"GET /health?" + C + b"=" + C + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute": b"GET http://" + C + b".example/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "not utf-8": b"GET /r/%ff%fe" + C + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "raw bytes": b"GET /r/\xff\xfe" + C + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "broken escape": b"GET /r/%" + C + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "method": C.upper() + b" / HTTP/1.1\r\nHost: a\r\n\r\n",
    "version": b"GET /" + C + b" HTTP/9.9\r\n\r\n",
    "header name": b"GET / HTTP/1.1\r\nHost: a\r\n" + C + b" : b\r\n\r\n",
    "header value": b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00" + C + b"\r\n\r\n",
    "cookie": b"GET /stab HTTP/1.1\r\nHost: a\r\nCookie: fortell_stab=" + C + b"; =; \xff\r\n\r\n",
    "language": b"GET /stab/inn HTTP/1.1\r\nHost: a\r\nAccept-Language: " + C + b";q=x\r\n\r\n",
    "length": b"POST / HTTP/1.1\r\nHost: " + C + b"\r\nContent-Length: -1\r\n\r\n" + C,
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" + C,
    "chunks": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + C,
    "upgrade": b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Sec-WebSocket-Key: " + C + b"\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "http/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + C,
    "tls": b"\x16\x03\x01\x02\x00\x01\x00" + C,
    "proxy": b"PROXY TCP4 203.0.113.77 192.0.2.1 4711 80\r\nGET /" + C + b" HTTP/1.1\r\n\r\n",
    "json": b"POST /api/rounds/KAIA26/responses HTTP/1.1\r\nHost: a\r\n" + JSON
    + b"Content-Length: 40\r\n\r\n" + b'{"' + C + b'": "' + C * 9,
    "deep": b"POST /api/rounds/KAIA26/responses HTTP/1.1\r\nHost: a\r\n" + JSON
    + b"Content-Length: 90000\r\n\r\n" + b"[" * 90000,
    "media type": b"POST /api/rounds/KAIA26/responses HTTP/1.1\r\nHost: a\r\n"
    b"Content-Type: multipart/form-data; boundary=" + C + b"\r\nContent-Length: 40\r\n\r\n" + C * 3,
    "head without end": b"GET / HTTP/1.1\r\n" + b"".join(b"x: " + C + b"\r\n" for _ in range(5000)),
    "cut short": b"POST /api/rounds/KAIA26/responses HTTP/1.1\r\nHost: a\r\n" + JSON
    + b"Content-Length: 400\r\n\r\n{" + C,
    "nothing": b"",
}  # fmt: skip


def throw(server: Server, data: bytes) -> None:
    """Send, wait for what comes back for a moment, and hang up."""
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=0.3) as line:
        try:
            line.sendall(data)
            while line.recv(65536):
                pass
        except (TimeoutError, ConnectionError):
            pass


def test_nothing_that_a_hostile_phone_says_is_written_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Python's own development mode too, which makes every library talk."""
    database = f"sqlite:///{tmp_path / 'data' / 'fortell.db'}"
    for folder in ("data", "temporary", "home"):
        (tmp_path / folder).mkdir()
    load_round(database)
    log = tmp_path / "server.log"
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with serving(database, log, worker_pause=0.05) as server:
        port = str(urlsplit(server.url).port)
        for data in HOSTILE.values():
            throw(server, data)
        in_loop(outside.rows(database, "ALTER TABLE response RENAME TO gone"))
        agent = {"User-Agent": CANARY, "X-Forwarded-For": "203.0.113.77"}
        send = f"{server.url}/api/rounds/{CODE}/responses"
        assert httpx.post(send, json=story(CANARY), headers=agent).status_code == 500
        withdrawal = {"withdraw": CANARY_HASH}
        failed = httpx.post(f"{server.url}/api/rounds/{CODE}/withdrawals", json=withdrawal)
        assert failed.status_code == 500
        in_loop(outside.rows(database, "ALTER TABLE gone RENAME TO response"))
        assert httpx.get(f"{server.url}/health").is_success
        assert resource.prlimit(server.process.pid, resource.RLIMIT_CORE) == (0, 0)
        server.stop()
    said = log.read_text("utf-8")
    assert "request_failed" in said
    for line in said.splitlines():
        assert line.startswith("{"), line
        facts = json.loads(line)
        assert facts.keys() <= {"date", "level", "logger", "event", "error", "where"}, line
    assert not re.search(rf"\d\d:\d\d|127\.0\.0\.1|203\.0|{port}|/api/|/r/|seconds|took", said)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in written:
        assert outside.found_in(path.read_bytes(), [CANARY, CANARY_HASH, "203.0.113"]) == [], path
    assert not [path for path in written if path.parent.name in {"temporary", "home"}]


def test_a_server_that_cannot_start_says_so_in_its_own_words(tmp_path: Path) -> None:
    """Where the database breaks between opening it and serving, too."""
    database = f"sqlite:///{tmp_path / 'fortell.db'}"
    load_round(database)
    in_loop(outside.rows(database, "ALTER TABLE secret RENAME TO gone"))
    done = run(database, "serve", check=False, port=free_port())
    assert done.returncode != 0
    for line in done.stderr.splitlines():
        assert json.loads(line).keys() <= {"date", "level", "logger", "event", "error", "where"}


@anyio
async def test_an_error_that_nobody_caught_is_logged_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import sys
    import threading
    import warnings

    from server import logs

    logs.configure()

    def fail() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=fail, name=CANARY)
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.configure()
        warnings.warn(CANARY, stacklevel=1)

    class Rude:
        def __del__(self) -> None:
            raise ValueError(CANARY)

    Rude()
    said = capsys.readouterr()
    assert CANARY not in said.out + said.err
    lines = [json.loads(line) for line in said.err.splitlines()]
    assert [line.get("event") for line in lines if "event" in line] == [
        "uncaught", "stopped", "uncaught",
    ]  # fmt: skip
