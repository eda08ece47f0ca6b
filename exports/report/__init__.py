"""Pages for people: a report per service and an index. They take a release, never a frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

from enumerations import Language
from exports.disclosure.catalogue import ALL, Kind
from exports.disclosure.document import Figure, Reason, Release
from exports.instruments import Text
from exports.measures import share
from exports.measures.wording import about, between
from exports.report.beside import alphabetical
from exports.report.charts import Bar, Part, stacked
from exports.report.readings import Parts, Reading
from exports.report.view import MENTIONED, Block, Table, View
from exports.report.words import Context, Deed, Interpretation, Question, Words

__all__ = [
    "Context",
    "Deed",
    "Interpretation",
    "Page",
    "Question",
    "Reading",
    "Words",
    "render_index",
    "render_report",
]

FEW_SO_FAR = frozenset({Reason.TOO_EARLY, Reason.TOO_FEW, Reason.HELD_BACK})
"""Why a figure is hidden until more have answered."""

_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Page:
    """What a page needs beside the release: who publishes it, and addresses.

    Args:
        organisation: name per language.
        stylesheet: address of the stylesheet.
        index: address of the index page, for reports.
        happened: address of "Hva skjedde med det dere sa?", once it is published.
        services: address of each service's and each area's report, by key, for the index.
        languages: address of this page in each language, by language code.
        mandate: who decides about what came in, and with what means (F60).
        involvement: how young people took part in making the round (F52).
        privacy: address of what is said about privacy.
        accessibility: address of what is said about accessibility.
        readings: address of the same report for each kind of reader.
        styles: the stylesheet itself, where the page must load nothing: it stands in the page then.
    """

    organisation: Text
    stylesheet: str
    index: str | None = None
    happened: str | None = None
    services: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    mandate: Text | None = None
    involvement: Text | None = None
    privacy: str | None = None
    accessibility: str | None = None
    readings: Mapping[Reading, str] = field(default_factory=dict)
    styles: str | None = None


def render_report(
    release: Release,
    service_key: str,
    language: Language,
    page: Page,
    reading: Reading = Reading.TEAM,
    earlier: Sequence[Release] = (),
    words: Words | None = None,
) -> str:
    """Return the report on one service as an HTML page.

    Args:
        release: the release whose numbers are shown.
        service_key: a service or an area of its catalogue, or "*" for everybody who answered.
        language: nb, nn or en.
        page: names and addresses around it.
        reading: who it is written for.
        earlier: earlier releases that have not been retracted, oldest first.
        words: what people have written for it; quotes among it pass the gate here.

    Raises:
        DocumentError: the release knows no such service.
    """
    view = View(release, service_key, Language(language))
    answered = view.figure(Kind.ANSWERED, "responses")
    parts = Parts(view, words or Words(), earlier)
    name = f"{Reading(reading)}.html"
    who = _who(view, answered, plain=reading == Reading.YOUNG)
    return _render(name, view, page, who=who, told=parts, reading=str(reading))


def render_index(release: Release, language: Language, page: Page) -> str:
    """Return the index: services and areas by name, and the municipality's themes over time."""
    view = View(release, ALL, Language(language))
    catalogue = release.catalogue
    answered = view.figure(Kind.ANSWERED, "responses")
    return _render(
        "index.html",
        view,
        page,
        who=_who(view, answered),
        services=_addresses(view, page, [entry.key for entry in catalogue.services]),
        areas=_addresses(view, page, [entry.key for entry in catalogue.areas]),
        over_time=_over_time(view),
    )


def _addresses(view: View, page: Page, keys: Sequence[str]) -> list[tuple[str, str]]:
    """Return names and addresses of the reports on services or areas, in alphabetical order."""
    found = [(view.names[key], page.services[key]) for key in keys if key in page.services]
    return sorted(found, key=lambda entry: alphabetical(entry[0]))


def _render(template: str, view: View, page: Page, **extra: object) -> str:
    released = view.text["released"].format(
        number=view.release.number, date=view.date(view.release.published)
    )
    return _TEMPLATES.get_template(template).render(
        view=view,
        text=view.text,
        page=page,
        language=str(view.language),
        organisation=page.organisation[view.language],
        appendix=[],
        released=released,
        machine=_machine(view),
        **extra,
    )


def _who(view: View, figure: Figure | None, *, plain: bool = False) -> list[str]:
    """Say how many have answered, as far as the release does; `plain`: without its rules."""
    if figure is None:
        return []
    if not figure.visible or figure.n is None:
        key = "who_hidden.young" if plain and figure.reason in FEW_SO_FAR else "who_hidden"
        return [view.text[key].format(why=view.why(figure))]
    service = view.names[view.service] if view.service != ALL else view.text["the_services"]
    said = [view.dated(view.text["who_text"].format(n=figure.n, service=service), figure)]
    told = share(figure, (1,))
    if told:
        said.append(view.dated(view.text["who_stories"].format(x=told.x), figure))
    return said + _ages(view)


def _ages(view: View) -> list[str]:
    """Say how old they are, as finely as the release does."""
    figure = view.figure(Kind.AGE, "age_band")
    if figure is None or not figure.visible:
        return []
    parts = [
        view.text["who_age_part"].format(x=count.x, age=view.text[f"category.{count.id}"])
        for count in figure.categories
    ]
    return [view.dated(view.text["who_age"].format(n=figure.n, parts=", ".join(parts)), figure)]


def _machine(view: View) -> list[str]:
    """Say where themes come from, and how often tellers chose what was proposed afterwards."""
    figure = view.figure(Kind.AGREEMENT, "themes")
    if figure is None:
        return [view.text["machine"]]
    found = share(figure, MENTIONED)
    if found is None:
        return [view.text["machine"], view.text["agreement_hidden"].format(k=figure.k)]
    said = view.text["agreement"].format(
        about=about(found, view.language), between=between(found, view.language)
    )
    return [view.text["machine"], view.dated(said, figure)]


def _over_time(view: View) -> Block | None:
    """Return theme groups per period: a bar per group and period, and a table with themes too."""
    catalogue = view.release.catalogue
    periods = sorted(catalogue.periods)
    bars, rows = [], []
    for kind, subjects in (
        (Kind.GROUP, [group.id for group in catalogue.groups]),
        (Kind.THEME, [theme.id for theme in catalogue.themes]),
    ):
        for subject in sorted(subjects, key=lambda key: alphabetical(view.labels[key])):
            cells, label = [], view.labels[subject]
            for period in periods:
                figure = view.release.figure(kind, subject, ALL, period)
                found = share(figure, MENTIONED) if figure else None
                if found is None:
                    cells.append(view.text["not_shown"])
                    continue
                said = about(found, view.language)
                cells.append(said)
                if kind is Kind.GROUP:
                    year, quarter = period.split("-Q")
                    named = view.text["quarter"].format(quarter=quarter, year=year)
                    part = Part(view.text["category.mentioned"], "tone-7", found.x)
                    bars.append(Bar(label, (part,), found.n, f"{named}: {said}"))
                    label = ""
            if any(cell != view.text["not_shown"] for cell in cells):
                rows.append((view.labels[subject], *cells))
    if not bars:
        return None
    heads = [period.split("-Q") for period in periods]
    columns = (view.text["quarter"].format(quarter=q, year=y) for y, q in heads)
    return Block(
        id="over-time",
        title=view.text["over_time"],
        intro=(view.text["over_time_intro"],),
        chart=stacked(bars),
        legend=(),
        tables=(Table((view.text["column.theme"], *columns), tuple(rows)),),
        notes=(view.text["themes_note"],),
    )
