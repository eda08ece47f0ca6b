"""A linter of instruments and taxonomy: everything said in three languages, nothing lost."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

import exports
from enumerations import Attribution, Language
from exports import InstrumentError, instruments, service_classes, use_instruments
from exports.disclosure import catalogue
from exports.instruments import Ladder, Scale, items, read, scoring
from exports.instruments.scoring import band, total_units
from exports.messages import messages

LANGUAGES = {str(language) for language in Language}
LADDERS: dict[str, tuple[Ladder, list[int]]] = {
    item.id: (item.ladder, list(item.values) or list(range(len(item.poles) + 1)))
    for item in items().values()
    if item.ladder
}
POLES = {pole.id for item in items().values() for pole in item.poles}
LADDERS |= {
    f"scale {scale.id}": (scale.ladder, list(range(len(scale.cuts) + 1)))
    for entry in instruments().values()
    for scale in entry.scales
}
LADDERS |= {
    "mentions": (catalogue.MENTIONS, [0, 1, 2]),
    "stories": (catalogue.STORIES, [0, 1]),
    "don't knows": (catalogue.DONT_KNOWS, [0, 1]),
}


def texts(entry: Any) -> Iterator[Mapping[str, str]]:
    """Find every text in the raw file: a mapping with a language for a key."""
    if isinstance(entry, dict):
        if LANGUAGES & set(entry):
            yield entry
        else:
            for value in entry.values():
                yield from texts(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from texts(value)


def raw(package: str, name: str) -> Any:
    return yaml.safe_load(files(package).joinpath(name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("exports.instruments", "instruments.yaml"),
        ("exports.services", "service_taxonomy.yaml"),
    ],
)
def test_every_text_is_in_every_language_with_the_same_placeholders(
    package: str, name: str
) -> None:
    found = list(texts(raw(package, name)))
    assert len(found) > 25
    for text in found:
        assert set(text) == LANGUAGES
        assert all(value == value.strip() != "" for value in text.values())
        placeholders = {tuple(re.findall(r"{.*?}", value)) for value in text.values()}
        assert placeholders in ({()}, {("{service}",)})


def test_messages_are_the_same_in_every_language() -> None:
    catalogues = [messages(language) for language in Language]
    for key in set().union(*catalogues):
        fields = {tuple(sorted(re.findall(r"{.*?}", c[key]))) for c in catalogues}
        assert len(fields) == 1, key


def test_only_wording_that_may_be_shipped_is_here() -> None:
    assert {entry.id: entry.status for entry in instruments().values()} == {
        "mt10": "own",
        "vekst6": "own",
        "vekst6n": "own",
        "narrativ4": "own",
        "livstilfredshet_0_10": "ship",
        "merking": "own",
        "besok": "own",
    }
    for entry in instruments().values():
        assert "CC BY 4.0" in entry.licence
        assert entry.source
        assert set(entry.wording) == LANGUAGES


def test_item_ids_are_unique_and_known_ones_are_there() -> None:
    ids = [item.id for entry in instruments().values() for item in entry.items]
    assert len(ids) == len(set(ids))
    wanted = {f"mt{i}" for i in range(1, 11)} | {f"vekst6_{i}" for i in range(1, 7)}
    assert wanted | {"vekst6_attribution", "lt1", "n1", "n2", "n3", "n4"} <= set(ids)


@pytest.mark.parametrize("name", LADDERS)
def test_ladders_hold_every_answer_once_and_only_merge(name: str) -> None:
    ladder, values = LADDERS[name]
    finer: list[set[int]] = [{value} for value in values]
    for step in ladder:
        assert sorted(value for category in step for value in category.values) == sorted(values)
        for part in finer:
            assert sum(part <= set(category.values) for category in step) == 1
        finer = [set(category.values) for category in step]


@pytest.mark.parametrize("name", LADDERS)
def test_every_category_has_a_label(name: str) -> None:
    ladder, values = LADDERS[name]
    for category in (category for step in ladder for category in step):
        option = category.id == str(category.values[0]) and category.values[0] in values
        assert (
            option
            or category.id in POLES
            or f"category.{category.id}" in messages(Language.ENGLISH)
        )


def test_every_total_lies_within_the_bounds_of_its_band() -> None:
    for scale in (scale for entry in instruments().values() for scale in entry.scales):
        random = np.random.default_rng(1)
        low, high = (items()[scale.items[0]].values[end] for end in (0, -1))
        drawn = random.integers(low, high + 1, (2000, 1)) + random.integers(-1, 2, (2000, 1))
        drawn = np.clip(drawn + random.integers(-1, 2, (2000, len(scale.items))), low, high)
        answers = pl.DataFrame(drawn, schema=list(scale.items))
        totals, bands = answers.select(total=total_units(scale), band=band(scale)).get_columns()
        bounds = scoring.bounds(scale)
        for place, (least, most) in enumerate(bounds):
            inside = totals.filter(bands == place) / scale.unit
            assert inside.len() > 0
            assert inside.is_between(least, most).all()
        assert (bounds[0][0], bounds[-1][1]) == (scale.minimum, scale.maximum)
    assert scoring.bounds(scoring.by_id("lt1")) == [(0, 5), (6, 8), (9, 10)]


def test_bands_of_life_satisfaction_are_statistics_norways() -> None:
    scale = instruments()["livstilfredshet_0_10"].scale
    assert scale is not None
    bands = [sum(answer >= cut for cut in scale.cuts) for answer in range(11)]
    assert bands == [0] * 6 + [1] * 3 + [2] * 2


def test_the_triad_asks_for_the_codebooks_attribution() -> None:
    poles = [pole.id for pole in items()["merk1"].poles]
    assert poles == [attribution for attribution in Attribution if attribution != "uklar"]


def test_what_the_gate_has_no_figure_for_is_not_counted() -> None:
    counted = {
        item.id for entry in instruments().values() for item in entry.items if entry.counted(item)
    }
    assert {"mt1", "vekst6_1", "vekst6_attribution", "lt1", "merk1", "merk2"} <= counted
    assert counted.isdisjoint({"n1", "merk3", "besok1", "besok2", "besok3"})


FILE = """\
instruments:
  - id: prove
    name: {nb: Prøve, nn: Prøve, en: Try}
    status: own
    licence: CC BY 4.0
    source: Written for a test.
    validated: false
    wording: {nb: "1", nn: "1", en: "1"}
    items:
      - id: p1
        type: smileys
        text: {nb: Hvordan, nn: Korleis, en: How}
        options:
          - {value: 1, face: 1, label: {nb: Dårlig, nn: Dårleg, en: Bad}}
          - {value: 2, face: 5, label: {nb: Bra, nn: Bra, en: Good}}
      - id: p2
        type: multiple
        text: {nb: Hva, nn: Kva, en: What}
        most: 2
        options:
          - {value: 1, label: {nb: Ett, nn: Eitt, en: One}}
          - {value: 2, label: {nb: To, nn: To, en: Two}}
          - {value: 0, alone: true, label: {nb: Ingen, nn: Ingen, en: None}}
      - id: p3
        type: triad
        text: {nb: Om, nn: Om, en: About}
        poles:
          - {id: one, label: {nb: A, nn: A, en: A}}
          - {id: two, label: {nb: B, nn: B, en: B}}
          - {id: three, label: {nb: C, nn: C, en: C}}
      - id: p4
        type: stones
        text: {nb: Legg, nn: Legg, en: Put}
        stones:
          - {id: now, label: {nb: Nå, nn: "No", en: Now}}
        x:
          min: {nb: A, nn: A, en: A}
          max: {nb: B, nn: B, en: B}
        y:
          min: {nb: C, nn: C, en: C}
          max: {nb: D, nn: D, en: D}
