"""The linter of the codebook finds each mistake on its line, and says what to do."""

from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.codebook import CODEBOOK_FILE
from nlp.codebook.cli import codebook as command
from nlp.codebook.lint import lint
from nlp.codebook.source import Mistakes, read

TEXT = CODEBOOK_FILE.read_text("utf-8")
ROW = '      - {t: "de hørte faktisk på meg", p: pos, v: nb}\n'
A2 = "  - id: A2_sett_hort_trodd\n"
VERSION = '  - version: "0.2"\n'
DAY = '    date: "2026-11-22"\n'
CHANGES = "    changes: []\n"
RETIRE = "{kind: retire, from: [B4_taushet], to: [], why: x}"
BUSTAD = '    nn: "Bustad"\n'
GROUP = '  - {id: Z, nb: "z", nn: "z", en: "z"}\n'
FOUR = "B1_medvirkning, B3_informasjon, B4_taushet, D1_kasteball"


def test_the_codebook_that_ships_has_nothing_to_correct():
    assert lint(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "says", "away"),
    [
        # ids
        (A2, "  - id: A2_Sett\n", "write the letter of the group, a number", 0),
        (A2, "  - id: O_sett\n", "write the letter of the group, a number", 0),
        (A2, "  - id: A1_relasjon_tillit\n", "this id stands twice", 0),
        (A2, "  - id: A1_sett\n", "A1 is A1_relasjon_tillit already; take another number", 0),
        ("{id: X2_generell_klage,", "{id: X_klage,", "write X, a number", 0),
        ("{id: S_vold_overgrep,", "{id: S_omsorgssvikt,", "stands twice", 1),
        ("- {id: relasjon,", "- {id: individ,", "this value stands twice", 0),
        # groups
        ("    group: B\n", "    group: Q\n", "there is no group Q", 0),
        ("    group: B\n", "    group: C\n", "id and group must agree", 0),
        ("  - {id: B, nb", "  - {id: Æ, nb", "one capital letter", 0),
        ("groups:\n", "groups:\n" + GROUP, "no theme is in this group", 1),
        # labels and definitions
        (BUSTAD, "", "F2_bolig: add `nn`", -3),
        (BUSTAD, '    nn: " "\n', "F2_bolig: `nn`: write a text that is not empty", 0),
        (BUSTAD, "    nn: no\n", "F2_bolig: `nn`: write a text that is not empty", 0),
        (', en: "Off topic"', "", "X4_utenfor: add `en`", 0),
        (', en: "Threat to others"', "", "S_trussel_andre: add `en`", 0),
        ('    def: "Forhold til', '    deff: "Forhold til', "F4_familie: `deff` is unknown", 0),
        ('    def: "Forhold til', '    deff: "Forhold til', "F4_familie: add `def`", -5),
        ("Bytte av person → A3.", "Bytte av person → A9.", "→ A9 is no theme", 0),
        ("    nivaa: system\n", "    nivaa: høyt\n", "write personlig, praksis or system", 0),
        # examples
        (ROW, "", "A2_sett_hort_trodd: `examples`: write at least six", -1),
        (ROW, ROW.replace("pos", "ja"), "write pos, neg, mix or noy", 0),
        (ROW, ROW.replace(", v: nb", ""), "add `v`", 0),
        (ROW, ROW.replace("v: nb", "v: nb, alos: []"), "`alos` is unknown", 0),
        (ROW, ROW.replace("v: nb", "v: nb, also: [B9_x]"), "there is no theme B9_x", 0),
        (ROW, ROW.replace("v: nb", "v: nb, also: [A2_sett_hort_trodd]"), "has this theme", 0),
        (ROW, ROW.replace("v: nb", "v: nb, also: [B4_a, B4_a]"), "other themes, each once", 0),
        (ROW, ROW.replace("v: nb", f"v: nb, also: [{FOUR}]"), "may have 4 themes", 0),
        # narratives
        ("expect: {D1_kasteball: neg}", "expect: {D9_x: neg}", "there is no theme D9_x", 0),
        # history
        (VERSION, '  - version: "0.1"\n', "higher number", 0),
        (VERSION, '  - version: "0.3"\n', "the history ends with 0.3", 0),
        (VERSION, "  - version: 0.2\n", "two numbers with a full stop", 0),
        (DAY, "", "add `date`", -1),
        (DAY, '    date: "2026-11-32"\n', "is no day", 0),
        (CHANGES, f"    changes: [{RETIRE}]\n", "B4_taushet is in the codebook but not", -3),
        (CHANGES, f"    changes: [{RETIRE.replace('B4', 'B9')}]\n", "was not in force", 0),
        (CHANGES, f"    changes: [{RETIRE.replace('retire', 'x')}]\n", "write add, rename", 0),
        # YAML
        (ROW, ROW.replace("{t", "{[t"), "this is not YAML", 0),
        (ROW, "      - *a\n", "write it out instead of `*`", 0),
        (BUSTAD, '    nb: "Bustad"\n', "`nb` stands twice", 0),
    ],
)
def test_a_mistake_is_found_on_its_line(old: str, new: str, says: str, away: int):
    broken = TEXT.replace(old, new, 1)
    assert broken != TEXT
    line = TEXT[: TEXT.index(old)].count("\n") + 1 + away
    assert [f for f in lint(broken) if says in f.message and f.line == line], lint(broken)


