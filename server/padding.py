"""Replies of the API come in few sizes, so that their length does not tell what they say.

TLS hides what is said but not how long it is: whoever watches a school's network could tell rounds,
stories and outcomes apart by their lengths. Compression would bring the differences back, so a
reply is compressed here first and padded after: a compressed one in the extra field of its header
(RFC 1952, section 2.3.1.1), which every reader skips; a plain one with spaces after the JSON.

A release and its files are published for everybody, byte for byte, and are left as they are. The
events of a workshop are what stands on its big screen, and have no end to wait for.
"""

import re
import struct
import zlib
from typing import Any

SMALLEST = 1024
"""Least size of a reply's body, in bytes; nothing smaller is worth compressing."""

STEP = 32 * 1024
"""Sizes double up to this one, and are its multiples from there on."""

EXTRA = struct.Struct("<H2sH")
"""Length of the extra field, then its one part: two letters and the length of its data."""

LENGTH = {b"vary", b"content-length"}
"""Headers that say how a body is to be taken, and are written anew."""

PADDED = re.compile(r"^/api/(?!.*/release(/[a-z]*)?$|workshops/[^/]*/events$)")
"""Addresses whose replies are padded."""


def size_class(length: int) -> int:
    """The size to which so many bytes are padded.

    Args:
        length: in bytes.

    Returns:
        The next power of two from 1 kB to 32 kB, or the next multiple of 32 kB.
    """
    if length > STEP:
        return -(-length // STEP) * STEP
    return max(SMALLEST, 1 << (length - 1).bit_length())


def spaced(body: bytes) -> bytes:
    """JSON with spaces after it, up to its size class."""
    return body.ljust(size_class(len(body)))


def gzipped(body: bytes) -> bytes:
    """A body as one gzip member whose header fills it up to its size class."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(body) + packer.flush()
    head = b"\x1f\x8b\x08\x04\0\0\0\0\x00\xff"
    tail = struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    length = len(head) + EXTRA.size + len(packed) + len(tail)
    room = size_class(length) - length
    extra = EXTRA.pack(room + EXTRA.size - 2, b"FO", room) + bytes(room)
    return head + extra + packed + tail


def padded(scope: Any, send: Any) -> Any:
    """Wrap `send` so that a padded address answers in one piece of a size class.

    Args:
        scope: the request.
        send: takes what the application answers.
    """
    if scope["type"] != "http" or not PADDED.search(scope["path"]):
        return send
    start: list[Any] = []
    parts: list[bytes] = []

    async def hold(message: Any) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                body = _fill(start[0], b"".join(parts), accepts_gzip(scope))
                await send(start[0])
                await send({"type": "http.response.body", "body": body, "more_body": False})

    return hold


def _fill(start: Any, body: bytes, gzip: bool) -> bytes:
    others = [pair for pair in start["headers"] if pair[0].lower() not in LENGTH]
    packed = gzip and len(body) > SMALLEST
    filled = gzipped(body) if packed else spaced(body)
    coding = [(b"content-encoding", b"gzip")] if packed else []
    length = (b"content-length", str(len(filled)).encode())
    start["headers"] = [*others, (b"vary", b"Accept-Encoding"), *coding, length]
    return filled


def accepts_gzip(scope: Any) -> bool:
    """Whether the client takes a compressed reply (RFC 9110, section 12.5.3)."""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            for wish in value.decode("latin-1").lower().split(","):
                coding, _, weight = wish.partition(";")
                if coding.strip() == "gzip":
                    return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
