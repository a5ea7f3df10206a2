"""The one Markdown parser: CommonMark and what newsletters add to it. Knows nothing of HTML beyond the raw kind.

Front matter is not the parser's: `frontmatter` takes it off first, so that no `---` of the body is mistaken for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from meai.markdown.directives import directives_plugin

InlineRule = Callable[[StateInline, bool], bool]

MAX_NESTING = 100
MAX_AUTOLINK_CHARS = 4096

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "autolinks": ("gfm_autolink_www", "gfm_autolink_protocol", "gfm_autolink_email"),
    "directives": ("directive", "callout"),
    "footnotes": ("footnote_def", "footnote_inline", "footnote_ref"),
    "math": ("math_block", "math_inline"),
    "strikethrough": ("strikethrough",),
    "tables": ("table",),
    "task lists": (),
}
"""What is added to CommonMark: the name of each extension and its rules. Task lists are an option, not a rule."""

_LINE_END = re.compile(r"\r\n?")
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_MATH = re.compile(
    r"\$\$(?P<display>(?:\\.|[^\\$])+)\$\$|\$(?!\s)(?P<inline>(?:\\.|[^\\$])+)(?<!\s)\$(?!\d)", re.DOTALL
)


def normalize(text: str) -> str:
    """Return *text* with `\\n` line ends, and NUL and lone surrogates, which no page can show, as U+FFFD.

    The number of lines does not change, nor does the text of any other line.
    """
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    # Most texts need neither, and a long one is asked about at every key.
    return text if text.isascii() and "\0" not in text else _NOT_TEXT.sub("\ufffd", text)


def parser(*, without: Collection[str] = ()) -> MarkdownIt:
    """Return a new parser, *without* the named EXTENSIONS.

    Footnote definitions stay where they are written: whoever renders moves them.
    """
    options = {"maxNesting": MAX_NESTING, "tasklists": "task lists" not in without}
    md = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    md.use(footnote_plugin, move_to_end=False)
    md.use(dollarmath_plugin, allow_labels=False, allow_blank_lines=False)
    md.use(gfm_autolink_plugin)
    md.use(directives_plugin)
    md.inline.ruler.at("math_inline", _math_inline)
    _only_in_short_text(md, EXTENSIONS["autolinks"])
    return md.disable([rule for name in without for rule in EXTENSIONS[name]])


def _math_inline(state: StateInline, silent: bool) -> bool:
    """Read `$formula$` and `$$formula$$` inside a line, where prices are not formulas.

    The plugin's own rule looks at the last character of the text to judge a formula at its start.
    """
    if state.src[state.pos] != "$" or (state.pos and state.src[state.pos - 1].isdigit()):
        return False
    found = _MATH.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        kind = "math_inline_double" if found["inline"] is None else "math_inline"
        token = state.push(kind, "math", 0)
        token.content = found["inline"] or found["display"]
        token.markup = "$$" if found["inline"] is None else "$"
    state.pos = found.end()
    return True


def _only_in_short_text(md: MarkdownIt, names: Iterable[str]) -> None:
    """Bound the rules that search everything before a character: their time grows with the square of a paragraph."""
    ruler = md.inline.ruler
    rules = dict(zip(ruler.get_active_rules(), ruler.getRules(""), strict=True))
    for name in names:
        ruler.at(name, _short(rules[name]))


def _short(rule: InlineRule) -> InlineRule:
    def short(state: StateInline, silent: bool) -> bool:
        return len(state.src) <= MAX_AUTOLINK_CHARS and rule(state, silent)

    return short
