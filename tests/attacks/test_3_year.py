"""A year of monthly releases, attacked by somebody who has the documents and nothing else.

The attacker knows who came in which month and to which service, and wants to know what they said.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
import polars as pl
import pytest

from enumerations import Language, Level
from exports import Area, Figure, History, Policy, Release, Status, release
from exports.disclosure.catalogue import Catalogue, Kind
from exports.messages import messages
from exports.report.view import View
from tests.attacks.year import MONTHS, catalogue, monthly, seen, year

ASKED = ("mt1", "vekst6_1", "lt1")
FEW = "A"
K = 10
OFFICES = ("o1", "o2", "o3")
AREAS = (Area("f", "fylke", {}), Area("k1", "kommune", {}, "f"), Area("k2", "kommune", {}, "f"))
TERMS = catalogue(OFFICES, AREAS, FEW, 1, o1="k1", o2="k1", o3="k2")
WITHIN = {"o1": ("k1", "f", "*"), "o2": ("k1", "f", "*"), "o3": ("k2", "f", "*")}
WITHIN |= {"k1": ("f", "*"), "k2": ("f", "*"), "f": ("*",)}

Range = tuple[int, int]


@dataclass(frozen=True)
class Cut:
    """What a document says of a partition: the least and the most people per category."""

    place: str
    month: int
    parts: dict[frozenset[int], Range]
    n: Range


def told(document: bytes) -> Iterator[tuple[str, Cut]]:
    """Read the cuts of a document: a count of 15 is 13 to 17 people, and at least k."""
    for figure in Release.from_bytes(document).figures:
        if figure.visible and figure.period is None and figure.as_of is not None:
            assert figure.n is not None
            n = (figure.n - 2, figure.n + 2)
            parts = {
                frozenset(count.values): (max(count.x - 2, figure.k), count.x + 2)
                for count in figure.categories
            }
            if figure.bounded:
                few, rest = (frozenset(count.values) for count in figure.categories)
                parts = {few: (0, figure.k - 1), rest: (figure.k, n[1])}
            cut = Cut(figure.service, figure.as_of.number, parts, n)
            yield f"{figure.kind}/{figure.subject}", cut


def merged(cut: Cut, parts: list[frozenset[int]]) -> dict[frozenset[int], Range]:
    return {
        whole: (
            sum(low for part, (low, _) in cut.parts.items() if part <= whole),
            sum(high for part, (_, high) in cut.parts.items() if part <= whole),
        )
        for whole in parts
    }


def common(one: Cut, other: Cut) -> list[frozenset[int]]:
    """Return the finest categories that both cuts can be merged to."""
    found: list[frozenset[int]] = []
    for part in [*one.parts, *other.parts]:
        touching = [whole for whole in found if whole & part]
        found = [whole for whole in found if not whole & part]
        found.append(part.union(*touching))
    return found


def sees_into(inner: Cut, outer: Cut) -> bool:
    """Whether the attacker knows that all who are counted in one are counted in the other."""
    inside = inner.place == outer.place or outer.place in WITHIN.get(inner.place, ())
    return inside and inner.month <= outer.month and inner != outer


def pinned(cuts: list[Cut], batch: int = K) -> list[tuple[Cut, Cut]]:
    """Return pairs of cuts between which somebody's answer follows: all who differ said the same.

    People only come; so what was counted earlier or within is counted later and around. The
    attacker knows the rules: a category that cannot have gained a batch has gained nobody.
    """
    found = []
    for one, other in combinations(cuts, 2):
        for inner, outer in ((one, other), (other, one)):
            if not sees_into(inner, outer):
                continue
            parts = common(inner, outer)
            was, now = merged(inner, parts), merged(outer, parts)
            least = {part: max(now[part][0] - was[part][1], 0) for part in parts}
            most = {part: now[part][1] - was[part][0] for part in parts}
            somebody = max(sum(least.values()), outer.n[0] - inner.n[1]) >= 1
            if somebody and sum(size >= batch for size in most.values()) == 1 and len(parts) > 1:
                found.append((inner, outer))
    return found


def gathered(documents: list[bytes]) -> dict[str, list[Cut]]:
    cuts: defaultdict[str, list[Cut]] = defaultdict(list)
    for document in documents:
        for subject, cut in told(document):
            if cut not in cuts[subject]:
                cuts[subject].append(cut)
    return cuts


def naive(rows: pl.DataFrame) -> dict[str, list[Cut]]:
    """What a live report with a threshold of ten shows: exact counts of at least ten."""
    cuts: defaultdict[str, list[Cut]] = defaultdict(list)
    for row in range(20, rows.height):
        answers = rows.head(row)["mt1"].drop_nulls()
        sizes = dict(answers.value_counts().iter_rows())
        if len(sizes) == 5 and min(sizes.values()) >= 10:
            parts = {frozenset([code]): (size, size) for code, size in sizes.items()}
            cuts["item/mt1"].append(Cut("*", row, parts, (len(answers), len(answers))))
    return cuts


def test_the_attacker_wins_against_a_threshold_alone() -> None:
    rows = year(300, OFFICES, asked=ASKED)
    cuts = naive(rows)["item/mt1"]
    steps = [pinned([before, after], batch=1) for before, after in pairwise(cuts)]
    assert sum(map(bool, steps)) > 0.8 * len(steps) > 50


@pytest.mark.parametrize("size", [60, 572, 20_000])
def test_no_answer_follows_from_any_two_releases_of_a_year(size: int) -> None:
    rows = year(size, OFFICES, 1, (0.6, 0.3, 0.1), ASKED, FEW, 1)
    made = monthly(rows, TERMS)
    cuts = gathered([one.to_bytes() for one in made])
    assert sum(map(len, cuts.values())) > 15
    assert not [pair for some in cuts.values() for pair in pinned(some)]


@pytest.mark.parametrize("share", [0.9, 0.95])
def test_no_answer_follows_where_nearly_all_say_the_same(share: float) -> None:
    rows = year(900, OFFICES, 2, (0.6, 0.3, 0.1), ("mt1",), FEW, 1)
    random = np.random.default_rng(2)
    content = pl.Series(np.where(random.random(rows.height) < share, 5, 1))
    rows = rows.with_columns(mt1=content, dont_know=pl.lit([], dtype=pl.List(pl.String)))
    made = monthly(rows, TERMS)
    cuts = gathered([one.to_bytes() for one in made])
    assert len(cuts["item/mt1"]) > 3
    assert not [pair for some in cuts.values() for pair in pinned(some)]


def people(rows: pl.DataFrame, figure: Figure, asked: str) -> dict[frozenset[int], set[str]]:
    """Return who is in each category of an item's figure, counted again from the rows."""
    inside = {office for office in OFFICES if figure.service in (office, *WITHIN[office])}
    found: dict[frozenset[int], set[str]] = {
        frozenset(count.values): set() for count in figure.categories
    }
    for row in rows.iter_rows(named=True):
        if row[asked] is not None and inside & set(row["services"]):
            next(ids for part, ids in found.items() if row[asked] in part).add(row["id"])
    return found


