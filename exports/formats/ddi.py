"""DDI-Codebook 2.5: what the study and its columns are, for data archives (ddialliance.org)."""

from lxml import etree

from enumerations import Language
from exports.disclosure.microdata import Dataset, Variable
from exports.formats import csv
from exports.formats.base import (
    Outgoing,
    Study,
    about,
    name_of,
    table,
    title_of,
    variables,
)

SUFFIX = ".ddi.xml"
NAMESPACE = "ddi:codebook:2_5"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
Element = etree._Element


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the description as XML, in bokmål, nynorsk and English."""
    name = name_of(outgoing, study)
    start = f'<codeBook xmlns="{NAMESPACE}" version="2.5" ID="S_{name}"/>'
    root = etree.fromstring(start.encode())
    _citation(_add(root, "docDscr"), outgoing, study)
    described = _add(root, "stdyDscr")
    _citation(described, outgoing, study)
    facts = _add(described, "stdyInfo")
    for language in Language:
        _add(facts, "abstract", about(outgoing, language), language)
    summary = _add(facts, "sumDscr")
    _add(summary, "nation", "Norge", Language.BOKMAL).set("abbr", "NO")
    kind = "microdata" if isinstance(outgoing, Dataset) else "aggregate data"
    _add(summary, "dataKind", kind, Language.ENGLISH)
    file = _add(_add(root, "fileDscr"), "fileTxt")
    root[-1].set("ID", "F1")
    _add(file, "fileName", name + csv.SUFFIX)
    size = _add(file, "dimensns")
    frame = table(outgoing)
    _add(size, "caseQnty", str(frame.height))
    _add(size, "varQnty", str(frame.width))
    data = _add(root, "dataDscr")
    for known in variables(outgoing):
        _variable(data, known, frame.schema[known.name].is_numeric())
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _citation(above: Element, outgoing: Outgoing, study: Study) -> None:
    citation = _add(above, "citation")
    titles = _add(citation, "titlStmt")
    first, *others = Language
    _add(titles, "titl", title_of(outgoing, study, first), first)
    for language in others:
        _add(titles, "parTitl", title_of(outgoing, study, language), language)
    _add(titles, "IDNo", name_of(outgoing, study))
    _add(_add(citation, "rspStmt"), "AuthEnty", study.publisher[first], first)
    _add(_add(citation, "distStmt"), "distDate", outgoing.published).set("date", outgoing.published)
    _add(_add(citation, "verStmt"), "version", f"{outgoing.number} ({outgoing.series})")


def _variable(above: Element, known: Variable, numeric: bool) -> None:
    element = _add(above, "var")
    for name, value in {
        "ID": f"V_{known.name}",
        "name": known.name,
        "files": "F1",
        "intrvl": "contin" if numeric and not known.values else "discrete",
    }.items():
        element.set(name, value)
    for language in Language:
        _add(element, "labl", known.label[language], language)
    for code, names in known.values.items():
        category = _add(element, "catgry")
        category.set("missing", "Y" if code in known.missing else "N")
        _add(category, "catValu", str(code))
        for language in Language:
            _add(category, "labl", names[language], language)
    _add(element, "varFormat").set("type", "numeric" if numeric else "character")


def _add(above: Element, name: str, text: str | None = None, language: str = "") -> Element:
    element = etree.SubElement(above, f"{{{NAMESPACE}}}{name}")
    element.text = text
    if language:
        element.set(LANGUAGE, language)
    return element
