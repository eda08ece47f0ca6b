"""Words that the layers of `names` look at: roles, verbs, endings of places, kinds of workplaces.

All lower-case. Names themselves lie in the gazetteers.
"""

from .common import words

CALLED = words("heter heiter heite heit het heitte hette kalles kalla kaller kallast named called")

SAYS_A_NAME = CALLED | words("navnet namnet navne namne")

POSSESSIVE = words("min mi mitt mine mæ våres vår vårt vores hans hannjs hennes hennar dems deres")

PRONOUN = words("hu hun ho hon han hainn hannj hon'")

ENDS_LIKE_A_ROLE = tuple(
    words(
        "lærar lærer læreren læraren lærern veileder veilederen rettleiar rettleiaren behandler "
        "behandleren behandlar behandlaren trener treneren trenar trenaren rådgiver rådgiveren "
        "rådgivar rådgivaren psykolog psykologen psykologn kontakt kontakten assistent assistenten "
        "arbeider arbeideren arbeidar arbeidaren pleier pleieren pleiar pleiaren terapeut "
        "terapeuten konsulent konsulenten instruktør instruktøren sjef sjefen leder lederen leiar "
        "leiaren vikar vikaren lege legen person personen huseier utleier vaktmester vaktmesteren "
        "bibliotekaren"
    )
)

FAMILY = words(
    "tante tanta onkel faster moster farbror bestemor bestefar besta mormor morfar farmor farfar "
    "kusina kusine fetter"
)

ROLES = FAMILY | words(
    "los losen basen mester mesteren meister meisteren rektor inspektør kompis kompisen venninne "
    "venninna veninna bestevenninna bestevennen bestekompisen venn vennen ven venen bror broren "
    "broder lillebror storebror søster søstera søsteren syster systera lillesøster lillesøstera "
    "storesøstera kjæresten typen dama eks eksen samboer samboeren sambuaren mamma mammaen pappa "
    "pappaen mor mora far faren stefar stemor fostermor fosterfar sønnen dattera fetteren coach "
    "coachen dr doktor fru frøken frk herr sersjant sersjanten politi elev eleven medeleven "
    "kokken teacher friend brother sister boss kapteinen presten muttern fattern brorn kompisan"
)

TITLES = words("dr doktor fru frøken frk herr")

VERBLIKE = words(
    "tor tore klara gro tale vera endre stig even per bo jo an are live dag le max at lan vi mai "
    "mina dina vår juni juli august april sol hans"
)

# After "han" or "treneren min" these are verbs or small words, not names.
FOLLOWS_A_PRONOUN = words(
    "bo tor tore gro tale klara vera endre stig jo vi an at le lan live mina dina sina hai my una "
    "anna elle ea"
)

# Names that are nearly always a small word, whatever stands around them.
SMALL_NAMES = words("vi an at le lan mina dina sina elle ea i å")

# Names that are mostly a verb, a small word or a month.
MOSTLY_WORDS = words(
    "bo tor tore gro tale klara vera endre stig jo live hai my una per even are mai may vår april "
    "juni juli august june july max said can"
)

# Words that stories about services seldom use: a name unless an article or the like comes before.
RARELY_WORDS = words(
    "tone bjørn odd ask falk unn birk brage jan ulv kai tiril sanna "
    "stina tina tim roy ken robin may sten jarl ann aud embla nova balder loke rein mille "
    "karma joy ida vega eir bela eira lykke sam arta asma king rania rahma salam safa semere "
    "simone tia tea lin lone frøya alva neda binta medina milan paris roda amin signe ane "
    "roar"
)

INSTITUTIONS = words(
    "nav bup dps ppt ot skolen skulen skoln klubben klubbn helsestasjonen barnevernet "
    "barnevernstenesta kontoret laget utekontakten uteseksjonen biblioteket ungdomshuset "
    "resepsjonen verkstedet familievernet avdelingen"
)

