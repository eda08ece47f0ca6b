"""What a theme is about, in its tellers' own words: sentences are picked, none is written.

Texts are handed out inside the coding room only; the gate stands elsewhere, not here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from enumerations import Sentiment
from nlp.discovery import CodedUnit, K, rounded
from nlp.phrases import plain_words

WORDS = (4, 40)
"""A unit with fewer or more words cannot stand alone; placeholders are no words."""
RELEVANCE = 0.5
"""Weight of relevance against novelty, lambda of Carbonell and Goldstein 1998."""
_DIGITS = 6  # scores that differ by less are equal, so that ids decide and not the last bit
_POLES = (Sentiment.NEGATIVE, Sentiment.POSITIVE)
_OPPOSITE = dict(zip(_POLES, reversed(_POLES), strict=True))


class TooFew(ValueError):
    """A theme has too few respondents to be summarised. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A unit in its teller's words.

    unit: its id, so that whoever doubts the sentence finds where it stands.
    text: as stored, de-identified, whole.
    sentiment: of the unit.
    respondents: how many speak of the theme in that sentiment, rounded; None below k.
    """

    unit: str
    text: str
    sentiment: Sentiment
    respondents: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A theme's most representative and most dissenting sentences.

    respondents: who speak of the theme, rounded to a multiple of 5.
    sentiments: respondents per sentiment, rounded alike; None below k. A respondent who speaks in
        two sentiments counts in both.
    representative: most typical first, each as unlike those before it as can be.
    dissenting: nearest to the theme's centre first; empty where nobody differs. No respondent has
        two sentences in a summary.
    """

    theme: str
    respondents: int
    sentiments: Mapping[Sentiment, int | None]
    representative: tuple[Sentence, ...]
    dissenting: tuple[Sentence, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Placed:
    """A unit of the theme, with the cosine of its vector to the theme's centre and its weight."""

    unit: CodedUnit
    sentiment: Sentiment
    vector: np.ndarray[tuple[int], np.dtype[np.float64]]
    closeness: float
    weight: float


def summarise(
    units: Iterable[CodedUnit],
    theme: str,
    *,
    k: int = K,
    representative: int = 4,
    dissenting: int = 2,
) -> Summary:
    """Pick the sentences that stand for a theme, and those that speak against most others.

    Representative sentences are chosen by maximal marginal relevance (Carbonell and Goldstein
    1998); relevance is the cosine to the theme's centre times the theme's probability. Dissenting
    sentences are those of the minority sentiment (see `minority`) nearest to the centre: they
    speak of the same matter. The centre is the mean over respondents, each of the same weight.

    A sentence is never taken from a story with a safety flag, nor from one that nobody looked at
    for danger, nor when it cannot stand alone (see `stands_alone`), nor when another respondent's
    sentence with the same words is there already. The order of the units does not matter; equal
    scores are decided by id.

    Args:
        units: coded units, also those without the theme.
        theme: id of the theme.
        k: fewest respondents, 10 or more.
        representative: most sentences to take as typical.
        dissenting: most sentences to take as dissenting.

    Raises:
        TooFew: fewer than k respondents speak of the theme.
        ValueError: k is below 10, or two units have the same id.
    """
    if k < K:
        raise ValueError(f"k is {k}. Give {K} or more: fewer respondents could be recognised.")
    chosen = sorted((u for u in units if theme in dict(u.themes)), key=lambda unit: unit.id)
    if len({unit.id for unit in chosen}) < len(chosen):
        raise ValueError("Two units have the same id. Give every unit an id of its own.")
    tellers = {unit.respondent for unit in chosen}
    if len(tellers) < k:
        raise TooFew(
            f"Fewer than {k} respondents speak of {theme}. Wait for more answers, or choose a "
            "wider theme."
        )
    exact = {
        sentiment: len({u.respondent for u in chosen if u.sentiment == sentiment})
        for sentiment in Sentiment
    }
    counts = {s: rounded(n) if n >= k else None for s, n in exact.items()}
    typical, against = _picked(chosen, theme, exact, representative, dissenting)
    return Summary(
        theme,
        rounded(len(tellers)),
        counts,
        tuple(_sentence(one, counts) for one in typical),
        tuple(_sentence(one, counts) for one in against),
    )


def pick(
    units: Iterable[CodedUnit], theme: str, *, representative: int = 3, dissenting: int = 2
) -> tuple[list[CodedUnit], list[CodedUnit]]:
    """Pick sentences as `summarise` does, of texts that everybody concerned has read already.

    For workshops only, where all who wrote sat in the room: there is no fewest number, and no
    counts come with it. Text of a survey goes through `summarise`.

    Args:
        units: coded units, also those without the theme.
        theme: id of the theme.
        representative: most sentences to take as typical.
        dissenting: most sentences to take as dissenting.

    Returns:
        The typical ones and the dissenting ones, in the order of `Summary`.
    """
    chosen = sorted((u for u in units if theme in dict(u.themes)), key=lambda unit: unit.id)
    if not chosen:
        return [], []
    exact = {s: len({u.respondent for u in chosen if u.sentiment == s}) for s in Sentiment}
    typical, against = _picked(chosen, theme, exact, representative, dissenting)
    return [one.unit for one in typical], [one.unit for one in against]


def _picked(
    chosen: Sequence[CodedUnit],
    theme: str,
    counts: Mapping[Sentiment, int],
    representative: int,
    dissenting: int,
) -> tuple[list[_Placed], list[_Placed]]:
    """Typical and dissenting units; no respondent has two."""
    placed = _place(chosen, theme)
    against = _dissent(placed, counts, dissenting)
    taken = {one.unit.respondent for one in against}
    others = [one for one in placed if one.unit.respondent not in taken]
    return _typical(others, against, representative), against


def stands_alone(text: str) -> bool:
    """Whether a unit can be understood by itself: 4 to 40 words, placeholders not counted.

    Args:
        text: de-identified.
    """
    return WORDS[0] <= len(plain_words(text)) <= WORDS[1]


def minority(
    counts: Mapping[Sentiment, int], nearest: Sentiment | None = None
) -> tuple[Sentiment, ...]:
    """Sentiments that speak against what most say, the clearest opposition first.

    Where most are positive that is negative, then mixed; the other way round where most are
    negative. Where most are neutral or mixed it is whichever of positive and negative is rarer,
    then the other.

    Args:
        counts: respondents per sentiment.
        nearest: sentiment of the most typical unit: what counts as most, where two are equal.
    """
    order = tuple(Sentiment)
    leading = max(order, key=lambda s: (counts.get(s, 0), s == nearest, -order.index(s)))
    if leading in _OPPOSITE:
        return _OPPOSITE[leading], Sentiment.MIXED
    return tuple(sorted(_POLES, key=lambda pole: counts.get(pole, 0)))


def _place(units: Sequence[CodedUnit], theme: str) -> list[_Placed]:
    """The quotable units of a theme, closest to its centre first."""
    vectors = {u.id: np.asarray(u.vector, np.float64) for u in units}
    shares: dict[str, list[CodedUnit]] = {}
    for unit in units:
        shares.setdefault(unit.respondent, []).append(unit)
    voices = [np.mean([vectors[u.id] for u in own], axis=0) for own in shares.values()]
    centre = np.mean(voices, axis=0)
    centre /= max(float(np.linalg.norm(centre)), 1e-9)
    placed = [
        _Placed(
            unit,
            unit.sentiment,
            vectors[unit.id],
            round(float(vectors[unit.id] @ centre), _DIGITS),
            dict(unit.themes)[theme],
        )
        for unit in units
        if unit.sentiment is not None and unit.safe and stands_alone(unit.text)
    ]
    return sorted(placed, key=lambda one: (-one.closeness, one.unit.id))


def _dissent(
    placed: Sequence[_Placed], counts: Mapping[Sentiment, int], most: int
) -> list[_Placed]:
    for sentiment in minority(counts, placed[0].sentiment if placed else None):
        found: list[_Placed] = []
        for one in placed:
            if len(found) < most and one.sentiment == sentiment and _fresh(one, found):
                found.append(one)
        if found:
            return found
    return []


def _typical(placed: Sequence[_Placed], others: Sequence[_Placed], most: int) -> list[_Placed]:
    """Maximal marginal relevance, at most one unit of a respondent."""
    found: list[_Placed] = []
    while len(found) < most:
        left = [one for one in placed if _fresh(one, [*found, *others])]
        if not left:
            break
        found.append(min(left, key=lambda one: (-_marginal(one, found), one.unit.id)))
    return found


def _marginal(one: _Placed, found: Sequence[_Placed]) -> float:
    known = max((0.0, *(float(one.vector @ other.vector) for other in found)))
    score = RELEVANCE * one.weight * one.closeness - (1 - RELEVANCE) * known
    return round(score, _DIGITS)


def _fresh(one: _Placed, found: Sequence[_Placed]) -> bool:
    """Neither the respondent nor the words are there already."""
    words = plain_words(one.unit.text)
    return all(
        one.unit.respondent != other.unit.respondent and words != plain_words(other.unit.text)
        for other in found
    )


def _sentence(one: _Placed, counts: Mapping[Sentiment, int | None]) -> Sentence:
    return Sentence(one.unit.id, one.unit.text, one.sentiment, counts[one.sentiment])
