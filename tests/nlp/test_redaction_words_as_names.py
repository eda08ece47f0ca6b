"""Names that are words: found where a person stands, left alone where the word stands.

Written before the rules that it measures, in many dialects. `|` stands around a name.
"""

import pytest

import nlp

PERSONS = """
så kom |bjørn| og satte seg ved siden av meg
det var |liv| som fant ut hva som var feil
|dag| fra klubben og |sol| fra skolen var der
jeg fikk hybel av |stein|, han eier hele bygget
|vilje| heter hun, og hun er den beste jeg har hatt
han ene, |storm|, han er bare sur
kontaktpersonen min, |odd|, slutta før jul
sov på rommet til |kaia| hele sommeren
takk til |sol|, |stein| og hun på kontoret
hadde det ikke vært for |gro| hadde jeg droppa ut
i går spurte |tor| om jeg ville være med
jeg og |rose| begynte samtidig
hun derre |saga| i resepsjonen husker alt
|bo| og de andre på utekontakten er der fredager
da sa |falk| at jeg måtte søke på nytt
mammaen til |my| kjørte meg hjem
unntaket er |even| på nav, han svarer alltid
navnet mitt er |håp| og ja det er et ordentlig navn
|vår| heter jeg, men alle kaller meg noe annet
læreren vår |stig| ser alle
|iris|, hun på avdelingen, satt oppe med meg
jeg stoler på |ask|, ikke på de andre
|tone| lærte meg å lage budsjett
kjæresten min |brage| fikk ikke komme inn
rådgiveren, |ørn|, sa at det ikke gikk
en som het |per| jobba der før
jeg skrev til |lilje| og hun svarte samme dag
eg er glad i |live|, ho er som ei syster
då kom |gry| og spurde korleis det gjekk
helsesjukepleiaren vår, |borg|, har alltid døra open
|tale| ho på kontoret hugsar namnet mitt
eg og |are| delte rom heile året
namnet mitt er |siv|, det kan de skrive
takk til |aud| og |jon| på verkstaden
æ ringt te |mai| og ho kom med en gang
ho |sol| på nav ordna alt førr mæ
han |jo| e den einaste som spør
|liv| heite ho, ho e gull
så sa ho |vår| at æ kunne bo der
mamman te |storm| e leder i fau
n |ola| sa itj nå
a |randi| hjalp mæ med søknan
hu |kari| på skola e grei, men n |per| e itj det
æ fikk skyss tå n |odd|
broren hannjs |stein| jobbe der
a |mari| får alltid skylda
'n |dag| er grei å ha med å gjøra
hu |unni| derre er jo aldri på jobb
hon |mille| på klubben e snill
eg snakte me |kai| om det, han skjønte
han |tore| så jobbe på biblå e kjekke
eg fekk hjelp av hu |lin| på helsestasjonen
ho |mari| å eg bjynte samtidig på skulen
ho |signe| so jobba der e slutta no
so kom |frøya| å henta meg
wallah |amin| er den eneste som hjalp
lærern |said| skjønner oss
bestevennen min |nur| flytta
|can| i klassen min tok meg med på trening
hun |iman| på flyktningtjenesten snakker språket mitt
"""

WORDS = """
vi så en bjørn i skogen på turen
hele mitt liv har jeg venta på dette
en dag fra klubben husker jeg godt
sol og varme hjelper mer enn piller
det lå en stein i skoen min
det er ikke vilje det står på
etter storm kommer stille sier mamma
det føles litt odd å snakke om
vi satt på kaia hele kvelden
da begynner det å gro igjen sa legen
jeg tor ikke spørre om hjelp
hun fikk en rose av klassen
det ble en lang saga med nav
jeg vil bo og jobbe et annet sted
vi så en falk på fjellet
oh my god så treig den saken var
even if they say so they don't help
jeg har fått håp igjen
i vår skal jeg begynne på skole
stig av på neste stopp, sa bussjåføren
iris er en del av øyet sa øyelegen
det står en ask utenfor vinduet
hun snakket i en tone jeg ikke likte
læreren ser som en ørn
per nå har jeg ikke hørt noe
per dag får vi 120 kroner
mamma fikk en lilje av oss
konserten var live på nett
vi var på en gammel borg i ferien
det er ikke tale om at jeg drar tilbake
they are nice at the youth club
siv og gras langs vatnet der vi fiska
i mai var det eksamen, og i juni fikk vi karakterer
sol ute og vi satt inne på kontoret
jo, det gikk bra til slutt
de hørte jo ikke på meg
liv og røre på klubben hver torsdag
vår plan fungerte ikke, sa de
storm på fredag så bussen gikk ikke
alt er laga for ola nordmann
han tjente en mille på aksjer
båten lå ved kai hele uka
eg tore ikkje seie det til ho
ho hadde på seg ein kjole av lin
bare signe her, sa de, og så var det gjort
he said I could come back
I can not do this alone
det var hans feil, ikke min
det kan vera slik at dei gløymer oss
de må endre måten de snakker på
siste dag på skolen gråt jeg
det var liv i gangene, og dag og natt gikk i ett
bo på institusjon er ikke gøy
Vilje hadde jeg, men ikke krefter
Håp har jeg ikke hatt siden barneskolen
Kaia er favorittstedet mitt i byen
jo mer jeg spør jo mindre svar får jeg
klara ikkje meir då, eg var sliten
de pleide å rose meg, men ikke nå lenger
tro, håp og kjærlighet er ikke nok når du mangler husleie
"""


def _opened(line: str) -> str:
    """A line with its first letter large."""
    first = next(i for i, char in enumerate(line) if char.isalpha())
    return line[:first] + line[first].upper() + line[first + 1 :]


def _missed(marked: str) -> list[str]:
    """Names of a marked sentence that stay in what is stored."""
    parts = marked.split("|")
    starts = [sum(map(len, parts[:i])) for i in range(len(parts))]
    redactions = nlp.deidentify("".join(parts)).redactions
    return [
        name
        for start, name in list(zip(starts, parts, strict=True))[1::2]
        if not any(r.start <= start and start + len(name) <= r.end for r in redactions)
    ]


@pytest.mark.parametrize("capital", [False, True])
def test_names_that_are_words_go(capital: bool) -> None:
    lines = PERSONS.strip().splitlines()
    assert len(lines) == 60
    missed = [line for line in lines if _missed(_opened(line) if capital else line)]
    assert len(missed) <= 3, missed


@pytest.mark.parametrize("capital", [False, True])
def test_the_same_words_stay(capital: bool) -> None:
    lines = WORDS.strip().splitlines()
    assert len(lines) == 60
    texts = [_opened(line) if capital else line for line in lines]
    changed = [text for text in texts if nlp.deidentify(text).redactions]
    assert len(changed) <= 7, changed
