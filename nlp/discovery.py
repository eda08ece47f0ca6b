"""New themes: what units that no theme explains have in common.

A proposal is for a person, who accepts, renames or rejects it; nothing here is published by
itself. Texts of units are handed out inside the coding room only, so a proposal holds ids, and
key phrases that at least five respondents share. The gate stands elsewhere, not here.

Needs scikit-learn, which is imported when it is used.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from enumerations import Sentiment
from nlp.codebook import codebook
from nlp.codebook.in_use import own_themes
from nlp.phrases import key_phrases, plain_words

if TYPE_CHECKING:
    from spacy.tokens import Doc

Matrix = npt.NDArray[np.float64]

K = 10
"""Fewest respondents that anything may be said of; the same as in docs/disclosure.md."""
BASE = 5
"""Counts of respondents are rounded to a multiple of this, as those that are published."""
SURE = 0.5
"""A theme explains a unit when its calibrated probability is at least this."""
SHORTEST = 4
"""Words that a unit needs to tell of something; "vet ikke" and "dritbra" do not."""
SAME = 0.75
"""Cosine of two centroids that are the same cluster, before and after data was added."""
STABLE = 0.6
"""Jaccard similarity that a cluster must keep when a fifth of the respondents is left out."""

_FOLDS = 5
_ECHO = 0.9  # cosine above which a respondent says the same thing again
_WIDTH = 32  # dimensions that are clustered
_NEIGHBOURS = 15  # most neighbours whose mean a unit is moved to
_CORE = 0.7  # cosine to a cluster's centre, after the move, that a unit of it has
_REACH = 0.3  # cosine above which a unit is a neighbour
_DENSITY = 5  # neighbours that make a place dense, min_samples of HDBSCAN
_SHOWN = 3
_DIGITS = 4


@dataclass(frozen=True, eq=False, slots=True)
class CodedUnit:
    """A unit of meaning as the engine coded it.

    respondent: whose it is; only ever counted, never handed out.
    id: of the unit; no two units share one.
    text: de-identified.
    vector: float of shape (384,), length one: its row of `doc._.unit_vectors`.
    themes: (id, calibrated probability) of the themes above their thresholds.
    sentiment: None where nothing was predicted.
    flags: safety flags of its story; None where nobody looked, which is as if it had one.
    """

    respondent: str
    id: str
    text: str
    vector: npt.NDArray[np.floating[Any]]
    themes: tuple[tuple[str, float], ...]
    sentiment: Sentiment | None
    flags: tuple[str, ...] | None

    @property
    def safe(self) -> bool:
        """Whether its story was looked at for danger and nothing was found."""
        return self.flags is not None and not self.flags


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is kept of a proposal until the next run: no text, no unit, nobody's answer.

    centroid: (384,), length one; comparable only with vectors of the same model version.
    """

    id: str
    centroid: tuple[float, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cluster for a person to accept, rename or reject.

    id: the same as long as the cluster is, see `keep_ids`.
    phrases: the words that set it apart, best first; each said by five of its respondents.
    respondents: how many speak of it: at least k, then rounded to a multiple of 5.
    of: how many respondents were looked at, rounded alike.
    stability: mean Jaccard similarity, 0 to 1, with the cluster that is found when a fifth of the
        respondents is left out.
    representative: ids of the units nearest to its centre, of different respondents.
    units: ids of its units, without those in which a respondent repeats one of them.
    centroid: mean over its respondents, (384,), length one.
    """

    id: str
    phrases: tuple[str, ...]
    respondents: int
    of: int
    stability: float
    representative: tuple[str, ...]
    units: tuple[str, ...]
    centroid: tuple[float, ...]

    def remembered(self) -> Earlier:
        """What to keep, so that the next run knows it again."""
        return Earlier(self.id, self.centroid, self.phrases)


def coded_units(doc: "Doc", respondent: str, ids: Sequence[str]) -> list[CodedUnit]:
    """Units of a document that went through `nlp.load()`.

    Args:
        doc: an annotated document.
        respondent: whose story it is.
        ids: one for each unit.

    Raises:
        ValueError: there are not as many ids as units.
    """
    return [
        CodedUnit(
            respondent,
            identifier,
            doc._.redacted[slice(*span)],
            vector,
            tuple((theme["id"], theme["p"]) for theme in unit["themes"] or ()),
            Sentiment(unit["sentiment"]) if unit["sentiment"] else None,
            tuple(doc._.safety),
        )
        for identifier, unit, span, vector in zip(
            ids, doc._.units, doc._.unit_spans, doc._.unit_vectors, strict=True
        )
    ]


def read_earlier(text: str) -> list[Earlier]:
    """Read what `write_earlier` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        return [
            Earlier(str(one["id"]), tuple(map(float, one["centroid"])), tuple(one["phrases"]))
            for one in json.loads(text)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            "These are no earlier proposals. Give the file of an earlier run."
        ) from error


def write_earlier(proposals: Iterable[Proposal], earlier: Iterable[Earlier]) -> str:
    """What the next run needs to know, as JSON: this run's proposals and those not found again."""
    kept = {old.id: old for old in earlier} | {new.id: new.remembered() for new in proposals}
    return json.dumps([asdict(one) for _, one in sorted(kept.items())], ensure_ascii=False) + "\n"


def discover(
    units: Iterable[CodedUnit], earlier: Sequence[Earlier] = (), *, k: int = K
) -> list[Proposal]:
    """Find what units that no theme explains have in common.

    Units of flagged stories are left out: a safety flag is never a theme. What a respondent says
    again in nearly the same words is heard once. Vectors are whitened by how units of one theme
    differ among themselves (within-class covariance normalisation, Hatch and others 2006), which
    takes out how something is said and leaves what; each is moved to the mean of its neighbours
    (one step of mean shift, Fukunaga and Hostetler 1975) and clustered (HDBSCAN, Campello and
    others 2013). A cluster is offered when at least k respondents are in it, when it is found
    again without each fifth of the respondents (Hennig 2007), and when five of its respondents
    share a phrase that can name it. Whatever is smaller is dropped, and counted nowhere.

    The order of the units does not matter, and the same units give the same proposals.

    Args:
        units: all coded units of what is looked at, also those that a theme explains.
        earlier: all proposals of earlier runs with the same model version, also those that were
            rejected or are not found any more; their ids are used again.
        k: fewest respondents, 10 or more; 15 for sensitive classes of service.

    Returns:
        Proposals, those with most respondents first.

    Raises:
        ValueError: k is below 10, two units or two earlier proposals have the same id, or vectors
            are not of one length.
    """
    everyone = _ordered(units, k)
    usable = [u for u in everyone if u.safe and 0.5 < np.linalg.norm(u.vector) < 2]
    heard = _without_echoes([u for u in usable if not explained(u) and _tells(u)])
    if len({unit.respondent for unit in heard}) < k:
        return []
    places = _places(heard, [u for u in usable if explained(u)])
    clusters = _stable_clusters(heard, places, k)
    members = [[heard[i] for i in rows] for rows, _ in clusters]
    phrases = key_phrases(members, _others(everyone, members))
    of = rounded(len({unit.respondent for unit in everyone}))
    proposals = [
        _proposal(found, words, stability, of)
        for found, words, (_, stability) in zip(members, phrases, clusters, strict=True)
        if words
    ]
    return keep_ids(proposals, earlier)


def explained(unit: CodedUnit) -> bool:
    """Whether a theme surely explains a unit, or an own one does; general praise does not."""
    meta = {code.id for code in codebook().meta_codes}
    own = {theme.id for theme in own_themes()}
    return any(theme in own or (theme not in meta and p >= SURE) for theme, p in unit.themes)


def rounded(count: int) -> int:
    """The nearest multiple of 5, halves up: how counts of respondents are stated."""
    return (2 * count + BASE) // (2 * BASE) * BASE


def keep_ids(proposals: Sequence[Proposal], earlier: Sequence[Earlier]) -> list[Proposal]:
    """Give clusters that were there before the ids they had.

    The two nearest centroids are matched first, then the next two that are left, one to one, as
    long as their cosine is at least `SAME`: what hardly moved never loses its id to what did.

    Args:
        proposals: of this run.
        earlier: of earlier runs, also those that were rejected.

    Returns:
        The proposals, those with most respondents first.

    Raises:
        ValueError: two earlier proposals have the same id, or centroids are not of one length.
    """
    taken = {old.id for old in earlier}
    if len(taken) < len(earlier):
        raise ValueError("Two earlier proposals have the same id. Give each only once.")
    centroids = [*(new.centroid for new in proposals), *(old.centroid for old in earlier)]
    if len(set(map(len, centroids))) > 1:
        raise ValueError(
            "Centroids are not of one length. Leave out proposals of another model version."
        )
    pairs = sorted(
        (-round(_cosine(new.centroid, old.centroid), _DIGITS), old.id, new.id, number)
        for number, new in enumerate(proposals)
        for old in earlier
    )
    names: dict[int, str] = {}
    for distance, old_id, _, number in pairs:
        if -distance >= SAME and number not in names and old_id not in names.values():
            names[number] = old_id
    named = []
    for number, proposal in enumerate(proposals):
        name = names.get(number) or _unused(proposal.id, taken)
        taken.add(name)
        named.append(replace(proposal, id=name))
    return sorted(named, key=lambda one: (-one.respondents, one.id))


def _ordered(units: Iterable[CodedUnit], k: int) -> list[CodedUnit]:
    """Units in an order of their own, so that the one they came in cannot matter."""
    ordered = sorted(units, key=lambda unit: (unit.text, unit.respondent, unit.id))
    if k < K:
        raise ValueError(f"k is {k}. Give {K} or more: fewer respondents could be recognised.")
    if len({unit.id for unit in ordered}) < len(ordered):
        raise ValueError("Two units have the same id. Give every unit an id of its own.")
    if len({np.shape(unit.vector) for unit in ordered}) > 1:
        raise ValueError("Vectors are not of one length. Use those of one model version.")
    return ordered


def _tells(unit: CodedUnit) -> bool:
    return len(plain_words(unit.text)) >= SHORTEST


def _without_echoes(units: Sequence[CodedUnit]) -> list[CodedUnit]:
    """Units less those that say again what the same respondent said: one voice cannot be dense."""
    own: dict[str, list[CodedUnit]] = {}
    for unit in units:
        said = own.setdefault(unit.respondent, [])
        if all(float(unit.vector @ other.vector) < _ECHO for other in said):
            said.append(unit)
    kept = {unit.id for said in own.values() for unit in said}
    return [unit for unit in units if unit.id in kept]


def _places(units: Sequence[CodedUnit], known: Sequence[CodedUnit]) -> Matrix:
    """Where units lie, by what they speak of: (units, at most 32), each row of length one."""
    vectors = _matrix(units)
    if known:
        vectors = vectors @ _whitening(known)
    vectors = _unit_length(vectors)
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    return _unit_length(vectors @ directions[:, -_WIDTH:])


def _whitening(known: Sequence[CodedUnit]) -> Matrix:
    """Shrinks the directions in which units of one theme differ, (384, 384)."""
    by_theme: dict[str, list[CodedUnit]] = {}
    for unit in known:
        theme, _ = max(unit.themes, key=lambda item: (item[1], item[0]))
        by_theme.setdefault(theme, []).append(unit)
    differences = np.concatenate([m - m.mean(axis=0) for m in map(_matrix, by_theme.values())])
    within = differences.T @ differences / len(differences)
    width = len(within)
    shrunk = within + (np.trace(within) / width + 1e-9) * np.eye(width)
    values, directions = np.linalg.eigh(shrunk)
    result: Matrix = directions / np.sqrt(values)
    return result


def _stable_clusters(
    units: Sequence[CodedUnit], places: Matrix, k: int
) -> list[tuple[list[int], float]]:
    """Rows of each cluster and its stability; only clusters that are large and stable."""
    clusters = [
        rows for rows in _cluster(places, k) if len({units[row].respondent for row in rows}) >= k
    ]
    fold = np.array([zlib.crc32(unit.respondent.encode()) % _FOLDS for unit in units])
    agreement = np.zeros((len(clusters), _FOLDS))
    for left_out in range(_FOLDS):
        kept = np.flatnonzero(fold != left_out)
        again = _cluster(places[kept], k * (_FOLDS - 1) // _FOLDS)
        found = [set(kept[rows].tolist()) for rows in again]
        for number, rows in enumerate(clusters):
            there = {row for row in rows if fold[row] != left_out}
            agreement[number, left_out] = max(
                (len(there & other) / len(there | other) for other in found), default=0.0
            )
    means = agreement.mean(axis=1).tolist()
    return [
        (rows, round(mean, 2)) for rows, mean in zip(clusters, means, strict=True) if mean >= STABLE
    ]


def _cluster(places: Matrix, size: int) -> list[list[int]]:
    """Rows of each cluster that HDBSCAN finds; of the one there is, where there is only one."""
    from sklearn.cluster import HDBSCAN

    if len(places) < max(size, _DENSITY):
        return []
    moved = _towards_neighbours(places)
    for single in (False, True):
        labels = HDBSCAN(
            min_cluster_size=size, min_samples=_DENSITY, allow_single_cluster=single, copy=True
        ).fit_predict(moved)
        if labels.max() >= 0:
            break
    if labels.max() < 0:
        return []
    # HDBSCAN counts what falls out of a cluster later on, and only the core of a single one.
    centres = [moved[labels == label].mean(axis=0) for label in range(labels.max() + 1)]
    closeness = moved @ _unit_length(np.stack(centres)).T
    nearest = np.where(closeness.max(axis=1) >= _CORE, closeness.argmax(axis=1), -1)
    return [np.flatnonzero(nearest == label).tolist() for label in range(len(centres))]


def _towards_neighbours(places: Matrix) -> Matrix:
    """Each place moved to the mean of its neighbours, itself among them."""
    from sklearn.neighbors import NearestNeighbors

    count = min(_NEIGHBOURS, len(places) - 1)
    distances, near = NearestNeighbors(n_neighbors=count).fit(places).kneighbors()
    close = 1 - distances**2 / 2 >= _REACH
    return _unit_length(places + np.einsum("uk,ukd->ud", close, places[near]))


def _proposal(
    units: Sequence[CodedUnit], phrases: tuple[str, ...], stability: float, of: int
) -> Proposal:
    voices: dict[str, list[CodedUnit]] = {}
    for unit in units:
        voices.setdefault(unit.respondent, []).append(unit)
    means = np.stack([_matrix(own).mean(axis=0) for own in voices.values()])
    centre = _unit_length(means.mean(axis=0)[None])[0]
    nearest = sorted(units, key=lambda u: (-round(float(u.vector @ centre), _DIGITS), u.id))
    first_of_each: dict[str, str] = {}
    for unit in nearest:
        first_of_each.setdefault(unit.respondent, unit.id)
    shown = tuple(first_of_each.values())[:_SHOWN]
    return Proposal(
        _derived_id(shown[0]),
        phrases,
        rounded(len(voices)),
        of,
        stability,
        shown,
        tuple(sorted(unit.id for unit in units)),
        tuple(round(float(value), _DIGITS) for value in centre),
    )


def _derived_id(name: str) -> str:
    """An id that the same name always gives, and that does not tell the name."""
    return f"ny-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _unused(name: str, taken: set[str]) -> str:
    while name in taken:
        name = _derived_id(name)
    return name


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.dot(a, b)) / max(lengths, 1e-9)


def _matrix(units: Sequence[CodedUnit]) -> Matrix:
    return np.stack([np.asarray(unit.vector, np.float64) for unit in units])


def _unit_length(rows: Matrix) -> Matrix:
    result: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return result


def _others(units: Sequence[CodedUnit], clusters: Sequence[Sequence[CodedUnit]]) -> list[CodedUnit]:
    inside = {unit.id for members in clusters for unit in members}
    return [unit for unit in units if unit.id not in inside]
