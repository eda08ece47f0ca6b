"""Promise 7: models run on the machine; no page loads anything from anywhere else."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from litestar import Litestar

from server.release import service
from server.staff import accounts
from tests.attacks import doors
from tests.attacks.markup import read
from tests.server import outside
from tests.server.conftest import NAME, PASSWORD, sign_in
from tests.server.process import ROOT
from tests.server.rounds import CODE, today

anyio = pytest.mark.anyio
STATIC = ROOT / "server" / "static"
ADDRESS = re.compile(r"(?:https?:|wss?:|ftp:)?//[\w.-]+\.[a-z]{2,}[^\s\"'`)]*", re.IGNORECASE)
NOT_FETCHED = ("http://www.w3.org/",)
"""Names of XML languages: in no page are they loaded."""

NEUTRAL_PAGE = "https://www.yr.no/"
"""Where "leave this page" goes; the only address elsewhere that a script knows."""

LOADING = {
    "src",
    "srcset",
    "data",
    "poster",
    "background",
    "action",
    "formaction",
    "manifest",
    "ping",
    "xlink:href",
    "imagesrcset",
}


def built(kind: str) -> list[Path]:
    found = sorted(STATIC.rglob(f"*.{kind}"))
    assert found, "The pages have not been built. Run: make frontend"
    return found


def is_ours(address: str) -> bool:
    """Whether a browser would ask this server, or nobody."""
    parts = urlsplit(address.strip())
    return (parts.scheme in {"", "data"} and not parts.netloc) and "\\" not in address


def loads(page: str) -> Iterator[str]:
    """Every address that a browser asks for by itself, or sends a form to."""
    for node in read(page).all():
        for name, value in node.attributes.items():
            assert not name.startswith("on"), "a script in an attribute"
            if name in LOADING or (name == "href" and node.tag != "a"):
                yield from re.split(r"\s+|,\s", value) if "srcset" in name else [value]
        assert "style" not in node.attributes
        assert node.tag not in {"style", "base", "iframe", "object", "embed", "frame"}
        assert node.tag != "script" or not node.text, "a script in the page"
        assert node.attributes.get("http-equiv", "").lower() != "refresh"


def style_loads(style: str) -> Iterator[str]:
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    assert "@import" not in plain.lower()
    for found in re.findall(
        r"url\(\s*['\"]?([^'\")]*)|(?:image-set|src)\(\s*['\"]([^'\"]*)", plain
    ):
        yield from filter(None, found)


def test_this_file_sees_what_loads_from_elsewhere() -> None:
    page = """<img src=//a.no/x><link href="https://a.no/x.css"><form action="http://a.no">
    </form><svg><image href="https://a.no/i"></image></svg><a href="https://a.no">a</a>"""
    assert [is_ours(address) for address in loads(page)] == [False] * 4
    assert [is_ours(a) for a in style_loads("a{b:url( 'https://a.no/f' )} c{d:url(//a.no)}")] == [
        False,
        False,
    ]
    assert ADDRESS.findall('fetch("//cdn.no/x");import("https://a.no/b")') == [
        "//cdn.no/x",
        "https://a.no/b",
    ]


def test_built_pages_and_styles_load_from_this_server_only() -> None:
    for path in built("html"):
        addresses = list(loads(path.read_text("utf-8")))
        assert addresses
        assert all(is_ours(address) for address in addresses), path
    for path in built("css"):
        assert all(is_ours(address) for address in style_loads(path.read_text("utf-8"))), path


def test_built_scripts_know_one_address_elsewhere_and_only_go_there() -> None:
    known = []
    for path in built("js"):
        script = path.read_text("utf-8")
        found = [a for a in ADDRESS.findall(script) if not a.startswith(NOT_FETCHED)]
        assert set(found) <= {NEUTRAL_PAGE}, path
        known += found
        streams = re.findall(r"new EventSource\(([^)]*)\)", script)
        assert len(streams) == script.count("new EventSource")
        assert all(re.match(r"`\$\{this\.address\}/events", address) for address in streams)
        for way in ("WebSocket", "sendBeacon", "XMLHttpRequest", "importScripts"):
            assert way not in script
        for way in ("RTCPeerConnection", "new Worker", "new Image", "eval("):
            assert way not in script
        workers = re.findall(r"serviceWorker\.(\w+)\(([^)]*)\)", script)
        assert len(workers) == script.count("serviceWorker")
        assert {way for way, _ in workers} <= {"register", "getRegistrations"}
        assert all(what.strip("`'\"") == "/sw.js" for way, what in workers if way == "register")
        if found:
            name = re.search(rf"(\w+)\s*=\s*[`'\"]{NEUTRAL_PAGE}[`'\"]", script)
            assert name is not None
            used = re.findall(rf"([\w.]+)\({name[1]}\)", script)
            assert used == ["location.replace"]
    assert known == [NEUTRAL_PAGE]


async def every_response(
    app: Litestar, client: httpx.AsyncClient
) -> list[tuple[str, httpx.Response]]:
    """Every address that this session has asked for, with errors of all kinds."""
    seen: list[tuple[str, httpx.Response]] = []

    async def keep(reply: httpx.Response) -> None:
        await reply.aread()
        seen.append((reply.request.url.path, reply))

    client.event_hooks["response"].append(keep)
    every = ("GET", "HEAD", "POST", "OPTIONS", "DELETE")
    await doors.walk(client, app, strange=every)
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            await client.get(f"/static/{path.relative_to(STATIC).as_posix()}")
    await client.get("/finnes-ikke")
    await client.get("/r/%FF")
    await client.post(f"/api/rounds/{CODE}/responses", content=b"x" * 200_000)
    await client.post(f"/api/rounds/{CODE}/responses", content=b"\xff")
    return seen


@anyio
async def test_every_response_forbids_other_sources_and_only_staff_get_a_cookie(
    app: Litestar, client: httpx.AsyncClient, database: str
) -> None:
    await doors.load_round()
    await doors.send_and_read(client, 0, doors.ANSWERED)
    await service.publish(CODE, today())
    await doors.publish_card()
    seen = await every_response(app, client)
    await accounts.create_account(NAME, PASSWORD)
    await sign_in(client, NAME, PASSWORD)
    await doors.walk(client, app)
    await outside.rows(database, "UPDATE release SET digest = ''")
    assert (await client.get(f"/rapport/{CODE}")).status_code == 500
    assert (await client.get(f"/api/rounds/{CODE}/release")).status_code == 500
    assert {200, 201, 204, 303, 400, 401, 403, 404, 405, 413, 500} <= {
        reply.status_code for _, reply in seen
    }
    pages = 0
    for path, reply in seen:
        check_policy(reply.headers)
        cookies = reply.headers.get_list("set-cookie")
        assert not cookies or path.startswith("/stab"), path
        for cookie in cookies:
            rules = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert {"httponly", "samesite=strict"} <= rules
            assert {"path=/stab", "path=/stab/inn"} & rules
        if not reply.headers.get("content-type", "").startswith("text/html") or not reply.text:
            continue
        if "content-disposition" in reply.headers:  # a file that has all of it within
            assert all(address.startswith("data:") for address in style_loads(reply.text)), path
        else:
            pages += 1
            assert all(is_ours(address) for address in loads(reply.text)), path
    assert pages > 40


def check_policy(headers: httpx.Headers) -> None:
    """The browser may load from this server, and only what pages need; scripts from files only."""
    policy = {
        name: sources
        for name, *sources in (
            part.split() for part in headers["content-security-policy"].split(";")
        )
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    for name, sources in policy.items():
        allowed = {"'self'", "'none'"} | ({"data:"} if name == "img-src" else set())
        assert set(sources) <= allowed, name
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


NETWORK = {
    "aiohttp",
    "asyncio.open_connection",
    "boto3",
    "ftplib",
    "http.client",
    "httpx",
    "huggingface_hub",
    "imaplib",
    "poplib",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "subprocess",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "webbrowser",
    "websockets",
    "xmlrpc",
}
LISTENS = {"server.cli": {"socket"}}
"""What may name the network: the command that opens the server's own port."""

