"""Two pages and another program on one document, in any order: nothing acknowledged is overwritten unseen."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from meai.documents import tables
from meai.documents.acknowledged import Attempt
from meai.documents.database import Database
from meai.documents.encoding import etag_of
from meai.documents.history import History
from meai.documents.store import DocumentStore
from meai.errors import DocumentConflict
from tests.soak import Tally

PAGES = st.sampled_from([0, 1])
WORDS = st.text(st.sampled_from("ab\né"), max_size=6)


class Page:
    """An editor: what it shows, what that was made of, and how it numbers its saves."""

    def __init__(self, client: str, text: str, base: str) -> None:
        self.client, self.text, self.base = client, text, base
        self.seq = 0
        self.unanswered: tuple[Attempt, str, str] | None = None
        """A save whose answer was lost, to be sent again as it was."""


class TwoPages(RuleBasedStateMachine):
    """What the file held is a chain: each save that succeeded was made of the content right before it."""

    @initialize(text=WORDS)
    def begin(self, text: str) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.root = self.folder / "workspace"
        self.root.mkdir()
        self.database = Database(self.folder / "history.sqlite", tables.SCHEMA)
        self.store = DocumentStore(self.root, trash=self.folder / "trash", history=History(self.database))
        first = self.store.write("a.md", text, base=None)
        self.pages = [Page(f"page {number}", first.text, first.etag) for number in range(2)]
        self.chain = [first.etag]
        self.saved = {first.etag}
        """What was acknowledged, all of which the history must have."""

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            assert self.on_disk() == self.chain[-1]
            for etag in self.saved:
                assert etag_of(History(self.database).text(etag).encode()) == etag
            self.database.close()
            shutil.rmtree(self.folder)

    def on_disk(self) -> str:
        return etag_of((self.root / "a.md").read_bytes())

    @rule(number=PAGES, words=WORDS)
    def type(self, number: int, words: str) -> None:
        self.pages[number].text += words

    @rule(number=PAGES, answer_is_lost=st.booleans())
    def save(self, number: int, answer_is_lost: bool) -> None:
        page = self.pages[number]
        if page.unanswered is None:
            page.seq += 1
            page.unanswered = (Attempt(page.client, page.seq), page.text, page.base)
        attempt, text, base = page.unanswered
        before = self.on_disk()
        try:
            saved = self.store.write("a.md", text, base=base, attempt=attempt)
        except DocumentConflict:
            page.unanswered = None
            assert self.on_disk() == before != base, "a save was refused that its page could have made"
            return
        if self.on_disk() != before:
            assert before == base, "a save replaced what its page had not seen"
            self.chain.append(saved.etag)
            self.saved.add(saved.etag)
        # Also an answer that comes late is for a content that the file has had.
        assert saved.etag in self.chain
        if not answer_is_lost:
            page.base, page.unanswered = saved.etag, None

    @rule(number=PAGES)
    def read_again(self, number: int) -> None:
        page = self.pages[number]
        if page.unanswered is None:
            document = self.store.read("a.md")
            page.text, page.base = document.text, document.etag

    @rule(words=WORDS)
    def write_with_another_program(self, words: str) -> None:
        (self.root / "a.md").write_text(words, encoding="utf-8")
        if self.chain[-1] != etag_of(words.encode()):
            self.chain.append(etag_of(words.encode()))


@pytest.mark.parametrize(
    "interleavings", [30, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])], ids=str
)
def test_no_interleaving_loses_an_acknowledged_save(interleavings: int, tally: Tally) -> None:
    steps = 20
    run_state_machine_as_test(TwoPages, settings=settings(max_examples=interleavings, stateful_step_count=steps))
    what = f"{interleavings:,} random interleavings of two pages and another program, up to {steps} steps each"
    tally.count(what, "0 acknowledged and lost, 0 overwritten unseen, all of them in the history")
