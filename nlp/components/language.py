"""Bokmål, nynorsk, English or something else, by the small words that carry a text.

Norwegian dialects are counted as bokmål or nynorsk, whichever their small words are closer to.
"""

import re

from spacy.language import Language
from spacy.tokens import Doc

from enumerations import TextLanguage
from nlp.components import document  # noqa: F401 (registers the attributes)

_WORD = re.compile(r"[^\W\d_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHARED = _words(
    "alle alt at av bare ble blir bra da de deg den der det dette du en enn er et etter fikk "
    "for fordi får før gikk går har helt her hos i ingen ja jo kan litt lol man med meg men "
    "mer mot mye må nei nå når og ok om oss over på seg skal som så takk til under uten var "
    "veldig vi vil å"
)
_BOKMAL = _words(
    "aldri alltid ass bare ble bli blir bærre dem dere dæ dæm egt en fra gjorde hadde hele "
    "hjelpen hu hun hva hvem hver hvis hvor hvordan hvorfor ikke itj jeg jæ ka kommer "
    "kunne liksom litt mer mye mæ noe noen nå også selv sier sine sitt skolen skulle tida uke "
    "vet ville være æ"
)
_NYNORSK = _words(
    "anna att berre blei de dei dersom difor dykk eg eigen ein einaste eit eitt fekk frå "
    "gjekk gjer gjorde hadde heile heim hjelpa hjå ho ikkje kjem korleis kunne kva kvar kven "
    "kvifor læraren me medan meir mi mykje no noko nokon nokre også saman seier sidan sjølv "
    "skjøna skulen skulle tek trur vart veit vere verte ville vore"
)
_ENGLISH = _words(
    "about all and are at because but can did do does for from get got had has have he help "
    "how i in is it just me my no not of on out people really school she so that the their "
    "them there they this to up very was we were what when who will with would yes you"
)
_SHARED_WITH_ENGLISH = _words("all at det do for han her i in me no on over so under was")


def detect_language(text: str) -> TextLanguage:
    """Tell the language of a text.

    Args:
        text: a story, redacted or not.

    Returns:
        The language whose small words are most frequent; OTHER when fewer than one word in
        twelve is known, and bokmål for a very short text without any sign.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    bokmal = sum(word in _BOKMAL for word in words)
    nynorsk = sum(word in _NYNORSK for word in words)
    english = sum(word in _ENGLISH and word not in _SHARED_WITH_ENGLISH for word in words)
    norwegian = sum(word in _SHARED | _BOKMAL | _NYNORSK for word in words)
    if english > max(norwegian, 1):
        return TextLanguage.ENGLISH
    if len(words) > 3 and (norwegian + english) * 12 < len(words):
        return TextLanguage.OTHER
    if words and not any(char.isascii() or char in "æøåÆØÅéèòóô" for char in "".join(words)):
        return TextLanguage.OTHER
    return TextLanguage.NYNORSK if nynorsk > bokmal else TextLanguage.BOKMAL


@Language.factory("fortell_language", assigns=["doc._.language"])
def make_language(nlp: Language, name: str) -> "LanguageComponent":
    """Create the component that tells the language of a story.

    RETURNS (LanguageComponent): the component, without settings.
    """
    return LanguageComponent()


class LanguageComponent:
    """Sets `doc._.language` to a value of `enumerations.TextLanguage`."""

    def __call__(self, doc: Doc) -> Doc:
        """Tell the language.

        doc (Doc): a document.
        RETURNS (Doc): the same document.
        """
        doc._.language = detect_language(doc.text).value
        return doc
