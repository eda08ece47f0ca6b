"""What stands in front of Fortell keeps its promises: the files in docs/deploy/, run for real.

Where there is no nginx or no Caddy, its tests are skipped by name; what the files say is looked
at in any case.
"""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy import proxies
from tests.deploy.proxies import DEPLOY, FILES, ROOT, SIGNER, SITE, Backend, Proxy, running

UNITS = sorted(DEPLOY.glob("*.service"))
CANARY = b"Kanarifuglfjaer"


def program(kind: str) -> Path:
    found = proxies.find(kind)
    if found is None:
        pytest.skip(f"no {kind} on this machine")
    return found


@pytest.fixture(params=sorted(FILES))
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    folder = tmp_path / "proxy"
    folder.mkdir()
    with running(request.param, program(request.param), folder) as made:
        yield made


def request(
    path: bytes = b"/", *headers: bytes, body: bytes = b"", method: bytes = b"GET"
) -> bytes:
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: " + SITE.encode(), *headers]
    if body:
        lines.append(b"Content-Length: " + str(len(body)).encode())
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    head = request(b"/api", b"Transfer-Encoding: chunked", method=b"POST")
    return head + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def test_nothing_about_a_phone_is_passed_on(proxy: Proxy) -> None:
    phone = (
        b"User-Agent: " + CANARY,
        b"Referer: https://example.no/" + CANARY,
        b"From: " + CANARY,
        b"X-Forwarded-For: 203.0.113.9",
        b"X-Real-IP: 203.0.113.9",
        b"Forwarded: for=203.0.113.9",
    )
    for name in (SITE, SIGNER):
        asked = request(b"/", *phone).replace(SITE.encode(), name.encode())
        assert proxy.ask(asked, name).startswith(b"HTTP/1.1 200")
    assert len(proxy.backend.arrived) == 2
    for head, _ in proxy.backend.arrived:
        lines = head.lower()
        assert CANARY.lower() not in lines
        for trace in (b"203.0.113", b"127.0.0.1", b"x-forwarded", b"x-real-ip", b"\r\nvia"):
            assert trace not in lines, head


def test_what_fortell_answers_comes_out_as_it_was(proxy: Proxy) -> None:
    """Padding would be lost if something were compressed anew."""
    reply = proxy.ask(request(b"/api/rounds/KAIA26", b"Accept-Encoding: gzip, br"))
    head, _, body = reply.partition(b"\r\n\r\n")
    assert body == Backend.body
    assert re.search(rb"(?i)\r\ncontent-length: 1024\r\n", head + b"\r\n")
    assert len(re.findall(rb"(?i)strict-transport-security: max-age=31536000", head)) == 1
    assert not re.search(rb"(?i)server: \S*\d|via:", head)


def test_who_comes_without_tls_is_sent_on(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.plain), timeout=20) as line:
        line.sendall(request(b"/r/KAIA26"))
        reply = line.recv(65536)
    assert re.match(rb"HTTP/1.1 30[18] ", reply)
    assert re.search(rb"(?i)location: https://fortell\.example\.no[^\r]*/r/KAIA26\r\n", reply)


