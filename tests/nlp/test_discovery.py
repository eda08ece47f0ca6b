"""New themes: tries to get too few, too much or something unstable out of discovery."""

import dataclasses
import json
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import nlp
from enumerations import PLACEHOLDERS, SafetyFlag, Sentiment
from nlp.cli import nlp_group
from nlp.discovery import (
    SAME,
    CodedUnit,
    Earlier,
    Proposal,
    coded_units,
    discover,
    explained,
    keep_ids,
    read_earlier,
    rounded,
    write_earlier,
)
from nlp.phrases import key_phrases, plain_words

WIDTH = 384
AXES = np.linalg.qr(np.random.default_rng(1).normal(size=(WIDTH, WIDTH)))[0]
TOPICS = {
    "bussen": "bussen kjører altfor sjelden hit ut",
    "kantina": "maten i kantina smaker papp igjen",
    "garderoben": "garderoben mangler dusjer med dører",
    "fjøset": "kalvene i fjøset trenger melk tidlig",
}
OTHER = ("lampe", "sykkel", "tavle", "vindu", "jakke", "kopp", "sko", "trapp", "regn", "snø")


def near(axis: int, noise: float, seed: int) -> np.ndarray:
    """A vector of length one about an axis; noise is the length of what is added."""
    added = np.random.default_rng(seed).normal(size=WIDTH)
    vector = AXES[axis] + noise * added / np.linalg.norm(added)
    return vector / np.linalg.norm(vector)


def unit(respondent: str, number: int, text: str, vector: np.ndarray, **other: object) -> CodedUnit:
    values: dict = {"themes": (), "sentiment": Sentiment.NEGATIVE, "flags": ()} | other
    return CodedUnit(respondent, f"{respondent}/{number}", text, vector, **values)


def about(topic: str, respondents: int, first: int = 0, noise: float = 0.7) -> list[CodedUnit]:
    """One unit about a topic from each of so many respondents."""
    axis = list(TOPICS).index(topic)
    return [
        unit(
            f"{topic}-{i}",
            0,
            f"{OTHER[i % 10]} {TOPICS[topic]}",
            near(axis, noise, 1000 * (axis + 1) + i),
        )
        for i in range(first, first + respondents)
    ]


def scattered(count: int, **other: object) -> list[CodedUnit]:
    """Units that have nothing in common, each from a respondent of its own."""
    return [
        unit(
            f"alene-{i}",
            0,
            f"{OTHER[i % 10]} {OTHER[i % 7]} og noe annet",
            near(20, 9, 50_000 + i),
            **other,
        )
        for i in range(count)
    ]


def respondents_of(proposal: Proposal, units: Iterable[CodedUnit]) -> set[str]:
    inside = set(proposal.units)
    return {unit.respondent for unit in units if unit.id in inside}


def topics_of(proposal: Proposal) -> set[str]:
    return {identifier.split("-")[0] for identifier in proposal.units}


MIXED = [*about("bussen", 23), *about("kantina", 14), *about("garderoben", 31), *scattered(25)]


@pytest.fixture(scope="module")
def proposals() -> list[Proposal]:
    return discover(MIXED)


def test_what_many_speak_of_is_found_and_named_by_their_words(proposals):
    found = {topics_of(proposal).pop(): proposal for proposal in proposals}
    assert set(found) == {"bussen", "kantina", "garderoben"}
    assert all(len(topics_of(proposal)) == 1 for proposal in proposals)
    for topic, proposal in found.items():
        assert topic in " ".join(proposal.phrases).split()
        assert set(proposal.representative) <= set(proposal.units)


def test_counts_are_respondents_rounded_like_what_is_published(proposals):
    for proposal in proposals:
        assert proposal.respondents == rounded(len(respondents_of(proposal, MIXED)))
        assert proposal.of == rounded(23 + 14 + 31 + 25)
    assert [rounded(n) for n in (10, 12, 13, 17, 18)] == [10, 10, 15, 15, 20]


def test_those_with_most_respondents_come_first(proposals):
    counts = [proposal.respondents for proposal in proposals]
    assert counts == sorted(counts, reverse=True)


def test_representatives_are_of_different_respondents():
    twice = [
        dataclasses.replace(one, respondent=f"to-{number // 2}")
        for number, one in enumerate(about("bussen", 40))
    ]
    for proposal in discover([*twice, *about("kantina", 20), *scattered(20)]):
        who = set(proposal.representative)
        owners = {one.respondent for one in (*twice, *about("kantina", 20)) if one.id in who}
        assert len(owners) == len(who) > 1


