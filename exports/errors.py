"""What can go wrong here. Every message says what to do next and none carries an answer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exports.disclosure.document import Finding


class ExportError(Exception):
    """Base of this room's errors."""


class PolicyError(ExportError):
    """The policy asks for less protection than the rules give, or does not fit the frame."""


class FrameError(ExportError):
    """The frame of responses is not as the gate needs it."""


class HistoryError(ExportError):
    """Earlier releases are missing, out of order or without their members."""


class DocumentError(ExportError):
    """A release document cannot be read."""


class InstrumentError(ExportError):
    """A file of instruments has mistakes."""


class FileError(ExportError):
    """A file cannot be written."""


class DatasetError(ExportError):
    """No data set can be made; the message says what has to happen first."""


class OpenTableError(ExportError):
    """No table with noise can be drawn or given; the message says why."""


class StoriesError(ExportError):
    """No stories can be taken out; the message says what has to happen first."""


class AuditError(ExportError):
    """What would be published, with what has been, says something of fewer than k people.

    `findings` names the tables that say it together, and no answer.
    """

    def __init__(self, message: str, findings: "tuple[Finding, ...]" = ()) -> None:
        super().__init__(message)
        self.findings = findings
