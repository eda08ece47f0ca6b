"""Staff pages, attacked: sign-in, sessions, forged forms, hostile text."""

import asyncio
import datetime
import hashlib
import html
import json
import logging
import re
from pathlib import Path
from urllib.parse import quote_plus

import httpx
import pytest
from litestar._parsers import parse_url_encoded_form_data

from enumerations import Attribution, Language
from server import logs, pages
from server.act import ledger
from server.act.tables import Action, Card
from server.app import create_app
from server.release import service
from server.settings import Settings
from server.staff import accounts, answer_form, door, sessions
from server.staff.tables import Account, Session
from server.workshop.door import signed_in_json
from tests.server.conftest import (
    NAME,
    PASSWORD,
    form_token,
    make_round,
    released_round,
    send,
    sign_in,
    words,
)
from tests.server.rounds import today

pytestmark = pytest.mark.anyio
CODE = "LUNVIK26"
SCRIPT = "<script>alert(1)</script>\"'&{{ 7*7 }}"
NEXT_YEAR = (today() + datetime.timedelta(days=300)).isoformat()


def cookies(answer: httpx.Response) -> list[str]:
    return answer.headers.get_list("set-cookie")


# Accounts


UNUSABLE = [
    ("kari", "elleve tegn", "at least 12"),
    ("kari", "aaaaaaaaaaaaaaaa", "easy to guess"),
    ("kari", "kari er best i verden", "easy to guess"),
    ("kari", "hunden heter Fortell", "easy to guess"),
    ("kari", "abcdefgh" * 40, "too long"),
    ("   ", PASSWORD, "Give a name"),
    ("k" * 81, PASSWORD, "Give a name"),
    ("ka\nri", PASSWORD, "Give a name"),
]


async def test_an_account_that_cannot_be_used_says_why(client: httpx.AsyncClient) -> None:
    for name, password, said in UNUSABLE:
        with pytest.raises(accounts.AccountError, match=said):
            await accounts.create_account(name, password)
        assert await Account.count() == 0


async def test_a_password_is_stored_as_argon2id_only(client: httpx.AsyncClient) -> None:
    await accounts.create_account(" Kari ", PASSWORD)
    row = await Account.select().first()
    assert row is not None
    assert row["name"] == "kari"
    assert row["password"].startswith("$argon2id$")
    with pytest.raises(accounts.AccountError, match="taken"):
        await accounts.create_account("KARI", "en helt annen setning")


async def test_a_changed_password_signs_everybody_out(browser: httpx.AsyncClient) -> None:
    await accounts.change_password(NAME, "ny setning om en fjord")
    assert (await browser.get("/stab")).status_code == 303
    assert (await sign_in(browser, NAME, PASSWORD)).status_code == 422
    assert (await sign_in(browser, NAME, "ny setning om en fjord")).status_code == 303
    with pytest.raises(accounts.AccountError, match="No account"):
        await accounts.change_password("ola", PASSWORD)


# Signing in


CLOSED = [
    ("GET", "/stab"),
    ("GET", f"/stab/{CODE}/tiltak"),
    ("GET", f"/stab/{CODE}/tiltak/A1_tillit"),
    ("GET", f"/stab/{CODE}/kort"),
    ("POST", f"/stab/{CODE}/tiltak"),
    ("POST", f"/stab/{CODE}/tiltak/A1_tillit"),
    ("POST", f"/stab/{CODE}/tiltak/A1_tillit/slett"),
    ("GET", f"/stab/{CODE}/like"),
    ("POST", f"/stab/{CODE}/like/{'0' * 64}"),
    ("POST", "/stab/ut"),
]


async def test_a_stranger_sees_and_changes_nothing(client: httpx.AsyncClient) -> None:
    await released_round(CODE)
    for method, path in CLOSED:
        fields = {"status": "done", "text": "hei"} if method == "POST" else None
        answer = await client.request(method, path, data=fields)
        assert answer.status_code == (303 if method == "GET" else 401), path
        assert "Tema A1" not in answer.text
        assert await Action.count() == 0
        assert await Card.count() == 0


