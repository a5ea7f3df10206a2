"""What newsletters' sites export, post by post: Substack's zip and Ghost's JSON. Knows nothing of where posts go."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meai.documents.foreign import archive
from meai.documents.foreign.html import Converted, convert
from meai.errors import BadInput

MAX_POST_BYTES = 8 * 1024 * 1024
MAX_POSTS = 10_000
_MAX_TABLE_BYTES = 64 * 1024 * 1024
_PLAIN = re.compile(r"[A-Za-z0-9À-ɏ][\w À-ɏ’'.()/+&-]*")
_MEANS_OTHER = re.compile(r"(?i:true|false|null|yes|no|on|off|~)|[\d.,_+-]+")


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it was exported."""

    title: str
    fields: tuple[tuple[str, str], ...]
    """Its front matter, in order; what is empty is left out."""
    html: str

    @property
    def converted(self) -> Converted:
        """The post as Markdown, its front matter before it."""
        body = convert(self.html)
        return Converted(_front_matter(self.fields) + body.text, body.pictures, body.notes)


def substack(path: Path, name: str) -> Iterator[Post]:
    """Yield the posts of the Substack export at *path*, called *name* by the writer. Raises BadInput for no export."""
    with archive.opened(path, name) as zipped:
        table = next((one for one in zipped.namelist() if re.fullmatch(r"(?:[^/]+/)?posts\.csv", one)), None)
        if table is None:
            raise BadInput(f"“{name}” is no Substack export: it has no posts.csv. Choose the zip as Substack made it.")
        text = archive.read(zipped, table, _MAX_TABLE_BYTES).decode("utf-8-sig", "replace")
        folder = table[: -len("posts.csv")]
        for count, row in enumerate(csv.DictReader(io.StringIO(text))):
            _refuse_more(name, count)
            if row.get("post_id") and (body := _body(zipped, f"{folder}posts/{row['post_id']}.html")) is not None:
                yield _substack_post(row, body)


def ghost(path: Path, name: str) -> Iterator[Post]:
    """Yield the posts and pages of the Ghost export at *path*, called *name*. Raises BadInput for another JSON."""
    try:
        data = json.loads(path.read_bytes())["db"][0]["data"]
        posts = [post for post in data["posts"] if isinstance(post, dict)]
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise BadInput(f"“{name}” is no Ghost export; choose the JSON file as Ghost made it.") from error
    tags = _ghost_tags(data)
    for count, post in enumerate(posts):
        _refuse_more(name, count)
        yield _ghost_post({key: value for key, value in post.items() if isinstance(value, str)}, tags)


def _body(zipped: zipfile.ZipFile, entry: str) -> str | None:
    """Return the page *entry*, or None: a post that was never written has none."""
    if entry not in zipped.NameToInfo:
        return None
    return archive.read(zipped, entry, MAX_POST_BYTES).decode("utf-8", "replace")


def _refuse_more(name: str, count: int) -> None:
    if count >= MAX_POSTS:
        raise BadInput(f"“{name}” has more than {MAX_POSTS:,} posts; please split it.")


def _substack_post(row: dict[str, str], body: str) -> Post:
    title = (row.get("title") or "").strip()
    fields = (
        ("title", title),
        ("subtitle", row.get("subtitle") or ""),
        ("date", (row.get("post_date") or "")[:10]),
        ("slug", row["post_id"].partition(".")[2]),
        ("draft", "true" if (row.get("is_published") or "").lower() == "false" else ""),
    )
    return Post(title or row["post_id"].partition(".")[2].replace("-", " "), fields, body)


def _ghost_post(post: dict[str, str], tags: dict[str, list[str]]) -> Post:
    title = post.get("title", "").strip()
    fields = (
        ("title", title),
        ("subtitle", post.get("custom_excerpt", "")),
        ("date", (post.get("published_at") or post.get("created_at", ""))[:10]),
        ("slug", post.get("slug", "")),
        ("tags", "\n".join(tags.get(post.get("id", ""), []))),
        ("cover_image", _at_home(post.get("feature_image", ""))),
        ("draft", "" if post.get("status", "published") in ("published", "sent") else "true"),
    )
    body = post.get("html") or "".join(f"<p>{_as_html(part)}</p>" for part in post.get("plaintext", "").split("\n\n"))
    return Post(title or post.get("slug", ""), fields, _at_home(body))


def _ghost_tags(data: dict[str, Any]) -> dict[str, list[str]]:
    """Return the names of the public tags of each post by its id."""
    found: dict[str, list[str]] = {}
    try:
        names = {tag["id"]: str(tag["name"]) for tag in data.get("tags", []) if not str(tag["name"]).startswith("#")}
        for link in data.get("posts_tags", []):
            if link["tag_id"] in names:
                found.setdefault(link["post_id"], []).append(names[link["tag_id"]])
    except (LookupError, TypeError):
        return {}
    return found


def _at_home(text: str) -> str:
    # Ghost does not say its own address in an export; without it, what lies there is at least told apart.
    return text.replace("__GHOST_URL__", "")


def _as_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")


def _front_matter(fields: tuple[tuple[str, str], ...]) -> str:
    lines = [f"{key}: {_value(key, value)}" for key, value in fields if value.strip()]
    return "\n".join(["---", *lines, "---", "", ""]) if lines else ""


def _value(key: str, value: str) -> str:
    """Return *value* so that YAML reads it as that text, or of tags as a list of them, one on each line of *value*."""
    if key == "tags":
        return f"[{', '.join(_value('', tag) for tag in value.splitlines())}]"
    value = " ".join(value.split())
    if key in ("date", "draft"):
        return value if re.fullmatch(r"[\w-]+", value) else json.dumps(value, ensure_ascii=False)
    plain = _PLAIN.fullmatch(value) and not _MEANS_OTHER.fullmatch(value) and value[-1] not in " :"
    return value if plain else json.dumps(value, ensure_ascii=False)
