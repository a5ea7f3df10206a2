"""Previews come back for the newest text, in a process that may be killed, and a hostile text costs two seconds."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import psutil
import pytest

from meai.errors import EngineGone
from meai.markdown.service import (
    BROKEN,
    MAX_SESSIONS,
    MAX_TEXT_BYTES,
    TOO_LARGE,
    TOO_SLOW,
    Preview,
    PreviewBlock,
    PreviewService,
)
from meai.process import Child

ENDLESS = ("|" + "a|" * 2000 + "\n|" + "-|" * 2000 + "\n" + "|a\n" * 30 + "\n") * 12


class Page:
    """What one session is answered, and the blocks that it therefore shows."""

    def __init__(self, service: PreviewService, session: str) -> None:
        self._service = service
        self._session = session
        self._previews: queue.Queue[Preview] = queue.Queue()
        self.shown: list[PreviewBlock] = []

    def write(self, version: int, text: str) -> None:
        self._service.render(self._session, version, text, self._previews.put)

    def read(self) -> Preview:
        preview = self._previews.get(timeout=20)
        if not preview.message:
            self._patch(preview)
        return preview

    def _patch(self, preview: Preview) -> None:
        end = len(self.shown) - preview.rest
        known = {block.id: block.html for block in self.shown[preview.kept : end]}
        blocks = [block if block.html is not None else replace(block, html=known[block.id]) for block in preview.blocks]
        rest = [replace(block, line=block.line + preview.moved) for block in self.shown[end:]]
        self.shown = [*self.shown[: preview.kept], *blocks, *rest]

    def show(self, version: int, text: str) -> Preview:
        self.write(version, text)
        return self.read()

    @property
    def waits(self) -> bool:
        return self._previews.empty()


@pytest.fixture
def service() -> Iterator[PreviewService]:
    service = PreviewService(max_seconds=0.5)
    service.start()
    yield service
    service.close()


@pytest.fixture
def page(service: PreviewService) -> Page:
    return Page(service, "one")


def child() -> psutil.Process:
    """The drawing process of this test's service."""
    (found,) = [one for one in psutil.Process().children() if "meai.markdown.child" in one.cmdline()]
    return found


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_text_comes_back_as_blocks(page: Page) -> None:
    preview = page.show(7, "# Hi\n\nyou\n")
    assert preview.version == 7
    assert preview.message == ""
    assert [(block.line, block.html) for block in preview.blocks] == [
        (0, '<h1 id="user-hi" data-line="0">Hi</h1>\n'),
        (2, '<p data-line="0">you</p>\n'),
    ]


def test_a_page_is_not_sent_what_it_has(page: Page) -> None:
    first = page.show(1, "a\n\nb\n")
    second = page.show(2, "\na\n\nc\n\nb\n")
    assert (second.kept, second.rest, second.moved) == (0, 1, 3)
    assert [block.html for block in second.blocks] == [None, '<p data-line="0">c</p>\n']
    assert [block.id for block in page.shown] == [first.blocks[0].id, second.blocks[1].id, first.blocks[1].id]
    assert [block.line for block in page.shown] == [1, 3, 5]


def test_what_one_page_hears_adds_up_to_its_text(service: PreviewService, page: Page) -> None:
    other = Page(service, "two")
    texts = [
        "a\n\nb[^n]\n\n[^n]: c\n",
        "a\n",
        "",
        "[a]\n\n[a]: /b\n\n---\n\nd\n\n---\n",
        "---\ne: f\n---\n\n---\n\nd\n",
    ]
    for version, text in enumerate([*texts, *reversed(texts)]):
        page.show(version, text)
        other.show(version, "\n\n".join(texts[: version % 4]))
        anew = Page(service, f"new {version}")
        anew.show(version, text)
        assert page.shown == anew.shown


def test_more_pages_than_are_remembered_are_answered(service: PreviewService, page: Page) -> None:
    page.show(1, "a\n\nb\n")
    for number in range(MAX_SESSIONS):
        assert Page(service, f"other {number}").show(1, "c\n").blocks[0].html
    assert page.show(2, "a\n\nb\n").blocks[0].html is not None
    assert page.show(3, "a\n\nb\n\nc\n").kept == 2


def test_what_left_the_page_is_sent_again(page: Page) -> None:
    page.show(1, "a\n")
    page.show(2, "b\n")
    assert page.show(3, "a\n").blocks[0].html == '<p data-line="0">a</p>\n'


def test_sessions_know_nothing_of_each_other(service: PreviewService, page: Page) -> None:
    page.show(1, "a\n")
    assert Page(service, "two").show(1, "a\n").blocks[0].html is not None


def test_an_empty_text_is_an_empty_page(page: Page) -> None:
    assert page.show(1, "") == Preview(1)


def test_the_newest_text_wins(page: Page) -> None:
    page.write(1, ENDLESS)
    for version in range(2, 50):
        page.write(version, f"text {version}\n")
    answered = [page.read().version]
    while answered[-1] != 49:
        answered.append(page.read().version)
    assert len(answered) <= 3
    assert page.waits


def test_sessions_take_turns(service: PreviewService, page: Page) -> None:
    other = Page(service, "two")
    page.write(1, ENDLESS)
    other.write(1, "b\n")
    assert other.read().message == ""


