"""`fortell nlp annotate`: errors that help, and a run that can be stopped."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nlp.cli import nlp_group

ROOT = Path(__file__).parents[2]
SECRET = "hemmelig fortelling"


def _run(source: Path, target: Path) -> Result:
    return CliRunner().invoke(
        nlp_group, ["annotate", "--input", str(source), "--output", str(target)]
    )


def _line(identifier: str, text: str = "Klubben er bra. Men dyr.") -> str:
    return json.dumps({"id": identifier, "text": text}, ensure_ascii=False) + "\n"


def test_each_story_becomes_one_line(tmp_path: Path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\ufeff" + _line("b") + "\n" + _line("a", "Kari på NAV 😊"), "utf-8")
    result = _run(source, target)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "2 of 2" in result.stderr
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["b", "a"]
    assert rows[1]["redacted"] == "[NAVN] på NAV 😊"
    assert not (tmp_path / "out.jsonl.partial").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f'{{"id": "1", "text": "{SECRET}"'.encode(), "line 2: not JSON"),
        (f'["{SECRET}"]'.encode(), "line 2: not an object"),
        (f'{{"text": "{SECRET}"}}'.encode(), 'line 2: add the field "id"'),
        (b'{"id": "1"}', 'line 2: add the field "text"'),
        (b'{"id": 1, "text": "a"}', 'line 2: add the field "id" as a string'),
        (b'{"id": "", "text": "a"}', 'line 2: "id" must hold visible characters'),
        (b'{"id": "\\ud800", "text": "a"}', 'line 2: "id" must hold visible characters'),
        (f'{{"id": "0", "text": "{SECRET}"}}'.encode(), 'line 2: "id" occurs before'),
        ('{"id": "1", "text": "å"}'.encode("latin-1"), "line 2: not UTF-8"),
        (b"[" * 100_000, "line 2: not JSON"),
    ],
)
def test_a_bad_line_is_named_and_never_repeated(tmp_path: Path, content: bytes, says: str):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(_line("0").encode() + content + b"\n")
    result = _run(source, target)
    assert result.exit_code == 1
    assert says in result.stderr
    assert SECRET not in result.output
    assert "Traceback" not in result.output
    assert not target.exists()


def test_paths_that_cannot_be_used_are_named(tmp_path: Path):
    source = tmp_path / "in.jsonl"
    assert "in.jsonl does not exist" in _run(source, tmp_path / "out.jsonl").stderr
    source.write_text(_line("1"), "utf-8")
    assert "does not exist" in _run(source, tmp_path / "nowhere" / "out.jsonl").stderr
    assert "is a folder" in _run(tmp_path, tmp_path / "out.jsonl").stderr
    (tmp_path / "folder").mkdir()
    assert "folder is a folder" in _run(source, tmp_path / "folder").stderr


def test_a_foreign_partial_file_is_not_overwritten(tmp_path: Path):
    source, partial = tmp_path / "in.jsonl", tmp_path / "out.jsonl.partial"
    source.write_text(_line("1"), "utf-8")
    partial.write_text("my diary\n", "utf-8")
    assert "Remove it" in _run(source, tmp_path / "out.jsonl").stderr
    assert partial.read_text("utf-8") == "my diary\n"


def test_a_killed_run_continues_to_the_same_result(tmp_path: Path):
    source = tmp_path / "in.jsonl"
    source.write_text("".join(_line(str(i), f"Nummer {i} er bra. Men dyr.") for i in range(200)))
    whole, target = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    partial = tmp_path / "out.jsonl.partial"
    code = "from nlp.cli import nlp_group; nlp_group()"
    command = [sys.executable, "-c", code, "annotate", "--input", str(source), "--output"]
    process = subprocess.Popen([*command, str(target)], cwd=ROOT, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (partial.exists() and partial.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert partial.stat().st_size
    with partial.open("ab") as file:
        file.write(b'{"id": "199", "langu')
    again = subprocess.run([*command, str(target)], cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert "Continuing after" in again.stderr
    assert _run(source, whole).exit_code == 0
    assert target.read_bytes() == whole.read_bytes()
