"""What reaches a page cannot act, load, or take the page's names; and what a newsletter needs does reach it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.markdown.blocks import Blocks
from meai.markdown.sanitize import Sanitizer

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x20type='text/javascript'>alert(1);</script>",
    "<script/src=data:,alert(1)>",
    "<<script>alert(1);//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='x' onerror='alert(1)' >",
    "<img/src=x/onerror=alert(1)>",
    '<img src="x` `<script>alert(1)</script>"` `>',
    "<img src=javascript:alert(1)>",
    "<img src='jav\tascript:alert(1)'>",
    "<img src=' &#14;  javascript:alert(1);'>",
    "<img src=data:image/svg+xml;base64,PHN2Zz4=>",
    "<img src='data:text/html,<script>alert(1)</script>'>",
    "<img srcset='http://evil.example/x 1x'>",
    "<img style='background:url(http://evil.example)'>",
    "<img id=x tabindex=1 onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml,x#x'/></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg><desc><template><style><img src=x onerror=alert(1)></style></template></desc></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<math href='javascript:alert(1)'>click</math>",
    "<math><maction actiontype='statusline' xlink:href='javascript:alert(1)'>x</maction></math>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math><mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></mtext></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java&#x0A;script:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='&#106;&#97;vascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='da\tta:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='http://a.example' onclick='alert(1)' target=_top>x</a>",
    "<a href='http://a.example' ping='http://evil.example'>x</a>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<applet code=x></applet>",
    "<base href='http://evil.example/'>",
    "<meta http-equiv='refresh' content='0;url=http://evil.example'>",
    "<link rel=stylesheet href='http://evil.example/x.css'>",
    "<style>@import 'http://evil.example/x.css'; body{display:none}</style>",
    "<style><!--</style><img src=x onerror=alert(1)>",
    "<div style='position:fixed;inset:0;background:url(javascript:alert(1))'>x</div>",
    "<p style='x:expression(alert(1))'>x</p>",
    "<form action='http://evil.example'><input name=q><button>go</button></form>",
    "<form id=test></form><button form=test formaction='javascript:alert(1)'>x",
    "<input type=text value=x autofocus onfocus=alert(1)>",
    "<input type=image src=x onerror=alert(1)>",
    "<textarea autofocus onfocus=alert(1)></textarea>",
    "<select onfocus=alert(1) autofocus></select>",
    "<button onclick=alert(1)>x</button>",
    "<isindex action=javascript:alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<video poster='http://evil.example/x' src=x onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<noembed><img title='</noembed><img src=x onerror=alert(1)>'></noembed>",
    "<template><img src=x onerror=alert(1)></template>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<title><img src=x onerror=alert(1)></title>",
    "<frameset onload=alert(1)></frameset>",
    "<table background='javascript:alert(1)'><td background='javascript:alert(1)'>x</table>",
    "<table><tr><td><style></td><img src=x onerror=alert(1)>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<? foo='><script>alert(1)</script>' ?>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<p title='</p><script>alert(1)</script>'>x</p>",
    "<img name=body id=attributes><a id=location href=x>x</a>",
    "<form name=createElement></form><img name=getElementById>",
    "<a id=a><a id=a name=href href=cid:x>x</a>",
    "<x onclick=alert(1)>x</x>",
    "<custom-element onclick=alert(1) is=x>x</custom-element>",
    "<p id='app' class='toolbar modal'>x</p>",
    "\u2028<a href='\u2028javascript:alert(1)'>x</a>",
    "<a href='feed:javascript:alert(1)'>x</a>",
    "<q cite='javascript:alert(1)'>x</q>",
    "<div data-line='1e9' data-evil=x>x</div>",
    "<p dir=rtl onmouseover=alert(1)>\u202ex</p>",
]

MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](  javascript:alert(1)  )",
    "[x](java\\script:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](y)',
    '![x](y "a\\" onerror=alert(1)")',
    "# <img src=x onerror=alert(1)>",
    "```<img src=x onerror=alert(1)>\n</code></pre><script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "`</code><script>alert(1)</script>`",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{background:url(javascript:alert(1))}{x}$",
    "$</math><img src=x onerror=alert(1)>$",
    "[^<script>]\n\n[^<script>]: <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|-|\n| <img src=x onerror=alert(1)> |",
    "- [x] <script>alert(1)</script>",
    "<div>\n\n<script>\n\nalert(1)\n\n</script>\n\n</div>",
    "javascript:alert(1) xmpp:a@b.c",
]

URL_ATTRIBUTES = {"href", "src"}
FORBIDDEN_TAGS = """
    script style iframe object embed applet base meta link form input button textarea select svg template noscript
    title body head html frameset frame maction annotation-xml mglyph source video audio
