"""Own themes: refused with a line when they cannot work, and an estimate that keeps its word."""

import re
import zlib
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nlp
from enumerations import Language, Level
from nlp.codebook import CODEBOOK_FILE, own
from nlp.codebook.cli import codebook as command
from nlp.codebook.history import problems, read_history
from nlp.codebook.own import (
    Background,
    Detector,
    Estimate,
    Ground,
    Share,
    Verdict,
    engine_embed,
    find,
    shipped_background,
)
from nlp.codebook.own_file import OwnTheme, read_own_themes
from nlp.codebook.source import Mistakes

WIDTH = 48
PHRASES = [
    "busskortet er for dyrt",
    "får ikke gratis buss når jeg er lærling",
    "Eg har ikkje råd til månadskort",
    "ungdomskort burde være gratis",
    "æ går heller enn å betal bussen",
    "fikk busskort fra NAV og kom meg på praksis",
]
GOOD: dict[str, Any] = {
    "id": "O_busskort",
    "group": "F",
    "nb": "Busskort",
    "nn": "Busskort",
    "en": "Bus pass",
    "def": "Hva det koster å reise.",
    "nivaa": "system",
    "phrases": PHRASES,
    "not": ["bussen går bare to ganger om dagen"],
}


def written(*rows: dict[str, Any]) -> str:
    return yaml.safe_dump(list(rows), allow_unicode=True, sort_keys=False, width=200)


def embed(texts: Sequence[str]) -> np.ndarray:
    """A world of topics: "fish@2 17" is the 17th text about fish, told with strength 2."""
    rows = []
    for text in texts:
        topic, _, strength = text.split()[0].partition("@")
        row = _noise(text) + float(strength) * _noise(topic)
        rows.append(row / np.linalg.norm(row))
    return np.array(rows, np.float32)


def _noise(name: str) -> np.ndarray:
    row = np.random.default_rng(zlib.crc32(name.encode())).normal(size=WIDTH)
    return np.asarray(row / np.linalg.norm(row))


def about(topic: str, count: int, start: int = 0) -> tuple[str, ...]:
    return tuple(f"{topic} {number}" for number in range(start, start + count))


def theme(phrases: Sequence[str], counters: Sequence[str] = ()) -> OwnTheme:
    names = dict.fromkeys(Language, "x")
    return OwnTheme("O_x", "F", names, "x", Level.SYSTEM, tuple(phrases), tuple(counters))


OTHERS = [f"other{number}@1" for number in range(20)]
WORLD = Background(
    tuple(text for topic in OTHERS for text in about(topic, 10)),
    tuple(text for topic in OTHERS for text in about(topic, 30, 10)),
)
GROUND = Ground(embed, WORLD)
FRESH = embed([text for topic in OTHERS for text in about(topic, 100, 1000)])


# What is refused


def test_a_right_file_is_read():
    (read,) = read_own_themes(written(GOOD))
    assert (read.id, read.label[Language.ENGLISH]) == ("O_busskort", "Bus pass")
    assert read.phrases == tuple(PHRASES)
    assert read.counter_examples == ("bussen går bare to ganger om dagen",)
    assert read_own_themes(written({k: v for k, v in GOOD.items() if k != "not"}))


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        ({"id": "busskort"}, 1, "write O_ and a name"),
        ({"id": "F1_okonomi"}, 1, "write O_ and a name"),
        ({"id": "O_Buss"}, 1, "write O_ and a name"),
        ({"id": "O_buss\n"}, 1, "write O_ and a name"),
        ({"group": "Z"}, None, "no such chapter; use A, B, C, D, E, F, G, H"),
        ({"group": None}, None, "write a chapter of the codebook"),
        ({"nivaa": "kommune"}, None, "write personlig, praksis or system"),
        ({"nn": ""}, None, "`nn`: write a text"),
        ({"en": None}, None, "`en`: write a text"),
        ({"phrases": PHRASES[:5]}, None, "at least six"),
        ({"phrases": []}, None, "at least six"),
        ({"phrases": "buss"}, None, "at least six"),
        ({"phrases": [*PHRASES, 3]}, None, "write a text"),
        ({"phrases": [*PHRASES, "🚌 !"]}, None, "with words in it"),
        ({"phrases": [*PHRASES, "Busskortet er for dyrt!!"]}, None, "almost the same"),
        ({"phrases": [*PHRASES, "har ikkje råd til månadskort"]}, None, "almost the same"),
        ({"phrases": [*PHRASES[:5], PHRASES[0]]}, None, "almost the same"),
        ({"phrases": [*PHRASES, "Har ikke råd til treningsavgift, så jeg slutta"]}, None, "F1_"),
        ({"not": ["for dyrt er busskortet"]}, None, "belongs to the theme or not"),
        ({"not": ["helt likt her", "helt likt her"]}, None, "almost the same"),
        ({"phrase": ["x"]}, None, "`phrase` is unknown"),
    ],
)
def test_what_cannot_work_is_refused_on_its_line(
    change: dict[str, Any], line: int | None, says: str
):
    text = written(GOOD | change)
    with pytest.raises(Mistakes) as refused:
        read_own_themes(text)
    found = [f for f in refused.value.findings if says in f.message]
    assert found, refused.value.findings
    if line is None:
        (field,) = change
        first = next(
            i for i, row in enumerate(text.splitlines(), 1) if row.strip().startswith(field)
        )
        shown = text.splitlines()[found[0].line - 1]
        assert found[0].line >= first
        if isinstance(change[field], list) and "at least" not in says and "unknown" not in says:
            assert (
                str(change[field][-1]) in shown.strip("- '\"").encode().decode() or "\\U" in shown
            )
    else:
        assert found[0].line == line


