"""Sends answers over a number of open connections for some seconds, and says how it went.

A process of its own: `python -m benchmarks.load URL --connections 100 --seconds 2 < bodies`, with
one answer a line on standard input, each without its receipt hash. Each is sent with a new one, or
with one of `--solved`, a file with a receipt hash and its proof of work in each line. Only to this
machine.
"""

import argparse
import asyncio
import json
import secrets
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

WARM = 0.2
"""Seconds of sending before anything is counted."""

LONGEST = 30.0
"""Seconds that a run may last at most."""

SMALLEST = 4096
"""Bytes that a request's body is filled up to, as phones do; or twice, four times … as many."""


@dataclass
class Load:
    """What came of one run: rates and times of what was answered after the warm-up."""

    acknowledged: int
    per_second: float
    p50: float
    p99: float
    bytes_sent: float
    cpu: float


class Sender(asyncio.Protocol):
    """One phone that sends one answer after the other."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.closed = asyncio.get_running_loop().create_future()
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        self.started = time.perf_counter()
        if self.started >= self.run.until:
            self.transport.close()
            return
        try:
            self.transport.write(self.run.request())
        except StopIteration:
            self.connection_lost(ValueError("There are too few solved answers for so long a run."))
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Count an answer when its reply is complete, and send the next."""
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < content_length(head):
            return
        self.received = b""
        if b" 201 " not in head[:16]:
            self.connection_lost(ValueError(head.decode() + "\n" + body.decode()))
            self.transport.close()
            return
        self.run.times.append((time.perf_counter(), time.perf_counter() - self.started))
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        """End; an answer that got no reply is an error."""
        if self.closed.done():
            return
        if error is None and time.perf_counter() < self.run.until:
            error = ConnectionError("the server closed a connection")
        if error:
            self.closed.set_exception(error)
        else:
            self.closed.set_result(None)


def filled(body: bytes) -> bytes:
    """JSON with spaces after it: 4 kB, or twice, four times … as much."""
    return body.ljust(max(SMALLEST, 1 << (len(body) - 1).bit_length()))


def new_hashes() -> Iterator[bytes]:
    """JSON objects with a receipt hash that nobody has used; no work has been done for it."""
    while True:
        yield b'{"receipt_hash":"' + secrets.token_hex(32).encode() + b'"}'


def content_length(head: bytes) -> int:
    """Length of a reply's body, in bytes, as its head says."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("A reply came without Content-Length.")


class Run:
    """What the senders share."""

    def __init__(
        self, host: str, path: str, bodies: list[bytes], hashes: Iterator[bytes], seconds: float
    ) -> None:
        self.bodies = bodies
        self.hashes = hashes
        self.times: list[tuple[float, float]] = []
        self.sent = 0
        self.bytes_sent = 0
        self.begin = time.perf_counter() + WARM
        self.until = self.begin + seconds
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            "Accept: */*\r\nContent-Length: "
        ).encode()

    def request(self) -> bytes:
        """The next answer, with a receipt hash that nobody has used.

        Raises:
            StopIteration: no receipt hash is left.
        """
        told = self.bodies[self.sent % len(self.bodies)]
        body = filled(next(self.hashes)[:-1] + b"," + told[1:])
        request = self.head + str(len(body)).encode() + b"\r\n\r\n" + body
        self.sent += 1
        self.bytes_sent += len(request)
        return request


async def load(
    url: str, bodies: list[bytes], hashes: Iterator[bytes], connections: int, seconds: float
) -> Load:
    """Send, and wait for every reply.

    Args:
        url: where to; 127.0.0.1 only.
        bodies: JSON objects without `receipt_hash`.
        hashes: JSON objects with `receipt_hash`, and `work` where that is asked for.
        connections: open at the same time; each waits for a reply before it sends again.
        seconds: how long, after the warm-up.

    Raises:
        ValueError: the address is elsewhere, the time too long, or a reply was not 201.
        ConnectionError: an answer got no reply.
    """
    parts = urlsplit(url)
    if parts.hostname != "127.0.0.1" or seconds > LONGEST:
        raise ValueError(f"Only to 127.0.0.1, and at most {LONGEST:.0f} seconds.")
    loop = asyncio.get_running_loop()
    run = Run(parts.netloc, parts.path, bodies, hashes, seconds)
    cpu = time.process_time()
    senders = [
        (await loop.create_connection(lambda: Sender(run), parts.hostname, parts.port or 80))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(sender.closed for sender in senders))
    cpu = time.process_time() - cpu
    waits = [wait for at, wait in run.times if run.begin <= at < run.until]
    return Load(
        acknowledged=len(run.times),
        per_second=len(waits) / seconds,
        p50=1000 * statistics.median(waits),
        p99=1000 * statistics.quantiles(waits, n=100)[98],
        bytes_sent=run.bytes_sent / run.sent,
        cpu=cpu / (seconds + WARM),
    )


def main() -> None:
    """Run, and print the result as JSON; times in milliseconds, cpu in cores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--solved", type=Path)
    wanted = parser.parse_args()
    bodies = sys.stdin.buffer.read().splitlines()
    hashes = iter(wanted.solved.read_bytes().splitlines()) if wanted.solved else new_hashes()
    found = asyncio.run(load(wanted.url, bodies, hashes, wanted.connections, wanted.seconds))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
