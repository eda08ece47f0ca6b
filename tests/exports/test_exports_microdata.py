"""Data sets for researchers: nobody stands out, nothing is removed, and files keep every label."""

from collections import Counter, defaultdict
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyreadstat
import pytest
from exports_synthetic import catalogue, frame
from lxml import etree
from test_exports_formats import NAMES, PSPP, STUDY, pspp, schema

from exports import (
    Catalogue,
    Dataset,
    DatasetError,
    DocumentError,
    FileError,
    History,
    HistoryError,
    Policy,
    Release,
    Service,
    formats,
    protect,
    release,
    write,
)
from exports.formats import render

TERMS = catalogue(4)
POLICY = Policy(TERMS)
CLASS = ("service", "age_band")
MADE = "2026-10-02"
FEW = ("mt1", "mt2", "vekst6_1", "vekst6_attribution", "lt1")
"""Enough questions to be told apart by, and few enough to be audited quickly."""


def drawn(size: int, terms: Catalogue, seed: int = 1, start: int = 0) -> pl.DataFrame:
    """Responses to few questions."""
    return frame(size, terms, seed=seed, start=start, asked=FEW)


def one_service(answers: pl.DataFrame) -> pl.DataFrame:
    """The same answers, each about one service at most."""
    return answers.with_columns(pl.col("services").list.head(1))


def released(*frames: pl.DataFrame, policy: Policy = POLICY) -> History:
    made: list[Release] = []
    for answers in frames:
        made.append(
            release(answers, policy, History(tuple(made)), series="1", published="2026-10-01")
        )
    return History(tuple(made))


def data(answers: pl.DataFrame, history: History | None = None, policy: Policy = POLICY) -> Dataset:
    return protect(
        answers, policy, history or released(answers, policy=policy), series="1", published=MADE
    )


