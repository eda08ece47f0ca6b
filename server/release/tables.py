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
