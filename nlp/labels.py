"""What the heads tell apart, in the order of their rows. No model, no numpy."""

from collections.abc import Iterable

from enumerations import (
    Attribution,
    Change,
    EntityLabel,
    RedactionType,
    SafetyFlag,
    Sentiment,
    Utterance,
)

AXES: dict[str, tuple[str, ...]] = {
    "sentiment": tuple(value.value for value in Sentiment),
    "attribution": tuple(value.value for value in Attribution),
    "change": tuple(value.value for value in Change),
    "utterance": tuple(value.value for value in Utterance),
}
# S_identifiserende is not learnt: it follows from what the redactor finds.
LEARNT_FLAGS = tuple(flag.value for flag in SafetyFlag if flag is not SafetyFlag.IDENTIFYING)


def _bio(labels: Iterable[EntityLabel | RedactionType]) -> tuple[str, ...]:
    return ("O", *(f"{mark}-{label.value}" for label in labels for mark in "BI"))


# Tags of the sequence heads: O, then B- and I- of each label.
TAGS: dict[str, tuple[str, ...]] = {
    "entities": _bio(EntityLabel),
    "identifying": _bio(RedactionType),
}
