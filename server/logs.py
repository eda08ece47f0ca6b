"""Structured logs that cannot carry an answer, an address or a time of day.

A record of ours is an event name with numbers and words that the code itself chose. Of a record
from a library only its origin and the kind of error remain: a message or a local value could
quote a young person.
"""

import datetime
import json
import logging
import sys
import threading
import traceback
from pathlib import Path

OURS = "fortell"


class Formatter(logging.Formatter):
    """Writes one JSON object a line: date, level, logger, event, facts, and an error's place."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON.

        Args:
            record: any record; only our own loggers' messages are kept.
        """
        line: dict[str, object] = {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name == OURS or record.name.startswith(OURS + "."):
            line["event"] = record.msg
            line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            frames = traceback.extract_tb(trace)
            line["error"] = kind.__name__
            line["where"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-6:]]
        return json.dumps(line, ensure_ascii=False)


def configure() -> None:
    """Send every logger of the process through the formatter, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "litestar"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    _catch_what_python_would_print()


def _catch_what_python_would_print() -> None:
    """Warnings, and errors that nobody caught: their words could quote what was sent."""
    logging.captureWarnings(True)
    logging.raiseExceptions = False
    sys.excepthook = lambda _, error, trace: failure("stopped", error.with_traceback(trace))
    sys.unraisablehook = lambda found: _uncaught(found.exc_value)
    threading.excepthook = lambda found: _uncaught(found.exc_value)


def _uncaught(error: BaseException | None) -> None:
    if error is not None:
        failure("uncaught", error)


def event(name: str, **facts: int | str | bool) -> None:
    """Log that something happened.

    Args:
        name: a fixed name, never text from a request.
        facts: versions, codes of rounds; never a figure, nor anything about one answer.
    """
    logging.getLogger(OURS).info(name, extra={"facts": facts})


def failure(name: str, error: BaseException, **facts: int | str | bool) -> None:
    """Log that something failed: the kind of error and where, not what it said.

    Args:
        name: a fixed name.
        error: the exception; its message is not written.
        facts: as for event.
    """
    logging.getLogger(OURS).error(
        name, extra={"facts": facts}, exc_info=(type(error), error, error.__traceback__)
    )