def test_people_come_withdraw_and_belong_to_places_and_few_are_never_told_apart() -> None:
    """One in 25 withdraws. Whoever came or left between two figures is nobody, or many together."""
    rows = year(800, OFFICES, seed=3, asked=("mt1",), groups=FEW, themes=1)
    random = np.random.default_rng(3)
    gone: dict[int, list[str]] = defaultdict(list)
    for row in rows.filter(pl.lit(random.random(rows.height) < 0.04)).iter_rows(named=True):
        gone[int(random.integers(row["month"], 13))].append(row["id"])
    made = monthly(rows, TERMS, gone)
    left: set[str] = set()
    published: defaultdict[str, list[dict[frozenset[int], set[str]]]] = defaultdict(list)
    moves = 0
    for month, out in enumerate(made, 1):
        left |= set(gone[month])
        here = rows.filter((pl.col("month") <= month) & ~pl.col("id").is_in(list(left)))
        for figure in out.figures:
            if figure.subject != "mt1" or figure.kind != "item":
                continue
            if figure.status is not Status.SHOWN:
                continue
            now = people(here, figure, "mt1")
            for before in published[figure.service]:
                parts = common(Cut("", 0, dict.fromkeys(before, (0, 0)), (0, 0)),
                               Cut("", 0, dict.fromkeys(now, (0, 0)), (0, 0)))  # fmt: skip
                for whole in parts:
                    was = set().union(*(ids for part, ids in before.items() if part <= whole))
                    are = set().union(*(ids for part, ids in now.items() if part <= whole))
                    came, went = len(are - was), len(was - are)
                    assert came == 0 or came >= figure.k
                    assert went == 0 or went >= figure.k or came - went >= figure.k
                    moves += went in range(1, figure.k)
            published[figure.service].append(now)
    assert gone
    assert moves > 5, "one withdrawal does not freeze a figure"


