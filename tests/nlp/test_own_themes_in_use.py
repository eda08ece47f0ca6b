"""Own themes in the engine: found as far as their estimate allows, and in no other process."""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

import nlp
from nlp.codebook import in_use
from nlp.components import own_themes as component
from nlp.discovery import coded_units, explained
from server.cli import main
from tests.own_themes import GOOD_ENOUGH, SAID, UNFIT, WEAK, written

SCHEMA = json.loads(
    (Path(nlp.__file__).parent / "schema" / "annotation.schema.json").read_text("utf-8")
)
ABOUT_RUSS = "Russebussen kosta altfor mykje, så eg vart ikkje med i russegruppa."


@pytest.fixture(scope="module", autouse=True)
def _nobody_elses() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_use, "_own", [])
        yield


@pytest.fixture(scope="module")
def themes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("own") / "own.yaml"
    file.write_text(written(GOOD_ENOUGH, WEAK), "utf-8")
    return file


def test_an_own_theme_is_a_theme_of_the_codebook_in_use(themes: Path) -> None:
    alone, shipped = nlp.model_version(), nlp.codebook()
    assert nlp.codebook_in_use() == shipped
    nlp.use_own_themes(themes)
    book = nlp.codebook_in_use()
    assert book.codes[: len(shipped.codes)] == shipped.codes
    assert [(c.id, c.group, c.level) for c in book.codes[len(shipped.codes) :]] == [
        ("O_mobilforbud", "E", "praksis"),
        ("O_russ", "E", "praksis"),
    ]
    assert nlp.codebook() == shipped
    version = nlp.model_version()
    assert version.startswith(f"{alone}+own.")
    other = themes.with_name("other.yaml")
    other.write_text(written(WEAK), "utf-8")
    nlp.use_own_themes(other)
    assert nlp.model_version() not in (alone, version)


def test_units_get_good_ones_and_people_are_asked_about_weak_ones(themes: Path) -> None:
    nlp.use_own_themes(themes)
    (annotation,) = nlp.annotate([f"{SAID}\n{ABOUT_RUSS}\nKlubben er fin."], ["1"])
    jsonschema.validate(annotation, SCHEMA)
    coded = [[t["id"] for t in unit["themes"] or ()] for unit in annotation["units"]]
    assert "O_mobilforbud" in coded[0]
    assert not any("O_mobilforbud" in ids for ids in coded[1:])
    assert not any("O_russ" in ids for ids in coded)
    proposed = {theme["id"]: theme["p"] for theme in annotation["themes"]}
    assert {"O_mobilforbud", "O_russ"} <= proposed.keys()
    assert list(proposed.values()) == sorted(proposed.values(), reverse=True)
    assert len(proposed) <= 5
    assert all(0.2 < proposed[own] < 0.6 for own in ("O_mobilforbud", "O_russ"))
    assert "O_mobilforbud" in nlp.propose(SAID).themes
    assert "O_russ" in nlp.propose(ABOUT_RUSS).themes


def test_what_an_own_theme_explains_is_no_news(themes: Path) -> None:
    nlp.use_own_themes(themes)
    doc = nlp.load()(SAID)
    (unit,) = coded_units(doc, "r", ["u"])
    unit = type(unit)(
        unit.respondent, unit.id, unit.text, unit.vector, (("O_mobilforbud", 0.4),), None, ()
    )
    assert explained(unit)


def test_many_themes_leave_room_for_own_ones() -> None:
    found = component.OwnThemes([], {"O_a": 0.4, "O_b": 0.1}, ["O_a"])._with(
        [{"id": name, "p": p} for name, p in (("A", 0.9), ("B", 0.8), ("C", 0.7), ("D", 0.3))],
        ["O_a", "O_b"],
        4,
    )
    assert [theme["id"] for theme in found] == ["A", "B", "O_a", "O_b"]


def test_a_theme_that_phrases_do_not_tell_stops_the_engine_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(written(UNFIT), "utf-8")
    nlp.use_own_themes(file)
    with pytest.raises(nlp.UnfitTheme, match=r"O_diverse cannot be told.*Write narrower"):
        nlp.load()
    for words in (["serve"], ["worker"]):
        database = f"sqlite:///{tmp_path / 'fortell.db'}"
        environment = {"FORTELL_DATABASE": database, "FORTELL_OWN_THEMES": str(file)}
        result = CliRunner().invoke(main, words, env=environment)
        assert result.exit_code == 1
        assert "O_diverse cannot be told" in result.output


def test_a_file_that_cannot_be_used_is_refused_on_its_line(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(written(WEAK | {"group": "Z"}), "utf-8")
    with pytest.raises(ValueError, match=r"own\.yaml: line 2: O_russ: the codebook has no such"):
        nlp.use_own_themes(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not UTF-8"):
        nlp.use_own_themes(file)
    with pytest.raises(ValueError, match="cannot be read"):
        nlp.use_own_themes(tmp_path)
    result = CliRunner().invoke(main, ["worker"], env={"FORTELL_OWN_THEMES": str(file)})
    assert result.exit_code == 1
    assert "FORTELL_OWN_THEMES: " in result.output
