"""Promise 6: no round is followed by another until what happened after it is published."""

import datetime
import time
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from enumerations import ActionStatus
from exports import Release
from server.act import ledger
from server.act.ledger import Answer
from server.act.tables import Card
from server.collect import live, rounds
from server.collect.rounds import RoundError
from server.collect.tables import Inbox, Response, Round
from server.staff import accounts
from tests.server.conftest import (
    MENTIONS,
    NAME,
    PASSWORD,
    keep_release,
    made_release,
    make_round,
    released_round,
    send,
    sign_in,
    words,
)
from tests.server.rounds import answer, hash_of, receipt, today

pytestmark = pytest.mark.anyio
FIRST, NEXT = "LUNVIK26", "LUNVIK27"
TOLD = ("A", "C", "E1_skole", "E2_jobb")
"""What `made_release` shows, and so what must be answered."""


def service(key: str) -> dict[str, Any]:
    return {"key": key, "name": words(key.title()), "class": "fritidsklubb"}


async def followed(**changes: Any) -> Round:
    """A round that is over and has a release, and one that follows it."""
    closes = today() - datetime.timedelta(days=90)
    row = await released_round(FIRST, opened_days_ago=200, closes=closes)
    await make_round(NEXT, opened_days_ago=1, **changes)
    return row


async def post(client: httpx.AsyncClient, code: str = NEXT, **changes: Any) -> httpx.Response:
    sent = {"answers": {}} | changes
    return await client.post(f"/api/rounds/{code}/responses", json=answer(**sent))


async def is_closed(client: httpx.AsyncClient, code: str = NEXT, **changes: Any) -> bool:
    """Whether an answer is refused because the round waits; nothing else may refuse it."""
    before = await Inbox.count()
    reply = await post(client, code, **changes)
    if reply.status_code == 201:
        return False
    assert (reply.status_code, reply.json()["code"]) == (403, "round_waits")
    assert reply.json()["next"]
    assert await Inbox.count() == before
    return True


async def reply_to(row: Round, *subjects: str) -> None:
    for subject in subjects:
        said = Answer(ActionStatus.DONE, f"Svar på {subject}", None)
        assert await ledger.save(row.id, subject, said, "") is None


async def publish(row: Round, release: Release | None = None) -> None:
    areas = ledger.told(release or made_release())
    assert await ledger.publish(row.id, areas, today()) == []


async def test_the_next_round_takes_no_answer_before_the_card_and_all_after(
    client: httpx.AsyncClient,
) -> None:
    row = await followed()
    assert await is_closed(client)
    told = (await client.get(f"/api/rounds/{NEXT}")).json()
    assert (told["status"], told["previous"]) == ("blocked", None)
    await reply_to(row, *TOLD)
    live.forget()
    assert await is_closed(client)
    await publish(row)
    assert not await is_closed(client)
    told = (await client.get(f"/api/rounds/{NEXT}")).json()
    assert (told["status"], told["previous"]) == ("open", {"code": FIRST})


async def test_no_way_of_sending_gets_around_the_wait(client: httpx.AsyncClient) -> None:
    """Straight to the address, without the page, however the code and the answer are written."""
    await followed()
    for code in (NEXT, NEXT.lower(), "Lunvik-27", "%20LUNVIK27", "L-U-N-V-I-K-2-7"):
        live.forget()
        assert await is_closed(client, code)
    for changes in ({"services": []}, {"language": "en"}, {"age_band": "16-17"}):
        assert await is_closed(client, **changes)
    assert await Response.count() == 0
    secret = receipt()
    first_try = await post(client, receipt_hash=hash_of(secret))
    assert first_try.status_code == 403
    taken_back = await client.post(f"/api/rounds/{NEXT}/withdrawals", json={"withdraw": secret})
    assert taken_back.json() == {"status": "unknown_receipt"}


async def test_a_card_is_not_published_while_something_told_lacks_an_answer(
    client: httpx.AsyncClient,
) -> None:
    row = await followed()
    areas = ledger.told(made_release())
    await reply_to(row, *TOLD)
    for forgotten in TOLD:
        await ledger.delete(row.id, forgotten)
        missing = await ledger.publish(row.id, areas, today())
        assert [subject.id for subject in missing] == [forgotten]
        assert await Card.count() == 0
        assert await is_closed(client)
        await reply_to(row, forgotten)
    await publish(row)
    assert not await is_closed(client)