MAKES_A_WORD = words(
    "en ei et ein eit den det de dei denne dette disse noe noko litt mer mye ikke ikkje itj å av "
    "som i på under over mot the a an to min mi mitt mine vår vårt din ditt sin sitt hver kvar "
    "god fin fint bra dårlig samme same stor liten enda ennå hele heile per eller no nå så seg "
    "meg oss deg dem kan kunne skal må vil tør ska ka kor æ eg jeg vi du måtte skulle ville bør "
    "tre alt ingen ingenting første siste andre"
)

ARTICLES = words(
    "en ei et ein eit den det denne dette hver kvar noe noko litt mye god fin bra min mi mitt din "
    "ditt sin sitt hele heile ingen samme annen anna første siste andre to tre a an the my"
)

# "roar meg", "lykke til", "signe kontrakt": what follows a word that is no name.
TELLS_OF_ITSELF = words("meg mæ deg dæ seg sæ oss ned til te tel kontrakt avtale")

ACTS = words(
    "sa sier seier spurte spør spurde spurt hjalp hjelper hjelpte ringte ringer ringde snakka "
    "snakket slo slår satt tok tar fant ordna ordnet fikset fiksa ropte starta startet sendte "
    "sender begynte slutta sluttet fikk kom kjem gikk kjørte kjører gav ga gir henta hentet "
    "henter fulgte følger svarte svarer lovte jobber jobba"
)

AFTER_NAME = words(
    "på i fra frå som er e æ var va har hadde og å eller men så sin sitt med hos ved ho hun han "
    "at når da då kan vil skal må ble blei vart ikke ikkje itj"
)

NOT_A_NAME = words(
    "å det den de dei noe noko nåkka ikke ikkje itj at jeg eg æ vi du på som så eingong engang ein "
    "da no nå igjen lenger sånn slik bare"
)

NEVER_BEFORE_A_NAME = words(
    "bo per even at an are live le mai may vår juni juli august april tor tore gro vera endre "
    "tale klara stig dag sol max mina dina sina inga vi hannes elle said hai my"
)

# "dag sverre", "tor inge": given names of two that open with a word.
FIRST_OF_TWO = words("bo per even dag tor tore stig hans")

INITIALS = frozenset("bcdfghjklmnpqrstuvwxyz")

NEVER_AFTER_A_NAME = NEVER_BEFORE_A_NAME - words("are tor tore stig dag")

# "mai og juni", "bo og leve", "vi og dei".
NEVER_SIDE_BY_SIDE = words(
    "april mai may juni june juli july august sol vår bo per at an le live are vi elle said "
    "hai my tale endre vera mina dina sina max dan du en to"
)

PLACE_WORDS = words("i på fra frå til te ved utenfor rundt in from at to nær mellom tel mot forbi")

NOUN_PLACES = words(
    "ski fet hole gran lier sel time mo nes sund sola os ås eid eide sande stange lund moss "
    "strand stokke vik nome hell frei dale fjell torsken strømmen tau hol re bø vang bryn bakken "
    "haugen stranda straume valle modum lade grim kolstad mark lom nordre vestre østre våler"
)

LIVES = words("bor bur budd bodd bodde budde flytta flyttet flyttar flytter oppvokst født fødd")

# "nordre" and the like stand in names of places only.
NAMES_A_PART = words("nordre søndre søre vestre østre austre nedre øvre øvste")

MAY_NAME_A_PART = words("litle indre ytre store lille vesle gamle midtre")

AFTER_A_PLACE = words("nord sør øst vest aust sentrum terminal stasjon torg brygge feltet")

# Last parts of names of farms and places.
PLACE_ELEMENTS = words(
    "dal dalen vik vika viken bukt bukta nes neset stad heim sund sundet fjord fjorden øy øya "
    "voll vollen vær rud sand sanden foss fossen elv elva eid eidet haug haugen våg vågen bygd "
    "bygda grend grenda lund lunden ås åsen berg berget fjell fjellet moen bø lia myr myra mark "
    "marka holm holmen strand stranda vatn vatnet vann vannet tjern tjernet tjønn tjønna bakk "
    "bakken nakken tangen odden pollen botn botnen krok kroken øra øyra hamn hamna havn havna "
    "torg torget brygge brygga våga støa stø hammar hammaren hammer hammeren bergan haugan bakkan "
    "myran flata flaten kleiva odde "
    "skar skaret land landet enden hovden kollen løkka løkken sletta sletten seter setra sæter "
    "sætra tveit tun tunet vang vangen åker åkeren gard garden gård gården hamrane hamaren stølen "
    "stølane høgda høyden heia brekka bråten"
)

