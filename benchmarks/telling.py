"""What invented young people answer to the demo's second round, and the stories that they tell."""

import json
import random
from typing import Any

from benchmarks.servers import ROOT
from server.demo.items import item_answers

ROUND = ROOT / "server" / "demo" / "rounds" / "fjord2.yaml"
CODE = "FJORD2"
PROMPT = "n1"
"""The story that is told, of those to choose among."""

SERVICES = ("barnevern", "fritidsklubb", "helsestasjon", "nav", "skole")
TONES = ("negative", "mixed", "positive")
AGE_BANDS = ("13-15", "16-17", "18-24")


def answer(rng: random.Random) -> dict[str, Any]:
    """One answer to everything but the story, as the page sends it, without a receipt hash."""
    about = rng.sample(SERVICES, rng.randint(1, 2))
    key = f"benchmark/{rng.random()}"
    return {
        "language": "nb",
        "services": about,
        "age_band": rng.choice(AGE_BANDS),
        "answers": item_answers(key, rng.choice(TONES), about[0], 3),
    }


def stories(rng: random.Random) -> list[str]:
    """All of the demo's invented stories, in random order."""
    folder = ROOT / "server" / "demo" / "narratives"
    lines = [
        line
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    told = [json.loads(line)["text"] for line in lines]
    rng.shuffle(told)
    return told