"""
MISTAKES = [
    ("instruments:", "instrumenter:", "no list `instruments`"),
    ("    status: own\n", "", "prove: lacks `status`. Write it"),
    ("- id: p2", "- id: p1", "p1: this id stands twice"),
    ("- id: p2", "- id: P2", "prove.P2: the id must be"),
    ("- id: p2", "- name: p2", "prove.?: the id must be"),
    ("type: triad", "type: quad", "prove.p3: there is no type 'quad'. Use one of: story, choice"),
    ("type: triad", "type: dyad", "prove.p3: needs exactly 2 poles"),
    ("type: triad", "type: ranking", "prove.p3: a ranking needs `options`"),
    ("type: triad", "type: ranking", "prove.p3: a ranking has no `poles`"),
    ("          - {id: three, label: {nb: C, nn: C, en: C}}\n", "", "prove.p3: needs exactly 3"),
    ("{id: three", "{id: two", "prove.p3: two poles have the same id"),
    ("{id: three", "{id: 3", "prove.p3: every pole needs an `id`"),
    ("{id: three", "{colour: red, id: three", "prove.p3: a pole has an `id` and a `label`"),
    (
        "type: triad",
        "type: triad\n        figure: item",
        "prove.p3: `figure: signification` is for",
    ),
    ("type: triad", "type: triad\n        options: []", "prove.p3: a triad has no `options`"),
    ("{nb: A, nn: A, en: A}", "{nb: A, en: A}", "prove: “A” is not said in nn"),
    ("{nb: Om, nn: Om, en: About}", "{nb: Om, nn: ' ', en: About}", "“Om” is not said in nn"),
    ('nn: "No"', "nn: No", "prove: “Nå” is not said in nn"),
    ("        text: {nb: Hva, nn: Kva, en: What}\n", "", "prove.p2: a multiple needs `text`"),
    ("face: 5", "face: 6", "prove.p1: every smiley needs a `face` from 1"),
    ("face: 5", "face: 1", "prove.p1: every smiley needs a `face` from 1"),
    ("face: 5, ", "", "prove.p1: every smiley needs a `face` from 1"),
    ("type: smileys", "type: choice", "prove.p1: an option of a choice has no `face`"),
    ("value: 2, face", "value: 1, face", "prove.p1: two options have the same value"),
    ("value: 2, face", "value: to, face", "prove.p1: every option needs a `value`"),
    ("value: 2, face", "value: true, face", "prove.p1: every option needs a `value`"),
    ("most: 2", "most: 4", "prove.p2: `most` must be between 1 and"),
    ("most: 2", "most: 0", "prove.p2: `most` must be between 1 and"),
    ("alone: true", "alone: 1", "prove.p2: `alone` is true or false"),
    ("        x:\n", "        z:\n", "prove.p4: a stones needs `x`"),
    ("          max: {nb: B, nn: B, en: B}\n", "", "prove.p4: `x` needs `min` and `max`"),
    (
        "        stones:\n          -",
        "        stones: []\n        z:\n          -",
        "p4: needs 1 to 5",
    ),
]


def test_a_right_file_is_read() -> None:
    (entry,) = read(FILE).values()
    faces, some, triad, stones = entry.items
    assert [option.face for option in faces.options] == [1, 5]
    assert [option.alone for option in some.options] == [False, False, True]
    assert (some.most, some.values, some.one, faces.one) == (2, (1, 2, 0), False, True)
    assert [pole.id for pole in triad.poles] == ["one", "two", "three"]
    assert stones.x is not None
    assert (stones.x.maximum["nb"], stones.values, triad.values) == ("B", (), ())


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES)
def test_a_mistake_in_a_file_is_named(right: str, wrong: str, said: str) -> None:
    assert right in FILE
    with pytest.raises(InstrumentError) as stopped:
        read(FILE.replace(right, wrong, 1))
    assert said in str(stopped.value)


def test_all_mistakes_are_named_at_once() -> None:
    wrong = FILE.replace("face: 5", "face: 9").replace("most: 2", "most: 9").replace("x:", "z:")
    with pytest.raises(InstrumentError) as stopped:
        read(wrong)
    named = [line.partition(":")[0] for line in str(stopped.value).splitlines()]
    assert set(named) == {"prove.p1", "prove.p2", "prove.p4"}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "instruments: 7", "instruments: [7]", "instruments: [{items: 5}]", "a: [", "\0"],
)
def test_what_is_no_file_of_instruments_is_refused(text: str) -> None:
    with pytest.raises(InstrumentError):
        read(text)


def test_classes_never_ask_for_fewer_than_the_rules() -> None:
    classes = service_classes()
    assert len(classes) == 29
    for entry in classes.values():
        assert entry.min_n >= (15 if entry.sensitive else 10)
    sensitive = {entry.id for entry in classes.values() if entry.sensitive}
    assert {"barnevern_kommune", "bup", "dps", "rus", "fosterhjem"} <= sensitive


SCALED = """\
instruments:
  - id: to
    name: {nb: To, nn: To, en: Two}
    status: own
    licence: CC BY 4.0
    source: Written for a test.
    validated: false
    wording: {nb: "1", nn: "1", en: "1"}
    minimum: 1
    maximum: 5
    type: scale
    anchor_min: {nb: Lite, nn: Lite, en: Little}
    anchor_max: {nb: Mye, nn: Mykje, en: Much}
    items:
      - {id: t1, text: {nb: Godt, nn: Godt, en: Well}}
      - {id: t2, text: {nb: Vondt, nn: Vondt, en: Badly}}
      - {id: t3, scored: false, text: {nb: Annet, nn: Anna, en: Other}}
    scale: {minimum: 1, maximum: 5, min_answered: 1, cuts: [3], reversed: [t2], ladder: []}
