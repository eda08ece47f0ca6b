"""An invited round on a phone: a slip, one answer, and nothing that ties them together."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, Request, Route, expect

from server import keys
from tests.browser.conftest import Running, assert_accessible
from tests.browser.test_journey import ROUND, receipt_words
from tests.conftest import run
from tests.server import outside
from tests.server.invited import Signer, signer_in
from tests.server.process import load_round

LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    with signer_in(tmp_path_factory.mktemp("signer")) as running:
        yield running
        assert running.server.log.read_text("utf-8") == ""


def invite(signer: Signer, database: str) -> list[str]:
    """Load the invited round; returns its invitations."""
    lines, invitations = signer.make()
    described = yaml.safe_load(ROUND.read_text("utf-8")) | lines
    described["opens"] = described["opens"].isoformat()
    described["panel"]["approved"] = described["panel"]["approved"].isoformat()
    load_round(database, **described)
    return invitations


def enter(phone: Page) -> None:
    """Press start, and see the first question."""
    phone.get_by_test_id("start").click()
    expect(phone.get_by_test_id("skip")).to_be_visible()


def answer(phone: Page) -> None:
    """One answer, and the rest skipped; then send."""
    phone.get_by_role("checkbox", name="NAV Lunvik").check()
    phone.get_by_test_id("next").click()
    while not phone.get_by_test_id("send").is_visible():
        heading = phone.get_by_role("heading", level=1).inner_text()
        phone.get_by_test_id("skip").click()
        phone.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=heading
        )
    phone.get_by_test_id("send").click()


@pytest.mark.parametrize(
    ("database", "language"),
    [("sqlite", "nb"), ("postgresql", "nn"), ("sqlite", "en")],
    indirect=["database"],
)
def test_a_slip_lets_in_one_answer(
    phone: Page, running: Running, signer: Signer, database: str, language: str
) -> None:
    mine, other, *_ = invite(signer, database)
    key = signer.asked.get("/rounds/KAIA26").json()["key"]
    asked: list[Request] = []
    phone.on("request", lambda one: asked.append(one))
    phone.goto(f"{running.url}/r/KAIA26#i={mine}")
    expect(phone).to_have_url(f"{running.url}/r/KAIA26")
    phone.get_by_role("button", name=LANGUAGES[language]).click()
    expect(phone.locator("html")).to_have_attribute("lang", language)
    expect(phone.get_by_test_id("key")).to_have_text(keys.fingerprint(key))
    expect(phone.locator("#invitation")).to_have_count(0)
    assert_accessible(phone)
    enter(phone)
    assert mine not in json.dumps(phone.evaluate("[history.state, {...localStorage}]"))
    answer(phone)
    receipt_words(phone)
    to_signer = [one for one in asked if one.url.startswith(signer.server.url)]
    assert [(one.method, one.url.rpartition("/")[2]) for one in to_signer][-1] == ("POST", "sign")
    assert len([one for one in to_signer if one.method == "POST"]) == 1
    for one in to_signer:
        headers = one.all_headers()
        assert not {"cookie", "referer", "authorization"} & headers.keys()
    wish = json.loads(to_signer[-1].post_data or "")
    assert wish.keys() == {"invitation", "blinded"}
    (sent,) = [one for one in asked if one.method == "POST" and one.url.endswith("/responses")]
    body = json.loads(sent.post_data or "")
    for part in wish.values():
        assert part not in sent.post_data
    assert body["token"].keys() == {"message", "randomizer", "signature"}
    assert counts(database) == (1, 1)

    # The same slip again, in the same tab: what was there is forgotten, and it lets in no more.
    phone.goto(f"{running.url}/r/KAIA26#i={mine}")
    expect(phone.get_by_test_id("receipt")).to_have_count(0)
    phone.get_by_test_id("start").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    assert_accessible(phone)
    phone.fill("#invitation", keys.grouped(other).lower())
    enter(phone)
    answer(phone)
    receipt_words(phone)
    assert counts(database) == (2, 2)


def counts(database: str) -> tuple[int, int]:
    """Answers that wait, and tokens that are spent."""
    ((answers, spent),) = run(
        outside.rows(database, "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM spent)")
    )
    return answers, spent


@on_sqlite
def test_without_a_slip_the_page_says_what_to_do(
    phone: Page, running: Running, signer: Signer, database: str
) -> None:
    mine, *_ = invite(signer, database)
    phone.goto(running.url)
    phone.fill("#code", "KAIA26")
    phone.get_by_role("button", name="Gå videre").click()
    expect(phone.locator("#invitation")).to_be_visible()
    assert_accessible(phone)
    phone.fill("#invitation", "for kort")
    phone.get_by_test_id("start").click()
    expect(phone.locator("#invitation-wrong")).to_contain_text("16 bokstaver og tall")
    expect(phone.locator("#invitation")).to_be_focused()
    phone.fill("#invitation", "0000-0000-0000-0000")
    phone.get_by_test_id("start").click()
    expect(phone.get_by_role("alert")).to_contain_text("Vi kjenner ikke denne invitasjonen")
    assert_accessible(phone)
    phone.fill("#invitation", mine)
    enter(phone)


@on_sqlite
def test_a_lost_or_wrong_reply_costs_no_invitation(
    phone: Page, running: Running, signer: Signer, database: str
) -> None:
    mine, *_ = invite(signer, database)
    seen: list[Any] = []

    def lose(route: Route) -> None:
        seen.append(route.fetch().json())
        route.abort()

    def change(route: Route) -> None:
        reply = route.fetch()
        text = reply.json()["signature"]
        changed = ("B" if text[0] == "A" else "A") + text[1:]
        route.fulfill(response=reply, json={"signature": changed})

    phone.goto(f"{running.url}/r/KAIA26#i={mine}")
    for handler, said in (
        (lose, "Vi fikk ikke sjekket invitasjonen"),
        (change, "har feil nøkkel"),
    ):
        phone.route("**/sign", handler)
        phone.get_by_test_id("start").click()
        expect(phone.get_by_role("alert")).to_contain_text(said)
        phone.unroute("**/sign")
    assert seen[0].keys() == {"signature"}
    enter(phone)
    answer(phone)
    receipt_words(phone)
    assert counts(database) == (1, 1)


@on_sqlite
def test_the_promise_opens_over_the_page_with_the_key_of_the_slip(
    phone: Page, running: Running, signer: Signer, database: str
) -> None:
    mine, *_ = invite(signer, database)
    phone.goto(f"{running.url}/r/KAIA26#i={mine}")
    expect(phone.get_by_test_id("key")).to_be_visible()
    fingerprint = phone.get_by_test_id("key").inner_text()
    phone.get_by_role("link", name="Løftet til deg som er invitert").click()
    dialog = phone.get_by_role("dialog")
    expect(dialog).to_contain_text(fingerprint)
    assert_accessible(phone)
    phone.get_by_role("button", name="Lukk").click()
    enter(phone)
    phone.goto(f"{running.url}/r/KAIA26/loftet")
    expect(phone.get_by_text(fingerprint)).to_be_visible()
    assert_accessible(phone)


@on_sqlite
def test_the_round_waits_kindly_when_the_signer_is_away(
    phone: Page, running: Running, signer: Signer, database: str
) -> None:
    invite(signer, database)
    signer.server.stop()
    phone.goto(f"{running.url}/r/KAIA26")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("ikke klar ennå")
    assert_accessible(phone)


@on_sqlite
def test_an_open_round_fetches_nothing_for_the_invited(
    phone: Page, running: Running, database: str
) -> None:
    running.command("round", "load", str(ROUND))
    asked: list[str] = []
    phone.on("request", lambda one: asked.append(Path(one.url).name))
    phone.goto(f"{running.url}/r/KAIA26")
    expect(phone.get_by_test_id("start")).to_be_visible()
    phone.wait_for_load_state("networkidle")
    assert not [name for name in asked if name.startswith("invitation-")]
    assert asked
