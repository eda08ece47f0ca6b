"""Stories for research: of tellers who said that researchers may read theirs, and in company.

What comes is text without names, and the themes of its parts; never scales, age or a teller's
other stories. A service is told only where at least k tellers of it are in the file; others stay
out. From one file to the next nobody comes or goes alone: where fewer than k of a service would,
those who came wait, and those who left take others with them, who do not come back.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO

import polars as pl

from exports.disclosure.catalogue import ALL, Kind
from exports.disclosure.document import History, Release, Shared
from exports.disclosure.microdata import NONE, SEVERAL
from exports.disclosure.policy import Policy
from exports.errors import StoriesError
from exports.instruments import Text

TELLS_THEMES = (f"{Kind.GROUP}/", f"{Kind.THEME}/")


class Layer(StrEnum):
    """Who says that a story is about something; kept apart and never mixed."""

    MACHINE = "machine"
    TELLER = "teller"
    HUMAN = "human"


@dataclass(frozen=True, order=True)
class Coding:
    """A theme that somebody finds in a story, from `start` to before `end` (code points)."""

    start: int
    end: int
    theme: str
    layer: Layer


@dataclass(frozen=True)
class Told:
    """A story as it is kept, of a teller who said that researchers may read it.

    Args:
        teller: id of the respondent, as in a frame.
        services: keys of those that the answer is about.
        text: de-identified.
        codings: what it is about; a whole story's begin at 0 and end with the text.
    """

    teller: str
    services: tuple[str, ...]
    text: str
    codings: tuple[Coding, ...] = ()


@dataclass(frozen=True)
class Code:
    """A theme of the codebook: id, id of its group, label and definition per language."""

    id: str
    group: str
    label: Text
    definition: str


@dataclass(frozen=True)
class Story:
    """A story that may leave; `service` is a key, "+" for several or "" for none."""

    service: str
    text: str
    codings: tuple[Coding, ...]


@dataclass(frozen=True)
class Stories:
    """Stories that may leave, in an order that follows from their words and from nothing else.

    Args:
        number: of the release that they are beside.
        tellers: how many tellers they come from.
        left_out: services of which too few tellers agreed.
        groups: label per language by group of themes.
        codes: the codebook.
        services: name per language by key.
        shared: for the history; it is guarded and in no file.
    """

    number: int
    published: str
    series: str
    k: int
    tellers: int
    left_out: tuple[str, ...]
    groups: tuple[tuple[str, Text], ...]
    codes: tuple[Code, ...]
    services: tuple[tuple[str, Text], ...]
    stories: tuple[Story, ...]
    shared: Shared = field(compare=False, repr=False)

    def members_to_bytes(self) -> bytes:
        """Return whose stories they are as Parquet bytes, to be stored as carefully as answers."""
        buffer = BytesIO()
        self.shared.members.write_parquet(buffer)
        return buffer.getvalue()


def collect(
    told: Sequence[Told],
    codes: Sequence[Code],
    policy: Policy,
    history: History,
    *,
    series: str,
    published: str,
) -> Stories:
    """Choose the stories that may leave.

    Args:
        told: every story whose teller agreed and has not withdrawn, that has not been deleted.
        codes: the codebook that the codings name.
        policy: the same as for the release.
        history: every release, data set and file of stories so far.
        series: version of language model and codebook; that of the latest release.
        published: date of the file, ISO format.

    Raises:
        HistoryError: nothing stands released, or of another series.
        StoriesError: too few agreed, or a data set tells themes, so that stories could be put
            beside the rows that they belong to.
    """
    last = _latest(history, series)
    counted = frozenset(last.everybody())
    classes = {one.teller: _class(one) for one in told if one.teller in counted}
    chosen = _chosen(classes, policy, history.shared)
    if not chosen:
        raise StoriesError(
            f"Fewer than {policy.threshold(ALL)} tellers of any service have agreed. Wait until "
            "more have, and release again."
        )
    stories = [
        Story(classes[one.teller], one.text, tuple(sorted(set(one.codings))))
        for one in told
        if one.teller in chosen
    ]
    members = pl.DataFrame(
        sorted((teller, classes[teller]) for teller in chosen),
        schema={"id": pl.String, "service": pl.String},
        orient="row",
    )
    catalogue = policy.catalogue
    named = tuple((entry.key, entry.name) for entry in catalogue.services)
    there = {classes[teller] for teller in chosen}
    return Stories(
        number=last.number,
        published=published,
        series=series,
        k=policy.threshold(ALL),
        tellers=len(chosen),
        left_out=tuple(sorted({key for key, _ in named} - there)),
        groups=tuple((group.id, group.label) for group in catalogue.groups),
        codes=tuple(codes),
        services=named,
        stories=tuple(sorted(stories, key=_order)),
        shared=Shared(last.number, published, members),
    )


def _latest(history: History, series: str) -> Release:
    last = history.latest(series)
    if any(
        column.startswith(TELLS_THEMES) for old in history.exports for column in old.members.columns
    ):
        raise StoriesError(
            "A data set of this round tells themes, and stories could be put beside its rows. "
            "Stories of this round cannot be taken out."
        )
    return last


def _class(told: Told) -> str:
    if len(told.services) > 1:
        return SEVERAL
    return told.services[0] if told.services else NONE


def _chosen(classes: dict[str, str], policy: Policy, shared: Sequence[Shared]) -> frozenset[str]:
    """Tellers whose stories may leave, service by service, and of each those who came together."""
    files = [dict(old.members.iter_rows()) for old in shared]
    last = files[-1] if files else {}
    first: dict[str, int] = {}
    for number, old in enumerate(files):
        first |= {teller: number for teller in old if teller not in first}
    known = {entry.key for entry in policy.catalogue.services}
    chosen: set[str] = set()
    for name in {*classes.values(), *last.values()}:
        least = policy.threshold(name if name in known else ALL)
        now = {teller for teller, new in classes.items() if new == name}
        for number in range(len(files)):
            then = {one for one, old in last.items() if old == name and first[one] == number}
            chosen |= _staying(then, now, least)
        came = now - first.keys()
        seen = any(name in old.values() for old in files)
        chosen |= came if len(came) >= (2 * least - 1 if seen else least) else set()
    return frozenset(chosen)


def _staying(then: Set[str], now: Set[str], least: int) -> Set[str]:
    """Who of those that came together stays: nobody leaves in smaller company than `least`.

    Who goes along with those that left follows from ids, which nobody outside has.
    """
    gone = len(then - now)
    along = max(0, least - gone) if gone else 0
    kept = set(sorted(now & then, key=_mark)[along:])
    return kept if len(kept) >= least else set()


def _order(story: Story) -> tuple[str, str]:
    return _mark(story.text), repr((story.service, story.codings))


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sizes(stories: Stories) -> Counter[str]:
    """How many stories there are by service, "+" for several and "" for none."""
    return Counter(story.service for story in stories.stories)
