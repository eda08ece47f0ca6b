"""Promise 4: the teller's meaning comes first; the machine's layer is kept apart from it."""

import ast
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

import nlp
from exports import Figure
from server.collect import inbox, live, rounds
from server.collect.responses import decode
from server.collect.tables import Response, Round
from server.release import service
from server.release.frame import frame
from server.understand import service as understand
from server.understand.tables import Annotation
from tests.server.rounds import CODE, answer, file_text, sealed, story, today

anyio = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
ROUND = f"/api/rounds/{CODE}"
WAITED = "Måtte vente åtte måneder på time."
WAITING, MONEY = "C2_ventetid", "F1_okonomi"


async def load() -> Round:
    await rounds.keep(rounds.parse(file_text(), "round.yaml"))
    live.forget()
    found = await rounds.find(CODE)
    assert found is not None
    return found[0]


async def proposal(client: httpx.AsyncClient) -> Any:
    """What every teller here is asked about: the machine hears waiting in it."""
    body = {"language": "nb", "stories": {"n1": WAITED}}
    found = (await client.post(f"{ROUND}/proposals", json=body)).json()["stories"]["n1"]
    assert WAITING in found["proposed"]
    return found


async def tell(client: httpx.AsyncClient, *bodies: dict[str, Any]) -> None:
    for body in bodies:
        assert (await client.post(f"{ROUND}/responses", json=body)).status_code == 201
    await inbox.move_all()


async def documents() -> list[str]:
    return sorted(row["document"] for row in await Response.select(Response.document))


async def about(row: Round) -> list[tuple[list[str], list[str]]]:
    """Themes of every response as the gate is given them, and those told positively."""
    found = await frame(row.id, [])
    return sorted(
        (themes.to_list(), positive.to_list())
        for themes, positive in zip(found["themes"], found["themes_positive"], strict=True)
    )


async def hear(sentiment: str, version: str | None = None) -> None:
    """Let the machine have heard every theme in every story, whatever was told.

    Args:
        sentiment: in which tone.
        version: of the machine; None takes the present one.
    """
    await Annotation.delete(force=True)
    themes = [{"id": code.id, "p": 1.0} for code in nlp.codebook().codes]
    units = [{"start": 0, "end": 1, "themes": themes, "sentiment": sentiment}]
    document = msgspec.json.encode([{"units": units}]).decode()
    for row in await Response.select(Response.id).where(Response.has_story == True):  # noqa: E712
        await Annotation.insert(
            Annotation(
                response=row["id"],
                model_version=version or nlp.model_version(),
                document=document,
            )
        )


@anyio
async def test_the_machine_changes_nothing_that_a_teller_said(client: httpx.AsyncClient) -> None:
    """Read, read by another version, read anew: the teller's layer stays byte for byte."""
    row = await load()
    found = await proposal(client)
    await tell(
        client,
        answer(sealed={"n1": sealed(found, [MONEY])}),
        answer(sealed={"n1": sealed(found, [], first=[MONEY, WAITING])}),
        answer(sealed={"n1": sealed(found)}),
        story(WAITED),
    )
    before = await documents()
    said = [decode(document).teller["n1"] for document in before]
    assert {(s.asked, tuple(s.themes), s.first and tuple(s.first)) for s in said} == {
        ("proposal", (MONEY,), None),
        ("first", (), (WAITING, MONEY)),
        ("proposal", tuple(sorted(found["proposed"])), None),
        ("not_asked", (), None),
    }
    await understand.annotate_waiting()
    assert await documents() == before
    read = {row["document"] for row in await Annotation.select(Annotation.document)}
    assert not [word for word in ("asked", "proposed", "first") if f'"{word}"' in str(read)]
    counted = await about(row)
    await hear("positive", "0.0+other")
    await understand.annotate_waiting()
    assert await Annotation.count() == 2 * len(before)
    assert await documents() == before
    assert await about(row) == counted


