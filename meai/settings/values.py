"""What a writer can set, and how each value is read. Pure: knows no file and no page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from meai.errors import BadInput


@dataclass(frozen=True, slots=True)
class OwnAction:
    """Something that a writer wants to ask the model for by name."""

    name: str
    """Its words in the menu."""
    instruction: str
    """What the model shall do; `{{selection}}` stands for the text it is about."""
    key: str
    """Such as `Mod-Alt-1`, or empty."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a writer can set about writing. The defaults are what is not set."""

    theme: str = "system"
    """`system`, `light` or `dark`."""
    text_size: int = 100
    """In hundredths of what suits the window."""
    measure: int = 66
    """The longest line, in characters."""
    dialect: str = "auto"
    """The English that is proofread by; `auto`: as the text is written."""
    underlines: bool = True
    """Whether problems are underlined while writing."""
    caret_text: bool = False
    """Whether the model suggests text in a pause, in documents that have not been switched."""
    autosave: float = 0.8
    """Seconds after the last key until the text is saved; 0: only when asked."""
    bubble: bool = True
    """Whether a selection made with the pointer brings a small toolbar."""
    slash_menu: bool = True
    """Whether `/` at the start of a line offers blocks and actions."""
    remote_pictures: bool = False
    """Whether pictures of the web are loaded in every document, and not only where it was allowed."""
    help_at_start: str = "first"
    """When the help opens with the page: `first`, as long as there is nothing but the welcome; `always` or `never`."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """The writer's own keys, by the names of commands; an empty one takes the key away."""
    action: tuple[OwnAction, ...] = ()
    """What the writer added to the model's actions."""


Read = Callable[[object], Any]
"""Returns the value as `Settings` has it. Raises ValueError with what it must be, to stand after “must be”."""


def one_of(*words: str) -> Read:
    """Return a reader of one of *words*."""

    def read(value: object) -> str:
        if value not in words:
            raise ValueError(" or ".join((", ".join(map(repr, words[:-1])), repr(words[-1]))))
        return str(value)

    return read


def number(least: int, most: int) -> Read:
    """Return a reader of a whole number from *least* to *most*."""

    def read(value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return read


def read_switch(value: object) -> bool:
    """Return a switch."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def read_autosave(value: object) -> float:
    """Return seconds, or 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not (value == 0 or 0.5 <= value <= 60):
        raise ValueError("0, or seconds from 0.5 to 60")
    return float(value)


_KEY = re.compile(r"(?:(?:Mod|Ctrl|Meta|Alt|Shift)-)*(?:F[1-9]\d?|[A-Z][A-Za-z]+|[^\s\w]|\w)")
_MODIFIERS = ("Ctrl", "Mod", "Meta", "Alt", "Shift")


def normal_key(key: str) -> str:
    """Return the one way to write *key*. Raises ValueError where it is no key."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"keys such as 'Mod-Shift-b' or 'F2', and {key!r} is none")
    *held, last = re.split(r"-(?!$)", key)
    return "-".join([*(each for each in _MODIFIERS if each in held), last.lower() if len(last) == 1 else last])


def read_keys(value: object) -> dict[str, str]:
    """Return keys by the names of commands, of which only the shape is checked."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value.values()):
        raise ValueError("a table of commands and their keys, all of them texts")
    keys = {str(name): normal_key(key) if key else "" for name, key in value.items()}
    _refuse_twice({f"the command {name!r}": key for name, key in keys.items()})
    return keys


def read_actions(value: object) -> tuple[OwnAction, ...]:
    """Return a writer's own actions."""
    if not isinstance(value, list):
        raise ValueError("written as [[action]], once for each")
    actions = tuple(_read_action(each) for each in value)
    names = [action.name.casefold() for action in actions]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ValueError(f"actions of different names, and {twice!r} is there twice")
    _refuse_twice({repr(action.name): action.key for action in actions})
    return actions


def _read_action(value: object) -> OwnAction:
    fields = value if isinstance(value, Mapping) else {}
    texts = {key: fields.get(key, "") for key in ("name", "instruction", "key")}
    if fields.keys() - texts.keys() or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("actions with a name, an instruction and perhaps a key, all of them texts")
    if not re.search(r"\w", texts["name"]) or not texts["instruction"].strip():
        raise ValueError("actions with a name and an instruction that are not empty")
    key = texts["key"].strip()
    return OwnAction(texts["name"].strip(), texts["instruction"].strip(), normal_key(key) if key else "")


def _refuse_twice(keys: Mapping[str, str]) -> None:
    owners: dict[str, str] = {}
    for owner, key in keys.items():
        if key and key in owners:
            raise ValueError(f"different keys, and {key!r} is that of {owners[key]} and of {owner}")
        owners[key] = owner


READERS: dict[str, Read] = {
    "theme": one_of("system", "light", "dark"),
    "text_size": number(70, 200),
    "measure": number(40, 120),
    "dialect": one_of("auto", "american", "british", "australian", "canadian", "indian"),
    "underlines": read_switch,
    "caret_text": read_switch,
    "autosave": read_autosave,
    "bubble": read_switch,
    "slash_menu": read_switch,
    "remote_pictures": read_switch,
    "help_at_start": one_of("first", "always", "never"),
    "keys": read_keys,
    "action": read_actions,
}
"""How each setting is read, by its name in the file and on the wire."""


def read_value(name: str, value: object, place: str) -> Any:
    """Return *value* as the setting *name* has it. Raises BadInput with a sentence that names *place* and the value."""
    try:
        return READERS[name](value)
    except ValueError as error:
        raise BadInput(f"{place} is {value!r}, but must be {error}.") from error


def read_settings(table: Mapping[str, object], place: Callable[[str], str]) -> Settings:
    """Return the settings of *table*, whose other names are not looked at; *place* says where one is set.

    Raises BadInput.
    """
    known = {name: value for name, value in table.items() if name in READERS}
    return Settings(**{name: read_value(name, value, place(name)) for name, value in known.items()})
