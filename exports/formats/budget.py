"""For «Utenfor-regnskapet» (KS): who grew, by their own account, with the warning that goes along.

The tool asks for a target group and an effect; these figures are self-reported growth, not a
success rate, and every row says so (F16).
"""

import polars as pl

from enumerations import Language
from exports.disclosure.catalogue import ALL, Kind
from exports.disclosure.document import Figure, Release
from exports.errors import FileError
from exports.formats.base import Outgoing, Study, subjects
from exports.messages import messages
from exports.services import service_classes

SUFFIX = ".utenfor-regnskapet.csv"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return one row per service and question about growth, as CSV.

    Raises:
        FileError: a data set was given; the columns are made of a release.
    """
    if not isinstance(outgoing, Release):
        raise FileError("These columns are made of a release. Leave out --data.")
    said = messages(Language.BOKMAL)
    names = {entry.key: entry.name[Language.BOKMAL] for entry in outgoing.catalogue.services}
    names[ALL] = said["everyone"]
    classes = {
        entry.key: service_classes()[entry.service_class].label[Language.BOKMAL]
        for entry in outgoing.catalogue.services
    }
    asked = subjects(outgoing)
    rows = [
        {
            "tjeneste": names.get(figure.service, figure.service),
            "målgruppe": classes.get(figure.service, said["file.target_group"]),
            "spørsmål": asked[figure.subject][Language.BOKMAL],
            "antall_svar": figure.n,
            "opplever_mer": _more(figure),
            "utgivelse": outgoing.number,
            "dato": figure.as_of.published if figure.as_of else None,
            "advarsel": said["file.budget_warning"],
        }
        for figure in outgoing.figures
        if figure.kind is Kind.GROWTH and figure.visible
    ]
    columns = {
        **dict.fromkeys(("tjeneste", "målgruppe", "spørsmål"), pl.String),
        **dict.fromkeys(("antall_svar", "opplever_mer", "utgivelse"), pl.Int64),
        **dict.fromkeys(("dato", "advarsel"), pl.String),
    }
    return pl.DataFrame(rows, schema=columns, orient="row").write_csv().encode()


def _more(figure: Figure) -> int | None:
    """Respondents who say that there is more, rounded as published; None where not told apart."""
    found = [count.x for count in figure.categories if min(count.values) > 0]
    return sum(found) if found else None
