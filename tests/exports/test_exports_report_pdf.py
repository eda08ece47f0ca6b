"""A report as a file: printed by a real Chromium, tagged, dated by its release, one sheet."""

import os
import re
import zlib
from pathlib import Path

import pytest
from test_exports_report_readings import BEFORE, NOW, WORDS

from enumerations import Language
from exports import Page, Reading, render_report
from server.release import paper
from tests.browser import chromium

NAMES = {language.value: "Fjordvik kommune" for language in Language}


def written(language: Language, reading: Reading) -> str:
    page = Page(organisation=NAMES, stylesheet="", styles=paper.styles())
    return render_report(NOW, "*", language, page, reading, (BEFORE,), WORDS)


@pytest.mark.parametrize("reading", Reading)
def test_a_file_loads_nothing(reading: Reading) -> None:
    text = written(Language.BOKMAL, reading)
    assert not re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"", text)
    assert not re.findall(r"url\((?!data:)", text)
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert "url(data:font/woff2;base64," in text


@pytest.fixture
def program() -> Path:
    """A Chromium; a machine that tests everything must have one."""
    found = chromium.find()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium on this machine")
    return found


@pytest.mark.parametrize("language", Language)
def test_a_politicians_page_is_one_tagged_sheet(language: Language, program: Path) -> None:
    text = written(language, Reading.POLITICIAN)
    printed = paper.pdf(text, NOW.published, program)
    assert printed.startswith(b"%PDF-")
    assert pages(printed) == 1
    assert b"/StructTreeRoot" in printed
    assert re.search(rb"/Marked true", printed)
    assert f"/Lang ({language.value})".encode() in printed
    assert b"D:20261001000000+00'00'" in printed
    assert paper.pdf(text, NOW.published, program) == printed


@pytest.mark.parametrize(("reading", "most"), [(Reading.TEAM, 9), (Reading.LEADER, 9)])
def test_a_report_on_paper_is_short_and_has_its_numbers_last(
    reading: Reading, most: int, program: Path
) -> None:
    text = written(Language.BOKMAL, reading)
    assert text.index('class="appendix numbers"') > text.index('class="reading"')
    printed = paper.pdf(text, NOW.published, program)
    assert pages(printed) <= most
    assert b"/StructTreeRoot" in printed


def pages(printed: bytes) -> int:
    """How many pages a PDF has, counted in it and in what it packs."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", printed, re.DOTALL)
    whole = [printed]
    for stream in packed:
        try:
            whole.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return sum(len(re.findall(rb"/Type /Page\b", part)) for part in whole)


def test_a_machine_without_a_browser_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(paper.PaperError, match="--format html"):
        paper.browser(None)
