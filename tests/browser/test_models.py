"""The dialog of models: chosen, fetched, paused and removed while the writer goes on."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.conftest import StartServer, Watched
from tests.models.adapter_files import adapter_for
from tests.models.gguf_files import tiny_model

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]

LOADED_MS = 60_000
DROP = """({ name, bytes }) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], name));
    const how = { dataTransfer: data, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent("drop", how));
}"""


@pytest.fixture
def desk(page: Page, letters: Path, start_server: StartServer, model_path: Path, tmp_path: Path) -> Desk:
    """The page on a server with two models, and a third that another program keeps."""
    models = tmp_path / "data" / "models"
    models.mkdir(parents=True)
    for name in ("smollm2-135m", "second"):
        os.link(model_path, models / f"{name}.gguf")
    kept = tmp_path / "ollama" / "models" / "kept.gguf"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(tiny_model())
    (letters / "Letter.md").write_text("I has a dog.\n")
    places = {"LLAMA_CACHE": str(kept.parent), "HF_HOME": str(tmp_path / "hub"), "HOME": str(tmp_path)}
    server = start_server(letters, environment={"MEAI_DATA_DIR": str(tmp_path / "data"), **places, "PIP_NO_INDEX": "1"})
    desk = Desk(page, server, letters / "Letter.md")
    desk.open()
    return desk


def test_models_are_chosen_by_keyboard_while_the_writer_goes_on(desk: Desk, page: Page) -> None:
    expect(page.locator("#model .called")).to_have_text("second", timeout=LOADED_MS)
    page.keyboard.press("Shift+F4")
    dialog = page.get_by_role("dialog")
    here = dialog.locator('[data-model="smollm2-135m"]')
    expect(here).to_contain_text("fits this computer")
    expect(here.get_by_role("link", name="Apache-2.0")).to_have_attribute("href", re.compile("^https://"))
    expect(dialog.locator('[data-model="kept"]')).to_contain_text("Kept by llama.cpp")
    expect(dialog.locator('[data-model="qwen2.5-1.5b"]')).to_contain_text("1.1 GB")
    expect(dialog.locator('[data-model="qwen2.5-coder-0.5b"]')).to_be_hidden()

    here.get_by_role("button", name="Use").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    desk.content.click()
    page.keyboard.type("Still here. ")
    expect(page.locator("#model .called")).to_have_text("SmolLM2 135M Instruct", timeout=LOADED_MS)
    expect(desk.content).to_contain_text("Still here.")

    page.keyboard.press("Shift+F4")
    expect(here).to_contain_text("In use")
    remove = dialog.locator('[data-model="second"]').get_by_role("button", name="Remove")
    remove.click()
    expect(dialog.get_by_role("button", name="Remove second for good")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.locator('[data-model="second"]')).to_have_count(0)
    expect(dialog.get_by_role("status")).to_contain_text("second is deleted")


def test_a_fetch_that_fails_says_why_in_the_dialog_and_leaves_the_model_that_answers(desk: Desk, page: Page) -> None:
    expect(page.locator("#model .called")).to_have_text("second", timeout=LOADED_MS)
    page.keyboard.press("Shift+F4")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("From mirrors").click()
    dialog.get_by_role("button", name="Fetch Qwen2.5 Coder").click()
    expect(dialog.get_by_role("status")).to_contain_text("meai models import FILE", timeout=LOADED_MS)
    expect(page.locator("#model .called")).to_have_text("second")


def test_models_and_adapters_of_ones_own_are_added_by_their_path_chosen_or_dropped(
    page: Page, watched: Watched, letters: Path, start_server: StartServer, model_path: Path, tmp_path: Path
) -> None:
    (letters / "Letter.md").write_text("I has a dog.\n")
    for name in ("by path.gguf", "chosen.gguf", "dropped.gguf"):
        (tmp_path / name).write_bytes(tiny_model())
    (tmp_path / "film.gguf").write_bytes(b"\0" * 100)
    places = {"LLAMA_CACHE": str(tmp_path / "none"), "HF_HOME": str(tmp_path / "hub"), "HOME": str(tmp_path)}
    desk = Desk(page, start_server(letters, model=model_path, environment=places), letters / "Letter.md")
    desk.open()

    page.keyboard.press("Shift+F4")
    dialog = page.get_by_role("dialog")
    used = dialog.locator("[data-used]")
    expect(used).to_contain_text(str(model_path))
    expect(used).to_contain_text("In use", timeout=LOADED_MS)
    expect(dialog.locator('[data-model="smollm2-135m"]')).to_have_count(1)

    path = dialog.get_by_label("Path of a .gguf file")
    path.fill(str(tmp_path / "film.gguf"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("not a GGUF model file")
    watched.forgive("422")
    path.fill(f'"{tmp_path / "by path.gguf"}"')
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("by path is here and stays where it is.")
    expect(dialog.locator('[data-model="by path"]')).to_be_visible()

    (tmp_path / "voice.gguf").write_bytes(adapter_for(model_path, rank=1).packed())
    path.fill(str(tmp_path / "voice.gguf"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("The adapter voice is used with smollm2-135m from now on")
    expect(used).to_contain_text("With the adapter voice for every action")
    dialog.get_by_role("button", name="Remove the adapter voice").click()
    expect(dialog.get_by_role("status")).to_contain_text("The adapter voice is no longer used")
    expect(used).not_to_contain_text("voice")

    with page.expect_file_chooser() as choosing:
        dialog.get_by_role("button", name="Choose a file…").click()
    choosing.value.set_files(tmp_path / "chosen.gguf")
    expect(dialog.get_by_role("status")).to_have_text("chosen is here and was copied to the models folder.")

    page.keyboard.press("Escape")
    page.evaluate(DROP, {"name": "dropped.gguf", "bytes": list(tiny_model())})
    expect(dialog.get_by_role("status")).to_have_text("dropped is here and was copied to the models folder.")
    expect(dialog.locator('[data-model="dropped"]')).to_be_visible()
