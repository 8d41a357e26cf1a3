"""Names in every script: shown as typed, or as something readable, never as boxes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import LATIN, by_family, fitted, readable, width_of
from bot.pictures.look import Picture
from tests.bot.render.build import nasty_texts

from .seen import opened

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
    "★☆⚡①",
    "محمد Max 陳 🏁",
    "$100$ \\alpha",
)
# What the fonts draw where they have nothing: a box.
MISSING = "\u13e3"


def ink(text: str) -> tuple[int, int, int, int]:
    """The box of what is drawn of a text, 20 points high, in points."""
    picture = Picture(60)
    picture.write(20, 30, text, points=20)
    grey = opened(look.png(picture, pixels_a_point=1)).convert("L")
    box = grey.point(lambda level: 255 * (level > 60)).getbbox()
    assert box is not None, text
    return box


def drawn(text: str) -> bytes:
    picture = Picture(60, width=60)
    picture.write(20, 30, text, points=20)
    return look.png(picture)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_name_is_shown_as_it_was_typed(name: str) -> None:
    assert readable(name) == name
    assert "".join(piece for _, piece in by_family(name)) == name
    left, _, right, _ = ink(name)
    assert right - left <= width_of(name, 20) + 4


def test_no_letter_of_any_script_is_a_box() -> None:
    box = drawn(MISSING)
    assert drawn("\U00010900") == box, "the same for all that is missing"
    letters = {letter for name in SCRIPTS for letter in name if not letter.isspace()}
    assert not [letter for letter in letters if drawn(letter) == box]


@pytest.mark.parametrize("name", ["علي حسن", "क्षितिज", "ខ្មែរ", "မြန်မာ"])
def test_letters_that_join_are_joined_also_beside_another_script(name: str) -> None:
    """Left to itself the drawing library shows boxes: such a name is wider then."""
    left, _, right, _ = ink(name)
    beside, _, end, _ = ink(f"{name} Max")
    latin = width_of(" Max", 20)
    assert end - beside == pytest.approx(right - left + latin, abs=3)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("𝓕𝓪𝓷𝓬𝔂 𝓜𝓪𝔁", "Fancy Max"),
        ("Max ꧁༺x༻꧂", "Max ·x·"),
        ("ᏣᎳᎩ Max", "· Max"),
        ("👨\u200d👩\u200d👧", "👨👩👧"),
        ("👍🏽", "👍"),
        ("Max 🇩🇪", "Max DE"),
        # Fonts have each of the two, but none both together.
        ("Max \u0e01\u0591", "Max \u0e01"),
        ("\u3164", "?"),
        ("", "?"),
        ("a\u202eb\nc", "ab c"),
        ("a\x00b\x1bc\ufffe\ud800", "abc·"),
    ],
)
def test_what_no_font_has_becomes_readable(typed: str, shown: str) -> None:
    assert readable(typed) == shown
    assert drawn(shown)


def test_digits_never_change_face() -> None:
    assert by_family("陳 93.6") == (("Noto Sans CJK JP", "陳"), (LATIN, " 93.6"))


def test_chinese_names_are_as_strong_as_others() -> None:
    """The variable font is thin until it is told otherwise."""
    picture = Picture(60)
    picture.write(10, 30, "陳大文", points=20)
    strong = opened(look.png(picture)).convert("L").histogram()
    thin = look.png(picture_with_weight("100"))
    assert sum(strong[200:]) > 1.3 * sum(opened(thin).convert("L").histogram()[200:])


def picture_with_weight(weight: str) -> Picture:
    picture = Picture(60)
    picture.write(10, 30, "陳大文", points=20)
    picture.root.set("font-weight", weight)
    return picture


@settings(max_examples=60, deadline=None)
@given(nasty_texts, st.sampled_from((20.0, 60.0)))
def test_any_text_is_drawn_in_the_room_it_has(text: str, room: float) -> None:
    shown = fitted(text, 9, room)
    assert shown
    assert width_of(shown, 9) <= room
    picture = Picture(30)
    picture.write(5, 15, shown, points=9)
    assert look.png(picture)


def test_a_long_name_ends_with_an_ellipsis_and_uses_its_room() -> None:
    name = "Maximilian Schmidt-Rottluff"
    shown = fitted(name, 10, 80)
    kept = len(shown) - 1
    assert shown == name[:kept] + "…"
    assert width_of(name[: kept + 1] + "…", 10) > 80


def test_letters_are_kept_whole() -> None:
    assert fitted("x\u0306" * 8, 10, 30).strip("…") in {"x\u0306" * count for count in range(1, 8)}


def test_the_background_is_opaque_and_dark() -> None:
    corner = opened(drawn("a")).getpixel((0, 0))
    assert corner == tuple(bytes.fromhex(colours.BACKGROUND[1:]))
