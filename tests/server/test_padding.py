"""Replies of the API have one length for many contents: counted on a real socket."""

import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from server import padding
from tests.server.process import Server, load_round, serving
from tests.server.rounds import CODE, answer, receipt, story
from tests.server.working import solve

ROUND = f"/api/rounds/{CODE}"


@given(st.binary(max_size=9000), st.sampled_from([0, 1, 3, 17]))
@examples(max_examples=150, deadline=None)
def test_what_is_padded_reads_as_before(body: bytes, times: int) -> None:
    body *= times
    packed, spaced = padding.gzipped(body), padding.spaced(body)
    assert gzip.decompress(packed) == body
    assert spaced.rstrip(b" ") == body.rstrip(b" ")
    for filled in (packed, spaced):
        assert len(filled) == padding.size_class(len(filled))


def test_there_are_few_sizes_and_none_is_much_too_large() -> None:
    sizes = {padding.size_class(length) for length in range(1, 200_000)}
    assert len([size for size in sizes if size <= padding.STEP]) == 6
    for length in (1, 1024, 1025, 32768, 32769, 65536, 65537, 199_999):
        assert length <= padding.size_class(length) <= max(2 * length, 1024)


@pytest.mark.parametrize(
    ("header", "taken"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("GZIP", True), ("gzip;q=0", False), ("br", False)],
)
def test_a_reply_is_compressed_for_those_who_take_it(header: str, taken: bool) -> None:
    assert padding.accepts_gzip({"headers": [(b"accept-encoding", header.encode())]}) == taken


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("padding")
    database = f"sqlite:///{folder / 'fortell.db'}"
    load_round(database)
    with serving(database, folder.with_suffix(".log"), worker="false") as running:
        yield running


def on_the_wire(server: Server, method: str, path: str, body: object = None) -> tuple[int, int]:
    """Status, and every byte of the reply from its status line to its end."""
    content = b"" if body is None else json.dumps(body).encode()
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=20) as line:
        line.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: {where.netloc}\r\nAccept-Encoding: gzip\r\n"
            f"Connection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        reply = b"".join(iter(lambda: line.recv(65536), b""))
    return int(reply[9:12]), len(reply)


def lengths(server: Server, path: str, *bodies: Any) -> set[tuple[int, int]]:
    asked = httpx.get(f"{server.url}{ROUND}/work").json()
    return {
        on_the_wire(
            server,
            "POST",
            ROUND + path,
            body | {"work": solve(**asked, subject=body["receipt_hash"])}
            if "receipt_hash" in body
            else body,
        )
        for body in bodies
    }


def test_what_was_told_and_whether_it_was_there_before_do_not_show(server: Server) -> None:
    mine, withdrawn = receipt(), receipt()
    for written in (mine, withdrawn):
        assert lengths(server, "/responses", story("Jeg ble hørt.", written)) != set()
    taken = lengths(server, "/withdrawals", {"withdraw": withdrawn}, {"withdraw": receipt()})
    assert len(taken) == 1, "found and not found differ"
    again = lengths(server, "/withdrawals", {"withdraw": withdrawn})
    assert again == taken
    sent = lengths(
        server,
        "/responses",
        answer(),
        answer(services=[], answers={}),
        story("Kort."),
        story("lang fortelling " * 200),
        story("en annen", mine),
        story("kommer tilbake", withdrawn),
    )
    assert [status for status, _ in sent] == [201]


def test_refusals_of_one_status_are_alike(server: Server) -> None:
    refused = lengths(
        server,
        "/responses",
        answer(services=["finnes_ikke"]),
        answer(answers={"mt1": 77}),
        answer(answers={"finnes_ikke": 1}),
        answer(language="xx"),
        {},
        "nei",
    )
    assert [status for status, _ in refused] == [400]


def test_two_rounds_cannot_be_told_apart_by_their_length(server: Server, tmp_path: Path) -> None:
    """Not by what they are called; how much a round asks still shows in its size class."""
    name = {"nb": "Barneverntjenesten i Kaia og omegn", "nn": "Barnevernet", "en": "Child care"}
    database = f"sqlite:///{tmp_path / 'other.db'}"
    load_round(database, title=name, readers=name, involvement=name)
    with serving(database, tmp_path.with_suffix(".log"), worker="false") as other:
        one, two = (on_the_wire(each, "GET", ROUND) for each in (server, other))
        assert one == two
        titles = {httpx.get(each.url + ROUND).json()["title"]["nb"] for each in (server, other)}
    assert len(titles) == 2


def test_errors_of_addresses_that_do_not_exist_are_padded_too(server: Server) -> None:
    found = {on_the_wire(server, "GET", path) for path in ("/api/rounds/INGEN", "/api/finnes/ikke")}
    assert [status for status, _ in found] == [404]


def test_a_release_is_left_byte_for_byte(server: Server) -> None:
    where = urlsplit(server.url)
    line = http.client.HTTPConnection(where.hostname or "", where.port)
    line.request("GET", f"{ROUND}/release")
    reply = line.getresponse().read()
    assert reply == reply.strip()
    line.close()
