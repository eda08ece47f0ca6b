"""A page as a tree, to ask what somebody sees there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Node:
    """An element: its name, attributes, and what is in it, in order."""

    tag: str
    attributes: dict[str, str]
    inside: list["Node | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text, with single spaces."""
        parts = (part if isinstance(part, str) else part.text for part in self.inside)
        return " ".join(" ".join(parts).split())

    def all(self, tag: str = "", classed: str = "") -> Iterator["Node"]:
        """Elements below this one, of a name and a class."""
        for part in self.inside:
            if isinstance(part, Node):
                right = not classed or classed in part.attributes.get("class", "").split()
                if tag in {"", part.tag} and right:
                    yield part
                yield from part.all(tag, classed)

    def leaves(self) -> Iterator["Node"]:
        """Elements that hold text themselves."""
        for node in self.all():
            if any(isinstance(part, str) and part.strip() for part in node.inside):
                yield node

    def without(self, *classes: str) -> "Node":
        """This element, but for what is of a class."""
        kept: list[Node | str] = []
        for part in self.inside:
            if isinstance(part, str):
                kept.append(part)
            elif not {*classes} & {*part.attributes.get("class", "").split()}:
                kept.append(part.without(*classes))
        return Node(self.tag, self.attributes, kept)

    def by_id(self, name: str) -> "Node":
        """The element with an id."""
        return next(node for node in self.all() if node.attributes.get("id") == name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(page: str) -> Node:
    """Read a page; its tags must close in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]
