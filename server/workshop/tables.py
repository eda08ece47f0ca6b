"""Workshops: cards, the phones that vote, and what is kept when the phones are forgotten.

Nothing here says who wrote a card. A phone's row lives as long as its workshop is open, and says
what it voted for, since nobody may vote more than their share; closing deletes it. The one moment
in time is when a running timer ends.
"""

from piccolo.columns import UUID, Boolean, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Workshop(Table, tablename="workshop"):
    """A workshop as it stands. Whoever changes anything in it holds this row (`changes.holding`).

    `phase` and `stage` are of server.workshop.templates; `current` is the card that is talked
    about. `timer_left` is in seconds, and counts when the timer does not run. `counted` says that
    it has been closed: its phones are gone, `phones` and `voted` say how many they were.
    """

    id = UUID(primary_key=True, default=UUID4())
    code = Varchar(6, unique=True)
    version = Integer(default=1)
    title = Text()
    organisation = Text()
    language = Varchar(2)
    template = Varchar(20)
    held = Date(default=None)
    deletes = Date(default=None, index=True)
    phase = Varchar(10)
    stage = Varchar(12)
    challenge = Text()
    ideas = Text()
    votes_each = Integer()
    door_open = Boolean(default=True)
    current = UUID(default=None, null=True)
    timer_left = Integer(default=0)
    timer_ends = Timestamptz(default=None, null=True)
    counted = Boolean(default=False)
    phones = Integer(default=0)
    voted = Integer(default=0)


class Contribution(Table, tablename="contribution"):
    """A card: a challenge and up to three ideas, JSON. `key_hash` is SHA-256 of its writer's key.

    `number` comes when the writing ends; the rows are then written anew in that order. `votes` and
    `choices` (server.workshop.tally.Choices, JSON) are filled when the workshop is closed.
    """

    id = UUID(primary_key=True, default=UUID4())
    workshop = ForeignKey(Workshop, index=True)
    key_hash = Varchar(64)
    number = Integer(default=None, null=True)
    stage = Varchar(12)
    challenge = Text()
    ideas = Text()
    follows = UUID(default=None, null=True)
    hidden = Boolean(default=False)
    revealed = Boolean(default=False)
    notes = Text(default="[]")
    votes = Integer(default=0)
    choices = Text(default="")


class Phone(Table, tablename="phone"):
    """A phone in an open workshop. `votes` are ids of cards, JSON: one row cannot vote too much."""

    token_hash = Varchar(64, primary_key=True)
    workshop = ForeignKey(Workshop, index=True)
    votes = Text(default="[]")


class Choice(Table, tablename="choice"):
    """What a phone chose among a card's ideas: 1 to 3, or 0 for none of them, then with `text`.

    `id` is SHA-256 of the phone's hash and the card, so a phone has one choice for each card.
    """

    id = Varchar(64, primary_key=True)
    workshop = ForeignKey(Workshop, index=True)
    phone = ForeignKey(Phone)
    card = UUID(default=None, index=True)
    choice = Integer()
    text = Text()