"""


def totals(scale: Scale, answers: Mapping[str, list[int | None]]) -> list[Fraction | None]:
    units = pl.DataFrame(answers).select(total_units(scale)).to_series().to_list()
    return [None if value is None else Fraction(value, scale.unit) for value in units]


def test_an_item_where_much_means_little_is_turned_round() -> None:
    scale = read(SCALED)["to"].scale
    assert scale is not None
    answers: dict[str, list[int | None]] = {"t1": [5, 1, None, 4], "t2": [1, 5, 2, None]}
    assert totals(scale, answers) == [5, 1, 4, 4]
    assert pl.DataFrame(answers).select(band(scale)).to_series().to_list() == [1, 0, 1, 1]


# A sum of seven answers 1-5 of which five suffice; the published rule (SWLS, GSE, WEMWBS): the mean
# of what is answered, times seven. Its bands begin at 19.5 and 27.5, between two whole sums.
SUMMED = SCALED[: SCALED.index("      - {id: t1")]
SUMMED += "\n".join(
    f"      - {{id: s{n}, text: {{nb: 'Nr {n}', nn: 'Nr {n}', en: 'No {n}'}}}}" for n in range(1, 8)
)
SUMMED += """
    scale:
      method: sum
      minimum: 7
      maximum: 35
      min_answered: 5
      cuts: [19.5, 27.5]
      reversed: [s7]
      ladder: [{low: [0], middle: [1], high: [2]}]
    subscales:
      - id: to_a
        name: {nb: Første, nn: Fyrste, en: First}
        items: [s1, s2, s3]
        minimum: 1
        maximum: 5
        min_answered: 3
        cuts: [2.5, 3.5]
        ladder: [{low: [0], middle: [1], high: [2]}]
      - id: to_b
        name: {nb: Annen, nn: Andre, en: Second}
        items: [s6, s7]
        method: sum
        minimum: 2
        maximum: 10
        min_answered: 1
        reversed: [s7]
        cuts: []
        ladder: []
