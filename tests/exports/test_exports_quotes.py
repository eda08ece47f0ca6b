"""Drawing: chance that nobody can steer, one part of a teller, themes that a release shows."""

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

import exports
from enumerations import Level
from exports import Catalogue, Group, HistoryError, Part, Policy, Release, Service, Theme
from exports.disclosure.quotes import DRAWN, draw

KEY = b"k" * 32
NAMES = {"nb": "x", "nn": "x", "en": "x"}
TEXT = "Hun hørte på meg og ringte etterpå"
TEXTS = pl.List(pl.String)


def made(told: int, everyone: int = 60) -> Release:
    """A release in which the first `told` of everyone tell of A1, all about NAV."""
    catalogue = Catalogue(
        services=(Service("nav", "nav_kontor", NAMES), Service("klubb", "fritidsklubb", NAMES)),
        groups=(Group("A", NAMES),),
        themes=(Theme("A1", "A", Level.PRACTICE, NAMES),),
        periods=("2026-Q4",),
    )
    rows = [
        {
            "id": f"{number:04}",
            "period": "2026-Q4",
            "services": ["nav"],
            "has_story": True,
            "themes": ["A1"] if number < told else [],
            "themes_positive": [],
            "dont_know": [],
        }
        for number in range(everyone)
    ]
    lists = ("services", "themes", "themes_positive", "dont_know")
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(lists, TEXTS))
    return exports.release(frame, Policy(catalogue), series="1", published="2026-10-01")


def part(number: int, text: str = TEXT, **changes: object) -> Part:
    said: dict[str, object] = {"services": ("nav",), "theme": "A1", "well": number % 2 == 0}
    return Part(teller=f"{number:04}", text=f"{text} {number}", **said | changes)  # type: ignore[arg-type]


def test_a_few_of_each_kind_are_drawn_the_same_whatever_the_order() -> None:
    parts = [part(number) for number in range(30)]
    found = draw(parts, made(30), KEY)
    assert draw(parts[::-1], made(30), KEY) == found
    assert len(found) == 2 * DRAWN
    well = Counter(int(quote.text.split()[-1]) % 2 for quote in found)
    assert well == {0: DRAWN, 1: DRAWN}
    assert {(quote.service, quote.approved) for quote in found} == {("nav", ())}
    others = {draw(parts, made(30), bytes([place]) * 32) for place in range(9)}
    assert len(others) > 1, "another key draws others"


def test_a_teller_is_drawn_once_however_much_was_told() -> None:
    much = [part(0, f"{TEXT} {place}", well=bool(place % 2)) for place in range(50)]
    assert len(draw(much, made(30), KEY)) == 1


def test_what_several_wrote_in_the_same_words_is_drawn_once() -> None:
    alike = [replace(part(number), text=TEXT) for number in range(30)]
    assert [quote.text for quote in draw(alike, made(30), KEY)] == [TEXT]


def test_whoever_is_not_in_the_release_is_not_drawn() -> None:
    assert draw([part(number) for number in range(60, 90)], made(30), KEY) == ()
    kept = Release.from_bytes(made(30).to_bytes())
    with pytest.raises(HistoryError):
        draw([part(0)], kept, KEY)


@pytest.mark.parametrize("told", [9, 51])
def test_a_theme_that_few_told_of_or_few_did_not_is_not_drawn(told: int) -> None:
    assert draw([part(number) for number in range(told)], made(told), KEY) == ()


def test_a_part_stands_for_its_own_service_and_for_everybody_where_that_cannot_be() -> None:
    several = [part(number, services=("klubb", "nav")) for number in range(9)]
    assert {quote.service for quote in draw(several, made(30), KEY)} == {"*"}
    hidden = [part(number, services=("klubb",)) for number in range(9)]
    assert {quote.service for quote in draw(hidden, made(30), KEY)} == {"*"}


def test_what_is_too_short_or_too_long_is_not_drawn() -> None:
    assert draw([part(0, "Kort")], made(30), KEY) == ()
    assert draw([part(0, "lang " * 81)], made(30), KEY) == ()
