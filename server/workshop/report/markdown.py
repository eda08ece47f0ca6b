"""The report as Markdown (CommonMark with pipe tables), with every written word escaped."""

import re

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
)

# What CommonMark, its tables and common extensions give a meaning, anywhere and at a line's start;
# addresses, so that none becomes a link; "&", so that no entity arises.
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&^$@]|:(?=//)|(?i:(?<=www)\.))")
_SPACE = re.compile(r"\s+")


def render(document: Document) -> str:
    """Return the report as Markdown text."""
    head = [f"# {escaped(document.title)}", f"**{escaped(document.kind)}**"]
    head += [escaped(line) for line in document.lines]
    head.append(f"> {escaped(document.banner)}")
    for section in document.sections:
        head += _section(section, 2, document.names)
    head.append(f"---\n\n{escaped(document.names['footer'])}")
    return "\n\n".join(head) + "\n"


def escaped(text: str) -> str:
    """Words as they were written, on one line, without any meaning to Markdown or HTML."""
    return _at_start(_inside(text).strip())


def _inside(text: str) -> str:
    return _MARKS.sub(r"\\\1", _SPACE.sub(" ", text))


def _at_start(line: str) -> str:
    """A line that begins no list, rule, heading or definition."""
    return re.sub(r"^(\d{0,9})([-+=.):])", r"\1\\\2", line)


def _section(section: Section, level: int, names: dict[str, str]) -> list[str]:
    lines = [f"{'#' * level} {escaped(section.title)}"]
    origins = {block.origin for block in section.blocks if isinstance(block, Paragraph)}
    if Origin.EDITED in origins:
        lines.append(f"*{escaped(names['edited'])}*")
    lines += [_block(block, names) for block in section.blocks]
    if Origin.PICKED in origins:
        lines.append(f"*{escaped(names['picked'])}*")
    for inner in section.sections:
        lines += _section(inner, level + 1, names)
    return lines


def _block(block: Block, names: dict[str, str]) -> str:
    match block:
        case Paragraph(parts=parts, tone=tone):
            quoted = "> " if tone in (Tone.QUOTE, Tone.DISSENT) else ""
            return quoted + _words(parts)
        case Items():
            return _items(block)
        case Table():
            return _table(block)
        case Card():
            return _card(block)
        case Chart():
            return f"**{escaped(block.title)}**\n\n{_table(block.table)}"


def _words(parts: tuple[Words, ...]) -> str:
    text = "".join(_link(part) if isinstance(part, Link) else _inside(part) for part in parts)
    return _at_start(text.strip())


def _link(link: Link) -> str:
    target = re.sub(r"[<>\s\\]", "", link.target)
    return f"[{escaped(link.text)}](<{target}>)"


def _items(items: Items) -> str:
    lines = []
    for place, item in enumerate(items.items):
        start = f"{place + 1}. " if items.numbered else "- "
        mark = f" *({escaped(items.marks[place])})*" if items.marks else ""
        lines.append(start + _words(item) + mark)
    return "\n".join(lines)


def _table(table: Table) -> str:
    head = "| " + " | ".join(map(escaped, table.columns)) + " |"
    rule = "|" + " --- |" * len(table.columns)
    rows = ["| " + " | ".join(_words(cell) for cell in row) + " |" for row in table.rows]
    return "\n".join((f"*{escaped(table.caption)}*", "", head, rule, *rows))


def _card(card: Card) -> str:
    lines = [f'<a id="{card.anchor}"></a>**{card.number}\\. {escaped(card.challenge)}**']
    if card.ideas:
        lines += ["", *(f"- {escaped(idea)}" for idea in card.ideas)]
    return "\n".join((*lines, "", f"*{escaped(card.said)}*"))
