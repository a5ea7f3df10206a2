"""A new writer finds one document that teaches ME_AI; nobody else does."""

from pathlib import Path

import pytest

from meai.documents.store import DocumentStore
from meai.documents.welcome import first_run
from meai.errors import DocumentNotWritten


def test_a_new_folder_has_a_welcome(tmp_path: Path) -> None:
    first_run(tmp_path / "Documents" / "ME_AI")
    text = DocumentStore(tmp_path / "Documents" / "ME_AI", trash=tmp_path).read("Welcome.md").text
    assert text.startswith("# Welcome to ME_AI\n")
    for taught in ("Right-click", "Correct spelling", "Ask AI", "Alt+Enter", "Esc", "export", "leaves it"):
        assert taught in text
    assert len(text.split()) < 350


def test_a_welcome_is_never_overwritten_nor_brought_back(tmp_path: Path) -> None:
    first_run(tmp_path)
    (tmp_path / "Welcome.md").write_text("mine")
    first_run(tmp_path)
    assert (tmp_path / "Welcome.md").read_text() == "mine"
    (tmp_path / "Welcome.md").rename(tmp_path / "Other.md")
    first_run(tmp_path)
    assert not (tmp_path / "Welcome.md").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DocumentNotWritten, match=r"cannot be made: .*; name another"):
        first_run(tmp_path / "file" / "ME_AI")


def test_a_file_where_the_folder_should_be_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / "letter.md").write_text("mine")
    with pytest.raises(DocumentNotWritten, match=r"letter\.md” is a file and cannot be the folder .*; name another"):
        first_run(tmp_path / "letter.md")
    assert (tmp_path / "letter.md").read_text() == "mine"
