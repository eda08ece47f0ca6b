"""The latest release as files, for anybody: what the command `fortell export` writes."""

from typing import Any

from litestar import Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

import exports
from exports import Dataset, Release, Study
from server import errors
from server.errors import Problem
from server.release import service
from server.release.service import ReleaseError

UNKNOWN = ("There is no file in this format.", "Choose one that docs/for-researchers.md names.")
BYTES = "application/octet-stream"


@get(
    "/api/rounds/{code:str}/release/{form:str}",
    media_type=BYTES,
    tags=["release"],
    responses={
        200: ResponseSpec(
            dict[str, Any], description="The file.", generate_examples=False, media_type=BYTES
        ),
        **errors.described(400, 404),
    },
)
async def release_file(code: FromPath[str], form: FromPath[str]) -> Response[bytes]:
    """The latest release in one of the formats; the same release gives the same bytes."""
    if form not in exports.formats(Release):
        raise Problem(404, "unknown_format", *UNKNOWN)
    try:
        made, study = await service.to_export(code)
    except ReleaseError:
        raise Problem(
            404,
            "not_released",
            "No round has this code, or nothing has been published from it.",
            "Check the code, or come back later.",
        ) from None
    return as_file(made, study, form)


def as_file(outgoing: Release | Dataset, study: Study, form: str) -> Response[bytes]:
    """A file to be saved."""
    name = exports.file_name(outgoing, form, study)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(exports.render(outgoing, form, study), media_type=BYTES, headers=headers)


routes: list[ControllerRouterHandler] = [release_file]
