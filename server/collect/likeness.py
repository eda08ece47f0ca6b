"""Which stories are nearly the same as many others: texts in, groups out.

Two stories are alike when at least four fifths of the five-word sequences that either has are in
both. Comparing all pairs would take the square of their number; a sequence that two such stories
must share stands among the rarest of each, so that only stories with one of those in common are
compared, and none with more than CANDIDATES others.

Source: Broder, On the resemblance and containment of documents (1997); prefix filtering as in
Xiao et al., Efficient similarity joins for near-duplicate detection (2011).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

SEQUENCE = 5
"""Words in a sequence."""

SHORTEST = 8
"""Words that a story must have: shorter ones are alike by chance."""

LIKE = 0.8
"""Least share of sequences in common, of all that either has (Jaccard)."""

MANY = 6
"""People who must have sent the like for it to be many."""

CANDIDATES = 200
"""Most others that a story is compared with."""

HIDDEN = "…"

Sequences = frozenset[int]

_WORD = re.compile(r"\w+")


class Sent(NamedTuple):
    """A story and who sent it; stories of one sender are not copies of each other."""

    sender: int
    text: str


def sequences(text: str) -> Sequences:
    """The five-word sequences of a text, as numbers; none when it is short."""
    words = _WORD.findall(text.casefold())
    if len(words) < SHORTEST:
        return frozenset()
    return frozenset(_numbered(words))


def _numbered(words: Sequence[str]) -> Iterator[int]:
    """Python's hashes of strings are seeded anew in each process: nobody can aim at them."""
    for start in range(len(words) - SEQUENCE + 1):
        yield hash(" ".join(words[start : start + SEQUENCE]))


def groups(stories: Sequence[Sent]) -> list[list[int]]:
    """Find what many have sent alike.

    Args:
        stories: texts with their senders.

    Returns:
        Places in `stories`, of those that at least MANY senders, its own among them, sent alike;
        those that are alike stand together.
    """
    places: dict[Sequences, list[int]] = defaultdict(list)
    for place, story in enumerate(stories):
        if found := sequences(story.text):
            places[found].append(place)
    kinds = list(places)
    senders = [{stories[place].sender for place in places[kind]} for kind in kinds]
    near = _near(kinds, senders)
    many = [number for number, others in enumerate(near) if _how_many(others, senders) >= MANY]
    return [
        sorted(place for number in group for place in places[kinds[number]])
        for group in _connected(many, near)
    ]


def _how_many(kinds: set[int], senders: list[set[int]]) -> int:
    return len(set().union(*(senders[kind] for kind in kinds)))


def _near(kinds: list[Sequences], senders: list[set[int]]) -> list[set[int]]:
    """For each kind itself and others that are alike, until there are many."""
    common = Counter(chain.from_iterable(kinds))
    rarest = [
        sorted(kind, key=lambda number: (common[number], number))[: _must_share(kind)]
        for kind in kinds
    ]
    with_it: dict[int, list[int]] = defaultdict(list)
    for place, numbers in enumerate(rarest):
        for number in numbers:
            with_it[number].append(place)
    near = []
    for place, numbers in enumerate(rarest):
        found = {place}
        for other in _candidates(place, numbers, with_it):
            if _alike(kinds[place], kinds[other]):
                found.add(other)
                if _how_many(found, senders) >= MANY:
                    break
        near.append(found)
    return near


def _must_share(kind: Sequences) -> int:
    """Of its rarest sequences, how many there are among which one is shared with all its likes."""
    return len(kind) - math.ceil(LIKE * len(kind)) + 1


def _candidates(place: int, numbers: list[int], with_it: dict[int, list[int]]) -> Iterator[int]:
    seen = {place}
    for number in numbers:
        for other in with_it[number]:
            if other not in seen:
                seen.add(other)
                yield other
                if len(seen) > CANDIDATES:
                    return


def _alike(one: Sequences, other: Sequences) -> bool:
    small, large = sorted((len(one), len(other)))
    if small < LIKE * large:
        return False
    both = len(one & other)
    return both >= LIKE * (small + large - both)


def _connected(kinds: list[int], near: list[set[int]]) -> list[list[int]]:
    """Kinds that are alike, over others too, stand in one list."""
    among = set(kinds)
    root = {kind: kind for kind in kinds}

    def top(kind: int) -> int:
        while root[kind] != kind:
            root[kind] = kind = root[root[kind]]
        return kind

    for kind in kinds:
        for other in near[kind] & among:
            root[top(other)] = top(kind)
    joined: dict[int, list[int]] = defaultdict(list)
    for kind in kinds:
        joined[top(kind)].append(kind)
    return list(joined.values())


def shared(texts: Sequence[str]) -> str:
    """What many have in common, in the words of one of them; what fewer wrote is left out.

    Args:
        texts: a group's, one for each sender.
    """
    common = Counter(chain.from_iterable(sequences(text) for text in texts))
    text, _ = max(Counter(texts).items(), key=lambda pair: (pair[1], pair[0]))
    words = list(_WORD.finditer(text))
    told: set[int] = set()
    for start, number in enumerate(_numbered([word[0].casefold() for word in words])):
        if common[number] >= MANY:
            told.update(range(start, start + SEQUENCE))
    return _with_gaps(text, words, told)


def _with_gaps(text: str, words: list[re.Match[str]], told: set[int]) -> str:
    parts: list[str] = []
    for number, word in enumerate(words):
        if number in told:
            follows = number + 1 in told
            end = words[number + 1].start() if follows else word.end()
            parts.append(text[word.start() : end])
        elif not parts or parts[-1] != f" {HIDDEN} ":
            parts.append(f" {HIDDEN} ")
    return "".join(parts).strip()