@pytest.mark.parametrize("before", [None, catalogue(OFFICES, (), FEW, 1)], ids=["", "areas late"])
def test_a_place_and_the_one_around_it_never_tell_few_apart(before: Catalogue | None) -> None:
    rows = year(
        400, OFFICES, seed=5, weights=(0.85, 0.1, 0.05), asked=("mt1",), groups=FEW, themes=1
    )
    compared = 0
    shown: defaultdict[str, list[dict[frozenset[int], set[str]]]] = defaultdict(list)
    for month, out in enumerate(monthly(rows, TERMS, before=before), 1):
        here = rows.filter(pl.col("month") <= month)
        for figure in out.figures:
            if figure.subject == "mt1" and figure.kind == "item" and figure.status is Status.SHOWN:
                shown[figure.service].append(people(here, figure, "mt1"))
    for inner, around in WITHIN.items():
        for outer in around:
            for small in shown[inner]:
                for large in shown[outer]:
                    if set().union(*small.values()) <= set().union(*large.values()):
                        rest = set().union(*large.values()) - set().union(*small.values())
                        assert len(rest) == 0 or len(rest) >= 19
                        compared += 1
    assert compared > 5


def test_a_merged_service_tells_nothing_of_the_few_who_came_after_the_merger() -> None:
    before = catalogue(OFFICES, (), FEW, 1)
    rows = year(500, OFFICES[:2], seed=2, asked=("mt1",), groups=FEW, themes=1)
    first = release(rows.drop("month"), Policy(before), series="1", published="2026-10-01")
    closed = [replace(office, valid_to="2026-09-30") for office in before.services[:2]]
    new = replace(before.services[2], valid_from="2026-10-01", replaces=OFFICES[:2])
    after = replace(before, services=(*closed, new))
    few = year(3, OFFICES[2:], seed=9, asked=("mt1",), groups=FEW, themes=1)
    few = few.with_columns(id=pl.format("n{}", "id"))
    both = pl.concat([rows, few]).drop("month")
    made = release(both, Policy(after), History((first,)), series="1", published="2026-11-01")
    assert made.by_id["item/mt1/o1"].visible
    assert made.by_id["item/mt1/o3"].visible is False
    many = year(200, OFFICES[2:], seed=9, asked=("mt1",), groups=FEW, themes=1)
    both = pl.concat([rows, many.with_columns(id=pl.format("n{}", "id"))]).drop("month")
    history = History((first, made))
    grown = release(both, Policy(after), history, series="1", published="2026-12-01")
    assert grown.by_id["item/mt1/o3"].n is not None
    assert grown.by_id["item/mt1/o3"].n > 600