"""


class Page(HTMLParser):
    """Every tag of a piece of HTML with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def complaints(html: str) -> list[str]:
    """Everything in *html* that could act, load or hide."""
    found = []
    for tag, attributes in Page(html).tags:
        if tag in FORBIDDEN_TAGS.split():
            found.append(tag)
        for name, value in attributes.items():
            if name.startswith("on") or name in {"style", "name", "target", "ping", "srcdoc", "formaction", "is"}:
                found.append(f"{tag} {name}")
            if name in URL_ATTRIBUTES and not inert(tag, value or ""):
                found.append(f"{tag} {name}={value}")
            if name == "id" and not (value or "").startswith("user-"):
                found.append(f"{tag} {name}={value}")
    return found


def inert(tag: str, address: str) -> bool:
    scheme, colon, _ = address.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return True  # a path
    if scheme.lower() == "data":
        return tag == "img" and address.startswith("data:image/") and "svg" not in address
    return scheme.lower() in {"http", "https", "mailto"}


@pytest.fixture(scope="module")
def sanitizer() -> Sanitizer:
    return Sanitizer()


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_is_inert(html: str, sanitizer: Sanitizer) -> None:
    assert complaints(sanitizer.clean(html)) == []


@pytest.mark.parametrize("text", [*MARKDOWN, *HOSTILE])
def test_hostile_markdown_is_inert(text: str) -> None:
    assert complaints("".join(block.html for block in Blocks().render(text))) == []


@pytest.mark.parametrize("html", HOSTILE)
def test_cleaning_twice_changes_nothing(html: str, sanitizer: Sanitizer) -> None:
    once = sanitizer.clean(html)
    assert sanitizer.clean(once) == once


pieces = st.sampled_from(
    [*HOSTILE, *MARKDOWN, "<math><mi>", "<p>", "</p>", "<table>", "<a href='#x'>", "<!--", "\n\n", "x"]
)


@given(st.lists(pieces, max_size=4).map("".join))
def test_combinations_are_inert_and_stable(html: str) -> None:
    clean = Sanitizer().clean(html)
    assert complaints(clean) == []
    assert Sanitizer().clean(clean) == clean


@given(st.text(alphabet="<>/=\"' &#;!-abimgsrconehft:x\n\0"))
def test_any_text_is_inert_and_stable(html: str) -> None:
    clean = Sanitizer().clean(html)
    assert complaints(clean) == []
    assert Sanitizer().clean(clean) == clean


@pytest.mark.parametrize(
    "html",
    [
        '<figure><img src="https://a.example/b?c=1&amp;d=2" alt="x" width="100%"><figcaption>y</figcaption></figure>',
        '<p align="center">x</p>',
        '<details open=""><summary>more</summary>x</details>',
        "<kbd>Ctrl</kbd> <mark>x</mark> H<sub>2</sub>O <ruby>a<rt>b</rt></ruby>",
        '<a href="mailto:a@b.example" title="t">x</a> <a href="other.md">y</a> <a href="//a.example">z</a>',
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="">',
        '<ol start="3"><li value="4">x</li></ol>',
        '<table><caption>c</caption><tbody><tr><th scope="row">a</th><td colspan="2">b</td></tr></tbody></table>',
        '<math display="block" alttext="x"><mrow><mi>x</mi><mo stretchy="false">(</mo></mrow></math>',
        '<time datetime="2026-01-05">today</time><wbr><br><hr>',
    ],
)
def test_what_a_newsletter_needs_is_kept(html: str, sanitizer: Sanitizer) -> None:
    assert Page(sanitizer.clean(html)).tags == Page(html).tags


def test_links_inside_a_document_still_lead_to_their_place(sanitizer: Sanitizer) -> None:
    clean = sanitizer.clean('<a href="#a:1">x</a><p id="a:1">y</p><a href="#">z</a>')
    assert clean == '<a href="#user-a:1">x</a><p id="user-a:1">y</p><a href="#">z</a>'


def test_classes_of_a_document_are_dropped_and_ours_are_kept(sanitizer: Sanitizer) -> None:
    assert sanitizer.clean('<span class="k toolbar">x</span>') == '<span class="k">x</span>'
    assert sanitizer.clean('<div class="dialog">x</div>') == '<div class="">x</div>'


def test_an_image_gets_the_address_it_is_given() -> None:
    images = {"a.png": "data:image/svg+xml;base64,AA==", "b.png": None}.get
    clean = Sanitizer(images=images, lines=False).clean('<p data-line="3"><img src="a.png"><img src="b.png"></p>')
    assert clean == '<p><img src="data:image/svg+xml;base64,AA=="><img></p>'
