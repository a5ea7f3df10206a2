"""A document can do nothing but be read: not in the preview, not in an export, not by its name.

Two walls stand between a document and the page: the sanitiser and the page's policy. Each is tried with the other one
taken away, and the attack itself is shown to work where there is neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, WebSocket, WebSocketRoute, expect

from tests.browser.desk import Desk, wait_until
from tests.conftest import StartServer, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAYLOADS = json.loads((Path(__file__).parents[1] / "fixtures" / "hostile.json").read_text("utf-8"))
HOSTILE: list[str] = [*PAYLOADS["html"], *PAYLOADS["markdown"]]
# Leaving the page, and hiding its functions behind names, no policy forbids; the sanitiser stands alone against them.
BEYOND_A_POLICY = ("http-equiv='refresh'", "name=createElement")

# What the page does with a block, without its walls.
BARE = """<!doctype html><meta charset=utf-8><article id=article></article><script>
    const [article, template] = [document.querySelector("#article"), document.createElement("template")];
    window.show = (html) => {
        template.innerHTML = html;
        article.append(template.content);
    };
</script>"""
PROTOCOLS = "() => [...document.querySelectorAll('#article a[href]')].map((link) => link.protocol)"


@dataclass
class Burglar:
    """Everything that a document has done in a browser session although it is only text."""

    done: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Take the place of `alert`, note dialogs and popups, and stop whatever asks another host."""
        context.expose_binding("alert", lambda source, *words: self.done.append("alert"))
        context.on("dialog", lambda dialog: (self.done.append(dialog.message), dialog.dismiss()))
        context.on("weberror", lambda error: self.done.append(str(error.error)))
        context.on("page", self._second_page)
        context.route(lambda url: "://127.0.0.1:" not in url and url.startswith("http"), self._stop)

    def _second_page(self, page: Page) -> None:
        if len(page.context.pages) > 1:
            self.done.append(f"opened {page.url}")

    def _stop(self, route: Route) -> None:
        self.done.append(f"asked {route.request.url}")
        route.abort()


@pytest.fixture
def burglar() -> Burglar:
    return Burglar()


def is_beyond_a_policy(payload: str) -> bool:
    return any(part in payload for part in BEYOND_A_POLICY)


def drawn(page: Page) -> dict[str, object]:
    """Keep note of the text that was last sent to be drawn, and of whether the answer has come."""
    state: dict[str, object] = {"text": None, "asked": 0, "answered": 0}

    def sent(raw: str | bytes) -> None:
        message = json.loads(raw)
        if message["type"] == "preview":
            state.update(text=message["text"], asked=message["version"])
        if message["type"] == "preview_change":
            lines = str(state["text"]).split("\n")
            lines[message["line"] : message["line"] + message["lines"]] = message["text"].split("\n")
            state.update(text="\n".join(lines), asked=message["version"])

    def received(raw: str | bytes) -> None:
        message = json.loads(raw)
        if message["type"] == "previewed":
            state["answered"] = message["version"]

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", sent)
        socket.on("framereceived", received)

    page.on("websocket", listen)
    return state


def test_the_attack_works_where_nothing_forbids_it(browser: Browser, burglar: Burglar) -> None:
    context = browser.new_context()
    burglar.watch(context)
    page = context.new_page()
    page.set_content(BARE)
    for payload in PAYLOADS["html"]:
        if not is_beyond_a_policy(payload):
            page.evaluate("(html) => show(html)", payload)
    wait_until(page, lambda: burglar.done.count("alert") >= 10)
    wait_until(page, lambda: len({event for event in burglar.done if event.startswith("asked")}) >= 3)
    context.close()


def test_the_sanitiser_alone_leaves_nothing_that_acts(
    browser: Browser, burglar: Burglar, letters: Path, start_server: StartServer
) -> None:
    """The page runs without its policy. Each payload is a document, and all of them are one."""
    context = browser.new_context(bypass_csp=True)
    burglar.watch(context)
    page = context.new_page()
    state = drawn(page)
    (letters / "Letter.md").write_text("\n\n".join(HOSTILE))
    desk = Desk(page, start_server(letters), letters / "Letter.md")
    desk.open()
    for payload in [*HOSTILE, "\n\n".join(HOSTILE), "\n\n".join(reversed(HOSTILE))]:
        desk.press("Control+a")
        page.keyboard.insert_text(payload)
        wait_until(page, lambda text=payload: state["text"] == text and state["answered"] == state["asked"])
        assert set(page.evaluate(PROTOCOLS)) <= {"http:", "https:", "mailto:"}, payload
        assert burglar.done == [], payload
    expect(page.locator("#title")).to_have_text("Letter")
    context.close()


