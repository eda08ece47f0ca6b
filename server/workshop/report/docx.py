"""The report as DOCX, with Word's own headings, lists, links and tables; charts are tables of bars.

Nothing in the file says when it was made: the same report gives the same bytes.
"""

import datetime
import re
import zipfile
from io import BytesIO
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph as Line

from enumerations import Language
from server.workshop.report.model import (
    Block,
    Card,
    Chart,
    Document,
    Items,
    Link,
    Origin,
    Paragraph,
    Section,
    Table,
    Tone,
    Words,
    plain,
)

LOCALES = {Language.BOKMAL: "nb-NO", Language.NYNORSK: "nn-NO", Language.ENGLISH: "en-GB"}
INK, ACCENT, QUIET, BAR, NONE, TRACK, WASH, WARM = (
    "14293A",
    "0F4C5C",
    "4A5B68",
    "1E5A96",
    "C3B8A5",
    "E6E2D9",
    "F3F1EC",
    "FFF2D0",
)
PAGE = 16.2
"""Centimetres between the margins."""
UNITS = 30
"""A bar has this many cells, so that it is a table's and needs no picture."""
LONGEST_PROPERTY = 255
"""Characters of a property of a document, as python-docx and Word take them."""
_EPOCH = datetime.datetime(1980, 1, 1)  # the first date that a zip file can hold
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(document: Document) -> bytes:
    """Return the report as a DOCX file."""
    return _Writer(document).file()


