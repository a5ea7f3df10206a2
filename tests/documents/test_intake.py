"""Garbled characters are mended, and nothing else is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.documents.intake import RepairChange, repair


def garble(text: str) -> str:
    """Return *text* as a browser shows UTF-8 that it takes for Windows-1252: five bytes have no meaning there."""
    return "".join(
        bytes([byte]).decode("latin-1" if byte in b"\x81\x8d\x8f\x90\x9d" else "cp1252") for byte in text.encode()
    )


@pytest.mark.parametrize(
    ("garbled", "meant"),
    [
        ("ðŸ‘‰", "👉"),
        ("ðŸ“Œ", "📌"),
        ("ðŸŽ¬", "🎬"),
        ("donâ€™t", "don’t"),
        ("â€œquotedâ€\x9d", "“quoted”"),
        ("one â€” two", "one — two"),
        ("cafÃ©", "café"),
        ("ÃƒÂ©tÃƒÂ©", "été"),
        ("ðŸ‘‰ “already right” 👉 é", "👉 “already right” 👉 é"),
        ("ã\x83\x84", "ツ"),
    ],
)
def test_a_garbled_passage_is_what_it_was_meant_to_be(garbled: str, meant: str) -> None:
    mended = repair(garbled)
    assert mended is not None
    assert mended.text == meant


@given(st.lists(st.sampled_from("👉📌🎬✅🇬🇧é–—’“”…ツ"), min_size=3))
def test_what_was_garbled_once_comes_back(meant: list[str]) -> None:
    text = " and ".join(meant)
    mended = repair(garble(text))
    assert mended is not None
    assert mended.text == text


def test_each_change_says_its_line_and_passage() -> None:
    mended = repair("clean\n\nðŸ‘‰[Paper](https://a.example) is donâ€™t\n- ðŸ“Œ x")
    assert mended is not None
    assert mended.changes == (
        RepairChange(2, "ðŸ‘‰", "👉"),
        RepairChange(2, "donâ€™", "don’"),
        RepairChange(3, "ðŸ“Œ", "📌"),
    )


@pytest.mark.parametrize(
    "kept",
    [
        "&amp; &hellip; &lt;b&gt;",
        "“curly” ‘quotes’",
        'straight "quotes"',
        "ﬁ ligature",
        "ＦＵＬＬ width",
        "e\u0301 decomposed",
        "bell \x07 and \x1b[31m",
        "next\u2028line\u0085end",
        "trailing  ",
        "\ttab",
    ],
)
def test_nothing_else_is_mended(kept: str) -> None:
    assert repair(kept) is None
    mended = repair(f"ðŸ‘‰\n{kept}\nðŸ‘‰ {kept}")
    assert mended is not None
    assert mended.text == f"👉\n{kept}\n👉 {kept}"


@pytest.mark.parametrize(
    "code",
    [
        "```\nðŸ‘‰\n```",
        "~~~ text\nðŸ‘‰\n```\nðŸ‘‰\n~~~~",
        "   ````md\n```\nðŸ‘‰\n````",
        "so `ðŸ‘‰` it is",
        "so ``a ` ðŸ‘‰`` it is",
        "```\nnever closed ðŸ‘‰",
    ],
)
def test_code_stays(code: str) -> None:
    assert repair(code) is None


def test_prose_beside_code_is_mended() -> None:
    mended = repair("ðŸ‘‰ `ðŸ‘‰` ðŸ‘‰ ` ðŸ‘‰\n```\nðŸ‘‰\n```\nðŸ‘‰")
    assert mended is not None
    assert mended.text == "👉 `ðŸ‘‰` 👉 ` 👉\n```\nðŸ‘‰\n```\n👉"


@given(st.text())
def test_any_text_keeps_its_lines_and_says_every_change(text: str) -> None:
    text = text.replace("\r", "")
    mended = repair(text)
    if mended is not None:
        before, after = text.split("\n"), mended.text.split("\n")
        assert len(before) == len(after)
        changed = {number for number, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]}
        assert changed == {change.line for change in mended.changes}


def best_of(text: str, rounds: int = 5) -> float:
    """Return the shortest time that `repair` of *text* took, in seconds of this process's own."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        assert repair(text) is None
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.parametrize("line", ["Plain words only. " * 20, "L’été à Paris — “déjà vu”, naïve, 你好, привет 👉. " * 8])
def test_clean_text_costs_next_to_nothing(line: str) -> None:
    text = "\n".join([line] * (100_000 // len(line.encode()) + 1))
    assert best_of(text) < 0.03


def test_a_huge_text_is_opened_without_looking() -> None:
    assert repair("ðŸ‘‰ " * 500_000) is None


def test_hostile_text_costs_little() -> None:
    runs = "".join("e" + "`" * length for length in range(1, 400))
    started = time.process_time()
    repair(f"ðŸ‘‰ {runs}\n" + "ðŸ‘‰ x " * 20_000)
    assert time.process_time() - started < 2