def test_one_theme_alone_is_found_too():
    units = [*about("bussen", 30, noise=0.4), *scattered(30)]
    (proposal,) = discover(units)
    assert topics_of(proposal) == {"bussen"}


def test_nothing_in_common_gives_nothing():
    assert discover(scattered(120)) == []
    assert discover([]) == []


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=4, max_size=4),
    units_each=st.integers(1, 8),
    big=st.integers(12, 25),
)
def test_nine_respondents_are_no_cluster_however_much_they_write(sizes, units_each, big):
    few = [
        unit(
            f"{topic}-{i}",
            n,
            f"{OTHER[n]} {TOPICS[topic]}",
            near(axis, 0.7, 90_000 + 1000 * axis + 99 * i + n),
        )
        for axis, (topic, size) in enumerate(zip(TOPICS, sizes, strict=True))
        for i in range(size)
        for n in range(units_each)
    ]
    many = [
        unit(
            f"mange-{i}", 0, f"{OTHER[i % 10]} lekser hver kveld hele uka", near(9, 0.7, 30_000 + i)
        )
        for i in range(big)
    ]
    units = [*few, *many, *scattered(15)]
    for proposal in discover(units):
        assert len(respondents_of(proposal, units)) >= 10
        assert proposal.respondents >= 10
        assert topics_of(proposal) == {"mange"}


def test_k_can_be_raised_and_not_lowered():
    units = [*about("bussen", 13), *about("garderoben", 30), *scattered(20)]
    assert {t for p in discover(units) for t in topics_of(p)} == {"bussen", "garderoben"}
    assert {t for p in discover(units, k=15) for t in topics_of(p)} == {"garderoben"}
    with pytest.raises(ValueError, match="Give 10 or more"):
        discover(units, k=9)


def test_one_respondent_who_repeats_drowns_nobody():
    chorus = [
        unit("ivrig-0", n, f"{OTHER[n % 10]} {TOPICS['bussen']}", near(0, 0.05, 7000 + n))
        for n in range(60)
    ]
    units = [*about("bussen", 23), *chorus, *about("kantina", 14), *scattered(25)]
    (bus,) = [proposal for proposal in discover(units) if "bussen" in topics_of(proposal)]
    assert len(respondents_of(bus, units)) > 15
    assert sum(identifier.startswith("ivrig") for identifier in bus.units) <= 1


def test_what_a_theme_explains_is_not_new():
    known = [dataclasses.replace(one, themes=(("C2_ventetid", 0.9),)) for one in MIXED[:23]]
    meta = [dataclasses.replace(one, themes=(("X4_utenfor", 0.9),)) for one in MIXED[23:37]]
    unsure = [dataclasses.replace(one, themes=(("F4_familie", 0.4),)) for one in MIXED[37:]]
    assert all(map(explained, known))
    assert not any(map(explained, [*meta, *unsure]))
    found = {topic for p in discover([*known, *meta, *unsure]) for topic in topics_of(p)}
    assert found == {"kantina", "garderoben"}


@pytest.mark.parametrize("flags", [(SafetyFlag.NEGLECT.value,), None])
def test_a_story_that_may_tell_of_danger_is_never_a_theme(flags):
    flagged = [dataclasses.replace(one, flags=flags) for one in MIXED[:23]]
    units = [*flagged, *MIXED[23:]]
    assert not any(topics_of(proposal) & {"bussen"} for proposal in discover(units))
    # Nor do nine others make ten with one of them.
    mixed = [*flagged[:14], *MIXED[14:23], *MIXED[23:]]
    assert not any(topics_of(proposal) & {"bussen"} for proposal in discover(mixed))


def test_short_cries_are_no_theme():
    cries = [unit(f"rop-{i}", 0, "vet ikke helt", near(5, 0.3, i)) for i in range(40)]
    assert not any("rop" in topics_of(proposal) for proposal in discover([*cries, *MIXED]))


def test_a_cluster_that_no_words_name_is_not_offered():
    words = [f"{a}{b}{c}en" for a in "bdfgk" for b in "aeiou" for c in "lmnrs"]
    units = [
        unit(f"ordløs-{i}", 0, " ".join(words[4 * i : 4 * i + 4]), near(6, 0.5, i))
        for i in range(30)
    ]
    assert not any("ordløs" in topics_of(proposal) for proposal in discover([*units, *MIXED]))


