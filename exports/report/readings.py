"""What the five readings show beside the charts: facts, voices against, runs, answers, questions.

Every number comes from a release; every word that is not a message comes from people (`Words`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from enumerations import ActionStatus, Language
from exports.disclosure.catalogue import Kind
from exports.disclosure.document import Figure, Release
from exports.disclosure.quotes import Quote, showable
from exports.measures import LESS, Share, share
from exports.measures.wording import PERCENT_FROM, about, between, percent
from exports.report.charts import Point, Run, run
from exports.report.view import AGREE, LOW, MENTIONED, TOLD_WELL, Block, Table, View
from exports.report.words import Context, Words

FACTS, THEMES, STORIES = 4, 3, 3
MORE, MUCH, DISAGREE = (1, 2), (2, 3), (1, 2)
AGAINST = 4  # voices against, so that the section stays short
POINTS = 2  # fewest releases of a run
FACT_ORDER: tuple[tuple[Kind, str, tuple[int, ...], str], ...] = (
    (Kind.SCALE, "lt1", LOW, "satisfaction"),
    (Kind.ITEM, "mt10", AGREE, "recommend"),
    (Kind.GROWTH, "vekst6_6", MORE, "growth"),
    (Kind.ITEM, "vekst6_attribution", MUCH, "attribution"),
    (Kind.ITEM, "mt2", AGREE, "heard"),
    (Kind.ITEM, "mt4", AGREE, "decide"),
    (Kind.ITEM, "mt8", AGREE, "together"),
)
"""The politician's four figures: the first four that were asked, always in this order."""


class Reading(StrEnum):
    """Who a report is written for."""

    YOUNG = "young"
    TEAM = "team"
    LEADER = "leader"
    POLITICIAN = "politician"
    RESEARCHER = "researcher"


@dataclass(frozen=True)
class Fact:
    """One large number: x of n in words, how wide its bar is, what is beside it; or why not."""

    label: str
    x: str
    of: str
    width: int
    likely: str
    beside: str
    hidden: str


@dataclass(frozen=True)
class Told:
    """A theme or an area: label, "om lag x av n", and the width of its bar in per cent."""

    id: str
    label: str
    said: str
    width: int


@dataclass(frozen=True)
class Followed:
    """The run of one figure over releases, with its table."""

    label: str
    chart: Run
    table: Table


@dataclass(frozen=True)
class Answered:
    """What a service answers to one subject."""

    label: str
    text: str
    check: str


@dataclass(frozen=True)
class Asked:
    """Questions and interpretations for one subject; `written`: by people, not from a template."""

    label: str
    questions: tuple[str, ...]
    interpretations: tuple[str, ...]
    written: bool


