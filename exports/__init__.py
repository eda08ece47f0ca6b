"""Frames in; releases, reports and files out. The only door through which a figure leaves.

What other rooms may use is named here.
"""

from exports.disclosure.catalogue import ALL, Area, Catalogue, Group, Kind, Service, Theme, quarters
from exports.disclosure.coding import CODERS, Unit, draw_units
from exports.disclosure.document import (
    Count,
    Estimate,
    Exported,
    Figure,
    Finding,
    History,
    Reason,
    Release,
    Shared,
    Snapshot,
    Status,
)
from exports.disclosure.gate import release
from exports.disclosure.microdata import Dataset, Protection, Variable, protect
from exports.disclosure.noise import drawn, open_table
from exports.disclosure.opened import Mentioned, OpenTable
from exports.disclosure.policy import Policy
from exports.disclosure.quotes import APPROVERS, Part, Quote, draw
from exports.disclosure.stories import Code, Coding, Layer, Stories, Story, Told, collect
from exports.errors import (
    AuditError,
    DatasetError,
    DocumentError,
    ExportError,
    FileError,
    FrameError,
    HistoryError,
    InstrumentError,
    OpenTableError,
    PolicyError,
    StoriesError,
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
from exports.instruments import (
    Axis,
    Instrument,
    Item,
    Mark,
    Option,
    instruments,
    use_instruments,
)
from exports.instruments.scoring import score
from exports.measures import Net, Share, net_growth, share
from exports.measures.wording import about, between
from exports.open_file import write_open
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
    "CODERS",
    "INTERPRETATIONS",
    "Area",
    "AuditError",
    "Axis",
    "Catalogue",
    "Code",
    "Coding",
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
    "Layer",
    "Mark",
    "Mentioned",
    "Net",
    "OpenTable",
    "OpenTableError",
    "Option",
    "Page",
    "Part",
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
    "Shared",
    "Snapshot",
    "Status",
    "Stories",
    "StoriesError",
    "Story",
    "Study",
    "Theme",
    "Told",
    "Unit",
    "Variable",
    "Words",
    "about",
    "between",
    "collect",
    "draw",
    "draw_units",
    "drawn",
    "file_name",
    "formats",
    "instruments",
    "net_growth",
    "open_table",
    "protect",
    "quarters",
    "release",
    "render",
    "render_index",
    "render_report",
    "score",
    "service_classes",
    "share",
    "use_instruments",
    "write",
    "write_codebook",
    "write_csv",
    "write_folder",
    "write_open",
    "write_parquet",
]