class _Writer:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.word = docx.Document()
        self.bookmarks = 0

    def file(self) -> bytes:
        self._properties()
        self._styles()
        self._head()
        for section in self.document.sections:
            self._section(section, 1)
        self._line(self.document.names["footer"], "Fortell note")
        buffer = BytesIO()
        self.word.save(buffer)
        return _undated(buffer.getvalue())

    def _properties(self) -> None:
        properties = self.word.core_properties
        named = f"{self.document.title} – {self.document.kind}"
        properties.title = _allowed(named)[:LONGEST_PROPERTY]
        properties.language = LOCALES[self.document.language]
        properties.author = properties.last_modified_by = "Fortell"
        properties.comments = ""
        properties.created = properties.modified = _EPOCH
        page = self.word.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2.4)
        page.top_margin = page.bottom_margin = Cm(2.2)

    def _styles(self) -> None:
        styles = self.word.styles
        normal = styles["Normal"]
        _font(normal, 10.5, INK)
        normal.paragraph_format.space_after = Pt(6)
        normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.MULTIPLE
        normal.paragraph_format.line_spacing = 1.15
        _language(styles.element, LOCALES[self.document.language])
        for name, size, before in (
            ("Title", 22, 0),
            ("Heading 1", 18, 22),
            ("Heading 2", 14, 16),
            ("Heading 3", 11.5, 12),
            ("Heading 4", 10.5, 10),
        ):
            _font(styles[name], size, ACCENT, bold=True)
            styles[name].paragraph_format.space_before = Pt(before)
            styles[name].paragraph_format.space_after = Pt(4)
            styles[name].paragraph_format.keep_with_next = True
        _unruled(styles["Title"])
        for name, size, colour, shade, edge in (
            ("Fortell lead", 12, INK, "", ""),
            ("Fortell note", 9.5, QUIET, "", ""),
            ("Fortell banner", 11, INK, WARM, "A8720A"),
            ("Fortell card", 11, INK, WASH, ACCENT),
            ("Fortell idea", 10.5, INK, WASH, ACCENT),
            ("Fortell said", 9.5, QUIET, "", ""),
            ("Fortell quote", 10.5, INK, "", "A8720A"),
        ):
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = normal
            _font(style, size, colour)
            _box(style, shade, edge)
        styles["Fortell card"].font.bold = True
        for name in ("Fortell card", "Fortell idea"):
            styles[name].paragraph_format.keep_with_next = True
            styles[name].paragraph_format.space_after = Pt(0)
        styles["Fortell card"].paragraph_format.space_before = Pt(10)
        styles["Fortell idea"].paragraph_format.left_indent = Cm(0.8)
        styles["Fortell idea"].paragraph_format.first_line_indent = Cm(-0.4)
        styles["Fortell said"].paragraph_format.left_indent = Cm(0.4)
        styles["Fortell said"].paragraph_format.space_before = Pt(3)
        styles["Fortell said"].paragraph_format.space_after = Pt(8)
        link = styles.add_style("Fortell link", WD_STYLE_TYPE.CHARACTER)
        link.font.color.rgb = RGBColor.from_string(ACCENT)
        link.font.underline = True

    def _head(self) -> None:
        self._line(self.document.kind, "Fortell note")
        self._line(self.document.title, "Title")
        for line in self.document.lines:
            self._line(line, "Fortell note")
        self._line(self.document.banner, "Fortell banner")

    def _section(self, section: Section, level: int) -> None:
        self._line(section.title, f"Heading {min(level, 4)}")
        origins = {block.origin for block in section.blocks if isinstance(block, Paragraph)}
        if Origin.EDITED in origins:
            self._line(self.document.names["edited"], "Fortell note")
        for block in section.blocks:
            self._block(block)
        if Origin.PICKED in origins:
            self._line(self.document.names["picked"], "Fortell note")
        for inner in section.sections:
            self._section(inner, level + 1)

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph():
                self._words(self._line("", _style(block)), block.parts)
            case Items():
                self._items(block)
            case Table():
                self._table(block)
            case Card():
                self._card(block)
            case Chart():
                self._chart(block)

    def _line(self, text: str, style: str) -> Line:
        return self.word.add_paragraph(_allowed(text), style=style)

    def _words(self, line: Line, parts: tuple[Words, ...]) -> None:
        for part in parts:
            if isinstance(part, Link):
                _link(line, part)
            else:
                line.add_run(_allowed(part))

    def _items(self, items: Items) -> None:
        for place, item in enumerate(items.items):
            start = f"{place + 1}. " if items.numbered else ""
            line = self._line(start, "Normal" if items.numbered else "List Bullet")
            if items.numbered:
                line.paragraph_format.left_indent = Cm(0.9)
                line.paragraph_format.first_line_indent = Cm(-0.6)
            self._words(line, item)
            if items.marks:
                run = line.add_run(f" ({items.marks[place]})")
                run.font.color.rgb = RGBColor.from_string(QUIET)
                run.font.size = Pt(9)

    def _card(self, card: Card) -> None:
        line = self._line("", "Fortell card")
        self._bookmark(line, card.anchor)
        line.add_run(_allowed(f"{card.number}. {card.challenge}"))
        for idea in card.ideas:
            self._line(f"– {idea}", "Fortell idea")
        self._line(card.said, "Fortell said")

    def _bookmark(self, line: Line, name: str) -> None:
        self.bookmarks += 1
        for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), str(self.bookmarks))
            if tag == "w:bookmarkStart":
                mark.set(qn("w:name"), name)
            line._p.append(mark)

    def _table(self, table: Table) -> None:
        made = self.word.add_table(rows=1, cols=len(table.columns))
        _describe(made, table.caption, table.caption)
        _rules(made)
        for cell, column in zip(made.rows[0].cells, table.columns, strict=True):
            self._cell(cell, (column,), bold=True)
        _header(made.rows[0])
        for row in table.rows:
            drawn = made.add_row()
            _whole(drawn)
            for cell, parts in zip(drawn.cells, row, strict=True):
                self._cell(cell, parts)
        _widths(made, _shares(table))
        self._line("", "Fortell note").paragraph_format.space_after = Pt(0)

    def _cell(self, cell: Any, parts: tuple[Words, ...], *, bold: bool = False) -> None:
        line = cell.paragraphs[0]
        line.paragraph_format.space_after = Pt(2)
        line.paragraph_format.space_before = Pt(2)
        self._words(line, parts)
        for run in line.runs:
            run.font.size = Pt(9.5)
            run.font.bold = bold

    def _chart(self, chart: Chart) -> None:
        title = self._line(chart.title, "Heading 4")
        title.paragraph_format.keep_with_next = True
        made = self.word.add_table(rows=1, cols=3)
        _describe(made, chart.title, chart.description)
        heads = (chart.table.columns[0], "", chart.table.columns[1])
        for cell, head in zip(made.rows[0].cells, heads, strict=True):
            self._cell(cell, (head,), bold=True)
        _header(made.rows[0])
        last = len(chart.bars) - 1
        for place, ((label, x), said) in enumerate(zip(chart.bars, chart.said, strict=True)):
            row = made.add_row()
            _whole(row)
            self._cell(row.cells[0], (label,))
            _bar(row.cells[1], x / chart.n, NONE if place == last else BAR)
            self._cell(row.cells[2], (said,))
        _widths(made, (7.0, 6.4, 2.8))
        for row in made.rows:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        self._line(chart.table.caption, "Fortell note")


def _style(paragraph: Paragraph) -> str:
    if paragraph.tone is Tone.DISSENT and paragraph.origin is not Origin.PICKED:
        return "Normal"
    return {
        Tone.LEAD: "Fortell lead",
        Tone.NOTE: "Fortell note",
        Tone.BANNER: "Fortell banner",
        Tone.QUOTE: "Fortell quote",
        Tone.DISSENT: "Fortell quote",
    }.get(paragraph.tone, "Normal")


