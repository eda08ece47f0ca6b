"""A linter of instruments and taxonomy: everything said in three languages, nothing lost."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import pytest
import yaml

from enumerations import Language
from exports import instruments, service_classes
from exports.disclosure import catalogue
from exports.instruments import Ladder, items
from exports.messages import messages

LANGUAGES = {str(language) for language in Language}
LADDERS: dict[str, tuple[Ladder, list[int]]] = {
    item.id: (item.ladder, list(item.values)) for item in items().values() if item.ladder
}
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
        assert option or f"category.{category.id}" in messages(Language.ENGLISH)


def test_bands_of_life_satisfaction_are_statistics_norways() -> None:
    scale = instruments()["livstilfredshet_0_10"].scale
    assert scale is not None
    bands = [sum(answer >= cut for cut in scale.cuts) for answer in range(11)]
    assert bands == [0] * 6 + [1] * 3 + [2] * 2


def test_classes_never_ask_for_fewer_than_the_rules() -> None:
    classes = service_classes()
    assert len(classes) == 29
    for entry in classes.values():
        assert entry.min_n >= (15 if entry.sensitive else 10)
    sensitive = {entry.id for entry in classes.values() if entry.sensitive}
    assert {"barnevern_kommune", "bup", "dps", "rus", "fosterhjem"} <= sensitive
