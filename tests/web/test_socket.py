"""A page's conversation over a real socket: hello first, newest preview, streamed rewrites, an end that stops them."""

from __future__ import annotations

import json
import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import simple_websocket
import websocket
from flask import Flask

from meai.documents.journal import Draft
from meai.documents.watch import Changed, Changes
from meai.editing.actions import ACTIONS
from meai.editing.facts import Flag
from meai.editing.marking import Marking
from meai.editing.problems import Dialect, Problem
from meai.editing.rewrite import Proposal, RewriteOrder, Unit
from meai.errors import Cancelled, DocumentNotWritten, EngineGone, NoModel
from meai.markdown.service import Preview, PreviewBlock
from meai.settings.file import SettingsFile
from meai.web import answers, security
from meai.web import socket as sockets
from meai.web.channel import Channels
from meai.web.protocol import ModelState
from meai.web.socket import FRAME_S, MAX_REWRITES, Deltas

Hear = Callable[..., dict[str, Any]]
Say = Callable[..., None]
WAIT_S = 5


class Previews:
    """Answers each preview at once; *forgotten* says which sessions ended."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []
        self.sessions: set[str] = set()

    def render(self, session: str, version: int, text: str, reply: Callable[[Preview], None]) -> None:
        self.sessions.add(session)
        if text == "defect":
            raise KeyError("a defect")
        blocks = (PreviewBlock("a", 0, f"<p>{text}</p>"), PreviewBlock("b", 1, None))
        reply(Preview(version, kept=2, blocks=blocks, rest=3, moved=-1))

    def forget(self, session: str) -> None:
        self.forgotten.append(session)


class Rewrites:
    """Does what the test sets as *answer*, and knows what it was asked."""

    def __init__(self) -> None:
        self.orders: list[RewriteOrder] = []
        self.running = threading.Semaphore(0)
        self.stopped = threading.Semaphore(0)
        self.answer: Callable[[Callable[[str], None], threading.Event], Proposal] = self.until_cancelled
        self.read_ahead: list[RewriteOrder] = []
        self.actions = ACTIONS
        self.beyond: dict[str, str] = {}

    def obstacles(self) -> dict[str, str]:
        return self.beyond

    def rewrite(
        self,
        order: RewriteOrder,
        emit: Callable[[str], None],
        cancelled: threading.Event,
        sketch: Callable[[str], None],
    ) -> Proposal:
        self.orders.append(order)
        self.running.release()
        return self.answer(emit, cancelled)

    def warm(self, order: RewriteOrder) -> None:
        if order.selection == "defect":
            raise KeyError("a defect")
        self.read_ahead.append(order)

    def until_cancelled(self, emit: Callable[[str], None], cancelled: threading.Event) -> Proposal:
        if cancelled.wait(WAIT_S):
            self.stopped.release()
        raise Cancelled("It was stopped.")


class Models:
    """A state that the test changes."""

    def __init__(self) -> None:
        self.state = ModelState("none", None, "There is no model.")
        self.listeners: set[Callable[[ModelState], None]] = set()
        self.pulled: list[str] = []

    def listen(self, listener: Callable[[ModelState], None], seen: ModelState) -> None:
        self.listeners.add(listener)

    def forget(self, listener: Callable[[ModelState], None]) -> None:
        self.listeners.discard(listener)

    def pull(self, name: str) -> None:
        if name == "none":
            raise NoModel("The catalogue has no model called none.")
        self.pulled.append(name)

    def change(self, state: ModelState) -> None:
        self.state = state
        for listener in tuple(self.listeners):
            listener(state)


class Drafts:
    """Keeps what is no longer than a few characters."""

    def __init__(self) -> None:
        self.kept: queue.Queue[Draft] = queue.Queue()

    def keep(self, draft: Draft) -> None:
        if len(draft.text) > 10:
            raise DocumentNotWritten("The draft of “a.md” could not be kept: the disk is full; please save it.")
        self.kept.put(draft)


class Disk:
    """Tells what the test says has changed."""

    def __init__(self) -> None:
        self.listeners: set[Callable[[Changes], None]] = set()

    def listen(self, listener: Callable[[Changes], None]) -> None:
        self.listeners.add(listener)

    def forget(self, listener: Callable[[Changes], None]) -> None:
        self.listeners.discard(listener)

    def tell(self, changes: Changes) -> None:
        for listener in tuple(self.listeners):
            listener(changes)


class Checks:
    """Finds `teh`."""

    def problems(
        self, texts: Sequence[str], dialect: Dialect, words: Iterable[str]
    ) -> list[tuple[Problem, ...]] | None:
        return [tuple(self.found(text)) for text in texts]

    def found(self, text: str) -> Iterator[Problem]:
        for match in re.finditer("teh", text):
            yield Problem(*match.span(), "Spelling", "SpellCheck", "Did you mean “the”?", ("the",))


class House:
    """A server whose wings are the fakes above."""

    def __init__(self, live: Any, token: str) -> None:
        self.previews, self.rewrites, self.models = Previews(), Rewrites(), Models()
        self.channels = Channels()
        app = Flask(__name__)
        answers.install(app)
        security.install(app, token)
        self.journal, self.disk = Drafts(), Disk()
        self.checks = Checks()
        wings = sockets.Wings(
            preview=self.previews,  # type: ignore[arg-type]
            rewriter=self.rewrites,  # type: ignore[arg-type]
            marking=Marking(self.checks, frozenset),
            model=self.models,  # type: ignore[arg-type]
            journal=self.journal,  # type: ignore[arg-type]
            watch=self.disk,  # type: ignore[arg-type]
            settings=SettingsFile(Path("no-such-folder") / "config.toml"),
        )
        app.register_blueprint(sockets.blueprint(token, self.channels, wings))
        self.server = live(app)
        self.connect = self.server.connect


@pytest.fixture
def house(live: Any, token: str) -> Iterator[House]:
    house = House(live, token)
    yield house
    house.channels.close()


@pytest.fixture
def page(house: House, token: str, say: Say, hear: Hear) -> websocket.WebSocket:
    """A page that has been welcomed."""
    page = house.connect()
    say(page, type="hello", token=token)
    hear(page, "welcome")
    return page


ASKED = {
    "type": "rewrite",
    "id": "1",
    "action": "correct-spelling",
    "selection": "teh",
    "before": "a ",
    "after": " b",
    "instruction": "",
}


def closed_with(peer: websocket.WebSocket) -> int:
    kind, data = peer.recv_data()
    assert kind == websocket.ABNF.OPCODE_CLOSE
    return int.from_bytes(data[:2], "big")


# Hello.


def test_a_welcome_lists_the_actions_and_the_model(house: House, token: str, say: Say, hear: Hear) -> None:
    page = house.connect()
    say(page, type="hello", token=token)
    welcome = hear(page, "welcome")
    assert [action["name"] for action in welcome["actions"]] == list(ACTIONS)
    assert {action["scope"] for action in welcome["actions"]} == {"replace", "insert", "below"}
    assert welcome["model"]["message"] == "There is no model."


@pytest.mark.parametrize(
    "first",
    [
        {"type": "hello", "token": "forged"},
        {"type": "hello", "token": ""},
        {"type": "hello", "token": "\ud800"},
        {"type": "hello", "token": None},
        {"type": "hello"},
        {"type": "preview", "version": 1, "text": "x"},
        {"type": "none"},
        ["hello"],
    ],
)
def test_whoever_does_not_begin_with_the_token_is_shown_out(house: House, first: object) -> None:
    peer = house.connect()
    peer.send(json.dumps(first))
    assert closed_with(peer) == 4401
    assert house.previews.sessions == set()


def test_whoever_says_nothing_is_shown_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "HELLO_WITHIN_S", 0.1)
    assert closed_with(house.connect()) == 4401


def test_a_second_hello_is_an_error(page: websocket.WebSocket, token: str, say: Say, hear: Hear) -> None:
    say(page, type="hello", token=token)
    assert "only for the beginning" in hear(page, "error")["message"]


def test_more_pages_than_there_is_room_for_are_told_to_come_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meai.web.channel.MAX_CHANNELS", 1)
    house.connect()
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        house.connect()
    assert refusal.value.status_code == 503
    assert refusal.value.resp_headers["retry-after"] == "1"


# Messages that make no sense, and one that meets a defect.


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "{", "[]", '{"type": "none"}', '{"type": "cancel", "id": 1}'),
        '{"type": "preview", "version": "1", "text": "x"}',
    ],
)
def test_a_wrong_message_is_an_error_and_the_talk_goes_on(
    page: websocket.WebSocket, say: Say, hear: Hear, wrong: str
) -> None:
    page.send(wrong)
    error = hear(page, "error")
    assert error["code"] == "bad-input"
    assert error["message"].endswith(".")
    say(page, type="preview", version=1, text="x")
    assert hear(page, "previewed")["version"] == 1


def test_bytes_are_an_error(page: websocket.WebSocket, hear: Hear) -> None:
    page.send_binary(b'{"type": "cancel", "id": "1"}')
    assert hear(page, "error")["message"] == "A message must be text, not bytes."


def test_a_defect_is_one_sentence_and_the_talk_goes_on(
    page: websocket.WebSocket, say: Say, hear: Hear, caplog: pytest.LogCaptureFixture
) -> None:
    say(page, type="preview", version=1, text="defect")
    error = hear(page, "error")
    assert error["code"] == "failed"
    assert "KeyError" not in error["message"]
    assert "a defect" in caplog.text
    say(page, type="preview", version=2, text="x")
    assert hear(page, "previewed")["version"] == 2


# Previews and models.


def test_a_preview_is_answered_without_the_html_that_the_page_has(
    page: websocket.WebSocket, say: Say, hear: Hear
) -> None:
    say(page, type="preview", version=7, text="é")
    assert hear(page, "previewed") == {
        "type": "previewed",
        "version": 7,
        "kept": 2,
        "blocks": [{"id": "a", "line": 0, "html": "<p>é</p>"}, {"id": "b", "line": 1}],
        "rest": 3,
        "moved": -1,
        "message": "",
    }


def test_a_page_sends_the_lines_that_changed(page: websocket.WebSocket, say: Say, hear: Hear) -> None:
    say(page, type="preview", version=1, text="a\nb\nc\n")
    hear(page, "previewed")
    say(page, type="preview_change", version=2, base=1, line=1, lines=1, text="é\n👉")
    assert hear(page, "previewed")["blocks"][0]["html"] == "<p>a\né\n👉\nc\n</p>"
    say(page, type="preview_change", version=3, base=2, line=0, lines=5, text="")
    assert hear(page, "previewed")["blocks"][0]["html"] == "<p></p>"


@pytest.mark.parametrize("change", [{"base": 7}, {"line": 3}, {"line": -1}, {"lines": 3}, {"lines": -1}])
def test_a_change_of_another_text_is_refused_and_the_whole_taken(
    page: websocket.WebSocket, say: Say, hear: Hear, change: dict[str, int]
) -> None:
    say(page, type="preview", version=1, text="a\nb")
    hear(page, "previewed")
    say(page, **({"type": "preview_change", "version": 2, "base": 1, "line": 0, "lines": 1, "text": "c"} | change))
    assert "send all of it" in hear(page, "error")["message"]
    say(page, type="preview", version=3, text="c")
    assert hear(page, "previewed")["version"] == 3


def test_pages_have_previews_of_their_own(house: House, token: str, say: Say, hear: Hear) -> None:
    for _ in range(2):
        page = house.connect()
        say(page, type="hello", token=token)
        say(page, type="preview", version=1, text="x")
        hear(page, "previewed")
    assert len(house.previews.sessions) == 2


def test_every_page_hears_of_the_model(house: House, token: str, say: Say, hear: Hear) -> None:
    pages = [house.connect() for _ in range(3)]
    for page in pages:
        say(page, type="hello", token=token)
        hear(page, "welcome")
        say(page, type="preview", version=1, text="")
        hear(page, "previewed")
    house.models.change(ModelState("fetching", "Small", "", 10, 100))
    for page in pages:
        assert hear(page, "model") == {
            "type": "model",
            "state": "fetching",
            "name": "Small",
            "message": "",
            "done": 10,
            "total": 100,
            "offer": None,
            "reads_per_s": None,
            "writes_per_s": None,
            "sends_to": "",
        }


def test_a_model_can_be_asked_for(house: House, page: websocket.WebSocket, say: Say, hear: Hear) -> None:
    say(page, type="pull", model="none")
    assert hear(page, "error")["code"] == "no-model"
    say(page, type="pull", model="small")
    say(page, type="preview", version=1, text="")
    hear(page, "previewed")
    assert house.models.pulled == ["small"]


# Rewrites.


def test_a_rewrite_streams_and_is_proposed(house: House, page: websocket.WebSocket, say: Say) -> None:
    def answer(emit: Callable[[str], None], cancelled: threading.Event) -> Proposal:
        for piece in ("the ", "cat ", "$& 👉"):
            emit(piece)
        flags = (Flag("7", "8", "number"),)
        return Proposal("the cat $& 👉", (Unit("teh", "the", "", flags),), ("One thing.",), ("the", "cat"))

    house.rewrites.answer = answer
    say(page, **ASKED)
    heard = [json.loads(page.recv())]
    while heard[-1]["type"] == "delta":
        heard.append(json.loads(page.recv()))
    assert "".join(each["text"] for each in heard[:-1]) == "the cat $& 👉"
    assert heard[0] == {"type": "delta", "id": "1", "text": "the "}
    assert heard[-1] == {
        "type": "proposed",
        "id": "1",
        "text": "the cat $& 👉",
        "units": [
            {"source": "teh", "text": "the", "reason": "", "flags": [{"before": "7", "after": "8", "kind": "number"}]}
        ],
        "warnings": ["One thing."],
        "choices": ["the", "cat"],
    }
    (order,) = house.rewrites.orders
    assert order == RewriteOrder("correct-spelling", "teh", "a ", " b", "", order.editor)


def test_another_answer_and_a_refined_one_can_be_asked_for(house: House, page: websocket.WebSocket, say: Say) -> None:
    house.rewrites.answer = lambda emit, cancelled: Proposal("the")
    say(page, **ASKED, variation=2, draft="the first", dialect="british")
    assert json.loads(page.recv())["type"] == "proposed"
    (order,) = house.rewrites.orders
    assert (order.variation, order.draft, order.dialect) == (2, "the first", "british")


def test_text_at_the_caret_is_asked_for_with_what_stands_round_it(
    house: House, page: websocket.WebSocket, say: Say
) -> None:
    house.rewrites.answer = lambda emit, cancelled: Proposal(" cold.")
    say(page, type="complete", id="c1", before="It was", after=" Then", variation=1)
    assert json.loads(page.recv())["text"] == " cold."
    (order,) = house.rewrites.orders
    expected = RewriteOrder("autocomplete", "", "It was", " Then", editor=order.editor, variation=1, one_sentence=True)
    assert order == expected


def test_what_is_beyond_the_model_is_told_once_when_one_is_ready(
    house: House, page: websocket.WebSocket, hear: Hear
) -> None:
    house.rewrites.beyond = {"translate": "Too small."}
    for _ in range(2):
        house.models.change(replace(house.models.state, state="ready"))
    house.models.change(replace(house.models.state, state="loading"))
    heard = [json.loads(page.recv()) for _ in range(4)]
    assert [each["type"] for each in heard] == ["model", "beyond", "model", "model"]
    assert heard[1]["actions"] == [{"name": "translate", "reason": "Too small."}]


def test_the_first_delta_does_not_wait(house: House, page: websocket.WebSocket, say: Say, hear: Hear) -> None:
    go_on = threading.Event()

    def answer(emit: Callable[[str], None], cancelled: threading.Event) -> Proposal:
        emit("first")
        go_on.wait(WAIT_S)
        return Proposal("first")

    house.rewrites.answer = answer
    say(page, **ASKED)
    assert hear(page, "delta")["text"] == "first"
    go_on.set()
    hear(page, "proposed")


def test_deltas_come_at_most_thirty_times_a_second() -> None:
    now = 0.0
    sent: list[tuple[float, str]] = []
    deltas = Deltas(lambda text: sent.append((now, text)), lambda text: None, clock=lambda: now)
    for number in range(200):  # tokens of one second
        now = number / 200
        deltas.add(f"{number} ")
    deltas.flush()
    deltas.flush()
    assert sent[0] == (0.0, "0 ")
    assert len(sent) <= 31
    assert all(later - sooner >= FRAME_S for (sooner, _), (later, _) in pairwise(sent[:-1]))
    assert "".join(text for _, text in sent) == "".join(f"{number} " for number in range(200))


def test_what_is_not_checked_is_a_sketch_and_what_is_takes_its_place() -> None:
    now = 0.0
    sent: list[str] = []
    deltas = Deltas(lambda text: sent.append(f"+{text}"), lambda text: sent.append(f"?{text}"), clock=lambda: now)
    deltas.sketch("I ")
    deltas.sketch("am sorry")
    deltas.add("")
    now = 1.0
    deltas.sketch("We ")
    deltas.sketch("were")
    deltas.add("We were.")
    deltas.sketch(" She")
    deltas.flush()
    assert sent == ["?I ", "+", "?We ", "+We were.", "? She"]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (NoModel("There is no model; get one."), "no-model", "There is no model; get one."),
        (EngineGone("It stopped."), "engine-gone", "It stopped."),
        (KeyError("a defect"), "failed", sockets._DEFECT),
    ],
)
def test_a_rewrite_that_fails_says_why(
    house: House, page: websocket.WebSocket, say: Say, hear: Hear, error: Exception, code: str, message: str
) -> None:
    def answer(emit: Callable[[str], None], cancelled: threading.Event) -> Proposal:
        raise error

    house.rewrites.answer = answer
    say(page, **ASKED)
    assert hear(page, "failed") == {"type": "failed", "id": "1", "code": code, "message": message}


@pytest.mark.alone
def test_a_cancelled_rewrite_stops_and_says_so(house: House, page: websocket.WebSocket, say: Say, hear: Hear) -> None:
    say(page, **ASKED)
    assert house.rewrites.running.acquire(timeout=WAIT_S)
    started = time.monotonic()
    say(page, type="cancel", id="unknown")
    say(page, type="cancel", id="1")
    assert hear(page, "cancelled") == {"type": "cancelled", "id": "1"}
    assert time.monotonic() - started < 0.1
    say(page, **ASKED)  # the id is free again
    assert house.rewrites.running.acquire(timeout=WAIT_S)


def test_one_of_two_rewrites_can_be_cancelled(house: House, page: websocket.WebSocket, say: Say, hear: Hear) -> None:
    say(page, **ASKED)
    say(page, **{**ASKED, "id": "2"})
    for _ in range(2):
        assert house.rewrites.running.acquire(timeout=WAIT_S)
    say(page, type="cancel", id="2")
    assert hear(page, "cancelled")["id"] == "2"
    say(page, **ASKED)
    assert "running already" in hear(page, "error")["message"]


@pytest.mark.alone
def test_closing_the_page_stops_what_it_asked_for(house: House, page: websocket.WebSocket, say: Say) -> None:
    for number in range(3):
        say(page, **{**ASKED, "id": str(number)})
    for _ in range(3):
        assert house.rewrites.running.acquire(timeout=WAIT_S)
    started = time.monotonic()
    page.shutdown()
    for _ in range(3):
        assert house.rewrites.stopped.acquire(timeout=WAIT_S)
    assert time.monotonic() - started < 0.5
    deadline = started + WAIT_S
    while house.models.listeners and time.monotonic() < deadline:
        time.sleep(0.005)
    assert house.models.listeners == set()
    assert len(house.previews.forgotten) == 1


def test_a_page_may_not_ask_for_everything_at_once(
    house: House, page: websocket.WebSocket, say: Say, hear: Hear
) -> None:
    for number in range(MAX_REWRITES + 1):
        say(page, **{**ASKED, "id": str(number)})
    assert hear(page, "failed")["code"] == "busy"


# Drafts, and what changes on the disk.


def test_a_draft_is_kept_and_one_that_cannot_be_is_told(
    page: websocket.WebSocket, house: House, say: Say, hear: Hear
) -> None:
    fields: dict[str, Any] = {"name": "a.md", "base": "", "text": "text", "client": "page", "seq": 3}
    say(page, type="draft", **fields)
    assert house.journal.kept.get(timeout=WAIT_S) == Draft("a.md", "", "text", "page", 3)
    say(page, type="draft", **{**fields, "text": "more text than that"})
    assert hear(page, "error") == {
        "type": "error",
        "code": "document-not-written",
        "message": "The draft of “a.md” could not be kept: the disk is full; please save it.",
    }


def test_a_page_hears_what_changes_on_the_disk_until_it_goes(
    page: websocket.WebSocket, house: House, hear: Hear
) -> None:
    house.disk.tell(Changes((Changed("a.md", '"sha256-1"'), Changed("b.md", None)), listed=True))
    assert hear(page, "changed") == {"type": "changed", "name": "a.md", "etag": '"sha256-1"'}
    assert hear(page, "changed") == {"type": "changed", "name": "b.md", "etag": None}
    assert hear(page, "listed") == {"type": "listed"}
    house.disk.tell(Changes((Changed("a.md", '"sha256-2"'),), listed=False))
    house.disk.tell(Changes((), listed=True))
    assert hear(page, "listed") == {"type": "listed"}
    page.close()
    ends_at = time.monotonic() + WAIT_S
    while house.disk.listeners and time.monotonic() < ends_at:
        time.sleep(0.01)
    assert not house.disk.listeners


def test_every_page_asks_in_a_name_of_its_own(house: House, token: str, say: Say, hear: Hear) -> None:
    house.rewrites.answer = lambda emit, cancelled: Proposal("the")
    for _ in range(2):
        page = house.connect()
        say(page, type="hello", token=token)
        for _ in range(2):
            say(page, **ASKED)
            hear(page, "proposed")
    editors = [order.editor for order in house.rewrites.orders]
    assert editors[0] == editors[1] != editors[2] == editors[3]
    assert "" not in editors


# Reading ahead.

WARM = {"type": "warm", "selection": "teh", "before": "a ", "after": " b"}


def settled(page: websocket.WebSocket, say: Say) -> None:
    """Wait until all that *page* said has been heard."""
    say(page, type="preview", version=1, text="")
    assert json.loads(page.recv())["type"] == "previewed", "reading ahead is never answered"


def test_what_may_be_asked_next_is_read_ahead_and_never_answered(
    house: House, page: websocket.WebSocket, say: Say
) -> None:
    say(page, **WARM)
    settled(page, say)
    (order,) = house.rewrites.read_ahead
    assert order == RewriteOrder("correct-spelling", "teh", "a ", " b", "", order.editor)


def test_the_action_that_was_used_last_is_read_ahead_for(
    house: House, page: websocket.WebSocket, say: Say, hear: Hear
) -> None:
    house.rewrites.answer = lambda emit, cancelled: Proposal("the")
    for action in ("paraphrase", "autocomplete", "none"):
        say(page, **{**ASKED, "action": action})
        hear(page, "proposed")
        say(page, **WARM)
        settled(page, say)
    assert [order.action for order in house.rewrites.read_ahead] == ["paraphrase"] * 3
    assert {order.editor for order in house.rewrites.read_ahead} == {house.rewrites.orders[0].editor}


def test_a_guess_that_meets_a_defect_costs_the_page_nothing(
    page: websocket.WebSocket, say: Say, caplog: pytest.LogCaptureFixture
) -> None:
    say(page, **{**WARM, "selection": "defect"})
    settled(page, say)
    assert "a defect" in caplog.text


def test_a_page_that_goes_away_in_its_handshake_is_no_defect(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def handshake(server: simple_websocket.Server) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(simple_websocket.Server, "handshake", handshake)
    with pytest.raises(websocket.WebSocketException):
        house.connect()
    assert caplog.text == ""


def test_a_block_is_answered_with_its_problems_by_line_and_occurrence(
    page: websocket.WebSocket, say: Say, hear: Hear
) -> None:
    say(page, type="proofread", version=3, line=7, text="I saw the\nteh and teh 🙂 teh.", around="", dialect="")
    answer = hear(page, "problems")
    assert (answer["version"], answer["checked"]) == (3, True)
    assert [(each["line"], each["text"], each["nth"]) for each in answer["problems"]] == [
        (8, "teh", 0),
        (8, "teh", 1),
        (8, "teh", 2),
    ]
    assert answer["problems"][0]["suggestions"] == ["the"]


def test_a_block_in_another_language_is_not_checked(page: websocket.WebSocket, say: Say, hear: Hear) -> None:
    say(page, type="proofread", version=1, line=0, text="Das ist nicht teh und auch nicht die.", around="", dialect="")
    assert hear(page, "problems") == {"type": "problems", "version": 1, "checked": False, "problems": []}


def test_an_unknown_english_is_refused(page: websocket.WebSocket, say: Say, hear: Hear) -> None:
    say(page, type="proofread", version=1, line=0, text="teh", around="", dialect="martian")
    assert "martian" in hear(page, "error")["message"]
