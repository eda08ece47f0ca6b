"""Rounds from files: every mistake is told with its line, and what is loaded stays."""

import re
from pathlib import Path

import httpx
import pytest

from server.collect import live, rounds
from server.collect.rounds import RoundError
from tests.server.rounds import described, file_text, words

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
"""
MISTAKES = [
    ("code: KAIA26\n", "", 1, "missing required field `code`"),
    ("code: KAIA26", "code: kaia", 1, "code: Write 4 to 12 capital letters"),
    ("code: KAIA26", "code: KAIA26\nkode: X", 2, "unknown field `kode`"),
    ("code: KAIA26", "code: KAIA26\ncode: KAIA27", 2, "'code' stands twice"),
    ("title: {nb: Fortell", "title: {nb: 'Fortell", 25, "not YAML"),
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
]


@pytest.mark.parametrize(("right", "wrong", "line", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_line(right: str, wrong: str, line: int, said: str) -> None:
    assert right in FILE
    with pytest.raises(RoundError) as stopped:
        rounds.parse(FILE.replace(right, wrong, 1), "runde.yaml")
    message = str(stopped.value)
    assert message.startswith(f"runde.yaml, line {line}: ")
    assert said in message
    assert message.endswith(".")


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


@pytest.mark.anyio
async def test_a_loaded_round_can_be_loaded_again_but_not_changed(
    client: httpx.AsyncClient,
) -> None:
    """What was asked belongs to the answers."""
    first = rounds.parse(FILE, "runde.yaml")
    await rounds.keep(first)
    await rounds.keep(rounds.parse(FILE.replace("\n", "\r\n"), "runde.yaml"))
    for right, wrong in (
        ("Fortell", "Fortel"),
        ("2026-01-01", "2025-01-01"),
        ("- mt10", "- mt10.mt1"),
    ):
        with pytest.raises(RoundError, match=r"locked.*new code"):
            await rounds.keep(rounds.parse(FILE.replace(right, wrong), "runde.yaml"))
    found = await rounds.find("KAIA26")
    assert found is not None
    assert found[1] == first
    assert len(await rounds.all_rounds()) == 1


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
