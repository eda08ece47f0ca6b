"""What the language engine found."""

from piccolo.columns import UUID, ForeignKey, Text, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from server.collect.tables import Response


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
