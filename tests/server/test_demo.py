"""The demo municipality: its tellers' own words on their stories, and what comes of them."""

from collections import Counter
from pathlib import Path

import pytest

from exports.disclosure.catalogue import ALL, Kind
from server import database, demo
from server.collect import live, responses, rounds
from server.collect.tables import Response
from server.release import service as releases
from server.settings import Settings

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
    finally:
        await database.close()
        live.forget()
    asked = Counter(told.asked for document in kept for told in document.teller.values())
    assert asked == {"not_asked": 384, "proposal": 128, "first": 128}
    assert [release.published for release in made] == list(demo.RELEASES.values())
    figure = made[-1].figure(Kind.AGREEMENT, "themes", ALL)
    assert figure is not None
    assert figure.n == 130
