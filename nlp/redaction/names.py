"""Names of people, places and workplaces: lists first, then the words around them, then capitals.

Layers, in order: gazetteers (any case, unless the name is an ordinary word too), context ("heter
X", "læreren min X"), the recall rule (a capitalised word inside a sentence that no list knows),
places by their endings ("på nordvika"), full names, workplaces and schools ("X skole", "Kiwi X").
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from enumerations import RedactionType

from . import grammar, lexicon
from .common import Span

PERSON, PLACE, ORG = RedactionType.PERSON, RedactionType.PLACE, RedactionType.ORG


def _read(name: str) -> frozenset[str]:
    lines = (files(__package__) / "gazetteers" / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


class Lists(NamedTuple):
    """The gazetteers, lower-case."""

    first: frozenset[str]
    last: frozenset[str]
    places: frozenset[str]
    long_places: re.Pattern[str]
    openings: frozenset[str]  # first words of long places
    ambiguous: frozenset[str]
    ordinary: frozenset[str]
    keep: frozenset[str]
    known: frozenset[str]
    names: frozenset[str]


@cache
def lists() -> Lists:
    """Read the gazetteers once."""
    first, last, places = _read("first_names.txt"), _read("last_names.txt"), _read("places.txt")
    ordinary, keep = _read("ordinary_words.txt"), _read("keep.txt")
    ambiguous = _read("ambiguous.txt") | ((first | last | places) & ordinary)
    long_places = sorted(place for place in places if " " in place)
    return Lists(
        first,
        last,
        places,
        re.compile(rf"\b(?:{'|'.join(map(re.escape, long_places))})s?\b", re.IGNORECASE),
        frozenset(place.split()[0] for place in long_places),
        ambiguous | {name for name in first if len(name) <= 2},
        ordinary,
        keep,
        ordinary | keep,
        first | last | places,
    )


_WORD = re.compile(r"[^\W\d_]+(?:[-'’´`][^\W\d_]+)*")
_GENITIVE = re.compile(r"(?:['’´`]s|s['’]?)$")
_PARTS = re.compile(r"[-'’]")
_BETWEEN_ROLE_AND_NAME = re.compile(r"[ \t.,:(+&–-]{1,4}")
_ENDS_A_CLAUSE = re.compile(r"[.!?;\n)]")
_DAY_OF_MONTH = re.compile(r"\d\.?\s?\Z")
_SHORTEST_STEM = 4
_INFLECTIONS = ("ene", "ane", "en", "et", "an", "er", "ar", "a", "n", "r", "t", "s")
_AT = ("hos", "hjå", "med", "hoss")
_BLANKS = " \t\u00a0"


class _Token(NamedTuple):
    start: int
    end: int
    text: str
    lower: str
    capital: bool
    initial: bool
    joined: bool  # only blanks between this token and the one before


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    end_of_last = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        gap = text[end_of_last:start]
        before = gap.rstrip(_BLANKS)[-1:]
        word = match[0]
        continued = before.isalnum() or before in (",", "(", "&") if before else bool(tokens)
        tokens.append(
            _Token(
                start,
                end,
                word,
                word.lower(),
                word[0].isupper() and not (len(word) > 1 and word.isupper()),
                not continued,
                gap.isspace() and "\n" not in gap and bool(tokens),
            )
        )
        end_of_last = end
    return tokens


_NOTHING = _Token(0, 0, "", "", False, False, False)


def _without_genitive(word: str) -> str:
    return _GENITIVE.sub("", word) if word[-1:] in ("s", "'", "’") else word


def _is_role(word: str) -> bool:
    return word in lexicon.ROLES or word.endswith(lexicon.ENDS_LIKE_A_ROLE)


def _place_stem(word: str) -> str:
    """What stands before the last part of a word that is built like the name of a place."""
    if word.endswith(lexicon.NO_PLACE_ENDINGS):
        return ""
    ending = next((e for e in lexicon.PLACE_ENDINGS if word.endswith(e)), word)
    return word[: -len(ending)]


class _Tagger:
    """Tags the words of one text, layer by layer; a later layer sees what an earlier one found."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lists = lists()
        self.tokens = _tokens(text)
        self.tags: list[RedactionType | None] = [None] * len(self.tokens)

    def spans(self) -> Iterator[Span]:
        """Run the layers and yield the tagged words, neighbours of a kind together."""
        for layer in (
            self._gazetteers,
            self._named,
            self._called,
            self._relations,
            self._unknown,
            self._capitals,
            self._places_in_lower_case,
            self._parts_of_places,
            self._full_names,
            self._side_by_side,
            self._workplaces,
        ):
            layer()
        if any(token.lower in self.lists.openings for token in self.tokens):
            for match in self.lists.long_places.finditer(self.text):
                yield match.start(), match.end(), PLACE
        index = 0
        while index < len(self.tokens):
            tag, end = self.tags[index], index + 1
            while end < len(self.tokens) and self.tags[end] is tag and self._runs_on(end):
                end += 1
            if tag:
                yield self.tokens[index].start, self.tokens[end - 1].end, tag
            index = end

    def _runs_on(self, index: int) -> bool:
        """Whether a word stands beside the one before: "dr. falk" too."""
        before, token = self.tokens[index - 1], self.tokens[index]
        titled = before.lower in lexicon.TITLES
        return token.joined or (titled and self.text[before.end : token.start] == ". ")

    def _at(self, index: int) -> _Token:
        return self.tokens[index] if 0 <= index < len(self.tokens) else _NOTHING

    def _listed(self, token: _Token, names: frozenset[str]) -> str:
        """The listed name that a word is, without genitive or as part of a hyphenated name."""
        word = token.lower
        if word in self.lists.ambiguous:
            return word if word in names else ""
        for form in (word, _without_genitive(word)):
            if len(form) > 1 and form in names:
                return form
        if word.isalpha():
            return ""
        parts = _PARTS.split(word)
        if (
            len(parts) > 1
            and all(part in self.lists.first for part in parts)
            and names is self.lists.first
        ):
            return word
        return next((p for p in parts if p in names and p not in self.lists.ambiguous), "")

    def _known(self, token: _Token) -> bool:
        """Whether the word is an ordinary one, or a name that identifies nobody."""
        known, word = self.lists.known, token.lower
        if word in known or _without_genitive(word) in known:
            return True
        parts = word.split("-")
        return len(parts) > 1 and all(part in known for part in parts)

    def _built_of_known(self, word: str) -> bool:
        """Whether a word is an inflected or compound ordinary word: "avstanden", "skulemiljø"."""
        if _place_stem(word) or word.endswith(lexicon.SURNAME_ENDINGS):
            return False
        ordinary = self.lists.ordinary
        return any(self._inflected(word[cut:]) for cut in self._cuts(word)) or (
            word not in ordinary and self._inflected(word)
        )

    def _cuts(self, word: str) -> Iterator[int]:
        """Where an ordinary word, alone or with "s" or "e", ends inside a compound."""
        ordinary = self.lists.ordinary
        for cut in range(_SHORTEST_STEM, len(word) - _SHORTEST_STEM + 1):
            first = word[:cut]
            if first in ordinary or (first[-1] in "se" and first[:-1] in ordinary):
                yield cut

    def _inflected(self, word: str) -> bool:
        ordinary = self.lists.ordinary
        stems = [word[: -len(end)] for end in _INFLECTIONS if word.endswith(end)]
        return word in ordinary or any(
            stem in ordinary or stem + "e" in ordinary
            for stem in stems
            if len(stem) >= _SHORTEST_STEM and stem not in lexicon.PLACE_ELEMENTS
        )

    def _inside(self, token: _Token) -> bool:
        return token.capital and not token.initial and len(token.text) > 1

    def _gazetteers(self) -> None:
        names = self.lists.names
        for index, token in enumerate(self.tokens):
            word = token.lower
            if word not in names and _without_genitive(word) not in names and word.isalpha():
                continue
            before, after = self._at(index - 1), self._at(index + 1)
            if name := self._listed(token, self.lists.first):
                clear = name not in self.lists.ambiguous
                paired = token.capital and after.joined and after.capital and not self._known(after)
                paired = paired or self._stands_alone_with(index)
                if clear or self._inside(token) or paired or self._is_used_as_name(index, name):
                    self.tags[index] = PERSON
            in_place = before.lower in lexicon.PLACE_WORDS
            if self.tags[index] is None and (name := self._listed(token, self.lists.places)):
                clear = name not in self.lists.ambiguous
                pointed = in_place and token.joined
                noun = name in self.lists.ordinary or name in lexicon.NOUN_PLACES
                if clear or self._inside(token) or (pointed and (token.capital or not noun)):
                    self.tags[index] = PLACE
            if self.tags[index] is PERSON or in_place:
                continue
            name = self._listed(token, self.lists.last)
            if name and (self._inside(token) or self._is_a_family(token, name)):
                self.tags[index] = PERSON

    def _stands_alone_with(self, index: int) -> bool:
        """Whether two names that are words stand alone together: ", liv storm,"."""
        token, after = self.tokens[index], self._at(index + 1)
        alone = not token.joined and after.joined and not self._at(index + 2).joined
        return alone and bool(self._listed(after, self.lists.first | self.lists.last))

    def _is_a_family(self, token: _Token, name: str) -> bool:
        """Whether a family's name in lower case stands for a person: "evensen", "da sa rønning"."""
        if name in self.lists.ambiguous:
            return False
        around = grammar.around(self.text, token.start, token.end)
        return name.endswith(("sen", "son")) or grammar.is_a_person(name, *around)

    def _is_used_as_name(self, index: int, name: str) -> bool:
        """Whether a name that is an ordinary word too stands where a person would."""
        token, before, after = self.tokens[index], self._at(index - 1), self._at(index + 1)
        if grammar.is_a_person(name, *grammar.around(self.text, token.start, token.end)):
            return True
        if name not in lexicon.FOLLOWS_A_PRONOUN:
            pointed = before.lower in lexicon.PRONOUN or before.lower == "hos"
            if pointed and token.joined and self._ends_here(index):
                return True
            if self._opens_with_a_place(index):
                return True
        if after.joined and after.lower in lexicon.TELLS_OF_ITSELF:
            return False
        acts = after.joined and after.lower in lexicon.ACTS and name not in lexicon.VERBLIKE
        return (acts or name in lexicon.RARELY_WORDS) and self._stands_as_name(index)

    def _stands_as_name(self, index: int) -> bool:
        """Whether nothing before a word makes it an ordinary one: no article, no "to", no "of"."""
        token, before = self.tokens[index], self._at(index - 1)
        return not token.joined or before.lower not in lexicon.MAKES_A_WORD

    def _opens_with_a_place(self, index: int) -> bool:
        """Whether a clause opens with "X på nav" or the like."""
        token = self.tokens[index]
        opens = token.initial or not token.joined or self._at(index - 1).lower in ("og", "men")
        if _DAY_OF_MONTH.search(self.text, max(0, token.start - 4), token.start):
            return False
        return (
            opens
            and self._at(index + 1).lower in ("på", "fra", "frå", "i")
            and (self._at(index + 2).lower in lexicon.INSTITUTIONS)
        )

    def _ends_here(self, index: int) -> bool:
        """Whether what follows can follow a name: nothing, a sign, a preposition or a verb."""
        after = self._at(index + 1)
        return not after.joined or after.lower in lexicon.AFTER_NAME or after.lower in lexicon.ACTS

    def _named(self) -> None:
        """Words that are said to be a name: "vilje heiter ho", "namnet mitt er håp"."""
        for index, token in enumerate(self.tokens):
            if token.lower in lexicon.SAYS_A_NAME:
                for near in range(max(0, index - 6), min(len(self.tokens), index + 4)):
                    word = self.tokens[near]
                    around = grammar.around(self.text, word.start, word.end)
                    if grammar.is_certain(word.lower, *around):
                        self.tags[near] = PERSON

    def _called(self) -> None:
        for index, token in enumerate(self.tokens):
            if token.lower not in lexicon.CALLED:
                continue
            following = self._at(index + 1)
            if following is _NOTHING or following.lower in lexicon.NOT_A_NAME:
                continue
            if _ENDS_A_CLAUSE.search(self.text, token.end, following.start):
                continue
            if (
                following.capital
                or self._listed(following, self.lists.first)
                or not (
                    self._known(following)
                    or self._built_of_known(following.lower)
                    or following.lower.endswith("sk")
                )
            ):
                self.tags[index + 1] = self.tags[index + 1] or PERSON

    def _relations(self) -> None:
        for index, token in enumerate(self.tokens):
            if not _is_role(token.lower):
                continue
            target = index + 1
            owned = self._at(target).lower in lexicon.POSSESSIVE
            target += owned
            name = self._at(target)
            gap = self.text[self._at(target - 1).end : name.start]
            if name is _NOTHING or not _BETWEEN_ROLE_AND_NAME.fullmatch(gap):
                continue
            if self._follows_a_role(target, token, owned, "." in gap):
                self.tags[target] = self.tags[target] or PERSON
                if token.lower in lexicon.TITLES:
                    self.tags[index] = PERSON

    def _follows_a_role(self, index: int, role: _Token, owned: bool, after_stop: bool) -> bool:
        """Whether a word is the name of who was told of: "læreren min X", "tante X"."""
        name = self.tokens[index]
        listed = self._listed(name, self.lists.first)
        if name.capital:
            strong = owned and name.lower not in self.lists.keep
            new_sentence = after_stop and len(role.text) > 3
            return bool(listed or strong or not self._known(name)) and not new_sentence
        if listed and listed not in lexicon.FOLLOWS_A_PRONOUN and (owned or self._ends_here(index)):
            return True
        around = grammar.around(self.text, name.start, name.end)
        if listed and grammar.is_a_person_told_of(role.lower, *around):
            return True
        unknown = len(name.text) > 2 and not (
            self._known(name) or self._built_of_known(name.lower) or _is_role(name.lower)
        )
        if role.lower in lexicon.TITLES:
            return unknown or bool(self._listed(name, self.lists.last))
        if role.lower in lexicon.FAMILY and unknown:
            return not name.lower.endswith(lexicon.VERB_ENDINGS)
        followed = self._at(index + 1) is not _NOTHING and self._ends_here(index)
        return owned and unknown and followed and not self._is_verb(index)

    def _is_verb(self, index: int) -> bool:
        after = self._at(index + 1).lower
        return after == "å" and self.tokens[index].lower.endswith(lexicon.VERB_ENDINGS)

    def _unknown(self) -> None:
        """Words of no list that act as persons do: "viveka hadde", "sa leikny"."""
        for index, token in enumerate(self.tokens):
            word = token.lower
            if self.tags[index] or self._known(token) or not word.isalpha():
                continue
            around = grammar.around(self.text, token.start, token.end)
            if grammar.is_an_unknown_person(word, *around) and not (
                _is_role(word) or self._built_of_known(word) or self._is_common(word)
            ):
                self.tags[index] = PERSON

    def _capitals(self) -> None:
        for index, token in enumerate(self.tokens):
            if self.tags[index] or not token.capital or len(token.text) == 1:
                continue
            word = token.lower
            if token.initial and not self._opens_like_a_name(index):
                continue
            if self._known(token) or _is_role(word) or self._is_common(word):
                continue
            if self._built_of_known(word) and not self._inside(self._at(index + 1)):
                continue
            if word.endswith(lexicon.MANY_THINGS):
                continue
            if self._is_street(word):
                self.tags[index] = RedactionType.ADDRESS
            else:
                in_place = self._at(index - 1).lower in lexicon.PLACE_WORDS
                self.tags[index] = PLACE if in_place else PERSON

    def _is_common(self, word: str) -> bool:
        return word.endswith(lexicon.COMMON_ENDINGS) and word not in lexicon.COMMON_ENDINGS

    def _is_street(self, word: str) -> bool:
        return word.endswith(lexicon.STREET_ENDINGS) and len(word) > len("gaten") + 2

    def _opens_like_a_name(self, index: int) -> bool:
        """Whether an unknown first word of a sentence acts as a person does."""
        after = self._at(index + 1)
        acts = after.joined and (after.lower in lexicon.ACTS or after.lower in ("som", "så"))
        definite = self.tokens[index].lower.endswith(("en", "et", "ene", "ane", "an", "er"))
        return (acts or self._opens_with_a_place(index)) and not definite

    def _places_in_lower_case(self) -> None:
        for index, token in enumerate(self.tokens):
            before = self._at(index - 1).lower
            if before not in lexicon.PLACE_WORDS or not token.joined:
                continue
            if self.tags[index] or self._known(token):
                continue
            first, *more = token.lower.split("-")
            lives = before in ("i", "på", "til", "te", "fra", "frå") and token.capital
            if self._is_built_like_a_place(first if more else token.lower) or (
                lives and self._at(index - 2).lower in lexicon.LIVES
            ):
                self.tags[index] = PLACE
            elif self._is_street(token.lower):
                self.tags[index] = RedactionType.ADDRESS

    def _is_built_like_a_place(self, word: str) -> bool:
        """Whether a word is built as names of farms and places are: "nordvika", "kvernåslia"."""
        first = _place_stem(word)
        if len(first) < 3 or self._is_common(word):
            return False
        if word[len(first) :] in lexicon.SURE_PLACE_ENDINGS:
            return True
        forms = {first, first.removesuffix("s"), first.removesuffix("e"), first.removesuffix("-")}
        return bool(forms & lexicon.PLACE_BEGINNINGS) or not (forms & self.lists.ordinary)

    def _parts_of_places(self) -> None:
        """ "nordre X", "X sentrum"."""
        for index, token in enumerate(self.tokens):
            after = self._at(index + 1)
            if not after.joined or self.tags[index] not in (None, PLACE):
                continue
            sure = token.lower in lexicon.NAMES_A_PART
            if not sure and token.lower not in lexicon.MAY_NAME_A_PART:
                continue
            placed = self.tags[index + 1] is PLACE or self._listed(after, self.lists.places)
            named = sure and (self.tags[index + 1] or not self._known(after))
            if placed or named or self._is_built_like_a_place(after.lower):
                self.tags[index] = self.tags[index + 1] = PLACE
        for index in range(1, len(self.tokens)):
            token = self.tokens[index]
            if (
                self.tags[index - 1] is PLACE
                and token.joined
                and token.lower in lexicon.AFTER_A_PLACE
                and self._at(index + 1).lower not in ("for", "i")
            ):
                self.tags[index] = PLACE

    def _full_names(self) -> None:
        for index in range(1, len(self.tokens)):
            token, before = self.tokens[index], self.tags[index - 1]
            if before is not PERSON:
                continue
            continues = self._continues_a_name(token) or self._is_a_surname(index)
            if continues or self._joins_a_name(index):
                self.tags[index] = PERSON
        for index in range(len(self.tokens) - 2, -1, -1):
            token, after = self.tokens[index], self.tokens[index + 1]
            if self.tags[index] or not after.joined or self.tags[index + 1] is not PERSON:
                continue
            opens = token.capital and token.initial and after.capital and not self._known(token)
            listed = self._listed(token, self.lists.first)
            kin = token.lower in lexicon.FAMILY or token.lower in lexicon.TITLES
            if opens or kin or (listed and self._may_precede_a_name(index, listed)):
                self.tags[index] = PERSON

    def _may_precede_a_name(self, index: int, name: str) -> bool:
        """Whether a name that is a word is the first of two: "dag sverre", not "i dag sverre"."""
        if name not in lexicon.NEVER_BEFORE_A_NAME:
            return True
        return name in lexicon.FIRST_OF_TWO and self._stands_as_name(index)

    def _side_by_side(self) -> None:
        """Two names with "og" between them, where one alone could be a word: "hos rose og dag"."""
        for index in range(1, len(self.tokens) - 1):
            one, both, other = (self.tokens[i] for i in (index - 1, index, index + 1))
            if both.lower not in ("og", "å", "and") or not (both.joined and other.joined):
                continue
            places = (index - 1, index + 1)
            sure = any(self.tags[place] is PERSON for place in places)
            listed = [self._listed(token, self.lists.first) for token in (one, other)]
            named = [
                bool(name) or self.tags[place] is PERSON
                for name, place in zip(listed, places, strict=True)
            ]
            if not all(named) or set(listed) & lexicon.NEVER_SIDE_BY_SIDE:
                continue
            if self._stands_as_name(index - 1) and (sure or self._ends_here(index + 1)):
                for place in places:
                    self.tags[place] = self.tags[place] or PERSON

    def _continues_a_name(self, token: _Token) -> bool:
        if not token.joined:
            return False
        if self._listed(token, self.lists.last) or self._listed(token, self.lists.places):
            return True
        if token.capital:
            initial = len(token.text) == 1 and token.text != "I"
            return initial or not (token.initial or self._known(token))
        if len(token.text) == 1:
            return token.text in lexicon.INITIALS
        surname = token.lower.endswith(lexicon.SURNAME_ENDINGS) and len(token.lower) > 4
        return surname and not self._known(token)

    def _is_a_surname(self, index: int) -> bool:
        """Whether an unknown word between a given name and a verb is the family's: "evju sa"."""
        token = self.tokens[index]
        unknown = token.joined and not (self._known(token) or self._built_of_known(token.lower))
        after = self._at(index + 1)
        return (
            unknown
            and (after.lower in lexicon.ACTS or not after.joined)
            and not self._is_verb(index)
        )

    def _joins_a_name(self, index: int) -> bool:
        """A given name after another one: "odd geir", "eldbjørg og odd", "oda, liv"."""
        token = self.tokens[index]
        name = self._listed(token, self.lists.first)
        if not name or name in lexicon.NEVER_AFTER_A_NAME:
            return False
        return token.joined and (self._ends_here(index) or not self._known(self._at(index + 1)))

    def _workplaces(self) -> None:
        for index, token in enumerate(self.tokens):
            word = token.lower
            if word in lexicon.ORG_WORDS or word in lexicon.ORG_AFTER:
                if index and token.joined and self._may_name_a_workplace(index - 1):
                    self._mark_workplace(index)
            elif word in lexicon.WEAK_ORG_AFTER:
                if index and token.joined and self._surely_names_a_workplace(index - 1):
                    self._mark_workplace(index)
            elif self._is_named_school(token):
                self.tags[index] = ORG
            if word in lexicon.ORG_BEFORE and self._opens_a_workplace(index):
                self.tags[index] = self.tags[index + 1] = ORG
            if word in lexicon.CHAINS:
                self._chain(index)
            if word in lexicon.HOUSES and self._at(index + 1).lower in ("på", "i"):
                self._house(index)

    def _may_name_a_workplace(self, index: int) -> bool:
        token = self.tokens[index]
        adjective = token.lower.endswith(lexicon.ADJECTIVE_ENDINGS)
        if self.tags[index] is not None:
            return True
        if adjective or len(token.text) < 3 or self._known(token):
            return False
        named = token.capital or self._is_pointed_at(index) or bool(_place_stem(token.lower))
        return named or not token.lower.endswith(lexicon.VERB_ENDINGS)

    def _is_pointed_at(self, index: int) -> bool:
        """Whether a preposition of place stands before a word."""
        before = self._at(index - 1).lower
        return self.tokens[index].joined and (before in lexicon.PLACE_WORDS or before in _AT)

    def _is_unknown(self, token: _Token) -> bool:
        known = self._known(token) or self._built_of_known(token.lower)
        return len(token.text) > 2 and not known

    def _surely_names_a_workplace(self, index: int) -> bool:
        token = self.tokens[index]
        listed = bool(self._listed(token, self.lists.names)) or self._inside(token)
        if self.tags[index] is not None or (listed and not self._known(token)):
            return True
        placed = self._is_pointed_at(index) or self._is_built_like_a_place(token.lower)
        return placed and self._is_unknown(token)

    def _opens_a_workplace(self, index: int) -> bool:
        """Whether what follows "kafé" is its name."""
        after = self._at(index + 1)
        if not after.joined or self.tags[index] or len(after.text) < 3:
            return False
        common = self._known(after) or self._built_of_known(after.lower)
        return after.capital or self.tags[index + 1] is not None or not common

    def _mark_workplace(self, index: int) -> None:
        self.tags[index] = ORG
        start = index - 1
        self.tags[start] = ORG
        while (
            start > 0
            and self.tokens[start].joined
            and (
                self.tags[start - 1] in (PERSON, PLACE, ORG) or self._inside(self.tokens[start - 1])
            )
        ):
            start -= 1
            self.tags[start] = ORG
        more = self._at(index + 2)
        goes_on = self._at(index + 1).lower == "og" and more.joined
        if goes_on and (more.lower in lexicon.WEAK_ORG_AFTER or self._inside(more)):
            self.tags[index + 1] = self.tags[index + 2] = ORG

    def _is_named_school(self, token: _Token) -> bool:
        """Whether a word names one school: "Nordvikskolen", "nordvikskulen"."""
        if not token.lower.endswith(lexicon.SCHOOL_WORDS):
            return False
        school = next(s for s in lexicon.SCHOOL_WORDS if token.lower.endswith(s))
        name = token.lower[: -len(school)].rstrip("-")
        forms = {name, name.removesuffix("s"), name.removesuffix("e")}
        if len(name) < 2 or forms & (lexicon.KINDS_OF_SCHOOL | self.lists.ordinary):
            return False
        listed = forms & self.lists.names and not forms & self.lists.ambiguous
        built = any(self._is_built_like_a_place(form) for form in forms)
        return bool(listed) or built or self._inside(token)

    def _house(self, index: int) -> None:
        """A house that is named by its place: "museet på Stiklestad"."""
        place = self._at(index + 2)
        if place.joined and (self.tags[index + 2] is not None or self._inside(place)):
            self.tags[index] = self.tags[index + 1] = self.tags[index + 2] = ORG

    def _chain(self, index: int) -> None:
        target = index + 1
        while self._at(target).joined and self._at(target).lower in lexicon.CHAIN_MORE:
            target += 1
        place = self._at(target)
        named = (
            len(place.text) > 2
            and place.joined
            and (self.tags[target] is not None or not self._known(place))
        )
        token = self.tokens[index]
        unknown = token.lower in lexicon.MASTERS and self._is_unknown(place)
        if named and (token.capital or unknown or token.lower not in lexicon.COMMON_CHAINS):
            for position in range(index, target + 1):
                self.tags[position] = ORG


