"""A report as a file that needs nothing else: one HTML file, or a tagged PDF printed from it.

The PDF is our own page, printed by a Chromium that is on the machine; nothing is fetched, and its
dates are the release's, so that the same release gives the same pages.
"""

import base64
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import exports
from enumerations import Language
from exports import Deed, Page, Reading, Words
from server.act import ledger
from server.collect import rounds
from server.release import service, written
from server.release.printer import Printer, PrinterError

STATIC = Path(__file__).parents[1] / "static"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FONT = re.compile(r"url\(/static/(assets/[\w.-]+\.woff2)\)")
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:[0-9+']{20,24}\)")
_NODES = re.compile(rb"\(node(\d{8})\)")
_WITHHELD = '<details class="withheld">'


class PaperError(Exception):
    """A file cannot be made; the message says what to do."""


@dataclass(frozen=True)
class Wanted:
    """Which report: a round's latest release, of whom, for whom and in what language."""

    code: str
    service: str
    reading: Reading
    language: Language | None = None


async def page(wanted: Wanted) -> tuple[str, str]:
    """Return a report that loads nothing, and the date of its release.

    Raises:
        PaperError: the round, its release or the service is not there, or no stylesheet is.
    """
    found = await rounds.find(wanted.code)
    made = await service.latest(found[0].id) if found else None
    if found is None or made is None:
        raise PaperError(
            f"Nothing has been released from {wanted.code}. "
            f"Run: fortell release --round {wanted.code}"
        )
    row, definition = found
    if wanted.service not in made.catalogue.places:
        known = ", ".join(made.catalogue.places)
        raise PaperError(f"The release knows no service {wanted.service}. Use one of: {known}")
    language = wanted.language or definition.languages[0]
    if language not in definition.languages:
        raise PaperError(f"The round has no texts in {language}. Choose another --language.")
    around = Page(
        organisation=rounds.names(definition.organisation.name),
        stylesheet="",
        mandate=rounds.mandate_of(definition),
        involvement=rounds.names(definition.involvement),
        styles=styles(),
    )
    earlier = await service.earlier(row.id, made)
    words = await words_of(row.id)
    text = exports.render_report(
        made, wanted.service, language, around, wanted.reading, earlier, words
    )
    return text, made.published


async def words_of(round_id: UUID) -> Words:
    """What people wrote, and the service's answers once the round's card is published."""
    words = await written.of(round_id)
    if await ledger.published_on(round_id) is None:
        return words
    answers = await ledger.answers(round_id)
    deeds = [
        Deed(key, a.status, a.text, a.next_check, a.owner, a.began, a.aim)
        for key, a in answers.items()
    ]
    return replace(words, deeds=(*words.deeds, *deeds))


def keep(made: bytes, output: Path) -> None:
    """Write a file whole or not at all.

    Raises:
        PaperError: it cannot be written.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        part = output.with_name(f"{output.name}.part")
        part.write_bytes(made)
        part.replace(output)
    except OSError as error:
        raise PaperError(
            f"{output} cannot be written ({error.strerror}). Choose another --output."
        ) from None


def styles() -> str:
    """Return the stylesheet with its fonts inside.

    Raises:
        PaperError: it has not been built.
    """
    try:
        text = (STATIC / "innsikt.css").read_text(encoding="utf-8")
    except OSError:
        raise PaperError("The pages have not been built. Run: make frontend") from None
    return _FONT.sub(lambda found: f"url({_inside(STATIC / found[1])})", text)


def _inside(font: Path) -> str:
    return "data:font/woff2;base64," + base64.b64encode(font.read_bytes()).decode()


def browser(given: Path | None) -> Path:
    """Return the Chromium that prints.

    Args:
        given: where it is; looked for among the machine's programs when None.

    Raises:
        PaperError: there is none.
    """
    names = [str(given)] if given else BROWSERS
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    raise PaperError(
        "A PDF is printed with Chromium, and there is none here. Install chromium, say where it is "
        "with --browser, or write --format html and print that file from any browser."
    )


def pdf(page: str, published: str, program: Path) -> bytes:
    """Print a page that loads nothing.

    Args:
        page: one that `styles` stands in.
        published: ISO date of the release; the file's dates are its midnight.
        program: a Chromium.

    Raises:
        PaperError: the browser stopped, or made nothing.
    """
    opened = page.replace(_WITHHELD, _WITHHELD.replace(">", " open>"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source = Path(folder, "report.html")
        source.write_text(opened, encoding="utf-8")
        try:
            with Printer(program, Path(folder, "profile")) as printer:
                return _numbered(_undated(printer.pdf(source), published))
        except (OSError, PrinterError) as error:
            raise PaperError(
                f"{program} could not print: {error} Give another Chromium with --browser, or "
                "write --format html and print that file from any browser."
            ) from None


def _undated(printed: bytes, published: str) -> bytes:
    """Put the release's date where the file's own would be, without moving a byte."""
    date = published.replace("-", "").encode()

    def fixed(found: re.Match[bytes]) -> bytes:
        written = b"/" + found[1] + b" (D:" + date + b"000000+00'00'"
        return written.ljust(len(found[0]) - 1, b"'") + b")"

    return _DATES.sub(fixed, printed)


def _numbered(printed: bytes) -> bytes:
    """Number the table cells that tags point to by their order, without moving a byte.

    Chromium numbers them by what else it has laid out, which is not the same each time.
    """
    places = {name: place for place, name in enumerate(sorted(set(_NODES.findall(printed))))}
    return _NODES.sub(lambda found: b"(node%08d)" % places[found[1]], printed)
