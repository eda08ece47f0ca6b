"""How to cite: a CITATION.cff (citation-file-format.github.io), which reference managers read."""

import json

from enumerations import Language
from exports.formats.base import Outgoing, Study, about, title_of

SUFFIX = ".cff"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the file; texts are quoted as JSON, which YAML reads."""
    language = Language.BOKMAL
    lines = [
        "cff-version: 1.2.0",
        "type: dataset",
        f"message: {_text('Cite these figures as below.')}",
        f"title: {_text(title_of(outgoing, study, language))}",
        "authors:",
        f"  - name: {_text(study.publisher[language])}",
        f"version: {_text(f'{outgoing.number} ({outgoing.series})')}",
        f"date-released: {outgoing.published}",
        f"abstract: {_text(about(outgoing, language))}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