class Parts:
    """The parts of a reading of one view.

    Args:
        view: release, service and language.
        words: what people wrote.
        earlier: earlier releases that are not retracted, oldest first.
    """

    def __init__(self, view: View, words: Words, earlier: Sequence[Release]) -> None:
        self.view = view
        self.words = words
        self.releases = (*earlier, view.release)
        self.language: Language = view.language

    def facts(self) -> list[Fact]:
        """Return the four figures of the politician's page."""
        asked = [
            (figure, codes, name)
            for kind, subject, codes, name in FACT_ORDER
            if (figure := self.view.figure(kind, subject)) is not None
        ]
        return [self._fact(*each) for each in asked[:FACTS]]

    def _fact(self, figure: Figure, codes: tuple[int, ...], name: str) -> Fact:
        text = self.view.text
        label = text[f"fact.{name}"]
        found = share(figure, codes)
        if found is None:
            return Fact(label, "", "", 0, "", "", self.view.why(figure))
        of = text["fact.of"].format(n=found.n)
        if found.n >= PERCENT_FROM:
            of += f" ({percent(found.x / found.n)} %)"
        beside = self.view.dated(self._opposite(figure, name), figure)
        likely = between(found, self.language)
        return Fact(label, str(found.x), of, percent(found.x / found.n), likely, beside, "")

    def _opposite(self, figure: Figure, name: str) -> str:
        """Say how many answer the opposite, where that is shown."""
        counts = {count.id: count.x for count in figure.categories}
        if name == "growth" and LESS in counts:
            return self.view.text["fact.less"].format(x=counts[LESS])
        against = (
            share(figure, DISAGREE) if figure.kind is Kind.ITEM and name != "attribution" else None
        )
        return self.view.text["fact.disagree"].format(x=against.x) if against else ""

    def top(self) -> list[Told]:
        """Return what most told of: three themes, or areas where too few themes are shown."""
        catalogue = self.view.release.catalogue
        themes = self._most(Kind.THEME, [theme.id for theme in catalogue.themes])
        groups = self._most(Kind.GROUP, [group.id for group in catalogue.groups])
        return [*themes, *groups][:THEMES] if len(themes) < THEMES else themes[:THEMES]

    def _most(self, kind: Kind, subjects: list[str]) -> list[Told]:
        found = [
            (told, figure)
            for figure in self.view.figures(kind, subjects)
            if (told := share(figure, MENTIONED))
        ]
        found.sort(key=lambda pair: (-pair[0].x / pair[0].n, self.view.labels[pair[1].subject]))
        return [
            Told(
                figure.subject,
                self.view.labels[figure.subject],
                self.view.dated(about(told, self.language), figure),
                percent(told.x / told.n),
            )
            for told, figure in found
        ]

    def against(self) -> list[tuple[str, str]]:
        """Return voices against: who disagrees where most agree, or tells of what others praise."""
        found: list[tuple[int, str, str]] = []
        for number in range(1, 11):
            figure = self.view.figure(Kind.ITEM, f"mt{number}")
            most, few = (share(figure, codes) if figure else None for codes in (AGREE, DISAGREE))
            if figure and most and few and most.x > few.x:
                found.append(self._voice(figure, few, "against.item"))
        for group in self.view.release.catalogue.groups:
            figure = self.view.figure(Kind.GROUP, group.id)
            well, other = (share(figure, codes) if figure else None for codes in (TOLD_WELL, (1,)))
            if figure and well and other and well.x > other.x:
                found.append(self._voice(figure, other, "against.group"))
        found.sort()
        return [(label, said) for _, label, said in found[:AGAINST]]

    def _voice(self, figure: Figure, found: Share, message: str) -> tuple[int, str, str]:
        said = self.view.text[message].format(about=about(found, self.language))
        return -found.x, self.view.labels[figure.subject], self.view.dated(said, figure)

    def run(self) -> Followed | None:
        """Return the run of the first of the page's figures that has moved; None before that."""
        for kind, subject, codes, name in FACT_ORDER:
            points = self._points(kind, subject, codes)
            if len(points) >= POINTS:
                label = self.view.text[f"fact.{name}"]
                columns = ("column.period", "column.share")
                heads = tuple(self.view.text[column] for column in columns)
                rows = tuple((point.when, point.said) for point in points)
                return Followed(label, run(points), Table(heads, rows))
        return None

    def _points(self, kind: Kind, subject: str, codes: tuple[int, ...]) -> list[Point]:
        """Return what each release that moved the figure says of it, oldest first.

        What a retracted release said is left out, also where a later one kept it.
        """
        points: dict[int, Point] = {}
        there = {release.number for release in self.releases}
        for release in self.releases:
            figure = release.figure(kind, subject, self.view.service)
            found = share(figure, codes) if figure else None
            if figure is None or found is None or figure.as_of is None:
                continue
            if figure.as_of.number not in there:
                continue
            when = self.view.date(figure.as_of.published)
            said = self.view.text["run.point"].format(x=found.x, n=found.n)
            points[figure.as_of.number] = Point(found.x / found.n, when, said)
        return [points[number] for number in sorted(points)]

    def attribution(self) -> tuple[Block, tuple[tuple[tuple[str, ...], str], ...]]:
        """Return the attribution panel (F30): what tellers and stories put change down to."""
        figures = self.view.figures(Kind.ITEM, ["vekst6_attribution"])
        return self.view.attribution(figures), self.view.hidden(figures)

    def quotes(self, most: int) -> list[tuple[str, Quote]]:
        """Return quotes that may be shown, each with its theme's label."""
        found = showable(self.words.quotes, self.view.release, self.view.service)
        return [(self.view.labels[quote.theme], quote) for quote in found[:most]]

    def context(self) -> tuple[Context, ...]:
        """Return figures from elsewhere."""
        return self.words.context

    def answers(self, *statuses: ActionStatus) -> list[Answered]:
        """Return what the service answers with one of these statuses."""
        return [
            Answered(
                self.view.labels[deed.subject],
                deed.text,
                self.view.date(deed.next_check.isoformat()) if deed.next_check else "",
            )
            for deed in self.words.deeds
            if deed.status in statuses and deed.subject in self.view.labels
        ]

    def unanswered(self) -> list[str]:
        """Return what most told of that nobody has answered."""
        given = {deed.subject for deed in self.words.deeds}
        groups = {theme.id: theme.group for theme in self.view.release.catalogue.themes}
        return [t.label for t in self.top() if not {t.id, groups.get(t.id, t.id)} & given]

    def questions(self) -> list[Asked]:
        """Return what to work on: people's questions and interpretations, else a template's."""
        asked = []
        for told in self.top():
            written = [q.text[self.language] for q in self.words.questions if q.subject == told.id]
            ways = [
                text[self.language]
                for entry in self.words.interpretations
                if entry.subject == told.id
                for text in entry.texts
            ]
            template = [
                self.view.text[f"question.{number}"].format(theme=told.label) for number in (1, 2)
            ]
            questions = tuple(written or template)
            asked.append(Asked(told.label, questions, tuple(ways), bool(written)))
        return asked

    def moved(self) -> Table | None:
        """Return how the statements and areas stood in the release before, and stand now."""
        if len(self.releases) < POINTS:
            return None
        text, before = self.view.text, self.releases[-2]
        rows = []
        for figure in self.view.everything():
            codes = {Kind.ITEM: AGREE, Kind.GROUP: MENTIONED}.get(figure.kind)
            old = before.by_id.get(figure.id)
            if codes is None or old is None or figure.subject == "vekst6_attribution":
                continue
            then, now = share(old, codes), share(figure, codes)
            if then and now and old.as_of != figure.as_of:
                label = self.view.labels[figure.subject]
                rows.append((label, about(then, self.language), about(now, self.language)))
        heads = ("column.question", "column.before", "column.now")
        return Table(tuple(text[head] for head in heads), tuple(rows)) if rows else None

    def ledger(self) -> Table:
        """Return every figure of this service with its state, for whoever checks."""
        text = self.view.text
        heads = ("variable.kind", "variable.subject", "variable.status", "column.n", "column.as_of")
        rows = []
        for figure in self.view.everything():
            state = text[f"status.{figure.status}"]
            why = "" if figure.visible else f": {self.view.why(figure)}"
            n = str(figure.n) if figure.n else ""
            since = self.view.date(figure.as_of.published) if figure.as_of else ""
            kind = text[f"kind.{figure.kind}"]
            rows.append((kind, self.view.label(figure), state + why, n, since))
        return Table(tuple(text[head] for head in heads), tuple(rows))
