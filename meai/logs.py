"""What this process says on stderr of its defects: their kind and their place in the code, never their words.

The words of an exception often quote what was being worked on, and that may be a writer's text. With `python -X dev`
they are told all the same.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

_LOG = logging.getLogger("meai")
_Kind = type[BaseException]


class _Reserved(logging.Formatter):
    """Formats an exception as `told` does."""

    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have left its own words there.
        record.exc_text = None
        return super().format(record)

    def formatException(  # noqa: N802 - the base class calls it so
        self, ei: tuple[_Kind, BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return told(ei[1]) if ei[1] is not None else ""


def told(error: BaseException) -> str:
    """Return which kind of error *error* is and the lines of code it came through, those of its causes first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{told(cause)}\nwhich led to\n" if cause is not None else ""
    reason = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    return f"{before}{''.join(traceback.format_tb(error.__traceback__))}{type(error).__qualname__}{reason}"


def install() -> None:
    """Let all that is logged, and all that nobody catches on any thread, be told so from now on."""
    if sys.flags.dev_mode:
        return
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Reserved())
    logging.getLogger().addHandler(handler)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_on_a_thread


@contextmanager
def installed() -> Iterator[None]:
    """Do as `install` does until the end of the block."""
    handlers, hooks = [*logging.getLogger().handlers], (sys.excepthook, threading.excepthook)
    install()
    try:
        yield
    finally:
        logging.getLogger().handlers[:] = handlers
        sys.excepthook, threading.excepthook = hooks


def _uncaught(kind: _Kind, error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _LOG.error("ME_AI has a defect.", exc_info=error)


def _uncaught_on_a_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        _LOG.error("ME_AI has a defect.", exc_info=args.exc_value)
