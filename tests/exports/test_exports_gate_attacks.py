"""Attacks on the gate: counts again one by one, differences releases, looks for the one person."""

from collections.abc import Sequence

import polars as pl
import pytest
from exports_recount import Members, changes, members
from exports_synthetic import catalogue, frame
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import Figure, History, Policy, Release, Status, release
from exports.disclosure.known import Known
from exports.disclosure.world import World
from exports.instruments import scoring

TERMS = catalogue(services=2, themes=3)
GROWTH = scoring.by_id("vekst6").items
ASKED = ("mt1", "vekst6_1", "vekst6_attribution", "lt1")
POLICY = Policy(TERMS)
DATES = ("2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01")


@st.composite
def waves(draw: st.DrawFn, asked: Sequence[str] = ASKED) -> list[pl.DataFrame]:
    """Draw frames as they are at successive releases.

    People come, withdraw, are recoded, and the stories of those who came first are deleted.
    """
    seed, told = draw(st.integers(0, 10**6)), draw(st.sampled_from([0.05, 0.25, 0.6]))
    now = frame(0, TERMS, asked=asked).with_columns(story_deleted=pl.lit(False))
    frames = []
    for wave in range(len(DATES)):
        come = draw(st.sampled_from([0, 1, 9, 10, 11, 30, 80, 150]))
        new = frame(come, TERMS, seed, start=1000 * wave, told=told, asked=asked)
        new = new.with_columns(story_deleted=pl.lit(False))
        gone = draw(st.sampled_from([0, 0, 1, 5, 12]))
        recoded = draw(st.sampled_from([0, 0, 1, 12, 40]))
        kept = now.slice(gone)
        quiet = pl.lit([], dtype=pl.List(pl.String))
        first = pl.int_range(pl.len()) < recoded
        over = pl.int_range(pl.len()) < draw(st.sampled_from([0, 0, 3, 12, 60]))
        kept = kept.with_columns(
            story_deleted=pl.col("story_deleted") | (over & pl.col("has_story"))
        ).with_columns(
            pl.when(first | pl.col("story_deleted")).then(quiet).otherwise(name).alias(name)
            for name in ("themes", "themes_positive")
        )
        now = pl.concat([kept, new])
        frames.append(now)
    return frames


def release_all(frames: list[pl.DataFrame]) -> list[Release]:
    done: list[Release] = []
    for now, date in zip(frames, DATES, strict=True):
        history = History(tuple(done))
        done.append(release(now, POLICY, history, series="1", published=date))
    return done


def rounded(size: int) -> int:
    return 5 * round(size / 5)


@settings(max_examples=60, deadline=None)
@given(waves())
def test_no_published_category_is_small_and_no_two_snapshots_tell_few_apart(
    frames: list[pl.DataFrame],
) -> None:
    published: dict[str, list[Members]] = {}
    last: dict[str, Figure] = {}
    for now, out in zip(frames, release_all(frames), strict=True):
        for figure in out.figures:
            if figure.status is Status.KEPT:
                old = last[figure.id]
                numbers = (figure.n, figure.categories, figure.mean, figure.low, figure.high)
                assert numbers == (old.n, old.categories, old.mean, old.low, old.high)
                assert figure.as_of == old.as_of
            if figure.status is not Status.SHOWN:
                continue
            people = members(now, figure, TERMS)
            sizes = [len(ids) for ids in people.values()]
            if figure.bounded:
                few, rest = sizes
                assert few < figure.k <= rest
                assert figure.n is not None
                assert [c.x for c in figure.categories] == [figure.k, figure.n - figure.k]
            else:
                assert all(size >= figure.k >= 10 for size in sizes)
                assert [c.x for c in figure.categories] == [rounded(size) for size in sizes]
            assert figure.n == rounded(sum(len(ids) for ids in people.values()))
            for earlier in published.get(figure.id, []):
                few = range(1, figure.k)
                for came, left in changes(earlier, people):
                    assert came not in few
                    assert left not in few or came >= left + figure.k
                before, after = (frozenset().union(*some.values()) for some in (earlier, people))
                assert len(after - before) not in range(1, 2 * figure.k - 1)
                grown = [came for came, _ in changes(earlier, people) if came]
                assert not after - before or len(grown) >= min(2, len(people), len(earlier))
            published.setdefault(figure.id, []).append(people)
            last[figure.id] = figure


