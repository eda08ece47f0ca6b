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
        "- Audited with every earlier release and data set before it was let out: linear and "
        "whole-number programming over all published cells prove nothing new of fewer than k.",
        "",
        "| status | reason | figures |",
        "| --- | --- | --- |",
        *(f"| {status} | {reason} | {size} |" for (status, reason), size in sorted(found.items())),
    ]


def _rows(data: Dataset) -> list[str]:
    done = data.protection
    return [
        f"- k: whoever shares service and age with somebody shares it with at least {done.k - 1} "
        f"others in the file. The smallest of {done.classes} such classes has {done.smallest} of "
        f"{done.rows} rows.",
        f"- l: in every class the answers to a question, where there are any, are "
        f"{done.differing} or more. That nobody in a class told of something does not count.",
        "- Rows that are alone in service and age: 0.",
        "- Rows removed: 0, in every subgroup. What would stand out is made coarser instead.",
        f"- Age is told as: {done.age or 'not at all'}. A negative code: not told in that class.",
        f"- Services whose name is not told: {_list(done.untold)}.",
        f"- Questions told in merged categories: {_list(done.merged)}.",
        f"- Questions left out: {_list(done.withheld)}.",
        "- Against every figure released and every earlier data set, each category differs by 0 "
        f"or at least {done.k} people.",
        "",
        "Not covered: somebody who knows several answers of a person can look for the row that "
        "has them all, and read the others. Give the file to people who promise not to.",
    ]


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
