"""The answering page has plain words for every theme that a teller can be asked about."""

import json
from pathlib import Path

import pytest

import nlp
from enumerations import PLACEHOLDERS, Language, RedactionType
from nlp.redaction.core import placeholder

MESSAGES = Path(__file__).parents[2] / "frontend" / "svar" / "messages"


@pytest.mark.parametrize("language", Language)
def test_every_theme_and_group_has_plain_words(language: Language) -> None:
    texts = json.loads((MESSAGES / f"{language}.json").read_text("utf-8"))
    book = nlp.codebook()
    for kind, ids in (("theme", book.codes), ("group", book.groups)):
        named = {key for key in texts if key.startswith(f"{kind}.")}
        assert named == {f"{kind}.{entry.id}" for entry in ids}
        assert len({texts[key] for key in named}) == len(named)


def test_a_theme_begins_with_its_groups_letter() -> None:
    """The page sorts themes under groups so."""
    assert all(code.id[0] == code.group for code in nlp.codebook().codes)


@pytest.mark.parametrize("language", Language)
def test_what_is_taken_out_of_a_story_has_a_word(language: Language) -> None:
    texts = json.loads((MESSAGES / f"{language}.json").read_text("utf-8"))
    school = placeholder(RedactionType.ORG, "Lunvik skole")
    age = placeholder(RedactionType.OTHER, "16 år")
    found = {one.strip("[]").split(" ")[0] for one in (*PLACEHOLDERS.values(), school, age)}
    assert {key for key in texts if key.startswith("gone.")} == {f"gone.{word}" for word in found}