def test_no_body_that_fits_needs_a_file(proxy: Proxy) -> None:
    """The folders for temporary files are gone: who needs one must fail."""
    for folder in proxy.folder.glob("memory-*"):
        shutil.rmtree(folder)
    largest = 128 * 1000
    for asked in (
        request(b"/api", body=CANARY * (largest // len(CANARY)), method=b"POST"),
        chunked(CANARY * 8000, 977),
        chunked(b"x" * largest, 65000),
        chunked(b"y" * 20000, 1),
    ):
        before = len(proxy.backend.arrived)
        assert proxy.ask(asked).startswith(b"HTTP/1.1 200"), asked[:90]
        assert len(proxy.backend.arrived) == before + 1
    assert CANARY not in proxy.written()


def test_the_test_sees_a_body_that_needs_a_file(tmp_path: Path) -> None:
    small = (r"client_body_buffer_size 256k;", "client_body_buffer_size 8k;")
    (tmp_path / "proxy").mkdir()
    with running("nginx", program("nginx"), tmp_path / "proxy", small) as proxy:
        shutil.rmtree(proxy.folder / "memory-nginx-body")
        asked = request(b"/api", body=b"x" * 100_000, method=b"POST")
        assert proxy.ask(asked).startswith(b"HTTP/1.1 500")


def test_what_is_too_large_is_refused(proxy: Proxy) -> None:
    for name, size in ((SITE, 140_000), (SIGNER, 9_000)):
        asked = request(b"/", body=b"x" * size, method=b"POST")
        reply = proxy.ask(asked.replace(SITE.encode(), name.encode()), name)
        assert not reply.startswith(b"HTTP/1.1 200")
    assert all(length < 140_000 for _, length in proxy.backend.arrived)


def test_nothing_that_goes_wrong_is_written_with_an_address_or_a_path(proxy: Proxy) -> None:
    path = b"/r/" + CANARY
    for asked in (
        request(path),
        request(b"/" + b"a" * 40_000 + CANARY),
        request(path, b"X: " + CANARY * 3000),
        request(path, b"Content-Length: -7"),
        request(path, body=CANARY * 20_000, method=b"POST"),
        request(path).replace(b"HTTP/1.1", b"HTTP/7.7"),
        request(path).replace(SITE.encode(), b"other.example"),
        request(path, b"Content-Length: 5000", method=b"POST") + CANARY,
        b"\x00\x01" + CANARY,
        chunked(CANARY, 3).replace(b"\r\n3\r\n", b"\r\nzz\r\n"),
    ):
        with proxy.connect() as line:
            line.settimeout(0.3)
            try:
                line.sendall(asked)
                while line.recv(65536):
                    pass
            except OSError:
                continue
    for said in (b"\x16\x03\x01\x00\x05" + CANARY, b"GET " + path + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", proxy.tls), timeout=0.3) as bare:
            try:
                bare.sendall(said)
                bare.recv(65536)
            except OSError:
                continue
    proxy.backend.shutdown()
    proxy.backend.server_close()
    assert re.match(rb"HTTP/1.1 50[234] ", proxy.ask(request(path)))
    assert proxy.process is not None
    proxy.process.terminate()
    proxy.process.wait(20)
    written = proxy.written()
    assert CANARY not in written
    said = re.sub(rb"127\.0\.0\.1:\d+(?=\"?\s*[,\]}])", b"", proxy.log.read_bytes())
    assert b"127.0.0.1" not in said
    assert b"/r/" not in said


def directives(text: str) -> list[str]:
    return [line.split("#")[0].strip() for line in text.splitlines() if line.split("#")[0].strip()]


def test_nginx_is_told_to_keep_nothing() -> None:
    said = directives((DEPLOY / "nginx.conf").read_text("utf-8"))
    assert said.count("access_log off;") == 1
    logs = [line for line in said if line.startswith(("access_log", "error_log"))]
    assert set(logs) == {"access_log off;", "error_log stderr emerg;"}
    for needed in (
        "worker_rlimit_core 0;",
        "proxy_max_temp_file_size 0;",
        "ssl_session_tickets off;",
        "ssl_session_cache off;",
        "gzip off;",
    ):
        assert needed in said
    forbidden = re.compile("limit_(req|conn)|proxy_cache_path|real_ip")
    assert not [line for line in said if forbidden.match(line)]
    assert "$remote_addr" not in " ".join(said)
    assert "$proxy_add_x_forwarded_for" not in " ".join(said)


def test_caddy_is_told_to_keep_nothing() -> None:
    said = directives((DEPLOY / "Caddyfile").read_text("utf-8"))
    assert said.count("log default {") == 1
    assert not [line for line in said if re.match(r"log\b(?! default)|encode|file_server", line)]
    assert {"exclude http", "admin off"} <= set(said)
    assert said.count("import nobody") == said.count("import quiet") == 2


HARDENED = {
    "LimitCORE": "0",
    "MemorySwapMax": "0",
    "PrivateTmp": "true",
    "NoNewPrivileges": "true",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "MemoryDenyWriteExecute": "true",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_are_hardened_and_start_commands_that_exist(unit: Path) -> None:
    said = dict(line.split("=", 1) for line in directives(unit.read_text("utf-8")) if "=" in line)
    assert said.items() >= HARDENED.items()
    words = said["ExecStart"].split()
    assert words[0] == "/srv/fortell/.venv/bin/fortell"
    from server.cli import main

    command = main
    for word in words[1:]:
        command = command.commands[word]  # type: ignore[attr-defined]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("no systemd-analyze on this machine")
    text = unit.read_text("utf-8").replace("/srv/fortell/.venv/bin/fortell", "/bin/true")
    copy = tmp_path / unit.name
    copy.write_text(text, "utf-8")
    done = subprocess.run([analyse, "verify", copy], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if unit.name in line]
    assert ours == []
    command = [analyse, "security", "--offline=true", "--threshold=15", copy]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]


def test_the_units_are_the_three_processes() -> None:
    assert [unit.name for unit in UNITS] == [
        "fortell-signer.service",
        "fortell-worker.service",
        "fortell.service",
    ]
    assert (ROOT / "docs" / "deploy" / "README.md").exists()
