"""People who work with the answers' figures, and their sessions."""

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from server.collect.tables import Round


class Account(Table, tablename="account"):
    """A local account. `locked_until` and `failures` throttle guessing."""

    id = UUID(primary_key=True, default=UUID4())
    name = Varchar(80, unique=True)
    password = Text(secret=True)
    failures = Integer(default=0)
    locked_until = Timestamptz(default=None, null=True)


class Session(Table, tablename="session"):
    """A signed-in browser; `token_hash` is SHA-256 of the cookie's secret."""

    token_hash = Varchar(64, primary_key=True)
    account = ForeignKey(Account)
    expires = Timestamptz(default=None)


class Look(Table, tablename="look"):
    """Somebody looked at stories that are held back, or decided about some of them.

    `act` is what `server.staff.copies` did, or DREW of `server.release.written`. The
    week is all that is kept of when: a day would tell which of two copies came first.
    """

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    account = ForeignKey(Account)
    act = Varchar(12)
    week = Varchar(8)
