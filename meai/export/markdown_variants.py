"""Markdown for the programs that publish it: their dialects, their front matter, their names of files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import yaml

from meai.export import markdown
from meai.export.article import Article
from meai.export.body import Node
from meai.export.exported import Exported, Exporter
from meai.export.markdown import Dialect
from meai.export.options import Options
from meai.export.report import Report
from meai.export.tree import Element

Matter = dict[str, object]

_DRAFT = re.compile(r"(?:true|yes|on|1)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def jekyll_matter(article: Article) -> Matter:
    """Front matter as Jekyll's documentation names it."""
    values: Matter = {**article.front_matter.values}
    draft, slug = values.pop("draft", ""), values.pop("slug", "")
    found: Matter = {"layout": values.pop("layout", "post"), "title": article.title, **_listed(values)}
    if isinstance(slug, str) and slug:
        found.setdefault("permalink", f"/{slug}/")
    return found | ({"published": False} if isinstance(draft, str) and _DRAFT.fullmatch(draft) else {})


def hugo_matter(article: Article) -> Matter:
    """Front matter as Hugo's documentation names it: what is none of its own fields stands below `params`."""
    values: Matter = {**article.front_matter.values}
    draft = values.pop("draft", "")
    found: Matter = {"title": article.title}
    found |= {name: values.pop(name) for name in _HUGO if name in values and name != "title"}
    values.pop("title", None)
    found = _listed(found) | {"draft": isinstance(draft, str) and bool(_DRAFT.fullmatch(draft))}
    return found | ({"params": _listed(values)} if values else {})


def buttondown_matter(article: Article) -> Matter:
    """The fields of a mail at Buttondown."""
    matter = article.front_matter
    named = {
        "subject": article.title,
        "description": article.subtitle,
        "slug": matter.text("slug"),
        "image": matter.text("image", "cover_image"),
        "canonical_url": matter.text("canonical_url"),
    }
    return {name: text for name, text in named.items() if text}


_HUGO = (
    *("title", "date", "lastmod", "publishdate", "expirydate", "description", "summary", "slug", "url", "aliases"),
    *("tags", "categories", "keywords", "weight", "type", "layout", "images", "linktitle", "menus", "outputs"),
)


def _listed(values: Matter) -> Matter:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _liquid(text: str) -> str:
    """Jekyll reads Liquid before Markdown, in code too."""
    if "{{" not in text and "{%" not in text:
        return text
    kept = text.replace("{% endraw %}", '{% endraw %}{{ "{% endraw %}" }}{% raw %}')
    return f"{{% raw %}}\n{kept}{{% endraw %}}\n"


def _shortcodes(text: str) -> str:
    """Hugo reads its shortcodes before Markdown, in code too; one in a comment is shown."""
    return re.sub(r"\{\{([<%])(.*?)([%>])\}\}", r"{{\1/*\2*/\3}}", text, flags=re.DOTALL)


def _dated(article: Article) -> str:
    day = _DAY.match(article.front_matter.text("date"))
    slug = re.sub(r"[^\w]+", "-", (article.front_matter.text("slug") or article.stem).lower()).strip("-")
    return f"{day[0]}-{slug or 'post'}.md" if day else ""


@dataclass(frozen=True, slots=True)
class Variant:
    """How one program wants Markdown."""

    dialect: Dialect = field(default_factory=Dialect)
    matter: Callable[[Article], Matter] | None = None
    """Its front matter; without it the title stands above the text."""
    kept: Callable[[str], str] = str
    """How the text is kept from being read as the program's own language."""
    filename: Callable[[Article], str] = lambda _: ""
    notes: tuple[tuple[str, str], ...] = ()
    """What a writer has to set there for what constructs: a class or an element, and one sentence."""


VARIANTS: dict[str, Variant] = {
    "jekyll": Variant(Dialect(formula=("$$", "$$")), jekyll_matter, _liquid, _dated),
    "hugo": Variant(
        Dialect(html=False, formula=("$", "$$")),
        hugo_matter,
        _shortcodes,
        notes=(("math", "Hugo shows formulas once its passthrough extension and a renderer are set up."),),
    ),
    "buttondown": Variant(Dialect(tasks=False), buttondown_matter),
    "commonmark": Variant(Dialect(tables=False, footnotes=False, tasks=False, strikethrough=False)),
}


def exporter(name: str) -> Exporter:
    """Return what writes the variant *name* of VARIANTS."""
    variant = VARIANTS[name]

    def write(article: Article, options: Options) -> Exported:
        report = Report()
        matter = variant.matter(article) if variant.matter else None
        text = markdown.write(article, variant.dialect, report, _top(article, titled=matter is not None))
        _note(article, variant, report)
        return Exported(_head(matter) + variant.kept(text), report.notes(), filename=variant.filename(article))

    return write


def _head(matter: Matter | None) -> str:
    if matter is None:
        return ""
    return f"---\n{yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1000)}---\n\n"


def _top(article: Article, *, titled: bool) -> list[Node]:
    """What stands above the body: nothing that front matter says, else title and subtitle."""
    headline: list[Node] = [article.headline] if article.headline else []
    if titled:
        return [] if article.says_title else headline
    title: list[Node] = [] if article.says_title else [Element("h1", 0, {}, [article.title])]
    subtitle: list[Node] = [Element("p", 0, {}, [article.subtitle])] if article.subtitle else []
    return [*title, *headline, *subtitle]


def _note(article: Article, variant: Variant, report: Report) -> None:
    for tag, message in variant.notes:
        first = next((one for root in article.body for one in root.walk() if one.tag == tag), None)
        if first is not None:
            report.changed(first.line, tag, message)
