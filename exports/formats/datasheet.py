"""The data sheet: the questions of Gebru and others, Datasheets for Datasets (2021), answered."""

from enumerations import Language
from exports.disclosure.microdata import Dataset
from exports.formats.base import Outgoing, Study, about, table, title_of

SUFFIX = ".datasheet.md"


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the data sheet as Markdown, in English."""
    rows = isinstance(outgoing, Dataset)
    unit = (
        "A response by one young person, with stories left out."
        if rows
        else "A category of a figure; counts are of respondents, rounded."
    )
    answers = {
        "Why was it made?": "So that services can hear from young people what works and what does "
        "not, and so that researchers can check it.",
        "Who made it?": f"{study.publisher[Language.ENGLISH]}, with Fortell.",
        "What is it about?": about(outgoing, Language.ENGLISH),
        "What is a row?": unit,
        "How many rows?": f"{table(outgoing).height} (series {outgoing.series}).",
        "What is missing?": "Whoever did not answer. There is no sampling frame and no response "
        "rate. What is hidden or made coarse is small or lopsided, not missing at random.",
        "Is anybody recognisable?": "No name, address, device or time is collected. What protects "
        "the file, and what that does not cover, is in the privacy report beside it.",
        "How was it collected?": "On phones, without an account; everything could be skipped. The "
        "same person may have answered twice.",
        "What was done to it?": "Names and places were taken out of stories before they were "
        "stored. A model found themes; where tellers said what their story was about, that counts.",
        "What should it not be used for?": "To rank services, to judge single employees, to find "
        "persons, to link with registers, or to show causes.",
        "How is it kept up?": "A published release or data set never changes. One that was wrong "
        "is retracted, and the reason is published.",
        "What may be done with it?": "See the licence beside it.",
    }
    lines = [f"# {title_of(outgoing, study, Language.ENGLISH)}: data sheet", ""]
    for question, answer in answers.items():
        lines += [f"**{question}** {answer}", ""]
    return ("\n".join(lines).rstrip() + "\n").encode()
