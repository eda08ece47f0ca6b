"""The privacy report: what protects the file, how much detail that cost, and whom it cost most."""

from collections import Counter

from enumerations import Language
from exports.disclosure.document import Release
from exports.disclosure.microdata import Dataset
from exports.formats.base import Outgoing, Study, title_of

SUFFIX = ".privacy.md"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the report as Markdown."""
    lines = [f"# {title_of(outgoing, study, Language.BOKMAL)}: privacy report", ""]
    lines += _rows(outgoing) if isinstance(outgoing, Dataset) else _figures(outgoing)
    return ("\n".join(lines) + "\n").encode()


def _figures(release: Release) -> list[str]:
    found = Counter((str(f.status), str(f.reason or "")) for f in release.figures)
    return [
        f"- Fewest respondents in a category: {release.k}; where a service is sensitive: "
        f"{release.k_sensitive}.",
        f"- Counts are rounded to {release.base}, each for itself.",
        "",
        "| status | reason | figures |",
        "| --- | --- | --- |",
        *(f"| {status} | {reason} | {size} |" for (status, reason), size in sorted(found.items())),
    ]


def _rows(data: Dataset) -> list[str]:
    return ["", data.series]