def classes(rows: pl.DataFrame) -> dict[Any, list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in rows.to_dicts():
        found[tuple(row.get(name) for name in CLASS)].append(row)
    return found


@pytest.mark.parametrize("size", [60, 300, 1500])
@pytest.mark.parametrize("several", [True, False])
def test_whoever_shares_service_and_age_is_one_of_a_crowd_who_answer_differently(
    size: int, several: bool
) -> None:
    answers = drawn(size, TERMS)
    made = data(answers if several else one_service(answers))
    assert made.frame.height == size, "no row is removed"
    for rows in classes(made.frame).values():
        assert len(rows) >= 4 * POLICY.threshold("*")
        for name in rows[0].keys() - {*CLASS, "has_story"}:
            said = {row[name] for row in rows} - {-9}
            nothing = {0, 2} if name.startswith("theme_") else set()
            assert len(said) != 1 or said <= nothing, (name, said)


def test_services_and_ages_are_told_where_that_is_safe() -> None:
    made = data(one_service(drawn(1500, TERMS)))
    told = Counter(made.frame["service"])
    assert set(told) == {1, 2, 3, 4, 6}
    assert made.protection.untold == ()
    assert made.protection.age == "13-15, 16-17, 18-24, 25-29"
    assert made.protection.withheld == ()
    assert made.protection.smallest == min(len(rows) for rows in classes(made.frame).values())


def test_subgroups_are_told_of_where_they_are_a_crowd() -> None:
    made = data(one_service(drawn(1500, TERMS)))
    service, ages = {f"s{i}" for i in range(4)}, {"13-15", "16-17", "18-24", "25-29"}
    assert {key for key, _, _ in made.protection.subgroups} == service | ages
    shares = [share for _, *both in made.protection.subgroups for share in both]
    assert all(share in range(0, 101, 5) for share in shares)
    for key, lost, _ in made.protection.subgroups:
        if key in ages:
            assert lost == 0, "no age loses more of the services than another"
    report = render(made, "privacy", STUDY).decode()
    assert "| s0 | 0 % | 0 % | 0 % |" in report
    few = data(one_service(drawn(120, TERMS)))
    assert {key for key, _, _ in few.protection.subgroups} < service | ages


def test_a_service_whose_figures_count_others_too_is_not_told() -> None:
    """Its figure less its rows would be the few who chose several services."""
    answers = one_service(drawn(600, TERMS))
    few = answers["services"].to_list()
    for row in [i for i, keys in enumerate(few) if keys == ["s0"]][:4]:
        few[row] = ["s0", "s2"]
    made = data(answers.with_columns(services=pl.Series(few)))
    assert {"s0", "s2"} <= set(made.protection.untold)


def test_small_services_lose_their_name_and_nothing_else() -> None:
    answers = one_service(drawn(600, catalogue(2)))
    tiny = drawn(6, TERMS, seed=7, start=900).with_columns(services=pl.lit(["s3"]))
    made = data(pl.concat([answers, tiny.select(answers.columns)]))
    assert "s3" in made.protection.untold
    assert made.frame.height == 606
    assert Counter(made.frame["service"])[-7] >= POLICY.threshold("*")


def test_it_is_of_the_people_in_the_latest_release_and_of_no_others() -> None:
    answers = one_service(drawn(400, TERMS))
    grown = pl.concat([answers, one_service(drawn(4, TERMS, start=400))])
    made = data(grown, released(answers, grown))
    assert made.frame.height == 400, "4 who came after would stand out"
    assert set(made.exported.members["id"]) == set(answers["id"])


@pytest.mark.parametrize("few", [0, 3, 12])
def test_no_category_differs_from_a_released_figure_by_fewer_than_k(few: int) -> None:
    """An answer that few more gave since its figure was last shown keeps the exact answers out."""
    answers = one_service(drawn(400, TERMS))
    new = one_service(drawn(60, TERMS, start=400)).with_columns(
        pl.Series("vekst6_attribution", [1] * few + [0] * (30 - few) + [3] * 30, dtype=pl.Int64)
    )
    grown = pl.concat([answers, new])
    made = data(grown, released(answers, grown))
    assert made.frame.height == 460
    coarse = {*made.protection.merged, *made.protection.withheld}
    exact = "vekst6_attribution" not in coarse
    assert exact == (few == 0)


def test_withdrawals_of_fewer_than_k_are_not_shown() -> None:
    answers = drawn(300, TERMS)
    history = released(answers)
    with pytest.raises(DatasetError, match="Release again"):
        data(answers.tail(297), history)


def test_a_second_data_set_shows_no_few_between_the_two() -> None:
    answers = one_service(drawn(200, TERMS))
    history = released(answers)
    first = data(answers, history)
    grown = pl.concat([answers, one_service(drawn(200, TERMS, start=200))])
    again = released(answers, grown)
    second = data(grown, replace(again, exports=(first.exported,)))
    both = second.exported.members.join(
        first.exported.members.select("id", then="services"), on="id", how="left"
    )
    sizes = both.group_by(pl.col("services").list.join(" "), pl.col("then").list.join(" ")).len()
    assert both.height == 400
    assert all(size >= 15 for size in sizes["len"])
    strangers = pl.Series([f"x{number}" for number in range(5)])
    gone = first.exported.members.head(5).with_columns(id=strangers)
    lost = replace(first.exported, members=pl.concat([first.exported.members, gone]))
    with pytest.raises(DatasetError, match="few have come"):
        data(answers, replace(history, exports=(lost,)))


def test_what_cannot_be_made_says_what_to_do() -> None:
    answers = drawn(40, TERMS)
    with pytest.raises(HistoryError, match="Release first"):
        data(answers, History())
    history = released(answers)
    with pytest.raises(HistoryError, match="Release again"):
        data(answers, replace(history, retracted=frozenset({1})))
    with pytest.raises(DatasetError, match="Wait"):
        data(drawn(12, TERMS))


def test_order_of_rows_and_columns_and_ids_leaves_no_trace() -> None:
    answers = drawn(150, TERMS)
    first = data(answers)
    for seed in range(2):
        renamed = answers.with_columns(id=pl.format("{}-{}", pl.lit(seed), "id"))
        other = renamed.sample(fraction=1, shuffle=True, seed=seed).select(
            sorted(answers.columns, reverse=bool(seed % 2))
        )
        for name in ("csv", "sav", "parquet", "privacy"):
            assert render(data(other), name) == render(first, name), name
    places = first.exported.members.with_row_index().sort("id")["index"].to_list()
    assert places == sorted(places)
    order = [tuple(row) for row in first.frame.iter_rows()]
    assert order != sorted(order)


# Linkage: a register of named people with service and age, and a guess at what each answered.


def guess(rows: list[dict[str, Any]], person: dict[str, Any], known: int, item: str) -> int | None:
    """What most of those say who could be this person, of whom `known` answers are known too."""
    could = [
        row
        for row in rows
        if row["service"] in (person["service"], -7)
        and row.get("age_band", -7) in (person["age_band"], -7)
        and row[item] != -9
    ]
    assert not could or len(could) >= 5
    names = ("mt1", "vekst6_attribution")[:known]
    alike = [
        row
        for row in could
        if all(row[name] == (-9 if person[name] is None else person[name]) for name in names)
    ]
    said = Counter(row[item] for row in alike or could)
    return said.most_common(1)[0][0] if said else None


@pytest.fixture(scope="module")
def linked() -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of a file, the people in it as a register has them, and as many others."""
    everybody = one_service(drawn(1600, TERMS))
    random = np.random.default_rng(3)
    keys = everybody["services"].list.first().fill_null("").to_list()
    ages = everybody["age_band"].fill_null("").to_list()
    leaning = [1 + (hash_of(key + age) % 5) for key, age in zip(keys, ages, strict=True)]
    picked = np.where(random.random(1600) < 0.4, leaning, random.integers(1, 6, 1600))
    everybody = everybody.with_columns(mt2=pl.Series(picked.tolist(), dtype=pl.Int64))
    made = data(everybody.head(800))
    assert {"mt1", "mt2", "vekst6_attribution"} <= set(made.frame.columns)
    assert not made.protection.merged
    codes = {f"s{number}": number + 1 for number in range(4)} | {None: 6}
    bands = {"13-15": 1, "16-17": 2, "18-24": 3, "25-29": 4, None: -9}
    if made.protection.age != "13-15, 16-17, 18-24, 25-29":
        bands = {"13-15": 1, "16-17": 1, "18-24": 2, "25-29": 2, None: -9}
    people = [
        person
        | {
            "service": codes[next(iter(person["services"]), None)],
            "age_band": bands[person["age_band"]],
        }
        for person in everybody.to_dicts()
    ]
    return made.frame.to_dicts(), people[:800], people[800:]


@pytest.mark.parametrize(("known", "most"), [(0, 0.05), (1, 0.08)])
def test_a_register_tells_no_more_of_those_in_the_file_than_of_others(
    linked: tuple[list[dict[str, Any]], ...], known: int, most: float
) -> None:
    """Who knows one answer besides gets a little, as decision 15 says."""
    rows, inside, outside = linked
    rates = [
        sum(guess(rows, person, known, "mt2") == person["mt2"] for person in people) / len(people)
        for people in (inside, outside)
    ]
    assert rates[0] <= rates[1] + most, rates


def hash_of(text: str) -> int:
    return sum(text.encode())


# Files


DATA = data(one_service(frame(600, TERMS)))
SMALL = one_service(drawn(300, TERMS))
FIRST, AGAIN = data(SMALL), data(SMALL)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "budget"])
def test_every_format_takes_a_data_set_and_gives_the_same_bytes_again(name: str) -> None:
    assert render(FIRST, name, STUDY) == render(AGAIN, name, STUDY)


def test_a_data_set_has_no_budget_columns() -> None:
    with pytest.raises(FileError, match="made of a release"):
        render(DATA, "budget", STUDY)


@pytest.mark.parametrize("name", ["sav", "dta"])
def test_codes_keep_their_labels_and_what_is_missing(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{name}"
    write(DATA, path, name, STUDY)
    reader = pyreadstat.read_sav if name == "sav" else pyreadstat.read_dta
    given = {"user_missing": True} if name == "sav" else {}
    back, about = reader(path, output_format="polars", **given)
    assert back.cast(pl.Int64).equals(DATA.frame)
    for known in DATA.variables:
        assert about.column_names_to_labels[known.name] == known.label["nb"]
        labels = {int(code): text for code, text in about.variable_value_labels[known.name].items()}
        assert labels == {code: text["nb"] for code, text in known.values.items()}
        if name == "sav":
            ranges = about.missing_ranges.get(known.name, [])
            assert sorted(int(r["lo"]) for r in ranges) == sorted(known.missing)
    assert any("æ" in text or "ø" in text for text in about.column_names_to_labels.values())


@pytest.mark.skipif(PSPP is None, reason="PSPP is not installed (Debian: apt-get install pspp)")
def test_pspp_reads_every_row_of_a_data_set(tmp_path: Path) -> None:
    write(DATA, tmp_path / "x.sav", "sav", STUDY)
    rows = pspp(tmp_path, "x.sav")
    assert [{name: int(float(value)) for name, value in row.items()} for row in rows] == (
        DATA.frame.to_dicts()
    )


def test_the_ddi_of_a_data_set_lists_every_code() -> None:
    root = etree.fromstring(render(DATA, "ddi", STUDY))
    schema().assertValid(root)
    for known in DATA.variables:
        (element,) = root.xpath(f'.//*[local-name()="var"][@name="{known.name}"]')
        codes = {
            int(found.findtext("{*}catValu") or ""): found.get("missing")
            for found in element.iterfind("{*}catgry")
        }
        assert codes == {c: "Y" if c in known.missing else "N" for c in known.values}


def test_a_data_set_is_read_back_as_it_was_kept() -> None:
    back = Dataset.from_bytes(DATA.to_bytes(), DATA.members_to_bytes())
    assert back == DATA
    assert back.frame.equals(DATA.frame)
    assert back.exported.members.equals(DATA.exported.members)
    assert back.to_bytes() == DATA.to_bytes()
    for name in formats(Dataset):
        assert render(back, name, STUDY) == render(DATA, name, STUDY), name
    with pytest.raises(DocumentError, match="not a data set"):
        Dataset.from_bytes(b"{}", DATA.members_to_bytes())


def test_nothing_in_a_file_is_an_id_or_comes_from_a_story() -> None:
    ids = set(DATA.exported.members["id"])
    for name in ("csv", "codebook", "privacy", "ddi", "csvw"):
        text = render(DATA, name, STUDY).decode()
        assert not [one for one in ids if one in text]
    assert pl.read_parquet(BytesIO(render(DATA, "parquet"))).columns == DATA.frame.columns


def test_names_fit_spss_and_labels_fit_stata() -> None:
    for known in DATA.variables:
        assert len(known.name) <= 32
        assert known.name.isidentifier()
        assert all(len(text) <= 80 for text in known.label.values())
        assert all(len(text["nb"].encode()) <= 120 for text in known.values.values())


def test_a_sensitive_service_raises_the_threshold_of_the_whole_file() -> None:
    terms = replace(
        TERMS,
        services=tuple(Service(f"s{i}", "fritidsklubb", TERMS.services[i].name) for i in range(4)),
    )
    made = data(one_service(drawn(400, terms)), policy=Policy(terms))
    assert (made.protection.k, DATA.protection.k) == (10, 15)