PLACE_ENDINGS = tuple(sorted(PLACE_ELEMENTS, key=len, reverse=True))

# With one of these a word is the name of a place whatever comes before.
SURE_PLACE_ENDINGS = words(
    "vik vika nes neset sund sundet fjord fjorden øya våg vågen våga voll vollen rud foss "
    "fossen åsen dalen grenda bukta støa"
)

# Words that often begin such names; a compound that begins with another known word is no place.
PLACE_BEGINNINGS = words(
    "nord sør søndre øst aust vest inn ut midt over opp fram bak mellom svart kvit hvit grønn "
    "grøn grå blå rød raud brei bred djup dyp lang stor små stutt høg høy lav låg ny gammel skjev "
    "tverr tver krok rund flat sand stein grus leir skog furu gran bjørk osp eik ask lind hegg "
    "selje rogn or older hassel bjørn ulv elg rev ørn hest okse sau geit kalv kirke kyrkje prest "
    "konge kongs bru mølle kvern sag helle sol måne vind is snø berg fjell ås haug dal elv bekk å "
    "foss myr mose vatn vann tjern sjø hav strand øy holm vik nes eng åker lauv løv mjølk smør "
    "fugl fiske lakse torsk sel hval båt naust tjære kull jern sølv gull kobber tyske tang lyng "
    "blåbær tytte bringe fager fred trond gras grass bær krabbe ferge ferje reke orre rype hare "
    "bever oter ku eple alm rogn fure gås and due ramn kråke bygg hav rug hum nype tran lomme"
)

NO_PLACE_ENDINGS = tuple(
    words(
        "verkstad verkstaden fosterheim beredskapsheim sjukeheim barneheim "
        "ungdomsheim akebakken skibakken hoppbakken "
        "døra tøy tøyet støy støyen verktøy arbeid arbeidet samarbeid lås tvang bustad fravær "
        "nærvær samvær uvær godvær legenden utland innland hjembygda heimbygda nabobygda naboøya "
        "heimland hjemland kirkegård kirkegården kyrkjegard kyrkjegarden"
    )
)


STREET_ENDINGS = tuple(words("veien vegen gata gaten gate vei veg svingen alleen alléen"))

COMMON_ENDINGS = tuple(
    words(
        "tjeneste tjenesten tenesta tenester tjenester kontoret stasjonen stasjon skolen skulen "
        "loven planen prøven prøva gruppa gruppen linja sjukepleiar sykepleier sykepleieren penger "
        "pengar møtet senteret konsulenten hjemmet heimen tiltaket kurset faget systemet opplæring "
        "opplæringen undersøkelsen nummer nummeret tilsynet avdelingen "
        "damen dama damene fyren mannen folka"
    )
)

SURNAME_ENDINGS = tuple(
    words(
        "sen son stad land vik rud dal heim haug berg moen ås nes eng gaard gård set seth vold "
        "li hus"
    )
)

SCHOOL_WORDS = ("skolen", "skulen", "skoln", "skole", "skule", "skola")

KINDS_OF_SCHOOL = words(
    "ungdoms barne barnehage kultur høg høy folkehøg folkehøy grunn videregående vidaregåande "
    "kvelds sommer sommar privat steiner montessori spesial natt små mellom fotball ski "
    "innførings mottaks nabo hjemme heime hjem heim nær før søndags yrkes fag kjøre køyre trafikk "
    "språk danse dans musikk ballett idretts toppidretts sjømanns landbruks ride natur frilufts "
    "voksen vaksen kokke handels kunst film teater sirkus svømme symje sykkel gamle nye sosial "
    "arbeids internat by bygde fri realfags real fengsels sykehus sjukehus politi militær befals "
    "krigs nett digital fjern design motor mote tegne turn data vår høst haust vinter alternativ "
    "utdannings teknisk middel latin dag dags helge heldags bibel koran forberedende drømme "
    "favoritt egen kriseskolen"
)