def test_a_text_that_takes_too_long_pauses_and_the_next_comes_whole(page: Page) -> None:
    page.show(1, "a\n")
    before = os.times()
    assert page.show(2, ENDLESS) == Preview(2, message=TOO_SLOW)
    spent = os.times().children_user - before.children_user
    assert spent < 0.5 + 2  # what it may take, and what the process took to start
    assert page.show(3, "a\n").blocks[0].html is not None


def test_a_page_whose_text_took_too_long_keeps_no_other_waiting(service: PreviewService, page: Page) -> None:
    other = Page(service, "two")
    assert page.show(1, ENDLESS).message == TOO_SLOW
    other.show(1, "a\n")
    for version in (2, 3):
        page.write(version, ENDLESS)
        assert other.show(version, f"b {version}\n").message == ""
        assert page.waits
        assert page.read().message == TOO_SLOW
    assert page.show(4, "a\n").blocks[0].html is not None
    assert page.show(5, "a\n\nb\n").message == ""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system does not count processor time")
def test_time_that_others_take_is_not_counted(page: Page) -> None:
    page.show(1, "a\n")
    drawing = child()
    drawing.suspend()
    page.write(2, "b\n")
    time.sleep(0.8)  # longer than a drawing may take by its own time
    drawing.resume()
    assert page.read().message == ""


def test_a_document_that_is_too_large_pauses_and_the_next_comes_whole(page: Page) -> None:
    page.show(1, "a\n")
    assert page.show(2, "é" * (MAX_TEXT_BYTES // 2 + 1)) == Preview(2, message=TOO_LARGE)
    assert page.show(3, "a\n").blocks[0].html is not None


def test_a_text_that_swells_is_not_sent(page: Page) -> None:
    preview = page.show(1, "[a] " * 400 + f"\n\n[a]: /{'b' * 5000}\n")
    assert preview.blocks == ()
    assert "more than" in preview.message
    assert page.show(2, "a\n").blocks[0].html is not None


def test_a_killed_process_is_replaced_unnoticed(page: Page) -> None:
    page.show(1, "a\n")
    before = child()
    os.kill(before.pid, signal.SIGKILL)
    preview = page.show(2, "a\n")
    assert preview.message == ""
    assert preview.blocks[0].html is not None
    assert child().pid != before.pid


def test_a_process_whose_pipe_ended_before_it_is_replaced_unnoticed(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.show(1, "a\n")
    before = child()
    send = Child.send

    def send_or_fail(self: Child, frame: dict[str, object]) -> None:
        if self.pid == before.pid:
            raise EngineGone("The pipe has ended, the process not yet.")
        send(self, frame)

    monkeypatch.setattr("meai.process.Child.send", send_or_fail)
    assert page.show(2, "a\n").message == ""


def test_a_text_that_ends_the_process_pauses(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.show(1, "a\n")
    monkeypatch.setattr("meai.process.Child.send", lambda self, frame: self.kill())
    assert page.show(2, "b\n") == Preview(2, message=BROKEN)
    monkeypatch.undo()
    assert page.show(3, "b\n").blocks[0].html is not None


def test_a_page_that_takes_no_answer_does_not_stop_the_others(
    service: PreviewService, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(preview: Preview) -> None:
        raise OSError("gone")

    service.render("two", 1, "a\n", gone)
    assert page.show(1, "b\n").message == ""
    assert "did not take its preview" in caplog.text


def test_a_forgotten_session_is_answered_whole(service: PreviewService, page: Page) -> None:
    page.show(1, "a\n")
    service.forget("one")
    assert page.show(2, "a\n").blocks[0].html is not None


def test_forgetting_drops_what_waits(service: PreviewService, page: Page) -> None:
    other = Page(service, "two")
    page.write(1, ENDLESS)
    other.write(1, "b\n")
    service.forget("two")
    assert page.read().message == TOO_SLOW
    page.show(2, "c\n")
    assert other.waits


def test_any_text_can_be_sent(page: Page) -> None:
    assert "\ufffd" in (page.show(1, "\ud800 \0").blocks[0].html or "")


def test_closing_ends_the_process_at_once(service: PreviewService, page: Page) -> None:
    page.show(1, "a\n")
    page.write(2, ENDLESS)
    drawing = child()
    service.close()
    service.close()
    assert not drawing.is_running()
    assert page.waits


def test_a_service_that_never_started_can_be_closed() -> None:
    PreviewService().close()


def test_the_process_ends_with_its_parent() -> None:
    parent = (
        "import os, psutil; from meai.markdown.service import PreviewService; PreviewService().start();"
        "print(psutil.Process().children()[0].pid, flush=True); os._exit(0)"
    )
    answer = subprocess.run([sys.executable, "-c", parent], check=True, stdout=subprocess.PIPE, timeout=20)
    pid = int(answer.stdout)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_the_parent_loads_no_parser() -> None:
    loaded = (
        "import meai.markdown.service, sys; print([m for m in ('markdown_it', 'pygments', 'nh3') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, timeout=20)
    assert answer.stdout.strip() == b"[]"


@pytest.mark.alone
def test_the_process_is_ready_soon() -> None:
    service = PreviewService(max_seconds=5)
    page = Page(service, "one")
    started = time.monotonic()
    service.start()
    page.show(1, "# Hi\n")
    assert time.monotonic() - started < 2  # a tenth of that on an idle machine
    service.close()
