"""The demo municipality: Fjordvik, invented, loaded through the same doors as real answers.

Stories that `narratives/tellers.yaml` names come sealed, with what their tellers say; others raw.
"""

import datetime
import hashlib
import json
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import segno
import yaml

import exports
import nlp
from enumerations import ActionStatus, Attribution, Language
from server import database
from server.act import ledger
from server.collect import inbox, live, proposals, responses, rounds
from server.collect.live import LiveRound
from server.collect.responses import NewResponse
from server.demo import workshop as workshops
from server.demo.items import item_answers
from server.release import service as releases
from server.release import written
from server.settings import Settings
from server.staff.accounts import change_password, create_account
from server.staff.tables import Account
from server.understand import service as understand

HERE = Path(__file__).parent
FIRST, SECOND = "FJORD1", "FJORD2"
ACCOUNT = "demo"
READERS = ("kari", "ola")
QUOTED = range(40, 141)
"""Characters of parts of stories that the readers approve, where nothing has been taken out."""

TELLING = {"G4_diskriminering", "H2_selvtillit_identitet"}
TELLING_WORDS = re.compile(
    r"\b(trans|skeiv|homo|lesbisk|bifil|muslim|kristen|samisk|flykt|døv|blind|rullestol)", re.I
)
"""Themes and words of parts that they leave: those may tell who somebody is."""
WITHOUT_STORY = 84
FIRST_MONTH = {1: 1, 2: 4, 3: 7}
WEEKS = 12
RELEASES = {1: "2026-04-07", 2: "2026-07-07", 3: "2026-10-06"}
CARD = datetime.date(2026, 10, 20)

Say = Callable[[str], None]


def settings_for(settings: Settings, folder: Path) -> Settings:
    """The given settings on the demo's own database; other data or another engine, another file.

    Args:
        settings: host, port and address are taken from here.
        folder: where the demo's database is kept.
    """
    digest = hashlib.sha256(version("fortell").encode() + nlp.model_version().encode())
    for room in (HERE, Path(exports.__path__[0]), Path(nlp.__path__[0])):
        for path in sorted(room.rglob("*.*")):
            if path.suffix in {".jsonl", ".yaml", ".py"}:
                digest.update(path.read_bytes())
    return replace(settings, database=f"sqlite:///{folder}/fjordvik-{digest.hexdigest()[:12]}.db")


async def prepare(settings: Settings, say: Say) -> None:
    """Load the municipality into its database, unless it is there; a half-made one starts anew.

    Args:
        settings: from `settings_for`.
        say: told what happens.
    """
    path = settings.sqlite_path
    assert path is not None  # noqa: S101 - settings_for sets it
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    for old in path.parent.glob("fjordvik-*"):
        old.unlink()
    await database.connect(replace(settings, database=f"sqlite:///{half}"))
    try:
        await database.migrate()
        await load(say)
    finally:
        await database.close()
    half.rename(path)


async def load(say: Say) -> None:
    """Load rounds, answers quarter by quarter with a release after each, and the card."""
    for name in ("fjord1", "fjord2"):
        await rounds.keep(rounds.read(HERE / "rounds" / f"{name}.yaml"))
    people = list(_people())
    for quarter, day in RELEASES.items():
        found = [person for person in people if person["quarter"] == quarter]
        say(f"Quarter {quarter} of 3: {len(found)} invented answers are sent in and read …")
        await _send(found, quarter)
        await understand.annotate_waiting()
        await releases.publish(FIRST, datetime.date.fromisoformat(day))
    await _answer_back()
    await _write_words()


