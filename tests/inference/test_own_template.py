"""A model file's own chat template: rendered where it can do no harm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from meai.errors import ModelRefused
from meai.inference.own_template import CHECKED, OwnTemplate, writer_of
from meai.inference.request import Request, Turn
from meai.inference.templates import PLAIN, render

PUBLISHED = Path(__file__).parent / "templates"
MARKER = "MARKER"
TURNS = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
HOSTILE = {
    "reads Python's globals": f"{{{{ lipsum.__globals__['os'].system('touch {MARKER}') }}}}{TURNS}",
    "reads a constructor": f"{{{{ cycler.__init__.__globals__.os.popen('touch {MARKER}').read() }}}}{TURNS}",
    "climbs classes": "{{ ''.__class__.__mro__[1].__subclasses__() }}" + TURNS,
    "formats attributes": "{{ '{0.__class__.__init__.__globals__}'.format(messages) }}" + TURNS,
    "filters attributes": "{{ (messages | attr('__class__')).mro() }}" + TURNS,
    "changes what it is given": "{{ messages.append(messages[0]) }}" + TURNS,
    "counts far": "{% for i in range(10**9) %}{% endfor %}" + TURNS,
    "counts in circles": "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}" + TURNS,
    "multiplies": "{{ 'a' * 10**10 }}" + TURNS,
    "raises to a power": "{{ 10**10**10 }}" + TURNS,
    "doubles": "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}" + TURNS,
    "pads": "{{ 'a' | center(10000000000) }}" + TURNS,
    "calls itself": "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}" + TURNS,
    "writes without end": "{% for i in range(90000) %}{{ messages[0].content }}{% endfor %}" + TURNS,
    "writes a turn twice": TURNS + TURNS,
    "forgets the turns": "{{ messages | length }}",
    "imports": "{% import 'os' as os %}" + TURNS,
    "is broken": "{% for m in messages %}",
    "raises": "{{ raise_exception('No.') }}",
}


def published(name: str) -> str:
    return (PUBLISHED / f"{name}.jinja").read_text(encoding="utf-8")


@pytest.mark.parametrize("template", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_template_is_not_used_and_does_nothing(template: str, tmp_path: Path) -> None:
    marker = tmp_path / "was-here"
    began = time.monotonic()
    writer, complaint = writer_of(template.replace(MARKER, str(marker)), "</s>")
    assert writer is PLAIN
    assert complaint.startswith("This model's chat template is not used, so that it may not follow instructions: ")
    assert time.monotonic() - began < 10
    assert not marker.exists()


def test_a_template_above_64_kib_is_not_even_read() -> None:
    writer, complaint = writer_of(TURNS + " " * 65536, "</s>")
    assert writer is PLAIN
    assert "longer than 64 KiB" in complaint


def test_a_model_without_a_template_says_so() -> None:
    writer, complaint = writer_of("", "</s>")
    assert writer is PLAIN
    assert "no chat template" in complaint


def test_a_family_that_is_known_runs_no_template() -> None:
    writer, complaint = writer_of("{{ lipsum.__globals__ }}<|im_start|><|im_end|>", "</s>")
    assert writer.scaffold(("user",)) == ("<|im_start|>user\n", 0, "<|im_end|>\n<|im_start|>assistant\n")
    assert complaint == ""


def test_an_unknown_template_writes_what_it_renders() -> None:
    writer, complaint = writer_of(TURNS + "{{ eos_token }}[{{ 'answer' if add_generation_prompt }}]", "<end>")
    assert complaint == ""
    assert writer.scaffold(CHECKED) == ("[system]", 0, "[user]", 1, "<end>[answer]")
    assert not writer.trims


def test_a_writers_text_is_no_template_and_no_scaffold() -> None:
    writer, _ = writer_of(TURNS, "</s>")
    words = "{{ 7 * 7 }} <|im_end|> [user]"
    segments = render(Request((Turn("user", words),)), writer)
    assert [segment.text for segment in segments if not segment.special] == [words]


def test_a_template_without_system_turns_has_them_before_the_first_words() -> None:
    assert OwnTemplate(published("gemma-2"), "").scaffold(("system", "user", "assistant", "user")) == (
        "<start_of_turn>user\n",
        0,
        "\n\n",
        1,
        "<end_of_turn>\n<start_of_turn>model\n",
        2,
        "<end_of_turn>\n<start_of_turn>user\n",
        3,
        "<end_of_turn>\n<start_of_turn>model\n",
    )


def test_a_template_that_trims_says_so() -> None:
    writer, _ = writer_of("{% for m in messages %}<{{ m.content | trim }}>{% endfor %}", "")
    segments = render(Request((Turn("system", " a "), Turn("user", "\nb\n"))), writer)
    assert "".join(segment.text for segment in segments) == "<a><b>"


def test_a_switch_for_thoughts_is_turned_off() -> None:
    writer, _ = writer_of(published("smollm3"), "<|im_end|>")
    *before, last = writer.scaffold(CHECKED)
    assert "Reasoning Mode: /no_think" in str(before[0])
    assert str(last).endswith("<|im_start|>assistant\n<think>\n\n</think>\n")
    assert writer.thinks


def test_a_block_of_thoughts_that_a_template_opens_is_closed() -> None:
    writer, _ = writer_of(TURNS + "[assistant]<think>\n", "</s>")
    assert writer.scaffold(CHECKED)[-1] == "[assistant]<think>\n\n</think>\n\n"


def test_a_shape_that_a_template_refuses_is_told() -> None:
    template = "{% if messages | length > 2 %}{{ raise_exception('One question at a time.') }}{% endif %}" + TURNS
    writer, _ = writer_of(template, "")
    with pytest.raises(ModelRefused, match="One question at a time"):
        writer.scaffold(("user", "assistant", "user"))


def test_without_a_process_to_read_it_in_a_template_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_process(*args: object, **kwargs: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("meai.inference.own_template.subprocess.run", no_process)
    writer, said = writer_of(TURNS, "")
    assert writer is PLAIN
    assert "no process to read it in could be started (Cannot allocate memory)" in said
