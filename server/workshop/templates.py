"""What a workshop can be: its steps in order, and what they begin with.

Sources: seed document S1 (challenge, ideas, priorities, talk); Jungk and Müllert,
Zukunftswerkstätten (1981), for critique, vision and realisation.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from enumerations import Language

Name = Literal["samskaping", "fremtidsverksted"]
Phase = Literal["write", "read", "talk", "themes", "onward", "closed"]
Stage = Literal["critique", "vision", "realisation"]

IDEAS = 3
"""Most ideas on a card."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step, how many minutes it usually takes, and what is asked where the room writes."""

    phase: Phase
    stage: Stage | None = None
    minutes: int = 0
    challenge: dict[Language, str] = {}
    ideas: dict[Language, str] = {}


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of workshop. `follows` says which stage's cards those of a stage may answer."""

    votes_each: int
    steps: list[Step]
    follows: dict[str, Stage] = {}

    @property
    def stages(self) -> list[Stage]:
        """Its stages in order; none where all write once."""
        return [step.stage for step in self.steps if step.stage]


CLOSED = Step("closed")


@cache
def templates() -> dict[Name, Template]:
    """Every template by its name."""
    text = Path(__file__).with_suffix(".yaml").read_bytes()
    return msgspec.yaml.decode(text, type=dict[Name, Template])


def step_of(template: Template, phase: str, stage: str) -> Step:
    """The step that a workshop is at."""
    steps = [*template.steps, CLOSED]
    return next(step for step in steps if (step.phase, step.stage or "") == (phase, stage))
