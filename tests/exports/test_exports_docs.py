"""docs/disclosure.md is true: its examples run, in order, as one program."""

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"


def test_the_examples_of_disclosure_run() -> None:
    text = (DOCS / "disclosure.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(blocks) == text.count("```python") >= 6
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/disclosure.md", "exec"), names)
