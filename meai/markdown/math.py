"""Formulas: TeX in, MathML out. Knows nothing of Markdown or of where a formula stands.

No script and no font is needed to show MathML. A formula that cannot be read is shown as it was written.
"""

from __future__ import annotations

import re
from html import escape, unescape
from xml.etree.ElementTree import Element, tostring

MAX_FORMULA_CHARS = 4096

# Definitions can double themselves without end, and none outlives its formula, so none is of use.
_DEFINITION = re.compile(r"\\(?:[gex]?def|let|(?:re)?new(?:command|environment)|Declare\w+)(?![A-Za-z])")


def mathml(source: str, *, display: bool) -> str:
    """Return the `math` element of the TeX *source*, or its escaped source where it cannot be read. Never raises."""
    element = _element(source, display)
    if element is None:
        tag = "pre" if display else "code"
        return f'<{tag} class="math-source">{escape(source)}</{tag}>'
    # As text: the library's own way of writing takes escaped signs for markup.
    return tostring(element, encoding="unicode")


def _element(source: str, display: bool) -> Element | None:
    if not source.strip() or len(source) > MAX_FORMULA_CHARS or _DEFINITION.search(source):
        return None
    from latex2mathml.converter import Converter  # here, because most documents have no formula and it is slow to load

    try:
        element = Converter(xmlns="", display="block" if display else "inline").convert_to_element(source)
    except Exception:  # any of its thirty kinds, and whatever a hostile formula provokes, RecursionError included
        return None
    return _readable(element, source)


def _readable(element: Element, source: str) -> Element | None:
    """Turn the library's character references into characters; None where a command was not understood."""
    for part in element.iter():
        part.text = unescape(part.text) if part.text else part.text
        if part.text and re.match(r"\\[A-Za-z]", part.text):
            return None
    del element.attrib["xmlns"]
    element.set("alttext", source.strip())
    return element
