"""What has been let out, for ever."""

from piccolo.columns import UUID, Bytea, Date, ForeignKey, Integer, Text, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from server.collect.tables import Round


class ReleaseRow(Table, tablename="release"):
    """One release: `document` byte for byte as published, `members` guarded like answers."""

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    number = Integer()
    published = Date(default=None)
    document = Text()
    members = Bytea()
    digest = Varchar(64)


class Retraction(Table, tablename="retraction"):
    """A release that was wrong: it is not shown any more, and stays in the audit."""

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    number = Integer()
    retracted = Date(default=None)
    why = Text()


class DatasetRow(Table, tablename="dataset"):
    """A data set beside the release `number`; kept as a release is."""

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    number = Integer()
    published = Date(default=None)
    document = Text()
    members = Bytea()
    digest = Varchar(64)


class StoriesRow(Table, tablename="shared_stories"):
    """Whose stories were in a round's file number `file`; the texts themselves are not kept here.

    `number` is that of the release beside it, `members` is guarded like answers.
    """

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    file = Integer()
    number = Integer()
    published = Date(default=None)
    members = Bytea()


class OpenRow(Table, tablename="open_table"):
    """The table with noise of a round, drawn beside the release `number`; there is one at most."""

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    number = Integer()
    published = Date(default=None)
    document = Text()
    digest = Varchar(64)


class Written(Table, tablename="written"):
    """What people wrote for a round's reports, but for quotes: an `exports.Words`, JSON."""

    id = UUID(primary_key=True, default=UUID4())
    round = ForeignKey(Round, index=True)
    document = Text()