ORG_WORDS = words(
    "skole skule ungdomsskole ungdomsskule barneskole barneskule ungdomsskolen barneskolen vgs "
    "videregående vidaregåande folkehøgskole folkehøgskule folkehøyskole barnehage barnehave "
    "sykehjem sjukeheim omsorgssenter legesenter legekontor bilverksted verksted mottaksskole "
    "læringssenter helsesportssenter helsesenter institutt ungdomshus ungdomsklubb fritidsklubb "
    "fritidssenter kafe kafé skolekorps bofellesskap barnevernsinstitusjon ungdomssenter "
    "familievernkontor school folkeskole folkeskule realskole grunnskole grunnskule ungdomsheim "
    "ungdomshjem barnehjem barneheim aktivitetshus aktivitetssenter arbeidssenter "
    "behandlingssenter ungdomsinstitusjon institusjon oppvekstsenter oppveksttun opplæringssenter "
    "voksenopplæring vaksenopplæring frivilligsentral frivilligsentralen helsestasjon helsehus "
    "krisesenter asylmottak mottak bokollektiv bofelleskap omsorgsbolig sykkelverksted verkstad "
    "bilverkstad gartneri sportsklubb idrettslag idrettsforening ungdomslag ungdomsting "
    "ungdomsråd beboerforening velforening borettslag musikkorps korps skytterlag motorklubb "
    "ridesenter rideklubb gymnas folkehøyskule fritidsgård behandlingsinstitusjon familiesenter "
    "kulturskole kulturskule ressurssenter avlastning avlastningshjem avlastingsheim leirskole "
    "treningssenter bowling bilglass begravelsesbyrå tannklinikk tannlegesenter"
)

ORG_AFTER = words("asa il fk if bk sk ik tl mekaniske slakteri bakeri snekkeri")

# Words of their own: part of a name only after a name or a capital.
WEAK_ORG_AFTER = words(
    "as klubb bygg auto bil tak rør senter studio transport stasjon kommune maskin dance vekst "
    "anlegg elektro dekk hotell yard academy laks sjømat frisør verft kebab grill pizza fjørfe "
    "rorbuer basket rullestolbasket slipp sag sveis vakthold settefisk dps bup båt "
    "rorbu camping kro ventilasjon mek blomster gjenbruk håndball fotball turn lufthavn"
)

ORG_BEFORE = words(
    "kafe kafé café cafe kafeen kaféen restaurant pizzeria hotell gatekjøkken galleri "
    "bilhuset botiltaket musikkverkstedet familiehuset helsehuset omsorgspartner bakeriet"
)

# Houses that are named by the place where they are.
HOUSES = words(
    "bakeriet museet familiehuset garnisonen leiren frivilligsentralen helsehuset huset kafeen "
    "kaféen botiltaket hotellet"
)

CHAINS = words(
    "kiwi rema coop joker spar meny bunnpris esso shell circle yx europris plantasjen "
    "felleskjøpet byggmakker bilxtra xxl elkjøp byggmester brødrene salong klubben klubb huset "
    "biltema jula skeidar"
)

COMMON_CHAINS = words("extra spar klubben huset jula salong brødrene byggmester circle yx joker")

MASTERS = words("byggmester brødrene joker salong circle yx")

CHAIN_MORE = words("extra prix mega obs k 1000 bygg marked på i")

# Endings of what there are many of: a capital only opens a sentence whose full stop is missing.
MANY_THINGS = ("ene", "ane")

ADJECTIVE_ENDINGS = tuple(words("ig isk full løs bar som ende ande ete lei"))

VERB_ENDINGS = ("te", "de", "er", "ar", "et", "a")