"""
ROW = [4, 2, None, 5, 1, 3, 2]


def by_hand(scale: Scale, row: Mapping[str, int | None]) -> Fraction | None:
    """A person's total in exact fractions, as the manuals of such scales say."""
    given = [
        6 - answer if item in scale.reversed else answer
        for item in scale.items
        if (answer := row[item]) is not None
    ]
    if len(given) < scale.min_answered:
        return None
    return Fraction(sum(given), len(given)) * (len(scale.items) if scale.sum else 1)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test switches on is off for the next."""
    monkeypatch.setitem(use_instruments.__globals__, "_added", {})


@pytest.fixture
def summed(own: None, tmp_path: Path) -> pl.DataFrame:
    """Answers to a file's instrument that is switched on, with every way to leave some out."""
    path = tmp_path / "mine.yaml"
    path.write_text(SUMMED.replace("status: own", "status: licensed"), encoding="utf-8")
    use_instruments(path, {"to": "CC BY 4.0"})
    rows = [
        {
            f"s{n}": answer if there else None
            for n, (answer, there) in enumerate(zip(row, out, strict=True), 1)
        }
        for row in ([1] * 7, [5, 5, 5, 5, 5, 5, 1], ROW, [3, 3, 3, 3, 3, 3, 2], [3, 4, 4] * 2 + [2])
        for out in product((False, True), repeat=7)
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Int64))
    return frame.with_columns(pl.int_range(pl.len()).cast(pl.String).alias("id"))


