"""Data sets for researchers: one row per response, made coarse until nobody stands out.

Rows are never removed. What could point at somebody (service, age) is told only where a crowd of 4k
rows share it and their answers differ; elsewhere it is "made coarser". A question is told as finely
as every category has k respondents. Against each figure that has been released, and each data set,
every category differs by 0 or at least k people, as the gate asks of two releases.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from io import BytesIO
from itertools import product
from typing import Any, Self

import polars as pl

from enumerations import Language
from exports.disclosure.audit import audit
from exports.disclosure.catalogue import ALL, CODED, Catalogue, Kind, Question, Service
from exports.disclosure.document import Exported, History, Release, Status, Table
from exports.disclosure.frame import check_frame
from exports.disclosure.known import shared
from exports.disclosure.policy import Policy
from exports.disclosure.rules import Moves, large, steady
from exports.errors import DatasetError, DocumentError
from exports.instruments import Category, Step, Text, items, scoring
from exports.messages import messages

COARSER, SILENT = -7, -9  # codes that are no answer
SEVERAL, NONE = "+", ""  # in place of a service's key
CROWD = 4  # times k rows in a class: whoever knows one answer beside is left with about k
L = 2  # different answers to a question in every class: l-diversity, Machanavajjhala et al. 2007
TOLD = (Kind.ANSWERED, Kind.GROUP, Kind.ITEM, Kind.GROWTH, Kind.SCALE)
UNSAID = {Kind.ANSWERED: frozenset({0, 1}), Kind.GROUP: frozenset({0})}
"""Codes that tell nothing of anybody, so that a whole class may have them: told no such thing."""

LISTS = ("untold", "merged", "withheld")


@dataclass(frozen=True)
class Variable:
    """A column of a file.

    Args:
        name: at most 32 letters, digits and underscores.
        label: what it is, per language.
        unit: of its numbers, or "".
        values: what its codes are called.
        missing: those of the codes that are no answer.
    """

    name: str
    label: Text
    unit: str = ""
    values: Mapping[int, Text] = field(default_factory=dict)
    missing: tuple[int, ...] = ()


@dataclass(frozen=True)
class Protection:
    """What was done to the rows. Counts are of the file's own rows and classes.

    A class is the rows that share service and age as the file tells them: `least` rows or more.
    `smallest` is the rows of the smallest, `differing` the fewest different answers to a question
    in any class where it was answered. `subgroups` are those of `least` rows or more: key of the
    service or age band, and in how many percent of its rows the service and the age are made
    coarser, each rounded to 5. `untold` are services whose name the file does not tell, `merged`
    questions told in fewer categories, `withheld` questions left out.
    """

    k: int
    least: int
    rows: int
    classes: int
    smallest: int
    differing: int
    age: str
    subgroups: tuple[tuple[str, int, int], ...]
    untold: tuple[str, ...]
    merged: tuple[str, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """Rows that may leave, what their columns mean, and what was done to them.

    `exported` is for the history that the gate audits; it is guarded and in no file.
    """

    number: int
    published: str
    series: str
    frame: pl.DataFrame = field(compare=False)
    variables: tuple[Variable, ...]
    protection: Protection
    exported: Exported = field(compare=False, repr=False)

    def to_bytes(self) -> bytes:
        """Return everything that may be seen: canonical JSON (UTF-8, sorted keys)."""
        document = {
            "number": self.number,
            "published": self.published,
            "series": self.series,
            "rows": self.frame.to_dict(as_series=False),
            "variables": [
                asdict(known) | {"values": [[code, text] for code, text in known.values.items()]}
                for known in self.variables
            ],
            "protection": asdict(self.protection),
        }
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode() + b"\n"

    def members_to_bytes(self) -> bytes:
        """Return whose rows they are as Parquet bytes, to be stored as carefully as the answers."""
        buffer = BytesIO()
        self.exported.members.write_parquet(buffer)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, document: bytes, members: bytes) -> Self:
        """Read what `to_bytes` and `members_to_bytes` wrote.

        Raises:
            DocumentError: the bytes are not those of a data set.
        """
        try:
            data = json.loads(document)
            variables = tuple(_read_variable(entry) for entry in data["variables"])
            names = [known.name for known in variables]
            done = data["protection"]
            rows = pl.read_parquet(BytesIO(members))
            return cls(
                number=data["number"],
                published=data["published"],
                series=data["series"],
                frame=pl.DataFrame(data["rows"], schema=dict.fromkeys(names, pl.Int64)),
                variables=variables,
                protection=Protection(
                    **done
                    | {name: tuple(done[name]) for name in LISTS}
                    | {"subgroups": tuple((key, a, b) for key, a, b in done["subgroups"])}
                ),
                exported=Exported(data["number"], data["published"], rows),
            )
        except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise DocumentError(
                f"This is not a data set ({type(error).__name__}). "
                "Give the bytes of Dataset.to_bytes() and members_to_bytes() unchanged."
            ) from None


def _read_variable(entry: Mapping[str, Any]) -> Variable:
    values = dict(entry["values"])
    return Variable(**{**entry, "values": values, "missing": tuple(entry["missing"])})


@dataclass(frozen=True)
class _Told:
    """A question and the step of its ladder at which the file tells it."""

    question: Question
    step: int

    @property
    def column(self) -> str:
        return self.question.column

    @property
    def categories(self) -> Step:
        return self.question.ladder[self.step]

    @property
    def exact(self) -> bool:
        """Whether each category is one code, so that the file can keep the code."""
        return all(len(category.values) == 1 for category in self.categories)


@dataclass(frozen=True)
class _Snapshot:
    """A figure let out before: its cell, the step of its ladder, and each respondent's code."""

    cell: str
    step: int
    codes: pl.DataFrame


