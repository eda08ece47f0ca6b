"""What the five readings show beside the charts: facts, voices against, runs, answers, questions.

Every number comes from a release; every word that is not a message comes from people (`Words`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from enumerations import ActionStatus, Attribution, Language
from exports.disclosure.catalogue import INDIVIDUAL, SEVERAL, UNCLEAR, Kind
from exports.disclosure.document import Figure, Release
from exports.disclosure.quotes import Quote, showable
from exports.measures import LESS, Share, share
from exports.measures.wording import PERCENT_FROM, about, between, percent
from exports.report.beside import Beside, alike, beside
from exports.report.moving import Followed, follow, since_last
from exports.report.others import others
from exports.report.single import coverage, estimates, markings
from exports.report.view import AGREE, LOW, MENTIONED, TOLD_WELL, Block, Table, View
from exports.report.words import Context, Deed, Words

FACTS, THEMES, STORIES = 4, 3, 3
COMPARED = 4  # figures from elsewhere on the politician's page
FULL = {Language.BOKMAL: 780, Language.NYNORSK: 640, Language.ENGLISH: 540}
"""Characters of its long parts, from which on that page is set in small print: fewer where what
always stands there is longer. Measured with the longest names."""

HEADING = 300  # characters that the heading and the note of figures from elsewhere stand for
MORE, MUCH, DISAGREE = (1, 2), (2, 3), (1, 2)
AGAINST = 4  # voices against, so that the section stays short
FUNNELS = 2
NEARLY_ALL = 0.8  # of the stories that explain what happened, or of actions: with the individual
MANY = 0.5  # of the stories that explain what happened, with more than the individual
AROUND = (1, 2, SEVERAL)  # whom they met, what was around them, or several things
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
        beside, likely = self._opposite(figure, name), between(found, self.language)
        likely = f"{likely[0].upper()}{likely[1:]}."
        if beside:
            beside = self.view.dated(beside, figure)
        else:
            likely = self.view.dated(likely, figure)
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
            label = self.view.text[f"fact.{name}"]
            asked = (kind, subject, codes)
            if found := follow(self.view, self.releases, asked, label, self.words.deeds):
                return found
        return None

    def funnel(self) -> list[Beside]:
        """Return where the service lies beside those of its class, per figure that shows it."""
        found = (
            beside(self.view, (kind, subject, codes), self.view.text[f"fact.{name}"])
            for kind, subject, codes, name in FACT_ORDER
        )
        return [one for one in found if one][:FUNNELS]

    def alike(self) -> tuple[str, int]:
        """Return what services of this class are called, and how many the round asked about."""
        name, services = alike(self.view)
        return name, len(services)

    def explained(self) -> tuple[Block, str]:
        """Return what stories explain what happened with (F30), and what to beware of."""
        figures = self.view.figures(Kind.ATTRIBUTION, ["explained"])
        few = tuple(self._few_individual(figure) for figure in figures if figure.bounded)
        told = [figure for figure in figures if not figure.bounded]
        block = self.view.stacked("explained", told, (INDIVIDUAL,), "column.explained", few)
        if any(map(_nearly_all_individual, figures)):
            return block, self.view.text["explained.alert"]
        if self._individual_actions() and any(map(_many_around, figures)):
            return block, self.view.text["explained.actions"]
        return block, ""

    def _individual_actions(self) -> bool:
        """Whether nearly all that the service has published to do is for the individual to change.

        An action of which nobody has said what it is to change counts as none of them.
        """
        doing = {ActionStatus.DONE, ActionStatus.PLANNED}
        aims = [deed.aim for deed in self.words.deeds if deed.status in doing]
        return bool(aims) and aims.count(Attribution.INDIVIDUAL) >= NEARLY_ALL * len(aims)

    def _few_individual(self, figure: Figure) -> str:
        """Say that fewer than the threshold explain it with the individual alone."""
        said = self.view.text["explained.few"].format(k=figure.k, n=figure.n)
        return self.view.dated(said, figure)

    def explained_briefly(self) -> str:
        """Return the same in one sentence, for a page with no room for a chart."""
        for figure in self.view.figures(Kind.ATTRIBUTION, ["explained"]):
            if figure.bounded:
                return self._few_individual(figure)
            if figure.visible:
                parts = ", ".join(
                    f"{self.view.category(figure, count.id).lower()} {count.x}"
                    for count in figure.categories
                )
                said = self.view.text["explained.brief"].format(n=figure.n, parts=parts)
                return self.view.dated(said, figure)
            return self.view.text["explained.hidden"].format(why=self.view.why(figure))
        return self.view.text["explained.none"]

    def attribution(self) -> tuple[Block, tuple[tuple[tuple[str, ...], str], ...]]:
        """Return what tellers say that the service had to do with it, and what is hidden of F30."""
        figures = self.view.figures(Kind.ITEM, ["vekst6_attribution"])
        heard = self.view.figures(Kind.ATTRIBUTION, ["explained"])
        return self.view.attribution(figures), self.view.hidden([*heard, *figures])

    def quotes(self, most: int) -> list[tuple[str, Quote]]:
        """Return quotes that may be shown, each with its theme's label."""
        found = showable(self.words.quotes, self.view.release, self.view.service)
        return [(self.view.labels[quote.theme], quote) for quote in found[:most]]

    def context(self, most: int | None = None) -> tuple[Context, ...]:
        """Return figures from elsewhere, the first `most` of them."""
        return self.words.context[:most]

    def full(self) -> bool:
        """Whether so much stands on the politician's page that it must be set in small print."""
        quoted = sum(len(label) + len(quote.text) for label, quote in self.quotes(STORIES))
        compared = sum(
            HEADING * (not place)
            + len(one.label[self.language] + one.definition[self.language] + one.source)
            for place, one in enumerate(self.context(COMPARED))
        )
        explained = len(self.explained_briefly()) + len(self.explained()[1])
        named = 2 * len(self.view.names[self.view.service])  # as a large heading, and in a sentence
        return quoted + compared + explained + named > FULL[self.language]

    def answers(self, *statuses: ActionStatus) -> list[Answered]:
        """Return what the service answers with one of these statuses."""
        return [self._answered(deed) for deed in self._deeds(*statuses)]

    def next_checks(self) -> list[Answered]:
        """Return what is planned and has a day on which it is looked at, by that day."""
        planned = [deed for deed in self._deeds(ActionStatus.PLANNED) if deed.next_check]
        return [
            self._answered(deed)
            for deed in sorted(planned, key=lambda deed: deed.next_check or date.max)
        ]

    def _answered(self, deed: Deed) -> Answered:
        return Answered(self.view.labels[deed.subject], deed.text, self._day(deed.next_check))

    def _deeds(self, *statuses: ActionStatus) -> list[Deed]:
        labels = self.view.labels
        return [d for d in self.words.deeds if d.status in statuses and d.subject in labels]

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
        """Return what those who came since the release before say, beside those before."""
        return since_last(self.view, self.releases)

    def others(self) -> tuple[list[Block], Table | None, tuple[tuple[tuple[str, ...], str], ...]]:
        """Return what else was asked: a block per instrument, scales, and what is hidden."""
        blocks, table, figures = others(self.view)
        return blocks, table, self.view.hidden(figures)

    def coverage(self) -> Table | None:
        """Return how many of those who answered had answered what."""
        return coverage(self.view)

    def markings(self) -> tuple[list[Block], tuple[tuple[tuple[str, ...], str], ...]]:
        """Return own markings: a block each, and what is hidden."""
        blocks, figures = markings(self.view)
        return blocks, self.view.hidden(figures)

    def estimates(self) -> Table | None:
        """Return statistics of single answers."""
        return estimates(self.view)

    def actions(self) -> Table | None:
        """Return what the service does or will do, who sees to it and when; None where nothing."""
        text = self.view.text
        rows = tuple(
            (
                self.view.labels[deed.subject],
                deed.text,
                text[f"young.{deed.status}"],
                deed.owner or text["actions.unowned"],
                self._day(deed.next_check),
            )
            for deed in self._doing()
        )
        heads = ("column.theme", "column.action", "column.state", "column.owner", "column.check")
        return Table(tuple(text[head] for head in heads), rows) if rows else None

    def unowned(self) -> list[str]:
        """Return subjects of planned actions that nobody sees to."""
        return [
            self.view.labels[deed.subject]
            for deed in self._doing()
            if not deed.owner and deed.status is ActionStatus.PLANNED
        ]

    def _doing(self) -> list[Deed]:
        return self._deeds(ActionStatus.DONE, ActionStatus.PLANNED)

    def _day(self, day: date | None) -> str:
        return self.view.date(day.isoformat()) if day else ""

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


def _nearly_all_individual(figure: Figure) -> bool:
    """Whether nearly every story that explains what happened does so with the individual alone."""
    return _of_those_explaining(figure, (INDIVIDUAL,)) >= NEARLY_ALL


def _many_around(figure: Figure) -> bool:
    """Whether many of the stories that explain what happened do so with more than the individual.

    Where these are merged with the unclear ones nothing is known of them.
    """
    return _of_those_explaining(figure, AROUND) >= MANY


def _of_those_explaining(figure: Figure, codes: tuple[int, ...]) -> float:
    """Return what part of the stories that explain what happened do so with these; 0 if hidden."""
    told, unclear = share(figure, codes), share(figure, (UNCLEAR,))
    if told is None:
        return 0.0
    explaining = told.n - (unclear.x if unclear else 0)
    return told.x / explaining if explaining > 0 else 0.0
