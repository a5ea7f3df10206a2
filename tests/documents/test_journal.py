"""Unsaved texts: kept across a kill, one for each page and document, gone once a save has taken them."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from meai.documents import journal as journals
from meai.documents.journal import Draft, Journal
from meai.errors import BadInput, DocumentNotWritten

DRAFT = Draft("Posts/a.md", '"sha256-1"', "text \ud800 é\n", "page", 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "drafts"


@pytest.fixture
def journal(folder: Path) -> Journal:
    return Journal(folder)


def kept(journal: Journal) -> list[Draft]:
    return [draft for draft, _ in journal.list()]


def test_a_draft_is_there_after_a_restart(journal: Journal, folder: Path) -> None:
    journal.keep(DRAFT)
    assert kept(Journal(folder)) == [DRAFT]


def test_a_later_draft_replaces_the_earlier_one_of_its_page_alone(journal: Journal) -> None:
    other = replace(DRAFT, client="another page")
    newer = replace(DRAFT, text="more text", seq=4)
    for draft in (DRAFT, other, newer):
        journal.keep(draft)
    assert kept(journal) == [other, newer]


@pytest.mark.parametrize(("seq", "left"), [(2, [DRAFT]), (3, []), (4, [])])
def test_a_save_takes_the_drafts_up_to_its_number(journal: Journal, seq: int, left: list[Draft]) -> None:
    journal.keep(DRAFT)
    journal.saved(DRAFT.name, DRAFT.client, seq)
    assert kept(journal) == left


def test_a_draft_that_comes_after_its_save_is_not_kept(journal: Journal) -> None:
    journal.saved(DRAFT.name, DRAFT.client, 3)
    journal.keep(DRAFT)
    assert kept(journal) == []
    later = replace(DRAFT, seq=4)
    journal.keep(later)
    assert kept(journal) == [later]


def test_a_save_of_another_page_takes_nothing(journal: Journal) -> None:
    journal.keep(DRAFT)
    journal.saved(DRAFT.name, "another page", 9)
    journal.saved("b.md", DRAFT.client, 9)
    assert kept(journal) == [DRAFT]


def test_a_save_after_a_restart_takes_the_draft_from_before(journal: Journal, folder: Path) -> None:
    journal.keep(DRAFT)
    again = Journal(folder)
    again.saved(DRAFT.name, DRAFT.client, 3)
    assert kept(again) == []


def test_drafts_are_dropped_by_name_or_by_page(journal: Journal) -> None:
    other, elsewhere = replace(DRAFT, client="another page"), replace(DRAFT, name="b.md")
    for draft in (DRAFT, other, elsewhere):
        journal.keep(draft)
    journal.drop(DRAFT.name, "page")
    assert kept(journal) == [other, elsewhere]
    journal.drop(DRAFT.name)
    assert kept(journal) == [elsewhere]


def test_drafts_are_nobody_elses_business(journal: Journal, folder: Path) -> None:
    journal.keep(DRAFT)
    (file,) = folder.iterdir()
    if os.name != "nt":
        assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, file)] == [0o700, 0o600]


def test_there_are_never_too_many_and_the_oldest_go(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "MAX_DRAFTS", 3)
    drafts = [replace(DRAFT, name=f"{number}.md") for number in range(5)]
    for draft in drafts:
        journal.keep(draft)
    assert kept(journal) == drafts[2:]


def test_there_are_never_too_large_ones(journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "MAX_BYTES", 1000)
    drafts = [replace(DRAFT, name=f"{number}.md", text="x" * 400) for number in range(3)]
    for draft in drafts:
        journal.keep(draft)
    assert kept(journal) == drafts[2:]
    monkeypatch.setattr(journals, "MAX_DRAFT_BYTES", 300)
    with pytest.raises(BadInput, match=r"“2.md” is too large to be kept; please save it"):
        journal.keep(drafts[2])
    assert kept(journal) == drafts[2:]


def test_a_clock_set_back_does_not_cost_the_newest_draft(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "MAX_DRAFTS", 1)
    journal.keep(DRAFT)
    os.utime(next(folder.iterdir()), (2**33, 2**33))
    newest = replace(DRAFT, name="b.md")
    journal.keep(newest)
    assert kept(journal) == [newest]


def test_what_is_torn_or_foreign_is_passed_over(journal: Journal, folder: Path) -> None:
    journal.keep(DRAFT)
    (folder / "torn.json").write_bytes(b'{"name": "a')
    (folder / "other.json").write_text(json.dumps({"at": "2026-11-24T08:00:00+00:00", "colour": "red"}))
    (folder / "list.json").write_text("[]")
    (folder / "0123.tmp").write_text("x")
    assert kept(journal) == [DRAFT]


@pytest.mark.parametrize("wrong", [{"name": "../a.md"}, {"name": "a"}, {"client": ""}, {"client": "c" * 101}])
def test_a_draft_that_could_not_be_saved_is_refused(journal: Journal, wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        journal.keep(replace(DRAFT, **wrong))  # type: ignore[arg-type]
    assert kept(journal) == []


def test_a_full_disk_is_told_and_the_earlier_draft_stays(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.keep(DRAFT)

    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(DocumentNotWritten, match=r"draft of “Posts/a.md” could not be kept: No space left"):
            journal.keep(replace(DRAFT, seq=4))
    assert kept(journal) == [DRAFT]
    assert len(list(folder.iterdir())) == 1
