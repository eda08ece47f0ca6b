"""Rounds from files: every mistake is told with its line, and what is loaded stays."""

import asyncio
import datetime
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from litestar import Litestar

from server import line_file
from server.act.tables import Action, Card
from server.collect import live, questionnaire, responses, rounds
from server.collect.responses import NewResponse
from server.collect.rounds import RoundError
from server.collect.tables import Inbox, Response, Round
from server.release import service
from server.release.tables import ReleaseRow
from tests.server import outside
from tests.server.rounds import described, file_text, today, words

ROOT = Path(__file__).parents[2]
FILE = """\
code: KAIA26
title: {nb: Fortell, nn: Fortel, en: Tell}
organisation:
  key: lunvik
  name: {nb: Lunvik, nn: Lunvik, en: Lunvik}
opens: 2026-01-01
closes: null
languages: [nb, nn, en]
mandate:
  decides: {nb: Lederen, nn: Leiaren, en: The head}
  means: {nb: Budsjettet, nn: Budsjettet, en: The budget}
readers: {nb: To ansatte, nn: To tilsette, en: Two people}
involvement: {nb: Rådet, nn: Rådet, en: The council}
services:
  - key: nav
    class: nav_kontor
    name: {nb: NAV, nn: NAV, en: NAV}
  - key: klubb
    class: fritidsklubb
    name: {nb: Klubben, nn: Klubben, en: the club}
questionnaire:
  - services
  - narrativ4.n1
  - mt10
panel: {name: {nb: Rådet, nn: Rådet, en: The council}, approved: 2025-12-01}
"""
MISTAKES = [
    ("code: KAIA26\n", "", 1, "missing required field `code`"),
    ("code: KAIA26", "code: kaia", 1, "code: Write 4 to 12 capital letters"),
    ("code: KAIA26", "code: KAIA26\nkode: X", 2, "unknown field `kode`"),
    ("code: KAIA26", "code: KAIA26\ncode: KAIA27", 2, "'code' stands twice"),
    ("title: {nb: Fortell", "title: {nb: 'Fortell", 26, "not YAML"),
    ("title: {nb: Fortell", "title: {no: Fortell", 2, "title: Use one of: nb, nn, en"),
    ("  key: lunvik", " key: lunvik", 5, "not YAML"),
    ("  key: lunvik", "  key: Lunvik", 4, "organisation.key: Write 2 to 40 small letters"),
    ("2026-01-01", "i vår", 6, "opens: Write a date such as"),
    ("2026-01-01", "2026-02-30", 6, "opens: Write a date such as"),
    ("2026-01-01", "null", 6, "opens: Write a date such as"),
    ("closes: null", "closes: 2025-12-31", 7, "closes before it opens"),
    ("[nb, nn, en]", "[nb, se]", 8, "languages[1]: Use one of: nb, nn, en"),
    ("[nb, nn, en]", "[]", 8, "languages: Expected `array` of length >= 1"),
    ("  means: {nb: Budsjettet, nn: Budsjettet, en: The budget}\n", "", 9, "field `means`"),
    ("means: {nb: Budsjettet, nn: Budsjettet,", "means: {nb: Budsjettet,", 11, "lacks 'nn'"),
    ("nn: To tilsette", "nn: ' '", 12, "lacks 'nn'"),
    ("name: {nb: NAV, nn: NAV", f"name: {{nb: NAV, nn: {'N' * 91}", 17,
     "the name has 91 characters in 'nn'. Write at most 90"),
    ("name: {nb: Lunvik", f"name: {{nb: {'L' * 71}", 5, "Write at most 70"),
    ("panel:", f"areas: [{{key: by, level: unit, name: {{nb: {'B' * 91}, nn: B, en: B}}}}]\npanel:",
     25, "Write at most 90"),
    ("nn: To tilsette", "nn: 2", 12, "Expected `str`, got `int`"),
    ("class: fritidsklubb", "class: kino", 19, "'kino' is no class of service. Use one of: "),
    ("    class: fritidsklubb\n", "", 18, "field `class`"),
    ("key: klubb", "key: nav", 18, "'nav' stands twice"),
    ("    class: fritidsklubb", "    klasse: fritidsklubb", 19, "unknown field `klasse`"),
    ("the club}", "the club}\n    - x", 21, "not YAML"),
    ("  - mt10", "  - mt11", 24, "'mt11' is no question. Use one of: "),
    ("  - mt10", "  - narrativ4.n9", 24, "'narrativ4.n9' is no question"),
    ("  - mt10", "  - narrativ4", 24, "'n1' is asked twice"),
    ("  - mt10", "  - mt10.mt3\n  - mt10", 25, "'mt3' is asked twice"),
    ("  - mt10", "  - 10", 24, "questionnaire[2]: Expected `str`"),
    ("  - mt10", "\t- mt10", 24, "not YAML"),
    ("  - services\n  - narrativ4.n1\n  - mt10\n", "  []\n", 21, "of length >= 1"),
    ("panel: {name: {nb: Rådet, nn: Rådet, en: The council}, approved: 2025-12-01}\n", "", 1,
     "field `panel`"),
    (", approved: 2025-12-01", "", 25, "panel: missing required field `approved`"),
    ("approved: 2025-12-01", "approved: ja", 25, "panel.approved: Write a date such as"),
    ("nb: Rådet, nn: Rådet, en: The council}, app", "nb: Rådet}, app", 25, "lacks 'nn'"),
    ("key: klubb", "area: by\n    key: klubb", 18, "'by' is no area of this round"),
    ("key: klubb", "valid_from: 2026-02-01\n    valid_to: 2026-01-01\n    key: klubb", 19,
     "its last day is before its first"),
    ("key: klubb", "replaces: [kino]\n    key: klubb", 18, "'kino' is no service of this round"),
    ("key: klubb", "replaces: [klubb]\n    key: klubb", 18, "lie in each other: klubb"),
    ("panel:", "areas: [{key: by, level: by, name: {nb: By, nn: By, en: By}}]\npanel:", 25,
     "level: Use one of: unit, kommune, fylke"),
    ("panel:", "areas: [{key: nav, level: kommune, name: {nb: By, nn: By, en: By}}]\npanel:", 25,
     "'nav' stands twice"),
    ("panel:", "areas: [{key: by, level: kommune, name: {nb: By}}]\npanel:", 25, "lacks 'nn'"),
    ("panel:", "areas:\n  - {key: by, level: unit, parent: by, name: {nb: B, nn: B, en: B}}\n"
     "panel:", 26, "lie in each other: by"),
    ("panel:", "areas:\n  - {key: by, level: unit, parent: land, name: {nb: B, nn: B, en: B}}\n"
     "panel:", 26, "'land' is no area of this round"),
    ("panel:", "mode: lukket\npanel:", 25, "mode: Use one of: open, invited."),
    ("panel:", "mode: invited\npanel:", 25, "needs `invited` with `signer` and `key`"),
    ("panel:", f"invited: {{signer: 'https://s.no', key: {'A' * 44}}}\npanel:", 25,
     "only a round with `mode: invited` has this"),
    ("panel:", f"mode: invited\ninvited: {{signer: s.no, key: {'A' * 44}}}\npanel:", 26,
     "invited.signer: Write the signer's address, such as https://"),
    *(
        ("panel:", f"mode: invited\ninvited: {{signer: '{address}', key: {'A' * 44}}}\npanel:", 26,
         "invited.signer: Write the signer's address")
        for address in (
            "http://s.no", "https://s.no/", "https://s.no/x", "https://s.no;script-src",
            "https://s.no https://t.no", "https://u:p@s.no", "https://s.no:x", "https://", "//s.no",
            "http://localhost.s.no", "https://s.no?x", "https://s.no#x", "https://*",
        )
    ),
    ("panel:", "mode: invited\ninvited: {signer: 'https://s.no', key: hei}\npanel:", 26,
     "invited.key: Write the key"),
    ("panel:", f"mode: invited\ninvited: {{signer: 'https://s.no', key: {'A' * 44}}}\npanel:", 26,
     "this is no key. Paste what 'fortell signer round' printed"),
    ("panel:", "research: {nb: Oss}\npanel:", 25, "lacks 'nn'"),
    ("panel:", "research: true\npanel:", 25, "research: Expected `object | null`, got `str`"),
    ("panel:", "research: {nb: Oss, nn: Oss, en: Us}\npanel:", 25, "Add `age_band`."),
    ("  - services\n  - narrativ4.n1\n  - mt10\n",
     "  - age_band\nresearch: {nb: A, nn: A, en: A}\n", 23, "no story is told"),
    ("panel:", "keep_months: 0\npanel:", 25, "keep_months: Expected `int` >= 1"),
    ("panel:", "keep_months: 37\npanel:", 25, "keep_months: Expected `int` <= 36"),
    ("panel:", "keep_months: et år\npanel:", 25, "keep_months: Expected `int`, got `str`"),
    ("panel:", "quota: 99\npanel:", 25, "quota: Expected `int` >= 100"),
    ("panel:", "qouta: 500\npanel:", 25, "unknown field `qouta`. Perhaps `quota` is meant."),
    ("  - mt10", "  - {}", 24, "write exactly one of ask, story, shuffle, shuffle_items"),
    ("  - mt10", "  - {ask: mt10, story: [narrativ4.n2]}", 24, "write exactly one of ask"),
    ("  - mt10", "  - {ask: mt11}", 24, "'mt11' is no question. Use one of: "),
    ("  - mt10", "  - {ask: mt10, hvis: 1}", 24, "unknown field `hvis`. Use: ask, story"),
    ("  - mt10", "  - {ask: [mt10]}", 24, "questionnaire[2].ask: Expected `str"),
    ("  - mt10", "  - {story: narrativ4}", 24, "questionnaire[2].story: Expected `array"),
    ("  - mt10", "  - {story: []}", 24, "at least two stories"),
    ("  - mt10", "  - {story: [narrativ4.n2]}", 24, "at least two stories"),
    ("  - mt10", "  - {story: [narrativ4.n2, mt10.mt1]}", 24, "'mt10.mt1' is not one story"),
    ("  - mt10", "  - {story: [narrativ4, narrativ4.n2]}", 24, "'narrativ4' is not one story"),
    ("  - mt10", "  - {story: [narrativ4.n1, narrativ4.n2]}", 24, "'n1' is asked twice"),
    ("  - mt10", "  - {shuffle: [mt10]}", 24, "one block has nothing to change places with"),
    ("  - mt10", "  - shuffle:\n    - mt10\n    - mt11", 26, "'mt11' is no question"),
    ("  - mt10", "  - shuffle:\n    - mt10\n    - shuffle: [vekst6, besok]", 26, "within such"),
    ("  - mt10", "  - shuffle:\n    - vekst6\n    - {story: [narrativ4.n2]}", 26, "at least two"),
    ("  - mt10", "  - {shuffle: [mt10, vekst6], when: {item: services, any: [nav]}}", 24,
     "`when` stands beside `ask`, within the blocks"),
    ("  - mt10", "  - {shuffle_items: mt11}", 24, "'mt11' is no question"),
    ("  - mt10", "  - {shuffle_items: mt10.mt1}", 24, "'mt10.mt1' is one question"),
    ("  - mt10", "  - {shuffle_items: services}", 24, "'services' is"),
    ("  - mt10", "  - {ask: mt10, when: {item: mt1}}", 24, "when: missing required field `any`"),
    ("  - mt10", "  - {ask: mt10, when: {item: mt1, any: []}}", 24, "of length >= 1"),
    ("  - mt10", "  - {ask: mt10, when: {item: mt1, any: [4]}}", 24, "not asked before this"),
    ("  - mt10", "  - {ask: mt10, when: {item: v6n1, any: [4]}}", 24, "'v6n1' is not asked in"),
    ("  - mt10", "  - {ask: mt10, when: {item: n1, any: [4]}}", 24, "'n1' cannot decide"),
    ("  - mt10", "  - {ask: mt10, when: {item: services, any: [kino]}}", 24,
     "'kino' is no answer to 'services'. Use one of: nav, klubb."),
    ("  - mt10", "  - mt10\n  - {ask: vekst6, when: {item: mt1, any: [4, 6]}}", 25,
     "'6' is no answer to 'mt1'. Use one of: 1, 2, 3, 4, 5, dont_know."),
    ("  - mt10", "  - age_band\n  - {ask: mt10, when: {item: age_band, any: [13]}}", 25,
     "'13' is no answer to 'age_band'. Use one of: 13-15, "),
    ("  - mt10", "  - merking\n  - {ask: mt10, when: {item: merk1, any: [100]}}", 25,
     "'merk1' cannot decide"),
    ("  - mt10", "  - shuffle:\n    - mt10\n    - {ask: vekst6, when: {item: mt1, any: [1]}}", 26,
     "'mt1' is not asked before this"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_line(right: str, wrong: str, line: int, said: str) -> None:
    assert right in FILE
    with pytest.raises(RoundError) as stopped:
        rounds.parse(FILE.replace(right, wrong, 1), "runde.yaml")
    told = str(stopped.value).splitlines()
    assert all(re.match(r"runde\.yaml, line \d+: .*\.$", one) for one in told), told
    assert [one for one in told if one.startswith(f"runde.yaml, line {line}: ") and said in one]


def test_every_mistake_is_told_at_once_in_the_order_of_the_lines() -> None:
    wrong = FILE
    for right, bad in (
        ("code: KAIA26", "code: kaia"),
        ("nn: Fortel,", "nn: 7,"),
        ("2026-01-01", "i vår"),
        ("closes: null", "closes: 2025-12-31\nkvote: 9"),
        ("nn: To tilsette, ", ""),
        ("class: fritidsklubb", "class: kino"),
        ("  - mt10", "  - mt11\n  - services"),
    ):
        assert right in wrong
        wrong = wrong.replace(right, bad, 1)
    with pytest.raises(RoundError) as stopped:
        rounds.parse(wrong, "runde.yaml")
    said = [line.removeprefix("runde.yaml, line ") for line in str(stopped.value).splitlines()]
    assert [int(line.partition(":")[0]) for line in said] == [1, 2, 6, 8, 13, 20, 25, 26]
    for part in ("4 to 12", "title: Expected `str`", "a date", "`kvote`", "'nn'", "'kino'", "mt11"):
        assert sum(part in line for line in said) == 1, part
    assert "'services' is asked twice" in said[-1]


WHOLE = """
  - services
  - {story: [narrativ4.n1, narrativ4.n2, narrativ4.n4]}
  - {shuffle_items: mt10}
  - {ask: vekst6, when: {item: mt10, any: [4, 5]}}
  - {ask: besok.besok1, when: {item: services, any: [nav]}}
  - besok.besok2
  - shuffle:
      - livstilfredshet_0_10
      - {shuffle_items: vekst6n, when: {item: besok2, any: [1, 2]}}
      - {ask: besok.besok3, when: {item: besok1, any: [1, dont_know]}}
  - merking
  - age_band
panel:"""


def test_a_questionnaire_may_branch_shuffle_and_let_the_teller_choose() -> None:
    head, _, tail = FILE.partition("\n  - services")
    definition = rounds.parse(head + WHOLE + tail.partition("panel:")[2], "runde.yaml")
    asked = {question["id"]: question for question in questionnaire.questions(definition)}
    choice = asked["story:n1"]
    assert choice["type"] == "story"
    assert choice["text"]["nb"] == "Hva vil du fortelle om?"
    assert [prompt["id"] for prompt in choice["prompts"]] == ["n1", "n2", "n4"]
    assert asked["mt1"]["within"] == asked["mt10"]["within"] != asked["v6n1"]["within"]
    assert asked["vekst6_1"]["when"] == {"item": "mt10", "any": [4, 5]}
    assert {question.get("within") for question in (choice, asked["vekst6_1"])} == {None}
    orders = {id_: question["order"] for id_, question in asked.items() if "order" in question}
    groups = {order["group"] for order in orders.values()}
    assert len(groups) == 1
    assert {id_: order["block"] for id_, order in orders.items()} == {
        "lt1": 0, **{f"v6n{n}": 1 for n in range(1, 7)}, "besok3": 2,
    }  # fmt: skip
    assert asked["v6n1"]["when"] == {"item": "besok2", "any": [1, 2]}
    assert list(asked)[:3] == ["services", "story:n1", "mt1"]
    assert questionnaire.stories(definition) == {"n1", "n2", "n4"}
    assert questionnaire.choices(definition) == [{"n1", "n2", "n4"}]
    assert {"n1", "merk3", "besok1", "besok2"}.isdisjoint(questionnaire.counted(definition))


def test_the_schema_takes_every_round_and_refuses_most_mistakes() -> None:
    """What a line in the file's own logic breaks, only `fortell round check` can say."""
    check = Draft202012Validator(rounds.schema(), format_checker=FormatChecker(["date"]))
    Draft202012Validator.check_schema(rounds.schema())
    head, _, tail = FILE.partition("\n  - services")
    files = [FILE, head + WHOLE + tail.partition("panel:")[2]]
    for folder in ("server/demo/rounds", "tests/browser"):
        files += [path.read_text("utf-8") for path in (ROOT / folder).glob("*.yaml")]
    assert len(files) == 6
    for text in files:
        check.validate(as_an_editor_reads(text))
    refused = []
    for right, wrong, _, said in MISTAKES:
        if "YAML" not in said and "stands twice" not in said:
            data = as_an_editor_reads(FILE.replace(right, wrong, 1))
            refused.append(not check.is_valid(data))
    assert sum(refused) > 0.6 * len(refused)


def as_an_editor_reads(text: str) -> Any:
    """JSON data, as YAML 1.2 makes it: no dates, null and numbers as they are."""
    return yaml.load(text, Loader=line_file.Loader)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "hei", "- a", "? [a]\n: b", "a: [", "%%%", "{}", "code: \0", "1: 2"),
        *("a: &a [*a]", "a: " + "[" * 5000, "x: !!python/object/apply:os.system ['true']"),
        FILE + "---\n" + FILE,
    ],
)
def test_what_is_no_round_at_all_is_refused_kindly(text: str) -> None:
    with pytest.raises(RoundError, match=r"^runde\.yaml(, line \d+)?: "):
        rounds.parse(text, "runde.yaml")


