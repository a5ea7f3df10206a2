"""The history of one file for a command: found, shown, put back. Knows nothing of terminals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from meai.config import Config
from meai.documents import names, places, tables
from meai.documents.database import Database
from meai.documents.document import Document
from meai.documents.encoding import shown
from meai.documents.forgetting import Forgetting, Forgotten, Wish
from meai.documents.history import Gone, History
from meai.documents.journal import Journal
from meai.documents.receipts import Receipts
from meai.documents.revisions import Origin, Revision
from meai.documents.store import DocumentStore
from meai.errors import DocumentNotFound


@dataclass(frozen=True, slots=True)
class Past:
    """A file, and what is kept of it."""

    name: str
    """The file's name in its workspace."""
    store: DocumentStore
    history: History
    receipts: Receipts
    forgetting: Forgetting

    def revisions(self) -> tuple[Revision, ...]:
        """Return the revisions, newest first. Raises DocumentNotFound where there are none."""
        if found := self.history.list(self.name):
            return found
        raise DocumentNotFound(f"“{self.name}” has no history; ME_AI keeps one of every document that it opens.")

    def restore(self, rev: int) -> Document:
        """Make that revision the newest; a file that is gone comes back. Raises like `History.read` and a save."""
        data = self.history.read(self.name, rev)[1]
        if self.store.has(self.name):
            base = self.store.read(self.name).etag
            return self.store.write(self.name, shown(data), base=base, origin=Origin("restore"))
        gone = self._gone()
        return self.store.recreate(self.name, data, lambda new: self.history.revived(gone.id, new))

    def _gone(self) -> Gone:
        return next(one for one in self.history.gone(there=self.store.has, trashed=()) if one.name == self.name)


@contextmanager
def past_of(file: Path, config: Config) -> Iterator[Past]:
    """Yield what is kept of *file*, in the history of the nearest folder above that has it, else of its own folder.

    Raises BadInput for what is no Markdown document by its name.
    """
    names.document_parts(file.name)
    file = file.expanduser().parent.resolve() / file.name
    for folder in file.parents:
        with _opened(file, folder, config) as past:
            if past is not None:
                yield past
                return
    with _opened(file, file.parent, config, anyway=True) as past:
        assert past is not None
        yield past


@contextmanager
def _opened(file: Path, folder: Path, config: Config, *, anyway: bool = False) -> Iterator[Past | None]:
    path = places.history_file(config.data_dir, folder)
    if not (anyway or path.exists()):
        yield None
        return
    database = Database(path, tables.SCHEMA)
    try:
        history, name = History(database), file.relative_to(folder).as_posix()
        store = DocumentStore(folder, trash=places.trash_folder(config.data_dir, folder), history=history)
        known = anyway or bool(history.list(name))
        forgetting = Forgetting(store, database, Journal(places.drafts_folder(config.data_dir, folder)))
        yield Past(name, store, history, Receipts(database), forgetting) if known else None
    finally:
        database.close()


@contextmanager
def pasts_of(file: Path, config: Config) -> Iterator[tuple[Past, ...]]:
    """Yield what is kept of *file* in the histories of all folders above it: each may have been a workspace.

    Raises like `past_of`, and DocumentNotFound where there is nothing.
    """
    names.document_parts(file.name)
    file = file.expanduser().parent.resolve() / file.name
    with ExitStack() as stack:
        opened = (stack.enter_context(_opened(file, folder, config)) for folder in file.parents)
        found = tuple(past for past in opened if past is not None)
        if not found:
            raise DocumentNotFound(f"“{file.name}” has no history; ME_AI keeps one of every document that it opens.")
        yield found


@dataclass(frozen=True, slots=True)
class Told:
    """What a command says: to a program, or to a person."""

    fields: dict[str, Any]
    text: str


def listed(past: Past) -> Told:
    """Return the revisions: a line for each with number, local time, kind, words, words added and removed, name."""
    revisions = past.revisions()
    lines = (
        f"{one.rev:>5}  {one.saved.astimezone():%Y-%m-%d %H:%M:%S}  {one.kind:<8}  {one.words:>6} words  "
        f"{f'+{one.added} −{one.removed}':<12}  {one.label or ''}"
        for one in revisions
    )
    text = "\n".join(line.rstrip() for line in lines)
    return Told({"name": past.name, "revisions": [_fields(one) for one in revisions]}, text)


def shown_revision(past: Past, rev: int) -> Told:
    """Return the text of a revision. Raises like `History.read`."""
    revision, data = past.history.read(past.name, rev)
    return Told({**_fields(revision), "text": shown(data)}, shown(data))


def restored(past: Past, rev: int) -> Told:
    """Make a revision the newest one. Raises like `Past.restore`."""
    document = past.restore(rev)
    fields = {"name": document.name, "etag": document.etag, "rev": document.rev, "warning": document.warning}
    return Told(fields, f"{document.name} is as it was at revision {rev}.")


def labelled(past: Past, rev: int, label: str) -> Told:
    """Give a version a name. Raises like `History.label`."""
    named = past.history.label(past.name, rev, label)
    called = f"is called “{named.label}” and is kept for good" if named.label else "has no name"
    return Told(_fields(named), f"Revision {rev} of {past.name} {called}.")


def wish(what: str, ask: Callable[[], str]) -> Wish:
    """Return what *what* says is to be forgotten; *ask* is asked for words. Raises ValueError for what is none."""
    if what == "all":
        return Wish()
    if what == "words":
        return Wish(words=ask())
    if what.isascii() and what.isdigit():
        return Wish(first=int(what), last=int(what))
    return Wish(before=datetime.fromisoformat(what).astimezone())


def forgettable(pasts: Iterable[Past], wanted: Wish) -> str:
    """Return what would be forgotten, in a sentence. Raises like `Forgetting.look`."""
    found = (_counted(past.forgetting.look(past.name, wanted)) for past in pasts)
    return f"This forgets {' and '.join(found)}, which nothing brings back."


def forgotten(pasts: Iterable[Past], wanted: Wish) -> Told:
    """Forget what is *wanted*. Raises like `Forgetting.forget`."""
    done = [(past, past.forgetting.forget(past.name, wanted)) for past in pasts]
    lines = [line for past, told in done for line in _told(past, told)]
    return Told({"forgotten": [{"name": past.name, **asdict(told)} for past, told in done]}, "\n".join(lines))


def _told(past: Past, told: Forgotten) -> Iterator[str]:
    left = "nothing is left of it" if told.stays == 0 else f"{_number(told.stays, 'version')} of it left"
    yield f"Forgotten of {past.name}: {_counted(told)}; {left}."
    for name in told.elsewhere:
        yield f"The history of “{name}” has such a text, too."
    for path in told.damaged:
        yield f"“{path}”, a damaged history, may still have it; delete that file to be sure."


def _counted(told: Forgotten) -> str:
    named = f" ({told.named} with a name)" if told.named else ""
    others = ((told.receipts, "receipt"), (told.drafts, "draft"))
    more = "".join(f" and {_number(count, what)}" for count, what in others if count)
    return f"{_number(told.versions, 'version')}{named}{more}"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _fields(revision: Revision) -> dict[str, Any]:
    return {**asdict(revision), "saved": revision.saved.isoformat(timespec="seconds")}
