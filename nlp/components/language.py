"""Bokmål, nynorsk, English or something else, and dialect: by the small words that carry a text.

`doc._.language` is "nb", "nn", "en" or "other" (`enumerations.TextLanguage`). A text in a
Norwegian dialect is bokmål or nynorsk, whichever its words are closer to, and `doc._.dialect` is
true when its spelling is neither's: a word that only dialect writes ("æ", "itj", "kem", "va"), or
nynorsk's "ikkje" beside bokmål's "hun". It says how a text is written, never where the writer
comes from; a text in dialect without such a word is not marked.

The lists are small words only, so that anyone can read and correct them. A word may stand in
several lists; the language with most words in the text wins, and Norwegian when there is a tie.
"""

import re
import unicodedata

from spacy.language import Language
from spacy.tokens import Doc

import nlp.components.document  # noqa: F401 (registers the attributes)
from enumerations import TextLanguage


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BOKMAL = _words(
    "alene annen annenhver annet bedre begynte ble blitt bokmål bruker dager deg dere derfor "
    "dårlig egen egentlig en eneste ennå ett fant fikk flere foreldrene forrige fortalte "
    "fortsatt fra følger gikk gjør gjøre greit gutter ham hele helt hennes hjelpen hjem hjemme "
    "hun hva hvem hver hverandre hverken hvert hvilke hvilken hvilket hvis hvor hvordan hvorfor "
    "høre hører hørte høst ikke jeg jenter jobber kommer ligger liker likevel lærere læreren "
    "lærerne mer minutter mye måned måneder nettopp noe noen noensinne nå også penger samme "
    "sammen satt se selv senere setter siden sier sitter skole skolen skrev snakker spiller "
    "spiser spurte sted stedet sto svarer syk syke sykehuset sånn tenker timer trenger trodde "
    "tror uansett uke uken uker uten utenfor vanlig venter vet videre voksen voksne være vært "
    "åpent åpner"
)
_NYNORSK = _words(
    "anna annan att berre betre bilete bur byrja dagar dei desse difor dykk dykkar då dårleg "
    "dårlege eg eige eigen eigentleg ein einaste eine einkvan eit eitkvart eitt elles enno ete "
    "fann farlege fekk fleire foreldra forskjellege fortalde fortel framleis frå fyrste fødd "
    "følgje følgjer gjekk gjer gjere gler gløymde gong gongen gonger gutar haust heile heilt "
    "heim heime heldt hennar hjå ho hovud hugsar hyggelege høg høgast høgt høyrde høyre høyrer "
    "ikkje innan jobbar kjem kjende korkje korleis koselege kva kvar kvarandre kvart kven kvifor "
    "kyrkje køyre køyrer laurdag ligg likar låg lærar lærarar læraren meiner meinte meir moglege "
    "mykje månad månader måndag namn namnet no noko nokon nokor nokre noreg nytta omlag ope open "
    "saman same seie seier seinare sidan sjukepleiar sjå sjølv skjønar skule skulen slepp slik "
    "snakkar snakkast spurde spørje staden stod syster såg såleis søkje tek tenkje tenkjer "
    "timane timar treng trudde trur tysdag ungdomar utan utanfor vaksne vanleg vanlege vanskeleg "
    "vanskelege vart vatn vegen veit veka veke veker velje ventar vere vert verta verte "
    "veslebror vidare viss vore vorte ynskjer åleine årsak åt ønskjer òg"
)
_SHARED = _words(
    "aldri alle allerede allereie alltid alt altfor altså andre appen ark artig ass at av bak "
    "bare barnevernet be begge best beste bestevenn blei bli blir bo bor bort borte bra brev bro "
    "bror broren bup bussen by byen både da dag dagen dans de dem den denne der deres derfra det "
    "dette din disse dit ditt dritt du dum døra døren egne ei eller ellers enda enn er et etter "
    "etterpå faktisk familie familien far feil fem ferdig fin fint fire fjor flytta folk folkene "
    "for foran forbi fordi fort fotball fram fredag fremdeles fri få får fått før først første "
    "ga gamle gang gangen ganger ganske gi gir gitt gjennom gjerne gjorde gjort glad god gode "
    "godt grei greie gå går gått gøy ha hadde han hans har hatt hei heller henne her hjalp hjelp "
    "hjelpe holdt hos hund hunden hundre huset i ifra igjen ingen ingenting inn inne innom ja jo "
    "jobb jobben jul juni kan kanskje kasta kjedelig kjempe kjempebra kjenner kjente klarer "
    "klassen klokka klubben kom komme kommunen kontoret kort koselig kul kult kunne kurs kurset "
    "kveld la lage laget lang legen lei lenge lenger lett lik like liksom lite litt lot lov "
    "lærer lørdag mai mamma man mandag mange mars masse mat me med meg mellom men mens mest mi "
    "min mine mista mitt mor mot må måte måtte møte møtet nav navn ned nei neste nesten ni nok "
    "norsk ny nye når og ok om onsdag opp ordentlig oss over pappa passe plan plass politiet "
    "psykolog psykologen på redd rett ringe ringer ringt ringte rom rommet rundt sa sagt "
    "samtidig seg seks sende sendte ser sett si sida sin sine siste sitt sitte sjefen sju sjøl "
    "skal skjedde skjema skjer skreiv skrive skriver skulle slapp slutt slutta snakka snakke "
    "snart snill snille sola som sove spurt spør stor stå står svar svarte synes syns så sånt "
    "søndag søsken søster ta takk tar tatt telefon telefonen ti tid tida til tilbake time timen "
    "ting tirsdag to tok topp torsdag tre trener treneren trening trist trives trygg tør uka "
    "under ung ungdom unge ut ute var ved vel veldig venn venner venta vente ventet verst vi vil "
    "ville vise visst visste viste vite vondt vår våre wallah å åpen år åtte ønsker"
)
_DIALECT = _words(
    "adle ainna aleina blitte bærre daga di dokkar dokke dokker dom dykke dåkker dæ dæm dær e ej "
    "førr ganga gjor gjord hadd hainn hannes hjæm hon hu itj itte ittepå je jæ ka kainn kem kje "
    "kjeme kjæm klokkå koffer koffor kordan korr korsen kossen kossn kunn kver kæm mæ mæst noge "
    "noke nokka nokke nokken nåe nåen någe någen nåke nåkka nåkken nån nånn pao ringa seia sidde "
    "sir sjæll ska skola skoln sku skull sæ te tebage tebake tel tima ud ude uden uge uger va "
    "vide vita våres væra værra vøri vørre æ ætterpå"
)
_ENGLISH = _words(
    "a about after again all also always am an and another any are around as ask at away bad be "
    "because been before being best better but by call came can can't cannot cant care could "
    "couldn't day did didn't didnt do does doesn't doesnt doing don't done dont down each even "
    "ever every everyone everything feel felt few find first for friends from get getting give "
    "go going good got great had happy hard has hate have having he help helped her here him his "
    "home how i i'm i've if im in into is isn't it it's its ive job just keep know last let life "
    "like listen little long lost lot love made make many me mean money more most much mum my "
    "need never new next nice no nobody not nothing now of off ok old on one only open or other "
    "our out over own parents people place please really safe said same say school see she "
    "should so some someone something still stop take talk teacher teachers tell than thank "
    "thanks that that's the their them then there these they they're thing things think this "
    "those time to told too town two under until up us use very wait waited want wanted was "
    "wasn't way we we're week well went were what when where which while who why will with "
    "without won't wont work worse worst would wouldn't wrong year years yes you your"
)
_FOREIGN = {
    "da": _words(
        "af aldrig alle altid altså andre at bange bedre bedst blev blive bliver børn da dansk "
        "de dejlig dem den denne der deres det dette dig din dog du efter eller en end er et fik "
        "for fordi fra få fået før først gik god godt gå går gøre ham han har havde have hedder "
        "hende hendes her hjem hjælp hjælpe hjælper hos hun hvad hver hvor hvordan hvorfor i "
        "igen ikke ind inden ingen jeg kan kom kun kunne kærlig lave lidt lige lukket lærer "
        "lørdag man mange med meget men mere mig min mit mod mulighed må måde måske mødte nej "
        "nogen noget nogle nok nu nye når og også om op ordentlig os over på rigtig sagde samt "
        "siden sidste sig siger sin sit skal skole skolen skoler skulle snakke som spørge så "
        "sådan sød søndag tage tak tidligere til træt ud uden under unge var ved venlig vi vil "
        "ville vores være været år øjne"
    ),
    "sv": _words(
        "aldrig alla allt alltid alltså andra att av blev bli blir bort bra de dem den denna "
        "dess det du där efter ej eller en ett finns fram från får fått för först ge genom gick "
        "gå gånger går göra hade han har henne hennes hon honom hos hur här i igen in inga ingen "
        "ingenting inom inte jag kan kom kommer kunde kvar lite låg man med mellan men mer mig "
        "min mina mitt mot mycket många måste ni nu någon något några när nästan och också olika "
        "om oss på rädd sa samma sedan sen sig sin sina ska skola skolan skulle snäll som så "
        "säger tack tid till tror under upp ut utan vad var vara varför vem vet vi vid vilket "
        "vill vår våra år är över"
    ),
    "de": _words(
        "aber alle alles als am an auch auf aus bei bin bis bist da danke das dass dem den der "
        "des die doch dort du ein eine einen einer er es etwas für ganz gar geht gut habe haben "
        "hat hatte hier hilfe ich ihr im immer in ist ja jeder jemand kann kein keine können "
        "lehrerin man mehr mein meine mich mir mit muss nach nicht nichts nie niemand noch nur "
        "oder ohne schon schule sehr sein seit sich sie sind so um und uns viel von vor war "
        "warum was weil wenn wer wie wieder wir wird wo zeit zu zum zur über"
    ),
    "es": _words(
        "a al algo aquí años bien casa como con cuando de del desde donde dos el ella en era es "
        "eso esta este estoy está fue gracias ha hace hay la las le lo los me mi mis mucho muy "
        "más nada nadie ni no nos nunca o para pero poco por porque que quiero se ser si sin "
        "sobre solo son soy su sus también tengo todo todos trabajo tu un una uno y ya yo"
    ),
    "fr": _words(
        "a ai au aux avec avoir beaucoup bien c'est ce ces cette comme d'un d'une dans de des "
        "deux du elle en est et eux il ils j'ai jamais je l'école la le les leur lui ma mais me "
        "mes mois mon même ne ni non nous on ou par parce pas personne peu peur plus pour qu'il "
        "quand que qui rien sa se ses si son sont suis sur toujours tous tout très tu un une "
        "vous y école été être"
    ),
    "it": _words(
        "al alla anche che chi ci come con da dal del della di dove e gli ha hanno ho i il in io "
        "la le lo ma mai mi mia mio molto nel nella nessuno niente noi non per perché però più "
        "quando questo qui scuola se sempre si solo sono sua suo tutti tutto un una è"
    ),
    "pl": _words(
        "a ale bardzo bo by być był była było co czy dla do dobrze gdy go ich ja jak jest jestem "
        "już każdy kiedy kto ma mam mi mnie mogę moja może my mój na nas nic nie nigdy nikt o od "
        "on ona oni po pod pomoc przez się szkole są ta tak tam te tego też to tu tutaj tylko w "
        "wszystko z za ze że"
    ),
    "so": _words(
        "aad aan anigu ay ayaa ayaan baa badan caawiya guriga haday hadii ii ilaa in inaan "
        "iskuulka iyo ka kale kasta ku la laakiin lacag ma maalin mahadsanid markii meel oo qof "
        "qofna si sida u uma uu waa waan waaye waayo wax waxa waxaa waxaan waxay way wuxuu"
    ),
    "tr": _words(
        "ama bana ben beni benim bir bu bütün büyük da daha de değil diye en gibi hep her hiç "
        "iki ile iyi için kadar ki kimse mi mı ne o okul okulda olarak oldu sen sonra "
        "teşekkürler var ve veya yardım yok çok şey"
    ),
    "sh": _words(
        "ali bez bih bila bilo bio da do dobro ga hvala i ima ja je jer kad kako ko koji li me "
        "mene mi moj na ne nego nema nije ništa o od on ona oni po pomoć sa sam se si smo su sve "
        "ta taj te to tu u uvijek uz vrlo za škola školi što"
    ),
}
_NORWEGIAN = _SHARED | _BOKMAL | _NYNORSK | _DIALECT
# A text that has one of each is written in neither standard.
_ONLY_BOKMAL = _words(
    "ble flere fra fikk gikk gjør hele helt hjem hjemme hun hva hver hvis hvor hvordan hvorfor jeg "
    "kommer mer mye måneder noe noen nå samme selv sier siden skolen uke uker vet være vært"
)
_ONLY_NYNORSK = _words(
    "berre då eg ein eit fekk frå gjekk heime ikkje korleis kva kven noko nokon skulen vere vore"
)
_BOKMAL_SHAPE = re.compile(r"hv\w+|\w{3,}(?:lig|lige|ligere|lighet|ene|erne|eren|ingen)")
_NYNORSK_SHAPE = re.compile(
    r"\w{3,}(?:leg|legare|heit|ane|ingar|[lnr]kjer?|[dgklmnprsv](?<!sv)(?<!vik)ar)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_PLACEHOLDER = re.compile(r"\[[A-ZÆØÅ0-9 -]+\]")
_FOREIGN_LETTER = re.compile(r"[^a-zæøåéèêóòôàâ'-]")
# A text of more than three words is not Norwegian when fewer than one word in this many is known.
_ONE_KNOWN_IN = 6


def detect_language(text: str) -> TextLanguage:
    """Tell the language of a text.

    Args:
        text: a story, redacted or not; placeholders are passed over.

    Returns:
        The language that most of its small words belong to. Without any sign, as in a text of one
        or two words, it is bokmål.
    """
    return _language(_split(text))


def is_dialect(text: str) -> bool:
    """Tell whether a Norwegian text is spelt as neither bokmål nor nynorsk.

    Args:
        text: a story in Norwegian, redacted or not.

    Returns:
        Whether a word that only dialect writes occurs, a clitic ("ringer'n"), or words that only
        bokmål has beside words that only nynorsk has.
    """
    return _in_dialect(_split(text))


def _split(text: str) -> list[str]:
    """Words in lower case; placeholders and addresses are no words."""
    parts = _PLACEHOLDER.sub(" ", text).split()
    told = " ".join(part for part in parts if "@" not in part and "://" not in part)
    plain = unicodedata.normalize("NFC", told).replace("’", "'")
    return [word.lower() for word in _WORD.findall(plain)]


def _language(words: list[str]) -> TextLanguage:
    bokmal = sum(word in _BOKMAL or bool(_BOKMAL_SHAPE.fullmatch(word)) for word in words)
    nynorsk = sum(word in _NYNORSK or bool(_NYNORSK_SHAPE.fullmatch(word)) for word in words)
    norwegian = sum(word in _NORWEGIAN for word in words)
    english = sum(word in _ENGLISH for word in words)
    strange = [bool(_FOREIGN_LETTER.search(word)) for word in words]
    other = max(
        sum(odd or word in listed for word, odd in zip(words, strange, strict=True))
        for listed in _FOREIGN.values()
    )
    if english > norwegian and english >= other:
        return TextLanguage.ENGLISH
    if other > norwegian or (len(words) > 3 and norwegian * _ONE_KNOWN_IN < len(words)):
        return TextLanguage.OTHER
    return TextLanguage.NYNORSK if nynorsk > bokmal else TextLanguage.BOKMAL


def _in_dialect(words: list[str]) -> bool:
    found = set(words)
    mixed = found & _ONLY_BOKMAL and found & _ONLY_NYNORSK
    return bool(found & _DIALECT or mixed) or any(word.endswith("'n") for word in words)


@Language.factory("fortell_language", assigns=["doc._.language", "doc._.dialect"])
def make_language(nlp: Language, name: str) -> "LanguageComponent":
    """Create the component that tells the language of a story.

    RETURNS (LanguageComponent): the component, without settings.
    """
    return LanguageComponent()


class LanguageComponent:
    """Sets `doc._.language`, a value of `TextLanguage`, and `doc._.dialect`.

    `doc._.dialect` is true for a Norwegian text whose spelling is neither bokmål nor nynorsk; it is
    false for every other language.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Tell the language.

        doc (Doc): a document.
        RETURNS (Doc): the same document.
        """
        words = _split(doc.text)
        language = _language(words)
        doc._.language = language.value
        norwegian = language in (TextLanguage.BOKMAL, TextLanguage.NYNORSK)
        doc._.dialect = norwegian and _in_dialect(words)
        return doc
