"""Open the page in the writer's browser. Knows nothing of what the page does.

The address holds the token, and a program's arguments can be read by every account of the machine. So the browser is
told the path of a file that only this account can read, and that file sends it on.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
import threading
from pathlib import Path

_REDIRECT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}">
<title>ME_AI</title>
<p><a href="{url}">Open ME_AI</a></p>
</html>
"""


def open_page(url: str, folder: Path) -> Path:
    """Open *url*; returns at once with the path of the file in *folder* that leads there, for the caller to remove.

    Raises OSError when that file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"open-{os.getpid()}.html"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_REDIRECT.format(url=html.escape(url)))
    # A child, as some browsers print to the terminal and some do not return; in its own folder, as Python looks in
    # the working folder for modules first.
    child = subprocess.Popen(
        [sys.executable, "-m", "webbrowser", path.as_uri()],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # What nobody waits for stays a process of the system until this one ends.
    threading.Thread(target=child.wait, name="browser", daemon=True).start()
    return path
