"""The first folder of a new writer. Knows nothing of where it should be."""

from __future__ import annotations

import os
from pathlib import Path

from meai import assets
from meai.documents import disk, encoding, files
from meai.errors import DocumentNotWritten

NAME = "Welcome.md"


def first_run(folder: Path) -> None:
    """Make *folder* with a document that teaches ME_AI, unless something is in it already.

    Nothing is ever overwritten, and a deleted welcome does not come back beside other documents.
    Raises DocumentNotWritten when the folder cannot be made.
    """
    try:
        disk.make_folders(folder)
        empty = not os.listdir(folder)
    except FileExistsError as error:
        raise DocumentNotWritten(
            f"“{folder}” is a file and cannot be the folder of your documents; name another, as in `meai ~/Newsletter`."
        ) from error
    except OSError as error:
        raise DocumentNotWritten(
            f"The folder “{folder}” cannot be made: {error.strerror}; name another, as in `meai ~/Newsletter`."
        ) from error
    if empty:
        files.save(folder / NAME, encoding.encode(_template(), b""), None)


def _template() -> str:
    return assets.find("templates/welcome.md").read_text(encoding="utf-8")