# Stability


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(proposals, rng):
    shuffled = list(MIXED)
    rng.shuffle(shuffled)
    assert discover(shuffled) == proposals


def test_names_of_units_and_respondents_do_not_decide_what_is_found(proposals):
    rng = random.Random(5)
    new = {one.id: f"{rng.random()}" for one in MIXED}
    renamed = [dataclasses.replace(one, id=new[one.id]) for one in MIXED]
    assert {frozenset(new[identifier] for identifier in p.units) for p in proposals} == {
        frozenset(p.units) for p in discover(renamed)
    }


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), noise=st.floats(0.4, 0.8))
def test_ids_stay_when_a_fifth_is_added(seed, noise):
    rng = random.Random(seed)
    sizes = {topic: rng.randint(20, 40) for topic in TOPICS}
    before = [u for t, n in sizes.items() for u in about(t, n, noise=noise)] + scattered(25)
    added = [u for t, n in sizes.items() for u in about(t, n // 5, first=n, noise=noise)]
    added += scattered(30)[25:]
    first = discover(before)
    second = discover([*before, *added], [p.remembered() for p in first])
    ids = {topics_of(p).pop(): p.id for p in first}
    again = {topics_of(p).pop(): p.id for p in second}
    assert len(ids) == 4
    assert again == ids


def test_an_earlier_id_is_not_given_to_something_else(proposals):
    bus = next(p for p in proposals if topics_of(p) == {"bussen"})
    without = [one for one in MIXED if not one.id.startswith("bussen")]
    later = discover([*without, *about("fjøset", 25)], [p.remembered() for p in proposals])
    assert bus.id not in {p.id for p in later}
    assert {t for p in later for t in topics_of(p)} == {"kantina", "garderoben", "fjøset"}


def test_what_is_remembered_has_neither_texts_nor_units(proposals):
    (kept, *_) = [proposal.remembered() for proposal in proposals]
    assert {field.name for field in dataclasses.fields(kept)} == {"id", "centroid", "phrases"}
    assert len(kept.centroid) == WIDTH
    assert np.linalg.norm(kept.centroid) == pytest.approx(1, abs=0.01)


def proposal_at(vector: Sequence[float], name: str, respondents: int = 10) -> Proposal:
    return Proposal(name, ("ord",), respondents, 50, 1.0, ("u",), ("u",), tuple(vector))


vectors = st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any)
centroids = st.lists(vectors, max_size=6, unique_by=tuple)


@given(new=centroids, old=centroids, rng=st.randoms(use_true_random=False))
def test_ids_are_given_one_to_one_and_in_no_order(new, old, rng):
    proposals = [proposal_at(v, f"ny-{i}") for i, v in enumerate(new)]
    earlier = [Earlier(f"ny-{i}", tuple(v), ()) for i, v in enumerate(reversed(old))]
    named = keep_ids(proposals, earlier)
    assert len({p.id for p in named}) == len(proposals)
    assert sorted(p.centroid for p in named) == sorted(p.centroid for p in proposals)
    rng.shuffle(earlier)
    assert keep_ids(proposals, earlier) == named
    known = {e.id: np.array(e.centroid) for e in earlier}
    for p in named:
        if p.id in known:
            lengths = np.linalg.norm(known[p.id]) * np.linalg.norm(p.centroid)
            assert known[p.id] @ p.centroid / lengths >= SAME - 1e-3


@given(st.lists(vectors, min_size=1, max_size=6), st.lists(vectors, max_size=6))
def test_what_did_not_move_keeps_its_id(stayed, others):
    length = [np.array(v) / np.linalg.norm(v) for v in stayed]
    distinct = [v for i, v in enumerate(length) if all(v @ w < 0.999 for w in length[:i])]
    earlier = [Earlier(f"gammel-{i}", tuple(v), ()) for i, v in enumerate(distinct)]
    moved = [
        v for v in others if all(np.array(v) @ w / np.linalg.norm(v) < 0.999 for w in distinct)
    ]
    named = keep_ids(
        [
            *(proposal_at(v, f"m-{i}") for i, v in enumerate(moved)),
            *(proposal_at(e.centroid, f"s-{e.id}") for e in earlier),
        ],
        earlier,
    )
    ids = {p.centroid: p.id for p in named}
    assert all(ids[e.centroid] == e.id for e in earlier)


def test_a_new_cluster_never_takes_an_id_that_was_used(proposals):
    taken = [Earlier(p.id, tuple(-np.array(p.centroid)), ()) for p in proposals]
    assert not {p.id for p in discover(MIXED, taken)} & {old.id for old in taken}


# Key phrases


def saying(texts: Sequence[str], who: str = "r") -> list[CodedUnit]:
    return [unit(f"{who}{i}", 0, text, near(0, 0.5, i)) for i, text in enumerate(texts)]


@given(st.lists(st.lists(st.sampled_from([*OTHER, "og", "ikke", "[NAVN]", "2", "."]), max_size=8)))
def test_a_phrase_is_said_by_five_respondents_at_least(sentences):
    units = saying([" ".join(words) for words in sentences])
    (phrases,) = key_phrases([units], saying(["helt andre ord"], "a"))
    for phrase in phrases:
        saying_it = {u.respondent for u in units if phrase in " ".join(plain_words(u.text))}
        assert len(saying_it) >= 5
        assert not {"og", "ikke", "2", "navn"} & set(phrase.split())


def test_four_respondents_and_a_repeating_one_are_not_five():
    units = [*saying(["tuba tuba tuba spiller jeg"] * 4)]
    units += [unit("r0", n, "tuba tuba i kveld", near(0, 0.5, n)) for n in range(1, 9)]
    units += saying(["noe ganske annet her"] * 8, "a")
    (phrases,) = key_phrases([units])
    assert "tuba" not in " ".join(phrases)
    (phrases,) = key_phrases([[*units, *saying(["tuba igjen"], "b")]])
    assert "tuba" in phrases


@pytest.mark.parametrize("placeholder", [*PLACEHOLDERS.values(), "[ALDER 13-15]"])
def test_placeholders_are_no_phrases_and_part_words(placeholder):
    units = saying([f"kantina {placeholder} kjøkkenet lukter"] * 20)
    (phrases,) = key_phrases([units])
    shown = " ".join(phrases)
    assert placeholder not in shown
    assert not set(plain_words(placeholder)) & set(shown.split())
    assert "kantina kjøkkenet" not in phrases
    assert plain_words(placeholder) == []


def test_a_name_that_slipped_through_is_no_phrase():
    units = saying(["trude bakken på kantina gir mat på ola.nordmann@skole.no"] * 20)
    (phrases,) = key_phrases([units])
    assert "kantina" in " ".join(phrases)
    assert all(nlp.redact(phrase).text == phrase for phrase in phrases)


def test_phrases_set_clusters_apart():
    bus = saying([f"sjåføren kjører forbi holdeplassen {word}" for word in OTHER * 2], "b")
    food = saying([f"kokken på holdeplassen lager graut {word}" for word in OTHER * 2], "f")
    first, second = key_phrases([bus, food])
    assert first[0] in {"sjåføren", "kjører", "forbi", "sjåføren kjører", "kjører forbi"}
    assert "holdeplassen" not in (first[0], second[0])
    assert max(map(len, (first, second))) <= 5


# Bad input


def test_errors_say_what_to_do_and_quote_nothing():
    secret = unit("r", 0, "hemmelig setning om noe", near(0, 0.1, 1))
    short = dataclasses.replace(secret, id="kort", vector=np.ones(3))
    for units, advice in (([secret, secret], "id of its own"), ([secret, short], "model version")):
        with pytest.raises(ValueError, match=advice) as error:
            discover(units)
        assert "hemmelig" not in str(error.value)
    old = Earlier("ny-1", tuple(near(0, 0.1, 1)), ())
    with pytest.raises(ValueError, match="only once"):
        keep_ids([], [old, old])
    with pytest.raises(ValueError, match="another model version"):
        keep_ids([proposal_at([1, 0, 0], "a")], [old])


@pytest.mark.parametrize("value", [0, np.nan, np.inf])
def test_units_without_a_vector_are_left_out(proposals, value):
    nothing = np.full(WIDTH, value)
    empty = [unit(f"tom-{i}", 0, "bare noen vanlige ord her", nothing) for i in range(30)]
    found = discover([*MIXED, *empty])
    assert [p.units for p in found] == [p.units for p in proposals]


def test_scikit_learn_comes_only_when_it_is_needed():
    code = "import sys, nlp.discovery, nlp.summaries; sys.exit('sklearn' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# Real vectors

ABOUT_HORSES = (
    "hesten min i stallen er den eneste jeg snakker med",
    "Eg er i stallen kvar dag, hesten roar meg ned",
    "på stallen får jeg ansvar for hesten og da glemmer jeg alt",
    "æ stelle hesten på stallen før skolen",
    "Det beste med uka er å ri en tur på hesten",
    "Uten stallen og hesten hadde jeg ikke stått opp",
    "fekk hjelpe til i stallen med å møkke og fôre hesten",
    "de lot meg ta med hesten ut på jordet, det var stort",
    "jeg rir på tirsdager og hesten kjenner meg igjen",
    "På stallen er det ingen som maser, bare hesten og jeg",
    "å børste hesten i stallen gjør at jeg puster roligere",
    "hesten blei solgt og da mista jeg stallen og alt",
    "vi burde fått ri mer, hesten er bedre enn samtaler",
    "stalljobben gir meg noe å gjøre, hesten trenger meg",
)
ABOUT_FOOD = (
    "maten i kantina er alltid kald og smaker papp",
    "Kantina sel berre bollar, eg vil ha ekte mat",
    "lunsjen i kantina koster mer enn jeg har",
    "kantina burde ha varm mat hver dag",
    "æ et aldri i kantina, maten e heilt ræva",
    "halal mat i kantina hadde vært fint",
    "De i kantina er hyggelige men maten er kjedelig",
    "matpakka mi er bedre enn alt de selger i kantina",
    "gratis mat i kantina hadde hjulpet mange",
    "Kantina stenger før vi får spist lunsj",
    "i kantina får du bare toast og brus til mat",
    "maten i kantina ble mye bedre etter at vi klaga",
    "hvorfor er det ikke suppe eller grøt i kantina lenger",
    "eg skulle ønske kantina hadde noko anna enn pølse",
)


def test_themes_that_the_codebook_lacks_are_found_among_real_vectors():
    """The codebook's own examples are what its themes explain; of horses and food it knows none."""
    engine = nlp.load()
    examples = [example.text for code in nlp.codebook().codes for example in code.examples]
    units: list[CodedUnit] = []
    for name, texts in (("hest", ABOUT_HORSES), ("mat", ABOUT_FOOD), ("kjent", examples)):
        for number, doc in enumerate(engine.pipe(texts)):
            ids = [f"{name}-{number}/{i}" for i in range(len(doc._.units))]
            units += coded_units(doc, f"{name}-{number}", ids)
    new = [
        one if one.id.startswith("kjent") else dataclasses.replace(one, themes=(), flags=())
        for one in units
    ]
    found = {topics_of(proposal).pop(): proposal for proposal in discover(new)}
    assert {"hest", "mat"} <= set(found)
    for topic, word in (("hest", "hesten"), ("mat", "kantina")):
        assert len(topics_of(found[topic])) == 1
        assert word in found[topic].phrases


HORSES = ("er brun", "spiser høy", "har lang man", "står på boks", "fikk nye sko", "er gammel nå")


def test_the_command_keeps_ids_in_a_memory_without_text(tmp_path):
    file, memory = tmp_path / "stories.jsonl", tmp_path / "memory.json"
    texts = [*ABOUT_HORSES, *ABOUT_FOOD, *(f"hesten i stallen {word}" for word in HORSES)]
    lines = [json.dumps({"id": f"s{n}", "text": text}) for n, text in enumerate(texts)]
    file.write_text("\n".join(lines), "utf-8")
    words = ["discover", str(file), "--memory", str(memory)]
    runs = [CliRunner().invoke(nlp_group, words) for _ in range(2)]
    assert [run.exit_code for run in runs] == [0, 0]
    assert runs[0].stdout == runs[1].stdout
    assert "stallen" in runs[0].stdout
    kept = memory.read_text("utf-8")
    assert {old.id for old in read_earlier(kept)} == {
        json.loads(line)["id"] for line in runs[0].stdout.splitlines()
    }
    assert not any(text in kept for text in texts)
    memory.write_text("[1]", "utf-8")
    broken = CliRunner().invoke(nlp_group, words)
    assert broken.exit_code == 1
    assert "Give the file of an earlier run" in broken.output


def test_what_is_kept_of_a_proposal_is_read_again():
    one, other = (proposal_at([1.0, 0.0, 0.0], name) for name in ("ny-1", "ny-2"))
    kept = read_earlier(write_earlier([one], [other.remembered()]))
    assert kept == [one.remembered(), other.remembered()]
