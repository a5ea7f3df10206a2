"""No word of a writer's is ever logged: not by what goes well, not by what is refused, not by a defect."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from meai import logs
from tests.conftest import Server, StartServer
from tests.reliability.page import Page, Refused, hear, say

SECRET = "zanzibarine"
# The real program, with defects of the worst kind: their words are the writer's.
DEFECTIVE = """
import threading
from meai.documents.store import DocumentStore
from meai.documents.journal import Journal
from meai.editing.rewrite import Rewriter
from meai.markdown.service import PreviewService
from meai.cli import main

def failing(real, is_meant):
    def call(self, *arguments, **options):
        said = repr((arguments, options))
        if is_meant(said):
            threading.Thread(target=int, args=(said,)).start()
            try:
                raise KeyError(said)
            except KeyError as error:
                raise ValueError(said) from error
        return real(self, *arguments, **options)
    return call

DocumentStore.write = failing(DocumentStore.write, lambda said: "defect" in said)
Journal.keep = failing(Journal.keep, lambda said: "defect" in said)
PreviewService._preview = failing(PreviewService._preview, lambda said: "defect" in said)
Rewriter.rewrite = failing(Rewriter.rewrite, lambda said: True)
Rewriter.warm = failing(Rewriter.warm, lambda said: True)
main()
"""


@pytest.fixture
def server(start_server: StartServer, tmp_path: Path) -> Server:
    workspace = tmp_path / "letters"
    workspace.mkdir()
    (workspace / "Letter.md").write_text(f"# {SECRET}\n")
    (workspace / "Latin.md").write_bytes(f"{SECRET} café".encode("latin-1"))
    return start_server(workspace, program=("-c", DEFECTIVE))


def refused(work: Callable[[], object], status: int) -> None:
    with pytest.raises(Refused, match=f": {status} "):
        work()


@pytest.mark.slow
def test_nothing_that_happens_to_a_document_puts_its_words_on_stderr(server: Server) -> None:
    page = Page(server)
    opened = page.open("Letter.md")
    saved = page.save("Letter.md", f"{SECRET} two", opened["etag"], client="page", seq=1)
    refused(lambda: page.save("Letter.md", f"{SECRET} three", opened["etag"]), 412)
    refused(lambda: page.save("Letter.md", f"{SECRET} \0", saved["etag"]), 400)
    refused(lambda: page.save("Letter.md", f"{SECRET} \ud800", saved["etag"]), 400)
    refused(lambda: page.save("Latin.md", SECRET, page.open("Latin.md")["etag"]), 422)
    refused(lambda: page.save("New.md", f"{SECRET}: defect", None), 500)
    refused(lambda: page.ask("PUT", "/api/documents/Letter.md", [SECRET], {"If-Match": saved["etag"]}), 400)
    page.ask("POST", "/api/documents/Latin.md/copy", {"name": "Copy.md"})
    page.ask("GET", f"/api/search?q={SECRET}")
    page.ask("GET", "/api/documents/Letter.md/history")
    trashed = page.ask("DELETE", "/api/documents/Latin.md", None, {"If-Match": page.open("Latin.md")["etag"]})["trash"]
    page.ask("POST", f"/api/trash/{trashed}/restore")
    html = f"<p>{SECRET}<img src='data:image/png;base64,{SECRET}'></p>"
    page.ask("POST", "/api/intake/html", {"html": html, "name": "Letter.md"})
    for name in ("a.html", "a.docx", "a.zip", "a.json"):
        with suppress(Refused):
            page.ask("POST", "/api/intake/file", SECRET.encode(), {"X-Filename": name})
    for target in ("html", "markdown", "text", "substack"):
        with suppress(Refused):
            page.ask(
                "POST", "/api/export", {"text": f"# {SECRET}\n\n![x](none.png)", "name": "Letter.md", "format": target}
            )

    socket = page.socket()
    for text in (f"# {SECRET}", f"{SECRET} \ud800", f"{SECRET} {'[' * 5000}"):
        say(socket, "preview", version=1, text=text)
        hear(socket, "previewed")
    piece = {"selection": SECRET, "before": "", "after": ""}
    say(socket, "warm", **piece)
    say(socket, "rewrite", id="one", action="correct-spelling", instruction="", **piece)
    assert hear(socket, "failed")["code"] == "failed"
    say(socket, "draft", name="Letter.md", base="", text=f"{SECRET} defect", client="page", seq=2)
    hear(socket, "error")
    socket.send(f'{{"type": "{SECRET}"')
    hear(socket, "error")
    say(socket, "preview", version=2, text=f"{SECRET} defect")
    wait_for(lambda: any("PreviewService" in line or "_preview" in line for line in server.complaints))
    socket.close()
    page.close()

    server.process.terminate()
    server.process.wait(10)
    server.listener.join()
    told = "".join(server.complaints)
    server.complaints.clear()
    assert told.count("which led to") >= 4, "the defects are told"
    assert "ValueError" in told
    assert SECRET not in told


def wait_for(holds: Callable[[], bool], within_s: float = 10) -> None:
    ends_at = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends_at, "it did not come about"
        time.sleep(0.02)


def test_a_defect_is_told_by_its_kind_its_cause_and_its_place() -> None:
    def stumble() -> None:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(f"invalid: {SECRET}") from error

    with pytest.raises(ValueError, match="invalid") as caught:
        stumble()
    told = logs.told(caught.value)
    assert "KeyError" in told.partition("which led to")[0]
    assert told.endswith("ValueError")
    assert "in stumble" in told
    assert SECRET not in told


def test_what_a_disk_says_is_told() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        Path(f"/none/{SECRET}").read_text()
    assert logs.told(caught.value).endswith("FileNotFoundError: No such file or directory")
    assert SECRET not in logs.told(caught.value)


def test_whoever_logs_and_whatever_is_not_caught_tells_no_words(capsys: pytest.CaptureFixture[str]) -> None:
    before = (threading.excepthook, [*logging.getLogger().handlers])
    with logs.installed():
        try:
            int(SECRET)
        except ValueError:
            logging.getLogger("any.library").exception("It failed.")
        thread = threading.Thread(target=int, args=(SECRET,))
        thread.start()
        thread.join()
    told = capsys.readouterr().err
    assert told.count("ValueError") == 2
    assert SECRET not in told
    assert (threading.excepthook, logging.getLogger().handlers) == before