def test_the_same_id_twice_and_no_list_are_refused():
    with pytest.raises(Mistakes, match="stands twice"):
        read_own_themes(written(GOOD, deepcopy(GOOD)))
    for text in ("", "[]", "a: b", "3", "- 3", "- [", "{"):
        with pytest.raises(Mistakes):
            read_own_themes(text)


def test_a_background_must_be_large_and_vectors_whole():
    with pytest.raises(ValueError, match="100 texts"):
        Ground(embed, Background(about("a@1", 99), ()))
    broken = [
        lambda texts: embed(texts)[:-1],
        lambda texts: embed(texts)[0],
        lambda texts: np.full((len(texts), 3), np.nan),
        lambda texts: np.ones((len(texts), len(texts))),
    ]
    for bad in broken:
        with pytest.raises(ValueError, match="one row of finite numbers"):
            Ground(bad, WORLD).fit(theme(about("fish@1", 6)))


# Whether the estimate keeps its word


@pytest.mark.parametrize(("strength", "count"), [(0.3, 20), (0.4, 6), (0.4, 12), (0.5, 12)])
def test_on_average_the_estimate_is_what_happens(strength: float, count: int):
    promised, kept, alarms, raised, inside = [], [], [], [], []
    for number in range(30):
        topic = f"own{number}@{strength}"
        new = theme(about(topic, count))
        estimate, detector = GROUND.estimate(new), GROUND.fit(new)
        recall = detector.finds(embed(about(topic, 200, 1000))).mean()
        promised.append(estimate.recall.share)
        kept.append(recall)
        low, high = estimate.recall.interval
        inside.append(low <= recall <= high)
        alarms.append(estimate.alarms_answers.share)
        raised.append(detector.finds(FRESH).mean())
    assert 0.2 < np.mean(kept) < 0.9  # neither trivial nor hopeless
    assert abs(np.mean(kept) - np.mean(promised)) < 0.08
    assert abs(np.mean(raised) - np.mean(alarms)) < 0.004
    assert np.mean(inside) >= 0.85


def test_phrases_about_nothing_in_particular_are_never_good_enough():
    verdicts = []
    for number in range(20):
        mixed = [f"{OTHERS[(number + 3 * i) % 20]} {5000 + number * 50 + i}" for i in range(10)]
        verdicts.append(GROUND.estimate(theme(mixed)).verdict)
    assert set(verdicts) == {Verdict.DO_NOT_USE}


def test_a_theme_that_the_background_is_full_of_is_not_called_good():
    estimate = GROUND.estimate(theme(about(OTHERS[0], 12, 2000)))
    assert estimate.verdict is not Verdict.GOOD_ENOUGH


def test_a_clear_theme_is_good_enough_and_copies_of_it_would_be_seen():
    estimate = GROUND.estimate(theme(about("fish@3", 10)))
    assert estimate.verdict is Verdict.GOOD_ENOUGH
    assert estimate.recall == Share(10, 10)
    assert estimate.missed == ()


