"""The report's file formats, and the list of what is lifted upwards."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from server.errors import Problem
from server.release import paper
from server.workshop.report import docx, html, markdown
from server.workshop.report.compose import compose
from server.workshop.report.material import Material

_PRINTING = asyncio.Semaphore(1)
"""A browser takes a few hundred megabytes; one at a time."""


async def html_file(material: Material, browser: Path | None) -> bytes:
    """One HTML file that loads nothing."""
    return html.render(compose(material), _styles()).encode()


async def pdf_file(material: Material, browser: Path | None) -> bytes:
    """A tagged PDF, printed by a Chromium of this machine; its date is the workshop's."""
    page = html.render(compose(material), _styles())
    held = material.held.isoformat() if material.held else "2000-01-01"
    try:
        program = paper.browser(browser)
        async with _PRINTING:
            return await asyncio.to_thread(paper.pdf, page, held, program)
    except paper.PaperError:
        raise Problem(
            503,
            "no_printer",
            "A PDF is printed with Chromium, which this server lacks or cannot start.",
            "Take the HTML file and print it from your browser, or tell whoever runs Fortell.",
        ) from None


async def docx_file(material: Material, browser: Path | None) -> bytes:
    """A DOCX file."""
    return docx.render(compose(material))


async def markdown_file(material: Material, browser: Path | None) -> bytes:
    """A Markdown file in UTF-8."""
    return markdown.render(compose(material)).encode()


def _styles() -> str:
    try:
        return paper.styles()
    except paper.PaperError:
        raise Problem(
            503,
            "not_built",
            "The pages have not been built.",
            "Who runs Fortell: run make frontend.",
        ) from None


Make = Callable[[Material, Path | None], Awaitable[bytes]]

FORMATS: dict[str, tuple[str, Make]] = {
    "html": ("text/html", html_file),
    "pdf": ("application/pdf", pdf_file),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        docx_file,
    ),
    "md": ("text/markdown", markdown_file),
}
"""Media type and maker, by suffix."""
