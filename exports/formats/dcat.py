"""DCAT-AP-NO 2.2: a record for data catalogues (data.norge.no), as Turtle."""

import json

from enumerations import Language
from exports.disclosure.microdata import Dataset
from exports.formats.base import Outgoing, Study, about, name_of, title_of

SUFFIX = ".dcat.ttl"
PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
AUTHORITY = "http://publications.europa.eu/resource/authority"
LISTED = {"csv": "CSV", "parquet": "PARQUET"}
"""Formats of open tables, and what the EU's list of file types calls them."""


def render(outgoing: Outgoing, study: Study) -> bytes:
    """Return the record. Addresses are relative to where the record is put."""
    name = name_of(outgoing, study)
    access = "RESTRICTED" if isinstance(outgoing, Dataset) else "PUBLIC"
    lines = [f"@prefix {short}: <{long}> ." for short, long in PREFIXES.items()]
    lines += [
        "",
        f"<#{name}> a dcat:Dataset ;",
        f"  dct:identifier {_text(name)} ;",
        *(f"  dct:title {_said(title_of(outgoing, study, lang), lang)} ;" for lang in Language),
        *(f"  dct:description {_said(about(outgoing, lang), lang)} ;" for lang in Language),
        "  dct:publisher <#publisher> ;",
        "  dcat:contactPoint <#contact> ;",
        f'  dct:issued "{outgoing.published}"^^xsd:date ;',
        f"  dct:accessRights <{AUTHORITY}/access-right/{access}> ;",
        f"  dcat:theme <{AUTHORITY}/data-theme/SOCI> ;",
        f"  dct:spatial <{AUTHORITY}/country/NOR> ;",
        '  dcat:keyword "ungdom"@nb, "ungdom"@nn, "youth"@en ;',
        f"  dcat:distribution {', '.join(f'<#{name}-{suffix}>' for suffix in LISTED)} .",
        "",
        "<#publisher> a foaf:Agent ;",
        f"  foaf:name {', '.join(_said(study.publisher[lang], lang) for lang in Language)} .",
        "",
        "<#contact> a vcard:Organization ;",
        f"  vcard:fn {_said(study.publisher['nb'], 'nb')} .",
    ]
    for suffix, kind in LISTED.items():
        lines += [
            "",
            f"<#{name}-{suffix}> a dcat:Distribution ;",
            f"  dcat:accessURL <{name}.{suffix}> ;",
            f"  dct:format <{AUTHORITY}/file-type/{kind}> .",
        ]
    return ("\n".join(lines) + "\n").encode()


def _said(text: str, language: str) -> str:
    return f"{_text(text)}@{language}"


def _text(text: str) -> str:
    """A text as Turtle quotes it; what JSON escapes, Turtle escapes alike."""
    return json.dumps(text, ensure_ascii=False)