def test_a_file_may_have_windows_line_ends_and_quoted_dates() -> None:
    plain = rounds.parse(FILE, "runde.yaml")
    assert rounds.parse(FILE.replace("\n", "\r\n"), "runde.yaml") == plain
    assert rounds.parse(FILE.replace("2026-01-01", "'2026-01-01'"), "runde.yaml") == plain


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("code: SMØRE".encode("latin-1"))
    for path in (latin, tmp_path / "missing.yaml", tmp_path):
        with pytest.raises(RoundError, match=re.escape(str(path))):
            rounds.read(path)


CHANGES = (("Fortell", "Fortel"), ("2026-01-01", "2025-01-01"), ("- mt10", "- mt10.mt1"))


@pytest.mark.anyio
async def test_a_round_that_nobody_has_answered_can_be_corrected(
    client: httpx.AsyncClient,
) -> None:
    await rounds.keep(rounds.parse(FILE, "runde.yaml"))
    await rounds.keep(rounds.parse(FILE.replace("\n", "\r\n"), "runde.yaml"))
    (before, _), *others = await rounds.all_rounds()
    assert not others
    for right, wrong in CHANGES:
        corrected = rounds.parse(FILE.replace(right, wrong), "runde.yaml")
        await rounds.keep(corrected)
        (found,) = await rounds.all_rounds()
        assert found[1] == corrected
        assert found[0].opens == corrected.opens
        assert found[0].id != before.id, "the new version must not be taken for the old"
        before = found[0]


