"""Five hundred phones behind one address for five minutes, on both databases.

`python -m benchmarks.phones --seconds 60 --answer 30` prints a shorter and harder run.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks import servers, telling
from benchmarks.school import PLAIN, RAW, SEALED, Account
from benchmarks.servers import ROOT, Failed

PHONES = 500
SECONDS = 300.0
ANSWER = 150.0
LIMIT_MS = 400

STEPS = {
    SEALED: "sending a sealed story",
    RAW: "sending a raw story",
    PLAIN: "sending without a story",
    "proposal": "a proposal, when it is taken on",
    "opening": "the page and all that it loads",
}

PEERS = (
    ("Polis, documented peak", "65 votes/s on about a dozen nodes"),
    ("Formbricks, limit behind one address", "100 requests a minute: 30 pupils are refused"),
    ("Slido, free live session", "100 participants"),
)
"""What peers publish of their own load; measured elsewhere, only repeated here."""


class Result(NamedTuple):
    """What came of one database: the phones' account, and cores that the server used."""

    account: Account
    cores: float


def main(phones: int = PHONES, seconds: float = SECONDS, answer: float = ANSWER) -> list[str]:
    """Measure, and return Markdown.

    Args:
        phones: at the same time.
        seconds: how long, on each database.
        answer: seconds that an answer takes on average.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(servers.postgres_server(folder / "postgres"))
        databases = {
            "SQLite": f"sqlite:///{folder}/phones.db",
            "PostgreSQL": stack.enter_context(servers.postgres_database(postgres)),
        }
        results = {
            name: measured(database, folder / f"{name}.log", phones, seconds, answer)
            for name, database in databases.items()
        }
    return [*described(phones, seconds, answer), "", *table(results), "", *peers()]


def measured(database: str, log: Path, phones: int, seconds: float, answer: float) -> Result:
    """Let phones answer on one database, with the worker beside the server as it is shipped.

    Raises:
        Failed: the phones stopped, or fewer answers are kept than were acknowledged.
    """
    servers.load_round(database, telling.ROUND)
    with servers.serving_fortell(database, log, worker=True) as server:
        cpu = server.cpu()
        account = run(server.url, phones, seconds, answer)
        cpu = server.cpu() - cpu
    kept = servers.count_answers(database)
    if kept != account.acknowledged:
        raise Failed(f"{account.acknowledged} answers were acknowledged, but {kept} are kept.")
    return Result(account, cpu / seconds)


def run(url: str, phones: int, seconds: float, answer: float) -> Account:
    """Run the phones in their own process.

    Raises:
        Failed: it stopped.
    """
    options = ["--phones", str(phones), "--seconds", str(seconds), "--answer", str(answer)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.school", url, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"The phones stopped. {done.stderr.strip().splitlines()[-1]}")
    return Account(**json.loads(done.stdout))


def described(phones: int, seconds: float, answer: float) -> list[str]:
    """What was done."""
    return [
        f"{phones} phones for {seconds:.0f} s on each database, all from one address; an answer "
        f"takes {2 / 3 * answer:.0f}–{4 / 3 * answer:.0f} s. Of ten, seven have a story that its "
        "teller saw a proposal for, two a raw one, one none. One `fortell serve` as it is shipped, "
        f"its worker in the same process. Limit: p99 {LIMIT_MS} ms for sending, and no error.",
    ]


def table(results: dict[str, Result]) -> list[str]:
    """One column for each database."""
    rows = {
        label: [waits(r.account.waits.get(step, [])) for r in results.values()]
        for step, label in STEPS.items()
    }
    accounts = [result.account for result in results.values()]
    rows["a proposal with all tries, longest wait, s"] = [
        f"{max(account.judged, default=0):.1f}" for account in accounts
    ]
    rows["proposals asked for again because many were, by design"] = [
        str(account.busy) for account in accounts
    ]
    rows["proposals that never came"] = [str(account.given_up) for account in accounts]
    rows["answers acknowledged, and found in the database"] = [
        str(account.acknowledged) for account in accounts
    ]
    rows["**errors**"] = [
        ", ".join(f"{count} × {what}" for what, count in account.errors.items()) or "0"
        for account in accounts
    ]
    rows["cores that the server used"] = [f"{result.cores:.2f}" for result in results.values()]
    return [
        f"| p50 / p99 / longest, ms | {' | '.join(results)} |",
        "|---|" + "---:|" * len(results),
        *(f"| {label} | {' | '.join(cells)} |" for label, cells in rows.items()),
    ]


def waits(seconds: list[float]) -> str:
    """Median, 99th percentile and longest, in ms."""
    if len(seconds) < 2:
        return "–"
    p99 = statistics.quantiles(seconds, n=100, method="inclusive")[98]
    return " / ".join(
        f"{1000 * wait:.0f}" for wait in (statistics.median(seconds), p99, max(seconds))
    )


def peers() -> list[str]:
    """What peers publish."""
    return [
        "| Peers, as they publish it (not measured here) | |",
        "|---|---|",
        *(f"| {name} | {figure} |" for name, figure in PEERS),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=PHONES)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--answer", type=float, default=ANSWER)
    print("\n".join(main(**vars(parser.parse_args()))))