@settings(max_examples=60, deadline=None)
@given(waves(), st.data())
def test_the_truth_fits_all_that_the_intruder_takes_for_granted(
    frames: list[pl.DataFrame], data: st.DataObject
) -> None:
    """People who withdraw, delete stories or are coded anew contradict none of the equations."""
    out = release_all(frames)
    known = Known(out, (), POLICY.catalogue)
    for block in sorted(known.blocks):
        cells = known.cells(block)
        snapshots = sorted({cell.snapshot for cell in cells})
        chosen = data.draw(st.sets(st.sampled_from(snapshots), min_size=1))
        world = World(known, [cell for cell in cells if cell.snapshot in chosen])
        assert world.system().bounds({}) == (0, 0)


@settings(max_examples=20, deadline=None)
@given(waves(asked=(*GROWTH, "lt1")), st.data())
def test_the_truth_fits_what_means_tell_of_sums(
    frames: list[pl.DataFrame], data: st.DataObject
) -> None:
    out = release_all(frames)
    known = Known(out, (), POLICY.catalogue)
    for block in sorted(block for block in known.blocks if block.startswith("scale/")):
        cells = known.cells(block)
        snapshots = sorted({cell.snapshot for cell in cells})
        # Few people, and no change of scale: every mean is read.
        assert all(known.mean(snapshot) is not None for snapshot in snapshots)
        chosen = data.draw(st.sets(st.sampled_from(snapshots), min_size=1))
        system = World(known, [cell for cell in cells if cell.snapshot in chosen]).system()
        assert system.amounts > 0
        assert system.bounds({}) == (0, 0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_row_order_changes_no_byte(seed: int, shuffle: int) -> None:
    rows = frame(160, TERMS, seed)
    one = release(rows, POLICY, series="1", published=DATES[0])
    shuffled = rows.sample(fraction=1, shuffle=True, seed=shuffle)
    other = release(shuffled, POLICY, series="1", published=DATES[0])
    assert one.to_bytes() == other.to_bytes()
    assert one.members_to_bytes() == other.members_to_bytes()


@pytest.mark.parametrize("few", range(10))
def test_a_minority_below_ten_cannot_be_seen(few: int) -> None:
    """Whether 0 or 9 disagree among 100, the document is the same."""
    rows = frame(100, TERMS, asked=("mt1",)).with_columns(services=pl.lit(["s0"]))
    answers = pl.Series([1] * few + [5] * (100 - few))
    nobody = pl.lit([], dtype=pl.List(pl.String))
    rows = rows.with_columns(answers.alias("mt1"), dont_know=nobody)
    none = rows.with_columns(pl.lit(5, dtype=pl.Int64).alias("mt1"))
    documents = [
        release(table, POLICY, series="1", published=DATES[0]).to_bytes() for table in (rows, none)
    ]
    assert documents[0] == documents[1]


@pytest.mark.parametrize("majority", [100, 40])
def test_a_share_of_nought_or_everybody_has_no_number(majority: int) -> None:
    rows = frame(majority, TERMS).with_columns(
        pl.lit([], dtype=pl.List(pl.String)).alias(name) for name in ("themes", "themes_positive")
    )
    rows = rows.with_columns(pl.lit(10, dtype=pl.Int64).alias("lt1"))
    out = release(rows, POLICY, series="1", published=DATES[0])
    hidden = [figure for figure in out.figures if figure.kind == "theme" or figure.subject == "lt1"]
    assert hidden
    for figure in hidden:
        assert (figure.status, figure.n, figure.categories, figure.mean) == (
            "hidden",
            None,
            (),
            None,
        )


def test_one_person_more_changes_nothing_that_is_published() -> None:
    rows = frame(300, TERMS, seed=4)
    first = release(rows.head(299), POLICY, series="1", published=DATES[0])
    again = release(rows, POLICY, History((first,)), series="1", published=DATES[1])
    for before, after in zip(first.figures, again.figures, strict=True):
        assert (before.n, before.categories, before.mean, before.low, before.high) == (
            after.n,
            after.categories,
            after.mean,
            after.low,
            after.high,
        )


def test_the_document_has_no_ids_and_no_members() -> None:
    rows = frame(300, TERMS)
    out = release(rows, POLICY, series="1", published=DATES[0])
    text = out.to_bytes().decode()
    assert len(out.everybody())
    assert not [name for name in rows["id"] if name in text]
    assert "r00000001" not in repr(out)
    assert "member" not in text


def agreeing(few: int, many: int) -> pl.DataFrame:
    """So many disagree and agree with one statement about no service."""
    values = [1] * few + [5] * many
    keep = frame(len(values), TERMS, asked=("mt1",))
    return keep.with_columns(
        pl.Series("mt1", values, dtype=pl.Int64),
        id=pl.format("{}-{}", pl.lit("p"), pl.Series(_numbered(values))),
        services=pl.lit([], dtype=pl.List(pl.String)),
    )


def chain(*frames: pl.DataFrame) -> list[Release]:
    """Releases of growing frames, one a day."""
    made: list[Release] = []
    for number, rows in enumerate(frames, 1):
        history = History(tuple(made))
        day = f"2026-08-{number:02}"
        made.append(release(rows, POLICY, history, series="1", published=day))
    return made


def test_nothing_appears_through_one_persons_answer() -> None:
    """Hidden at 14 of 40; one more disagrees, alone: 15 would be shown and tell what they said."""
    *_, before, after = chain(agreeing(3, 40), agreeing(14, 40), agreeing(15, 40))
    assert not before.by_id["item/mt1/*"].visible
    assert not after.by_id["item/mt1/*"].visible


def test_a_trickle_of_answers_is_shown_in_the_end() -> None:
    made = chain(*(agreeing(4 * number, 4 * number) for number in range(1, 9)))
    assert [release.by_id["item/mt1/*"].visible for release in made].index(True) < 6


def test_members_hold_codes_only_of_figures_shown_anew() -> None:
    rows = frame(300, TERMS)
    first = release(rows, POLICY, series="1", published=DATES[0])
    again = release(rows, POLICY, History((first,)), series="1", published=DATES[1])
    assert not [figure for figure in again.figures if figure.status is Status.SHOWN]
    assert again.member_columns == ["cell", "id"]


def test_going_finer_again_is_compared_with_the_release_before_the_coarse_one() -> None:
    """Fine, then coarse, then fine: release 1 and 3 must not differ by a few in a fine category."""

    def rows(*answers: tuple[int, int]) -> pl.DataFrame:
        values = [value for value, size in answers for _ in range(size)]
        keep = frame(len(values), TERMS, asked=("mt1",)).with_columns(
            pl.Series("mt1", values, dtype=pl.Int64),
            id=pl.format("{}-{}", pl.lit("p"), pl.Series(_numbered(values))),
            services=pl.lit([], dtype=pl.List(pl.String)),
        )
        return keep.with_columns(dont_know=pl.lit([], dtype=pl.List(pl.String)))

    fine = [(1, 20), (2, 20), (3, 20), (4, 20), (5, 20)]
    done: list[Release] = []
    for answers in (fine, [*fine, (1, 3), (2, 40), (5, 15)], [*fine, (1, 3), (2, 80), (5, 45)]):
        history = History(tuple(done))
        date = DATES[len(done)]
        done.append(release(rows(*answers), POLICY, history, series="1", published=date))
    steps = [len(out.by_id["item/mt1/*"].categories) for out in done]
    assert steps == [5, 3, 3]


def _numbered(values: list[int]) -> list[str]:
    """Name each respondent after the answer and how many gave it before."""
    seen: dict[int, int] = {}
    names = []
    for value in values:
        seen[value] = seen.get(value, 0) + 1
        names.append(f"{value}-{seen[value]}")
    return names
