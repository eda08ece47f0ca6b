"""`fortell nlp evaluate`: formats told apart, figures that are right, errors that say where."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.cli import nlp_group
from nlp.evaluation.figures import figure, macro_f1, micro_f1, one_hot
from nlp.evaluation.files import Narrative, Review, Span, Tagged, Unreadable, read

NARRATIVE = {
    "id": "1",
    "variety": "nb-uformell",
    "service": "nav",
    "age_band": "18-24",
    "text": "venta i tre uker. ho Guri var grei",
    "sentences": [
        {
            "start": 0,
            "end": 17,
            "text": "venta i tre uker.",
            "themes": ["C2_ventetid"],
            "sentiment": "negative",
            "attribution": "situasjon",
            "change": "ikke_nevnt",
            "utterance": "kritikk",
        },
        {
            "start": 18,
            "end": 34,
            "text": "ho Guri var grei",
            "themes": ["A1_relasjon_tillit"],
            "sentiment": "positive",
            "attribution": "relasjon",
            "change": "ikke_nevnt",
            "utterance": "ros",
        },
    ],
    "pii": [{"start": 21, "end": 25, "text": "Guri", "type": "PERSON"}],
    "safety": [],
}
REVIEW = {"id": "1", "text": "Filmen er strålende .", "label": "positive"}
TAGGED = {
    "lang": "nob",
    "tokens": ["Kari", "Tveit", "bor", "i", "Norge", "."],
    "tags": ["B-PER", "I-PER", "O", "O", "B-GPE_LOC", "O"],
}


def _file(folder: Path, name: str, *rows: object) -> Path:
    path = folder / name
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, "utf-8")
    return path


def test_formats_are_told_apart_by_their_fields(tmp_path: Path) -> None:
    (narrative,) = read(_file(tmp_path, "h1.jsonl", NARRATIVE))
    assert isinstance(narrative, Narrative)
    assert (narrative.hand, narrative.pii) == ("h1", (Span(21, 25, "PERSON"),))
    mixed = {**REVIEW, "label": ["Positive", "Negative"]}
    reviews = read(_file(tmp_path, "norec.jsonl.gz", REVIEW, mixed))
    assert [r.sentiment for r in reviews if isinstance(r, Review)] == ["positive", "mixed"]
    (tagged,) = read(_file(tmp_path, "norne.jsonl", TAGGED))
    assert isinstance(tagged, Tagged)
    assert tagged.entities == (Span(0, 10, "PER"), Span(17, 22, "LOC"))


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        "{}",
        json.dumps({**REVIEW, "label": "happy"}),
        json.dumps({**TAGGED, "tags": ["O"]}),
        json.dumps({**NARRATIVE, "safety": ["S_ukjent"]}),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    file = _file(tmp_path, "data.jsonl", REVIEW)
    file.write_text(file.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(Unreadable, match=r"data\.jsonl, line 2"):
        read(file)
    result = CliRunner().invoke(nlp_group, ["evaluate", str(file)])
    assert result.exit_code == 1
    assert "line 2" in result.output


def test_a_broken_archive_is_named(tmp_path: Path) -> None:
    file = _file(tmp_path, "data.jsonl.gz", REVIEW)
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(Unreadable, match=r"data\.jsonl\.gz"):
        read(file)


def test_the_command_measures_every_format_and_writes_the_card(tmp_path: Path) -> None:
    files = [
        _file(tmp_path, "h1.jsonl", NARRATIVE, {**NARRATIVE, "safety": ["S_omsorgssvikt"]}),
        _file(tmp_path, "norec.jsonl", REVIEW),
        _file(tmp_path, "norne.jsonl", TAGGED),
    ]
    card = tmp_path / "card.md"
    result = CliRunner().invoke(
        nlp_group, ["evaluate", *map(str, files), "--card", str(card), "--title", "Hand one"]
    )
    assert result.exit_code == 0, result.output
    for measure in ("themes micro-F1", "NoReC sentence", "NorNE entities", "redaction precision"):
        assert measure in result.output
    assert "nb-uformell" in result.output
    assert "## Hand one" in card.read_text("utf-8")
    assert "Guri" not in result.output + card.read_text("utf-8")


matrices = st.integers(1, 12).flatmap(
    lambda rows: st.tuples(
        *[st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=rows, max_size=rows)]
        * 2
    )
)


@settings(deadline=None)
@given(matrices)
def test_f1_is_what_sklearn_says(pair: tuple[list[list[bool]], list[list[bool]]]) -> None:
    from sklearn.metrics import f1_score

    true, said = (np.array(side, dtype=bool) for side in pair)
    wanted = f1_score(true, said, average="micro", zero_division=0)
    assert micro_f1(true, said) == pytest.approx(wanted)
    kept = true.any(axis=0)
    if kept.any():
        columns = np.flatnonzero(kept)
        each = [f1_score(true[:, i], said[:, i], zero_division=0) for i in columns]
        assert macro_f1(true, said) == pytest.approx(np.mean(each))


def test_an_interval_holds_its_figure_and_draws_whole_stories() -> None:
    true = one_hot(["a"] * 30 + ["b"] * 30, ["a", "b"])
    said = one_hot(["a"] * 20 + ["b"] * 40, ["a", "b"])
    alone = figure(macro_f1, true, said)
    assert alone.low <= alone.value <= alone.high
    together = figure(macro_f1, true, said, [i // 10 for i in range(60)])
    assert together.high - together.low > alone.high - alone.low
