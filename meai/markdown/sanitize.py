"""What of HTML may reach a page: the last step of every rendering. Knows nothing of Markdown.

Nothing may edit the HTML afterwards but by building it anew and cleaning that: a change to clean HTML can make it
unsafe again. Where a caller needs other image addresses, it passes a function, and the cleaning itself puts them in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import nh3

from meai.markdown import highlight
from meai.markdown.directives import CALLOUTS, LEAVES

ID_PREFIX = "user-"
"""Before every id and every link to one, so that a document cannot take the name of a part of the page around it."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names("""
    address article aside blockquote center dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre
    section summary ul
""")
_TABLES = _names("caption col colgroup table tbody td tfoot th thead tr")
_WORDS = _names("""
    a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby s samp small span strike strong
    sub sup time tt u var wbr
""")
_MATH = _names("""
    math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle
    msub msubsup msup mtable mtd mtext mtr munder munderover none
""")
_MATH_ATTRIBUTES = _names("""
    accent accentunder alttext columnalign columnlines columnspacing columnspan depth display displaystyle fence form
    frame framespacing height linebreak linethickness lquote lspace mathbackground mathcolor mathsize mathvariant
    maxsize minsize movablelimits notation rowalign rowlines rowspacing rowspan rquote rspace scriptlevel separator
    stretchy symmetric voffset width
""")

ATTRIBUTES: dict[str, AbstractSet[str]] = {
    "*": {"aria-label", "data-line", "dir", "id", "lang", "title"},
    "a": {"href"},
    "abbr": {"title"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "pre": {"data-language"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    **dict.fromkeys(_MATH, _MATH_ATTRIBUTES),
}

TAGS = frozenset({*_BLOCKS, *_TABLES, *_WORDS, *_MATH})
"""Every element that may stay."""

WITHOUT_TEXT = _names("script style title template noscript iframe noembed noframes")
"""What is taken out with all that is in it; of other elements the text stays."""

_ALIGNMENTS = {"left", "center", "right"}
_ATTRIBUTE_VALUES: dict[str, dict[str, set[str]]] = {
    **{tag: {"align": _ALIGNMENTS} for tag in _names("div h1 h2 h3 h4 h5 h6 img p table td th tr")},
    "a": {"role": {"doc-noteref", "doc-backlink"}},
    "div": {"align": _ALIGNMENTS, "role": {"group"}, "tabindex": {"0"}},
    "pre": {"tabindex": {"0"}},
    "section": {"role": {"doc-endnotes"}},
    "span": {"role": {"img"}},
    "table": {"align": _ALIGNMENTS, "role": {"presentation"}},
}

_ALIGNED = {f"align-{side}" for side in _ALIGNMENTS}

CLASSES: dict[str, set[str]] = {
    **dict.fromkeys(_names("h1 h2 h3 h4 h5 h6 img td th"), _ALIGNED),
    "a": {"footnote-back"},
    "aside": {"callout", *CALLOUTS},
    "blockquote": {"pullquote"},
    "code": {"math-source"},
    "div": {"math", "wide", "directive", *LEAVES, *_ALIGNED},
    "li": {"task-list-item"},
    "ol": {"contains-task-list"},
    "p": {"callout-label", *_ALIGNED},
    "pre": {"code", "math-source"},
    "section": {"footnotes"},
    "span": {"task", "done", *highlight.CLASSES},
    "sup": {"footnote-ref"},
    "table": {"data", "wide", "callout", "directive", *CALLOUTS, *LEAVES, *_ALIGNED},
    "ul": {"contains-task-list"},
}
"""The classes that the renderer itself writes. A document's own are dropped: they could borrow the page's looks."""

_SPACE = re.compile(r"[\x00-\x20]+")
_PICTURE = re.compile(r"data:image/(?:png|gif|jpeg|webp|avif);base64,[A-Za-z0-9+/=]*\Z")

Images = Callable[[str], "str | None"]


@dataclass(frozen=True, slots=True)
class _Attributes:
    """Decides on the values of attributes. Apart from `Sanitizer`, for a cycle through nh3's cleaner is never freed."""

    images: Images | None
    lines: bool

    def __call__(self, tag: str, name: str, value: str) -> str | None:
        check = _CHECKS.get(name)
        if name == "src" and self.images is not None:
            return self.images(value) if _picture(value) else None
        if name == "data-line" and not self.lines:
            return None
        return check(value) if check else value


class Sanitizer:
    """Cleans HTML. *images* answers the address to show for an image's, or None to leave the image without one.

    Without *lines* no source line is kept. Cleaning what is clean changes nothing (unless *images* does).
    """

    def __init__(self, *, images: Images | None = None, lines: bool = True) -> None:
        self._cleaner = nh3.Cleaner(
            tags=set(TAGS),
            clean_content_tags=set(WITHOUT_TEXT),
            attributes=ATTRIBUTES,
            attribute_filter=_Attributes(images, lines),
            tag_attribute_values=_ATTRIBUTE_VALUES,
            allowed_classes=CLASSES,
            url_schemes={"http", "https", "mailto", "data"},
            id_prefix=ID_PREFIX,
            link_rel=None,
        )

    def clean(self, html: str) -> str:
        """Return *html* with nothing in it that acts, loads a script or leaves its place. Always well-formed."""
        return self._cleaner.clean(html)


def _link(value: str) -> str | None:
    """A link to a place in the document follows the prefix of its id; a link to data goes nowhere."""
    if _scheme(value) == "data":
        return None
    if value.startswith("#") and len(value) > 1 and not value.startswith("#" + ID_PREFIX):
        return "#" + ID_PREFIX + value[1:]
    return value


def _picture(value: str) -> str | None:
    return None if _scheme(value) == "data" and not _PICTURE.match(value) else value


def _scheme(value: str) -> str:
    # A browser drops tabs and line ends inside an address before it reads the scheme.
    return _SPACE.sub("", value[:64]).partition(":")[0].lower()


def _line(value: str) -> str | None:
    return value if value.isascii() and value.isdigit() and len(value) < 8 else None


_CHECKS: dict[str, Callable[[str], str | None]] = {"href": _link, "src": _picture, "data-line": _line}
