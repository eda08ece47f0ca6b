"""The codebook of a release: every column, kind, subject, category and reason, in Markdown."""

from collections.abc import Iterable

from enumerations import Language
from exports.disclosure.catalogue import ALL
from exports.disclosure.document import Reason, Release
from exports.disclosure.microdata import Dataset
from exports.formats.base import Outgoing, Study, subjects, table, tabular, title_of, variables
from exports.instruments import instruments, items
from exports.messages import messages

SUFFIX = ".md"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the codebook as Markdown, in all languages."""
    outgoing = tabular(outgoing)
    lines = [f"# {title_of(outgoing, study, Language.BOKMAL)}", ""]
    lines += _rows(outgoing) if isinstance(outgoing, Dataset) else _figures(outgoing)
    lines += _table("Instruments", ("instrument", "status", "licence", "source"), _sources())
    return ("\n".join(lines).rstrip() + "\n").encode()


def _figures(release: Release) -> list[str]:
    named = ([key, *(text[lang] for lang in Language)] for key, text in subjects(release).items())
    return [
        f"Published {release.published}. Series {release.series}. Every category has at least "
        f"{release.k} respondents ({release.k_sensitive} where a service is sensitive). Counts "
        f"and n are each rounded to the nearest {release.base}.",
        "",
        *_columns(release),
        *_table("Kinds of figure", ("kind", *Language), _said("kind", _kinds(release))),
        *_table("Reasons", ("reason", *Language), _said("reason", Reason)),
        *_table("Subjects", ("subject", *Language), named),
        *_table("Services", ("service", *Language), _services(release)),
        *_table("Categories", ("subject", "category", *Language), _options()),
        *_table("Merged categories", ("category", *Language), _said("category", _merged())),
    ]


def _rows(data: Dataset) -> list[str]:
    codes = (
        [known.name, str(code), *(text[lang] for lang in Language)]
        for known in data.variables
        for code, text in known.values.items()
    )
    return [
        f"Published {data.published}. Series {data.series}. One row per response, in no order "
        "that means anything. Negative codes are no answer.",
        "",
        *_columns(data),
        *_table("Codes", ("column", "code", *Language), codes),
    ]


def _columns(outgoing: Outgoing) -> list[str]:
    kinds = table(outgoing).schema
    rows = (
        [known.name, str(kinds[known.name]), known.unit, *(known.label[lang] for lang in Language)]
        for known in variables(outgoing)
    )
    return _table("Columns", ("column", "type", "unit", *Language), rows)


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    heads = list(heads)
    lines = [f"## {title}", "", _line(heads), _line(["---"] * len(heads))]
    return [*lines, *(_line(row) for row in rows), ""]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _said(prefix: str, keys: Iterable[str]) -> Iterable[list[str]]:
    return ([key, *(messages(lang)[f"{prefix}.{key}"] for lang in Language)] for key in keys)


def _kinds(release: Release) -> list[str]:
    return sorted({str(figure.kind) for figure in release.figures})


def _services(release: Release) -> Iterable[list[str]]:
    yield [ALL, *(messages(lang)["everyone"] for lang in Language)]
    for service in sorted(release.catalogue.services, key=lambda entry: entry.key):
        yield [service.key, *(service.name[lang] for lang in Language)]


def _options() -> Iterable[list[str]]:
    """Options of items that a release can have figures of; others would promise too much."""
    for item in items().values():
        for option in item.options if item.figure else ():
            yield [item.id, str(option.value), *(option.label[lang] for lang in Language)]
        for pole in item.poles if item.figure else ():
            yield [item.id, pole.id, *(pole.label[lang] for lang in Language)]


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
