"""Answers a second, sent as phones send them, beside the same rows written by the driver alone.

Everything runs on this machine. Every server is a process of its own (`fortell serve`, and the
bare one of benchmarks.ceilings), and so is the sender. Every answer that got a reply is counted
in the database afterwards.
"""

import asyncio
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx

from benchmarks import ceilings, servers, solving, telling
from benchmarks.load import WARM, Load
from benchmarks.servers import ROOT, Failed, Server
from benchmarks.telling import CODE
from tests.server.working import Working

CONNECTIONS = 100
READ = 60
"""Connections with raw stories: as many as a server lets wait to be read, and no more."""

REPETITIONS = 3
SECONDS = 0.45
BODIES = 60
MOST = 9000
"""Answers a second that the work done in advance is enough for."""

HTTP = "Litestar that only replies"
RAW = "raw statements, no HTTP"
RAW_HTTP = "raw statements behind Litestar"
SCALES = "**Fortell, scales**"
SEALED = "**Fortell, scales and a sealed story**"
STORY = "**Fortell, scales and a raw story**"


class Figures(NamedTuple):
    """One repetition.

    `rate` is answers a second, `p99` milliseconds that 1 answer in 100 waited longer than, `cpu`
    microseconds of processor time that the server used for an answer.
    """

    rate: float
    p99: float
    cpu: float


@dataclass(frozen=True)
class Sending:
    """What is sent where.

    `database` is where it must be found afterwards; empty: nowhere. `solved` has receipt hashes
    with their proof of work, where that is asked for.
    """

    server: Server
    path: str
    lines: list[str]
    database: str = ""
    solved: Path | None = None
    connections: int = CONNECTIONS


@dataclass
class Case:
    """One row of the table: how to measure it, and what came of every repetition."""

    database: str
    name: str
    measure: Callable[[], Figures]
    found: list[Figures] = field(default_factory=list)

    def repeat(self) -> None:
        """Measure once more, and show it."""
        now = self.measure()
        self.found.append(now)
        label = f"{self.database} {self.name}".replace("*", "").strip()
        print(f"  {label:42}{now.rate:8.0f}/s   p99 {now.p99:4.0f} ms", file=sys.stderr)


