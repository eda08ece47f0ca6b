"""What a teller is asked about their own story: "Stemmer dette?". Nothing of it is kept."""

import hashlib
from typing import Annotated

import msgspec

import nlp
from enumerations import Language, RedactionType
from server.collect import seals
from server.collect.answers import Id
from server.collect.live import LiveRound
from server.collect.responses import Story, storable
from server.collect.work import Work
from server.errors import Problem


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """Stories as they were written, by the question that each answers.

    `work` is done for their `digest`: bound to nothing that is sent later.
    """

    language: Language
    stories: Annotated[dict[Id, Story], msgspec.Meta(max_length=10)]
    work: Work | None = None


class Removed(msgspec.Struct):
    """A placeholder in the de-identified text; offsets are code points, the end is exclusive."""

    start: int
    end: int
    type: RedactionType


class Proposed(msgspec.Struct):
    """One story: de-identified, the themes proposed, and the seal to send both with."""

    text: str
    removed: list[Removed]
    proposed: list[str]
    seal: str


class Theme(msgspec.Struct):
    """A theme of the codebook in the teller's language."""

    id: str
    text: str


class Proposals(msgspec.Struct):
    """Proposals of every story that is not blank, and all themes to choose among."""

    stories: dict[str, Proposed]
    themes: list[Theme]


def digest(stories: dict[str, str]) -> str:
    """What work for stories is done for: SHA-256 of each, by id, as id, NUL, text, NUL; in hex."""
    said = "".join(f"{item}\0{text}\0" for item, text in sorted(stories.items()))
    return hashlib.sha256(said.encode()).hexdigest()


def propose(told: Told, live: LiveRound) -> Proposals:
    """De-identify stories, propose themes and seal both.

    Args:
        told: what the page sent.
        live: the round it was sent to.

    Raises:
        Problem: a question is none of the round's.
        nlp.ModelMissing: the language engine cannot be loaded.
    """
    if not live.stories >= told.stories.keys():
        raise Problem(
            400,
            "unknown_item",
            "A story belongs to a question that this round does not ask.",
            "Load the page again and send once more.",
        )
    stories = {
        item: _sealed(item, nlp.propose(storable(text)), live.seal_key)
        for item, text in told.stories.items()
        if text.strip()
    }
    book = nlp.codebook_in_use().codes
    return Proposals(stories, [Theme(code.id, code.label[told.language]) for code in book])


def _sealed(item: str, found: "nlp.Proposal", key: bytes) -> Proposed:
    themes = list(found.themes)
    return Proposed(
        text=found.text,
        removed=[Removed(r.start, r.end, r.type) for r in found.removed],
        proposed=themes,
        seal=seals.seal(key, item, found.text, themes),
    )
