"""The card "Hva skjedde?": complete before it is out, true to the release, opens the next round."""

import datetime
import html
import json
import re

import httpx
import pytest

from enumerations import ActionStatus, Language
from server import pages
from server.act import card, ledger
from server.act.ledger import Answer
from server.act.tables import Action, Card
from server.collect.tables import Round
from server.release import service
from tests.server.conftest import (
    MENTIONS,
    keep_release,
    made_release,
    make_round,
    released_round,
    send,
)
from tests.server.rounds import today

pytestmark = pytest.mark.anyio
CODE = "LUNVIK26"
CARD = f"/r/{CODE}/hva-skjedde"


def answer(text: str = "Vi har gjort noe.", status: str = "done") -> Answer:
    return Answer(ActionStatus(status), text, None)


async def answer_all(row: Round, *subjects: str) -> None:
    for subject in subjects:
        assert await ledger.save(row.id, subject, answer(f"Svar på {subject}"), "") is None


def plain(page: str) -> str:
    main = re.search(r"<main.*</main>", page, re.DOTALL)
    assert main is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def test_an_area_is_answered_as_a_whole_or_theme_by_theme() -> None:
    areas = ledger.told(made_release())
    assert [(a.id, a.whole is not None, [t.id for t in a.themes]) for a in areas] == [
        ("A", True, ["A1_tillit"]),
        ("C", True, []),
        ("E", False, ["E1_skole", "E2_jobb"]),
    ]

    def lacking(*answered: str) -> list[str]:
        return [subject.id for subject in ledger.lacking(areas, answered)]

    assert lacking() == ["A", "C", "E1_skole", "E2_jobb"]
    assert lacking("A1_tillit", "C") == ["E1_skole", "E2_jobb"]
    assert lacking("A", "C", "E1_skole", "E2_jobb") == []
    assert lacking("E", "C1_vente", "A2_hort") == ["A", "C", "E1_skole", "E2_jobb"]


async def test_a_card_that_lacks_an_answer_cannot_be_published(
    browser: httpx.AsyncClient,
) -> None:
    row = await released_round(CODE)
    await answer_all(row, "A", "C", "E1_skole")
    stopped = await send(browser, f"/stab/{CODE}/tiltak")
    assert stopped.status_code == 422
    alert = re.search(r'<div class="error" role="alert">.*?</div>', stopped.text, re.DOTALL)
    assert alert is not None
    assert re.findall(r"Tema \w+|Område \w", alert[0]) == ["Tema E2_jobb"]
    assert await Card.count() == 0
    assert "har ikke svart ennå" in (await browser.get(CARD)).text
    await answer_all(row, "E2_jobb")
    published = await send(browser, f"/stab/{CODE}/tiltak")
    assert published.status_code == 303
    assert await ledger.published_on(row.id) == today()


async def test_without_a_release_there_is_nothing_to_publish(browser: httpx.AsyncClient) -> None:
    await make_round(CODE)
    stopped = await send(browser, f"/stab/{CODE}/tiltak")
    assert stopped.status_code == 422
    assert "Rapporten er ikke publisert ennå" in stopped.text
    assert await Card.count() == 0


async def test_when_too_few_told_the_card_says_so(browser: httpx.AsyncClient) -> None:
    row = await make_round(CODE)
    await keep_release(row, made_release({theme: range(3) for theme in MENTIONS}))
    assert (await send(browser, f"/stab/{CODE}/tiltak")).status_code == 303
    assert "For få skrev om det samme" in (await browser.get(CARD)).text


