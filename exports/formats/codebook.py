"""The codebook of a release: every column, kind, subject, category and reason, in Markdown."""

from collections.abc import Iterable

from enumerations import Language
from exports.disclosure.catalogue import ALL
from exports.disclosure.document import Reason, Release
from exports.formats.base import COLUMNS
from exports.instruments import Text, instruments, items
from exports.messages import messages

SUFFIX = ".md"


def render(release: Release) -> bytes:
    """Return the codebook as Markdown, in all languages."""
    lines = [
        f"# Fortell, release {release.number}",
        "",
        f"Published {release.published}. Series {release.series}. Every category has at least "
        f"{release.k} respondents ({release.k_sensitive} where a service is sensitive). Counts "
        f"and n are each rounded to the nearest {release.base}.",
        "",
        *_table("Columns", ("column", "type", "unit"), _columns()),
        *_table("Kinds of figure", ("kind", *Language), _said("kind", _kinds(release))),
        *_table("Reasons", ("reason", *Language), _said("reason", Reason)),
        *_table("Subjects", ("subject", *Language), _subjects(release)),
        *_table("Services", ("service", *Language), _services(release)),
        *_table("Categories", ("subject", "category", *Language), _options()),
        *_table("Merged categories", ("category", *Language), _said("category", _merged())),
        *_table("Instruments", ("instrument", "status", "licence", "source"), _sources()),
    ]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    heads = list(heads)
    lines = [f"## {title}", "", _line(heads), _line(["---"] * len(heads))]
    return [*lines, *(_line(row) for row in rows), ""]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _columns() -> Iterable[tuple[str, ...]]:
    return ((name, str(kind), unit) for name, (kind, unit) in COLUMNS.items())


def _said(prefix: str, keys: Iterable[str]) -> Iterable[list[str]]:
    return ([key, *(messages(lang)[f"{prefix}.{key}"] for lang in Language)] for key in keys)


def _kinds(release: Release) -> list[str]:
    return sorted({str(figure.kind) for figure in release.figures})


def _subjects(release: Release) -> Iterable[list[str]]:
    labels: dict[str, Text] = {group.id: group.label for group in release.catalogue.groups}
    labels |= {theme.id: theme.label for theme in release.catalogue.themes}
    for subject in ("age_band", "themes"):
        labels[subject] = {lang: messages(lang)[subject] for lang in Language}
    for instrument in instruments().values():
        labels[instrument.id] = instrument.name
    used = {figure.subject for figure in release.figures}
    labels |= {item.id: item.text for item in items().values() if item.id in used}
    return (
        [key, *(text[lang] for lang in Language)] for key, text in labels.items() if key in used
    )


def _services(release: Release) -> Iterable[list[str]]:
    yield [ALL, *(messages(lang)["everyone"] for lang in Language)]
    for service in sorted(release.catalogue.services, key=lambda entry: entry.key):
        yield [service.key, *(service.name[lang] for lang in Language)]


def _options() -> Iterable[list[str]]:
    """Options of items that a release can have figures of; others would promise too much."""
    for item in items().values():
        for option in item.options if item.figure else ():
            yield [item.id, str(option.value), *(option.label[lang] for lang in Language)]


def _merged() -> list[str]:
    prefix = "category."
    return sorted(
        key.removeprefix(prefix) for key in messages(Language.BOKMAL) if key[:9] == prefix
    )


def _sources() -> Iterable[tuple[str, ...]]:
    """Instruments that something in a release comes from: counted items, or stories."""
    return (
        (i.id, i.status, i.licence, i.source)
        for i in instruments().values()
        if any(i.counted(item) or item.type == "story" for item in i.items)
    )
