"""Whoever is not the writer's own page gets nothing and changes nothing, seen from inside a real browser.

Each attack is first shown to work where nothing forbids it. The attackers know the token: what keeps them out is where
they come from. docs/security.md lists who they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.desk import Desk, wait_until
from tests.browser.elsewhere import Site, elsewhere
from tests.conftest import CHROMIUM_FLAGS, Server, StartServer, Watched, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECRET = "Dear diary, nobody else reads this."
EVIL = "evil.example"
MODEL_MS = 60_000

OPEN_SOCKET = """({ url, token }) => new Promise((resolve) => {
    const socket = new WebSocket(url.replace("http", "ws") + "/ws");
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token }));
    socket.onmessage = ({ data }) => resolve(JSON.parse(data).type);
    socket.onclose = ({ code }) => resolve(code);
})"""

FETCH = """({ url, token, options }) =>
    fetch(url + "/api/documents/Letter.md", { headers: { Authorization: `Bearer ${token}` }, ...options })
        .then((response) => response.text(), (error) => error.name)
"""

LOAD = """async ({ url }) => {
    const load = (tag, attribute, path) => new Promise((resolve) => {
        const element = Object.assign(document.createElement(tag), { rel: "stylesheet" });
        element.onload = () => resolve("loaded");
        element.onerror = () => resolve("refused");
        element[attribute] = url + path;
        document.head.append(element);
    });
    return [
        await load("script", "src", "/static/early.js"),
        await load("script", "src", "/api/documents"),
        await load("link", "href", "/static/app.css"),
        await load("img", "src", "/static/icons/icon.svg"),
        await load("img", "src", "/api/files/tally.png"),
    ];
}"""

WRITE = """({ url, token }) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "If-None-Match": "*" };
    const [letter, other] = ["Letter", "Other"].map((name) => `${url}/api/documents/${name}.md`);
    const body = JSON.stringify({ text: "stolen" });
    const attempt = (address, options) => void fetch(address, { body, ...options }).catch(() => {});
    attempt(letter, { method: "POST", mode: "no-cors" });
    attempt(letter, { method: "PUT", headers });
    attempt(other, { method: "PUT", headers });
    attempt(letter, { method: "DELETE", headers });
    navigator.sendBeacon(letter, body);
    navigator.sendBeacon(other, new Blob([body], { type: "text/plain" }));
    const frame = Object.assign(document.createElement("iframe"), { name: "answer" });
    const form = Object.assign(document.createElement("form"), { method: "post", enctype: "text/plain" });
    Object.assign(form, { action: letter, target: frame.name });
    form.append(Object.assign(document.createElement("input"), { name: '{"text": "stolen', value: '"}' }));
    document.body.append(frame, form);
    form.submit();
}"""
WRITES = ["DELETE", "POST", "POST", "POST", "POST", "PUT", "PUT"]

FRAME = "(url) => document.body.append(Object.assign(document.createElement('iframe'), { src: url, name: 'prey' }))"


@pytest.fixture(scope="module")
def rebound(browser: Browser, chromium_path: str) -> Iterator[Browser]:
    """A browser for which evil.example is this machine, as its owner's name server can have it at any time."""
    rules = f"--host-resolver-rules=MAP {EVIL} 127.0.0.1"
    chromium = browser.browser_type.launch(executable_path=chromium_path, args=[*CHROMIUM_FLAGS, rules])
    yield chromium
    chromium.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with elsewhere() as site:
        yield site


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, fixtures: Path, prepared_cache: Path) -> Iterator[Server]:
    """One for all visitors, since none may leave a trace."""
    home = tmp_path_factory.mktemp("safety")
    letters = home / "letters"
    letters.mkdir()
    (letters / "Letter.md").write_text(f"{SECRET}\n")
    shutil.copy(fixtures / "tally.png", letters / "tally.png")
    with serving(home, prepared_cache) as start:
        yield start(letters)


