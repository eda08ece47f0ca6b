"""What a room works out after its talk: themes, questions, actions, and its report's texts.

Nothing here is linked to a phone. Everything goes when its workshop does.
"""

from piccolo.columns import (
    UUID,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    Text,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from server.workshop.tables import Workshop


class WorkshopTheme(Table, tablename="workshop_theme"):
    """A theme of a workshop, in the room's order; an empty label is the codebook's."""

    id = UUID(primary_key=True, default=UUID4())
    workshop = ForeignKey(Workshop, index=True)
    theme = Varchar(40)
    label = Text()
    place = Integer()


class CardTheme(Table, tablename="card_theme"):
    """A theme of a card: what the machine proposed, and whether the room keeps it."""

    id = UUID(primary_key=True, default=UUID4())
    workshop = ForeignKey(Workshop, index=True)
    card = UUID(default=None)
    theme = Varchar(40)
    proposed = Boolean()
    kept = Boolean()


class CardSentence(Table, tablename="card_sentence"):
    """A sentence of a card's challenge as the language engine read it, for the summary.

    `vector` is float32, its embedding; `safe` says that no sign of danger was found in the card.
    """

    id = UUID(primary_key=True, default=UUID4())
    workshop = ForeignKey(Workshop, index=True)
    card = UUID(default=None)
    place = Integer()
    text = Text()
    sentiment = Varchar(10)
    safe = Boolean()
    vector = Bytea()


class WorkshopQuestion(Table, tablename="workshop_question"):
    """A question to go on with that the room wrote or changed; others come from templates."""

    id = UUID(primary_key=True, default=UUID4())
    workshop = ForeignKey(Workshop, index=True)
    theme = Varchar(40)
    place = Integer()
    text = Text()
    edited = Boolean()


class WorkshopAction(Table, tablename="workshop_action"):
    """What somebody will do, by who can decide it; values are of server.workshop.onward."""

    id = UUID(primary_key=True, default=UUID4())
    workshop = ForeignKey(Workshop, index=True)
    theme = Varchar(40)
    text = Text()
    level = Varchar(12)
    owner = Text()
    due = Date(default=None, null=True)
    kind = Varchar(14)
    barrier = Varchar(12)
    lifted = Boolean()
    recipient = Text()


class WorkshopText(Table, tablename="workshop_text"):
    """What the facilitator wrote in a section of the report, in place of its fixed text."""

    id = UUID(primary_key=True, default=UUID4())
    workshop = ForeignKey(Workshop, index=True)
    section = Varchar(60)
    text = Text()