def test_the_policy_alone_stops_what_a_sanitiser_let_through(
    browser: Browser, burglar: Burglar, letters: Path, start_server: StartServer
) -> None:
    """With each key the server's answers bring the page one payload more, as it is."""
    context = browser.new_context()
    burglar.watch(context)
    page = context.new_page()
    brought: list[str] = []

    def connect(to_page: WebSocketRoute) -> None:
        to_server = to_page.connect_to_server()

        def pass_on(raw: str | bytes) -> None:
            message = json.loads(raw)
            if message["type"] == "previewed":
                blocks = [{"id": f"b{number}", "line": 0, "html": payload} for number, payload in enumerate(brought)]
                message |= {"kept": 0, "blocks": blocks, "rest": 0}
            to_page.send(json.dumps(message))

        to_server.on_message(pass_on)

    page.route_web_socket("**/ws", connect)
    (letters / "Letter.md").write_text("Letter\n")
    desk = Desk(page, start_server(letters), letters / "Letter.md")
    desk.open()
    for payload in PAYLOADS["html"]:
        if is_beyond_a_policy(payload):
            continue
        brought.append(payload)
        page.keyboard.type(".")
        expect(page.locator("#article > .block")).to_have_count(len(brought))
        assert burglar.done == [], payload
    assert brought
    context.close()


def test_an_export_does_nothing_when_it_is_opened(
    browser: Browser, burglar: Burglar, letters: Path, tmp_path: Path, start_server: StartServer
) -> None:
    """As a file, where no server's policy protects the reader: each payload alone, and all of them."""
    server = start_server(letters)
    context = browser.new_context(extra_http_headers=server.headers)
    exports = tmp_path / "exports"
    exports.mkdir()
    for number, payload in enumerate([*HOSTILE, "\n\n".join(HOSTILE)]):
        order = {"format": "html", "name": "Letter.md", "text": f"---\ntitle: {json.dumps(payload)}\n---\n\n{payload}"}
        answer = context.request.post(f"{server.url}/api/export", data=order)
        assert answer.status == 200, payload
        (exports / f"{number}.html").write_text(answer.json()["content"], "utf-8")
    context.close()

    frames = "".join(f"<iframe src=exports/{number}.html></iframe>" for number in range(len(HOSTILE) + 1))
    (tmp_path / "all.html").write_text(f"<!doctype html><meta charset=utf-8>{frames}")
    reader = browser.new_context()
    burglar.watch(reader)
    page = reader.new_page()
    page.goto((tmp_path / "all.html").as_uri())
    assert len(page.frames) == len(HOSTILE) + 2
    assert [frame.url for frame in page.frames if not frame.url.startswith("file:")] == []
    assert burglar.done == []
    reader.close()


def test_with_both_walls_nothing_reaches_the_second(
    watched: Watched, burglar: Burglar, letters: Path, start_server: StartServer
) -> None:
    """Hostile documents, one by its name too: the browser has nothing to report but pictures that are not there."""
    burglar.watch(watched.page.context)
    name = "<img src=x onerror=alert(1)>"
    (letters / f"{name}.md").write_text("\n\n".join(HOSTILE))
    (letters / "Other.md").write_text("\n\n".join(reversed(HOSTILE)))
    desk = Desk(watched.page, start_server(letters), letters / f"{name}.md")
    desk.open()
    for title in (name, "Other", name):
        desk.listed(title).click()
        expect(watched.page.locator("#title")).to_have_text(title)
        expect(watched.page.locator("#article > .block").nth(20)).to_be_attached()
    desk.choose_for(name, "Delete")
    expect(watched.page.locator("#notices")).to_contain_text(f"{name} is in the trash.")
    assert burglar.done == []
    watched.forgive("404")