@pytest.fixture(params=["127.0.0.1", EVIL], ids=["another port", "another site"])
def stranger(request: pytest.FixtureRequest, rebound: Browser, site: Site) -> Iterator[Page]:
    """A page of *site*, open in the writer's browser."""
    context = rebound.new_context()
    page = context.new_page()
    page.goto(f"http://{request.param}:{site.port}")
    yield page
    context.close()


def knowing(server: Server) -> dict[str, str]:
    """What an attacker knows."""
    return {"url": server.url, "token": server.token}


def own(stranger: Page, server: Server) -> dict[str, str]:
    """The same for an attack on the attacker's own site."""
    return {"url": stranger.url.removesuffix("/"), "token": server.token}


def open_desk(page: Page, server: Server) -> Desk:
    desk = Desk(page, server, server.workspace / "Letter.md")
    desk.open()
    expect(desk.content).to_contain_text(SECRET)
    return desk


# Pages of others in the same browser.


def test_a_foreign_page_cannot_open_the_socket(stranger: Page, server: Server) -> None:
    assert stranger.evaluate(OPEN_SOCKET, knowing(server)) == 1006


def test_a_foreign_page_can_read_nothing(stranger: Page, server: Server) -> None:
    assert "Elsewhere" in stranger.evaluate(FETCH, own(stranger, server))
    for options in ({}, {"mode": "no-cors"}, {"mode": "no-cors", "headers": {}}, {"credentials": "include"}):
        assert stranger.evaluate(FETCH, {**knowing(server), "options": options}) == "TypeError"


def test_a_foreign_page_can_load_nothing(stranger: Page, server: Server) -> None:
    assert stranger.evaluate(LOAD, own(stranger, server)) == ["loaded"] * 5
    assert stranger.evaluate(LOAD, knowing(server)) == ["refused"] * 5


def test_a_foreign_page_can_write_nothing(stranger: Page, server: Server, site: Site) -> None:
    before = {path.name: path.read_bytes() for path in server.workspace.iterdir()}
    ended: list[str] = []
    stranger.on("requestfinished", lambda request: ended.append(request.method))
    stranger.on("requestfailed", lambda request: ended.append(request.method))

    stranger.evaluate(WRITE, own(stranger, server))
    wait_until(stranger, lambda: sorted(ended) == WRITES)
    assert sorted(method for method, path in site.visits if path.startswith("/api/")) == WRITES

    ended.clear()
    stranger.evaluate(WRITE, knowing(server))
    wait_until(stranger, lambda: sorted(ended) == WRITES)
    assert {path.name: path.read_bytes() for path in server.workspace.iterdir()} == before


def test_a_foreign_page_cannot_frame_the_page(stranger: Page, server: Server) -> None:
    stranger.evaluate(FRAME, stranger.url)
    expect(stranger.frame_locator("[name=prey]").locator("h1")).to_have_text("Elsewhere")
    stranger.reload()
    with stranger.expect_event("requestfailed", lambda request: request.url.startswith(server.url)):
        stranger.evaluate(FRAME, server.page_url)
    wait_until(stranger, lambda: stranger.frames[1].url.startswith("chrome-error:"))
    expect(stranger.frame_locator("[name=prey]").locator("#editor")).to_have_count(0)


def test_a_name_that_leads_to_this_machine_is_misdirected(rebound: Browser, server: Server) -> None:
    context = rebound.new_context()
    page = context.new_page()
    foreign = {**knowing(server), "url": server.url.replace("127.0.0.1", EVIL)}
    answer = page.goto(f"{foreign['url']}/#token={server.token}")
    assert answer is not None
    assert answer.status == 421
    expect(page.locator("body")).to_contain_text("ME_AI answers only at the address it printed when it started.")
    assert "wrong-host" in page.evaluate(FETCH, foreign)
    assert page.evaluate(OPEN_SOCKET, foreign) == 1006
    context.close()


# The writer's own page, with and without the token.


def test_the_own_page_needs_the_right_token_at_the_socket(page: Page, server: Server) -> None:
    open_desk(page, server)
    assert page.evaluate(OPEN_SOCKET, knowing(server)) == "welcome"
    assert page.evaluate(OPEN_SOCKET, {**knowing(server), "token": "guessed"}) == 4401
    assert SECRET in page.evaluate(FETCH, knowing(server))


