"""A supervised child process that speaks length-limited JSON frames over its pipes.

A child may be killed at any moment without loss. Knows nothing of what the frames mean, of models or of Markdown.
A frame is four bytes of length (big-endian) and that many bytes of UTF-8 JSON, an object. Never pickle: a hijacked
child must not be able to run code in the parent.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from meai import logs
from meai.errors import EngineGone, MeaiError

Frame = dict[str, Any]

_LOG = logging.getLogger("meai.process")

MAX_FRAME_BYTES = 32 * 1024 * 1024
_HEADER = struct.Struct(">I")


class FrameError(MeaiError):
    """The other side sent something that is not a frame."""

    code = "bad-frame"


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Write *frame* to *stream* and flush. Not safe for two threads: hold a lock.

    Raises FrameError above MAX_FRAME_BYTES and OSError when the other side is gone.
    """
    stream.write(_encode(frame))
    stream.flush()


def read_frames(stream: BinaryIO) -> Iterator[Frame]:
    """Yield frames from *stream* until it ends. A frame cut short by the other side's death ends it too.

    Raises FrameError for a length above MAX_FRAME_BYTES or a body that is no JSON object.
    """
    while len(header := stream.read(_HEADER.size)) == _HEADER.size:
        (length,) = _HEADER.unpack(header)
        if length > MAX_FRAME_BYTES:
            raise FrameError(f"A message of {length} bytes is above the limit of {MAX_FRAME_BYTES}.")
        body = stream.read(length)
        if len(body) < length:
            return
        yield _decode(body)


def _encode(frame: Frame) -> bytes:
    body = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"A message of {len(body)} bytes is above the limit of {MAX_FRAME_BYTES}.")
    return _HEADER.pack(len(body)) + body


def _decode(body: bytes) -> Frame:
    try:
        frame = json.loads(body.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise FrameError(f"A message is not JSON: {error}.") from error
    if not isinstance(frame, dict):
        raise FrameError(f"A message is not an object but {type(frame).__name__}.")
    return frame


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """For the child: take stdin and stdout for frames, so that whatever prints afterwards goes to stderr.

    Native libraries write to file descriptor 1 behind Python's back, which would tear a frame apart. Defects are told
    there without their words from now on.
    """
    logs.install()
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return incoming, outgoing


class Child:
    """A `python -m MODULE` child. Frames it sends go to *on_frame*, its end to *on_exit*, both on one reader thread.

    *on_exit* receives the exit status (negative: the signal that ended it) exactly once for each start, also after
    `kill` and `close`. The child must end by itself when its stdin ends, so that none outlives the parent.
    """

    def __init__(
        self,
        module: str,
        *,
        on_frame: Callable[[Frame], None],
        on_exit: Callable[[int], None],
    ) -> None:
        self._module = module
        self._on_frame = on_frame
        self._on_exit = on_exit
        # What is to be sent; None ends the child's input.
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the child was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The child's process id, or None before the first start."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the child. Returns at once. Never forks: libgomp, CUDA and Metal do not survive it."""
        process = subprocess.Popen(
            # -P: no module of the folder that the writer happens to be in.
            [sys.executable, "-P", "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A Ctrl-C in the terminal is the parent's to handle; it ends its children in its own order.
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._process = process
        outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._outbox = outbox
        threading.Thread(target=_write, args=(process, outbox), name=f"to {self._module}", daemon=True).start()
        self._reader = threading.Thread(target=self._read, args=(process, outbox), name=self._module, daemon=True)
        self._reader.start()

    def send(self, frame: Frame) -> None:
        """Send *frame*; any thread may call. Returns at once, also where the child does not read.

        Raises EngineGone when the child is not there to read it; one that ends afterwards is told to *on_exit*.
        """
        if self._process is None:
            raise EngineGone(f"The helper process {self._module} is not running.")
        if not self.alive:
            raise EngineGone(f"The helper process {self._module} has ended; please try again.")
        self._outbox.put(_encode(frame))

    def kill(self) -> None:
        """End the child now, whatever it does. `on_exit` follows from the reader thread."""
        if self._process is not None:
            self._process.kill()

    def close(self, timeout_s: float = 2.0) -> None:
        """Ask the child to end by closing its stdin; kill it after *timeout_s* seconds. Safe to call twice."""
        process = self._process
        if process is None:
            return
        self._outbox.put(None)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join(timeout_s)

    def _read(self, process: subprocess.Popen[bytes], outbox: queue.SimpleQueue[bytes | None]) -> None:
        outgoing = cast(BinaryIO, process.stdout)
        try:
            for frame in read_frames(outgoing):
                self._on_frame(frame)
        except Exception:
            # Whatever a child says that it should not, its end is told like any other.
            _LOG.warning("The helper process %s said something it should not.", self._module, exc_info=True)
            process.kill()
        status = process.wait()
        outgoing.close()
        outbox.put(None)
        self._on_exit(status)


def _write(process: subprocess.Popen[bytes], outbox: queue.SimpleQueue[bytes | None]) -> None:
    """Hand what is in *outbox* to *process*, on a thread of its own: one that does not read must hold nobody up."""
    incoming = cast(BinaryIO, process.stdin)
    # A child that is gone takes nothing more, and its end is told by who reads from it.
    with contextlib.suppress(OSError):
        while (encoded := outbox.get()) is not None:
            incoming.write(encoded)
            incoming.flush()
    with contextlib.suppress(OSError):
        incoming.close()