def test_counter_examples_keep_out_what_sounds_alike():
    def told(topic: str, count: int, start: int = 0) -> tuple[str, ...]:
        return tuple(f"{topic}@0.5 {n}" for n in range(start, start + count))

    def two(texts: Sequence[str]) -> np.ndarray:
        """Topics "bus…" share a direction."""
        rows = embed(texts).astype(float)
        shared = np.array([text.startswith("bus") for text in texts])[:, None] * _noise("bus")
        rows += 0.4 * shared
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    ground = Ground(two, WORLD)
    phrases, counters = told("bus-pass", 10), told("bus-late", 6)
    without, with_ = ground.fit(theme(phrases)), ground.fit(theme(phrases, counters))
    alike, right = two(told("bus-late", 200, 500)), two(told("bus-pass", 200, 500))
    assert with_.finds(alike).mean() < 0.5 * without.finds(alike).mean()
    assert with_.finds(right).mean() > without.finds(right).mean() - 0.1
    spared = ground.estimate(theme(phrases, counters)).spared
    assert spared.of == 6
    assert abs(spared.share - (1 - with_.finds(alike).mean())) < 0.35
    assert ground.estimate(theme(phrases)).spared == Share(0, 0)


def test_missed_and_mistaken_are_those_that_were_counted():
    phrases = (*about("fish@2", 8), "other3@3 900000")
    estimate = GROUND.estimate(theme(phrases))
    assert len(estimate.missed) == estimate.recall.of - estimate.recall.count
    assert "other3@3 900000" in estimate.missed
    alarms = estimate.alarms_phrases.count + estimate.alarms_answers.count
    assert 0 < len(estimate.mistaken) <= min(alarms, 5)
    assert set(estimate.mistaken) <= {*WORLD.phrases, *WORLD.answers}


def test_an_embedding_that_says_nothing_finds_nothing():
    ground = Ground(lambda texts: np.ones((len(texts), 4)) / 2, WORLD)
    estimate = ground.estimate(theme(PHRASES))
    assert estimate.recall.count == 0
    assert estimate.verdict is Verdict.DO_NOT_USE


def test_units_get_the_ids_of_the_themes_they_have():
    detectors = [Detector("O_a", np.array([1.0, 0]), 0.5), Detector("O_b", np.array([0, 1.0]), 0.5)]
    vectors = np.array([[1, 0], [0, 1], [0.8, 0.6], [0.5, 0.5]])
    assert find(detectors, vectors) == [["O_a"], ["O_b"], ["O_a", "O_b"], []]
    assert find(detectors, np.zeros((0,))) == []
    assert find([], vectors) == [[], [], [], []]


def test_the_same_phrases_give_the_same_answer():
    new = theme(about("fish@1", 8), about("other1@1", 3, 700))
    again = Ground(embed, WORLD)
    assert again.estimate(new) == GROUND.estimate(new)
    assert again.fit(new).limit == GROUND.fit(new).limit


# The words


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 40), st.integers(0, 40))
def test_the_interval_holds_the_share_and_never_leaves_0_to_1(one: int, other: int):
    share = Share(one, one + other)
    low, high = share.interval
    assert 0 <= low <= high <= 1
    assert not share.of or low <= share.share + 1e-12 <= high + 1e-9


@pytest.mark.parametrize(("count", "of"), [(6, 6), (5, 6), (0, 227), (9, 10), (1, 1000)])
def test_the_interval_is_wilsons(count: int, of: int):
    from scipy.stats import binomtest

    expected = binomtest(count, of).proportion_ci(method="wilson")
    assert Share(count, of).interval == pytest.approx((expected.low, expected.high), abs=1e-9)


def judged(recall: tuple[int, int], alarms: tuple[int, int]) -> Estimate:
    share = Share(*alarms)
    return Estimate("O_x", Share(*recall), share, share, Share(0, 0), (), ())


@pytest.mark.parametrize(
    ("recall", "alarms", "verdict"),
    [
        ((6, 6), (2, 227), Verdict.GOOD_ENOUGH),
        ((5, 6), (2, 227), Verdict.WEAK),
        ((20, 20), (8, 227), Verdict.WEAK),
        ((20, 20), (12, 227), Verdict.DO_NOT_USE),
        ((2, 6), (0, 227), Verdict.DO_NOT_USE),
        ((49, 100), (0, 227), Verdict.DO_NOT_USE),
        ((50, 100), (0, 227), Verdict.WEAK),
        ((70, 100), (0, 227), Verdict.GOOD_ENOUGH),
    ],
)
def test_the_verdict_follows_the_intervals(
    recall: tuple[int, int], alarms: tuple[int, int], verdict: Verdict
):
    assert judged(recall, alarms).verdict is verdict