def test_sums_subscales_and_what_is_missing_are_scored_as_by_hand(summed: pl.DataFrame) -> None:
    found = exports.score(summed)
    for scale in instruments()["to"].scales:
        for row, scored in zip(summed.to_dicts(), found.to_dicts(), strict=True):
            total = by_hand(scale, row)
            names = [f"{scale.id}_{what}" for what in ("total", "100", "band", "prorated")]
            if total is None:
                assert [scored[name] for name in names] == [None] * 4
                continue
            part = (total - scale.minimum) / (scale.maximum - scale.minimum)
            assert scored[names[0]] == pytest.approx(float(total))
            assert scored[names[1]] == pytest.approx(100 * float(part))
            assert scored[names[2]] == sum(total >= cut for cut in scale.cuts)
            assert scored[names[3]] == any(row[item] is None for item in scale.items)
    assert found.filter(pl.col("to_total").is_not_null()).height == 4 * (1 + 7 + 21) + 2 * (1 + 6)


def test_the_ends_of_a_scale_are_0_and_100(summed: pl.DataFrame) -> None:
    lowest = dict.fromkeys([f"s{n}" for n in range(1, 7)], 1) | {"s7": 5, "id": "a"}
    highest = dict.fromkeys([f"s{n}" for n in range(1, 7)], 5) | {"s7": 1, "id": "b"}
    found = exports.score(pl.DataFrame([lowest, highest]))
    for name in ("to", "to_a", "to_b"):
        assert found[f"{name}_100"].to_list() == [0, 100]


def test_a_subscale_with_a_ladder_is_published_and_one_without_is_not(summed: pl.DataFrame) -> None:
    terms = exports.Catalogue(services=(), groups=(), themes=(), periods=())
    asked = {q.subject for q in terms.questions(summed.columns) if q.kind is exports.Kind.SCALE}
    assert asked == {"to", "to_a"}
    own = terms.questions([f"mt{n}" for n in range(1, 11)])
    assert {q.subject for q in own if q.kind is exports.Kind.SCALE} == {"mt10"}


def test_the_subscales_of_mt10_hold_all_but_the_last_item_once() -> None:
    parts = [item for scale in instruments()["mt10"].subscales for item in scale.items]
    assert parts == [f"mt{n}" for n in range(1, 10)]


LICENSED = SUMMED.replace("status: own", "status: licensed").replace("CC BY 4.0", "CC BY-NC 9.0")
REFUSED = [
    ({}, "to: its licence is 'CC BY-NC 9.0', one of its own. If you have it, say so: to=CC BY-NC"),
    ({"to": "CC BY 4.0"}, "to: its licence is 'CC BY-NC 9.0', not 'CC BY 4.0'"),
    ({"to": "yes"}, "not 'yes'"),
    ({"to": "CC BY-NC 9.0", "who5": "CC BY-NC 9.0"}, "who5: a licence is said for it"),
]


