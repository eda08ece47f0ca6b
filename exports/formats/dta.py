"""Stata (version 14 and later): every column and code labelled in bokmål.

Stata's own missing values cannot be written beside numbers by the library; codes that are no
answer are negative, and their labels say so (`mvdecode mt1-mt10, mv(-9=.a \\ -8=.b)`).
"""

from pathlib import Path

import pyreadstat

from enumerations import Language
from exports.formats.base import Outgoing, Sheet, Study, labelled, written
from exports.formats.sav import short

SUFFIX = ".dta"
TIMESTAMP = (b"<timestamp>", b"</timestamp>")
NEVER = b"01 Jan 1970 00:00"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the table as a .dta file, always with the same time of creation."""
    sheet = labelled(outgoing, study, Language.BOKMAL)
    content = written(lambda path: _write(sheet, path))
    before, _, rest = content.partition(TIMESTAMP[0])
    stamp, _, after = rest.partition(TIMESTAMP[1])
    return before + TIMESTAMP[0] + stamp[:1] + NEVER + TIMESTAMP[1] + after


def _write(sheet: Sheet, path: Path) -> None:
    pyreadstat.write_dta(
        sheet.frame,
        path,
        file_label=short(sheet.title, 80),
        column_labels={known.name: known.label[Language.BOKMAL] for known in sheet.variables},
        version=14,
        variable_value_labels={
            known.name: {code: text[Language.BOKMAL] for code, text in known.values.items()}
            for known in sheet.variables
            if known.values
        },
    )
