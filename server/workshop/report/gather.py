"""Reads what a report is made of."""

from uuid import UUID

from enumerations import Language
from server.workshop import asked, onward, outcome, questions, state, themes
from server.workshop.report.material import (
    Action,
    Card,
    Choices,
    Material,
    Question,
    Theme,
)
from server.workshop.tables import Workshop


async def material(row: Workshop, pies: bool = False) -> Material:
    """What a workshop's report is made of: what everybody may see, hidden cards left out.

    Args:
        row: the workshop.
        pies: draw choices as pies.
    """
    seen = await state.of(row)
    language = Language(row.language)
    numbers = {card.id: card.number for card in seen.cards}
    picked = await themes.picked(row.id, {card.id: card.themes for card in seen.cards})
    return Material(
        title=seen.title,
        language=language,
        template=seen.template,
        prompts=tuple(
            prompt
            for words in await asked.everywhere(row)
            for prompt in (words.challenge, words.ideas)
        ),
        votes_each=seen.votes_each,
        phones=seen.phones,
        voted=seen.voted,
        cards=tuple(_card(card, numbers) for card in seen.cards),
        themes=tuple(_theme(theme, picked, numbers, language) for theme in seen.themes),
        actions=tuple(_action(action) for action in seen.actions),
        texts=await outcome.texts(row.id),
        organisation=seen.organisation,
        held=seen.held,
        pies=pies,
    )


def _card(card: state.Card, numbers: dict[UUID, int]) -> Card:
    choices = card.choices
    return Card(
        number=card.number,
        challenge=card.challenge,
        ideas=tuple(card.ideas),
        votes=card.votes or 0,
        place=card.place if card.votes else None,
        tied=card.tied,
        themes=tuple(card.themes),
        choices=Choices(tuple(choices.counts), choices.none, tuple(choices.texts))
        if choices
        else None,
        notes=tuple(card.notes),
        stage=card.stage or "",
        follows=numbers.get(card.follows) if card.follows else None,
    )


def _theme(
    theme: outcome.Theme,
    picked: themes.Picked,
    numbers: dict[UUID, int],
    language: Language,
) -> Theme:
    typical, against = picked.get(theme.id, ([], []))
    return Theme(
        id=theme.id,
        label=theme.label,
        questions=tuple(Question(one.text, one.edited) for one in theme.questions),
        typical=tuple((text, numbers[card]) for text, card in typical),
        dissenting=tuple((text, numbers[card]) for text, card in against),
        guidelines=tuple(questions.guidelines(theme.id, language)),
    )


def _action(action: onward.Action) -> Action:
    return Action(
        text=action.text,
        level=action.level,
        owner=action.owner,
        due=action.due,
        kind=action.kind,
        barrier=action.barrier,
        lifted=action.lifted,
        recipient=action.recipient,
    )