ASKS = {"server.collect.signers": {"http.client"}}
"""What asks another machine: the signer that an invited round's file names, for its key."""

PRINTS = {"server.release.printer": {"subprocess"}}
"""What starts another program: a browser that prints a file of ours, and finds no address."""


def names(tree: ast.Module) -> set[str]:
    """What a module imports, and dotted names that it uses, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "__import__",
            "import_module",
            "importlib.import_module",
        }:
            found |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return found


def test_no_module_of_ours_asks_another_machine() -> None:
    modules = [ROOT / "enumerations.py"]
    modules += [
        path for room in ("server", "nlp", "exports") for path in (ROOT / room).rglob("*.py")
    ]
    for path in modules:
        tree = ast.parse(path.read_text("utf-8"))
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        roots = {
            part for found in names(tree) for part in NETWORK if f"{found}.".startswith(f"{part}.")
        }
        assert roots == (LISTENS | ASKS | PRINTS).get(name, set()), name
        if roots and name in LISTENS:
            used = {n for n in names(tree) if n.startswith("socket.")}
            assert used == {
                "socket.AF_INET",
                "socket.AF_INET6",
                "socket.create_server",
                "socket.socket",
            }
            calls = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
            assert "socket.socket" not in calls


WITHOUT_NETWORK = """
import sys

def refuse(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        raise PermissionError("the network was used: " + event)

sys.addaudithook(refuse)

import socket, urllib.request
for attempt in (
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
    lambda: urllib.request.urlopen("http://example.org"),
):
    try:
        attempt()
    except OSError as error:
        assert "network was used" in str(error), error
    else:
        raise SystemExit("the network is not forbidden")

import nlp
found = list(nlp.annotate(["Hun hørte på meg, men jeg måtte vente lenge."], ["1"]))
assert found[0]["units"][0]["themes"], found
assert nlp.redact("ring meg på 91234567").redactions
import server.cli
import exports
assert exports.instruments()
print(nlp.model_version())
"""


def test_the_language_engine_runs_with_the_network_forbidden(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NETWORK],
        cwd=ROOT,
        env={"HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert not list(tmp_path.rglob("*")), "something was downloaded or kept"
