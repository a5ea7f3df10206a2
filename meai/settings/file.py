"""The file of settings: read whenever it has changed, written without losing a writer's comments. Knows no page."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from meai.errors import BadInput, DocumentNotWritten
from meai.settings.values import READERS, Settings, read_settings

Listener = Callable[[Settings], None]
LARGEST = 256 * 1024
"""Bytes of a file of settings."""


class SettingsFile:
    """The settings in *file*, which the writer may also edit by hand. Any thread may call.

    Other settings in there, of the machine rather than of writing, are neither looked at nor touched.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._turn = threading.RLock()
        self._stamp: tuple[int, int] | None = None
        self._settings = Settings()
        self._problem = ""
        self._listeners: tuple[Listener, ...] = ()

    @property
    def file(self) -> Path:
        """Where it lies, or will lie."""
        return self._file

    @property
    def settings(self) -> Settings:
        """The settings now; the last that could be read where the file has become unreadable."""
        self.look()
        return self._settings

    @property
    def problem(self) -> str:
        """Why the file cannot be read, as a sentence; empty if it can."""
        self.look()
        return self._problem

    def listen(self, listener: Listener) -> None:
        """Tell *listener* of other settings from now on, in the thread that finds them. It must not block."""
        with self._turn:
            self._listeners = (*self._listeners, listener)

    def forget(self, listener: Listener) -> None:
        """Tell *listener* no more."""
        with self._turn:
            self._listeners = tuple(one for one in self._listeners if one != listener)

    def look(self) -> None:
        """Read the file again if somebody else has written it."""
        with self._turn:
            stamp = self._now()
            if stamp == self._stamp:
                return
            self._stamp = stamp
            try:
                settings, self._problem = self._read(self._load()), ""
            except BadInput as error:
                self._problem = str(error)
                return
            self._become(settings)

    def change(self, changes: Mapping[str, object]) -> Settings:
        """Set *changes* by their names; None takes a setting out, so that it is the default again.

        Returns the settings then. Raises BadInput for what is no setting or no value of it and where the file cannot be
        read, and DocumentNotWritten; the file is as it was then.
        """
        if unknown := sorted(changes.keys() - READERS.keys()):
            raise BadInput(f"{unknown[0]} is no setting; there are {', '.join(sorted(READERS))}.")
        read_settings({name: value for name, value in changes.items() if value is not None}, str)
        with self._turn:
            document = self._load()
            for name, value in changes.items():
                _put(document, name, value)
            return self._keep(document)

    def text(self) -> str:
        """Return the settings of writing as a file, with the writer's comments. Raises BadInput."""
        with self._turn:
            document = self._load()
            for name in set(document) - READERS.keys():
                del document[name]
            return tomlkit.dumps(document)

    def replace(self, text: str) -> Settings:
        """Take the settings of writing from *text*, such as `text` gave; those that it does not have are the defaults.

        What it says of the machine is left out. Raises like `change`.
        """
        brought = _parse(text, "The file of settings")
        read_settings(brought, lambda name: f"{name} in the file")
        changes: dict[str, object] = dict.fromkeys(READERS) | {
            name: value for name, value in brought.unwrap().items() if name in READERS
        }
        return self.change(changes)

    def _keep(self, document: tomlkit.TOMLDocument) -> Settings:
        settings = read_settings(document.unwrap(), str)
        try:
            data = tomlkit.dumps(document).encode()
        except UnicodeEncodeError as error:
            raise BadInput("A setting holds half of a character, which no file can keep.") from error
        self._write(data)
        self._stamp, self._problem = self._now(), ""
        self._become(settings)
        return settings

    def _become(self, settings: Settings) -> None:
        changed, self._settings = settings != self._settings, settings
        for listener in self._listeners if changed else ():
            listener(settings)

    def _read(self, document: tomlkit.TOMLDocument) -> Settings:
        return read_settings(document.unwrap(), lambda name: f"{name} in {self._file}")

    def _load(self) -> tomlkit.TOMLDocument:
        try:
            return _parse(self._file.read_text(encoding="utf-8"), f"The config file {self._file}")
        except FileNotFoundError:
            return tomlkit.document()
        except OSError as error:
            raise BadInput(f"The config file {self._file} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise BadInput(f"The config file {self._file} cannot be read: it is not UTF-8.") from error

    def _now(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _write(self, data: bytes) -> None:
        # A file that is a link, as in a folder of dotfiles, stays one.
        target = Path(os.path.realpath(self._file))
        beside = target.with_suffix(".new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(data)
            with contextlib.suppress(OSError):
                beside.chmod(target.stat().st_mode & 0o777)
            os.replace(beside, target)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise DocumentNotWritten(f"The config file {self._file} cannot be written: {error.strerror}.") from error


def _parse(text: str, what: str) -> tomlkit.TOMLDocument:
    if len(text) > LARGEST:
        raise BadInput(f"{what} cannot be read: it is larger than {LARGEST // 1024} KiB.")
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as error:
        raise BadInput(f"{what} cannot be read: {error}.") from error


def _put(document: tomlkit.TOMLDocument, name: str, value: object) -> None:
    """Set *name*, touching as little as can be: a table keeps the rows that stay, with their comments."""
    there = document.get(name)
    if value is None or (value == [] and name == "action"):
        document.pop(name, None)
    elif isinstance(value, Mapping) and isinstance(there, Mapping):
        table: Any = there
        for key in set(there) - value.keys():
            del table[key]
        for key, each in value.items():
            if table.get(key) != each:
                table[key] = each
    elif isinstance(value, list) and name == "action":
        kept = list(there) if isinstance(there, tomlkit.items.AoT) else []
        if [each.unwrap() for each in kept] != value:
            document[name] = _array_of_tables(value, kept)
    elif there != value or type(there) is not type(value):
        document[name] = value


def _array_of_tables(rows: list[Any], kept: list[Any]) -> Any:
    tables = tomlkit.aot()
    for row in rows:
        same = next((each for each in kept if each.unwrap() == row), None)
        tables.append(same or tomlkit.item(row))
    return tables