def protect(
    frame: pl.DataFrame,
    policy: Policy,
    history: History,
    *,
    series: str,
    published: str,
    themes: bool = True,
) -> Dataset:
    """Make a data set of the respondents in the latest release.

    Args:
        frame: as for `exports.release`.
        policy: the same as for the release.
        history: every release with members, the latest not retracted; every earlier data set.
        series: version of language model and codebook; that of the latest release.
        published: date of the data set, ISO format.
        themes: whether it may tell groups of themes; False where stories of the same people are
            let out, or are to be (`exports.collect`), which could be put beside the rows.

    Raises:
        FrameError: the frame does not fit.
        DatasetError: nobody can be told apart safely.
        HistoryError: the release is missing, retracted or of another series.
    """
    last = history.latest(series)
    check_frame(frame, policy.catalogue)
    least = policy.threshold(ALL)
    asked = list(policy.catalogue.questions(frame.columns))
    people = _people(frame, asked, last, least)
    snapshots = _snapshots(asked, history, series)
    told = _told(people, asked, snapshots, least)
    ages = [question for question in asked if question.kind is Kind.AGE]
    without = [one for one in told if one.question.kind is not Kind.GROUP]
    before: frozenset[tuple[tuple[Table, ...], str]] | None = None
    finest = (told, without) if themes and not history.shared else (without,)
    for services, age, kept in product((True, False), _age_steps(ages), finest):
        classed = _classed(people, kept, policy, snapshots, services, age)
        if classed is not None and _apart(classed, history.exports, least):
            made = _dataset(classed, kept, age, asked, policy, last, published)
            found = _tells(made.exported, history, policy.catalogue)
            if found and before is None:
                before = _proven(history, policy.catalogue)
            if not found - (before or frozenset()):
                return made
    raise DatasetError(
        "No data set can be made in which nobody stands out, or too few have come since the last "
        "one. Collect more answers, release again, and try then."
    )


def _people(
    frame: pl.DataFrame, asked: Sequence[Question], last: Release, least: int
) -> pl.DataFrame:
    """Return those of the latest release: `id`, `service`, and a code per question."""
    counted = last.everybody()
    number = pl.col("services").list.len()
    service = pl.when(number == 1).then(pl.col("services").list.first())
    people = frame.filter(pl.col("id").is_in(counted.implode())).select(
        "id",
        service.when(number == 0).then(pl.lit(NONE)).otherwise(pl.lit(SEVERAL)).alias("service"),
        pl.col("services").alias("chosen"),
        *(question.code.alias(question.column) for question in asked),
    )
    if 0 < len(counted) - people.height < least:
        raise DatasetError(
            f"Fewer than {least} have withdrawn since the latest release; a data set would show "
            "who. Release again, and make the data set then."
        )
    if people.height < CROWD * least:
        raise DatasetError(f"Fewer than {CROWD * least} have answered. Wait until more have.")
    return people