class Word(Enum):
    """How near a word is to a name."""

    NAME_OR_WORD = auto()
    UNKNOWN = auto()
    BUILT = auto()
    ORDINARY = auto()


def kind_of_word(word: str) -> Word:
    """Whether a word is an ordinary one, a name too, built of ordinary ones, or in no list.

    Args:
        word: without blanks or signs.
    """
    tagger = _Tagger(word)
    lower, gazetteers = word.lower(), tagger.lists
    if lower in gazetteers.ambiguous and lower in gazetteers.first:
        return Word.NAME_OR_WORD
    if not word.isalpha() or any(map(tagger._known, tagger.tokens)):
        return Word.ORDINARY
    return Word.BUILT if tagger._built_of_known(lower) else Word.UNKNOWN


def identifies_nobody(text: str) -> bool:
    """Whether a text holds large towns, common brands and the like only, and no name.

    Args:
        text: some words.
    """
    words, gazetteers = [match[0].lower() for match in _WORD.finditer(text)], lists()
    return bool(words) and all(
        word in gazetteers.keep and word not in gazetteers.names for word in words
    )


def name_spans(text: str) -> Iterator[Span]:
    """Find names of people, small places and workplaces.

    Args:
        text: view of a story.
    """
    return _Tagger(text).spans()