def test_without_a_token_the_page_says_one_sentence_and_nothing_else(page: Page, server: Server) -> None:
    for fragment in ("", "#token=", "#token=%", "#token=%F0%9F%98%80", "#token=" + "x" * 5000):
        tab = page.context.new_page()
        tab.goto(f"{server.url}/{fragment}")
        expect(tab.locator("body")).to_have_text(
            "Open the whole address that ME_AI printed in the terminal: it holds the key to this page."
        )


def test_with_a_wrong_token_the_page_says_one_sentence_and_shows_nothing(watched: Watched, server: Server) -> None:
    page = watched.page
    with page.expect_response(lambda response: response.status == 401):
        page.goto(f"{server.url}/#token=guessed")
    expect(page.locator("#notices .notice")).to_have_text(
        "ME_AI was started anew. Go on in the tab that it opened, or open the new address in this one: "
        "what you wrote is kept."
    )
    expect(page.locator("#documents-list li")).to_have_count(0)
    expect(page.locator(".cm-content")).to_have_attribute("contenteditable", "false")
    assert SECRET not in page.content()
    assert "Letter" not in page.content()
    watched.forgive("401")


def test_the_token_leaves_the_address_bar_and_stays_in_this_tab(
    context: BrowserContext, page: Page, server: Server
) -> None:
    desk = open_desk(page, server)
    assert page.url == f"{server.url}/"
    assert page.evaluate("JSON.stringify([Object.entries(localStorage), history.state, document.referrer])") == (
        '[[],null,""]'
    )
    page.reload()
    desk.expect_open()
    assert page.url == f"{server.url}/"
    assert context.cookies() == []
    other = context.new_page()
    other.goto(server.url)
    expect(other.locator("body")).to_contain_text("Open the whole address")


# What goes over the wire in a day's work.


@pytest.mark.model
def test_a_whole_session_asks_no_host_but_the_server(
    context: BrowserContext, page: Page, letters: Path, fixtures: Path, start_server: StartServer, model_path: Path
) -> None:
    (letters / "images").mkdir()
    shutil.copy(fixtures / "tally.png", letters / "images" / "tally.png")
    shutil.copy(fixtures / "newsletter.md", letters / "Letter.md")
    desk = Desk(page, start_server(letters, model=model_path), letters / "Letter.md")
    asked: set[str] = set()
    context.on("request", lambda request: asked.add(request.url))
    page.on("websocket", lambda socket: asked.add(socket.url))
    page.on("popup", lambda popup: asked.add(popup.url))

    desk.open()
    desk.write("\n\nI has a ![picture](https://images.example.com/a.png) and a [link](https://example.com).\n")
    expect(page.locator("#article .no-image").last).to_contain_text("images.example.com — remote picture, not loaded")
    expect(page.locator("#model")).to_have_attribute("data-state", "ready", timeout=MODEL_MS)
    desk.click_after("I has a")
    desk.press("ContextMenu")
    desk.choose("Make it fluent")
    ended = page.locator("[data-proposal=done]").or_(page.get_by_text("No change suggested."))
    expect(ended.first).to_be_visible(timeout=MODEL_MS)
    desk.press("Control+Enter")
    page.get_by_role("button", name="Export").click()
    desk.choose("Copy as rich text")
    expect(page.get_by_text("Copied.")).to_be_visible()
    page.get_by_role("button", name="Export").click()
    with page.expect_download():
        desk.choose("Web page")
    desk.press("Control+/")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    desk.press("Escape")
    desk.expect_saved()
    page.reload()
    desk.expect_open()

    host = desk.server.url.removeprefix("http://")
    outside = [url for url in asked if not url.startswith((f"http://{host}/", f"ws://{host}/", "blob:", "data:"))]
    assert outside == []
    assert f"ws://{host}/ws" in asked
    assert f"http://{host}/api/export" in asked
