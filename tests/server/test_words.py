"""A file of words: what is right is read, and everything that is wrong is told with its line."""

import jsonschema
import pytest
import yaml

from exports import Context, Quote
from server.release import words_file
from server.release.words_file import WordsError

RIGHT = """\
quotes:
  - theme: A2_sett_hort_trodd
    text: Hun hørte på meg.
    service: nav
    approved: [Kari, Ola]
interpretations:
  - about: A
    texts:
      - {nb: Den ene, nn: Den eine, en: The one}
      - {nb: Den andre, nn: Den andre, en: The other}
questions:
  - about: A
    text: {nb: "Hvem?", nn: "Kven?", en: "Who?"}
context:
  - label: {nb: unge utenfor, nn: unge utanfor, en: young people outside}
    value: "97 162"
    source: Statistisk sentralbyrå
    year: 2022
    definition: {nb: 15 til 29 år, nn: 15 til 29 år, en: aged 15 to 29}
"""


def test_a_right_file_is_read() -> None:
    words = words_file.parse(RIGHT, "ord.yaml")
    assert words.quotes == (
        Quote("A2_sett_hort_trodd", "Hun hørte på meg.", "nav", ("Kari", "Ola")),
    )
    assert [text["nb"] for text in words.interpretations[0].texts] == ["Den ene", "Den andre"]
    assert words.questions[0].text["en"] == "Who?"
    label = {"nb": "unge utenfor", "nn": "unge utanfor", "en": "young people outside"}
    years = {"nb": "15 til 29 år", "nn": "15 til 29 år", "en": "aged 15 to 29"}
    assert words.context == (Context(label, "97 162", "Statistisk sentralbyrå", 2022, years),)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("[Kari, Ola]", "[Kari]", 5, "different people"),
        ("[Kari, Ola]", "[Kari, ' kari']", 5, "different people"),
        ("    source: Statistisk sentralbyrå\n", "", 15, "`source`"),
        ("    year: 2022\n", "", 15, "`year`"),
        ("    definition:", "    defenition:", 19, "Perhaps `definition`"),
        ("year: 2022", "year: i fjor", 18, "year"),
        ("      - {nb: Den andre, nn: Den andre, en: The other}\n", "", 8, "Write two or more"),
        (', nn: "Kven?"', "", 13, "lacks 'nn'"),
        ("questions:", "qestions:", 11, "Perhaps `questions`"),
        ("quotes:", "quotes: [", 2, "not YAML"),
        ("nb: unge utenfor", f"nb: {'u' * 61}", 15, "Write at most 60 characters"),
        ('"97 162"', f"'{'9' * 13}'", 16, "value: Write at most 12 characters"),
        ("Statistisk sentralbyrå", "S" * 41, 17, "source: Write at most 40 characters"),
        ("nn: 15 til 29 år", f"nn: {'å' * 81}", 19, "Write at most 80 characters"),
    ],
)
def test_a_mistake_is_told_with_its_line(right: str, wrong: str, line: int, said: str) -> None:
    assert right in RIGHT
    with pytest.raises(WordsError) as told:
        words_file.parse(RIGHT.replace(right, wrong, 1), "ord.yaml")
    assert f"ord.yaml, line {line}: " in str(told.value)
    assert said in str(told.value)


def test_the_schema_takes_what_the_reader_takes_and_no_more() -> None:
    schema = words_file.schema()
    jsonschema.validate(yaml.safe_load(RIGHT), schema)
    wrong = yaml.safe_load(RIGHT.replace("    source: Statistisk sentralbyrå\n", ""))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)
    long = yaml.safe_load(RIGHT.replace("nn: 15 til 29 år", f"nn: {'å' * 81}"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(long, schema)
