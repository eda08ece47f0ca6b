"""How long a cracked phone on a bad network waits for the answering page's first button.

Chromium slows itself down through its own protocol (CDP). It delays each request and all bytes; it
does not delay the opening of a connection.
"""

import json
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.servers import Failed, load_round, serving_fortell
from benchmarks.telling import CODE, ROUND
from tests.browser import chromium

LATENCY_MS = 400
KBIT_S = 400
SLOWER = 4
RUNS = 7
LIMIT_MS = 3000

WATCH = """
window.usable = new Promise((tell) => {
  new MutationObserver((_, watcher) => {
    if (!document.querySelector('[data-testid=start]')) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => tell(performance.now())));
  }).observe(document, { childList: true, subtree: true });
});
"""

FETCHED = """
JSON.stringify(performance.getEntries()
  .filter((e) => e.entryType === 'navigation' || e.entryType === 'resource')
  .map((e) => [e.name, e.startTime, e.responseEnd, e.transferSize]))
"""


@dataclass(frozen=True)
class Visit:
    """One visit: when the button could be used, and (name, start, end, bytes) of each request."""

    usable: float
    requests: list[tuple[str, float, float, int]]


def main() -> list[str]:
    """Measure, and return Markdown."""
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        database = f"sqlite:///{folder}/speed.db"
        load_round(database, ROUND)
        with serving_fortell(database, Path(folder) / "log") as server:
            ours = [_visit(browser, f"{server.url}/r/{CODE}") for _ in range(RUNS)]
        # What had been fetched when the button came up: the typeface comes later.
        weight = sum(bytes_ for _, _, _, bytes_ in ours[0].requests)
        with _bare(weight) as url:
            empty = [_visit(browser, f"{url}/empty") for _ in range(RUNS)]
            one_file = [_visit(browser, f"{url}/page") for _ in range(RUNS)]
    middle = sorted(ours, key=lambda visit: visit.usable)[RUNS // 2]
    return [
        f"{KBIT_S} kbit/s, {LATENCY_MS} ms a round trip, a processor {SLOWER} times slower than "
        f"this one, nothing cached; median of {RUNS} visits. Limit: {LIMIT_MS / 1000:.0f} s.",
        "",
        "| From the address to a button that works | seconds, median (range) |",
        "|---|---:|",
        f"| **Fortell: “{CODE}”, welcome** | {_seconds(ours)} |",
        f"| the same {weight / 1000:.0f} kB as one script behind an HTML page (ceiling) "
        f"| {_seconds(one_file)} |",
        f"| an HTML page of one request, nothing else | {_seconds(empty)} |",
        "",
        "The median visit, request by request:",
        "",
        "| | from, ms | to, ms | kB |",
        "|---|---:|---:|---:|",
        *(
            f"| `{name}` | {start:.0f} | {end:.0f} | {size / 1000:.1f} |"
            for name, start, end, size in middle.requests
        ),
        f"| the button works | | {middle.usable:.0f} | |",
    ]


def _seconds(visits: list[Visit]) -> str:
    times = sorted(visit.usable / 1000 for visit in visits)
    return f"{statistics.median(times):.2f} ({times[0]:.2f}–{times[-1]:.2f})"


@contextmanager
def _browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        raise Failed("There is no Chromium. Run: make test")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=list(chromium.FLAGS))
        yield browser
        browser.close()


def _visit(browser: Browser, url: str) -> Visit:
    """Open an address with an empty cache, slowed down."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, locale="nb-NO", has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(WATCH)
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    speed = KBIT_S * 1000 / 8
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": speed,
            "uploadThroughput": speed,
        },
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="commit")
    usable = page.evaluate("window.usable")
    fetched = json.loads(page.evaluate(FETCHED))
    page.get_by_test_id("start").click()
    context.close()
    return Visit(
        usable,
        [
            (name.rpartition("/")[2] or "/", start, end, size)
            for name, start, end, size in fetched
            if end and not name.startswith("data:")
        ],
    )


class _Bare(BaseHTTPRequestHandler):
    """Answers with a page of one button, alone or behind a script of the same weight as ours."""

    weight = 0
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        button = "document.body.innerHTML = '<button data-testid=start>Start</button>';"
        if self.path == "/empty":
            self._send("text/html", "<!doctype html><button data-testid=start>Start</button>")
        elif self.path == "/page":
            self._send("text/html", "<!doctype html><body><script src=/script defer></script>")
        else:
            self._send("text/javascript", button.ljust(self.weight))

    def _send(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _bare(weight: int) -> Iterator[str]:
    handler = type("Bare", (_Bare,), {"weight": weight})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
