"""Answers to items: what a phone may send, whether it fits the question, and how it is kept."""

from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal

import msgspec

from exports import Item
from server.collect.definition import When
from server.errors import Problem

DONT_KNOW = "dont_know"

Id = Annotated[str, msgspec.Meta(max_length=40)]
Values = Annotated[list[int], msgspec.Meta(max_length=50)]
Point = Annotated[list[int], msgspec.Meta(max_length=2)]
Points = Annotated[dict[Id, Point], msgspec.Meta(max_length=10)]
Answer = int | Literal["dont_know"] | Values | Points
"""An option; some options; how 100 are shared between poles; or where each stone lies."""

WHOLE = 100
"""What the parts of a triad or a dyad add up to, and how far a field of stones reaches."""

STEP = 5
"""Markings come in fives: a finer one would say more about the finger than about the story."""


def check(item: Item, answer: Answer) -> None:
    """See that an answer fits its question.

    Args:
        item: the question.
        answer: as it was sent; of a type that `Answer` allows.

    Raises:
        Problem: it does not; the message says how, and quotes nothing.
    """
    if answer == DONT_KNOW:
        if not item.dont_know:
            raise _unknown()
    else:
        CHECKS[item.type](item, answer)


def options(item: Item) -> frozenset[int]:
    """Whole numbers that an item takes as its answer; most answers need no closer look."""
    return frozenset(item.values if item.one else ())


def stored(answers: dict[str, Answer]) -> dict[str, Answer]:
    """Answers in an order that is not the writer's: sorted by item, and by stone."""
    return {
        item: dict(sorted(answer.items())) if type(answer) is dict else answer
        for item, answer in sorted(answers.items())
    }


def meets(when: When, given: Collection[int | str]) -> bool:
    """Whether something is asked of somebody who gave these answers to the question before."""
    return any(value in given for value in when.values)


def values_of(answer: Answer | None) -> Collection[int | str]:
    """The options in an answer; none of one that has none."""
    if isinstance(answer, int | str):
        return (answer,)
    return answer if isinstance(answer, list) else ()


def _one(item: Item, answer: Any) -> None:
    if not isinstance(answer, int):
        raise _wrong("A question that takes one value got something else.")
    if answer not in item.values:
        raise _unknown()


def _some(item: Item, answer: Any) -> None:
    """Some of the options, each once."""
    if not isinstance(answer, list) or not answer:
        raise _wrong("A question that takes a list of values got something else, or an empty one.")
    if not set(item.values).issuperset(answer):
        raise _unknown()
    if len(set(answer)) < len(answer):
        raise _wrong("An answer names an option twice.")


def _multiple(item: Item, answer: Any) -> None:
    _some(item, answer)
    if answer != [value for value in item.values if value in answer]:
        raise _wrong("Options that were chosen do not stand in the question's order.")
    if item.most is not None and len(answer) > item.most:
        raise _wrong("More options were chosen than the question allows.")
    if len(answer) > 1 and any(option.alone and option.value in answer for option in item.options):
        raise _wrong("An option that stands alone was chosen together with others.")


def _composition(item: Item, answer: Any) -> None:
    """A whole that is shared between the poles."""
    if not isinstance(answer, list) or len(answer) != len(item.poles) or not _on_grid(answer):
        raise _wrong("A marking needs one whole number a pole, from 0 to 100 in steps of 5.")
    if sum(answer) != WHOLE:
        raise _wrong("The parts of a marking do not add up to 100.")


def _stones(item: Item, answer: Any) -> None:
    if not isinstance(answer, dict) or not answer:
        raise _wrong("A question that takes stones got something else, or none.")
    if not {stone.id for stone in item.stones}.issuperset(answer):
        raise _unknown()
    if not all(len(point) == 2 and _on_grid(point) for point in answer.values()):
        raise _wrong("A stone lies at two whole numbers, from 0 to 100 in steps of 5.")


def _on_grid(numbers: list[int]) -> bool:
    return all(0 <= number <= WHOLE and number % STEP == 0 for number in numbers)


CHECKS: dict[str, Callable[[Item, Any], None]] = {
    "choice": _one,
    "scale": _one,
    "smileys": _one,
    "multiple": _multiple,
    "ranking": _some,
    "triad": _composition,
    "dyad": _composition,
    "stones": _stones,
}


def _unknown() -> Problem:
    return Problem(
        400,
        "unknown_option",
        "An answer is none of the question's options.",
        "Send one of the values that the round lists for the question.",
    )


def _wrong(message: str) -> Problem:
    advice = "Send the answer in the form that the round's questions ask for."
    return Problem(400, "wrong_form", message, advice)
