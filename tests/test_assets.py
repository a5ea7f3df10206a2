"""What is no Python is found in a wheel and in a checkout alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from meai import assets

NEEDED = ("templates/export.html", "templates/page.html", "templates/welcome.md", "models/catalogue.toml")


@pytest.mark.parametrize("name", NEEDED)
def test_in_a_checkout_it_lies_beside_the_package(name: str) -> None:
    root = assets.checkout()
    assert root is not None
    assert assets.find(name) == root / name
    assert assets.find(name).is_file()


def test_in_a_wheel_it_lies_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path)
    assert assets.checkout() is None
    assert assets.find("models/catalogue.toml") == tmp_path / "models" / "catalogue.toml"
