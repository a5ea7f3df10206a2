"""Every failure a writer or caller can meet. Each message is one sentence: the thing, the value and the way out."""

from __future__ import annotations


class MeaiError(Exception):
    """A failure with one clear sentence for the person who reads it.

    `code` is a stable word for programs (the page, `--json`); `str(error)` is the sentence.
    """

    code = "failed"


class BadInput(MeaiError):
    """What was asked for cannot be read or makes no sense."""

    code = "bad-input"


class DocumentNotFound(MeaiError):
    """No document has that name."""

    code = "document-not-found"


class DocumentMoved(DocumentNotFound):
    """Another program has moved the file. `name` is where the workspace has it now."""

    code = "document-moved"

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


class DocumentExists(MeaiError):
    """A document of that name is there already and must not be overwritten."""

    code = "document-exists"


class DocumentConflict(MeaiError):
    """The file is no longer the revision that the caller edited. `etag` is the current one."""

    code = "document-conflict"

    def __init__(self, message: str, etag: str) -> None:
        super().__init__(message)
        self.etag = etag


class DocumentUnreadable(MeaiError):
    """The file is there but is not text that can be edited without loss."""

    code = "document-unreadable"


class DocumentNotWritten(MeaiError):
    """The disk refused: full, read-only, not permitted. The old file is intact."""

    code = "document-not-written"


class HistoryUnavailable(MeaiError):
    """The database of revisions cannot be read or written; documents are as they were."""

    code = "history-unavailable"


class NoModel(MeaiError):
    """There is no model to answer with; the message says how to get one."""

    code = "no-model"


class ModelRefused(MeaiError):
    """A model file cannot be used: missing, truncated, not GGUF, or too large."""

    code = "model-refused"


class DownloadFailed(MeaiError):
    """A model could not be fetched; nothing half-fetched is left in use."""

    code = "download-failed"


class EngineGone(MeaiError):
    """The model's process ended or stopped answering; the next request starts it anew."""

    code = "engine-gone"


class Cancelled(MeaiError):
    """The writer stopped it."""

    code = "cancelled"
