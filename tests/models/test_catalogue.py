from __future__ import annotations

import re
from pathlib import Path

from meai.editing.actions import ACTIONS, own_action
from meai.editing.prompts import larger, obstacle
from meai.inference.request import ModelTraits
from meai.known import known_models
from meai.models.catalogue import Quality, WheelSource, checkout_models, read_catalogue


def test_the_default_model_is_the_embedded_one() -> None:
    default = read_catalogue()[0]
    assert default.name == "smollm2-135m"
    assert default.licence == "Apache-2.0"
    assert default.sha256 == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def test_names_and_files_are_unique() -> None:
    entries = read_catalogue()
    assert len({entry.name for entry in entries}) == len(entries)
    assert len({entry.file for entry in entries}) == len(entries)


def test_every_entry_states_its_licence_and_can_be_checked() -> None:
    for entry in read_catalogue():
        assert entry.licence
        assert entry.licence_url.startswith("https://")
        assert entry.sha256 == "" or len(bytes.fromhex(entry.sha256)) == 32
        assert entry.good_at.endswith(".")
        assert entry.languages
        assert entry.size > 0
        assert entry.source.size > 0


def test_a_checkout_has_a_models_folder_of_its_own() -> None:
    folder = checkout_models()
    assert folder is not None
    assert (folder / "catalogue.toml").is_file()


def test_only_what_may_be_used_for_anything_is_in_the_catalogue() -> None:
    assert [entry.name for entry in read_catalogue() if not entry.permissive] == []


def test_what_comes_from_a_mirror_of_others_says_so_and_is_checked() -> None:
    mirrored = [entry for entry in read_catalogue() if entry.community]
    assert [entry.name for entry in mirrored] == ["qwen2.5-coder-0.5b"]
    assert all("mirror" in entry.note and entry.sha256 for entry in mirrored)


def test_a_source_in_parts_names_its_wheels() -> None:
    assert WheelSource("data-{part}", "1.0", "*.bin", 1, parts=3).packages == ("data-1", "data-2", "data-3")
    assert WheelSource("data", "1.0", "model.gguf", 1).packages == ("data",)


def test_what_a_model_is_fit_for_are_actions_that_there_are() -> None:
    for entry in read_catalogue():
        assert "correct-spelling" in entry.actions, entry.name
        assert set(entry.actions) <= set(ACTIONS), entry.name


def test_a_small_model_is_not_said_to_be_fit_for_what_it_is_not_offered_for() -> None:
    smallest = read_catalogue()[0]
    traits = ModelTraits(parameters=134_515_008, basename="SmolLM2")
    assert [action for action in smallest.actions if obstacle(ACTIONS[action], traits, ())] == []


def test_who_needs_a_larger_model_is_told_of_two_that_are_fit_for_it_and_listed() -> None:
    small = ModelTraits(parameters=134_515_008, basename="SmolLM2")
    entries = {entry.label: entry for entry in read_catalogue()}
    said = obstacle(ACTIONS["headlines"], small, known_models(entries.values()))
    named = re.findall("|".join(sorted(map(re.escape, entries), key=len, reverse=True)), said)
    assert len(named) == 2
    assert all("headlines" in entries[label].actions and not entries[label].community for label in named)
    own = own_action("For the subject line", "Say it in eight words.")
    assert "Qwen2.5 0.5B Instruct or Qwen2.5 1.5B Instruct" in larger(known_models(entries.values()), own)


def test_what_was_measured_of_a_model_is_what_the_page_on_quality_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "quality.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| all \|.*\| ([\d.]+) \| ([\d.]+) \| [\d.]+ \|$", page, re.MULTILINE)
    told = {name: Quality(float(precision), float(recall)) for name, precision, recall in rows}
    assert told
    assert {entry.name: entry.quality for entry in read_catalogue() if entry.quality} == told
