"""What young people send: rounds, the inbox, the store, and tombstones of withdrawn answers.

No table here has a serial number or a time. `receipt_hash` is SHA-256 of a secret that only the
young person holds; it makes a resend harmless and lets the holder withdraw.
"""

from piccolo.columns import UUID, Boolean, Bytea, Date, ForeignKey, Text, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Round(Table, tablename="round"):
    """One collection. `definition` is the round's file as it was when loaded, JSON.

    `seal_key` is 32 random bytes, hexadecimal: see `server.collect.seals`.
    """

    id = UUID(primary_key=True, default=UUID4())
    code = Varchar(12, unique=True)
    definition = Text()
    opens = Date(default=None)
    closes = Date(default=None, null=True)
    seal_key = Varchar(64, secret=True)


class Inbox(Table, tablename="inbox"):
    """An answer on its way; it stays until enough others are there to be shuffled with."""

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    receipt_hash = Varchar(64, unique=True)
    week = Varchar(8)
    document = Text()


class Response(Table, tablename="response"):
    """An answer in the store. `document` is server.collect.responses.Document, JSON.

    `has_story` says whether a story was told, also when it has been deleted since.
    `held` says whether its stories look copied: server.collect.copies.Held.
    """

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    receipt_hash = Varchar(64, unique=True)
    week = Varchar(8)
    has_story = Boolean(index=True)
    stories_deleted = Boolean(default=False)
    held = Varchar(8, default="")
    document = Text()


class Tombstone(Table, tablename="tombstone"):
    """What remains of a withdrawn answer, so that a resend cannot bring it back."""

    receipt_hash = Varchar(64, primary_key=True)


class Spent(Table, tablename="spent"):
    """What remains of a token that let in an answer to an invited round; it lets in no other.

    `hash` is SHA-256 of the token's message, which the signer of invitations has never seen.
    Rows that are `waiting` lie in about the order in which they came, as the inbox does; the next
    batch shuffles them.
    """

    hash = Varchar(64, primary_key=True)
    waiting = Boolean(default=True)


class Secret(Table, tablename="secret"):
    """A key that every process of this installation needs; made by the first."""

    name = Varchar(20, primary_key=True)
    value = Bytea(secret=True)
