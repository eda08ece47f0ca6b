"""Answers to scales for the demo municipality: made up by a seeded generator, never by people.

Each person has a hidden experience, drawn from a normal distribution whose mean follows the tone
of their story, their service and the quarter. An item's answer is that experience times a loading
plus noise, cut into the item's options. The numbers mean nothing beyond making a lifelike demo.
"""

import random
from typing import Literal

import exports

SEED = 20260105
TONE = {"negative": -0.8, "mixed": 0.0, "neutral": 0.2, "positive": 1.0, None: 0.2}
SERVICE = {"nav": -0.2, "barnevern": -0.1, "skole": 0.0, "helsestasjon": 0.3, "fritidsklubb": 0.6}
QUARTER = 0.1
HARDER = {"mt6": -0.4, "mt8": -0.3, "mt9": -0.5, "vekst6_4": -0.2, "vekst6_6": -0.2}
DONT_KNOW = {"mt8": 0.15, "mt9": 0.12, "vekst6_attribution": 0.1}
LIFE_MEAN, LIFE_SPREAD = 6.4, 2.0

Answers = dict[str, int | Literal["dont_know"]]


def scale_answers(key: str, tone: str | None, service: str | None, quarter: int) -> Answers:
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
    return answers | {"lt1": min(10, max(0, life))}


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