def main() -> list[str]:
    """Measure, and return Markdown."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(servers.postgres_server(folder / "postgres"))
        ours, raw = (
            {
                "SQLite": f"sqlite:///{folder / kind}.db",
                "PostgreSQL": stack.enter_context(servers.postgres_database(postgres)),
            }
            for kind in ("fortell", "raw")
        )
        for database in (*ours.values(), *raw.values()):
            servers.load_round(database, telling.ROUND)
        solving.twin(*ours.values())
        loads: dict[str, Load] = {}
        cases = start(stack, folder, ours, raw, loads)
        for _ in range(REPETITIONS):
            for case in cases:
                case.repeat()
        version = servers.ask_postgres(postgres, "SHOW server_version").split()[0]
    return [described(version, loads), "", *table(cases)]


def start(
    stack: ExitStack,
    folder: Path,
    ours: dict[str, str],
    raw: dict[str, str],
    loads: dict[str, Load],
) -> list[Case]:
    """Start the servers and list the cases.

    Args:
        stack: stops the servers when it closes.
        folder: for the servers' messages.
        ours: a database for Fortell, by name.
        raw: a database for the driver alone, by name.
        loads: gets the sender's latest account of each case.
    """
    port = servers.free_port()
    command = [sys.executable, "-m", "benchmarks.ceilings", str(port), *raw.values()]
    bare = stack.enter_context(
        servers.serving(command, port, folder / "bare.log", dict(os.environ))
    )
    fortell = {
        name: stack.enter_context(servers.serving_fortell(database, folder / f"{name}.log"))
        for name, database in ours.items()
    }
    plain, story = bodies()
    solved = folder / "solved"
    solve_for(ours["SQLite"], solved)

    def case(database: str, name: str, sending: Sending) -> Case:
        return Case(database, name, partial(sent, name, sending, loads))

    cases = [case("", HTTP, Sending(bare, "/nothing", plain))]
    path = f"/api/rounds/{CODE}/responses"
    for place, (name, server) in enumerate(fortell.items()):
        # Also so that it has loaded its language engine.
        known = sealed(server.url, story)
        sending = Sending(server, path, plain, ours[name], solved)
        cases += [
            Case(name, RAW, partial(driver_alone, raw[name], plain)),
            case(name, RAW_HTTP, Sending(bare, f"/written/{place}", plain, raw[name])),
            case(name, SCALES, sending),
            case(name, SEALED, replace(sending, lines=known)),
            case(name, STORY, replace(sending, lines=story, connections=READ)),
        ]
    return cases


def solve_for(database: str, file: Path) -> None:
    """Do the work for as many answers as a run may need, and write it to a file."""
    count = round(MOST * (WARM + SECONDS))
    file.write_text("\n".join(solving.solved(solving.challenge(database), count)))


def sent(name: str, sending: Sending, loads: dict[str, Load]) -> Figures:
    """Send, and see that what was acknowledged is kept.

    Args:
        name: the case's.
        sending: what, where.
        loads: gets the sender's account.
    """
    cpu = sending.server.cpu()
    loads[name] = load = send(sending)
    cpu = sending.server.cpu() - cpu
    if sending.database:
        see_that_all_are_kept(sending.database, load.acknowledged)
    return Figures(load.per_second, load.p99, 1e6 * cpu / load.acknowledged)


def driver_alone(database: str, lines: list[str]) -> Figures:
    """Write full groups with nothing around; the wait is that for a whole group."""
    cpu = time.process_time()
    times = asyncio.run(ceilings.write_for(SECONDS, database, lines))
    cpu = time.process_time() - cpu
    servers.empty_inbox(database)
    rows = ceilings.GROUP * len(times)
    rate, p99 = 1000 * rows / sum(times), statistics.quantiles(times, n=100)[98]
    return Figures(rate, p99, 1e6 * cpu / rows)


def send(sending: Sending, seconds: float = SECONDS) -> Load:
    """Run the sender in its own process.

    Raises:
        Failed: an answer got no reply, or not the right one.
    """
    options = ["--connections", str(sending.connections), "--seconds", str(seconds)]
    if sending.solved:
        options += ["--solved", str(sending.solved)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", sending.server.url + sending.path, *options],
        cwd=ROOT,
        input="\n".join(sending.lines),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"The sender stopped. {done.stderr.strip().splitlines()[-1]}")
    return Load(**json.loads(done.stdout))


def see_that_all_are_kept(database: str, acknowledged: int) -> None:
    """Count the answers in the inbox, and empty it for the next run.

    Raises:
        Failed: there are not as many as got a reply.
    """
    kept = servers.empty_inbox(database)
    if kept != acknowledged:
        raise Failed(f"{acknowledged} answers were acknowledged, but {kept} are kept.")


def bodies() -> tuple[list[str], list[str]]:
    """Whole answers as JSON without receipt hashes: without a story, and with a raw one."""
    rng = random.Random(1)
    told = telling.stories(rng)[:BODIES]
    plain = [telling.answer(rng) for _ in told]
    with_story = [
        body | {"stories": {telling.PROMPT: text}} for body, text in zip(plain, told, strict=True)
    ]
    return [json.dumps(body) for body in plain], [json.dumps(body) for body in with_story]


def sealed(url: str, lines: list[str]) -> list[str]:
    """Answers whose stories a server has sealed, and whose tellers agree with what it proposed.

    Args:
        url: a running Fortell that has the round.
        lines: answers with raw stories.
    """
    found = []
    with httpx.Client(base_url=f"{url}/api/rounds/{CODE}", auth=Working(), timeout=30) as client:
        for line in lines:
            body = json.loads(line)
            told = {"language": body["language"], "stories": body.pop("stories")}
            reply = client.post("/proposals", json=told).raise_for_status().json()
            body["sealed"] = {
                item: {key: one[key] for key in ("text", "proposed", "seal")}
                | {"themes": one["proposed"]}
                for item, one in reply["stories"].items()
            }
            found.append(json.dumps(body))
    return found


def described(postgres: str, loads: dict[str, Load]) -> str:
    """What was measured on, and how."""
    busiest = max(load.cpu for load in loads.values())
    return (
        f"SQLite {sqlite3.sqlite_version}, PostgreSQL {postgres}; {CONNECTIONS} open connections, "
        f"{READ} with raw stories, each waits for its reply; {loads[SCALES].bytes_sent:.0f} bytes "
        f"a request, as phones fill them up; proof of work done in advance, and checked in what is "
        f"measured; {REPETITIONS} times {SECONDS} s, taking turns. The sender used at most "
        f"{100 * busiest:.0f} % of a core."
    )


def table(cases: list[Case]) -> list[str]:
    """Medians; shares of a ceiling are taken within each repetition, for the disk drifts."""
    found = {(case.database, case.name): case for case in cases}
    lines = [
        "| | answers/s, median (range) | p99, ms | CPU, µs/answer | of raw behind Litestar "
        "| of raw, no HTTP |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for case in cases:
        shares = [
            share(case, found[case.database, name]) if case.database else "–"
            for name in (RAW_HTTP, RAW)
        ]
        label = f"{case.database}: {case.name}" if case.database else case.name
        rate, p99, cpu = (statistics.median(column) for column in zip(*case.found, strict=True))
        rates = [figures.rate for figures in case.found]
        lines.append(
            f"| {label} | {rate:.0f} ({min(rates):.0f}–{max(rates):.0f}) | {p99:.0f} | {cpu:.0f} "
            f"| {shares[0]} | {shares[1]} |"
        )
    return lines


def share(case: Case, ceiling: Case) -> str:
    """Median share of a ceiling."""
    pairs = zip(case.found, ceiling.found, strict=True)
    shares = [ours.rate / most.rate for ours, most in pairs]
    return f"{statistics.median(shares):.2f}"