@pytest.mark.parametrize(("licences", "said"), REFUSED)
def test_licensed_wording_is_off_until_its_own_licence_is_said(
    tmp_path: Path, licences: Mapping[str, str], said: str
) -> None:
    path = tmp_path / "licensed.yaml"
    path.write_text(LICENSED, encoding="utf-8")
    with pytest.raises(InstrumentError) as stopped:
        use_instruments(path, licences)
    assert said in str(stopped.value)
    assert "to" not in instruments()
    assert "s1" not in items()


def test_what_is_licensed_can_be_asked_and_scored_once_its_licence_is_said(
    own: None, tmp_path: Path
) -> None:
    path = tmp_path / "licensed.yaml"
    path.write_text(LICENSED, encoding="utf-8")
    use_instruments(path, {"to": "CC BY-NC 9.0"})
    assert instruments()["to"].licence == "CC BY-NC 9.0"
    assert scoring.by_id("to_a").items == ("s1", "s2", "s3")
    path.write_text(LICENSED.replace("to_a", "mt1").replace("s7", "lt1"), encoding="utf-8")
    with pytest.raises(InstrumentError, match=r"lt1: Fortell has this id already[^|]*mt1: For"):
        use_instruments(path, {"to": "CC BY-NC 9.0"})
    assert items()["s7"].id == "s7"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "gone.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InstrumentError, match="cannot be read"):
        use_instruments(path, {})


WRONG_SCALES = [
    ("status: own", "status: free", "to: there is no status 'free'. Use one of: own, ship, licen"),
    ("reversed: [s7]\n      ladder", "reversed: [t3]\n      ladder", "the scale turns 't3' round"),
    ("method: sum", "method: median", "the scale has no method 'median'"),
    ("min_answered: 5", "min_answered: 0", "the scale needs `min_answered` from 1 to 7"),
    ("min_answered: 3", "min_answered: 4", "subscale to_a needs `min_answered` from 1 to 3"),
    ("minimum: 7", "minimum: 5", "the scale goes from 5 to 35, and 's1' does not"),
    ("maximum: 10", "maximum: 5", "subscale to_b goes from 2 to 5, and 's6' does not"),
    ("cuts: [19.5, 27.5]", "cuts: [27.5, 19.5]", "the scale needs `cuts` in rising order"),
    ("cuts: [19.5, 27.5]", "cuts: [7, 19.5]", "the scale needs `cuts` in rising order"),
    ("cuts: [19.5, 27.5]", "cuts: [19.5]", "the scale has bands [0, 1], and a step"),
    ("items: [s6, s7]", "items: [s6, t9]", "subscale to_b counts 't9', which is not scored"),
    ("      - id: to_a\n        name", "      - name", "to: subscale 1 needs `id`"),
    ("- id: to_b", "- id: to_a", "to_a: this id stands twice"),
    ("- id: to_b", "- id: to", "to: this id stands twice"),
    ("        cuts: []\n", "", "subscale to_b needs `cuts`"),
    ("        cuts: []\n", "        cuts: []\n        mean: 1\n", "subscale to_b has no `mean`"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), WRONG_SCALES)
def test_a_mistake_in_a_scale_is_named(right: str, wrong: str, said: str) -> None:
    assert right in SUMMED
    with pytest.raises(InstrumentError) as stopped:
        read(SUMMED.replace(right, wrong, 1))
    assert said in str(stopped.value)


def test_a_scale_whose_totals_cannot_be_summed_exactly_is_refused() -> None:
    items = "\n".join(f"      - {{id: l{n}, text: {{nb: L, nn: L, en: L}}}}" for n in range(1, 21))
    text = SCALED[: SCALED.index("      - {id: t1")] + items
    scale = "\n    scale: {minimum: 1, maximum: 5, min_answered: %d, cuts: [3], ladder: []}\n"
    assert read(text + scale % 19)["to"].scale
    with pytest.raises(InstrumentError, match="too many totals to be counted exactly"):
        read(text + scale % 10)


def test_only_what_is_scored_can_be_turned_round() -> None:
    with pytest.raises(InstrumentError, match="to: the scale turns 't3' round"):
        read(SCALED.replace("[t2]", "[t3]"))
