"""Finding words: names first, then lines as they are written, at once, and stopped when asked anew."""

import os
import threading
from pathlib import Path

import pytest

from meai.documents import files
from meai.documents.search import MAX_LINES_OF_ONE, MAX_NAMES, Match, Search
from meai.documents.store import DocumentStore


@pytest.fixture
def search(store: DocumentStore) -> Search:
    return Search(store)


def put(root: Path, name: str, text: str | bytes, age: int = 0) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (1_800_000_000 - age, 1_800_000_000 - age))


def test_names_come_first_then_lines_with_their_surroundings(search: Search, root: Path) -> None:
    put(root, "Letters/Garten.md", "# Spring\r\n\r\nThe Gärten are open.\r\n")
    put(root, "b.md", "nothing", age=5)
    assert search.find("garten").matches == (
        Match("Letters/Garten.md", None, "Letters/", "Garten", ".md"),
        Match("Letters/Garten.md", 2, "The ", "Gärten", " are open."),
    )


def test_names_that_begin_with_the_words_come_before_those_that_hold_them(search: Search, root: Path) -> None:
    for age, name in enumerate(["unjune.md", "June/b.md", "re-june/b.md", "my june.md", "June letter.md"]):
        put(root, name, "", age)
    found = [match.name for match in search.find("June").matches]
    assert found == ["June letter.md", "June/b.md", "re-june/b.md", "my june.md", "unjune.md"]


def test_the_ending_of_a_name_is_not_looked_at(search: Search, root: Path) -> None:
    put(root, "a.md", "")
    assert search.find("md").matches == ()


def test_of_the_texts_the_one_changed_last_comes_first(search: Search, root: Path) -> None:
    for age, name in enumerate(["c.md", "a.md", "b.md"]):
        put(root, name, "word", age)
    assert [match.name for match in search.find("word").matches] == ["c.md", "a.md", "b.md"]


def test_a_phrase_over_a_line_end_is_told_with_its_first_line(search: Search, root: Path) -> None:
    put(root, "a.md", "one\ntwo three\n  four five\n")
    assert search.find("three four").matches == (Match("a.md", 1, "two ", "three   four", " five"),)


def test_a_line_is_told_once_and_a_document_a_few_times(search: Search, root: Path) -> None:
    put(root, "a.md", "word word\n" * 9)
    results = search.find("word")
    assert [match.line for match in results.matches] == list(range(MAX_LINES_OF_ONE))
    assert results.more
    put(root, "a.md", "word word\nno\nword\n", age=1)
    assert [match.line for match in search.find("word").matches] == [0, 2]
    assert not search.find("word").more


def test_long_lines_are_cut_between_words(search: Search, root: Path) -> None:
    put(root, "a.md", "left " * 50 + "word" + " right" * 50)
    (match,) = search.find("word").matches
    assert match.before.startswith("…left ")
    assert match.after.endswith(" right…")
    assert len(match.before) + len(match.after) < 150


def test_what_changed_is_looked_at_as_it_is_now(search: Search, root: Path) -> None:
    put(root, "a.md", "old word")
    assert search.find("old").matches
    put(root, "a.md", "new word", age=1)
    assert search.find("old").matches == ()
    assert search.find("new").matches
    (root / "a.md").unlink()
    assert search.find("new").matches == ()


def test_what_is_not_utf8_is_found_as_it_is_shown_and_what_cannot_be_opened_is_not(search: Search, root: Path) -> None:
    put(root, "latin.md", b"caf\xe9 word")
    with (root / "huge.md").open("wb") as file:
        file.write(b"word")
        file.truncate(21 * 2**20)
    (match,) = search.find("word").matches
    assert (match.name, match.before) == ("latin.md", "café ")


def test_a_search_for_nothing_finds_nothing(search: Search, root: Path) -> None:
    put(root, "a.md", "text")
    assert search.find(" ") == search.find("\n")
    assert search.find(" ").matches == ()


def test_more_is_told_where_there_are_too_many_names(search: Search, root: Path) -> None:
    for number in range(MAX_NAMES + 1):
        put(root, f"letter {number}.md", "")
    results = search.find("letter")
    assert (len(results.matches), results.more) == (MAX_NAMES, True)


def test_a_search_ends_in_time(search: Search, root: Path) -> None:
    put(root, "a.md", "word")
    results = search.find("word", within_s=0)
    assert (results.matches, results.more) == ((), True)


def test_a_page_that_asks_anew_ends_its_own_search_and_no_other(
    search: Search, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        put(root, f"{number}.md", "word")
    reading, go_on = threading.Event(), threading.Event()

    def slowly(path: Path) -> files.Snapshot:
        if threading.current_thread() is not threading.main_thread():
            reading.set()
            go_on.wait(10)
        return snapshot(path)

    snapshot = files.snapshot
    monkeypatch.setattr("meai.documents.search.files.snapshot", slowly)

    def seen(first: str, then: str) -> tuple[int, bool]:
        results = []
        reading.clear()
        go_on.clear()
        thread = threading.Thread(target=lambda: results.append(search.find("word", page=first)))
        thread.start()
        assert reading.wait(10)
        search.find("other", page=then)
        go_on.set()
        thread.join()
        return len(results[0].matches), results[0].more

    assert seen("one", "one") == (1, True)
    (root / "0.md").write_text("word, changed")
    assert seen("one", "another") == (4, False)
    (root / "0.md").write_text("word, changed again")
    assert seen("", "") == (4, False)
