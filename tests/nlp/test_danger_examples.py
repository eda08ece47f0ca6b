"""The answering page shows its help card where the engine's phrases would: shared examples.

`frontend/scripts/writing.test.mjs` asks the page about the same file.
"""

import json
from pathlib import Path

import pytest
import yaml

from enumerations import SafetyFlag
from nlp.codebook import CODEBOOK_FILE
from nlp.safety import phrase_flags

FILE = Path(__file__).parents[2] / "frontend" / "scripts" / "danger.json"
EXAMPLES: dict[str, list[str]] = json.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("text", EXAMPLES["danger"])
def test_the_engine_hears_danger_too(text: str) -> None:
    assert phrase_flags(text)


@pytest.mark.parametrize("text", EXAMPLES["harmless"])
def test_the_engine_lets_figures_of_speech_be(text: str) -> None:
    assert phrase_flags(text) == set()


def test_the_codebooks_own_examples_are_among_them() -> None:
    flags = yaml.safe_load(CODEBOOK_FILE.read_text("utf-8"))["safety_flags"]["flags"]
    of_danger = [flag for flag in flags if flag["id"] != SafetyFlag.IDENTIFYING]
    assert len(of_danger) == len(SafetyFlag) - 1
    for flag in of_danger:
        assert set(flag["examples"]) <= set(EXAMPLES["danger"]), flag["id"]
        assert set(flag["not"]) <= set(EXAMPLES["harmless"]), flag["id"]