def test_when_a_theme_is_rare_many_finds_are_wrong_and_it_is_said():
    estimate = judged((10, 10), (10, 1000))
    low, high = estimate.precision_when_rare
    # Bayes with one in a hundred, by hand, at the ends of both intervals.
    assert low == pytest.approx(0.01 * 0.7225 / (0.01 * 0.7225 + 0.99 * 0.0183), abs=0.003)
    assert high == pytest.approx(0.01 * 1 / (0.01 * 1 + 0.99 * 0.00544), abs=0.003)
    assert "2 to 7 of 10 finds are right" in estimate.text(Language.ENGLISH)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("verdict", [((6, 6), (0, 227)), ((5, 6), (0, 227)), ((1, 6), (0, 227))])
def test_the_estimate_is_said_in_every_language(language: Language, verdict: Any):
    estimate = judged(*verdict)
    text = estimate.text(language)
    said = yaml.safe_load(Path(own.__file__).with_name("own_themes.texts.yaml").read_text("utf-8"))
    assert said[language]["verdict"][estimate.verdict] in text.splitlines()[0]
    assert said[language]["advice"][estimate.verdict] in text
    assert f"{estimate.recall.count} {'of' if language == 'en' else 'av'} 6" in text
    assert not re.search(r"[{}]", text)
    assert said[language]["few"].format(n=6, enough=15) in text
    many = judged((15, 15), (0, 227)).text(language)
    assert said[language]["few"].format(n=15, enough=15) not in many


def test_all_languages_say_the_same_things():
    texts = yaml.safe_load(Path(own.__file__).with_name("own_themes.texts.yaml").read_text("utf-8"))

    def shape(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: shape(value) for key, value in node.items()}
        return {name for _, name, _, _ in Formatter().parse(node) if name}

    assert set(texts) == set(Language)
    assert shape(texts["nb"]) == shape(texts["nn"]) == shape(texts["en"])
    assert set(texts["nb"]["verdict"]) == set(texts["nb"]["advice"]) == set(Verdict)


# The background and the engine


def test_the_background_is_the_codebook_and_answers_of_many_kinds():
    background = shipped_background()
    book = nlp.codebook()
    expected = sum(len(code.examples) for code in book.codes)
    assert len(background.phrases) == expected + sum(len(m.examples) for m in book.meta_codes)
    assert len(background.answers) == 1000
    assert len(set(background.answers)) > 900
    assert all(text.strip() for text in background.answers)
    lengths = [len(text) for text in background.answers]
    assert np.mean(lengths) > np.mean([len(text) for text in background.phrases])


def test_the_command_names_the_line_of_a_mistake(tmp_path: Path):
    file = tmp_path / "egne.yaml"
    file.write_text(written(GOOD | {"phrases": PHRASES[:3]}), "utf-8")
    result = CliRunner().invoke(command, ["try-theme", str(file)])
    assert result.exit_code == 1
    assert "egne.yaml, line 8: O_busskort: `phrases`: write at least six" in result.output


def test_a_phrase_is_read_as_the_engine_reads_a_unit():
    said, cut, blank = engine_embed(["Klubben er bra.", "Klubben er bra.\nBussen er dyr.", " "])
    (unit,) = nlp.load()("Klubben er bra.")._.unit_vectors
    assert said == pytest.approx(unit, abs=1e-5)
    assert np.linalg.norm(cut) == pytest.approx(1, abs=1e-5)
    assert said @ cut > 0.5
    assert not blank.any()


GUIDE = (Path(__file__).parents[2] / "docs" / "codebook.md").read_text("utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def test_the_examples_in_the_guide_are_right():
    change, themes = examples("yaml")
    assert read_own_themes(themes)[0].id == "O_busskort"
    rows = yaml.safe_load(CODEBOOK_FILE.read_text("utf-8"))["history"] + yaml.safe_load(change)
    history = read_history(rows)
    last = history.versions[-1]
    assert list(problems(history, last.version, last.themes)) == []
    (split,) = history.map(["G3_fysisk_helse_rus"], "0.2", "0.3")
    assert split.to == ("G6_kropp", "G7_rus")


def test_the_guide_and_the_command_find_the_theme_with_the_engine_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(own, "ANSWERS", 40)  # fewer than a user gets: reading them takes its time
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(examples("yaml")[1], "utf-8")
    (example,) = examples("python")
    exec(compile(example, "docs/codebook.md", "exec"), {})
    estimate, found = capsys.readouterr().out.strip().rsplit("\n", 1)
    assert found.startswith("[['O_busskort']")
    assert found.endswith(", []]")
    result = CliRunner().invoke(command, ["try-theme", "own.yaml"])
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == estimate
    assert result.stdout.startswith("O_busskort: ")
    assert " av 40 " in result.stdout
