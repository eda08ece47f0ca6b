"""Prints a page to PDF with a Chromium of this machine, spoken to through a pipe: no port is open.

Chromium's own `--print-to-pdf` never ends in builds that lack its command handler; its protocol
(Chrome DevTools Protocol, `Page.printToPDF`) is in all of them.
"""

import base64
import json
import os
import select
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FLAGS = (
    "--headless",
    "--no-sandbox",  # what it opens is our own file, and it runs in containers as root
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # it finds no other machine
    "--no-first-run",
    "--remote-debugging-pipe",
)
SECONDS = 60.0  # for a browser that never answers
PRINTED = {
    "generateTaggedPDF": True,
    "generateDocumentOutline": True,
    "preferCSSPageSize": True,
    "printBackground": True,
    "displayHeaderFooter": False,
}


class PrinterError(Exception):
    """The browser did not print."""


class Printer:
    """A running Chromium.

    Args:
        program: where it is.
        folder: an empty folder for its profile.
    """

    def __init__(self, program: Path, folder: Path) -> None:
        script = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'
        profile = f"--user-data-dir={folder}"
        self._process = subprocess.Popen(  # noqa: S603 (a program that the caller chose)
            ["/bin/sh", "-c", script, str(program), *FLAGS, profile, "about:blank"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._heard = b""
        self._asked = 0
        self._ends = time.monotonic() + SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for end in (self._process.stdin, self._process.stdout):
            if end:
                end.close()

    def pdf(self, page: Path) -> bytes:
        """Return a file's page as a tagged PDF.

        Args:
            page: an HTML file.

        Raises:
            PrinterError: the browser stopped, or does not answer.
        """
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable", session)
        self._call("Page.navigate", session, url=page.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass
        ready = "document.fonts.ready.then(() => 1)"
        self._call("Runtime.evaluate", session, expression=ready, awaitPromise=True)
        return base64.b64decode(self._call("Page.printToPDF", session, **PRINTED)["data"])

    def _call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        self._asked += 1
        said = {"id": self._asked, "method": method, "params": parameters}
        if session:
            said["sessionId"] = session
        pipe = self._process.stdin
        try:
            os.write(pipe.fileno() if pipe else -1, json.dumps(said).encode() + b"\0")
        except OSError as error:
            raise PrinterError(f"The browser stopped ({type(error).__name__}).") from None
        while (answer := self._next()).get("id") != self._asked:
            pass
        if "error" in answer:
            raise PrinterError(f"The browser refused {method}.")
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        """Return the next message, which ends in a null byte."""
        pipe = self._process.stdout
        end = pipe.fileno() if pipe else -1
        while b"\0" not in self._heard:
            left = self._ends - time.monotonic()
            if left <= 0 or not select.select([end], [], [], left)[0]:
                raise PrinterError(f"The browser has not answered for {SECONDS:.0f} seconds.")
            read = os.read(end, 1 << 20)
            if not read:
                raise PrinterError("The browser stopped.")
            self._heard += read
        message, _, self._heard = self._heard.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found
