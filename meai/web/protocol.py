"""Every message of the socket, typed, to and from JSON; `docs/protocol.md` says what they mean. Knows no handler."""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Literal, get_args

from meai.errors import BadInput
from meai.settings.values import Settings

MAX_ID_CHARS = 100


@dataclass(frozen=True, slots=True)
class Hello:
    """Who is speaking."""

    type: ClassVar[str] = "hello"
    token: str


@dataclass(frozen=True, slots=True)
class PreviewWanted:
    """Render this; the newest wins."""

    type: ClassVar[str] = "preview"
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class PreviewChanged:
    """Render the text of version *base* with *text* in the place of *lines* lines from *line* on."""

    type: ClassVar[str] = "preview_change"
    version: int
    base: int
    line: int
    lines: int
    text: str


@dataclass(frozen=True, slots=True)
class RewriteWanted:
    """Ask the model."""

    type: ClassVar[str] = "rewrite"
    id: str
    action: str
    selection: str
    before: str
    after: str
    instruction: str
    variation: int = 0
    draft: str = ""
    dialect: str = ""


@dataclass(frozen=True, slots=True)
class Complete:
    """Ask the model how the sentence at the caret goes on."""

    type: ClassVar[str] = "complete"
    id: str
    before: str
    after: str
    variation: int = 0


@dataclass(frozen=True, slots=True)
class Warm:
    """A rewrite of this may come; without a selection, text at the caret."""

    type: ClassVar[str] = "warm"
    selection: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop that rewrite now."""

    type: ClassVar[str] = "cancel"
    id: str


@dataclass(frozen=True, slots=True)
class Pull:
    """Fetch a model of the catalogue."""

    type: ClassVar[str] = "pull"
    model: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop fetching a model; what came stays."""

    type: ClassVar[str] = "pause"


@dataclass(frozen=True, slots=True)
class Use:
    """Take that model from now on."""

    type: ClassVar[str] = "use"
    model: str


@dataclass(frozen=True, slots=True)
class DraftWritten:
    """Keep this unsaved text."""

    type: ClassVar[str] = "draft"
    name: str
    base: str
    text: str
    client: str
    seq: int


@dataclass(frozen=True, slots=True)
class ProofreadWanted:
    """Say what may be wrong in this block of a document; the newest wins."""

    type: ClassVar[str] = "proofread"
    version: int
    line: int
    text: str
    around: str
    dialect: str


FromPage = (
    Hello
    | PreviewWanted
    | PreviewChanged
    | RewriteWanted
    | Complete
    | Warm
    | Cancel
    | Pull
    | Pause
    | Use
    | DraftWritten
    | ProofreadWanted
)
_FROM_PAGE: dict[str, type[FromPage]] = {kind.type: kind for kind in get_args(FromPage)}
_JSON_TYPES: dict[str, tuple[type, str]] = {"str": (str, "a string"), "int": (int, "a whole number")}