async def test_every_staff_route_has_a_guard(settings: Settings) -> None:
    open_to_all = set()
    for route in create_app(settings).routes:
        for handler in getattr(route, "route_handlers", []):
            guarded = {door.signed_in, signed_in_json} & set(handler.resolve_guards())
            if route.path.startswith("/stab") and not guarded:
                open_to_all |= {(route.path, name) for name in handler.http_methods}
    assert {path for path, method in open_to_all if method != "OPTIONS"} == {"/stab/inn"}


async def test_the_cookie_is_kept_to_staff_pages_and_away_from_scripts(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    for line in [
        *cookies(await client.get("/stab/inn")),
        *cookies(await sign_in(client, *account)),
    ]:
        parts = [part.strip().lower() for part in line.split(";")]
        assert "httponly" in parts
        assert "samesite=strict" in parts
        assert any(part in {"path=/stab", "path=/stab/inn"} for part in parts)
        assert not any(part.startswith("domain") for part in parts)


async def test_over_https_the_cookie_is_secure(database: str) -> None:
    app = create_app(Settings(database=database, worker=False, base_url="https://fortell.test"))
    transport = httpx.ASGITransport(app)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="https://test.local") as client,
    ):
        await accounts.create_account(NAME, PASSWORD)
        answer = await sign_in(client, NAME, PASSWORD)
        assert answer.status_code == 303
        assert all("secure" in line.lower() for line in cookies(answer))


async def test_only_the_hash_of_the_cookie_is_stored(browser: httpx.AsyncClient) -> None:
    token = browser.cookies[door.COOKIE]
    rows = await Session.select()
    assert [row["token_hash"] for row in rows] == [hashlib.sha256(token.encode()).hexdigest()]
    assert token not in json.dumps(rows, default=str)