def _age_steps(ages: Sequence[Question]) -> list[_Told | None]:
    """Return how finely age may be told, finest first; None: not at all."""
    steps: list[_Told | None] = [_Told(q, step) for q in ages for step in range(len(q.ladder))]
    return [*steps, None]


def _snapshots(
    asked: Sequence[Question], history: History, series: str
) -> Mapping[str, list[_Snapshot]]:
    """Return, by column, every figure that was ever shown for a service or for everybody."""
    found: defaultdict[str, list[_Snapshot]] = defaultdict(list)
    known = {question.column: question for question in asked}
    for release in history.releases:
        members = release.read_members(*release.member_columns)
        for figure in release.figures:
            column = f"{figure.kind}/{figure.subject}"
            stale = figure.kind in CODED and release.series != series
            if figure.status is not Status.SHOWN or figure.period or column not in known or stale:
                continue
            names = [category.id for category in figure.categories]
            ladder = known[column].ladder
            step = [[category.id for category in step] for step in ladder].index(names)
            codes = members.filter(
                (pl.col("cell") == figure.service) & pl.col(column).is_not_null()
            ).select("id", then=column)
            found[column].append(_Snapshot(figure.service, step, codes))
    return found


def _told(
    people: pl.DataFrame,
    asked: Sequence[Question],
    snapshots: Mapping[str, list[_Snapshot]],
    least: int,
) -> list[_Told]:
    """Return the questions that may be told, each as finely as may be.

    A scale follows from its items: where its figure would move by too few, its items stay out.
    """
    told = []
    out: set[str] = set()
    for question in asked:
        if question.kind in TOLD:
            now = people.select("id", now=question.column).drop_nulls()
            counts = dict(now.group_by("now").len().iter_rows())
            steps = (
                _Told(question, step)
                for step, categories in enumerate(question.ladder)
                if len(categories) >= L and large(categories, counts, least)
            )
            of_all = [old for old in snapshots[question.column] if old.cell == ALL]
            found = next((one for one in steps if _fits(one, now, of_all, least)), None)
            if found:
                told.append(found)
            elif question.kind is Kind.SCALE and of_all:
                out |= set(scoring.by_id(question.subject).items)
    return [one for one in told if one.question.subject not in out]


def _fits(told: _Told, now: pl.DataFrame, olds: Sequence[_Snapshot], least: int) -> bool:
    """No category of an earlier snapshot gained or lost 1 to k-1 respondents, at any step seen."""
    ladder = told.question.ladder
    return all(
        steady(seen, _moves(old.codes, now), least)
        for old in olds
        for seen in ladder[told.step : max(told.step, old.step) + 1]
    )


def _moves(then: pl.DataFrame, now: pl.DataFrame) -> Moves:
    joined = then.join(now, on="id", how="full", coalesce=True)
    return {(a, b): size for a, b, size in joined.group_by("then", "now").len().iter_rows()}


def _classed(
    people: pl.DataFrame,
    told: Sequence[_Told],
    policy: Policy,
    snapshots: Mapping[str, list[_Snapshot]],
    services: bool,
    age: _Told | None,
) -> pl.DataFrame | None:
    """Return people with `service` and `age` as the file tells them, null where it does not.

    None, where the file would tell too much of too few even so.
    """
    crowd = CROWD * policy.threshold(ALL)
    stated = _category(age).fill_null(str(SILENT)) if age else pl.lit(None, pl.String)
    classed = people.with_columns(age=stated)
    keys = {entry.key for entry in policy.catalogue.services}
    if services:
        told_of = [key for key in keys if _service_fits(people, told, snapshots, key, policy)]
        known = pl.col("service").is_in([*told_of, SEVERAL, NONE])
        classed = classed.with_columns(service=pl.when(known).then("service"))
        classed = _pooled(classed, [], "service", told, crowd)
    else:
        classed = classed.with_columns(service=pl.lit(None, pl.String))
    if age is not None:
        classed = _pooled(classed, ["service"], "age", told, crowd)
        nobody = classed["age"].null_count() == classed.height
        if nobody or not _age_fits(classed, age, snapshots, policy):
            return None
    sizes = classed.group_by("service", "age").agg(pl.len(), *_homogeneous(told)).to_dicts()
    safe = all(_safe(row, crowd) for row in sizes)
    return classed if safe else None


