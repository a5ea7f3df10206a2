"""No word of a document is lost without a line in the report: every construct, every document, every format."""

# ruff: noqa: E501 - one construct stands on one line
from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meai.export.formats import FORMATS
from tests.export.words import FIXTURES, missing

CONSTRUCTS: dict[str, str] = {
    "title": "---\ntitle: Zaffer *zibet*\nsubtitle: Quillon quoin\n---\n\nplain\n",
    "headings": "# Zaffer *zibet*\n\n## Quillon `quoin`\n\n###### Sixth\n\nSetext\n===\n",
    "emphasis": "**zaffer** *zibet* ***quillon*** ~~quoin~~ **Zi***bet*",
    "code": "`zaffer` `` zi`bet ``",
    "fence": "```python\nzaffer = 'zibet'\n```\n\n    quoin\n",
    "links": '[zaffer](https://a.example/zibet "quillon"), <https://quoin.example>, www.gambeson.example, [ref]\n\n[ref]: /relative',
    "relative link": "[zaffer](other-zibet.md) and [quillon](#quoin)",
    "unused definition": 'zaffer\n\n[zibet]: https://a.example "quillon quoin"\n',
    "breaks": "zaffer\\\nzibet  \nquillon\nquoin",
    "lists": "- zaffer\n  - zibet\n\n    quillon\n\n3. quoin\n4. gambeson\n",
    "adjacent lists": "- zaffer\n\n* zibet\n\n1. quillon\n\n1) quoin\n",
    "tasks": "- [x] zaffer\n- [ ] zibet\n\n  quillon\n",
    "quotation": "> zaffer\n>\n> > zibet\n>\n> - quillon\n",
    "callout": "> [!NOTE] Zaffer\n> zibet\n\n::: warning Quillon\nquoin\n:::\n\n::: tip\ngambeson\n:::\n",
    "pull quote": "::: pullquote\nzaffer *zibet*\n:::\n",
    "subscribe": "::: subscribe Zaffer zibet\n\n::: subscribe\nquillon\n:::\n\n{{subscribe}}\n",
    "button": "::: button [Zaffer](https://a.example)\n\n::: button zibet\n",
    "paywall": "zaffer\n\n::: paywall Zibet\n\nquillon\n",
    "rule": "zaffer\n\n---\n\nzibet\n",
    "image": '![zaffer](pictures/proofs.png "zibet")\n\n![quillon](https://a.example/b.png)\n\n![quoin](gone.png)\n',
    "image in a headline": "# ![zaffer](pictures/ornament.png) zibet ![quillon](https://a.example/b.png) ![quoin](gone.png)\n",
    "image in a line": "zaffer ![zibet](pictures/ornament.png) quillon",
    "linked image": "[![zaffer](https://a.example/b.png)](https://quillon.example)",
    "figure": '<figure><img src="pictures/proofs.png" alt="zaffer"><figcaption>zibet <b>quillon</b></figcaption></figure>',
    "figure without an image": "<figure>zaffer<figcaption>zibet</figcaption></figure>",
    "table": "| zaffer | zibet |\n|:-:|--:|\n| **quillon** | [quoin](https://a.example) |\n| `gambeson` | ![vair](https://a.example/b.png) |\n",
    "raw table": "<table><caption>zaffer</caption><tr><th rowspan=2>zibet</th><td>quillon</td></tr><tr><td><ul><li>quoin</li></ul></td></tr></table>",
    "table in a list": "- zaffer\n\n  | zibet | quillon |\n  |---|---|\n  | quoin | vair |\n",
    "footnotes": "zaffer[^a] zibet^[quillon *quoin*] again[^a]\n\n[^a]: gambeson\n\n    vair `ermine`\n",
    "unused footnote": "zaffer\n\n[^a]: zibet\n    quillon\n\n    quoin\n",
    "footnote defined twice": "zaffer[^a] more[^a]\n\n[^a]: gambeson vair\n\n[^a]: zibet\n    quillon\n",
    "undefined footnote": "zaffer[^zibet]",
    "formulas": "zaffer $\\alpha + \\mathrm{zibet}$\n\n$$\\beta_{quillon}$$\n\n$\\unknown{quoin}$\n",
    "folded": "<details><summary>zaffer</summary>\n\nzibet\n\n</details>\n",
    "definitions": "<dl><dt>zaffer</dt><dd>zibet</dd></dl>",
    "words of HTML": "".join(
        f"<{tag}>zaffer{tag}</{tag}> "
        for tag in "abbr b bdi cite del dfn em i ins kbd mark q s samp small strike strong sub sup tt u var".split()  # noqa: SIM905
    ),
    "tooltips": '<span title="zaffer">zibet</span> <abbr title="quillon">quoin</abbr>',
    "ruby": "<ruby>zaffer<rp>(</rp><rt>zibet</rt><rp>)</rp></ruby>",
    "comment": "zaffer <!-- zibet --> quillon\n\n<!--\nquoin\n-->\n",
    "script": "zaffer\n\n<script>\nzibet()\n</script>\n\n<style>\nquillon {}\n</style>\n",
    "strange elements": '<form action="zaffer"><input value="zibet">quillon</form> <blink>quoin</blink> <video src="vair.mp4">ermine</video>',
    "frame": '<iframe src="https://a.example" title="zaffer">zibet</iframe> quillon',
    "template": "<template>\n\nzaffer zibet\n\n</template>\n\nquillon\n",
    "unclosed": "<div>zaffer <b>zibet\n\nquillon\n",
    "entities": "zaffer &amp; zibet &lt;quillon&gt; &copy;",
    "escapes": "\\*zaffer\\* \\[zibet\\] 1\\. quillon \\# quoin",
    "emoji and scripts": "zaffer 🖨️ 漢字仮名 бумага ورقة",
    "literal templates": "{{ zaffer }} {% zibet %} {{< quillon >}} `{{ quoin }}`",
}


@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_construct_keeps_its_words(construct: str, target: str) -> None:
    assert missing(CONSTRUCTS[construct], target) == []


@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.md")), ids=lambda file: file.stem)
def test_a_document_keeps_its_words(file: Path, target: str) -> None:
    assert missing(file.read_text("utf-8"), target) == []


@given(st.lists(st.sampled_from(sorted(CONSTRUCTS)), max_size=6), st.sampled_from(sorted(FORMATS)))
@settings(max_examples=60)
def test_constructs_one_after_another_keep_their_words(names: list[str], target: str) -> None:
    text = "\n\n".join(CONSTRUCTS[name] for name in names if name not in ("title", "unclosed"))
    assert missing(text, target) == []
