"""The invented answers hold together: offsets, closed values, no copies, other names."""

import json
import random
import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

import nlp.training
from enumerations import RedactionType
from nlp.codebook import codebook
from nlp.evaluation.files import Narrative, read
from nlp.redaction.names import lists
from nlp.training.invent import invent, names
from nlp.training.render import Chances, render

FOLDER = Path(nlp.training.__path__[0]) / "data"
HANDS = sorted(FOLDER.glob("*.jsonl"))
_WORD = re.compile(r"\w+")
_RUN = 4


@pytest.fixture(scope="module")
def narratives() -> list[Narrative]:
    return [row for file in HANDS for row in read(file) if isinstance(row, Narrative)]


def test_there_is_as_much_as_the_data_sheet_says(narratives: list[Narrative]) -> None:
    sheet = (FOLDER / "README.md").read_text("utf-8").replace(" ", " ")
    units = sum(len(n.units) for n in narratives)
    assert f"{len(narratives):,} short answers".replace(",", " ") in sheet
    assert f"{units:,} units of meaning".replace(",", " ") in sheet
    assert f'{len(HANDS)} "hands"' in sheet
    assert len(narratives) >= 4000
    assert units >= 12000


def test_every_theme_is_there_often_and_with_both_poles(narratives: list[Narrative]) -> None:
    poles: dict[str, Counter[str]] = defaultdict(Counter)
    for narrative in narratives:
        for unit in narrative.units:
            for theme in unit.themes or ():
                poles[theme][str(unit.sentiment)] += 1
    for code in codebook().codes:
        counts = poles[code.id]
        assert sum(counts.values()) >= 200, code.id
        for pole in ("positive", "negative"):
            assert counts[pole] / sum(counts.values()) > 0.05, (code.id, pole)


def test_offsets_mark_what_they_say() -> None:
    known = set(codebook().theme_ids)
    ids: set[str] = set()
    for file in HANDS:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            assert row["id"] not in ids
            ids.add(row["id"])
            text, end = row["text"], 0
            for span in [*row["sentences"], *row["pii"]]:
                assert text[span["start"] : span["end"]] == span["text"], row["id"]
            for sentence in row["sentences"]:
                assert sentence["start"] >= end, row["id"]
                assert not text[end : sentence["start"]].strip(), row["id"]
                assert set(sentence["themes"]) <= known, row["id"]
                assert len(sentence["themes"]) <= codebook().max_codes_per_unit, row["id"]
                end = sentence["end"]
            assert not text[end:].strip(), row["id"]


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}


def test_no_two_answers_are_near_copies(narratives: list[Narrative]) -> None:
    runs = [_runs(n.text) for n in narratives]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, found in enumerate(runs):
        for run in found:
            holders[run].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        shared.update(combinations(numbers, 2))
    # A short stock phrase inside a longer answer is no copy: both must be built alike.
    copies = [
        (narratives[a].text, narratives[b].text)
        for (a, b), count in shared.items()
        if count / len(runs[a] | runs[b]) >= 0.5 and min(len(runs[a]), len(runs[b])) >= _RUN
    ]
    assert copies == []


def test_invented_names_are_not_those_of_the_redactor() -> None:
    gazetteers = lists()
    known = gazetteers.first | gazetteers.last | gazetteers.places | gazetteers.ambiguous
    for kind in ("first_names", "last_names", "compounds", "words"):
        for name in names(kind):
            assert not {part.lower() for part in re.split(r"[ -]", name)} & known, name


@pytest.mark.parametrize("kind", list(RedactionType))
def test_what_is_invented_keeps_the_case_of_what_stood_there(kind: RedactionType) -> None:
    chance = random.Random(4)
    for _ in range(200):
        lower = invent(kind, chance, "noe")
        assert lower == lower.lower()
        assert invent(kind, chance, "Noe").strip()


def test_another_surface_keeps_its_marks(narratives: list[Narrative]) -> None:
    chance = random.Random(8)
    much = Chances(placeholder=0.3, lower=0.3, unsigned=0.3, dialect=0.4, typos=0.5, keep_pii=0.1)
    for narrative in narratives[::5]:
        changed = render(narrative, chance, much)
        assert len(changed.units) == len(narrative.units)
        end = 0
        for unit in changed.units:
            assert end <= unit.start < unit.end <= len(changed.text)
            piece = changed.text[unit.start : unit.end]
            assert piece == piece.strip()
            end = unit.end
        for span in changed.pii:
            piece = changed.text[span.start : span.end]
            assert piece
            assert piece == piece.strip()
        assert changed.pii or not narrative.pii or "[" in changed.text


def test_a_surface_is_a_function_of_its_seed(narratives: list[Narrative]) -> None:
    for narrative in narratives[:50]:
        assert render(narrative, random.Random(3)) == render(narrative, random.Random(3))
