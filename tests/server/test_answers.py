"""Answers: what fits its question is kept as it was sent, and nothing else is taken."""

from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import exports
from exports import Item
from server.collect import answers, live, responses, rounds
from server.collect.answers import Answer
from server.collect.inbox import move_all
from server.collect.responses import Document
from server.collect.tables import Response
from server.errors import Problem
from tests.server.rounds import CODE, answer, file_text

ITEMS: dict[str, Item] = {
    item.id: item
    for instrument in exports.instruments().values()
    for item in instrument.items
    if item.type != "story"
}
ONE_OF_EACH = ["mt1", "lt1", "besok1", "besok2", "besok3", "merk1", "merk2", "merk3"]
SEND = f"/api/rounds/{CODE}/responses"


def test_every_type_of_item_is_among_those_tested() -> None:
    assert {ITEMS[name].type for name in ONE_OF_EACH} == answers.CHECKS.keys()


FIVES = st.integers(0, 20).map(lambda number: number * 5)


@st.composite
def shared(draw: st.DrawFn, parts: int) -> list[int]:
    """100 in so many parts, each a multiple of 5."""
    cuts = sorted(draw(st.lists(FIVES, min_size=parts - 1, max_size=parts - 1)))
    return [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]


def right(item: Item) -> st.SearchStrategy[Answer]:
    """Answers that the question asks for."""
    some = st.lists(st.sampled_from(item.values or (0,)), min_size=1, unique=True)
    together = [option.value for option in item.options if not option.alone]
    alone = [option.value for option in item.options if option.alone]
    kinds: dict[str, Any] = {
        "multiple": st.sets(st.sampled_from(together or [0]), min_size=1).map(
            lambda chosen: [value for value in item.values if value in chosen]
        )
        | st.sampled_from([[value] for value in alone] or [[together[0] if together else 0]]),
        "ranking": some,
        "triad": shared(3),
        "dyad": shared(2),
        "stones": st.dictionaries(
            st.sampled_from([stone.id for stone in item.stones] or [""]),
            st.lists(FIVES, min_size=2, max_size=2),
            min_size=1,
        ),
    }
    made = kinds.get(item.type, st.sampled_from(item.values or (0,)))
    return made | st.just("dont_know") if item.dont_know else made


NUMBERS = st.integers(-3, 12) | FIVES | st.integers() | st.sampled_from([33, 101, 105, -5])
POINTS = st.dictionaries(
    st.sampled_from(["before", "now", "in_a_year", "then", ""]), st.lists(NUMBERS, max_size=2)
)
ANYTHING: st.SearchStrategy[Answer] = (
    NUMBERS | st.just("dont_know") | st.lists(NUMBERS, max_size=7) | shared(3) | shared(2) | POINTS
)
"""Everything that the decoder lets through, most of it near to something right."""


def is_right(item: Item, said: Any) -> bool:
    """The same rules said again, each on its own."""
    if said == "dont_know":
        return item.dont_know is not None
    chosen = list(item.values)
    if item.type in ("choice", "scale", "smileys"):
        return isinstance(said, int) and said in chosen
    if item.type in ("triad", "dyad"):
        size = {"triad": 3, "dyad": 2}[item.type]
        grid = range(0, 101, 5)
        fits = isinstance(said, list) and len(said) == size
        return fits and all(part in grid for part in said) and sum(said) == 100
    if item.type == "stones":
        return (
            isinstance(said, dict)
            and len(said) > 0
            and all(key in [stone.id for stone in item.stones] for key in said)
            and all(len(p) == 2 and all(n in range(0, 101, 5) for n in p) for p in said.values())
        )
    if not isinstance(said, list) or not said or any(value not in chosen for value in said):
        return False
    once = all(said.count(value) == 1 for value in said)
    if item.type == "ranking":
        return once
    lonely = [option.value for option in item.options if option.alone]
    ordered = [chosen.index(value) for value in said] == sorted(map(chosen.index, said))
    together = len(said) == 1 or not any(value in lonely for value in said)
    return once and ordered and together and len(said) <= (item.most or len(chosen))


