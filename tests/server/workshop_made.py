"""A workshop's material for reports, from the files of S1 or with other words in it."""

from dataclasses import replace
from typing import Any

import nlp
from enumerations import Language
from server.workshop import questions
from server.workshop.report.material import Action, Card, Choices, Material, Question, Theme
from tests.server import workshop_s1 as s1


def material(language: Language = Language.BOKMAL, **changes: Any) -> Material:
    """The session of S1, its cards numbered in the order of the file."""
    said = s1.session()
    written = s1.cards()
    numbers = {card.id: number for number, card in enumerate(written, start=1)}
    made = Material(
        title=said["title"],
        language=language,
        template="samskaping",
        prompts=tuple(said["prompts"].values()),
        votes_each=said["votes_each"],
        phones=len(s1.votes()),
        voted=sum(bool(phone) for phone in s1.votes()),
        cards=tuple(_card(card, numbers[card.id]) for card in written),
        themes=tuple(_theme(theme, numbers, language) for theme in said["themes"]),
        actions=tuple(_action(action) for action in said["actions"]),
        organisation=said["organisation"],
        held=said["held"],
    )
    return replace(made, **changes)


def _card(card: s1.Written, number: int) -> Card:
    said, count, places = s1.session(), s1.counted(), s1.places()
    choices = None
    if card.id in said["choices"]:
        *counts, none = s1.chosen(card.id)
        choices = Choices(tuple(counts), none, tuple(said["none"].get(card.id, {}).values()))
    own = places.get(card.id)
    return Card(
        number=number,
        challenge=card.challenge,
        ideas=tuple(card.ideas),
        votes=count[card.id],
        place=own,
        tied=own is not None and list(places.values()).count(own) > 1,
        themes=tuple(s1.kept(card)),
        choices=choices,
        notes=tuple(said["notes"].get(card.id, ())),
    )


def _theme(theme: dict[str, str], numbers: dict[str, int], language: Language) -> Theme:
    labels = {code.id: code.label[language] for code in nlp.codebook().codes}
    label = theme["label"] or labels[theme["id"]]
    asked = s1.session()["questions"].get(theme["id"])
    proposed = questions.proposed(theme["id"], label, language)
    has = [card for card in s1.cards() if theme["id"] in s1.kept(card)]
    return Theme(
        id=theme["id"],
        label=label,
        questions=tuple(Question(text, bool(asked)) for text in asked or proposed),
        typical=tuple((card.challenge, numbers[card.id]) for card in has[:2]),
        dissenting=tuple((card.challenge, numbers[card.id]) for card in has[2:3]),
        guidelines=tuple(questions.guidelines(theme["id"], language)),
    )


def _action(action: dict[str, Any]) -> Action:
    return Action(**{key: value for key, value in action.items() if key != "theme"})
