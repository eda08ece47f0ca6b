"""The privacy report: what protects the file, how much detail that cost, and whom it cost most."""

from collections import Counter

from enumerations import Language
from exports.disclosure.document import Release
from exports.disclosure.microdata import Dataset
from exports.disclosure.stories import Stories, sizes
from exports.formats.base import Outgoing, Study, title_of

SUFFIX = ".privacy.md"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the report as Markdown."""
    lines = [f"# {title_of(outgoing, study, Language.BOKMAL)}: privacy report", ""]
    if isinstance(outgoing, Stories):
        lines += _stories(outgoing)
    else:
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
        f"- k is {done.k}. Whoever shares service and age with somebody shares it with at least "
        f"{done.least - 1} others in the file. The smallest of {done.classes} such classes "
        f"has {done.smallest} of {done.rows} rows.",
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
        "- With every release and data set before it was audited together; what the file's own "
        "cells say of its own rows is not counted, for nobody's row is known in its class.",
        "",
        "| subgroup | rows left out | answers left out | service made coarser | age made coarser |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {key} | 0 % | 0 % | {a} % | {b} % |" for key, a, b in done.subgroups),
        "",
        f"Subgroups of fewer than {done.least} rows are not in the table; their service or age is "
        "made coarser.",
        "",
        "Not covered: somebody who knows answers of a person. In invented files of 800 rows, one "
        "known answer beside service and age made a guess at another right 6 percentage points "
        "more often for those in the file than for others, and two 18. Give the file to people "
        "who promise not to look.",
    ]


def _stories(told: Stories) -> list[str]:
    names = {"+": "several services", "": "no service"}
    counts = sorted((names.get(key, key), size) for key, size in sizes(told).items())
    return [
        f"- {len(told.stories)} stories by {told.tellers} tellers, each of whom said in so many "
        "words that researchers may read theirs, and that they are 16 or older.",
        f"- k: every service that is told has at least {told.k} of these tellers. Stories about "
        f"others are left out: {_list(told.left_out)}.",
        "- Names, places, dates and other marks were taken out before a story was stored; the "
        "model card says how many a test found. Whoever knows the teller may know the story.",
        "- No scale, age, week or language, nor which stories have the same teller. Order and "
        "identifiers follow from the words.",
        "- From one file to the next, in every service nobody or at least k have gone, and nobody "
        "or at least 2k-1 have come. Who has withdrawn, or whose story is deleted, is in no later "
        "file; others who left with them do not come back.",
        "- No data set of this round tells themes, so that no row can be put beside a story.",
        "",
        "| service | stories |",
        "| --- | --- |",
        *(f"| {name} | {size} |" for name, size in counts),
        "",
        "Not covered: what a teller wrote can be known again by those who were there. Give the "
        "file to researchers who promise not to look for anybody, and nobody else.",
    ]


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