@pytest.mark.parametrize("name", ITEMS)
@examples(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_right_is_kept_word_for_word(name: str, data: st.DataObject) -> None:
    item = ITEMS[name]
    said = data.draw(right(item))
    assert is_right(item, said)
    answers.check(item, said)
    document = Document("nb", [], None, {}, answers.stored({name: said}))  # type: ignore[arg-type]
    read = responses.decode(msgspec.json.encode(document).decode())
    assert read == document
    assert read.answers == {name: said}


@pytest.mark.parametrize("name", ONE_OF_EACH)
@examples(max_examples=200, deadline=None)
@given(data=st.data())
def test_what_is_wrong_is_refused_and_nothing_else(name: str, data: st.DataObject) -> None:
    item = ITEMS[name]
    said = data.draw(ANYTHING | right(item))
    if is_right(item, said):
        answers.check(item, said)
        return
    with pytest.raises(Problem) as refused:
        answers.check(item, said)
    assert refused.value.status == 400
    assert refused.value.body.code in {"unknown_option", "wrong_form"}


@given(st.lists(st.sampled_from(["before", "now", "in_a_year"]), min_size=1, unique=True))
def test_the_order_in_which_stones_were_laid_is_not_kept(order: list[str]) -> None:
    laid = {"merk3": {stone: [5, 95] for stone in order}, "besok3": [4, 1]}
    kept = msgspec.json.encode(answers.stored(laid))  # type: ignore[arg-type]
    again = {"besok3": [4, 1], "merk3": {stone: [5, 95] for stone in sorted(order)}}
    assert kept == msgspec.json.encode(again)


ASKED = [
    "services",
    {"story": ["narrativ4.n1", "narrativ4.n2"]},
    "mt10.mt1",
    "besok",
    {"ask": "mt10.mt2", "when": {"item": "mt1", "any": [1, "dont_know"]}},
    {"ask": "mt10.mt3", "when": {"item": "services", "any": ["nav"]}},
    {"ask": "mt10.mt4", "when": {"item": "besok2", "any": [1, 2]}},
    "merking",
    "age_band",
    {"ask": "narrativ4.n3", "when": {"item": "age_band", "any": ["13-15"]}},
]


async def load() -> None:
    await rounds.keep(rounds.parse(file_text(questionnaire=ASKED), "round.yaml"))
    live.forget()


MARKED = {
    "mt1": "dont_know",
    "besok1": 4,
    "besok2": [1, 3, 5],
    "besok3": [2, 1],
    "merk1": [20, 0, 80],
    "merk2": "dont_know",
    "merk3": {"now": [0, 100], "before": [50, 5]},
}
FITS: list[dict[str, Any]] = [
    {"answers": MARKED},
    {"answers": MARKED | {"mt2": 5, "mt3": 1, "mt4": 2}, "stories": {"n1": " ", "n2": "Hei."}},
    {"answers": {}, "stories": {"n3": "Hei.", "n1": "Hei."}, "age_band": "13-15"},
    {"answers": {"besok2": [0]}, "services": []},
]
DOES_NOT: list[tuple[dict[str, Any], str]] = [
    ({"answers": {"mt1": 2, "mt2": 5}}, "not_asked"),
    ({"answers": {"mt2": 5}}, "not_asked"),
    ({"answers": {"mt3": 5}, "services": ["klubb"]}, "not_asked"),
    ({"answers": {"mt3": 5}, "services": []}, "not_asked"),
    ({"answers": {"besok2": [3], "mt4": 1}}, "not_asked"),
    ({"answers": {"besok2": "dont_know", "mt4": 1}}, "not_asked"),
    ({"answers": {}, "stories": {"n3": "Hei."}, "age_band": "16-17"}, "not_asked"),
    ({"answers": {}, "stories": {"n3": "Hei."}}, "not_asked"),
    ({"answers": {}, "stories": {"n1": "En.", "n2": "To."}}, "two_stories"),
    ({"answers": {"besok2": [1, 0]}}, "wrong_form"),
    ({"answers": {"besok2": [3, 1]}}, "wrong_form"),
    ({"answers": {"besok2": 1}}, "wrong_form"),
    ({"answers": {"besok3": [1, 1]}}, "wrong_form"),
    ({"answers": {"besok3": [1, 9]}}, "unknown_option"),
    ({"answers": {"merk1": [20, 30, 40]}}, "wrong_form"),
    ({"answers": {"merk1": [33, 33, 34]}}, "wrong_form"),
    ({"answers": {"merk1": [50, 50]}}, "wrong_form"),
    ({"answers": {"merk2": [120, -20]}}, "wrong_form"),
    ({"answers": {"merk3": {"then": [5, 5]}}}, "unknown_option"),
    ({"answers": {"merk3": {"now": [5]}}}, "wrong_form"),
    ({"answers": {"merk3": {}}}, "wrong_form"),
    ({"answers": {"n1": [1]}}, "unknown_item"),
    ({"answers": {"story:n1": 1}}, "unknown_item"),
    ({"answers": {}, "stories": {"story:n1": "Hei."}}, "unknown_item"),
]


@pytest.mark.anyio
async def test_answers_of_every_kind_are_taken_and_kept(client: httpx.AsyncClient) -> None:
    await load()
    for changes in FITS:
        body = answer(**changes)
        reply = await client.post(SEND, json=body)
        assert reply.status_code == 201, (changes, reply.text)
        await move_all()
        (row,) = await Response.select().where(Response.receipt_hash == body["receipt_hash"])
        document = msgspec.json.decode(row["document"])
        assert document["answers"] == body["answers"]
        assert list(document["answers"]) == sorted(document["answers"])
        told = {key: text for key, text in body.get("stories", {}).items() if text.strip()}
        assert document["stories"].keys() == told.keys()


@pytest.mark.anyio
async def test_what_was_not_asked_or_does_not_fit_is_refused(client: httpx.AsyncClient) -> None:
    await load()
    for changes, code in DOES_NOT:
        reply = await client.post(SEND, json=answer(**changes))
        assert (changes, reply.status_code, reply.json()["code"]) == (changes, 400, code)
    assert await move_all() == 0
