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
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import ceilings, servers
from benchmarks.load import Load
from benchmarks.servers import ROOT, Failed, Server

ROUND = ROOT / "server" / "demo" / "rounds" / "fjord2.yaml"
CODE = "FJORD2"
STORIES = ROOT / "server" / "demo" / "narratives" / "fjordvik.jsonl"

CONNECTIONS = 100
REPETITIONS = 3
SECONDS = 1.5
BODIES = 200

HTTP = "Litestar that only replies"
RAW = "raw statements, no HTTP"
RAW_HTTP = "raw statements behind Litestar"
SCALES = "**Fortell, scales**"
STORY = "**Fortell, scales and a story**"


class Figures(NamedTuple):
    """One repetition.

    `rate` is answers a second, `p99` milliseconds that 1 answer in 100 waited longer than, `cpu`
    microseconds of processor time that the server used for an answer.
    """

    rate: float
    p99: float
    cpu: float


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
            servers.load_round(database, ROUND)
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
    scales, story = bodies(fortell["SQLite"].url)

    def sent(name: str, path: str, lines: list[str], server: Server, database: str) -> Figures:
        cpu = server.cpu()
        loads[name] = load = send(server.url + path, lines)
        cpu = server.cpu() - cpu
        if database:
            see_that_all_are_kept(database, load.acknowledged)
        return Figures(load.per_second, load.p99, 1e6 * cpu / load.acknowledged)

    cases = [Case("", HTTP, partial(sent, HTTP, "/nothing", scales, bare, ""))]
    path = f"/api/rounds/{CODE}/responses"
    for place, name in enumerate(ours):
        written = f"/written/{place}"
        cases += [
            Case(name, RAW, partial(driver_alone, raw[name], scales)),
            Case(name, RAW_HTTP, partial(sent, RAW_HTTP, written, scales, bare, raw[name])),
            Case(name, SCALES, partial(sent, SCALES, path, scales, fortell[name], ours[name])),
            Case(name, STORY, partial(sent, STORY, path, story, fortell[name], ours[name])),
        ]
    return cases


def driver_alone(database: str, lines: list[str]) -> Figures:
    """Write full groups with nothing around; the wait is that for a whole group."""
    cpu = time.process_time()
    times = asyncio.run(ceilings.write_for(SECONDS, database, lines))
    cpu = time.process_time() - cpu
    servers.empty_inbox(database)
    rows = ceilings.GROUP * len(times)
    rate, p99 = 1000 * rows / sum(times), statistics.quantiles(times, n=100)[98]
    return Figures(rate, p99, 1e6 * cpu / rows)


def send(url: str, lines: list[str]) -> Load:
    """Run the sender in its own process.

    Raises:
        Failed: an answer got no reply, or not the right one.
    """
    options = ["--connections", str(CONNECTIONS), "--seconds", str(SECONDS)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", url, *options],
        cwd=ROOT,
        input="\n".join(lines),
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


def bodies(url: str) -> tuple[list[str], list[str]]:
    """Whole answers to every question of the round, as JSON without receipt hashes.

    Args:
        url: a running Fortell that has the round.

    Returns:
        Answers without a story, and the same with one of the demo's invented stories.
    """
    with urllib.request.urlopen(f"{url}/api/rounds/{CODE}") as reply:
        asked = json.load(reply)
    told = [json.loads(line)["text"] for line in STORIES.read_text("utf-8").splitlines()]
    story = next(question["id"] for question in asked["questions"] if question["type"] == "story")
    rng = random.Random(1)
    plain = [answered(asked, rng) for _ in range(BODIES)]
    with_story = [body | {"stories": {story: rng.choice(told)}} for body in plain]
    return [json.dumps(body) for body in plain], [json.dumps(body) for body in with_story]


def answered(asked: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """One answer to every question but the stories."""
    answers = {}
    for question in asked["questions"]:
        if question["type"] == "choice":
            answers[question["id"]] = rng.choice(question["options"])["value"]
        elif question["type"] == "scale":
            answers[question["id"]] = rng.randint(question["min"], question["max"])
    services = rng.sample([service["key"] for service in asked["services"]], 2)
    return {"language": "nb", "services": services, "age_band": "16-17", "answers": answers}


def described(postgres: str, loads: dict[str, Load]) -> str:
    """What was measured on, and how."""
    busiest = max(load.cpu for load in loads.values())
    return (
        f"SQLite {sqlite3.sqlite_version}, PostgreSQL {postgres}; {CONNECTIONS} open connections, "
        f"each waits for its reply; {loads[SCALES].bytes_sent:.0f} bytes a request with scales "
        f"only, {loads[STORY].bytes_sent:.0f} with a story; {REPETITIONS} times {SECONDS} s, "
        f"taking turns. The sender used at most {100 * busiest:.0f} % of a core."
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
