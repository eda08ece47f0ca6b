"""Frames in; releases, reports and files out. The only door through which a figure leaves.

What other rooms may use is named here.
"""

from exports.disclosure.catalogue import ALL, Area, Catalogue, Group, Kind, Service, Theme, quarters
from exports.disclosure.document import (
    Count,
    Estimate,
    Exported,
    Figure,
    Finding,
    History,
    Reason,
    Release,
    Snapshot,
    Status,
)
from exports.disclosure.gate import release
from exports.disclosure.microdata import Dataset, Protection, Variable, protect
from exports.disclosure.policy import Policy
from exports.disclosure.quotes import APPROVERS, Quote
from exports.errors import (
    AuditError,
    DatasetError,
    DocumentError,
    ExportError,
    FileError,
    FrameError,
    HistoryError,
    InstrumentError,
    PolicyError,
)
from exports.formats import (
    file_name,
    formats,
    render,
    write,
    write_codebook,
    write_csv,
    write_folder,
    write_parquet,
)
from exports.formats.base import Study
from exports.instruments import Axis, Instrument, Item, Mark, Option, instruments
from exports.instruments.scoring import score
from exports.measures import Net, Share, net_growth, share
from exports.measures.wording import about, between
from exports.report import (
    Context,
    Deed,
    Interpretation,
    Page,
    Question,
    Reading,
    Words,
    render_index,
    render_report,
)
from exports.report.words import INTERPRETATIONS
from exports.services import ServiceClass, service_classes

__all__ = [
    "ALL",
    "APPROVERS",
    "INTERPRETATIONS",
    "Area",
    "AuditError",
    "Axis",
    "Catalogue",
    "Context",
    "Count",
    "Dataset",
    "DatasetError",
    "Deed",
    "DocumentError",
    "Estimate",
    "ExportError",
    "Exported",
    "Figure",
    "FileError",
    "Finding",
    "FrameError",
    "Group",
    "History",
    "HistoryError",
    "Instrument",
    "InstrumentError",
    "Interpretation",
    "Item",
    "Kind",
    "Mark",
    "Net",
    "Option",
    "Page",
    "Policy",
    "PolicyError",
    "Protection",
    "Question",
    "Quote",
    "Reading",
    "Reason",
    "Release",
    "Service",
    "ServiceClass",
    "Share",
    "Snapshot",
    "Status",
    "Study",
    "Theme",
    "Variable",
    "Words",
    "about",
    "between",
    "file_name",
    "formats",
    "instruments",
    "net_growth",
    "protect",
    "quarters",
    "release",
    "render",
    "render_index",
    "render_report",
    "score",
    "service_classes",
    "share",
    "write",
    "write_codebook",
    "write_csv",
    "write_folder",
    "write_parquet",
]
