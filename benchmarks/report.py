"""How long a report page takes once its release is stored, beside the same server's floor.

The floor is `/health` of the same server. The server's processor time is told beside, for a busy
machine makes the requests wait and hardly costs the server more.
"""

import asyncio
import hashlib
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import yaml

import exports
from benchmarks import servers
from benchmarks.release import catalogue, responses
from benchmarks.telling import ROUND
from exports import History, Policy, Reading, Release
from server import database
from server.collect import rounds
from server.release.tables import ReleaseRow
from server.settings import Settings

CODE, SERVICES, RESPONSES, SHOWN = "RAPPORT", 12, 6000, "s0"
DAYS = ("2026-07-01", "2026-10-01", "2027-01-01")
FIRST, TIMES, LIMIT_MS = 10, 60, 50


@dataclass(frozen=True)
class Asked:
    """Milliseconds of each request, and of the server's processor for one of them."""

    times: list[float]
    cpu: float

    def row(self, name: str, floor: float) -> str:
        """A row of the table."""
        middle, late = statistics.median(self.times), statistics.quantiles(self.times, n=20)[-1]
        return f"| {name} | {middle:.1f} | {late:.1f} | {self.cpu:.1f} | {middle / floor:.1f} |"


def main() -> list[str]:
    """Lines of the section."""
    made = releases()
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/fortell.db"
        servers.load_round(address, _round_file(Path(folder)))
        asyncio.run(_keep(address, made))
        with servers.serving_fortell(address, Path(folder) / "log") as server:
            found = {name: ask(server, path) for name, path in paths().items()}
    floor = statistics.median(found["`/health`"].times)
    return [
        f"{RESPONSES} answers, {SERVICES} services, {len(made)} releases, "
        f"{len(made[-1].to_bytes()) / 1e6:.1f} MB each; SQLite; {TIMES} requests one after the "
        f"other, after {FIRST} that are not counted. Limit: {LIMIT_MS} ms. "
        f"Load of the machine meanwhile: {os.getloadavg()[0]:.1f}.",
        "",
        "| | ms, median | ms, 95 of 100 | processor, ms | × `/health` |",
        "|---|---:|---:|---:|---:|",
        *(one.row(name, floor) for name, one in found.items()),
    ]


def paths() -> dict[str, str]:
    """The floor, the index, and a service's page for each reading."""
    report = f"/rapport/{CODE}"
    readings = {f"`?for={one}`": f"{report}/{SHOWN}?for={one}" for one in Reading}
    return {"`/health`": "/health", "the index": report} | readings


def ask(server: servers.Server, path: str) -> Asked:
    """Ask for a page again and again."""
    times = []
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for _ in range(FIRST):
            client.get(path).raise_for_status()
        before = server.cpu()
        for _ in range(TIMES):
            start = time.perf_counter()
            client.get(path).raise_for_status()
            times.append((time.perf_counter() - start) * 1000)
        return Asked(times, (server.cpu() - before) * 1000 / TIMES)


def releases() -> tuple[Release, ...]:
    """Three releases of more and more invented answers, as the gate makes them."""
    terms = catalogue(SERVICES)
    frame = responses(RESPONSES, terms)
    done: tuple[Release, ...] = ()
    for number, day in enumerate(DAYS, 1):
        some = frame.head(frame.height * number // len(DAYS))
        made = exports.release(some, Policy(terms), History(done), series="1", published=day)
        done = (*done, made)
    return done


def _round_file(folder: Path) -> Path:
    """The demo's round, with the services and areas of the releases."""
    described = yaml.safe_load(ROUND.read_text("utf-8"))
    terms = catalogue(SERVICES)
    described |= {
        "code": CODE,
        "services": [
            {"key": one.key, "class": one.service_class, "area": one.area, "name": dict(one.name)}
            for one in terms.services
        ],
        "areas": [
            {"key": one.key, "level": "kommune", "name": dict(one.name)}
            | ({"parent": one.parent} if one.parent else {})
            for one in terms.areas
        ],
        "questionnaire": ["services", "narrativ4.n1", "mt10", "age_band"],
    }
    described = {name: str(v) if isinstance(v, date) else v for name, v in described.items()}
    file = folder / "round.yaml"
    file.write_text(yaml.safe_dump(described, allow_unicode=True, sort_keys=False), "utf-8")
    return file


async def _keep(address: str, made: tuple[Release, ...]) -> None:
    """Store releases as a server does."""
    await database.connect(Settings(database=address))
    try:
        found = await rounds.find(CODE)
        if found is None:
            raise servers.Failed("The round was not loaded.")
        for one in made:
            document = one.to_bytes()
            row = ReleaseRow(
                round=found[0].id,
                number=one.number,
                published=date.fromisoformat(one.published),
                document=document.decode(),
                members=one.members_to_bytes(),
                digest=hashlib.sha256(document).hexdigest(),
            )
            await ReleaseRow.insert(row)
    finally:
        await database.close()
