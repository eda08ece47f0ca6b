"""A bare Litestar that sends to every stream what it is given: the ceiling of `workshop`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from litestar import Litestar, Request, get, post
from litestar.response import ServerSentEvent

queues: set[asyncio.Queue[str]] = set()


@get("/events")
async def events() -> ServerSentEvent:
    """Whatever is sent, from now on."""

    async def each() -> AsyncIterator[str]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        queues.add(queue)
        try:
            yield "begin"
            while True:
                yield await queue.get()
        finally:
            queues.discard(queue)

    return ServerSentEvent(each())


@post("/send", status_code=204)
async def send(request: Request[Any, Any, Any]) -> None:
    """Send to all."""
    text = (await request.body()).decode()
    for queue in queues:
        queue.put_nowait(text)


if __name__ == "__main__":
    uvicorn.run(Litestar([events, send]), port=int(sys.argv[1]), log_level="error")