async def test_a_planted_session_cookie_does_not_become_a_session(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    planted = "a" * 43
    client.cookies.set(door.COOKIE, planted, domain="test.local", path="/stab")
    assert (await client.get("/stab")).status_code == 303
    answer = await sign_in(client, *account)
    fresh = [line for line in cookies(answer) if line.startswith(f"{door.COOKIE}=")]
    assert answer.status_code == 303
    assert planted not in fresh[0]
    stranger = {"cookie": f"{door.COOKIE}={planted}"}
    client.cookies.clear()
    assert (await client.get("/stab", headers=stranger)).status_code == 303


async def test_signing_in_again_ends_the_old_session(
    browser: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    old = browser.cookies[door.COOKIE]
    browser.cookies.delete(door.COOKIE)
    await sign_in(browser, *account)
    assert browser.cookies[door.COOKIE] != old
    kept = browser.cookies[door.COOKIE]
    browser.cookies.clear()
    login = await browser.get("/stab/inn")
    answer = await browser.post(
        "/stab/inn",
        data={"name": NAME, "password": PASSWORD, "form_token": form_token(login)},
        headers={
            "cookie": f"{door.COOKIE}={kept}; "
            f"{door.SIGN_IN_COOKIE}={browser.cookies[door.SIGN_IN_COOKIE]}"
        },
    )
    assert answer.status_code == 303
    assert not await sessions.is_valid(kept, door.now())


async def test_a_session_ends_after_eight_hours_whatever_happens(
    browser: httpx.AsyncClient,
) -> None:
    row = await Session.select(Session.expires).first()
    assert row is not None
    left = row["expires"] - door.now()
    assert datetime.timedelta(hours=7, minutes=59) < left <= datetime.timedelta(hours=8)
    await Session.update({Session.expires: door.now()}, force=True)
    answer = await browser.get("/stab")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/stab/inn?til=/stab"


async def test_signing_out_ends_the_session_on_the_server(browser: httpx.AsyncClient) -> None:
    token = browser.cookies[door.COOKIE]
    answer = await send(browser, "/stab/ut")
    assert answer.headers["location"] == "/stab/inn"
    assert door.COOKIE not in browser.cookies
    again = await browser.get("/stab", headers={"cookie": f"{door.COOKIE}={token}"})
    assert again.status_code == 303
    assert await Session.count() == 0


async def test_a_link_cannot_sign_anybody_out(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/stab/ut")).status_code == 405
    assert (await browser.get("/stab")).status_code == 200


AWAY = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/stab/../../evil",
    "/stab//evil.example",
    "javascript:alert(1)",
    "/stab\r\nLocation: https://evil.example",
    "/stab?x=1",
    "/r/ABCD",
]


async def test_signing_in_never_leads_away(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    for target in AWAY:
        client.cookies.clear()
        address = str(httpx.URL("/stab/inn", params={"til": target}))
        answer = await sign_in(client, *account, address=address)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/stab"
        already = await client.get(address)
        assert already.headers["location"] == "/stab"


async def test_signing_in_leads_back_to_the_page_that_was_wanted(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    stopped = await client.get(f"/stab/{CODE}/tiltak?lang=nn")
    answer = await sign_in(client, *account, address=stopped.headers["location"])
    assert answer.headers["location"] == f"/stab/{CODE}/tiltak?lang=nn"


# Guessing


async def guess(client: httpx.AsyncClient, name: str, password: str) -> httpx.Response:
    return await sign_in(client, name, password)


async def test_unknown_name_wrong_password_and_lock_look_the_same(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    wrong = await guess(client, NAME, "feil feil feil feil")
    unknown = await guess(client, "ola", "feil feil feil feil")
    for _ in range(5):
        await guess(client, NAME, "feil feil feil feil")
    locked = await guess(client, NAME, PASSWORD)
    bare = [re.sub(r'value="[^"]*"', "", answer.text) for answer in (wrong, unknown, locked)]
    assert bare[0] == bare[1] == bare[2]
    assert {answer.status_code for answer in (wrong, unknown, locked)} == {422}


async def test_five_failures_lock_the_account_and_each_further_doubles_it(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    for _ in range(5):
        assert await accounts.verify(NAME, "feil feil feil feil", door.now()) is None
    now = door.now()
    assert await accounts.verify(NAME, PASSWORD, now) is None
    row = await Account.select().first()
    assert row is not None
    assert row["failures"] == 5
    assert await accounts.verify(NAME, "feil igjen og igjen", row["locked_until"]) is None
    later = await Account.select().first()
    assert later is not None
    assert later["failures"] == 6
    assert later["locked_until"] - row["locked_until"] == 2 * accounts.FIRST_LOCK
    assert await accounts.verify(NAME, PASSWORD, later["locked_until"]) is not None
    freed = await Account.select().first()
    assert freed is not None
    assert (freed["failures"], freed["locked_until"]) == (0, None)


def test_the_lock_never_lasts_more_than_an_hour() -> None:
    locks = [accounts.lock_after(failures) for failures in range(2000)]
    assert locks[4] == datetime.timedelta(0)
    assert locks == sorted(locks)
    assert locks[-1] == datetime.timedelta(hours=1)


async def test_parallel_guesses_all_count(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    now = door.now()
    answers = await asyncio.gather(
        *(accounts.verify(NAME, f"gjetning nummer {i}", now) for i in range(12))
    )
    assert set(answers) == {None}
    row = await Account.select().first()
    assert row is not None
    assert row["failures"] == accounts.FREE_FAILURES
    assert row["locked_until"] > now


async def test_a_flood_of_sign_ins_is_turned_away(
    client: httpx.AsyncClient, account: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ATTEMPTS", 3)
    statuses = [(await guess(client, f"navn{i}", "feil feil feil")).status_code for i in range(4)]
    assert statuses == [422, 422, 422, 429]
    turned_away = await guess(client, NAME, PASSWORD)
    assert turned_away.headers["retry-after"] == "60"
    assert "Vent et minutt" in turned_away.text


# Forged forms


@pytest.mark.parametrize("token", ["", "0" * 64, "æøå", "x" * 5000])
async def test_a_form_without_the_right_token_does_nothing(
    browser: httpx.AsyncClient, token: str
) -> None:
    await released_round(CODE)
    for path in ("/stab/ut", f"/stab/{CODE}/tiltak", f"/stab/{CODE}/tiltak/A1_tillit"):
        answer = await browser.post(
            path, data={"form_token": token, "status": "done", "text": "forfalsket"}
        )
        assert answer.status_code == 403
    assert await Action.count() == 0
    assert await Card.count() == 0
    assert await Session.count() == 1


async def test_another_sessions_token_does_not_fit(
    browser: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    await released_round(CODE)
    other = sessions.form_token(sessions.new_token())
    answer = await browser.post(
        f"/stab/{CODE}/tiltak/A", data={"form_token": other, "status": "done", "text": "x"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_from_another_site_is_refused_even_with_the_token(
    browser: httpx.AsyncClient, site: str
) -> None:
    await released_round(CODE)
    token = form_token(await browser.get("/stab"))
    answer = await browser.post(
        f"/stab/{CODE}/tiltak/A",
        data={"form_token": token, "status": "done", "text": "tekst fra et annet sted"},
        headers={"sec-fetch-site": site},
    )
    assert answer.status_code == 403
    assert "tekst fra et annet sted" not in answer.text
    assert await Action.count() == 0


async def test_nobody_can_be_signed_in_by_another_site(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    token = form_token(await client.get("/stab/inn"))
    data = {"name": NAME, "password": PASSWORD, "form_token": token}
    without_cookie = {"cookie": ""}
    assert (await client.post("/stab/inn", data=data, headers=without_cookie)).status_code == 403
    crossed = await client.post("/stab/inn", data=data, headers={"sec-fetch-site": "cross-site"})
    assert crossed.status_code == 403
    assert await Session.count() == 0
    assert PASSWORD not in crossed.text


NO_FORMS = [
    (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
    (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
    (b'{"status": "done"}', "application/json"),
    (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    (b"", "multipart/form-data"),
    (b"text=" + b"a" * 70_000, "application/x-www-form-urlencoded"),
]


async def test_what_is_no_form_is_refused_as_a_page(browser: httpx.AsyncClient) -> None:
    await released_round(CODE)
    for body, kind in NO_FORMS:
        answer = await browser.post(
            f"/stab/{CODE}/tiltak/A", content=body, headers={"content-type": kind}
        )
        assert answer.status_code in {400, 403, 413}
        assert answer.headers["content-type"].startswith("text/html")
        assert "<h1>" in answer.text


async def test_what_was_typed_is_not_lost_when_the_session_is_over(
    browser: httpx.AsyncClient,
) -> None:
    await released_round(CODE)
    token = form_token(await browser.get("/stab"))
    await Session.delete(force=True)
    answer = await browser.post(
        f"/stab/{CODE}/tiltak/A",
        data={"form_token": token, "status": "done", "text": f"Et langt svar {SCRIPT}"},
    )
    assert answer.status_code == 401
    assert html.escape(f"Et langt svar {SCRIPT}", quote=False) in html.escape(
        html.unescape(answer.text), quote=False
    )
    assert "<script" not in answer.text
    assert f"til=/stab/{CODE}/tiltak/A" in answer.text


# The change ledger


async def test_the_list_of_rounds_shows_no_figure(browser: httpx.AsyncClient) -> None:
    await released_round(CODE)
    club = {"key": "klubb", "name": words("Klubb"), "class": "fritidsklubb"}
    await make_round("NY2027", opened_days_ago=-10, services=[club])
    page = await browser.get("/stab")
    text = re.sub(r"<[^>]+>", " ", page.text)
    assert "20. oktober 2026" in text
    assert "Ikke åpnet ennå" in text
    assert text.index("NY2027") < text.index(CODE)
    dates = {today() - datetime.timedelta(days=30), today() + datetime.timedelta(days=10)}
    known = {"20", "2026", "26", "2027"}
    known |= {str(number) for day in dates for number in (day.day, day.year)}
    assert set(re.findall(r"\d+", text)) <= known


async def test_the_list_of_rounds_says_nothing_of_a_retracted_release(
    browser: httpx.AsyncClient,
) -> None:
    await released_round(CODE)
    await service.retract(CODE, 1, "Feil tema", today())
    page = (await browser.get("/stab")).text
    assert "20. oktober 2026" not in page
    assert "Rapporten er ikke publisert ennå." in page


async def test_the_ledger_shows_what_the_release_shows_and_no_more(
    browser: httpx.AsyncClient,
) -> None:
    await released_round(CODE)
    page = (await browser.get(f"/stab/{CODE}/tiltak")).text
    assert "Om lag 20 av 40 som skrev, nevnte dette. Om lag 10 av 40 fortalte noe bra" in page
    assert f"/stab/{CODE}/tiltak/A1_tillit" in page
    for hidden in ("A2_hort", "C1_vente", "H1_hap"):
        assert hidden not in page
        missing = await browser.get(f"/stab/{CODE}/tiltak/{hidden}")
        assert missing.status_code == 404
        refused = await send(browser, f"/stab/{CODE}/tiltak/{hidden}", status="done", text="x")
        assert refused.status_code == 404
    assert await Action.count() == 0


async def test_an_answer_is_kept_changed_and_deleted(browser: httpx.AsyncClient) -> None:
    row = await released_round(CODE)
    path = f"/stab/{CODE}/tiltak/A1_tillit"
    saved = await send(
        browser,
        path,
        status="planned",
        text="  Vi ansetter en los.\r\nTo.  ",
        next_check=NEXT_YEAR,
    )
    assert saved.status_code == 303
    assert "Svaret er lagret." in (await browser.get(saved.headers["location"])).text
    given = (await ledger.answers(row.id))["A1_tillit"]
    assert (given.status, given.text) == ("planned", "Vi ansetter en los.\nTo.")
    changed = await send(browser, path, status="done", text="Losen er her.", seen=given.version)
    assert changed.status_code == 303
    given = (await ledger.answers(row.id))["A1_tillit"]
    assert (given.status, given.text, given.next_check) == ("done", "Losen er her.", None)
    deleted = await send(browser, f"{path}/slett")
    assert "Svaret er slettet." in (await browser.get(deleted.headers["location"])).text
    assert await Action.count() == 0


async def test_two_who_write_at_once_do_not_overwrite_each_other(
    browser: httpx.AsyncClient,
) -> None:
    row = await released_round(CODE)
    path = f"/stab/{CODE}/tiltak/A"
    await send(browser, path, status="done", text="Den ene sitt svar")
    clash = await send(browser, path, status="no_because", text="Den andre sitt svar", seen="")
    assert clash.status_code == 422
    assert "Den ene sitt svar" in clash.text
    assert "Den andre sitt svar" in clash.text
    assert (await ledger.answers(row.id))["A"].text == "Den ene sitt svar"
    seen = re.search(r'name="seen" value="(\w+)"', clash.text)
    assert seen is not None
    again = await send(browser, path, status="no_because", text="Den andre sitt svar", seen=seen[1])
    assert again.status_code == 303
    assert (await ledger.answers(row.id))["A"].text == "Den andre sitt svar"


MISTAKES = [
    ({"status": "", "text": "ok"}, "Velg ett av de tre"),
    ({"status": "maybe", "text": "ok"}, "Velg ett av de tre"),
    ({"status": "done", "text": " \n "}, "Skriv hva dere har gjort"),
    ({"status": "done", "text": "å" * 601}, "Teksten er 601 tegn"),
    ({"status": "planned", "text": "ok"}, "Skriv datoen da"),
    ({"status": "done", "text": "ok", "next_check": "31.2.2027"}, "dag, måned og år"),
    ({"status": "done", "text": "ok", "next_check": "snart"}, "dag, måned og år"),
    ({"status": "done", "text": "ok", "next_check": "٣.٣.2027"}, "dag, måned og år"),
    ({"status": "done", "text": "ok", "next_check": "1.1.2020"}, "Datoen har vært"),
    ({"status": "done", "text": "ok", "next_check": "1.1.9999"}, "mer enn to år"),
]


async def test_a_mistake_is_said_at_its_field_and_nothing_typed_is_lost(
    browser: httpx.AsyncClient,
) -> None:
    await released_round(CODE)
    for fields, said in MISTAKES:
        answer = await send(browser, f"/stab/{CODE}/tiltak/A", **fields)
        assert answer.status_code == 422
        assert answer.text.count(said) == 2
        assert "<title>Feil: " in answer.text
        assert fields["text"].strip() in answer.text
        assert f'value="{fields.get("next_check", "")}"' in answer.text
        assert await Action.count() == 0


@pytest.mark.parametrize("text", ["å" * 600, "😀" * 600, "a\x00b\x1b[31m\u2028c", "\udcff"])
async def test_any_text_within_the_limit_can_be_stored(
    browser: httpx.AsyncClient, text: str
) -> None:
    row = await released_round(CODE)
    token = form_token(await browser.get("/stab"))
    body = httpx.QueryParams({"form_token": token, "status": "done"})
    raw = f"{body}&text={quote_plus(text, errors='surrogateescape')}"
    answer = await browser.post(
        f"/stab/{CODE}/tiltak/A",
        content=raw,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 303
    kept = (await ledger.answers(row.id))["A"].text
    assert not re.search("[\x00-\x08\x1b\u2028\ud800-\udfff]", kept)
    assert len(kept) >= len(text.strip()) - 2


async def test_a_date_that_has_passed_may_stay_when_the_answer_is_changed() -> None:
    before = ledger.Answer(answer_form.ActionStatus.DONE, "gammelt", datetime.date(2026, 1, 2))
    fields = {"status": "done", "text": "nytt", "next_check": "02.01.2026"}
    form, answer = answer_form.read(fields, before, datetime.date(2026, 6, 1))
    assert (form.errors, answer and answer.next_check) == ({}, datetime.date(2026, 1, 2))
    form, answer = answer_form.read(fields, None, datetime.date(2026, 6, 1))
    assert (list(form.errors), answer) == (["next_check"], None)


async def test_an_answer_says_who_sees_to_it_and_when_it_was_begun(
    browser: httpx.AsyncClient,
) -> None:
    row = await released_round(CODE)
    typed = {
        "status": "done",
        "text": "Gjort",
        "owner": "  Rektor\n på skolen ",
        "began": "1.3.2026",
        "aim": "situasjon",
    }
    await send(browser, f"/stab/{CODE}/tiltak/A", **typed)
    kept = (await ledger.answers(row.id))["A"]
    assert (kept.owner, kept.began) == ("Rektor på skolen", datetime.date(2026, 3, 1))
    page = (await browser.get(f"/stab/{CODE}/tiltak/A")).text
    assert 'value="Rektor på skolen"' in page
    assert 'value="01.03.2026"' in page
    assert kept.aim is Attribution.SITUATION
    assert re.search(r'name="aim" id="aim-situasjon" value="situasjon" checked', page)
    assert page.count(" checked") == 2


async def test_what_an_answer_is_to_change_may_be_left_unsaid() -> None:
    fields = {"status": "done", "text": "Gjort", "aim": ""}
    form, answer = answer_form.read(fields, None, datetime.date(2026, 6, 1))
    assert form.errors == {}
    assert answer is not None
    assert answer.aim is None


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("owner", "x" * 81, "text_long"),
        ("began", "i fjor", "date_wrong"),
        ("began", "2.6.2026", "date_not_yet"),
        ("aim", "uklar", "aim"),
        ("aim", "noe annet", "aim"),
    ],
)
async def test_who_and_when_are_checked(field: str, typed: str, error: str) -> None:
    fields = {"status": "done", "text": "Gjort", field: typed}
    form, answer = answer_form.read(fields, None, datetime.date(2026, 6, 1))
    assert answer is None
    assert form.errors[field][0] == error
    assert getattr(form, field) == typed, "what was typed stays"


async def test_an_aim_that_the_form_does_not_have_is_told_of(browser: httpx.AsyncClient) -> None:
    row = await released_round(CODE)
    typed = {"status": "done", "text": "Gjort", "aim": SCRIPT}
    answer = await send(browser, f"/stab/{CODE}/tiltak/A", **typed)
    assert 'href="#aim-individ"' in answer.text
    assert 'id="aim-individ"' in answer.text
    assert 'aria-describedby="aim-error aim-hint"' in answer.text
    assert "<script" not in answer.text
    assert await ledger.answers(row.id) == {}


async def test_hostile_text_stays_text_everywhere(browser: httpx.AsyncClient) -> None:
    row = await released_round(CODE)
    for subject in ("A", "C", "E1_skole", "E2_jobb"):
        typed = {"status": "done", "text": SCRIPT, "owner": SCRIPT}
        await send(browser, f"/stab/{CODE}/tiltak/{subject}", **typed)
    await send(browser, f"/stab/{CODE}/tiltak")
    for path in (
        f"/stab/{CODE}/tiltak",
        f"/stab/{CODE}/tiltak/A",
        f"/stab/{CODE}/kort",
        f"/r/{CODE}/hva-skjedde",
    ):
        page = (await browser.get(path)).text
        assert SCRIPT in html.unescape(page), path
        assert "<script" not in page
        assert "49" not in re.sub(r"<[^>]+>", "", page)
    assert (await ledger.answers(row.id))["A"].text == SCRIPT


async def test_no_page_has_inline_style_or_script_or_leads_elsewhere(
    browser: httpx.AsyncClient,
) -> None:
    await released_round(CODE)
    for path in ("/stab", "/stab/inn", f"/stab/{CODE}/tiltak", f"/stab/{CODE}/tiltak/A"):
        answer = await browser.get(path)
        assert not re.search(r"<(script|style)|\sstyle=|\son\w+=|https?://", answer.text)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"


async def test_the_chosen_language_follows_every_link(browser: httpx.AsyncClient) -> None:
    await released_round(CODE)
    for path in ("/stab", f"/stab/{CODE}/tiltak", f"/stab/{CODE}/tiltak/A"):
        page = (await browser.get(f"{path}?lang=nn")).text
        assert '<html lang="nn">' in page
        without_switch = re.sub(r"<nav.*?</nav>", "", page, flags=re.DOTALL)
        ours = re.findall(r'(?:href|action)="(/[^"]*)"', without_switch)
        plain = {"/static/innsikt.css", f"/rapport/{CODE}"}
        assert {link for link in ours if "lang=nn" not in link} <= plain
        assert len(ours) > 3


# Logs, and what no page says


async def test_no_log_line_has_a_name_or_a_password(
    client: httpx.AsyncClient,
    account: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        await guess(client, NAME, "hemmelig setning feil")
        await guess(client, "olanordmann", PASSWORD)
        await guess(client, NAME, PASSWORD)
        await client.get("/stab/INGEN/tiltak")
    written = (
        capsys.readouterr().err
        + logs.OURS
        + "".join(logs.Formatter().format(record) for record in caplog.records)
    )
    for secret in (NAME, "olanordmann", PASSWORD, "hemmelig setning feil"):
        assert secret not in written


async def test_passwords_are_not_kept_in_the_frameworks_memory(
    client: httpx.AsyncClient, account: tuple[str, str]
) -> None:
    parse_url_encoded_form_data.cache_clear()
    await guess(client, NAME, PASSWORD)
    assert parse_url_encoded_form_data.cache_info().currsize == 0


WISHES = [
    ("", "nb"),
    ("nn-NO,nb;q=0.5", "nn"),
    ("en-GB,en;q=0.9,no;q=0.1", "en"),
    ("se,no;q=0.8,en;q=0.2", "nb"),
    ("de-DE", "nb"),
    ("en;q=x, nn;q=0.1", "nn"),
    (";;;,,,=", "nb"),
]


async def test_the_browsers_language_is_used(client: httpx.AsyncClient) -> None:
    for header, language in WISHES:
        page = await client.get("/stab/inn", headers={"accept-language": header})
        assert f'<html lang="{language}">' in page.text
        other = await client.get("/stab/inn?lang=xx", headers={"accept-language": header})
        assert f'<html lang="{language}">' in other.text


def keys(messages: object, path: str = "") -> set[str]:
    if isinstance(messages, dict):
        return set().union(*(keys(value, f"{path}.{key}") for key, value in messages.items()))
    if isinstance(messages, list):
        return {f"{path}[{len(messages)}]"}
    return {path + "".join(sorted(set(re.findall(r"{\w+}", str(messages)))))}


def test_every_language_has_every_text() -> None:
    first, *others = (keys(pages.messages(language)) for language in Language)
    assert all(other == first for other in others)
    assert len(first) > 100


async def test_a_problem_is_a_page_in_the_readers_language(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/stab/INGEN99/tiltak?lang=en")
    assert answer.status_code == 404
    assert "No round has this code" in answer.text
    assert '<html lang="en">' in answer.text


def test_no_template_has_norwegian_or_english_in_it() -> None:
    for template in Path(pages.HERE.parent).glob("*/*.html"):
        source = template.read_text("utf-8")
        source = re.sub(r"<style>.*?</style>", "", source, flags=re.DOTALL)
        source = re.sub(r"{% block kind %}.*?{% endblock %}|[\w-]+=\"[^\"]*\"", "", source)
        text = re.sub(r"{[{%].*?[%}]}|<[^>]+>|&\w+;", " ", source)
        assert set(re.findall(r"[^\W\d_]{2,}", text)) <= {"Fortell", "loftet"}, template