def _service_fits(
    people: pl.DataFrame,
    told: Sequence[_Told],
    snapshots: Mapping[str, list[_Snapshot]],
    key: str,
    policy: Policy,
) -> bool:
    """Whether rows said to be of a service differ enough, or not at all, from its figures."""
    rows = people.filter(pl.col("service") == key)
    return all(
        _fits(
            one,
            rows.select("id", now=one.column).drop_nulls(),
            [old for old in snapshots[one.column] if old.cell == key],
            policy.threshold(key),
        )
        for one in told
    )


def _age_fits(
    classed: pl.DataFrame,
    age: _Told,
    snapshots: Mapping[str, list[_Snapshot]],
    policy: Policy,
) -> bool:
    """The same for rows whose age is told, of each service that is told and of everybody."""
    named = {entry.key for entry in policy.catalogue.services} & set(classed["service"])
    for cell in [ALL, *sorted(named)]:
        rows = classed.filter(pl.col("age").is_not_null())
        rows = rows if cell == ALL else rows.filter(pl.col("service") == cell)
        olds = [old for old in snapshots[age.column] if old.cell == cell]
        now = rows.select("id", now=age.column).drop_nulls()
        if not _fits(age, now, olds, policy.threshold(cell)):
            return False
    return True


def _pooled(
    people: pl.DataFrame, above: list[str], column: str, told: Sequence[_Told], least: int
) -> pl.DataFrame:
    """Take a column's value from rows until every value within `above` is safe, and its lack too.

    The smallest go first, so that as many rows as may be keep theirs.
    """
    found = people.group_by(*above, column).agg(pl.len(), *_homogeneous(told)).sort("len", column)
    for outer in found.select(above).unique().iter_rows() if above else [()]:
        within = pl.all_horizontal(
            pl.lit(True),
            *(pl.col(name).eq_missing(pl.lit(v)) for name, v in zip(above, outer, strict=True)),
        )
        children = found.filter(within).to_dicts()
        lost = [row for row in children if row[column] is None or not _safe(row, least)]
        kept = [row for row in children if row not in lost]
        while lost and kept and not _pool_safe(people, within, column, lost, told, least):
            lost.append(kept.pop(0))
        gone = [row[column] for row in lost if row[column] is not None]
        hidden = within & pl.col(column).is_in(gone)
        people = people.with_columns(pl.when(~hidden).then(column).alias(column))
    return people


def _pool_safe(
    people: pl.DataFrame,
    within: pl.Expr,
    column: str,
    lost: list[dict[str, object]],
    told: Sequence[_Told],
    least: int,
) -> bool:
    values = [row[column] for row in lost]
    inside = pl.col(column).is_null() if None in values else pl.lit(False)
    inside |= pl.col(column).is_in([value for value in values if value is not None])
    row = people.filter(within & inside).select(pl.len(), *_homogeneous(told)).row(0, named=True)
    return _safe(row, least)


def _safe(row: Mapping[str, object], least: int) -> bool:
    size = row["len"]
    return (
        isinstance(size, int)
        and size >= least
        and not any(value for name, value in row.items() if name.startswith("same "))
    )


def _homogeneous(told: Sequence[_Told]) -> Iterator[pl.Expr]:
    """Whether everybody in a class who answered a question said the same, and something."""
    for one in told:
        value = _category(one)
        unsaid = UNSAID.get(one.question.kind, frozenset())
        nothing = [c.id for c in one.categories if set(c.values) <= unsaid]
        said = value.drop_nulls()
        same = (said.n_unique() == 1) & ~said.first().is_in(nothing)
        yield same.fill_null(value=False).alias(f"same {one.column}")


def _category(told: _Told) -> pl.Expr:
    """The id of the category that a respondent's code is in."""
    ids = {value: category.id for category in told.categories for value in category.values}
    return pl.col(told.column).replace_strict(ids, default=None, return_dtype=pl.String)


def _apart(classed: pl.DataFrame, earlier: Sequence[Exported], least: int) -> bool:
    """Whoever has several files sees no group of fewer than k either.

    Rows of two files can be put together by their answers; so k of those in a class now came from
    each class then, or are new, and 0 or at least k have gone since.
    """
    for old in earlier:
        then = old.members.select("id", pl.lit(value=True).alias("old"), *_class_then(old.members))
        sizes = classed.join(then, on="id", how="left").group_by(
            "service", "age", "old", "service then", "age then"
        )
        gone = then.join(classed, on="id", how="anti").height
        if 0 < gone < least or (sizes.len()["len"] < least).any():
            return False
    return True


