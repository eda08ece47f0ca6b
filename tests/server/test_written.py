"""Quotes are drawn for named people, approved by two, kept unchanged, and go with their stories."""

import datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import yaml
from litestar import Litestar

from server.collect import inbox, keeping, live, rounds
from server.collect.tables import Response
from server.release import paper, service, written
from server.release.service import ReleaseError
from server.release.words_file import WordsError
from server.staff import accounts
from server.staff.tables import Look
from server.understand import service as understand
from server.understand.tables import Quoted
from tests.server.conftest import PASSWORD, sign_in
from tests.server.outside import everything
from tests.server.rounds import CODE, answer, file_text, hash_of, receipt, words
from tests.server.test_research import bird, text_of

pytestmark = pytest.mark.anyio
DAY = datetime.date.today()
QUOTES = words("Kari og Ola leser setninger som er trukket tilfeldig.")
WAITED = """
bussen kom aldri fram og regnet falt tungt over byen mens jeg sto ute og frøs på hendene mine
klokka gikk og telefonen ringte hos naboen uten at noen tok den eller sa fra til oss andre
"""
FINDING = """\
interpretations:
  - about: A
    texts:
      - {nb: Den ene, nn: Den eine, en: The one}
      - {nb: Den andre, nn: Den andre, en: The other}
"""


@pytest.fixture
async def released(client: httpx.AsyncClient) -> list[str]:
    """What withdraws each of sixty answers about NAV, all of them released."""
    await rounds.keep(rounds.parse(file_text(quotes=QUOTES), "runde.yaml"))
    live.forget()
    secrets = [receipt() for _ in range(60)]
    for number, secret in enumerate(secrets):
        body = answer(secret, stories={"n1": told(number)}, age_band="16-17")
        reply = await client.post(f"/api/rounds/{CODE}/responses", json=body)
        assert reply.status_code == 201, reply.text
    await inbox.move_all()
    await understand.annotate_waiting()
    await service.publish(CODE, DAY)
    for name in ("kari", "ola", "per"):
        await accounts.create_account(name, PASSWORD)
    return secrets


def told(number: int) -> str:
    """A story of being heard, or of waiting; in words of their own, or they would be copies."""
    if number % 2:
        return text_of(number)
    drawn = " ".join(Random(number).sample(WAITED.split(), 14))
    return f"Jeg måtte vente lenge på svar, og {drawn}. Så sang {bird(number)}"


async def drawn() -> list[dict[str, Any]]:
    quotes: list[dict[str, Any]] = yaml.safe_load(await draw())["quotes"]
    return quotes


async def draw() -> str:
    return await written.draw(CODE, ["Kari", "ola"], DAY)


def approved(tmp_path: Path, quotes: list[dict[str, Any]], more: str = "") -> Path:
    said = [quote | {"approved": ["Kari", "Ola"]} for quote in quotes]
    path = tmp_path / "ord.yaml"
    path.write_text(yaml.safe_dump({"quotes": said}, allow_unicode=True, sort_keys=False) + more)
    return path


async def test_what_is_drawn_is_read_by_named_people_and_leaves_no_trace_of_tellers(
    released: list[str], database: str, app: Litestar, client: httpx.AsyncClient
) -> None:
    before = await everything(database)
    text = await draw()
    assert text == await draw(), "to draw again gives the same"
    quotes = yaml.safe_load(text)["quotes"]
    assert quotes
    assert "kari and ola" in text.lower()
    assert all(set(quote) == {"theme", "text", "approved", "service", "seal"} for quote in quotes)
    looks = await Look.select(Look.account.name.as_alias("name"), Look.act, Look.week)
    assert sorted((look["name"], look["act"]) for look in looks) == [
        ("kari", written.DREW),
        ("ola", written.DREW),
    ]
    after = await everything(database)
    for quote in quotes:
        said = quote["text"].encode()
        assert after.count(said) == before.count(said), "nothing is kept of what was drawn"
    await sign_in(client, "kari", PASSWORD)
    page = (await client.get(f"/stab/{CODE}/like")).text
    assert page.count("setninger som var trukket ut") == 2


async def test_nobody_draws_without_an_account_or_where_tellers_were_not_told(
    released: list[str],
) -> None:
    with pytest.raises(ReleaseError, match="No account has the name eva"):
        await written.draw(CODE, ["kari", "eva"], DAY)
    assert await Look.count() == 0
    await rounds.keep(rounds.parse(file_text(code="UTEN26", opens="2026-02-01"), "runde.yaml"))
    with pytest.raises(ReleaseError, match="told nobody"):
        await written.draw("UTEN26", ["kari"], DAY)


async def test_who_answers_is_told_before_the_first_question(
    released: list[str], client: httpx.AsyncClient
) -> None:
    told = (await client.get(f"/api/rounds/{CODE}")).json()["readers"]
    assert told["nn"] == f"To ansatte nn {QUOTES['nn']}"
    assert QUOTES["en"] in (await client.get(f"/r/{CODE}/personvern?lang=en")).text