def _people() -> Iterator[dict[str, Any]]:
    stories = [
        json.loads(line)
        for path in sorted((HERE / "narratives").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    said = _said()
    yield from (story | said.get(story["id"], {}) for story in stories)
    keys = sorted({key for story in stories for key in story["services"]})
    for number in range(WITHOUT_STORY):
        yield {
            "id": f"w{number:03}",
            "services": [keys[number % len(keys)]],
            "age_band": ["13-15", "16-17", "18-24"][number % 3],
            "quarter": number // len(keys) % 3 + 1,
            "tone": None,
        }


def _said() -> dict[str, dict[str, Any]]:
    """What tellers say that a story is about, and whether they chose before a proposal, by id."""
    told = yaml.safe_load((HERE / "narratives" / "tellers.yaml").read_text("utf-8"))
    return {
        story: {"themes": themes, "first": themes if asked == "first" else None}
        for asked, stories in told.items()
        for story, themes in stories.items()
    }


async def _send(people: list[dict[str, Any]], quarter: int) -> None:
    rows = []
    for number, person in enumerate(people):
        month = datetime.date(2026, FIRST_MONTH[quarter], 8)
        day = month + datetime.timedelta(weeks=number % WEEKS)
        asked = await live.live_round(FIRST, day)
        rows.append(responses.receive(_response(person, asked), asked, day))
    await inbox.write(rows)
    await inbox.move_all()


def _response(person: dict[str, Any], asked: LiveRound) -> NewResponse:
    service = next(iter(person["services"]), None)
    language = Language.NYNORSK if person.get("variety") == "nn" else Language.BOKMAL
    stories = {person["prompt"]: person["text"]} if "text" in person else {}
    sealed = _sealed(person, stories, language, asked) if "themes" in person else {}
    return msgspec.convert(
        {
            "receipt_hash": hashlib.sha256(secrets.token_bytes(16)).hexdigest(),
            "language": language,
            "services": person["services"],
            "age_band": person["age_band"],
            "stories": {} if sealed else stories,
            "sealed": sealed,
            "answers": item_answers(person["id"], person["tone"], service, person["quarter"]),
        },
        NewResponse,
    )


def _sealed(
    person: dict[str, Any], stories: dict[str, str], language: Language, asked: LiveRound
) -> dict[str, Any]:
    """Stories as a proposal gave them back, with what their teller says of them."""
    made = proposals.propose(proposals.Told(language, stories), asked)
    said = {key: person[key] for key in ("themes", "first")}
    return {
        item: {"text": story.text, "proposed": story.proposed, "seal": story.seal, **said}
        for item, story in made.stories.items()
    }


async def _answer_back() -> None:
    found = await rounds.find(FIRST)
    made = found and await releases.latest(found[0].id)
    if not found or not made:
        raise RuntimeError("The demo's first round has no release.")
    areas = ledger.told(made)
    given = {
        entry["theme"]: ledger.Answer(
            status=ActionStatus(entry["status"]),
            text=entry["text"],
            next_check=entry.get("next_check"),
            owner=entry.get("owner", ""),
            began=entry.get("began"),
            aim=Attribution(entry["aim"]) if "aim" in entry else None,
        )
        for entry in yaml.safe_load((HERE / "actions.yaml").read_text("utf-8"))
    }
    for area in areas:
        for subject in [area.whole] if area.whole else area.themes:
            if subject.id in given:
                await ledger.save(found[0].id, subject.id, given[subject.id], "")
    if missing := await ledger.publish(found[0].id, areas, CARD):
        raise RuntimeError(f"actions.yaml lacks an answer to: {[s.id for s in missing]}")


async def _write_words() -> None:
    """Two invented readers approve some of what is drawn for them; others have written the rest."""
    for name in READERS:
        await create_account(name, secrets.token_urlsafe(12))
    drawn = yaml.safe_load(await written.draw(FIRST, READERS, CARD))
    for quote in drawn["quotes"]:
        whole = len(quote["text"]) in QUOTED and "[" not in quote["text"]
        tells = quote["theme"] in TELLING or TELLING_WORDS.search(quote["text"])
        quote["approved"] = list(READERS) if whole and not tells else []
    words = yaml.safe_load((HERE / "words.yaml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.yaml"
        path.write_text(yaml.safe_dump(words | drawn), "utf-8")
        await written.load(FIRST, path)


async def new_password() -> str:
    """Give the demo's staff account a new password, so that no known one is ever served."""
    password = secrets.token_urlsafe(12)
    if await Account.exists().where(Account.name == ACCOUNT):
        await change_password(ACCOUNT, password)
    else:
        await create_account(ACCOUNT, password)
    return password


class Ready(NamedTuple):
    """A new password of the staff account, and codes of two workshops: to join, and over."""

    password: str
    open: str
    over: str


async def ready() -> Ready:
    """What is made anew, or looked up, each time the demo starts."""
    return Ready(await new_password(), await workshops.open_one(), await workshops.finished())


def announce(settings: Settings, made: Ready, say: Say) -> None:
    """Print where to go.

    Args:
        settings: tells the address.
        made: password and codes.
        say: prints a line.
    """
    url = settings.public_url
    answering, joining = f"{url}/r/{SECOND}", f"{url}/s/{made.open}"
    say(f"""
  Answering page   {answering}
  Report           {url}/rapport/{FIRST}
  What happened    {url}/r/{FIRST}/hva-skjedde
  Workshop         {joining}        big screen: {joining}/skjerm
                   led from {url}/stab/samlinger/{made.open}
  And one's report {url}/stab/samlinger/{made.over}/rapport        sign in first
  Staff pages      {url}/stab        account: {ACCOUNT}   password: {made.password}
""")
    for what, address in (("To answer", answering), ("To join the workshop", joining)):
        say(f"  {what}:\n{_square(address)}\n")
    say("Stop with Ctrl+C. To answer from a phone on the same network, see docs/running.md.")


def _square(address: str) -> str:
    """A QR code in text."""
    code = segno.make(address, micro=False)
    return "\n".join(_half_blocks(list(code.matrix_iter(border=2))))


def _half_blocks(rows: list[Any]) -> Iterator[str]:
    """A QR code in text, two rows a line, dark on light."""
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        yield "  " + "".join(blocks[int(a), int(b)] for a, b in zip(upper, lower, strict=True))