def _tells(
    exported: Exported, history: History, catalogue: Catalogue
) -> frozenset[tuple[tuple[Table, ...], str]]:
    """Return what releases and files with this one prove of fewer than k people.

    What the file says itself of its own rows is not meant: its cells are exact and may be small,
    but nobody's row is known among the 4k that share its service and age. So findings are left out
    that are of a question and place that the file tells.
    """
    columns = set(exported.members.columns)
    places = {ALL, *exported.members["services"].explode().drop_nulls()}
    with_it = replace(history, exports=(*history.exports, exported))
    return frozenset(
        (tables, answer)
        for tables, answer in _proven(with_it, catalogue)
        if any(_beyond(table.figure, columns, places) for table in tables)
    )


def _beyond(figure: str, columns: set[str], places: set[str]) -> bool:
    """Whether a figure's id is of a question or a place that a file does not tell."""
    kind, *rest = figure.split("/")
    return bool(rest) and (shared(f"{kind}/{rest[0]}") not in columns or rest[1] not in places)


def _proven(history: History, catalogue: Catalogue) -> frozenset[tuple[tuple[Table, ...], str]]:
    found = audit(history.releases, history.exports, catalogue).findings
    return frozenset((finding.tables, finding.answer) for finding in found)


def _class_then(members: pl.DataFrame) -> list[pl.Expr]:
    age = f"{Kind.AGE}/age_band"
    told = pl.col(age).cast(pl.String) if age in members.columns else pl.lit(None, pl.String)
    return [pl.col("services").list.join(" ").alias("service then"), told.alias("age then")]


def _dataset(
    classed: pl.DataFrame,
    told: Sequence[_Told],
    age: _Told | None,
    asked: Sequence[Question],
    policy: Policy,
    last: Release,
    published: str,
) -> Dataset:
    keys = sorted(entry.key for entry in policy.catalogue.services)
    service = _service_variable(policy.catalogue, keys)
    columns = [_service_code(keys).alias("service")]
    variables = [service]
    if age is not None:
        columns.append(_age_code(age).alias("age_band"))
        variables.append(_variable("age_band", _said("age_band"), age, coarser=True))
    for one in told:
        columns.append(_code(one).fill_null(SILENT).alias(_name(one.question)))
        variables.append(_variable(_name(one.question), _label(one.question, policy), one))
    frame = _shuffled(classed.select(columns))
    return Dataset(
        number=last.number,
        published=published,
        series=last.series,
        frame=frame,
        variables=tuple(variables),
        protection=_protection(classed, told, age, asked, policy),
        exported=Exported(last.number, published, _members(classed, told, age)),
    )


def _members(classed: pl.DataFrame, told: Sequence[_Told], age: _Told | None) -> pl.DataFrame:
    """Return what the file says of whom, for the audit; guarded."""
    service = pl.col("service")
    empty = pl.lit([], dtype=pl.List(pl.String))
    alone = pl.concat_list(service)
    services = pl.when(service == NONE).then(empty).when(service != SEVERAL).then(alone)
    known = [_category(one) if not one.exact else pl.col(one.column) for one in told]
    columns = [value.alias(one.column) for value, one in zip(known, told, strict=True)]
    if age is not None:
        stated = pl.col("age").is_not_null() & (pl.col("age") != str(SILENT))
        value = pl.col(age.column) if age.exact else pl.col("age")
        columns.append(pl.when(stated).then(value).alias(age.column))
    return classed.select("id", services.alias("services"), *columns).sort("id")


def _shuffled(rows: pl.DataFrame) -> pl.DataFrame:
    """Put rows in an order that follows from what they hold and from nothing else."""
    marks = [hashlib.sha256(repr(row).encode()).hexdigest() for row in rows.iter_rows()]
    return rows.with_columns(mark=pl.Series(marks, dtype=pl.String)).sort("mark").drop("mark")


def _protection(
    classed: pl.DataFrame,
    told: Sequence[_Told],
    age: _Told | None,
    asked: Sequence[Question],
    policy: Policy,
) -> Protection:
    sizes = classed.group_by("service", "age").len()["len"]
    named = set(classed["service"].drop_nulls())
    columns = {one.column for one in told}
    return Protection(
        k=policy.threshold(ALL),
        least=CROWD * policy.threshold(ALL),
        rows=classed.height,
        classes=len(sizes),
        smallest=min(sizes.to_list()),
        differing=L,
        age=", ".join(category.id for category in age.categories) if age else "",
        subgroups=_subgroups(classed, asked, policy),
        untold=tuple(sorted({entry.key for entry in policy.catalogue.services} - named)),
        merged=tuple(sorted(_name(one.question) for one in told if one.step)),
        withheld=tuple(
            sorted(_name(q) for q in asked if q.kind in TOLD and q.column not in columns)
        ),
    )


