"""The built pages' files: what is there is served, compressed, and nothing beside it."""

import gzip
from pathlib import Path

import httpx
import pytest

from server.pages import built

pytestmark = pytest.mark.anyio
SCRIPT = "const a = 1;\n" * 200
FONT = bytes(range(256))


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "a.js").write_text(SCRIPT)
    (folder / "assets" / "b.woff2").write_bytes(FONT)
    (tmp_path / "secret.txt").write_text("hemmelig")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr(built, "STATIC", folder)
    return folder


async def get(client: httpx.AsyncClient, path: str, accept: str = "gzip") -> httpx.Response:
    return await client.get(path, headers={"Accept-Encoding": accept})


async def test_a_file_is_compressed_where_that_is_taken_and_worth_it(
    client: httpx.AsyncClient,
) -> None:
    packed = await get(client, "/static/assets/a.js")
    assert packed.text == SCRIPT
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(gzip.compress(SCRIPT.encode()))
    assert packed.headers["content-type"].startswith("text/javascript")
    assert "immutable" in packed.headers["cache-control"]
    plain = await get(client, "/static/assets/a.js", "identity, gzip;q=0")
    assert (plain.text, plain.headers.get("content-encoding")) == (SCRIPT, None)
    font = await get(client, "/static/assets/b.woff2")
    assert (font.content, font.headers.get("content-encoding")) == (FONT, None)
    for reply in (packed, plain, font):
        assert reply.headers["vary"] == "Accept-Encoding"
    head = await client.head("/static/assets/a.js")
    assert (head.status_code, head.content) == (200, b"")


async def test_a_file_built_anew_is_served_anew(client: httpx.AsyncClient, files: Path) -> None:
    before = await get(client, "/static/assets/a.js")
    (files / "assets" / "a.js").write_text("b")
    after = await get(client, "/static/assets/a.js")
    assert (before.text, after.text) == (SCRIPT, "b")


@pytest.mark.parametrize(
    "path",
    [
        "none.js",
        "assets",
        "",
        "../secret.txt",
        "%2e%2e/secret.txt",
        "assets/..%2f..%2fsecret.txt",
        "link.txt",
        "%00",
        "a" * 5000,
        "%ff",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    reply = await get(client, f"/static/{path}")
    assert reply.status_code == 404
    assert "hemmelig" not in reply.text
