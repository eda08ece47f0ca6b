"""The page's hints ask for what it will need, and for nothing else."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.collect.hints import preloads

HINT = r"<(/[\w./-]*)>; rel=preload; as=fetch; crossorigin"


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    (folder / "assets").mkdir()
    for name in ("nb-AAAA.json", "nn-BBBB.json", "en-CCCC.json", "svar-nb-DDDD.js"):
        (folder / "assets" / name).touch()
    return folder


def asked(static: Path, code: str, wishes: str) -> list[str]:
    header = preloads(static, code, wishes)
    assert re.fullmatch(rf"{HINT}(, {HINT})*", header)
    return re.findall(HINT, header)


@pytest.mark.parametrize(
    ("wishes", "texts"),
    [
        ("", "nb-AAAA"),
        ("nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6", "nb-AAAA"),
        ("nn-NO,nn;q=0.9", "nn-BBBB"),
        ("no", "nb-AAAA"),
        ("en-GB,en;q=0.9,nn;q=0.5", "nn-BBBB"),
        ("en-GB", "nb-AAAA"),
        ("sv-SE, *", "nb-AAAA"),
        ("../../x", "nb-AAAA"),
    ],
)
def test_the_texts_are_in_the_language_that_the_page_will_choose(
    static: Path, wishes: str, texts: str
) -> None:
    assert asked(static, "", wishes) == [f"/static/assets/{texts}.json"]


@pytest.mark.parametrize("code", ["KAIA26", "kaia26", "kaia-26"])
def test_a_round_is_asked_for_as_the_page_writes_its_code(static: Path, code: str) -> None:
    assert asked(static, code, "nb")[1:] == [f"/api/rounds/{code.upper()}"]


@given(code=st.text(max_size=30), wishes=st.text(max_size=30))
def test_nothing_that_is_sent_makes_a_hint_of_its_own(static: Path, code: str, wishes: str) -> None:
    texts, *rounds = asked(static, code, wishes)
    assert texts in {"/static/assets/nb-AAAA.json", "/static/assets/nn-BBBB.json"}
    assert len(rounds) <= 1
    assert all(re.fullmatch(r"/api/rounds/[A-Z0-9-]+", one) for one in rounds)