async def answered(row: Round, table: type[Inbox] | type[Response]) -> None:
    document = '{"language":"nb","services":[],"age_band":null,"stories":{},"answers":{}}'
    await table.insert(table(round=row.id, receipt_hash="a", week="2026-W02", document=document))


async def released(row: Round) -> None:
    await ReleaseRow.insert(ReleaseRow(round=row.id, number=1, published=today()))


IN_USE: dict[str, Callable[[Round], Awaitable[Any]]] = {
    "waiting": lambda row: answered(row, Inbox),
    "stored": lambda row: answered(row, Response),
    "released": released,
    "card": lambda row: Card.insert(Card(round=row.id, published=today())),
    "action": lambda row: Action.insert(Action(round=row.id, theme="A", status="done", text="x")),
}


@pytest.mark.anyio
@pytest.mark.parametrize("use", IN_USE)
async def test_a_round_is_locked_by_its_first_answer(client: httpx.AsyncClient, use: str) -> None:
    """What was asked belongs to the answers; a changed word is a new version."""
    first = rounds.parse(FILE, "runde.yaml")
    await rounds.keep(first)
    (before, _), *_ = await rounds.all_rounds()
    await IN_USE[use](before)
    for right, wrong in CHANGES:
        with pytest.raises(RoundError, match=r"locked.*new code"):
            await rounds.keep(rounds.parse(FILE.replace(right, wrong), "runde.yaml"))
    await rounds.keep(first)
    ((found, definition),) = await rounds.all_rounds()
    assert (found.id, definition) == (before.id, first)


