"""A table for national open data, with noise that hides whether any one teller is in it.

Each teller counts once among those who told, and once in each of at most `BOUND` groups of themes,
so that one who comes or goes moves the counts by at most `REACH` together. OpenDP draws the noise
(discrete Laplace) and says which epsilon that gives; no noise is made here. It is drawn once for a
round: whoever could draw again would take the noise away by averaging.
"""

import hashlib
import math
from typing import Any

import polars as pl

from exports.disclosure.catalogue import ALL, Catalogue, Kind
from exports.disclosure.document import History, Release, Status
from exports.disclosure.frame import check_frame
from exports.disclosure.opened import Mentioned, OpenTable
from exports.disclosure.policy import Policy
from exports.errors import OpenTableError
from exports.services import service_classes

BOUND = 3
"""Groups of themes that one teller counts in; which, is drawn from the answer's id alone."""

REACH = BOUND + 1
"""Sensitivity (L1) when one teller comes or goes: the groups, and being one of those who told."""

EPSILON, EPSILON_SENSITIVE = 1.0, 0.5
"""The most that a round can spend, and where one of its services is of a sensitive class."""

LEAST_EPSILON = 0.01
"""Least of all, for 24 000 who have told; with less, counts of fewer would be noise."""

TIMES = 20
"""So many times the error of a count must have told: the error is 5 % of them or less."""

OFF = 0.05
"""How often a count is off by more than its error."""


def open_table(
    frame: pl.DataFrame,
    policy: Policy,
    history: History,
    *,
    series: str,
    published: str,
    epsilon: float | None = None,
) -> OpenTable:
    """Draw the table of a round, or give the one that has been drawn.

    Args:
        frame: as for `exports.release`; everybody who counts.
        policy: as for `exports.release`.
        history: of the round; its latest release must stand.
        series: version of language model and codebook; that of the latest release.
        published: date of the draw, ISO format.
        epsilon: how much to spend; the most that the round can, when left out.

    Raises:
        FrameError: the frame does not fit.
        HistoryError: nothing stands released, or of another series.
        OpenTableError: too few have told, epsilon is out of bounds or another one has been spent,
            or OpenDP is not installed.
    """
    if history.opened:
        return drawn(history, epsilon)
    most = most_epsilon(policy)
    epsilon = most if epsilon is None else epsilon
    if not LEAST_EPSILON <= epsilon <= most:
        raise OpenTableError(
            f"Epsilon must lie between {LEAST_EPSILON} and {most:g} "
            f"({EPSILON_SENSITIVE:g} where a service of the round is of a sensitive class)."
        )
    last = history.latest(series)
    check_frame(frame, policy.catalogue)
    draw, error = measurement(1 + len(policy.catalogue.groups), epsilon)
    if _told(last) < TIMES * error:
        raise OpenTableError(
            f"A count would be off by up to {error}, which is of use where at least "
            f"{TIMES * error} are published to have told a story. Wait, or spend more epsilon."
        )
    told, *found = draw(counts(frame, policy.catalogue))
    groups = zip(policy.catalogue.groups, found, strict=True)
    return OpenTable(
        number=last.number,
        published=published,
        series=series,
        epsilon=epsilon,
        bound=BOUND,
        error=error,
        told=told,
        groups=tuple(Mentioned(group.id, group.label, x) for group, x in groups),
    )


def drawn(history: History, epsilon: float | None) -> OpenTable:
    """Return the table that has been drawn for a round, whatever has come since.

    Raises:
        OpenTableError: there is none, another epsilon is asked for, or the release that it was
            drawn beside is retracted.
    """
    table = history.opened
    if table is None:
        raise OpenTableError("No open table has been drawn for this round.")
    if table.number in history.retracted:
        raise OpenTableError(
            f"The open table was drawn beside release {table.number}, which is retracted. It is "
            "not given any more, and there is no other: what the round could spend is spent."
        )
    if epsilon not in (None, table.epsilon):
        raise OpenTableError(
            f"The open table of this round has been drawn with epsilon {table.epsilon:g}, and "
            "what the round could spend is spent. Leave --epsilon out to get it again."
        )
    return table


def most_epsilon(policy: Policy) -> float:
    """Return the most that a round can spend."""
    classes = service_classes()
    sensitive = any(classes[one.service_class].sensitive for one in policy.catalogue.services)
    return EPSILON_SENSITIVE if sensitive else EPSILON


def counts(frame: pl.DataFrame, catalogue: Catalogue) -> list[int]:
    """Return how many told, and how many of them count in each group of the catalogue."""
    told = frame.filter(pl.col("has_story"))
    if "story_deleted" in frame.columns:
        told = told.filter(~pl.col("story_deleted"))
    group_of = {theme.id: theme.group for theme in catalogue.themes}
    found = dict.fromkeys((group.id for group in catalogue.groups), 0)
    for teller, themes in told.select("id", "themes").iter_rows():
        for group in _clamped(teller, {group_of[theme] for theme in themes}):
            found[group] += 1
    return [told.height, *found.values()]


def _clamped(teller: str, groups: set[str]) -> list[str]:
    """Return at most `BOUND` of a teller's groups, drawn by the answer's id and nothing else."""
    return sorted(groups, key=lambda group: _lot(teller, group))[:BOUND]


def _lot(teller: str, group: str) -> bytes:
    return hashlib.sha256(f"{teller} {group}".encode()).digest()


def measurement(cells: int, epsilon: float) -> tuple[Any, int]:
    """Return OpenDP's measurement of a list of counts, and the error of a count.

    Args:
        cells: how many counts.
        epsilon: what it may spend when one teller comes or goes.

    Raises:
        OpenTableError: OpenDP is not installed, or does not vouch for epsilon.
    """
    try:
        import opendp.prelude as dp
    except ImportError as error:
        raise OpenTableError(
            'An open table needs OpenDP, which is not installed. Run: pip install "fortell[open]"'
        ) from error
    dp.enable_features("contrib")
    atom = dp.atom_domain(T="i64")
    space = dp.vector_domain(atom, size=cells), dp.l1_distance(T="i64")
    scale = dp.binary_search_param(
        lambda scale: dp.m.make_laplace(*space, scale=scale), d_in=REACH, d_out=epsilon
    )
    made: Any = dp.m.make_laplace(*space, scale=scale)
    if not made.map(REACH) <= epsilon:
        raise OpenTableError("OpenDP does not vouch for this epsilon. Choose another.")
    reached = dp.discrete_laplacian_scale_to_accuracy(scale=scale, alpha=OFF)
    return made, math.ceil(reached) - 1  # what is reached in 5 of 100 is passed in no more


def _told(last: Release) -> int:
    """Return how many told a story, as published; 0 where that is hidden."""
    figure = last.by_id[f"{Kind.ANSWERED}/responses/{ALL}"]
    if figure.status is Status.HIDDEN:
        return 0
    return next((count.x for count in figure.categories if count.id == "with_story"), 0)
