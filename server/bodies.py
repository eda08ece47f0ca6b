"""JSON that arrives, decoded once and straight into the type that its handler asks for.

Litestar decodes it into lists and dictionaries first and makes the type of those.
"""

from functools import cache
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ClientException


class JSONRequest(Request[Any, Any, Any]):
    """A request whose body is its handler's `data`."""

    async def json(self) -> Any:
        """Return the body as `data` is annotated.

        Raises:
            ClientException: it is not JSON, or does not fit.
        """
        data = self.route_handler.parsed_fn_signature.parameters["data"]
        try:
            return _decoder(data.annotation).decode(await self.body())
        except msgspec.DecodeError as error:
            raise ClientException from error


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