@anyio
async def test_whatever_the_machine_hears_only_the_tellers_themes_count(
    client: httpx.AsyncClient,
) -> None:
    row = await load()
    found = await proposal(client)
    await tell(
        client,
        answer(sealed={"n1": sealed(found, [MONEY])}),
        answer(sealed={"n1": sealed(found, [], first=[WAITING])}),
        story(WAITED),
        answer(),
    )
    every = sorted(code.id for code in nlp.codebook().codes)
    for sentiment, positive in (("positive", True), ("negative", False), ("neutral", False)):
        await hear(sentiment)
        assert await about(row) == sorted(
            (themes, themes if positive else []) for themes in ([MONEY], [], every, [])
        )


@anyio
async def test_a_theme_that_only_the_teller_hears_has_no_tone(client: httpx.AsyncClient) -> None:
    row = await load()
    found = await proposal(client)
    await tell(client, answer(sealed={"n1": sealed(found, [WAITING, MONEY])}))
    themes = [{"id": WAITING, "p": 1.0}]
    units = [{"start": 0, "end": 1, "themes": themes, "sentiment": "positive"}]
    (there,) = await Response.select(Response.id)
    await Annotation.insert(
        Annotation(
            response=there["id"],
            model_version=nlp.model_version(),
            document=msgspec.json.encode([{"units": units}]).decode(),
        )
    )
    assert await about(row) == [([WAITING, MONEY], [WAITING])]


@anyio
async def test_what_a_teller_dropped_is_not_released_as_theirs(client: httpx.AsyncClient) -> None:
    """Forty told of waiting, as the machine hears it; twenty say that it was about money."""
    await load()
    found = await proposal(client)
    kept, dropped = sealed(found, [WAITING]), sealed(found, [MONEY])
    await tell(client, *(answer(sealed={"n1": one}) for one in [kept, dropped] * 20))
    await understand.annotate_waiting()
    heard = [row["document"] for row in await Annotation.select(Annotation.document)]
    assert sum(WAITING in document for document in heard) == 40
    figures = (await service.publish(CODE, today())).by_id

    def mentioned(figure: Figure) -> int:
        counts = {count.id: count.x for count in figure.categories}
        return counts.get("mentioned") or counts.get("positive", 0) + counts.get("other", 0)

    for theme in (WAITING, MONEY):
        figure = figures[f"theme/{theme}/*"]
        assert (figure.n, mentioned(figure)) == (40, 20), theme


@anyio
async def test_agreement_is_counted_from_those_who_chose_before_they_saw(
    client: httpx.AsyncClient,
) -> None:
    """Twenty first said what was proposed too, and twenty something else; twenty saw it first."""
    await load()
    found = await proposal(client)
    agreed = sealed(found, [WAITING], first=found["proposed"])
    swayed = sealed(found, found["proposed"], first=[MONEY])
    shown_at_once = sealed(found, found["proposed"])
    three = (agreed, swayed, shown_at_once)
    await tell(client, *(answer(sealed={"n1": one}) for one in three * 20), story(WAITED))
    await understand.annotate_waiting()
    figure = (await service.publish(CODE, today())).by_id["agreement/themes/*"]
    counts = {count.id: count.x for count in figure.categories}
    assert (figure.n, counts) == (40, {"common_themes": 20, "no_themes": 20})
    report = (await client.get(f"/rapport/{CODE}")).text
    assert "om lag 20 av 40 minst ett av de samme, trolig mellom" in report


def test_only_arrival_writes_what_a_teller_said() -> None:
    """No room changes a stored document; the worker adds rows of its own, and holds copies back."""
    for path in sorted((ROOT / "server").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        calls = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
        name = path.relative_to(ROOT).as_posix()
        assert "Inbox.update" not in calls, name
        if "Response.update" in calls:
            assert name in {"server/collect/copies.py", "server/collect/keeping.py"}, name
        if name == "server/collect/copies.py":
            assert ast.unparse(tree).count("Response.update({Response.held: after.value})") == 1
        if calls & {"Teller", "responses.Teller"}:
            assert name == "server/collect/responses.py", name
        if "Response.insert" in calls:
            assert name == "server/collect/inbox.py", name
