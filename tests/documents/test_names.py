"""Names that may be opened, names that may be made, and no way out of the workspace."""

import os
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal

import pathvalidate
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meai.documents import names
from meai.documents.store import DocumentStore
from meai.errors import BadInput, DocumentExists, MeaiError

Form = Literal["NFC", "NFD"]

HOSTILE = [
    "",
    ".",
    "..",
    "../secret.md",
    "a/../../secret.md",
    "a/../b.md",
    "/etc/passwd.md",
    "//server/share.md",
    "a//b.md",
    "a/./b.md",
    "a\\b.md",
    "..\\secret.md",
    "\\\\server\\share.md",
    ".hidden.md",
    ".git/hooks.md",
    "node_modules/x/readme.md",
    ".~me_ai-0123456789abcdef.md",
    "dot.md.",
    "space.md ",
    "nul\0.md",
    "line\nbreak.md",
    "\x1b[31mred.md",
    "dm.\u202egpj.md",
    "half\ud800.md",
    "/".join("a" * 33) + ".md",
    "picture.png",
    "no-ending",
    "md",
]

NOT_PORTABLE = [
    *("What now?.md", "a: b.md", "a.md:s.md", "C:x.md", "a|b.md", 'say "hi".md', "a*.md", "Q: A/b.md"),
    *("nul.md", "CON.md", "com1.txt.md", "LPT¹.md", "aux .md", "a/prn/b.md"),
    *("folder./a.md", "folder /a.md", " a.md", " folder/a.md", "clock$.md"),
    *("x" * 198 + ".md", "日" * 80 + ".md"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_in_one_printable_sentence(name: str) -> None:
    with pytest.raises(BadInput) as refusal:
        names.document_parts(name)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("name", ["Launch.md", "Posts/2026/März 👩‍💻.markdown", "a: b.MD", *NOT_PORTABLE])
def test_a_name_that_is_there_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meai.documents.names._WINDOWS", False)
    assert names.document_parts(name) == tuple(name.split("/"))


@pytest.mark.parametrize("name", NOT_PORTABLE)
def test_a_name_that_some_system_cannot_hold_is_not_made(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"please|are allowed") as refusal:
        names.new_document_parts(tmp_path, name)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("name", NOT_PORTABLE)
def test_windows_does_not_open_either_what_it_cannot_hold(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meai.documents.names._WINDOWS", True)
    with pytest.raises(BadInput):
        names.document_parts(name)


def test_a_new_name_is_in_form_nfc(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Märchen/Märchen.md")
    assert names.new_document_parts(tmp_path, decomposed) == ("Märchen", "Märchen.md")


@pytest.mark.parametrize("asked", ["NFC", "NFD"])
@pytest.mark.parametrize("there", ["NFC", "NFD"])
def test_a_folder_that_is_there_keeps_its_own_spelling(tmp_path: Path, there: Form, asked: Form) -> None:
    folder = unicodedata.normalize(there, "Été")
    (tmp_path / folder).mkdir()
    name = unicodedata.normalize(asked, "Été/Été.md")
    assert names.new_document_parts(tmp_path, name) == (folder, "Été.md")


@pytest.mark.parametrize("folder", ["Q: A", "aux", "ends ", "日" * 80])
def test_a_folder_that_is_there_may_be_called_what_could_not_be_made(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    assert names.new_document_parts(tmp_path, f"{folder}/new.md") == (folder, "new.md")
    with pytest.raises(BadInput):
        names.new_document_parts(tmp_path, f"new/{folder}/new.md")


def test_a_document_may_keep_the_name_that_could_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "aux.md").touch()
    assert names.new_document_parts(tmp_path, "aux.md", instead_of=tmp_path / "aux.md") == ("aux.md",)


@pytest.mark.parametrize("name", ["LAUNCH.md", "launch.MD", "posts/x.md", "Ma\u0308rz.md", "STRASSE.md"])
def test_a_name_that_differs_by_case_or_form_alone_is_taken(tmp_path: Path, name: str) -> None:
    for there in ("Launch.md", "März.md", "Straße.md"):
        (tmp_path / there).touch()
    (tmp_path / "Posts").mkdir()
    with pytest.raises(DocumentExists, match="is there already"):
        names.new_document_parts(tmp_path, name)


@pytest.mark.parametrize(
    "name",
    [
        "N\u043ete.md",  # a Cyrillic o
        "\u039dote.md",  # a Greek N
        "\uff2e\uff4fte.md",
        "No\u200bte.md",
        "N\u00adote.md",
        "No\ufe0fte.md",
        "Note\U000e0041.md",
        "n\u043ete.md",
        "Don\u2019t.md",
        "2019\u20132020.md",
        "a\u00a0b.md",
        "P\u043ests/x.md",
    ],
)
def test_a_name_that_looks_like_one_that_is_there_is_taken(tmp_path: Path, name: str) -> None:
    for there in ("Note.md", "Don't.md", "2019-2020.md", "a b.md"):
        (tmp_path / there).touch()
    (tmp_path / "Posts").mkdir()
    with pytest.raises(DocumentExists, match="is there already and looks the same"):
        names.new_document_parts(tmp_path, name)


@pytest.mark.parametrize("name", ["Нота.md", "Nota.md", "Nóte.md", "Note!.md", "日本.md", "👩‍💻.md", "👩💻 2.md"])
def test_a_name_that_looks_otherwise_is_free(tmp_path: Path, name: str) -> None:
    for there in ("Note.md", "日木.md", "👩.md"):
        (tmp_path / there).touch()
    assert names.new_document_parts(tmp_path, name) == (name,)


@pytest.mark.parametrize(
    "name", ["a\uff0fb.md", "a\u2215b.md", "\u2024\u2024.md", "\uff0e\uff0e.md", "\uff43\uff1a.md"]
)
def test_what_looks_like_a_separator_is_a_letter_like_others(tmp_path: Path, name: str) -> None:
    store = DocumentStore(tmp_path, trash=tmp_path.parent / "trash")
    assert store.write(name, "text", base=None).name == name
    assert os.listdir(tmp_path) == [name]


_ODD = ["CON", "nul", "Com1", "lpt¹", "CLOCK$", ".", " ", "..", "é", "e\u0301", "日", "👩", "\u200d", "x" * 90]
_PARTS = st.text(max_size=20) | st.lists(st.sampled_from([*_ODD, *'abc<>:"/\\|?*$~'])).map("".join)


@given(st.lists(_PARTS, min_size=1, max_size=3))
def test_what_may_be_made_can_be_held_by_every_system(pieces: list[str]) -> None:
    name = "/".join([*pieces[:-1], pieces[-1] + ".md"])
    with TemporaryDirectory() as folder:
        try:
            made = names.new_document_parts(Path(folder), name)
        except MeaiError:
            return
        for piece in made:
            for platform in ("Windows", "Linux", "macOS"):
                pathvalidate.validate_filename(piece, platform=platform)
            assert unicodedata.is_normalized("NFC", piece)
        store = DocumentStore(Path(folder), trash=Path(folder) / ".trash")
        assert store.read(store.write(name, "text", base=None).name).text == "text"


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"], exclude_characters='<>:"/\\|?*'), min_size=1
    )
)
def test_a_usual_name_may_be_made(stem: str) -> None:
    name = unicodedata.normalize("NFC", stem) + ".md"
    usual = not name.startswith((".", " ")) and len(name.encode()) <= 200
    if usual and pathvalidate.is_valid_filename(name, platform="universal"):
        with TemporaryDirectory() as folder:
            assert names.new_document_parts(Path(folder), name) == (name,)


@given(_PARTS)
@example("aux.x")
@example("aux .x 3")
@example("\xa0")
def test_the_names_of_copies_may_be_made(stem: str) -> None:
    """Whatever a document is called that is there."""
    try:
        name = "/".join(names.document_parts(stem + ".md"))
    except BadInput:
        return
    with TemporaryDirectory() as folder:
        Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
        for _, copy in zip(range(3), names.numbered(name), strict=False):
            made = names.new_document_parts(Path(folder), copy)
            Path(folder, *made).touch()


def test_a_name_of_255_bytes_is_opened_saved_copied_renamed_and_deleted(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    root.mkdir()
    for name in ("x" * 252 + ".md", "日" * 84 + ".md"):
        (root / name).write_text("text")
        store = DocumentStore(root, trash=tmp_path / "trash")
        assert name in [entry.name for entry in store.list()]
        saved = store.write(name, "new text", base=store.read(name).etag)
        copy = store.copy(name)
        assert len(copy.name.encode()) <= 200
        assert copy.text == "new text"
        assert store.rename(name, "b.md", base=saved.etag).text == "new text"
        (root / "b.md").rename(root / name)
        store.delete(name, base=saved.etag)
        assert not (root / name).exists()


@pytest.mark.parametrize("way", ["create", "copy", "rename", "move"])
@pytest.mark.parametrize("to", ["Archive/NOTE.md", "Archive/No\u0308te.md", "archive/new.md", "Archive/N\u043ete.md"])
def test_no_way_to_a_name_that_clashes(tmp_path: Path, way: str, to: str) -> None:
    root = tmp_path / "workspace"
    (root / "Archive").mkdir(parents=True)
    for name in ("Note.md", "N\u00f6te.md"):
        (root / "Archive" / name).write_text("theirs")
    store = DocumentStore(root, trash=tmp_path / "trash")
    source = store.write("Archive/source.md" if way == "rename" else "source.md", "mine", base=None)
    ways: dict[str, Callable[[], object]] = {
        "create": lambda: store.write(to, "new", base=None),
        "copy": lambda: store.copy(source.name, to),
        "rename": lambda: store.rename(source.name, to, base=source.etag),
        "move": lambda: store.rename(source.name, to, base=source.etag),
    }
    before = {path: path.read_bytes() for path in root.rglob("*.md")}
    with pytest.raises(DocumentExists):
        ways[way]()
    assert {path: path.read_bytes() for path in root.rglob("*.md")} == before


def test_the_right_folder_is_used_even_beside_its_double(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "Posts").mkdir(exist_ok=True)
    assert names.new_document_parts(tmp_path, "posts/a.md") == ("posts", "a.md")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with ways out of it, and what must not be reached through them."""
    root = tmp_path / "workspace"
    (root / "folder").mkdir(parents=True)
    (root / ".git").mkdir()
    (tmp_path / "outside").mkdir()
    for canary in (tmp_path / "secret.md", tmp_path / "outside" / "secret.md", root / ".git" / "secret.md"):
        canary.write_text("canary")
    (root / "a.md").write_text("mine")
    (root / "folder" / "b.md").write_text("mine")
    (root / "link.md").symlink_to(tmp_path / "secret.md")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "up").symlink_to("..")
    (root / "git.md").symlink_to(".git/secret.md")
    (root / "good.md").symlink_to("folder/b.md")
    return root


@pytest.mark.parametrize("name", ["link.md", "out/secret.md", "up/secret.md", "git.md", "up/workspace/../secret.md"])
def test_a_link_out_of_the_workspace_is_refused(workspace: Path, name: str) -> None:
    store = DocumentStore(workspace, trash=workspace.parent / "trash")
    with pytest.raises(BadInput):
        store.read(name)
    with pytest.raises(MeaiError):
        store.write(name, "gone", base=None)
    assert (workspace.parent / "secret.md").read_text() == "canary"


def test_a_link_inside_the_workspace_is_followed(workspace: Path) -> None:
    assert DocumentStore(workspace, trash=workspace.parent / "trash").read("good.md").text == "mine"


_PIECES = (
    *("a.md", "b.md", "good.md", "é.md", "secret.md", "a.png", "folder", "workspace"),
    *("..", ".", "", "~", "/etc", "out", "up", "link.md", "git.md", ".git", "..%2f", "\\"),
    *("C:", "con", "x\0", "a.md:x", "a.md.", "\u202e.md"),
)


class Opened:
    """Every path that is opened for as long as `watching`; an audit hook cannot be taken out again."""

    def __init__(self) -> None:
        self.watching = False
        self.paths: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.watching and event == "open" and isinstance(arguments[0], str | os.PathLike):
            self.paths.append(os.path.realpath(arguments[0]))


@pytest.fixture(scope="session")
def opened() -> Opened:
    return Opened()


def test_ten_thousand_names_never_leave_the_workspace(workspace: Path, opened: Opened) -> None:
    store = DocumentStore(workspace, trash=workspace.parent / "trash")
    random = Random(20261124)  # noqa: S311
    texts = []
    for _ in range(10_000):
        name = "/".join(random.choices(_PIECES, k=random.randint(1, 6)))
        opened.watching = True
        try:
            texts.append(store.read(name).text)
        except MeaiError:
            pass
        finally:
            assert store.asset(name) is None
            opened.watching = False
    assert set(texts) == {"mine"}
    reached = {Path(path).relative_to(workspace) for path in opened.paths if os.path.exists(path)}
    assert reached == {Path("a.md"), Path("folder/b.md")}


@given(st.text())
def test_any_text_is_a_name_or_is_refused(name: str) -> None:
    try:
        pieces = names.document_parts(name)
    except BadInput:
        return
    assert "/".join(pieces) == name
