"""The one list of closed values that every room, data file and schema follows.

Values are what is stored and published. Norwegian values (attribution, change, utterance, level)
are the coding axes of the codebook and keep the names that coders use.
"""

from enum import StrEnum


class AgeBand(StrEnum):
    """Age in years, never exact (F38)."""

    FROM_13 = "13-15"
    FROM_16 = "16-17"
    FROM_18 = "18-24"
    FROM_25 = "25-29"


class Language(StrEnum):
    """Languages of the user interface."""

    BOKMAL = "nb"
    NYNORSK = "nn"
    ENGLISH = "en"


class TextLanguage(StrEnum):
    """Language that a story is found to be written in."""

    BOKMAL = "nb"
    NYNORSK = "nn"
    ENGLISH = "en"
    OTHER = "other"


class Variety(StrEnum):
    """Written variety of a story; set by people who write or annotate data."""

    BOKMAL = "nb"
    BOKMAL_INFORMAL = "nb-uformell"
    NYNORSK = "nn"
    TRONDER = "dialekt-trd"
    NORTH = "dialekt-nord"
    BERGEN = "dialekt-brg"
    STAVANGER = "dialekt-stv"
    SUNNMORE = "dialekt-smr"
    EAST = "dialekt-ost"
    SOUTH = "dialekt-sor"
    MULTIETHNOLECT = "multietnolekt"
    SECOND_LANGUAGE = "andrespråk"
    ENGLISH = "en"


class Sentiment(StrEnum):
    """Polarity that the teller means, irony resolved."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    MIXED = "mixed"


class Attribution(StrEnum):
    """What the teller explains the event by (F30)."""

    INDIVIDUAL = "individ"
    RELATION = "relasjon"
    SITUATION = "situasjon"
    UNCLEAR = "uklar"


class Change(StrEnum):
    """Change that the teller describes in themselves."""

    BETTER = "bedre"
    SAME = "uendret"
    WORSE = "verre"
    NOT_MENTIONED = "ikke_nevnt"


class Utterance(StrEnum):
    """Kind of utterance."""

    PRAISE = "ros"
    CRITICISM = "kritikk"
    SUGGESTION = "forslag"
    NARRATION = "fortelling"
    QUESTION = "sporsmal"


class Level(StrEnum):
    """Goal level of a theme; the three chapters of every report (F49)."""

    PERSONAL = "personlig"
    PRACTICE = "praksis"
    SYSTEM = "system"


class SafetyFlag(StrEnum):
    """Signs that somebody may be in danger. Never a theme, never a figure, never quoted."""

    SUICIDE_SELF_HARM = "S_selvmord_selvskade"
    VIOLENCE_ABUSE = "S_vold_overgrep"
    NEGLECT = "S_omsorgssvikt"
    COERCION_HONOUR = "S_tvang_aeresrelatert"
    THREAT_TO_OTHERS = "S_trussel_andre"
    IDENTIFYING = "S_identifiserende"


class RedactionType(StrEnum):
    """What a removed span of a story was."""

    PERSON = "PERSON"
    PLACE = "PLACE"
    ORG = "ORG"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    HANDLE = "HANDLE"
    DATE = "DATE"
    ADDRESS = "ADDRESS"
    ID = "ID"
    OTHER = "OTHER"


PLACEHOLDERS: dict[RedactionType, str] = {
    RedactionType.PERSON: "[NAVN]",
    RedactionType.PLACE: "[STED]",
    RedactionType.ORG: "[VIRKSOMHET]",
    RedactionType.PHONE: "[TELEFON]",
    RedactionType.EMAIL: "[E-POST]",
    RedactionType.HANDLE: "[BRUKERNAVN]",
    RedactionType.DATE: "[DATO]",
    RedactionType.ADDRESS: "[ADRESSE]",
    RedactionType.ID: "[ID-NUMMER]",
    RedactionType.OTHER: "[FJERNET]",
}


class EntityLabel(StrEnum):
    """Named entities that the language engine marks."""

    PERSON = "PER"
    ORGANISATION = "ORG"
    LOCATION = "LOC"


class ActionStatus(StrEnum):
    """What a service answers to a theme in the change ledger."""

    PLANNED = "planned"
    DONE = "done"
    NO_BECAUSE = "no_because"
