"""Run npm in static/, with the Node that the page's build uses: the machine's, or the one from PyPI."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "static"


def main() -> None:
    spec = importlib.util.spec_from_file_location("page_build", STATIC / "build.py")
    assert spec is not None
    assert spec.loader is not None
    page_build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page_build)
    try:
        page_build.Npm.find().run(STATIC, *sys.argv[1:])
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
