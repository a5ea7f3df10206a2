"""Nobody but this server's own page is answered; docs/security.md says which test stands for what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import websocket
from flask import Flask

from meai.web.security import new_token, token_matches

HOST = "127.0.0.1:5000"
OPEN_TO_ALL = {"/", "/healthz", "/static/<path:filename>", "/ws"}
OWN_HOSTS = ["127.0.0.1:5000", "localhost:5000", "[::1]:5000"]
FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:5000",
    "127.0.0.1.evil.example:5000",
    "127.0.0.1",
    "127.0.0.1:5001",
    "0.0.0.0:5000",
    "127.1:5000",
    "2130706433:5000",
    "localhost.:5000",
    "LOCALHOST:5000",
    "localhost:5000,evil.example",
    "user@127.0.0.1:5000",
    "127.0.0.1:5000@evil.example",
    "[::ffff:127.0.0.1]:5000",
    "",
]
FOREIGN_ORIGINS = [
    "null",
    "",
    "http://evil.example",
    "http://127.0.0.1",
    "http://127.0.0.1:5000.evil.example",
    "http://127.0.0.1:5001",
    "https://127.0.0.1:5000",
    "HTTP://127.0.0.1:5000",
    "http://LOCALHOST:5000",
    "http://127.0.0.1:5000/",
    "http://127.0.0.1:5000 http://evil.example",
    "file://",
]


def rules(app: Flask) -> list[tuple[str, str, str]]:
    """Return the route, an address of it and the method, for each route and method there is."""
    return [
        (rule.rule, re.sub(r"<[^>]+>", "a.md", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
    ]


# Who has no token.


def test_every_route_but_the_allow_list_needs_the_token(app: Flask, ask: Callable[..., Any]) -> None:
    for rule, address, method in rules(app):
        status = ask(method, address, headers={"Authorization": None}).status_code
        # A plain request is no handshake; whoever has made one must say the token first.
        public = rule in OPEN_TO_ALL - {"/ws"} and method in ("GET", "HEAD")
        assert (status == 401) == (not public), f"{method} {rule} answered {status}"


@pytest.mark.parametrize("address", ["/api/none", "/console", "/static", "//", "/api/documents/", "/..", "/ws/x"])
def test_an_address_that_is_none_needs_the_token_too(ask: Callable[..., Any], address: str) -> None:
    assert ask("GET", address, headers={"Authorization": None}).status_code == 401


@pytest.mark.parametrize(
    "forged",
    ["", "Bearer", "Bearer ", "Bearer x", "bearer {}", "Basic {}", "{}", "Bearer {}x", "Bearer  {}", "Bearer é"],
)
def test_a_forged_token_is_refused_in_one_sentence(ask: Callable[..., Any], token: str, forged: str) -> None:
    answer = ask("GET", "/api/documents", headers={"Authorization": forged.format(token)})
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "no-token"
    assert answer.json["error"]["message"].startswith("Open ME_AI with the whole address")


def test_the_token_works_in_a_header_only(ask: Callable[..., Any], token: str) -> None:
    assert ask("GET", "/api/documents").status_code == 200
    assert ask("GET", f"/api/documents?token={token}", headers={"Authorization": None}).status_code == 401
    assert ask("GET", "/api/documents", headers={"Authorization": None, "Cookie": f"token={token}"}).status_code == 401


def test_tokens_are_long_and_differ() -> None:
    assert len({new_token() for _ in range(100)}) == 100
    assert all(len(new_token()) >= 43 for _ in range(10))
    assert not token_matches("\ud800", new_token())


# Whose page it is.


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_own_hosts_are_answered(ask: Callable[..., Any], host: str) -> None:
    answer = ask("GET", "/api/documents", headers={"Host": host, "Origin": f"http://{host}"})
    assert answer.status_code == 200
    assert f"ws://{host};" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/", "/healthz", "/static/app.js", "/api/documents", "/none"])
@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_misdirected_everywhere(ask: Callable[..., Any], host: str, address: str) -> None:
    answer = ask("GET", address, headers={"Host": host})
    assert answer.status_code == 421
    assert "evil" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/", "/healthz", "/api/documents"])
@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused_everywhere(ask: Callable[..., Any], origin: str, address: str) -> None:
    assert ask("GET", address, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize(
    ("method", "mimetype", "more"),
    [
        ("PUT", "text/plain", {}),
        ("POST", "text/plain", {}),
        ("POST", "application/x-www-form-urlencoded", {}),
        ("PUT", "application/json", {"Sec-Fetch-Site": "cross-site"}),
        ("PUT", "application/json", {"Sec-Fetch-Site": "same-site"}),
        ("PUT", "application/json", {"Origin": "http://evil.example"}),
    ],
)
def test_a_blind_write_has_no_effect(
    ask: Callable[..., Any], workspace: Any, method: str, mimetype: str, more: dict[str, str]
) -> None:
    headers = {"Authorization": None, "If-None-Match": "*", **more}
    answer = ask(method, "/api/documents/b.md", data='{"text": "evil"}', content_type=mimetype, headers=headers)
    assert answer.status_code in (401, 403)
    assert sorted(path.name for path in workspace.iterdir()) == ["a.md", "a.png"]


def test_a_link_from_elsewhere_opens_the_page_and_nothing_else(ask: Callable[..., Any]) -> None:
    navigation = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert ask("GET", "/", headers=navigation).status_code == 200
    assert ask("GET", "/api/documents", headers=navigation).status_code == 403
    assert ask("GET", "/", headers={**navigation, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    assert ask("GET", "/static/app.js", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("origin", [None, *FOREIGN_ORIGINS])
def test_a_socket_from_elsewhere_is_refused_at_the_handshake(live: Any, app: Flask, origin: str | None) -> None:
    options = {"suppress_origin": True} if origin is None else {"origin": origin}
    if origin == "":
        options = {"suppress_origin": True, "header": ["Origin:"]}
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        live(app).connect(**options)
    assert refusal.value.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost.:5000", "127.0.0.1.evil.example:5000"])
def test_a_socket_to_a_foreign_host_is_refused_at_the_handshake(live: Any, app: Flask, host: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        live(app).connect(host=host)
    assert refusal.value.status_code == 421


# What binds the page.


@pytest.mark.parametrize(
    ("address", "status"),
    [("/", 200), ("/healthz", 200), ("/static/none", 404), ("/api/documents", 200), ("/api/none", 404)],
)
def test_every_answer_carries_the_headers(ask: Callable[..., Any], address: str, status: int) -> None:
    answer = ask("GET", address)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "default-src 'none'; script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


def test_the_policy_allows_no_inline_script_and_no_other_host(ask: Callable[..., Any]) -> None:
    policy = dict(part.split(" ", 1) for part in ask("GET", "/").headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == f"'self' ws://{HOST}"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == policy["default-src"] == "'none'"
    assert policy["trusted-types"] == "meai-preview meai-export meai-worker"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "http" not in "".join(policy.values())


@pytest.mark.parametrize(
    ("asked", "sources"),
    [
        ("", ""),
        ("https://a.example", " https://a.example"),
        ("https://a.example http://b.example:8080", " https://a.example http://b.example:8080"),
        ("any", " https: http:"),
        ("https:", ""),
        ("*", ""),
        ("https://*.example", ""),
        ("https://a.example;script-src * https://b.example", " https://b.example"),
        ("https://a.example/path", ""),
        ("'unsafe-inline' data:", ""),
        (" ".join(f"https://{number}.example" for number in range(100)), None),
    ],
)
def test_the_policy_lets_pictures_of_named_hosts_through_and_nothing_else(
    ask: Callable[..., Any], asked: str, sources: str | None
) -> None:
    def policy(path: str, query: dict[str, str]) -> dict[str, str]:
        answer = ask("GET", path, query_string=query)
        return dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))

    narrow, wide = policy("/", {}), policy("/", {"pictures": asked})
    own = "'self' data: blob:"
    assert narrow.pop("img-src") == own
    allowed = wide.pop("img-src")
    assert allowed == own + sources if sources is not None else len(allowed.split()) == 3 + 32
    for one in (narrow, wide):
        del one["style-src"]
    assert wide == narrow
    assert policy("/healthz", {"pictures": asked})["img-src"] == own


def test_each_page_has_its_own_nonce_and_no_word_of_the_writers(ask: Callable[..., Any], token: str) -> None:
    pages = [ask("GET", "/", headers={"Authorization": None}) for _ in range(2)]
    nonces = [re.search(r"'nonce-([\w-]{20,})'", page.headers["Content-Security-Policy"]) for page in pages]
    assert nonces[0] is not None
    assert nonces[1] is not None
    assert nonces[0][1] != nonces[1][1]
    for page, nonce in zip(pages, nonces, strict=True):
        assert nonce is not None
        assert f'nonce="{nonce[1]}"' in page.text
        assert token not in page.text
        assert "a.md" not in page.text


def test_documents_are_not_kept_by_a_cache(ask: Callable[..., Any]) -> None:
    assert ask("GET", "/api/documents/a.md").headers["Cache-Control"] == "no-store"


def test_an_image_opened_as_a_page_can_do_nothing(ask: Callable[..., Any], workspace: Any) -> None:
    (workspace / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    answer = ask("GET", "/api/files/a.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_there_is_no_debugger(app: Flask) -> None:
    assert app.debug is False
