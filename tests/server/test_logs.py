"""Logs: dates, fixed names and places in the code; nothing that anybody sent."""

import datetime
import json
import logging
import re
from pathlib import Path

import pytest

from server import logs

ROOT = Path(__file__).parents[2]
SECRET = "kanarifugl"


def formatted(record: logging.LogRecord) -> dict[str, object]:
    line = logs.Formatter().format(record)
    assert "\n" not in line
    found: dict[str, object] = json.loads(line)
    return found


def recorded(logger: str, message: str, *values: object, **more: object) -> logging.LogRecord:
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, values, None)
    record.__dict__.update(more)
    return record


@pytest.mark.parametrize(
    "logger",
    ["uvicorn.error", "uvicorn.access", "litestar", "asyncio", "aiosqlite", "fortellx", "root"],
)
def test_nothing_that_a_library_says_is_written(logger: str) -> None:
    record = recorded(logger, f"{SECRET} %s", SECRET, facts={"story": SECRET}, path=SECRET)
    assert formatted(record) == {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "level": "error",
        "logger": logger,
    }


def test_of_an_error_its_kind_and_place_are_written_but_not_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    try:
        story = SECRET
        raise ValueError(f"cannot store {story}") from KeyError(SECRET)
    except ValueError as error:
        logs.failure("request_failed", error, number=1)
        logging.getLogger("uvicorn.error").exception("%s failed", story)
        logging.getLogger("aiosqlite").debug("executing %s", story)
        logging.getLogger("uvicorn.access").error("127.0.0.1 GET /%s", story)
    said = capsys.readouterr()
    assert said.out == ""
    assert SECRET not in said.err
    ours, theirs = (json.loads(line) for line in said.err.splitlines())
    assert (ours["event"], ours["error"], ours["number"]) == ("request_failed", "ValueError", 1)
    assert ours["where"][-1].startswith("test_logs.py:")
    assert theirs.keys() == {"date", "level", "logger", "error", "where"}


def test_an_event_is_a_fixed_name(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.event("released", round="KAIA26", number=2)
    line = json.loads(capsys.readouterr().err)
    assert line.keys() == {"date", "level", "logger", "event", "round", "number"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", line["date"])


def test_the_server_logs_fixed_names_and_no_count() -> None:
    """DESIGN.md, promises 1 and 3: no figure leaves but through the gate, not even by the log."""
    calls = [
        (path.name, call)
        for path in (ROOT / "server").rglob("*.py")
        for call in re.findall(r"logs\.(?:event|failure)\(([^()]*)\)", path.read_text("utf-8"))
    ]
    assert len(calls) > 4
    numbers = {f"number={name}" for name in ("number", "made.number", "before.number")}
    known = {"error", "round=definition.code", *numbers}
    for name, call in calls:
        event, *facts = [part.strip() for part in call.split(",")]
        assert re.fullmatch(r'"[a-z_]+"', event), (name, call)
        assert set(facts) <= known, (name, call)


def test_nothing_else_in_the_server_logs_or_prints() -> None:
    """One way out for a log line, so that one place can be looked through."""
    talking = re.compile(r"\bprint\(|getLogger|sys\.std(out|err)|format_exc|warnings\.warn")
    found = {
        path.relative_to(ROOT / "server").as_posix()
        for path in (ROOT / "server").rglob("*.py")
        if talking.search(path.read_text("utf-8"))
    }
    assert found == {"logs.py"}
