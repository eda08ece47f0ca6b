"""The codebook holds together, and follows the enumerations."""

from enumerations import Attribution, Change, Language, Level, SafetyFlag, Utterance
from nlp import codebook


def test_ids_are_unique():
    book = codebook()
    ids = [g.id for g in book.groups] + list(book.theme_ids) + [f.id for f in book.safety_flags]
    assert len(ids) == len(set(ids))


def test_every_group_is_used_and_every_code_has_a_group():
    book = codebook()
    assert {code.group for code in book.codes} == {group.id for group in book.groups}


def test_every_label_is_there_in_every_language():
    book = codebook()
    labelled = [*book.groups, *book.codes, *book.meta_codes, *book.axes, *book.safety_flags]
    labelled += [value for axis in book.axes for value in axis.values]
    for entry in labelled:
        assert set(entry.label) == set(Language), entry.id
        assert all(label.strip() for label in entry.label.values()), entry.id


def test_axes_and_flags_hold_exactly_the_enumerated_values():
    book = codebook()
    values = {axis.id: {value.id for value in axis.values} for axis in book.axes}
    assert values == {
        "attribusjon": set(Attribution),
        "ytring": set(Utterance),
        "endring": set(Change),
        "nivaa": set(Level),
    }
    assert {flag.id for flag in book.safety_flags} == set(SafetyFlag)


def test_personal_growth_is_the_outcome():
    assert {c.group for c in codebook().codes if c.outcome} == {"H"}
    assert all(c.outcome for c in codebook().codes if c.group == "H")


def test_examples_use_known_codes_and_few_enough():
    book = codebook()
    for code in book.codes:
        assert len(code.examples) >= 6, code.id
        for example in code.examples:
            assert set(example.themes) <= set(book.theme_ids), example.text
            assert len(example.themes) <= book.max_codes_per_unit
