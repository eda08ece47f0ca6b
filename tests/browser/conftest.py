"""A real server in a process of its own, and a real Chromium in front of it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser import chromium

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PHONE: ViewportSize = {"width": 360, "height": 640}
FORTELL = Path(sys.executable).with_name("fortell")

FOCUSED = """() => {
    const it = document.activeElement;
    if (it === document.body) return null;
    const shown = it.matches(".choice input, .slider input")
        ? it.parentElement.querySelector(".ring") : it;
    const { outlineStyle, outlineWidth } = getComputedStyle(shown);
    const { left, top, width, height } = shown.getBoundingClientRect();
    const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]];
    const near = it.closest("label, .slider") ?? it;
    const seen = points.some(([x, y]) => {
        const found = document.elementFromPoint(left + x * width, top + y * height);
        return found !== null && (near.contains(found) || found.contains(near));
    });
    const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    const first = it === document.querySelector("header button");
    return { what: it.outerHTML.slice(0, 120), outlined, seen, first };
}"""
"""What has the focus, whether it has an outline, and whether anything lies over it."""


@dataclass
class Running:
    """A started server: its address, its folder, its log, and its environment for commands."""

    url: str
    folder: Path
    log: Path
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start the server, again where it was killed: at the same address, on the same data."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [FORTELL, "serve"], env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )
        wait_for(self.url, self.process)

    def kill(self) -> None:
        """Kill the server, as a machine does that loses its power."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)

    def command(self, *words: str) -> str:
        """Run a `fortell` command on the same database."""
        ran = subprocess.run(
            [FORTELL, *words], env=self.environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(database: str, folder: Path) -> Iterator[Running]:
    """Start a server on a database, with its log in a folder, and stop it again."""
    port = free_port()
    environment = os.environ | {
        "FORTELL_DATABASE": database,
        "FORTELL_PORT": str(port),
        "FORTELL_WORKER": "false",
    }
    started = Running(f"http://127.0.0.1:{port}", folder, folder / "server.log", environment)
    try:
        started.start()
        yield started
    finally:
        if started.process is not None:
            started.process.terminate()
            started.process.wait(20)


@pytest.fixture
def running(database: str, tmp_path: Path) -> Iterator[Running]:
    with serving(database, tmp_path) as started:
        yield started


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server stopped"
        try:
            if httpx.get(f"{url}/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """A browser; its driver keeps an event loop running, so it ends with the browser tests."""
    path = chromium.find()
    if path is None:
        reason = "no Chromium on this machine, and none could be unpacked"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def phone(chrome: Browser) -> Iterator[Page]:
    """A small phone. A request to elsewhere, a script error or a cookie is a failure."""
    context = chrome.new_context(
        viewport=PHONE, locale="nb-NO", has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on(
        "request",
        lambda r: (
            None if "//127.0.0.1:" in r.url or r.url.startswith("data:") else wrong.append(r.url)
        ),
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
    yield page
    assert [cookie for cookie in context.cookies() if not cookie["path"].startswith("/stab")] == []
    assert wrong == []
    context.close()


def assert_accessible(page: Page) -> None:
    """axe finds nothing on the screen (WCAG 2.2 A and AA, and axe's best practice)."""
    page.evaluate("scrollTo(0, 0)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    problems = [
        f"{v['id']}: {v['help']} ({node['target']})"
        for v in found["violations"]
        for node in v["nodes"]
    ]
    assert problems == []