def _allowed(text: str) -> str:
    """A text on one line, without characters that XML cannot hold."""
    return re.sub(r"[\r\n\t]+", " ", _FORBIDDEN.sub("", text))


def _font(style: Any, size: float, colour: str, *, bold: bool = False) -> None:
    style.font.name = "Calibri"
    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor.from_string(colour)
    style.font.bold = bold
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(key), None)
    for key in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(key), "Calibri")


def _language(styles: Any, locale: str) -> None:
    for found in styles.iter(qn("w:lang")):
        found.set(qn("w:val"), locale)


def _unruled(style: Any) -> None:
    border = style.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        style.element.pPr.remove(border)


def _box(style: Any, shade: str, edge: str) -> None:
    """Shade a paragraph style and give it a bar at its left edge; empty leaves out."""
    properties = style.element.get_or_add_pPr()
    if edge:
        border = OxmlElement("w:pBdr")
        left = OxmlElement("w:left")
        for key, value in (("val", "single"), ("sz", "24"), ("space", "8"), ("color", edge)):
            left.set(qn(f"w:{key}"), value)
        border.append(left)
        properties.append(border)
    if shade:
        properties.append(_shading(shade))
    if edge:
        style.paragraph_format.left_indent = Cm(0.4)


def _shading(colour: str) -> Any:
    shading = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shading.set(qn(f"w:{key}"), value)
    return shading


def _link(line: Line, link: Link) -> None:
    made = OxmlElement("w:hyperlink")
    if link.target.startswith("#"):
        made.set(qn("w:anchor"), link.target[1:])
    else:
        identifier = line.part.relate_to(link.target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        made.set(qn("r:id"), identifier)
    run = line.add_run(_allowed(link.text), style="Fortell link")
    made.append(run._r)
    line._p.append(made)


def _describe(table: Any, title: str, description: str) -> None:
    """Give a table a title and a text for those who do not see it."""
    properties = table._tbl.tblPr
    for tag, text in (("w:tblCaption", title), ("w:tblDescription", description)):
        made = OxmlElement(tag)
        made.set(qn("w:val"), _allowed(text))
        properties.append(made)


def _rules(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("bottom", "insideH"):
        edge = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "DCD9D1")):
            edge.set(qn(f"w:{key}"), value)
        borders.append(edge)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(borders)


def _header(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _whole(row)


def _whole(row: Any) -> None:
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def _shares(table: Table) -> tuple[float, ...]:
    """Widths in cm: room for each column's longest word, the rest by how much it has to say."""
    texts = [
        [table.columns[place], *(plain(row[place]) for row in table.rows)]
        for place in range(len(table.columns))
    ]
    words = [
        max(len(word) for text in column for word in (text or "-").split()) for column in texts
    ]
    least = [0.6 + 0.2 * min(word, 24) for word in words]
    said = [min(60, max(map(len, column))) for column in texts]
    left = max(0.0, PAGE - sum(least))
    return tuple(width + left * long / sum(said) for width, long in zip(least, said, strict=True))


def _widths(table: Any, widths: tuple[float, ...]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)


def _bar(cell: Any, share: float, colour: str) -> None:
    """Draw a bar: a small table of two shaded cells, as wide as what they stand for."""
    full = round(UNITS * share) or (1 if share else 0)
    parts = [(full, colour), (UNITS - full, TRACK)]
    parts = [(units, fill) for units, fill in parts if units]
    inner = cell.add_table(rows=1, cols=len(parts))
    inner.autofit = False
    for (units, fill), column, drawn in zip(parts, inner.columns, inner.rows[0].cells, strict=True):
        column.width = drawn.width = Cm(6.0 * units / UNITS)
        drawn._tc.get_or_add_tcPr().append(_shading(fill))
        drawn.paragraphs[0].paragraph_format.space_after = Pt(0)
        drawn.paragraphs[0].add_run().font.size = Pt(8)
    first = cell.paragraphs[0]._p
    first.getparent().remove(first)
    _thin(cell.add_paragraph())


def _thin(line: Line) -> None:
    """Make the paragraph that must end a cell take no room."""
    line.paragraph_format.space_after = Pt(0)
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = Pt(1)


def _undated(made: bytes) -> bytes:
    """The same file without the times at which its parts were written."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(made)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in sorted(source.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            entry = zipfile.ZipInfo(name, date_time=_EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return buffer.getvalue()