PLACES = """\
areas:
  - {key: fylket, level: fylke, name: {nb: Fylket, nn: Fylket, en: the county}}
  - {key: kommunen, level: kommune, parent: fylket, name: {nb: Lunvik, nn: Lunvik, en: Lunvik}}
"""
NEW = """\
  - key: hus
    class: fritidsklubb
    area: kommunen
    valid_from: 2026-06-01
    replaces: [klubb]
    name: {nb: Huset, nn: Huset, en: the House}
"""
RENAMED = "name: {nb: Klubben Kaia, nn: Klubben Kaia, en: Kaia}"


def moved_house() -> str:
    """The round when the club has closed for a house in an area of its own."""
    text = FILE.replace(
        "name: {nb: Klubben, nn: Klubben, en: the club}", f"valid_to: 2026-05-31\n    {RENAMED}"
    )
    return text.replace("questionnaire:", f"{NEW}{PLACES}questionnaire:")


@pytest.mark.anyio
@pytest.mark.parametrize("use", IN_USE)
async def test_services_are_renamed_closed_and_merged_while_a_round_is_answered(
    client: httpx.AsyncClient, use: str
) -> None:
    await rounds.keep(rounds.parse(FILE, "runde.yaml"))
    (before, _), *_ = await rounds.all_rounds()
    await IN_USE[use](before)
    changed = rounds.parse(moved_house(), "runde.yaml")
    await rounds.keep(changed)
    ((found, definition),) = await rounds.all_rounds()
    assert (found.id, definition) == (before.id, changed)
    for wrong in (
        FILE,
        moved_house().replace(NEW, NEW.replace("replaces: [klubb]", "replaces: []")),
        moved_house().replace("parent: fylket, ", ""),
        moved_house().replace("    area: kommunen\n", ""),
        moved_house().replace("- mt10", "- vekst6"),
    ):
        with pytest.raises(RoundError, match=r"has answers|locked"):
            await rounds.keep(rounds.parse(wrong, "runde.yaml"))
    ((found, definition),) = await rounds.all_rounds()
    assert definition == changed


