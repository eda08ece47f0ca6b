"""What may be done with the files, in three languages, and what words in them belong to others."""

from enumerations import Language
from exports.formats.base import Outgoing, Study
from exports.instruments import instruments
from exports.messages import messages

SUFFIX = ".licence.md"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the text: the figures' licence is for whoever asked to say."""
    lines = [f"# {study.publisher[Language.BOKMAL]}", ""]
    for language in Language:
        lines += [messages(language)["file.unknown_licence"], ""]
    lines += ["| instrument | licence | source |", "| --- | --- | --- |"]
    lines += [f"| {i.id} | {i.licence} | {i.source} |" for i in instruments().values()]
    return ("\n".join(lines) + "\n").encode()
