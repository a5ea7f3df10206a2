"""What readers open: valid, accessible, as wide as the screen, and inert whatever the document was.

Pages and mails are loaded in Chromium from a file, where no server's policy protects anybody.
"""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page

from meai.export.formats import FORMATS, Export, export
from meai.markdown import frontmatter
from tests.export.words import FIXTURES, asset

pytestmark = pytest.mark.slow

STATIC = Path(__file__).resolve().parents[2] / "static"
AXE = STATIC / "node_modules" / "axe-core" / "axe.min.js"
VALIDATE = STATIC / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
DOCUMENTS = sorted(FIXTURES.glob("*.md"))
HOSTILE = [
    text
    for kind in json.loads((FIXTURES.parents[1] / "fixtures" / "hostile.json").read_text("utf-8")).values()
    for text in kind
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """(tags) => axe.run({ runOnly: tags, resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 90)).slice(0, 3).join(" ; ")}`)
)"""
# What a document's own words can be blamed for, and its report says: a link or a heading without text, an order.
WRITERS = ("empty-heading", "heading-order", "image-alt", "link-name", "region", "landmark-complementary-is-top-level")


def of(file: Path, target: str, **chosen: object) -> Export:
    return export(file.read_text("utf-8"), name="letter.md", format=target, asset=asset, chosen=chosen)


def html_of(done: Export) -> str:
    """What a browser shows of *done*: a mail's HTML part, Markdown as a careless program draws it."""
    if done.media_type == "message/rfc822":
        message = email.message_from_string(done.content, policy=email.policy.default)
        return next(part.get_content() for part in message.walk() if part.get_content_type() == "text/html")
    if done.media_type == "text/markdown":
        _, text = frontmatter.split(done.content)
        return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    return done.content


@contextmanager
def watched(browser: Browser, **context: object) -> Iterator[tuple[Page, list[str]]]:
    """A page that is offline, and what it did that nothing to read should do."""
    done: list[str] = []
    opened = browser.new_context(offline=True, **context)
    page = opened.new_page()
    page.on("dialog", lambda dialog: (done.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: done.append(request.url) if not request.url.startswith("file:") else None)
    page.on("popup", lambda popup: done.append(f"popup {popup.url}"))
    yield page, done
    opened.close()


@pytest.mark.parametrize("toc", [False, True])
def test_a_page_is_valid_html(tmp_path: Path, toc: bool) -> None:
    for file in DOCUMENTS:
        (tmp_path / f"{file.stem}.html").write_text(of(file, "html", toc=toc).content, "utf-8")
    # The rest of its rules are matters of style.
    rules = {
        "extends": ["html-validate:standard"],
        "rules": {"no-inline-style": "off", "no-trailing-whitespace": "off"},
    }
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps(rules))
    node = shutil.which("node")
    assert node is not None
    command = [node, str(VALIDATE), "--formatter=text", f"--config={tmp_path / '.htmlvalidate.json'}"]
    checked = subprocess.run(
        [*command, *map(str, tmp_path.glob("*.html"))], capture_output=True, text=True, timeout=100
    )
    assert checked.stdout.splitlines()[:20] == []
    assert checked.returncode == 0, checked.stderr


@pytest.mark.browser
@pytest.mark.parametrize("target", ["html", "email"])
@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_axe_finds_nothing_and_nothing_runs_off_the_side(
    browser: Browser, tmp_path: Path, file: Path, target: str
) -> None:
    page_file = tmp_path / "page.html"
    page_file.write_text(of(file, target, **({"toc": True} if target == "html" else {})).content, "utf-8")
    found = []
    with watched(browser) as (page, _):
        page.goto(page_file.as_uri())
        page.evaluate(AXE.read_text("utf-8"))
        for width in (390, 1200):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"at {width} px"
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                found += [f"{width} {scheme} {one}" for one in page.evaluate(LOOK, RULES)]
    # A mail is read inside the page of a mail program, which has the landmarks.
    known = (*WRITERS, *(["landmark-one-main"] if target == "email" else []))
    assert [one for one in found if not one.split(" ", 2)[2].startswith(known)] == []


@pytest.mark.browser
@pytest.mark.parametrize("target", FORMATS)
def test_a_hostile_document_does_nothing(browser: Browser, tmp_path: Path, target: str) -> None:
    """Payloads in title and text, by ten and all of them in one document; tests/browser takes each alone."""
    tens = ["\n\n".join(HOSTILE[first : first + 10]) for first in range(0, len(HOSTILE), 10)]
    for number, payload in enumerate([*tens, "\n\n".join(HOSTILE)]):
        text = f"---\ntitle: {json.dumps(payload)}\nsubtitle: {json.dumps(payload)}\n---\n\n{payload}"
        done = export(text, name="letter.md", format=target, asset=asset)
        kind = "html" if done.media_type in ("text/html", "text/markdown", "message/rfc822") else "txt"
        content = html_of(done)
        # No policy of ours stands between the document and the reader.
        (tmp_path / f"{number}.{kind}").write_text(content.replace("Content-Security-Policy", "X-None"), "utf-8")
    frames = "".join(f"<iframe src='{one.name}'></iframe>" for one in sorted(tmp_path.iterdir()))
    (tmp_path / "all.html").write_text(f"<!doctype html><meta charset=utf-8>{frames}")
    with watched(browser) as (page, done_there):
        page.goto((tmp_path / "all.html").as_uri())
        page.wait_for_load_state("load")
        running = "document.querySelectorAll('script, object, embed, form, base, iframe, [onerror], [onload]').length"
        assert [frame.url for frame in page.frames[1:] if frame.evaluate(running)] == []
        assert [one for one in done_there if not _is_picture(one)] == []


def _is_picture(address: str) -> bool:
    """A picture of the web is the document's own wish, and told."""
    return address.startswith(("data:image/", "http://evil.example/pixel", "https://"))
