"""Word's `.docx` to Markdown, with its pictures and footnotes: by way of HTML, which others know how to read.

Mammoth reads what paragraphs mean (their styles) and leaves alone what they look like. It may take seconds and
memory for a large document, so whoever must not wait calls this in a process of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from meai.documents.foreign import archive, html
from meai.documents.foreign.html import Converted
from meai.documents.foreign.tree import PICTURE_SCHEME
from meai.errors import BadInput

MAX_XML_BYTES = 24 * 1024 * 1024
_MAX_PICTURE_BYTES = 32 * 1024 * 1024
# Word's styles by their names, for which mammoth has no rule of its own.
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='caption'] => p > em:fresh
r[style-name='Verbatim Char'] => code
r[style-name='HTML Code'] => code
r[style-name='Source Text'] => code
"""


def convert(path: Path, name: str) -> Converted:
    """Return the Word document at *path*, which the writer calls *name*. Raises BadInput where it is none."""
    with archive.opened(path, name) as zipped:
        if "word/document.xml" not in zipped.namelist():
            raise BadInput(f"“{name}” is no Word document; save it as .docx in Word and try again.")
        for entry in zipped.infolist():
            if entry.filename.endswith((".xml", ".rels")) and entry.file_size > MAX_XML_BYTES:
                raise BadInput(f"“{name}” has more text than can be taken over at once; please split it.")
    page, found = _page(path, name)
    return html.convert(page, tuple(found))


def _page(path: Path, name: str) -> tuple[str, list[bytes]]:
    import mammoth  # here, because only Word documents need it

    found: list[bytes] = []

    @mammoth.images.img_element  # type: ignore[untyped-decorator]
    def number(image: Any) -> dict[str, str]:
        try:
            with image.open() as file:
                found.append(file.read(_MAX_PICTURE_BYTES))
        except Exception:  # a picture that is elsewhere, or missing from the zip: the text is worth having without it
            found.append(b"")
        return {"src": f"{PICTURE_SCHEME}:{len(found) - 1}"}

    try:
        with path.open("rb") as file:
            return mammoth.convert_to_html(file, style_map=_STYLES, convert_image=number).value, found
    except Exception as error:  # whatever a damaged document provokes in a reader that trusts its input
        raise BadInput(f"“{name}” is damaged and cannot be read as a Word document.") from error
