"""A linter of instruments and taxonomy: everything said in three languages, nothing lost."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import polars as pl
import pytest
import yaml

from enumerations import Attribution, Language
from exports import InstrumentError, instruments, service_classes
from exports.disclosure import catalogue
from exports.instruments import Ladder, items, read
from exports.instruments.scoring import UNIT, band, total_units
from exports.messages import messages

LANGUAGES = {str(language) for language in Language}
LADDERS: dict[str, tuple[Ladder, list[int]]] = {
    item.id: (item.ladder, list(item.values) or list(range(len(item.poles) + 1)))
    for item in items().values()
    if item.ladder
}
POLES = {pole.id for item in items().values() for pole in item.poles}
LADDERS |= {
    f"scale {entry.scale.id}": (entry.scale.ladder, list(range(len(entry.scale.cuts) + 1)))
    for entry in instruments().values()
    if entry.scale
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


def test_an_item_where_much_means_little_is_turned_round() -> None:
    scale = read(SCALED)["to"].scale
    assert scale is not None
    answers = pl.DataFrame({"t1": [5, 1, None, 4], "t2": [1, 5, 2, None]})
    totals = answers.select(total_units(scale) / UNIT).to_series().to_list()
    assert totals == [5, 1, 4, 4]
    assert answers.select(band(scale)).to_series().to_list() == [1, 0, 1, 1]


def test_only_what_is_scored_can_be_turned_round() -> None:
    with pytest.raises(InstrumentError, match="to: the scale turns 't3' round"):
        read(SCALED.replace("[t2]", "[t3]"))
