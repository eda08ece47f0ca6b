"""`python -m benchmarks [NAME …]`: measure all or some, and write benchmarks/RESULTS.md."""

import datetime
import importlib
import os
import platform
import re
import sys
import time
from pathlib import Path

import psutil

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLES = {
    "answers": "Answers a second",
    "phones": "Five hundred phones behind one address",
    "workshop": "Five hundred phones in one workshop",
    "annotate": "Reading stories",
    "release": "The gate",
    "report": "Report pages",
    "weight": "Weight of the answering page",
    "speed": "Speed of the answering page",
}
INTRODUCTION = """# Results

Written by `python -m benchmarks`; what each figure means stands in [README.md](README.md).
"""


def main(names: list[str]) -> int:
    """Measure; a measurement that fails leaves its old section as it is.

    Args:
        names: which; all when empty.

    Returns:
        Exit status.
    """
    unknown = [name for name in names if name not in TITLES]
    if unknown:
        print(f"No benchmark is called {unknown[0]}. Choose among: {', '.join(TITLES)}.")
        return 2
    failed = 0
    sections = read(RESULTS)
    for name in names or TITLES:
        print(f"{name} …", file=sys.stderr)
        start = time.monotonic()
        try:
            lines = importlib.import_module(f"benchmarks.{name}").main()
        except Exception as error:
            print(f"{name} failed ({type(error).__name__}): {error}", file=sys.stderr)
            failed = 1
            continue
        sections[name] = section(name, lines)
        RESULTS.write_text(page(sections), encoding="utf-8")
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    print(f"Written: {RESULTS.parent.name}/{RESULTS.name}", file=sys.stderr)
    return failed


def section(name: str, lines: list[str]) -> str:
    """One measurement's part of the page, with the machine that it ran on."""
    return "\n".join([f"`python -m benchmarks {name}`. {machine()}", "", *lines])


def machine() -> str:
    """Date and kind of machine; nothing that tells which."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{datetime.datetime.now(datetime.UTC).date()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB memory, {platform.system()}, Python {platform.python_version()}."
    )


def read(file: Path) -> dict[str, str]:
    """Sections of an earlier page, by name."""
    text = file.read_text("utf-8") if file.exists() else ""
    names = {title: name for name, title in TITLES.items()}
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return {
        names[title]: body.strip()
        for title, body in zip(parts[::2], parts[1::2], strict=True)
        if title in names
    }


def page(sections: dict[str, str]) -> str:
    """The page with its sections in order."""
    parts = [
        f"## {title}\n\n{sections[name]}\n" for name, title in TITLES.items() if name in sections
    ]
    return "\n".join([INTRODUCTION, *parts])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
