"""Names of people, places and workplaces: lists first, then the words around them, then capitals.

Layers, in order: gazetteers (any case, unless the name is an ordinary word too), context ("heter
X", "læreren min X"), the recall rule (a capitalised word inside a sentence that no list knows),
full names, workplaces ("X skole", "Kiwi X").
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from enumerations import RedactionType

from .patterns import Span

PERSON, PLACE, ORG = RedactionType.PERSON, RedactionType.PLACE, RedactionType.ORG


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _read(name: str) -> frozenset[str]:
    lines = (files(__package__) / "gazetteers" / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


class Lists(NamedTuple):
    """The gazetteers, lower-case."""

    first: frozenset[str]
    last: frozenset[str]
    places: frozenset[str]
    long_places: re.Pattern[str]
    ambiguous: frozenset[str]
    ordinary: frozenset[str]
    keep: frozenset[str]
    known: frozenset[str]


@cache
def lists() -> Lists:
    """Read the gazetteers once."""
    first, last, places = _read("first_names.txt"), _read("last_names.txt"), _read("places.txt")
    ordinary, keep = _read("ordinary_words.txt"), _read("keep.txt")
    ambiguous = _read("ambiguous.txt") | ((first | last | places) & ordinary)
    long_places = "|".join(re.escape(place) for place in sorted(places) if " " in place)
    return Lists(
        first,
        last,
        places,
        re.compile(rf"\b(?:{long_places})s?\b", re.IGNORECASE),
        ambiguous | {name for name in first if len(name) <= 2},
        ordinary,
        keep,
        ordinary | keep,
    )


_WORD = re.compile(r"[^\W\d_]+(?:[-'’´`][^\W\d_]+)*")
_CALLED = _words(
    "heter heiter heite heit het heitte hette kalles kalla kaller kallast named called"
)
_POSSESSIVE = _words(
    "min mi mitt mine mæ våres vår vårt vores hans hennes hennar dems deres sin si"
)
_PRONOUN = _words("hu hun ho hon han hainn hannj hon'")
_RELATION = re.compile(
    r"(?:.*(?:lærar|lærer|læreren|læraren|lærern|veileder|veilederen|rettleiar|rettleiaren|"
    r"behandler|"
    r"behandleren|behandlar|behandlaren|trener|treneren|trenar|trenaren|rådgiver|rådgiveren|"
    r"rådgivar|"
    r"rådgivaren|psykolog|psykologen|psykologn|kontakt|kontakten|assistent|assistenten|arbeider|"
    r"arbeideren|arbeidar|arbeidaren|pleier|pleieren|pleiar|pleiaren|terapeut|terapeuten|konsulent|"
    r"konsulenten|instruktør|instruktøren|sjef|sjefen|leder|lederen|leiar|leiaren|vikar|vikaren|"
    r"lege|legen|person|personen|huseier|utleier|vaktmester|vaktmesteren|bibliotekaren)|"
    r"los|losen|basen|mester|mesteren|meister|meisteren|rektor|inspektør|kompis|kompisen|"
    r"venninne|venninna|"
    r"veninna|bestevenninna|bestevennen|bestekompisen|venn|vennen|ven|venen|bror|broren|broder|"
    r"lillebror|"
    r"storebror|søster|søstera|søsteren|syster|systera|lillesøster|lillesøstera|storesøstera|"
    r"kjæresten|"
    r"typen|dama|eks|eksen|samboer|samboeren|sambuaren|mamma|mammaen|pappa|pappaen|mor|mora|far|"
    r"faren|"
    r"stefar|stemor|fostermor|fosterfar|tante|tanta|onkel|bestemor|bestefar|mormor|morfar|farmor|"
    r"farfar|"
    r"kusina|kusine|fetter|fetteren|sønnen|dattera|coach|coachen|dr|doktor|fru|frøken|frk|herr|"
    r"sersjant|"
    r"sersjanten|politi|elev|eleven|medeleven|kokken|teacher|friend|brother|sister|boss)"
)
_VERBLIKE = _words(
    "tor tore klara gro tale vera endre stig even per bo jo an are live dag le max at lan vi "
    "mai mina dina vår juni juli august april sol"
)
# After "han" or "treneren min" these are verbs or small words, not names.
_FOLLOWS_A_PRONOUN = _words(
    "bo tor tore gro tale klara vera endre stig jo vi an at le lan live mina dina sina hai my "
    "una anna elle ea"
)
# Words that stories about services seldom use: a name unless an article or the like comes before.
_RARELY_WORDS = _words(
    "tone even stein bjørn odd ask storm falk siv unn birk brage iris rose jan ulv kai tiril "
    "sanna saga luna stina tina tim roy ken robin may sten jarl ann aud embla nova balder "
    "loke rein mille karma joy ida vega eir bela eira lykke sam arta asma king rania rahma "
    "salam safa semere simone tia tea lin lone frøya alva neda binta medina milan paris roda "
    "ruta amin"
)
_INSTITUTIONS = _words(
    "nav bup dps ppt ot skolen skulen skoln klubben klubbn helsestasjonen barnevernet "
    "barnevernstenesta kontoret laget utekontakten uteseksjonen biblioteket ungdomshuset "
    "resepsjonen verkstedet familievernet avdelingen"
)
_MAKES_A_WORD = _words(
    "en ei et ein eit den det de dei denne dette disse noe noko litt mer mye ikke ikkje itj å "
    "av som i på under over mot the a an to min mi mitt mine vår vårt din ditt sin sitt hver "
    "kvar god fin fint bra dårlig samme same stor liten enda ennå hele heile per eller no nå "
    "så seg meg oss deg dem kan kunne skal må vil tør ska ka kor æ eg jeg vi du"
)
_ACTS = _words(
    "sa sier seier spurte spør spurde spurt hjalp hjelper hjelpte ringte ringer ringde snakka "
    "snakket slo slår satt tok tar fant ordna ordnet fikset fiksa ropte starta startet sendte "
    "sender begynte slutta sluttet fikk kom kjem gikk kjørte kjører gav ga gir henta hentet "
    "henter fulgte følger svarte svarer lovte jobber jobba"
)
_PLACE_WORDS = _words("i på fra frå til te ved utenfor rundt in from at to nær mellom")
_TITLES = _words("dr doktor fru frøken frk herr")
_NOUN_PLACES = _words(
    "ski fet hole gran lier sel time mo nes sund sola os ås eid eide sande stange lund moss "
    "strand stokke vik nome hell frei dale fjell torsken strømmen tau hol re bø vang bryn "
    "bakken haugen stranda straume valle modum lade grim kolstad mark lom nordre vestre østre "
    "våler"
)
_NEVER_BEFORE_A_NAME = _words(
    "bo per even at an are live le mai may vår juni juli august april tor tore gro vera endre "
    "tale klara stig dag sol max mina dina sina inga vi hannes elle said hai my"
)
_NEVER_AFTER_A_NAME = _NEVER_BEFORE_A_NAME - _words("are tor tore stig dag")
_SURNAME_ENDING = re.compile(
    r".{2,}(?:sen|son|stad|land|vik|rud|dal|heim|haug|berg|moen|ås|nes|eng|gaard|gård|seth?|vold|"
    r"li|hus)"
)
_LIVES = _words("bor bur budd bodd bodde budde flytta flyttet flyttar flytter oppvokst født fødd")
_PLACE_ENDING = re.compile(
    r".{3,}(?:dal|dalen|vik|vika|nes|neset|stad|heim|sund|sundet|fjord|fjorden|øy|øya|voll|"
    r"vollen|vær|"
    r"rud|sand|foss|fossen|elva|eid|eidet|haug|våg|vågen|bygda|lund|åsen|berget|moen)"
)
_STREET_ENDING = re.compile(
    r".{3,}(?:veien|vegen|gata|gaten|gate|vei|veg|svingen|alleen|alléen|bakken)"
)
_COMMON_ENDING = re.compile(
    r".{3,}(?:tjeneste|tjenesten|tenesta|tenester|tjenester|kontoret|stasjonen|stasjon|skolen|"
    r"skulen|loven|"
    r"planen|prøven|prøva|gruppa|gruppen|linja|sjukepleiar|sykepleier|sykepleieren|penger|pengar|"
    r"møtet|"
    r"senteret|konsulenten|hjemmet|heimen|tiltaket|kurset|faget|systemet|opplæring|opplæringen|"
    r"undersøkelsen|nummer|nummeret|tilsynet|avdelingen)"
)
_ORG_WORDS = _words(
    "skole skule ungdomsskole ungdomsskule barneskole barneskule ungdomsskolen barneskolen "
    "vgs videregående vidaregåande folkehøgskole folkehøgskule folkehøyskole barnehage "
    "barnehave sykehjem sjukeheim omsorgssenter legesenter legekontor bilverksted verksted "
    "mottaksskole læringssenter helsesportssenter helsesenter institutt ungdomshus "
    "ungdomsklubb fritidsklubb fritidssenter kafe kafé skolekorps bofellesskap "
    "barnevernsinstitusjon ungdomssenter familievernkontor school"
)
_ORG_AFTER = _words(
    "as asa il fk if bk sk ik tl håndball fotball turn bygg elektro mek mekaniske rør tak "
    "dekk hotell slakteri vekst gjenbruk blomster yard anlegg ventilasjon laks sjømat dance "
    "academy studio frisør bil auto senter klubb kommune lufthavn stasjon bakeri snekkeri "
    "maskin transport"
)
_CHAINS = _words(
    "kiwi rema coop joker spar meny bunnpris esso shell circle yx europris plantasjen "
    "felleskjøpet byggmakker bilxtra xxl elkjøp byggmester brødrene salong klubben klubb "
    "huset biltema jula skeidar"
)
_COMMON_CHAINS = _words("extra spar klubben huset jula salong brødrene byggmester circle yx joker")
_CHAIN_MORE = _words("extra prix mega obs k 1000 bygg marked")
_GENITIVE = re.compile(r"(?:['’´`]s|s['’]?)$")


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
        gap = text[end_of_last : match.start()]
        before = text[: match.start()].rstrip(" \t\u00a0")[-1:] if match.start() else ""
        word = match[0]
        tokens.append(
            _Token(
                match.start(),
                match.end(),
                word,
                word.lower(),
                word[0].isupper() and not (len(word) > 1 and word.isupper()),
                not (before.isalnum() or before in (",", "(", "&")),
                bool(gap) and gap.isspace() and "\n" not in gap and bool(tokens),
            )
        )
        end_of_last = match.end()
    return tokens


_NOTHING = _Token(0, 0, "", "", False, False, False)
_AFTER_NAME = _words(
    "på i fra frå som er e æ var va har hadde og å eller men så sin sitt med hos ved ho hun "
    "han at når da då kan vil skal må ble blei vart ikke ikkje itj"
)
_NOT_A_NAME = _words("det den de dei noe noko nåkka ikke ikkje itj at jeg eg æ vi du på som så")


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
            self._called,
            self._relations,
            self._capitals,
            self._places_in_lower_case,
            self._full_names,
            self._workplaces,
        ):
            layer()
        for match in self.lists.long_places.finditer(self.text):
            yield match.start(), match.end(), PLACE
        index = 0
        while index < len(self.tokens):
            tag, end = self.tags[index], index + 1
            while end < len(self.tokens) and self.tags[end] is tag and self.tokens[end].joined:
                end += 1
            if tag:
                yield self.tokens[index].start, self.tokens[end - 1].end, tag
            index = end

    def _at(self, index: int) -> _Token:
        return self.tokens[index] if 0 <= index < len(self.tokens) else _NOTHING

    def _listed(self, token: _Token, names: frozenset[str]) -> str:
        """The listed name that a word is, without genitive or as part of a hyphenated name."""
        if token.lower in self.lists.ambiguous:
            return token.lower if token.lower in names else ""
        for form in (token.lower, _GENITIVE.sub("", token.lower)):
            if len(form) > 1 and form in names:
                return form
        parts = re.split(r"[-'’]", token.lower)
        if len(parts) > 1:
            return next((p for p in parts if p in names and p not in self.lists.ambiguous), "")
        return ""

    def _known(self, token: _Token) -> bool:
        """Whether the word is an ordinary one, or a name that identifies nobody."""
        known = self.lists.known
        if token.lower in known or _GENITIVE.sub("", token.lower) in known:
            return True
        parts = token.lower.split("-")
        return len(parts) > 1 and all(part in known for part in parts)

    def _inside(self, token: _Token) -> bool:
        return token.capital and not token.initial

    def _gazetteers(self) -> None:
        for index, token in enumerate(self.tokens):
            before, after = self._at(index - 1), self._at(index + 1)
            if name := self._listed(token, self.lists.first):
                clear = name not in self.lists.ambiguous
                paired = token.capital and after.joined and after.capital and not self._known(after)
                pointed = before.lower in _PRONOUN | {"hos"} and token.joined
                pointed = pointed and name not in _FOLLOWS_A_PRONOUN and self._ends_here(index)
                acts = after.joined and after.lower in _ACTS and name not in _VERBLIKE
                placed = self._opens_with_a_place(index) and name not in _FOLLOWS_A_PRONOUN
                rare = name in _RARELY_WORDS and self._stands_as_name(index)
                if clear or self._inside(token) or acts or paired or pointed or placed or rare:
                    self.tags[index] = PERSON
            if self.tags[index] is None and (name := self._listed(token, self.lists.places)):
                clear = name not in self.lists.ambiguous
                placed = token.capital and before.lower in _PLACE_WORDS and token.joined
                pointed = before.lower in _PLACE_WORDS and token.joined
                pointed = pointed and name not in self.lists.ordinary and name not in _NOUN_PLACES
                if clear or self._inside(token) or placed or pointed:
                    self.tags[index] = PLACE
            if (
                self.tags[index] in (None, PLACE)
                and self._inside(token)
                and self._listed(token, self.lists.last)
                and before.lower not in _PLACE_WORDS
            ):
                self.tags[index] = PERSON

    def _stands_as_name(self, index: int) -> bool:
        """Whether nothing before a rare word makes it that word: no article, no "to", no "of"."""
        token, before = self.tokens[index], self._at(index - 1)
        return not token.joined or before.lower not in _MAKES_A_WORD

    def _opens_with_a_place(self, index: int) -> bool:
        """Whether a clause opens with "X på nav" or the like."""
        opens = self.tokens[index].initial or not self.tokens[index].joined
        return (
            opens
            and self._at(index + 1).lower in ("på", "fra", "frå", "i")
            and (self._at(index + 2).lower in _INSTITUTIONS)
        )

    def _ends_here(self, index: int) -> bool:
        """Whether what follows can follow a name: nothing, a sign, a preposition or a verb."""
        after = self._at(index + 1)
        return not after.joined or after.lower in _AFTER_NAME or after.lower in _ACTS

    def _called(self) -> None:
        for index, token in enumerate(self.tokens):
            if token.lower not in _CALLED:
                continue
            following = self._at(index + 1)
            named = following.capital or self._listed(following, self.lists.first)
            if following is _NOTHING or following.lower in _NOT_A_NAME:
                continue
            if named or not self._known(following):
                self.tags[index + 1] = self.tags[index + 1] or PERSON

    def _relations(self) -> None:
        for index, token in enumerate(self.tokens):
            if not _RELATION.fullmatch(token.lower):
                continue
            target = index + 1
            owned = self._at(target).lower in _POSSESSIVE
            target += owned
            name = self._at(target)
            gap = self.text[self._at(target - 1).end : name.start]
            if name is _NOTHING or not re.fullmatch(r"[ \t.,:(–-]{1,4}", gap):
                continue
            listed = self._listed(name, self.lists.first)
            strong = owned and name.lower not in self.lists.keep
            if (
                (
                    name.capital
                    and (listed or strong or not self._known(name))
                    and not ("." in gap and len(token.text) > 3)
                )
                or (
                    token.lower in _TITLES
                    and not name.capital
                    and (self._listed(name, self.lists.last) or not self._known(name))
                )
                or (
                    listed
                    and listed not in _FOLLOWS_A_PRONOUN
                    and (owned or self._ends_here(target))
                )
                or (
                    owned
                    and not name.capital
                    and not self._known(name)
                    and self._ends_here(target)
                    and not _RELATION.fullmatch(name.lower)
                    and self._at(target + 1) is not _NOTHING
                )
            ):
                self.tags[target] = self.tags[target] or PERSON

    def _capitals(self) -> None:
        for index, token in enumerate(self.tokens):
            if self.tags[index] or not token.capital or len(token.text) == 1:
                continue
            if self._known(token) or _COMMON_ENDING.fullmatch(token.lower):
                continue
            if token.initial and not self._opens_like_a_name(index):
                continue
            if _STREET_ENDING.fullmatch(token.lower):
                self.tags[index] = RedactionType.ADDRESS
            else:
                self.tags[index] = PLACE if self._at(index - 1).lower in _PLACE_WORDS else PERSON

    def _opens_like_a_name(self, index: int) -> bool:
        """Whether an unknown first word of a sentence acts as a person does."""
        after = self._at(index + 1)
        acts = after.joined and after.lower in _ACTS | {"som", "så"}
        definite = re.search(r"(?:en|et|ene|ane|an|er)$", self.tokens[index].lower)
        return (acts or self._opens_with_a_place(index)) and not definite

    def _places_in_lower_case(self) -> None:
        for index, token in enumerate(self.tokens):
            if self.tags[index] or self._known(token) or not token.joined:
                continue
            before = self._at(index - 1).lower
            lives = self._at(index - 2).lower in _LIVES and before in (
                "i",
                "på",
                "til",
                "te",
                "fra",
                "frå",
            )
            if (
                before in _PLACE_WORDS
                and _PLACE_ENDING.fullmatch(token.lower)
                and not _COMMON_ENDING.fullmatch(token.lower)
            ) or (lives and token.capital):
                self.tags[index] = PLACE
            elif before in _PLACE_WORDS and _STREET_ENDING.fullmatch(token.lower):
                self.tags[index] = RedactionType.ADDRESS

    def _full_names(self) -> None:
        for index in range(1, len(self.tokens)):
            token, before = self.tokens[index], self.tags[index - 1]
            if before is not PERSON:
                continue
            if self._continues_a_name(token) or self._joins_a_name(index):
                self.tags[index] = PERSON
        for index in range(len(self.tokens) - 2, -1, -1):
            token, after = self.tokens[index], self.tokens[index + 1]
            if self.tags[index] or not after.joined or self.tags[index + 1] is not PERSON:
                continue
            opens = token.capital and token.initial and after.capital and not self._known(token)
            listed = self._listed(token, self.lists.first)
            if opens or (listed and listed not in _NEVER_BEFORE_A_NAME):
                self.tags[index] = PERSON

    def _continues_a_name(self, token: _Token) -> bool:
        if not token.joined:
            return False
        if self._listed(token, self.lists.last) or self._listed(token, self.lists.places):
            return True
        if token.capital:
            initial = len(token.text) == 1 and token.text != "I"
            return initial or not (token.initial or self._known(token))
        return not self._known(token) and bool(_SURNAME_ENDING.fullmatch(token.lower))

    def _joins_a_name(self, index: int) -> bool:
        """A given name after another one: "odd geir", "eldbjørg og odd", "oda, liv"."""
        token = self.tokens[index]
        name = self._listed(token, self.lists.first)
        if not name or name in _NEVER_AFTER_A_NAME:
            return False
        return token.joined and (self._ends_here(index) or not self._known(self._at(index + 1)))

    def _workplaces(self) -> None:
        for index, token in enumerate(self.tokens):
            before = self._at(index - 1)
            named = (
                index > 0
                and token.joined
                and (
                    self.tags[index - 1] is not None
                    or (before.capital and not self._known(before))
                    or not (before.capital or self._known(before))
                )
            )
            if named and (token.lower in _ORG_WORDS or token.lower in _ORG_AFTER):
                self._mark_workplace(index)
            if token.lower in _CHAINS:
                self._chain(index)

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

    def _chain(self, index: int) -> None:
        target = index + 1
        while self._at(target).joined and self._at(target).lower in _CHAIN_MORE | {"på", "i"}:
            target += 1
        place = self._at(target)
        named = (
            len(place.text) > 2
            and place.joined
            and (self.tags[target] is not None or not self._known(place))
        )
        if named and (self.tokens[index].capital or self.tokens[index].lower not in _COMMON_CHAINS):
            for position in range(index, target + 1):
                self.tags[position] = ORG


def name_spans(text: str) -> Iterator[Span]:
    """Find names of people, small places and workplaces.

    Args:
        text: view of a story.
    """
    return _Tagger(text).spans()
