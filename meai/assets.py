"""Where the files that belong to ME_AI and are no Python lie. Knows nothing of what is in them."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """Return the folder of the checkout that this runs from, or None where ME_AI is installed from a wheel."""
    return None if (_PACKAGE / "templates").is_dir() else _PACKAGE.parent


def find(name: str) -> Path:
    """Return where *name* lies, say `templates` or `models/catalogue.toml`: in a wheel, or at the top of a checkout."""
    return (checkout() or _PACKAGE) / name
