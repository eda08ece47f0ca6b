"""What the language engine found."""

from piccolo.columns import UUID, ForeignKey, Text, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from server.collect.tables import Response, Round


class Annotation(Table, tablename="annotation"):
    """One response's stories as one engine version read them.

    `id` is derived from response and version, so that a second worker cannot add it twice.
    `document` is a list, JSON: of each story its language, units and safety flags as
    `nlp.annotate` yields them. The story itself is in the response.
    """

    id = UUID(primary_key=True, default=UUID4())
    response = ForeignKey(Response, index=True)
    model_version = Varchar(80)
    document = Text()


class Quoted(Table, tablename="quoted"):
    """A part of a story that two people let stand in reports.

    It points at its answer, and goes when the story does. `document` is an `exports.Quote`, JSON.
    """

    id = UUID(primary_key=True, default=UUID4())
    response = ForeignKey(Response, index=True)
    round = ForeignKey(Round, index=True)
    document = Text()


class Coded(Table, tablename="coded"):
    """A part of a story that two people coded without knowing what the other found.

    It points at its answer, and goes when the story does. `document` is a
    `server.release.coding.Coded`, JSON.
    """

    id = UUID(primary_key=True, default=UUID4())
    response = ForeignKey(Response, index=True)
    round = ForeignKey(Round, index=True)
    document = Text()
