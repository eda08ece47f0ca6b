"""What can go wrong here. Every message says what to do next and none carries an answer."""


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
