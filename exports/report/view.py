"""What a page shows: blocks of a chart, its tables and its notes, built from a release alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from enumerations import Language, Level
from exports.disclosure.catalogue import ALL, Kind
from exports.disclosure.document import Figure, Reason, Release, Snapshot, Status
from exports.disclosure.rules import FIRST
from exports.errors import DocumentError
from exports.instruments import instruments, items, scoring
from exports.measures import Net, Share, net_growth, share
from exports.measures.wording import PERCENT_FROM, about, between, percent
from exports.messages import messages
from exports.report.charts import Bar, Chart, Interval, Part, net, stacked

TONES: Mapping[int, tuple[str, ...]] = {
    2: ("tone-2", "tone-5"),
    3: ("tone-1", "tone-3", "tone-5"),
    4: ("tone-3", "tone-4a", "tone-4b", "tone-5"),
    5: ("tone-1", "tone-2", "tone-3", "tone-4", "tone-5"),
}
OWN_TONES = {
    "positive": "tone-5",
    "other": "tone-6",
    "mentioned": "tone-7",
    "individual": "tone-6",
    "relation": "tone-4",
    "situation": "tone-5",
    "several": "tone-4b",
    "around": "tone-5",
    "not_individual": "tone-4",
}
UNSAID = frozenset({"not_mentioned", "answered", "unclear"})  # the rest of a bar, left as its track
AGREE = (4, 5)
LOW = (0,)
MENTIONED, TOLD_WELL = (1, 2), (2,)
IN_CHAPTERS = frozenset({"mt10", "vekst6", "livstilfredshet_0_10"})
"""Instruments whose answers the three chapters show."""
NUMBERED_FROM = 6  # categories; so many have fewer tones than parts, and get numbers
STRENGTHS = 3  # of each sort, so that the first section stays short


@dataclass(frozen=True)
class Table:
    """A table: its column heads, and rows of a head and cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Block:
    """One measure on the page."""

    id: str
    title: str
    intro: tuple[str, ...]
    chart: Chart | None
    legend: tuple[Part, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """A chapter: title, introduction, blocks, and what is not shown: (labels, reason)."""

    id: str
    title: str
    intro: str
    blocks: tuple[Block, ...]
    hidden: tuple[tuple[tuple[str, ...], str], ...]


class View:
    """The parts of a report on one service, or on everybody ("*"), in one language.

    Raises:
        DocumentError: the release knows no such service.
    """

    def __init__(self, release: Release, service: str, language: Language) -> None:
        self.release = release
        self.service = service
        self.language = language
        self.text = messages(language)
        catalogue = release.catalogue
        self.names = {entry.key: entry.name[language] for entry in catalogue.services}
        self.names |= {entry.key: entry.name[language] for entry in catalogue.areas}
        self.names[ALL] = self.text["everyone"]
        if service not in self.names:
            raise DocumentError("This release has no such service. Use a key of its catalogue.")
        self.labels = {entry.id: entry.label[language] for entry in catalogue.themes}
        self.labels |= {entry.id: entry.label[language] for entry in catalogue.groups}
        named = self.text["this_service"] if service == ALL else self.names[service]
        for item in items().values():
            self.labels[item.id] = item.text[language].replace("{service}", named)

    def date(self, published: str) -> str:
        """Write an ISO date in words."""
        day = date.fromisoformat(published)
        month = self.text["months"].split()[day.month - 1]
        return self.text["date"].format(day=day.day, month=month, year=day.year)

    def figure(self, kind: Kind, subject: str) -> Figure | None:
        """Return a figure of this service."""
        return self.release.figure(kind, subject, self.service)

    @property
    def k(self) -> int:
        """The least respondents per category of a figure about this service."""
        answered = self.figure(Kind.ANSWERED, "responses")
        return answered.k if answered else self.release.k

    def figures(self, kind: Kind, subjects: Iterable[str]) -> list[Figure]:
        """Return the figures of these subjects that the release has, hidden ones too."""
        found = [self.figure(kind, subject) for subject in subjects]
        return [figure for figure in found if figure is not None]

    def category(self, figure: Figure, category: str) -> str:
        """Return the label of a category."""
        item = items().get(figure.subject) if figure.kind in (Kind.ITEM, Kind.GROWTH) else None
        options = {str(option.value): option.label for option in item.options} if item else {}
        poles = items()[figure.subject].poles if figure.kind is Kind.SIGNIFICATION else ()
        options |= {pole.id: pole.label for pole in poles}
        if category in options:
            return options[category][self.language]
        if said := self.text.get(f"category.{category}"):
            return said
        values = next(count.values for count in figure.categories if count.id == category)
        return " / ".join(options[str(value)][self.language] for value in values)

    def strengths(self) -> list[tuple[str, str]]:
        """Return what works best, as (label, x of n): first statements, then areas."""
        agreed = []
        for figure in self.figures(Kind.ITEM, _item_ids("mt10")):
            found = share(figure, AGREE)
            if found:
                said = self.dated(self._said("meeting", found), figure)
                agreed.append((-found.x / found.n, figure.subject, said))
        told = []
        for figure in self.figures(Kind.GROUP, [g.id for g in self.release.catalogue.groups]):
            well, all_told = share(figure, TOLD_WELL), share(figure, MENTIONED)
            if well and all_told and 2 * well.x > all_told.x:
                told_of = self.text["works_told"].format(about=about(well, self.language))
                said = self.dated(told_of, figure)
                told.append((-well.x / well.n, figure.subject, said))
        best = sorted(agreed)[:STRENGTHS] + sorted(told)[:STRENGTHS]
        return [(self.labels[subject], said) for _, subject, said in best]

    def chapters(self) -> list[Chapter]:
        """Return the three chapters, one per goal level."""
        instrument = instruments()
        growth = self.figures(Kind.GROWTH, _item_ids("vekst6"))
        satisfaction = self.figures(Kind.SCALE, ["lt1"])
        asked = self.figures(Kind.ITEM, _item_ids("mt10"))
        meeting = [figure for figure in asked if self._level(figure) is not Level.SYSTEM]
        working = [figure for figure in asked if self._level(figure) is Level.SYSTEM]
        doubts = self.figures(Kind.DONT_KNOW, _item_ids("mt10"))
        caveat = instrument["vekst6"].caveat or {}
        validation = self.text["not_validated"]
        return [
            self._chapter(
                Level.PERSONAL,
                [
                    self._satisfaction(satisfaction),
                    self._growth(growth, (caveat[self.language], validation)),
                    self.stacked("growth_merged", _merged(growth), (1, 2)),
                ],
                satisfaction + growth,
            ),
            self._chapter(Level.PRACTICE, [self._meeting(meeting, validation)], meeting),
            self._chapter(
                Level.SYSTEM,
                [
                    self.stacked("meeting-system", working, AGREE, notes=(validation,)),
                    self._doubts(doubts),
                ],
                working,
            ),
        ]

    def _level(self, figure: Figure) -> Level | None:
        """Return the goal level of the theme that a question is about."""
        theme = items()[figure.subject].theme
        return next((t.level for t in self.release.catalogue.themes if t.id == theme), None)

    def attribution(self, figures: list[Figure]) -> Block:
        """Return the block on how much the service had to say."""
        return self.stacked("attribution", figures, (2, 3))

    def areas(self) -> Block:
        """Return the theme groups."""
        figures = self.figures(Kind.GROUP, [group.id for group in self.release.catalogue.groups])
        return self.mentions("stories", figures, (self.text["stories_intro"],), "column.area")

    def all_themes(self) -> Block:
        """Return every theme, whatever its level."""
        figures = self.figures(Kind.THEME, [theme.id for theme in self.release.catalogue.themes])
        return self.mentions("themes-all", figures, (), "column.theme")

    def mentions(
        self, name: str, figures: list[Figure], intro: tuple[str, ...], head: str
    ) -> Block:
        """Return a block about themes or groups, most told first; a note has what few told of."""
        few = tuple(self._few([figure for figure in figures if figure.bounded]))
        figures = [figure for figure in figures if figure.visible and not figure.bounded]
        figures.sort(key=lambda f: (-_told(f), self.labels[f.subject]))
        block = self.stacked(name, figures, MENTIONED, head)
        notes = (self.text["themes_note"], *block.notes) if figures else block.notes
        notes = (*few, *notes)
        return Block(block.id, block.title, intro, block.chart, block.legend, block.tables, notes)

    def _few(self, figures: list[Figure]) -> Iterator[str]:
        """Say which themes or groups fewer than the threshold told of, of how many."""
        alike: dict[tuple[int, int, Snapshot | None], list[Figure]] = {}
        for figure in figures:
            alike.setdefault((figure.k, figure.n or 0, figure.as_of), []).append(figure)
        for (k, n, _), same in alike.items():
            labels = ", ".join(sorted(self.label(figure) for figure in same))
            said = self.text["few_told"].format(k=k, n=n, labels=labels)
            yield self.dated(said, same[0])

    def hidden(self, figures: list[Figure]) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Return what is hidden, gathered by reason, with what would make it visible."""
        gathered: dict[tuple[Reason, int], list[str]] = {}
        for figure in figures:
            if not figure.visible and figure.reason:
                gathered.setdefault((figure.reason, figure.k), []).append(self.label(figure))
        return tuple(
            (tuple(dict.fromkeys(labels)), self._reason(reason, k))
            for (reason, k), labels in gathered.items()
        )

    def why(self, figure: Figure) -> str:
        """Say why a figure is hidden, and what would make it visible."""
        return self._reason(figure.reason or Reason.TOO_FEW, figure.k)

    def _reason(self, reason: Reason, k: int) -> str:
        return self.text[f"reason.{reason}"].format(k=k, first=FIRST * k)

    def everything(self) -> list[Figure]:
        """Return every figure of this service, without the quarters."""
        return [f for f in self.release.figures if f.service == self.service and f.period is None]

    def number(self, value: float) -> str:
        """Write a number as this language does."""
        written = str(value).replace(".", self.text["decimal"])
        return written.replace("-", self.text["minus"])

    def _chapter(self, level: Level, blocks: list[Block], asked: list[Figure]) -> Chapter:
        themes = [theme.id for theme in self.release.catalogue.themes if theme.level is level]
        told = self.figures(Kind.THEME, themes)
        stories = self.mentions(f"themes-{level}", told, (), "column.theme")
        shown = [block for block in [*blocks, stories] if block.chart]
        return Chapter(
            id=str(level),
            title=self.text[f"chapter.{level}"],
            intro=self.text[f"chapter_intro.{level}"],
            blocks=tuple(shown),
            hidden=self.hidden(asked + told),
        )

    def label(self, figure: Figure) -> str:
        """Return what a figure is about, in words."""
        if figure.kind is Kind.SCALE and len(scoring.by_id(figure.subject).items) > 1:
            return scoring.by_id(figure.subject).name[self.language]
        if figure.kind is Kind.AGREEMENT:
            return self.text[f"agreement.{figure.subject}"]
        return self.labels.get(figure.subject) or self.text[f"kind.{figure.kind}"]

    def _satisfaction(self, figures: list[Figure]) -> Block:
        return self.stacked("satisfaction", figures, LOW, intro=self._mean("satisfaction", "lt1"))

    def _meeting(self, figures: list[Figure], note: str) -> Block:
        return self.stacked(
            "meeting", figures, AGREE, intro=self._mean("meeting", "mt10"), notes=(note,)
        )

    def _doubts(self, figures: list[Figure]) -> Block:
        intro = (self.text["dont_knows_intro"],)
        return self.stacked("dont_knows", figures, (1,), intro=intro)

    def _mean(self, name: str, scale: str) -> tuple[str, ...]:
        figure = self.figure(Kind.SCALE, scale)
        if figure is None or figure.mean is None or figure.low is None or figure.high is None:
            return ()
        mean, low, high = (self.number(v) for v in (figure.mean, figure.low, figure.high))
        said = self.text[f"{name}_mean"].format(mean=mean, low=low, high=high, n=figure.n)
        return (self.dated(said, figure),)

    def _growth(self, figures: list[Figure], notes: tuple[str, ...]) -> Block:
        """Return net growth, of the figures that tell less from same."""
        rows, cells, kept = [], [], []
        for figure in figures:
            found = net_growth(figure)
            if found is None:
                continue
            label = self.labels[figure.subject]
            more = share(figure, (1, 2))
            note = self._dated(self._said("growth", more) if more else "", figure, figures)
            rows.append(Interval(label, found.net, found.low, found.high, note))
            counts = (str(found.less), str(found.more), str(found.n))
            cells.append((label, *counts, self._net(found), self._since(figure)))
            kept.append(figure)
        heads = ("question", "less", "more", "n", "net", "as_of")
        table = Table(tuple(self.text[f"column.{head}"] for head in heads), tuple(cells))
        axis = (self.text["growth_left"], self.text["growth_right"])
        return Block(
            id="growth",
            title=self.text["growth"],
            intro=(self.text["growth_intro"],),
            chart=net(rows, axis) if rows else None,
            legend=(),
            tables=(table,),
            notes=notes + self._kept(kept),
        )

    def _net(self, found: Net) -> str:
        if found.n < PERCENT_FROM:
            return self.text["net_few"]
        parts = {"net": found.net, "low": found.low, "high": found.high}
        written = {name: self.number(percent(value)) for name, value in parts.items()}
        return self.text["column.net_between"].format(**written)

    def stacked(
        self,
        name: str,
        figures: list[Figure],
        highlight: tuple[int, ...],
        head: str = "column.question",
        intro: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
        answers: str = "",
    ) -> Block:
        """Return a block of one bar per figure.

        `highlight` are the codes that the note counts, and `answers` is what it may call them.
        """
        visible = [figure for figure in figures if figure.visible]
        bars = [self._bar(name, figure, highlight, visible, answers) for figure in visible]
        parts = sorted((part for bar in bars for part in bar.parts), key=lambda part: part.tone)
        legend = {part.label: part for part in parts}
        title, _, level = name.partition("-")
        chapter = self.text.get(f"chapter.{level}")
        return Block(
            id=name,
            title=f"{self.text[title]}: {chapter}" if chapter else self.text[title],
            intro=intro,
            chart=stacked(bars) if bars else None,
            legend=tuple(legend.values()),
            tables=tuple(self._tables(visible, highlight, head)),
            notes=notes + self._kept(figures),
        )

    def _bar(
        self,
        name: str,
        figure: Figure,
        highlight: tuple[int, ...],
        beside: list[Figure],
        answers: str,
    ) -> Bar:
        tones = _tones(max(len(figure.categories), 2))
        marks, labels = _marks(figure), self._categories(figure)
        parts = tuple(
            Part(label, OWN_TONES.get(count.id, tone), count.x, mark)
            for count, label, mark, tone in zip(
                figure.categories, labels, marks, tones, strict=False
            )
            if count.id not in UNSAID
        )
        found = share(figure, highlight)
        said = self._said(name, found, answers) if found else ""
        return Bar(self.label(figure), parts, figure.n or 0, self._dated(said, figure, beside))

    def _categories(self, figure: Figure) -> tuple[str, ...]:
        """Return the labels of a figure's categories, with the numbers that they have in a bar."""
        labels = (self.category(figure, count.id) for count in figure.categories)
        return tuple(mark + label for mark, label in zip(_marks(figure), labels, strict=True))

    def _tables(
        self, figures: list[Figure], highlight: tuple[int, ...], head: str
    ) -> Iterator[Table]:
        """Yield a table per set of categories, so that every column means one thing."""
        alike: dict[tuple[str, ...], list[Figure]] = {}
        for figure in figures:
            alike.setdefault(self._categories(figure), []).append(figure)
        for names, group in alike.items():
            rows = []
            for figure in group:
                found = share(figure, highlight)
                counts = (str(count.x) for count in figure.categories)
                likely = between(found, self.language) if found else ""
                since = self._since(figure)
                rows.append((self.label(figure), *counts, str(figure.n), likely, since))
            of = " + ".join(
                self.category(group[0], count.id)
                for count in group[0].categories
                if set(count.values) <= set(highlight)
            )
            likely_head = self.text["column.uncertainty"].format(category=of)
            ends = (self.text["column.n"], likely_head, self.text["column.as_of"])
            yield Table((self.text[head], *names, *ends), tuple(rows))

    def _said(self, name: str, found: Share, answers: str = "") -> str:
        said = about(found, self.language)
        return self.text[f"note.{name.split('-')[0]}"].format(about=said, answers=answers)

    def dated(self, said: str, figure: Figure) -> str:
        """Say how old a number is, where it is older than the release."""
        if figure.as_of is None or figure.as_of.number == self.release.number:
            return said
        mark = self.text["as_of_mark"].format(date=self.date(figure.as_of.published))
        plain = said.removesuffix(".")
        return f"{plain} ({mark})" + "." * (plain != said)

    def _dated(self, note: str, figure: Figure, beside: list[Figure]) -> str:
        """Add the date to a note, where the figures beside it are of different dates."""
        dates = {other.as_of for other in beside if other.as_of}
        if len(dates) < 2 or figure.as_of is None:
            return note
        return f"{note} · {self.text['as_of_mark'].format(date=self.date(figure.as_of.published))}"

    def _since(self, figure: Figure) -> str:
        return self.date(figure.as_of.published) if figure.as_of else ""

    def _kept(self, figures: list[Figure]) -> tuple[str, ...]:
        """Explain once why some numbers are older, and how old."""
        kept = [figure for figure in figures if figure.status is Status.KEPT]
        dates = sorted({figure.as_of.published for figure in kept if figure.as_of})
        written = ", ".join(self.date(published) for published in dates)
        return tuple(
            self.text[f"reason.{figure.reason}"].format(k=figure.k, dates=written)
            for figure in kept[:1]
        )


def _tones(number: int) -> tuple[str, ...]:
    """Return a tone per category; of more than there are tones, some that lie beside are alike."""
    spread = (1 + place * 5 // number for place in range(number))
    return TONES.get(number) or tuple(f"tone-{tone}" for tone in spread)


def _marks(figure: Figure) -> tuple[str, ...]:
    """Return a number per category where some that lie beside each other have the same tone."""
    number = len(figure.categories)
    numbered = number >= NUMBERED_FROM
    return tuple(f"{place}: " if numbered else "" for place in range(1, number + 1))


def _item_ids(instrument: str) -> list[str]:
    return [item.id for item in instruments()[instrument].items if item.scored]


def _told(figure: Figure) -> int:
    found = share(figure, MENTIONED)
    return found.x if found else 0


def _merged(figures: list[Figure]) -> list[Figure]:
    return [figure for figure in figures if figure.visible and net_growth(figure) is None]