def after(early: list[int], late: list[int]) -> bytes:
    """Return the second document, when some answered before the first and others after it."""
    made: list[Release] = []
    for answers, day in ((early, MONTHS[0]), ([*early, *late], MONTHS[1])):
        rows = pl.DataFrame(
            {
                "id": [f"p{number:03d}" for number in range(len(answers))],
                "period": "2026-Q1",
                "services": [["o1"]] * len(answers),
                "has_story": False,
                "mt1": answers,
            }
        ).with_columns(
            pl.lit([], dtype=pl.List(pl.String)).alias(name)
            for name in ("themes", "themes_positive", "dont_know")
        )
        policy = Policy(catalogue(("o1",), (), "", 0))
        history = History(tuple(made))
        made.append(release(rows, policy, history, series="1", published=day.isoformat()))
    assert made[0].by_id["item/mt1/o1"].visible
    return made[1].to_bytes()


@pytest.mark.parametrize("others", [0, 4, 8])
@pytest.mark.parametrize("invented", [1, 5])
def test_nine_invented_answers_around_one_tell_nothing_of_it(invented: int, others: int) -> None:
    """Sent after a release of 30 honest answers, with the one and up to eight others' answers."""
    honest = [1, 5] * 15
    late = [5, 1, 5, 5, 1, 5, 5, 5][:others] + [invented] * 9
    assert after(honest, [1, *late]) == after(honest, [5, *late])


def test_a_thousand_requests_in_any_order_of_rows_and_columns_are_the_same_bytes() -> None:
    rows = year(60, OFFICES[:1], 1, asked=("mt1",), groups=FEW, themes=1).drop("month")
    policy = Policy(catalogue(OFFICES[:1], (), FEW, 1))
    random = np.random.default_rng(1)
    found = set()
    for _ in range(1000):
        columns = random.permutation(rows.columns).tolist()
        permuted = rows.select(columns)[random.permutation(rows.height)]
        out = release(permuted, policy, series="1", published="2026-10-01")
        found.add(out.to_bytes() + out.members_to_bytes())
    assert len(found) == 1


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [30, 60])
def test_a_small_service_shows_a_figure_in_each_chapter_and_three_areas(
    size: int, seed: int
) -> None:
    """Within a year of monthly releases; an area may be told of by fewer than ten."""
    made = monthly(year(size, OFFICES[:1], seed), catalogue(OFFICES[:1]))
    views = [View(out, OFFICES[0], Language.BOKMAL) for out in made]
    filled = {chapter.id for view in views for chapter in view.chapters() if chapter.blocks}
    assert filled == {str(level) for level in Level}
    areas = [group.id for group in made[-1].catalogue.groups]
    told = {f.subject for v in views for f in v.figures(Kind.GROUP, areas) if f.visible}
    assert len(told) >= 3
    note = messages(Language.BOKMAL)["few_told"].split("{")[0]
    for view in views:
        few = any(figure.bounded for figure in view.figures(Kind.GROUP, areas))
        assert any(line.startswith(note) for line in view.areas().notes) == few


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_few_fall_out_of_sight(seed: int) -> None:
    """At most 5 % in a service of 200; who goes to a small office is seen with the kommune."""
    rows = year(240, OFFICES, seed, (0.84, 0.12, 0.04), ASKED, FEW, 1)
    out = monthly(rows, TERMS)[-1]
    of = {office: rows.filter(pl.col("services").list.contains(office)) for office in OFFICES}
    assert len(set(of["o1"]["id"]) - seen(of["o1"], out, "o1")) <= 0.05 * of["o1"].height
    lost = {}
    for office, its in of.items():
        places = (office, *WITHIN[office])
        found = set().union(*(seen(its, out, place) for place in places))
        lost[office] = 1 - len(found) / its.height
    assert max(lost.values()) <= min(lost.values()) + 0.05
