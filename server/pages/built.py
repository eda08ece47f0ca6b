"""The built pages' files, each read and compressed once: a phone asks for ten of them at a time."""

import mimetypes
from functools import lru_cache
from gzip import compress
from pathlib import Path
from typing import Any

from litestar import Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server.errors import Problem
from server.padding import accepts_gzip

STATIC = Path(__file__).parent.parent / "static"

FILES = 256
"""Files that are kept in memory; a build has about forty, of 400 kB in all."""


@route("/static/{file_path:path}", http_method=["GET", "HEAD"], include_in_schema=False)
async def built_file(request: Request[Any, Any, Any], file_path: FromPath[Path]) -> Response[bytes]:
    """A file of the built pages, compressed where the client takes that and it is worth it."""
    path = STATIC / str(file_path).lstrip("/")
    try:
        plain, packed = _read(path.resolve(), path.stat().st_mtime_ns)
    except (OSError, ValueError):
        raise NotFoundException from None
    small = len(packed) < len(plain) and accepts_gzip(request.scope)
    return Response(
        packed if small else plain,
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        headers={"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if small else {}),
    )


def built_page(name: str) -> Response[bytes]:
    """A built page as it is served at an address of its own.

    Args:
        name: path below the folder of built files.

    Raises:
        Problem: it has not been built.
    """
    file = STATIC / name
    if not file.exists():
        raise Problem(503, "not_built", "This page has not been built.", "Run: make frontend")
    return Response(file.read_bytes(), media_type="text/html")


@lru_cache(FILES)
def _read(path: Path, _changed: int) -> tuple[bytes, bytes]:
    """A file as it is and compressed.

    Raises:
        ValueError: it lies elsewhere.
        OSError: there is none.
    """
    path.relative_to(STATIC.resolve())
    content = path.read_bytes()
    return content, compress(content, mtime=0)
