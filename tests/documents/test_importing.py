"""Files from elsewhere become documents; hostile ones are refused with a sentence, and none hangs the caller."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from meai.documents import importing
from meai.documents.foreign.converter import Converter
from meai.documents.importing import Imported
from meai.documents.store import DocumentStore
from meai.errors import BadInput, DocumentNotWritten
from meai.markdown import frontmatter

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC"
)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def store(workspace: Path, tmp_path: Path) -> DocumentStore:
    return DocumentStore(workspace, trash=tmp_path / "trash")


@pytest.fixture
def converter() -> Iterator[Converter]:
    converter = Converter()
    yield converter
    converter.close()


class Take:
    """Takes a file over: `take(name, data, folder="")`."""

    def __init__(self, store: DocumentStore, converter: Converter, file: Path) -> None:
        self._parts = store, converter, file

    def __call__(self, name: str, data: bytes, folder: str = "") -> Imported:
        store, converter, file = self._parts
        file.write_bytes(data)
        return importing.take(store, converter, file, name, folder)


@pytest.fixture
def take(store: DocumentStore, converter: Converter, tmp_path: Path) -> Take:
    return Take(store, converter, tmp_path / "file")


def zipped(entries: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def word(body: str, **more: str | bytes) -> bytes:
    """Return a Word document with that *body*, and with more files in the zip."""
    picture = f'<Relationship Id="p1" Type="{OFFICE}/image" Target="media/image1.png"/>'
    notes = f'<Relationship Id="n1" Type="{OFFICE}/footnotes" Target="footnotes.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            '<Default Extension="png" ContentType="image/png"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="d" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">{picture}{notes}'
            "</Relationships>",
            "word/styles.xml": f"<w:styles {W}>"
            '<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/></w:style>'
            '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style></w:styles>',
            "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p>'
            "</w:footnote></w:footnotes>",
            "word/document.xml": f'<w:document {W} xmlns:r="{OFFICE}" xmlns:a="{DRAWING}/main" '
            f'xmlns:wp="{DRAWING}/wordprocessingDrawing" xmlns:pic="{DRAWING}/picture">'
            f"<w:body>{body}</w:body></w:document>",
            "word/media/image1.png": PNG,
            **more,
        }
    )


def paragraph(runs: str, style: str = "") -> str:
    head = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{head}{runs}</w:p>"


PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="p" descr="A square"/><a:graphic><a:graphicData>'
    '<pic:pic><pic:blipFill><a:blip r:embed="p1"/></pic:blipFill></pic:pic>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)


def test_a_word_document_comes_with_its_headings_footnotes_and_pictures(take: Take, workspace: Path) -> None:
    body = (
        paragraph("<w:r><w:t>The title</w:t></w:r>", "Title")
        + paragraph("<w:r><w:t>A heading</w:t></w:r>", "Heading2")
        + paragraph(
            '<w:r><w:t xml:space="preserve">Some </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>bold</w:t></w:r>'
            '<w:r><w:t xml:space="preserve"> words</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        )
        + paragraph(PICTURE)
    )
    imported = take("My report.docx", word(body), "drafts")
    assert [document.name for document in imported.documents] == ["drafts/My report.md"]
    (picture,) = (workspace / "drafts" / "assets").iterdir()
    assert picture.read_bytes() == PNG
    assert (workspace / "drafts" / "My report.md").read_text() == (
        "# The title\n\n## A heading\n\nSome **bold** words[^1]\n\n"
        f"![A square](assets/{picture.name})\n\n[^1]: A note.\n"
    )


def test_a_word_document_reads_no_file_of_this_machine(take: Take, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    package = "http://schemas.openxmlformats.org/package/2006"
    target = (tmp_path / "secret.png").as_uri()
    linked = (
        f'<Relationships xmlns="{package}/relationships"><Relationship Id="p1" Type="{OFFICE}/image" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    )
    body = paragraph("<w:r><w:t>Words</w:t></w:r>" + PICTURE.replace("r:embed", "r:link"))
    imported = take("a.docx", word(body, **{"word/_rels/document.xml.rels": linked}))
    assert not (workspace / "assets").exists()
    assert imported.notes == ("Pictures that did not come along: 1; drop or paste them here by themselves.",)


SUBSTACK = {
    "posts.csv": (
        "post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url\n"
        '1.first-post,2026-01-05T10:00:00.000Z,true,,,newsletter,everyone,"First: a ""post""/one",On tea,\n'
        "2.draft,,false,,,newsletter,everyone,,,\n"
        "3.never-written,2026-01-06T10:00:00.000Z,true,,,newsletter,everyone,Nothing,,\n"
    ),
    "posts/1.first-post.html": "<p>Words &amp; <em>more</em></p>",
    "posts/2.draft.html": "<h2>Half</h2>",
    "posts/1.first-post.opens.csv": "email\nreader@example.org\n",
}


def test_a_substack_export_becomes_a_folder_of_posts_with_front_matter(take: Take, workspace: Path) -> None:
    imported = take("My letter.zip", zipped(SUBSTACK))
    assert [document.name for document in imported.documents] == [
        "My letter/First- a -post-one.md",
        "My letter/draft.md",
    ]
    block, body = frontmatter.split((workspace / "My letter" / "First- a -post-one.md").read_text())
    assert frontmatter.read(block).values == {
        "title": 'First: a "post"/one',
        "subtitle": "On tea",
        "date": "2026-01-05",
        "slug": "first-post",
    }
    assert body == "\nWords & *more*\n"
    assert (
        frontmatter.read(frontmatter.split((workspace / "My letter" / "draft.md").read_text())[0]).text("draft")
        == "true"
    )


def test_the_same_export_again_is_another_folder(take: Take) -> None:
    take("x.zip", zipped(SUBSTACK))
    assert take("x.zip", zipped(SUBSTACK)).documents[0].name == "x 2/First- a -post-one.md"


def test_a_ghost_export_becomes_documents_with_tags(take: Take, workspace: Path) -> None:
    data = {
        "posts": [
            {"id": "p", "title": "On rain", "slug": "on-rain",
             "html": "<p>Wet.<img src='__GHOST_URL__/content/a.png'></p>",
             "status": "published", "published_at": "2026-02-03T00:00:00.000Z", "custom_excerpt": "A note: short"},
            {"id": "q", "title": "", "slug": "plain", "html": None, "plaintext": "One <b>\n\nTwo", "status": "draft"},
        ],
        "tags": [{"id": "t", "name": "Weather, all"}, {"id": "u", "name": "#internal"}],
        "posts_tags": [{"post_id": "p", "tag_id": "t"}, {"post_id": "p", "tag_id": "u"}],
    }  # fmt: skip
    imported = take("ghost.json", json.dumps({"db": [{"data": data}]}).encode())
    assert [document.name for document in imported.documents] == ["ghost/On rain.md", "ghost/plain.md"]
    block, body = frontmatter.split((workspace / "ghost" / "On rain.md").read_text())
    assert frontmatter.read(block).values == {
        "title": "On rain",
        "subtitle": "A note: short",
        "date": "2026-02-03",
        "slug": "on-rain",
        "tags": ("Weather, all",),
    }
    assert body == "\nWet.![](/content/a.png)\n"
    assert frontmatter.split((workspace / "ghost" / "plain.md").read_text())[1] == "\nOne \\<b>\n\nTwo\n"


HOSTILE = {
    "traversal": zipped({**SUBSTACK, "../evil.html": "x"}),
    "absolute": zipped({**SUBSTACK, "/etc/evil.html": "x"}),
    "backslash": zipped({**SUBSTACK, "..\\evil.html": "x"}),
    "drive": zipped({**SUBSTACK, "C:/evil.html": "x"}),
    "bomb": zipped({**SUBSTACK, "posts/1.first-post.html": bytes(64 * 1024 * 1024)}),
    "no export": zipped({"a.txt": "x"}),
    "no zip": b"PK\x03\x04 this is no zip file",
    "empty": b"",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_or_foreign_zip_is_refused_whole_with_one_sentence(take: Take, workspace: Path, kind: str) -> None:
    with pytest.raises(BadInput) as refused:
        take("export.zip", HOSTILE[kind])
    assert str(refused.value).count("“export.zip”") == 1
    assert str(refused.value).endswith(".")
    assert list(workspace.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b"\xd0\xcf\x11\xe0 an old .doc under another name"),
        ("a.docx", zipped({"x": "y"})),
        ("a.docx", zipped({"word/document.xml": "<broken"})),
        ("a.docx", word("", **{"word/document.xml": b"<w/>" + bytes(30 * 1024 * 1024)})),
        ("a.json", b"{}"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"db": [{"data": {"posts": []}}]}'),
        ("a.pdf", b"%PDF"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(take: Take, workspace: Path, name: str, data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        take(name, data)
    assert str(refused.value).endswith(".")
    assert list(workspace.iterdir()) == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("CON", "CON_"),
        ("a/b\\c:d", "a-b-c-d"),
        ("...", "Untitled"),
        ("x" * 300, "x" * 120),
        ("a\u202eb", "a-b"),
        ("é" * 99, "é" * 60),
    ],
)
def test_any_title_makes_a_name_that_every_system_can_hold(take: Take, title: str, name: str) -> None:
    ghost = {"db": [{"data": {"posts": [{"title": title, "html": "<p>x</p>"}]}}]}
    assert take("g.json", json.dumps(ghost).encode()).documents[0].name == f"g/{name}.md"


def test_what_arrived_before_a_failure_stays_and_is_told(
    take: Take, store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    recreate = store.recreate

    def full(name: str, *rest: object) -> object:
        if "draft" in name:
            raise DocumentNotWritten("The disk is full.")
        return recreate(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "recreate", full)
    imported = take("x.zip", zipped(SUBSTACK))
    assert len(imported.documents) == 1
    assert imported.notes == ("After 1 documents it stopped: The disk is full.",)


# Takes the sanitiser's parser minutes: its time grows with the square of what is left open.
ENDLESS = "<a><b><i><u><s>" * 40_000 + "</p>" * 40_000


def test_a_page_that_takes_for_ever_is_ended_and_the_next_is_read(converter: Converter) -> None:
    impatient = Converter(paste_seconds=1.0)
    began = time.monotonic()
    with pytest.raises(BadInput, match="too long"):
        impatient.html(ENDLESS)
    assert time.monotonic() - began < 5
    assert impatient.html("<b>x</b>").text == "**x**\n"
    impatient.close()


def test_nothing_is_left_running_when_the_program_ends(converter: Converter) -> None:
    refusals: list[BadInput] = []

    def paste() -> None:
        with pytest.raises(BadInput) as refused:
            converter.html(ENDLESS)
        refusals.append(refused.value)

    thread = threading.Thread(target=paste)
    thread.start()
    while not converter._working:
        time.sleep(0.01)
    converter.close()
    thread.join(5)
    assert not thread.is_alive()
    assert len(refusals) == 1
    with pytest.raises(BadInput):
        converter.html("<b>x</b>")
