"""Code in colour: legible, exact, and only where that is safe."""

from __future__ import annotations

import re
from html import unescape
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.token import STANDARD_TYPES

from meai.markdown.highlight import DARK, LANGUAGES, LIGHT, MAX_CODE_CHARS, Theme, css, highlight, looks


def luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.style)
def test_every_kind_of_token_is_legible(theme: Theme) -> None:
    poor = {kind: contrast(look.colour, look.background) for kind, look in looks(theme).items()}
    assert {kind: ratio for kind, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.style)
def test_the_style_sheet_says_what_was_measured(theme: Theme) -> None:
    """Every pair of colours in the sheet is one of those whose contrast is tested."""
    measured = {(look.colour, look.background) for look in looks(theme).values()}
    scope = "" if theme is LIGHT else ":root[data-theme=dark] "
    rules = re.findall(rf"^{re.escape(scope)}pre\.code[^{{]*{{ color: (#\w+)(?:; background: (#\w+))?", css(), re.M)
    assert rules
    assert {(colour, ground or theme.background) for colour, ground in rules} <= measured


def test_both_themes_can_be_chosen() -> None:
    sheet = css()
    assert f"pre.code {{ background: {LIGHT.background}" in sheet
    assert f":root[data-theme=dark] pre.code {{ background: {DARK.background}" in sheet
    assert sheet.count("{") == sheet.count("}")


@pytest.mark.parametrize("language", ["python", "Python", "js", "c++", "sh"])
def test_known_languages_are_coloured(language: str) -> None:
    assert "<span class=" in highlight("if x == 1: return 'a'\n", language)


@pytest.mark.parametrize("language", ["", "brainfuck", "mermaid", "<script>"])
def test_other_languages_stay_plain(language: str) -> None:
    assert highlight("if a < b:\n", language) == "if a &lt; b:\n"


@pytest.mark.parametrize("code", ["x = 1\n" * MAX_CODE_CHARS, "x = 1\n" + " \n" * 20, "x = " + "1" * 1000])
def test_long_code_stays_plain(code: str) -> None:
    assert highlight(code, "python") == code


@settings(deadline=None)  # the first use of a language loads it
@given(st.text(alphabet=" \t\nab1<>&\"'(){}#/\\=$`é"), st.sampled_from(sorted(LANGUAGES)))
def test_the_text_of_code_is_never_changed(code: str, language: str) -> None:
    assert unescape(re.sub(r"<[^>]*>", "", highlight(code, language))) == code


def test_every_class_is_one_that_the_sanitiser_lets_through() -> None:
    code = "@a\nclass B(object):\n    '''d'''\n    x: int = 0x1F  # c\n"
    assert set(re.findall(r'class="(\w+)"', highlight(code, "python"))) <= set(STANDARD_TYPES.values())


# Most lexers that can be made to hang can with one of the first.
SIGNS = 'a "(\\<'
ALL_SIGNS = SIGNS + "0'`[{/*#$@:=-_é"


@pytest.mark.slow
@pytest.mark.parametrize("signs", [SIGNS, pytest.param(ALL_SIGNS, marks=pytest.mark.soak)], ids=["some", "all"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_lexer_hangs(language: str, signs: str) -> None:
    for character in signs:
        for lines in (
            (character * 900 + "\n") * 5,
            (("(" + character) * 450 + "\n") * 5,
            (character + "\n" * 18) * 270,
        ):
            started = process_time()
            highlight(lines, language)
            assert process_time() - started < 1, lines[:20]