async def test_the_next_round_opens_with_the_card_and_not_before(
    browser: httpx.AsyncClient,
) -> None:
    row = await released_round(CODE, opened_days_ago=200, closes=today() - datetime.timedelta(90))
    await make_round("NESTE27", opened_days_ago=1)

    async def status() -> tuple[str, object]:
        told = (await browser.get("/api/rounds/NESTE27")).json()
        return told["status"], told["previous"]

    assert await status() == ("blocked", None)
    await answer_all(row, "A", "C", "E1_skole")
    await send(browser, f"/stab/{CODE}/tiltak")
    assert await status() == ("blocked", None)
    await answer_all(row, "E2_jobb")
    await send(browser, f"/stab/{CODE}/tiltak")
    assert await status() == ("open", {"code": CODE})


async def test_a_published_card_stays_and_its_answers_can_only_be_changed(
    browser: httpx.AsyncClient,
) -> None:
    row = await released_round(CODE)
    await answer_all(row, "A", "C", "E1_skole", "E2_jobb")
    areas = ledger.told(made_release())
    assert await ledger.publish(row.id, areas, datetime.date(2026, 11, 1)) == []
    assert await ledger.publish(row.id, areas, today()) == []
    assert await ledger.published_on(row.id) == datetime.date(2026, 11, 1)
    refused = await send(browser, f"/stab/{CODE}/tiltak/A/slett")
    assert refused.status_code == 409
    assert "slett" not in (await browser.get(f"/stab/{CODE}/tiltak/A")).text
    seen = (await ledger.answers(row.id))["A"].version
    changed = await send(
        browser, f"/stab/{CODE}/tiltak/A", status="no_because", text="Vi har ikke råd.", seen=seen
    )
    assert changed.status_code == 303
    assert "Vi har ikke råd." in (await browser.get(CARD)).text


async def test_an_answer_to_what_a_new_release_hides_stays_without_a_number(
    browser: httpx.AsyncClient,
) -> None:
    row = await released_round(CODE)
    await answer_all(row, "A", "C", "E1_skole", "E2_jobb")
    await ledger.publish(row.id, ledger.told(made_release()), today())
    await keep_release(row, made_release(MENTIONS | {"C1_vente": range(0)}), number=2)
    told = (await browser.get(f"/api/rounds/{CODE}/card")).json()["answers"]
    assert told[-1]["theme"] == "C"
    assert told[-1]["mentioned"] is None
    assert told[-1]["label"]["nb"] == "Område C"
    ledger_page = (await browser.get(f"/stab/{CODE}/tiltak")).text
    assert "som rapporten ikke viser lenger" in ledger_page
    assert (await send(browser, f"/stab/{CODE}/tiltak/C/slett")).status_code == 303
    assert await Action.count() == 3


async def test_the_card_is_closed_until_it_is_published(client: httpx.AsyncClient) -> None:
    row = await released_round(CODE)
    await answer_all(row, "A")
    page = await client.get(CARD)
    assert page.status_code == 200
    assert "Svar på A" not in page.text
    assert "Tema" not in page.text
    assert "om lag" not in page.text.lower()
    told = (await client.get(f"/api/rounds/{CODE}/card")).json()
    assert told == {"code": CODE, "published": None, "answers": [], "decided": []}


async def test_the_card_gives_the_releases_own_words_in_order(client: httpx.AsyncClient) -> None:
    row = await released_round(CODE)
    await answer_all(row, "A1_tillit", "C", "E1_skole", "E2_jobb")
    await ledger.publish(row.id, ledger.told(made_release()), today())
    told = (await client.get(f"/api/rounds/{CODE}/card?lang=nb")).json()
    assert [
        (entry["theme"], entry["mentioned"], entry["positive"]) for entry in told["answers"]
    ] == [
        ("A1_tillit", "om lag 20 av 40", "om lag 10 av 40"),
        ("E1_skole", "om lag 20 av 40", "om lag 10 av 40"),
        ("C", "om lag 15 av 40", None),
        ("E2_jobb", "om lag 15 av 40", None),
    ]
    text = plain((await client.get(CARD)).text)
    assert "Dere sa Tema A1_tillit Om lag 20 av 40 som skrev, nevnte dette." in text


