"""Names in every script: shown as typed, or as something readable, never as boxes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from bot.pictures.fonts import DPI, fitted, font, readable, width_of
from tests.bot.render.build import nasty_texts

SCRIPTS = (
    "Max Müller-Łukasz",
    "Ωμέγα Дмитрий",
    "محمد الرحمن",
    "דוד בן־גוריון",
    "Հայկ",
    "გიორგი",
    "क्षितिज",
    "রহিম",
    "ગુજરાત",
    "ਪੰਜਾਬ",
    "தமிழ்",
    "తెలుగు",
    "ಕನ್ನಡ",
    "മലയാളം",
    "ඉන්ද්රා",
    "สมชาย ใจดี",
    "ລາວ",
    "ខ្មែរ",
    "မြန်မာ",
    "ኢትዮጵያ",
    "日本語 ひらがな カタカナ",
    "한국 선수",
    "简体 繁體",
    "🏁🏎👍",
    "🇩🇪🇯🇵",
    "★☆♛⚡①",
    "$100$ \\alpha",
)


def drawn_width(text: str, points: float) -> float:
    """Draw a text and measure it in points; a letter that no font has is an error."""
    figure = Figure(dpi=DPI)
    shown = figure.text(0, 0, text, fontproperties=font(points), parse_math=False)
    figure.canvas.draw()
    return shown.get_window_extent().width * 72 / DPI


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_name_is_shown_as_it_was_typed(name: str) -> None:
    assert readable(name) == name
    assert drawn_width(name, 9) > 0


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("𝓕𝓪𝓷𝓬𝔂 𝓜𝓪𝔁", "Fancy Max"),
        ("Max ꧁༺x༻꧂", "Max ·x·"),
        ("ᏣᎳᎩ Max", "· Max"),
        ("👨\u200d👩\u200d👧", "👨👩👧"),
        ("👍🏽", "👍"),
        # A font has each of the two, but none both together.
        ("Max \u058f\u0591", "Max ·"),
        ("\u3164", "?"),
        ("", "?"),
        ("a\u202eb\nc", "ab c"),
    ],
)
def test_what_no_font_has_becomes_readable(typed: str, shown: str) -> None:
    assert readable(typed) == shown
    assert drawn_width(shown, 9) > 0


def test_a_letter_without_a_font_would_be_noticed() -> None:
    with pytest.raises(UserWarning, match="missing from font"):
        drawn_width("Ꮳ", 9)


@settings(max_examples=20, deadline=None)
@given(nasty_texts, st.sampled_from((20.0, 60.0)))
def test_any_text_is_drawn_without_boxes_in_the_room_it_has(text: str, room: float) -> None:
    shown = fitted(text, 9, room)
    assert shown
    assert drawn_width(shown, 9) <= room + 0.5


def test_a_long_name_ends_with_an_ellipsis_and_uses_its_room() -> None:
    name = "Maximilian Schmidt-Rottluff"
    shown = fitted(name, 10, 80)
    kept = len(shown) - 1
    assert shown == name[:kept] + "…"
    assert width_of(name[: kept + 1] + "…", 10) > 80


def test_letters_are_kept_whole() -> None:
    assert fitted("🇩🇪" * 8, 10, 40).strip("…") in {"🇩🇪" * count for count in range(1, 8)}


@pytest.mark.parametrize("points", [9.0, 13.0])
def test_measured_is_as_drawn(points: float) -> None:
    assert width_of("日本語 Max 93.6", points) == pytest.approx(
        drawn_width("日本語 Max 93.6", points), abs=0.4
    )