def test_the_same_phrase_under_two_themes_is_found_where_it_comes_again():
    broken = TEXT.replace("de hørte faktisk på meg", "VENTA 8  mnd på bup", 1)
    (finding,) = lint(broken)
    assert finding.line == TEXT[: TEXT.index("venta 8 mnd på bup")].count("\n") + 1
    assert "A2_sett_hort_trodd has this phrase" in finding.message


def test_a_theme_without_one_polarity_is_found():
    start, end = TEXT.index("  - id: C2_ventetid"), TEXT.index("  - id: C3_finne_fram")
    broken = TEXT[:start] + TEXT[start:end].replace("p: neg", "p: pos") + TEXT[end:]
    (finding,) = lint(broken)
    assert "C2_ventetid: add a negative phrase" in finding.message


def test_a_retired_theme_must_leave_the_codebook_and_all_that_points_at_it():
    start, end = TEXT.index("  - id: C2_ventetid"), TEXT.index("  - id: C3_finne_fram")
    silent = lint(TEXT[:start] + TEXT[end:])
    assert any("C2_ventetid is no longer in the codebook" in f.message for f in silent)
    assert any("→ C2 is no theme" in f.message for f in silent)
    assert any("there is no theme C2_ventetid" in f.message for f in silent)
    told = (TEXT[:start] + TEXT[end:]).replace('version: "0.2"', 'version: "0.3"', 1) + (
        '  - version: "0.3"\n    date: "2027-01-01"\n    why: "x"\n    changes:\n'
        '      - {kind: retire, from: [C2_ventetid], to: [], why: "x"}\n'
    )
    assert not [f for f in lint(told) if "history" in f.message or "no longer" in f.message]


@pytest.mark.parametrize("text", ["", "null", "[]", "3", "a: b", "\x00", "- " * 3000, "? [a]\n: b"])
def test_what_is_no_codebook_is_a_finding_and_never_a_crash(text: str):
    findings = lint(text)
    assert findings
    assert all(finding.line >= 1 and finding.message for finding in findings)


LINES = TEXT.splitlines()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(LINES) - 1), st.sampled_from(["", "  x", "x: y", "- {}", "null", "[1]"]))
def test_no_broken_line_crashes_the_linter(number: int, instead: str):
    for finding in lint("\n".join([*LINES[:number], instead, *LINES[number + 1 :]])):
        assert 1 <= finding.line <= len(LINES) + 1


def test_aliases_cannot_blow_up_the_linter():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    (finding,) = lint(bomb)
    assert finding.line == 2


def test_lines_are_those_of_the_file():
    source = read("a:\n  - b: 1\n    c: [x,\n      y]\nd: 2026-01-01\n")
    assert source.data == {"a": [{"b": 1, "c": ["x", "y"]}], "d": "2026-01-01"}
    assert [source.line(place) for place in (("a",), ("a", 0, "c"), ("a", 0, "c", 1))] == [1, 3, 4]
    assert source.line(("a", 7, "z")) == 1
    with pytest.raises(Mistakes, match=r"line 3: .*`a` stands twice"):
        read("a: 1\nb: 2\na: 3\n")


@pytest.mark.parametrize("name", ["codebook", "own_themes"])
def test_every_part_of_a_schema_says_what_to_do(name: str):
    schema = yaml.safe_load((CODEBOOK_FILE.parent / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)

    def silent(node: object) -> list[object]:
        if isinstance(node, list):
            return [s for item in node for s in silent(item)]
        if not isinstance(node, dict):
            return []
        judges = {"type", "enum", "pattern"} & set(node)
        mute = [node] if judges and isinstance(node.get("type", ""), str) else []
        mute = [n for n in mute if "description" not in n]
        return mute + [s for value in node.values() for s in silent(value)]

    assert silent(schema) == []


def test_the_command_says_yes_or_names_file_and_line(tmp_path: Path):
    run = CliRunner().invoke
    good = run(command, ["lint", str(CODEBOOK_FILE)])
    assert (good.exit_code, good.output) == (0, "codebook.yaml: nothing to correct.\n")
    file = tmp_path / "egen.yaml"
    file.write_text("version: 3\n", "utf-8")
    bad = run(command, ["lint", str(file)])
    assert bad.exit_code == 1
    assert "egen.yaml, line 1: `version`: write two numbers" in bad.output
    file.write_bytes("å".encode("latin-1"))
    assert "Save the file as UTF-8" in run(command, ["lint", str(file)]).output
    assert "Give the path of a file" in run(command, ["lint", str(tmp_path)]).output
    assert "Give the path of a file" in run(command, ["lint", str(tmp_path / "no")]).output


def test_the_command_maps_themes():
    run = CliRunner().invoke
    args = ["map", "--from", "0.1", "--to", "0.2"]
    good = run(command, [*args, "A1_relasjon_tillit", "X4_utenfor"])
    assert good.output == (
        "A1_relasjon_tillit → A1_relasjon_tillit (unchanged)\nX4_utenfor → X4_utenfor (unchanged)\n"
    )
    bad = run(command, [*args, "A1_relasjon"])
    assert bad.exit_code == 1
    assert "Do you mean A1_relasjon_tillit?" in bad.output
    assert run(command, args).exit_code == 2
