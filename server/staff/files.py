"""The kept data set of a round, as files, for whoever is signed in."""

from litestar import Response, get
from litestar.params import FromPath

import exports
from server.errors import Problem
from server.release import service
from server.release.files import UNKNOWN, as_file
from server.staff.door import signed_in


@get("/{code:str}/data/{form:str}", guards=[signed_in])
async def data_file(code: FromPath[str], form: FromPath[str]) -> Response[bytes]:
    """One file of the data set that was made beside the latest release; none is made here."""
    if form not in exports.formats(exports.Dataset):
        raise Problem(404, "unknown_format", *UNKNOWN)
    kept = await service.kept_dataset(code)
    if kept is None:
        raise Problem(
            404,
            "no_data_set",
            "No data set has been made beside the latest release of this round.",
            "For whoever runs Fortell: fortell export --data",
        )
    return as_file(*kept, form)
