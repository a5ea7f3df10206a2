"""The process that reads what comes from elsewhere: `python -m meai.documents.foreign.child`. It may be killed.

Reads `{"html"}`, or `{"path", "name"}` of a file, and answers for each text in it any number of `{"picture"}` (base64)
and then `{"text", "title", "notes"}`; last of all `{"done": true}` or `{"refused": sentence}`.
Says `{"ready": true}` once it reads, and ends when its stdin does.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from meai.documents import encoding
from meai.documents.foreign import docx, exports, html
from meai.documents.foreign.html import Converted
from meai.errors import BadInput, MeaiError
from meai.process import Frame, FrameError, read_frames, take_pipes, write_frame

MAX_MEMORY_BYTES = 3 * 1024 * 1024 * 1024
TOO_MUCH = "It is too large to be taken over at once; please split it."
BROKEN = "It could not be read; please save it in another format and try again."

Text = tuple[str, Converted]


def _page(path: Path, name: str) -> Iterator[Text]:
    yield Path(name).stem, html.convert(encoding.shown(path.read_bytes()))


def _word(path: Path, name: str) -> Iterator[Text]:
    yield Path(name).stem, docx.convert(path, name)


def _substack(path: Path, name: str) -> Iterator[Text]:
    yield from ((post.title, post.converted) for post in exports.substack(path, name))


def _ghost(path: Path, name: str) -> Iterator[Text]:
    yield from ((post.title, post.converted) for post in exports.ghost(path, name))


READERS: dict[str, Callable[[Path, str], Iterator[Text]]] = {
    ".htm": _page,
    ".html": _page,
    ".docx": _word,
    ".zip": _substack,
    ".json": _ghost,
}
"""By the ending of a file's name."""


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer frames until *incoming* ends."""
    write_frame(outgoing, {"ready": True})
    for frame in read_frames(incoming):
        try:
            for answer in _answers(frame):
                write_frame(outgoing, answer)
        except MeaiError as error:
            write_frame(outgoing, {"refused": TOO_MUCH if isinstance(error, FrameError) else str(error)})
        except MemoryError:
            write_frame(outgoing, {"refused": TOO_MUCH})
        except Exception:  # a defect of a reader; its traceback could hold words of the writer's, so none is logged
            write_frame(outgoing, {"refused": BROKEN})


def _answers(frame: Frame) -> Iterator[Frame]:
    texts = iter([("", html.convert(frame["html"]))]) if "html" in frame else _texts(Path(frame["path"]), frame["name"])
    for title, converted in texts:
        yield from ({"picture": base64.b64encode(picture).decode()} for picture in converted.pictures)
        yield {"title": title, "text": converted.text, "notes": list(converted.notes)}
    yield {"done": True}


def _texts(path: Path, name: str) -> Iterator[Text]:
    reader = READERS.get(Path(name).suffix.lower())
    if reader is None:
        raise BadInput(f"“{name}” is of a kind that cannot be taken over.")
    return reader(path, name)


def _limit_memory() -> None:
    """A document that would take all memory shall end this process and no other; Windows has no such limit."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


if __name__ == "__main__":
    _limit_memory()
    with contextlib.suppress(BrokenPipeError, FrameError, KeyboardInterrupt):
        serve(*take_pipes())