async def test_numbers_come_from_the_release_alone(client: httpx.AsyncClient) -> None:
    row = await released_round(CODE)
    release = made_release()
    shown = {
        str(number)
        for figure in release.figures
        for number in (figure.n, *(count.x for count in figure.categories))
    }
    for language in Language:
        entries = card.entries(release, {"A": answer(), "C": answer()}, language)
        said = json.dumps([(entry.mentioned, entry.positive) for entry in entries])
        assert set(re.findall(r"\d+", said)) <= shown
    assert await service.latest(row.id) == release


@pytest.mark.parametrize("language", list(Language))
async def test_the_frame_has_at_most_120_words(
    client: httpx.AsyncClient, language: Language
) -> None:
    row = await released_round(CODE)
    await ledger.publish(row.id, [], today())
    frame = plain((await client.get(f"{CARD}?lang={language}")).text)
    assert len(frame.split()) <= 120
    texts = pages.messages(language)["act"]
    full = [texts[key] for key in ("title", "lead", "back", "you_said", "said", "good", "we_do")]
    assert len(" ".join([*full, texts["next_check"], texts["about"]]).split()) <= 120


@pytest.mark.parametrize("language", list(Language))
async def test_the_card_speaks_three_languages_and_marks_the_answers_own(
    client: httpx.AsyncClient, language: Language
) -> None:
    row = await released_round(CODE)
    await answer_all(row, "A", "C", "E1_skole", "E2_jobb")
    await ledger.publish(row.id, ledger.told(made_release()), today())
    page = (await client.get(f"{CARD}?lang={language}")).text
    assert f'<html lang="{language}">' in page
    assert pages.messages(language)["act"]["title"] in page
    assert 'class="words" lang="nb"' in page
    assert f'href="/r/{CODE}"' in page


async def test_a_round_in_one_language_is_marked_as_such(client: httpx.AsyncClient) -> None:
    await make_round("NYNORSK1", languages=["nn"], title={"nn": "Runde på nynorsk"})
    page = (await client.get("/r/NYNORSK1/hva-skjedde?lang=en")).text
    assert '<p class="kicker" lang="nn">Runde på nynorsk</p>' in page


async def test_the_public_pages_set_no_cookie(client: httpx.AsyncClient) -> None:
    await released_round(CODE)
    for path in (CARD, f"/api/rounds/{CODE}/card", "/r/INGEN/hva-skjedde"):
        found = await client.get(path)
        assert "set-cookie" not in found.headers
        assert found.headers["cache-control"] == "no-store"


async def test_an_unknown_round_is_told_kindly(client: httpx.AsyncClient) -> None:
    page = await client.get("/r/INGEN/hva-skjedde?lang=nn")
    assert page.status_code == 404
    assert "Ingen runde har denne koden" in page.text
    assert page.headers["content-type"].startswith("text/html")
    data = await client.get("/api/rounds/INGEN/card")
    assert (data.status_code, data.json()["code"]) == (404, "unknown_round")


async def test_no_address_breaks_the_card(client: httpx.AsyncClient) -> None:
    for code in ("%00", "%FF", "A" * 3000, "..", "%2e%2e%2f", "<script>"):
        assert (await client.get(f"/r/{code}/hva-skjedde")).status_code == 404
        assert (await client.get(f"/api/rounds/{code}/card")).status_code == 404


async def test_a_typed_code_finds_the_card(client: httpx.AsyncClient) -> None:
    await released_round(CODE)
    assert (await client.get("/r/lunvik-26/hva-skjedde")).status_code == 200


async def test_an_unfinished_card_is_seen_by_staff_only(browser: httpx.AsyncClient) -> None:
    row = await released_round(CODE)
    await answer_all(row, "A")
    page = (await browser.get(f"/stab/{CODE}/kort")).text
    assert "Svar på A" in page
    assert "Det er ikke publisert ennå" in page
    browser.cookies.clear()
    assert (await browser.get(f"/stab/{CODE}/kort")).status_code == 303
