"""The demo municipality: its tellers' own words on their stories, and what comes of them."""

from collections import Counter
from pathlib import Path

import httpx
import pytest
import yaml

import nlp
from enumerations import Language
from exports import Page, Reading, render_report
from exports.disclosure.catalogue import ALL, Kind
from exports.disclosure.quotes import showable
from server import database, demo
from server.collect import live, responses, rounds
from server.collect.tables import Response
from server.release import service as releases
from server.release import written
from server.settings import Settings
from server.staff import answer_form
from tests.server.workshop import state

pytestmark = pytest.mark.anyio


def test_tellers_speak_of_stories_and_themes_that_there_are() -> None:
    people = {person["id"]: person for person in demo._people()}
    said = demo._said()
    assert all("text" in people[story] for story in said)
    assert all(responses.theme_ids().issuperset(told["themes"]) for told in said.values())
    assert all(len(told["themes"]) <= 3 for told in said.values())
    first = [people[story] for story, told in said.items() if told["first"] is not None]
    assert len(first) == len(said) / 2 == 128
    for quarter in demo.RELEASES:
        assert sum(person["quarter"] == quarter for person in first) > 40


def test_every_area_and_every_theme_has_an_answer_that_the_form_would_take() -> None:
    """Which areas a release shows as a whole differs between machines: all may be asked for."""
    given = yaml.safe_load((demo.HERE / "actions.yaml").read_text("utf-8"))
    asked = {*(group.id for group in nlp.codebook().groups), *responses.theme_ids()}
    assert Counter(entry["theme"] for entry in given) == Counter(asked)
    for entry in given:
        fields = {key: str(value) for key, value in entry.items() if key != "theme"}
        form, answer = answer_form.read(fields, None, demo.CARD)
        assert answer, (entry["theme"], form.errors)


async def test_the_demo_has_a_workshop_to_join_and_one_that_is_over(
    client: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    made, again = await demo.ready(), await demo.ready()
    assert (made.open, made.over) == (again.open, again.over)
    assert made.password != again.password
    assert (await state(client, made.open))["phase"] == "write"
    over = await state(client, made.over)
    assert (over["phase"], over["phones"], len(over["cards"])) == ("closed", 11, 8)
    talked = [card["choices"]["n"] for card in over["cards"] if card["choices"]]
    assert talked == [11, 11]
    assert all(theme["cards"] for theme in over["themes"])
    assert [action["lifted"] for action in over["actions"]] == [False, False, True]
    report = await browser.get(f"/stab/samlinger/{made.over}/rapport")
    assert report.text.count('class="card-challenge"') == 8
    assert "<blockquote" in report.text


def test_the_demo_prints_a_square_to_answer_and_one_to_join() -> None:
    said: list[str] = []
    demo.announce(Settings(), demo.Ready("x", "ABCDEF", "GHJKMN"), said.append)
    assert "/s/ABCDEF/skjerm" in said[0]
    assert "/stab/samlinger/GHJKMN/rapport" in said[0]
    squares = [text.splitlines() for text in said if "█" in text]
    assert len(squares) == 2
    assert squares[0][1:] != squares[1][1:]
    assert all(len({len(line) for line in square[1:-1]}) == 1 for square in squares)


async def test_the_demo_loads_what_tellers_say_and_its_last_release_tells_of_agreement(
    tmp_path: Path,
) -> None:
    settings = demo.settings_for(Settings(), tmp_path)
    live.forget()
    await demo.prepare(settings, lambda _: None)
    await database.connect(settings)
    try:
        kept = [responses.decode(row["document"]) for row in await Response.select()]
        found = await rounds.find(demo.FIRST)
        assert found is not None
        made = (await releases.history(found[0].id)).releases
        words = await written.of(found[0].id)
    finally:
        await database.close()
        live.forget()
    asked = Counter(told.asked for document in kept for told in document.teller.values())
    assert asked == {"not_asked": 384, "proposal": 128, "first": 128}
    assert [release.published for release in made] == list(demo.RELEASES.values())
    figure = made[-1].figure(Kind.AGREEMENT, "themes", ALL)
    assert figure is not None
    assert figure.n == 130
    explained = [
        made[-1].figure(Kind.ATTRIBUTION, "explained", service.key)
        for service in made[-1].catalogue.services
    ]
    assert any(figure and figure.bounded for figure in explained), "few blame the person alone"
    quotes = showable(words.quotes, made[-1], "nav")
    assert quotes
    page = Page(found[1].organisation.name, "/static/innsikt.css")
    for language in Language:
        sheet = render_report(made[-1], "nav", language, page, Reading.POLITICIAN, made[:-1], words)
        assert sheet.count("<blockquote") == min(3, len(quotes))
        assert words.context[0].value in sheet