async def test_only_staff_publish_and_only_what_is_answered(client: httpx.AsyncClient) -> None:
    row = await followed()
    address = f"/stab/{FIRST}/tiltak"
    await reply_to(row, *TOLD)
    assert (await client.post(address)).status_code == 401
    await accounts.create_account(NAME, PASSWORD)
    await sign_in(client, NAME, PASSWORD)
    assert (await client.post(address)).status_code == 403
    assert (await client.post(address, data={"form_token": "0" * 64})).status_code == 403
    await ledger.delete(row.id, "C")
    assert (await send(client, address)).status_code == 422
    assert (await send(client, f"/stab/{NEXT}/tiltak")).status_code == 422
    assert await Card.count() == 0
    assert await is_closed(client)
    await reply_to(row, "C")
    assert (await send(client, address)).status_code == 303
    assert not await is_closed(client)


async def test_a_round_without_a_release_is_not_followed(client: httpx.AsyncClient) -> None:
    await make_round(FIRST, opened_days_ago=200)
    await make_round(NEXT, opened_days_ago=1)
    await accounts.create_account(NAME, PASSWORD)
    await sign_in(client, NAME, PASSWORD)
    assert (await send(client, f"/stab/{FIRST}/tiltak")).status_code == 422
    assert await is_closed(client)


async def test_another_process_opens_the_round_soon_after(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await followed()
    assert await is_closed(client)
    await Card.insert(Card(round=row.id, published=today()))  # as another process does
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + live.KEEP)
    monkeypatch.setattr(live, "time", later)
    assert not await is_closed(client)
    assert live.KEEP <= 5


async def test_every_earlier_round_must_be_answered_for(client: httpx.AsyncClient) -> None:
    first = await followed()
    third = "LUNVIK28"
    await make_round(third, opened_days_ago=0)
    await reply_to(first, *TOLD)
    await publish(first)
    assert not await is_closed(client, NEXT)
    assert await is_closed(client, third)
    second = await Round.objects().where(Round.code == NEXT).first()
    assert second is not None
    few = made_release({theme: range(3) for theme in MENTIONS})
    await keep_release(second, few)
    await publish(second, few)
    assert not await is_closed(client, third)
    assert not await is_closed(client, NEXT)


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({"services": [service("klubb")]}, False),
        ({"services": [service("klubb"), service("nav")]}, True),
        ({"organisation": {"key": "fjordvik", "name": words("Fjordvik")}}, False),
    ],
    ids=["other service", "same service among others", "other organisation"],
)
async def test_only_rounds_of_the_same_services_are_held_back(
    client: httpx.AsyncClient, changes: dict[str, Any], waits: bool
) -> None:
    await followed(**changes)
    assert await is_closed(client, services=[]) == waits


async def test_whoever_has_the_code_sees_the_card(client: httpx.AsyncClient) -> None:
    row = await followed()
    await reply_to(row, *TOLD)
    pages = [f"/r/{code}/hva-skjedde" for code in (FIRST, FIRST.lower(), "lunvik-26")]
    for page in pages:
        before = await client.get(page)
        assert before.status_code == 200
        assert "Svar på" not in before.text
    await publish(row)
    for page in pages:
        shown = await client.get(page)
        assert shown.status_code == 200
        assert "set-cookie" not in shown.headers
        for subject in TOLD:
            assert f"Svar på {subject}" in shown.text
    data = (await client.get(f"/api/rounds/{FIRST}/card")).json()
    assert {entry["theme"] for entry in data["answers"]} == set(TOLD)
    assert (await client.get(f"/api/rounds/{FIRST}")).json()["card"] is True
    assert pages[0] in (await client.get(f"/rapport/{FIRST}")).text


async def test_an_answer_on_the_card_cannot_be_taken_away(client: httpx.AsyncClient) -> None:
    row = await followed()
    await reply_to(row, *TOLD)
    await publish(row)
    await accounts.create_account(NAME, PASSWORD)
    await sign_in(client, NAME, PASSWORD)
    for subject in TOLD:
        refused = await send(client, f"/stab/{FIRST}/tiltak/{subject}/slett")
        assert refused.status_code == 409
    assert set(await ledger.answers(row.id)) == set(TOLD)


async def test_a_date_in_the_past_does_not_get_around_the_wait(client: httpx.AsyncClient) -> None:
    """A round cannot slip in before one of the same services that is there already."""
    await released_round(FIRST, opened_days_ago=200)
    for days in (201, 200):
        with pytest.raises(RoundError, match="open later"):
            await make_round(NEXT, opened_days_ago=days)
    assert await rounds.find(NEXT) is None
