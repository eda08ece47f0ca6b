"""Answers to items for the demo municipality: made up by a seeded generator, never by people.

Each person has a hidden experience, drawn from a normal distribution whose mean follows the tone
of their story, their service and the quarter. An item's answer is that experience times a loading
plus noise, cut into the item's options. Own markings follow the same experience: the better it
was, the less it was about the system, the nearer to the middle of the dyad, and the further up and
to the right the stones lie. The numbers mean nothing beyond making a lifelike demo.
"""

import random
from itertools import pairwise
from typing import Literal

import exports
from server.collect.answers import STEP, WHOLE, Answer

SEED = 20260105
TONE = {"negative": -0.8, "mixed": 0.0, "neutral": 0.2, "positive": 1.0, None: 0.2}
SERVICE = {"nav": -0.2, "barnevern": -0.1, "skole": 0.0, "helsestasjon": 0.3, "fritidsklubb": 0.6}
QUARTER = 0.1
HARDER = {"mt6": -0.4, "mt8": -0.3, "mt9": -0.5, "vekst6_4": -0.2, "vekst6_6": -0.2}
DONT_KNOW = {"mt8": 0.15, "mt9": 0.12, "vekst6_attribution": 0.1}
LIFE_MEAN, LIFE_SPREAD = 6.4, 2.0

SYSTEM = {"nav": 1.0, "barnevern": 0.8, "oppfolgingstjenesten": 0.4}
ALONE = {"nav": 0.9, "skole": 0.5, "barnevern": -0.9}
AHEAD = {"before": -0.8, "now": 0.2, "in_a_year": 0.9}
FITS_NOT, LEFT_OUT = 0.12, 0.08

Answers = dict[str, Answer]


def item_answers(key: str, tone: str | None, service: str | None, quarter: int) -> Answers:
    """Answers of one invented person.

    Args:
        key: who; the same key gives the same answers.
        tone: tone of the story, or None when there is none.
        service: key of the service, or None.
        quarter: 1–3; later quarters are a little better.
    """
    rng = random.Random(f"{SEED}/{key}")  # noqa: S311 - invented data, not a secret
    level = TONE[tone] + SERVICE.get(service or "", 0.0) + QUARTER * quarter + rng.gauss(0, 0.6)
    answers: Answers = {}
    for name in ("mt10", "vekst6"):
        for item in exports.instruments()[name].items:
            answer = _answer(rng, item.id, level, list(item.values))
            if answer is not None:
                answers[item.id] = answer
    life = round(LIFE_MEAN + 0.7 * level + rng.gauss(0, LIFE_SPREAD))
    answers |= {"lt1": min(10, max(0, life))}
    return answers | _markings(random.Random(f"{SEED}/{key}/marked"), level, service or "")  # noqa: S311


def _markings(rng: random.Random, level: float, service: str) -> Answers:
    """A triad, a dyad and stones; some skip them, or say that they do not fit."""
    drawn: Answers = {
        "merk1": _shared(rng, [0.6, 1.2, 0.9 + SYSTEM.get(service, 0.0) - 0.3 * level]),
        "merk2": _between(rng, ALONE.get(service, 0.2) * max(0.2, 1.2 - level)),
        "merk3": {
            stone: [_place(rng, level + ahead), _place(rng, 0.8 * level + ahead)]
            for stone, ahead in AHEAD.items()
        },
    }
    answers: Answers = {}
    for item, answer in drawn.items():
        chance = rng.random()
        if chance > LEFT_OUT + FITS_NOT:
            answers[item] = answer
        elif chance > LEFT_OUT:
            answers[item] = "dont_know"
    return answers


def _shared(rng: random.Random, weights: list[float]) -> list[int]:
    """A whole in as many parts as there are weights, the heavier the larger."""
    sizes = [rng.gammavariate(max(0.2, weight) * 1.5, 1.0) for weight in weights]
    parts = WHOLE // STEP
    ends = [round(parts * sum(sizes[:number]) / sum(sizes)) for number in range(len(sizes) + 1)]
    return [STEP * (last - first) for first, last in pairwise(ends)]


def _between(rng: random.Random, pull: float) -> list[int]:
    """A place between two poles; 0 is the middle, and a positive pull leads to the second."""
    second = _place(rng, pull)
    return [WHOLE - second, second]


def _place(rng: random.Random, score: float) -> int:
    """A place on a line, the middle for a score of 0."""
    return STEP * min(WHOLE // STEP, max(0, round(10 + 4 * score + rng.gauss(0, 3))))


def _answer(
    rng: random.Random, item: str, level: float, values: list[int]
) -> int | Literal["dont_know"] | None:
    """One answer; 3 in 100 are skipped."""
    chance = rng.random()
    if chance < 0.03:
        return None
    if chance < 0.03 + DONT_KNOW.get(item, 0.03):
        return "dont_know"
    score = 0.9 * level + HARDER.get(item, 0.0) + rng.gauss(0, 0.9)
    place = round((len(values) - 1) / 2 + 0.7 + score)
    return values[min(len(values) - 1, max(0, place))]