@dataclass(frozen=True, slots=True)
class ActionOffered:
    """Something a writer can ask for."""

    name: str
    label: str
    scope: str
    needs: str
    key: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that one click fetches. *size* in bytes."""

    name: str
    label: str
    size: int
    licence: str


@dataclass(frozen=True, slots=True)
class ModelState:
    """What there is to answer with."""

    type: ClassVar[str] = "model"
    state: Literal["none", "fetching", "loading", "ready", "failed"]
    name: str | None
    message: str
    done: int = 0
    total: int = 0
    offer: Offer | None = None
    reads_per_s: float | None = None
    writes_per_s: float | None = None
    sends_to: str = ""


@dataclass(frozen=True, slots=True)
class Fetching:
    """How far a model has come; *model* is None when none is on its way any more, and *message* then says why."""

    type: ClassVar[str] = "fetching"
    model: str | None
    message: str
    done: int
    total: int
    bytes_per_s: float
    left_s: float | None


@dataclass(frozen=True, slots=True)
class Welcome:
    """The answer to `hello`."""

    type: ClassVar[str] = "welcome"
    version: str
    """Of this program; a page of another does not understand all it says."""
    actions: tuple[ActionOffered, ...]
    model: ModelState
    settings: Settings


@dataclass(frozen=True, slots=True)
class SettingsNow:
    """How the writer likes the program, and what can be asked for: told at every change."""

    type: ClassVar[str] = "settings"
    values: Settings
    actions: tuple[ActionOffered, ...]


@dataclass(frozen=True, slots=True)
class BeyondModel:
    """An action that the model in use is too small for, and what would do."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Beyond:
    """What the model in use cannot be asked for."""

    type: ClassVar[str] = "beyond"
    actions: tuple[BeyondModel, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the preview. *html* is None, and left out, where the page has that *id* already."""

    id: str
    line: int
    html: str | None = field(metadata={"left_out": True})


@dataclass(frozen=True, slots=True)
class Previewed:
    """What the blocks are now, against those of the last one, or why the preview paused."""

    type: ClassVar[str] = "previewed"
    version: int
    kept: int
    blocks: tuple[Block, ...]
    rest: int
    moved: int
    message: str


@dataclass(frozen=True, slots=True)
class Delta:
    """More of the answer."""

    type: ClassVar[str] = "delta"
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """More of what the model writes, not checked yet: a delta takes its place, with nothing where it was not good."""

    type: ClassVar[str] = "sketch"
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class FactFlagged:
    """A fact that is not the same in both texts; one side is empty where nothing stands for the other."""

    before: str
    after: str
    kind: str


@dataclass(frozen=True, slots=True)
class UnitProposed:
    """A part of the selection and what became of it."""

    source: str
    text: str
    reason: str
    flags: tuple[FactFlagged, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """The whole checked answer."""

    type: ClassVar[str] = "proposed"
    id: str
    text: str
    units: tuple[UnitProposed, ...]
    warnings: tuple[str, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProblemFound:
    """A place that may be wrong: the *nth* one of that *text* in its *line*."""

    line: int
    text: str
    nth: int
    is_word: bool
    message: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProblemsFound:
    """What may be wrong in a block, or that nothing can be told of it."""

    type: ClassVar[str] = "problems"
    version: int
    checked: bool
    problems: tuple[ProblemFound, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, and why."""

    type: ClassVar[str] = "failed"
    id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """It stopped because it was asked to."""

    type: ClassVar[str] = "cancelled"
    id: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A document has other bytes now, or is gone."""

    type: ClassVar[str] = "changed"
    name: str
    etag: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of documents is another one."""

    type: ClassVar[str] = "listed"


@dataclass(frozen=True, slots=True)
class Error:
    """A message could not be understood."""

    type: ClassVar[str] = "error"
    code: str
    message: str


FromServer = (
    Fetching
    | ModelState
    | Beyond
    | Welcome
    | SettingsNow
    | Previewed
    | Delta
    | Sketch
    | Proposed
    | ProblemsFound
    | Failed
    | Cancelled
    | Changed
    | Listed
    | Error
)


def parse(raw: str | bytes) -> FromPage:
    """Read a message of the page. Raises BadInput, saying what is wrong with it, for anything else."""
    if isinstance(raw, bytes):
        raise BadInput("A message must be text, not bytes.")
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput("A message must be JSON.") from error
    if not isinstance(message, dict):
        raise BadInput("A message must be a JSON object.")
    name = message.get("type")
    kind = _FROM_PAGE.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadInput(f"There is no message of the type {str(name)[:40]!r}.")
    wanted = [field for field in fields(kind) if field.name in message or field.default is MISSING]
    return kind(**{field.name: _field(kind, field.name, str(field.type), message) for field in wanted})


def to_json(message: FromServer) -> str:
    """Return *message* as JSON text."""
    plain = {"type": message.type, **_plain(message)}
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which a page can send and UTF-8 cannot hold: escaped, it travels.
        return json.dumps(plain, separators=(",", ":"))
    return text


def _field(kind: type[FromPage], name: str, wanted: str, message: dict[str, Any]) -> Any:
    value = message.get(name)
    json_type, words = _JSON_TYPES[wanted]
    if type(value) is not json_type:  # and not isinstance: true is no number
        raise BadInput(f"The message “{kind.type}” needs “{name}”, {words}.")
    if name == "id" and len(str(value)) > MAX_ID_CHARS:
        raise BadInput(f"The “id” of a message may have {MAX_ID_CHARS} characters.")
    return value


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        pairs = ((each, getattr(value, each.name)) for each in fields(value))
        return {
            each.name: _plain(part) for each, part in pairs if part is not None or not each.metadata.get("left_out")
        }
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
