"""Work that sending asks for, done for every test that simply sends."""

import hashlib
import json
from collections.abc import Generator
from itertools import count
from typing import Any

import httpx

SENDING = ("/responses", "/proposals")


def solve(challenge: str, bits: int, subject: str) -> dict[str, str]:
    """The first number that solves a challenge, as the page sends it."""
    prefix = hashlib.sha256(f"{challenge}:{subject}:".encode())
    for nonce in count():
        tried = prefix.copy()
        tried.update(str(nonce).encode())
        if int.from_bytes(tried.digest()) >> (256 - bits) == 0:
            return {"challenge": challenge, "nonce": str(nonce)}
    raise AssertionError


class Working(httpx.Auth):
    """For a client's `auth`: does the work for each answer or story that lacks it.

    A challenge is kept for as long as the server takes it.
    """

    requires_request_body = True
    requires_response_body = True

    def __init__(self) -> None:
        self.asked: dict[httpx.URL, dict[str, Any]] = {}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        subject = subject_of(request)
        if subject is None:
            yield request
            return
        for _ in range(2):
            if request.url not in self.asked:
                given = yield challenge_for(request)
                if not given.is_success:
                    yield request
                    return
                self.asked[request.url] = given.json()
            reply = yield solved(request, subject, self.asked[request.url])
            if b'"work_expired"' not in reply.content:
                return
            self.asked.pop(request.url, None)


def subject_of(request: httpx.Request) -> str | None:
    """What the work must be done for, if the request lacks it."""
    if request.method != "POST" or not request.url.path.endswith(SENDING):
        return None
    try:
        body = json.loads(request.content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or "work" in body:
        return None
    if request.url.path.endswith("/proposals"):
        return digest(body.get("stories"))
    subject = body.get("receipt_hash")
    return subject if isinstance(subject, str) and subject.isascii() else None


def digest(stories: Any) -> str:
    """What stories are known by; of what are no stories, anything."""
    told = sorted(stories.items()) if isinstance(stories, dict) else []
    said = b"".join(f"{item}\0{text}\0".encode(errors="replace") for item, text in told)
    return hashlib.sha256(said).hexdigest()


def challenge_for(request: httpx.Request) -> httpx.Request:
    path = request.url.raw_path.partition(b"?")[0].rpartition(b"/")[0] + b"/work"
    return httpx.Request("GET", request.url.copy_with(raw_path=path), extensions=request.extensions)


def solved(request: httpx.Request, subject: str, asked: dict[str, Any]) -> httpx.Request:
    """The same request, byte for byte, with its work put first in the body."""
    work = json.dumps(solve(asked["challenge"], asked["bits"], subject)).encode()
    body = b'{"work":' + work + b"," + request.content.lstrip()[1:]
    headers = [(name, value) for name, value in request.headers.raw if name.lower() not in FRAMING]
    return httpx.Request(
        request.method, request.url, headers=headers, content=body, extensions=request.extensions
    )


FRAMING = {b"content-length", b"transfer-encoding"}
