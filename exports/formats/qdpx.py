"""REFI-QDA project (.qdpx, qdasoftware.org) for NVivo, MAXQDA, ATLAS.ti, Quirkos and others.

Positions count code points of the text as it stands in the file: Unicode NFC, a line feed at the
end of a line. An end is that of the standard's own examples: the position after the last one.
Identifiers follow from what they name, so that a theme or a story has the same in every file.
"""

import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from io import BytesIO
from uuid import UUID, uuid5

from lxml import etree

from enumerations import Language
from exports.disclosure.stories import Code, Coding, Layer, Stories, Story
from exports.errors import FileError
from exports.formats.base import Outgoing, Study, about, title_of
from exports.instruments import Text
from exports.messages import messages

SUFFIX = ".qdpx"
NAMESPACE = "urn:QDA-XML:project:1.0"
OURS = UUID("5c0f6a52-6a1e-5d0b-9a43-3f2a4f6e7b11")
"""The namespace that our identifiers are made in."""

NEVER = (1980, 1, 1, 0, 0, 0)
UNIX = 3
Element = etree._Element


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the project with its sources, not compressed, as a zip file without times.

    Raises:
        FileError: what was given has no stories.
    """
    if not isinstance(outgoing, Stories):
        raise FileError("This format is of stories. Leave out --data, and name qdpx alone.")
    named = _named(outgoing.stories)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        _add_file(file, "project.qde", _project(outgoing, study, named))
        for guid, story in named:
            _add_file(file, f"sources/{guid}.txt", plain(story.text).encode())
    return buffer.getvalue()


def plain(text: str) -> str:
    """Return a text as it stands in the file: NFC, with line feeds."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def place(text: str, position: int) -> int:
    """Return where a position of a text is in `plain(text)`, in code points."""
    return len(plain(text[:position]))


def _add_file(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, NEVER)
    entry.create_system = UNIX
    entry.external_attr = 0o644 << 16
    file.writestr(entry, content)


def _named(stories: Iterable[Story]) -> list[tuple[str, Story]]:
    """Stories with identifiers that follow from their words; equal ones are numbered."""
    seen: Counter[str] = Counter()
    named = []
    for story in stories:
        seen[story.text] += 1
        named.append((_guid(f"story {seen[story.text]} {story.text}"), story))
    return named


def _project(outgoing: Stories, study: Study, named: list[tuple[str, Story]]) -> bytes:
    language = Language.BOKMAL
    said = messages(language)
    root = etree.fromstring(f'<Project xmlns="{NAMESPACE}"/>'.encode())
    root.set("name", title_of(outgoing, study, language))
    root.set("origin", "Fortell")
    users = _add(root, "Users")
    for layer in Layer:
        _add(users, "User", guid=_user(layer), name=said[f"file.layer.{layer}"], id=str(layer))
    _codebook(_add(_add(root, "CodeBook"), "Codes"), outgoing)
    variable = _guid("variable service")
    asked = _add(_add(root, "Variables"), "Variable", guid=variable, name=said["file.service"])
    asked.set("typeOfVariable", "Text")
    names = {key: text[language] for key, text in outgoing.services}
    names |= {"+": said["file.several"], "": said["file.no_service"]}
    sources = _add(root, "Sources")
    for number, (guid, story) in enumerate(named, 1):
        source = _add(sources, "TextSource", guid=guid, plainTextPath=f"internal://{guid}.txt")
        source.set("name", said["file.story"].format(number=number))
        _codings(source, guid, story)
        value = _add(source, "VariableValue")
        _add(value, "VariableRef", targetGUID=variable)
        _add(value, "TextValue").text = names[story.service]
    _add(root, "Description").text = about(outgoing, language)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _codebook(above: Element, outgoing: Stories) -> None:
    below: defaultdict[str, list[Code]] = defaultdict(list)
    for code in outgoing.codes:
        below[code.group].append(code)
    for key, label in outgoing.groups:
        group = _code(above, key, label, codable=False)
        for code in below[key]:
            _code(group, code.id, code.label, codable=True, definition=code.definition)


def _code(above: Element, key: str, label: Text, codable: bool, definition: str = "") -> Element:
    code = _add(above, "Code", guid=_guid(f"code {key}"), name=label[Language.BOKMAL])
    code.set("isCodable", str(codable).lower())
    lines = [key, definition, *(f"{lang}: {label[lang]}" for lang in Language)]
    _add(code, "Description").text = "\n".join(line for line in lines if line)
    return code


def _codings(source: Element, guid: str, story: Story) -> None:
    """Codings of parts stand in selections, those of the whole story beside them."""
    whole = (0, len(plain(story.text)))
    parts: defaultdict[tuple[int, int], list[Coding]] = defaultdict(list)
    for coding in story.codings:
        parts[place(story.text, coding.start), place(story.text, coding.end)].append(coding)
    for (start, end), codings in sorted(parts.items()):
        if (start, end) != whole:
            selection = _add(source, "PlainTextSelection", guid=_guid(f"{guid} {start} {end}"))
            selection.set("startPosition", str(start))
            selection.set("endPosition", str(end))
            _coded(selection, codings)
    _coded(source, parts.get(whole, []))


def _coded(above: Element, codings: Iterable[Coding]) -> None:
    for coding in codings:
        name = f"{above.get('guid')} {coding.layer} {coding.theme}"
        made = _add(above, "Coding", guid=_guid(name), creatingUser=_user(coding.layer))
        _add(made, "CodeRef", targetGUID=_guid(f"code {coding.theme}"))


def _user(layer: Layer) -> str:
    return _guid(f"user {layer}")


def _guid(name: str) -> str:
    return str(uuid5(OURS, name))


def _add(above: Element, tag: str, /, **attributes: str) -> Element:
    element = etree.SubElement(above, f"{{{NAMESPACE}}}{tag}")
    for key, value in attributes.items():
        element.set(key, value)
    return element
