"""What a phone downloads to answer in one language, gzipped; weighed by the frontend's script."""

import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.servers import ROOT, Failed

SCRIPT = ROOT / "frontend" / "scripts" / "weight.mjs"
LINE = re.compile(r"^(\w+) +([\d.]+) kB(?: of (\d+) kB)?", re.MULTILINE)

LABELS = {
    "html": "HTML",
    "javascript": "JavaScript, without texts",
    "messages": "texts of one language, the longest (JSON)",
    "css": "CSS",
    "font": "font",
    "others": "a receipt's words and the icon",
    "invited": "what invited rounds load beside",
    "offline": "what is kept for use without a network: service worker and the other languages",
    "journey": "**the whole journey**",
}

PEERS = {"Formbricks surveys": 52, "SurveyJS, one text question": 356}
"""JavaScript of peers' answering pages in kB gzip: measured elsewhere, only repeated here."""


def main() -> list[str]:
    """Weigh, and return Markdown."""
    parts = weighed()
    javascript = parts["javascript"][0] + parts["messages"][0]
    rows = [
        f"| {label} | {parts[name][0]:.1f} | {parts[name][1] or ''} |"
        for name, label in LABELS.items()
    ]
    peers = [f"| {name} (not measured here) | {weight} |" for name, weight in PEERS.items()]
    return [
        "| | kB, gzip (font: as it is) | limit, kB |",
        "|---|---:|---:|",
        *rows,
        "",
        "| JavaScript on the answering page | kB, gzip |",
        "|---|---:|",
        f"| **Fortell, one language** | {javascript:.1f} |",
        *peers,
        "",
        "The peers' figures were measured elsewhere and earlier, from what the projects publish; "
        "this run only repeats them. They are general form engines; ours is not.",
    ]


def weighed() -> dict[str, tuple[float, str]]:
    """Each kind's weight in kB, and its limit in kB if it has one.

    Raises:
        Failed: the pages are not built, or the script finds them too heavy or changed.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["node", str(SCRIPT)],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"The pages cannot be weighed. Run: make frontend\n{done.stdout}{done.stderr}")
    return {name: (float(kb), limit) for name, kb, limit in LINE.findall(done.stdout)}