def _subgroups(
    classed: pl.DataFrame, asked: Sequence[Question], policy: Policy
) -> tuple[tuple[str, int, int], ...]:
    """Return, by service and by age, in how many percent of the rows each was made coarser."""
    ages = {q.column: q.ladder[0] for q in asked if q.kind is Kind.AGE}
    groups = [(entry.key, pl.col("chosen").list.contains(entry.key)) for entry in _named(policy)]
    groups += [
        (category.id, pl.col(column).is_in(category.values))
        for column, categories in ages.items()
        for category in categories
    ]
    found = []
    for key, inside in groups:
        rows = classed.filter(inside)
        if rows.height >= CROWD * policy.threshold(ALL):
            lost = (rows[name].null_count() / rows.height for name in ("service", "age"))
            service, age = (5 * round(20 * share) for share in lost)
            found.append((key, service, age))
    return tuple(found)


def _named(policy: Policy) -> list[Service]:
    return sorted(policy.catalogue.services, key=lambda entry: entry.key)


def _service_code(keys: Sequence[str]) -> pl.Expr:
    codes = {key: number for number, key in enumerate(keys, 1)}
    codes |= {SEVERAL: len(keys) + 1, NONE: len(keys) + 2}
    coded = pl.col("service").replace_strict(codes, default=None, return_dtype=pl.Int64)
    return coded.fill_null(COARSER)


def _age_code(age: _Told) -> pl.Expr:
    codes = {category.id: number for number, category in enumerate(age.categories, 1)}
    codes[str(SILENT)] = SILENT
    return (
        pl.col("age").replace_strict(codes, default=None, return_dtype=pl.Int64).fill_null(COARSER)
    )


def _code(told: _Told) -> pl.Expr:
    """A question's code as the file has it: the answer, or the number of the merged category."""
    if told.exact:
        return pl.col(told.column).cast(pl.Int64)
    codes = {v: n for n, category in enumerate(told.categories, 1) for v in category.values}
    return pl.col(told.column).replace_strict(codes, default=None, return_dtype=pl.Int64)


def _name(question: Question) -> str:
    named = {Kind.ANSWERED: "has_story", Kind.GROUP: f"theme_{question.subject}"}
    named[Kind.SCALE] = f"band_{question.subject}"
    return named.get(question.kind, question.subject)


def _label(question: Question, policy: Policy) -> Text:
    if question.kind is Kind.GROUP:
        return next(
            group.label for group in policy.catalogue.groups if group.id == question.subject
        )
    if question.kind in (Kind.ITEM, Kind.GROWTH):
        return items()[question.subject].text
    key = "file.has_story" if question.kind is Kind.ANSWERED else "file.band"
    return _said(key, scale=question.subject)


def _variable(name: str, label: Text, told: _Told, coarser: bool = False) -> Variable:
    values = {
        category.values[0] if told.exact and not coarser else number: _called(told, category)
        for number, category in enumerate(told.categories, 1)
    }
    values[SILENT] = _said("file.silent")
    if coarser:
        values[COARSER] = _said("file.coarser")
    missing = tuple(sorted(code for code in values if code in (COARSER, SILENT)))
    return Variable(name, label, "", dict(sorted(values.items())), missing)


def _called(told: _Told, category: Category) -> Text:
    item = items().get(told.question.subject)
    for option in item.options if item else ():
        if category.id == str(option.value):
            return option.label
    return _said(f"category.{category.id}")


def _service_variable(catalogue: Catalogue, keys: Sequence[str]) -> Variable:
    names = {entry.key: entry.name for entry in catalogue.services}
    values = {COARSER: _said("file.coarser")}
    values |= {number: names[key] for number, key in enumerate(keys, 1)}
    values |= {len(keys) + 1: _said("file.several"), len(keys) + 2: _said("file.no_service")}
    return Variable("service", _said("file.service"), "", values, (COARSER,))


def _said(key: str, **words: str) -> Text:
    return {lang: messages(lang)[key].format(**words) for lang in Language}
