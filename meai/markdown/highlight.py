"""Colours in code: which languages, which classes, and the style sheet of both themes. Knows nothing of Markdown.

A lexer is a stranger's regular expressions run on a stranger's text: some take seconds for one long line, some lose
a character. Hence a list of languages instead of all, no guessing, and limits of size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from pygments.lexers import get_lexer_by_name
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Token, _TokenType

MAX_CODE_CHARS = 32 * 1024

# Nobody reads a line of a thousand characters in a newsletter; the time of many lexers grows with its square.
_STRANGE = re.compile(r"[^\n]{1000}|(?:[ \t]*\n){20}")

LANGUAGES: dict[str, tuple[str, ...]] = {
    "bash": ("sh", "shell", "zsh"),
    "batch": ("bat",),
    "c": ("h",),
    "clojure": ("clj",),
    "cmake": (),
    "common-lisp": ("lisp",),
    "console": ("shell-session", "terminal"),
    "cpp": ("c++", "hpp"),
    "csharp": ("c#", "cs"),
    "css": (),
    "cuda": ("cu",),
    "dart": (),
    "diff": ("patch", "udiff"),
    "docker": ("dockerfile",),
    "elixir": ("ex", "exs"),
    "elm": (),
    "erlang": ("erl",),
    "fish": (),
    "fortran": ("f90",),
    "fsharp": ("f#",),
    "go": ("golang",),
    "graphql": (),
    "haskell": ("hs",),
    "html": (),
    "http": (),
    "ini": ("cfg", "dosini"),
    "java": (),
    "javascript": ("js", "mjs", "jsx"),
    "jinja": (),
    "json": ("jsonc", "json5"),
    "julia": ("jl",),
    "kotlin": ("kt",),
    "latex": ("tex",),
    "less": (),
    "llvm": (),
    "lua": (),
    "make": ("makefile",),
    "markdown": ("md",),
    "matlab": (),
    "mysql": (),
    "nginx": (),
    "nim": (),
    "nix": (),
    "objective-c": ("objc",),
    "ocaml": (),
    "perl": ("pl",),
    "php": (),
    "postgresql": ("postgres",),
    "powershell": ("ps1", "pwsh"),
    "properties": (),
    "protobuf": ("proto",),
    "pycon": (),
    "python": ("py", "python3"),
    "r": (),
    "ruby": ("rb",),
    "rust": ("rs",),
    "scala": (),
    "scheme": (),
    "scss": ("sass",),
    "solidity": (),
    "sql": (),
    "sqlite3": ("sqlite",),
    "swift": (),
    "terraform": ("hcl", "tf"),
    "toml": (),
    "typescript": ("ts", "tsx"),
    "vim": (),
    "wast": ("wasm",),
    "xml": ("svg",),
    "yaml": ("yml",),
    "zig": (),
}
"""Every language that is coloured, by the name Pygments knows it under, and the other names writers use."""

_NAMES = {name: language for language, others in LANGUAGES.items() for name in (language, *others)}

CLASSES = frozenset(name for name in STANDARD_TYPES.values() if name)
"""The class of every kind of token."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A Pygments style on the background that code really has."""

    style: str
    background: str
    plain: str
    """The colour of code that is nothing in particular."""


LIGHT = Theme("xcode", background="#f7f6f3", plain="#24292f")
DARK = Theme("lightbulb", background="#1d1f23", plain="#d4d2c8")


def highlight(code: str, language: str) -> str:
    """Return *code* as HTML whose text is exactly *code*, coloured where *language* is known and *code* is not long."""
    name = _NAMES.get(language.lower())
    if name is None or len(code) > MAX_CODE_CHARS or _STRANGE.search(code):
        return escape(code, quote=False)
    lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    tokens = list(lexer.get_tokens(code))
    if "".join(text for _, text in tokens) != code:
        return escape(code, quote=False)
    return "".join(_marked(kind, text) for kind, text in tokens)


def _marked(kind: _TokenType, text: str) -> str:
    word = STANDARD_TYPES.get(_known(kind), "")
    safe = escape(text, quote=False)
    return f'<span class="{word}">{safe}</span>' if word and text.strip() else safe


def _known(kind: _TokenType) -> _TokenType:
    while kind not in STANDARD_TYPES and kind.parent is not None:
        kind = kind.parent
    return kind


def css() -> str:
    """Return the style sheet of `pre.code`: light or dark by the system's wish or by `data-theme` on the root."""
    system = _rules(DARK, ":root:not([data-theme=light]) ")
    chosen = _rules(DARK, ":root[data-theme=dark] ")
    return f"{_rules(LIGHT, '')}@media (prefers-color-scheme: dark) {{\n{system}}}\n{chosen}"


def rules(theme: Theme) -> str:
    """Return the style sheet of `pre.code` in one *theme*, for pages that have no other."""
    return _rules(theme, "")


def _rules(theme: Theme, scope: str) -> str:
    classes: dict[str, list[str]] = {}
    shown = looks(theme)
    for kind, look in shown.items():
        if STANDARD_TYPES[kind] and look != shown[Token]:
            classes.setdefault(_declarations(look, theme), []).append(f"{scope}pre.code .{STANDARD_TYPES[kind]}")
    ground = f"{scope}pre.code {{ background: {theme.background}; color: {theme.plain} }}\n"
    # A kind that is plain in this theme must not keep the other theme's colour.
    ground += f"{scope}pre.code span {{ color: inherit; background: none; font: inherit }}\n" if scope else ""
    return ground + "".join(f"{', '.join(where)} {{ {how} }}\n" for how, where in classes.items())


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of token is shown: colours as `#rrggbb`."""

    colour: str
    background: str
    bold: bool
    italic: bool


def looks(theme: Theme) -> dict[_TokenType, Look]:
    """Return how *theme* shows every kind of token."""
    style = get_style_by_name(theme.style)
    shown = {}
    for kind in STANDARD_TYPES:
        of = style.style_for_token(kind)
        colour = f"#{of['color']}" if of["color"] and kind is not Token else theme.plain
        ground = f"#{of['bgcolor']}" if of["bgcolor"] else theme.background
        shown[kind] = Look(colour, ground, bool(of["bold"]), bool(of["italic"]))
    return shown


def _declarations(look: Look, theme: Theme) -> str:
    parts = [f"color: {look.colour}"]
    parts += [f"background: {look.background}"] * (look.background != theme.background)
    parts += ["font-weight: bold"] * look.bold + ["font-style: italic"] * look.italic
    return "; ".join(parts)
