"""An invited round, with a signer in a process of its own."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from server.signer.store import Store
from tests.server import phone
from tests.server.process import Server, signing
from tests.server.rounds import CODE


def make(
    file: Path, address: str, code: str = CODE, count: int = 5
) -> tuple[dict[str, Any], list[str]]:
    """What a round's file says of a signer, and the round's invitations."""
    with closing(Store(file)) as store:
        public, invitations = store.add_round(code, count)
    return {"mode": "invited", "invited": {"signer": address, "key": public}}, invitations


@dataclass
class Signer:
    """A signer that runs, and its file."""

    server: Server
    file: Path
    asked: httpx.Client

    def make(self, code: str = CODE, count: int = 5) -> tuple[dict[str, Any], list[str]]:
        return make(self.file, self.server.url, code, count)

    def token(self, invitation: str, code: str = CODE) -> dict[str, str]:
        return phone.ask(self.asked, code, invitation)


@contextmanager
def signer_in(folder: Path, port: int = 0) -> Iterator[Signer]:
    """A signer whose file and log lie in a folder."""
    file = folder / "signer.db"
    with (
        signing(file, folder / "signer.log", port) as server,
        httpx.Client(base_url=server.url) as asked,
    ):
        yield Signer(server, file, asked)