async def test_what_two_have_approved_stands_in_the_reports(
    released: list[str], tmp_path: Path, client: httpx.AsyncClient
) -> None:
    quotes = await drawn()
    address = f"/rapport/{CODE}/nav?for=politician"
    assert quotes[0]["text"] not in (await client.get(address)).text
    await written.load(CODE, approved(tmp_path, quotes[:1], FINDING))
    assert quotes[0]["text"] in (await client.get(address)).text
    row = await rounds.find(CODE)
    assert row is not None
    kept = await paper.words_of(row[0].id)
    assert [quote.approved for quote in kept.quotes] == [("Kari", "Ola")]
    assert kept.interpretations[0].texts[1]["nn"] == "Den andre"
    await written.load(CODE, approved(tmp_path, []))
    assert await Quoted.count() == 0, "a file takes the place of the one before"
    assert quotes[0]["text"] not in (await client.get(address)).text


WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"text": "Hun ringte meg etterpå bare for å høre."}, "text", "not as it was drawn"),
    ({"service": "klubb"}, "text", "not as it was drawn"),
    ({"theme": "B1_medvirkning"}, "text", "not as it was drawn"),
    ({"seal": ""}, "text", "not as it was drawn"),
    ({"approved": ["kari"]}, "approved", "different people"),
    ({"approved": ["kari", "Kari "]}, "approved", "different people"),
    ({"approved": ["kari", "per"]}, "approved", "nothing was drawn for 'per'"),
    ({"approved": ["kari", "hvem som helst"]}, "approved", "nothing was drawn for"),
)


async def test_what_was_not_drawn_or_approved_is_refused_with_its_line(
    released: list[str], tmp_path: Path
) -> None:
    first, second = (await drawn())[:2]
    for change, field, said in WRONG:
        path = approved(tmp_path, [first, second])
        file = yaml.safe_load(path.read_text())
        file["quotes"][1] |= change
        text = yaml.safe_dump(file, allow_unicode=True, sort_keys=False)
        path.write_text(text)
        lines = text.splitlines()
        at = [place for place, line in enumerate(lines, 1) if line.startswith(f"  {field}:")][1]
        with pytest.raises(WordsError) as stopped:
            await written.load(CODE, path)
        assert f"ord.yaml, line {at}: " in str(stopped.value), change
        assert said in str(stopped.value)
        assert await Quoted.count() == 0


async def test_twice_the_same_and_an_unknown_theme_are_mistakes(
    released: list[str], tmp_path: Path
) -> None:
    first = (await drawn())[0]
    path = approved(tmp_path, [first, first], FINDING.replace("about: A", "about: ukjent"))
    with pytest.raises(WordsError) as stopped:
        await written.load(CODE, path)
    assert "stands twice" in str(stopped.value)
    assert "'ukjent' is no theme or area" in str(stopped.value)


async def test_a_quote_goes_with_its_story(
    released: list[str],
    tmp_path_factory: pytest.TempPathFactory,
    client: httpx.AsyncClient,
    database: str,
) -> None:
    rows = await Response.select(Response.receipt_hash, Response.document)
    tellers = {
        quote["text"]: [r["receipt_hash"] for r in rows if quote["text"] in r["document"]]
        for quote in await drawn()
    }
    quotes = [quote for quote in await drawn() if len(tellers[quote["text"]]) == 1][:2]
    path = approved(tmp_path_factory.mktemp("beside the database"), quotes)
    await written.load(CODE, path)
    whose = {hash_of(secret): secret for secret in released}
    teller = whose[tellers[quotes[0]["text"]][0]]
    reply = await client.post(f"/api/rounds/{CODE}/withdrawals", json={"withdraw": teller})
    assert reply.json() == {"status": "withdrawn"}
    assert await Quoted.count() == 1
    with pytest.raises(WordsError, match="there no more"):
        await written.load(CODE, path)
    assert quotes[1]["text"].encode() in await everything(database)
    await Response.update({Response.week: "2020-W01"}, force=True)
    await keeping.delete_due(DAY)
    assert await Quoted.count() == 0
    assert quotes[1]["text"].encode() not in await everything(database)


async def test_quotes_stay_while_their_answers_are_written_anew(
    released: list[str], tmp_path: Path, client: httpx.AsyncClient
) -> None:
    await written.load(CODE, approved(tmp_path, await drawn()))
    before = sorted(row["document"] for row in await Quoted.select(Quoted.document))
    for number in range(60, 82):
        body = answer(receipt(), stories={"n1": told(number)})
        assert (await client.post(f"/api/rounds/{CODE}/responses", json=body)).is_success
    await inbox.move_all()
    assert sorted(row["document"] for row in await Quoted.select(Quoted.document)) == before
