"""What counts as nearly the same, against comparing every pair."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from server.collect import likeness
from server.collect.likeness import LIKE, MANY, Sent, groups, sequences, shared

NARRATIVES = Path(__file__).parents[2] / "server" / "demo" / "narratives"
WORDS = [
    "jeg",
    "fikk",
    "time",
    "hos",
    "nav",
    "etter",
    "mange",
    "uker",
    "og",
    "de",
    "hørte",
    "på",
    "det",
    "jeg",
    "sa",
    "den",
    "dagen",
]


def by_every_pair(stories: list[Sent]) -> set[int]:
    """Those that many sent alike, found the slow way."""
    kinds = [sequences(story.text) for story in stories]

    def alike(one: int, other: int) -> bool:
        both, either = len(kinds[one] & kinds[other]), len(kinds[one] | kinds[other])
        return bool(either) and both >= LIKE * either

    return {
        one
        for one in range(len(stories))
        if len({stories[o].sender for o in range(len(stories)) if alike(one, o)}) >= MANY
    }


@st.composite
def floods(draw: st.DrawFn) -> list[Sent]:
    """Stories made of few words, many of them copies with a word changed here and there."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    originals = [rng.choices(WORDS, k=rng.randint(4, 40)) for _ in range(draw(st.integers(1, 4)))]
    sent = []
    for sender in range(draw(st.integers(0, 40))):
        words = list(rng.choice(originals))
        for _ in range(rng.choice([0, 0, 1, 2, 9])):
            words[rng.randrange(len(words))] = rng.choice(WORDS)
        sent.append(Sent(rng.choice([sender, 0]), " ".join(words)))
    return sent


@given(floods())
@examples(max_examples=200, deadline=None)
def test_the_quick_way_finds_what_comparing_every_pair_finds(stories: list[Sent]) -> None:
    found = groups(stories)
    places = Counter(place for group in found for place in group)
    assert set(places) == by_every_pair(stories)
    assert set(places.values()) <= {1}


@given(floods(), st.randoms(use_true_random=False))
@examples(max_examples=60, deadline=None)
def test_the_order_of_arrival_makes_no_difference(stories: list[Sent], rng: random.Random) -> None:
    mixed = rng.sample(stories, len(stories))
    once, again = (
        {frozenset(tuple(them[place]) for place in group) for group in groups(them)}
        for them in (stories, mixed)
    )
    assert set().union(*once) == set().union(*again)


LONG = "Jeg ventet i mange uker før noen ringte meg tilbake, og da hadde jeg nesten gitt opp alt."


def from_all(*texts: str) -> list[Sent]:
    return list(map(Sent, range(len(texts)), texts))


@pytest.mark.parametrize("copies", [MANY - 1, MANY])
def test_five_of_a_kind_pass_and_six_do_not(copies: int) -> None:
    found = groups(
        from_all(*[LONG] * copies, "Det var en helt annen fortelling som jeg skrev selv.")
    )
    assert found == ([list(range(copies))] if copies == MANY else [])


def test_case_punctuation_and_a_changed_word_do_not_hide_a_copy() -> None:
    words = LONG.split()
    changed = [
        LONG.upper(),
        " – ".join(words),
        LONG.replace("alt", "helt"),
        LONG.replace("Jeg", "Vi"),
        LONG + " Hei!",
        "Hei! " + LONG,
    ]
    assert groups(from_all(*changed, *changed)) == [list(range(2 * len(changed)))]


def test_short_answers_may_be_alike() -> None:
    assert groups(from_all(*["De hørte ikke på meg da"] * 40)) == []


def test_one_who_tells_the_same_in_every_question_is_one() -> None:
    assert groups([Sent(0, LONG)] * 30) == []
    assert len(groups([Sent(0, LONG)] * 30 + from_all(*[LONG] * MANY))) == 1


def test_a_large_flood_is_looked_through_without_comparing_every_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stories that have much in common: passages that half of all have, in any selection."""
    compared = Counter[str]()
    alike = likeness._alike

    def counted(one: frozenset[int], other: frozenset[int]) -> bool:
        compared["pairs"] += 1
        return alike(one, other)

    monkeypatch.setattr(likeness, "_alike", counted)
    rng = random.Random(3)
    number = 2000
    passages = [" ".join(rng.choices(WORDS, k=12)) for _ in range(10)]
    many = [" ".join(rng.sample(passages, 5)) for _ in range(number)]
    groups(from_all(*many))
    assert likeness.CANDIDATES < compared["pairs"] <= likeness.CANDIDATES * number
    variants = [f"{LONG} {place}" for place in range(number)]
    assert [len(group) for group in groups(from_all(*variants))] == [number]


@pytest.mark.parametrize("file", sorted(NARRATIVES.glob("*.jsonl")), ids=lambda file: file.stem)
def test_stories_that_people_told_on_their_own_are_no_copies(file: Path) -> None:
    told = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
    assert groups(from_all(*told)) == []


def test_what_is_shown_holds_no_word_that_few_wrote() -> None:
    own = ["Kari", "Ola", "Ali", "Eva", "Mo", "Liv", "Bo"]
    texts = [f"{name} sa det. {LONG} Hilsen {name}." for name in own]
    said = shared(texts)
    assert LONG.rstrip(".") in said
    assert not any(name in said for name in own)
    assert said.startswith("…")
    assert said.endswith("…")


@given(floods())
@examples(max_examples=100, deadline=None)
def test_every_sequence_that_is_shown_was_written_by_many(stories: list[Sent]) -> None:
    for group in groups(stories):
        texts = {stories[place].sender: stories[place].text for place in group}.values()
        everybodys = [" ".join(likeness._WORD.findall(text)) for text in texts]
        for part in shared(list(texts)).split("…"):
            words = likeness._WORD.findall(part)
            for start in range(len(words) - 4):
                run = " ".join(words[start : start + 5])
                assert sum(run in whole for whole in everybodys) >= MANY
