"""From what a room said to a document. Headings are those of S1; no format is known here.

Exact counts stand here and nowhere else: all who wrote were in the room and saw them. Nothing is
estimated from them, so nothing has an interval.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from server.pages import date_text
from server.workshop.report.material import Action, Card, Choices, Material, Theme
from server.workshop.report.model import (
    Block,
    Chart,
    Document,
    Items,
    Link,
    Origin,
    Paragraph,
    Section,
    Shape,
    Table,
    Tone,
    Words,
    anchor,
)
from server.workshop.report.model import Card as CardBlock
from server.workshop.report.words import capital, many, of, texts

LEVELS = ("now", "leader", "municipality", "county", "state")
EDITABLE = ("intro", "method", "analysis", "summary", "onward", "involvement")
"""Sections whose text the facilitator may write; of a theme it is `theme_section`."""
_NAMES = ("edited", "picked", "as_table", "contents", "skip", "ideas", "footer")
_PUT_ONCE = " · "


def theme_section(theme: str) -> str:
    """The id of a theme's section."""
    return f"theme-{theme}"


def compose(material: Material) -> Document:
    """Return the report of a workshop.

    Args:
        material: cards without those that the facilitator has hidden.
    """
    return _Report(material).document()


@dataclass(slots=True)
class _Report:
    """One report in the making; `shown` are numbers of cards that stand in it already."""

    material: Material
    shown: set[int] = field(default_factory=set)

    @property
    def text(self) -> dict[str, str]:
        return texts(self.material.language)

    def document(self) -> Document:
        material = self.material
        date = date_text(material.held, material.language) if material.held else ""
        lines = (material.organisation, self.text["held"].format(date=date) if date else "")
        return Document(
            language=material.language,
            kind=self.text["kind"],
            title=material.title,
            lines=tuple(line for line in lines if line),
            banner=self.text["banner"],
            sections=(
                self._editable("intro", self._intro()),
                self._editable("method", self._method()),
                self._editable("analysis", self._said("analysis.text", "analysis.springboard")),
                self._results(),
                self._summary(),
                self._onward(),
                self._editable("involvement", self._involvement()),
            ),
            names={name: self.text[name] for name in _NAMES},
        )

    def _editable(
        self,
        key: str,
        fixed: Sequence[Block],
        kept: Sequence[Block] = (),
        sections: Sequence[Section] = (),
        title: str | None = None,
    ) -> Section:
        """A section with the facilitator's text in place of the fixed one; `kept` stays anyway."""
        written = self.material.texts.get(key, "").strip()
        lead = [_written(part) for part in _paragraphs(written)] if written else fixed
        blocks = (*lead, *kept)
        heading = self.text[key] if title is None else title
        return Section(key, heading, blocks, tuple(sections), editable=True)

    def _said(self, *keys: str) -> list[Block]:
        return [_plain(self.text[key]) for key in keys]

    def _intro(self) -> list[Block]:
        cards, themes = len(self.material.cards), len(self._themes())
        said = self.text["intro.text"].format(
            title=self.material.title,
            cards=self._many("cards", cards),
            themes=self._many("themes", themes),
        )
        return [Paragraph((said,), Tone.LEAD), *self._said("intro.use")]

    def _method(self) -> list[Block]:
        material = self.material
        votes = self._many("votes", material.votes_each)
        steps = self.text[f"method.steps.{material.template}"].format(votes=votes)
        asked = Items(tuple((prompt,) for prompt in material.prompts))
        return [*self._said("method.text"), asked, _plain(steps), *self._said("method.talk")]

    def _involvement(self) -> list[Block]:
        material = self.material
        phones = capital(self._many("phones", material.phones))
        voted = self._of(material.voted, material.phones) if material.phones else "0"
        said = self.text["involvement.text"].format(phones=phones, voted=voted)
        return [_plain(said), *self._said("involvement.decided")]

    def _results(self) -> Section:
        cards = self.material.cards
        if not cards:
            return Section("results", self.text["results"], tuple(self._said("results.none")))
        sent = self.text["results.sent"].format(cards=self._many("cards", len(cards)))
        blocks: list[Block] = [_plain(sent), self._theme_table()]
        if sum(len(self._of_theme(theme)) for theme in self._themes()) > len(cards):
            blocks.append(Paragraph((self.text["results.over"],), Tone.NOTE))
        sections = [self._priorities(), *(self._theme(theme) for theme in self._themes())]
        if rest := self._without_theme():
            lead = self._said("theme.none.text")
            sections.append(
                Section("theme-none", self.text["theme.none"], (*lead, *self._cards(rest)))
            )
        return Section("results", self.text["results"], tuple(blocks), tuple(sections))

    def _theme_table(self) -> Table:
        rows = [
            ((theme.label,), (self._of(len(self._of_theme(theme)), len(self.material.cards)),))
            for theme in self._themes()
        ]
        if rest := self._without_theme():
            rows.append(
                ((self.text["theme.none"],), (self._of(len(rest), len(self.material.cards)),))
            )
        columns = (self.text["column.theme"], self.text["column.cards"])
        return Table(self.text["results.themes"], columns, tuple(rows))

    def _priorities(self) -> Section:
        chosen = [card for card in _by_place(self.material.cards) if card.place is not None]
        rows = tuple(
            (
                (self._cell(card),),
                (Link(f"{card.number}. {card.challenge}", f"#{anchor(card.number)}"),),
                (str(card.votes),),
            )
            for card in chosen
        )
        voters = self._of(self.material.voted, self.material.phones) if self.material.phones else ""
        note = self.text["results.list.note"].format(voters=voters, k=self.material.votes_each)
        columns = tuple(self.text[f"column.{key}"] for key in ("place", "card", "votes"))
        blocks: list[Block] = [_plain(note)] if voters else []
        if rows:
            blocks.append(Table(self.text["results.list"], columns, rows))
        if rest := len(self.material.cards) - len(chosen):
            said = self.text["results.list.rest"].format(cards=capital(self._many("cards", rest)))
            blocks.append(Paragraph((said,), Tone.NOTE))
        return Section("priorities", self.text["results.list"], tuple(blocks))

    def _cell(self, card: Card) -> str:
        return self.text["cell.tied"].format(place=card.place) if card.tied else str(card.place)

    def _theme(self, theme: Theme) -> Section:
        cards = _by_place(self._of_theme(theme))
        n = len(self.material.cards)
        about = self.text["theme.about"].format(of=self._of(len(cards), n))
        lead: list[Block] = [Paragraph((about,), Tone.LEAD)]
        if cards[0].place is not None:
            lead.append(Paragraph((self.text["theme.highest"], *self._links(cards[:1]), ".")))
        new = [card for card in cards if card.number not in self.shown]
        seen = [card for card in cards if card.number in self.shown]
        talked = [card for card in new if card.choices or card.notes]
        others = [card for card in new if card not in talked]
        blocks: list[Block] = list(self._cards(talked))
        if seen:
            blocks.append(Paragraph((self.text["theme.elsewhere"], *self._links(seen), ".")))
        sections = []
        if others:
            title = self.text["theme.others"] if talked or seen else self.text["column.cards"]
            key = f"{theme_section(theme.id)}-cards"
            sections.append(Section(key, title, tuple(self._cards(others))))
        sections += self._after(theme)
        return self._editable(theme_section(theme.id), lead, blocks, sections, theme.label)

    def _after(self, theme: Theme) -> Iterator[Section]:
        """Questions to go on with, and guidance."""
        key = theme_section(theme.id)
        if theme.questions:
            asked = Items(
                tuple((question.text,) for question in theme.questions),
                numbered=True,
                marks=tuple(
                    self.text["mark.edited" if question.edited else "mark.auto"]
                    for question in theme.questions
                ),
            )
            yield Section(f"{key}-questions", self.text["questions"], (asked,))
        if theme.guidelines:
            links = Items(tuple((Link(title, url),) for title, url in theme.guidelines))
            yield Section(f"{key}-guidelines", self.text["guidelines"], (links,))

    def _cards(self, cards: Sequence[Card]) -> Iterator[Block]:
        for card in cards:
            self.shown.add(card.number)
            yield CardBlock(card.number, card.challenge, card.ideas, self._where(card))
            if card.choices:
                yield from self._choices(card, card.choices)
            if card.notes:
                key = "notes" if card.choices and card.choices.n else "notes.plain"
                yield _plain(self.text[key])
                yield Items(tuple((note,) for note in card.notes))

    def _where(self, card: Card) -> str:
        said = [self.text[f"stage.{card.stage}"]] if card.stage else []
        if card.follows is not None:
            said.append(self.text["follows"].format(number=card.follows))
        said.append(self._many("votes", card.votes))
        if card.place is not None:
            key = "place.tied" if card.tied else "place"
            said.append(self.text[key].format(place=card.place))
        return capital(_PUT_ONCE.join(said))

    def _choices(self, card: Card, choices: Choices) -> Iterator[Block]:
        if not choices.n:
            yield _plain(self.text["chart.nobody"])
            return
        yield self._chart(card, choices)
        if choices.none:
            share = self.text["dissent.share"].format(of=capital(self._of(choices.none, choices.n)))
            yield Paragraph((share,), Tone.DISSENT)
        if choices.texts:
            yield _plain(self.text["dissent.words"])
            yield from (Paragraph((text,), Tone.QUOTE) for text in choices.texts)

    def _chart(self, card: Card, choices: Choices) -> Chart:
        labels = (*card.ideas[: len(choices.counts)], self.text["chart.none"])
        bars = tuple(zip(labels, (*choices.counts, choices.none), strict=True))
        said = tuple(self._of(x, choices.n) for _, x in bars)
        caption = self.text["chart.caption"].format(number=card.number, n=choices.n)
        columns = (self.text["column.idea"], self.text["column.count"])
        rows = tuple(((label,), (x,)) for (label, _), x in zip(bars, said, strict=True))
        listed = "; ".join(f"{label}: {x}" for (label, _), x in zip(bars, said, strict=True))
        return Chart(
            id=f"valg-{card.number}",
            title=self.text["chart.title"].format(number=card.number),
            bars=bars,
            n=choices.n,
            said=said,
            description=f"{caption} {listed}.",
            table=Table(caption, columns, rows),
            shape=Shape.PIE if self.material.pies else Shape.BAR,
        )

    def _summary(self) -> Section:
        sections = []
        for theme in self._themes():
            if theme.typical or theme.dissenting:
                sections.append(self._picked(theme))
        sections.append(self._solutions())
        lead = self._said("summary.text") if len(sections) > 1 else []
        return self._editable("summary", lead, (), sections)

    def _picked(self, theme: Theme) -> Section:
        blocks: list[Block] = [self._sentence(*one, Tone.QUOTE) for one in theme.typical]
        if theme.dissenting:
            blocks.append(_plain(self.text["summary.against"]))
            blocks += [self._sentence(*one, Tone.DISSENT) for one in theme.dissenting]
        return Section(f"summary-{theme.id}", theme.label, tuple(blocks))

    def _sentence(self, sentence: str, number: int, tone: Tone) -> Paragraph:
        link = Link(self.text["card"].format(number=number), f"#{anchor(number)}")
        return Paragraph((f"«{sentence}» (", link, ")"), tone, Origin.PICKED)

    def _solutions(self) -> Section:
        """The idea or ideas that most chose, per card that was talked about."""
        items: list[tuple[Words, ...]] = []
        for card in _by_place(self.material.cards):
            if card.choices and card.choices.n:
                items += self._favourites(card, card.choices)
        key, title = "summary-solutions", self.text["summary.solutions"]
        if not items:
            return Section(key, title, tuple(self._said("summary.solutions.none")))
        return Section(key, title, (*self._said("summary.solutions.text"), Items(tuple(items))))

    def _favourites(self, card: Card, choices: Choices) -> Iterator[tuple[Words, ...]]:
        labels = (*card.ideas[: len(choices.counts)], self.text["chart.none"])
        most = max(*choices.counts, choices.none)
        for label, count in zip(labels, (*choices.counts, choices.none), strict=True):
            if count == most:
                link = Link(self.text["card"].format(number=card.number), f"#{anchor(card.number)}")
                chose = self.text["summary.chose"].format(
                    of=capital(self._of(count, choices.n)), choice=label
                )
                yield (f"{chose} (", link, ")")

    def _onward(self) -> Section:
        actions = self.material.actions
        if not actions:
            return self._editable("onward", self._said("onward.none"))
        sections = []
        for level in LEVELS:
            if found := [action for action in actions if action.level == level]:
                title = self.text[f"level.{level}"]
                sections.append(Section(f"onward-{level}", title, (self._actions(title, found),)))
        if lifted := [action for action in actions if action.lifted]:
            blocks = (*self._said("lifted.text"), self._lifted(lifted))
            sections.append(Section("onward-lifted", self.text["lifted"], blocks))
        return self._editable("onward", self._said("onward.text"), (), sections)

    def _actions(self, title: str, actions: Sequence[Action]) -> Table:
        said = {
            "action": [action.text for action in actions],
            "owner": [action.owner for action in actions],
            "due": [self._due(action) for action in actions],
            "kind": [self.text[f"kind.{a.kind}"] if a.kind else "" for a in actions],
            "barrier": [self.text[f"barrier.{a.barrier}"] if a.barrier else "" for a in actions],
        }
        kept = [key for key, cells in said.items() if any(cells)]
        rows = zip(*(said[key] for key in kept), strict=True)
        columns = tuple(self.text[f"column.{key}"] for key in kept)
        return Table(title, columns, tuple(tuple((cell,) for cell in row) for row in rows))

    def _lifted(self, actions: Sequence[Action]) -> Table:
        columns = tuple(self.text[f"column.{key}"] for key in ("action", "recipient", "due"))
        rows = tuple(((a.text,), (a.recipient,), (self._due(a),)) for a in actions)
        return Table(self.text["lifted"], columns, rows)

    def _due(self, action: Action) -> str:
        return date_text(action.due, self.material.language) if action.due else ""

    def _themes(self) -> list[Theme]:
        """Themes that a card has, in the room's order."""
        return [theme for theme in self.material.themes if self._of_theme(theme)]

    def _of_theme(self, theme: Theme) -> list[Card]:
        return [card for card in self.material.cards if theme.id in card.themes]

    def _without_theme(self) -> list[Card]:
        known = {theme.id for theme in self.material.themes}
        return _by_place(card for card in self.material.cards if not known & set(card.themes))

    def _links(self, cards: Sequence[Card]) -> Iterator[Words]:
        for place, card in enumerate(cards):
            if place:
                yield ", "
            yield Link(self.text["card"].format(number=card.number), f"#{anchor(card.number)}")

    def _of(self, x: int, n: int) -> str:
        return of(x, n, self.material.language)

    def _many(self, key: str, n: int) -> str:
        return many(key, n, self.material.language)


def _by_place(cards: "Sequence[Card] | Iterator[Card]") -> list[Card]:
    return sorted(cards, key=lambda card: (card.place is None, card.place or 0, card.number))


def _plain(text: str) -> Paragraph:
    return Paragraph((text,))


def _written(text: str) -> Paragraph:
    return replace(_plain(text), origin=Origin.EDITED)


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]