@pytest.mark.anyio
async def test_what_lies_in_nothing_may_be_given_an_area_that_is_new(
    client: httpx.AsyncClient,
) -> None:
    """An area that a release has told of keeps those who are in it."""
    apart = PLACES.replace("parent: fylket, ", "")
    first = FILE.replace("questionnaire:", f"{apart}questionnaire:")
    await rounds.keep(rounds.parse(first, "runde.yaml"))
    ((row, _),) = await rounds.all_rounds()
    await released(row)

    def lying(area: str, more: str = "") -> str:
        text = first.replace("class: nav_kontor", f"class: nav_kontor\n    area: {area}")
        return text.replace("areas:\n", f"areas:\n{more}")

    new = "  - {key: del, level: unit, name: {nb: Delen, nn: Delen, en: Part}}\n"
    for wrong in (
        lying("kommunen"),
        lying("del", new.replace("unit", "unit, parent: fylket")),
        first.replace(apart, PLACES),
    ):
        with pytest.raises(RoundError, match="has answers"):
            await rounds.keep(rounds.parse(wrong, "runde.yaml"))
    changed = rounds.parse(lying("del", new), "runde.yaml")
    await rounds.keep(changed)
    ((_, definition),) = await rounds.all_rounds()
    assert definition == changed
    back = first.replace("areas:\n", f"areas:\n{new}")
    with pytest.raises(RoundError, match="has answers"):
        await rounds.keep(rounds.parse(back, "runde.yaml"))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("day", "offered"),
    [("2026-05-31", ["nav", "klubb"]), ("2026-06-01", ["nav", "hus"])],
)
async def test_only_what_is_there_today_can_be_chosen(
    client: httpx.AsyncClient, day: str, offered: list[str]
) -> None:
    await rounds.keep(rounds.parse(moved_house(), "runde.yaml"))
    live.forget()
    found = await live.live_round("KAIA26", datetime.date.fromisoformat(day))
    assert [one["key"] for one in live.public(found, [])["services"]] == offered
    assert found.services == {"nav", "klubb", "hus"}, "an answer that waited is not refused"


