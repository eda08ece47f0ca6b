"""The change ledger."""

from piccolo.columns import UUID, Date, ForeignKey, Text, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from server.collect.tables import Round


class Action(Table, tablename="action"):
    """What a service answers to one theme of a round. `owner` is a role, no person's name.

    `aim` is what it is to change (F30), one of the attributions; empty where nobody has said.
    """

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    theme = Varchar(40)
    status = Varchar(12)
    text = Text()
    next_check = Date(default=None, null=True)
    owner = Varchar(80, default="")
    began = Date(default=None, null=True)
    aim = Varchar(10, default="")


class Card(Table, tablename="card"):
    """The round's "Hva skjedde med det dere sa?" is published since this date."""

    round = ForeignKey(Round, primary_key=True)
    published = Date(default=None)


class Decided(Table, tablename="decided"):
    """An action that a workshop decided on and somebody put into this round's ledger."""

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    workshop = UUID(default=None)
    title = Text()
    theme = Varchar(40)
    text = Text()
    owner = Text()
    due = Date(default=None, null=True)
