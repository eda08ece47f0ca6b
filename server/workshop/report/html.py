"""The report as HTML: one file that loads nothing, and the same parts for the staff page."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.workshop.report import charts
from server.workshop.report.model import Document

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["charts"] = charts


def render(document: Document, styles: str) -> str:
    """Return one self-contained HTML file.

    Args:
        document: the report.
        styles: the stylesheet, with its fonts inside.
    """
    return _TEMPLATES.get_template("report.html").render(document=document, styles=styles)


def inside(document: Document, edit: Callable[[str], str]) -> str:
    """Return the report's content for a page that has its own head and foot.

    Args:
        document: the report; its names have "edit" too.
        edit: address of the form for a section.
    """
    template = _TEMPLATES.get_template("inside.html")
    return template.render(document=document, edit=edit)
