"""Real proxies that run the configurations in docs/deploy/, on ports of their own."""

import datetime
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
UNPACKED = ROOT / ".cache" / "deploy"
PACKAGES = {"nginx": ["nginx"], "caddy": ["caddy"]}
SITE, SIGNER = "fortell.example.no", "signer.example.no"
PATIENCE = 20.0


def find(name: str) -> Path | None:
    """A proxy's program: installed, or in CI unpacked from the system's packages."""
    places = [shutil.which(name), UNPACKED / "usr/sbin" / name, UNPACKED / "usr/bin" / name]
    for place in places:
        if place and Path(place).is_file():
            return Path(place)
    if os.environ.get("CI") == "true" and shutil.which("apt-get"):
        unpack(name)
        return next((Path(p) for p in places[1:] if p and Path(p).is_file()), None)
    return None


def unpack(name: str) -> None:
    """Take a program out of the system's package, without installing it."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with suppress(OSError, subprocess.SubprocessError):
        for package in PACKAGES[name]:
            command = ["apt-get", "download", package]
            subprocess.run(command, cwd=UNPACKED, check=True, capture_output=True, timeout=120)
        for file in UNPACKED.glob("*.deb"):
            subprocess.run(["dpkg", "-x", file, UNPACKED], check=True, timeout=120)


class Backend(ThreadingTCPServer):
    """Stands for Fortell: keeps what arrives, byte for byte, and always answers the same."""

    allow_reuse_address = True
    daemon_threads = True
    body = b"\x1f\x8b\x08\x04" + b"z" * 1020

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.port: int = self.server_address[1]
        self.arrived: list[tuple[bytes, int]] = []

    @property
    def reply(self) -> bytes:
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            b"Strict-Transport-Security: max-age=31536000\r\nContent-Length: "
            + str(len(self.body)).encode() + b"\r\nConnection: close\r\n\r\n" + self.body
        )  # fmt: skip


class Answering(BaseRequestHandler):
    server: Backend

    def handle(self) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := self.request.recv(65536)):
                return
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        chunked = re.search(rb"(?i)transfer-encoding: chunked", head)
        while (length and len(body) < int(length[1])) or (chunked and b"0\r\n\r\n" not in body):
            if not (more := self.request.recv(65536)):
                return
            body += more
        self.server.arrived.append((head, len(body)))
        self.request.sendall(self.server.reply)


@dataclass
class Proxy:
    """A proxy that runs: its folder, its ports, what stands behind it and all that it said."""

    kind: str
    folder: Path
    plain: int
    tls: int
    backend: Backend
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    files: set[Path] = field(default_factory=set)

    def connect(self, name: str = SITE) -> ssl.SSLSocket:
        """A TLS connection that trusts whoever answers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["http/1.1"])
        line = socket.create_connection(("127.0.0.1", self.tls), timeout=PATIENCE)
        return context.wrap_socket(line, server_hostname=name)

    def ask(self, request: bytes, name: str = SITE) -> bytes:
        """Everything that comes back until the connection ends."""
        reply = b""
        with self.connect(name) as line:
            with suppress(OSError):
                line.sendall(request)
            with suppress(OSError):
                while data := line.recv(65536):
                    reply += data
        return reply

    def written(self) -> bytes:
        """All that it said, and every file that it wrote."""
        found = [p for p in self.folder.rglob("*") if p.is_file() and p not in self.files]
        return b"\n".join(path.read_bytes() for path in [self.log, *found])


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
    return port


def certificate(folder: Path) -> None:
    """A key and a certificate for both names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SITE)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(SITE), x509.DNSName(SIGNER)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    private, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.key").write_bytes(key.private_bytes(pem, private, plain))


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with every change made; each must find its place."""
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text, flags=re.M)
        assert count, pattern
    return text


def nginx(proxy: Proxy, text: str) -> tuple[str, list[str]]:
    """The configuration with this test's ports and files, and how to start it."""
    user = "user root;" if os.geteuid() == 0 else ""
    unused = "".join(
        f"{kind}_temp_path {proxy.folder}/{kind};\n" for kind in ("fastcgi", "uwsgi", "scgi")
    )
    text = changed(
        text,
        (r"^user .*;", user),
        (r"^worker_processes auto;", "worker_processes 1;"),
        (r"^worker_rlimit_nofile .*;", ""),
        (r"worker_connections \d+;", "worker_connections 128;"),
        (r"/run/nginx.pid", f"{proxy.folder}/nginx.pid"),
        (r"/dev/shm/", f"{proxy.folder}/memory-"),
        (r"^http \{", f"http {{\n{unused}"),
        (r"^\s*listen \[::\].*\n", ""),
        (r"listen 80 ", f"listen 127.0.0.1:{proxy.plain} "),
        (r"listen 443 ", f"listen 127.0.0.1:{proxy.tls} "),
        (r"/etc/ssl/(fortell|signer)\.pem", f"{proxy.folder}/cert.pem"),
        (r"/etc/ssl/private/(fortell|signer)\.key", f"{proxy.folder}/cert.key"),
        (r"127\.0\.0\.1:832[12];", f"127.0.0.1:{proxy.backend.port};"),
    )
    return text, ["-p", str(proxy.folder), "-c", "nginx.conf", "-g", "daemon off;"]


def caddy(proxy: Proxy, text: str) -> tuple[str, list[str]]:
    """The configuration with this test's ports and files, and how to start it."""
    ports = f"{{\n\thttp_port {proxy.plain}\n\thttps_port {proxy.tls}\n\tdefault_bind 127.0.0.1\n"
    tls = f"\\1\n\ttls {proxy.folder}/cert.pem {proxy.folder}/cert.key"
    text = changed(
        text,
        (r"\A((?:#.*\n|\n)*)\{\n", rf"\1{ports}"),
        (r"^((?:fortell|signer)\.example\.no \{)$", tls),
        (r"127\.0\.0\.1:832[12] \{", f"127.0.0.1:{proxy.backend.port} {{"),
    )
    return text, ["run", "--adapter", "caddyfile", "--config", "Caddyfile"]


FILES = {"nginx": ("nginx.conf", nginx), "caddy": ("Caddyfile", caddy)}


@contextmanager
def running(kind: str, program: Path, folder: Path, *changes: tuple[str, str]) -> Iterator[Proxy]:
    """Run a proxy with its configuration from docs/deploy/ while the block lasts.

    Args:
        kind: nginx or caddy.
        program: the proxy's.
        folder: an empty one.
        changes: to make in the configuration besides.
    """
    backend = Backend()
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    log = folder.with_name(folder.name + ".log")
    proxy = Proxy(kind, folder, free_port(), free_port(), backend, log)
    certificate(folder)
    name, adapt = FILES[kind]
    text, words = adapt(proxy, (DEPLOY / name).read_text("utf-8"))
    (folder / name).write_text(changed(text, *changes), "utf-8")
    proxy.files = {path for path in folder.rglob("*") if path.is_file()}
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with log.open("wb") as output:
        proxy.process = subprocess.Popen(
            [program, *words],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | home,
        )
    try:
        until_it_answers(proxy)
        yield proxy
    finally:
        proxy.process.terminate()
        proxy.process.wait(PATIENCE)
        backend.shutdown()
        backend.server_close()


def until_it_answers(proxy: Proxy) -> None:
    deadline = time.monotonic() + PATIENCE
    assert proxy.process is not None
    while time.monotonic() < deadline:
        assert proxy.process.poll() is None, proxy.log.read_text("utf-8")
        with suppress(OSError):
            proxy.connect().close()
            return
        time.sleep(0.05)
    raise AssertionError("the proxy does not answer")
