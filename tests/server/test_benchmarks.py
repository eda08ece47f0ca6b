"""The benchmarks' senders still fit the server; how fast it is, is not asked here."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks import answers, school, servers, solving, telling
from benchmarks.answers import Sending
from benchmarks.school import SEALED
from benchmarks.servers import Server
from tests.server.process import load_round

PATH = f"/api/rounds/{telling.CODE}/responses"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    address = f"sqlite:///{tmp_path_factory.mktemp('benchmarks')}/fortell.db"
    servers.load_round(address, telling.ROUND)
    return address


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("benchmarks") / "log"
    with servers.serving_fortell(database, log) as running:
        yield running


def test_solved_answers_arrive(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "BITS", 12)
    solved = tmp_path / "solved"
    solved.write_text("\n".join(solving.solved(solving.challenge(database), 900)))
    plain, story = answers.bodies()
    known = answers.sealed(server.url, story[:2])
    sending = Sending(server, PATH, [*plain[:2], *known], database, solved, connections=1)
    load = answers.send(sending, seconds=0.2)
    assert load.bytes_sent > 4096
    answers.see_that_all_are_kept(database, load.acknowledged)


def test_phones_answer_without_an_error(server: Server, database: str) -> None:
    before = servers.count_answers(database)
    with ThreadPoolExecutor(1) as worker:
        found = asyncio.run(school.run(server.url, 4, seconds=3, takes=1.2, worker=worker))
    assert not found.errors
    assert SEALED in found.waits
    assert servers.count_answers(database) - before == found.acknowledged > 0


def test_databases_become_twins(database: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path}/other.db"
    load_round(other)
    solving.twin(database, other)
    assert solving.challenge(database) == solving.challenge(other)
