"""Danger that is said in so many words is always heard; figures of speech are not."""

import pytest

import nlp

SAID = """
Jeg vil bare dø.
jeg vil dø
eg vil berre døy
æ vil bærre dø
æ orke ikkje leve mer
eg orkar ikkje å leve lenger
æ orka itj å lev mer
je vil itte leva mer
jeg vil ikke leve lenger
jeg har ikke lyst til å leve mer
eg har ikkje lyst til å leve
jeg skulle ønske jeg var død
har lyst til å dø hver dag
alle hadde hatt det bedre uten meg
har tenkt på å ta livet mitt
i fjor prøvde jeg å ta livet av meg
eg har tenkt å avslutte livet
tanken på å slippe å våkne i morgen er god
æ håpe æ slepp å våkne igjen
jeg skader meg selv når det blir for mye
eg kuttar meg i armen om kvelden
I want to die
i don't want to live anymore
pappa slår meg når han er full
far min slo mamma i går
fattern slår meg
stefaren min banker oss
kjæresten min slo meg i går
jeg blir slått hjemme
eg vart valdteken i sommar
jeg ble voldtatt på en fest
det er aldri mat hjemme
det er ingen mat i huset hjemme hos oss
mamma er borte i dagevis
pappa er full hele tida
jeg må gifte meg med fetteren min i sommer
de har funnet en mann til meg
far har lova meg bort
jeg skal drepe han i morgen
æ ska drep hainn
"""

MEANT_OTHERWISE = """
jeg dør av latter
jeg døde litt inni meg da hun leste navnet mitt høyt
jeg ville dø av flauhet i gymmen
er helt død etter trening
drepte meg å lese så mye lol
køen på nav tar livet av meg
de mattelekse tok livet av all lysten
jeg kunne ikke leve av pengene fra NAV
eg vil ikkje leve på stønad resten av livet
det går ikke an å leve med så lite penger
han kan ikke leve uten mobilen sin
vi slo dem 3-0 i finalen
broren min slo meg i ludo
mamma slo meg i yatzy igjen
jeg ble slått i FIFA av lillebror
pappa slår meg alltid i sjakk
læreren slo av lyset og gikk
de slår seg ned på torget hver dag
jeg fikk slått opp med kjæresten min
kutta meg litt på papir på jobben
skal ta han igjen på poeng
jeg skal knuse han i bordtennis
treneren dreper oss med de intervallene
vi ble drept 5-1 på hjemmebane
han drepte stemninga
jeg kjemper for livet på mattetentamen
ville bare dø litt da læreren ropte opp navnet mitt
må gifte meg rik om jeg skal ha råd til husleie
søsteren min gifter seg til sommeren og gleder seg
jeg hadde ikke mat med på skolen i dag
det er ikke mat i kantina etter tolv
vi var alene hjemme og så film
mamma er borte på jobbreise i helga
pappa ble full av stolthet da jeg fikk jobb
hevnen er søt sa vi og vant returkampen
tok med kniv og gaffel på hyttetur
skyter best av alle på skytterlaget
jeg orker ikke lese mer matte
jeg orker ikke mer ventetid
jeg vil ikke være her mer sa han og bytta klubb
"""


def _flagged(text: str) -> bool:
    return bool(set(nlp.load()(text)._.safety) - {"S_identifiserende"})


@pytest.mark.parametrize("text", SAID.strip().splitlines())
def test_what_is_said_directly_is_heard(text: str) -> None:
    assert _flagged(text)
    assert _flagged(f"Har gått på videregående i to år. {text} Ellers er det greit på klubben.")


def test_figures_of_speech_are_let_be() -> None:
    lines = MEANT_OTHERWISE.strip().splitlines()
    assert len(lines) == 40
    heard = [line for line in lines if _flagged(line)]
    assert len(heard) <= 4, heard