def test_the_catalogue_has_the_places_of_the_round() -> None:
    made = service.catalogue(rounds.parse(moved_house(), "runde.yaml"), datetime.date(2026, 7, 1))
    assert made.holders["klubb"] == ("*", "fylket", "hus", "kommunen")
    assert made.holders["nav"] == ("*",)
    closed = next(one for one in made.services if one.key == "klubb")
    assert (closed.valid_to, closed.area) == ("2026-05-31", None)


@pytest.mark.anyio
async def test_a_correction_cannot_slip_in_before_another_round(client: httpx.AsyncClient) -> None:
    await rounds.keep(rounds.parse(FILE, "runde.yaml"))
    later = FILE.replace("KAIA26", "KAIA27").replace("2026-01-01", "2026-02-01")
    await rounds.keep(rounds.parse(later, "runde.yaml"))
    with pytest.raises(RoundError, match="Let this one open later"):
        await rounds.keep(rounds.parse(later.replace("2026-02-01", "2025-02-01"), "runde.yaml"))
    assert [row.code for row, _ in await rounds.all_rounds()] == ["KAIA26", "KAIA27"]


@pytest.mark.anyio
async def test_an_answer_to_words_that_were_replaced_is_refused_and_not_kept(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    """The server had looked at the round a moment before; another process corrected it."""
    await rounds.keep(rounds.parse(FILE, "runde.yaml"))
    live.forget()
    seen = await live.live_round("KAIA26", today())
    body = {"receipt_hash": "a" * 64, "language": "nb", "answers": {"mt1": 5}}
    on_its_way = responses.receive(msgspec.convert(body, NewResponse), seen, today())
    corrected = FILE.replace("- mt10", "- mt10.mt2")
    await rounds.keep(rounds.parse(corrected, "runde.yaml"))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await app.state.group_commit.add(on_its_way)
    refused = await client.post("/api/rounds/KAIA26/responses", json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "round_changed")
    again = await client.post("/api/rounds/KAIA26/responses", json=body)
    assert (again.status_code, again.json()["code"]) == (400, "unknown_item")
    fits = await client.post("/api/rounds/KAIA26/responses", json=body | {"answers": {"mt2": 5}})
    assert fits.status_code == 201
    assert await Inbox.count() == 1


@pytest.mark.anyio
async def test_an_answer_that_is_being_written_locks_the_round(
    client: httpx.AsyncClient, database: str
) -> None:
    """The writer, another process, has not committed yet when the correction begins."""
    await rounds.keep(rounds.parse(FILE, "runde.yaml"))
    ((row, first),) = await rounds.all_rounds()
    corrected = rounds.parse(FILE.replace("- mt10", "- mt10.mt2"), "runde.yaml")
    async with outside.writing(
        database,
        "INSERT INTO inbox (id, round, receipt_hash, week, document) "
        f"VALUES ('{row.id}', '{row.id}', 'a', '2026-W02', '{{}}')",
    ):
        replacing = asyncio.create_task(rounds.keep(corrected))
        done, _ = await asyncio.wait({replacing}, timeout=0.3)
        assert not done, "it looked past an answer that was on its way"
    with pytest.raises(RoundError, match="locked"):
        await replacing
    assert [(found.id, definition) for found, definition in await rounds.all_rounds()] == [
        (row.id, first)
    ]
    assert await Inbox.count() == 1


@pytest.mark.anyio
async def test_answers_and_corrections_at_once_never_mix_versions(
    client: httpx.AsyncClient,
) -> None:
    """Whatever is stored answers the questions that are stored with it."""
    versions = [
        rounds.parse(FILE.replace("- mt10", f"- mt10.mt{n}"), "r.yaml") for n in range(1, 9)
    ]

    async def correct() -> None:
        for version in versions[1:]:
            await asyncio.sleep(0.002)
            with suppress(RoundError):
                await rounds.keep(version)

    async def send(number: int) -> int:
        item = f"mt{number % 8 + 1}"
        body = {"receipt_hash": f"{number:064x}", "language": "nb", "answers": {item: 4}}
        await asyncio.sleep(number * 0.0005)
        reply = await client.post("/api/rounds/KAIA26/responses", json=body)
        assert reply.status_code == 201 or reply.json()["code"] in ("round_changed", "unknown_item")
        return reply.status_code

    await rounds.keep(versions[0])
    statuses, _ = await asyncio.gather(asyncio.gather(*map(send, range(40))), correct())
    ((row, definition),) = await rounds.all_rounds()
    kept = await Inbox.select()
    assert len(kept) == statuses.count(201)
    asked = set(questionnaire.items(definition))
    for answer in kept:
        assert answer["round"] == row.id
        assert responses.decode(answer["document"]).answers.keys() <= asked


@pytest.mark.anyio
async def test_a_round_may_have_one_language_and_texts_in_more(client: httpx.AsyncClient) -> None:
    """A text may stand in a language that the round does not have."""
    mandate = {"decides": words("Lederen"), "means": {"nb": "Budsjettet"}}
    text = file_text(languages=["nb"], mandate=mandate, title={"nb": "Fortell", "en": "Tell"})
    await rounds.keep(rounds.parse(text, "runde.yaml"))
    live.forget()
    for path in ("/api/rounds/KAIA26", "/r/KAIA26/hva-skjedde?lang=en"):
        assert (await client.get(path)).status_code == 200


@pytest.mark.anyio
async def test_only_an_organisations_own_earlier_rounds_on_a_service_come_before(
    client: httpx.AsyncClient,
) -> None:
    services = described()["services"]
    other = {"key": "fjordvik", "name": words("Fjordvik")}
    made = [
        ("FRST", "2026-01-01", {"services": services[:1]}),
        ("ANNEN", "2026-01-02", {"services": services[1:]}),
        ("NABO", "2026-01-03", {"organisation": other}),
        ("SAMME", "2026-03-01", {"services": services[:1]}),
        ("BEGGE", "2026-03-02", {}),
        ("SIST", "2026-04-01", {"services": services[1:]}),
    ]
    for code, opens, changes in made:
        text = file_text(code=code, opens=opens, **changes)
        await rounds.keep(rounds.parse(text, "runde.yaml"))
    before = {
        row.code: [earlier.code for earlier in await rounds.earlier_rounds(row, definition)]
        for row, definition in await rounds.all_rounds()
    }
    assert before == {
        "FRST": [],
        "ANNEN": [],
        "NABO": [],
        "SAMME": ["FRST"],
        "BEGGE": ["FRST", "ANNEN", "SAMME"],
        "SIST": ["ANNEN", "BEGGE"],
    }
